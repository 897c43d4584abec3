#include "lock/lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_FIELDS = 5, MAX_FIELDS = 16 };

/* Splits at runs of blanks; returns the number of fields, MAX_FIELDS + 1 when there are more. */
static size_t split(struct gv_span text, struct gv_span fields[MAX_FIELDS])
{
	size_t count = 0;
	for (size_t at = 0; at < text.len;) {
		const char *blank = memchr(text.at + at, ' ', text.len - at);
		size_t end = blank == NULL ? text.len : (size_t)(blank - text.at);
		if (end > at && count == MAX_FIELDS)
			return MAX_FIELDS + 1;
		if (end > at)
			fields[count++] = gv_span_part(text, at, end);
		at = end + 1;
	}
	return count;
}

/* The digits at the start of TEXT, as sscanf's %u takes them; the rest is left in *TEXT. */
static bool take_number(struct gv_span *text, uint64_t *out)
{
	size_t digits = 0;
	while (digits < text->len && text->at[digits] >= '0' && text->at[digits] <= '9')
		digits++;
	if (!gv_span_number(gv_span_part(*text, 0, digits), out))
		return false;
	*text = gv_span_part(*text, digits, text->len);
	return true;
}

/*
 * The number as VMware's %u takes it. What is too large for it, or negative, it takes for some
 * other number; here that is the largest, which nobody can queue behind.
 */
static bool take_queue_number(struct gv_span text, uint32_t *out)
{
	uint64_t number;
	bool negative = text.len > 0 && text.at[0] == '-';
	size_t sign = text.len > 0 && (negative || text.at[0] == '+');
	struct gv_span digits = gv_span_part(text, sign, text.len);
	if (digits.len == 0 || digits.at[0] < '0' || digits.at[0] > '9')
		return false;
	bool fits = take_number(&digits, &number) && number < UINT32_MAX && !negative;
	*out = fits ? (uint32_t)number : UINT32_MAX;
	return true;
}

static bool is_property(struct gv_span field)
{
	const char *equals = memchr(field.at, '=', field.len);
	return equals != NULL && equals > field.at && equals < field.at + field.len - 1;
}

/* "pid-creationTime(name)", "pid-creationTime" or "pid". */
static void read_execution(struct lock_member *member)
{
	struct gv_span rest = member->execution;
	uint64_t pid;
	member->has_pid = take_number(&rest, &pid) && pid <= INT32_MAX;
	if (!member->has_pid)
		return;
	member->pid = (int64_t)pid;
	if (rest.len > 0 && rest.at[0] == '-') {
		rest = gv_span_part(rest, 1, rest.len);
		if (!take_number(&rest, &member->started))
			member->started = 0;
	}
	if (rest.len > 1 && rest.at[0] == '(' && rest.at[rest.len - 1] == ')')
		member->name = gv_span_part(rest, 1, rest.len - 1);
}

/* Before about 2011 the creation time stood only in field 4 (lock facts 5, old style). */
static bool is_old_style(const struct lock_member *member, size_t fields)
{
	struct gv_span id = member->execution;
	return fields == 6 && memchr(id.at, '-', id.len) == NULL &&
	       memchr(id.at, '(', id.len) == NULL && memchr(id.at, ')', id.len) == NULL;
}

bool lock_read_member(struct lock_member *out, struct gv_span bytes)
{
	struct gv_span fields[MAX_FIELDS];
	if (bytes.len != LOCK_MEMBER_SIZE)
		return false;
	const char *nul = memchr(bytes.at, '\0', bytes.len);
	size_t len = nul == NULL ? bytes.len : (size_t)(nul - bytes.at);
	size_t count = split(gv_span_part(bytes, 0, len), fields);
	if (count < MIN_FIELDS || count > MAX_FIELDS)
		return false;
	uint32_t number;
	if (!take_queue_number(fields[2], &number) || fields[3].len != 1 ||
	    (fields[3].at[0] != 'X' && fields[3].at[0] != 'S'))
		return false;
	struct gv_span checksum = {"", 0};
	for (size_t i = MIN_FIELDS; i < count; i++) {
		if (!is_property(fields[i]))
			return false;
		if (fields[i].len > 3 && memcmp(fields[i].at, "lc=", 3) == 0)
			checksum = gv_span_part(fields[i], 3, fields[i].len);
	}
	*out = (struct lock_member){.machine = fields[0],
	                            .execution = fields[1],
	                            .number = number,
	                            .checksum = checksum};
	read_execution(out);
	if (is_old_style(out, count) && !take_number(&fields[4], &out->started))
		out->started = 0;
	return true;
}

