/*
 * VMware's portable file locks: who holds them, judged without touching them.
 *
 * Knows lock folders and their members (docs/locks.md; lock facts 2 to 8); takes no lock, which
 * portable.h does by the same judgement.
 */
#ifndef GPUVIRT_LOCK_LOCK_H
#define GPUVIRT_LOCK_LOCK_H

#include <gpuvirt/text.h>

#include "lock/self.h"
#include "platform/os.h"

/* What a member file says. Spans are borrowed from its bytes. */
struct lock_member {
	struct gv_span machine;   /* machine ID */
	struct gv_span execution; /* "pid-creationTime(name)" */
	struct gv_span name;      /* of the program, without parentheses; empty when not given */
	bool has_pid;
	int64_t pid;
	uint64_t started; /* creation time of the process, 0: unknown */
	uint32_t number;  /* the place in the queue; UINT32_MAX: none that can be queued behind */
	struct gv_span checksum; /* over the path of its folder; empty when not given */
};

/* The size of every member file, in bytes. */
enum { LOCK_MEMBER_SIZE = 512 };

/*
 * Reads the member file BYTES. Returns false when they are no member: another size, fewer than 5
 * or more than 16 fields, a bad number, type or property.
 */
bool lock_read_member(struct lock_member *out, struct gv_span bytes);

/* A member file as it was read: one byte more than there may be. */
struct lock_bytes {
	char at[LOCK_MEMBER_SIZE + 1];
	size_t len;
};

/*
 * Reads the file NAME of a lock folder, in which anybody may put anything. Returns 0 or an errno;
 * for what is no regular file EISDIR, ELOOP or EINVAL.
 */
int lock_load_member(struct lock_bytes *out, struct gv_os_dir *folder, const char *name);

/* True when NAME is LETTER, five digits, anything, ".lck"; M is the letter of member files. */
bool lock_is_name(const char *name, char letter);

enum lock_state {
	LOCK_FREE,       /* no member, or all of them stale */
	LOCK_BRIEF,      /* by a gpuvirt, which lets go of it in a moment */
	LOCK_UNREADABLE, /* there is something that cannot be read, decoded or judged from here */
	LOCK_FOREIGN,    /* by another machine, which cannot be asked */
	LOCK_HELD,       /* by a live process of this host */
};

/*
 * Judges one member as SELF sees it. LOCAL: its folder is on a file system of this host alone; on
 * another a dead process is not believed in when the machine ID may be that of two hosts (lock
 * facts 12.7). LOCK_FREE: it is stale, and VMware would remove it.
 */
enum lock_state lock_judge_member(const struct lock_member *member, const struct lock_self *self,
                                  bool local);

/* Who holds a lock; of several members the one whose state comes last above. */
struct lock_holder {
	enum lock_state state;
	int64_t pid;
	char program[72];  /* printable; empty when not known */
	char machine[72];  /* printable */
	char trouble[120]; /* of LOCK_UNREADABLE: what could not be read */
};

/* Fills OUT with MEMBER, whose state is STATE and whose file is NAME. */
void lock_name_holder(struct lock_holder *out, enum lock_state state,
                      const struct lock_member *member, const char *name);

/*
 * Judges the lock folder NAME in DIR; of several members the one that weighs most. A folder that
 * is not there is LOCK_FREE.
 */
void lock_judge(struct lock_holder *out, struct gv_os_dir *dir, const char *name);

#endif
