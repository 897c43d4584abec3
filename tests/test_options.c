#include "cli/options.h"

#include "support.h"

#include <stdio.h>

#include <gpuvirt/repair.h>

#include "cli/command.h"

enum { MAX_WORDS = 12 };

/* A command line, and what reading it gave. */
struct line {
	char text[256];
	char *words[MAX_WORDS + 1];
	int count;
	struct settings settings;
	struct gv_buf problem;
	int first; /* the first argument behind the options, or -1 */
};

/* Reads TEXT, the command's name first; words are parted by one blank, "" stays an empty word. */
static void read_line(struct line *line, const char *text)
{
	*line = (struct line){0};
	assert_true(strlen(text) < sizeof line->text);
	strcpy(line->text, text);
	for (char *at = line->text; at != NULL && line->count < MAX_WORDS;) {
		char *blank = strchr(at, ' ');
		if (blank != NULL)
			*blank = '\0';
		line->words[line->count++] = at;
		at = blank == NULL ? NULL : blank + 1;
	}
	const struct command *command = commands_find(line->words[0]);
	assert_non_null(command);
	line->first = options_read(&line->settings, command->name, command->options, line->count,
	                           line->words, &line->problem);
}

static void drop_line(struct line *line)
{
	gv_buf_dispose(&line->problem);
	settings_dispose(&line->settings);
}

/* The settings and arguments as one text, to compare with. */
static struct gv_buf describe(const struct line *line)
{
	static const char *const colors[] = {
		[COLOR_AUTO] = "", [COLOR_ALWAYS] = "always ", [COLOR_NEVER] = "never "};
	const struct settings *settings = &line->settings;
	struct gv_buf out = {0};
	gv_buf_text(&out, settings->dry_run ? "dry " : "");
	gv_buf_text(&out, settings->unsafe ? "unsafe " : "");
	gv_buf_text(&out, settings->force ? "force " : "");
	gv_buf_text(&out, settings->no_backup ? "no-backup " : "");
	gv_buf_text(&out, settings->quiet ? "quiet " : "");
	gv_buf_text(&out, settings->verbose ? "verbose " : "");
	gv_buf_text(&out, settings->help ? "help " : "");
	gv_buf_text(&out, colors[settings->color]);
	for (size_t i = 0; i < settings->rules.count; i++)
		gv_buf_format(&out, "rules=%s ", settings->rules.at[i]);
	for (size_t i = 0; i < settings->excludes.count; i++)
		gv_buf_format(&out, "exclude=%s ", settings->excludes.at[i]);
	if (settings->max_size != GV_DEFAULT_MAX_SIZE)
		gv_buf_format(&out, "max=%llu ", (unsigned long long)settings->max_size);
	gv_buf_text(&out, "|");
	for (int i = line->first; i < line->count; i++)
		gv_buf_format(&out, " %s", line->words[i]);
	return out;
}

static void options_fill_the_settings(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} rows[] = {
		{"fix", "|"},
		{"fix a", "| a"},
		{"fix -n a", "dry | a"},
		{"fix --dry-run a", "dry | a"},
		{"fix --unsafe-fixes a", "unsafe | a"},
		{"fix --force a", "force | a"},
		{"fix --no-backup a", "no-backup | a"},
		{"fix -q a", "quiet | a"},
		{"fix --quiet a", "quiet | a"},
		{"fix -v a", "verbose | a"},
		{"fix --verbose a", "verbose | a"},
		{"fix -h", "help |"},
		{"fix --help", "help |"},
		{"fix --color=always a", "always | a"},
		{"fix --color never a", "never | a"},
		{"fix --color=never --color=auto a", "| a"},
		{"fix --rules x a", "rules=x | a"},
		{"fix --rules=x --rules y.yaml a", "rules=x rules=y.yaml | a"},
		{"fix --rules= a", "rules= | a"},
		{"fix --rules=a=b c", "rules=a=b | c"},
		{"fix --exclude *.x --exclude=y a", "exclude=*.x exclude=y | a"},
		{"fix --max-size 5 a", "max=5 | a"},
		{"fix --max-size=1 --max-size=2 a", "max=2 | a"},
		/* letters together, options behind arguments, and the end of options */
		{"fix -nq a", "dry quiet | a"},
		{"fix -qnv a", "dry quiet verbose | a"},
		{"fix a -n b --force c", "dry force | a b c"},
		{"fix -- -n", "| -n"},
		{"fix a -- -n -- b", "| a -n -- b"},
		{"fix -", "| -"},
		{"fix - -n", "dry | -"},
		{"fix --rules -n a", "rules=-n | a"},
		{"fix -n -n a", "dry | a"},
		/* each command takes its own */
		{"check --rules x --exclude y -v a", "verbose rules=x exclude=y | a"},
		{"diff --unsafe-fixes a", "unsafe | a"},
		{"undo -n --force a", "dry force | a"},
		{"set -n --no-backup --force a b=c", "dry force no-backup | a b=c"},
		{"get a b", "| a b"},
		{"rules list", "| list"},
		{"version --color=always", "always |"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct line line;
		read_line(&line, rows[i].line);
		struct gv_buf have = line.first < 0 ? (struct gv_buf){0} : describe(&line);
		if (line.first < 0 || strcmp(have.at, rows[i].want) != 0)
			fail_msg("%s: \"%s\"", rows[i].line,
			         line.first < 0 ? line.problem.at : have.at);
		assert_int_equal(line.problem.len, 0);
		gv_buf_dispose(&have);
		drop_line(&line);
	}
}

