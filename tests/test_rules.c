#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include <gpuvirt/rules.h>

/* Adds PACK to RULES and returns the message as "line:column: message", the caller's to free. */
static char *complaint_about(struct gv_rules *rules, struct gv_span pack)
{
	struct gv_error err = {0};
	struct gv_buf text = {0};
	enum gv_status status = gv_rules_add(rules, pack, &err);
	assert_int_equal(status, err.status);
	if (status == GV_EPARSE)
		gv_buf_format(&text, "%u:%u: %s", err.line, err.column, err.message);
	else
		gv_buf_text(&text, gv_status_name(status));
	assert_false(text.failed);
	return text.at;
}

static void assert_complaint(struct gv_span pack, const char *want)
{
	struct gv_rules rules = {0};
	char *have = complaint_about(&rules, pack);
	assert_string_equal(have, want);
	free(have);
	gv_rules_dispose(&rules);
}

static void add(struct gv_rules *rules, struct gv_span pack)
{
	char *have = complaint_about(rules, pack);
	assert_string_equal(have, "ok");
	free(have);
}

/* Calls EACH for every file of fixtures/rules/FOLDER that ends in ENDING; returns their number. */
static size_t walk(const char *folder, const char *ending, void (*each)(const char *path))
{
	char *parent = path_join(FIXTURES "/rules", folder);
	DIR *dir = opendir(parent);
	size_t count = 0;
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (!gv_span_ends_nocase(gv_span_of(entry->d_name), gv_span_of(ending)))
			continue;
		char *path = path_join(parent, entry->d_name);
		each(path);
		free(path);
		count++;
	}
	closedir(dir);
	free(parent);
	return count;
}

static struct gv_buf read_beside(const char *path, const char *ending)
{
	struct gv_buf other = {0};
	gv_buf_add(&other, (struct gv_span){path, strlen(path) - strlen(".yaml")});
	gv_buf_text(&other, ending);
	struct gv_buf text = file_read(other.at);
	gv_buf_dispose(&other);
	return text;
}

static size_t failures;

/* Goes on after a difference, so that one run shows all of them. */
static void check_bad(const char *path)
{
	struct gv_rules rules = {0};
	struct gv_buf pack = file_read(path);
	struct gv_buf want = read_beside(path, ".expect");
	char *have = complaint_about(&rules, gv_buf_span(&pack));
	size_t len = strlen(have);
	if (len + 1 != want.len || memcmp(have, want.at, len) != 0 || want.at[len] != '\n') {
		fprintf(stderr, "%s\n  have: %s\n  want: %s", path, have, want.at);
		failures++;
	}
	free(have);
	gv_rules_dispose(&rules);
	gv_buf_dispose(&want);
	gv_buf_dispose(&pack);
}

static void bad_packs_are_refused_with_place_and_reason(void **state)
{
	(void)state;
	failures = 0;
	size_t count = walk("bad", ".yaml", check_bad);
	assert_true(count > 100);
	assert_int_equal(failures, 0);
}

static void pass_over(const char *path)
{
	(void)path;
}

static void check_has_pack(const char *path)
{
	struct gv_buf pack = {0};
	gv_buf_add(&pack, (struct gv_span){path, strlen(path) - strlen(".expect")});
	gv_buf_text(&pack, ".yaml");
	FILE *file = fopen(pack.at, "rb");
	assert_non_null(file);
	fclose(file);
	gv_buf_dispose(&pack);
}

static void every_file_of_the_bad_packs_is_used(void **state)
{
	(void)state;
	size_t expectations = walk("bad", ".expect", check_has_pack);
	size_t packs = walk("bad", ".yaml", pass_over);
	assert_int_equal(expectations, packs);
	assert_int_equal(folder_count(FIXTURES "/rules/bad"), expectations + packs);
	assert_int_equal(folder_count(FIXTURES "/rules/good"), walk("good", ".yaml", pass_over));
}

static void check_good(const char *path)
{
	struct gv_rules rules = {0};
	struct gv_buf pack = file_read(path);
	char *have = complaint_about(&rules, gv_buf_span(&pack));
	if (strcmp(have, "ok") != 0 || rules.count == 0) {
		fprintf(stderr, "%s: %s\n", path, have);
		failures++;
	}
	free(have);
	gv_rules_dispose(&rules);
	gv_buf_dispose(&pack);
}

