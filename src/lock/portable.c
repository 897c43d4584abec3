#include "lock/portable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "lock/lock.h"

/* Times in milliseconds. */
enum {
	DOORWAY_LIMIT = 8000, /* to find a free number (lock facts 6.1) */
	WATCH_LEAST = 1000,   /* for others to choose theirs, whatever the timeout (12.6) */
	SWEEP_AGE = 8200,     /* of an entry that is seen without a gap: its owner was killed */
	SIGHT_GAP = 1000,     /* between two looks: it may have been another entry meanwhile */
	LONGEST_LOOK = 200,   /* from one look at the doorway to the next */
};

/* Bounds against a folder that somebody filled to harm. */
enum { MAX_MEMBERS = 65536, MAX_WATCHED = 64, WATCHED_SIZE = 32 };

/* An entry in the doorway: somebody chooses a number, or was killed at it. */
struct watched {
	char name[WATCHED_SIZE];
	uint64_t since; /* when it was first seen without a gap since */
	bool seen;      /* in the last listing */
};

/* The lock on its way. */
struct taking {
	struct lock_portable *lock;
	const struct lock_request *request;
	struct lock_self self;
	bool local;
	uint64_t begun;
	uint64_t listed_at;
	uint32_t checksum;
	uint32_t number; /* our place in the queue */
	const char **members;
	size_t member_count;
	size_t member_cap;
	struct gv_arena arena; /* of the members' names */
	bool is_crowded;
	size_t doorways; /* entries in the last listing */
	struct watched watched[MAX_WATCHED];
	size_t watched_count;
	struct lock_holder holder; /* whom we wait for */
};

/* Names in the lock folder, "Mnnnnn.lck". */
struct own_name {
	char at[sizeof "M65535.lck"];
};

static struct own_name own_name(const struct lock_portable *lock, char letter)
{
	struct own_name name;
	snprintf(name.at, sizeof name.at, "%c%.5s.lck", letter, lock->number);
	return name;
}

/* VMware adds C's chars, signed or not as the machine has them (lock facts 3). */
uint32_t lock_checksum(const char *path)
{
	uint32_t hash = 5381;
	for (; *path != '\0'; path++) {
		int letter = *path;
		hash = hash * 33 + (uint32_t)letter;
	}
	return hash;
}

/* Of the folder's path only the part before the name is resolved (lock facts 2). */
static enum gv_status find_checksum(struct taking *taking, struct gv_error *err)
{
	const char *path = taking->request->path;
	const char *slash = strrchr(path, '/');
	struct gv_buf text = {0};
	char *resolved = NULL;
	if (slash == NULL) {
		gv_buf_text(&text, "./");
	} else if (slash != path) {
		gv_buf_add(&text, (struct gv_span){path, (size_t)(slash - path)});
		if (!text.failed && gv_os_resolve(text.at, &resolved) == 0) {
			text.len = 0;
			gv_buf_text(&text, resolved);
		}
	}
	gv_buf_text(&text, slash == NULL ? path : slash);
	gv_buf_text(&text, ".lck");
	enum gv_status status = text.failed ? gv_fail_memory(err) : GV_OK;
	if (status == GV_OK)
		taking->checksum = lock_checksum(text.at);
	gv_buf_dispose(&text);
	free(resolved);
	return status;
}

/*
 * Opens the lock folder, and makes it if need be. ENOENT: it went meanwhile, try again. Of a link,
 * which VMware follows, nobody knows where it leads in a moment.
 */
static int open_folder(struct lock_portable *lock)
{
	struct gv_os_stat stat;
	const char *name = lock->folder_name.at;
	int code = gv_os_stat(lock->dir, name, false, &stat);
	if (code == 0 && stat.type != GV_OS_FOLDER)
		return ENOTDIR;
	if (code == ENOENT) {
		code = gv_os_make_dir(lock->dir, name);
		lock->is_impossible =
			code == EACCES || code == EPERM || code == EROFS || code == ENAMETOOLONG;
	}
	lock->is_impossible |= code == ENAMETOOLONG;
	if (code != 0 && code != EEXIST)
		return code;
	return gv_os_open_dir(&lock->folder, lock->dir, name);
}

