#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/charset.h"

/* The path of a field is as long as all names above it: without a limit it could be a megabyte. */
enum { MAX_DEPTH = 16, MAX_BYTES = 1 << 20, MAX_PATH_BYTES = 16 << 20 };

struct gv_yaml_place {
	struct gv_span path; /* in the arena */
	uint32_t line;
	uint32_t column;
};

void gv_yaml_places_dispose(struct gv_yaml_places *places)
{
	free(places->at);
	gv_arena_dispose(&places->arena);
	*places = (struct gv_yaml_places){0};
}

/* A mapping or sequence that the reader is inside of. */
struct level {
	bool is_map;
	bool wants_value; /* the key of a mapping has been read */
	size_t index;     /* of the next element of a sequence */
	size_t path_len;  /* of the path of the mapping or sequence itself */
};

/* The first pass: checks what libcyaml lets pass and notes places. */
struct survey {
	struct level levels[MAX_DEPTH];
	size_t depth;
	size_t documents;
	struct gv_buf path;
	struct gv_yaml_places *places;
	struct gv_error *err;
};

static enum gv_status fail_at(struct survey *survey, yaml_mark_t mark, const char *what)
{
	return gv_fail_at(survey->err, GV_EPARSE, (uint32_t)mark.line + 1,
	                  (uint32_t)mark.column + 1, "%s", what);
}

static enum gv_status note_place(struct survey *survey, yaml_mark_t mark)
{
	struct gv_yaml_places *places = survey->places;
	places->path_bytes += survey->path.len;
	if (places->path_bytes > MAX_PATH_BYTES)
		return fail_at(survey, mark, "too many fields with too long names");
	struct gv_yaml_place *grown =
		gv_grow(places->at, places->count, &places->cap, sizeof *grown);
	struct gv_span path = gv_arena_copy(&places->arena, gv_buf_span(&survey->path));
	if (grown != NULL)
		places->at = grown;
	if (grown == NULL || path.at == NULL || survey->path.failed)
		return gv_fail_memory(survey->err);
	places->at[places->count++] =
		(struct gv_yaml_place){path, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
	return GV_OK;
}

static struct level *innermost(struct survey *survey)
{
	return survey->depth == 0 ? NULL : &survey->levels[survey->depth - 1];
}

/* Extends the path to the sequence element or value that begins now. */
static void begin_node(struct survey *survey)
{
	struct level *level = innermost(survey);
	if (level == NULL || level->is_map)
		return;
	survey->path.len = level->path_len;
	gv_buf_format(&survey->path, "[%zu]", level->index++);
}

/* A complete value was read: a mapping's next scalar is a key again. */
static void end_node(struct survey *survey)
{
	struct level *level = innermost(survey);
	if (level != NULL)
		level->wants_value = false;
}

static enum gv_status push(struct survey *survey, const yaml_event_t *event, bool is_map)
{
	if (survey->depth == MAX_DEPTH)
		return fail_at(survey, event->start_mark, "nested too deeply (limit 16 levels)");
	struct level *level = innermost(survey);
	if (level != NULL && level->is_map && !level->wants_value)
		return fail_at(survey, event->start_mark, "the name of a field is a text");
	begin_node(survey);
	survey->levels[survey->depth++] =
		(struct level){.is_map = is_map, .path_len = survey->path.len};
	return note_place(survey, event->start_mark);
}

static enum gv_status read_scalar(struct survey *survey, const yaml_event_t *event)
{
	struct level *level = innermost(survey);
	struct gv_span text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)
		return fail_at(survey, event->start_mark, "a text holds a NUL");
	if (level == NULL || !level->is_map || level->wants_value) {
		begin_node(survey);
		end_node(survey);
		return level != NULL && level->is_map ? GV_OK
		                                      : note_place(survey, event->start_mark);
	}
	survey->path.len = level->path_len;
	gv_buf_text(&survey->path, survey->path.len > 0 ? "." : "");
	gv_buf_add(&survey->path, text);
	level->wants_value = true;
	return note_place(survey, event->start_mark);
}

/* An anchor without an alias does no harm; but whoever writes one means to use it. */
static bool has_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor != NULL;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor != NULL;
	default:
		return false;
	}
}

