#include "cli/wrap.h"

#include "platform/os.h"

size_t wrap_width(const struct output *out)
{
	if (!out->terminal)
		return WRAP_WIDTH;
	unsigned columns = gv_os_columns(out->file);
	return columns < 40 ? 40 : columns > 100 ? 100 : columns;
}

void wrap_text(struct output *out, const char *text, size_t column, size_t indent, size_t width)
{
	struct gv_span rest = gv_span_of(text);
	bool first = true;
	for (struct gv_span word = gv_span_word(&rest); word.len > 0; word = gv_span_word(&rest)) {
		if (!first && column + 1 + word.len > width) {
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
