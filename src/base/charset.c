#include "base/charset.h"

#include <errno.h>
#include <string.h>

#include "platform/os.h"

enum kind { UTF8, SINGLE, MULTI };

struct gv_charset {
	enum kind kind;
	const char *iconv;    /* the name the system knows */
	const char *names[8]; /* the names VMware accepts (facts 4.2), the usual one first */
};

static const struct gv_charset charsets[] = {
	{UTF8, "UTF-8", {"UTF-8", "utf8"}},
	{SINGLE, "CP1252", {"windows-1252", "cp1252", "ibm-5348"}},
	{MULTI, "GBK", {"GBK", "CP936", "MS936", "windows-936", "windows-936-2000"}},
	{MULTI, "CP932", {"Shift_JIS", "MS_Kanji", "cp932", "ms932", "sjis", "x-sjis", "ibm-943"}},
	{MULTI, "CP949", {"windows-949-2000", "windows-949", "ms949", "KS_C_5601-1989", "korean"}},
	{MULTI, "BIG5", {"Big5", "csBig5", "windows-950", "windows-950-2000", "cp950"}},
	{MULTI, "EUC-KR", {"EUC-KR", "KS_C_5601-1987", "KSC_5601", "ibm-970"}},
	{MULTI, "EUC-JP", {"EUC-JP", "eucjis", "ujis", "ibm-954"}},
	{MULTI, "GB18030", {"GB18030", "windows-54936", "ibm-1392"}},
	{MULTI, "GBK", {"GB2312", "EUC-CN", "csGB2312", "ibm-1383"}},
	{SINGLE, "CP1250", {"windows-1250", "cp1250", "ibm-5346"}},
	{SINGLE, "CP1251", {"windows-1251", "cp1251", "ibm-5347"}},
	{SINGLE, "CP1253", {"windows-1253", "cp1253", "ibm-5349"}},
	{SINGLE, "CP1254", {"windows-1254", "cp1254", "ibm-5350"}},
	{SINGLE, "CP1255", {"windows-1255", "cp1255", "ibm-9447"}},
	{SINGLE, "CP1256", {"windows-1256", "cp1256", "ibm-9448"}},
	{SINGLE, "CP1257", {"windows-1257", "cp1257", "ibm-9449"}},
	{SINGLE, "CP1258", {"windows-1258", "cp1258", "ibm-5354"}},
	{SINGLE, "CP874", {"windows-874", "windows-874-2000", "TIS-620", "ms874"}},
	{SINGLE, "KOI8-R", {"KOI8-R", "koi8", "cp878"}},
	{SINGLE, "ISO-8859-1", {"ISO-8859-1", "latin1", "ISO_8859-1:1987"}},
	{SINGLE, "ISO-8859-2", {"ISO-8859-2", "latin2"}},
	{SINGLE, "ISO-8859-5", {"ISO-8859-5", "cyrillic"}},
	{SINGLE, "ISO-8859-9", {"ISO-8859-9", "latin5"}},
	{SINGLE, "ISO-8859-15", {"ISO-8859-15", "latin9"}},
	{MULTI, "US-ASCII", {"US-ASCII", "ASCII", "646", "ANSI_X3.4-1968"}},
};

enum { CHARSETS = sizeof charsets / sizeof *charsets };

static bool is_separator(char byte)
{
	return byte == '-' || byte == '_' || byte == ' ';
}

/* NAME without separators, cut to SIZE; long names match nothing anyway. */
static struct gv_span squeeze(struct gv_span name, char *out, size_t size)
{
	size_t len = 0;
	for (size_t i = 0; i < name.len && len < size; i++) {
		if (!is_separator(name.at[i]))
			out[len++] = name.at[i];
	}
	return (struct gv_span){out, len};
}

static bool has_name(const struct gv_charset *charset, struct gv_span squeezed)
{
	for (size_t i = 0; i < 8 && charset->names[i] != NULL; i++) {
		char room[40];
		struct gv_span mine = squeeze(gv_span_of(charset->names[i]), room, sizeof room);
		if (gv_span_equal_nocase(mine, squeezed))
			return true;
	}
	return false;
}

const struct gv_charset *gv_charset_find(struct gv_span name)
{
	char room[40];
	struct gv_span squeezed = squeeze(name, room, sizeof room);
	for (size_t i = 0; i < CHARSETS; i++) {
		if (has_name(&charsets[i], squeezed))
			return &charsets[i];
	}
	return NULL;
}

const struct gv_charset *gv_charset_utf8(void)
{
	return &charsets[0];
}

