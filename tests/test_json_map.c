/* base/json_map.h: strict JSON, and where its values stand. */
#include "support.h"

#include "base/json.h"
#include "base/json_map.h"

static void what_is_no_json_fails_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t line;
		uint32_t column;
		const char *message;
	} rows[] = {
		{"", 1, 1, "the JSON ends too early"},
		{" \n ", 2, 2, "the JSON ends too early"},
		{"{", 1, 2, "the JSON ends too early"},
		{"{\"a\"", 1, 5, "the JSON ends too early"},
		{"[1,]", 1, 4, "a comma before the end of an array"},
		{"{\"a\":1,}", 1, 8, "a comma before the end of an object"},
		{"{\n// no\n}", 2, 1, "a comment: JSON has none"},
		{"[1 /* no */]", 1, 4, "a comment: JSON has none"},
		{"{\"a\":1 # no\n}", 1, 8, "a comment: JSON has none"},
		{"{a:1}", 1, 2, "expected a name in double quotes"},
		{"{'a':1}", 1, 2, "expected a name in double quotes"},
		{"{\"a\" 1}", 1, 6, "expected ':' behind the name"},
		{"{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}'"},
		{"[1 2]", 1, 4, "expected ',' or ']'"},
		{"[1}", 1, 3, "expected ',' or ']'"},
		{"{} {}", 1, 4, "something behind the end of the JSON"},
		{"01", 1, 1, "no value that JSON has"},
		{"1.", 1, 1, "no value that JSON has"},
		{".5", 1, 1, "no value that JSON has"},
		{"+1", 1, 1, "no value that JSON has"},
		{"-", 1, 1, "no value that JSON has"},
		{"1e", 1, 1, "no value that JSON has"},
		{"0x10", 1, 2, "something behind the end of the JSON"},
		{"True", 1, 1, "no value that JSON has"},
		{"trUe", 1, 1, "no value that JSON has"},
		{"nan", 1, 1, "no value that JSON has"},
		{"\"a", 1, 1, "a string that does not end"},
		{"\"a\tb\"", 1, 3, "a control character in a string"},
		{"\"\\x\"", 1, 3, "no escape that JSON has"},
		{"\"\\u12g4\"", 1, 6, "no escape that JSON has"},
		{"[\"\xFF\"]", 1, 3, "not UTF-8"},
		{"[\v1]", 1, 2, "no value that JSON has"},
		{"{\"a\":1,\n \"a\":2}", 2, 2, "a name that stands twice in its object"},
		{"{\"Gpu\":1,\"b\":{\"Gpu\":2},\"\\u0047pu\":2}", 1, 24,
	         "a name that stands twice in its object"},
		{"{\"\\uD800\":1}", 1, 2, "a name that means nothing in Unicode"},
		{"[[[[[[[[[[[[[[[[[", 1, 17, "nested too deeply"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_json_map map = {0};
		struct gv_error err = {0};
		assert_int_equal(gv_json_map_make(&map, gv_span_of(rows[i].text), 0, &err),
		                 GV_EPARSE);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(err.column, rows[i].column);
		gv_json_map_dispose(&map);
	}
}

static void values_are_where_they_stand(void **state)
{
	(void)state;
	static const char text[] =
		"\xEF\xBB\xBF{ \"a\" : [1, -2.5e+3 ,null],\r\n\t\"\\u0062\":{\"c\":\"x\\\"y\"} }\n";
	struct gv_json_map map = {0};
	assert_int_equal(gv_json_map_make(&map, SPAN(text), 3, NULL), GV_OK);
	assert_int_equal(map.count, 7);
	uint32_t a = gv_json_map_member(&map, 0, "a");
	uint32_t b = gv_json_map_member(&map, 0, "b");
	uint32_t c = gv_json_map_member(&map, b, "c");
	assert_span(gv_json_map_bytes(&map, a), SPAN("[1, -2.5e+3 ,null]"));
	assert_span(gv_json_map_bytes(&map, a + 2), SPAN("-2.5e+3"));
	assert_int_equal(map.at[a + 2].kind, GV_JSON_NUMBER);
	assert_int_equal(map.at[a + 3].kind, GV_JSON_NULL);
	assert_int_equal(map.at[a + 3].parent, a);
	assert_int_equal(map.at[a].last, a + 3);
	assert_int_equal(map.at[0].last, b);
	assert_span(gv_span_part(SPAN(text), map.at[b].before, map.at[b].first), SPAN("\r\n\t"));
	assert_span(gv_span_part(SPAN(text), map.at[a].name_end, map.at[a].at), SPAN(" : "));
	assert_int_equal(gv_json_map_member(&map, 0, "c"), GV_JSON_NOWHERE);
	struct gv_buf said = {0};
	assert_int_equal(gv_json_map_text(&map, c, &said, NULL), GV_OK);
	assert_span(gv_buf_span(&said), SPAN("x\"y"));
	gv_buf_dispose(&said);
	gv_json_map_dispose(&map);
}

/* What the map takes cJSON takes: the second reader never disagrees with the first for long. */
static void random_texts_are_taken_by_both_or_refused(void **state)
{
	(void)state;
	static const char bytes[] = "{}[]:,\"\"\"aab01-.eE \n\ttruefalsenull\\u\x01\xC3\xA9";
	uint64_t seed = 4;
	size_t taken = 0;
	for (size_t i = 0; i < 200000 / MANY_DIVISOR; i++) {
		char text[12];
		size_t len = random_next(&seed) % sizeof text;
		for (size_t j = 0; j < len; j++)
			text[j] = bytes[random_next(&seed) % (sizeof bytes - 1)];
		struct gv_span span = {text, len};
		struct gv_json_map map = {0};
		struct gv_json *json = NULL;
		if (gv_json_map_make(&map, span, 0, NULL) == GV_OK) {
			assert_int_equal(gv_json_parse(&json, span, NULL), GV_OK);
			taken++;
		}
		gv_json_free(json);
		gv_json_map_dispose(&map);
	}
	assert_true(taken > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_json_fails_with_its_place),
		cmocka_unit_test(values_are_where_they_stand),
		cmocka_unit_test(random_texts_are_taken_by_both_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
