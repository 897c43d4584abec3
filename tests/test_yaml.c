/* base/yaml.h: what is let in, and where what is not stands. */
#include "support.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/yaml.h"

/* A file like those the program reads: texts, a list of texts, a list of mappings. */
struct item {
	char *id;
	char *note;
	char **words;
	unsigned words_count;
};

struct sample {
	char *name;
	char *note;
	struct item *items;
	unsigned items_count;
};

static const cyaml_schema_value_t word_schema = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t item_fields[] = {
	CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct item, id, 1, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct item, note,
	                       1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("words", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct item, words,
	                     &word_schema, 1, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t item_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct item, item_fields),
};

static const cyaml_schema_field_t sample_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct sample, name, 1,
	                       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sample,
	                       note, 1, CYAML_UNLIMITED),
	CYAML_FIELD_SEQUENCE("items", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct sample,
	                     items, &item_schema, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t sample_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct sample, sample_fields),
};

static enum gv_status load(struct sample **out, struct gv_yaml_places *places, struct gv_span text,
                           struct gv_error *err)
{
	void *data = NULL;
	enum gv_status status = gv_yaml_load(&data, places, text, &sample_schema, err);
	if (status != GV_OK)
		assert_null(data);
	*out = data;
	return status;
}

/* SPAN for tables. */
#define BYTES(literal) {(literal), sizeof(literal) - 1}

static const char whole[] =
	"# a comment\n"
	"name: first\n"
	"items:\n"
	"  - id: one\n"
	"    words:\n"
	"      - w0\n"
	"      - w1\n"
	"  - id: two\n"
	"    note: >-\n"
	"      folded\n"
	"      text\n"
	"  -\n"
	"    id: three\n"
	"    words: [x, y]\n";

static void whole_file_is_read(void **state)
{
	(void)state;
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, gv_span_of(whole), &err), GV_OK);
	assert_int_equal(err.status, GV_OK);
	assert_string_equal(sample->name, "first");
	assert_null(sample->note);
	assert_int_equal(sample->items_count, 3);
	assert_string_equal(sample->items[0].id, "one");
	assert_int_equal(sample->items[0].words_count, 2);
	assert_string_equal(sample->items[0].words[1], "w1");
	assert_string_equal(sample->items[1].note, "folded text");
	assert_string_equal(sample->items[2].words[0], "x");
	gv_yaml_free(sample, &sample_schema);
	gv_yaml_places_dispose(&places);
}

static void numbers_stay_texts(void **state)
{
	(void)state;
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, SPAN("name: 10x\nnote: 007\n"), &err), GV_OK);
	assert_string_equal(sample->name, "10x");
	assert_string_equal(sample->note, "007");
	gv_yaml_free(sample, &sample_schema);
	gv_yaml_places_dispose(&places);
}

static void fields_have_their_places(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		uint32_t line;
		uint32_t column;
	} rows[] = {
		{"name", 2, 1},
		{"items", 3, 1},
		{"items[0]", 4, 5},
		{"items[0].id", 4, 5},
		{"items[0].words", 5, 5},
		{"items[0].words[0]", 6, 9},
		{"items[0].words[1]", 7, 9},
		{"items[1].id", 8, 5},
		{"items[1].note", 9, 5},
		{"items[2].id", 13, 5},
		{"items[2].words[1]", 14, 16},
		/* what is not there: the nearest that is */
		{"items[0].words[7]", 5, 5},
		{"items[1].words", 8, 5},
		{"items[1].words[3]", 8, 5},
		{"items[9].id", 3, 1},
		{"other", 2, 1},
		{"", 2, 1},
	};
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, gv_span_of(whole), &err), GV_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_error found = {0};
		assert_int_equal(gv_yaml_fail(&places, &found, rows[i].path, "no %s", "way"),
		                 GV_EPARSE);
		assert_string_equal(found.message, "no way");
		if (found.line != rows[i].line && rows[i].line != 0)
			fail_msg("%s: line %u, not %u", rows[i].path, found.line, rows[i].line);
		if (found.column != rows[i].column && rows[i].line != 0)
			fail_msg("%s: column %u, not %u", rows[i].path, found.column,
			         rows[i].column);
	}
	gv_yaml_free(sample, &sample_schema);
	gv_yaml_places_dispose(&places);
}

/* A text, and where and how it is refused. */
struct refusal {
	struct gv_span text;
	uint32_t line;
	uint32_t column;
	const char *says; /* part of the message */
};

