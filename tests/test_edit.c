/* text + edit = text, and what must hold for any text whatever. */
#include "support.h"

#include <gpuvirt/edit.h>

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define BOM "\xEF\xBB\xBF"

static struct gv_vmx *parse(struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	assert_non_null(vmx);
	return vmx;
}

static struct gv_line line_number(const struct gv_vmx *vmx, uint32_t number)
{
	struct gv_line line = {0};
	while (line.number < number)
		assert_true(gv_vmx_next(vmx, &line));
	return line;
}

/* TEXT with EDITS, settled here. */
static struct gv_buf settled_text(struct gv_edits *edits, struct gv_span text)
{
	struct gv_buf out = {0};
	gv_edits_settle(edits);
	assert_int_equal(gv_edits_apply(edits, text, &out, NULL), GV_OK);
	assert_false(edits->failed);
	return out;
}

/* Checks that TEXT with EDITS is WANT, and disposes of EDITS. */
static void assert_edited(struct gv_edits *edits, struct gv_span text, struct gv_span want)
{
	struct gv_buf out = settled_text(edits, text);
	assert_span(gv_buf_span(&out), want);
	gv_buf_dispose(&out);
	gv_edits_dispose(edits);
}

struct set_row {
	struct gv_span text;
	uint32_t line;
	struct gv_span value;
	struct gv_span want;
};

static const struct set_row set_rows[] = {
	{BYTES("a = \"1\"\n"), 1, BYTES("2"), BYTES("a = \"2\"\n")},
	{BYTES("a = \"1\""), 1, BYTES("2"), BYTES("a = \"2\"")},
	{BYTES("a = \"1\"\nb = \"2\"\nc = \"3\"\n"), 2, BYTES("x y"),
	 BYTES("a = \"1\"\nb = \"x y\"\nc = \"3\"\n")},
	{BYTES("\tMks.Enable3D\t=\t\"false\"\t# why\r\n"), 1, BYTES("TRUE"),
	 BYTES("\tMks.Enable3D\t=\t\"TRUE\"\t# why\r\n")},
	{BYTES("a=\"1\"#x\r"), 1, BYTES(""), BYTES("a=\"\"#x\r")},
	{BYTES("a = \"\"\n"), 1, BYTES("1"), BYTES("a = \"1\"\n")},
	{BYTES("a = 1\n"), 1, BYTES("2"), BYTES("a = \"2\"\n")},
	{BYTES("a=1\r\n"), 1, BYTES("2"), BYTES("a=\"2\"\r\n")},
	{BYTES("a = 1 # why\n"), 1, BYTES("2"), BYTES("a = \"2\" # why\n")},
	{BYTES("a = 1#why\n"), 1, BYTES("x y"), BYTES("a = \"x y\"#why\n")},
	{BYTES("a = b\"c\n"), 1, BYTES("d"), BYTES("a = \"d\"\n")},
	{BYTES("a =\n"), 1, BYTES("1"), BYTES("a =\"1\"\n")},
	{BYTES("a = \r\n"), 1, BYTES("1"), BYTES("a = \"1\"\r\n")},
	{BYTES("a ="), 1, BYTES("1"), BYTES("a =\"1\"")},
	{BYTES("a = # why\n"), 1, BYTES("1"), BYTES("a = \"1\"# why\n")},
	{BYTES("a = 1\rb = 2\rc = 3"), 2, BYTES("x"), BYTES("a = 1\rb = \"x\"\rc = 3")},
	{BYTES("a = \"1\"\r\r\nb = 2\n"), 1, BYTES("x"), BYTES("a = \"x\"\r\r\nb = 2\n")},
	{BYTES("a = \"1\"\0\0\0"), 1, BYTES("2"), BYTES("a = \"2\"\0\0\0")},
	{BYTES("a = 1\0junk\nb = 2\n"), 1, BYTES("2"), BYTES("a = \"2\"\0junk\nb = 2\n")},
	{BYTES(BOM "a = 1\n"), 1, BYTES("2"), BYTES(BOM "a = \"2\"\n")},
	{BYTES("a = \"1\"\n"), 1, BYTES("x\"y|z\n"), BYTES("a = \"x|22y|7Cz|0A\"\n")},
	{BYTES("a = \"1\"\n"), 1, BYTES("C:\\\xCE\xBB #="), BYTES("a = \"C:\\\xCE\xBB #=\"\n")},
	{BYTES("a = \"||22\"\n"), 1, BYTES("|\""), BYTES("a = \"|7C|22\"\n")},
	/* malformed lines with a name: all behind the "=" is replaced */
	{BYTES("a = \"1\nb = 2\n"), 1, BYTES("2"), BYTES("a = \"2\"\nb = 2\n")},
	{BYTES("a = \"1 # x\r\n"), 1, BYTES("1"), BYTES("a = \"1\"\r\n")},
	{BYTES("a =\t\"1\" x # y\n"), 1, BYTES("2"), BYTES("a =\t\"2\"\n")},
	{BYTES("a = x y\n"), 1, BYTES("x y"), BYTES("a = \"x y\"\n")},
	{BYTES("a = x y\0z\n"), 1, BYTES("2"), BYTES("a = \"2\"\0z\n")},
	{BYTES("a = \"1\" \"2"), 1, BYTES(""), BYTES("a = \"\"")},
	{BYTES("a = \"1\"\x1A"), 1, BYTES("1"), BYTES("a = \"1\"")},
	/* the same meaning: nothing changes, however it is spelt */
	{BYTES("a = \"1\"\n"), 1, BYTES("1"), BYTES("a = \"1\"\n")},
	{BYTES("a = 1 # x"), 1, BYTES("1"), BYTES("a = 1 # x")},
	{BYTES("a =\n"), 1, BYTES(""), BYTES("a =\n")},
	{BYTES("a = \"x|0a|0D|7c\"\n"), 1, BYTES("x\n\r|"), BYTES("a = \"x|0a|0D|7c\"\n")},
	{BYTES("a = \"||22\"\n"), 1, BYTES("||22"), BYTES("a = \"||22\"\n")},
	{BYTES("a = \"x|00y\"\n"), 1, BYTES("x"), BYTES("a = \"x|00y\"\n")},
	{BYTES("a = |22\n"), 1, BYTES("\""), BYTES("a = |22\n")},
	/* another case is another value */
	{BYTES("a = \"true\"\n"), 1, BYTES("TRUE"), BYTES("a = \"TRUE\"\n")},
};

