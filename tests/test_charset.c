/* base/charset.h: names of encodings, validity, conversion, text fit for a terminal. */
#include "support.h"

#include "base/charset.h"

/* SPAN for tables. */
#define BYTES(literal) {(literal), sizeof(literal) - 1}

static const struct gv_charset *charset_of(const char *name)
{
	const struct gv_charset *charset = gv_charset_find(gv_span_of(name));
	if (charset == NULL)
		fail_msg("%s is not known", name);
	return charset;
}

static void every_spelling_names_the_same(void **state)
{
	(void)state;
	static const char *const rows[][6] = {
		{"UTF-8", "utf8", "utf-8", "UTF_8", "Utf 8", "u-t-f-8"},
		{"GBK", "gbk", "cp936", "windows-936", "Windows_936", "MS 936"},
		{"Shift_JIS", "shift-jis", "SHIFTJIS", "sjis", "cp932", "x-sjis"},
		{"windows-949", "Windows949", "windows-949-2000", "MS949", "korean", "ms_949"},
		{"Big5", "BIG5", "big-5", "windows-950", "cp950", "csBig5"},
		{"windows-1252", "WINDOWS-1252", "windows_1252", "cp1252", "CP-1252", "ibm-5348"},
		{"windows-1251", "Windows-1251", "cp1251", "windows1251", "cp 1251", "ibm5347"},
		{"ISO-8859-1", "iso8859-1", "latin1", "Latin-1", "ISO_8859-1", "iso 8859 1"},
		{"EUC-JP", "eucjp", "ujis", "eucjis", "EUC_JP", "ibm-954"},
		{"EUC-KR", "euckr", "KSC_5601", "ks_c_5601-1987", "EUC KR", "ibm-970"},
		{"GB18030", "gb-18030", "windows-54936", "Gb18030", "gb_18030", "ibm-1392"},
		{"US-ASCII", "ascii", "ASCII", "us_ascii", "646", "USASCII"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t j = 1; j < 6; j++)
			assert_ptr_equal(charset_of(rows[i][j]), charset_of(rows[i][0]));
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(charset_of(rows[i][0]), charset_of(rows[j][0]));
	}
	assert_ptr_equal(charset_of("UTF-8"), gv_charset_utf8());
}

static void every_windows_code_page_is_known(void **state)
{
	(void)state;
	for (char last = '0'; last <= '8'; last++) {
		char name[] = "windows-1250";
		name[11] = last;
		assert_non_null(gv_charset_find(gv_span_of(name)));
	}
}

