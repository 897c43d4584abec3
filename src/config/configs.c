#include <gpuvirt/config.h>

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/lint.h>

#include "base/file.h"
#include "base/map.h"
#include "config/packs.h"
#include "config/path.h"
#include "config/read.h"

/* Configurations are small; a larger file is not one. */
enum { CONFIG_LIMIT = 1 << 20 };

struct gv_configs {
	char *here;                   /* the working directory */
	const struct gv_rules *rules; /* of the command line, or NULL */
	struct config *newest;        /* all that were read */
	struct config *fixed;         /* the one for all paths, or NULL */
	struct config none;           /* stands for that there is none */
	struct packs packs;
	struct gv_map folders;  /* absolute; to the configuration for it, or NONE */
	struct gv_map policies; /* by configuration and overrides */
	struct gv_policy plain; /* where there is no configuration */
	struct gv_buf asked;    /* the folder that was asked for last, as it was written */
	struct config *answer;  /* what was found then; NULL: nothing was asked for yet */
	const char *culprit;
	struct gv_arena arena;
};

void gv_configs_free(struct gv_configs *configs)
{
	if (configs == NULL)
		return;
	while (configs->newest != NULL) {
		struct config *older = configs->newest->older;
		config_dispose(configs->newest);
		free(configs->newest);
		configs->newest = older;
	}
	packs_dispose(&configs->packs);
	gv_map_dispose(&configs->folders);
	gv_map_dispose(&configs->policies);
	gv_buf_dispose(&configs->asked);
	gv_arena_dispose(&configs->arena);
	free(configs->here);
	free(configs);
}

const char *gv_configs_culprit(const struct gv_configs *configs)
{
	return configs->culprit;
}

/* ---- reading one ---- */

/* PATH, absolute, as messages name it. */
static const char *show(const struct gv_configs *configs, const char *path)
{
	struct gv_span below = path_below(gv_span_of(configs->here), gv_span_of(path));
	return below.len > 0 ? below.at : path;
}

static enum gv_status load_packs(struct gv_configs *configs, const struct gv_rules **out,
                                 const struct gv_config_texts *names, const char *folder,
                                 struct gv_error *err)
{
	const char *culprit = NULL;
	enum gv_status status =
		packs_load(&configs->packs, out, names, folder, &configs->arena, &culprit, err);
	if (culprit != NULL)
		configs->culprit = show(configs, culprit);
	return status;
}

/* Sets *OUT to the rules of the built-in pack NAME. */
static enum gv_status load_builtin(struct gv_configs *configs, const struct gv_rules **out,
                                   const char *name, struct gv_error *err)
{
	struct gv_config_text text = {.text = name};
	struct gv_config_texts names = {&text, 1};
	return load_packs(configs, out, &names, "/", err);
}

/* FOLDER: what the files of packs are relative to. */
static enum gv_status load_rules(struct gv_configs *configs, struct config *config,
                                 const char *folder, struct gv_error *err)
{
	const struct gv_config *shown = &config->shown;
	config->rules = configs->plain.rules;
	enum gv_status status = GV_OK;
	if (shown->rules.count > 0)
		status = load_packs(configs, &config->rules, &shown->rules, folder, err);
	for (size_t i = 0; status == GV_OK && i < shown->override_count; i++) {
		const struct gv_config_texts *names = &shown->overrides[i].rules;
		if (names->count > 0)
			status = load_packs(configs, &config->overrides[i].rules, names, folder,
			                    err);
	}
	return status;
}

static bool add_known(struct gv_map *known, const char *id)
{
	static char is_known;
	struct gv_span key = gv_span_of(id);
	return gv_map_get(known, key) != NULL || gv_map_put(known, key, &is_known);
}

static bool add_known_rules(struct gv_map *known, const struct gv_rules *rules)
{
	for (size_t i = 0; rules != NULL && i < rules->count; i++) {
		if (!add_known(known, rules->at[i].id))
			return false;
	}
	return true;
}

/*
 * The ids that may be switched off: those of the packs that the configuration names, of all
 * built-in ones, since --rules may ask for one, and the structural checks.
 */
static enum gv_status find_known(struct gv_configs *configs, struct gv_map *known,
                                 const struct config *config, struct gv_error *err)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	bool good = add_known_rules(known, config->rules);
	for (size_t i = 0; good && i < count; i++)
		good = add_known(known, checks[i].id);
	for (size_t i = 0; good && i < config->shown.override_count; i++)
		good = add_known_rules(known, config->overrides[i].rules);
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	for (size_t i = 0; good && i < count; i++) {
		const struct gv_rules *rules;
		enum gv_status status = load_builtin(configs, &rules, packs[i].name, err);
		if (status != GV_OK)
			return status;
		good = add_known_rules(known, rules);
	}
	return good ? GV_OK : gv_fail_memory(err);
}

