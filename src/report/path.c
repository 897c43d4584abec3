#include "report/path.h"

#include <string.h>

/* Cuts the first name off *REST, without the slashes around it; empty when there is none left. */
static struct gv_span take_name(struct gv_span *rest)
{
	while (rest->len > 0 && rest->at[0] == '/')
		*rest = gv_span_part(*rest, 1, rest->len);
	size_t end = 0;
	while (end < rest->len && rest->at[end] != '/')
		end++;
	struct gv_span name = gv_span_part(*rest, 0, end);
	*rest = gv_span_part(*rest, end, rest->len);
	return name;
}

static bool is_name(struct gv_span name, const char *text)
{
	return gv_span_equal(name, gv_span_of(text));
}

/* Takes the last name back; above "/" there is "/" again. */
static void leave_folder(struct gv_buf *out)
{
	while (out->len > 1 && out->at[--out->len] != '/') {
	}
}

/* Appends the names of PATH to OUT; UP: ".." before the first name leaves the folder in OUT. */
static void add_names(struct gv_buf *out, struct gv_span path, bool up)
{
	for (struct gv_span name; (name = take_name(&path)).len > 0;) {
		if (is_name(name, "."))
			continue;
		up = up && is_name(name, "..");
		if (up) {
			leave_folder(out);
			continue;
		}
		if (out->len > 0 && out->at[out->len - 1] != '/')
			gv_buf_char(out, '/');
		gv_buf_add(out, name);
	}
}

/* Appends PATH to the empty OUT, made absolute when FOLDER is not NULL. */
static void add_absolute(struct gv_buf *out, const char *folder, const char *path)
{
	bool relative = path[0] != '/';
	if (!relative || folder != NULL)
		gv_buf_char(out, '/');
	if (relative && folder != NULL)
		add_names(out, gv_span_of(folder), false);
	/* The working folder holds no links: ".." takes its names back. */
	add_names(out, gv_span_of(path), relative && folder != NULL);
}

/* The part of the absolute PATH below the folder BASE; .at is NULL when it is not below. */
static struct gv_span below(struct gv_span path, struct gv_span base)
{
	while (base.len > 0 && base.at[base.len - 1] == '/')
		base.len--;
	bool inside = path.len > base.len + 1 && path.at[base.len] == '/' &&
	              gv_span_equal(gv_span_part(path, 0, base.len), base);
	return inside ? gv_span_part(path, base.len + 1, path.len) : (struct gv_span){0};
}

void gv_path_locate(struct gv_buf *out, const struct gv_report *report, const char *path)
{
	const char *base = report->base != NULL ? report->base : report->folder;
	struct gv_buf full = {0};
	add_absolute(&full, report->folder, path);
	struct gv_span found = {0};
	if (base != NULL && !full.failed)
		found = below(gv_buf_span(&full), gv_span_of(base));
	if (found.at != NULL) {
		gv_buf_add(out, found);
	} else {
		full.len = 0;
		add_absolute(&full, NULL, path);
		gv_buf_add(out, gv_buf_span(&full));
	}
	out->failed |= full.failed;
	gv_buf_dispose(&full);
}

static bool is_unreserved(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("-._~/", byte) != NULL);
}

void gv_path_uri(struct gv_buf *out, struct gv_span path)
{
	if (path.len > 0 && path.at[0] == '/')
		gv_buf_text(out, "file://");
	for (size_t i = 0; i < path.len; i++) {
		if (is_unreserved(path.at[i]))
			gv_buf_char(out, path.at[i]);
		else
			gv_buf_format(out, "%%%02X", (unsigned)(unsigned char)path.at[i]);
	}
}
