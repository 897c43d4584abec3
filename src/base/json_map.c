#include "base/json_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/json.h"

/* What may come next. */
enum next { VALUE, FIRST_VALUE, NAME, FIRST_NAME, AFTER, DONE, FAILED };

struct walk {
	struct gv_json_map *map;
	struct gv_error *err;
	struct gv_span text;
	size_t at;
	struct gv_json_place coming; /* before, first and name of the next value */
	uint32_t open[GV_JSON_DEPTH];
	size_t depth;
};

void gv_json_map_locate(struct gv_span text, size_t at, uint32_t *line, uint32_t *column)
{
	*line = 1;
	*column = 1;
	size_t from = gv_span_begins_nocase(text, GV_LITERAL("\xEF\xBB\xBF")) ? 3 : 0;
	for (size_t i = from; i < at && i < text.len; i++) {
		*column = text.at[i] == '\n' ? 1 : *column + 1;
		*line += text.at[i] == '\n';
	}
}

static enum next wrong(struct walk *walk, size_t at, const char *what)
{
	uint32_t line;
	uint32_t column;
	gv_json_map_locate(walk->text, at, &line, &column);
	gv_fail_at(walk->err, GV_EPARSE, line, column, "%s", what);
	return FAILED;
}

static enum next no_memory(struct walk *walk)
{
	gv_fail_memory(walk->err);
	return FAILED;
}

/* The next byte that is no blank; NUL, which no JSON has, at the end. */
static char peek(struct walk *walk)
{
	while (walk->at < walk->text.len && walk->text.at[walk->at] != '\0' &&
	       strchr(" \t\r\n", walk->text.at[walk->at]) != NULL)
		walk->at++;
	return walk->at < walk->text.len ? walk->text.at[walk->at] : '\0';
}

/* What is wrong where something else must stand: the mistakes people make have names. */
static enum next unexpected(struct walk *walk, const char *expected)
{
	char byte = peek(walk);
	if (walk->at == walk->text.len)
		return wrong(walk, walk->at, "the JSON ends too early");
	if (byte == '/' || byte == '#')
		return wrong(walk, walk->at, "a comment: JSON has none");
	return wrong(walk, walk->at, expected);
}

static bool is_digit(const struct walk *walk)
{
	return walk->at < walk->text.len && walk->text.at[walk->at] >= '0' &&
	       walk->text.at[walk->at] <= '9';
}

static bool take(struct walk *walk, const char *bytes)
{
	if (walk->at == walk->text.len || walk->text.at[walk->at] == '\0' ||
	    strchr(bytes, walk->text.at[walk->at]) == NULL)
		return false;
	walk->at++;
	return true;
}

static bool take_digits(struct walk *walk)
{
	bool some = is_digit(walk);
	while (is_digit(walk))
		walk->at++;
	return some;
}

/* [ "-" ] ( "0" / digits ) [ "." digits ] [ "e" [ sign ] digits ] */
static bool take_number(struct walk *walk)
{
	take(walk, "-");
	bool good = take(walk, "0") || take_digits(walk);
	if (good && take(walk, "."))
		good = take_digits(walk);
	if (good && take(walk, "eE")) {
		take(walk, "+-");
		good = take_digits(walk);
	}
	return good && !is_digit(walk);
}

static bool take_escape(struct walk *walk)
{
	if (take(walk, "\"\\/bfnrt"))
		return true;
	bool good = take(walk, "u");
	for (int i = 0; i < 4; i++)
		good = good && take(walk, "0123456789abcdefABCDEF");
	return good;
}

/* The string whose quote is next. */
static bool take_string(struct walk *walk)
{
	size_t begin = walk->at++;
	while (walk->at < walk->text.len) {
		char byte = walk->text.at[walk->at];
		if ((unsigned char)byte < 0x20)
			return wrong(walk, walk->at, "a control character in a string") != FAILED;
		walk->at++;
		if (byte == '"')
			return true;
		if (byte == '\\' && !take_escape(walk))
			return wrong(walk, walk->at, "no escape that JSON has") != FAILED;
	}
	return wrong(walk, begin, "a string that does not end") != FAILED;
}

static bool take_word(struct walk *walk, const char *word)
{
	struct gv_span rest = gv_span_part(walk->text, walk->at, walk->text.len);
	size_t size = strlen(word);
	bool good = rest.len >= size && memcmp(rest.at, word, size) == 0;
	walk->at += good ? size : 0;
	return good;
}

