#include "support.h"

#include <gpuvirt/finding.h>

#include "repair/evaluate.h"

#define RULE(key, ensure, rest) \
	"  - id: r\n    summary: why so\n    severity: error\n    key: " key \
	"\n    ensure: " ensure "\n" rest
#define FIX "    apply: fix\n"
#define ADVISE "    apply: advise\n"
#define WHEN(condition) FIX "    when: ['" condition "']\n"

/* Rules x document = findings, and document + their edits = text. */
struct row {
	const char *rules;
	const char *text;
	const char *findings; /* "line:column: severity: message [rule]" each */
	const char *after;    /* NULL: as before */
};

static void read_rules(struct gv_rules *rules, const char *list)
{
	struct gv_buf pack = {0};
	struct gv_error err = {0};
	gv_buf_format(&pack, "pack: p\nrules:\n%s", list);
	if (gv_rules_add(rules, gv_buf_span(&pack), &err) != GV_OK)
		fail_msg("%s: %u: %s", pack.at, err.line, err.message);
	gv_buf_dispose(&pack);
}

static struct gv_buf show(const struct gv_findings *findings)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, "");
	for (size_t i = 0; i < findings->count; i++) {
		const struct gv_finding *finding = &findings->at[i];
		gv_buf_format(&text, "%u:%u: %s: %s [%s]\n", finding->line, finding->column,
		              gv_severity_name(finding->severity), finding->message,
		              finding->rule);
	}
	assert_false(findings->failed || text.failed);
	return text;
}

static struct gv_buf edited(struct gv_findings *findings, struct gv_span text)
{
	struct gv_buf after = {0};
	struct gv_error err = {0};
	gv_edits_settle(&findings->edits);
	assert_int_equal(gv_edits_apply(&findings->edits, text, &after, &err), GV_OK);
	return after;
}

static void assert_shown(const struct row *row, struct gv_span have, const char *want)
{
	if (!gv_span_equal(have, gv_span_of(want)))
		print_error("%swith\n%s\n", row->rules, row->text);
	assert_span(have, gv_span_of(want));
}

static void assert_row(const struct row *row)
{
	struct gv_rules rules = {0};
	struct gv_vmx *vmx = NULL;
	struct gv_findings findings = {0};
	struct gv_error err = {0};
	struct gv_span text = gv_span_of(row->text);
	read_rules(&rules, row->rules);
	assert_int_equal(gv_vmx_parse(&vmx, text, &err), GV_OK);
	gv_evaluate(&findings, vmx, &rules);
	struct gv_buf shown = show(&findings);
	struct gv_buf after = edited(&findings, text);
	assert_shown(row, gv_buf_span(&shown), row->findings);
	assert_shown(row, gv_buf_span(&after), row->after == NULL ? row->text : row->after);
	gv_buf_dispose(&after);
	gv_buf_dispose(&shown);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	gv_rules_dispose(&rules);
}

static void assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_row(&rows[i]);
}