static void unknown_names_are_not_found(void **state)
{
	(void)state;
	static const struct gv_span rows[] = {
		BYTES(""), BYTES("-"), BYTES(" _-"), BYTES("UTF-16"), BYTES("UTF-7"),
		BYTES("UTF-80"), BYTES("UTF"), BYTES("windows-12522"), BYTES("windows-125"),
		BYTES("utf\0008"),
		BYTES("UTF-8\0"), BYTES("ISO-2022-JP"), BYTES("EBCDIC"), BYTES("x-sjis//TRANSLIT"),
		BYTES("UTF-8-----------------------------------------------------------------x"),
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_null(gv_charset_find(rows[i]));
	assert_null(gv_charset_find((struct gv_span){0}));
}

/* A long name that begins like a known one: cut to a buffer it would be taken for it. */
static void long_name_is_not_cut_to_a_known_one(void **state)
{
	(void)state;
	char name[200];
	for (size_t len = 6; len < sizeof name; len++) {
		memset(name, 'x', sizeof name);
		memcpy(name, "utf-8", 5);
		assert_null(gv_charset_find((struct gv_span){name, len}));
		memset(name, '8', sizeof name);
		memcpy(name, "windows-125", 11);
		if (len != 12)
			assert_null(gv_charset_find((struct gv_span){name, len}));
	}
}

/* Each text with the offset of the first byte that is no UTF-8. */
static const struct {
	struct gv_span text;
	size_t bad;
} utf8_rows[] = {
	{BYTES(""), 0},
	{BYTES("plain\t\r\n\x7F"), 9},
	{BYTES("a\0b"), 3},
	{BYTES("\xC2\x80"), 2},
	{BYTES("\xDF\xBF"), 2},
	{BYTES("\xE0\xA0\x80"), 3},
	{BYTES("\xED\x9F\xBF"), 3},
	{BYTES("\xEE\x80\x80"), 3},
	{BYTES("\xEF\xBF\xBF"), 3},
	{BYTES("\xEF\xBB\xBFx"), 4},
	{BYTES("\xF0\x90\x80\x80"), 4},
	{BYTES("\xF4\x8F\xBF\xBF"), 4},
	{BYTES("\xE4\xB8\xAD\xE6\x96\x87"), 6},
	/* over-long */
	{BYTES("ok\xC0\x80"), 2},
	{BYTES("\xC1\xBF"), 0},
	{BYTES("\xE0\x80\x80"), 0},
	{BYTES("a\xE0\x9F\xBF"), 1},
	{BYTES("\xF0\x80\x80\x80"), 0},
	{BYTES("\xF0\x8F\xBF\xBF"), 0},
	/* surrogates */
	{BYTES("x\xED\xA0\x80"), 1},
	{BYTES("\xED\xAF\xBF"), 0},
	{BYTES("\xED\xB0\x80"), 0},
	{BYTES("\xED\xBF\xBF"), 0},
	{BYTES("\xED\xA0\xBD\xED\xB8\x80"), 0},
	/* above 10FFFF */
	{BYTES("\xF4\x90\x80\x80"), 0},
	{BYTES("\xF5\x80\x80\x80"), 0},
	{BYTES("\xF7\xBF\xBF\xBF"), 0},
	{BYTES("\xF8\x88\x80\x80\x80"), 0},
	{BYTES("\xFC\x84\x80\x80\x80\x80"), 0},
	{BYTES("ab\xFE"), 2},
	{BYTES("ab\xFF"), 2},
	/* cut, at the end and in the middle */
	{BYTES("ab\xC3"), 2},
	{BYTES("\xC3\xA9\xC3"), 2},
	{BYTES("\xE4\xB8"), 0},
	{BYTES("\xF0\x9F\x98"), 0},
	{BYTES("\xF0\x9F"), 0},
	{BYTES("\xC3-"), 0},
	{BYTES("\xE4\xB8-"), 0},
	{BYTES("\xE4-\xAD"), 0},
	{BYTES("\xF0\x9F\x98-"), 0},
	{BYTES("\xC3\xC3\xA9"), 0},
	{BYTES("\xC3\xE4\xB8\xAD"), 0},
	/* a lone continuation */
	{BYTES("abc\x80"), 3},
	{BYTES("\xBF"), 0},
	{BYTES("\xC3\xA9\xA9"), 2},
};

static void first_byte_that_is_no_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(utf8_rows); i++) {
		size_t bad = gv_charset_first_bad(gv_charset_utf8(), utf8_rows[i].text);
		if (bad != utf8_rows[i].bad)
			fail_msg("row %zu: %zu, not %zu", i, bad, utf8_rows[i].bad);
	}
}

/* The bytes lie in memory of their exact size: the sanitizer sees what reads over the end. */
static void validity_does_not_read_over_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(utf8_rows); i++) {
		struct gv_span text = utf8_rows[i].text;
		char *room = malloc(text.len + (text.len == 0));
		assert_non_null(room);
		memcpy(room, text.at, text.len);
		size_t bad = gv_charset_first_bad(gv_charset_utf8(),
		                                  (struct gv_span){room, text.len});
		assert_int_equal(bad, utf8_rows[i].bad);
		free(room);
	}
}

