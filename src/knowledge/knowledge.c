/* Reading the tables: cyaml schemas for their shape; that they make sense is a test's work. */
#include <gpuvirt/knowledge.h>

#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "knowledge/builtin.h"

/* The files as cyaml sees them: the rows are what the public header says. */
struct causes_file {
	struct gv_cause *causes;
	unsigned causes_count;
};

struct hardware_file {
	struct gv_hardware *hardware;
	unsigned hardware_count;
};

struct keys_file {
	struct gv_key *keys;
	unsigned keys_count;
};

struct messages_file {
	struct gv_message *messages;
	unsigned messages_count;
};

struct gv_knowledge {
	struct causes_file *causes;
	struct hardware_file *hardware;
	struct keys_file *keys;
	struct messages_file *messages;
};

#define TEXT(name, type)                                                                           \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER, type, name, 1, CYAML_UNLIMITED)
#define OPTIONAL_TEXT(name, type)                                                                  \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, name, 1,     \
	                       CYAML_UNLIMITED)
#define TEXTS(name, type)                                                                          \
	CYAML_FIELD_SEQUENCE(#name, CYAML_FLAG_POINTER, type, name, &text_schema, 1,               \
	                     CYAML_UNLIMITED)
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

static const cyaml_strval_t key_statuses[] = {
	{"known", GV_KEY_KNOWN},
	{"gone", GV_KEY_GONE},
	{"nonexistent", GV_KEY_NONEXISTENT},
	{"unconfirmed", GV_KEY_UNCONFIRMED},
};

/* A file has one list, whose name is the file's. */
#define LIST(name, type)                                                                           \
	CYAML_FIELD_SEQUENCE(#name, CYAML_FLAG_POINTER, type, name, &name##_row, 1, CYAML_UNLIMITED)
#define FILE_OF(name)                                                                              \
	static const cyaml_schema_field_t name##_list[] = {LIST(name, struct name##_file),         \
	                                                   CYAML_FIELD_END};                       \
	static const cyaml_schema_value_t name##_schema = {                                        \
		CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct name##_file, name##_list)}

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

static const cyaml_schema_value_t causes_row = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct gv_cause, cause_fields),
};

static const cyaml_schema_field_t hardware_fields[] = {
	TEXT(versions, struct gv_hardware),
	TEXT(products, struct gv_hardware),
	TEXT(graphics, struct gv_hardware),
	WORD(certain, struct gv_hardware, certainties),
	TEXT(source, struct gv_hardware),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t hardware_row = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct gv_hardware, hardware_fields),
};

static const cyaml_schema_field_t key_fields[] = {
	TEXT(name, struct gv_key),
	TEXT(does, struct gv_key),
	OPTIONAL_TEXT(values, struct gv_key),
	OPTIONAL_TEXT(otherwise, struct gv_key),
	OPTIONAL_TEXT(where, struct gv_key),
	OPTIONAL_TEXT(since, struct gv_key),
	OPTIONAL_TEXT(until, struct gv_key),
	WORD(status, struct gv_key, key_statuses),
	OPTIONAL_TEXT(flag, struct gv_key),
	WORD(certain, struct gv_key, certainties),
	TEXT(source, struct gv_key),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t keys_row = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct gv_key, key_fields),
};

static const cyaml_schema_value_t text_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t message_fields[] = {
	TEXT(id, struct gv_message),
	TEXTS(texts, struct gv_message),
	TEXTS(examples, struct gv_message),
	TEXT(seen, struct gv_message),
	TEXT(means, struct gv_message),
	TEXT(todo, struct gv_message),
	OPTIONAL_TEXT(cause, struct gv_message),
	WORD(certain, struct gv_message, certainties),
	TEXT(source, struct gv_message),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t messages_row = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct gv_message, message_fields),
};

FILE_OF(causes);
FILE_OF(hardware);
FILE_OF(keys);
FILE_OF(messages);
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
	enum { CAUSES, HARDWARE, KEYS, MESSAGES, FILES };
	static const struct {
		const char *name;
		const cyaml_schema_value_t *schema;
	} files[FILES] = {
		[CAUSES] = {"causes", &causes_schema},
		[HARDWARE] = {"hardware", &hardware_schema},
		[KEYS] = {"keys", &keys_schema},
		[MESSAGES] = {"messages", &messages_schema},
	};
	void *loaded[FILES] = {NULL};
	enum gv_status status = GV_OK;
	for (int i = 0; status == GV_OK && i < FILES; i++)
		status = load(&loaded[i], files[i].name, files[i].schema, err);
	knowledge->causes = loaded[CAUSES];
	knowledge->hardware = loaded[HARDWARE];
	knowledge->keys = loaded[KEYS];
	knowledge->messages = loaded[MESSAGES];
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
	gv_yaml_free(knowledge->hardware, &hardware_schema);
	gv_yaml_free(knowledge->keys, &keys_schema);
	gv_yaml_free(knowledge->messages, &messages_schema);
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

const struct gv_key *gv_keys(const struct gv_knowledge *knowledge, size_t *count)
{
	*count = knowledge->keys->keys_count;
	return knowledge->keys->keys;
}

const struct gv_key *gv_key_find(const struct gv_knowledge *knowledge, struct gv_span name)
{
	size_t count;
	const struct gv_key *keys = gv_keys(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		if (gv_span_equal_nocase(gv_span_of(keys[i].name), name))
			return &keys[i];
	}
	return NULL;
}

/* The length of what the names of a family begin with, 0 for a single key. */
static size_t family_length(const struct gv_key *key)
{
	size_t len = strlen(key->name);
	return key->name[len - 1] == '*' ? len - 1 : 0;
}

const struct gv_key *gv_key_family(const struct gv_knowledge *knowledge, struct gv_span name)
{
	size_t count;
	const struct gv_key *best = NULL;
	const struct gv_key *keys = gv_keys(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		size_t len = family_length(&keys[i]);
		if (len == 0 || !gv_span_begins_nocase(name, (struct gv_span){keys[i].name, len}))
			continue;
		if (best == NULL || len > family_length(best))
			best = &keys[i];
	}
	return best;
}

const struct gv_hardware *gv_hardware(const struct gv_knowledge *knowledge, size_t *count)
{
	*count = knowledge->hardware->hardware_count;
	return knowledge->hardware->hardware;
}

const struct gv_message *gv_messages(const struct gv_knowledge *knowledge, size_t *count)
{
	*count = knowledge->messages->messages_count;
	return knowledge->messages->messages;
}

const struct gv_message *gv_message_find(const struct gv_knowledge *knowledge, struct gv_span id)
{
	size_t count;
	const struct gv_message *messages = gv_messages(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		if (gv_span_equal_nocase(gv_span_of(messages[i].id), id))
			return &messages[i];
	}
	return NULL;
}
