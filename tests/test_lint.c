/* The structural checks: one row for each situation, and the repair that each finding offers. */
#include "support.h"

#include <gpuvirt/lint.h>

#include "base/charset.h"

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define BOM "\xEF\xBB\xBF"
#define LEFT "\xE2\x80\x9C"
#define RIGHT "\xE2\x80\x9D"
#define LOW "\xE2\x80\x9E"
#define HIGH "\xE2\x80\x9F"
#define FULL "\xEF\xBC\x82"

/* What keeps the two notes about missing versions away. */
#define VERSIONS "config.version = \"8\"\nvirtualHW.version = \"21\"\n"

#define GBK ".encoding = \"GBK\"\n"
#define SHIFT_JIS ".encoding = \"Shift_JIS\"\n"
#define KOREAN ".encoding = \"windows-949\"\n"
#define WESTERN ".encoding = \"windows-1252\"\n"
#define UTF8 ".encoding = \"UTF-8\"\n"

struct row {
	struct gv_span text;
	const char *rule;
	uint32_t line;
	uint32_t column;
	enum gv_fix fix;
	struct gv_span want; /* the text with the edits of this finding */
	size_t others;       /* findings that the text has besides this one */
};

/* A finding without repair leaves the text as it is. */
#define NO_REPAIR(text) GV_FIX_NONE, BYTES(text)

