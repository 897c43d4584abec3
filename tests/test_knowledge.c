/* Every row of the tables of knowledge. */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/knowledge.h>

#include "knowledge/match.h"

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

static bool is_key_name(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		bool good = *at > ' ' && *at <= '~' && strchr("#=\"*", *at) == NULL;
		if (!good && (*at != '*' || at == text || at[1] != '\0'))
			return false;
	}
	return *text != '\0';
}

static void check_optional(const char *id, const char *text)
{
	if (text != NULL)
		check_text(id, text, false);
}

static void keys_are_complete(void **state)
{
	(void)state;
	size_t count;
	const struct gv_key *keys = gv_keys(knowledge, &count);
	assert_true(count >= 80);
	for (size_t i = 0; i < count; i++) {
		const struct gv_key *key = &keys[i];
		if (!is_key_name(key->name))
			fail_msg("\"%s\" is no key", key->name);
		/* finds the first: a second row of the name would not be found */
		assert_ptr_equal(gv_key_find(knowledge, gv_span_of(key->name)), key);
		check_text(key->name, key->does, true);
		check_text(key->name, key->source, false);
		const char *const optional[] = {key->values, key->otherwise, key->where,
		                                key->since,  key->until,   key->flag};
		for (size_t j = 0; j < COUNT(optional); j++)
			check_optional(key->name, optional[j]);
		if ((key->status == GV_KEY_KNOWN) != (key->flag == NULL))
			fail_msg("%s: \"flag\" is for keys that are not known", key->name);
		if (key->status == GV_KEY_GONE && key->until == NULL)
			fail_msg("%s: gone since when?", key->name);
	}
}

static void keys_are_found_in_any_case(void **state)
{
	(void)state;
	const struct gv_key *key = gv_key_find(knowledge, SPAN("MKS.Enable3D"));
	assert_non_null(key);
	assert_string_equal(key->name, "mks.enable3d");
	assert_null(gv_key_find(knowledge, SPAN("mks.enable3")));
	assert_null(gv_key_find(knowledge, SPAN("")));
}

static void a_key_without_a_row_falls_under_its_family(void **state)
{
	(void)state;
	const struct gv_key *family = gv_key_family(knowledge, SPAN("VMotion.svga.new"));
	assert_non_null(family);
	assert_string_equal(family->name, "vmotion.svga.*");
	assert_null(gv_key_family(knowledge, SPAN("vmotion.svga")));
	assert_null(gv_key_family(knowledge, SPAN("mks.enable3d")));
}

/* What flagged.cmake took out of keys.yaml is what the YAML says. */
static void flagged_keys_are_those_of_the_table(void **state)
{
	(void)state;
	size_t count;
	size_t flagged = 0;
	const struct gv_key *keys = gv_keys(knowledge, &count);
	const struct gv_flagged_key *rows = gv_flagged_keys();
	for (size_t i = 0; i < count; i++) {
		if (keys[i].status == GV_KEY_KNOWN)
			continue;
		assert_true(flagged < GV_FLAGGED_KEYS);
		assert_span(rows[flagged].name, gv_span_of(keys[i].name));
		assert_int_equal(rows[flagged].status, keys[i].status);
		assert_string_equal(rows[flagged].why, keys[i].flag);
		flagged++;
	}
	assert_int_equal(flagged, GV_FLAGGED_KEYS);
}

static void hardware_is_complete(void **state)
{
	(void)state;
	size_t count;
	int next = 3;
	const struct gv_hardware *rows = gv_hardware(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		int first = 0;
		int last = 0;
		int read = sscanf(rows[i].versions, "%d to %d", &first, &last);
		assert_int_equal(first, next);
		assert_true(read == 1 || (read == 2 && last > first));
		next = (read == 1 ? first : last) + 1;
		check_text(rows[i].versions, rows[i].products, false);
		check_text(rows[i].versions, rows[i].graphics, false);
		check_text(rows[i].versions, rows[i].source, false);
	}
	assert_int_equal(next, 23);
}

static void messages_are_complete(void **state)
{
	(void)state;
	size_t count;
	const struct gv_message *messages = gv_messages(knowledge, &count);
	assert_true(count >= 40);
	for (size_t i = 0; i < count; i++) {
		const struct gv_message *message = &messages[i];
		if (!is_id(message->id))
			fail_msg("\"%s\" is no id", message->id);
		assert_ptr_equal(gv_message_find(knowledge, gv_span_of(message->id)), message);
		if (gv_cause_find(knowledge, message->id) != NULL)
			fail_msg("%s is a cause and a message", message->id);
		check_text(message->id, message->seen, false);
		check_text(message->id, message->means, true);
		check_text(message->id, message->todo, true);
		check_text(message->id, message->source, false);
		if (message->cause != NULL && gv_cause_find(knowledge, message->cause) == NULL)
			fail_msg("%s: no cause is called %s", message->id, message->cause);
	}
}

enum { MOST = 8 };

/* The one message that TEXT has in it. */
static const struct gv_message *only_match(struct gv_span text)
{
	struct gv_message_match matches[MOST];
	bool failed = false;
	size_t count = gv_message_match(knowledge, text, matches, MOST, &failed);
	assert_false(failed);
	for (size_t i = 1; i < count && i < MOST; i++)
		print_error("also %s\n", matches[i].message->id);
	return count == 1 ? matches[0].message : NULL;
}

