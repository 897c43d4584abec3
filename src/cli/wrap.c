#include "cli/wrap.h"

enum { WIDTH = 60 };

void wrap_text(struct output *out, const char *text, size_t column, size_t indent)
{
	struct gv_span rest = gv_span_of(text);
	bool first = true;
	for (struct gv_span word = gv_span_word(&rest); word.len > 0; word = gv_span_word(&rest)) {
		if (!first && column + 1 + word.len > WIDTH) {
			output_format(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			output_text(out, " ");
			column++;
		}
		output_bytes(out, word);
		column += word.len;
		first = false;
	}
	output_text(out, "\n");
}
