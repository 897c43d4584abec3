/* The tables of commands, options, guards and checks against help, man page and docs/rules.md. */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/knowledge.h>
#include <gpuvirt/lint.h>

#include <gpuvirt/gpupv.h>

#include "cli/command.h"
#include "cli/help.h"
#include "repair/guard.h"

#define DOCS FIXTURES "/../docs/"

static struct gv_buf man;
static struct gv_buf rules_page;
static struct gv_buf gpupv_page;

static int read_pages(void **state)
{
	(void)state;
	man = file_read(DOCS "gpuvirt.1");
	rules_page = file_read(DOCS "rules.md");
	gv_buf_text(&man, "");
	gv_buf_text(&rules_page, "");
	gpupv_page = file_read(DOCS "gpupv.md");
	gv_buf_text(&gpupv_page, "");
	return 0;
}

static int drop_pages(void **state)
{
	(void)state;
	gv_buf_dispose(&man);
	gv_buf_dispose(&rules_page);
	gv_buf_dispose(&gpupv_page);
	return 0;
}

/* True for what may be a part of an id or an option's name. */
static bool is_word_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '-';
}

/* True when TEXT has WORD and not only as a part of a longer one. */
static bool names(const struct gv_buf *text, const char *word)
{
	size_t len = strlen(word);
	const char *at = text->at;
	while (at != NULL && (at = strstr(at, word)) != NULL) {
		bool begins = at == text->at || !is_word_byte(at[-1]) || word[0] == '-';
		if (begins && !is_word_byte(at[len]))
			return true;
		at += len;
	}
	return false;
}

static bool take_line(struct gv_span *rest, struct gv_span *line)
{
	if (rest->len == 0)
		return false;
	const char *feed = memchr(rest->at, '\n', rest->len);
	size_t end = feed == NULL ? rest->len : (size_t)(feed - rest->at);
	*line = gv_span_part(*rest, 0, end);
	*rest = gv_span_part(*rest, end + (feed != NULL), rest->len);
	return true;
}

static bool is(struct gv_span word, const char *text)
{
	return gv_span_equal(word, gv_span_of(text));
}

/* True when the words of LINE begin with A, B and, unless NULL, C. */
static bool line_begins(struct gv_span line, const char *a, const char *b, const char *c)
{
	return is(gv_span_word(&line), a) && is(gv_span_word(&line), b) &&
	       (c == NULL || is(gv_span_word(&line), c));
}

/* True when LINE is the item of OPTION: ".It Fl n , Fl Fl dry-run" or ".It Fl Fl rules Ar ...". */
static bool is_item_of(struct gv_span line, const struct option_row *option)
{
	char letter[2] = {option->letter, '\0'};
	if (!is(gv_span_word(&line), ".It") || !is(gv_span_word(&line), "Fl"))
		return false;
	bool has_letter = option->letter == 0 ||
	                  (is(gv_span_word(&line), letter) && is(gv_span_word(&line), ",") &&
	                   is(gv_span_word(&line), "Fl"));
	if (!has_letter)
		return false;
	return is(gv_span_word(&line), "Fl") && is(gv_span_word(&line), option->name) &&
	       (option->value != NULL) == is(gv_span_word(&line), "Ar");
}

static void man_page_has_every_command(void **state)
{
	(void)state;
	size_t count;
	const struct command *commands = commands_all(&count);
	for (size_t i = 0; i < count; i++) {
		struct gv_span rest = gv_buf_span(&man);
		struct gv_span line;
		bool found = false;
		while (take_line(&rest, &line))
			found |= line_begins(line, ".It", "Ic", commands[i].name);
		if (!found)
			fail_msg("docs/gpuvirt.1 has no \".It Ic %s\"", commands[i].name);
	}
}

