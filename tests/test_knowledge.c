/* Every row of the tables of knowledge. */
#include "support.h"

#include <gpuvirt/knowledge.h>

static struct gv_knowledge *knowledge;

static int load(void **state)
{
	struct gv_error err = {0};
	(void)state;
	if (gv_knowledge_load(&knowledge, &err) == GV_OK)
		return 0;
	print_error("%u:%u: %s\n", err.line, err.column, err.message);
	return -1;
}

static int drop(void **state)
{
	(void)state;
	gv_knowledge_free(knowledge);
	return 0;
}

static bool is_id(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool letter = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
		if (!letter && (*at != '-' || at == text || at[1] == '\0'))
			return false;
	}
	return *text != '\0';
}

/* Fails unless TEXT is printable ASCII in one line with single blanks, and ends in a full stop when
 * it must be SENTENCES, without one else. */
static void check_text(const char *id, const char *text, bool sentences)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~' || (*at == ' ' && (at[1] == ' ' || at[1] == '\0')))
			fail_msg("%s: not plain text: %s", id, text);
	}
	if ((text[strlen(text) - 1] == '.') != sentences)
		fail_msg("%s: %s at its end: %s", id, sentences ? "no full stop" : "a full stop",
		         text);
}

static void causes_are_complete(void **state)
{
	(void)state;
	size_t count;
	const struct gv_cause *causes = gv_causes(knowledge, &count);
	assert_true(count >= 16);
	for (size_t i = 0; i < count; i++) {
		if (!is_id(causes[i].id))
			fail_msg("\"%s\" is no id", causes[i].id);
		assert_ptr_equal(gv_cause_find(knowledge, causes[i].id), &causes[i]);
		check_text(causes[i].id, causes[i].says, true);
		check_text(causes[i].id, causes[i].helps, true);
		check_text(causes[i].id, causes[i].source, false);
	}
}

/* Those that verify and doctor name. */
static void causes_that_others_name_are_there(void **state)
{
	static const char *const ids[] = {
		"never-requested",        "no-enable3d",    "feature-level",
		"basic-render-driver",    "shared-memory",  "gl-driver-blacklisted",
		"vulkan-device-rejected", "vulkan-radv",    "vulkan-pre-turing",
		"vulkan-software",        "wrong-gpu",      "sandbox-crash",
		"sandbox-lost-at-start",  "remote-desktop", "nested",
		"unknown-host-failure",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		if (gv_cause_find(knowledge, ids[i]) == NULL)
			fail_msg("no cause is called %s", ids[i]);
	}
	assert_null(gv_cause_find(knowledge, "never"));
}

static void certainties_have_names(void **state)
{
	(void)state;
	assert_string_equal(gv_certainty_name(GV_CERTAINTY_PROVEN), "proven");
	assert_string_equal(gv_certainty_name(GV_CERTAINTY_ONE_REPORT), "one report");
	assert_string_equal(gv_certainty_name(GV_CERTAINTIES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_are_complete),
		cmocka_unit_test(causes_that_others_name_are_there),
		cmocka_unit_test(certainties_have_names),
	};
	return cmocka_run_group_tests(tests, load, drop);
}
