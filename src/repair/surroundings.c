#include "repair/surroundings.h"

#include <stdlib.h>
#include <string.h>

void surroundings_dispose(struct gv_surroundings *around)
{
	free(around->folder);
	free(around->names);
	gv_arena_dispose(&around->arena);
	*around = (struct gv_surroundings){0};
}

struct gv_surroundings *gv_surroundings_new(void)
{
	return calloc(1, sizeof(struct gv_surroundings));
}

void gv_surroundings_free(struct gv_surroundings *around)
{
	if (around == NULL)
		return;
	surroundings_dispose(around);
	free(around);
}

bool gv_surroundings_matter(const char *name)
{
	struct gv_span span = gv_span_of(name);
	return gv_span_ends_nocase(span, GV_LITERAL(".lck")) ||
	       gv_span_ends_nocase(span, GV_LITERAL(".vmss"));
}

static bool matters(struct gv_span name)
{
	return gv_span_ends_nocase(name, GV_LITERAL(".vmem.lck")) ||
	       gv_span_ends_nocase(name, GV_LITERAL(".vmdk.lck")) ||
	       gv_span_ends_nocase(name, GV_LITERAL(".vmss"));
}

static bool note_name(void *context, const char *name, enum gv_os_type type)
{
	struct gv_surroundings *around = context;
	(void)type;
	if (!matters(gv_span_of(name)))
		return true;
	const char **grown = gv_grow(around->names, around->count, &around->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&around->arena, gv_span_of(name));
	if (grown != NULL)
		around->names = grown;
	around->failed = grown == NULL || copy.at == NULL;
	if (!around->failed)
		around->names[around->count++] = copy.at;
	return !around->failed;
}

static bool is_fresh(const struct gv_surroundings *around, const char *folder)
{
	return around->folder != NULL && strcmp(around->folder, folder) == 0 &&
	       gv_os_clock() - around->listed_at < SURROUNDINGS_TRUST;
}

enum gv_status surroundings_list(struct gv_surroundings *around, struct gv_os_dir *dir,
                                 const char *folder, struct gv_error *err)
{
	if (is_fresh(around, folder))
		return GV_OK;
	surroundings_dispose(around);
	uint64_t now = gv_os_clock();
	int code = gv_os_list(dir, ".", note_name, around);
	if (code != 0)
		return gv_fail_system(err, code, "the folder cannot be searched for locks");
	size_t size = strlen(folder) + 1;
	char *copy = malloc(size);
	if (copy == NULL || around->failed) {
		free(copy);
		surroundings_dispose(around);
		return gv_fail_memory(err);
	}
	memcpy(copy, folder, size);
	around->folder = copy; /* last: what is not complete is not trusted */
	around->listed_at = now;
	return GV_OK;
}