static const struct {
	const char *charset;
	struct gv_span bytes;
	struct gv_span utf8;
} pairs[] = {
	{"GBK", BYTES("\xD6\xD0\xCE\xC4 ok"), BYTES("\xE4\xB8\xAD\xE6\x96\x87 ok")},
	/* The second byte of a character may look like ASCII: here it is "|" and "\". */
	{"GBK", BYTES("\x81|\x81\\"), BYTES("\xE4\xBA\x85\xE4\xB9\x97")},
	{"Shift_JIS", BYTES("\x93\xFA\x96{\x8C\xEA"),
	 BYTES("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E")},
	{"Shift_JIS", BYTES("\x83\\\x95\\"), BYTES("\xE3\x82\xBD\xE8\xA1\xA8")},
	{"Shift_JIS", BYTES("\xB1\xB2"), BYTES("\xEF\xBD\xB1\xEF\xBD\xB2")},
	{"windows-949", BYTES("\xC7\xD1\xB1\xDB"), BYTES("\xED\x95\x9C\xEA\xB8\x80")},
	{"windows-949", BYTES("\x8C\x63"), BYTES("\xEB\x98\xA0")},
	{"Big5", BYTES("\xA4\xA4\xA4\xE5"), BYTES("\xE4\xB8\xAD\xE6\x96\x87")},
	{"EUC-JP", BYTES("\xC6\xFC\xCB\xDC"), BYTES("\xE6\x97\xA5\xE6\x9C\xAC")},
	{"EUC-KR", BYTES("\xC7\xD1"), BYTES("\xED\x95\x9C")},
	{"GB18030", BYTES("\xD6\xD0\x94\x39\xFC\x36"), BYTES("\xE4\xB8\xAD\xF0\x9F\x98\x80")},
	{"windows-1250", BYTES("\x9A\xE8"), BYTES("\xC5\xA1\xC4\x8D")},
	{"windows-1251", BYTES("\xCF\xF0\xE8"), BYTES("\xD0\x9F\xD1\x80\xD0\xB8")},
	{"windows-1252", BYTES("caf\xE9 \x80"), BYTES("caf\xC3\xA9 \xE2\x82\xAC")},
	{"windows-1253", BYTES("\xE1\xE2"), BYTES("\xCE\xB1\xCE\xB2")},
	{"windows-1254", BYTES("\xFE\xDD"), BYTES("\xC5\x9F\xC4\xB0")},
	/* Here a letter may be followed by a mark that changes it: the last letter counts too. */
	{"windows-1255", BYTES("\xF9\xEC\xE5\xED"), BYTES("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D")},
	{"windows-1255", BYTES("\xE9"), BYTES("\xD7\x99")},
	{"windows-1256", BYTES("\xC7\xE1"), BYTES("\xD8\xA7\xD9\x84")},
	{"windows-1257", BYTES("\xF0\xEB"), BYTES("\xC5\xA1\xC4\x97")},
	{"windows-1258", BYTES("\xEA"), BYTES("\xC3\xAA")},
	{"windows-1258", BYTES("\xF0" "a"), BYTES("\xC4\x91" "a")},
	{"windows-874", BYTES("\xE4\xB7\xC2"), BYTES("\xE0\xB9\x84\xE0\xB8\x97\xE0\xB8\xA2")},
	{"KOI8-R", BYTES("\xF0\xD2"), BYTES("\xD0\x9F\xD1\x80")},
	{"ISO-8859-1", BYTES("\xE9\xFF"), BYTES("\xC3\xA9\xC3\xBF")},
	{"ISO-8859-15", BYTES("\xA4"), BYTES("\xE2\x82\xAC")},
	{"UTF-8", BYTES("\xC3\xA9"), BYTES("\xC3\xA9")},
	{"US-ASCII", BYTES("plain"), BYTES("plain")},
};

static void converts_to_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct gv_buf out = {0};
		gv_charset_to_utf8(&out, charset_of(pairs[i].charset), pairs[i].bytes);
		assert_false(out.failed);
		if (!gv_span_equal(gv_buf_span(&out), pairs[i].utf8))
			print_error("%s\n", pairs[i].charset);
		assert_span(gv_buf_span(&out), pairs[i].utf8);
		gv_buf_dispose(&out);
	}
}

static void converts_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct gv_buf out = {0};
		const struct gv_charset *charset = charset_of(pairs[i].charset);
		if (!gv_charset_from_utf8(&out, charset, pairs[i].utf8))
			fail_msg("row %zu: %s cannot say it", i, pairs[i].charset);
		if (!gv_span_equal(gv_buf_span(&out), pairs[i].bytes))
			print_error("%s\n", pairs[i].charset);
		assert_span(gv_buf_span(&out), pairs[i].bytes);
		gv_buf_dispose(&out);
	}
}

static void valid_text_has_no_bad_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		assert_int_equal(gv_charset_first_bad(charset_of(pairs[i].charset), pairs[i].bytes),
		                 pairs[i].bytes.len);
}

