#include "base/file.h"

#include <inttypes.h>

enum { BLOCK = 65536, LARGE = 8 << 20 };

/*
 * Reads FILE to its end behind what TEXT has. The end is where a read gives nothing, or just what
 * was EXPECTED though more was asked for: two that agree. Room for one byte more than that spares a
 * larger buffer just to see the end.
 */
static enum gv_status read_all(int file, uint64_t limit, size_t expected, struct gv_buf *text,
                               struct gv_error *err)
{
	char *room = gv_buf_reserve_exact(text, expected + 1);
	if (room != NULL && expected >= LARGE)
		gv_os_expect_use(room, expected);
	for (size_t got = 1; got > 0;) {
		bool full = !text->failed && text->cap - text->len == 1;
		char *to = gv_buf_reserve(text, full ? BLOCK : 1);
		if (to == NULL)
			return gv_fail_memory(err);
		int code = gv_os_read(file, to, text->cap - text->len - 1, &got);
		if (code != 0)
			return gv_fail_system(err, code, "cannot read");
		bool whole = text->len == 0 && expected > 0 && got == expected;
		text->len += got;
		if (whole)
			break;
		if (text->len > limit)
			return gv_fail(err, GV_ETOOBIG,
			               "larger than the limit of %" PRIu64 " bytes (--max-size)",
			               limit);
	}
	text->at[text->len] = '\0';
	return GV_OK;
}

static enum gv_status check_kind(const struct gv_os_stat *stat, uint64_t limit,
                                 struct gv_error *err)
{
	if (stat->type == GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL, "is a folder");
	if (stat->type != GV_OS_FILE)
		return gv_fail(err, GV_EINVAL, "is not a regular file");
	if (stat->size > limit || stat->size > SIZE_MAX / 2)
		return gv_fail(err, GV_ETOOBIG,
		               "has %" PRIu64 " bytes, the limit is %" PRIu64 " (--max-size)",
		               stat->size, limit);
	return GV_OK;
}

enum gv_status gv_file_read_open(struct gv_file *out, int file, uint64_t limit,
                                 struct gv_error *err)
{
	int code = gv_os_stat_file(file, &out->stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read");
	enum gv_status status = check_kind(&out->stat, limit, err);
	if (status != GV_OK)
		return status;
	return read_all(file, limit, (size_t)out->stat.size, &out->text, err);
}

enum gv_status gv_file_read(struct gv_file *out, const char *path, uint64_t limit,
                            struct gv_error *err)
{
	struct gv_file read = {0};
	int file;
	int code = gv_os_open(NULL, path, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	enum gv_status status = gv_file_read_open(&read, file, limit, err);
	gv_os_close(file);
	if (status != GV_OK)
		gv_buf_dispose(&read.text);
	else
		*out = read;
	return status;
}

enum gv_status gv_file_read_input(struct gv_file *out, uint64_t limit, struct gv_error *err)
{
	struct gv_file read = {0};
	enum gv_status status = read_all(0, limit, 0, &read.text, err);
	if (status != GV_OK)
		gv_file_dispose(&read);
	else
		*out = read;
	return status;
}

void gv_file_dispose(struct gv_file *file)
{
	gv_buf_dispose(&file->text);
	*file = (struct gv_file){0};
}
