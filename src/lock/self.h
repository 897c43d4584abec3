/*
 * This process as a holder of VMware's locks: what it writes into its members, and which members
 * of others it can ask after.
 *
 * Knows VMware's identities (lock facts 4 and 5); knows nothing about lock folders.
 */
#ifndef GPUVIRT_LOCK_SELF_H
#define GPUVIRT_LOCK_SELF_H

#include <stdbool.h>
#include <stdint.h>

/* Room for a machine ID and for an execution ID, with their NUL. */
enum { LOCK_ID_SIZE = 100 };

/*
 * VMware breaks a lock of its own machine whose process it does not find. So where VMware cannot
 * see this process (a container, another system than Linux) the members carry a mark of gpuvirt's
 * own: VMware takes it for another machine and never breaks the lock (lock facts 12.8).
 */
struct lock_self {
	char host[LOCK_ID_SIZE];      /* VMware's machine ID of this host; empty: not known */
	char mark[LOCK_ID_SIZE];      /* gpuvirt's own of this set of processes */
	const char *machine;          /* the one of the two that is written */
	char execution[LOCK_ID_SIZE]; /* "pid-creationTime(name)" */
	uint64_t started;             /* the creation time in it */
	bool sees_host;               /* the processes of HOST can be asked after */
};

/* How every mark of gpuvirt's begins. */
#define LOCK_MARK "uuid=gpuvirt-"

/* The name that gpuvirt writes behind its process number. */
#define LOCK_PROGRAM "gpuvirt"

/* Fills SELF, which must stay where it is. For any thread. */
void lock_self_find(struct lock_self *self);

#endif