/* Text longer than one step of the conversion, with characters across the steps' borders. */
static void converts_long_texts_whole(void **state)
{
	(void)state;
	const struct gv_charset *gbk = charset_of("GBK");
	struct gv_buf bytes = {0};
	struct gv_buf utf8 = {0};
	struct gv_buf back = {0};
	gv_buf_char(&bytes, 'x');
	for (size_t i = 0; i < 20000; i++)
		gv_buf_text(&bytes, "\xD6\xD0\xCE\xC4");
	assert_int_equal(gv_charset_first_bad(gbk, gv_buf_span(&bytes)), bytes.len);
	gv_charset_to_utf8(&utf8, gbk, gv_buf_span(&bytes));
	assert_int_equal(utf8.len, 1 + 20000 * 6);
	assert_true(gv_charset_from_utf8(&back, gbk, gv_buf_span(&utf8)));
	assert_span(gv_buf_span(&back), gv_buf_span(&bytes));
	gv_buf_dispose(&bytes);
	gv_buf_dispose(&utf8);
	gv_buf_dispose(&back);
}

static void what_a_charset_cannot_say(void **state)
{
	(void)state;
	static const struct {
		const char *charset;
		struct gv_span utf8;
	} rows[] = {
		{"windows-1252", BYTES("\xE4\xB8\xAD")},
		{"windows-1251", BYTES("abc\xC3\xA9")},
		{"GBK", BYTES("\xED\x95\x9C")},
		{"Shift_JIS", BYTES("\xF0\x9F\x98\x80")},
		{"Big5", BYTES("\xE0\xB8\x97")},
		{"windows-949", BYTES("\xF0\x9F\x98\x80")},
		{"US-ASCII", BYTES("\xC3\xA9")},
		{"ISO-8859-1", BYTES("\xE2\x82\xAC")},
		/* what is no UTF-8 nobody can say */
		{"GBK", BYTES("\xC3")},
		{"windows-1252", BYTES("a\xFF")},
		{"UTF-8", BYTES("a\xFF")},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf out = {0};
		if (gv_charset_from_utf8(&out, charset_of(rows[i].charset), rows[i].utf8))
			fail_msg("row %zu: %s", i, rows[i].charset);
		gv_buf_dispose(&out);
	}
}

static void bytes_without_meaning_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *charset;
		struct gv_span text;
		size_t bad;
	} rows[] = {
		{"GBK", BYTES("ab\xD6\xD0\xFF\xFF"), 4},
		{"GBK", BYTES("ab\xD6"), 2},
		{"GBK", BYTES("\xD6\""), 0},
		{"Shift_JIS", BYTES("x\x93"), 1},
		{"Shift_JIS", BYTES("\x93\xFA\x81\x20"), 2},
		{"windows-949", BYTES("\xC7\xD1\xFF\xFF"), 2},
		{"Big5", BYTES("\xA4\xA4\xA4"), 2},
		{"EUC-JP", BYTES("\xC6\xFC\x80\x80\xC6"), 4},
		{"EUC-KR", BYTES("a\xC7\x20"), 1},
		{"GB18030", BYTES("\xD6\xD0\x81\x30\x81"), 2},
		{"US-ASCII", BYTES("abc\xE9"), 3},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t bad = gv_charset_first_bad(charset_of(rows[i].charset), rows[i].text);
		if (bad != rows[i].bad)
			fail_msg("row %zu, %s: %zu, not %zu", i, rows[i].charset, bad, rows[i].bad);
	}
}

static void single_byte_code_pages_know_every_byte(void **state)
{
	(void)state;
	char all[256];
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	for (char last = '0'; last <= '8'; last++) {
		char name[] = "windows-1250";
		name[11] = last;
		assert_int_equal(gv_charset_first_bad(charset_of(name),
		                                      (struct gv_span){all, sizeof all}),
		                 sizeof all);
	}
}

/* Windows-1252 leaves 0x81 free: shown, but no error. */
static void free_places_of_code_pages_show_as_hex(void **state)
{
	(void)state;
	struct gv_buf out = {0};
	gv_charset_to_utf8(&out, charset_of("windows-1252"), SPAN("\xE9\x81\xE9"));
	assert_span(gv_buf_span(&out), SPAN("\xC3\xA9\\x81\xC3\xA9"));
	gv_buf_dispose(&out);
}

