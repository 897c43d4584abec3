#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "platform/os.h"

enum { FLUSH_AT = 65536 };

static const char *const escapes[] = {
	[STYLE_PLAIN] = "\x1B[0m",   [STYLE_BOLD] = "\x1B[1m",  [STYLE_RED] = "\x1B[1;31m",
	[STYLE_YELLOW] = "\x1B[33m", [STYLE_CYAN] = "\x1B[36m", [STYLE_GREEN] = "\x1B[32m",
};

_Static_assert(sizeof escapes / sizeof *escapes == STYLES, "every style has its escape");

static bool wants_color(const struct output *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	return out->terminal && (no_color == NULL || no_color[0] == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

void output_open(struct output *out, int file, enum color_choice color)
{
	*out = (struct output){.file = file, .terminal = gv_os_is_terminal(file)};
	out->color = color == COLOR_AUTO ? wants_color(out) : color == COLOR_ALWAYS;
}

void output_record(struct output *out, const struct output *like)
{
	*out = (struct output){.file = like->file,
	                       .terminal = like->terminal,
	                       .color = like->color,
	                       .recorded = true};
}

bool output_is_empty(const struct output *record)
{
	return record->pending.len == 0 && !record->pending.failed;
}

/* Ends a stretch of a record: what came since the last one goes to FILE. */
static void end_part(struct output *out, int file)
{
	size_t done = out->part_count == 0 ? 0 : out->parts[out->part_count - 1].end;
	if (out->pending.len == done)
		return;
	struct output_part *grown =
		gv_grow(out->parts, out->part_count, &out->part_cap, sizeof *grown);
	out->pending.failed |= grown == NULL;
	if (grown == NULL)
		return;
	out->parts = grown;
	out->parts[out->part_count++] = (struct output_part){out->pending.len, file};
}

static void flush(struct output *out)
{
	if (out->recorded) {
		end_part(out, out->file);
		return;
	}
	if (out->code == 0 && out->pending.len > 0)
		out->code = gv_os_write(out->file, out->pending.at, out->pending.len);
	if (out->code == 0 && out->pending.failed)
		out->code = ENOMEM;
	out->pending.len = 0;
}

int output_close(struct output *out)
{
	flush(out);
	int code = out->code;
	gv_buf_dispose(&out->pending);
	free(out->parts);
	out->parts = NULL;
	out->part_count = out->part_cap = 0;
	return code;
}

void output_bytes(struct output *out, struct gv_span text)
{
	gv_buf_add(&out->pending, text);
	if (out->pending.len >= FLUSH_AT && !out->recorded)
		flush(out);
}

/* Writes to FILE behind all that came before. Nobody is left to tell when standard error fails. */
static void write_to(struct output *out, int file, struct gv_span text)
{
	flush(out);
	if (out->recorded) {
		gv_buf_add(&out->pending, text);
		end_part(out, file);
		return;
	}
	int code = gv_os_write(file, text.at, text.len);
	if (file == 1 && out->code == 0)
		out->code = code;
}

void output_data(struct output *out, struct gv_span text)
{
	write_to(out, 1, text);
}

bool output_play(struct output *out, struct output *record)
{
	flush(record);
	size_t from = 0;
	for (size_t i = 0; i < record->part_count; i++) {
		struct output_part part = record->parts[i];
		struct gv_span text = gv_span_part(gv_buf_span(&record->pending), from, part.end);
		if (part.file == out->file)
			output_bytes(out, text);
		else
			write_to(out, part.file, text);
		from = part.end;
	}
	bool whole = !record->pending.failed;
	output_close(record);
	return whole;
}

void output_text(struct output *out, const char *text)
{
	output_bytes(out, gv_span_of(text));
}

void output_format(struct output *out, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	output_text(out, text);
}

void output_style(struct output *out, enum style style)
{
	if (out->color)
		output_text(out, escapes[style]);
}

void output_path(struct output *out, const char *path)
{
	gv_charset_show(&out->pending, NULL, gv_span_of(path));
}

static void write_error(struct output *out, const char *path, const char *message)
{
	struct gv_buf line = {0};
	gv_buf_text(&line, "gpuvirt: ");
	if (path != NULL) {
		gv_charset_show(&line, NULL, gv_span_of(path));
		gv_buf_text(&line, ": ");
	}
	gv_charset_show(&line, NULL, gv_span_of(message));
	gv_buf_char(&line, '\n');
	if (!line.failed)
		write_to(out, 2, gv_buf_span(&line));
	gv_buf_dispose(&line);
}

void output_error(struct output *out, const char *path, const char *format, ...)
{
	char message[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	write_error(out, path, message);
}

void output_failure(struct output *out, const char *path, const struct gv_error *err)
{
	char place[64] = "";
	if (err->line > 0)
		snprintf(place, sizeof place, "%u:%u: ", (unsigned)err->line,
		         (unsigned)err->column);
	if (path == NULL || err->line == 0) {
		output_error(out, path, "%s%s", place, err->message);
		return;
	}
	struct gv_buf full = {0};
	gv_buf_format(&full, "%s:%u:%u", path, (unsigned)err->line, (unsigned)err->column);
	output_error(out, full.failed ? path : full.at, "%s", err->message);
	gv_buf_dispose(&full);
}
