#include "cli/targets.h"

#include <string.h>

#include <gpuvirt/repair.h>

#include "base/leftovers.h"
#include "base/replace.h"

/* Rule packs are small; a larger file is not one. */
enum { PACK_LIMIT = 1 << 20 };

static bool add_pack(struct cli *cli, struct gv_rules *rules, const char *name, struct gv_span yaml)
{
	struct gv_error err = {0};
	if (gv_rules_add(rules, yaml, &err) == GV_OK)
		return true;
	output_failure(&cli->out, name, &err);
	return false;
}

bool targets_load_pack(struct cli *cli, struct gv_rules *rules, const char *name)
{
	const struct gv_builtin_pack *builtin = gv_builtin_pack(name);
	if (builtin != NULL)
		return add_pack(cli, rules, builtin->name, builtin->yaml);
	struct gv_error err = {0};
	struct gv_file file = {0};
	if (gv_file_read(&file, name, PACK_LIMIT, &err) != GV_OK) {
		output_error(&cli->out, name,
		             "%s (and no built-in pack is called so; gpuvirt rules "
		             "list names them)",
		             err.message);
		return false;
	}
	bool good = add_pack(cli, rules, name, gv_buf_span(&file.text));
	gv_file_dispose(&file);
	return good;
}

static bool load_rules(struct cli *cli, struct gv_rules *rules)
{
	const struct text_list *names = &cli->settings.rules;
	for (size_t i = 0; i < names->count; i++) {
		if (!targets_load_pack(cli, rules, names->at[i]))
			return false;
	}
	return true;
}

bool targets_is_input(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *targets_label(const char *path)
{
	return targets_is_input(path) ? "<stdin>" : path;
}

static enum gv_status add_input(struct gv_paths *paths, struct gv_error *err)
{
	struct gv_path *grown = gv_grow(paths->at, paths->count, &paths->cap, sizeof *grown);
	if (grown == NULL)
		return gv_fail_memory(err);
	paths->at = grown;
	paths->at[paths->count++] = (struct gv_path){.path = "-", .named = true};
	return GV_OK;
}

static bool find_files(struct targets *targets, struct cli *cli, struct gv_pool *pool)
{
	struct gv_paths *paths = &targets->paths;
	struct gv_walk walk = {
		.pool = pool,
		.excludes = {cli->settings.excludes.at, cli->settings.excludes.count},
	};
	bool had_input = false;
	scope_guide(&targets->scope, &walk);
	for (int i = 0; i < cli->count; i++) {
		const char *path = cli->arguments[i];
		struct gv_error err = {0};
		size_t before = paths->count;
		bool input = targets_is_input(path);
		enum gv_status status = !input      ? gv_paths_add(paths, path, &walk, &err)
		                        : had_input ? gv_fail(&err, GV_EINVAL, "is named twice")
		                                    : add_input(paths, &err);
		had_input |= input;
		if (status != GV_OK) {
			scope_tell(&targets->scope, targets_label(path), &err);
			return false;
		}
		if (paths->count == before)
			output_error(&cli->out, path, "no .vmx or .vmtx file in it");
	}
	return true;
}

bool targets_find(struct targets *targets, struct cli *cli, struct gv_pool *pool)
{
	struct gv_rules *rules = cli->settings.rules.count > 0 ? &targets->rules : NULL;
	return (rules == NULL || load_rules(cli, rules)) &&
	       scope_open(&targets->scope, cli, rules) && find_files(targets, cli, pool) &&
	       scope_keep_changed(&targets->scope, &targets->paths) &&
	       scope_find_policies(&targets->scope, &targets->paths);
}

void targets_dispose(struct targets *targets)
{
	gv_paths_dispose(&targets->paths);
	scope_close(&targets->scope);
	gv_rules_dispose(&targets->rules);
}

static bool has_rule(const struct gv_rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->at[i].id, id) == 0)
			return true;
	}
	return false;
}

static bool add_rules(struct gv_rules *to, const struct gv_rules *from)
{
	for (size_t i = 0; i < from->count; i++) {
		if (has_rule(to, from->at[i].id))
			continue;
		struct gv_rule *grown = gv_grow(to->at, to->count, &to->cap, sizeof *grown);
		if (grown == NULL)
			return false;
		to->at = grown;
		to->at[to->count++] = from->at[i];
	}
	return true;
}

/* Files that lie together mostly have the same rules: only a change of them is looked at. */
bool targets_all_rules(const struct targets *targets, struct cli *cli, struct gv_rules *rules)
{
	const struct gv_rules *last = NULL;
	for (size_t i = 0; i < targets->paths.count; i++) {
		const struct gv_rules *here = targets->scope.policies[i]->rules;
		if (here != last && !add_rules(rules, here)) {
			output_error(&cli->out, NULL, "out of memory");
			return false;
		}
		last = here;
	}
	return true;
}

struct cleaning {
	struct cli *cli;
	struct gv_leftovers leftovers;
	uint64_t device; /* with INODE: the folder that was cleaned last */
	uint64_t inode;
};

/* Cleans FOLDER; what cannot be cleaned is said and stops nothing. */
static void clean_folder(struct cleaning *cleaning, const char *folder)
{
	struct gv_error err = {0};
	struct gv_leftovers *leftovers = &cleaning->leftovers;
	struct output *out = &cleaning->cli->out;
	size_t unclear = leftovers->unclear;
	if (gv_leftovers_clean(leftovers, folder, &err) != GV_OK)
		output_failure(out, folder, &err);
	if (leftovers->unclear > unclear)
		output_error(out, folder,
		             "%s is of a run that was killed and may hold a text that is nowhere "
		             "else: look at it, then remove it",
		             leftovers->name);
}

/* The folder of a named file, links followed; once for the files of a folder in a row. */
static void clean_beside(struct cleaning *cleaning, const char *path)
{
	struct gv_place place = {0};
	if (gv_place_enter(&place, path, NULL) != GV_OK)
		return; /* the repair will say what is wrong with it */
	gv_place_close(&place);
	if (place.device != cleaning->device || place.inode != cleaning->inode)
		clean_folder(cleaning, place.folder);
	cleaning->device = place.device;
	cleaning->inode = place.inode;
	gv_place_leave(&place);
}

static void tell_leftovers(const struct cleaning *cleaning)
{
	const struct gv_leftovers *leftovers = &cleaning->leftovers;
	struct output *out = &cleaning->cli->out;
	if (cleaning->cli->settings.quiet)
		return;
	if (leftovers->removed > 0)
		output_error(out, NULL, "removed %zu temporary file%s of a run that was killed",
		             leftovers->removed, leftovers->removed == 1 ? "" : "s");
	if (leftovers->restored > 0)
		output_error(out, NULL, "completed %zu backup%s of a run that was killed",
		             leftovers->restored, leftovers->restored == 1 ? "" : "s");
}

void targets_clean_up(struct cli *cli, const struct gv_paths *paths)
{
	struct cleaning cleaning = {.cli = cli};
	for (size_t i = 0; i < paths->folder_count; i++) {
		if (paths->folders[i]->has_leftovers)
			clean_folder(&cleaning, paths->folders[i]->path);
	}
	for (size_t i = 0; i < paths->count; i++) {
		if (paths->at[i].named && !targets_is_input(paths->at[i].path))
			clean_beside(&cleaning, paths->at[i].path);
	}
	tell_leftovers(&cleaning);
}

void targets_clean_up_beside(struct cli *cli, const char *path)
{
	struct cleaning cleaning = {.cli = cli};
	clean_beside(&cleaning, path);
	tell_leftovers(&cleaning);
}
