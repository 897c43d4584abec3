#include "vmx/grammar.h"

#include <string.h>

static size_t find_byte(struct gv_span text, size_t from, size_t to, char byte)
{
	const char *at = to > from ? memchr(text.at + from, byte, to - from) : NULL;
	return at == NULL ? to : (size_t)(at - text.at);
}

/* The first LF or CR of TEXT at or after START; TEXT.len when there is none. */
static size_t find_text_end(struct gv_span text, size_t start)
{
	/* In windows that double: a file of lone CRs is not searched to its end for each LF. */
	size_t window = 256;
	for (size_t from = start; from < text.len; from += window, window *= 2) {
		size_t to = text.len - from > window ? from + window : text.len;
		size_t feed = find_byte(text, from, to, '\n');
		size_t cr = find_byte(text, from, feed, '\r');
		if (cr < to)
			return cr;
	}
	return text.len;
}

/* The first byte behind the line ending at AT, if there is one. */
static size_t behind_ending(struct gv_span text, size_t at)
{
	size_t end = at < text.len ? at + 1 : at;
	return end < text.len && text.at[at] == '\r' && text.at[end] == '\n' ? end + 1 : end;
}

size_t grammar_line_end(struct gv_span text, size_t start)
{
	return behind_ending(text, find_text_end(text, start));
}

static size_t skip_blanks(const char *at, size_t from, size_t to)
{
	while (from < to && (at[from] == ' ' || at[from] == '\t'))
		from++;
	return from;
}

static bool ends_bare(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '#';
}

static size_t skip_bare(const char *at, size_t from, size_t to)
{
	while (from < to && !ends_bare(at[from]))
		from++;
	return from;
}

static size_t skip_name(const char *at, size_t from, size_t to)
{
	while (from < to && at[from] != '=' && !ends_bare(at[from]))
		from++;
	return from;
}

static void flaw(struct gv_line *line, enum gv_line_flaw what, size_t at)
{
	line->kind = GV_LINE_MALFORMED;
	line->flaw = what;
	line->flaw_at = at;
}

static void set_value(struct gv_span text, struct gv_line *line, size_t from, size_t to)
{
	line->value_at = from;
	line->value = gv_span_part(text, from, to);
}

/* Reads the value at FROM and sets *FROM behind it. */
static void read_value(struct gv_span text, struct gv_line *line, size_t *from)
{
	size_t begin = *from;
	line->quoted = begin < line->text_end && text.at[begin] == '"';
	if (!line->quoted) {
		*from = skip_bare(text.at, begin, line->text_end);
		set_value(text, line, begin, *from);
		return;
	}
	size_t close = find_byte(text, begin + 1, line->text_end, '"');
	set_value(text, line, begin + 1, close);
	*from = close + 1;
}

/* Reads what follows "name =", with FROM behind the "=". */
static void read_after_equals(struct gv_span text, struct gv_line *line, size_t from)
{
	size_t begin = skip_blanks(text.at, from, line->text_end);
	size_t at = begin;
	read_value(text, line, &at);
	if (at > line->text_end) {
		flaw(line, GV_FLAW_UNCLOSED_QUOTE, begin);
	} else {
		at = skip_blanks(text.at, at, line->text_end);
		line->kind = GV_LINE_ENTRY;
		if (at < line->text_end && text.at[at] != '#')
			flaw(line, line->quoted ? GV_FLAW_AFTER_QUOTE : GV_FLAW_BLANK_IN_VALUE, at);
	}
	if (line->kind == GV_LINE_MALFORMED) {
		set_value(text, line, begin, line->text_end);
		line->quoted = false;
	}
}

/* Where the line of the SIZE bytes AT ends; SIZE when that is not seen. Scans no more than needed.
 */
static size_t scan_line(struct scan *scan, const char *at, size_t size)
{
	for (size_t seen = 64; seen < size; seen *= 2) {
		scan_read(scan, at, seen);
		if (scan->ends[seen / 64 - 1] != 0)
			return seen - 64 + scan_zeros(scan->ends[seen / 64 - 1]);
	}
	return size;
}

/* Reads LINE when it is short and reads NAME = "VALUE", as nearly all do. */
static bool read_usual_line(struct gv_span text, struct gv_line *line)
{
	struct scan scan;
	const char *at = text.at + line->start;
	size_t left = text.len - line->start;
	size_t size = left < 129 ? left : 129;
	size_t end = scan_line(&scan, at, size);
	size_t name = end == size ? 0 : grammar_usual_name(&scan, at, 0, end);
	if (name == 0)
		return false;
	line->kind = GV_LINE_ENTRY;
	line->text_end = line->start + end;
	line->end = behind_ending(text, line->text_end);
	line->name_at = line->start;
	line->name = (struct gv_span){at, name};
	line->quoted = true;
	set_value(text, line, line->start + name + 4, line->text_end - 1);
	return true;
}

void grammar_read_line(struct gv_span text, bool may_have_nul, struct gv_line *line)
{
	if (scan_is_fast() && !may_have_nul && read_usual_line(text, line))
		return;
	line->text_end = find_text_end(text, line->start);
	line->end = behind_ending(text, line->text_end);
	if (may_have_nul)
		line->text_end = find_byte(text, line->start, line->text_end, '\0');
	size_t begin = skip_blanks(text.at, line->start, line->text_end);
	if (begin == line->text_end) {
		line->kind = GV_LINE_BLANK;
		return;
	}
	if (text.at[begin] == '#') {
		line->kind = GV_LINE_COMMENT;
		return;
	}
	size_t name_end = skip_name(text.at, begin, line->text_end);
	size_t equals = skip_blanks(text.at, name_end, line->text_end);
	if (equals == line->text_end || text.at[equals] != '=') {
		flaw(line, GV_FLAW_NO_EQUALS, equals);
	} else if (name_end == begin) {
		flaw(line, GV_FLAW_NO_NAME, begin);
	} else {
		line->name_at = begin;
		line->name = gv_span_part(text, begin, name_end);
		read_after_equals(text, line, equals + 1);
	}
}

bool grammar_is_named(struct gv_span text, size_t offset, struct gv_span name)
{
	size_t begin = skip_blanks(text.at, offset, text.len);
	size_t end = begin + name.len;
	if (end >= text.len || (text.at[end] != '=' && !ends_bare(text.at[end])))
		return false;
	return gv_span_equal_nocase(gv_span_part(text, begin, end), name) &&
	       skip_name(name.at, 0, name.len) == name.len;
}