static enum gv_status check_ids(const struct gv_map *known, const struct gv_config_texts *ids,
                                struct gv_error *err)
{
	for (size_t i = 0; i < ids->count; i++) {
		const struct gv_config_text *id = &ids->at[i];
		if (gv_map_get(known, gv_span_of(id->text)) == NULL)
			return gv_fail_at(err, GV_EPARSE, id->line, id->column,
			                  "\"%.64s\" is no rule of the packs and no structural "
			                  "check",
			                  id->text);
	}
	return GV_OK;
}

static enum gv_status check_all_ids(struct gv_configs *configs, const struct config *config,
                                    struct gv_error *err)
{
	const struct gv_config *shown = &config->shown;
	struct gv_map known = {0};
	enum gv_status status = find_known(configs, &known, config, err);
	if (status == GV_OK)
		status = check_ids(&known, &shown->disable, err);
	for (size_t i = 0; status == GV_OK && i < shown->override_count; i++)
		status = check_ids(&known, &shown->overrides[i].disable, err);
	gv_map_dispose(&known);
	return status;
}

static enum gv_status read(struct config *config, const char *path, struct gv_error *err)
{
	struct gv_file file = {0};
	enum gv_status status = gv_file_read(&file, path, CONFIG_LIMIT, err);
	if (status == GV_OK)
		status = config_read(config, gv_buf_span(&file.text), err);
	gv_file_dispose(&file);
	return status;
}

/*
 * Reads the configuration PATH, which messages call NAME and whose globs are relative to FOLDER;
 * the texts are copied.
 */
static enum gv_status load(struct gv_configs *configs, struct config **out, struct gv_span path,
                           const char *name, struct gv_span folder, struct gv_error *err)
{
	struct config *config = calloc(1, sizeof *config);
	if (config == NULL)
		return gv_fail_memory(err);
	config->older = configs->newest;
	configs->newest = config;
	const char *whole = gv_arena_copy(&configs->arena, path).at;
	const char *within = gv_arena_copy(&configs->arena, path_folder(path)).at;
	config->shown.folder = gv_arena_copy(&configs->arena, folder).at;
	if (whole == NULL || within == NULL || config->shown.folder == NULL)
		return gv_fail_memory(err);
	config->shown.path = name != NULL ? name : show(configs, whole);
	configs->culprit = config->shown.path;
	enum gv_status status = read(config, whole, err);
	if (status == GV_OK)
		status = load_rules(configs, config, within, err);
	if (status == GV_OK)
		status = check_all_ids(configs, config, err);
	if (status != GV_OK)
		return status;
	configs->culprit = NULL;
	*out = config;
	return GV_OK;
}

/* ---- finding the one for a folder ---- */

/* Sets *OUT when there is a configuration in FOLDER. */
static enum gv_status look_into(struct gv_configs *configs, struct config **out,
                                struct gv_span folder, struct gv_error *err)
{
	struct gv_buf path = {0};
	struct gv_os_stat stat;
	gv_buf_add(&path, folder);
	gv_buf_text(&path, folder.len > 1 ? "/" GV_CONFIG_NAME : GV_CONFIG_NAME);
	enum gv_status status = path.failed ? gv_fail_memory(err) : GV_OK;
	/* Whatever keeps us from looking keeps us from nothing else: no configuration. */
	if (status == GV_OK && gv_os_stat(NULL, path.at, false, &stat) == 0)
		status = load(configs, out, gv_buf_span(&path), NULL, folder, err);
	gv_buf_dispose(&path);
	return status;
}

/* Notes CONFIG for FOLDER and those above it, up to LAST, which is a part of FOLDER. */
static enum gv_status note(struct gv_configs *configs, struct gv_span folder, struct gv_span last,
                           struct config *config, struct gv_error *err)
{
	struct gv_span kept = gv_arena_copy(&configs->arena, folder);
	bool good = kept.at != NULL;
	while (good && kept.len >= last.len) {
		good = gv_map_put(&configs->folders, kept, config);
		if (kept.len == 1)
			break;
		kept = path_folder(kept);
	}
	return good ? GV_OK : gv_fail_memory(err);
}