bool lock_is_name(const char *name, char letter)
{
	size_t len = strlen(name);
	return name[0] == letter && strspn(name + 1, "0123456789") >= 5 && len >= 10 &&
	       strcmp(name + len - 4, ".lck") == 0;
}

/* Copies TEXT with blanks for what cannot be shown. */
static void copy_printable(char *out, size_t size, struct gv_span text)
{
	size_t len = text.len < size - 1 ? text.len : size - 1;
	for (size_t i = 0; i < len; i++)
		out[i] = text.at[i] >= 0x20 && text.at[i] < 0x7F ? text.at[i] : '?';
	out[len] = '\0';
}

/* Asked only of members of this machine. What cannot be read is taken to be alive. */
static bool is_alive(const struct lock_member *member)
{
	uint64_t started;
	if (!member->has_pid)
		return true;
	if (gv_os_process(member->pid, &started) == GV_OS_DEAD)
		return false;
	return started == 0 || member->started == 0 || started == member->started;
}

/*
 * An old machine ID without a hardware address, which two hosts of one name share (lock facts 4):
 * of the character in front of the ten only the two high bits are the name's.
 */
static bool lacks_hardware(struct gv_span machine)
{
	return machine.len == 16 && strchr("AQgw", machine.at[5]) != NULL &&
	       gv_span_equal(gv_span_part(machine, 6, 16), GV_LITERAL("AAAAAAAAAA"));
}

/* True when a process of MEMBER's machine that is not found here does not live anywhere. */
static bool is_death_certain(const struct lock_member *member, const struct lock_self *self,
                             bool local)
{
	if (gv_span_equal(member->machine, gv_span_of(self->mark)))
		return true;
	return self->sees_host && (local || !lacks_hardware(member->machine));
}

/* By its program, by its mark where programs have no names, or because it is this very process. */
static bool is_gpuvirt(const struct lock_member *member, const struct lock_self *self)
{
	bool marked = gv_span_begins_nocase(member->machine, GV_LITERAL(LOCK_MARK));
	return gv_span_equal(member->name, GV_LITERAL(LOCK_PROGRAM)) ||
	       (marked && member->name.len == 0) ||
	       gv_span_equal(member->execution, gv_span_of(self->execution));
}

enum lock_state lock_judge_member(const struct lock_member *member, const struct lock_self *self,
                                  bool local)
{
	struct gv_span machine = member->machine;
	bool here = (self->host[0] != '\0' && gv_span_equal(machine, gv_span_of(self->host))) ||
	            gv_span_equal(machine, gv_span_of(self->mark));
	if (here && !is_alive(member))
		return is_death_certain(member, self, local) ? LOCK_FREE : LOCK_UNREADABLE;
	if (is_gpuvirt(member, self))
		return LOCK_BRIEF;
	return here ? LOCK_HELD : LOCK_FOREIGN;
}

void lock_name_holder(struct lock_holder *out, enum lock_state state,
                      const struct lock_member *member, const char *name)
{
	char shown[64];
	*out = (struct lock_holder){.state = state, .pid = member->pid};
	copy_printable(out->program, sizeof out->program, member->name);
	copy_printable(out->machine, sizeof out->machine, member->machine);
	if (state != LOCK_UNREADABLE)
		return;
	copy_printable(shown, sizeof shown, gv_span_of(name));
	snprintf(out->trouble, sizeof out->trouble, "%s is of a process that this one may not see",
	         shown);
}

