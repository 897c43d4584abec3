#include "report/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"

static bool add_start(struct gv_lines *lines, size_t at)
{
	uint32_t *grown = gv_grow(lines->starts, lines->count, &lines->cap, sizeof *grown);
	if (grown == NULL)
		return false;
	lines->starts = grown;
	lines->starts[lines->count++] = (uint32_t)at;
	return true;
}

static size_t mark_length(struct gv_span text)
{
	return text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

bool gv_lines_make(struct gv_lines *lines, struct gv_span text)
{
	lines->text = text;
	if (!add_start(lines, mark_length(text)))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool cr = text.at[i] == '\r';
		if (text.at[i] != '\n' && !cr)
			continue;
		if (cr && i + 1 < text.len && text.at[i + 1] == '\n')
			i++;
		if (!add_start(lines, i + 1))
			return false;
	}
	return true;
}

void gv_lines_dispose(struct gv_lines *lines)
{
	free(lines->starts);
	*lines = (struct gv_lines){0};
}

struct gv_span gv_lines_text(const struct gv_lines *lines, size_t number)
{
	if (number < 1 || number > lines->count)
		return (struct gv_span){0};
	size_t end = number < lines->count ? lines->starts[number] : lines->text.len;
	struct gv_span line = gv_span_part(lines->text, lines->starts[number - 1], end);
	if (number == lines->count)
		return line;
	line.len--;
	if (line.len > 0 && line.at[line.len] == '\n' && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t gv_lines_offset(const struct gv_lines *lines, size_t line, size_t column)
{
	if (line < 1 || line > lines->count)
		return lines->text.len;
	size_t start = lines->starts[line - 1];
	size_t room = lines->text.len - start;
	return start + (column - 1 < room ? column - 1 : room);
}

/* The number of the line that OFFSET lies on. */
static size_t line_of(const struct gv_lines *lines, size_t offset)
{
	size_t low = 0;
	size_t high = lines->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (lines->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low + 1;
}

/* UTF-16 code units of the UTF-8 TEXT. */
static size_t count_units(struct gv_span text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.at[i];
		count += (byte & 0xC0) != 0x80;
		count += byte >= 0xF0;
	}
	return count;
}

struct gv_place gv_lines_place(const struct gv_lines *lines, const struct gv_charset *charset,
                               size_t offset, bool *failed)
{
	struct gv_place place = {.line = line_of(lines, offset), .column = 1};
	size_t start = lines->starts[place.line - 1];
	if (offset < start)
		return place;
	struct gv_buf utf8 = {0};
	place.exact = gv_charset_decode(&utf8, charset, gv_span_part(lines->text, start, offset));
	place.column += count_units(gv_buf_span(&utf8));
	*failed |= utf8.failed;
	gv_buf_dispose(&utf8);
	return place;
}
