/*
 * Undo records: what a target was before each change, newest last, in the user's state directory.
 *
 * Knows the frame of a record, where it lies and how it stays whole; what a change keeps is a JSON
 * object that only the kind of target understands.
 */
#ifndef GPUVIRT_GPUPV_RECORD_H
#define GPUVIRT_GPUPV_RECORD_H

#include <gpuvirt/text.h>

#include "base/json.h"

/* The most changes of one target that can be undone; an older one is forgotten. */
enum { GV_RECORD_ENTRIES = 32 };

/* Whose record: each has a file of its own. */
struct gv_record_key {
	const char *kind;   /* of target: a short word of lower-case letters */
	const char *target; /* what tells it from others of its kind; UTF-8 */
};

/* A change that was made, or begun. */
struct gv_record_entry {
	uint64_t when;              /* nanoseconds since 1970, just before the change */
	const char *verb;           /* what it was */
	const struct gv_json *body; /* what was before: an object */
};

/* Zero-initialise; dispose when done. */
struct gv_record {
	struct gv_json *json;
	struct gv_record_entry entries[GV_RECORD_ENTRIES]; /* borrowed from JSON */
	size_t count;
};

/*
 * Reads the record of KEY; none, or no place for any, is fine and gives no entries. Whatever was
 * not written by this module is refused: GV_EPARSE, GV_EREFUSED for a file of another user or
 * target, GV_ETOOBIG. *OUT is untouched on failure.
 */
enum gv_status gv_record_read(struct gv_record *out, const struct gv_record_key *key,
                              struct gv_error *err);

/*
 * Adds an entry with the JSON object BODY, as text. When this returns GV_OK it will be there after
 * a power cut: only then may the change begin.
 */
enum gv_status gv_record_push(const struct gv_record_key *key, const char *verb,
                              struct gv_span body, struct gv_error *err);

/* Takes the newest entry away; with the last one the file goes. */
enum gv_status gv_record_pop(const struct gv_record_key *key, struct gv_error *err);

/* Appends where the record of KEY lies, whether it is there or not. */
enum gv_status gv_record_path(struct gv_buf *out, const struct gv_record_key *key,
                              struct gv_error *err);

void gv_record_dispose(struct gv_record *record);

#endif
