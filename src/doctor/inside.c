#include "doctor/inside.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "platform/os.h"

/* Links followed on the way to a file. */
enum { LINKS_LIMIT = 40 };

/* Cuts the last name off OUT, but nothing of the first ROOT_LEN bytes. */
static void go_up(struct gv_buf *out, size_t root_len)
{
	while (out->len > root_len && out->at[out->len - 1] != '/')
		out->len--;
	if (out->len > root_len)
		out->len--;
	out->at[out->len] = '\0';
}

/* Puts the target of the link OUT before the REST of the path; OUT becomes where it starts from. */
static int follow(struct gv_buf *out, struct gv_buf *rest, size_t *at, size_t root_len)
{
	char *target = NULL;
	struct gv_buf longer = {0};
	int code = gv_os_read_link(NULL, out->at, &target);
	if (code != 0)
		return code;
	if (target[0] == '/') {
		out->len = root_len;
		out->at[out->len] = '\0';
	} else {
		go_up(out, root_len);
	}
	gv_buf_text(&longer, target);
	gv_buf_char(&longer, '/');
	gv_buf_text(&longer, rest->at + *at);
	free(target);
	gv_buf_dispose(rest);
	*rest = longer;
	*at = 0;
	return longer.failed ? ENOMEM : 0;
}

/* Adds the name NAME to OUT. *IS_LINK tells whether OUT is a link then. */
static void descend(struct gv_buf *out, struct gv_span name, bool *is_link)
{
	struct gv_os_stat stat;
	gv_buf_char(out, '/');
	gv_buf_add(out, name);
	*is_link = !out->failed && gv_os_stat(NULL, out->at, false, &stat) == 0 &&
	           stat.type == GV_OS_LINK;
}

int inside_resolve(struct gv_buf *out, const char *path, size_t root_len)
{
	struct gv_buf rest = {0};
	size_t at = 0;
	int links = 0;
	int code = 0;
	gv_buf_text(&rest, path);
	while (code == 0 && !rest.failed && !out->failed && rest.at[at] != '\0') {
		size_t len = strcspn(rest.at + at, "/");
		struct gv_span name = {rest.at + at, len};
		bool is_link = false;
		at += len + (rest.at[at + len] == '/');
		if (gv_span_equal(name, GV_LITERAL("..")))
			go_up(out, root_len);
		else if (len > 0 && !gv_span_equal(name, GV_LITERAL(".")))
			descend(out, name, &is_link);
		if (is_link && ++links > LINKS_LIMIT)
			code = ELOOP;
		else if (is_link)
			code = follow(out, &rest, &at, root_len);
	}
	bool failed = rest.failed || out->failed;
	gv_buf_dispose(&rest);
	return failed ? ENOMEM : code;
}
