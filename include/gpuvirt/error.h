/*
 * What went wrong, as plain data on the caller's stack.
 *
 * Knows statuses and messages; knows nothing about files, rules or printing. Nothing here
 * allocates, so a failure can be told when memory has run out.
 */
#ifndef GPUVIRT_ERROR_H
#define GPUVIRT_ERROR_H

#include <stddef.h>
#include <stdint.h>

enum gv_status {
	GV_OK,
	GV_EINVAL,   /* the caller's request makes no sense */
	GV_ENOMEM,   /* memory ran out */
	GV_ESYSTEM,  /* the operating system said no; gv_error.code has its errno */
	GV_EPARSE,   /* a file we must understand is wrong; line and column say where */
	GV_ETOOBIG,  /* above a documented limit */
	GV_ENOENT,   /* the thing asked for is not there */
	GV_EEXIST,   /* the thing to create is there already */
	GV_EREFUSED, /* it could be done and must not be */
	GV_ECHANGED, /* another program changed the file meanwhile */
	GV_STATUS_COUNT
};

/*
 * The first failure, never a later one: what fails during the clean-up must not hide the cause.
 * Zero-initialise before use. line and column are 1-based, 0 where they mean nothing. message is
 * one line of UTF-8 without full stop and without the path, which the caller knows.
 */
struct gv_error {
	enum gv_status status;
	int code;
	uint32_t line;
	uint32_t column;
	char message[512];
};

#if defined(__GNUC__)
#define GV_PRINTF(string, first) __attribute__((__format__(__printf__, string, first)))
#else
#define GV_PRINTF(string, first)
#endif

/*
 * Records a failure in ERR unless one is there already, and returns STATUS, so that failing is
 * one line: return gv_fail(err, GV_EPARSE, "expected '='"). ERR may be NULL. An over-long message
 * is cut.
 */
enum gv_status gv_fail(struct gv_error *err, enum gv_status status, const char *format, ...)
	GV_PRINTF(3, 4);

/* The same with a place in the file that is being read. */
enum gv_status gv_fail_at(struct gv_error *err, enum gv_status status, uint32_t line,
                          uint32_t column, const char *format, ...) GV_PRINTF(5, 6);

/* The same for a refused system call: ": " and the text of CODE, an errno, end the message. */
enum gv_status gv_fail_system(struct gv_error *err, int code, const char *format, ...)
	GV_PRINTF(3, 4);

/* Shorthand for the one failure without a story. */
enum gv_status gv_fail_memory(struct gv_error *err);

/* The name of STATUS for logs and tests, static storage; "unknown" for a value outside the enum. */
const char *gv_status_name(enum gv_status status);

#endif
