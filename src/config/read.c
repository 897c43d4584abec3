/* A cyaml schema for the shape, then what a schema cannot say. */
#include "config/read.h"

#include <stdio.h>
#include <string.h>

#include "base/yaml.h"

/* Looking for places takes the number of fields squared. */
enum { MAX_FIELDS = 10000 };

/* A list of texts as cyaml sees it. */
struct raw_list {
	char **at;
	unsigned at_count;
};

struct raw_override {
	struct raw_list paths;
	struct raw_list rules;
	struct raw_list disable;
};

struct raw_config {
	char *gpuvirt;
	struct raw_list rules;
	struct raw_list exclude;
	struct raw_list disable;
	struct raw_override *overrides;
	unsigned overrides_count;
};

static const cyaml_schema_value_t text_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, CYAML_UNLIMITED),
};

#define LIST(name, type, flags)                                                                    \
	CYAML_FIELD_SEQUENCE(#name, CYAML_FLAG_POINTER | (flags), struct type, name.at,            \
	                     &text_schema, 1, CYAML_UNLIMITED)

/* clang-format off */
static const cyaml_schema_field_t override_fields[] = {
	LIST(paths, raw_override, 0),
	LIST(rules, raw_override, CYAML_FLAG_OPTIONAL),
	LIST(disable, raw_override, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t override_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_override, override_fields),
};