static void assert_refused(const struct refusal *row)
{
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	enum gv_status status = load(&sample, &places, row->text, &err);
	if (status != GV_EPARSE || err.line != row->line || err.column != row->column ||
	    strstr(err.message, row->says) == NULL)
		fail_msg("%s, %u:%u: \"%s\", not %u:%u: \"%s\", for\n%.*s", gv_status_name(status),
		         err.line, err.column, err.message, row->line, row->column, row->says,
		         (int)(row->text.len < 300 ? row->text.len : 300), row->text.at);
	assert_int_equal(err.status, GV_EPARSE);
	assert_null(strchr(err.message, '\n'));
	assert_string_not_equal(err.message, "");
	assert_null(strstr(err.message, "Backtrace"));
	gv_yaml_places_dispose(&places);
}

static void assert_all_refused(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(&rows[i]);
}

static void nothing_is_no_file(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES(""), 1, 1, "empty"},
		{BYTES("\n\n"), 1, 1, "empty"},
		{BYTES("# only\n# comments\n"), 1, 1, "empty"},
		{BYTES("   \n"), 1, 1, "empty"},
		{BYTES("\xEF\xBB\xBF"), 1, 1, "empty"},
		{BYTES("%YAML 1.1\n"), 2, 1, ""},
	};
	assert_all_refused(rows, COUNT(rows));
}

/* In a process of its own: libyaml ends the program when it is given no bytes. */
static void no_bytes_are_an_empty_file(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		struct gv_yaml_places places = {0};
		struct sample *sample;
		enum gv_status status = load(&sample, &places, (struct gv_span){0}, NULL);
		_exit(status == GV_EPARSE ? 0 : 1);
	}
	int how = -1;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_int_equal(how, 0);
}

/* A document that says nothing is refused too; where exactly is the reader's matter. */
static void empty_document_is_refused(void **state)
{
	(void)state;
	static const struct gv_span rows[] = {BYTES("---\n"), BYTES("--- \n...\n"), BYTES("~\n"),
	                                      BYTES("null\n"), BYTES("{}\n"), BYTES("[]\n")};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_error err = {0};
		struct gv_yaml_places places = {0};
		struct sample *sample;
		assert_int_equal(load(&sample, &places, rows[i], &err), GV_EPARSE);
		assert_true(err.line >= 1 && err.column >= 1 && err.message[0] != '\0');
		gv_yaml_places_dispose(&places);
	}
}

static void second_document_is_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\n---\nname: b\n"), 2, 1, "second document"},
		{BYTES("---\nname: a\n...\n---\nname: b\n"), 4, 1, "second document"},
		{BYTES("name: a\n# x\n---\n"), 3, 1, "second document"},
	};
	assert_all_refused(rows, COUNT(rows));
}

static void one_document_with_marks_is_fine(void **state)
{
	(void)state;
	static const struct gv_span rows[] = {
		BYTES("---\nname: a\n"), BYTES("---\nname: a\n...\n"),
		BYTES("\xEF\xBB\xBFname: a\n"), BYTES("name: a"), BYTES("name: a\r\n"),
		BYTES("{name: a}"), BYTES("'name': \"a\"\n"),
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_error err = {0};
		struct gv_yaml_places places = {0};
		struct sample *sample;
		if (load(&sample, &places, rows[i], &err) != GV_OK)
			fail_msg("row %zu: %s", i, err.message);
		assert_string_equal(sample->name, "a");
		gv_yaml_free(sample, &sample_schema);
		gv_yaml_places_dispose(&places);
	}
}

static void aliases_are_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: &x a\nnote: *x\n"), 0, 0, ""},
		{BYTES("name: a\nitems:\n  - *x\n"), 3, 5, "aliases"},
		{BYTES("name: a\nnote: *nothing\n"), 2, 7, "aliases"},
	};
	assert_all_refused(rows + 1, COUNT(rows) - 1);
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, rows[0].text, &err), GV_EPARSE);
	gv_yaml_places_dispose(&places);
}

/* base/yaml.h: no anchors or aliases. */
static void anchors_are_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("note: b\nname: &x a\n"), 2, 7, "anchor"},
		{BYTES("name: a\nitems: &x\n  - id: b\n"), 2, 8, "anchor"},
		{BYTES("name: a\nitems:\n  - &x\n    id: b\n"), 3, 5, "anchor"},
	};
	assert_all_refused(rows, COUNT(rows));
}

/* DEPTH sequences within each other, after a first line. */
static struct gv_buf nest(size_t depth)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, "name: a\n");
	gv_buf_text(&text, "x: ");
	for (size_t i = 0; i < depth - 1; i++)
		gv_buf_char(&text, '[');
	for (size_t i = 0; i < depth - 1; i++)
		gv_buf_char(&text, ']');
	gv_buf_char(&text, '\n');
	assert_false(text.failed);
	return text;
}

