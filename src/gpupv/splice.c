#include "gpupv/splice.h"

#include <string.h>

/* The length of the line end that SPAN begins with, 0 for none. */
static size_t line_end(struct gv_span span)
{
	if (span.len >= 2 && memcmp(span.at, "\r\n", 2) == 0)
		return 2;
	return span.len >= 1 && span.at[0] == '\n' ? 1 : 0;
}

void splice_insert(struct gv_edits *edits, struct gv_span text, size_t at, struct gv_span with)
{
	struct gv_buf turned = {0};
	size_t end = line_end(with);
	if (end != line_end(gv_span_part(text, at, text.len)))
		end = 0;
	gv_buf_add(&turned, gv_span_part(with, end, with.len));
	gv_buf_add(&turned, gv_span_part(with, 0, end));
	gv_edits_replace(edits, at + end, 0, gv_buf_span(&turned));
	edits->failed |= turned.failed;
	gv_buf_dispose(&turned);
}