/* Looks into FOLDER and those above it until one is known or has it. */
static enum gv_status climb(struct gv_configs *configs, struct config **out, struct gv_span folder,
                            struct gv_error *err)
{
	struct gv_span at = folder;
	struct gv_span last = {0};
	struct config *found = gv_map_get(&configs->folders, at);
	while (found == NULL) {
		last = at;
		enum gv_status status = look_into(configs, &found, at, err);
		if (status != GV_OK)
			return status;
		if (found == NULL && at.len == 1)
			found = &configs->none;
		at = path_folder(at);
		if (found == NULL)
			found = gv_map_get(&configs->folders, at);
	}
	*out = found;
	return last.at == NULL ? GV_OK : note(configs, folder, last, found, err);
}

/* Sets *OUT to the configuration for FOLDER, or to NONE. */
static enum gv_status find(struct gv_configs *configs, struct config **out, struct gv_span folder,
                           struct gv_error *err)
{
	configs->culprit = NULL;
	*out = configs->fixed != NULL ? configs->fixed : configs->answer;
	if (configs->fixed != NULL ||
	    (configs->answer != NULL && gv_span_equal(folder, gv_buf_span(&configs->asked))))
		return GV_OK;
	struct gv_buf path = {0};
	path_make_absolute(&path, configs->here, folder);
	enum gv_status status =
		path.failed ? gv_fail_memory(err) : climb(configs, out, gv_buf_span(&path), err);
	gv_buf_dispose(&path);
	configs->asked.len = 0;
	gv_buf_add(&configs->asked, folder);
	configs->answer = status == GV_OK && !configs->asked.failed ? *out : NULL;
	return status;
}

enum gv_status gv_configs_find(struct gv_configs *configs, const char *folder,
                               const struct gv_config **out, struct gv_error *err)
{
	struct config *config;
	enum gv_status status = find(configs, &config, gv_span_of(folder), err);
	if (status == GV_OK)
		*out = config == &configs->none ? NULL : &config->shown;
	return status;
}

enum gv_status gv_configs_enter(struct gv_configs *configs, const struct gv_config *above,
                                const char *folder, bool has, const struct gv_config **out,
                                struct gv_error *err)
{
	if (has)
		return gv_configs_find(configs, folder, out, err);
	*out = above;
	return GV_OK;
}

static enum gv_status start(struct gv_configs *configs, const char *file, struct gv_error *err)
{
	size_t count;
	enum gv_status status = path_here(&configs->here, err);
	if (status == GV_OK)
		status = load_builtin(configs, &configs->plain.rules,
		                      gv_builtin_packs(&count)[0].name, err);
	if (status == GV_OK && configs->rules != NULL)
		configs->plain.rules = configs->rules;
	if (status != GV_OK || file == NULL)
		return status;
	struct gv_buf path = {0};
	path_make_absolute(&path, configs->here, gv_span_of(file));
	status = path.failed ? gv_fail_memory(err)
	                     : load(configs, &configs->fixed, gv_buf_span(&path), file,
	                            gv_span_of(configs->here), err);
	gv_buf_dispose(&path);
	return status;
}

enum gv_status gv_configs_new(struct gv_configs **out, const struct gv_rules *rules,
                              const char *file, struct gv_error *err)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return gv_fail_memory(err);
	(*out)->rules = rules;
	return start(*out, file, err);
}

/* ---- what holds for a path ---- */

/*
 * PATH in parts, from the folder of CONFIG. One outside of it, which is so only of a configuration
 * that was named, begins with "..", as no glob does.
 */
static enum gv_status split(const struct gv_configs *configs, struct parts *out,
                            const struct gv_config *config, const char *path, struct gv_error *err)
{
	struct gv_buf absolute = {0};
	path_make_absolute(&absolute, configs->here, gv_span_of(path));
	struct gv_span all = gv_buf_span(&absolute);
	struct gv_span below = {0};
	if (!absolute.failed)
		below = path_below(gv_span_of(config->folder), all);
	bool good = !absolute.failed && (below.at != NULL || parts_add(out, GV_LITERAL(".."))) &&
	            parts_add(out, below.at != NULL ? below : all);
	gv_buf_dispose(&absolute);
	return good ? GV_OK : gv_fail_memory(err);
}

/* True when one of the COUNT globs covers PATH. */
static bool is_covered(const struct parts *globs, size_t count, const struct parts *path)
{
	for (size_t i = 0; i < count; i++) {
		if (glob_covers(&globs[i], path))
			return true;
	}
	return false;
}

