/* What is no VMware configuration, and what is one however damaged. */
#include "support.h"

#include "vmx/recognise.h"

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define BOM "\xEF\xBB\xBF"
#define EMPTY "it is empty"
#define UTF16 "it is UTF-16; VMware reads bytes that keep ASCII"
#define XML "it is XML, perhaps the .vmxf beside the .vmx"
#define LFS "it is a git-lfs pointer; run git lfs pull"
#define ALL_NUL "all bytes are NUL, as after a power cut"
#define BINARY "it is binary"
#define NO_LINE "no line reads name = \"value\", it is another format"
#define COMMENTS "it has only comments"
#define BLANKS "it has only blank lines"
#define MOST_LINES "most lines do not read name = \"value\", it is another format"
#define SCRIPT "it is a script"
#define INI "it is an INI file"
#define TEMPLATE "it is an ERB template, from which a program makes a .vmx"
#define PREFERENCES "it is a preferences file of VMware's"
#define SNAPSHOTS "it is the snapshot list (.vmsd) beside a .vmx"
#define MACHINES "it is VMware's list of machines"
#define HOST "it is a host-wide configuration of VMware's"
#define NO_NAME "it has no name that VMware knows"

/* 19 bytes; 20 with one more is where one odd byte in twenty is still text. */
#define NINETEEN "a.aaaaaaa = bbbbbb\n"

