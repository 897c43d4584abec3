/*
 * .gpuvirt.yaml: which rules hold for which path, what is passed over and what is switched off.
 *
 * Knows folders and configuration files (docs/config.md); knows nothing about documents. The
 * nearest file from a path's folder upwards holds, and it alone. Paths are taken as they are
 * written: "." and ".." go by the letter and links are not looked at.
 *
 * For one thread: look everything up, then let workers read the policies, which never change and
 * live as long as the configurations.
 */
#ifndef GPUVIRT_CONFIG_H
#define GPUVIRT_CONFIG_H

#include <gpuvirt/plan.h>

/* What a configuration is called in the folder that it is for. */
#define GV_CONFIG_NAME ".gpuvirt.yaml"

/* A text in a configuration and where it stands, counted from 1. */
struct gv_config_text {
	const char *text;
	uint32_t line;
	uint32_t column;
};

struct gv_config_texts {
	const struct gv_config_text *at;
	size_t count;
};

/* What differs for the files that one of PATHS covers. */
struct gv_config_override {
	uint32_t line;
	struct gv_config_texts paths;
	struct gv_config_texts rules;   /* in place of the others, when there are any */
	struct gv_config_texts disable; /* besides the others */
};

/* One file. */
struct gv_config {
	const char *path;   /* for messages: as seen from the working directory when below it */
	const char *folder; /* absolute: what globs are relative to */
	struct gv_config_texts rules;
	struct gv_config_texts exclude;
	struct gv_config_texts disable;
	const struct gv_config_override *overrides;
	size_t override_count;
};

/* All configurations of a run, each read once. */
struct gv_configs;

/*
 * RULES, borrowed, hold for all paths whatever the configurations say; NULL: what they say, and
 * where they say nothing the default pack. FILE is the only configuration, for all paths, its globs
 * relative to the working directory; NULL: they are searched. *OUT is the caller's, to be freed
 * with gv_configs_free also after a failure, which gv_configs_culprit names; NULL after GV_ENOMEM
 * perhaps.
 */
enum gv_status gv_configs_new(struct gv_configs **out, const struct gv_rules *rules,
                              const char *file, struct gv_error *err);

/* Frees CONFIGS; NULL is fine. */
void gv_configs_free(struct gv_configs *configs);

/*
 * The file that the last failure is about, for messages: a configuration or a rule pack that one
 * names. NULL when it is about none. Borrowed until the next call.
 */
const char *gv_configs_culprit(const struct gv_configs *configs);

/*
 * Sets *OUT to the configuration for what lies in FOLDER, NULL when there is none. Each folder is
 * looked into once. GV_ENOMEM; GV_ESYSTEM when the file cannot be read, GV_EPARSE when it is wrong,
 * with line and column.
 */
enum gv_status gv_configs_find(struct gv_configs *configs, const char *folder,
                               const struct gv_config **out, struct gv_error *err);

/*
 * The same for a search, which goes down from ABOVE, what was found for the folder that FOLDER lies
 * in, and knows whether FOLDER HAS a configuration: most cost nothing then. Follows no link, as the
 * search.
 */
enum gv_status gv_configs_enter(struct gv_configs *configs, const struct gv_config *above,
                                const char *folder, bool has, const struct gv_config **out,
                                struct gv_error *err);

/*
 * Sets *OUT to what holds for the file PATH by CONFIG, which was found for its folder, or by
 * nothing, if it is NULL. PATH may be NULL for standard input, to which no override applies.
 * GV_ENOMEM.
 */
enum gv_status gv_configs_policy(struct gv_configs *configs, const struct gv_config *config,
                                 const char *path, const struct gv_policy **out,
                                 struct gv_error *err);

/*
 * Sets *OUT to the glob of CONFIG, which may be NULL and was found for the folder that PATH lies
 * in, by which a search passes over PATH, a file or a folder, or to NULL. GV_ENOMEM.
 */
enum gv_status gv_configs_exclusion(struct gv_configs *configs, const struct gv_config *config,
                                    const char *path, const struct gv_config_text **out,
                                    struct gv_error *err);

/* Sets *OUT to whether override INDEX of CONFIG covers PATH. GV_ENOMEM. */
enum gv_status gv_configs_covers(struct gv_configs *configs, const struct gv_config *config,
                                 size_t index, const char *path, bool *out, struct gv_error *err);

#endif
