/* report/fingerprint.h: the hash, what goes in, and what does not. */
#include "support.h"

#include "report/fingerprint.h"

static void assert_print(struct gv_fingerprint have, const char *want)
{
	char digits[GV_FINGERPRINT_SIZE];
	gv_fingerprint_show(digits, have);
	assert_string_equal(digits, want);
}

/* The values of the method's authors, and for 0xFF of another implementation. */
static void hash_is_fnv1a_of_128_bits(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"", "6c62272e07bb014262b821756295c58d"},
		{"a", "d228cb696f1a8caf78912b704e4a8964"},
		{"foobar", "343e1662793c64bf6f0d3597ba446f18"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_print(gv_fingerprint_add(gv_fingerprint_start(), gv_span_of(rows[i].text)),
		             rows[i].want);
	char high[100];
	memset(high, 0xFF, sizeof high);
	assert_print(gv_fingerprint_add(gv_fingerprint_start(),
	                                (struct gv_span){high, sizeof high}),
	             "16f54af15c2a766199d8061083912b69");
}

static void digits_are_read_back(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"", "343e1662793c64bf6f0d3597ba446f1", "343e1662793c64bf6f0d3597ba446f180",
		"343E1662793c64bf6f0d3597ba446f18", "343e1662793c64bf6f0d3597ba446f1 ",
		"0x3e1662793c64bf6f0d3597ba446f18",
	};
	struct gv_fingerprint read;
	assert_true(gv_fingerprint_read(&read, "343e1662793c64bf6f0d3597ba446f18"));
	assert_print(read, "343e1662793c64bf6f0d3597ba446f18");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(gv_fingerprint_read(&read, wrong[i]));
	assert_print(read, "343e1662793c64bf6f0d3597ba446f18");
}

/* One finding of RULE at LINE of TEXT, for tables. */
struct row {
	const char *rule;
	uint32_t line;
	struct gv_span text;
	const char *path;
};

static struct gv_fingerprint print_of(const struct row *row)
{
	struct gv_finding finding = {.rule = row->rule, .line = row->line, .column = 1};
	struct gv_reported reported = {.finding = &finding, .text = row->text};
	assert_true(gv_fingerprint_findings(&reported, 1, gv_span_of(row->path)));
	return reported.fingerprint;
}

#define TEXT(literal) {(literal), sizeof(literal) - 1}

static void same_finding_has_the_same(void **state)
{
	(void)state;
	static const struct row rows[][2] = {
		{{"r", 1, TEXT("a = \"1\"\n"), "x"}, {"r", 3, TEXT("#\n#\r\na = \"1\""), "x"}},
		{{"r", 1, TEXT("a = \"1\"\n"), "x"}, {"r", 1, TEXT("\ta=  \"1\" \r\nb\n"), "x"}},
		/* What is missing stands nowhere. */
		{{"r", 2, TEXT("a\n"), "x"}, {"r", 4, TEXT("a\nb\nc"), "x"}},
		/* These are about the file, wherever they are shown. */
		{{"missing-config-version", 1, TEXT("a"), "x"},
	         {"missing-config-version", 1, TEXT("b"), "x"}},
		{{"byte-order-mark", 1, TEXT("\xEF\xBB\xBF" "a"), "x"},
	         {"byte-order-mark", 1, TEXT("\xEF\xBB\xBF" "b"), "x"}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (gv_fingerprint_compare(print_of(&rows[i][0]), print_of(&rows[i][1])) != 0)
			fail_msg("row %zu", i);
	}
}

static void other_finding_has_another(void **state)
{
	(void)state;
	static const struct row rows[][2] = {
		{{"r", 1, TEXT("a"), "x"}, {"q", 1, TEXT("a"), "x"}},
		{{"r", 1, TEXT("a"), "x"}, {"r", 1, TEXT("a"), "y"}},
		{{"r", 1, TEXT("a"), "x"}, {"r", 1, TEXT("b"), "x"}},
		{{"r", 1, TEXT("a"), "x"}, {"r", 2, TEXT("a"), "x"}},
		{{"rx", 1, TEXT("a"), "y"}, {"r", 1, TEXT("a"), "xy"}},
		{{"r", 1, TEXT("ya"), "x"}, {"r", 1, TEXT("a"), "xy"}},
		{{"malformed-line", 1, TEXT("a"), "x"}, {"malformed-line", 1, TEXT("b"), "x"}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (gv_fingerprint_compare(print_of(&rows[i][0]), print_of(&rows[i][1])) == 0)
			fail_msg("row %zu", i);
	}
}

/* So that no version changes what baselines hold; the values are of another implementation. */
static void what_goes_in_is_fixed(void **state)
{
	(void)state;
	struct row missing = {"enable-3d", 2, TEXT("a\n"), "a.vmx"};
	assert_print(print_of(&missing), "c409022bc2dbb4943654d78d44c2a9fc");
	struct row first = {"duplicate-name", 1, TEXT("K = \"2\""), "x/a.vmx"};
	assert_print(print_of(&first), "8a975dd0c0b7e73fd0c79f0195e66c71");
}

static void equals_are_numbered_as_they_stand(void **state)
{
	(void)state;
	static const struct gv_finding findings[] = {
		{.rule = "duplicate-name", .line = 2, .column = 1},
		{.rule = "other", .line = 2, .column = 1},
		{.rule = "duplicate-name", .line = 3, .column = 1},
		{.rule = "duplicate-name", .line = 4, .column = 1},
	};
	struct gv_reported reported[COUNT(findings)];
	for (size_t i = 0; i < COUNT(findings); i++)
		reported[i] = (struct gv_reported){
			.finding = &findings[i],
			.text = SPAN("K = \"1\"\nK = \"2\"\nK=\"2\"\nK = \"3\"\n"),
		};
	assert_true(gv_fingerprint_findings(reported, COUNT(findings), SPAN("x/a.vmx")));
	assert_print(reported[0].fingerprint, "8a975dd0c0b7e73fd0c79f0195e66c71");
	assert_print(reported[2].fingerprint, "8a975dd0bdb7e73fd0c79f0195e668c0");
	for (size_t i = 0; i < COUNT(findings); i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(gv_fingerprint_compare(reported[i].fingerprint,
			                                            reported[j].fingerprint),
			                     0);
	}
}

/* Of a line without end the beginning goes in, so that many findings on it cost little. */
static void long_line_counts_by_its_beginning(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	for (int i = 0; i < GV_FINGERPRINT_LINE; i++)
		gv_buf_char(&text, 'x');
	struct row row = {"r", 1, gv_buf_span(&text), "x"};
	struct gv_fingerprint cut = print_of(&row);
	gv_buf_text(&text, "y");
	row.text = gv_buf_span(&text);
	assert_int_equal(gv_fingerprint_compare(print_of(&row), cut), 0);
	text.at[GV_FINGERPRINT_LINE - 1] = 'y';
	assert_int_not_equal(gv_fingerprint_compare(print_of(&row), cut), 0);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_is_fnv1a_of_128_bits),
		cmocka_unit_test(digits_are_read_back),
		cmocka_unit_test(same_finding_has_the_same),
		cmocka_unit_test(other_finding_has_another),
		cmocka_unit_test(what_goes_in_is_fixed),
		cmocka_unit_test(equals_are_numbered_as_they_stand),
		cmocka_unit_test(long_line_counts_by_its_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
