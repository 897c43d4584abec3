/* base/json.h: what is built prints as JSON that is exact and printable; what is read is checked.
 */
#include "support.h"

#include "base/json.h"

static struct gv_buf print(struct gv_json_tree *tree)
{
	struct gv_buf out = {0};
	gv_json_print(&out, tree);
	assert_false(out.failed);
	return out;
}

static void numbers_are_exact(void **state)
{
	(void)state;
	static const uint64_t numbers[] = {0, 9007199254740993, 1000000000000000, UINT64_MAX};
	struct gv_json_tree tree = {0};
	struct gv_json *array = gv_json_add_array(&tree, gv_json_start(&tree), "n");
	for (size_t i = 0; i < COUNT(numbers); i++)
		gv_json_add_number(&tree, array, NULL, numbers[i]);
	gv_json_add_bool(&tree, array, NULL, true);
	struct gv_buf out = print(&tree);
	assert_span(
		gv_buf_span(&out),
		SPAN("{\"n\":[0,9007199254740993,1000000000000000,18446744073709551615,true]}"));
	gv_buf_dispose(&out);
}

static void texts_are_printable_and_lose_nothing(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		const char *as_text;
		const char *as_bytes;
	} rows[] = {
		{{"", 0}, "\"\"", "{\"text\":\"\"}"},
		{{"plain", 5}, "\"plain\"", "{\"text\":\"plain\"}"},
		{{"\"\\/\n\x1B\x7F", 6},
	         "\"\\\"\\\\/\\n\\u001b\\u007f\"",
	         "{\"text\":\"\\\"\\\\/\\n\\u001b\\u007f\"}"},
		{{"\xC2\x85\xE2\x80\xA8\xE2\x80\xAE", 8},
	         "\"\\u0085\\u2028\\u202e\"",
	         "{\"text\":\"\\u0085\\u2028\\u202e\"}"},
		{{"\xF0\x9F\x98\x80", 4},
	         "\"\xF0\x9F\x98\x80\"",
	         "{\"text\":\"\xF0\x9F\x98\x80\"}"},
		{{"a\xFF", 2}, "\"a\\\\xFF\"", "{\"bytes\":\"Yf8=\"}"},
		{{"\0a", 2}, "\"\\\\x00a\"", "{\"bytes\":\"AGE=\"}"},
		{{"\xFF", 1}, "\"\\\\xFF\"", "{\"bytes\":\"/w==\"}"},
		{{"\xFE\xFF\xFB", 3}, "\"\\\\xFE\\\\xFF\\\\xFB\"", "{\"bytes\":\"/v/7\"}"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_json_tree tree = {0};
		struct gv_json *root = gv_json_start(&tree);
		gv_json_add_span(&tree, root, "t", rows[i].text);
		gv_json_add_bytes(&tree, root, "b", rows[i].text);
		struct gv_buf out = print(&tree);
		struct gv_buf want = {0};
		gv_buf_format(&want, "{\"t\":%s,\"b\":%s}", rows[i].as_text, rows[i].as_bytes);
		assert_span(gv_buf_span(&out), gv_buf_span(&want));
		gv_buf_dispose(&want);
		gv_buf_dispose(&out);
	}
}

static void what_is_no_json_fails_with_its_place(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		uint32_t line;
		uint32_t column;
		const char *message;
	} rows[] = {
		{{"", 0}, 1, 1, "empty"},
		{{" \n ", 3}, 2, 2, "empty"},
		{{"{\n  \"a\": nope\n}", 15}, 2, 8, "cannot be read as JSON from here on"},
		{{"{}\n{}", 5}, 2, 1, "something behind the end of the JSON"},
		{{"{}\0", 3}, 1, 3, "something behind the end of the JSON"},
		{{"[\"a\nb\"]", 7}, 1, 4, "a control character in a string"},
		{{"[\"\xFF\"]", 5}, 1, 3, "not UTF-8"},
		{{"[[[[[[[[[[[[[[[[[", 17}, 1, 17, "nested too deeply"},
		{{"[\"\\\"[[[[[[[[[[[[[[[[[[[[[\"", 27},
	         1,
	         27,
	         "cannot be read as JSON from here on"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_json *json = NULL;
		struct gv_error err = {0};
		assert_int_equal(gv_json_parse(&json, rows[i].text, &err), GV_EPARSE);
		assert_null(json);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(err.column, rows[i].column);
	}
}

