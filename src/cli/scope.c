#include "cli/scope.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/repair.h>

#include "config/changed.h"
#include "platform/os.h"

static bool is_input(const char *path)
{
	return strcmp(path, "-") == 0;
}

bool scope_open(struct scope *scope, struct cli *cli, const struct gv_rules *rules)
{
	struct gv_error err = {0};
	scope->cli = cli;
	enum gv_status status = gv_configs_new(&scope->configs, rules, cli->settings.config, &err);
	if (status != GV_OK)
		scope_tell(scope, NULL, &err);
	return status == GV_OK;
}

void scope_close(struct scope *scope)
{
	gv_configs_free(scope->configs);
	free(scope->policies);
	*scope = (struct scope){0};
}

void scope_tell(struct scope *scope, const char *path, const struct gv_error *err)
{
	const char *culprit = scope->configs == NULL ? NULL : gv_configs_culprit(scope->configs);
	output_failure(&scope->cli->out, culprit != NULL ? culprit : path, err);
}

static bool is_notable(const char *name)
{
	return strcmp(name, GV_CONFIG_NAME) == 0 || gv_surroundings_matter(name);
}

static bool has_config(const struct gv_folder *folder)
{
	for (size_t i = 0; i < folder->notable_count; i++) {
		if (strcmp(folder->notable[i], GV_CONFIG_NAME) == 0)
			return true;
	}
	return false;
}

/* A folder of the search inherits the configuration of the one above it. */
static enum gv_status enter(void *context, struct gv_folder *folder, struct gv_error *err)
{
	struct scope *scope = context;
	const struct gv_config *config = NULL;
	enum gv_status status =
		folder->above == NULL
			? gv_configs_find(scope->configs, folder->path, &config, err)
			: gv_configs_enter(scope->configs, folder->above->scope, folder->path,
	                                   has_config(folder), &config, err);
	folder->scope = config;
	return status;
}

static enum gv_status leaves_out(void *context, const struct gv_folder *folder, const char *path,
                                 bool *out, struct gv_error *err)
{
	struct scope *scope = context;
	const struct gv_config_text *glob = NULL;
	enum gv_status status =
		gv_configs_exclusion(scope->configs, folder->scope, path, &glob, err);
	*out = glob != NULL;
	return status;
}

void scope_guide(struct scope *scope, struct gv_walk *walk)
{
	walk->is_notable = is_notable;
	walk->enter = enter;
	walk->leaves_out = leaves_out;
	walk->context = scope;
}

/* The folder that the named file PATH lies in; of standard input the working directory. */
static void add_folder(struct gv_buf *out, const char *path)
{
	const char *slash = is_input(path) ? NULL : strrchr(path, '/');
	out->len = 0;
	if (slash == NULL)
		gv_buf_char(out, '.');
	else
		gv_buf_add(out, (struct gv_span){path, slash == path ? 1 : (size_t)(slash - path)});
}

static enum gv_status find_policy(struct scope *scope, const struct gv_path *path,
                                  struct gv_buf *folder, const struct gv_policy **out,
                                  struct gv_error *err)
{
	const struct gv_config *config = path->folder == NULL ? NULL : path->folder->scope;
	enum gv_status status = GV_OK;
	if (path->folder == NULL) {
		add_folder(folder, path->path);
		status = folder->failed ? gv_fail_memory(err)
		                        : gv_configs_find(scope->configs, folder->at, &config, err);
	}
	bool input = path->named && is_input(path->path);
	if (status != GV_OK)
		return status;
	return gv_configs_policy(scope->configs, config, input ? NULL : path->path, out, err);
}

bool scope_find_policies(struct scope *scope, const struct gv_paths *paths)
{
	struct gv_buf folder = {0};
	struct gv_error err = {0};
	enum gv_status status = GV_OK;
	scope->policies = calloc(paths->count + 1, sizeof(struct gv_policy *));
	if (scope->policies == NULL)
		status = gv_fail_memory(&err);
	size_t i = 0;
	for (; status == GV_OK && i < paths->count; i++)
		status = find_policy(scope, &paths->at[i], &folder, &scope->policies[i], &err);
	if (status != GV_OK)
		scope_tell(scope, i == 0 ? NULL : paths->at[i - 1].path, &err);
	gv_buf_dispose(&folder);
	return status == GV_OK;
}

bool scope_is_default(const struct scope *scope, const struct gv_paths *paths)
{
	const struct gv_policy *plain = NULL;
	if (gv_configs_policy(scope->configs, NULL, NULL, &plain, NULL) != GV_OK)
		return false;
	for (size_t i = 0; i < paths->count; i++) {
		if (scope->policies[i]->rules != plain->rules)
			return false;
	}
	return scope->cli->settings.rules.count == 0;
}

/* Asks git about the folder of each argument. */
static enum gv_status find_changed(struct scope *scope, struct changed *changed,
                                   const char **culprit, struct gv_error *err)
{
	struct gv_buf folder = {0};
	enum gv_status status = GV_OK;
	for (int i = 0; status == GV_OK && i < scope->cli->count; i++) {
		const char *path = scope->cli->arguments[i];
		struct gv_os_stat stat;
		bool is_folder =
			gv_os_stat(NULL, path, true, &stat) == 0 && stat.type == GV_OS_FOLDER;
		*culprit = path;
		if (is_input(path))
			continue;
		if (!is_folder)
			add_folder(&folder, path);
		status = folder.failed ? gv_fail_memory(err)
		                       : changed_add(changed, is_folder ? path : folder.at,
		                                     scope->cli->settings.changed_since, err);
	}
	gv_buf_dispose(&folder);
	return status;
}

/* True for what git can tell nothing about: standard input, a folder that could not be read. */
static bool is_kept(const struct gv_path *path)
{
	return path->trouble != NULL || (path->named && is_input(path->path));
}

static enum gv_status keep(struct gv_paths *paths, const struct changed *changed,
                           struct gv_error *err)
{
	size_t kept = 0;
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < paths->count; i++) {
		bool stays = is_kept(&paths->at[i]);
		if (!stays)
			status = changed_has(changed, paths->at[i].path, &stays, err);
		if (stays)
			paths->at[kept++] = paths->at[i];
	}
	paths->count = kept;
	return status;
}

bool scope_keep_changed(struct scope *scope, struct gv_paths *paths)
{
	struct changed changed = {0};
	struct gv_error err = {0};
	const char *culprit = NULL;
	if (scope->cli->settings.changed_since == NULL)
		return true;
	enum gv_status status = find_changed(scope, &changed, &culprit, &err);
	if (status == GV_OK)
		status = keep(paths, &changed, &err);
	if (status != GV_OK)
		output_failure(&scope->cli->out, culprit, &err);
	changed_dispose(&changed);
	return status == GV_OK;
}
