#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "platform/os.h"

enum {
	SHOW_AFTER = 500, /* milliseconds */
	DRAW_EVERY = 100,
	TERMINAL = 2,
};

void progress_begin(struct progress *progress, size_t total, bool wanted)
{
	const char *term = getenv("TERM");
	*progress = (struct progress){.started = gv_os_clock(), .total = total};
	progress->possible = wanted && gv_os_is_terminal(TERMINAL) &&
	                     (term == NULL || strcmp(term, "dumb") != 0);
}

/*
 * How many bytes of TEXT, in UTF-8, fit into COLUMNS. A character beyond ASCII counts as two: what
 * is a little short is better than a line that wraps and cannot be taken back.
 */
static size_t fit(struct gv_span text, unsigned columns)
{
	size_t i = 0;
	unsigned used = 0;
	while (i < text.len) {
		bool ascii = (unsigned char)text.at[i] < 0x80;
		used += ascii ? 1 : 2;
		if (used > columns)
			break;
		i++;
		while (i < text.len && ((unsigned char)text.at[i] & 0xC0) == 0x80)
			i++;
	}
	return i;
}

void progress_format(struct gv_buf *out, size_t done, size_t total, uint64_t elapsed,
                     const char *path, unsigned columns)
{
	struct gv_buf line = {0};
	const char *slash = strrchr(path, '/');
	gv_buf_format(&line, "%zu of %zu files", done, total);
	if (elapsed > 0)
		gv_buf_format(&line, ", %zu/s", (size_t)(done * UINT64_C(1000) / elapsed));
	if (slash != NULL) {
		gv_buf_text(&line, ", ");
		gv_charset_show(&line, NULL, (struct gv_span){path, (size_t)(slash - path)});
	}
	out->failed |= line.failed;
	gv_buf_add(out, gv_span_part(gv_buf_span(&line), 0, fit(gv_buf_span(&line), columns)));
	gv_buf_dispose(&line);
}

void progress_tell(struct progress *progress, size_t done, const char *path)
{
	if (!progress->possible)
		return;
	uint64_t now = gv_os_clock();
	if (now - progress->started < SHOW_AFTER || now - progress->drawn < DRAW_EVERY)
		return;
	struct gv_buf line = {0};
	gv_buf_text(&line, "\r\x1B[K");
	/* The last column stays free: some terminals wrap when it is filled. */
	progress_format(&line, done, progress->total, now - progress->started, path,
	                gv_os_columns(TERMINAL) - 1);
	if (!line.failed)
		gv_os_write(TERMINAL, line.at, line.len);
	gv_buf_dispose(&line);
	progress->shown = true;
	progress->drawn = now;
}

void progress_clear(struct progress *progress)
{
	static const char clear[] = "\r\x1B[K";
	if (progress->shown)
		gv_os_write(TERMINAL, clear, sizeof clear - 1);
	progress->shown = false;
}
