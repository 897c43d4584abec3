/*
 * Replacing a file so that its name always stands for a whole file: stage the new text beside it,
 * make it durable, change names.
 *
 * Knows folders, names and durability; knows nothing about what the bytes mean. docs/design.md
 * lists the steps and what a crash leaves behind after each.
 */
#ifndef GPUVIRT_BASE_REPLACE_H
#define GPUVIRT_BASE_REPLACE_H

#include "base/file.h"
#include "base/temporary.h"

/* How long another gpuvirt is waited for unless the user says otherwise, in milliseconds. */
#define GV_HOLD_TIMEOUT ((uint64_t)10000)

/* What a backup's name ends with. */
#define GV_BACKUP_SUFFIX ".bak"

/* Where a file lies: its folder and its name there, links of the name followed. */
struct gv_place {
	struct gv_os_dir *dir; /* open, or NULL between two visits */
	uint64_t device;       /* of the folder; with INODE to know it again */
	uint64_t inode;
	char *folder;     /* its path; "." for the working directory */
	const char *name; /* without folder */
	bool linked;      /* the path was a link that led here */
};

/* Opens the folder of the file PATH. On failure there is nothing to leave. */
enum gv_status gv_place_enter(struct gv_place *place, const char *path, struct gv_error *err);

/* The same without following: a link lies where the link itself is. */
enum gv_status gv_place_enter_itself(struct gv_place *place, const char *path,
                                     struct gv_error *err);

/*
 * Opens the folder of a place that was closed. GV_ECHANGED when it is another folder by now. On
 * failure it stays closed.
 */
enum gv_status gv_place_reenter(struct gv_place *place, struct gv_error *err);

/* Closes the folder, and lets go of it if it is held; the place can be entered again. */
void gv_place_close(struct gv_place *place);

/* Closes the folder and forgets the place. */
void gv_place_leave(struct gv_place *place);

/*
 * Holds the folder against other gpuvirts until it is closed; waits TIMEOUT milliseconds at most.
 * Fails with GV_ESYSTEM.
 */
enum gv_status gv_place_hold(struct gv_place *place, uint64_t timeout, struct gv_error *err);

/* A replacement that lies ready under a temporary name. Zero-initialise; drop when done. */
struct gv_staged {
	struct gv_place place; /* owned */
	struct gv_os_stat was; /* the file as it was read: only that is replaced */
	struct gv_span text;   /* what was read, borrowed until the commit */
	struct gv_os_stat put; /* the staged file: which one it is */
	char *backup;          /* the backup's name, or NULL: none is kept */
	char temp[GV_TEMP_SIZE];
	bool temp_made;
	/* Asked right before names change; what it returns but GV_OK stops the commit. Or NULL. */
	enum gv_status (*confirm)(const void *context, struct gv_error *err);
	const void *confirm_context;
};

/*
 * Stages TEXT beside the file at PLACE, which was read as WAS; what was read must stay until the
 * commit. BACKUP: the old file is to stay as NAME.bak. DURABLE: the text reaches the disk before
 * this returns; else gv_staged_sync, or a sync of the file system, must come before the commit.
 * Takes PLACE, also on failure.
 */
enum gv_status gv_stage(struct gv_staged *staged, struct gv_place *place, const struct gv_file *was,
                        struct gv_span text, bool backup, bool durable, struct gv_error *err);

/* Makes a staged text durable. The place is open. */
enum gv_status gv_staged_sync(struct gv_staged *staged, struct gv_error *err);

/*
 * Gives the staged file its name; the place is open and held. The folder is not made durable.
 *
 * GV_ECHANGED when the name no longer stands for what was read. On any failure the file has its old
 * bytes, with one exception of which the message tells: what another program put there just now
 * could not be put back, and stays under the name that is given.
 */
enum gv_status gv_staged_commit(struct gv_staged *staged, struct gv_error *err);

/*
 * Swaps the file at the place, which is open and held, and its backup: in one step where the system
 * can, else so that the name always stands for a whole file; should the last of these steps fail,
 * the message names the file with what it held. Of STAGED only place and confirm are set. The
 * folder is not made durable. GV_ENOENT when there is no backup.
 */
enum gv_status gv_staged_undo(struct gv_staged *staged, struct gv_error *err);

/* Removes the temporary file when it is ours to remove, closes and frees. */
void gv_staged_drop(struct gv_staged *staged);

#endif
