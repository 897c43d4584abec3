/* The table: see hostile.h. Rows without "fixed" are left as they are. */
#include "hostile.h"

#define TEXT(literal) {(literal), sizeof(literal) - 1}

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"19\"\n"
#define ON "mks.enable3d = \"TRUE\"\n"
#define OFF "mks.enable3d = \"FALSE\"\n"

static const struct hostile rows[] = {
	/* What is no VMware configuration. */
	{.name = "empty", .input = TEXT(""), .status = 1, .refused = "it is empty"},
	{
		.name = "only blanks",
		.input = TEXT("\n \n\t\r\n"),
		.status = 1, .refused = "it has only blank lines",
	},
	{
		.name = "only comments",
		.input = TEXT("# a\n  # b\r\n#"),
		.status = 1, .refused = "it has only comments",
	},
	{.name = "one NUL", .input = TEXT("\0"), .status = 1, .refused = "all bytes are NUL"},
	{
		.name = "all NUL",
		.input = TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		.status = 1, .refused = "all bytes are NUL",
	},
	{
		.name = "only a byte order mark",
		.input = TEXT("\xEF\xBB\xBF"),
		.status = 1, .refused = "it has only blank lines",
	},
	{
		.name = "UTF-16 with mark, little",
		.input = TEXT("\xFF\xFEm\0k\0s\0.\0e\0n\0a\0b\0l\0e\0"
			"3\0d\0 \0=\0 \0\"\0T\0R\0U\0E\0\"\0\n" "\0"),
		.status = 1, .refused = "UTF-16",
	},
	{
		.name = "UTF-16 with mark, big",
		.input = TEXT("\xFE\xFF\0m\0k\0s\0.\0e\0n\0a\0b\0l\0e\0"
			"3\0d\0 \0=\0 \0\"\0T\0R\0U\0E\0\"\0\n"),
		.status = 1, .refused = "UTF-16",
	},
	{
		.name = "UTF-16 without mark, little",
		.input = TEXT("m\0k\0s\0.\0e\0n\0a\0b\0l\0e\0"
			"3\0d\0 \0=\0 \0\"\0T\0R\0U\0E\0\"\0\n" "\0"),
		.status = 1, .refused = "UTF-16",
	},
	{
		.name = "UTF-16 without mark, big",
		.input = TEXT("\0m\0k\0s\0.\0e\0n\0a\0b\0l\0e\0"
			"3\0d\0 \0=\0 \0\"\0T\0R\0U\0E\0\"\0\n"),
		.status = 1, .refused = "UTF-16",
	},
	{
		.name = "UTF-32",
		.input = TEXT("\xFF\xFE\0\0m\0\0\0k\0\0\0s\0\0\0.\0\0\0e\0\0\0n\0\0\0a\0"
			"\0\0b\0\0\0l\0\0\0e\0\0\0"
			"3\0\0\0d\0\0\0 \0\0\0=\0\0\0 \0\0\0\"\0\0\0T\0\0\0R\0\0\0"
			"U\0\0\0E\0\0\0\"\0\0\0\n" "\0\0\0"),
		.status = 1, .refused = "UTF-16",
	},
	{
		.name = "XML",
		.input = TEXT("<?xml version=\"1.0\"?>\n" "<Foundry>\n<VM a = \"1\">\n"
			"</VM></Foundry>\n"),
		.status = 1, .refused = "XML",
	},
	{
		.name = "XML behind a mark",
		.input = TEXT("\xEF\xBB\xBF<?XML version=\"1.0\"?>\n<Foundry/>\n"),
		.status = 1, .refused = "XML",
	},
	{
		.name = "vmxf without prologue",
		.input = TEXT("<Foundry>\n<VM>\n</VM>\n</Foundry>\n"),
		.status = 1, .refused = "XML",
	},
	{
		.name = "XML behind a blank line",
		.input = TEXT("\n<?xml version=\"1.0\"?>\n<Foundry>\n</Foundry>\n"),
		.status = 1, .refused = "another format",
	},
	{
		.name = "HTML",
		.input = TEXT("<!DOCTYPE html>\n<html lang=\"en\">\n<p>not found</p>\n</html>\n"),
		.status = 1, .refused = "another format",
	},
	{
		.name = "Valve map",
		.input = TEXT("versioninfo\n{\n\t\"mapversion\" \"12\"\n"
			"\t\"prefab\" \"0\"\n}\n" "world\n{\n\t\"id\" \"1\"\n" "}\n"),
		.status = 1, .refused = "another format",
	},
	{
		.name = "git-lfs pointer",
		.input = TEXT("version https://git-lfs.github.com/spec/v1\n"
			"oid sha256:00ff\nsize 2711\n"),
		.status = 1, .refused = "git lfs pull",
	},
	{
		.name = "program",
		.input = TEXT("\x7F"
			"ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0\x10\x12"
			"\0\0\0\0\0\0@\0\0\0"),
		.status = 1, .refused = "binary",
	},
	{
		.name = "control bytes",
		.input = TEXT("\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07"
			"\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06"
			"\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05"
			"\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"
			"\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03"
			"\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02"
			"\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01"
			"\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"
			"\x01\x02\x03\x04\x05\x06\x07\x08"),
		.status = 1, .refused = "binary",
	},
	{
		.name = "control bytes around an entry",
		.input = TEXT("a = \"1\"\n\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04"
			"\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03"
			"\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02"
			"\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01"
			"\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"
			"\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07"
			"\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06"
			"\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05"
			"\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"),
		.status = 1, .refused = "binary",
	},
	{
		.name = "JSON",
		.input = TEXT("{\n  \"config.version\": \"8\",\n  \"mks.enable3d\": \"a=b\"\n}\n"),
		.status = 1, .refused = "another format",
	},
	{
		.name = "INI",
		.input = TEXT("[machine]\nname=desk\nmemory=2048\n[display]\naccelerate=true\n"),
		.status = 1, .refused = "INI",
	},
	{
		.name = "program text",
		.input = TEXT("int main(void)\n{\n\tint a = 1;\n\treturn a;\n}\n"),
		.status = 1, .refused = "another format",
	},
	{
		.name = "diff of a configuration",
		.input = TEXT("--- my.vmx\n+++ my.vmx\n@@ -1,1 +1,1 @@\n-" OFF "+" ON),
		.status = 1, .refused = "another format",
	},
	/* Fragments and odd but good files. */
	{
		.name = "one entry",
		.input = TEXT("memsize = \"1\"\n"),
		.status = 1, .rules = "missing-config-version missing-hardware-version enable-3d",
		.fixed = TEXT("memsize = \"1\"\n" ON),
	},
	{
		.name = "one line, no line feed",
		.input = TEXT("mks.enable3d = \"FALSE\""),
		.status = 1, .rules = "missing-config-version missing-hardware-version enable-3d",
		.fixed = TEXT("mks.enable3d = \"TRUE\""),
	},
	{.name = "healthy", .input = TEXT(HEAD ON)},
	{.name = "interpreter line", .input = TEXT("#!/usr/bin/vmware\n" HEAD ON)},
	{.name = "no final line feed", .input = TEXT(HEAD "mks.enable3d = \"TRUE\"")},
	{.name = "number sign in quotes", .input = TEXT(HEAD ON "displayName = \"a # b\"\n")},
	{
		.name = "number sign ends a bare value",
		.input = TEXT(HEAD ON "displayName = a#b \"c\"\n"),
	},
	{.name = "quote within a bare value", .input = TEXT(HEAD ON "displayName = a\"b\"\n")},
	{.name = "tabs", .input = TEXT(HEAD "\tmks.enable3d\t=\t\"TRUE\"\t# on\n")},
	{.name = "backslashes", .input = TEXT(HEAD ON "fileSearchPath = \"C:\\a\\;.\"\n")},
	{
		.name = "vertical tab and form feed are text",
		.input = TEXT(HEAD ON "annotation = \"a\x0B" "b\x0C" "c\"\n"),
	},
	{
		.name = "U+2028 and NEL are text",
		.input = TEXT(HEAD ON ".encoding = \"UTF-8\"\n"
			"annotation = \"a\xE2\x80\xA8mks.enable3d = b\xC2\x85" "c\"\n"),
	},
	{
		.name = "vertical tab does not end a line",
		.input = TEXT(HEAD "memsize = 1\x0Bmks.enable3d = TRUE\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD "memsize = 1\x0Bmks.enable3d = TRUE\n" ON),
		.unsafe = TEXT(HEAD "memsize = \"1\x0Bmks.enable3d = TRUE\"\n" ON),
	},
	{.name = "control byte in a name", .input = TEXT(HEAD ON "mks\x01x = \"1\"\n")},
	/* Byte order marks. */
	{
		.name = "mark",
		.input = TEXT("\xEF\xBB\xBF" HEAD ON),
		.status = 1, .rules = "byte-order-mark",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "mark and CRLF",
		.input = TEXT("\xEF\xBB\xBF" "config.version = \"8\"\r\n"
			"virtualHW.version = \"19\"\r\n" "mks.enable3d = \"FALSE\"\r\n"),
		.status = 1, .rules = "byte-order-mark enable-3d",
		.fixed = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"mks.enable3d = \"TRUE\"\r\n"),
	},
	{
		.name = "two marks",
		.input = TEXT("\xEF\xBB\xBF\xEF\xBB\xBF" HEAD ON),
		.status = 1, .rules = "byte-order-mark missing-config-version",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "mark on a later line",
		.input = TEXT(HEAD "\xEF\xBB\xBF" ON),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "\xEF\xBB\xBF" ON ON),
	},
	/* NUL bytes. */
	{
		.name = "NUL tail",
		.input = TEXT(HEAD ON
			"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			"\0\0\0\0\0\0\0\0\0\0\0"),
		.status = 1, .rules = "nul-bytes",
	},
	{
		.name = "NUL tail, value wrong",
		.input = TEXT(HEAD OFF
			"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			"\0\0\0\0\0\0\0\0\0\0\0"),
		.status = 1, .rules = "enable-3d nul-bytes",
		.fixed = TEXT(HEAD ON
			"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			"\0\0\0\0\0\0\0\0\0\0\0"),
	},
	{
		.name = "NUL tail, key missing",
		.input = TEXT(HEAD "\0\0\0"),
		.status = 1, .rules = "nul-bytes enable-3d",
		.fixed = TEXT(HEAD ON "\0\0\0"),
	},
	{
		.name = "NUL tail behind half a line",
		.input = TEXT(HEAD "memsize = \"1\"\0\0"),
		.status = 1, .rules = "nul-bytes enable-3d",
		.fixed = TEXT(HEAD "memsize = \"1\"\n" ON "\0\0"),
	},
	{
		.name = "NUL head",
		.input = TEXT("\0\0\0\0\n" HEAD ON),
		.status = 1, .rules = "nul-bytes",
	},
	{
		.name = "NUL head swallows the first line",
		.input = TEXT("\0\0\0\0" HEAD ON),
		.status = 1, .rules = "nul-bytes missing-config-version",
	},
	{
		.name = "NUL cuts a value",
		.input = TEXT(HEAD "memsize = \"1\0 24\"\n" ON),
		.status = 1, .rules = "malformed-line nul-bytes",
		.unsafe = TEXT(HEAD "memsize = \"1\"\0 24\"\n" ON),
	},
	{
		.name = "NUL behind a value",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE\"\0junk\n"),
		.status = 1, .rules = "nul-bytes",
	},
	{
		.name = "NUL in the name",
		.input = TEXT(HEAD "mks.ena\0ble3d = \"TRUE\"\n"),
		.status = 1, .rules = "malformed-line nul-bytes enable-3d",
		.fixed = TEXT(HEAD "mks.ena\0ble3d = \"TRUE\"\n" ON),
	},
	{
		.name = "NUL between CR and LF",
		.input = TEXT("config.version = \"8\"\r\0\n" "virtualHW.version = \"19\"\r\n"
			"mks.enable3d = \"TRUE\"\r\n"),
		.status = 1, .rules = "nul-bytes",
	},
	/* Line endings. */
	{
		.name = "lone CR",
		.input = TEXT("config.version = \"8\"\rvirtualHW.version = \"19\"\rmks.e"
			"nable3d = \"FALSE\"\r"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\rvirtualHW.version = \"19\"\rmks.e"
			"nable3d = \"TRUE\"\r"),
	},
	{
		.name = "lone CR, key missing",
		.input = TEXT("config.version = \"8\"\rvirtualHW.version = \"19\"\r"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\rvirtualHW.version = \"19\"\rmks.e"
			"nable3d = \"TRUE\"\r"),
	},
	{
		.name = "mostly CRLF",
		.input = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"memsize = \"1\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"memsize = \"1\"\nmks.enable3d = \"TRUE\"\r\n"),
	},
	{
		.name = "mostly LF",
		.input = TEXT(HEAD "memsize = \"1\"\r\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "memsize = \"1\"\r\n" ON),
	},
	{
		.name = "CR CR LF",
		.input = TEXT("config.version = \"8\"\r\r\nvirtualHW.version = \"19\"\r\r\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\r\r\n"
			"virtualHW.version = \"19\"\r\r\n" "mks.enable3d = \"TRUE\"\r\n"),
	},
	{
		.name = "CRLF without the last",
		.input = TEXT("config.version = \"8\"\r\nvirtualHW.version = \"19\""),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"mks.enable3d = \"TRUE\"\r\n"),
	},
	{
		.name = "LF CR",
		.input = TEXT("config.version = \"8\"\n\rvirtualHW.version = \"19\"\n\r" OFF),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT("config.version = \"8\"\n\rvirtualHW.version = \"19\"\n\r" ON),
	},
	/* Ctrl-Z, where Windows stops reading. */
	{
		.name = "Ctrl-Z at the end",
		.input = TEXT(HEAD ON "\x1A"),
		.status = 1, .rules = "ctrl-z malformed-line",
	},
	{
		.name = "Ctrl-Z at the end, key missing",
		.input = TEXT(HEAD "\x1A"),
		.status = 1, .rules = "ctrl-z malformed-line enable-3d",
		.fixed = TEXT(HEAD ON "\x1A"),
	},
	{
		.name = "Ctrl-Z at the end behind half a line",
		.input = TEXT(HEAD "memsize = \"1\"\x1A"),
		.status = 1, .rules = "malformed-line ctrl-z enable-3d",
		.fixed = TEXT(HEAD "memsize = \"1\"\n" ON "\x1A"),
	},
	{
		.name = "Ctrl-Z on a line of its own",
		.input = TEXT(HEAD "\x1A\nmemsize = \"1\"\n"),
		.status = 1, .rules = "ctrl-z malformed-line enable-3d",
		.fixed = TEXT(HEAD "\x1A\nmemsize = \"1\"\n" ON),
	},
	{
		.name = "Ctrl-Z in a value",
		.input = TEXT(HEAD ON "displayName = \"a\x1A b\"\n"),
		.status = 1, .rules = "ctrl-z",
	},
	{
		.name = "Ctrl-Z in a comment",
		.input = TEXT(HEAD ON "# a\x1A\n"),
		.status = 1, .rules = "ctrl-z",
	},
	/* Malformed lines. */
	{
		.name = "unclosed quote",
		.input = TEXT(HEAD ON "annotation = \"x\n"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT(HEAD ON "annotation = \"x\"\n"),
	},
	{
		.name = "unclosed quote, nothing in it",
		.input = TEXT(HEAD ON "annotation = \"\n"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT(HEAD ON "annotation = \"\"\n"),
	},
	{
		.name = "unclosed quote, CRLF",
		.input = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"mks.enable3d = \"TRUE\"\r\n" "annotation = \"x\r\n"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT("config.version = \"8\"\r\n" "virtualHW.version = \"19\"\r\n"
			"mks.enable3d = \"TRUE\"\r\n" "annotation = \"x\"\r\n"),
	},
	{
		.name = "unclosed quote, blanks at the end",
		.input = TEXT(HEAD ON "annotation = \"x  \n"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT(HEAD ON "annotation = \"x\"  \n"),
	},
	{
		.name = "unclosed quote at the end of the file",
		.input = TEXT(HEAD ON "annotation = \"x"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT(HEAD ON "annotation = \"x\""),
	},
	{
		.name = "unclosed quote of a name that is there",
		.input = TEXT(HEAD ON "memsize = \"1\"\nMEMSIZE = \"2\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "unclosed quotes of one name twice",
		.input = TEXT(HEAD ON "a = \"1\nA = \"2\n"),
		.status = 1, .rules = "malformed-line malformed-line",
		.unsafe = TEXT(HEAD ON "a = \"2\"\n"),
	},
	{
		.name = "text behind the quote",
		.input = TEXT(HEAD ON "a = \"x\" y\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "two values",
		.input = TEXT(HEAD ON "a = \"x\"\"y\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "backslash does not escape",
		.input = TEXT(HEAD ON "a = \"x\\\"y\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "bare value with a blank",
		.input = TEXT(HEAD ON "a = x y\n"),
		.status = 1, .rules = "malformed-line",
		.unsafe = TEXT(HEAD ON "a = \"x y\"\n"),
	},
	{
		.name = "bare value with a blank, and a comment",
		.input = TEXT(HEAD ON "a = x y # z\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "bare value with a blank and a quote",
		.input = TEXT(HEAD ON "a = x \"y\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "no equals sign",
		.input = TEXT(HEAD ON "memsize \"1\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "no name",
		.input = TEXT(HEAD ON "= \"1\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "name of two words",
		.input = TEXT(HEAD ON "mem size = \"1\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "colon for equals sign",
		.input = TEXT(HEAD ON "memsize: \"1\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "merge conflict",
		.input = TEXT(HEAD "<<<<<<< ours\n" ON "=======\n" OFF ">>>>>>> theirs\n"),
		.status = 1,
		.rules = "malformed-line malformed-line duplicate-name enable-3d malformed-line",
		.fixed = TEXT(HEAD "<<<<<<< ours\n" ON "=======\n>>>>>>> theirs\n"),
	},
	{
		.name = "mail quoting",
		.input = TEXT(HEAD "> memsize = \"1\"\n" ON),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "semicolon at the end",
		.input = TEXT(HEAD ON "a = \"1\";\n"),
		.status = 1, .rules = "malformed-line",
	},
	/* Escapes. */
	{
		.name = "escaped letters mean the value",
		.input = TEXT(HEAD "mks.enable3d = \"|54|52|55|45\"\n"),
	},
	{.name = "lower-case hex digits", .input = TEXT(HEAD ON "a = \"|7c|0d|0a\"\n")},
	{
		.name = "escaped NUL ends the value",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE|00FALSE\"\n"),
	},
	{
		.name = "bar that escapes nothing",
		.input = TEXT(HEAD "mks.enable3d = \"T|RUE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "bar that hides the next bar",
		.input = TEXT(HEAD "mks.enable3d = \"T||52UE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "bar at the end",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE|\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "escaped name is another name",
		.input = TEXT(HEAD "|6Dks.enable3d = \"TRUE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "|6Dks.enable3d = \"TRUE\"\n" ON),
	},
	/* Duplicates. */
	{
		.name = "same value twice",
		.input = TEXT(HEAD ON "a = \"1\"\na = \"1\"\n"),
		.status = 1, .rules = "duplicate-name",
		.fixed = TEXT(HEAD ON "a = \"1\"\n"),
	},
	{
		.name = "same value, other case of name",
		.input = TEXT(HEAD ON "Memsize = \"1\"\nMEMSIZE=1 # x\n"),
		.status = 1, .rules = "duplicate-name",
		.fixed = TEXT(HEAD ON "Memsize = \"1\"\n"),
	},
	{
		.name = "same value, other spelling",
		.input = TEXT(HEAD ON "a = \"|41\"\na = \"A\"\n"),
		.status = 1, .rules = "duplicate-name",
		.fixed = TEXT(HEAD ON "a = \"|41\"\n"),
	},
	{
		.name = "other value",
		.input = TEXT(HEAD ON "a = \"1\"\nA = \"2\"\n"),
		.status = 1, .rules = "duplicate-name",
		.unsafe = TEXT(HEAD ON "a = \"2\"\n"),
	},
	{
		.name = "other case of value is another value",
		.input = TEXT(HEAD ON "a = \"x\"\na = \"X\"\n"),
		.status = 1, .rules = "duplicate-name",
		.unsafe = TEXT(HEAD ON "a = \"X\"\n"),
	},
	{
		.name = "three values",
		.input = TEXT(HEAD ON "a = \"1\"\nA = \"2\"\na = \"3\"\n"),
		.status = 1, .rules = "duplicate-name duplicate-name",
		.unsafe = TEXT(HEAD ON "a = \"3\"\n"),
	},
	{
		.name = "first again behind another",
		.input = TEXT(HEAD ON "a = \"1\"\na = \"2\"\na = \"1\"\n"),
		.status = 1, .rules = "duplicate-name duplicate-name",
		.unsafe = TEXT(HEAD ON "a = \"1\"\n"),
	},
	{
		.name = "duplicate on a last line without line feed",
		.input = TEXT(HEAD ON "a = \"1\"\na = \"1\""),
		.status = 1, .rules = "duplicate-name",
		.fixed = TEXT(HEAD ON "a = \"1\"\n"),
	},
	{
		.name = "non-ASCII letters have no case",
		.input = TEXT(HEAD ON ".encoding = \"UTF-8\"\n"
			"\xC3\xA4 = \"1\"\n\xC3\x84 = \"2\"\n"),
	},
	{
		.name = "the key twice, one right",
		.input = TEXT(HEAD ON OFF),
		.status = 1, .rules = "duplicate-name enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "the key twice, the other right",
		.input = TEXT(HEAD OFF ON),
		.status = 1, .rules = "enable-3d duplicate-name",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "the key three times in three cases",
		.input = TEXT(HEAD "MKS.ENABLE3D = \"FALSE\"\nmks.enable3D=true\n" ON),
		.status = 1, .rules = "enable-3d duplicate-name duplicate-name",
		.fixed = TEXT(HEAD "MKS.ENABLE3D = \"TRUE\"\n"),
	},
	{
		.name = "the key twice, both right",
		.input = TEXT(HEAD ON ON),
		.status = 1, .rules = "enable-3d duplicate-name",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cached key twice",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 = \"1\"\nVMotion.SVGA.SM5 = \"0\"\n"),
		.status = 1, .rules = "stale-gpu-cache duplicate-name",
		.fixed = TEXT(HEAD ON),
	},
	/* Quotes and equals signs that are not ASCII. */
	{
		.name = "curly quotes",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \xE2\x80\x9C"
			"Desk 1\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, encoding not declared",
		.input = TEXT(HEAD ON "displayName = \xE2\x80\x9C" "Desk 1\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "low and high quotes",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \xE2\x80\x9E"
			"Desk 1\xE2\x80\x9C\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "full-width quotes",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \xEF\xBC\x82"
			"Desk 1\xEF\xBC\x82\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, windows-1252",
		.input = TEXT(".encoding = \"windows-1252\"\n" HEAD ON "displayName = \x93"
			"Desk 1\x94\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"windows-1252\"\n" HEAD ON
			"displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, GBK",
		.input = TEXT(".encoding = \"GBK\"\n" HEAD ON "displayName = \xA1\xB0"
			"Desk 1\xA1\xB1\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"GBK\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, Shift_JIS",
		.input = TEXT(".encoding = \"Shift_JIS\"\n" HEAD ON
			"displayName = \x81gDesk 1\x81h\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"Shift_JIS\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, CP949",
		.input = TEXT(".encoding = \"windows-949-2000\"\n" HEAD ON
			"displayName = \xA1\xB0" "Desk 1\xA1\xB1\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"windows-949-2000\"\n" HEAD ON
			"displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, Big5",
		.input = TEXT(".encoding = \"Big5\"\n" HEAD ON "displayName = \xA1\xA7"
			"Desk 1\xA1\xA8\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"Big5\"\n" HEAD ON "displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes of UTF-8 in a windows-1252 file",
		.input = TEXT(".encoding = \"windows-1252\"\n" HEAD ON
			"displayName = \xE2\x80\x9C" "Desk 1\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(".encoding = \"windows-1252\"\n" HEAD ON
			"displayName = \"Desk 1\"\n"),
	},
	{
		.name = "curly quotes, windows-1252 bytes not declared",
		.input = TEXT(HEAD ON "displayName = \x93" "Desk\x94\n"),
	},
	{
		.name = "curly quotes without a blank",
		.input = TEXT(HEAD ON "displayName = \xE2\x80\x9C" "Desk\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
		.fixed = TEXT(HEAD ON "displayName = \"Desk\"\n"),
	},
	{
		.name = "curly quotes within quotes",
		.input = TEXT(HEAD ON "displayName = \"\xE2\x80\x9C" "Desk\xE2\x80\x9D\"\n"),
	},
	{
		.name = "curly quotes around the key that rules enforce",
		.input = TEXT(HEAD "mks.enable3d = \xE2\x80\x9CTRUE\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "curly quotes around the wrong value",
		.input = TEXT(HEAD "mks.enable3d = \xE2\x80\x9C" "FALSE\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "one curly quote, one straight",
		.input = TEXT(HEAD ON "displayName = \xE2\x80\x9CMy Desk\"\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "curly quotes make a duplicate",
		.input = TEXT(HEAD ON "displayName = \"A\"\n" "displayName = \xE2\x80\x9C"
			"B\xE2\x80\x9D\n"),
		.status = 1, .rules = "duplicate-name typographic-quotes",
		.fixed = TEXT(HEAD ON "displayName = \"A\"\ndisplayName = \"B\"\n"),
		.unsafe = TEXT(HEAD ON "displayName = \"B\"\n"),
	},
	{
		.name = "curly quotes would make a duplicate",
		.input = TEXT(HEAD ON "displayName = \"A\"\n" "displayName = \xE2\x80\x9C"
			"B C\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
	},
	{
		.name = "full-width equals sign",
		.input = TEXT(HEAD "mks.enable3d \xEF\xBC\x9D \"TRUE\"\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d \xEF\xBC\x9D \"TRUE\"\n" ON),
	},
	{
		.name = "full-width letters",
		.input = TEXT(HEAD "\xEF\xBD\x8D\xEF\xBD\x8B\xEF\xBD\x93.enable3d = \"TRUE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "\xEF\xBD\x8D\xEF\xBD\x8B\xEF\xBD\x93.enable3d = \"TRUE\"\n" ON),
	},
	{
		.name = "no-break space behind the name",
		.input = TEXT(HEAD "mks.enable3d\xC2\xA0= \"FALSE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d\xC2\xA0= \"FALSE\"\n" ON),
	},
	{
		.name = "no-break space before the value",
		.input = TEXT(HEAD "mks.enable3d =\xC2\xA0\"FALSE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d =\"TRUE\"\n"),
	},
	{
		.name = "zero-width space in the name",
		.input = TEXT(HEAD "mks.\xE2\x80\x8B" "enable3d = \"FALSE\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.\xE2\x80\x8B" "enable3d = \"FALSE\"\n" ON),
	},
	/* Encodings. */
	{.name = "not known, ASCII only", .input = TEXT(".encoding = \"x-klingon\"\n" HEAD ON)},
	{
		.name = "not known",
		.input = TEXT(".encoding = \"x-klingon\"\n" HEAD ON "displayName = \"\xF8\xD0\"\n"),
		.rules = "unknown-encoding",
	},
	{
		.name = "empty name of an encoding",
		.input = TEXT(".encoding = \"\"\n" HEAD ON "displayName = \"\xE9\"\n"),
	},
	{
		.name = "not UTF-8",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"B\xFCro\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "over-long UTF-8",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"\xC0\xAF\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "surrogates in UTF-8",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON "displayName = \"\xED\xA0\x80\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "beyond Unicode",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON
			"displayName = \"\xF4\x90\x80\x80\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "GBK cut off by the quote",
		.input = TEXT(".encoding = \"GBK\"\n" HEAD ON "displayName = \"\xB2\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "UTF-8 declared as GBK",
		.input = TEXT(".encoding = \"GBK\"\n" HEAD ON "displayName = \"\xC3\xA9\"\n"),
	},
	{
		.name = "high bytes in ASCII",
		.input = TEXT(".encoding = \"US-ASCII\"\n" HEAD ON "displayName = \"\xE9\"\n"),
		.status = 1, .rules = "invalid-encoding",
	},
	{
		.name = "backslash as second byte",
		.input = TEXT(".encoding = \"Shift_JIS\"\n" HEAD ON "displayName = \"\x95\\\"\n"),
	},
	{
		.name = "bar as second byte",
		.input = TEXT(".encoding = \"Shift_JIS\"\n" HEAD "displayName = \"\x83|22\"\n" OFF),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(".encoding = \"Shift_JIS\"\n" HEAD "displayName = \"\x83|22\"\n" ON),
	},
	{
		.name = "two encodings",
		.input = TEXT(".encoding = \"UTF-8\"\n" HEAD ON ".ENCODING = \"GBK\"\n"),
		.status = 1, .rules = "duplicate-name",
		.unsafe = TEXT(".encoding = \"GBK\"\n" HEAD ON),
	},
	/* Encryption: an encrypted machine is lost with its lines. */
	{
		.name = "key safe alone",
		.input = TEXT("displayName = \"x\"\nencryption.keySafe = \"vmware:key/list/x\"\n"),
		.status = 1, .refused = "missing",
	},
	{
		.name = "data alone",
		.input = TEXT("displayName = \"x\"\nencryption.data = \"eA==\"\n"),
		.status = 1, .refused = "missing",
	},
	{
		.name = "data cut off",
		.input = TEXT("displayName = \"x\"\n"
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA"),
		.status = 1, .refused = "encrypted",
	},
	{
		.name = "both",
		.input = TEXT("displayName = \"x\"\n"
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n"),
		.status = 1, .refused = "encrypted as a whole",
	},
	{
		.name = "both, lower-cased",
		.input = TEXT("displayname = \"x\"\n"
			"encryption.keysafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"ea==\"\n"),
		.status = 1, .refused = "encrypted as a whole",
	},
	{
		.name = "key safe twice",
		.input = TEXT("displayName = \"x\"\n"
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n"),
		.status = 1, .refused = "stands twice",
	},
	{
		.name = "data twice, in another case",
		.input = TEXT(HEAD ON "encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n" "Encryption.Data = \"eA==\"\n"),
		.status = 1, .refused = "stands twice",
	},
	{
		.name = "type twice",
		.input = TEXT(HEAD ON "encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n" "vmx.encryptionType = \"partial\"\n"
			"vmx.encryptionType = \"partial\"\n"),
		.status = 1, .refused = "stands twice",
	},
	{
		.name = "key of a key server",
		.input = TEXT("displayName = \"x\"\nencryption.bundle = \"x\"\n"),
		.status = 1, .refused = "encrypted as a whole",
	},
	{
		.name = "hardware in clear",
		.input = TEXT(HEAD OFF "encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n" "vmotion.svga.sm5 = \"1\"\n"),
		.status = 1, .rules = "enable-3d stale-gpu-cache",
		.fixed = TEXT(HEAD ON "encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n"),
	},
	{
		.name = "declared partial",
		.input = TEXT("displayName = \"x\"\n" "vmx.encryptionType = \"partial\"\n" OFF
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n"),
		.status = 1, .rules = "missing-config-version missing-hardware-version enable-3d",
		.fixed = TEXT("displayName = \"x\"\n" "vmx.encryptionType = \"partial\"\n" ON
			"encryption.keySafe = \"vmware:key/list/x\"\n"
			"encryption.data = \"eA==\"\n"),
	},
	{
		.name = "TPM line twice",
		.input = TEXT(HEAD ON "vtpm.present = \"TRUE\"\nvtpm.present = \"TRUE\"\n"),
		.status = 1, .rules = "duplicate-name",
	},
	{
		.name = "TPM line with an open quote",
		.input = TEXT(HEAD ON "vtpm.ekCRT = \"x\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "TPM line in curly quotes",
		.input = TEXT(HEAD ON "vtpm.ekCRT = \xE2\x80\x9Cx\xE2\x80\x9D\n"),
		.status = 1, .rules = "typographic-quotes",
	},
	/* Suspended, however the line is spelt. */
	{
		.name = "suspended",
		.input = TEXT(HEAD OFF "checkpoint.vmState = \"a.vmss\"\n"),
		.status = 1, .rules = "enable-3d suspended", .refused = "suspended",
	},
	{
		.name = "suspended, lower-cased and bare",
		.input = TEXT(HEAD OFF "checkpoint.vmstate=a.vmss\n"),
		.status = 1, .rules = "enable-3d suspended", .refused = "suspended",
	},
	{
		.name = "not suspended",
		.input = TEXT(HEAD OFF "checkpoint.vmState = \"\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON "checkpoint.vmState = \"\"\n"),
	},
	{
		.name = "suspended, open quote",
		.input = TEXT(HEAD OFF "checkpoint.vmState = \"a.vmss\n"),
		.status = 1, .rules = "enable-3d malformed-line suspended", .refused = "suspended",
	},
	{
		.name = "suspended, the second of two",
		.input = TEXT(HEAD OFF "checkpoint.vmState = \"\"\n"
			"checkpoint.vmState = \"a.vmss\"\n"),
		.status = 1, .rules = "enable-3d duplicate-name suspended", .refused = "suspended",
	},
	{
		.name = "suspended, the first of two",
		.input = TEXT(HEAD OFF "checkpoint.vmState = \"a.vmss\"\n"
			"checkpoint.vmState = \"\"\n"),
		.status = 1, .rules = "enable-3d duplicate-name suspended", .refused = "suspended",
	},
	/* mks.enable3d, damaged in each way. */
	{
		.name = "key without equals sign",
		.input = TEXT(HEAD "mks.enable3d \"TRUE\"\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d \"TRUE\"\n" ON),
	},
	{
		.name = "key alone",
		.input = TEXT(HEAD "mks.enable3d\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d\n" ON),
	},
	{
		.name = "key with an open quote",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key with an open quote, wrong",
		.input = TEXT(HEAD "mks.enable3d = \"FALSE\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key with text behind",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE\" x\n"),
		.status = 1, .rules = "enable-3d malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key of two words",
		.input = TEXT(HEAD "mks.enable3d = TRUE FALSE\n"),
		.status = 1, .rules = "enable-3d malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key with two equals signs",
		.input = TEXT(HEAD "mks.enable3d == \"TRUE\"\n"),
		.status = 1, .rules = "enable-3d malformed-line",
		.fixed = TEXT(HEAD "mks.enable3d =\"TRUE\"\n"),
	},
	{
		.name = "key with a quote too many",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE\"\"\n"),
		.status = 1, .rules = "enable-3d malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key without value",
		.input = TEXT(HEAD "mks.enable3d =\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d =\"TRUE\"\n"),
	},
	{
		.name = "key without value but with a comment",
		.input = TEXT(HEAD "mks.enable3d = # off\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d = \"TRUE\"# off\n"),
	},
	{
		.name = "key in empty quotes",
		.input = TEXT(HEAD "mks.enable3d = \"\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key bare",
		.input = TEXT(HEAD "mks.enable3d = FALSE # off\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d = \"TRUE\" # off\n"),
	},
	{
		.name = "key without blanks",
		.input = TEXT(HEAD "mks.enable3d=\"false\"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "mks.enable3d=\"TRUE\"\n"),
	},
	{
		.name = "key with blanks in the value",
		.input = TEXT(HEAD "mks.enable3d = \" TRUE \"\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key indented",
		.input = TEXT(HEAD "  \tMKS.Enable3D  =  \"off\"  # x\n"),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "  \tMKS.Enable3D  =  \"TRUE\"  # x\n"),
	},
	{
		.name = "key in a comment",
		.input = TEXT(HEAD "# " ON),
		.status = 1, .rules = "enable-3d",
		.fixed = TEXT(HEAD "# " ON ON),
	},
	{
		.name = "key damaged, and again",
		.input = TEXT(HEAD "mks.enable3d = \"TRUE\n" ON),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "key good, and again damaged",
		.input = TEXT(HEAD ON "mks.enable3d = \"FALSE\n"),
		.status = 1, .rules = "malformed-line enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{.name = "key bare and right", .input = TEXT(HEAD "mks.enable3d = TRUE # on\n")},
	/* Cached capabilities, damaged. */
	{
		.name = "cache with an open quote",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 = \"1\n"),
		.status = 1, .rules = "stale-gpu-cache malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache of two words",
		.input = TEXT(HEAD ON "VMOTION.SVGA.SM5 = 1 2\n"),
		.status = 1, .rules = "stale-gpu-cache malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache with text behind",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 = \"1\" 2\n"),
		.status = 1, .rules = "stale-gpu-cache malformed-line",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache without a name of its own",
		.input = TEXT(HEAD ON "vmotion.svga. = \"1\"\n"),
		.status = 1, .rules = "stale-gpu-cache",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache without value",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 =\n"),
		.status = 1, .rules = "stale-gpu-cache",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache without line feed",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 = \"1\""),
		.status = 1, .rules = "stale-gpu-cache",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache before a NUL tail",
		.input = TEXT(HEAD ON "vmotion.svga.sm5 = \"1\"\0\0\0"),
		.status = 1, .rules = "stale-gpu-cache nul-bytes",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache without equals sign",
		.input = TEXT(HEAD ON "vmotion.svga.sm5\n"),
		.status = 1, .rules = "malformed-line",
	},
	{
		.name = "cache neighbours stay",
		.input = TEXT(HEAD ON "vmotion.svga = \"1\"\n" "vmotion.svgax = \"1\"\n"
			"vmotion.checkpointFBSize = \"1\"\n" "xvmotion.svga.sm5 = \"1\"\n"),
	},
	{
		.name = "cache alone in the file",
		.input = TEXT("vmotion.svga.sm5 = \"1\""),
		.status = 1,
		.rules = "missing-config-version missing-hardware-version "
			"stale-gpu-cache enable-3d",
		.fixed = TEXT(ON),
	},
	{
		.name = "cache between, key missing, no line feed",
		.input = TEXT(HEAD "vmotion.svga.sm5 = \"1\""),
		.status = 1, .rules = "stale-gpu-cache enable-3d",
		.fixed = TEXT(HEAD ON),
	},
	{
		.name = "cache before a NUL tail, key missing",
		.input = TEXT(HEAD "vmotion.svga.sm5 = \"1\"\0\0"),
		.status = 1, .rules = "stale-gpu-cache nul-bytes enable-3d",
		.fixed = TEXT(HEAD ON),
	},
};

const struct hostile *hostile_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}