static void nesting_ends_at_sixteen_levels(void **state)
{
	(void)state;
	struct gv_buf sixteen = nest(16);
	struct gv_buf seventeen = nest(17);
	struct gv_buf many = nest(100000);
	struct refusal rows[] = {
		{gv_buf_span(&sixteen), 2, 1, "unknown field x"},
		{gv_buf_span(&seventeen), 2, 4 + 15, "16 levels"},
		{gv_buf_span(&many), 2, 4 + 15, "16 levels"},
	};
	assert_all_refused(rows, COUNT(rows));
	gv_buf_dispose(&sixteen);
	gv_buf_dispose(&seventeen);
	gv_buf_dispose(&many);
}

static void texts_with_nul_are_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\nnote: \"x\\0y\"\n"), 2, 7, "NUL"},
		{BYTES("name: \"\\0\"\n"), 1, 7, "NUL"},
		{BYTES("\"na\\0me\": a\n"), 1, 1, "NUL"},
		{BYTES("name: a\nitems:\n  - id: x\n    words: [a, \"b\\x00\"]\n"), 4, 16, "NUL"},
	};
	assert_all_refused(rows, COUNT(rows));
}

/* Bytes that YAML has no place for: the byte is named; a reader cannot name the column. */
static void forbidden_bytes_are_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\0b\n"), 1, 1, "byte 8"},
		{BYTES("name: \x1B\n"), 1, 1, "byte 7"},
		{BYTES("name: \xFF\n"), 1, 1, "byte 7"},
		{BYTES("name: \xC0\x80\n"), 1, 1, "byte 7"},
		{BYTES("name: \xED\xA0\x80\n"), 1, 1, "byte 7"},
	};
	assert_all_refused(rows, COUNT(rows));
}

static struct gv_buf sized(size_t size)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, "name: a\n#");
	char *to = gv_buf_reserve(&text, size - text.len);
	assert_non_null(to);
	memset(to, 'x', size - text.len);
	text.len = size;
	text.at[size] = '\0';
	return text;
}

static void size_ends_at_one_mebibyte(void **state)
{
	(void)state;
	struct gv_buf most = sized(1 << 20);
	struct gv_buf more = sized((1 << 20) + 1);
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, gv_buf_span(&most), &err), GV_OK);
	gv_yaml_free(sample, &sample_schema);
	gv_yaml_places_dispose(&places);
	struct refusal row = {gv_buf_span(&more), 1, 1, "1 MiB"};
	assert_refused(&row);
	gv_buf_dispose(&most);
	gv_buf_dispose(&more);
}

static void wrong_syntax_has_its_place(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\n\tnote: b\n"), 2, 1, "not valid YAML"},
		{BYTES("name: a\nnote: \"b\n"), 3, 1, "not valid YAML"},
		{BYTES("name: [a\nnote: b\n"), 2, 5, "not valid YAML"},
		{BYTES("name: a\n  b: c\n"), 2, 4, "not valid YAML"},
		{BYTES("name: a\nnote: @b\n"), 2, 7, "not valid YAML"},
		{BYTES("name: a\nitems:\n- id: b\n  ]\n"), 4, 3, "not valid YAML"},
	};
	assert_all_refused(rows, COUNT(rows));
}

static void unknown_field_has_its_own_place(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("other: a\n"), 1, 1, "unknown field other"},
		{BYTES("name: a\nother: b\n"), 2, 1, "unknown field other"},
		{BYTES("name: a\n# x\n\n\nother: b\nnote: c\n"), 5, 1, "unknown field other"},
		{BYTES("name: a\nitems:\n  - id: b\n    other: c\n"), 4, 5, "unknown field other"},
		{BYTES("name: a\nitems:\n  - id: b\n  - id: c\n    other: d\n"), 5, 5,
		 "unknown field other"},
		{BYTES("name: a\nitems:\n  - other: d\n    id: b\n"), 3, 5, "unknown field other"},
		/* a field of another level, with the same name further down or up */
		{BYTES("name: a\nid: b\nitems:\n  - id: c\n"), 2, 1, "unknown field id"},
		{BYTES("note: b\nname: a\nitems:\n  - id: c\n    name: d\n"), 5, 5,
		 "unknown field name"},
		{BYTES("items:\n  - id: c\n    name: d\nname: a\n"), 3, 5, "unknown field name"},
		{BYTES("name: {x: 1}\n"), 1, 7, ""},
		{BYTES("name: a\nNAME: b\n"), 2, 1, "unknown field NAME"},
		{BYTES("name: a\n\"\": b\n"), 2, 1, "unknown field"},
		{BYTES("{name: a, other: b}\n"), 1, 11, "unknown field other"},
	};
	assert_all_refused(rows, COUNT(rows));
}

