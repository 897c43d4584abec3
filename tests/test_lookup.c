/* What a question is about. */
#include "support.h"

#include <stdio.h>

#include "cli/lookup.h"

static struct cards cards;

static int load(void **state)
{
	(void)state;
	return cards_load(&cards, NULL) == GV_OK ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	cards_dispose(&cards);
	return 0;
}

/* The names found with blanks between, those that may be meant behind a "?". */
static void describe(struct gv_buf *out, const struct lookup *lookup)
{
	for (size_t i = 0; i < lookup->count; i++)
		gv_buf_format(out, "%s%s", i > 0 ? " " : "", lookup->at[i]->name);
	for (size_t i = 0; i < lookup->near_count; i++)
		gv_buf_format(out, "%s%s", i > 0 ? " " : "?", lookup->near[i]->name);
	gv_buf_text(out, "");
}

static void assert_answer(const char *text, const char *want)
{
	struct lookup lookup = {0};
	struct gv_buf have = {0};
	lookup_text(&lookup, &cards, gv_span_of(text));
	assert_false(lookup.failed);
	describe(&have, &lookup);
	if (strcmp(have.at, want) != 0)
		fail_msg("%s: %s, want %s", text, have.at, want);
	gv_buf_dispose(&have);
	lookup_dispose(&lookup);
}

static void questions_have_answers(void **state)
{
	static const char *const rows[][2] = {
		/* names */
		{"mks.enable3d", "mks.enable3d"},
		{"MKS.ENABLE3D", "mks.enable3d"},
		{"mks.enable3d = \"TRUE\"", "mks.enable3d"},
		{"mks.enable3d=TRUE", "mks.enable3d"},
		{"stale-gpu-cache", "stale-gpu-cache"},
		{"duplicate-name", "duplicate-name"},
		{"hard-linked", "hard-linked"},
		{"feature-level", "feature-level"},
		{"badlisted", "badlisted"},
		{"vga-only", "vga-only vga-only"}, /* a rule and a cause */
		/* families */
		{"mks.dx12", "mks.dx12.vendorID mks.dx12.allowUnsupportedDevices"},
		{"mks.dx12.", "mks.dx12.vendorID mks.dx12.allowUnsupportedDevices"},
		{"MKS.dx12.*", "mks.dx12.vendorID mks.dx12.allowUnsupportedDevices"},
		{"svga.allow*", "svga.allowSVGA3 svga.allowAsyncReadback"},
		{"svga.allow", "svga.allowSVGA3 svga.allowAsyncReadback"},
		{"vtpm.present", "vtpm.*"},
		{"encryption.other", "encryption.*"},
		/* parts of names */
		{"guestbacked", "svga.guestBackedPrimaryAware"},
		{"allowUnsupportedDevices",
	         "mks.vk.allowUnsupportedDevices mks.dx11.allowUnsupportedDevices "
	         "mks.dx12.allowUnsupportedDevices"},
		/* messages */
		{"2024-03-01T10:00:00.000Z In(05) mks DX11Renderer: Device ID is badlisted",
	         "badlisted"},
		{"ISBRendererComm: Lost connection to mksSandbox (3093)", "mks-unrecoverable"},
		{"unrecoverable\n error: (mks)", "mks-unrecoverable"},
		{"3d support is AVAILABLE", "no-3d-support"},
		{"Device ID is badlisted\nMonitor Mode: ULM", "badlisted hyper-v-present"},
		/* words in a text */
		{"vm.vmx:3:1: warning: a text [stale-gpu-cache]", "stale-gpu-cache"},
		{"set mks.enable3d and svga.vgaOnly.", "mks.enable3d svga.vgaOnly"},
		{"mks.enable3d mks.enable3d", "mks.enable3d"},
		/* near misses */
		{"mks.enabel3d", "?mks.enable3d"},
		{"stale-gpu-cash", "?stale-gpu-cache"},
		{"DX11.1 not supported by host, VMs have acceleration disabled", "?directx-11-1"},
		/* nothing */
		{"nothing", ""},
		{"this is no message at all", ""},
		{"=", ""},
		{"x", ""},
		{".", ".encoding"}, /* begins so */
		{"..", ""},
		{"**", ""},
		{"\xFF\xFE", ""},
		{"", ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_answer(rows[i][0], rows[i][1]);
}

static void every_card_is_found_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < cards.count; i++) {
		struct lookup lookup = {0};
		bool found = false;
		lookup_text(&lookup, &cards, gv_span_of(cards.at[i].name));
		for (size_t j = 0; j < lookup.count; j++)
			found |= lookup.at[j] == &cards.at[i] || lookup.around == &cards.at[i];
		/* of a family that has cards of its own these are shown */
		if (!found && strchr(cards.at[i].name, '*') == NULL)
			fail_msg("%s is not found", cards.at[i].name);
		assert_true(lookup.count > 0);
		lookup_dispose(&lookup);
	}
}

static void cards_are_complete(void **state)
{
	size_t kinds[CARD_KINDS] = {0};
	(void)state;
	for (size_t i = 0; i < cards.count; i++) {
		const struct card *card = &cards.at[i];
		kinds[card->kind]++;
		assert_true(strlen(card->name) > 0 && strlen(card->brief) > 0);
		assert_true(card->count >= 3 && card->count < CARD_FIELDS);
		for (size_t j = 0; j < card->count; j++) {
			assert_true(strlen(card->fields[j].text) > 0);
			assert_null(strpbrk(card->fields[j].text, "\r\n\t"));
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(card->fields[j].name, card->fields[k].name);
		}
	}
	for (int i = 0; i < CARD_KINDS; i++) {
		assert_true(kinds[i] > 0);
		assert_true(strlen(card_kind_name((enum card_kind)i)) > 0);
	}
}

static void a_long_question_is_answered(void **state)
{
	struct gv_buf text = {0};
	struct lookup lookup = {0};
	(void)state;
	while (text.len < 60000 / MANY_DIVISOR)
		gv_buf_text(&text, "a-b c.d mks.enable3 ");
	gv_buf_text(&text, "mks.enable3d");
	lookup_text(&lookup, &cards, gv_buf_span(&text));
	assert_int_equal(lookup.count, 1);
	assert_string_equal(lookup.at[0]->name, "mks.enable3d");
	lookup_dispose(&lookup);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_have_answers),
		cmocka_unit_test(every_card_is_found_by_its_name),
		cmocka_unit_test(cards_are_complete),
		cmocka_unit_test(a_long_question_is_answered),
	};
	return cmocka_run_group_tests(tests, load, drop);
}