/* True when LINE is the item of VERB: ".It Ic gpupv Cm enable Ar TARGET". */
static bool is_item_of_verb(struct gv_span line, const struct command *command,
                            const struct command_verb *verb)
{
	return is(gv_span_word(&line), ".It") && is(gv_span_word(&line), "Ic") &&
	       is(gv_span_word(&line), command->name) && is(gv_span_word(&line), "Cm") &&
	       is(gv_span_word(&line), verb->name);
}

static void check_verb(const struct command *command, const struct command_verb *verb)
{
	struct gv_span rest = gv_buf_span(&man);
	struct gv_span line;
	bool found = false;
	while (take_line(&rest, &line))
		found |= is_item_of_verb(line, command, verb);
	if (!found)
		fail_msg("docs/gpuvirt.1 has no \".It Ic %s Cm %s\"", command->name, verb->name);
	if ((verb->options & ~command->options) != 0)
		fail_msg("%s %s takes an option that %s does not", command->name, verb->name,
		         command->name);
}

static void man_page_has_every_verb(void **state)
{
	(void)state;
	size_t count;
	size_t verbs = 0;
	const struct command *commands = commands_all(&count);
	for (size_t i = 0; i < count; i++) {
		const struct command_verb *verb = commands_verbs(&commands[i]);
		for (; verb != NULL && verb->name != NULL; verb++, verbs++)
			check_verb(&commands[i], verb);
	}
	assert_true(verbs > 5);
}

static void man_page_has_every_option(void **state)
{
	(void)state;
	for (int i = 0; i < OPTIONS; i++) {
		struct gv_span rest = gv_buf_span(&man);
		struct gv_span line;
		bool found = false;
		while (take_line(&rest, &line))
			found |= is_item_of(line, &option_rows[i]);
		if (!found)
			fail_msg("docs/gpuvirt.1 has no item for --%s, or with another letter or "
			         "value", option_rows[i].name);
	}
}

/* -V and --version, -h and --help stand for commands too. */
static bool is_option_name(struct gv_span word)
{
	bool found = is(word, "version");
	for (int i = 0; i < OPTIONS; i++)
		found |= is(word, option_rows[i].name);
	return found;
}

static bool is_option_letter(struct gv_span word)
{
	bool found = is(word, "V");
	for (int i = 0; i < OPTIONS; i++)
		found |= word.len == 1 && word.at[0] == option_rows[i].letter;
	return found;
}

static bool is_command_name(struct gv_span word)
{
	char name[16] = "";
	if (word.len < sizeof name)
		memcpy(name, word.at, word.len);
	return commands_find(name) != NULL;
}

/* True for the name of an mdoc macro, two letters of which the first is upper-case. */
static bool is_macro(struct gv_span word)
{
	return word.len == 2 && word.at[0] >= 'A' && word.at[0] <= 'Z' && word.at[1] >= 'a' &&
	       word.at[1] <= 'z';
}

static bool is_punctuation(struct gv_span word)
{
	return word.len == 1 && strchr(",.;:()|", word.at[0]) != NULL;
}

/* Fails for a word behind Fl or Ic that no table has. */
static void check_macro_line(struct gv_span line)
{
	const struct gv_span whole = line;
	struct gv_span macro = {0};
	bool doubled = false;
	line = gv_span_part(line, 1, line.len);
	for (struct gv_span word = gv_span_word(&line); word.len > 0; word = gv_span_word(&line)) {
		if (is_macro(word)) {
			doubled = is(word, "Fl") && is(macro, "Fl");
			macro = word;
			continue;
		}
		bool known = !is(macro, "Fl") ? !is(macro, "Ic") || is_command_name(word)
		             : doubled        ? is_option_name(word)
		                              : is_option_letter(word);
		if (!known && !is_punctuation(word))
			fail_msg("docs/gpuvirt.1 names \"%.*s\", which does not exist: %.*s",
			         (int)word.len, word.at, (int)whole.len, whole.at);
		if (is(macro, "Fl"))
			macro = (struct gv_span){0};
	}
}