static const struct row plain_rows[] = {
	{BYTES("a = \"1\"\na = \"1\"\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_SAFE,
	 BYTES("a = \"1\"\n" VERSIONS), 0},
	{BYTES("a = \"x|22\"\nb = 1\n\tA = \"x|22\" # why\r\n" VERSIONS), "duplicate-name", 3, 2,
	 GV_FIX_SAFE, BYTES("a = \"x|22\"\nb = 1\n" VERSIONS), 0},
	{BYTES("a = \"|41\"\na = A\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_SAFE,
	 BYTES("a = \"|41\"\n" VERSIONS), 0},
	{BYTES("a =\nA = \"\"\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_SAFE,
	 BYTES("a =\n" VERSIONS), 0},
	{BYTES("a = \"1\"\na = \"2\"\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_UNSAFE,
	 BYTES("a = \"2\"\n" VERSIONS), 0},
	{BYTES("a = 1 # x\nA = \"true\"\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_UNSAFE,
	 BYTES("a = \"true\" # x\n" VERSIONS), 0},
	{BYTES("a = \"TRUE\"\na = \"true\"\n" VERSIONS), "duplicate-name", 2, 1, GV_FIX_UNSAFE,
	 BYTES("a = \"true\"\n" VERSIONS), 0},
	{BYTES("a = \"1\"\na = \"1\"\na = \"1\"\n" VERSIONS), "duplicate-name", 3, 1, GV_FIX_SAFE,
	 BYTES("a = \"1\"\na = \"1\"\n" VERSIONS), 1},
	/* of 1, 2, 1 none may go without a guess */
	{BYTES("a = \"1\"\na = \"2\"\na = \"1\"\n" VERSIONS), "duplicate-name", 2, 1,
	 GV_FIX_UNSAFE, BYTES("a = \"2\"\na = \"1\"\n" VERSIONS), 1},
	{BYTES("a = \"1\"\na = \"2\"\na = \"1\"\n" VERSIONS), "duplicate-name", 3, 1,
	 GV_FIX_UNSAFE, BYTES("a = \"1\"\na = \"2\"\n" VERSIONS), 1},
	{BYTES("a = \"1\"\na = \"1\"\na = \"2\"\n" VERSIONS), "duplicate-name", 2, 1,
	 GV_FIX_UNSAFE, BYTES("a = \"1\"\na = \"2\"\n" VERSIONS), 1},
	{BYTES("a = 1\na = 2\nb = 1\nb = 1\n" VERSIONS), "duplicate-name", 4, 1, GV_FIX_SAFE,
	 BYTES("a = 1\na = 2\nb = 1\n" VERSIONS), 1},
	{BYTES(VERSIONS "a = 1\na = 1"), "duplicate-name", 4, 1, GV_FIX_SAFE,
	 BYTES(VERSIONS "a = 1\n"), 0},
	/* names whose loss destroys an encrypted machine are never touched */
	{BYTES("encryption.data = \"1\"\nencryption.data = \"1\"\n" VERSIONS),
	 "duplicate-name", 2, 1,
	 NO_REPAIR("encryption.data = \"1\"\nencryption.data = \"1\"\n" VERSIONS), 0},
	{BYTES("encryption.keySafe = \"1\"\nENCRYPTION.KEYSAFE = \"2\"\n" VERSIONS),
	 "duplicate-name", 2, 1,
	 NO_REPAIR("encryption.keySafe = \"1\"\nENCRYPTION.KEYSAFE = \"2\"\n" VERSIONS), 0},
	{BYTES("vtpm.ekCRT = \"1\"\nvtpm.ekCRT = \"1\"\n" VERSIONS), "duplicate-name", 2, 1,
	 NO_REPAIR("vtpm.ekCRT = \"1\"\nvtpm.ekCRT = \"1\"\n" VERSIONS), 0},
	{BYTES("dataFileKey = \"1\"\ndatafilekey = \"1\"\n" VERSIONS), "duplicate-name", 2, 1,
	 NO_REPAIR("dataFileKey = \"1\"\ndatafilekey = \"1\"\n" VERSIONS), 0},
	{BYTES("vmx.encryptionType = \"partial\"\nvmx.encryptionType = \"full\"\n" VERSIONS),
	 "duplicate-name", 2, 1,
	 NO_REPAIR("vmx.encryptionType = \"partial\"\nvmx.encryptionType = \"full\"\n" VERSIONS),
	 0},

	{BYTES("= 1\n" VERSIONS), "malformed-line", 1, 1, NO_REPAIR("= 1\n" VERSIONS), 0},
	{BYTES("hello\n" VERSIONS), "malformed-line", 1, 6, NO_REPAIR("hello\n" VERSIONS), 0},
	{BYTES("a b = 1\n" VERSIONS), "malformed-line", 1, 3, NO_REPAIR("a b = 1\n" VERSIONS), 0},
	{BYTES("a = \"1\" x\n" VERSIONS), "malformed-line", 1, 9,
	 NO_REPAIR("a = \"1\" x\n" VERSIONS), 0},
	{BYTES("a = \"x \"y\" z\"\n" VERSIONS), "malformed-line", 1, 9,
	 NO_REPAIR("a = \"x \"y\" z\"\n" VERSIONS), 0},
	{BYTES("a = \"1\n" VERSIONS), "malformed-line", 1, 5, GV_FIX_UNSAFE,
	 BYTES("a = \"1\"\n" VERSIONS), 0},
	{BYTES("a = \"x # y \t\r\n" VERSIONS), "malformed-line", 1, 5, GV_FIX_UNSAFE,
	 BYTES("a = \"x # y\" \t\r\n" VERSIONS), 0},
	{BYTES(VERSIONS "a = \"1"), "malformed-line", 3, 5, GV_FIX_UNSAFE,
	 BYTES(VERSIONS "a = \"1\""), 0},
	{BYTES("a = \"D:\\Machines\\\xE5\x85\xB1?\n" VERSIONS), "malformed-line", 1, 5,
	 GV_FIX_UNSAFE, BYTES("a = \"D:\\Machines\\\xE5\x85\xB1?\"\n" VERSIONS), 0},
	{BYTES("a = x y\n" VERSIONS), "malformed-line", 1, 7, GV_FIX_UNSAFE,
	 BYTES("a = \"x y\"\n" VERSIONS), 0},
	{BYTES("a =\tx y \t\r\n" VERSIONS), "malformed-line", 1, 7, GV_FIX_UNSAFE,
	 BYTES("a =\t\"x y\" \t\r\n" VERSIONS), 0},
	{BYTES("a = x y # z\n" VERSIONS), "malformed-line", 1, 7,
	 NO_REPAIR("a = x y # z\n" VERSIONS), 0},
	{BYTES("a = x \"y\"\n" VERSIONS), "malformed-line", 1, 7,
	 NO_REPAIR("a = x \"y\"\n" VERSIONS), 0},
	{BYTES("a = \"1\"\nA = \"2\n" VERSIONS), "malformed-line", 2, 5,
	 NO_REPAIR("a = \"1\"\nA = \"2\n" VERSIONS), 0},
	{BYTES("a = x y\nb = 1\nA = 2\n" VERSIONS), "malformed-line", 1, 7,
	 NO_REPAIR("a = x y\nb = 1\nA = 2\n" VERSIONS), 0},
	{BYTES("encryption.data = \"1\n" VERSIONS), "malformed-line", 1, 19,
	 NO_REPAIR("encryption.data = \"1\n" VERSIONS), 0},
	{BYTES("vtpm.x = a b\n" VERSIONS), "malformed-line", 1, 12,
	 NO_REPAIR("vtpm.x = a b\n" VERSIONS), 0},
	{BYTES("#!/usr/bin/vmware\r\r  x\r" VERSIONS), "malformed-line", 3, 4,
	 NO_REPAIR("#!/usr/bin/vmware\r\r  x\r" VERSIONS), 0},

	{BYTES("a = " LEFT "1" RIGHT "\n" VERSIONS), "typographic-quotes", 1, 5, GV_FIX_SAFE,
	 BYTES("a = \"1\"\n" VERSIONS), 0},
	{BYTES("a = " LEFT RIGHT "\n" VERSIONS), "typographic-quotes", 1, 5, GV_FIX_SAFE,
	 BYTES("a = \"\"\n" VERSIONS), 0},
	{BYTES("\ta=" LOW "x y" LEFT " \t\r\n" VERSIONS), "typographic-quotes", 1, 4, GV_FIX_SAFE,
	 BYTES("\ta=\"x y\" \t\r\n" VERSIONS), 0},
	{BYTES("a = " FULL "1" FULL "\n" VERSIONS), "typographic-quotes", 1, 5, GV_FIX_SAFE,
	 BYTES("a = \"1\"\n" VERSIONS), 0},
	{BYTES("a = " RIGHT "1" HIGH " # why\n" VERSIONS), "typographic-quotes", 1, 5, GV_FIX_SAFE,
	 BYTES("a = \"1\" # why\n" VERSIONS), 0},
	{BYTES(UTF8 "a = " LEFT "\xC3\xA9" RIGHT "\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(UTF8 "a = \"\xC3\xA9\"\n" VERSIONS), 0},
	/* an editor that wrote UTF-8 into a file of another encoding */
	{BYTES(WESTERN "a = " LEFT "1" RIGHT "\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(WESTERN "a = \"1\"\n" VERSIONS), 0},
	/* a name that stands elsewhere: what is malformed now would become its duplicate */
	{BYTES("a = 1\nA = " LEFT "x y" RIGHT "\n" VERSIONS), "typographic-quotes", 2, 5,
	 NO_REPAIR("a = 1\nA = " LEFT "x y" RIGHT "\n" VERSIONS), 0},
	{BYTES("encryption.data = " LEFT "1" RIGHT "\n" VERSIONS), "typographic-quotes", 1, 19,
	 NO_REPAIR("encryption.data = " LEFT "1" RIGHT "\n" VERSIONS), 0},
	/* quotes at one end only, or with more quotes between them: no delimiters */
	{BYTES("a = " LEFT "x y\n" VERSIONS), "malformed-line", 1, 10, GV_FIX_UNSAFE,
	 BYTES("a = \"" LEFT "x y\"\n" VERSIONS), 0},
	{BYTES("a = " LEFT "x" RIGHT " " LEFT "y" RIGHT "\n" VERSIONS), "malformed-line", 1, 13,
	 GV_FIX_UNSAFE, BYTES("a = \"" LEFT "x" RIGHT " " LEFT "y" RIGHT "\"\n" VERSIONS), 0},
	{BYTES("a = " LEFT "x \"y" RIGHT "\n" VERSIONS), "malformed-line", 1, 10,
	 NO_REPAIR("a = " LEFT "x \"y" RIGHT "\n" VERSIONS), 0},
	{BYTES("a = \"1" RIGHT "\n" VERSIONS), "malformed-line", 1, 5, GV_FIX_UNSAFE,
	 BYTES("a = \"1" RIGHT "\"\n" VERSIONS), 0},

	{BYTES(BOM VERSIONS), "byte-order-mark", 1, 1, GV_FIX_SAFE, BYTES(VERSIONS), 0},
	{BYTES(BOM), "byte-order-mark", 1, 1, GV_FIX_SAFE, BYTES(""), 2},
	{BYTES(BOM UTF8 VERSIONS "a = \"\xC3\xA9\"\n"), "byte-order-mark", 1, 1, GV_FIX_SAFE,
	 BYTES(UTF8 VERSIONS "a = \"\xC3\xA9\"\n"), 0},

	{BYTES(UTF8 "a = \"\xE9\"\n" VERSIONS), "invalid-encoding", 2, 6,
	 NO_REPAIR(UTF8 "a = \"\xE9\"\n" VERSIONS), 0},
	{BYTES(VERSIONS "# \xC3\xA9\n\n# x\xED\xA0\x80\n" UTF8), "invalid-encoding", 5, 4,
	 NO_REPAIR(VERSIONS "# \xC3\xA9\n\n# x\xED\xA0\x80\n" UTF8), 0},
	{BYTES(UTF8 "a = \"\xC3\"\nb = \"\xFF\xFF\"\n" VERSIONS), "invalid-encoding", 2, 6,
	 NO_REPAIR(UTF8 "a = \"\xC3\"\nb = \"\xFF\xFF\"\n" VERSIONS), 1},
	{BYTES(UTF8 "a = \"\xC3\"\nb = \"\xFF\xFF\"\n" VERSIONS), "invalid-encoding", 3, 6,
	 NO_REPAIR(UTF8 "a = \"\xC3\"\nb = \"\xFF\xFF\"\n" VERSIONS), 1},

	{BYTES(".encoding = \"klingon\"\na = \"\xE9\"\n" VERSIONS), "unknown-encoding", 1, 14,
	 NO_REPAIR(".encoding = \"klingon\"\na = \"\xE9\"\n" VERSIONS), 0},
	{BYTES(VERSIONS "# \xFF\n.encoding = x\n"), "unknown-encoding", 4, 13,
	 NO_REPAIR(VERSIONS "# \xFF\n.encoding = x\n"), 0},

	{BYTES(VERSIONS "\0\0\0"), "nul-bytes", 3, 1, NO_REPAIR(VERSIONS "\0\0\0"), 0},
	{BYTES(VERSIONS "a = \"1\"\0\0\0"), "nul-bytes", 3, 8,
	 NO_REPAIR(VERSIONS "a = \"1\"\0\0\0"), 0},
	{BYTES("\0\0\n" VERSIONS), "nul-bytes", 1, 1, NO_REPAIR("\0\0\n" VERSIONS), 0},
	{BYTES("a = 1\0x\n\0\n" VERSIONS), "nul-bytes", 1, 6,
	 NO_REPAIR("a = 1\0x\n\0\n" VERSIONS), 0},

	{BYTES(VERSIONS "\x1A"), "ctrl-z", 3, 1, NO_REPAIR(VERSIONS "\x1A"), 1},
	{BYTES("a = \"\x1A\"\nb = \"\x1A\"\n" VERSIONS), "ctrl-z", 1, 6,
	 NO_REPAIR("a = \"\x1A\"\nb = \"\x1A\"\n" VERSIONS), 0},
	{BYTES("\n# x\x1A\n" VERSIONS), "ctrl-z", 2, 4, NO_REPAIR("\n# x\x1A\n" VERSIONS), 0},

	{BYTES("virtualHW.version = \"21\"\n"), "missing-config-version", 1, 1,
	 NO_REPAIR("virtualHW.version = \"21\"\n"), 0},
	{BYTES("virtualHW.version = 8\nconfig.version = x y\n"), "missing-config-version", 1, 1,
	 GV_FIX_NONE, BYTES("virtualHW.version = 8\nconfig.version = x y\n"), 1},
	{BYTES("CONFIG.VERSION = 8\n"), "missing-hardware-version", 1, 1,
	 NO_REPAIR("CONFIG.VERSION = 8\n"), 0},
	{BYTES("a = 1\n"), "missing-hardware-version", 1, 1, NO_REPAIR("a = 1\n"), 1},
};

/* Encodings that the system converts. B0 A1 and C4 E3 are characters in GBK and windows-949. */
static const struct row charset_rows[] = {
	{BYTES(GBK "a = \xA1\xB0\xB0\xA1\xA1\xB1\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(GBK "a = \"\xB0\xA1\"\n" VERSIONS), 0},
	{BYTES(GBK "a = \xA3\xA2x y\xA3\xA2 \r\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(GBK "a = \"x y\" \r\n" VERSIONS), 0},
	/* A1 B0 lies across B0 A1 and B0 B1, between quotes that are there */
	{BYTES(GBK "a = \xA1\xB0\xB0\xA1\xB0\xB1\xA1\xB1\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(GBK "a = \"\xB0\xA1\xB0\xB1\"\n" VERSIONS), 0},
	{BYTES(GBK "a = \xB0\xA1 \xA1\xB0x\xA1\xB1\n" VERSIONS), "malformed-line", 2, 8,
	 GV_FIX_UNSAFE, BYTES(GBK "a = \"\xB0\xA1 \xA1\xB0x\xA1\xB1\"\n" VERSIONS), 0},
	{BYTES(GBK "a = \"\xC4\"\n" VERSIONS), "invalid-encoding", 2, 6,
	 NO_REPAIR(GBK "a = \"\xC4\"\n" VERSIONS), 0},
	{BYTES(GBK "# \xB0\xA1\xFF\n" VERSIONS), "invalid-encoding", 2, 5,
	 NO_REPAIR(GBK "# \xB0\xA1\xFF\n" VERSIONS), 0},
	/* what is not of the encoding is not read in it */
	{BYTES(GBK "a = \xA1\xB0\xFF\xA1\xB1\n" VERSIONS), "invalid-encoding", 2, 7,
	 NO_REPAIR(GBK "a = \xA1\xB0\xFF\xA1\xB1\n" VERSIONS), 0},
	{BYTES(GBK "a = " LEFT "x" RIGHT "\n" VERSIONS), "typographic-quotes", 2, 5, GV_FIX_SAFE,
	 BYTES(GBK "a = \"x\"\n" VERSIONS), 1},
	{BYTES(BOM GBK "a = \"\xB0\xA1\"\n" VERSIONS), "byte-order-mark", 1, 1, GV_FIX_SAFE,
	 BYTES(GBK "a = \"\xB0\xA1\"\n" VERSIONS), 0},

	{BYTES(SHIFT_JIS "a = \x81\x67\x83\x5C\x81\x68\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(SHIFT_JIS "a = \"\x83\x5C\"\n" VERSIONS), 0},
	/* 81 67 lies across 83 81 and "g"; 81 68 across 83 81 and "h" */
	{BYTES(SHIFT_JIS "a = \x81\x67\x83\x81gx\x83\x81h\x81\x68\n" VERSIONS),
	 "typographic-quotes", 2, 5, GV_FIX_SAFE,
	 BYTES(SHIFT_JIS "a = \"\x83\x81gx\x83\x81h\"\n" VERSIONS), 0},
	{BYTES(SHIFT_JIS "a = \x81\x67 x\x83\x81h\n" VERSIONS), "malformed-line", 2, 8,
	 GV_FIX_UNSAFE, BYTES(SHIFT_JIS "a = \"\x81\x67 x\x83\x81h\"\n" VERSIONS), 0},
	{BYTES(SHIFT_JIS "a = \"\x81\"\n" VERSIONS), "invalid-encoding", 2, 6,
	 NO_REPAIR(SHIFT_JIS "a = \"\x81\"\n" VERSIONS), 0},

	{BYTES(KOREAN "a = \xA1\xB0\xBD\xC7\xA1\xB1\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(KOREAN "a = \"\xBD\xC7\"\n" VERSIONS), 0},
	{BYTES(KOREAN "a = \"\xBD\"\n" VERSIONS), "invalid-encoding", 2, 6,
	 NO_REPAIR(KOREAN "a = \"\xBD\"\n" VERSIONS), 0},

	{BYTES(WESTERN "a = \x93" "caf\xE9\x94\n" VERSIONS), "typographic-quotes", 2, 5,
	 GV_FIX_SAFE, BYTES(WESTERN "a = \"caf\xE9\"\n" VERSIONS), 0},
	{BYTES(WESTERN "a = \x84x y\x93 \n" VERSIONS), "typographic-quotes", 2, 5, GV_FIX_SAFE,
	 BYTES(WESTERN "a = \"x y\" \n" VERSIONS), 0},
	{BYTES(WESTERN "a = \x93x\x94 \x93y\x94\n" VERSIONS), "malformed-line", 2, 9,
	 GV_FIX_UNSAFE, BYTES(WESTERN "a = \"\x93x\x94 \x93y\x94\"\n" VERSIONS), 0},
};

static const struct gv_span clean_texts[] = {
	BYTES(""),
	BYTES(VERSIONS),
	BYTES("# x\r\n\r\nConfig.Version = 8\r\nVIRTUALHW.VERSION = 8"),
	BYTES(UTF8 "a = \"caf\xC3\xA9\"\n" VERSIONS),
	BYTES(GBK "a = \"\xB0\xA1\xC4\xE3\"\nb = \"\x81\x5C\x81\x7C\"\n" VERSIONS),
	BYTES(SHIFT_JIS "a = \"\x83\x5C\x83\x7C\xB1\"\n" VERSIONS),
	BYTES(KOREAN "a = \"\xBD\xC7\"\n" VERSIONS),
	BYTES(WESTERN "a = \"\x93\x94\xE9\x81\"\n" VERSIONS),
	BYTES("a = \"\xE9\xFF\"\n" VERSIONS),
	BYTES(".encoding = \"klingon\"\n" VERSIONS),
	BYTES("a = \"" LEFT "x" RIGHT "\"\n" VERSIONS),
	BYTES("a = " LEFT "x\nb = x" RIGHT "\nc = x" LEFT "y\n" VERSIONS),
	BYTES("a = " LEFT "\n" VERSIONS),
	BYTES("# " LEFT "x" RIGHT "\n" VERSIONS),
	BYTES(GBK "a = \xB0\xA1\xB0\xB1\xA1\xB1\n" VERSIONS),
	BYTES("encryption.data = \"1\"\nencryption.keySafe = \"1\"\n" VERSIONS),
	BYTES("a = \"||22\"\nb = b\"c\"\n" VERSIONS),
	BYTES(VERSIONS "x = 1\v\fy\n"),
};

static struct gv_vmx *lint(struct gv_findings *findings, struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	gv_lint(findings, vmx);
	assert_false(findings->failed);
	return vmx;
}

static const struct gv_finding *find(const struct gv_findings *findings, const struct row *row)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct gv_finding *finding = &findings->at[i];
		if (strcmp(finding->rule, row->rule) == 0 && finding->line == row->line &&
		    finding->column == row->column)
			return finding;
	}
	return NULL;
}

/* TEXT with the edits of FINDING alone. */
static struct gv_buf repaired(const struct gv_findings *findings, const struct gv_finding *finding,
                              struct gv_span text)
{
	struct gv_edits edits = {0};
	struct gv_buf out = {0};
	for (size_t i = 0; i < finding->edit_count; i++)
		gv_edits_add(&edits, &findings->edits.at[finding->first_edit + i]);
	gv_edits_settle(&edits);
	assert_int_equal(gv_edits_apply(&edits, text, &out, NULL), GV_OK);
	gv_edits_dispose(&edits);
	return out;
}

static void show_findings(const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		print_error("%u:%u: %s: %s\n", (unsigned)findings->at[i].line,
		            (unsigned)findings->at[i].column, findings->at[i].rule,
		            findings->at[i].message);
}

static enum gv_severity severity_of(const char *rule)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	size_t i = 0;
	while (i < count && strcmp(checks[i].id, rule) != 0)
		i++;
	assert_true(i < count);
	return checks[i].severity;
}

static void assert_printable(const char *message)
{
	assert_true(message[0] != '\0');
	for (const char *at = message; *at != '\0'; at++)
		assert_true((unsigned char)*at >= 0x20 && *at != 0x7F);
	assert_int_equal(gv_charset_first_bad(gv_charset_utf8(), gv_span_of(message)),
	                 strlen(message));
}

static void assert_row(const struct row *row)
{
	struct gv_findings findings = {0};
	struct gv_vmx *vmx = lint(&findings, row->text);
	const struct gv_finding *finding = find(&findings, row);
	if (finding == NULL || findings.count != row->others + 1) {
		show_findings(&findings);
		fail_msg("want %u:%u: %s and %zu others", (unsigned)row->line,
		         (unsigned)row->column, row->rule, row->others);
	}
	struct gv_buf out = repaired(&findings, finding, row->text);
	assert_span(gv_buf_span(&out), row->want);
	assert_int_equal(finding->fix, row->fix);
	assert_int_equal(finding->edit_count == 0, row->fix == GV_FIX_NONE);
	for (size_t i = 0; i < finding->edit_count; i++)
		assert_int_equal(findings.edits.at[finding->first_edit + i].unsafe,
		                 row->fix == GV_FIX_UNSAFE);
	assert_int_equal(finding->severity, severity_of(row->rule));
	assert_printable(finding->message);
	gv_buf_dispose(&out);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
}

static void finds_what_is_wrong_and_what_mends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(plain_rows); i++)
		assert_row(&plain_rows[i]);
}