static void equals_leaves_exactly_one_entry_with_the_value(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a.key", "equals TRUE", FIX), "x = \"1\"\n",
		 "2:1: error: a.key is missing, must be \"TRUE\": why so [r]\n",
		 "x = \"1\"\na.key = \"TRUE\"\n"},
		{RULE("a.key", "equals TRUE", FIX), "x = \"1\"",
		 "2:1: error: a.key is missing, must be \"TRUE\": why so [r]\n",
		 "x = \"1\"\na.key = \"TRUE\"\n"},
		{RULE("a.key", "equals TRUE", FIX), "x = \"1\"\r\n",
		 "2:1: error: a.key is missing, must be \"TRUE\": why so [r]\n",
		 "x = \"1\"\r\na.key = \"TRUE\"\r\n"},
		{RULE("a.key", "equals TRUE", FIX), "a.key = \"TRUE\"\n", "", NULL},
		{RULE("a.key", "equals TRUE", FIX), "A.KEY=TRUE # fine\n", "", NULL},
		{RULE("a.key", "equals TRUE", FIX), "a.key = \"|54RUE\"\n", "", NULL},
		{RULE("a.key", "equals TRUE", FIX), "x = \"\"\n\ta.key  =\t\"FALSE\" # why\n",
		 "2:12: error: a.key is \"FALSE\", must be \"TRUE\": why so [r]\n",
		 "x = \"\"\n\ta.key  =\t\"TRUE\" # why\n"},
		{RULE("a.key", "equals TRUE", FIX), "a.key = FALSE\n",
		 "1:9: error: a.key is \"FALSE\", must be \"TRUE\": why so [r]\n",
		 "a.key = \"TRUE\"\n"},
		{RULE("a.key", "equals TRUE", FIX), "a.key =\n",
		 "1:8: error: a.key is \"\", must be \"TRUE\": why so [r]\n",
		 "a.key =\"TRUE\"\n"},
		/* exact, as the file shall read */
		{RULE("a.key", "equals TRUE", FIX), "a.key = \"true\"\n",
		 "1:10: error: a.key is \"true\", must be \"TRUE\": why so [r]\n",
		 "a.key = \"TRUE\"\n"},
		{RULE("a.key", "equals TRUE", FIX), "a.key = \" TRUE\"\n",
		 "1:10: error: a.key is \" TRUE\", must be \"TRUE\": why so [r]\n",
		 "a.key = \"TRUE\"\n"},
		{RULE("a.key", "equals TRUE", FIX), "a.key = \"TRUE \"\n",
		 "1:10: error: a.key is \"TRUE \", must be \"TRUE\": why so [r]\n",
		 "a.key = \"TRUE\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void equals_removes_repeats(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "equals 1", FIX), "a = \"1\"\nb = \"2\"\nA = \"1\"\n",
		 "1:6: error: a stands 2 times, must be \"1\": why so [r]\n",
		 "a = \"1\"\nb = \"2\"\n"},
		{RULE("a", "equals 1", FIX), "A = \"2\"\nb = \"2\"\na = \"1\"\n",
		 "1:6: error: a stands 2 times, must be \"1\": why so [r]\n",
		 "A = \"1\"\nb = \"2\"\n"},
		{RULE("a", "equals 1", FIX), "a = \"1\"\na = \"2\"\na = \"3\"\n",
		 "2:6: error: a stands 3 times, must be \"1\": why so [r]\n", "a = \"1\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void equals_mends_malformed_lines_of_its_name(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "equals 1", FIX), "a = \"1\n",
		 "1:5: error: a stands on a malformed line, must be \"1\": why so [r]\n",
		 "a = \"1\"\n"},
		{RULE("a", "equals 1", FIX), "a = 1 2 # c\nb = \"\"\n",
		 "1:5: error: a stands on a malformed line, must be \"1\": why so [r]\n",
		 "a = \"1\"\nb = \"\"\n"},
		{RULE("a", "equals 1", FIX), "b = \"x\nA = \"1\" x\na = \"1\"\n",
		 "2:5: error: a stands 2 times, must be \"1\": why so [r]\n",
		 "b = \"x\nA = \"1\"\n"},
		{RULE("a", "equals 1", FIX), "a = \"1\"\na = \"1\n",
		 "2:5: error: a stands 2 times, must be \"1\": why so [r]\n", "a = \"1\"\n"},
		/* a line whose name cannot be told is nobody's */
		{RULE("a", "equals 1", FIX), "a \"1\"\n",
		 "2:1: error: a is missing, must be \"1\": why so [r]\n",
		 "a \"1\"\na = \"1\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void patterns_want_their_value_of_every_name(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a.*", "equals 1", FIX), "b = \"2\"\n", "", NULL},
		{RULE("a.*", "equals 1", FIX), "a.x = \"1\"\na = \"2\"\nab = \"2\"\n", "", NULL},
		{RULE("a.*", "equals 1", FIX), "a.x = \"1\"\nA.y = \"2\"\na. = \"3\"\n",
		 "2:8: error: 2 a.* keys, must be \"1\": why so [r]\n",
		 "a.x = \"1\"\nA.y = \"1\"\na. = \"1\"\n"},
		{RULE("a.*", "equals 1", FIX), "a.x = \"2\"\n",
		 "1:8: error: 1 a.* key, must be \"1\": why so [r]\n", "a.x = \"1\"\n"},
		{RULE("a.*", "one-of 1 2", FIX), "a.x = \"2\"\na.y = \"3\"\n",
		 "2:8: error: 1 a.* key, must be one of \"1\", \"2\": why so [r]\n",
		 "a.x = \"2\"\na.y = \"1\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void absent_removes_whole_lines(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "absent", FIX), "b = \"1\"\naa = \"1\"\n", "", NULL},
		{RULE("a", "absent", FIX), "b = \"1\"\n  A = \"x\" # gone\r\nc = \"1\"",
		 "2:3: error: a is \"x\", must be absent: why so [r]\n",
		 "b = \"1\"\nc = \"1\""},
		{RULE("a", "absent", FIX), "a = \"1\"\nb = \"\"\na = \"2\"",
		 "1:1: error: a stands 2 times, must be absent: why so [r]\n", "b = \"\"\n"},
		{RULE("a", "absent", FIX), "a = \"1\nb = \"\"\n",
		 "1:1: error: a stands on a malformed line, must be absent: why so [r]\n",
		 "b = \"\"\n"},
		{RULE("vmotion.svga.*", "absent", FIX),
		 "vmotion.checkpointFBSize = \"1\"\nvmotion.svga.a = \"1\"\n"
		 "VMotion.SVGA.b = \"1\"\nvmotion.svga = \"1\"\nvmotion.svga.c = \"1\n",
		 "2:1: error: 3 vmotion.svga.* keys, must be absent: why so [r]\n",
		 "vmotion.checkpointFBSize = \"1\"\nvmotion.svga = \"1\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void one_of_accepts_each_and_writes_the_first(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "one-of 2 1", FIX), "a = \"1\"\n", "", NULL},
		{RULE("a", "one-of 2 1", FIX), "a = \"2\"\n", "", NULL},
		{RULE("a", "one-of 2 1", FIX), "a = \"3\"\n",
		 "1:6: error: a is \"3\", must be one of \"2\", \"1\": why so [r]\n",
		 "a = \"2\"\n"},
		{RULE("a", "one-of 2 1", FIX), "",
		 "1:1: error: a is missing, must be one of \"2\", \"1\": why so [r]\n",
		 "a = \"2\"\n"},
		{RULE("a", "one-of 2", FIX), "a = \"2 1\"\n",
		 "1:6: error: a is \"2 1\", must be \"2\": why so [r]\n", "a = \"2\"\n"},
		{RULE("a", "one-of 2 1", FIX), "a = \"1\"\na = \"2\"\n",
		 "1:6: error: a stands 2 times, must be one of \"2\", \"1\": why so [r]\n",
		 "a = \"1\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void present_asks_for_any_entry(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "present", ADVISE), "A =\n", "", NULL},
		{RULE("a", "present", ADVISE), "b = \"\"\n",
		 "2:1: error: a is missing, should be present: why so [r]\n", NULL},
		{RULE("a", "present", ADVISE), "a = \"x\n",
		 "1:1: error: a stands on a malformed line, should be present: why so [r]\n",
		 NULL},
	};
	assert_rows(rows, COUNT(rows));
}