static void man_page_names_nothing_else(void **state)
{
	(void)state;
	struct gv_span rest = gv_buf_span(&man);
	struct gv_span line;
	while (take_line(&rest, &line)) {
		if (line.len > 1 && line.at[0] == '.')
			check_macro_line(line);
	}
}

static void check_help(const struct command *command)
{
	struct output out = {.file = 1};
	help_command(&out, command);
	for (int i = 0; i < OPTIONS; i++) {
		char name[40];
		char both[48];
		bool takes = (command->options & OPTION_BIT(i)) != 0;
		snprintf(name, sizeof name, "--%s", option_rows[i].name);
		snprintf(both, sizeof both, "  -%c, %s", option_rows[i].letter, name);
		bool shown = names(&out.pending, name) &&
		             (option_rows[i].letter == 0 || strstr(out.pending.at, both) != NULL);
		if (takes && !shown)
			fail_msg("%s --help does not show %s", command->name, name);
		if (!takes && names(&out.pending, name))
			fail_msg("%s --help shows %s, which it does not take", command->name, name);
	}
	gv_buf_dispose(&out.pending);
}

static void help_shows_the_options_a_command_takes(void **state)
{
	(void)state;
	size_t count;
	const struct command *commands = commands_all(&count);
	for (size_t i = 0; i < count; i++)
		check_help(&commands[i]);
}

static void help_shows_every_command(void **state)
{
	(void)state;
	size_t count;
	struct output out = {.file = 1};
	const struct command *commands = commands_all(&count);
	help_all(&out);
	for (size_t i = 0; i < count; i++) {
		char line[32];
		snprintf(line, sizeof line, "\n  %-8s ", commands[i].name);
		if (strstr(out.pending.at, line) == NULL)
			fail_msg("help does not show %s", commands[i].name);
	}
	gv_buf_dispose(&out.pending);
}

/* The options in an example's line must be the command's own. */
static void check_example(const struct command *command, const char *example)
{
	char start[32];
	snprintf(start, sizeof start, "gpuvirt %s ", command->name);
	size_t len = strlen(start);
	bool bare = strlen(example) == len - 1 && strncmp(example, start, len - 1) == 0;
	if (!bare && strncmp(example, start, len) != 0)
		fail_msg("not an example of %s: %s", command->name, example);
	struct gv_span rest = gv_span_of(example);
	for (struct gv_span word = gv_span_word(&rest); word.len > 0; word = gv_span_word(&rest)) {
		bool found = word.len < 2 || word.at[0] != '-' || is(word, "-i");
		for (int i = 0; i < OPTIONS; i++) {
			if ((command->options & OPTION_BIT(i)) == 0)
				continue;
			found |= word.len == 2 && word.at[1] == option_rows[i].letter;
			found |= word.len > 2 && is(gv_span_part(word, 2, word.len),
			                            option_rows[i].name);
		}
		if (!found)
			fail_msg("%s does not take %.*s: %s", command->name, (int)word.len, word.at,
			         example);
	}
}

static void examples_use_what_there_is(void **state)
{
	(void)state;
	size_t count;
	const struct command *commands = commands_all(&count);
	for (size_t i = 0; i < count; i++) {
		for (int j = 0; j < MAX_EXAMPLES && commands[i].examples[j].line != NULL; j++)
			check_example(&commands[i], commands[i].examples[j].line);
	}
}

static void check_documented(const char *what, const char *id)
{
	if (!names(&man, id) && !names(&rules_page, id))
		fail_msg("neither docs/gpuvirt.1 nor docs/rules.md names the %s %s", what, id);
}

static void every_id_is_documented(void **state)
{
	(void)state;
	size_t count;
	const struct guard_row *guards = guard_rows(&count);
	for (size_t i = 0; i < count; i++)
		check_documented("guard", guards[i].id);
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < count; i++)
		check_documented("check", checks[i].id);
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	for (size_t i = 0; i < count; i++) {
		struct gv_rules rules = {0};
		check_documented("pack", packs[i].name);
		assert_int_equal(gv_rules_add(&rules, packs[i].yaml, NULL), GV_OK);
		for (size_t j = 0; j < rules.count; j++)
			check_documented("rule", rules.at[j].id);
		gv_rules_dispose(&rules);
	}
}