static void close_folder(struct lock_portable *lock)
{
	gv_os_close_dir(lock->folder);
	lock->folder = NULL;
}

/* Makes the entry of a number that nobody has. EEXIST: draw again; ENOENT: the folder went. */
static int enter_doorway(struct lock_portable *lock)
{
	struct gv_os_stat stat;
	uint64_t random;
	int code = gv_os_random(&random);
	if (code != 0)
		return code;
	snprintf(lock->number, sizeof lock->number, "%05u", (unsigned)(random & 0xFFFF));
	code = gv_os_make_dir(lock->folder, own_name(lock, 'D').at);
	if (code != 0)
		return code;
	code = gv_os_stat(lock->folder, own_name(lock, 'M').at, false, &stat);
	if (code == ENOENT)
		return 0;
	int left = gv_os_remove_dir(lock->folder, own_name(lock, 'D').at);
	return left != 0 ? left : code == 0 ? EEXIST : code;
}

/* Stands in the doorway afterwards (lock facts 6.1). */
static int enter(struct taking *taking)
{
	struct lock_portable *lock = taking->lock;
	for (;;) {
		int code = open_folder(lock);
		if (code == 0)
			code = enter_doorway(lock);
		if (code == 0)
			return 0;
		bool again = code == EEXIST || code == ENOENT;
		close_folder(lock);
		if (again && gv_os_clock() - taking->begun > DOORWAY_LIMIT)
			code = EBUSY;
		else if (again)
			code = gv_os_pause(1);
		if (code == 0)
			continue;
		gv_os_remove_dir(lock->dir, lock->folder_name.at);
		return code;
	}
}

static void note_doorway(struct taking *taking, const char *name)
{
	taking->doorways++;
	for (size_t i = 0; i < taking->watched_count; i++) {
		if (strcmp(taking->watched[i].name, name) == 0) {
			taking->watched[i].seen = true;
			return;
		}
	}
	/* What does not fit is waited for all the same, only never swept. */
	if (taking->watched_count == MAX_WATCHED || strlen(name) >= WATCHED_SIZE)
		return;
	struct watched *watched = &taking->watched[taking->watched_count++];
	*watched = (struct watched){.since = UINT64_MAX, .seen = true};
	strcpy(watched->name, name);
}

static bool note_name(void *context, const char *name, enum gv_os_type type)
{
	struct taking *taking = context;
	(void)type;
	if (lock_is_name(name, 'D') && strcmp(name, own_name(taking->lock, 'D').at) != 0)
		note_doorway(taking, name);
	if (!lock_is_name(name, 'M') || strcmp(name, own_name(taking->lock, 'M').at) == 0)
		return true;
	taking->is_crowded = taking->member_count == MAX_MEMBERS;
	if (taking->is_crowded)
		return false;
	const char **grown =
		gv_grow(taking->members, taking->member_count, &taking->member_cap, sizeof *grown);
	if (grown != NULL)
		taking->members = grown;
	const char *copy = gv_arena_copy(&taking->arena, gv_span_of(name)).at;
	taking->is_crowded = grown == NULL || copy == NULL;
	if (!taking->is_crowded)
		taking->members[taking->member_count++] = copy;
	return !taking->is_crowded;
}

/* Forgets entries that are gone; dates those that are new, or were long out of sight. */
static void date_doorways(struct taking *taking, uint64_t before)
{
	uint64_t now = gv_os_clock();
	size_t kept = 0;
	bool gap = before - taking->listed_at > SIGHT_GAP;
	for (size_t i = 0; i < taking->watched_count; i++) {
		struct watched watched = taking->watched[i];
		if (!watched.seen)
			continue;
		if (gap || watched.since == UINT64_MAX)
			watched.since = now;
		taking->watched[kept++] = watched;
	}
	taking->watched_count = kept;
	taking->listed_at = now;
}

/* One listing: the members but our own, and who is in the doorway. Foreign names stay (12.7). */
static int list_folder(struct taking *taking)
{
	uint64_t before = gv_os_clock();
	taking->member_count = 0;
	taking->doorways = 0;
	gv_arena_dispose(&taking->arena);
	for (size_t i = 0; i < taking->watched_count; i++)
		taking->watched[i].seen = false;
	int code = gv_os_list(taking->lock->folder, ".", note_name, taking);
	if (code == 0 && taking->is_crowded)
		code = taking->member_count == MAX_MEMBERS ? E2BIG : ENOMEM;
	date_doorways(taking, before);
	return code;
}

