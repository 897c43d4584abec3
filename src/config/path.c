#include "config/path.h"

#include <stdlib.h>
#include <string.h>

#include "platform/os.h"

enum gv_status path_here(char **out, struct gv_error *err)
{
	char *here = NULL;
	if (gv_os_resolve(".", &here) != 0)
		here = calloc(2, 1);
	if (here == NULL)
		return gv_fail_memory(err);
	if (here[0] == '\0')
		here[0] = '/';
	*out = here;
	return GV_OK;
}

/* Adds what stands between the slashes of PATH to OUT, the absolute path so far. */
static void add_parts(struct gv_buf *out, struct gv_span path)
{
	while (path.len > 0) {
		const char *slash = memchr(path.at, '/', path.len);
		size_t end = slash == NULL ? path.len : (size_t)(slash - path.at);
		struct gv_span part = gv_span_part(path, 0, end);
		path = gv_span_part(path, slash == NULL ? end : end + 1, path.len);
		if (end == 0 || gv_span_equal(part, GV_LITERAL(".")))
			continue;
		if (gv_span_equal(part, GV_LITERAL(".."))) {
			out->len = path_folder(gv_buf_span(out)).len;
			continue;
		}
		if (out->len > 1)
			gv_buf_char(out, '/');
		gv_buf_add(out, part);
	}
}

void path_make_absolute(struct gv_buf *out, const char *here, struct gv_span path)
{
	gv_buf_char(out, '/');
	if (path.len == 0 || path.at[0] != '/')
		add_parts(out, gv_span_of(here));
	add_parts(out, path);
	gv_buf_text(out, ""); /* ends it behind a ".." */
}

struct gv_span path_folder(struct gv_span path)
{
	while (path.len > 1 && path.at[path.len - 1] != '/')
		path.len--;
	if (path.len > 1)
		path.len--;
	return path;
}

struct gv_span path_below(struct gv_span folder, struct gv_span path)
{
	if (path.len < folder.len || memcmp(path.at, folder.at, folder.len) != 0)
		return (struct gv_span){0};
	if (path.len == folder.len)
		return gv_span_part(path, path.len, path.len);
	if (folder.len == 1)
		return gv_span_part(path, 1, path.len);
	if (path.at[folder.len] != '/')
		return (struct gv_span){0};
	return gv_span_part(path, folder.len + 1, path.len);
}