/* Appends to KEY which overrides of CONFIG hold for PATH, a byte each. */
static enum gv_status find_overrides(const struct gv_configs *configs, struct gv_buf *key,
                                     const struct config *config, const char *path,
                                     struct gv_error *err)
{
	struct parts parts = {0};
	enum gv_status status = split(configs, &parts, &config->shown, path, err);
	for (size_t i = 0; status == GV_OK && i < config->shown.override_count; i++) {
		size_t count = config->shown.overrides[i].paths.count;
		gv_buf_char(key, is_covered(config->overrides[i].paths, count, &parts));
	}
	parts_dispose(&parts);
	return status;
}

static void add_ids(const char **ids, size_t *count, const struct gv_config_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		ids[(*count)++] = texts->at[i].text;
}

/* A new policy in the arena, for CONFIG and the overrides that HOLD; NULL: out of memory. */
static struct gv_policy *make_policy(struct gv_configs *configs, const struct config *config,
                                     const char *hold)
{
	const struct gv_config *shown = &config->shown;
	const struct gv_rules *rules = config->rules;
	size_t most = shown->disable.count;
	for (size_t i = 0; i < shown->override_count; i++)
		most += hold[i] ? shown->overrides[i].disable.count : 0;
	const char **ids = gv_arena_alloc(&configs->arena, most * sizeof *ids);
	struct gv_policy *policy = gv_arena_alloc(&configs->arena, sizeof *policy);
	if (ids == NULL || policy == NULL)
		return NULL;
	size_t count = 0;
	add_ids(ids, &count, &shown->disable);
	for (size_t i = 0; i < shown->override_count; i++) {
		if (!hold[i])
			continue;
		add_ids(ids, &count, &shown->overrides[i].disable);
		if (config->overrides[i].rules != NULL)
			rules = config->overrides[i].rules;
	}
	*policy = (struct gv_policy){configs->rules != NULL ? configs->rules : rules, {ids, count}};
	return policy;
}

/* The policy for KEY: the address of CONFIG and which overrides hold. */
static enum gv_status find_policy(struct gv_configs *configs, const struct gv_policy **out,
                                  const struct config *config, struct gv_span key,
                                  struct gv_error *err)
{
	struct gv_policy *policy = gv_map_get(&configs->policies, key);
	if (policy == NULL) {
		struct gv_span kept = gv_arena_copy(&configs->arena, key);
		policy = make_policy(configs, config, key.at + sizeof config);
		if (kept.at == NULL || policy == NULL ||
		    !gv_map_put(&configs->policies, kept, policy))
			return gv_fail_memory(err);
	}
	*out = policy;
	return GV_OK;
}

/* The structure that CONFIG is the first member of. */
static const struct config *whole(const struct gv_config *config)
{
	return (const struct config *)config;
}

enum gv_status gv_configs_policy(struct gv_configs *configs, const struct gv_config *config,
                                 const char *path, const struct gv_policy **out,
                                 struct gv_error *err)
{
	enum gv_status status = GV_OK;
	struct gv_buf key = {0};
	if (config == NULL) {
		*out = &configs->plain;
		return GV_OK;
	}
	gv_buf_add(&key, (struct gv_span){(const char *)&config, sizeof config});
	for (size_t i = 0; path == NULL && i < config->override_count; i++)
		gv_buf_char(&key, false);
	if (path != NULL && config->override_count > 0)
		status = find_overrides(configs, &key, whole(config), path, err);
	if (status == GV_OK)
		status = key.failed
		                 ? gv_fail_memory(err)
		                 : find_policy(configs, out, whole(config), gv_buf_span(&key), err);
	gv_buf_dispose(&key);
	return status;
}

enum gv_status gv_configs_exclusion(struct gv_configs *configs, const struct gv_config *config,
                                    const char *path, const struct gv_config_text **out,
                                    struct gv_error *err)
{
	*out = NULL;
	if (config == NULL || config->exclude.count == 0)
		return GV_OK;
	struct parts parts = {0};
	const struct gv_config_texts *globs = &config->exclude;
	enum gv_status status = split(configs, &parts, config, path, err);
	for (size_t i = 0; status == GV_OK && *out == NULL && i < globs->count; i++) {
		if (glob_matches(&whole(config)->exclude[i], &parts))
			*out = &globs->at[i];
	}
	parts_dispose(&parts);
	return status;
}

enum gv_status gv_configs_covers(struct gv_configs *configs, const struct gv_config *config,
                                 size_t index, const char *path, bool *out, struct gv_error *err)
{
	struct parts parts = {0};
	enum gv_status status = split(configs, &parts, config, path, err);
	if (status == GV_OK)
		*out = is_covered(whole(config)->overrides[index].paths,
		                  config->overrides[index].paths.count, &parts);
	parts_dispose(&parts);
	return status;
}