static const struct {
	const char *charset; /* NULL: none */
	struct gv_span text;
	struct gv_span shown;
} shows[] = {
	{NULL, BYTES(""), BYTES("")},
	{NULL, BYTES("plain \"text\" | #=~"), BYTES("plain \"text\" | #=~")},
	{NULL, BYTES("a\nb\rc\td"), BYTES("a\\nb\\rc\\td")},
	{NULL, BYTES("\0\x01\x1F\x7F"), BYTES("\\x00\\x01\\x1F\\x7F")},
	{NULL, BYTES("\x1B[31mred\x1B]0;title\x07"), BYTES("\\x1B[31mred\\x1B]0;title\\x07")},
	{NULL, BYTES("\b\v\f"), BYTES("\\x08\\x0B\\x0C")},
	/* C1 controls: U+009B is ESC [ in one character */
	{NULL, BYTES("\xC2\x9B" "31m"), BYTES("\\u{009B}31m")},
	{NULL, BYTES("\xC2\x80\xC2\x85\xC2\x9F\xC2\xA0"),
	 BYTES("\\u{0080}\\u{0085}\\u{009F}\xC2\xA0")},
	{NULL, BYTES("\x9B" "31m"), BYTES("\\x9B31m")},
	/* marks that reorder, and separators of lines */
	{NULL, BYTES("\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F"), BYTES("\\u{061C}\\u{200E}\\u{200F}")},
	{NULL, BYTES("\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD\xE2\x80\xAE"),
	 BYTES("\\u{202A}\\u{202B}\\u{202C}\\u{202D}\\u{202E}")},
	{NULL, BYTES("\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9"),
	 BYTES("\\u{2066}\\u{2067}\\u{2068}\\u{2069}")},
	{NULL, BYTES("\xE2\x80\xA8\xE2\x80\xA9"), BYTES("\\u{2028}\\u{2029}")},
	/* their neighbours stay */
	{NULL, BYTES("\xE2\x80\x90\xE2\x80\xAF\xE2\x81\xAA"),
	 BYTES("\xE2\x80\x90\xE2\x80\xAF\xE2\x81\xAA")},
	{NULL, BYTES("\xE4\xB8\xAD \xF0\x9F\x98\x80"), BYTES("\xE4\xB8\xAD \xF0\x9F\x98\x80")},
	/* bytes that mean nothing */
	{NULL, BYTES("a\xFF" "b\xC3"), BYTES("a\\xFFb\\xC3")},
	{NULL, BYTES("\xED\xA0\x80"), BYTES("\\xED\\xA0\\x80")},
	{NULL, BYTES("\xC3\x1B[m"), BYTES("\\xC3\\x1B[m")},
	{"UTF-8", BYTES("\xE9"), BYTES("\\xE9")},
	/* in another encoding */
	{"GBK", BYTES("\xD6\xD0\n"), BYTES("\xE4\xB8\xAD\\n")},
	{"GBK", BYTES("\xD6\xD0\xFF!"), BYTES("\xE4\xB8\xAD\\xFF!")},
	{"GBK", BYTES("\xD6\x1B[m"), BYTES("\\xD6\\x1B[m")},
	{"Shift_JIS", BYTES("\x93\xFA\x1B"), BYTES("\xE6\x97\xA5\\x1B")},
	{"windows-1252", BYTES("\xE9\x1B\x81"), BYTES("\xC3\xA9\\x1B\\x81")},
	/* ISO-8859-1 has the C1 controls as bytes */
	{"ISO-8859-1", BYTES("\x9B" "31m\xE9"), BYTES("\\u{009B}31m\xC3\xA9")},
	{"windows-1255", BYTES("\xE9\xD9\xE9"), BYTES("\xD7\x99\\xD9\xD7\x99")},
	{"windows-1255", BYTES("\xFE\xFD\xE0"), BYTES("\\u{200F}\\u{200E}\xD7\x90")},
};

static void shown_text_is_safe_for_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shows); i++) {
		struct gv_buf out = {0};
		const char *name = shows[i].charset;
		gv_charset_show(&out, name == NULL ? NULL : charset_of(name), shows[i].text);
		assert_false(out.failed);
		assert_span(gv_buf_span(&out), shows[i].shown);
		gv_buf_dispose(&out);
	}
}