static void values_are_found(void **state)
{
	(void)state;
	static const char text[] =
		" {\"a\": [\"x\", {\"n\": 7}], \"A\": \"other\", \"s\": \"]}\\\"\"} \n";
	struct gv_json *json = NULL;
	assert_int_equal(gv_json_parse(&json, SPAN(text), NULL), GV_OK);
	const struct gv_json *array = gv_json_get(json, "a");
	assert_true(gv_json_is_array(array));
	const struct gv_json *first = gv_json_first(array);
	assert_string_equal(gv_json_text(first), "x");
	assert_null(gv_json_get(first, "n"));
	const struct gv_json *second = gv_json_next(first);
	assert_true(gv_json_is_number(gv_json_get(second, "n"), 7));
	assert_false(gv_json_is_number(gv_json_get(second, "n"), 8));
	assert_null(gv_json_next(second));
	assert_string_equal(gv_json_text(gv_json_get(json, "A")), "other");
	assert_string_equal(gv_json_text(gv_json_get(json, "s")), "]}\"");
	assert_null(gv_json_get(json, "none"));
	assert_null(gv_json_text(gv_json_get(json, "none")));
	assert_null(gv_json_first(json));
	assert_null(gv_json_get(array, "a"));
	assert_false(gv_json_is_number(NULL, 0));
	gv_json_free(json);
}

static void null_and_ascii_are_written(void **state)
{
	(void)state;
	struct gv_json_tree tree = {0};
	struct gv_buf out = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_null(&tree, root, "nothing");
	gv_json_add_decimal(&tree, root, "most", UINT64_MAX);
	gv_json_add_text(&tree, root, "far", "\u4eee \U0001f600 \"");
	gv_json_print_ascii(&out, &tree);
	assert_false(out.failed);
	assert_span(
		gv_buf_span(&out),
		SPAN("{\"nothing\":null,\"most\":\"18446744073709551615\",\"far\":\"\\u4eee \\ud83d\\ude00 \\\"\"}"));
	gv_buf_dispose(&out);
}

/* Small trees that are printed on their own become members of a large one, and are read back. */
static void what_was_printed_is_carried_over(void **state)
{
	(void)state;
	struct gv_json_tree tree = {0};
	struct gv_json *json = NULL;
	struct gv_buf out = {0};
	struct gv_buf again = {0};
	struct gv_buf inner = {0};
	gv_buf_text(&inner, "{\"a\":[1,true,null,\"\\u00e9\"]}");
	gv_json_add_printed(&tree, gv_json_start(&tree), "in", &inner);
	gv_json_print(&out, &tree);
	assert_int_equal(gv_json_parse(&json, gv_buf_span(&out), NULL), GV_OK);
	gv_json_append(&again, gv_json_get(json, "in"));
	assert_span(gv_buf_span(&again), gv_buf_span(&inner));
	gv_json_free(json);
	gv_buf_dispose(&out);
	gv_buf_dispose(&again);
	gv_buf_dispose(&inner);
}

static void bytes_are_encoded_when_they_are_no_text(void **state)
{
	(void)state;
	struct gv_buf out = {0};
	gv_json_encode(&out, SPAN("plain"));
	gv_buf_char(&out, ' ');
	gv_json_encode(&out, SPAN("\xff\x00\x01"));
	assert_span(gv_buf_span(&out), SPAN("plain /wAB"));
	gv_buf_dispose(&out);
}

/* A number that a double cannot hold exactly is none; neither is a fraction or a negative one. */
static void whole_numbers_are_exact(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool whole;
		uint64_t number;
	} rows[] = {{"0", true, 0},
	            {"4294967296", true, UINT64_C(1) << 32},
	            {"9007199254740992", true, UINT64_C(1) << 53},
	            {"9007199254740994", false, 0},
	            {"-1", false, 0},
	            {"1.5", false, 0},
	            {"\"1\"", false, 0},
	            {"true", false, 0}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_json *json = NULL;
		uint64_t number = 0;
		assert_int_equal(gv_json_parse(&json, gv_span_of(rows[i].text), NULL), GV_OK);
		assert_int_equal(gv_json_whole(json, &number), rows[i].whole);
		assert_int_equal(number, rows[i].number);
		gv_json_free(json);
	}
	assert_false(gv_json_whole(NULL, &(uint64_t){0}));
}

static void kinds_are_told_apart(void **state)
{
	(void)state;
	struct gv_json *json = NULL;
	bool value = false;
	assert_int_equal(gv_json_parse(&json, SPAN("{\"t\":true,\"f\":false,\"n\":null}"), NULL),
	                 GV_OK);
	assert_true(gv_json_is_object(json));
	assert_false(gv_json_is_object(gv_json_get(json, "t")));
	assert_true(gv_json_bool(gv_json_get(json, "t"), &value) && value);
	assert_true(gv_json_bool(gv_json_get(json, "f"), &value) && !value);
	assert_false(gv_json_bool(gv_json_get(json, "n"), &value));
	assert_true(gv_json_is_null(gv_json_get(json, "n")));
	assert_true(gv_json_is_null(gv_json_get(json, "absent")));
	assert_false(gv_json_is_null(gv_json_get(json, "f")));
	gv_json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(texts_are_printable_and_lose_nothing),
		cmocka_unit_test(what_is_no_json_fails_with_its_place),
		cmocka_unit_test(values_are_found),
		cmocka_unit_test(null_and_ascii_are_written),
		cmocka_unit_test(what_was_printed_is_carried_over),
		cmocka_unit_test(bytes_are_encoded_when_they_are_no_text),
		cmocka_unit_test(whole_numbers_are_exact),
		cmocka_unit_test(kinds_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
