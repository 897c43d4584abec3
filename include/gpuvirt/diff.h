/*
 * A repair as a unified diff that patch -p0 applies.
 *
 * Knows lines as diff and patch count them, which end at LF only; knows nothing about terminals.
 */
#ifndef GPUVIRT_DIFF_H
#define GPUVIRT_DIFF_H

#include <gpuvirt/edit.h>

/*
 * Appends to OUT the diff from TEXT to TEXT with the settled EDITS, under the name PATH, which is
 * quoted as git and patch do where it has to be; nothing when there are no edits. The bytes are
 * those of the file. out->failed tells when memory ran out.
 */
void gv_diff(struct gv_buf *out, const char *path, struct gv_span text,
             const struct gv_edits *edits);

#endif
