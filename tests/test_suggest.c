#include "cli/suggest.h"

#include "support.h"

static void distance_counts_letters(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		unsigned want;
	} rows[] = {
		{"", "", 0},
		{"fix", "fix", 0},
		{"", "fix", 3},
		{"fx", "fix", 1},
		{"fixx", "fix", 1},
		{"fox", "fix", 1},
		{"fxi", "fix", 1},         /* two letters swapped are one mistake */
		{"chekc", "check", 1},
		{"dif", "fix", 2},
		{"Fix", "fix", 1},         /* commands have a case */
		{"no-bakcup", "no-backup", 1},
		{"nobackup", "no-backup", 1},
		{"ab", "ba", 1},
		{"abc", "cab", 2},
		{"kitten", "sitting", 3},
		{"abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345", 0},
		{"abcdefghijklmnopqrstuvwxyz0123456", "x", 255},
		{"x", "abcdefghijklmnopqrstuvwxyz0123456", 255},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (suggest_distance(rows[i].a, rows[i].b) != rows[i].want)
			fail_msg("distance of \"%s\" and \"%s\" is %u", rows[i].a, rows[i].b,
			         suggest_distance(rows[i].a, rows[i].b));
		assert_int_equal(suggest_distance(rows[i].b, rows[i].a), rows[i].want);
	}
}

static void only_near_words_are_named(void **state)
{
	static const struct {
		const char *word;
		const char *candidate;
		int want;
	} rows[] = {
		{"chek", "check", 1},    {"xxeck", "check", 1},     {"xxxck", "check", 0},
		{"fx", "fix", 1},        {"f", "fix", 0},           {"set", "get", 1},
		{"vers", "version", 0},  {"versoin", "version", 1}, {"unsafe", "unsafe-fixes", 0},
		{"exlcude", "exclude", 1}, {"unsafe-fxes", "unsafe-fixes", 1}, {"", "add", 0},
		{"dry-runnnn", "dry-run", 0}, {"unsave-fikess", "unsafe-fixes", 1},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (suggest_is_near(rows[i].word, rows[i].candidate) != rows[i].want)
			fail_msg("\"%s\" and \"%s\"", rows[i].word, rows[i].candidate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_letters),
		cmocka_unit_test(only_near_words_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
