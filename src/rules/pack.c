/* Reading rule packs: a cyaml schema for the shape, then everything a schema cannot say. */
#include <gpuvirt/rules.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/protected.h"
#include "base/yaml.h"
#include "rules/builtin.h"
#include "rules/conflict.h"

/* The file as cyaml sees it. All texts: numbers are read by us (base/yaml.h). */
struct raw_tell {
	char *when;
	char *say;
};

struct raw_rule {
	char *id;
	char *summary;
	char *why;
	char *link;
	char *severity;
	char *key;
	char *ensure;
	char *apply;
	char **when;
	unsigned when_count;
	struct raw_tell *tell;
	unsigned tell_count;
};

struct raw_pack {
	char *pack;
	char *summary;
	struct raw_rule *rules;
	unsigned rules_count;
};

#define TEXT(name, type)                                                                           \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER, type, name, 1, CYAML_UNLIMITED)
#define OPTIONAL_TEXT(name, type)                                                                  \
	CYAML_FIELD_STRING_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, name, 1,     \
	                       CYAML_UNLIMITED)

static const cyaml_schema_value_t condition_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t tell_fields[] = {
	TEXT(when, struct raw_tell),
	TEXT(say, struct raw_tell),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t tell_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_tell, tell_fields),
};

static const cyaml_schema_field_t rule_fields[] = {
	TEXT(id, struct raw_rule),
	TEXT(summary, struct raw_rule),
	OPTIONAL_TEXT(why, struct raw_rule),
	OPTIONAL_TEXT(link, struct raw_rule),
	TEXT(severity, struct raw_rule),
	TEXT(key, struct raw_rule),
	TEXT(ensure, struct raw_rule),
	TEXT(apply, struct raw_rule),
	CYAML_FIELD_SEQUENCE("when", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_rule,
                             when, &condition_schema, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("tell", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_rule,
                             tell, &tell_schema, 1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t rule_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_rule, rule_fields),
};

static const cyaml_schema_field_t pack_fields[] = {
	TEXT(pack, struct raw_pack),
	OPTIONAL_TEXT(summary, struct raw_pack),
	CYAML_FIELD_SEQUENCE("rules", CYAML_FLAG_POINTER, struct raw_pack, rules, &rule_schema, 1,
                             CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t pack_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_pack, pack_fields),
};

/* A word of the language and the value it stands for. */
struct word {
	const char *text;
	int value;
};

static const struct word severities[] = {
	{"note", GV_NOTE},
	{"warning", GV_WARNING},
	{"error", GV_ERROR},
	{NULL, 0},
};

static const struct word ensures[] = {
	{"equals", GV_ENSURE_EQUALS},
	{"one-of", GV_ENSURE_ONE_OF},
	{"present", GV_ENSURE_PRESENT},
	{"absent", GV_ENSURE_ABSENT},
	{NULL, 0},
};

static const struct word applies[] = {{"advise", false}, {"fix", true}, {NULL, 0}};

static const struct word tests[] = {
	{"equals", GV_TEST_EQUALS},
	{"starts-with", GV_TEST_STARTS_WITH},
	{"below", GV_TEST_BELOW},
	{"above", GV_TEST_ABOVE},
	{"present", GV_TEST_PRESENT},
	{"absent", GV_TEST_ABSENT},
	{NULL, 0},
};

static const char *name_of(const struct word *words, int value)
{
	while (words->text != NULL && words->value != value)
		words++;
	return words->text == NULL ? "unknown" : words->text;
}

const char *gv_severity_name(enum gv_severity severity)
{
	return name_of(severities, (int)severity);
}

const char *gv_ensure_name(enum gv_ensure ensure)
{
	return name_of(ensures, (int)ensure);
}

/* What the reader needs to tell where it is. */
struct reader {
	struct gv_rules *rules;
	const struct gv_yaml_places *places;
	struct gv_error *err;
	size_t index; /* of the rule being read */
	char path[64];
};

/* The path of FIELD in the rule being read. */
static const char *at(struct reader *reader, const char *field)
{
	snprintf(reader->path, sizeof reader->path, "rules[%zu].%s", reader->index, field);
	return reader->path;
}

static bool find_word(const struct word *words, struct gv_span text, int *value)
{
	for (; words->text != NULL; words++) {
		if (!gv_span_equal(gv_span_of(words->text), text))
			continue;
		*value = words->value;
		return true;
	}
	return false;
}

static enum gv_status fail_word(struct reader *reader, const char *field, const struct word *words,
                                struct gv_span found)
{
	char choices[120] = "";
	for (; words->text != NULL; words++) {
		size_t used = strlen(choices);
		snprintf(choices + used, sizeof choices - used, "%s%s", used > 0 ? ", " : "",
		         words->text);
	}
	return gv_yaml_fail(reader->places, reader->err, at(reader, field),
	                    "\"%.*s\" is none of: %s", (int)(found.len < 60 ? found.len : 60),
	                    found.at, choices);
}

/* Copies TEXT to *OUT in the rule set's arena; NULL stays NULL. */
static enum gv_status keep(struct reader *reader, const char **out, const char *text)
{
	*out = NULL;
	if (text == NULL)
		return GV_OK;
	*out = gv_arena_copy(&reader->rules->arena, gv_span_of(text)).at;
	return *out == NULL ? gv_fail_memory(reader->err) : GV_OK;
}

static enum gv_status keep_span(struct reader *reader, struct gv_span *out, struct gv_span text)
{
	*out = gv_arena_copy(&reader->rules->arena, text);
	return out->at == NULL ? gv_fail_memory(reader->err) : GV_OK;
}

static bool is_key(struct gv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.at[i];
		if (byte <= 0x20 || byte >= 0x7F || strchr("#=\"*", byte) != NULL)
			return false;
	}
	return text.len > 0;
}

