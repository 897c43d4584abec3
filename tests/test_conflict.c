#include "support.h"

#include "rules/conflict.h"

/* A rule as it stands in a pack: key, ensure, conditions. */
struct words {
	const char *key;
	const char *ensure;
	const char *when; /* between the brackets of a list; NULL: none */
};

struct pair {
	struct words a;
	struct words b;
	bool overlap;
	bool contradict;
};

static void add_words(struct gv_buf *pack, const struct words *words)
{
	gv_buf_format(pack, "pack: p\nrules:\n  - id: r\n    summary: s\n    severity: note\n"
	                    "    key: \"%s\"\n    ensure: %s\n    apply: advise\n",
	              words->key, words->ensure);
	if (words->when != NULL)
		gv_buf_format(pack, "    when: [%s]\n", words->when);
}

/* Each rule comes from a set of its own: in one set the reader would refuse the pair. */
static void read_words(struct gv_rules *rules, const struct words *words)
{
	struct gv_buf pack = {0};
	struct gv_error err = {0};
	add_words(&pack, words);
	if (gv_rules_add(rules, gv_buf_span(&pack), &err) != GV_OK)
		fail_msg("%s: %s", pack.at, err.message);
	gv_buf_dispose(&pack);
}

static void assert_pair(const struct pair *pair)
{
	struct gv_rules a = {0};
	struct gv_rules b = {0};
	read_words(&a, &pair->a);
	read_words(&b, &pair->b);
	if (rules_overlap(a.at, b.at) != pair->overlap ||
	    rules_overlap(b.at, a.at) != pair->overlap ||
	    rules_contradict(a.at, b.at) != pair->contradict ||
	    rules_contradict(b.at, a.at) != pair->contradict)
		fail_msg("%s %s [%s] and %s %s [%s]", pair->a.key, pair->a.ensure, pair->a.when,
		         pair->b.key, pair->b.ensure, pair->b.when);
	gv_rules_dispose(&a);
	gv_rules_dispose(&b);
}

static void keys_and_patterns_overlap(void **state)
{
	(void)state;
	static const struct pair rows[] = {
		{{"a", "equals 1", NULL}, {"a", "equals 2", NULL}, true, true},
		{{"A.b", "equals 1", NULL}, {"a.B", "equals 2", NULL}, true, true},
		{{"a", "equals 1", NULL}, {"b", "equals 2", NULL}, false, false},
		{{"a", "equals 1", NULL}, {"ab", "equals 2", NULL}, false, false},
		{{"a.*", "absent", NULL}, {"a.b", "equals 1", NULL}, true, true},
		{{"a.*", "absent", NULL}, {"A.B", "equals 1", NULL}, true, true},
		{{"a.*", "absent", NULL}, {"a", "equals 1", NULL}, false, false},
		{{"a*", "absent", NULL}, {"a", "equals 1", NULL}, true, true},
		{{"a.b*", "absent", NULL}, {"a.*", "equals 1", NULL}, true, true},
		{{"a.b*", "absent", NULL}, {"a.c*", "equals 1", NULL}, false, false},
		{{"a.*", "absent", NULL}, {"a.*", "equals 1", NULL}, true, true},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_pair(&rows[i]);
}

static void wishes_agree_or_differ(void **state)
{
	(void)state;
	static const struct pair rows[] = {
		{{"a", "equals 1", NULL}, {"a", "equals 1", NULL}, true, false},
		{{"a", "equals TRUE", NULL}, {"a", "equals true", NULL}, true, true},
		{{"a", "equals 1", NULL}, {"a", "absent", NULL}, true, true},
		{{"a", "one-of 1 2", NULL}, {"a", "absent", NULL}, true, true},
		{{"a", "present", NULL}, {"a", "absent", NULL}, true, true},
		{{"a", "absent", NULL}, {"a", "absent", NULL}, true, false},
		{{"a", "present", NULL}, {"a", "present", NULL}, true, false},
		{{"a", "present", NULL}, {"a", "equals 1", NULL}, true, false},
		{{"a", "present", NULL}, {"a", "one-of 1 2", NULL}, true, false},
		{{"a", "one-of 1 2", NULL}, {"a", "one-of 2 3", NULL}, true, false},
		{{"a", "one-of 1 2", NULL}, {"a", "one-of 3 4", NULL}, true, true},
		{{"a", "one-of 1 2", NULL}, {"a", "equals 2", NULL}, true, false},
		{{"a", "one-of 1 2", NULL}, {"a", "equals 1 2", NULL}, true, true},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_pair(&rows[i]);
}

/* Both rules want different things of "a"; only their conditions can keep the peace. */
static void conditions_exclude_each_other(void **state)
{
	(void)state;
	static const struct {
		const char *a;
		const char *b;
		bool exclude;
	} rows[] = {
		{"k equals 1", NULL, false},
		{"k equals x", "k equals y", true},
		{"k equals x", "K equals y", true},
		{"k equals x", "k equals X", false},
		{"k equals x", "l equals y", false},
		{"k present", "k absent", true},
		{"k present", "k present", false},
		{"k absent", "k absent", false},
		{"k absent", "k equals x", true},
		{"k absent", "k below 5", true},
		{"k absent", "k starts-with x", true},
		{"k present", "k equals x", false},
		{"k below 18", "k above 17", true},
		{"k below 18", "k above 16", false},
		{"k below 18", "k below 1", false},
		{"k below 1", "k above 0", true},
		{"k below 18446744073709551615", "k above 18446744073709551614", true},
		{"k below 18446744073709551615", "k above 18446744073709551613", false},
		{"k equals 5", "k above 5", true},
		{"k equals 5", "k above 4", false},
		{"k equals 5", "k below 5", true},
		{"k equals 5", "k equals 6", true},
		{"k equals 5", "k equals 5", false},
		{"l present, k below 5", "m present, k above 5", true},
		{"l present, k below 5", "m present, n above 5", false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pair pair = {{"a", "equals 1", rows[i].a},
		                    {"a", "absent", rows[i].b}, true, !rows[i].exclude};
		assert_pair(&pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_patterns_overlap),
		cmocka_unit_test(wishes_agree_or_differ),
		cmocka_unit_test(conditions_exclude_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