static void good_packs_load(void **state)
{
	(void)state;
	failures = 0;
	size_t count = walk("good", ".yaml", check_good);
	assert_true(count >= 20);
	assert_int_equal(failures, 0);
}

static void an_empty_span_is_an_empty_file(void **state)
{
	(void)state;
	assert_complaint((struct gv_span){0}, "1:1: the file is empty");
}

static void a_failure_needs_no_error_to_write_to(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	assert_int_equal(gv_rules_add(&rules, SPAN("pack: a\n"), NULL), GV_EPARSE);
	gv_rules_dispose(&rules);
}

/* Nine times nine times nine texts in three lines, were aliases followed. */
static void aliases_multiply_nothing(void **state)
{
	(void)state;
	static const char bomb[] = "a: &a [x, x, x, x, x, x, x, x, x]\n"
				   "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
				   "c: [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n";
	struct gv_rules rules = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_rules_add(&rules, SPAN(bomb), &err), GV_EPARSE);
	assert_non_null(strstr(err.message, "not allowed"));
	gv_rules_dispose(&rules);
}

static void add_builtin(struct gv_rules *rules, const char *name)
{
	const struct gv_builtin_pack *pack = gv_builtin_pack(name);
	assert_non_null(pack);
	add(rules, pack->yaml);
}

static void builtin_packs_load(void **state)
{
	(void)state;
	size_t count;
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	assert_int_equal(count, 2);
	assert_string_equal(packs[0].name, "vmware-3d");
	for (size_t i = 0; i < count; i++) {
		struct gv_rules rules = {0};
		assert_ptr_equal(gv_builtin_pack(packs[i].name), &packs[i]);
		add(&rules, packs[i].yaml);
		assert_true(rules.count > 0);
		assert_string_equal(rules.at[0].pack, packs[i].name);
		gv_rules_dispose(&rules);
	}
	assert_null(gv_builtin_pack("vmware"));
}

/* What the issue says the default pack must enforce and no more: the rest is advice. */
static void default_pack_fixes_two_things(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add_builtin(&rules, "vmware-3d");
	const struct gv_rule *enable = &rules.at[0];
	assert_true(enable->fix && !enable->prefix && enable->ensure == GV_ENSURE_EQUALS);
	assert_span(enable->key, SPAN("mks.enable3d"));
	assert_span(enable->values[0], SPAN("TRUE"));
	const struct gv_rule *stale = &rules.at[1];
	assert_true(stale->fix && stale->prefix && stale->ensure == GV_ENSURE_ABSENT);
	assert_span(stale->key, SPAN("vmotion.svga."));
	for (size_t i = 2; i < rules.count; i++)
		assert_false(rules.at[i].fix);
	gv_rules_dispose(&rules);
}

static void opposite_builtin_packs_contradict(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add_builtin(&rules, "vmware-3d");
	char *have = complaint_about(&rules, gv_builtin_pack("vmware-3d-off")->yaml);
	assert_string_equal(have, "15:5: contradicts rule \"enable-3d\" of pack \"vmware-3d\"");
	free(have);
	gv_rules_dispose(&rules);
}

#define RULE(id, key, ensure) \
	"  - id: " id "\n    summary: s\n    severity: note\n    key: " key "\n" \
	"    ensure: " ensure "\n    apply: fix\n"