static void misuse_is_named(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} rows[] = {
		{"fix --frobnicate a", "unknown option --frobnicate"},
		{"fix --frobnicate=1 a", "unknown option --frobnicate"},
		{"fix --dry-runn a", "unknown option --dry-runn; did you mean --dry-run?"},
		{"fix --unsafe-fix=1 a", "--unsafe-fixes takes no value"},
		{"fix --no-bakcup a", "unknown option --no-bakcup; did you mean --no-backup?"},
		{"fix --rulez=x a", "unknown option --rulez; did you mean --rules?"},
		{"fix --Force a", "unknown option --Force; did you mean --force?"},
		{"check --force a", "unknown option --force; \"check\" does not take it"},
		{"check --forze a", "unknown option --forze"},
		{"get --rules x a b", "unknown option --rules; \"get\" does not take it"},
		{"fix -x a", "unknown option -x"},
		{"check -n a", "unknown option -n"},
		{"fix -nx a", "unknown option -x"},
		{"fix -nxq a", "unknown option -x"},
		{"fix --force -xq a", "unknown option -x"},
		{"fix --rules", "--rules needs a value: NAME|FILE"},
		{"fix a --max-size", "--max-size needs a value: SIZE"},
		/* what an abbreviation means would change with the next option */
		{"fix --f a", "unknown option --f; did you mean --force?"},
		{"fix --verb a", "unknown option --verb; did you mean --verbose?"},
		{"fix --rule=x a", "unknown option --rule; did you mean --rules?"},
		{"fix --max 7 a", "unknown option --max; did you mean --max-size?"},
		{"fix --force=yes a", "--force takes no value"},
		{"fix --dry= a", "--dry-run takes no value"},
		{"fix --help=me", "--help takes no value"},
		{"fix --color=maybe a",
		 "--color does not take \"maybe\" but auto, always or never"},
		{"fix --color= a",
		 "--color does not take \"\" but auto, always or never"},
		{"fix --color=ALWAYS a",
		 "--color does not take \"ALWAYS\" but auto, always or never"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct line line;
		read_line(&line, rows[i].line);
		assert_int_equal(line.first, -1);
		if (strcmp(line.problem.at, rows[i].want) != 0)
			fail_msg("%s: \"%s\"", rows[i].line, line.problem.at);
		drop_line(&line);
	}
}

static void sizes_have_units_and_a_limit(void **state)
{
	static const struct {
		const char *size;
		int64_t want; /* -1: refused */
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"007", 7},
		{"1K", 1024},
		{"3M", 3 << 20},
		{"3G", INT64_C(3) << 30},
		{"4294967295", UINT32_MAX},
		{"4194303K", INT64_C(4194303) << 10},
		{"4294967296", -1},
		{"4194304K", -1},
		{"4096M", -1},
		{"4G", -1},
		{"18446744073709551615", -1},
		{"18446744073709551616", -1},
		{"18014398509481985K", -1}, /* 2^64 + 1024: wraps to 1024 */
		{"17179869185G", -1},       /* 2^64 + 2^30 */
		{"99999999999999999999999", -1},
		{"", -1},
		{"K", -1},
		{"1k", -1},
		{"1KB", -1},
		{"1KK", -1},
		{"1T", -1},
		{"-1", -1},
		{"+1", -1},
		{"1.5M", -1},
		{"0x10", -1},
		{"1e3", -1},
		{"\t1", -1},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[64];
		struct line line;
		snprintf(text, sizeof text, "check --max-size=%s a", rows[i].size);
		read_line(&line, text);
		if ((line.first < 0) != (rows[i].want < 0) ||
		    (line.first > 0 && line.settings.max_size != (uint64_t)rows[i].want))
			fail_msg("%s gives %d, %llu", rows[i].size, line.first,
			         (unsigned long long)line.settings.max_size);
		drop_line(&line);
	}
}

static void every_option_is_well_formed(void **state)
{
	(void)state;
	for (int i = 0; i < OPTIONS; i++) {
		assert_non_null(option_rows[i].name);
		assert_non_null(option_rows[i].help);
		assert_int_not_equal(option_rows[i].help[strlen(option_rows[i].help) - 1], '.');
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(option_rows[i].name, option_rows[j].name);
			assert_false(option_rows[i].letter != 0 &&
			             option_rows[i].letter == option_rows[j].letter);
		}
	}
}

static void every_option_belongs_to_a_command(void **state)
{
	(void)state;
	size_t count;
	uint64_t taken = 0;
	const struct command *commands = commands_all(&count);
	for (size_t i = 0; i < count; i++)
		taken |= commands[i].options;
	assert_int_equal(taken, OPTION_BIT(OPTIONS) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_fill_the_settings),
		cmocka_unit_test(misuse_is_named),
		cmocka_unit_test(sizes_have_units_and_a_limit),
		cmocka_unit_test(every_option_is_well_formed),
		cmocka_unit_test(every_option_belongs_to_a_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