/* A member of another, as it counts. */
struct rival {
	enum lock_state state; /* LOCK_FREE: it is gone, or was stale */
	uint32_t number;
};

/* Removes what was judged stale if it still is what was judged (lock facts 12.5). */
static int remove_stale(struct taking *taking, const char *name, const struct lock_bytes *judged)
{
	struct lock_bytes now;
	int code = lock_load_member(&now, taking->lock->folder, name);
	if (code == 0 && (now.len != judged->len || memcmp(now.at, judged->at, now.len) != 0))
		return 0;
	if (code == 0)
		code = gv_os_remove(taking->lock->folder, name);
	return code == ENOENT ? 0 : code;
}

/* Our own lock in a folder that has been renamed (lock facts 8, rule 6). */
static bool is_moved(const struct taking *taking, const struct lock_member *member)
{
	char checksum[16];
	snprintf(checksum, sizeof checksum, "%" PRIu32, taking->checksum);
	return gv_span_equal(member->machine, gv_span_of(taking->self.machine)) &&
	       gv_span_equal(member->execution, gv_span_of(taking->self.execution)) &&
	       member->checksum.len > 0 && !gv_span_equal(member->checksum, gv_span_of(checksum));
}

/* Reads the member NAME and judges it as VMware does; what is stale goes (lock facts 8). */
static int look_at(struct taking *taking, const char *name, struct rival *rival)
{
	struct lock_bytes bytes;
	struct lock_member member;
	*rival = (struct rival){.state = LOCK_FREE};
	int code = lock_load_member(&bytes, taking->lock->folder, name);
	if (code != 0)
		return code == ENOENT ? 0 : code;
	if (!lock_read_member(&member, (struct gv_span){bytes.at, bytes.len}))
		return remove_stale(taking, name, &bytes);
	enum lock_state state = lock_judge_member(&member, &taking->self, taking->local);
	if (state == LOCK_FREE || is_moved(taking, &member))
		return remove_stale(taking, name, &bytes);
	*rival = (struct rival){state, member.number};
	lock_name_holder(&taking->holder, state, &member, name);
	return 0;
}

/* One more than the highest there is; the largest would make the next one wrap (lock facts 8). */
static int choose_number(struct taking *taking)
{
	uint32_t highest = 0;
	int code = list_folder(taking);
	for (size_t i = 0; code == 0 && i < taking->member_count; i++) {
		struct rival rival;
		code = look_at(taking, taking->members[i], &rival);
		if (code == 0 && rival.state != LOCK_FREE && rival.number > highest)
			highest = rival.number;
	}
	if (code == 0 && highest >= UINT32_MAX - 1)
		code = EOVERFLOW;
	taking->number = highest + 1;
	return code;
}

/* In one write: nobody may read a part of it as a member. */
static int write_member(const struct taking *taking, int file)
{
	const struct lock_self *self = &taking->self;
	char bytes[LOCK_MEMBER_SIZE] = {0};
	snprintf(bytes, sizeof bytes, "%s %s %" PRIu32 " X %" PRIu64 " lc=%" PRIu32, self->machine,
	         self->execution, taking->number, self->started, taking->checksum);
	int code = gv_os_write(file, bytes, sizeof bytes);
	return code != 0 ? code : gv_os_stat_file(file, &taking->lock->member);
}

/* From the doorway into the queue (lock facts 6.2 to 6.4). */
static int queue_up(struct taking *taking)
{
	struct lock_portable *lock = taking->lock;
	int file;
	int code = gv_os_create_readable(lock->folder, own_name(lock, 'E').at, &file);
	if (code != 0)
		return code;
	code = choose_number(taking);
	if (code == 0)
		code = write_member(taking, file);
	int closed = gv_os_close(file);
	if (code == 0)
		code = closed;
	if (code == 0)
		code = gv_os_rename(lock->folder, own_name(lock, 'E').at, own_name(lock, 'M').at);
	return code != 0 ? code : gv_os_remove_dir(lock->folder, own_name(lock, 'D').at);
}