/* True for the name of a key in the families that the tables are about. */
static bool is_graphics_key(struct gv_span text)
{
	static const char *const families[] = {"mks.", "svga.", "vmotion.", "virtualHW."};
	bool found = false;
	for (size_t i = 0; i < COUNT(families); i++)
		found |= gv_span_begins_nocase(text, gv_span_of(families[i]));
	return found && text.len > 0 && memchr(text.at, ' ', text.len) == NULL;
}

/* The text between the next two backquotes of *REST, on one line; false when there is none left. */
static bool take_quoted(struct gv_span *rest, struct gv_span *quoted)
{
	const char *begin = rest->len == 0 ? NULL : memchr(rest->at, '`', rest->len);
	if (begin == NULL)
		return false;
	struct gv_span behind = gv_span_part(*rest, (size_t)(begin - rest->at) + 1, rest->len);
	const char *end = behind.len == 0 ? NULL : memchr(behind.at, '`', behind.len);
	if (end == NULL)
		return false;
	*quoted = gv_span_part(behind, 0, (size_t)(end - behind.at));
	*rest = gv_span_part(behind, quoted->len + 1, behind.len);
	return true;
}

/* A key that a page names and explain does not know would be documented nowhere. */
static void keys_that_pages_name_are_known(void **state)
{
	static const char *const pages[] = {DOCS "keys.md", DOCS "rules.md", DOCS "config.md",
	                                    DOCS "format.md", DOCS "../README.md"};
	struct gv_knowledge *knowledge = NULL;
	size_t count = 0;
	(void)state;
	assert_int_equal(gv_knowledge_load(&knowledge, NULL), GV_OK);
	for (size_t i = 0; i < COUNT(pages); i++) {
		struct gv_buf page = file_read(pages[i]);
		struct gv_span rest = gv_buf_span(&page);
		for (struct gv_span name; take_quoted(&rest, &name);) {
			if (!is_graphics_key(name))
				continue;
			count++;
			if (gv_key_find(knowledge, name) == NULL &&
			    gv_key_family(knowledge, name) == NULL)
				fail_msg("%s names %.*s, which explain does not know", pages[i],
				         (int)name.len, name.at);
		}
		gv_buf_dispose(&page);
	}
	assert_true(count > 10);
	gv_knowledge_free(knowledge);
}

static void every_precondition_is_documented(void **state)
{
	(void)state;
	const struct gv_gpupv_check *check;
	for (size_t i = 0; (check = gv_gpupv_check_at(i)) != NULL; i++) {
		if (!names(&gpupv_page, check->id))
			fail_msg("docs/gpupv.md does not name the check %s", check->id);
	}
	for (int i = 0; i < GV_GPUPV_SETTINGS; i++) {
		if (!names(&gpupv_page, gv_gpupv_setting_rows[i].field))
			fail_msg("docs/gpupv.md does not name the field %s",
			         gv_gpupv_setting_rows[i].field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(man_page_has_every_command),
		cmocka_unit_test(man_page_has_every_verb),
		cmocka_unit_test(man_page_has_every_option),
		cmocka_unit_test(man_page_names_nothing_else),
		cmocka_unit_test(help_shows_the_options_a_command_takes),
		cmocka_unit_test(help_shows_every_command),
		cmocka_unit_test(examples_use_what_there_is),
		cmocka_unit_test(every_id_is_documented),
		cmocka_unit_test(keys_that_pages_name_are_known),
		cmocka_unit_test(every_precondition_is_documented),
	};
	return cmocka_run_group_tests(tests, read_pages, drop_pages);
}
