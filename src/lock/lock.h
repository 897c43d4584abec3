/*
 * VMware's portable file locks: who holds them, judged without touching them.
 *
 * Knows lock folders and their members (docs/locks.md; lock facts 2 to 8); takes no lock.
 */
#ifndef GPUVIRT_LOCK_LOCK_H
#define GPUVIRT_LOCK_LOCK_H

#include <gpuvirt/text.h>

#include "platform/os.h"

/* What a member file says. Spans are borrowed from its bytes. */
struct lock_member {
	struct gv_span machine;   /* machine ID */
	struct gv_span execution; /* "pid-creationTime(name)" */
	struct gv_span name;      /* of the program, without parentheses; empty when not given */
	bool has_pid;
	int64_t pid;
	uint64_t started; /* creation time of the process, 0: unknown */
};

/* The size of every member file, in bytes. */
enum { LOCK_MEMBER_SIZE = 512 };

/*
 * Reads the member file BYTES. Returns false when they are no member: another size, fewer than 5
 * or more than 16 fields, a bad number, type or property.
 */
bool lock_read_member(struct lock_member *out, struct gv_span bytes);

/* True when NAME is that of a member file: M, five digits, anything, ".lck". */
bool lock_is_member_name(const char *name);

enum lock_state {
	LOCK_FREE,       /* no member, or all of them stale */
	LOCK_HELD,       /* by a live process of this host */
	LOCK_FOREIGN,    /* by another machine, which cannot be asked */
	LOCK_UNREADABLE, /* there is something that cannot be read or decoded */
};

/* Who holds a lock. */
struct lock_holder {
	enum lock_state state;
	int64_t pid;
	char program[72];  /* printable; empty when not known */
	char machine[72];  /* printable */
	char trouble[120]; /* of LOCK_UNREADABLE: what could not be read */
};

/*
 * Judges the lock folder NAME in DIR; of several members the one that weighs most. A folder that
 * is not there is LOCK_FREE.
 */
void lock_judge(struct lock_holder *out, struct gv_os_dir *dir, const char *name);

#endif
