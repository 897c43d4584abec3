/*
 * How findings, refusals and diffs look on a terminal and in a pipe.
 */
#ifndef GPUVIRT_CLI_SHOW_H
#define GPUVIRT_CLI_SHOW_H

#include <gpuvirt/repair.h>

#include "cli/output.h"

/* path:line:column: severity: message [rule] */
void show_finding(struct output *out, const char *path, const struct gv_finding *finding);

/* The line that says FINDING was, or with DRY would be, repaired. */
void show_fixed(struct output *out, const char *path, const struct gv_finding *finding, bool dry);

/* What fix would refuse, as notes of a check. */
void show_refusals(struct output *out, const char *path, const struct gv_refusals *refusals);

/*
 * A document's bytes: as they are in a pipe; on a terminal in UTF-8 with control bytes escaped.
 * VMX, which may be NULL, tells the encoding.
 */
void show_bytes(struct output *out, const struct gv_vmx *vmx, struct gv_span text);

/* Appends NAME = "VALUE" and a line feed, in the file's bytes; VALUE is room to work in. */
void show_spell(struct gv_buf *out, struct gv_buf *value, const struct gv_line *line);

/* The same of one entry of VMX, as show_bytes has it. */
void show_entry(struct output *out, const struct gv_vmx *vmx, const struct gv_line *line);

/* The diff of REPAIR, coloured and converted on a terminal, the file's bytes in a pipe. */
void show_diff(struct output *out, const char *path, const struct gv_repair *repair);

/* The line that says why PATH was refused, to standard error. */
void show_refused(struct output *out, const char *path, const struct gv_repair *repair, bool force);

#endif