static void set_changes_the_bytes_of_the_value_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(set_rows); i++) {
		const struct set_row *row = &set_rows[i];
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(row->text);
		struct gv_line line = line_number(vmx, row->line);
		gv_edits_set(&edits, &line, row->value);
		assert_int_equal(edits.count, gv_span_equal(row->text, row->want) ? 0 : 1);
		assert_edited(&edits, row->text, row->want);
		gv_vmx_free(vmx);
	}
}

static const struct {
	struct gv_span text;
	uint32_t line;
	struct gv_span want;
} remove_rows[] = {
	{BYTES("a = 1\nb = 2\nc = 3\n"), 1, BYTES("b = 2\nc = 3\n")},
	{BYTES("a = 1\nb = 2\nc = 3\n"), 2, BYTES("a = 1\nc = 3\n")},
	{BYTES("a = 1\nb = 2\nc = 3\n"), 3, BYTES("a = 1\nb = 2\n")},
	{BYTES("a = 1\nb = 2\nc = 3"), 3, BYTES("a = 1\nb = 2\n")},
	{BYTES("a = 1\r\nb = 2\r\nc = 3"), 2, BYTES("a = 1\r\nc = 3")},
	{BYTES("a = 1\rb = 2\rc = 3"), 2, BYTES("a = 1\rc = 3")},
	{BYTES("a = 1\r\r\nb = 2\n"), 1, BYTES("\r\nb = 2\n")},
	{BYTES("a = 1\n"), 1, BYTES("")},
	{BYTES("a = 1"), 1, BYTES("")},
	{BYTES(BOM "a = 1\nb = 2\n"), 1, BYTES(BOM "b = 2\n")},
	{BYTES(BOM "a = 1"), 1, BYTES(BOM)},
	{BYTES("a = 1\0x\nb = 2\n"), 1, BYTES("b = 2\n")},
	{BYTES("a = 1\nb = 2\0\0"), 2, BYTES("a = 1\n")},
	{BYTES("\t a = 1 # x\nb = 2\n"), 1, BYTES("b = 2\n")},
	{BYTES("# x\na = \"1\n"), 2, BYTES("# x\n")},
};

static void remove_takes_the_line_with_its_ending(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(remove_rows); i++) {
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(remove_rows[i].text);
		struct gv_line line = line_number(vmx, remove_rows[i].line);
		gv_edits_remove(&edits, &line);
		assert_edited(&edits, remove_rows[i].text, remove_rows[i].want);
		gv_vmx_free(vmx);
	}
}