/* Adds the coming value, of which the first byte is next. Returns false without memory. */
static bool add_place(struct walk *walk, enum gv_json_kind kind)
{
	struct gv_json_map *map = walk->map;
	struct gv_json_place *grown = gv_grow(map->at, map->count, &map->cap, sizeof *grown);
	if (grown == NULL)
		return no_memory(walk) != FAILED;
	map->at = grown;
	struct gv_json_place *place = &map->at[map->count];
	*place = walk->coming;
	place->kind = kind;
	place->at = walk->at;
	place->first = place->name.at == NULL ? walk->at : place->first;
	place->last = GV_JSON_NOWHERE;
	place->parent = GV_JSON_NOWHERE;
	if (walk->depth > 0) {
		place->parent = walk->open[walk->depth - 1];
		map->at[place->parent].last = (uint32_t)map->count;
	}
	map->count++;
	return true;
}

/* Opens the object or array that was just added. */
static enum next enter(struct walk *walk, enum next next)
{
	if (walk->depth == GV_JSON_DEPTH)
		return wrong(walk, walk->at, "nested too deeply");
	walk->open[walk->depth++] = (uint32_t)(walk->map->count - 1);
	walk->coming = (struct gv_json_place){.before = ++walk->at};
	return next;
}

static enum next leave(struct walk *walk)
{
	walk->map->at[walk->open[--walk->depth]].end = ++walk->at;
	return AFTER;
}

/* A number or one of the three words. */
static bool take_plain(struct walk *walk, enum gv_json_kind kind)
{
	switch (kind) {
	case GV_JSON_NUMBER:
		return take_number(walk);
	case GV_JSON_TRUE:
		return take_word(walk, "true");
	case GV_JSON_FALSE:
		return take_word(walk, "false");
	default:
		return take_word(walk, "null");
	}
}

static enum next read_scalar(struct walk *walk, enum gv_json_kind kind)
{
	size_t begin = walk->at;
	if (kind == GV_JSON_STRING) {
		if (!take_string(walk))
			return FAILED;
	} else if (!take_plain(walk, kind)) {
		return wrong(walk, begin, "no value that JSON has");
	}
	walk->map->at[walk->map->count - 1].end = walk->at;
	return AFTER;
}

static enum next read_value(struct walk *walk)
{
	char byte = peek(walk);
	if (byte == '\0' || strchr("{[\"-0123456789tfn", byte) == NULL)
		return unexpected(walk, byte == ']' ? "a comma before the end of an array"
		                                    : "no value that JSON has");
	enum gv_json_kind kind =
		strchr("-0123456789", byte) != NULL ? GV_JSON_NUMBER : (enum gv_json_kind)byte;
	if (!add_place(walk, kind))
		return FAILED;
	if (kind == GV_JSON_OBJECT)
		return enter(walk, FIRST_NAME);
	if (kind == GV_JSON_ARRAY)
		return enter(walk, FIRST_VALUE);
	return read_scalar(walk, kind);
}

static enum next read_first_value(struct walk *walk)
{
	return peek(walk) == ']' ? leave(walk) : VALUE;
}

/* Sets the coming name to the string at [FROM, walk->at), without its escapes. */
static bool take_name(struct walk *walk, size_t from)
{
	struct gv_span raw = gv_span_part(walk->text, from + 1, walk->at - 1);
	struct gv_json *json = NULL;
	walk->coming.name = raw;
	if (memchr(raw.at, '\\', raw.len) == NULL)
		return true;
	if (gv_json_parse(&json, gv_span_part(walk->text, from, walk->at), NULL) != GV_OK)
		return wrong(walk, from, "a name that means nothing in Unicode") != FAILED;
	walk->coming.name = gv_arena_copy(&walk->map->arena, gv_span_of(gv_json_text(json)));
	gv_json_free(json);
	return walk->coming.name.at != NULL || no_memory(walk) != FAILED;
}

static enum next read_name(struct walk *walk)
{
	char byte = peek(walk);
	size_t from = walk->at;
	if (byte != '"')
		return unexpected(walk, byte == '}' ? "a comma before the end of an object"
		                                    : "expected a name in double quotes");
	if (!take_string(walk) || !take_name(walk, from))
		return FAILED;
	walk->coming.first = from;
	walk->coming.name_end = walk->at;
	if (peek(walk) != ':')
		return unexpected(walk, "expected ':' behind the name");
	walk->at++;
	return VALUE;
}

static enum next read_first_name(struct walk *walk)
{
	return peek(walk) == '}' ? leave(walk) : NAME;
}