/*
 * Clears away what an entrant left that was killed. One who is only slow has published its member
 * by now, or will notice that its entry is gone; unlike VMware's, a member that counts is left
 * alone.
 */
static void sweep(struct taking *taking, const char *doorway)
{
	struct gv_os_dir *folder = taking->lock->folder;
	struct rival rival;
	char name[WATCHED_SIZE];
	snprintf(name, sizeof name, "%s", doorway);
	name[0] = 'E';
	gv_os_remove(folder, name);
	name[0] = 'M';
	look_at(taking, name, &rival);
	gv_os_remove_dir(folder, doorway);
}

static void sweep_abandoned(struct taking *taking)
{
	for (size_t i = 0; i < taking->watched_count; i++) {
		if (taking->listed_at - taking->watched[i].since > SWEEP_AGE)
			sweep(taking, taking->watched[i].name);
	}
}

/* Until nobody chooses a number any more that may be before ours (lock facts 7.3). */
static int watch_doorway(struct taking *taking)
{
	uint64_t limit = taking->request->timeout;
	uint64_t begun = gv_os_clock();
	uint64_t pause = 1;
	if (limit < WATCH_LEAST)
		limit = WATCH_LEAST;
	for (;;) {
		int code = list_folder(taking);
		if (code != 0 || taking->doorways == 0)
			return code;
		sweep_abandoned(taking);
		if (gv_os_clock() - begun >= limit)
			return EBUSY;
		code = gv_os_pause(pause);
		if (code != 0)
			return code;
		pause = pause * 2 < LONGEST_LOOK ? pause * 2 : LONGEST_LOOK;
	}
}

/* Equal numbers are parted by the names of their files (lock facts 6.5). */
static bool is_before(const struct taking *taking, const struct rival *rival, const char *name)
{
	if (rival->state == LOCK_FREE)
		return false;
	if (rival->number != taking->number)
		return rival->number < taking->number;
	return strcmp(name, own_name(taking->lock, 'M').at) < 0;
}

/* VMware's pauses: up to 100 ms for two seconds, then a tenth of the age, 2 s at most (7.4). */
static uint64_t next_pause(uint64_t age)
{
	uint64_t random = 0;
	uint64_t most = age <= 2000 ? 100 : age < 20000 ? age / 10 : 2000;
	gv_os_random(&random); /* without it VMware's shortest */
	return most / 2 + random % (most / 2 + 1);
}

/* Until the member NAME is gone, stale, or another one that came behind us. */
static int wait_for(struct taking *taking, const char *name)
{
	for (;;) {
		struct rival rival;
		int code = look_at(taking, name, &rival);
		if (code != 0 || !is_before(taking, &rival, name))
			return code;
		uint64_t age = gv_os_clock() - taking->begun;
		uint64_t limit = taking->request->timeout;
		if (age >= limit)
			return EAGAIN;
		uint64_t pause = next_pause(age);
		code = gv_os_pause(pause < limit - age ? pause : limit - age);
		if (code != 0)
			return code;
	}
}

static int wait_in_line(struct taking *taking)
{
	int code = watch_doorway(taking);
	for (size_t i = 0; code == 0 && i < taking->member_count; i++)
		code = wait_for(taking, taking->members[i]);
	return code;
}

/* The lock and, unless that is NULL, who holds it; for messages. */
static void describe(char *out, size_t size, const struct lock_holder *holder, const char *lock)
{
	if (holder == NULL || holder->state == LOCK_FREE)
		snprintf(out, size, "%s", lock);
	else
		snprintf(out, size, "%s, which %s, process %lld on machine %s, holds", lock,
		         holder->program[0] == '\0' ? "a program" : holder->program,
		         (long long)holder->pid, holder->machine);
}