static void messages_are_found_by_their_examples(void **state)
{
	(void)state;
	size_t count;
	const struct gv_message *messages = gv_messages(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		for (unsigned j = 0; j < messages[i].examples_count; j++) {
			const char *example = messages[i].examples[j];
			const struct gv_message *found = only_match(gv_span_of(example));
			if (found != &messages[i])
				fail_msg("%s: found %s for: %s", messages[i].id,
				         found == NULL ? "not one" : found->id, example);
		}
	}
}

static bool is_in_an_example(const struct gv_message *message, const char *text)
{
	bool found = false;
	for (unsigned i = 0; !found && i < message->examples_count; i++) {
		struct gv_buf folded = {0};
		size_t from;
		size_t to;
		match_fold(&folded, gv_span_of(message->examples[i]));
		found = match_find(gv_span_of(text), gv_buf_span(&folded), &from, &to);
		gv_buf_dispose(&folded);
	}
	return found;
}

static void every_text_has_an_example(void **state)
{
	(void)state;
	size_t count;
	const struct gv_message *messages = gv_messages(knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		for (unsigned j = 0; j < messages[i].texts_count; j++) {
			if (!is_in_an_example(&messages[i], messages[i].texts[j]))
				fail_msg("%s: no example has: %s", messages[i].id,
				         messages[i].texts[j]);
		}
	}
}

static void messages_are_matched_sensibly(void **state)
{
	static const struct {
		const char *text;
		const char *id; /* NULL: none */
	} rows[] = {
		{"no 3d\r\n  SUPPORT is\tavailable from the host", "no-3d-support"},
		{"PowerOn allowed MKSBasicOps", "not-requested"},
		{"PowerOn allowed MKSBasicOps \r\nnext line", "not-requested"},
		{"PowerOn allowed MKSBasicOps DX11Renderer", "requested"},
		{"PowerOn allowed MKSBasicOps Nothing", NULL},
		{"PowerOn allowed X\nDX11Renderer", NULL}, /* two lines */
		{"line 7: Syntax error", "syntax-error"},
		{"line 7 line 8: Syntax error.", "syntax-error"},
		{"line 7\n: Syntax error.", NULL},
		{"No 3D support is available from the hos", NULL},
		{"", NULL},
		{" \n", NULL},
		{"\xFF line", NULL},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct gv_message *found = only_match(gv_span_of(rows[i].text));
		const char *id = found == NULL ? NULL : found->id;
		if ((id == NULL) != (rows[i].id == NULL) ||
		    (id != NULL && strcmp(id, rows[i].id) != 0))
			fail_msg("%s: %s", rows[i].text, id == NULL ? "none" : id);
	}
}

static void several_messages_come_in_the_order_of_the_text(void **state)
{
	static const char text[] = "Device ID is badlisted\nmsg.mks.no3D\nMonitor Mode: ULM\n"
				   "Device ID is badlisted\n";
	static const char *const ids[] = {"badlisted", "no-3d-support", "hyper-v-present"};
	struct gv_message_match matches[MOST];
	bool failed = false;
	(void)state;
	assert_int_equal(gv_message_match(knowledge, SPAN(text), matches, MOST, &failed), 3);
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_string_equal(matches[i].message->id, ids[i]);
	assert_int_equal(gv_message_match(knowledge, SPAN(text), matches, 1, &failed), 3);
	assert_false(failed);
}

/* What could be quadratic: beginnings of patterns without their ends, in one line. */
static void a_hostile_text_is_no_work(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	for (size_t i = 0; i < 2 * GV_MESSAGE_LIMIT / 5; i++)
		gv_buf_text(&text, "line ");
	gv_buf_text(&text, "msg.mks.no3D");
	assert_null(only_match(gv_buf_span(&text)));
	gv_buf_dispose(&text);
}

static size_t count_parts(struct gv_span text, const char **id)
{
	struct gv_message_match matches[MOST];
	bool failed = false;
	size_t count = gv_message_match_part(knowledge, text, matches, MOST, &failed);
	assert_false(failed);
	*id = count > 0 ? matches[0].message->id : "";
	return count;
}

static void a_part_of_a_message_is_found(void **state)
{
	const char *id;
	(void)state;
	assert_int_equal(count_parts(SPAN(" no 3D\nsupport "), &id), 1);
	assert_string_equal(id, "no-3d-support");
	assert_true(count_parts(SPAN("renderer"), &id) > 1);
	assert_int_equal(count_parts(SPAN("3d"), &id), 0); /* too short */
	assert_int_equal(count_parts(SPAN("no such words"), &id), 0);
	assert_int_equal(count_parts(SPAN(""), &id), 0);
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
		cmocka_unit_test(keys_are_complete),
		cmocka_unit_test(keys_are_found_in_any_case),
		cmocka_unit_test(a_key_without_a_row_falls_under_its_family),
		cmocka_unit_test(flagged_keys_are_those_of_the_table),
		cmocka_unit_test(hardware_is_complete),
		cmocka_unit_test(messages_are_complete),
		cmocka_unit_test(messages_are_found_by_their_examples),
		cmocka_unit_test(every_text_has_an_example),
		cmocka_unit_test(messages_are_matched_sensibly),
		cmocka_unit_test(several_messages_come_in_the_order_of_the_text),
		cmocka_unit_test(a_hostile_text_is_no_work),
		cmocka_unit_test(a_part_of_a_message_is_found),
		cmocka_unit_test(certainties_have_names),
	};
	return cmocka_run_group_tests(tests, load, drop);
}