static const struct {
	struct gv_span text;
	size_t at;
	struct gv_span want;
} append_rows[] = {
	{BYTES(""), 0, BYTES("n = \"v\"\n")},
	{BYTES("a = 1\n"), 6, BYTES("a = 1\nn = \"v\"\n")},
	{BYTES("a = 1\r\n"), 7, BYTES("a = 1\r\nn = \"v\"\r\n")},
	{BYTES("a = 1\r"), 6, BYTES("a = 1\rn = \"v\"\r")},
	{BYTES("a = 1"), 5, BYTES("a = 1\nn = \"v\"\n")},
	{BYTES("a = 1\nb = 2"), 11, BYTES("a = 1\nb = 2\nn = \"v\"\n")},
	{BYTES("a = 1\r\nb = 2"), 12, BYTES("a = 1\r\nb = 2\r\nn = \"v\"\r\n")},
	{BYTES("a = 1\rb = 2"), 11, BYTES("a = 1\rb = 2\rn = \"v\"\r")},
	{BYTES("a = 1\r\nb = 2\r\nc = 3\n"), 20, BYTES("a = 1\r\nb = 2\r\nc = 3\nn = \"v\"\r\n")},
	{BYTES("a = 1\nb = 2\nc = 3\r"), 18, BYTES("a = 1\nb = 2\nc = 3\rn = \"v\"\n")},
	{BYTES("a = 1\n\n"), 7, BYTES("a = 1\n\nn = \"v\"\n")},
	{BYTES("# only"), 6, BYTES("# only\nn = \"v\"\n")},
	{BYTES("a = 1\n\0\0\0"), 6, BYTES("a = 1\nn = \"v\"\n\0\0\0")},
	{BYTES("a = 1\0\0\0"), 5, BYTES("a = 1\nn = \"v\"\n\0\0\0")},
	{BYTES("a = 1\n\x1A"), 6, BYTES("a = 1\nn = \"v\"\n\x1A")},
	{BYTES("a = 1\r\n\x1A\0\0"), 7, BYTES("a = 1\r\nn = \"v\"\r\n\x1A\0\0")},
	{BYTES("a = 1\r\nb\x1A"), 8, BYTES("a = 1\r\nb\r\nn = \"v\"\r\n\x1A")},
	{BYTES("a = 1\n\0\0\n"), 9, BYTES("a = 1\n\0\0\nn = \"v\"\n")},
	{BYTES("\0\0\0"), 0, BYTES("n = \"v\"\n\0\0\0")},
	{BYTES(BOM "a = 1\n"), 9, BYTES(BOM "a = 1\nn = \"v\"\n")},
};

static void append_goes_to_the_end_that_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(append_rows); i++) {
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(append_rows[i].text);
		assert_int_equal(gv_edits_append_at(vmx), append_rows[i].at);
		gv_edits_append(&edits, vmx, SPAN("n"), SPAN("v"));
		assert_edited(&edits, append_rows[i].text, append_rows[i].want);
		gv_vmx_free(vmx);
	}
}

static void a_mark_alone_is_no_line_to_complete(void **state)
{
	struct gv_edits edits = {0};
	struct gv_vmx *vmx = parse(SPAN(BOM));
	(void)state;
	gv_edits_append(&edits, vmx, SPAN("n"), SPAN("v"));
	assert_edited(&edits, SPAN(BOM), SPAN(BOM "n = \"v\"\n"));
	gv_vmx_free(vmx);
}

static void an_appended_value_is_escaped(void **state)
{
	struct gv_edits edits = {0};
	struct gv_vmx *vmx = parse(SPAN("a = 1\n"));
	(void)state;
	gv_edits_append(&edits, vmx, SPAN("n"), SPAN("x\"|\n"));
	assert_edited(&edits, SPAN("a = 1\n"), SPAN("a = 1\nn = \"x|22|7C|0A\"\n"));
	gv_vmx_free(vmx);
}

/* What one edit of a list does. */
struct step {
	char what;     /* 's'et a line, 'r'emove a line, 'a'ppend, re'p'lace bytes; 0: no more */
	size_t where;  /* line, or first byte */
	size_t len;    /* bytes to replace */
	const char *with;
};

enum { MAX_STEPS = 5 };

static void make_step(struct gv_edits *edits, const struct gv_vmx *vmx, const struct step *step)
{
	struct gv_line line;
	if (step->what == 's' || step->what == 'r')
		line = line_number(vmx, (uint32_t)step->where);
	if (step->what == 's')
		gv_edits_set(edits, &line, gv_span_of(step->with));
	else if (step->what == 'r')
		gv_edits_remove(edits, &line);
	else if (step->what == 'a')
		gv_edits_append(edits, vmx, gv_span_of(step->with), SPAN("v"));
	else
		gv_edits_replace(edits, step->where, step->len, gv_span_of(step->with));
}

struct list_row {
	struct gv_span text;
	struct step steps[MAX_STEPS];
	size_t count; /* edits that are left */
	struct gv_span want;
};

