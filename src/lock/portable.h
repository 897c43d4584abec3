/*
 * VMware's portable file lock, taken: while it is held on a name no product of VMware's that asks
 * for it opens the file of that name, and no other gpuvirt does.
 *
 * Knows the protocol on the disk (docs/locks.md; lock facts 2 to 8 and 12); knows nothing about the
 * file that is locked, which need not be there.
 */
#ifndef GPUVIRT_LOCK_PORTABLE_H
#define GPUVIRT_LOCK_PORTABLE_H

#include <gpuvirt/error.h>
#include <gpuvirt/text.h>

#include "platform/os.h"

/* A lock, held or not. Zero-initialise; release when done. */
struct lock_portable {
	struct gv_os_dir *dir;    /* where the locked name is; borrowed */
	struct gv_os_dir *folder; /* the lock folder, open; NULL: not held */
	struct gv_buf folder_name;
	struct gv_buf member_path; /* of the member file, from DIR */
	char number[6];            /* of the member file: five digits */
	struct gv_os_stat member;  /* which file that is */
	bool is_impossible;        /* why it was not taken: no lock folder can be made here */
};

/* What is asked for. */
struct lock_request {
	struct gv_os_dir *dir; /* where the name is; must stay open until the release */
	const char *name;      /* the file to be locked, in DIR */
	const char *path;      /* the same as the user gave it: VMware's checksum is made of it */
	uint64_t timeout;      /* milliseconds to wait for others; 0: try once */
};

/*
 * Takes the lock, exclusively. On failure nothing of ours is left, and nothing of a living process
 * is removed.
 *
 * GV_EREFUSED: others hold it all the time, and the message says who; or what is there is no lock
 * folder. GV_ESYSTEM: a call failed, EINTR when the user asks the program to end. GV_ENOMEM. Others
 * that are just taking a number are waited for a second also without a timeout (lock facts 12.6).
 */
enum gv_status lock_take(struct lock_portable *lock, const struct lock_request *request,
                         struct gv_error *err);

/*
 * Fails with GV_EREFUSED when the lock has been taken away from us, as VMware does with one whose
 * owner did not move for eight seconds (lock facts 11.2); to be asked right before writing.
 */
enum gv_status lock_confirm(const struct lock_portable *lock, struct gv_error *err);

/* Lets go of the lock; of one that is not held too. */
void lock_release(struct lock_portable *lock);

/* VMware's checksum over the path of a lock folder (lock facts 3). */
uint32_t lock_checksum(const char *path);

#endif
