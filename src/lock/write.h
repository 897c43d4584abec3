/*
 * Replacing a file while everybody who asks is kept away from it: other gpuvirts by holding its
 * folder, VMware by its own lock on the file's name.
 *
 * Knows which locks a path has and in which order they are taken; how a file is replaced is
 * base/replace.h. Every whole-file operation that writes a machine goes through here.
 */
#ifndef GPUVIRT_LOCK_WRITE_H
#define GPUVIRT_LOCK_WRITE_H

#include <gpuvirt/lock.h>

#include "base/replace.h"
#include "lock/portable.h"

/* The locks of one file. Zero-initialise but for HOW; end when done. */
struct lock_hold {
	struct gv_lock_options how;
	struct gv_place place;        /* the file's folder, held against other gpuvirts */
	struct gv_place link;         /* where the path is a link: the link's folder */
	struct lock_portable at_link; /* VMware locks the name it is given (lock facts 2) */
	struct lock_portable at_file;
};

/*
 * Asks for what lock_hold_file and lock_hold_names need to know of this host, once: the resolver
 * may have to ask a network, and nobody should be kept waiting meanwhile. Optional.
 */
void lock_prepare(const struct gv_lock_options *how);

/*
 * Takes all locks of the file PATH: its folder's, then VMware's. From then on signals that end the
 * program wait until lock_hold_end. Fails with GV_EREFUSED or GV_ESYSTEM when another program has
 * one of them for hold->how.timeout, or one cannot be taken; the message says who.
 */
enum gv_status lock_hold_file(struct lock_hold *hold, const char *path, struct gv_error *err);

/*
 * Takes VMware's locks alone: PATH lies at PLACE, which is open and held by the caller until
 * lock_hold_end. With GV_LOCK_AUTO a lock whose folder this user may not make is done without.
 */
enum gv_status lock_hold_names(struct lock_hold *hold, const struct gv_place *place,
                               const char *path, struct gv_error *err);

/* Fails when one of VMware's locks is no longer ours; for gv_staged.confirm. HOLD: lock_hold. */
enum gv_status lock_hold_confirm(const void *hold, struct gv_error *err);

/* Lets go of whatever HOLD has; it can be used again. */
void lock_hold_end(struct lock_hold *hold);

/*
 * True when a program of VMware's runs on this host, or when that cannot be known: what
 * GV_LOCK_AUTO asks before it writes many files.
 */
bool lock_vmware_may_run(void);

/*
 * Replaces the file PATH by TEXT so that at every moment, also after a crash or a power cut, PATH
 * is wholly old or wholly new: temporary file in the same folder, content and attributes made
 * durable, locks taken, names changed, locks left, folder made durable. A link is followed and
 * stays a link. Owner, mode, ACL and extended attributes stay. BACKUP: the old file stays as
 * PATH.bak, in place of an older one. HOLD has the locks already, from before PATH was read, or
 * they are taken as hold->how says; it is ended.
 *
 * GV_ECHANGED when PATH no longer holds what WAS says was read from it: read again and retry.
 * On any failure PATH has its old bytes and no temporary file is left, with two exceptions of which
 * the message tells: only the folder could not be made durable, and PATH is new; or what another
 * program put there just now could not be put back, and stays under the name that is given. Signals
 * that end the program wait meanwhile.
 */
enum gv_status gv_file_replace(const char *path, const struct gv_file *was, struct gv_span text,
                               bool backup, struct lock_hold *hold, struct gv_error *err);

/*
 * Swaps PATH and PATH.bak under the same locks; gv_staged_undo says how, and what happens when it
 * fails. GV_ENOENT when there is no backup.
 */
enum gv_status gv_file_undo(const char *path, const struct gv_lock_options *how,
                            struct gv_error *err);

#endif