static void advice_is_told_and_not_done(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "equals 1", ADVISE), "a = \"2\"\n",
		 "1:6: error: a is \"2\", should be \"1\": why so [r]\n", NULL},
		{RULE("a", "equals 1", ADVISE), "b = \"\"\n",
		 "2:1: error: a is missing, should be \"1\": why so [r]\n", NULL},
		{RULE("a.*", "absent", ADVISE), "a.b = \"\"\n",
		 "1:1: error: 1 a.* key, should be absent: why so [r]\n", NULL},
	};
	assert_rows(rows, COUNT(rows));
}

/* The rule is always violated; it speaks when its conditions hold. */
static void conditions_decide_whether_a_rule_speaks(void **state)
{
	(void)state;
	static const struct {
		const char *rules;
		const char *text;
		bool speaks;
	} rows[] = {
#define IF(condition) RULE("z", "present", ADVISE "    when: ['" condition "']\n")
		{IF("k equals TRUE"), "k = \"TRUE\"\n", true},
		{IF("k equals TRUE"), "K = true\n", true},
		{IF("k equals TRUE"), "k = \" TRUE\t\"\n", true},
		{IF("k equals TRUE"), "k = \"TRUE1\"\n", false},
		{IF("k equals TRUE"), "k = \"|54RUE\"\n", true},
		{IF("k equals TRUE"), "x = \"1\"\n", false},
		{IF("k starts-with darwin"), "k = \"Darwin20-64\"\n", true},
		{IF("k starts-with darwin"), "k = \" darwin\"\n", true},
		{IF("k starts-with darwin"), "k = \"dar\"\n", false},
		{IF("k starts-with darwin"), "k = \"xdarwin\"\n", false},
		{IF("k starts-with darwin"), "", false},
		{IF("k below 18"), "k = \"17\"\n", true},
		{IF("k below 18"), "k = \" 17 \"\n", true},
		{IF("k below 18"), "k = 0\n", true},
		{IF("k below 18"), "k = \"18\"\n", false},
		{IF("k below 18"), "k = \"100\"\n", false},
		{IF("k below 18"), "k = \"\"\n", false},
		{IF("k below 18"), "k = \"7x\"\n", false},
		{IF("k below 18"), "k = \"-1\"\n", false},
		{IF("k below 18"), "k = \"1 7\"\n", false},
		{IF("k below 18"), "k = \"18446744073709551617\"\n", false},
		{IF("k below 18"), "x = \"1\"\n", false},
		{IF("k above 17"), "k = \"18\"\n", true},
		{IF("k above 17"), "k = \"17\"\n", false},
		{IF("k above 17"), "k = \"18 \"\n", true},
		{IF("k above 17"), "k = \"x18\"\n", false},
		{IF("k above 17"), "", false},
		{IF("k present"), "K =\n", true},
		{IF("k present"), "kk = \"1\"\n", false},
		{IF("k present"), "k = \"x\n", false},
		{IF("k absent"), "kk = \"1\"\n", true},
		{IF("k absent"), "K =\n", false},
		/* of several the last decides */
		{IF("k equals 2"), "k = \"1\"\nk = \"3\"\nk = \"2\"\n", true},
		{IF("k equals 1"), "k = \"1\"\nk = \"2\"\n", false},
		{IF("k present', 'l below 5"), "k = \"1\"\nl = \"4\"\n", true},
		{IF("k present', 'l below 5"), "k = \"1\"\nl = \"5\"\n", false},
		{IF("k present', 'l below 5"), "l = \"4\"\n", false},
#undef IF
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_rules rules = {0};
		struct gv_vmx *vmx = NULL;
		struct gv_findings findings = {0};
		read_rules(&rules, rows[i].rules);
		assert_int_equal(gv_vmx_parse(&vmx, gv_span_of(rows[i].text), NULL), GV_OK);
		gv_evaluate(&findings, vmx, &rules);
		if (findings.count != (rows[i].speaks ? 1 : 0))
			fail_msg("%s with %s", rows[i].rules, rows[i].text);
		gv_findings_dispose(&findings);
		gv_vmx_free(vmx);
		gv_rules_dispose(&rules);
	}
}