static const struct {
	struct gv_span text;
	const char *what; /* NULL: a VMware configuration */
} rows[] = {
	{BYTES(""), EMPTY},

	{BYTES("\xFF\xFE" "a\0 \0=\0 \0" "1\0\n\0"), UTF16},
	{BYTES("\xFE\xFF\0a\0 \0=\0 \0" "1\0\n"), UTF16},
	{BYTES("\xFF\xFE"), UTF16},
	{BYTES("a\0 \0=\0 \0" "1\0\n\0"), UTF16},
	{BYTES("\0a\0 \0=\0 \0" "1\0\n"), UTF16},
	{BYTES("a\0 \0=\0 1\n"), NO_LINE},
	{BYTES("a.b=\0\0\0\0\0\0\0\0"), NULL},

	{BYTES("<?xml version=\"1.0\"?>\n<Foundry>\n</Foundry>\n"), XML},
	{BYTES(BOM "<?XML version=\"1.0\"?>\n"), XML},
	{BYTES("<Foundry>\n<VM>\n"), XML},
	{BYTES("a.b = \"<?xml\"\n"), NULL},

	{BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 2890\n"), LFS},
	{BYTES("# version https://git-lfs.github.com/spec/v1\na.b = 1\n"), NULL},

	{BYTES("\0\0\0\0\0\0\0\0\0\0"), ALL_NUL},
	{BYTES("\0"), ALL_NUL},

	{BYTES("\x7F" "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0"), BINARY},
	{BYTES("\x01\x02\x03\na = 1\n\x04\x05\x06\n"), BINARY},
	{BYTES(NINETEEN "\x02"), NULL},
	{BYTES(NINETEEN "\x02\x03"), BINARY},
	{BYTES(NINETEEN "\x7F\x7F"), BINARY},
	{BYTES(NINETEEN "\x02\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), BINARY},

	{BYTES("{\n\"classname\" \"worldspawn\"\n{\n( 0 0 0 ) ( 0 1 0 ) ( 1 0 0 ) X 0 0\n}\n}\n"),
	 NO_LINE},
	{BYTES("memsize = \"<%= memory %>\"\nconfig.version = \"8\"\n"), TEMPLATE},
	{BYTES("<% if x %>\na.b = 1\n<% end %>\n"), TEMPLATE},
	{BYTES("config.version = \"8\"\na = \"%> < <%\"\n"), NULL},
	{BYTES("config.version = \"8\"\na = \"<\"\nb = \"%>\"\n"), NULL},

	{BYTES(".encoding = \"UTF-8\"\npref.view.navBar.type = \"hidden\"\n"), PREFERENCES},
	{BYTES("hint.vmui.x = \"FALSE\"\nmks.enable3d = \"TRUE\"\n"), PREFERENCES},
	{BYTES("pref.x = \"1\"\nconfig.version = \"8\"\n"), NULL},
	{BYTES(".encoding = \"UTF-8\"\nsnapshot.lastUID = \"1\"\n"), SNAPSHOTS},
	{BYTES(".encoding = \"UTF-8\"\nvmlist1.config = \"/vms/a.vmx\"\n"), MACHINES},
	{BYTES("authd.client.port = \"902\"\nproduct.name = \"X\"\n"), HOST},
	{BYTES("libdir = \"/usr/lib/vmware\"\nproduct.name = \"X\"\n"), HOST},

	{BYTES("hello\n"), NO_LINE},
	{BYTES("[section]\nkey: value\n"), NO_LINE},

	{BYTES("# nothing\n\n# here\n"), COMMENTS},
	{BYTES(" \t#"), COMMENTS},
	{BYTES("\n \r\n\t\n"), BLANKS},
	{BYTES(" "), BLANKS},
	{BYTES(BOM), BLANKS},

	{BYTES("versioninfo\n{\n\t\"x\" \"1\"\n}\nscale = 2\n"), MOST_LINES},
	{BYTES("one two\nthree four\na = 1\n"), MOST_LINES},
	{BYTES("#include <x.h>\nint a = 1;\nint b = 2;\nc = 3;\n"), MOST_LINES},
	{BYTES("x y\nx y\nscsi0:0.present = 1\n"), MOST_LINES},
	{BYTES("x y\nscsi0:0.present = 1\n"), NULL},

	{BYTES("#!/bin/sh\na=1\nb=2\n"), SCRIPT},
	{BYTES(BOM "#!/bin/sh -e\r\na.b=1\r\n"), SCRIPT},
	{BYTES("#!/usr/bin/env vmware \t\r\na.b = 1\r\n"), NULL},
	{BYTES("#!/bin/sh\nmemsize = 1\n"), NULL},
	{BYTES("# !/bin/sh\na.b = 1\n"), NULL},

	{BYTES("[x]\na = 1\n"), INI},
	{BYTES("a.b = 1\na.c = 1\n[x] # y\nd = 1\n"), INI},
	{BYTES("[x]\nmemsize = 1\n"), NULL},
	{BYTES("[x] = 1\na.b = 1\n"), NULL},

	{BYTES("PATH=/bin\nHOME=/root\n"), NO_NAME},
	{BYTES("a ="), NO_NAME},
	{BYTES("a = 1.5\n# b.c = 1\n"), NO_NAME},
	{BYTES("a = 1\nb.c = 1\n"), NULL},

	/* What no other program writes outweighs any number of broken lines. */
	{BYTES("x y\nx y\nx y\ndisplayName = \"a\"\n"), NULL},
	{BYTES("x y\nx y\nx y\n.ENCODING = \"GBK\"\n"), NULL},
	{BYTES("x y\nx y\nguestos = \"other\"\n"), NULL},
	{BYTES("x y\nx y\nmks.enable3d = \"TRUE\"\n"), NULL},
	{BYTES("x y\nx y\nvirtualHW.version = 8\n"), NULL},
	{BYTES("x y\nx y\nconfig.version = 8\n"), NULL},
	{BYTES("x y\nx y\nmemsize = \"4\"\n"), NULL},
	{BYTES("x y\nx y\nnumVCPUs = \"4\"\n"), NULL},
	{BYTES("x y\nx y\nannotation = \"a\"\n"), NULL},
	{BYTES("x y\nx y\nnvram = \"a\"\n"), NULL},
	{BYTES("x y\nx y\nencryption.keySafe = \"a\"\n"), NULL},
	{BYTES("x y\nx y\nencryption.data = \"a\"\n"), NULL},

	{BYTES(".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"21\"\n"),
	 NULL},
	{BYTES(".encoding = \"UTF-8\"\r\nconfig.version = \"8\"\r\n"), NULL},
	{BYTES("#!/usr/bin/vmware\rconfig.version = \"8\"\r"), NULL},
	{BYTES(BOM "config.version = \"8\"\n"), NULL},
	{BYTES("memsize = \"4096\"\nnumvcpus = \"2\"\n"), NULL},
	{BYTES("memsize = \"4096\""), NULL},
	{BYTES("a.b ="), NULL},
	{BYTES("config.version = \"8\"\nmemsi\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL},
	{BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\nconfig.version = \"8\"\n"), NULL},
	{BYTES("a.x = \"1\"\nb = \"x\nc = \"3\"\nd = x y\n"), NULL},
	{BYTES("displayName = \"\xB0\xA1\xC4\xE3\"\na = 1\n"), NULL},
	{BYTES("memsize = \"4096\"\r\na = \"1\"\r\n\x1A"), NULL},
};

static void assert_answer(size_t row)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, rows[row].text, NULL), GV_OK);
	const char *have = gv_vmx_what_else(vmx);
	const char *want = rows[row].what;
	if ((have == NULL) != (want == NULL) || (have != NULL && strcmp(have, want) != 0))
		fail_msg("row %zu: \"%s\", not \"%s\"", row, have == NULL ? "a .vmx" : have,
		         want == NULL ? "a .vmx" : want);
	gv_vmx_free(vmx);
}

static void tells_what_a_file_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_answer(i);
}

static bool is_answered(const char *what)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].what != NULL && strcmp(rows[i].what, what) == 0)
			return true;
	}
	return false;
}

static void every_answer_has_a_row(void **state)
{
	static const char *const answers[] = {
		EMPTY, UTF16, XML, LFS, ALL_NUL, BINARY, NO_LINE, COMMENTS, BLANKS, MOST_LINES,
		SCRIPT, INI, NO_NAME,
	};
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++)
		assert_true(is_answered(answers[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_a_file_is),
		cmocka_unit_test(every_answer_has_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