static const struct list_row list_rows[] = {
	{BYTES("a = 1\n"), {{0}}, 0, BYTES("a = 1\n")},
	{BYTES("a = 1\n"), {{'a', 0, 0, "m"}, {'a', 0, 0, "n"}}, 2,
	 BYTES("a = 1\nm = \"v\"\nn = \"v\"\n")},
	{BYTES("a = 1"), {{'a', 0, 0, "m"}, {'a', 0, 0, "n"}}, 2,
	 BYTES("a = 1\nm = \"v\"\nn = \"v\"\n")},
	{BYTES("a = 1\r\nb = 2\0"), {{'a', 0, 0, "m"}, {'a', 0, 0, "n"}, {'a', 0, 0, "m"}}, 3,
	 BYTES("a = 1\r\nb = 2\r\nm = \"v\"\r\nn = \"v\"\r\nm = \"v\"\r\n\0")},
	/* removals of lines in a row are one edit */
	{BYTES("a = 1\nb = 2\nc = 3\nd = 4"),
	 {{'r', 1, 0, NULL}, {'r', 2, 0, NULL}, {'r', 3, 0, NULL}}, 1, BYTES("d = 4")},
	{BYTES("a = 1\nb = 2\nc = 3\n"), {{'r', 1, 0, NULL}, {'r', 3, 0, NULL}}, 2,
	 BYTES("b = 2\n")},
	{BYTES("a = 1\nb = 2\nc = 3\n"),
	 {{'r', 1, 0, NULL}, {'s', 3, 0, "x"}, {'r', 2, 0, NULL}}, 3, BYTES("c = \"x\"\n")},
	{BYTES("a = 1\nb = 2\n"), {{'a', 0, 0, "n"}, {'r', 1, 0, NULL}, {'r', 2, 0, NULL}}, 2,
	 BYTES("n = \"v\"\n")},
	/* in whatever order they come */
	{BYTES("a = 1\nb = 2\nc = 3\n"),
	 {{'r', 3, 0, NULL}, {'a', 0, 0, "n"}, {'s', 1, 0, "x"}, {'r', 2, 0, NULL}}, 4,
	 BYTES("a = \"x\"\nn = \"v\"\n")},
	/* of two edits to one range the later wins */
	{BYTES("a = 1\n"), {{'s', 1, 0, "x"}, {'s', 1, 0, "y"}}, 1, BYTES("a = \"y\"\n")},
	{BYTES("a =\n"), {{'s', 1, 0, "x"}, {'s', 1, 0, "y"}, {'s', 1, 0, "z"}}, 1,
	 BYTES("a =\"z\"\n")},
	{BYTES("a = 1\nb = 2\n"), {{'r', 1, 0, NULL}, {'r', 1, 0, NULL}}, 1, BYTES("b = 2\n")},
	{BYTES("abcdef"), {{'p', 2, 2, "X"}, {'p', 4, 1, "E"}, {'p', 2, 2, "Y"}}, 2,
	 BYTES("abYEf")},
	/* an edit inside a larger one goes, whichever comes first */
	{BYTES("a = 1\nb = 2\n"), {{'s', 1, 0, "x"}, {'r', 1, 0, NULL}}, 1, BYTES("b = 2\n")},
	{BYTES("a = 1\nb = 2\n"), {{'r', 1, 0, NULL}, {'s', 1, 0, "x"}}, 1, BYTES("b = 2\n")},
	{BYTES("abcdef"), {{'p', 1, 1, "X"}, {'p', 1, 4, "Y"}, {'p', 3, 1, "Z"}}, 1, BYTES("aYf")},
	{BYTES("abcdef"), {{'p', 2, 0, "X"}, {'p', 2, 2, "Y"}}, 1, BYTES("abYef")},
	{BYTES("abcdef"), {{'p', 3, 0, "X"}, {'p', 2, 2, "Y"}}, 1, BYTES("abYef")},
	/* what is put in right behind a replaced range belongs to it */
	{BYTES("abcdef"), {{'p', 4, 0, "X"}, {'p', 2, 2, "Y"}}, 1, BYTES("abYef")},
	{BYTES("abcdef"), {{'p', 4, 1, "X"}, {'p', 2, 2, "Y"}}, 2, BYTES("abYXf")},
	{BYTES("a = x y\n"), {{'p', 4, 0, "\""}, {'p', 7, 0, "\""}, {'s', 1, 0, "z"}}, 1,
	 BYTES("a = \"z\"\n")},
	{BYTES("a = x y\n"), {{'p', 4, 0, "\""}, {'p', 7, 0, "\""}}, 2, BYTES("a = \"x y\"\n")},
	/* an appended line is never dropped */
	{BYTES("a = 1"), {{'r', 1, 0, NULL}, {'a', 0, 0, "n"}}, 2, BYTES("n = \"v\"\n")},
	{BYTES("a = 1"), {{'a', 0, 0, "n"}, {'s', 1, 0, "x"}}, 2, BYTES("a = \"x\"\nn = \"v\"\n")},
	{BYTES("b = 2\na = 1\0\0"), {{'r', 2, 0, NULL}, {'a', 0, 0, "n"}}, 2,
	 BYTES("b = 2\nn = \"v\"\n")},
	{BYTES("a = 1\0\0"), {{'a', 0, 0, "n"}, {'r', 1, 0, NULL}, {'a', 0, 0, "m"}}, 3,
	 BYTES("n = \"v\"\nm = \"v\"\n")},
	{BYTES("a = 1\r\nb = \"2\x1A"), {{'r', 2, 0, NULL}, {'a', 0, 0, "n"}}, 2,
	 BYTES("a = 1\r\nn = \"v\"\r\n")},
	{BYTES("b = 2\na = 1\0\0"), {{'r', 1, 0, NULL}, {'r', 2, 0, NULL}, {'a', 0, 0, "n"}}, 2,
	 BYTES("n = \"v\"\n")},
	/* it follows what else is put in at the end of the text */
	{BYTES("a = \"1"), {{'p', 6, 0, "\""}, {'a', 0, 0, "n"}}, 2,
	 BYTES("a = \"1\"\nn = \"v\"\n")},
	{BYTES("a = \"1\0"), {{'a', 0, 0, "n"}, {'p', 6, 0, "\""}}, 2,
	 BYTES("a = \"1\"\nn = \"v\"\n\0")},
	{BYTES(BOM "a = 1"), {{'p', 0, 3, ""}, {'a', 0, 0, "n"}, {'r', 1, 0, NULL}}, 3,
	 BYTES("n = \"v\"\n")},
};

