/*
 * A configuration as a log tells it: the dump of the power-on, and what VMware changed behind it.
 *
 * Knows the rule of facts 4.7; knows nothing about files. What the log keeps to itself, or has in
 * part, is listed and never made up.
 */
#ifndef GPUVIRT_RESCUE_REBUILD_H
#define GPUVIRT_RESCUE_REBUILD_H

#include <gpuvirt/log.h>

/* A key that the rebuilt text lacks. */
struct rescue_lost {
	struct gv_span name;
	bool hidden; /* VMware does not print its value; else the line is cut or no UTF-8 */
};

/* Zero-initialise; dispose when done. */
struct rescue_rebuilt {
	struct gv_buf text;       /* ".encoding" first; empty when there is no dump */
	struct rescue_lost *lost; /* in the order of the log */
	size_t lost_count;
	struct gv_span config_path; /* of the .vmx as the dump names it; empty: it does not */
	bool has_dump;
	bool ends_amid_dump; /* the log breaks off there: any key may be missing */
	size_t changes;      /* replayed, behind the dump */
	uint64_t time;       /* of the last of them, or of the dump; 0: the log does not tell */
	struct gv_arena arena;
};

/*
 * Rebuilds the .vmx that LOG, open at its start, tells of. LINE_ENDING empty: that of the system
 * whose paths the dump has. Changes before the dump are in it already. Of several dumps the last
 * counts. GV_ETOOBIG: above MAX_SIZE bytes. Linear time, sorting aside.
 */
enum gv_status rescue_rebuild(struct rescue_rebuilt *out, struct gv_log *log,
                              struct gv_span line_ending, uint64_t max_size, struct gv_error *err);

void rescue_rebuilt_dispose(struct rescue_rebuilt *rebuilt);

#endif
