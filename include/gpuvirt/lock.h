/*
 * How a file is kept from other programs while it is written.
 *
 * Knows what a caller may choose; knows nothing about how a lock is taken.
 */
#ifndef GPUVIRT_LOCK_H
#define GPUVIRT_LOCK_H

#include <stdint.h>

/* Whether VMware's own lock is held on a file while it is replaced (docs/locks.md). */
enum gv_lock_mode {
	GV_LOCK_AUTO,   /* where it may matter, and where this user can */
	GV_LOCK_ALWAYS, /* or the file is not written */
	GV_LOCK_NEVER,
};

/* How long gpuvirt waits unless the caller says otherwise, in milliseconds. */
#define GV_LOCK_TIMEOUT ((uint64_t)10000)

struct gv_lock_options {
	enum gv_lock_mode mode;
	uint64_t timeout; /* milliseconds to wait for a lock that another holds; 0: try once */
};

#endif
