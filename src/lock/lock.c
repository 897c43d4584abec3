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
	uint64_t lamport;
	struct gv_span number = fields[2];
	if (!take_number(&number, &lamport) || fields[3].len != 1 ||
	    (fields[3].at[0] != 'X' && fields[3].at[0] != 'S'))
		return false;
	for (size_t i = MIN_FIELDS; i < count; i++) {
		if (!is_property(fields[i]))
			return false;
	}
	*out = (struct lock_member){.machine = fields[0], .execution = fields[1]};
	read_execution(out);
	if (is_old_style(out, count) && !take_number(&fields[4], &out->started))
		out->started = 0;
	return true;
}

bool lock_is_member_name(const char *name)
{
	size_t len = strlen(name);
	return name[0] == 'M' && strspn(name + 1, "0123456789") >= 5 && len >= 10 &&
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

static enum lock_state judge_member(const struct lock_member *member, const char *own_machine)
{
	if (own_machine == NULL || !gv_span_equal(member->machine, gv_span_of(own_machine)))
		return LOCK_FOREIGN;
	return is_alive(member) ? LOCK_HELD : LOCK_FREE;
}

struct judgement {
	struct lock_holder *holder;
	struct gv_os_dir *folder;
	const char *own_machine;
};

/* A live owner weighs most: it is the most certain. */
static int weight(enum lock_state state)
{
	static const int weights[] = {
		[LOCK_FREE] = 0, [LOCK_UNREADABLE] = 1, [LOCK_FOREIGN] = 2, [LOCK_HELD] = 3};
	return weights[state];
}

static void note_trouble(struct lock_holder *holder, const char *name, const char *what)
{
	if (weight(holder->state) >= weight(LOCK_UNREADABLE))
		return;
	char shown[64];
	copy_printable(shown, sizeof shown, gv_span_of(name));
	*holder = (struct lock_holder){.state = LOCK_UNREADABLE};
	snprintf(holder->trouble, sizeof holder->trouble, "%s %.40s", shown, what);
}

static void note_member(struct judgement *judgement, const struct lock_member *member)
{
	struct lock_holder *holder = judgement->holder;
	enum lock_state state = judge_member(member, judgement->own_machine);
	if (weight(state) <= weight(holder->state))
		return;
	*holder = (struct lock_holder){.state = state, .pid = member->pid};
	copy_printable(holder->program, sizeof holder->program, member->name);
	copy_printable(holder->machine, sizeof holder->machine, member->machine);
}

static bool judge_name(void *context, const char *name, enum gv_os_type type)
{
	struct judgement *judgement = context;
	char bytes[LOCK_MEMBER_SIZE + 1];
	struct lock_member member;
	int file;
	if (!lock_is_member_name(name))
		return true;
	if (type != GV_OS_FILE) {
		note_trouble(judgement->holder, name, "is not a file");
		return true;
	}
	int code = gv_os_open(judgement->folder, name, &file);
	if (code == ENOENT) /* released just now */
		return true;
	size_t got = 0;
	if (code == 0) {
		code = gv_os_read(file, bytes, sizeof bytes, &got);
		gv_os_close(file);
	}
	if (code != 0)
		note_trouble(judgement->holder, name, strerror(code));
	else if (lock_read_member(&member, (struct gv_span){bytes, got}))
		note_member(judgement, &member);
	else
		note_trouble(judgement->holder, name, "does not read as VMware writes them");
	return true;
}

static void judge_folder(struct lock_holder *out, struct gv_os_dir *folder, const char *name)
{
	char own[80];
	bool known = gv_os_machine_id(own, sizeof own) == 0;
	struct judgement judgement = {out, folder, known ? own : NULL};
	int code = gv_os_list(folder, ".", judge_name, &judgement);
	if (code != 0)
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
	if (code != 0) {
		note_trouble(out, name, strerror(code));
		return;
	}
	judge_folder(out, folder, name);
	gv_os_close_dir(folder);
}
