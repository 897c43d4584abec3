#include "config/glob.h"

#include <stdlib.h>
#include <string.h>

#include "platform/os.h"

void parts_dispose(struct parts *parts)
{
	free(parts->at);
	gv_arena_dispose(&parts->arena);
	*parts = (struct parts){0};
}

static bool add(struct parts *parts, struct gv_span part)
{
	const char **grown = gv_grow(parts->at, parts->count, &parts->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&parts->arena, part);
	if (grown != NULL)
		parts->at = grown;
	if (grown == NULL || copy.at == NULL)
		return false;
	parts->at[parts->count++] = copy.at;
	return true;
}

bool parts_add(struct parts *parts, struct gv_span path)
{
	while (path.len > 0) {
		const char *slash = memchr(path.at, '/', path.len);
		size_t end = slash == NULL ? path.len : (size_t)(slash - path.at);
		struct gv_span part = gv_span_part(path, 0, end);
		bool stands = end > 0 && !gv_span_equal(part, GV_LITERAL("."));
		if (stands && !add(parts, part))
			return false;
		path = gv_span_part(path, slash == NULL ? end : end + 1, path.len);
	}
	return true;
}

bool glob_parse(struct parts *glob, const char *text)
{
	size_t name = strcspn(text, "/");
	bool at_any_depth = name > 0 && text[name + strspn(text + name, "/")] == '\0';
	return (!at_any_depth || add(glob, GV_LITERAL("**"))) && parts_add(glob, gv_span_of(text));
}

static bool is_any_depth(const struct parts *glob, size_t index)
{
	return index < glob->count && strcmp(glob->at[index], "**") == 0;
}

/*
 * Matches the parts of PATH in order. Where it goes wrong the last "**" takes in one part more: an
 * earlier one need not be tried again, since the later could have taken in all the same. INSIDE:
 * a match of the first parts will do.
 */
static bool match(const struct parts *glob, const struct parts *path, bool inside)
{
	size_t at = 0;
	size_t any = SIZE_MAX;
	size_t resume = 0;
	for (size_t i = 0; i < path->count;) {
		if (is_any_depth(glob, at)) {
			any = at++;
			resume = i;
		} else if (at < glob->count && gv_os_glob(glob->at[at], path->at[i], false)) {
			at++;
			i++;
		} else if (at == glob->count && inside) {
			return true;
		} else if (any != SIZE_MAX) {
			at = any + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (is_any_depth(glob, at))
		at++;
	return at == glob->count;
}

bool glob_matches(const struct parts *glob, const struct parts *path)
{
	return match(glob, path, false);
}

bool glob_covers(const struct parts *glob, const struct parts *path)
{
	return match(glob, path, true);
}