/* What CODE means for the user. */
static enum gv_status fail_taking(const struct taking *taking, int code, struct gv_error *err)
{
	char who[400];
	struct gv_buf lock = {0};
	gv_charset_show_short(&lock, NULL, gv_span_of(taking->lock->folder_name.at), 60);
	bool is_waiting = code == EAGAIN || code == EINTR;
	describe(who, sizeof who, is_waiting ? &taking->holder : NULL,
	         lock.at == NULL ? "" : lock.at);
	gv_buf_dispose(&lock);
	switch (code) {
	case ENOMEM:
		return gv_fail_memory(err);
	case EAGAIN:
		return gv_fail(err, GV_EREFUSED,
		               "waited in vain for VMware's lock %s (--lock-timeout); if that "
		               "program is gone, delete the folder",
		               who);
	case EBUSY:
		return gv_fail(err, GV_EREFUSED,
		               "another program is about to take VMware's lock %s and does not "
		               "come to an end; what a killed one left is cleared away after "
		               "nine seconds (--lock-timeout)",
		               who);
	case ENOTDIR:
		return gv_fail(err, GV_EREFUSED, "%s is no folder: ESXi's lock?", who);
	case EINTR:
		return gv_fail_system(err, code, "given up while waiting for VMware's lock %s",
		                      who);
	default:
		return gv_fail_system(
			err, code, "cannot take VMware's lock %s (--lock=never writes without it)",
			who);
	}
}

static bool is_own_member(const struct lock_portable *lock, struct gv_os_dir *dir, const char *name)
{
	struct gv_os_stat now;
	return gv_os_stat(dir, name, false, &now) == 0 && now.inode == lock->member.inode &&
	       now.device == lock->member.device;
}

enum gv_status lock_confirm(const struct lock_portable *lock, struct gv_error *err)
{
	if (lock->folder == NULL || is_own_member(lock, lock->dir, lock->member_path.at))
		return GV_OK;
	return gv_fail(err, GV_EREFUSED,
	               "another program took VMware's lock away while it was held; nothing was "
	               "written");
}

/* Only a member that is still ours: its number may be another's by now. */
static void remove_member(struct lock_portable *lock)
{
	if (is_own_member(lock, lock->folder, own_name(lock, 'M').at))
		gv_os_remove(lock->folder, own_name(lock, 'M').at);
}

/* The folder stays when others are in it, or when this user may not remove it. */
void lock_release(struct lock_portable *lock)
{
	if (lock->folder != NULL) {
		remove_member(lock);
		close_folder(lock);
		gv_os_remove_dir(lock->dir, lock->folder_name.at);
	}
	gv_buf_dispose(&lock->folder_name);
	gv_buf_dispose(&lock->member_path);
}

/* Leaves the queue and the doorway, as far as we came. */
static void step_back(struct lock_portable *lock)
{
	gv_os_remove(lock->folder, own_name(lock, 'E').at);
	remove_member(lock);
	gv_os_remove_dir(lock->folder, own_name(lock, 'D').at);
}

static enum gv_status take(struct taking *taking, struct gv_error *err)
{
	struct lock_portable *lock = taking->lock;
	taking->begun = taking->listed_at = gv_os_clock();
	int code = enter(taking);
	if (code != 0)
		return fail_taking(taking, code, err);
	taking->local = gv_os_is_local(lock->folder);
	gv_buf_format(&lock->member_path, "%s/%s", lock->folder_name.at, own_name(lock, 'M').at);
	code = lock->member_path.failed ? ENOMEM : queue_up(taking);
	if (code == 0)
		code = wait_in_line(taking);
	if (code != 0) {
		step_back(lock);
		return fail_taking(taking, code, err);
	}
	return lock_confirm(lock, err);
}

enum gv_status lock_take(struct lock_portable *lock, const struct lock_request *request,
                         struct gv_error *err)
{
	struct taking *taking = calloc(1, sizeof *taking);
	if (taking == NULL)
		return gv_fail_memory(err);
	*taking = (struct taking){.lock = lock, .request = request};
	*lock = (struct lock_portable){.dir = request->dir};
	gv_buf_format(&lock->folder_name, "%s.lck", request->name);
	lock_self_find(&taking->self);
	enum gv_status status = lock->folder_name.failed ? gv_fail_memory(err) : GV_OK;
	if (status == GV_OK)
		status = find_checksum(taking, err);
	if (status == GV_OK)
		status = take(taking, err);
	if (status != GV_OK)
		lock_release(lock);
	free(taking->members);
	gv_arena_dispose(&taking->arena);
	free(taking);
	return status;
}