static void rules_are_fixed_only_under_their_conditions(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "equals 1", WHEN("b equals 1")), "b = \"1\"\n",
		 "2:1: error: a is missing, must be \"1\": why so [r]\n",
		 "b = \"1\"\na = \"1\"\n"},
		{RULE("a", "equals 1", WHEN("b equals 1")), "b = \"2\"\n", "", NULL},
	};
	assert_rows(rows, COUNT(rows));
}

#define TELLS \
	FIX "    tell:\n      - when: t equals 1\n        say: t is one\n" \
	"      - when: t absent\n        say: t is gone\n" \
	"      - when: u present\n        say: u is there\n"

static void messages_tell_what_else_holds(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "absent", TELLS), "a = \"\"\nt = \"1\"\n",
		 "1:1: error: a is \"\", must be absent: why so; t is one [r]\n",
		 "t = \"1\"\n"},
		{RULE("a", "absent", TELLS), "a = \"\"\nt = \"2\"\n",
		 "1:1: error: a is \"\", must be absent: why so [r]\n", "t = \"2\"\n"},
		{RULE("a", "absent", TELLS), "a = \"\"\nu = \"\"\n",
		 "1:1: error: a is \"\", must be absent: why so; t is gone; u is there [r]\n",
		 "u = \"\"\n"},
		{RULE("a", "absent", TELLS), "t = \"1\"\n", "", NULL},
	};
	assert_rows(rows, COUNT(rows));
}

static void severities_are_those_of_the_rules(void **state)
{
	(void)state;
	static const struct row row = {
		"  - {id: n, summary: s, severity: note, key: a, ensure: present, apply: advise}\n"
		"  - {id: w, summary: s, severity: warning, key: b, ensure: present, "
		"apply: advise}\n"
		"  - {id: e, summary: s, severity: error, key: c, ensure: present, "
		"apply: advise}\n",
		"",
		"1:1: note: a is missing, should be present: s [n]\n"
		"1:1: warning: b is missing, should be present: s [w]\n"
		"1:1: error: c is missing, should be present: s [e]\n",
		NULL,
	};
	assert_row(&row);
}