static void a_settled_list_gives_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list_rows); i++) {
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(list_rows[i].text);
		for (size_t k = 0; k < MAX_STEPS && list_rows[i].steps[k].what != 0; k++)
			make_step(&edits, vmx, &list_rows[i].steps[k]);
		gv_edits_settle(&edits);
		if (edits.count != list_rows[i].count)
			fail_msg("row %zu: %zu edits are left", i, edits.count);
		assert_edited(&edits, list_rows[i].text, list_rows[i].want);
		gv_vmx_free(vmx);
	}
}

/* The line is appended at 5, within the removed range [0, 8) that covers the edit at 6. */
static void an_appended_line_shields_no_covered_edit(void **state)
{
	struct gv_span text = SPAN("a = 1\0\0\0");
	struct gv_vmx *vmx = parse(text);
	struct gv_edits edits = {0};
	(void)state;
	make_step(&edits, vmx, &(struct step){'r', 1, 0, NULL});
	make_step(&edits, vmx, &(struct step){'a', 0, 0, "n"});
	make_step(&edits, vmx, &(struct step){'p', 6, 1, "X"});
	assert_edited(&edits, text, SPAN("n = \"v\"\n"));
	gv_vmx_free(vmx);
}

static void a_removal_is_not_joined_to_one_before_the_mark(void **state)
{
	struct gv_span text = SPAN("a = 1\nb = 2\nc = 3\n");
	struct gv_vmx *vmx = parse(text);
	struct gv_edits edits = {0};
	(void)state;
	make_step(&edits, vmx, &(struct step){'r', 1, 0, NULL});
	edits.join_from = edits.count;
	make_step(&edits, vmx, &(struct step){'r', 2, 0, NULL});
	assert_int_equal(edits.count, 2);
	make_step(&edits, vmx, &(struct step){'r', 3, 0, NULL});
	assert_int_equal(edits.count, 2);
	assert_edited(&edits, text, SPAN(""));
	gv_vmx_free(vmx);
}

static void write_spells_a_value_that_is_meant_already(void **state)
{
	static const struct set_row rows[] = {
		{BYTES("a = 1 # x\n"), 1, BYTES("1"), BYTES("a = \"1\" # x\n")},
		{BYTES("a = \"|7c\"\n"), 1, BYTES("|"), BYTES("a = \"|7C\"\n")},
		{BYTES("a = x y\n"), 1, BYTES("z"), BYTES("a = \"z\"\n")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(rows[i].text);
		struct gv_line line = line_number(vmx, rows[i].line);
		gv_edits_write(&edits, &line, rows[i].value);
		assert_edited(&edits, rows[i].text, rows[i].want);
		gv_vmx_free(vmx);
	}
}

static void settling_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list_rows); i++) {
		struct gv_edits edits = {0};
		struct gv_vmx *vmx = parse(list_rows[i].text);
		for (size_t k = 0; k < MAX_STEPS && list_rows[i].steps[k].what != 0; k++)
			make_step(&edits, vmx, &list_rows[i].steps[k]);
		gv_edits_settle(&edits);
		struct gv_buf once = settled_text(&edits, list_rows[i].text);
		assert_edited(&edits, list_rows[i].text, gv_buf_span(&once));
		gv_buf_dispose(&once);
		gv_vmx_free(vmx);
	}
}