static void packs_are_checked_against_each_other(void **state)
{
	(void)state;
	static const struct {
		const char *second;
		const char *want;
	} rows[] = {
		{"pack: two\nrules:\n" RULE("b", "k", "equals 2"),
		 "7:5: contradicts rule \"a\" of pack \"one\""},
		{"pack: two\nrules:\n" RULE("b", "x", "absent") RULE("c", "K*", "absent"),
		 "13:5: contradicts rule \"a\" of pack \"one\""},
		{"pack: two\nrules:\n" RULE("a", "x", "absent"),
		 "3:5: the id \"a\" is taken by a rule of pack \"one\""},
		{"pack: one\nrules:\n" RULE("b", "k", "equals 1"), "ok"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_rules rules = {0};
		add(&rules, SPAN("pack: one\nrules:\n" RULE("a", "k", "equals 1")));
		char *have = complaint_about(&rules, gv_span_of(rows[i].second));
		assert_string_equal(have, rows[i].want);
		free(have);
		gv_rules_dispose(&rules);
	}
}

static const char full[] =
	"pack: all\nsummary: of the pack\nrules:\n"
	"  - id: one-2\n    summary: what\n    why: >-\n      because\n      of this\n"
	"    link: https://example.org/\n    severity: warning\n    key: A.key*\n"
	"    ensure: one-of 18   19\n    apply: fix\n"
	"    when:\n      - g starts-with darwin\n      - h below 18\n"
	"      - i  equals  two  words\n"
	"    tell:\n      - when: j above 0\n        say: more\n      - when: k absent\n"
	"        say: less\n"
	"  - id: two\n    summary: s\n    severity: note\n    key: b\n    ensure: present\n"
	"    apply: advise\n"
	"  - id: three\n    summary: s\n    severity: error\n    key: c\n"
	"    ensure: \"equals  a  b \"\n    apply: advise\n    when: [l present]\n";

static void every_text_field_is_read(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add(&rules, SPAN(full));
	assert_int_equal(rules.count, 3);
	const struct gv_rule *rule = &rules.at[0];
	assert_string_equal(rule->pack, "all");
	assert_string_equal(rule->id, "one-2");
	assert_string_equal(rule->summary, "what");
	assert_string_equal(rule->why, "because of this");
	assert_string_equal(rule->link, "https://example.org/");
	assert_int_equal(rule->severity, GV_WARNING);
	assert_span(rule->key, SPAN("A.key"));
	assert_true(rule->prefix && rule->fix);
	gv_rules_dispose(&rules);
}

static void values_are_read_by_the_word_before_them(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add(&rules, SPAN(full));
	const struct gv_rule *rule = rules.at;
	assert_int_equal(rule[0].ensure, GV_ENSURE_ONE_OF);
	assert_int_equal(rule[0].value_count, 2);
	assert_span(rule[0].values[0], SPAN("18"));
	assert_span(rule[0].values[1], SPAN("19"));
	assert_int_equal(rule[1].ensure, GV_ENSURE_PRESENT);
	assert_int_equal(rule[1].value_count, 0);
	assert_int_equal(rule[2].ensure, GV_ENSURE_EQUALS);
	assert_int_equal(rule[2].value_count, 1);
	assert_span(rule[2].values[0], SPAN("a  b"));
	gv_rules_dispose(&rules);
}

static void fields_left_out_are_empty(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add(&rules, SPAN(full));
	const struct gv_rule *rule = &rules.at[1];
	assert_null(rule->why);
	assert_null(rule->link);
	assert_int_equal(rule->severity, GV_NOTE);
	assert_false(rule->prefix || rule->fix);
	assert_int_equal(rule->when_count + rule->tell_count, 0);
	assert_int_equal(rules.at[2].severity, GV_ERROR);
	gv_rules_dispose(&rules);
}

static void assert_condition(const struct gv_condition *have, const char *key, enum gv_test test,
                             const char *value, uint64_t number)
{
	assert_span(have->key, gv_span_of(key));
	assert_int_equal(have->test, test);
	assert_span(have->value, gv_span_of(value));
	assert_int_equal(have->number, number);
}

static void conditions_and_tells_are_read(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	add(&rules, SPAN(full));
	const struct gv_rule *rule = &rules.at[0];
	assert_int_equal(rule->when_count, 3);
	assert_condition(&rule->when[0], "g", GV_TEST_STARTS_WITH, "darwin", 0);
	assert_condition(&rule->when[1], "h", GV_TEST_BELOW, "18", 18);
	assert_condition(&rule->when[2], "i", GV_TEST_EQUALS, "two  words", 0);
	assert_int_equal(rule->tell_count, 2);
	assert_condition(&rule->tell[0].when, "j", GV_TEST_ABOVE, "0", 0);
	assert_string_equal(rule->tell[0].say, "more");
	assert_condition(&rule->tell[1].when, "k", GV_TEST_ABSENT, "", 0);
	assert_string_equal(rule->tell[1].say, "less");
	assert_condition(&rules.at[2].when[0], "l", GV_TEST_PRESENT, "", 0);
	gv_rules_dispose(&rules);
}

/* Rules outlive the text they were read from. */
static void rules_keep_nothing_of_the_text(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	struct gv_buf text = {0};
	gv_buf_add(&text, SPAN(full));
	add(&rules, gv_buf_span(&text));
	memset(text.at, 'x', text.len);
	gv_buf_dispose(&text);
	assert_string_equal(rules.at[2].pack, "all");
	assert_span(rules.at[2].when[0].key, SPAN("l"));
	gv_rules_dispose(&rules);
}

static void what_a_rule_wants_is_told_in_its_words(void **state)
{
	(void)state;
	static const char *const wanted[] = {"one of \"18\", \"19\"", "", "\"a  b\""};
	struct gv_rules rules = {0};
	add(&rules, SPAN(full));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		struct gv_buf text = {0};
		gv_rule_describe_wanted(&text, &rules.at[i]);
		assert_span(gv_buf_span(&text), gv_span_of(wanted[i]));
		gv_buf_dispose(&text);
	}
	gv_rules_dispose(&rules);
}