static enum gv_status read_event(struct survey *survey, const yaml_event_t *event)
{
	if (has_anchor(event))
		return fail_at(survey, event->start_mark, "anchors are not allowed");
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++survey->documents > 1)
			return fail_at(survey, event->start_mark, "a second document begins here");
		return GV_OK;
	case YAML_ALIAS_EVENT:
		return fail_at(survey, event->start_mark, "aliases are not allowed");
	case YAML_MAPPING_START_EVENT:
		return push(survey, event, true);
	case YAML_SEQUENCE_START_EVENT:
		return push(survey, event, false);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		survey->depth--;
		end_node(survey);
		return GV_OK;
	case YAML_SCALAR_EVENT:
		return read_scalar(survey, event);
	default:
		return GV_OK;
	}
}

static enum gv_status fail_syntax(struct survey *survey, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return gv_fail_memory(survey->err);
	uint32_t line = (uint32_t)parser->problem_mark.line + 1;
	if (parser->error == YAML_READER_ERROR)
		return gv_fail_at(survey->err, GV_EPARSE, line, 1, "not valid YAML: %s (byte %zu)",
		                  parser->problem, parser->problem_offset + 1);
	return gv_fail_at(survey->err, GV_EPARSE, line, (uint32_t)parser->problem_mark.column + 1,
	                  "not valid YAML: %s", parser->problem);
}

static enum gv_status read_events(struct survey *survey, yaml_parser_t *parser)
{
	for (bool more = true; more;) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event))
			return fail_syntax(survey, parser);
		enum gv_status status = read_event(survey, &event);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (status != GV_OK)
			return status;
	}
	if (survey->documents == 0)
		return gv_fail_at(survey->err, GV_EPARSE, 1, 1, "the file is empty");
	return GV_OK;
}

static enum gv_status take_survey(struct gv_yaml_places *places, struct gv_span text,
                                  struct gv_error *err)
{
	struct survey survey = {.places = places, .err = err};
	yaml_parser_t parser;
	if (text.len == 0)
		return gv_fail_at(err, GV_EPARSE, 1, 1, "the file is empty");
	if (text.len > MAX_BYTES)
		return gv_fail_at(err, GV_EPARSE, 1, 1, "larger than 1 MiB");
	if (!yaml_parser_initialize(&parser))
		return gv_fail_memory(err);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.at, text.len);
	enum gv_status status = read_events(&survey, &parser);
	yaml_parser_delete(&parser);
	gv_buf_dispose(&survey.path);
	return status;
}

/* What libcyaml logs of its first error: the message, then a backtrace with places. */
struct complaint {
	char message[200];
	unsigned line;
	unsigned column;
};

static void note_complaint(cyaml_log_t level, void *context, const char *format, va_list args)
{
	struct complaint *complaint = context;
	char text[256];
	(void)level;
	int len = vsnprintf(text, sizeof text, format, args);
	if (len > 0 && (size_t)len < sizeof text && text[len - 1] == '\n')
		text[len - 1] = '\0';
	const char *story = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
	const char *place = strstr(text, "(line: ");
	if (complaint->message[0] == '\0')
		snprintf(complaint->message, sizeof complaint->message, "%.190s", story);
	else if (complaint->line == 0 && place != NULL)
		sscanf(place, "(line: %u, column: %u)", &complaint->line, &complaint->column);
}

/*
 * libcyaml's way to say it and ours, which stays the same from one version of it to the next.
 * NAMES: the rest of its message is the name of a field; FINDS: whose place is to be found.
 */
static const struct phrase {
	const char *theirs;
	const char *ours;
	bool names;
	bool finds;
} phrases[] = {
	{"Unexpected key: ", "unknown field ", true, true},
	{"Mapping field already seen: ", "this field stands twice: ", true, true},
	{"Missing required mapping field: ", "a required field is missing: ", true, false},
	{"STRING length < ", "the text is empty", false, false},
	{"Insufficient entries", "the list is empty", false, false},
	{"Expecting SEQUENCE", "a list is expected here", false, false},
	{"Expecting MAPPING", "a group of fields is expected here", false, false},
	{"Expecting STRING", "a text is expected here", false, false},
};

static bool ends_in_field(struct gv_span path, const char *field)
{
	size_t len = strlen(field);
	if (path.len < len || memcmp(path.at + path.len - len, field, len) != 0)
		return false;
	return path.len == len || path.at[path.len - len - 1] == '.';
}

/*
 * libcyaml gives the place of what came before an unknown or doubled field; the field's own place
 * is that of its last mention at or behind it.
 */