static bool converts(const char *name)
{
	struct gv_buf out = {0};
	const struct gv_charset *charset = gv_charset_find(gv_span_of(name));
	bool done = charset != NULL && gv_charset_from_utf8(&out, charset, gv_span_of(LEFT));
	gv_buf_dispose(&out);
	return done;
}

static void skip_without_converters(void)
{
	static const char *const names[] = {"GBK", "Shift_JIS", "windows-949", "windows-1252"};
	for (size_t i = 0; i < COUNT(names); i++) {
		if (converts(names[i]))
			continue;
		print_error("SKIP: iconv does not know %s\n", names[i]);
		skip();
	}
}

static void reads_quotes_and_bytes_in_the_declared_encoding(void **state)
{
	(void)state;
	skip_without_converters();
	for (size_t i = 0; i < COUNT(charset_rows); i++)
		assert_row(&charset_rows[i]);
}

static void finds_nothing_in_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(clean_texts); i++) {
		struct gv_findings findings = {0};
		struct gv_vmx *vmx = lint(&findings, clean_texts[i]);
		show_findings(&findings);
		assert_int_equal(findings.count, 0);
		assert_int_equal(findings.edits.count, 0);
		gv_findings_dispose(&findings);
		gv_vmx_free(vmx);
	}
}

static bool is_in_table(const char *rule)
{
	for (size_t i = 0; i < COUNT(plain_rows); i++) {
		if (strcmp(plain_rows[i].rule, rule) == 0)
			return true;
	}
	return false;
}

