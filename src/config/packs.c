#include "config/packs.h"

#include <stdlib.h>

#include "base/file.h"
#include "config/path.h"

/* Rule packs are small; a larger file is not one. */
enum { PACK_LIMIT = 1 << 20 };

struct packs_set {
	struct gv_rules rules;
	struct gv_buf key;
	struct packs_set *older;
};

/* A set being loaded. */
struct loader {
	struct packs_set *set;
	const char *folder;
	struct gv_arena *arena;
	const char **culprit;
	struct gv_error *err;
};

static void free_set(struct packs_set *set)
{
	gv_rules_dispose(&set->rules);
	gv_buf_dispose(&set->key);
	free(set);
}

void packs_dispose(struct packs *packs)
{
	while (packs->newest != NULL) {
		struct packs_set *older = packs->newest->older;
		free_set(packs->newest);
		packs->newest = older;
	}
	gv_map_dispose(&packs->sets);
}

static enum gv_status add_pack(struct loader *loader, const char *path, struct gv_span yaml)
{
	enum gv_status status = gv_rules_add(&loader->set->rules, yaml, loader->err);
	if (status != GV_OK)
		*loader->culprit = gv_arena_copy(loader->arena, gv_span_of(path)).at;
	return status;
}

static enum gv_status add_file(struct loader *loader, const struct gv_config_text *name)
{
	struct gv_buf path = {0};
	struct gv_file file = {0};
	struct gv_error why = {0};
	enum gv_status status;
	path_make_absolute(&path, loader->folder, gv_span_of(name->text));
	if (path.failed)
		status = gv_fail_memory(loader->err);
	else if ((status = gv_file_read(&file, path.at, PACK_LIMIT, &why)) == GV_OK)
		status = add_pack(loader, path.at, gv_buf_span(&file.text));
	else
		gv_fail_at(loader->err, status, name->line, name->column,
		           "%.200s: %s (and no built-in pack is called so)", name->text,
		           why.message);
	gv_file_dispose(&file);
	gv_buf_dispose(&path);
	return status;
}

static enum gv_status add_packs(struct loader *loader, const struct gv_config_texts *names)
{
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < names->count; i++) {
		const char *name = names->at[i].text;
		const struct gv_builtin_pack *builtin = gv_builtin_pack(name);
		status = builtin != NULL ? add_pack(loader, builtin->name, builtin->yaml)
		                         : add_file(loader, &names->at[i]);
	}
	return status;
}

/* What tells one set from another: the packs in order, files by their absolute paths. */
static void make_key(struct gv_buf *key, const struct gv_config_texts *names, const char *folder)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->at[i].text;
		struct gv_buf path = {0};
		if (gv_builtin_pack(name) == NULL)
			path_make_absolute(&path, folder, gv_span_of(name));
		else
			gv_buf_text(&path, name);
		gv_buf_add(key, gv_buf_span(&path));
		gv_buf_char(key, '\0');
		key->failed |= path.failed;
		gv_buf_dispose(&path);
	}
}

enum gv_status packs_load(struct packs *packs, const struct gv_rules **out,
                          const struct gv_config_texts *names, const char *folder,
                          struct gv_arena *arena, const char **culprit, struct gv_error *err)
{
	struct packs_set *set = calloc(1, sizeof *set);
	if (set == NULL)
		return gv_fail_memory(err);
	struct loader loader = {set, folder, arena, culprit, err};
	make_key(&set->key, names, folder);
	struct gv_span key = gv_buf_span(&set->key);
	const struct packs_set *there = set->key.failed ? NULL : gv_map_get(&packs->sets, key);
	enum gv_status status = set->key.failed ? gv_fail_memory(err) : GV_OK;
	if (status == GV_OK && there == NULL)
		status = add_packs(&loader, names);
	if (status == GV_OK && there == NULL && !gv_map_put(&packs->sets, key, set))
		status = gv_fail_memory(err);
	if (status != GV_OK || there != NULL) {
		free_set(set);
	} else {
		set->older = packs->newest;
		packs->newest = set;
		there = set;
	}
	if (status == GV_OK)
		*out = &there->rules;
	return status;
}