static void find_field(const struct gv_yaml_places *places, const char *field,
                       struct complaint *complaint)
{
	for (size_t i = 0; i < places->count; i++) {
		const struct gv_yaml_place *place = &places->at[i];
		bool behind = place->line > complaint->line ||
		              (place->line == complaint->line && place->column > complaint->column);
		if (!behind || !ends_in_field(place->path, field))
			continue;
		complaint->line = place->line;
		complaint->column = place->column;
		return;
	}
}

/* Records a failure whose words may hold what stands in the file. */
static enum gv_status fail_shown(struct gv_error *err, uint32_t line, uint32_t column,
                                 const char *words)
{
	struct gv_buf shown = {0};
	gv_charset_show(&shown, NULL, gv_span_of(words));
	enum gv_status status = shown.failed ? gv_fail_memory(err)
	                                     : gv_fail_at(err, GV_EPARSE, line == 0 ? 1 : line,
	                                                  column == 0 ? 1 : column, "%s", shown.at);
	gv_buf_dispose(&shown);
	return status;
}

static enum gv_status fail_schema(const struct gv_yaml_places *places, struct complaint *complaint,
                                  struct gv_error *err)
{
	char words[300];
	snprintf(words, sizeof words, "%s", complaint->message);
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		const struct phrase *phrase = &phrases[i];
		size_t len = strlen(phrase->theirs);
		if (strncmp(complaint->message, phrase->theirs, len) != 0)
			continue;
		if (phrase->finds)
			find_field(places, complaint->message + len, complaint);
		snprintf(words, sizeof words, "%s%s", phrase->ours,
		         phrase->names ? complaint->message + len : "");
		break;
	}
	return fail_shown(err, complaint->line, complaint->column, words);
}

static cyaml_config_t config_for(struct complaint *complaint)
{
	return (cyaml_config_t){
		.log_fn = complaint == NULL ? NULL : note_complaint,
		.log_ctx = complaint,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

enum gv_status gv_yaml_load(void **out, struct gv_yaml_places *places, struct gv_span text,
                            const cyaml_schema_value_t *schema, struct gv_error *err)
{
	enum gv_status status = take_survey(places, text, err);
	if (status != GV_OK)
		return status;
	struct complaint complaint = {0};
	cyaml_config_t config = config_for(&complaint);
	cyaml_data_t *data = NULL;
	cyaml_err_t result =
		cyaml_load_data((const uint8_t *)text.at, text.len, &config, schema, &data, NULL);
	if (result == CYAML_ERR_OOM)
		return gv_fail_memory(err);
	if (result != CYAML_OK && complaint.message[0] == '\0')
		snprintf(complaint.message, sizeof complaint.message, "%s", cyaml_strerror(result));
	if (result != CYAML_OK)
		return fail_schema(places, &complaint, err);
	if (data == NULL)
		return gv_fail_at(err, GV_EPARSE, 1, 1, "the file is empty");
	*out = data;
	return GV_OK;
}

void gv_yaml_free(void *data, const cyaml_schema_value_t *schema)
{
	cyaml_config_t config = config_for(NULL);
	if (data != NULL)
		cyaml_free(&config, schema, data, 0);
}

static const struct gv_yaml_place *find_place(const struct gv_yaml_places *places,
                                              struct gv_span path)
{
	for (size_t i = 0; i < places->count; i++) {
		if (gv_span_equal(places->at[i].path, path))
			return &places->at[i];
	}
	return NULL;
}

/* PATH without its last component. */
static struct gv_span parent(struct gv_span path)
{
	while (path.len > 0 && path.at[path.len - 1] != '.' && path.at[path.len - 1] != '[')
		path.len--;
	return gv_span_part(path, 0, path.len > 0 ? path.len - 1 : 0);
}

void gv_yaml_find(const struct gv_yaml_places *places, const char *path, uint32_t *line,
                  uint32_t *column)
{
	struct gv_span at = gv_span_of(path);
	const struct gv_yaml_place *place = find_place(places, at);
	while (place == NULL && at.len > 0) {
		at = parent(at);
		place = find_place(places, at);
	}
	*line = place == NULL ? 1 : place->line;
	*column = place == NULL ? 1 : place->column;
}

enum gv_status gv_yaml_fail(const struct gv_yaml_places *places, struct gv_error *err,
                            const char *path, const char *format, ...)
{
	uint32_t line;
	uint32_t column;
	gv_yaml_find(places, path, &line, &column);
	char message[400];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return fail_shown(err, line, column, message);
}