static void edits_of_a_part_give_that_part(void **state)
{
	struct gv_span text = SPAN("a = 1\nb = 2\nc = 3");
	struct gv_vmx *vmx = parse(text);
	struct gv_edits edits = {0};
	struct gv_buf out = {0};
	(void)state;
	make_step(&edits, vmx, &(struct step){'s', 1, 0, "x"});
	make_step(&edits, vmx, &(struct step){'s', 3, 0, "z"});
	make_step(&edits, vmx, &(struct step){'a', 0, 0, "n"});
	gv_edits_settle(&edits);
	gv_buf_text(&out, "kept ");
	assert_int_equal(gv_edits_apply_part(&edits, 1, 2, text, 6, text.len, &out, NULL), GV_OK);
	assert_span(gv_buf_span(&out), SPAN("kept b = 2\nc = \"z\"\nn = \"v\"\n"));
	gv_buf_dispose(&out);
	gv_edits_dispose(&edits);
	gv_vmx_free(vmx);
}

static void a_part_that_is_empty_needs_no_line_ending_before(void **state)
{
	struct gv_span text = SPAN("a = 1\nb = 2\n");
	struct gv_vmx *vmx = parse(text);
	struct gv_edits edits = {0};
	struct gv_buf out = {0};
	(void)state;
	make_step(&edits, vmx, &(struct step){'a', 0, 0, "n"});
	gv_buf_text(&out, "kept");
	assert_int_equal(gv_edits_apply_part(&edits, 0, 1, text, 12, 12, &out, NULL), GV_OK);
	assert_span(gv_buf_span(&out), SPAN("keptn = \"v\"\n"));
	gv_buf_dispose(&out);
	gv_edits_dispose(&edits);
	gv_vmx_free(vmx);
}

static void no_edits_give_the_same_bytes(void **state)
{
	struct gv_edits edits = {0};
	struct gv_buf out = {0};
	(void)state;
	assert_int_equal(gv_edits_apply(&edits, SPAN("a\0\xFF\r\r\n"), &out, NULL), GV_OK);
	assert_span(gv_buf_span(&out), SPAN("a\0\xFF\r\r\n"));
	assert_edited(&edits, (struct gv_span){0}, SPAN(""));
	gv_buf_dispose(&out);
}

static void edits_keep_copies_of_what_they_are_given(void **state)
{
	char with[] = "xyz";
	struct gv_edits edits = {0};
	(void)state;
	gv_edits_replace(&edits, 1, 1, (struct gv_span){with, 3});
	memset(with, '?', 3);
	assert_edited(&edits, SPAN("abc"), SPAN("axyzc"));
}

/* Random text: raw bytes, words of the grammar, or a sample with some bytes changed. */

static const struct gv_span samples[] = {
	BYTES(".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"21\"\n"
	      "mks.enable3d = \"FALSE\"\nvmotion.svga.supports3D = \"0\"\n"
	      "scsi0:0.present = TRUE\n"),
	BYTES(BOM "displayName = \"caf\xC3\xA9\" # x\r\nannotation = \"a|0D|0Ab|22\"\r\n"
	          "guestOS=other\r\nempty =\r\nEMPTY = \"\"\r\n"),
	BYTES("#!/usr/bin/vmware\ra = 1\r\rb = \"2\"\rb = \"x y\r= z\rno equals\ra = x y"),
	BYTES("displayName = \"\xB0\xA1\xC4\xE3\"\n a\t=\tb\"c#d\nmemsize = \"40\0\0\0\0\0\0\0\0"),
	BYTES("x = \"1\"\nx = \"2\"\r\nX = 3\ry = \xE2\x80\x9Cz\xE2\x80\x9D\n\x1A"),
	BYTES(""),
};

static const struct gv_span words[] = {
	BYTES("a"), BYTES("B"), BYTES("="), BYTES(" = "), BYTES("\""), BYTES("\"1\""), BYTES("#"),
	BYTES(" "), BYTES("\t"), BYTES("\n"), BYTES("\r"), BYTES("\r\n"), BYTES("\0"), BYTES("|22"),
	BYTES("|"), BYTES("a = \"1\"\n"), BYTES("b = x\r\n"), BYTES("A = \"x y"), BYTES(BOM),
	BYTES("\x1A"), BYTES("\x7F"), BYTES("\n\n"), BYTES("=\n"),
};

static size_t random_below(uint64_t *seed, size_t limit)
{
	return (size_t)((random_next(seed) >> 16) % limit);
}

static struct gv_buf random_words(uint64_t *seed)
{
	struct gv_buf text = {0};
	for (size_t i = random_below(seed, 30); i > 0; i--)
		gv_buf_add(&text, words[random_below(seed, COUNT(words))]);
	return text;
}

static struct gv_buf random_raw(uint64_t *seed)
{
	struct gv_buf text = {0};
	for (size_t i = random_below(seed, 80); i > 0; i--)
		gv_buf_char(&text, (char)random_next(seed));
	return text;
}

