#include "base/json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/charset.h"

/* struct gv_json is what cJSON calls cJSON, which has no name of its own outside. */
static cJSON *item_of(struct gv_json *json)
{
	return (cJSON *)(void *)json;
}

static const cJSON *const_item_of(const struct gv_json *json)
{
	return (const cJSON *)(const void *)json;
}

static struct gv_json *json_of(cJSON *item)
{
	return (struct gv_json *)(void *)item;
}

struct gv_json *gv_json_start(struct gv_json_tree *tree)
{
	tree->root = json_of(cJSON_CreateObject());
	tree->failed = tree->root == NULL;
	return tree->root;
}

/* Puts ITEM, which may be NULL, into IN, or frees it. */
static struct gv_json *add(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                           cJSON *item)
{
	bool added = false;
	if (in != NULL && item != NULL && name != NULL)
		added = cJSON_AddItemToObjectCS(item_of(in), name, item);
	else if (in != NULL && item != NULL)
		added = cJSON_AddItemToArray(item_of(in), item);
	if (added)
		return json_of(item);
	cJSON_Delete(item);
	tree->failed = true;
	return NULL;
}

struct gv_json *gv_json_add_object(struct gv_json_tree *tree, struct gv_json *in, const char *name)
{
	return add(tree, in, name, cJSON_CreateObject());
}

struct gv_json *gv_json_add_array(struct gv_json_tree *tree, struct gv_json *in, const char *name)
{
	return add(tree, in, name, cJSON_CreateArray());
}

void gv_json_add_number(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                        uint64_t number)
{
	/* cJSON's own numbers are doubles: not exact, and written with the locale's point. */
	char digits[24];
	snprintf(digits, sizeof digits, "%" PRIu64, number);
	add(tree, in, name, cJSON_CreateRaw(digits));
}

void gv_json_add_decimal(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                         uint64_t number)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%" PRIu64, number);
	gv_json_add_text(tree, in, name, digits);
}

void gv_json_add_bool(struct gv_json_tree *tree, struct gv_json *in, const char *name, bool value)
{
	add(tree, in, name, cJSON_CreateBool(value));
}

void gv_json_add_null(struct gv_json_tree *tree, struct gv_json *in, const char *name)
{
	add(tree, in, name, cJSON_CreateNull());
}

/* True when BYTES can stand in a C string of UTF-8. */
static bool is_text(struct gv_span bytes)
{
	return bytes.len == 0 || (memchr(bytes.at, '\0', bytes.len) == NULL &&
	                          gv_charset_first_bad(gv_charset_utf8(), bytes) == bytes.len);
}

/* Appends TEXT with \xNN for what is no text. */
static void add_readable(struct gv_buf *out, struct gv_span text)
{
	while (text.len > 0) {
		const char *nul = memchr(text.at, '\0', text.len);
		size_t end = nul == NULL ? text.len : (size_t)(nul - text.at);
		gv_charset_to_utf8(out, NULL, gv_span_part(text, 0, end));
		if (nul == NULL)
			return;
		gv_buf_text(out, "\\x00");
		text = gv_span_part(text, end + 1, text.len);
	}
}

void gv_json_add_span(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                      struct gv_span text)
{
	struct gv_buf copy = {0};
	gv_buf_add(&copy, (struct gv_span){0});
	if (is_text(text))
		gv_buf_add(&copy, text);
	else
		add_readable(&copy, text);
	add(tree, in, name, copy.failed ? NULL : cJSON_CreateString(copy.at));
	gv_buf_dispose(&copy);
}

void gv_json_add_text(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                      const char *text)
{
	gv_json_add_span(tree, in, name, gv_span_of(text));
}

void gv_json_encode(struct gv_buf *out, struct gv_span bytes)
{
	if (is_text(bytes))
		gv_buf_add(out, bytes);
	else
		gv_base64_add(out, bytes);
}

void gv_json_add_base64(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                        struct gv_span bytes)
{
	struct gv_buf text = {0};
	gv_base64_add(&text, bytes);
	tree->failed |= text.failed;
	gv_json_add_span(tree, in, name, gv_buf_span(&text));
	gv_buf_dispose(&text);
}

void gv_json_add_bytes(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                       struct gv_span bytes)
{
	struct gv_json *object = gv_json_add_object(tree, in, name);
	if (is_text(bytes))
		gv_json_add_span(tree, object, "text", bytes);
	else
		gv_json_add_base64(tree, object, "bytes", bytes);
}

void gv_json_add_printed(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                         const struct gv_buf *text)
{
	add(tree, in, name, text->failed ? NULL : cJSON_CreateRaw(text->at));
}

/*
 * Appends the printed TEXT, where what is not ASCII stands in strings only. cJSON itself escapes
 * no more than the bytes below 0x20.
 */
static void add_escaped(struct gv_buf *out, struct gv_span text)
{
	size_t done = 0;
	size_t size;
	for (size_t at = 0; at < text.len; at += size) {
		size = 1;
		if (text.at[at] >= 0x20 && text.at[at] < 0x7F)
			continue;
		int32_t code = gv_charset_code_point(gv_span_part(text, at, text.len), &size);
		if (!gv_charset_is_hostile(code))
			continue;
		gv_buf_add(out, gv_span_part(text, done, at));
		gv_buf_format(out, "\\u%04x", (unsigned)code);
		done = at + size;
	}
	gv_buf_add(out, gv_span_part(text, done, text.len));
}

void gv_json_print(struct gv_buf *out, struct gv_json_tree *tree)
{
	char *text = tree->failed ? NULL : cJSON_PrintUnformatted(item_of(tree->root));
	if (text == NULL)
		out->failed = true;
	else
		add_escaped(out, gv_span_of(text));
	cJSON_free(text);
	gv_json_dispose(tree);
}

