/*
 * How reports name a file: relative to a base, with "/", the same wherever the base lies.
 *
 * Knows the text of paths; asks the file system nothing.
 */
#ifndef GPUVIRT_REPORT_PATH_H
#define GPUVIRT_REPORT_PATH_H

#include <gpuvirt/report.h>

/*
 * Appends PATH as seen from the base of REPORT when it lies below it, without "." and doubled "/";
 * else PATH itself without them. ".." behind a name stays: what it means only the system knows.
 */
void gv_path_locate(struct gv_buf *out, const struct gv_report *report, const char *path);

/* Appends the bytes of PATH as a URI reference, RFC 3986; "file://" before an absolute one. */
void gv_path_uri(struct gv_buf *out, struct gv_span path);

#endif
