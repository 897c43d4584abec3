#include "log/prefix.h"

#include <string.h>

/* No field of a prefix is longer, so that a line without one costs no search. */
enum { FIELD_LIMIT = 64 };

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* True when SPAN begins like PATTERN: 0 is any digit, A any letter, _ a digit or a blank. */
static bool has_shape(struct gv_span span, const char *pattern)
{
	size_t len = strlen(pattern);
	if (span.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char byte = gv_fold(span.at[i]);
		bool letter = byte >= 'a' && byte <= 'z';
		bool good = pattern[i] == '0'   ? is_digit(byte)
		            : pattern[i] == 'A' ? letter
		            : pattern[i] == '_' ? is_digit(byte) || byte == ' '
		                                : span.at[i] == pattern[i];
		if (!good)
			return false;
	}
	return true;
}

/*
 * Cuts what stands before END off *REST into *FIELD, and END too. False, nothing cut, when END
 * does not come soon.
 */
static bool take(struct gv_span *rest, struct gv_span *field, const char *end)
{
	size_t size = strlen(end);
	for (size_t i = 0; i < FIELD_LIMIT && i + size <= rest->len; i++) {
		if (memcmp(rest->at + i, end, size) != 0)
			continue;
		*field = gv_span_part(*rest, 0, i);
		*rest = gv_span_part(*rest, i + size, rest->len);
		return true;
	}
	return false;
}

/* The same for the last field of a prefix, behind which there may be nothing at all. */
static bool take_last(struct gv_span *rest, struct gv_span *field)
{
	if (take(rest, field, " "))
		return field->len > 0;
	if (rest->len == 0 || rest->len > FIELD_LIMIT)
		return false;
	*field = *rest;
	*rest = gv_span_part(*rest, rest->len, rest->len);
	return true;
}

/* Takes MARK off the end of *FIELD. */
static bool drop_mark(struct gv_span *field, char mark)
{
	if (field->len == 0 || field->at[field->len - 1] != mark)
		return false;
	field->len--;
	return true;
}

/* Aug 18 10:01:58.124: vmx| TEXT */
static bool read_dated(struct gv_log_entry *entry, struct gv_span rest)
{
	struct gv_span bar;
	if (!has_shape(rest, "AAA _0 00:00:00.000: ") || !take(&rest, &entry->time, ": ") ||
	    !take_last(&rest, &bar) || !drop_mark(&bar, '|'))
		return false;
	entry->thread = bar;
	entry->text = rest;
	return true;
}

/* 2012-05-25T12:10:50.125-06:00| vmx| I120: TEXT */
static bool read_barred(struct gv_log_entry *entry, struct gv_span rest)
{
	if (!take(&rest, &entry->time, "| ") || !take(&rest, &entry->thread, "| ") ||
	    !has_shape(rest, "A00") || !take_last(&rest, &entry->severity))
		return false;
	entry->goes_on = drop_mark(&entry->severity, '+');
	entry->text = rest;
	return entry->goes_on || drop_mark(&entry->severity, ':');
}

/* 2023-09-04T18:43:25.387Z In(05) vmx TEXT */
static bool read_lettered(struct gv_log_entry *entry, struct gv_span rest)
{
	if (!take(&rest, &entry->time, " ") || !has_shape(rest, "AA(00)") ||
	    !take(&rest, &entry->severity, " ") || !take_last(&rest, &entry->thread))
		return false;
	entry->goes_on = drop_mark(&entry->severity, '+');
	entry->text = rest;
	return true;
}

/* 2026-01-09T08:08:30.173Z -INFO vmware-vmx.exe 15108 [ws@4413 threadName="vmx"] TEXT */
static bool read_labelled(struct gv_log_entry *entry, struct gv_span rest)
{
	struct gv_span skipped;
	if (!take(&rest, &entry->time, " ") || !has_shape(rest, "-A") ||
	    !take(&rest, &entry->severity, " ") || !take(&rest, &skipped, " ") ||
	    !take(&rest, &skipped, " [") || !take(&rest, &skipped, "threadName=\"") ||
	    !take(&rest, &entry->thread, "\"") || !take_last(&rest, &skipped))
		return false;
	entry->text = rest;
	return drop_mark(&skipped, ']');
}

/* The shapes, each with what its time looks like: most lines are settled by that. */
static const struct shape {
	const char *time;
	bool (*read)(struct gv_log_entry *entry, struct gv_span line);
} shapes[] = {
	{"0000-00-00T00:00:00.", read_lettered},
	{"0000-00-00T00:00:00.", read_barred},
	{"0000-00-00T00:00:00.", read_labelled},
	{"AAA _0 00:00:00.", read_dated},
};

void log_read_prefix(struct gv_log_entry *entry, struct gv_span line)
{
	const struct gv_span sandbox = GV_LITERAL("mksSandboxLog: ");
	struct gv_log_entry bare = {.line = entry->line, .text = line};
	bool known = false;
	for (size_t i = 0; !known && i < sizeof shapes / sizeof *shapes; i++) {
		*entry = bare;
		known = has_shape(line, shapes[i].time) && shapes[i].read(entry, line);
	}
	if (!known)
		*entry = bare;
	entry->from_sandbox = gv_span_begins_nocase(entry->text, sandbox);
	if (entry->from_sandbox)
		entry->text = gv_span_part(entry->text, sandbox.len, entry->text.len);
}