/* Appends the printed TEXT, where what is not ASCII stands in strings only, in ASCII. */
static void add_ascii(struct gv_buf *out, struct gv_span text)
{
	size_t size;
	for (size_t at = 0; at < text.len; at += size) {
		int32_t code = gv_charset_code_point(gv_span_part(text, at, text.len), &size);
		if (code >= 0 && code < 0x7F)
			gv_buf_char(out, text.at[at]);
		else if (code > 0xFFFF)
			gv_buf_format(out, "\\u%04x\\u%04x", 0xD7C0U + ((unsigned)code >> 10),
			              0xDC00U + ((unsigned)code & 0x3FF));
		else
			gv_buf_format(out, "\\u%04x", (unsigned)code & 0xFFFF);
	}
}

void gv_json_append(struct gv_buf *out, const struct gv_json *json)
{
	char *text = cJSON_PrintUnformatted(const_item_of(json));
	if (text == NULL)
		out->failed = true;
	else
		add_ascii(out, gv_span_of(text));
	cJSON_free(text);
}

void gv_json_print_ascii(struct gv_buf *out, struct gv_json_tree *tree)
{
	if (tree->failed)
		out->failed = true;
	else
		gv_json_append(out, tree->root);
	gv_json_dispose(tree);
}

void gv_json_dispose(struct gv_json_tree *tree)
{
	gv_json_free(tree->root);
	*tree = (struct gv_json_tree){0};
}

static enum gv_status fail_at(struct gv_span text, size_t at, const char *what,
                              struct gv_error *err)
{
	uint32_t line = 1;
	uint32_t column = 1;
	for (size_t i = 0; i < at && i < text.len; i++) {
		column = text.at[i] == '\n' ? 1 : column + 1;
		line += text.at[i] == '\n';
	}
	return gv_fail_at(err, GV_EPARSE, line, column, "%s", what);
}

/* cJSON descends by recursion, and takes raw controls in strings and bytes that are no UTF-8. */
static enum gv_status check_bytes(struct gv_span text, struct gv_error *err)
{
	size_t depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.at[i];
		if (quoted && (unsigned char)byte < 0x20)
			return fail_at(text, i, "a control character in a string", err);
		if (byte == '"')
			quoted = !quoted;
		else if (quoted)
			i += byte == '\\';
		else if (byte == '[' || byte == '{')
			depth++;
		else if (byte == ']' || byte == '}')
			depth -= depth > 0;
		if (depth > GV_JSON_DEPTH)
			return fail_at(text, i, "nested too deeply", err);
	}
	size_t bad = gv_charset_first_bad(gv_charset_utf8(), text);
	return bad == text.len ? GV_OK : fail_at(text, bad, "not UTF-8", err);
}

static size_t skip_blanks(struct gv_span text, size_t at)
{
	while (at < text.len && text.at[at] != '\0' && strchr(" \t\r\n", text.at[at]) != NULL)
		at++;
	return at;
}

enum gv_status gv_json_parse(struct gv_json **out, struct gv_span text, struct gv_error *err)
{
	enum gv_status status = check_bytes(text, err);
	if (status != GV_OK)
		return status;
	if (skip_blanks(text, 0) == text.len)
		return fail_at(text, text.len, "empty", err);
	const char *end = NULL;
	cJSON *item = cJSON_ParseWithLengthOpts(text.at, text.len, &end, false);
	size_t at = end == NULL ? 0 : (size_t)(end - text.at);
	if (item == NULL)
		return fail_at(text, at, "cannot be read as JSON from here on", err);
	at = skip_blanks(text, at);
	if (at < text.len) {
		cJSON_Delete(item);
		return fail_at(text, at, "something behind the end of the JSON", err);
	}
	*out = json_of(item);
	return GV_OK;
}

void gv_json_free(struct gv_json *json)
{
	cJSON_Delete(item_of(json));
}

const struct gv_json *gv_json_get(const struct gv_json *json, const char *name)
{
	return json_of(cJSON_GetObjectItemCaseSensitive(const_item_of(json), name));
}

const char *gv_json_text(const struct gv_json *json)
{
	return cJSON_GetStringValue(const_item_of(json));
}

bool gv_json_is_number(const struct gv_json *json, uint64_t number)
{
	const cJSON *item = const_item_of(json);
	return cJSON_IsNumber(item) && item->valuedouble == (double)number;
}

bool gv_json_is_array(const struct gv_json *json)
{
	return cJSON_IsArray(const_item_of(json));
}

bool gv_json_is_object(const struct gv_json *json)
{
	return cJSON_IsObject(const_item_of(json));
}

bool gv_json_is_null(const struct gv_json *json)
{
	return json == NULL || cJSON_IsNull(const_item_of(json));
}

bool gv_json_bool(const struct gv_json *json, bool *out)
{
	if (!cJSON_IsBool(const_item_of(json)))
		return false;
	*out = cJSON_IsTrue(const_item_of(json));
	return true;
}

bool gv_json_whole(const struct gv_json *json, uint64_t *out)
{
	const cJSON *item = const_item_of(json);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 0x1p53) ||
	    item->valuedouble != (double)(uint64_t)item->valuedouble)
		return false;
	*out = (uint64_t)item->valuedouble;
	return true;
}

const struct gv_json *gv_json_first(const struct gv_json *json)
{
	return gv_json_is_array(json) ? json_of(const_item_of(json)->child) : NULL;
}

const struct gv_json *gv_json_next(const struct gv_json *element)
{
	return json_of(const_item_of(element)->next);
}
