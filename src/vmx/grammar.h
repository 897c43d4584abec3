/*
 * One line of the .vmx grammar: where it ends and what it says.
 *
 * Knows the grammar that gpuvirt/vmx.h states; knows nothing about other lines.
 */
#ifndef GPUVIRT_VMX_GRAMMAR_H
#define GPUVIRT_VMX_GRAMMAR_H

#include <gpuvirt/vmx.h>

#include "vmx/scan.h"

/*
 * Fills in LINE, whose start and number are set, from TEXT. MAY_HAVE_NUL spares a search in files
 * without NUL.
 */
void grammar_read_line(struct gv_span text, bool may_have_nul, struct gv_line *line);

/* The first byte of the line behind the one that starts at START. */
size_t grammar_line_end(struct gv_span text, size_t start);

/* True when the entry starting at OFFSET is called NAME, in any case. NAME is not empty. */
bool grammar_is_named(struct gv_span text, size_t offset, struct gv_span name);

/* True when the first quote from bit FROM on is bit AT. */
static inline bool grammar_is_next_quote(const struct scan *scan, size_t from, size_t at)
{
	uint64_t quotes = scan_window(scan->quotes, from);
	while (quotes == 0 && at - from >= SCAN_WINDOW) {
		from += SCAN_WINDOW;
		quotes = scan_window(scan->quotes, from);
	}
	return quotes != 0 && scan_zeros(quotes) == at - from;
}

/*
 * The length of the name when the line [START, END) of the bytes AT reads NAME = "VALUE", as
 * nearly all lines do; 0 when it reads otherwise, or the name is long.
 */
static inline size_t grammar_usual_name(const struct scan *scan, const char *at, size_t start,
                                        size_t end)
{
	static const char between[] = {' ', '=', ' ', '"'};
	uint64_t stops = scan_window(scan->stops, start);
	size_t name = stops == 0 ? 0 : scan_zeros(stops);
	size_t value = start + name + sizeof between;
	if (name == 0 || end <= value || memcmp(at + start + name, between, sizeof between) != 0)
		return 0;
	return grammar_is_next_quote(scan, value, end - 1) ? name : 0;
}

#endif
