/* Reading the tables: cyaml schemas for their shape; that they make sense is a test's work. */
#include <gpuvirt/knowledge.h>

#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "knowledge/builtin.h"

/* The files as cyaml sees them: rows are what the public header says. */
struct causes_file {
	struct gv_cause *causes;
	unsigned causes_count;
};

struct gv_knowledge {
	struct causes_file *causes;
};

#define TEXT(name, type)                                                                           \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER, type, name, 1, CYAML_UNLIMITED)
#define WORD(name, type, words)                                                                    \
	CYAML_FIELD_ENUM(#name, CYAML_FLAG_STRICT, type, name, words,                              \
	                 sizeof(words) / sizeof *(words))

static const cyaml_strval_t certainties[] = {
	{"proven", GV_CERTAINTY_PROVEN},
	{"likely", GV_CERTAINTY_LIKELY},
	{"one-report", GV_CERTAINTY_ONE_REPORT},
	{"unknown", GV_CERTAINTY_UNKNOWN},
};

static const cyaml_strval_t edit_uses[] = {
	{"helps", GV_EDIT_HELPS},
	{"useless", GV_EDIT_USELESS},
	{"unknown", GV_EDIT_UNKNOWN},
};

/* clang-format off */
static const cyaml_schema_field_t cause_fields[] = {
	TEXT(id, struct gv_cause),
	TEXT(says, struct gv_cause),
	TEXT(helps, struct gv_cause),
	WORD(edit, struct gv_cause, edit_uses),
	WORD(certain, struct gv_cause, certainties),
	TEXT(source, struct gv_cause),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t cause_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct gv_cause, cause_fields),
};

static const cyaml_schema_field_t causes_fields[] = {
	CYAML_FIELD_SEQUENCE("causes", CYAML_FLAG_POINTER, struct causes_file, causes, &cause_schema, 1,
	                     CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t causes_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct causes_file, causes_fields),
};
/* clang-format on */

static struct gv_span file_called(const char *name)
{
	for (size_t i = 0; i < knowledge_files_count; i++) {
		if (strcmp(knowledge_files[i].name, name) == 0)
			return knowledge_files[i].yaml;
	}
	return (struct gv_span){0};
}

static enum gv_status load(void **out, const char *name, const cyaml_schema_value_t *schema,
                           struct gv_error *err)
{
	struct gv_yaml_places places = {0};
	enum gv_status status = gv_yaml_load(out, &places, file_called(name), schema, err);
	gv_yaml_places_dispose(&places);
	return status;
}

static enum gv_status load_all(struct gv_knowledge *knowledge, struct gv_error *err)
{
	void *causes = NULL;
	enum gv_status status = load(&causes, "causes", &causes_schema, err);
	knowledge->causes = causes;
	return status;
}

enum gv_status gv_knowledge_load(struct gv_knowledge **out, struct gv_error *err)
{
	struct gv_knowledge *knowledge = calloc(1, sizeof *knowledge);
	if (knowledge == NULL)
		return gv_fail_memory(err);
	enum gv_status status = load_all(knowledge, err);
	if (status == GV_OK)
		*out = knowledge;
	else
		gv_knowledge_free(knowledge);
	return status;
}

void gv_knowledge_free(struct gv_knowledge *knowledge)
{
	if (knowledge == NULL)
		return;
	gv_yaml_free(knowledge->causes, &causes_schema);
	free(knowledge);
}

const char *gv_certainty_name(enum gv_certainty certainty)
{
	static const char *const names[] = {
		[GV_CERTAINTY_PROVEN] = "proven",
		[GV_CERTAINTY_LIKELY] = "likely",
		[GV_CERTAINTY_ONE_REPORT] = "one report",
		[GV_CERTAINTY_UNKNOWN] = "unknown",
	};
	return certainty < GV_CERTAINTIES ? names[certainty] : "unknown";
}

const struct gv_cause *gv_causes(const struct gv_knowledge *knowledge, size_t *count)
{
	*count = knowledge->causes->causes_count;
	return knowledge->causes->causes;
}

const struct gv_cause *gv_cause_find(const struct gv_knowledge *knowledge, const char *id)
{
	size_t count;
	const struct gv_cause *causes = gv_causes(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(causes[i].id, id) == 0)
			return &causes[i];
	}
	return NULL;
}
