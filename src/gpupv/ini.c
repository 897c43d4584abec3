#include "gpupv/ini.h"

#include <string.h>

/* The section of lines that belong to none that can be named. */
#define NO_SECTION GV_LITERAL("\0")

void ini_dispose(struct ini *ini)
{
	gv_buf_dispose(&ini->value);
	*ini = (struct ini){0};
}

static char byte_at(const struct ini *ini, size_t at)
{
	return at < ini->text.len ? ini->text.at[at] : '\0';
}

static bool is_end(const struct ini *ini, size_t at)
{
	return at >= ini->text.len || (ini->windows && ini->text.at[at] == 0x1A);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool is_letter(char byte)
{
	char folded = gv_fold(byte);
	return folded >= 'a' && folded <= 'z';
}

static bool is_name_byte(char byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9');
}

static bool ends_line(const struct ini *ini, size_t at)
{
	return is_end(ini, at) || byte_at(ini, at) == '\n' || byte_at(ini, at) == '\r';
}

static void skip_blanks(struct ini *ini)
{
	while (!is_end(ini, ini->at) && is_blank(byte_at(ini, ini->at)))
		ini->at++;
}

/* To the LF, over any CR. */
static void skip_to_feed(struct ini *ini)
{
	while (!is_end(ini, ini->at) && byte_at(ini, ini->at) != '\n')
		ini->at++;
}

/* Takes a letter and what letters and digits follow; empty when there is no letter. */
static struct gv_span take_name(struct ini *ini)
{
	size_t from = ini->at;
	if (!is_end(ini, from) && is_letter(byte_at(ini, from))) {
		while (!is_end(ini, ini->at) && is_name_byte(byte_at(ini, ini->at)))
			ini->at++;
	}
	return gv_span_part(ini->text, from, ini->at);
}

static bool wrong(struct ini *ini, struct ini_line *line)
{
	line->kind = INI_WRONG;
	skip_to_feed(ini);
	ini->stopped = !ini->windows;
	return true;
}

/* Sets the end of LINE, which ends here or has a comment. */
static bool finish(struct ini *ini, struct ini_line *line)
{
	if (byte_at(ini, ini->at) == '#')
		skip_to_feed(ini);
	size_t end = ini->at;
	if (byte_at(ini, end) == '\n' && end > line->at && byte_at(ini, end - 1) == '\r')
		end--;
	line->end = end;
	return true;
}

/*
 * WSL's reader keeps the length of the last good name, and cuts what it had of the wrong one to
 * that length.
 */
static void take_wrong_section(struct ini *ini, struct gv_span name)
{
	if (name.len == 0 || ini->section.len == 0)
		return;
	ini->section =
		name.len < ini->section.len ? NO_SECTION : gv_span_part(name, 0, ini->section.len);
}

static bool read_section(struct ini *ini, struct ini_line *line)
{
	line->kind = INI_SECTION;
	ini->at++;
	struct gv_span name = take_name(ini);
	bool good = name.len > 0 && byte_at(ini, ini->at) == ']';
	if (!good) {
		take_wrong_section(ini, name);
		return wrong(ini, line);
	}
	ini->at++;
	skip_blanks(ini);
	if (!ends_line(ini, ini->at) && byte_at(ini, ini->at) != '#') {
		take_wrong_section(ini, name);
		return wrong(ini, line);
	}
	ini->section = line->section = name;
	return finish(ini, line);
}

/* Takes what follows a backslash; false: WSL knows no such escape. */
static bool take_escape(struct ini *ini)
{
	static const char escapes[][2] = {
		{'\\', '\\'}, {'"', '"'}, {'b', '\b'}, {'n', '\n'}, {'t', '\t'}};
	char byte = byte_at(ini, ini->at);
	if (is_end(ini, ini->at))
		return false;
	ini->at++;
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		if (escapes[i][0] != byte)
			continue;
		gv_buf_char(&ini->value, escapes[i][1]);
		return true;
	}
	if (byte == '\r' && ini->windows && byte_at(ini, ini->at) == '\n') {
		ini->at++;
		return true;
	}
	return byte == '\n';
}

/* Takes the value up to its comment or line end; false when it is wrong. */
static bool take_value(struct ini *ini, struct ini_line *line)
{
	bool quoted = false;
	size_t kept = 0; /* of the value, without the blanks at its end */
	ini->value.len = 0;
	line->value_at = line->value_end = ini->at;
	while (!ends_line(ini, ini->at) && (quoted || byte_at(ini, ini->at) != '#')) {
		char byte = byte_at(ini, ini->at++);
		if (byte == '"')
			quoted = !quoted;
		else if (byte != '\\')
			gv_buf_char(&ini->value, byte);
		else if (!take_escape(ini))
			return false;
		if (is_blank(byte))
			continue;
		kept = ini->value.len;
		line->value_end = ini->at;
	}
	ini->value.len = kept;
	return !quoted;
}

static bool read_entry(struct ini *ini, struct ini_line *line)
{
	line->kind = INI_ENTRY;
	line->section = ini->section;
	line->key = take_name(ini);
	line->key_end = ini->at;
	skip_blanks(ini);
	if (line->key.len == 0 || is_end(ini, ini->at) || byte_at(ini, ini->at) != '=')
		return wrong(ini, line);
	ini->at++;
	skip_blanks(ini);
	return take_value(ini, line) ? finish(ini, line) : wrong(ini, line);
}

/* Skips blanks, line ends and comments. */
static void skip_nothing_said(struct ini *ini)
{
	for (;;) {
		skip_blanks(ini);
		if (is_end(ini, ini->at))
			return;
		char byte = byte_at(ini, ini->at);
		if (byte == '#')
			skip_to_feed(ini);
		else if (byte == '\n' || byte == '\r')
			ini->at++;
		else
			return;
	}
}

bool ini_next(struct ini *ini, struct ini_line *line)
{
	skip_nothing_said(ini);
	if (ini->stopped || ini->value.failed || is_end(ini, ini->at))
		return false;
	*line = (struct ini_line){.at = ini->at, .section = ini->section};
	bool read = byte_at(ini, ini->at) == '[' ? read_section(ini, line) : read_entry(ini, line);
	return read && !ini->value.failed;
}

bool ini_is(const struct ini_line *line, const char *section, const char *name)
{
	return line->kind == INI_ENTRY &&
	       gv_span_equal_nocase(line->section, gv_span_of(section)) &&
	       gv_span_equal_nocase(line->key, gv_span_of(name));
}