static void doubled_field_has_the_place_of_the_second(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\nname: b\n"), 2, 1, "twice"},
		{BYTES("name: a\nnote: c\n\nname: b\n"), 4, 1, "twice: name"},
		{BYTES("name: a\nitems:\n  - id: b\n    note: c\n    id: d\n"), 5, 5, "twice: id"},
		{BYTES("name: a\nitems:\n  - id: b\nitems:\n  - id: c\n"), 4, 1, "twice: items"},
		{BYTES("name: a\nitems:\n  - id: b\n  - id: c\n    id: d\n  - id: e\n"), 5, 5,
		 "twice: id"},
		{BYTES("{name: a, name: b}\n"), 1, 11, "twice: name"},
	};
	assert_all_refused(rows, COUNT(rows));
}

static void missing_field_is_named(void **state)
{
	(void)state;
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	struct gv_span text = SPAN("name: a\nitems:\n  - id: b\n  - note: c\n  - id: d\n");
	assert_int_equal(load(&sample, &places, text, &err), GV_EPARSE);
	assert_string_equal(err.message, "a required field is missing: id");
	assert_in_range(err.line, 4, 5);
	gv_yaml_places_dispose(&places);
	err = (struct gv_error){0};
	assert_int_equal(load(&sample, &places, SPAN("note: a\n"), &err), GV_EPARSE);
	assert_string_equal(err.message, "a required field is missing: name");
	assert_true(err.line >= 1);
	gv_yaml_places_dispose(&places);
}

static void wrong_type_has_its_place(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("just text\n"), 1, 1, ""},
		{BYTES("- name: a\n"), 1, 1, ""},
		{BYTES("name: a\nnote: [b]\n"), 2, 7, ""},
		{BYTES("name: a\nnote:\n  b: c\n"), 3, 3, ""},
		{BYTES("name: a\nitems: b\n"), 2, 8, ""},
		{BYTES("name: a\nitems:\n  id: b\n"), 3, 3, ""},
		{BYTES("name: a\nitems:\n  - b\n"), 3, 5, ""},
		{BYTES("name: a\nitems:\n  - id: b\n    words: c\n"), 4, 12, ""},
		{BYTES("name: a\nitems:\n  - id: b\n    words:\n      - [c]\n"), 5, 9, ""},
		{BYTES("name: a\n[b]: c\n"), 2, 1, ""},
	};
	assert_all_refused(rows, COUNT(rows));
}

static void empty_texts_are_refused(void **state)
{
	(void)state;
	static const struct refusal rows[] = {
		{BYTES("name: a\nnote: ''\n"), 2, 7, "empty"},
		{BYTES("name: a\nnote:\n"), 2, 6, "empty"},
		{BYTES("name: a\nitems:\n  - id: \"\"\n"), 3, 9, "empty"},
	};
	assert_all_refused(rows, COUNT(rows));
}

/* What libyaml and libcyaml say holds the user's bytes: the message stays one line, and ends. */
static void messages_about_odd_names_are_one_line(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	gv_buf_text(&text, "name: a\n? \"");
	for (size_t i = 0; i < 2000; i++)
		gv_buf_text(&text, "\\n%s");
	gv_buf_text(&text, "\"\n: b\n");
	struct gv_error err = {0};
	struct gv_yaml_places places = {0};
	struct sample *sample;
	assert_int_equal(load(&sample, &places, gv_buf_span(&text), &err), GV_EPARSE);
	assert_non_null(memchr(err.message, '\0', sizeof err.message));
	assert_null(strchr(err.message, '\n'));
	gv_yaml_places_dispose(&places);
	gv_buf_dispose(&text);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	struct gv_yaml_places places = {0};
	gv_yaml_free(NULL, &sample_schema);
	gv_yaml_places_dispose(&places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file_is_read),
		cmocka_unit_test(numbers_stay_texts),
		cmocka_unit_test(fields_have_their_places),
		cmocka_unit_test(nothing_is_no_file),
		cmocka_unit_test(no_bytes_are_an_empty_file),
		cmocka_unit_test(empty_document_is_refused),
		cmocka_unit_test(second_document_is_refused),
		cmocka_unit_test(one_document_with_marks_is_fine),
		cmocka_unit_test(aliases_are_refused),
		cmocka_unit_test(anchors_are_refused),
		cmocka_unit_test(nesting_ends_at_sixteen_levels),
		cmocka_unit_test(texts_with_nul_are_refused),
		cmocka_unit_test(forbidden_bytes_are_refused),
		cmocka_unit_test(size_ends_at_one_mebibyte),
		cmocka_unit_test(wrong_syntax_has_its_place),
		cmocka_unit_test(unknown_field_has_its_own_place),
		cmocka_unit_test(doubled_field_has_the_place_of_the_second),
		cmocka_unit_test(missing_field_is_named),
		cmocka_unit_test(wrong_type_has_its_place),
		cmocka_unit_test(empty_texts_are_refused),
		cmocka_unit_test(messages_about_odd_names_are_one_line),
		cmocka_unit_test(freeing_nothing_is_fine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
