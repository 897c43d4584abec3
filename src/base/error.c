#include <gpuvirt/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	[GV_OK] = "ok",
	[GV_EINVAL] = "invalid request",
	[GV_ENOMEM] = "out of memory",
	[GV_ESYSTEM] = "system error",
	[GV_EPARSE] = "parse error",
	[GV_ETOOBIG] = "too big",
	[GV_ENOENT] = "not there",
	[GV_EEXIST] = "there already",
	[GV_EREFUSED] = "refused",
	[GV_ECHANGED] = "changed meanwhile",
};

_Static_assert(sizeof names / sizeof *names == GV_STATUS_COUNT, "every status has a name");

/* Drops the start of a UTF-8 character whose rest did not fit at the end of MESSAGE. */
static void drop_half_character(char *message)
{
	size_t end = strlen(message);
	size_t lead = end;
	while (lead > 0 && end - lead < 4 && ((unsigned char)message[lead - 1] & 0xC0) == 0x80)
		lead--;
	if (lead == 0 || (unsigned char)message[lead - 1] < 0xC0)
		return;
	unsigned char first = (unsigned char)message[lead - 1];
	size_t need = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	if (end - lead + 1 < need)
		message[lead - 1] = '\0';
}

static void record(struct gv_error *err, enum gv_status status, const char *format, va_list args)
{
	err->status = status;
	vsnprintf(err->message, sizeof err->message, format, args);
	drop_half_character(err->message);
}

enum gv_status gv_fail(struct gv_error *err, enum gv_status status, const char *format, ...)
{
	if (err == NULL || err->status != GV_OK)
		return status;
	va_list args;
	va_start(args, format);
	record(err, status, format, args);
	va_end(args);
	return status;
}

enum gv_status gv_fail_at(struct gv_error *err, enum gv_status status, uint32_t line,
                          uint32_t column, const char *format, ...)
{
	if (err == NULL || err->status != GV_OK)
		return status;
	va_list args;
	va_start(args, format);
	record(err, status, format, args);
	va_end(args);
	err->line = line;
	err->column = column;
	return status;
}

enum gv_status gv_fail_system(struct gv_error *err, int code, const char *format, ...)
{
	enum gv_status status = code == ENOMEM ? GV_ENOMEM : GV_ESYSTEM;
	if (err == NULL || err->status != GV_OK)
		return status;
	va_list args;
	va_start(args, format);
	record(err, status, format, args);
	va_end(args);
	err->code = code;
	size_t used = strlen(err->message);
	snprintf(err->message + used, sizeof err->message - used, ": %s", strerror(code));
	drop_half_character(err->message);
	return status;
}

enum gv_status gv_fail_memory(struct gv_error *err)
{
	return gv_fail(err, GV_ENOMEM, "out of memory");
}

const char *gv_status_name(enum gv_status status)
{
	return (unsigned)status < GV_STATUS_COUNT ? names[status] : "unknown";
}