/* By test_comments, and test_unknown_keys. */
static bool is_found_elsewhere(const char *id)
{
	static const char *const ids[] = {"unknown-rule", "gone-key", "nonexistent-key",
	                                  "unconfirmed-key"};
	bool found = false;
	for (size_t i = 0; i < COUNT(ids); i++)
		found |= strcmp(ids[i], id) == 0;
	return found;
}

static void every_check_is_in_the_table(void **state)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	(void)state;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		if (!is_in_table(checks[i].id) && !is_found_elsewhere(checks[i].id))
			fail_msg("no row has a finding of %s", checks[i].id);
		assert_true(strlen(checks[i].summary) > 0);
		assert_true(strlen(checks[i].why) > 0);
	}
}

/* TEXT with all edits of all findings, as with --unsafe-fixes. */
static struct gv_buf mended(struct gv_span text)
{
	struct gv_findings findings = {0};
	struct gv_buf out = {0};
	struct gv_vmx *vmx = lint(&findings, text);
	gv_edits_settle(&findings.edits);
	assert_int_equal(gv_edits_apply(&findings.edits, text, &out, NULL), GV_OK);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	return out;
}

/* Mends TEXT until nothing is left to mend, as a plan does. */
static void assert_all_repaired(struct gv_span text, struct gv_span want)
{
	struct gv_buf have = mended(text);
	for (int round = 1; round < 4; round++) {
		struct gv_buf next = mended(gv_buf_span(&have));
		gv_buf_dispose(&have);
		have = next;
	}
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
}

