#include "base/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/os.h"

void gv_paths_dispose(struct gv_paths *paths)
{
	free(paths->at);
	gv_arena_dispose(&paths->arena);
	*paths = (struct gv_paths){0};
}

static enum gv_status add(struct gv_paths *paths, const char *path, bool named,
                          const struct gv_error *trouble, struct gv_error *err)
{
	struct gv_path *grown = gv_grow(paths->at, paths->count, &paths->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&paths->arena, gv_span_of(path));
	struct gv_error *kept = NULL;
	if (trouble != NULL && (kept = gv_arena_alloc(&paths->arena, sizeof *kept)) != NULL)
		*kept = *trouble;
	if (grown != NULL)
		paths->at = grown;
	if (grown == NULL || copy.at == NULL || (trouble != NULL && kept == NULL))
		return gv_fail_memory(err);
	paths->at[paths->count++] = (struct gv_path){copy.at, named, kept};
	return GV_OK;
}

static bool is_excluded(const struct gv_excludes *excludes, const char *path, const char *name)
{
	for (size_t i = 0; i < excludes->count; i++) {
		const char *glob = excludes->globs[i];
		bool whole_path = strchr(glob, '/') != NULL;
		if (gv_os_glob(glob, whole_path ? path : name, whole_path))
			return true;
	}
	return false;
}

/* One name in a folder. */
struct entry {
	const char *name;
	bool is_folder;
};

struct listing {
	struct entry *at;
	size_t count;
	size_t cap;
	struct gv_arena arena;
	bool failed;
};

static bool is_wanted(const char *name, enum gv_os_type type)
{
	struct gv_span span = gv_span_of(name);
	if (type == GV_OS_FOLDER)
		return true;
	return type == GV_OS_FILE && (gv_span_ends_nocase(span, GV_LITERAL(".vmx")) ||
	                              gv_span_ends_nocase(span, GV_LITERAL(".vmtx")));
}

static bool note_entry(void *context, const char *name, enum gv_os_type type)
{
	struct listing *listing = context;
	if (!is_wanted(name, type))
		return true;
	struct entry *grown = gv_grow(listing->at, listing->count, &listing->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&listing->arena, gv_span_of(name));
	if (grown != NULL)
		listing->at = grown;
	listing->failed = grown == NULL || copy.at == NULL;
	if (!listing->failed)
		listing->at[listing->count++] = (struct entry){copy.at, type == GV_OS_FOLDER};
	return !listing->failed;
}

/* By bytes, a folder as if its name ended in "/": the order of the whole paths. */
static int compare(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	size_t a_len = strlen(a->name);
	size_t b_len = strlen(b->name);
	size_t both = a_len < b_len ? a_len : b_len;
	int order = memcmp(a->name, b->name, both);
	if (order != 0)
		return order;
	unsigned char a_next = a_len > both ? (unsigned char)a->name[both] : a->is_folder ? '/' : 0;
	unsigned char b_next = b_len > both ? (unsigned char)b->name[both] : b->is_folder ? '/' : 0;
	return (a_next > b_next) - (a_next < b_next);
}

static enum gv_status list(struct listing *listing, const char *path, struct gv_error *err)
{
	struct gv_os_dir *dir;
	int code = gv_os_open_dir(&dir, NULL, path);
	if (code == 0) {
		code = gv_os_list(dir, note_entry, listing);
		gv_os_close_dir(dir);
	}
	if (code != 0)
		return gv_fail_system(err, code, "cannot read the folder");
	if (listing->failed)
		return gv_fail_memory(err);
	if (listing->count > 0)
		qsort(listing->at, listing->count, sizeof *listing->at, compare);
	return GV_OK;
}

static enum gv_status add_below(struct gv_paths *paths, struct gv_buf *path,
                                const struct gv_excludes *excludes, struct gv_error *err);

static enum gv_status add_entry(struct gv_paths *paths, struct gv_buf *path,
                                const struct entry *entry, const struct gv_excludes *excludes,
                                struct gv_error *err)
{
	gv_buf_text(path, entry->name);
	if (path->failed)
		return gv_fail_memory(err);
	if (is_excluded(excludes, path->at, entry->name))
		return GV_OK;
	if (!entry->is_folder)
		return add(paths, path->at, false, NULL, err);
	struct gv_error trouble = {0};
	size_t before = paths->count;
	enum gv_status status = add_below(paths, path, excludes, &trouble);
	if (status == GV_ESYSTEM && paths->count == before)
		return add(paths, path->at, false, &trouble, err);
	return status == GV_OK ? GV_OK : gv_fail_memory(err);
}

/* Adds the files below the folder PATH, which is put back as it was. */
static enum gv_status add_below(struct gv_paths *paths, struct gv_buf *path,
                                const struct gv_excludes *excludes, struct gv_error *err)
{
	struct listing listing = {0};
	size_t folder_len = path->len;
	enum gv_status status = list(&listing, path->at, err);
	if (status == GV_OK && path->at[path->len - 1] != '/')
		gv_buf_char(path, '/');
	size_t base = path->len;
	for (size_t i = 0; status == GV_OK && i < listing.count; i++) {
		status = add_entry(paths, path, &listing.at[i], excludes, err);
		path->len = base;
		path->at[base] = '\0';
	}
	path->len = folder_len;
	path->at[folder_len] = '\0';
	free(listing.at);
	gv_arena_dispose(&listing.arena);
	return status;
}

enum gv_status gv_paths_add(struct gv_paths *paths, const char *path,
                            const struct gv_excludes *excludes, struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat(NULL, path, true, &stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	if (stat.type != GV_OS_FOLDER)
		return add(paths, path, true, NULL, err);
	struct gv_buf buf = {0};
	gv_buf_text(&buf, path);
	enum gv_status status =
		buf.failed ? gv_fail_memory(err) : add_below(paths, &buf, excludes, err);
	gv_buf_dispose(&buf);
	return status;
}
