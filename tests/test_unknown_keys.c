/* Keys that VMware does not know. */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/knowledge.h>
#include <gpuvirt/lint.h>
#include <gpuvirt/vmx.h>

#include "repair/unknown_keys.h"

static void find(struct gv_findings *findings, struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	unknown_keys_find(findings, vmx);
	assert_false(findings->failed);
	gv_vmx_free(vmx);
}

/* "LINE:COLUMN RULE" of each, with blanks between. */
static void assert_found(const char *text, const char *want)
{
	struct gv_findings findings = {0};
	struct gv_buf have = {0};
	find(&findings, gv_span_of(text));
	for (size_t i = 0; i < findings.count; i++)
		gv_buf_format(&have, "%s%u:%u %s", i > 0 ? " " : "", findings.at[i].line,
		              findings.at[i].column, findings.at[i].rule);
	assert_span(gv_buf_span(&have), gv_span_of(want));
	gv_buf_dispose(&have);
	gv_findings_dispose(&findings);
}

static void keys_are_found_where_they_stand(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"mks.enable3d = \"TRUE\"\n", ""},
		{"mks.enableGLRenderer = \"TRUE\"\n", "1:1 gone-key"},
		{"a = \"1\"\r\n  MKS.EnableGLRENDERER=TRUE\r\n", "2:3 gone-key"},
		{"mks.g3d.maxTextureSize = \"1\"\n", "1:1 nonexistent-key"},
		{"mks.enableDX12 = \"TRUE\"\n", "1:1 unconfirmed-key"},
		/* names that begin in the same way */
		{"mks.enableDX12Renderer = \"TRUE\"\nmks.enableDX11Renderer = \"TRUE\"\n", ""},
		{"mks.enableGLRenderer2 = \"TRUE\"\nmks.enableGLPresentation = \"TRUE\"\n", ""},
		{"# mks.enableGLRenderer = \"TRUE\"\n", ""},
		{"a = \"mks.enableGLRenderer\"\n", ""},
		/* the first of several; a line that cannot be read counts: it was meant to be one
	         */
		{"a = \"1\"\nmks.enableDX11 = \"1\"\nmks.enabledx11 = \"1\"\n",
	         "2:1 unconfirmed-key"},
		{"mks.enableDX11 = \"TRUE\nb = \"1\"\n", "1:1 unconfirmed-key"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_found(rows[i][0], rows[i][1]);
}

static const char *const checks[GV_KEY_STATUSES] = {
	[GV_KEY_GONE] = "gone-key",
	[GV_KEY_NONEXISTENT] = "nonexistent-key",
	[GV_KEY_UNCONFIRMED] = "unconfirmed-key",
};

static void every_flagged_key_is_a_note_without_a_repair(void **state)
{
	const struct gv_flagged_key *keys = gv_flagged_keys();
	(void)state;
	for (size_t i = 0; i < GV_FLAGGED_KEYS; i++) {
		struct gv_findings findings = {0};
		struct gv_buf text = {0};
		gv_buf_add(&text, keys[i].name);
		gv_buf_text(&text, " = \"x\"\n");
		find(&findings, gv_buf_span(&text));
		assert_int_equal(findings.count, 1);
		assert_string_equal(findings.at[0].rule, checks[keys[i].status]);
		assert_non_null(gv_check(findings.at[0].rule));
		assert_non_null(strstr(findings.at[0].message, keys[i].why));
		assert_int_equal(findings.at[0].severity, GV_NOTE);
		assert_int_equal(findings.at[0].fix, GV_FIX_NONE);
		assert_int_equal(findings.edits.count, 0);
		assert_true(keys[i].name.len >= 12); /* gv_vmx_beginning needs them */
		gv_findings_dispose(&findings);
		gv_buf_dispose(&text);
	}
}

static void all_keys_are_found_in_a_large_text(void **state)
{
	struct gv_findings findings = {0};
	struct gv_buf text = {0};
	const struct gv_flagged_key *keys = gv_flagged_keys();
	(void)state;
	for (size_t i = 0; text.len <= (1 << 20); i++)
		gv_buf_format(&text, "mks.enable%zu.filler = \"%zu\"\n", i, i);
	for (size_t i = 0; i < GV_FLAGGED_KEYS; i++) {
		gv_buf_add(&text, keys[i].name);
		gv_buf_text(&text, " = \"x\"\n");
	}
	find(&findings, gv_buf_span(&text));
	assert_int_equal(findings.count, GV_FLAGGED_KEYS);
	gv_findings_dispose(&findings);
	gv_buf_dispose(&text);
}

/* What the file says of the product is said, and not more. */
static void the_hardware_version_tells_of_the_product(void **state)
{
	static const struct {
		const char *line;
		const char *want;
	} rows[] = {
		{"", "the file does not say"},
		{"virtualHW.version = \"21\"\n", "the file does not say"},
		{"virtualHW.version = \"22\"\n", "need Workstation 25 or later"},
		{"virtualhw.version = 23\n", "need Workstation 25 or later"},
		{"virtualHW.version = \"22x\"\n", "the file does not say"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_findings findings = {0};
		struct gv_buf text = {0};
		gv_buf_format(&text, "%smks.enableGLRenderer = \"TRUE\"\n", rows[i].line);
		find(&findings, gv_buf_span(&text));
		assert_int_equal(findings.count, 1);
		if (strstr(findings.at[0].message, rows[i].want) == NULL)
			fail_msg("not \"%s\": %s", rows[i].want, findings.at[0].message);
		gv_findings_dispose(&findings);
		gv_buf_dispose(&text);
	}
}

static void what_is_switched_off_is_not_found(void **state)
{
	static const char *const ids[] = {"gone-key"};
	const struct gv_ids off = {ids, COUNT(ids)};
	struct gv_findings findings = {.off = &off};
	(void)state;
	find(&findings, SPAN("mks.enableGLRenderer = \"TRUE\"\nmks.enableDX11 = \"TRUE\"\n"));
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.at[0].rule, "unconfirmed-key");
	gv_findings_dispose(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found_where_they_stand),
		cmocka_unit_test(every_flagged_key_is_a_note_without_a_repair),
		cmocka_unit_test(all_keys_are_found_in_a_large_text),
		cmocka_unit_test(the_hardware_version_tells_of_the_product),
		cmocka_unit_test(what_is_switched_off_is_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