struct judgement {
	struct lock_holder *holder;
	struct gv_os_dir *folder;
	struct lock_self self;
	bool local;
};

static void note_trouble(struct lock_holder *holder, const char *name, const char *what)
{
	if (holder->state >= LOCK_UNREADABLE)
		return;
	char shown[64];
	copy_printable(shown, sizeof shown, gv_span_of(name));
	*holder = (struct lock_holder){.state = LOCK_UNREADABLE};
	snprintf(holder->trouble, sizeof holder->trouble, "%s %.40s", shown, what);
}

static void note_member(struct judgement *judgement, const struct lock_member *member,
                        const char *name)
{
	enum lock_state state = lock_judge_member(member, &judgement->self, judgement->local);
	if (state > judgement->holder->state)
		lock_name_holder(judgement->holder, state, member, name);
}

int lock_load_member(struct lock_bytes *out, struct gv_os_dir *folder, const char *name)
{
	struct gv_os_stat stat;
	int file;
	int code = gv_os_open_itself(folder, name, &file);
	if (code != 0)
		return code;
	code = gv_os_stat_file(file, &stat);
	if (code == 0 && stat.type != GV_OS_FILE)
		code = stat.type == GV_OS_FOLDER ? EISDIR : EINVAL;
	if (code == 0)
		code = gv_os_read(file, out->at, sizeof out->at, &out->len);
	gv_os_close(file);
	return code;
}

/* What a power cut leaves of a member, which is not made durable: nobody holds anything by it. */
static bool is_blank(const struct lock_bytes *bytes)
{
	for (size_t i = 0; i < bytes->len; i++) {
		if (bytes->at[i] != '\0')
			return false;
	}
	return true;
}

static bool judge_name(void *context, const char *name, enum gv_os_type type)
{
	struct judgement *judgement = context;
	struct lock_bytes bytes;
	struct lock_member member;
	if (!lock_is_name(name, 'M'))
		return true;
	if (type != GV_OS_FILE) {
		note_trouble(judgement->holder, name, "is not a file");
		return true;
	}
	int code = lock_load_member(&bytes, judgement->folder, name);
	if (code == ENOENT) /* released just now */
		return true;
	if (code != 0)
		note_trouble(judgement->holder, name, strerror(code));
	else if (is_blank(&bytes))
		return true;
	else if (lock_read_member(&member, (struct gv_span){bytes.at, bytes.len}))
		note_member(judgement, &member, name);
	else
		note_trouble(judgement->holder, name, "does not read as VMware writes them");
	return true;
}

static void judge_folder(struct lock_holder *out, struct gv_os_dir *folder, const char *name)
{
	struct judgement judgement = {.holder = out, .folder = folder};
	judgement.local = gv_os_is_local(folder);
	lock_self_find(&judgement.self);
	int code = gv_os_list(folder, ".", judge_name, &judgement);
	if (code != 0 && code != ENOENT) /* removed just now */
		note_trouble(out, name, strerror(code));
}

void lock_judge(struct lock_holder *out, struct gv_os_dir *dir, const char *name)
{
	struct gv_os_stat stat;
	*out = (struct lock_holder){.state = LOCK_FREE};
	int code = gv_os_stat(dir, name, true, &stat);
	/* A name too long for a lock folder can have none. */
	if (code == ENOENT || code == ENAMETOOLONG)
		return;
	if (code == 0 && stat.type != GV_OS_FOLDER) {
		note_trouble(out, name, "is no folder: ESXi's lock?");
		return;
	}
	struct gv_os_dir *folder = NULL;
	if (code == 0)
		code = gv_os_open_dir(&folder, dir, name);
	if (code == ENOENT) /* released just now */
		return;
	if (code != 0) {
		note_trouble(out, name, strerror(code));
		return;
	}
	judge_folder(out, folder, name);
	gv_os_close_dir(folder);
}