/* Whatever the bytes and the encoding: valid UTF-8 without controls. */
static void shown_random_bytes_are_printable(void **state)
{
	(void)state;
	static const char *const names[] = {"UTF-8", "GBK", "Shift_JIS", "windows-949", "Big5",
	                                    "windows-1252", "windows-1255", "windows-1258",
	                                    "EUC-JP", "GB18030", "ISO-8859-1", "US-ASCII"};
	uint64_t seed = 20260801;
	for (size_t round = 0; round < 960; round++) {
		char text[40];
		size_t len = random_next(&seed) % sizeof text;
		for (size_t i = 0; i < len; i++)
			text[i] = (char)random_next(&seed);
		struct gv_buf out = {0};
		gv_charset_show(&out, charset_of(names[round % COUNT(names)]),
		                (struct gv_span){text, len});
		struct gv_span shown = gv_buf_span(&out);
		assert_int_equal(gv_charset_first_bad(gv_charset_utf8(), shown), shown.len);
		for (size_t i = 0; i < shown.len; i++) {
			assert_true((unsigned char)shown.at[i] >= 0x20 && shown.at[i] != 0x7F);
			assert_false((unsigned char)shown.at[i] == 0xC2 &&
			             (unsigned char)shown.at[i + 1] < 0xA0);
		}
		gv_buf_dispose(&out);
	}
}

/* Every byte alone: nothing gets lost on the way to the screen. */
static void no_byte_is_lost_when_shown(void **state)
{
	(void)state;
	static const char *const names[] = {"UTF-8", "GBK", "Shift_JIS", "windows-949", "Big5",
	                                    "EUC-JP", "EUC-KR", "GB18030", "windows-1250",
	                                    "windows-1251", "windows-1252", "windows-1253",
	                                    "windows-1254", "windows-1255", "windows-1256",
	                                    "windows-1257", "windows-1258", "windows-874",
	                                    "KOI8-R", "ISO-8859-2", "US-ASCII"};
	for (size_t i = 0; i < COUNT(names); i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			struct gv_buf out = {0};
			char text[3] = {'<', (char)byte, '\0'};
			gv_charset_show(&out, charset_of(names[i]), (struct gv_span){text, 2});
			if (out.len < 2)
				fail_msg("%s: byte 0x%02X is not shown", names[i], byte);
			gv_buf_dispose(&out);
		}
	}
}

static void short_text_is_shown_whole(void **state)
{
	(void)state;
	struct gv_buf out = {0};
	gv_charset_show_short(&out, NULL, SPAN("12345"), 5);
	assert_span(gv_buf_span(&out), SPAN("12345"));
	gv_buf_dispose(&out);
}

static void long_text_ends_in_dots(void **state)
{
	(void)state;
	struct gv_buf out = {0};
	gv_charset_show_short(&out, NULL, SPAN("123456"), 5);
	assert_span(gv_buf_span(&out), SPAN("12345..."));
	gv_buf_dispose(&out);
}

/* "About" the limit: a valid text is not cut within a character, which would look invalid. */
static void short_text_is_cut_between_characters(void **state)
{
	(void)state;
	static const struct {
		const char *charset;
		struct gv_span text;
	} rows[] = {
		{"UTF-8", BYTES("ab\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD")},
		{"GBK", BYTES("ab\xD6\xD0\xD6\xD0\xD6\xD0\xD6\xD0")},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (size_t limit = 1; limit < rows[i].text.len; limit++) {
			struct gv_buf out = {0};
			gv_charset_show_short(&out, charset_of(rows[i].charset), rows[i].text,
			                      limit);
			if (memchr(out.at, '\\', out.len) != NULL)
				fail_msg("%s, limit %zu: %s", rows[i].charset, limit, out.at);
			gv_buf_dispose(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_names_the_same),
		cmocka_unit_test(every_windows_code_page_is_known),
		cmocka_unit_test(unknown_names_are_not_found),
		cmocka_unit_test(long_name_is_not_cut_to_a_known_one),
		cmocka_unit_test(first_byte_that_is_no_utf8),
		cmocka_unit_test(validity_does_not_read_over_the_end),
		cmocka_unit_test(converts_to_utf8),
		cmocka_unit_test(converts_back),
		cmocka_unit_test(valid_text_has_no_bad_byte),
		cmocka_unit_test(converts_long_texts_whole),
		cmocka_unit_test(what_a_charset_cannot_say),
		cmocka_unit_test(bytes_without_meaning_are_found),
		cmocka_unit_test(single_byte_code_pages_know_every_byte),
		cmocka_unit_test(free_places_of_code_pages_show_as_hex),
		cmocka_unit_test(shown_text_is_safe_for_a_terminal),
		cmocka_unit_test(shown_random_bytes_are_printable),
		cmocka_unit_test(no_byte_is_lost_when_shown),
		cmocka_unit_test(short_text_is_shown_whole),
		cmocka_unit_test(long_text_ends_in_dots),
		cmocka_unit_test(short_text_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