static const cyaml_schema_field_t config_fields[] = {
	CYAML_FIELD_STRING_PTR("gpuvirt", CYAML_FLAG_POINTER, struct raw_config, gpuvirt, 1,
	                       CYAML_UNLIMITED),
	LIST(rules, raw_config, CYAML_FLAG_OPTIONAL),
	LIST(exclude, raw_config, CYAML_FLAG_OPTIONAL),
	LIST(disable, raw_config, CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_SEQUENCE("overrides", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
	                     struct raw_config, overrides, &override_schema, 1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t config_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_config, config_fields),
};
/* clang-format on */

struct reader {
	struct config *config;
	const struct gv_yaml_places *places;
	struct gv_error *err;
};

void config_dispose(struct config *config)
{
	for (size_t i = 0; config->exclude != NULL && i < config->shown.exclude.count; i++)
		parts_dispose(&config->exclude[i]);
	for (size_t i = 0; config->overrides != NULL && i < config->shown.override_count; i++) {
		const struct config_override *override = &config->overrides[i];
		size_t count = config->shown.overrides[i].paths.count;
		for (size_t j = 0; override->paths != NULL && j < count; j++)
			parts_dispose(&override->paths[j]);
	}
	gv_arena_dispose(&config->arena);
	*config = (struct config){0};
}

/* COUNT zeroed elements of SIZE bytes in the arena; NULL when memory ran out. */
static void *allocate(struct reader *reader, size_t count, size_t size)
{
	void *at = gv_arena_alloc(&reader->config->arena, count * size);
	if (at == NULL)
		gv_fail_memory(reader->err);
	else
		memset(at, 0, count * size);
	return at;
}

/* Copies the list RAW at PATH to *OUT. */
static enum gv_status keep_list(struct reader *reader, struct gv_config_texts *out,
                                const struct raw_list *raw, const char *path)
{
	struct gv_config_text *texts = allocate(reader, raw->at_count, sizeof *texts);
	if (texts == NULL)
		return GV_ENOMEM;
	for (unsigned i = 0; i < raw->at_count; i++) {
		char place[64];
		snprintf(place, sizeof place, "%s[%u]", path, i);
		texts[i].text = gv_arena_copy(&reader->config->arena, gv_span_of(raw->at[i])).at;
		if (texts[i].text == NULL)
			return gv_fail_memory(reader->err);
		gv_yaml_find(reader->places, place, &texts[i].line, &texts[i].column);
	}
	*out = (struct gv_config_texts){texts, raw->at_count};
	return GV_OK;
}

/* What keeps GLOB from being one, or NULL. */
static const char *find_fault(const struct parts *glob)
{
	if (glob->count == 0)
		return "the glob names nothing below this folder";
	for (size_t i = 0; i < glob->count; i++) {
		if (strcmp(glob->at[i], "..") == 0)
			return "a glob does not leave the folder of the file";
	}
	return NULL;
}

/* Makes globs of TEXTS, in the arena; *OUT is set first, for config_dispose to find them. */
static enum gv_status read_globs(struct reader *reader, struct parts **out,
                                 const struct gv_config_texts *texts)
{
	struct parts *globs = allocate(reader, texts->count, sizeof *globs);
	*out = globs;
	if (globs == NULL)
		return GV_ENOMEM;
	for (size_t i = 0; i < texts->count; i++) {
		const struct gv_config_text *text = &texts->at[i];
		if (!glob_parse(&globs[i], text->text))
			return gv_fail_memory(reader->err);
		const char *fault = find_fault(&globs[i]);
		if (fault != NULL)
			return gv_fail_at(reader->err, GV_EPARSE, text->line, text->column, "%s",
			                  fault);
	}
	return GV_OK;
}

static enum gv_status read_override(struct reader *reader, struct gv_config_override *shown,
                                    const struct raw_override *raw, unsigned index)
{
	char path[3][48];
	char place[32];
	uint32_t column;
	snprintf(place, sizeof place, "overrides[%u]", index);
	snprintf(path[0], sizeof path[0], "%s.paths", place);
	snprintf(path[1], sizeof path[1], "%s.rules", place);
	snprintf(path[2], sizeof path[2], "%s.disable", place);
	gv_yaml_find(reader->places, place, &shown->line, &column);
	if (raw->rules.at_count + raw->disable.at_count == 0)
		return gv_yaml_fail(reader->places, reader->err, place,
		                    "an override has rules, disable, or both");
	enum gv_status status = keep_list(reader, &shown->rules, &raw->rules, path[1]);
	if (status == GV_OK)
		status = keep_list(reader, &shown->disable, &raw->disable, path[2]);
	if (status == GV_OK)
		status = keep_list(reader, &shown->paths, &raw->paths, path[0]);
	if (status != GV_OK)
		return status;
	return read_globs(reader, &reader->config->overrides[index].paths, &shown->paths);
}

static enum gv_status read_overrides(struct reader *reader, const struct raw_config *raw)
{
	struct config *config = reader->config;
	unsigned count = raw->overrides_count;
	struct gv_config_override *shown = allocate(reader, count, sizeof *shown);
	config->overrides = allocate(reader, count, sizeof *config->overrides);
	if (shown == NULL || config->overrides == NULL)
		return GV_ENOMEM;
	config->shown.overrides = shown;
	config->shown.override_count = count;
	enum gv_status status = GV_OK;
	for (unsigned i = 0; status == GV_OK && i < count; i++)
		status = read_override(reader, &shown[i], &raw->overrides[i], i);
	return status;
}

static enum gv_status read_fields(struct reader *reader, const struct raw_config *raw)
{
	struct config *config = reader->config;
	struct gv_config *shown = &config->shown;
	if (reader->places->count > MAX_FIELDS)
		return gv_yaml_fail(reader->places, reader->err, "", "more than %d fields",
		                    MAX_FIELDS);
	if (strcmp(raw->gpuvirt, "1") != 0)
		return gv_yaml_fail(reader->places, reader->err, "gpuvirt",
		                    "\"%.40s\" is no version of configurations: write gpuvirt: 1",
		                    raw->gpuvirt);
	enum gv_status status = keep_list(reader, &shown->rules, &raw->rules, "rules");
	if (status == GV_OK)
		status = keep_list(reader, &shown->disable, &raw->disable, "disable");
	if (status == GV_OK)
		status = keep_list(reader, &shown->exclude, &raw->exclude, "exclude");
	if (status == GV_OK)
		status = read_globs(reader, &config->exclude, &shown->exclude);
	return status == GV_OK ? read_overrides(reader, raw) : status;
}

enum gv_status config_read(struct config *config, struct gv_span text, struct gv_error *err)
{
	struct gv_yaml_places places = {0};
	struct reader reader = {config, &places, err};
	void *raw = NULL;
	enum gv_status status = gv_yaml_load(&raw, &places, text, &config_schema, err);
	if (status == GV_OK)
		status = read_fields(&reader, raw);
	gv_yaml_free(raw, &config_schema);
	gv_yaml_places_dispose(&places);
	return status;
}