int32_t gv_charset_code_point(struct gv_span text, size_t *size)
{
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = (unsigned char)text.at[0];
	size_t need = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	*size = 1;
	if (need == 0 || lead > 0xF4 || text.len < need)
		return -1;
	int32_t code = need == 1 ? lead : lead & (0x7F >> need);
	for (size_t i = 1; i < need; i++) {
		unsigned char byte = (unsigned char)text.at[i];
		if ((byte & 0xC0) != 0x80)
			return -1;
		code = code << 6 | (byte & 0x3F);
	}
	if (code < least[need] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return -1;
	*size = need;
	return code;
}

static size_t first_bad_utf8(struct gv_span text)
{
	size_t size;
	for (size_t at = 0; at < text.len; at += size) {
		if (gv_charset_code_point(gv_span_part(text, at, text.len), &size) < 0)
			return at;
	}
	return text.len;
}

/*
 * Converts TEXT until its end or the first byte without meaning, whose offset it returns. OUT may
 * be NULL to check only.
 */
static size_t convert(struct gv_os_converter *converter, struct gv_span text, struct gv_buf *out)
{
	size_t at = 0;
	while (at < text.len) {
		char room[4096];
		size_t taken;
		size_t made;
		int code = gv_os_convert(converter, text.at + at, text.len - at, &taken, room,
		                         sizeof room, &made);
		if (out != NULL)
			gv_buf_add(out, (struct gv_span){room, made});
		at += taken;
		if (code != 0 && code != E2BIG)
			break;
	}
	return at;
}

size_t gv_charset_first_bad(const struct gv_charset *charset, struct gv_span text)
{
	if (charset->kind == SINGLE)
		return text.len;
	if (charset->kind == UTF8)
		return first_bad_utf8(text);
	struct gv_os_converter *converter;
	int code = gv_os_open_converter(&converter, "UTF-8", charset->iconv);
	if (code != 0)
		return code == ENOMEM ? SIZE_MAX : text.len;
	size_t bad = convert(converter, text, NULL);
	gv_os_close_converter(converter);
	return bad;
}

static void add_hex(struct gv_buf *out, char byte)
{
	gv_buf_format(out, "\\x%02X", (unsigned)(unsigned char)byte);
}

static void add_replacement(struct gv_buf *out, char byte)
{
	(void)byte;
	gv_buf_text(out, "\xEF\xBF\xBD");
}

static bool copy_utf8(struct gv_buf *out, struct gv_span text,
                      void (*add_bad)(struct gv_buf *out, char byte))
{
	bool good = true;
	while (text.len > 0) {
		size_t bad = first_bad_utf8(text);
		gv_buf_add(out, gv_span_part(text, 0, bad));
		if (bad == text.len)
			break;
		good = false;
		add_bad(out, text.at[bad]);
		text = gv_span_part(text, bad + 1, text.len);
	}
	return good;
}

/* Appends TEXT as UTF-8, ADD_BAD for each byte without meaning; false when there is one. */
static bool decode(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text,
                   void (*add_bad)(struct gv_buf *out, char byte))
{
	struct gv_os_converter *converter = NULL;
	int code = EINVAL;
	bool good = true;
	if (charset != NULL && charset->kind != UTF8)
		code = gv_os_open_converter(&converter, "UTF-8", charset->iconv);
	if (code != 0) {
		out->failed |= code == ENOMEM;
		return copy_utf8(out, text, add_bad);
	}
	while (text.len > 0) {
		size_t bad = convert(converter, text, out);
		if (bad == text.len)
			break;
		good = false;
		add_bad(out, text.at[bad]);
		text = gv_span_part(text, bad + 1, text.len);
	}
	gv_os_close_converter(converter);
	return good;
}

void gv_charset_to_utf8(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text)
{
	decode(out, charset, text, add_hex);
}

bool gv_charset_decode(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text)
{
	return decode(out, charset, text, add_replacement);
}

bool gv_charset_from_utf8(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text)
{
	struct gv_os_converter *converter;
	if (charset->kind == UTF8) {
		gv_buf_add(out, text);
		return first_bad_utf8(text) == text.len;
	}
	int code = gv_os_open_converter(&converter, charset->iconv, "UTF-8");
	out->failed |= code == ENOMEM;
	if (code != 0)
		return false;
	size_t good = convert(converter, text, out);
	gv_os_close_converter(converter);
	return good == text.len;
}

/* Marks that make a screen show text in another order than it has. */
static bool reorders(int32_t code)
{
	return code == 0x61C || code == 0x200E || code == 0x200F ||
	       (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
	       code == 0x2028 || code == 0x2029;
}

bool gv_charset_is_hostile(int32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0) || reorders(code);
}

static void show_code(struct gv_buf *out, int32_t code, struct gv_span bytes)
{
	if (code < 0)
		add_hex(out, bytes.at[0]);
	else if (code == '\n')
		gv_buf_text(out, "\\n");
	else if (code == '\r')
		gv_buf_text(out, "\\r");
	else if (code == '\t')
		gv_buf_text(out, "\\t");
	else if (code < 0x20 || code == 0x7F)
		add_hex(out, bytes.at[0]);
	else if (gv_charset_is_hostile(code))
		gv_buf_format(out, "\\u{%04X}", (unsigned)code);
	else
		gv_buf_add(out, bytes);
}

static bool is_plain(struct gv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 || text.at[i] > 0x7E)
			return false;
	}
	return true;
}

void gv_charset_show(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text)
{
	if (is_plain(text)) {
		gv_buf_add(out, text);
		return;
	}
	struct gv_buf utf8 = {0};
	gv_charset_to_utf8(&utf8, charset, text);
	struct gv_span rest = gv_buf_span(&utf8);
	while (rest.len > 0) {
		size_t size;
		int32_t code = gv_charset_code_point(rest, &size);
		show_code(out, code, gv_span_part(rest, 0, size));
		rest = gv_span_part(rest, size, rest.len);
	}
	out->failed |= utf8.failed;
	gv_buf_dispose(&utf8);
}

void gv_charset_show_short(struct gv_buf *out, const struct gv_charset *charset,
                           struct gv_span text, size_t limit)
{
	if (text.len <= limit) {
		gv_charset_show(out, charset, text);
		return;
	}
	struct gv_span cut = gv_span_part(text, 0, limit);
	size_t bad = gv_charset_first_bad(charset == NULL ? gv_charset_utf8() : charset, cut);
	/* A character that the limit cuts goes with the rest; none has more than four bytes. */
	if (bad < limit && limit - bad < 4)
		cut.len = bad;
	gv_charset_show(out, charset, cut);
	gv_buf_text(out, "...");
}
