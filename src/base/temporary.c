#include "base/temporary.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "platform/os.h"

#define PREFIX ".gpuvirt-"
#define SUFFIX ".tmp"

/* FNV-1a (Fowler, Noll, Vo): short names, nobody to defend against. */
static uint32_t hash(const char *text, size_t len)
{
	uint32_t value = UINT32_C(2166136261);
	for (size_t i = 0; i < len; i++)
		value = (value ^ (unsigned char)text[i]) * UINT32_C(16777619);
	return value;
}

uint32_t gv_temp_target(const char *name)
{
	return hash(name, strlen(name));
}

/*
 * The same by words, with a fold of the high bits: texts may be large. It only tells a text from
 * others that lie about; nobody gains by two that look alike.
 */
uint64_t gv_temp_content(struct gv_span text)
{
	uint64_t value = UINT64_C(14695981039346656037) ^ text.len;
	for (size_t at = 0; at < text.len; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t left = text.len - at;
		memcpy(&word, text.at + at, left < sizeof word ? left : sizeof word);
		value = (value ^ word) * UINT64_C(1099511628211);
		value ^= value >> 29;
	}
	return value;
}

/* A number for each name; the first is one that others cannot foresee and take. */
static uint32_t next_serial(void)
{
	static atomic_uint_least64_t start;
	static atomic_uint_least32_t count;
	uint64_t none = 0;
	uint64_t random = 0;
	if (atomic_load(&start) == 0 && gv_os_random(&random) == 0)
		atomic_compare_exchange_strong(&start, &none, random | 1);
	return (uint32_t)atomic_load(&start) + atomic_fetch_add(&count, 1);
}

void gv_temp_name(char out[GV_TEMP_SIZE], enum gv_temp_use use, uint64_t original,
                  const char *target, struct gv_span text)
{
	struct gv_os_self self;
	gv_os_self(&self);
	int len = snprintf(
		out, GV_TEMP_SIZE,
		PREFIX "%c-%08" PRIx32 "-%08" PRIx32 "-%08" PRIx32 "-%" PRIx64 "-%" PRIx64
		       "-%" PRIx64 "-%08" PRIx32 "-%" PRIx64 "-%08" PRIx32 "-",
		(char)use, self.machine, self.boot, self.space, (uint64_t)self.pid, self.started,
		original, gv_temp_target(target), gv_temp_content(text), next_serial());
	snprintf(out + len, GV_TEMP_SIZE - (size_t)len, "%08" PRIx32 SUFFIX,
	         hash(out, (size_t)len));
}

/* Reads lower-case hex digits up to END and sets *AT behind it. */
static bool read_field(const char **at, char end, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strspn(*at, digits);
	if (len == 0 || len > 16 || (*at)[len] != end)
		return false;
	*out = 0;
	for (size_t i = 0; i < len; i++)
		*out = *out << 4 | (uint64_t)(strchr(digits, (*at)[i]) - digits);
	*at += len + 1;
	return true;
}

enum field { MACHINE, BOOT, SPACE, PID, STARTED, ORIGINAL, TARGET, CONTENT, SERIAL, CHECK, FIELDS };

static bool read_use(const char **at)
{
	const size_t len = strlen(PREFIX);
	if (strncmp(*at, PREFIX, len) != 0 || (*at)[len] == '\0' || (*at)[len + 1] != '-')
		return false;
	*at += len + 2;
	return strchr("kncur", (*at)[-2]) != NULL;
}

bool gv_temp_read(struct gv_temp *out, const char *name)
{
	uint64_t fields[FIELDS] = {0};
	const char *at = name;
	const char *check = name;
	if (!read_use(&at))
		return false;
	char use = at[-2];
	for (int i = 0; i < FIELDS; i++) {
		check = at;
		if (!read_field(&at, i == CHECK ? '.' : '-', &fields[i]))
			return false;
	}
	if (at - check != 9 || strcmp(at - 1, SUFFIX) != 0 ||
	    hash(name, (size_t)(check - name)) != fields[CHECK])
		return false;
	*out = (struct gv_temp){
		.use = (enum gv_temp_use)use,
		.machine = (uint32_t)fields[MACHINE],
		.boot = (uint32_t)fields[BOOT],
		.space = (uint32_t)fields[SPACE],
		.pid = (int64_t)fields[PID],
		.started = fields[STARTED],
		.original = fields[ORIGINAL],
		.target = (uint32_t)fields[TARGET],
		.content = fields[CONTENT],
	};
	return true;
}

bool gv_temp_is_name(const char *name)
{
	struct gv_temp temp;
	return gv_temp_read(&temp, name);
}

static bool is_running(const struct gv_temp *temp)
{
	uint64_t started;
	if (gv_os_process(temp->pid, &started) == GV_OS_DEAD)
		return false;
	return started == 0 || temp->started == 0 || started == temp->started;
}

bool gv_temp_is_orphan(const struct gv_temp *temp, uint64_t untouched)
{
	const uint64_t day = UINT64_C(24) * 3600 * 1000000000;
	struct gv_os_self self;
	gv_os_self(&self);
	bool here = self.machine != 0 && temp->machine == self.machine;
	bool known = here && self.boot != 0 && temp->boot != 0;
	if (known && temp->boot == self.boot && temp->space == self.space)
		return !is_running(temp);
	if (known && temp->boot != self.boot)
		return true; /* the machine was started anew since */
	return untouched > day;
}