static struct gv_buf random_mutation(uint64_t *seed)
{
	struct gv_span sample = samples[random_below(seed, COUNT(samples))];
	struct gv_buf text = {0};
	for (size_t i = 0; i < sample.len; i++) {
		size_t luck = random_below(seed, 60);
		if (luck == 0)
			gv_buf_add(&text, words[random_below(seed, COUNT(words))]);
		if (luck == 1)
			gv_buf_char(&text, (char)random_next(seed));
		if (luck > 2)
			gv_buf_char(&text, sample.at[i]);
	}
	return text;
}

static struct gv_buf random_text(uint64_t *seed)
{
	size_t kind = random_below(seed, 5);
	return kind == 0 ? random_raw(seed) : kind < 3 ? random_words(seed) : random_mutation(seed);
}

/* Calls CHECK for many random documents, the same ones at every run. */
static void for_random_texts(void (*check)(const struct gv_vmx *vmx, uint64_t *seed))
{
	uint64_t seed = 4711;
	for (int round = 0; round < 4000; round++) {
		struct gv_buf text = random_text(&seed);
		struct gv_vmx *vmx = parse(gv_buf_span(&text));
		check(vmx, &seed);
		gv_vmx_free(vmx);
		gv_buf_dispose(&text);
	}
}

static void check_lines_tile(const struct gv_vmx *vmx, uint64_t *seed)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	struct gv_span text = gv_vmx_text(vmx);
	struct gv_line line = {0};
	size_t done = counts->bom ? 3 : 0;
	uint32_t lines = 0;
	uint32_t kinds[4] = {0};
	(void)seed;
	while (gv_vmx_next(vmx, &line)) {
		assert_int_equal(line.number, ++lines);
		assert_int_equal(line.start, done);
		assert_true(line.start <= line.text_end && line.text_end <= line.end);
		assert_true(line.start < line.end && line.end <= text.len);
		kinds[line.kind]++;
		done = line.end;
	}
	assert_int_equal(done, text.len);
	assert_int_equal(lines, counts->lines);
	assert_int_equal(kinds[GV_LINE_ENTRY], counts->entries);
	assert_int_equal(kinds[GV_LINE_MALFORMED], counts->malformed);
}

static void lines_cover_any_text_without_gap(void **state)
{
	(void)state;
	for_random_texts(check_lines_tile);
}

static void check_unedited(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_edits edits = {0};
	(void)seed;
	assert_edited(&edits, gv_vmx_text(vmx), gv_vmx_text(vmx));
}

static void any_unedited_text_is_written_as_it_was(void **state)
{
	(void)state;
	for_random_texts(check_unedited);
}

static void check_set_to_itself(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_line line = {0};
	struct gv_edits edits = {0};
	(void)seed;
	while (gv_vmx_next(vmx, &line)) {
		struct gv_buf value = {0};
		if (line.kind != GV_LINE_ENTRY)
			continue;
		gv_vmx_unescape(&value, line.value);
		gv_edits_set(&edits, &line, gv_buf_span(&value));
		gv_buf_dispose(&value);
	}
	assert_int_equal(edits.count, 0);
	assert_edited(&edits, gv_vmx_text(vmx), gv_vmx_text(vmx));
}

static void set_to_what_get_gives_changes_nothing(void **state)
{
	(void)state;
	for_random_texts(check_set_to_itself);
}

/* OLD with LINE's bytes changed is NEXT: all before and behind the line is the same. */
static void assert_others_kept(struct gv_span old, const struct gv_line *line, struct gv_span next)
{
	size_t behind = old.len - line->end;
	assert_true(next.len >= line->start + behind);
	assert_span(gv_span_part(next, 0, line->start), gv_span_part(old, 0, line->start));
	assert_span(gv_span_part(next, next.len - behind, next.len),
	            gv_span_part(old, line->end, old.len));
}

static void check_remove(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_span text = gv_vmx_text(vmx);
	struct gv_line line = {0};
	(void)seed;
	while (gv_vmx_next(vmx, &line)) {
		struct gv_edits edits = {0};
		gv_edits_remove(&edits, &line);
		struct gv_buf out = settled_text(&edits, text);
		assert_others_kept(text, &line, gv_buf_span(&out));
		assert_int_equal(out.len, text.len - (line.end - line.start));
		gv_buf_dispose(&out);
		gv_edits_dispose(&edits);
	}
}

static void removing_a_line_keeps_all_others(void **state)
{
	(void)state;
	for_random_texts(check_remove);
}

static struct gv_buf random_value(uint64_t *seed)
{
	struct gv_buf value = {0};
	for (size_t i = random_below(seed, 8); i > 0; i--)
		gv_buf_char(&value, (char)(1 + random_below(seed, 255)));
	return value;
}