static void words_have_names(void **state)
{
	(void)state;
	assert_string_equal(gv_severity_name(GV_NOTE), "note");
	assert_string_equal(gv_severity_name(GV_WARNING), "warning");
	assert_string_equal(gv_severity_name(GV_ERROR), "error");
	assert_string_equal(gv_ensure_name(GV_ENSURE_EQUALS), "equals");
	assert_string_equal(gv_ensure_name(GV_ENSURE_ONE_OF), "one-of");
	assert_string_equal(gv_ensure_name(GV_ENSURE_PRESENT), "present");
	assert_string_equal(gv_ensure_name(GV_ENSURE_ABSENT), "absent");
}

static void add_many(struct gv_buf *pack, const char *name, size_t count)
{
	gv_buf_format(pack, "pack: %s\nrules:\n", name);
	for (size_t i = 0; i < count; i++)
		gv_buf_format(pack, RULE("%s-%zu", "%s.%zu", "equals 1"), name, i, name, i);
	assert_false(pack->failed);
}

static void a_thousand_rules_are_the_limit(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	struct gv_buf pack = {0};
	add_many(&pack, "many", GV_RULES_LIMIT);
	add(&rules, gv_buf_span(&pack));
	assert_int_equal(rules.count, GV_RULES_LIMIT);
	char *have = complaint_about(&rules,
	                             SPAN("pack: one\nrules:\n" RULE("a", "k", "equals 1")));
	assert_string_equal(have, "3:5: more than 1000 rules");
	free(have);
	gv_rules_dispose(&rules);
	gv_buf_dispose(&pack);
}

static void one_pack_above_the_limit_is_refused_where_it_passes_it(void **state)
{
	(void)state;
	struct gv_buf pack = {0};
	add_many(&pack, "many", GV_RULES_LIMIT + 1);
	assert_complaint(gv_buf_span(&pack), "6003:5: more than 1000 rules");
	gv_buf_dispose(&pack);
}

static void a_pack_above_a_mebibyte_is_refused(void **state)
{
	(void)state;
	struct gv_buf pack = {0};
	gv_buf_text(&pack, "pack: one\nrules:\n" RULE("a", "k", "equals 1") "#");
	size_t left = ((size_t)1 << 20) - pack.len;
	char *to = gv_buf_reserve(&pack, left + 1);
	assert_non_null(to);
	memset(to, 'x', left + 1);
	pack.len += left;
	assert_complaint(gv_buf_span(&pack), "ok");
	pack.len++;
	assert_complaint(gv_buf_span(&pack), "1:1: larger than 1 MiB");
	gv_buf_dispose(&pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_packs_are_refused_with_place_and_reason),
		cmocka_unit_test(every_file_of_the_bad_packs_is_used),
		cmocka_unit_test(good_packs_load),
		cmocka_unit_test(a_failure_needs_no_error_to_write_to),
		cmocka_unit_test(aliases_multiply_nothing),
		cmocka_unit_test(builtin_packs_load),
		cmocka_unit_test(default_pack_fixes_two_things),
		cmocka_unit_test(opposite_builtin_packs_contradict),
		cmocka_unit_test(packs_are_checked_against_each_other),
		cmocka_unit_test(every_text_field_is_read),
		cmocka_unit_test(values_are_read_by_the_word_before_them),
		cmocka_unit_test(fields_left_out_are_empty),
		cmocka_unit_test(conditions_and_tells_are_read),
		cmocka_unit_test(rules_keep_nothing_of_the_text),
		cmocka_unit_test(what_a_rule_wants_is_told_in_its_words),
		cmocka_unit_test(words_have_names),
		cmocka_unit_test(a_thousand_rules_are_the_limit),
		cmocka_unit_test(one_pack_above_the_limit_is_refused_where_it_passes_it),
		cmocka_unit_test(a_pack_above_a_mebibyte_is_refused),
		cmocka_unit_test(an_empty_span_is_an_empty_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
