#include "doctor/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "doctor/inside.h"
#include "platform/os.h"
#include "platform/run.h"

enum {
	FILE_LIMIT = 1 << 20,   /* bytes of one file */
	TOTAL_LIMIT = 64 << 20, /* bytes of all files */
	SAID_LIMIT = 4 << 20,   /* bytes that a program says */
	NAMES_LIMIT = 4096,     /* names of a folder */
	PATIENCE = 5000,        /* milliseconds for a program */
};

#define ENVIRON  "/doctor/environ"
#define COMMANDS "/doctor/commands"

/* What a program said, once it was asked. */
struct answer {
	bool asked;
	enum presence presence;
	struct gv_span said;
	struct gv_error why;
};

struct machine {
	struct gv_arena arena;
	const char *root; /* NULL: this machine */
	struct gv_span environment;
	bool knows_environment;
	size_t total;
	bool failed;
	struct answer answers[PROGRAMS];
};

static struct gv_span keep(struct machine *machine, struct gv_span bytes)
{
	struct gv_span copy = gv_arena_copy(&machine->arena, bytes);
	machine->failed |= copy.at == NULL;
	return copy.at == NULL ? (struct gv_span){"", 0} : copy;
}

const char *machine_keep(struct machine *machine, const char *format, ...)
{
	struct gv_buf text = {0};
	va_list args;
	va_start(args, format);
	gv_buf_vformat(&text, format, args);
	va_end(args);
	machine->failed |= text.failed;
	const char *kept = keep(machine, text.failed ? GV_LITERAL("") : gv_buf_span(&text)).at;
	gv_buf_dispose(&text);
	return kept;
}

bool machine_is_captured(const struct machine *machine)
{
	return machine->root != NULL;
}

bool machine_failed(const struct machine *machine)
{
	return machine->failed;
}

/* ---- paths ---- */

/* Sets OUT to where PATH lies on this machine. */
static int locate(struct machine *machine, const char *path, struct gv_buf *out)
{
	int code = 0;
	gv_buf_text(out, machine->root == NULL ? path : machine->root);
	if (machine->root != NULL && !out->failed)
		code = inside_resolve(out, path, out->len);
	machine->failed |= out->failed || code == ENOMEM;
	return out->failed ? ENOMEM : code;
}

bool machine_locate(struct machine *machine, const char *path, struct gv_buf *out)
{
	return locate(machine, path, out) == 0;
}

/* ---- files ---- */

static bool means_absent(int code)
{
	return code == ENOENT || code == ENOTDIR;
}

static enum presence fail_why(struct machine *machine, struct gv_error *why, int code)
{
	machine->failed |= code == ENOMEM;
	if (means_absent(code))
		return ABSENT;
	gv_fail_system(why, code, "cannot be read");
	return HIDDEN;
}

static enum presence read_at(struct machine *machine, const char *path, uint64_t limit,
                             struct gv_span *text, struct gv_error *why)
{
	struct gv_file file = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_file_read(&file, path, limit, &err);
	if (status == GV_ESYSTEM && means_absent(err.code))
		return ABSENT;
	if (status == GV_OK && machine->total + file.text.len > TOTAL_LIMIT)
		status = gv_fail(&err, GV_ETOOBIG, "more than 64 MiB were read already");
	if (status == GV_OK) {
		machine->total += file.text.len;
		*text = keep(machine, gv_buf_span(&file.text));
		gv_file_dispose(&file);
		return PRESENT;
	}
	gv_file_dispose(&file);
	machine->failed |= status == GV_ENOMEM;
	if (status == GV_ETOOBIG)
		gv_fail(why, status, "too large to be looked at");
	else
		gv_fail(why, status, "%s", err.message);
	return HIDDEN;
}

static enum presence read_file(struct machine *machine, const char *path, uint64_t limit,
                               struct gv_span *text, struct gv_error *why)
{
	struct gv_buf real = {0};
	int code = locate(machine, path, &real);
	enum presence presence = code != 0 ? fail_why(machine, why, code)
	                                   : read_at(machine, real.at, limit, text, why);
	gv_buf_dispose(&real);
	return presence;
}

