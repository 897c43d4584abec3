/*
 * One line of the .vmx grammar: where it ends and what it says.
 *
 * Knows the grammar that gpuvirt/vmx.h states; knows nothing about other lines.
 */
#ifndef GPUVIRT_VMX_GRAMMAR_H
#define GPUVIRT_VMX_GRAMMAR_H

#include <gpuvirt/vmx.h>

/*
 * Fills in LINE, whose start and number are set, from TEXT. MAY_HAVE_NUL spares a search in files
 * without NUL.
 */
void grammar_read_line(struct gv_span text, bool may_have_nul, struct gv_line *line);

/* The first byte of the line behind the one that starts at START. */
size_t grammar_line_end(struct gv_span text, size_t start);

/* The name that the entry starting at OFFSET has; empty if there is none. */
struct gv_span grammar_name_at(struct gv_span text, size_t offset);

#endif
