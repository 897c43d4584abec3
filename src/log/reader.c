#include <gpuvirt/log.h>

#include <stdlib.h>
#include <string.h>

#include "log/prefix.h"
#include "platform/os.h"

/* Where a byte is next: not looked for yet. */
#define UNKNOWN SIZE_MAX

struct gv_log {
	int file;            /* -1: TEXT is read */
	struct gv_span text; /* what is left of it */
	char *buf;           /* of GV_LOG_LINE_LIMIT bytes */
	size_t start;        /* [start, end) is read and not delivered */
	size_t end;
	size_t lf; /* the next of them at or behind START; END: none; or UNKNOWN */
	size_t cr;
	bool begun;    /* the first bytes have been looked at */
	bool over;     /* nothing comes behind END */
	bool after_cr; /* an LF at START belongs to the line before */
	bool skipping; /* the rest of a line that was cut is to be passed over */
	uint64_t line; /* delivered */
	struct gv_error failure;
};

/* Puts more bytes behind those that are there; moves them to the front of the buffer. */
static void fill(struct gv_log *log)
{
	size_t got = 0;
	int code = 0;
	memmove(log->buf, log->buf + log->start, log->end - log->start);
	log->end -= log->start;
	log->start = 0;
	log->lf = log->cr = UNKNOWN;
	size_t room = GV_LOG_LINE_LIMIT - log->end;
	if (log->file >= 0) {
		code = gv_os_read(log->file, log->buf + log->end, room, &got);
	} else {
		got = log->text.len < room ? log->text.len : room;
		if (got > 0)
			memcpy(log->buf + log->end, log->text.at, got);
		log->text = gv_span_part(log->text, got, log->text.len);
	}
	if (code != 0)
		gv_fail_system(&log->failure, code, "cannot read");
	log->over = got == 0;
	log->end += got;
}

/* Where BYTE is next; *KNOWN is what is known of that, so that each byte is searched once. */
static size_t find(const struct gv_log *log, size_t *known, char byte)
{
	if (*known == UNKNOWN || *known < log->start) {
		const char *at = log->buf + log->start;
		const char *found = memchr(at, byte, log->end - log->start);
		*known = found == NULL ? log->end : (size_t)(found - log->buf);
	}
	return *known;
}

/*
 * Finds the end of the line at START: *TEXT_END, and *NEXT behind its line ending. False when it is
 * not in the buffer.
 */
static bool find_end(struct gv_log *log, size_t *text_end, size_t *next)
{
	size_t lf = find(log, &log->lf, '\n');
	size_t cr = find(log, &log->cr, '\r');
	*text_end = lf < cr ? lf : cr;
	*next = *text_end;
	if (*text_end == log->end)
		return log->over && log->end > log->start;
	*next += lf == cr + 1 && lf < log->end ? 2 : 1;
	log->after_cr = cr + 1 == *next && *next == log->end;
	return true;
}

/* Passes over what is no line: the mark in front of the first, the rest of an ending. */
static void pass_marks(struct gv_log *log)
{
	size_t size = log->end - log->start;
	if (!log->begun && size >= 3 && memcmp(log->buf + log->start, "\xEF\xBB\xBF", 3) == 0)
		log->start += 3;
	log->begun = true;
	if (log->after_cr && size > 0) {
		log->start += log->buf[log->start] == '\n';
		log->after_cr = false;
	}
}

/* Sets *LINE to the next line, *CUT when it goes on beyond the buffer. */
static bool next_line(struct gv_log *log, struct gv_span *line, bool *cut)
{
	bool rest = true;
	while (rest) {
		size_t text_end;
		size_t next;
		bool found = find_end(log, &text_end, &next);
		bool full = log->start == 0 && log->end == GV_LOG_LINE_LIMIT;
		if (!found && !full) {
			if (log->over)
				return false;
			fill(log);
			pass_marks(log);
			continue;
		}
		*cut = !found;
		*line = (struct gv_span){log->buf + log->start, text_end - log->start};
		log->start = next;
		rest = log->skipping;
		log->skipping = *cut;
	}
	return true;
}

bool gv_log_next(struct gv_log *log, struct gv_log_entry *entry)
{
	struct gv_span line;
	bool cut;
	if (!next_line(log, &line, &cut))
		return false;
	*entry = (struct gv_log_entry){.line = ++log->line};
	log_read_prefix(entry, line);
	entry->cut = cut;
	return true;
}

const struct gv_error *gv_log_failure(const struct gv_log *log)
{
	return log->failure.status == GV_OK ? NULL : &log->failure;
}

static enum gv_status make(struct gv_log **out, int file, struct gv_span text, struct gv_error *err)
{
	struct gv_log *log = calloc(1, sizeof *log);
	char *buf = malloc(GV_LOG_LINE_LIMIT);
	if (log == NULL || buf == NULL) {
		free(log);
		free(buf);
		return gv_fail_memory(err);
	}
	*log = (struct gv_log){
		.file = file, .text = text, .buf = buf, .lf = UNKNOWN, .cr = UNKNOWN};
	*out = log;
	return GV_OK;
}

enum gv_status gv_log_open_text(struct gv_log **out, struct gv_span text, struct gv_error *err)
{
	return make(out, -1, text, err);
}

static enum gv_status open_regular(int file, struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat_file(file, &stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read");
	if (stat.type == GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL, "is a folder");
	return stat.type == GV_OS_FILE ? GV_OK : gv_fail(err, GV_EINVAL, "is not a regular file");
}

enum gv_status gv_log_open(struct gv_log **out, const char *path, struct gv_error *err)
{
	int file;
	int code = gv_os_open(NULL, path, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	enum gv_status status = open_regular(file, err);
	if (status == GV_OK)
		status = make(out, file, (struct gv_span){0}, err);
	if (status != GV_OK)
		gv_os_close(file);
	return status;
}

void gv_log_close(struct gv_log *log)
{
	if (log == NULL)
		return;
	if (log->file >= 0)
		gv_os_close(log->file);
	free(log->buf);
	free(log);
}