static enum gv_status read_number(struct reader *reader, const char *field,
                                  struct gv_condition *condition)
{
	if (!gv_span_number(condition->value, &condition->number))
		return gv_yaml_fail(reader->places, reader->err, at(reader, field),
		                    "\"%.40s\" is not a whole number", condition->value.at);
	bool never = condition->test == GV_TEST_BELOW ? condition->number == 0
	                                              : condition->number == UINT64_MAX;
	if (never)
		return gv_yaml_fail(reader->places, reader->err, at(reader, field),
		                    "no number is %s %.40s", name_of(tests, (int)condition->test),
		                    condition->value.at);
	return GV_OK;
}

/* Reads "KEY equals VALUE" and its like. */
static enum gv_status read_condition(struct reader *reader, const char *field, const char *text,
                                     struct gv_condition *out)
{
	struct gv_span rest = gv_span_of(text);
	struct gv_span key = gv_span_word(&rest);
	struct gv_span word = gv_span_word(&rest);
	int test;
	if (!is_key(key))
		return gv_yaml_fail(reader->places, reader->err, at(reader, field),
		                    "a condition begins with a key");
	if (!find_word(tests, word, &test))
		return fail_word(reader, field, tests, word);
	bool takes_value = test != GV_TEST_PRESENT && test != GV_TEST_ABSENT;
	if (takes_value != (rest.len > 0))
		return gv_yaml_fail(reader->places, reader->err, at(reader, field),
		                    takes_value ? "\"%s\" needs a value" : "\"%s\" takes no value",
		                    name_of(tests, test));
	out->test = (enum gv_test)test;
	enum gv_status status = keep_span(reader, &out->key, key);
	if (status == GV_OK)
		status = keep_span(reader, &out->value, rest);
	if (status == GV_OK && (test == GV_TEST_BELOW || test == GV_TEST_ABOVE))
		status = read_number(reader, field, out);
	return status;
}

static enum gv_status read_when(struct reader *reader, const struct raw_rule *raw,
                                struct gv_rule *rule)
{
	rule->when_count = raw->when_count;
	rule->when = gv_arena_alloc(&reader->rules->arena, raw->when_count * sizeof *rule->when);
	if (rule->when == NULL)
		return gv_fail_memory(reader->err);
	for (unsigned i = 0; i < raw->when_count; i++) {
		char field[32];
		snprintf(field, sizeof field, "when[%u]", i);
		rule->when[i] = (struct gv_condition){0};
		enum gv_status status = read_condition(reader, field, raw->when[i], &rule->when[i]);
		if (status != GV_OK)
			return status;
	}
	return GV_OK;
}

static enum gv_status read_tell(struct reader *reader, const struct raw_rule *raw,
                                struct gv_rule *rule)
{
	rule->tell_count = raw->tell_count;
	rule->tell = gv_arena_alloc(&reader->rules->arena, raw->tell_count * sizeof *rule->tell);
	if (rule->tell == NULL)
		return gv_fail_memory(reader->err);
	for (unsigned i = 0; i < raw->tell_count; i++) {
		char field[32];
		snprintf(field, sizeof field, "tell[%u].when", i);
		rule->tell[i] = (struct gv_tell){0};
		enum gv_status status =
			read_condition(reader, field, raw->tell[i].when, &rule->tell[i].when);
		if (status == GV_OK)
			status = keep(reader, &rule->tell[i].say, raw->tell[i].say);
		if (status != GV_OK)
			return status;
	}
	return GV_OK;
}

static size_t count_words(struct gv_span text)
{
	size_t count = 0;
	while (gv_span_word(&text).len > 0)
		count++;
	return count;
}