/* After setting LINE of VMX to VALUE the line says so and no other byte has changed. */
static void assert_set(const struct gv_vmx *vmx, const struct gv_line *line, struct gv_span value)
{
	struct gv_span text = gv_vmx_text(vmx);
	struct gv_edits edits = {0};
	gv_edits_set(&edits, line, value);
	struct gv_buf out = settled_text(&edits, text);
	struct gv_vmx *after = parse(gv_buf_span(&out));
	struct gv_line now = line_number(after, line->number);
	assert_int_equal(now.kind, GV_LINE_ENTRY);
	assert_true(gv_vmx_means(now.value, value));
	assert_span(now.name, line->name);
	assert_others_kept(text, line, gv_buf_span(&out));
	assert_int_equal(gv_vmx_counts(after)->lines, gv_vmx_counts(vmx)->lines);
	gv_vmx_free(after);
	gv_buf_dispose(&out);
	gv_edits_dispose(&edits);
}

static void check_set(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		if (line.name.len == 0)
			continue;
		struct gv_buf value = random_value(seed);
		assert_set(vmx, &line, gv_buf_span(&value));
		gv_buf_dispose(&value);
	}
}

static void a_line_that_is_set_says_so_and_no_other_changes(void **state)
{
	(void)state;
	for_random_texts(check_set);
}

static void check_append(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_span text = gv_vmx_text(vmx);
	size_t at = gv_edits_append_at(vmx);
	struct gv_edits edits = {0};
	struct gv_buf value = random_value(seed);
	struct gv_line line;
	gv_edits_append(&edits, vmx, SPAN("new.name"), gv_buf_span(&value));
	struct gv_buf out = settled_text(&edits, text);
	struct gv_span now = gv_buf_span(&out);
	struct gv_vmx *after = parse(now);
	assert_true(gv_vmx_find(after, SPAN("NEW.NAME"), &line));
	assert_true(gv_vmx_means(line.value, gv_buf_span(&value)));
	assert_span(gv_span_part(now, 0, at), gv_span_part(text, 0, at));
	assert_span(gv_span_part(now, line.end, now.len), gv_span_part(text, at, text.len));
	gv_vmx_free(after);
	gv_buf_dispose(&out);
	gv_buf_dispose(&value);
	gv_edits_dispose(&edits);
}

static void an_appended_line_is_found_and_no_other_changes(void **state)
{
	(void)state;
	for_random_texts(check_append);
}

/* The first line called as LINE is, from the top. */
static uint32_t first_called(const struct gv_vmx *vmx, struct gv_span name)
{
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		if (line.kind == GV_LINE_ENTRY && gv_span_equal_nocase(line.name, name))
			return line.number;
	}
	return 0;
}

static void check_find(const struct gv_vmx *vmx, uint64_t *seed)
{
	struct gv_line line = {0};
	uint32_t repeats = 0;
	(void)seed;
	while (gv_vmx_next(vmx, &line)) {
		struct gv_line found;
		if (line.kind != GV_LINE_ENTRY)
			continue;
		assert_true(gv_vmx_find(vmx, line.name, &found));
		assert_int_equal(found.number, first_called(vmx, line.name));
		if (found.number == line.number)
			continue;
		assert_true(gv_vmx_duplicate(vmx, repeats++, &found, &found));
	}
	assert_int_equal(repeats, gv_vmx_counts(vmx)->duplicates);
}

static void names_are_found_as_a_walk_finds_them(void **state)
{
	(void)state;
	for_random_texts(check_find);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_changes_the_bytes_of_the_value_only),
		cmocka_unit_test(remove_takes_the_line_with_its_ending),
		cmocka_unit_test(append_goes_to_the_end_that_is_read),
		cmocka_unit_test(a_mark_alone_is_no_line_to_complete),
		cmocka_unit_test(an_appended_value_is_escaped),
		cmocka_unit_test(a_settled_list_gives_the_text),
		cmocka_unit_test(an_appended_line_shields_no_covered_edit),
		cmocka_unit_test(a_removal_is_not_joined_to_one_before_the_mark),
		cmocka_unit_test(write_spells_a_value_that_is_meant_already),
		cmocka_unit_test(settling_twice_changes_nothing),
		cmocka_unit_test(edits_of_a_part_give_that_part),
		cmocka_unit_test(a_part_that_is_empty_needs_no_line_ending_before),
		cmocka_unit_test(no_edits_give_the_same_bytes),
		cmocka_unit_test(edits_keep_copies_of_what_they_are_given),
		cmocka_unit_test(lines_cover_any_text_without_gap),
		cmocka_unit_test(any_unedited_text_is_written_as_it_was),
		cmocka_unit_test(set_to_what_get_gives_changes_nothing),
		cmocka_unit_test(removing_a_line_keeps_all_others),
		cmocka_unit_test(a_line_that_is_set_says_so_and_no_other_changes),
		cmocka_unit_test(an_appended_line_is_found_and_no_other_changes),
		cmocka_unit_test(names_are_found_as_a_walk_finds_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
