/*
 * Names of temporary files that tell, to who finds one later, what it was for and whether its maker
 * still lives.
 *
 * Knows names; touches no file. Never "X.vmx~", which is VMware's (facts 4.4), and not built from
 * the file's own name, which may be as long as a name can be.
 */
#ifndef GPUVIRT_BASE_TEMPORARY_H
#define GPUVIRT_BASE_TEMPORARY_H

#include <gpuvirt/text.h>

/* Room for a name with its NUL. */
enum { GV_TEMP_SIZE = 160 };

/* What the file is for; the letter in its name. */
enum gv_temp_use {
	GV_TEMP_KEEP = 'k',    /* a new text; what it displaces becomes the backup */
	GV_TEMP_DISCARD = 'n', /* a new text; what it displaces goes */
	GV_TEMP_COPY = 'c',    /* a copy of a file that becomes its backup */
	GV_TEMP_UNDO = 'u',    /* what an undo in steps is about to make the backup */
	GV_TEMP_REPORT = 'r',  /* a report: it can be made again */
};

/* What a name says. */
struct gv_temp {
	enum gv_temp_use use;
	uint32_t machine; /* its maker, as struct gv_os_self has it */
	uint32_t boot;
	uint32_t space;
	int64_t pid;
	uint64_t started;
	uint64_t original; /* inode of the file that is to be replaced */
	uint32_t target;   /* hash of that file's name */
	uint64_t content;  /* gv_temp_content of what it is to hold */
};

/*
 * Makes a name, different each time, for a temporary file of this process that is to hold TEXT,
 * beside the file TARGET (a name without folder), whose inode is ORIGINAL.
 */
void gv_temp_name(char out[GV_TEMP_SIZE], enum gv_temp_use use, uint64_t original,
                  const char *target, struct gv_span text);

/* The hash of a file's name as the names of temporary files hold it. */
uint32_t gv_temp_target(const char *name);

/* The hash of a content: whoever holds a file that matches holds what was to be written. */
uint64_t gv_temp_content(struct gv_span text);

/*
 * Reads NAME. False, *OUT untouched, when gv_temp_name did not make it: the last field is a check
 * sum of the others, so that a name somebody thought of is never taken for one of ours.
 */
bool gv_temp_read(struct gv_temp *out, const char *name);

/* True when NAME is one that gv_temp_name makes. */
bool gv_temp_is_name(const char *name);

/*
 * True when its maker is known not to live any more. UNTOUCHED is how long the file has not been
 * touched, in nanoseconds: of a maker that cannot be asked, on another machine or in another
 * container, a day of it counts as dead.
 */
bool gv_temp_is_orphan(const struct gv_temp *temp, uint64_t untouched);

#endif