static void fixes_are_marked_safe_and_advice_as_none(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	struct gv_vmx *vmx = NULL;
	struct gv_findings findings = {0};
	read_rules(&rules,
	           "  - {id: a, summary: s, severity: note, key: a, ensure: equals 1, apply: fix}\n"
	           "  - {id: b, summary: s, severity: note, key: b, ensure: equals 1, "
	           "apply: advise}\n");
	assert_int_equal(gv_vmx_parse(&vmx, SPAN("x = \"1\"\n"), NULL), GV_OK);
	gv_evaluate(&findings, vmx, &rules);
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.at[0].fix, GV_FIX_SAFE);
	assert_int_equal(findings.at[0].edit_count, 1);
	assert_int_equal(findings.at[1].fix, GV_FIX_NONE);
	assert_int_equal(findings.at[1].edit_count, 0);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	gv_rules_dispose(&rules);
}

/* Values are shown in UTF-8, cut and without controls; written values are escaped. */
static void values_are_shown_safely_and_written_escaped(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{RULE("a", "absent", FIX), ".encoding = \"GBK\"\na = \"\xCE\xBB\x1B[2J\"\n",
		 "2:1: error: a is \"\xE4\xBD\x8D\\x1B[2J\", must be absent: why so [r]\n",
		 ".encoding = \"GBK\"\n"},
		{RULE("a", "absent", FIX),
		 "a = \"0123456789012345678901234567890123456789012345678901234567890123456789\"",
		 "1:1: error: a is \"012345678901234567890123456789012345678901234567890123456789..."
		 "\", must be absent: why so [r]\n", ""},
		{RULE("a", "'equals x|y\"z'", FIX), "",
		 "1:1: error: a is missing, must be \"x|y\"z\": why so [r]\n",
		 "a = \"x|7Cy|22z\"\n"},
		{RULE("a", "'equals x|y\"z'", FIX), "a = \"x|7cy|22z\"\n", "", NULL},
		{RULE("a", "'equals x|22z'", FIX), "a = \"x|22z\"\n",
		 "1:6: error: a is \"x|22z\", must be \"x|22z\": why so [r]\n",
		 "a = \"x|7C22z\"\n"},
	};
	assert_rows(rows, COUNT(rows));
}

static void several_rules_are_evaluated_in_their_order(void **state)
{
	(void)state;
	static const struct row row = {
		"  - {id: one, summary: s, severity: note, key: b, ensure: equals 1, apply: fix}\n"
		"  - {id: two, summary: s, severity: note, key: a, ensure: absent, apply: fix}\n"
		"  - {id: three, summary: s, severity: note, key: c, ensure: equals 3, "
		"apply: fix}\n",
		"a = \"1\"\nc = \"4\"\n",
		"3:1: note: b is missing, must be \"1\": s [one]\n"
		"1:1: note: a is \"1\", must be absent: s [two]\n"
		"2:6: note: c is \"4\", must be \"3\": s [three]\n",
		"c = \"3\"\nb = \"1\"\n",
	};
	assert_row(&row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_leaves_exactly_one_entry_with_the_value),
		cmocka_unit_test(equals_removes_repeats),
		cmocka_unit_test(equals_mends_malformed_lines_of_its_name),
		cmocka_unit_test(patterns_want_their_value_of_every_name),
		cmocka_unit_test(absent_removes_whole_lines),
		cmocka_unit_test(one_of_accepts_each_and_writes_the_first),
		cmocka_unit_test(present_asks_for_any_entry),
		cmocka_unit_test(advice_is_told_and_not_done),
		cmocka_unit_test(conditions_decide_whether_a_rule_speaks),
		cmocka_unit_test(rules_are_fixed_only_under_their_conditions),
		cmocka_unit_test(messages_tell_what_else_holds),
		cmocka_unit_test(severities_are_those_of_the_rules),
		cmocka_unit_test(fixes_are_marked_safe_and_advice_as_none),
		cmocka_unit_test(values_are_shown_safely_and_written_escaped),
		cmocka_unit_test(several_rules_are_evaluated_in_their_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