enum presence machine_read(struct machine *machine, const char *path, struct gv_span *text,
                           struct gv_error *why)
{
	return read_file(machine, path, FILE_LIMIT, text, why);
}

enum presence machine_has(struct machine *machine, const char *path, struct gv_error *why)
{
	struct gv_buf real = {0};
	struct gv_os_stat stat;
	int code = locate(machine, path, &real);
	if (code == 0)
		code = gv_os_stat(NULL, real.at, true, &stat);
	gv_buf_dispose(&real);
	return code == 0 ? PRESENT : fail_why(machine, why, code);
}

/* Has no answer for a captured tree, in which all files are whose it was unpacked by. */
enum presence machine_usable(struct machine *machine, const char *path, struct gv_error *why)
{
	if (machine_is_captured(machine)) {
		gv_fail(why, GV_EINVAL, "a captured tree does not tell who may use it");
		return HIDDEN;
	}
	int code = gv_os_may_use(NULL, path);
	if (code == 0)
		return PRESENT;
	gv_fail_system(why, code, "cannot be used");
	return ABSENT;
}

struct collection {
	struct machine *machine;
	struct machine_names *names;
};

static bool collect(void *context, const char *name, enum gv_os_type type)
{
	struct collection *collection = context;
	struct machine_names *names = collection->names;
	(void)type;
	names->at[names->count] = keep(collection->machine, gv_span_of(name)).at;
	names->count++;
	return names->count < NAMES_LIMIT;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum presence machine_list(struct machine *machine, const char *path, struct machine_names *names,
                           struct gv_error *why)
{
	struct collection collection = {machine, names};
	struct gv_buf real = {0};
	*names = (struct machine_names){0};
	names->at = gv_arena_alloc(&machine->arena, NAMES_LIMIT * sizeof *names->at);
	machine->failed |= names->at == NULL;
	int code = names->at == NULL ? ENOMEM : locate(machine, path, &real);
	if (code == 0)
		code = gv_os_list(NULL, real.at, collect, &collection);
	gv_buf_dispose(&real);
	if (code != 0)
		return fail_why(machine, why, code);
	if (names->count > 1)
		qsort(names->at, names->count, sizeof *names->at, compare_names);
	return PRESENT;
}

/* PATH with its last name still a link: the folder is resolved, the name is not. */
const char *machine_link(struct machine *machine, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct gv_buf real = {0};
	char *target = NULL;
	const char *last = NULL;
	const char *folder = machine_keep(machine, "%.*s", (int)(slash - path), path);
	if (locate(machine, folder, &real) == 0) {
		gv_buf_text(&real, slash);
		int code = real.failed ? ENOMEM : gv_os_read_link(NULL, real.at, &target);
		machine->failed |= code == ENOMEM;
		if (code == 0) {
			const char *name = strrchr(target, '/');
			last = keep(machine, gv_span_of(name == NULL ? target : name + 1)).at;
		}
	}
	free(target);
	gv_buf_dispose(&real);
	return last;
}

/* ---- environment ---- */

bool machine_knows_environment(const struct machine *machine)
{
	return !machine_is_captured(machine) || machine->knows_environment;
}

/* Cuts the first entry off REST: entries end with a line feed or a NUL. */
static struct gv_span take_entry(struct gv_span *rest)
{
	size_t end = 0;
	while (end < rest->len && rest->at[end] != '\0' && rest->at[end] != '\n')
		end++;
	struct gv_span entry = gv_span_part(*rest, 0, end);
	*rest = gv_span_part(*rest, end + (end < rest->len), rest->len);
	return entry;
}

/* The entries become C strings; the last of a name holds. */
static const char *find_variable(const struct machine *machine, const char *name)
{
	struct gv_span rest = machine->environment;
	size_t len = strlen(name);
	const char *value = NULL;
	while (rest.len > 0) {
		struct gv_span entry = take_entry(&rest);
		if (entry.len > len && memcmp(entry.at, name, len) == 0 && entry.at[len] == '=')
			value = entry.at + len + 1;
	}
	return value;
}

const char *machine_variable(const struct machine *machine, const char *name)
{
	const char *value = machine_is_captured(machine) ? find_variable(machine, name)
	                                                 : gv_os_environment(name);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

static void read_environment(struct machine *machine)
{
	struct gv_span text = {0};
	struct gv_error why = {0};
	if (machine_read(machine, ENVIRON, &text, &why) != PRESENT || machine->failed)
		return;
	char *own = gv_arena_alloc(&machine->arena, text.len + 1);
	machine->failed |= own == NULL;
	if (own == NULL)
		return;
	for (size_t i = 0; i < text.len; i++) /* a NUL ends each, as in /proc/self/environ */
		own[i] = text.at[i] == '\n' || text.at[i] == '\r' ? '\0' : text.at[i];
	own[text.len] = '\0';
	machine->environment = (struct gv_span){own, text.len};
	machine->knows_environment = true;
}

/* ---- programs ---- */

static enum presence hear(struct machine *machine, enum program program, struct gv_span *said,
                          struct gv_error *why)
{
	const struct program_row *row = &program_rows[program];
	struct gv_run run = {0};
	struct gv_buf both = {0};
	if (row->argv[0] == NULL) {
		gv_fail(why, GV_EINVAL, "this version does not run it");
		return HIDDEN;
	}
	int code = gv_run_within(&run, row->argv, SAID_LIMIT, PATIENCE);
	machine->failed |= code == ENOMEM;
	if (code == 0) {
		gv_buf_add(&both, (struct gv_span){run.out, run.out_size});
		gv_buf_text(&both, run.err);
		*said = keep(machine, gv_buf_span(&both));
	} else if (code == ETIMEDOUT) {
		gv_fail(why, GV_ESYSTEM, "gave no answer in %d seconds and was ended",
		        PATIENCE / 1000);
	} else if (!means_absent(code)) {
		gv_fail_system(why, code, "cannot be run");
	}
	machine->failed |= both.failed;
	gv_buf_dispose(&both);
	gv_run_dispose(&run);
	return code == 0 ? PRESENT : means_absent(code) ? ABSENT : HIDDEN;
}

enum presence machine_ask(struct machine *machine, enum program program, struct gv_span *said,
                          struct gv_error *why)
{
	struct answer *answer = &machine->answers[program];
	if (!answer->asked && machine_is_captured(machine)) {
		const char *path =
			machine_keep(machine, COMMANDS "/%s", program_rows[program].capture);
		answer->presence =
			read_file(machine, path, SAID_LIMIT, &answer->said, &answer->why);
	} else if (!answer->asked) {
		answer->presence = hear(machine, program, &answer->said, &answer->why);
	}
	answer->asked = true;
	*said = answer->said;
	*why = answer->why;
	return answer->presence;
}

/* ---- life ---- */

static enum gv_status check_root(const char *root, struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat(NULL, root, true, &stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot be opened");
	if (stat.type != GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL, "is no folder");
	return GV_OK;
}

enum gv_status machine_open(struct machine **out, const char *root, struct gv_error *err)
{
	enum gv_status status = root == NULL ? GV_OK : check_root(root, err);
	if (status != GV_OK)
		return status;
	struct machine *machine = calloc(1, sizeof *machine);
	if (machine == NULL)
		return gv_fail_memory(err);
	if (root != NULL) {
		machine->root = keep(machine, gv_span_of(root)).at;
		read_environment(machine);
	}
	if (machine->failed) {
		machine_close(machine);
		return gv_fail_memory(err);
	}
	*out = machine;
	return GV_OK;
}

void machine_close(struct machine *machine)
{
	if (machine == NULL)
		return;
	gv_arena_dispose(&machine->arena);
	free(machine);
}