/* Reads the values behind the word of "ensure": all of it for equals, word by word for one-of. */
static enum gv_status read_values(struct reader *reader, struct gv_span rest, struct gv_rule *rule)
{
	bool whole = rule->ensure == GV_ENSURE_EQUALS;
	rule->value_count = rest.len == 0 ? 0 : whole ? 1 : count_words(rest);
	rule->values =
		gv_arena_alloc(&reader->rules->arena, rule->value_count * sizeof *rule->values);
	if (rule->values == NULL)
		return gv_fail_memory(reader->err);
	for (size_t i = 0; i < rule->value_count; i++) {
		struct gv_span value = whole ? rest : gv_span_word(&rest);
		enum gv_status status = keep_span(reader, &rule->values[i], value);
		if (status != GV_OK)
			return status;
	}
	return GV_OK;
}

static enum gv_status read_ensure(struct reader *reader, const struct raw_rule *raw,
                                  struct gv_rule *rule)
{
	struct gv_span rest = gv_span_of(raw->ensure);
	struct gv_span word = gv_span_word(&rest);
	int ensure;
	if (!find_word(ensures, word, &ensure))
		return fail_word(reader, "ensure", ensures, word);
	bool takes_value = ensure == GV_ENSURE_EQUALS || ensure == GV_ENSURE_ONE_OF;
	if (takes_value != (rest.len > 0))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "ensure"),
		                    takes_value ? "\"%s\" needs a value" : "\"%s\" takes no value",
		                    name_of(ensures, ensure));
	rule->ensure = (enum gv_ensure)ensure;
	return read_values(reader, rest, rule);
}

static enum gv_status read_key(struct reader *reader, const struct raw_rule *raw,
                               struct gv_rule *rule)
{
	struct gv_span key = gv_span_of(raw->key);
	rule->prefix = key.len > 0 && key.at[key.len - 1] == '*';
	if (rule->prefix)
		key.len--;
	if (rule->prefix && key.len == 0)
		return gv_yaml_fail(reader->places, reader->err, at(reader, "key"),
		                    "\"*\" would match every key");
	if (!is_key(key))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "key"),
		                    "\"%.60s\" is not a key: printable ASCII without blanks, "
		                    "'#', '=' and quotes, and \"*\" only at the end",
		                    raw->key);
	return keep_span(reader, &rule->key, key);
}

static enum gv_status read_words(struct reader *reader, const struct raw_rule *raw,
                                 struct gv_rule *rule)
{
	int severity;
	int fix;
	if (!find_word(severities, gv_span_of(raw->severity), &severity))
		return fail_word(reader, "severity", severities, gv_span_of(raw->severity));
	if (!find_word(applies, gv_span_of(raw->apply), &fix))
		return fail_word(reader, "apply", applies, gv_span_of(raw->apply));
	rule->severity = (enum gv_severity)severity;
	rule->fix = fix;
	return GV_OK;
}

static enum gv_status read_texts(struct reader *reader, const struct raw_rule *raw,
                                 struct gv_rule *rule)
{
	enum gv_status status = keep(reader, &rule->id, raw->id);
	if (status == GV_OK)
		status = keep(reader, &rule->summary, raw->summary);
	if (status == GV_OK)
		status = keep(reader, &rule->why, raw->why);
	if (status == GV_OK)
		status = keep(reader, &rule->link, raw->link);
	return status;
}

static bool is_id(const char *id)
{
	return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id) &&
	       strlen(id) <= 64;
}

/* A rule is for files in any encoding, and only ASCII is the same bytes in all of them. */
static bool has_only_ascii(const struct gv_rule *rule)
{
	for (size_t i = 0; i < rule->value_count; i++) {
		for (size_t j = 0; j < rule->values[i].len; j++) {
			unsigned char byte = (unsigned char)rule->values[i].at[j];
			if (byte < 0x20 || byte > 0x7E)
				return false;
		}
	}
	return true;
}

/* Another name for the encoding would give the bytes of the file another meaning. */
static bool redeclares_encoding(const struct gv_rule *rule)
{
	struct gv_span name = GV_LITERAL(".encoding");
	return gv_span_equal_nocase(rule->key, name) ||
	       (rule->prefix && gv_span_begins_nocase(name, rule->key));
}