static void repairs_of_several_findings_go_together(void **state)
{
	static const struct {
		struct gv_span text;
		struct gv_span want;
	} rows[] = {
		{BYTES("a = 1\na = 2\na = 3\n" VERSIONS), BYTES("a = \"3\"\n" VERSIONS)},
		{BYTES("a = 1\na = 1\na = 2\n" VERSIONS), BYTES("a = \"2\"\n" VERSIONS)},
		{BYTES("a = 1\nb = 1\nA = 1\nB = 2\n" VERSIONS),
		 BYTES("a = 1\nb = \"2\"\n" VERSIONS)},
		{BYTES(BOM "a = " LEFT "1" RIGHT "\nb = x y\n" VERSIONS),
		 BYTES("a = \"1\"\nb = \"x y\"\n" VERSIONS)},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_all_repaired(rows[i].text, rows[i].want);
}

static void the_last_of_three_values_wins_also_when_it_is_the_first(void **state)
{
	(void)state;
	assert_all_repaired(SPAN("a = \"1\"\na = \"2\"\na = \"1\"\n" VERSIONS),
	                    SPAN("a = \"1\"\n" VERSIONS));
}

static void what_nobody_would_read_is_counted_and_mended(void **state)
{
	struct gv_buf text = {0};
	struct gv_findings findings = {0};
	(void)state;
	gv_buf_text(&text, VERSIONS);
	for (int i = 0; i < 1500; i++)
		gv_buf_text(&text, "a = 1\n");
	struct gv_vmx *vmx = lint(&findings, gv_buf_span(&text));
	assert_int_equal(findings.count, 1001);
	assert_string_equal(findings.at[1000].message, "499 more are not listed");
	assert_string_equal(findings.at[1000].rule, "duplicate-name");
	assert_int_equal(findings.at[1000].fix, GV_FIX_NONE);
	assert_int_equal(findings.at[1000].edit_count, 0);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	assert_all_repaired(gv_buf_span(&text), SPAN(VERSIONS "a = 1\n"));
	gv_buf_dispose(&text);
}

static void a_duplicate_in_typographic_quotes_is_read_without_them(void **state)
{
	(void)state;
	assert_all_repaired(SPAN("a = \"1\"\na = " LEFT "2" RIGHT "\n" VERSIONS),
	                    SPAN("a = \"2\"\n" VERSIONS));
}

static void messages_say_what_the_line_is_about(void **state)
{
	static const struct {
		struct gv_span text;
		const char *message;
	} rows[] = {
		{BYTES("a = 1\nA = 1\n" VERSIONS),
		 "A stands on line 1 already, with the same value"},
		{BYTES("a = 1\na = 2\n" VERSIONS),
		 "a stands on line 1 already, with another value"},
		{BYTES("x\x1B[2Jy\n" VERSIONS), "no \"=\" after the name: x\\x1B[2Jy"},
		{BYTES(UTF8 "a = \"\xE9\"\n" VERSIONS),
		 "byte 0xE9 means nothing in the declared encoding UTF-8"},
		{BYTES(VERSIONS "\0"), "1 NUL byte to the end: the file may be cut off"},
		{BYTES("\0\0\n" VERSIONS), "2 NUL bytes at the start: the file may be cut off"},
		{BYTES("a = 1\0\n" VERSIONS), "1 NUL byte from here on: the file may be cut off"},
		{BYTES(".encoding = \"q\xFF\"\n" VERSIONS),
		 "the encoding \"q\\xFF\" is not known: its bytes are not checked"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_findings findings = {0};
		struct gv_vmx *vmx = lint(&findings, rows[i].text);
		assert_int_equal(findings.count, 1);
		assert_string_equal(findings.at[0].message, rows[i].message);
		gv_findings_dispose(&findings);
		gv_vmx_free(vmx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_wrong_and_what_mends_it),
		cmocka_unit_test(reads_quotes_and_bytes_in_the_declared_encoding),
		cmocka_unit_test(finds_nothing_in_what_is_right),
		cmocka_unit_test(every_check_is_in_the_table),
		cmocka_unit_test(repairs_of_several_findings_go_together),
		cmocka_unit_test(the_last_of_three_values_wins_also_when_it_is_the_first),
		cmocka_unit_test(what_nobody_would_read_is_counted_and_mended),
		cmocka_unit_test(a_duplicate_in_typographic_quotes_is_read_without_them),
		cmocka_unit_test(messages_say_what_the_line_is_about),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