static enum next read_after(struct walk *walk)
{
	char byte = peek(walk);
	if (walk->depth == 0)
		return walk->at == walk->text.len
		               ? DONE
		               : wrong(walk, walk->at, "something behind the end of the JSON");
	bool object = walk->map->at[walk->open[walk->depth - 1]].kind == GV_JSON_OBJECT;
	if (byte == (object ? '}' : ']'))
		return leave(walk);
	if (byte != ',')
		return unexpected(walk, object ? "expected ',' or '}'" : "expected ',' or ']'");
	walk->coming = (struct gv_json_place){.before = ++walk->at};
	return object ? NAME : VALUE;
}

/* Members by object, then by name, then by place. */
static int compare(const void *left, const void *right)
{
	const struct gv_json_place *a = *(const struct gv_json_place *const *)left;
	const struct gv_json_place *b = *(const struct gv_json_place *const *)right;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->name.len != b->name.len)
		return a->name.len < b->name.len ? -1 : 1;
	int order = a->name.len == 0 ? 0 : memcmp(a->name.at, b->name.at, a->name.len);
	if (order != 0)
		return order;
	return a->at < b->at ? -1 : a->at > b->at;
}

static const struct gv_json_place *find_repeated(const struct gv_json_place **members, size_t count)
{
	const struct gv_json_place *found = NULL;
	qsort(members, count, sizeof *members, compare);
	for (size_t i = 1; i < count; i++) {
		bool same = members[i]->parent == members[i - 1]->parent &&
		            gv_span_equal(members[i]->name, members[i - 1]->name);
		if (same && (found == NULL || members[i]->at < found->at))
			found = members[i];
	}
	return found;
}

static enum gv_status check_names(struct walk *walk)
{
	const struct gv_json_map *map = walk->map;
	const struct gv_json_place **members = calloc(map->count, sizeof *members);
	size_t count = 0;
	if (members == NULL)
		return gv_fail_memory(walk->err);
	for (size_t i = 0; i < map->count; i++) {
		if (map->at[i].name.at != NULL)
			members[count++] = &map->at[i];
	}
	const struct gv_json_place *repeated = find_repeated(members, count);
	if (repeated != NULL)
		wrong(walk, repeated->first, "a name that stands twice in its object");
	free(members);
	return repeated == NULL ? GV_OK : GV_EPARSE;
}

enum gv_status gv_json_map_make(struct gv_json_map *map, struct gv_span text, size_t from,
                                struct gv_error *err)
{
	static enum next (*const steps[])(struct walk *) = {
		[VALUE] = read_value, [FIRST_VALUE] = read_first_value,
		[NAME] = read_name,   [FIRST_NAME] = read_first_name,
		[AFTER] = read_after,
	};
	struct gv_error own = {0};
	struct walk walk = {.map = map, .err = err == NULL ? &own : err, .text = text, .at = from};
	enum next next = VALUE;
	map->text = text;
	walk.coming.before = from;
	size_t bad = gv_charset_first_bad(gv_charset_utf8(), text);
	if (bad < text.len)
		next = wrong(&walk, bad, "not UTF-8");
	while (next != DONE && next != FAILED)
		next = steps[next](&walk);
	return next == DONE ? check_names(&walk) : walk.err->status;
}

void gv_json_map_dispose(struct gv_json_map *map)
{
	free(map->at);
	gv_arena_dispose(&map->arena);
	*map = (struct gv_json_map){0};
}

uint32_t gv_json_map_member(const struct gv_json_map *map, uint32_t object, const char *name)
{
	struct gv_span wanted = gv_span_of(name);
	size_t end = map->at[object].end;
	for (size_t i = object + 1; i < map->count && map->at[i].at < end; i++) {
		const struct gv_json_place *place = &map->at[i];
		if (place->parent == object && place->name.at != NULL &&
		    gv_span_equal(place->name, wanted))
			return (uint32_t)i;
	}
	return GV_JSON_NOWHERE;
}

struct gv_span gv_json_map_bytes(const struct gv_json_map *map, uint32_t place)
{
	return gv_span_part(map->text, map->at[place].at, map->at[place].end);
}

enum gv_status gv_json_map_text(const struct gv_json_map *map, uint32_t place, struct gv_buf *out,
                                struct gv_error *err)
{
	struct gv_json *json = NULL;
	enum gv_status status = gv_json_parse(&json, gv_json_map_bytes(map, place), err);
	if (status != GV_OK)
		return status;
	gv_buf_text(out, gv_json_text(json));
	gv_json_free(json);
	return out->failed ? gv_fail_memory(err) : GV_OK;
}