/* What the fields mean together. */
static enum gv_status check_sense(struct reader *reader, const struct gv_rule *rule)
{
	if (!is_id(rule->id))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "id"),
		                    "an id is up to 64 of a-z, 0-9 and \"-\"");
	if (rule->ensure == GV_ENSURE_PRESENT && rule->fix)
		return gv_yaml_fail(reader->places, reader->err, at(reader, "apply"),
		                    "\"present\" names no value to write: use apply: advise");
	if (rule->ensure == GV_ENSURE_PRESENT && rule->prefix)
		return gv_yaml_fail(reader->places, reader->err, at(reader, "key"),
		                    "\"present\" needs one key, not a pattern");
	if (!has_only_ascii(rule))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "ensure"),
		                    "a value is printable ASCII: files have different encodings");
	if (rule->fix && redeclares_encoding(rule))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "key"),
		                    "would declare another encoding for the same bytes: use "
		                    "apply: advise");
	if (rule->fix && gv_name_is_protected(rule->key, rule->prefix))
		return gv_yaml_fail(reader->places, reader->err, at(reader, "key"),
		                    "would change keys of an encrypted machine, which cannot be "
		                    "undone: use apply: advise");
	return GV_OK;
}

static enum gv_status check_against_others(struct reader *reader, const struct gv_rule *rule)
{
	for (size_t i = 0; i < reader->rules->count; i++) {
		const struct gv_rule *other = &reader->rules->at[i];
		if (strcmp(other->id, rule->id) == 0)
			return gv_yaml_fail(reader->places, reader->err, at(reader, "id"),
			                    "the id \"%s\" is taken by a rule of pack \"%.60s\"",
			                    rule->id, other->pack);
		if (rules_contradict(other, rule))
			return gv_yaml_fail(reader->places, reader->err, at(reader, "ensure"),
			                    "contradicts rule \"%s\" of pack \"%.60s\"", other->id,
			                    other->pack);
	}
	return GV_OK;
}

static enum gv_status read_rule(struct reader *reader, const struct raw_rule *raw,
                                struct gv_rule *rule)
{
	static enum gv_status (*const steps[])(struct reader *, const struct raw_rule *,
	                                       struct gv_rule *) = {
		read_texts, read_words, read_key, read_ensure, read_when, read_tell,
	};
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < sizeof steps / sizeof *steps; i++)
		status = steps[i](reader, raw, rule);
	if (status == GV_OK)
		status = check_sense(reader, rule);
	return status == GV_OK ? check_against_others(reader, rule) : status;
}

static enum gv_status add_rule(struct reader *reader, const struct raw_rule *raw, const char *pack)
{
	struct gv_rules *rules = reader->rules;
	struct gv_rule rule = {.pack = pack};
	if (rules->count == GV_RULES_LIMIT)
		return gv_yaml_fail(reader->places, reader->err, at(reader, "id"),
		                    "more than %d rules", GV_RULES_LIMIT);
	enum gv_status status = read_rule(reader, raw, &rule);
	if (status != GV_OK)
		return status;
	struct gv_rule *grown = gv_grow(rules->at, rules->count, &rules->cap, sizeof *grown);
	if (grown == NULL)
		return gv_fail_memory(reader->err);
	rules->at = grown;
	rules->at[rules->count++] = rule;
	return GV_OK;
}

static enum gv_status add_rules(struct gv_rules *rules, const struct raw_pack *raw,
                                const struct gv_yaml_places *places, struct gv_error *err)
{
	struct reader reader = {.rules = rules, .places = places, .err = err};
	const char *pack;
	enum gv_status status = keep(&reader, &pack, raw->pack);
	for (; status == GV_OK && reader.index < raw->rules_count; reader.index++)
		status = add_rule(&reader, &raw->rules[reader.index], pack);
	return status;
}

enum gv_status gv_rules_add(struct gv_rules *rules, struct gv_span pack, struct gv_error *err)
{
	struct gv_yaml_places places = {0};
	void *raw = NULL;
	enum gv_status status = gv_yaml_load(&raw, &places, pack, &pack_schema, err);
	if (status == GV_OK)
		status = add_rules(rules, raw, &places, err);
	gv_yaml_free(raw, &pack_schema);
	gv_yaml_places_dispose(&places);
	return status;
}

void gv_rules_dispose(struct gv_rules *rules)
{
	free(rules->at);
	gv_arena_dispose(&rules->arena);
	*rules = (struct gv_rules){0};
}

const struct gv_builtin_pack *gv_builtin_packs(size_t *count)
{
	*count = builtin_packs_count;
	return builtin_packs;
}

const struct gv_builtin_pack *gv_builtin_pack(const char *name)
{
	for (size_t i = 0; i < builtin_packs_count; i++) {
		if (strcmp(builtin_packs[i].name, name) == 0)
			return &builtin_packs[i];
	}
	return NULL;
}

void gv_rule_describe_wanted(struct gv_buf *out, const struct gv_rule *rule)
{
	if (rule->ensure == GV_ENSURE_ONE_OF && rule->value_count > 1)
		gv_buf_text(out, "one of ");
	for (size_t i = 0; i < rule->value_count; i++) {
		gv_buf_text(out, i > 0 ? ", \"" : "\"");
		gv_buf_add(out, rule->values[i]);
		gv_buf_char(out, '"');
	}
}
