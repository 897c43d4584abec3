/*
 * The record of one change of a file: the way back, and what the file's own program would lose.
 *
 * Knows the JSON of it; knows nothing about where it is kept. It holds the edits that lead back and
 * hashes of both texts, not the texts: whether the way back is still there can be told exactly.
 *
 *   { "version": 1,
 *     "before": { "size": "812", "hash": "..." },                      absent: there was no file
 *     "after": { ... },
 *     "edits": [ { "at": "97", "len": "8", "old": "4C697374" } ],      bytes in hexadecimal
 *     "devices": [ { "path": "...", "partition": "65535" } ] }         the last list that was seen
 */
#ifndef GPUVIRT_GPUPV_FILE_RECORD_H
#define GPUVIRT_GPUPV_FILE_RECORD_H

#include <gpuvirt/gpupv_file.h>

#include "base/json.h"

/* A record that was read. Zero-initialise; dispose when done. */
struct file_record {
	struct gv_json *json;
	struct gv_gpufile_setting devices; /* of which only the devices are used */
	bool existed;                      /* the file was there before the change */
};

/* Appends the record of the change that EDITS, settled, make of OLD to NEW. */
enum gv_status file_record_write(struct gv_buf *out, bool existed, struct gv_span old,
                                 struct gv_span new, const struct gv_edits *edits,
                                 struct gv_gpufile_devices devices, struct gv_error *err);

/* Reads TEXT. GV_EPARSE when it is no such record. */
enum gv_status file_record_read(struct file_record *record, struct gv_span text,
                                struct gv_error *err);

void file_record_dispose(struct file_record *record);

/* True when TEXT is what the file held before, or after, the change. */
bool file_record_is_before(const struct file_record *record, struct gv_span text);
bool file_record_is_after(const struct file_record *record, struct gv_span text);

/*
 * Adds the edits that lead back from what the file held after the change. GV_EPARSE when they do
 * not lead to what it held before.
 */
enum gv_status file_record_undo(const struct file_record *record, struct gv_edits *edits,
                                struct gv_span text, struct gv_error *err);

#endif
