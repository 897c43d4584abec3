#include "doctor/lines.h"

#include <string.h>

enum { SHOWN = 200, NUMBER_CAP = 1000000 };

bool lines_next(struct gv_span *rest, struct gv_span *line)
{
	if (rest->len == 0)
		return false;
	const char *feed = memchr(rest->at, '\n', rest->len);
	size_t end = feed == NULL ? rest->len : (size_t)(feed - rest->at);
	*line = gv_span_part(*rest, 0, end);
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	*rest = gv_span_part(*rest, end + (feed != NULL), rest->len);
	return true;
}

bool lines_has(struct gv_span span, const char *word)
{
	struct gv_span wanted = gv_span_of(word);
	for (size_t at = 0; at + wanted.len <= span.len; at++) {
		if (gv_span_begins_nocase(gv_span_part(span, at, span.len), wanted))
			return true;
	}
	return false;
}

bool lines_value(struct gv_span line, const char *name, char mark, struct gv_span *value)
{
	struct gv_span wanted = gv_span_of(name);
	line = gv_span_trim(line);
	if (!gv_span_begins_nocase(line, wanted))
		return false;
	struct gv_span rest = gv_span_trim(gv_span_part(line, wanted.len, line.len));
	if (rest.len == 0 || rest.at[0] != mark)
		return false;
	*value = gv_span_trim(gv_span_part(rest, 1, rest.len));
	return true;
}

bool lines_find(struct gv_span text, const char *name, char mark, struct gv_span *value)
{
	struct gv_span line;
	while (lines_next(&text, &line)) {
		if (lines_value(line, name, mark, value))
			return true;
	}
	return false;
}

unsigned lines_number(struct gv_span span)
{
	unsigned number = 0;
	for (size_t i = 0; i < span.len && span.at[i] >= '0' && span.at[i] <= '9'; i++) {
		number = number * 10 + (unsigned)(span.at[i] - '0');
		if (number > NUMBER_CAP)
			return NUMBER_CAP;
	}
	return number;
}

int lines_width(struct gv_span span)
{
	return (int)(span.len < SHOWN ? span.len : SHOWN);
}
