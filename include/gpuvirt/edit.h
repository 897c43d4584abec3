/*
 * Changes to a document, as a list of byte ranges and what replaces them.
 *
 * Knows how an edit is spelt so that all other bytes stay; knows nothing about why it is wanted.
 * The document itself is never touched: text + edits = new text.
 */
#ifndef GPUVIRT_EDIT_H
#define GPUVIRT_EDIT_H

#include <gpuvirt/vmx.h>

/* Bytes [at, at + len) of the text become WITH. */
struct gv_edit {
	size_t at;
	size_t len;
	struct gv_span with; /* owned by the list's arena */
	bool unsafe;         /* it guesses: not to be made without being asked for */
	bool own_line;       /* an appended line: completes a last line without ending first */
};

/*
 * A list of edits to one document. Zero-initialise; dispose when done. A failed allocation is
 * remembered in failed and reported by gv_edits_apply.
 */
struct gv_edits {
	struct gv_edit *at;
	size_t count;
	size_t cap;
	struct gv_span line_ending; /* what completes a last line; static storage */
	struct gv_arena arena;
	size_t join_from; /* a removal is joined to an adjacent one from this edit on */
	bool failed;
};

/* Frees what EDITS holds and zeroes it. */
void gv_edits_dispose(struct gv_edits *edits);

/* Adds EDIT, whose WITH is copied. */
void gv_edits_add(struct gv_edits *edits, const struct gv_edit *edit);

/* Replaces bytes [AT, AT + LEN) by WITH, which is copied. */
void gv_edits_replace(struct gv_edits *edits, size_t at, size_t len, struct gv_span with);

/*
 * Gives LINE the value VALUE, not yet escaped. Only the bytes of the value change; a bare or empty
 * value becomes a quoted one. Of a malformed line with a name all behind "name =" is replaced.
 * Does nothing when the line is an entry that means VALUE already.
 */
void gv_edits_set(struct gv_edits *edits, const struct gv_line *line, struct gv_span value);

/* The same without asking whether the line means VALUE already. */
void gv_edits_write(struct gv_edits *edits, const struct gv_line *line, struct gv_span value);

/* Removes LINE with its ending; one edit with the removal of the line before. */
void gv_edits_remove(struct gv_edits *edits, const struct gv_line *line);

/*
 * Appends 'NAME = "VALUE"' in the file's prevailing line ending. It goes to the end, where VMware
 * itself appends, but before a tail of NUL or Ctrl-Z, behind which nobody would read it.
 */
void gv_edits_append(struct gv_edits *edits, const struct gv_vmx *vmx, struct gv_span name,
                     struct gv_span value);

/* Where gv_edits_append inserts, as a byte offset. */
size_t gv_edits_append_at(const struct gv_vmx *vmx);

/*
 * Sorts the list by place and drops what another edit covers: of two edits to the same range the
 * later wins, an edit inside a larger one goes. Appended lines keep their order.
 */
void gv_edits_settle(struct gv_edits *edits);

/*
 * Appends TEXT with the settled EDITS applied to OUT. No edits give the same bytes, whatever they
 * are. Fails with GV_ENOMEM only; OUT then holds a part.
 */
enum gv_status gv_edits_apply(const struct gv_edits *edits, struct gv_span text, struct gv_buf *out,
                              struct gv_error *err);

/*
 * The same for the bytes [FROM, TO) of TEXT, which begin a line, and the COUNT edits from FIRST
 * on, which lie within them.
 */
enum gv_status gv_edits_apply_part(const struct gv_edits *edits, size_t first, size_t count,
                                   struct gv_span text, size_t from, size_t to, struct gv_buf *out,
                                   struct gv_error *err);

#endif
