#include <gpuvirt/lint.h>

#include <string.h>

#include "base/charset.h"
#include "base/protected.h"

enum check {
	DUPLICATE_NAME,
	MALFORMED_LINE,
	TYPOGRAPHIC_QUOTES,
	BYTE_ORDER_MARK,
	INVALID_ENCODING,
	UNKNOWN_ENCODING,
	NUL_BYTES,
	CTRL_Z,
	MISSING_CONFIG_VERSION,
	MISSING_HARDWARE_VERSION,
	CHECKS
};

static const struct gv_check checks[] = {
	[DUPLICATE_NAME] = {"duplicate-name", GV_ERROR, "a name stands twice",
		"VMware refuses a file in which a name stands twice, in whatever case."},
	[MALFORMED_LINE] = {"malformed-line", GV_ERROR, "a line VMware cannot read",
		"A line that is neither name = \"value\" nor a comment makes the file corrupt."},
	[TYPOGRAPHIC_QUOTES] = {"typographic-quotes", GV_ERROR, "quotes that are not ASCII",
		"Curly and full-width quotes, put in by an editor, do not delimit a value."},
	[BYTE_ORDER_MARK] = {"byte-order-mark", GV_WARNING, "the file begins with a UTF-8 mark",
		"VMware never writes one and users report files called corrupt for it."},
	[INVALID_ENCODING] = {"invalid-encoding", GV_ERROR,
		"bytes without meaning in the declared encoding",
		"The file was saved in another encoding than its .encoding line says."},
	[UNKNOWN_ENCODING] = {"unknown-encoding", GV_NOTE, "the declared encoding is not known",
		"gpuvirt cannot tell whether the bytes are valid; it leaves them as they are."},
	[NUL_BYTES] = {"nul-bytes", GV_ERROR, "NUL bytes",
		"A crash or a full disk left zeroes; what stood there is lost."},
	[CTRL_Z] = {"ctrl-z", GV_WARNING, "a Ctrl-Z byte",
		"Windows stops reading there, Linux goes on: the file has two meanings."},
	[MISSING_CONFIG_VERSION] = {"missing-config-version", GV_NOTE,
		"config.version is missing", "The file may be a fragment or a template."},
	[MISSING_HARDWARE_VERSION] = {"missing-hardware-version", GV_NOTE,
		"virtualHW.version is missing", "The file may be a fragment or a template."},
};

_Static_assert(sizeof checks / sizeof *checks == CHECKS, "every check has a row");

const struct gv_check *gv_checks(size_t *count)
{
	*count = CHECKS;
	return checks;
}

struct linter {
	const struct gv_vmx *vmx;
	struct gv_span text;
	const struct gv_charset *charset; /* NULL: none declared, or not known */
	struct gv_findings *findings;
	struct gv_buf message; /* of the finding being made */
};

static void add_at(struct linter *linter, enum check check, uint32_t line, size_t column,
                   enum gv_fix fix, size_t first_edit)
{
	bool fixable = linter->findings->edits.count > first_edit;
	gv_findings_add(linter->findings,
	                (struct gv_finding){
				.rule = checks[check].id,
				.severity = checks[check].severity,
				.fix = fixable ? fix : GV_FIX_NONE,
				.line = line,
				.column = (uint32_t)column,
				.first_edit = first_edit,
			},
	                &linter->message);
}

/* Adds the finding at byte OFFSET of LINE, with the message and edits made so far. */
static void add(struct linter *linter, enum check check, const struct gv_line *line, size_t offset,
                enum gv_fix fix, size_t first_edit)
{
	add_at(linter, check, line->number, offset - line->start + 1, fix, first_edit);
}

static size_t edits_so_far(const struct linter *linter)
{
	return linter->findings->edits.count;
}

static void show(struct linter *linter, struct gv_span bytes)
{
	gv_charset_show_short(&linter->message, linter->charset, bytes, 60);
}

/* The line that holds byte OFFSET; the last line for the end of the file. */
static struct gv_line line_at(const struct linter *linter, size_t offset)
{
	struct gv_line line = {0};
	while (gv_vmx_next(linter->vmx, &line) && line.end <= offset) {
	}
	return line;
}

static void lint_mark(struct linter *linter)
{
	size_t first = edits_so_far(linter);
	gv_edits_replace(&linter->findings->edits, 0, 3, (struct gv_span){0});
	gv_buf_text(&linter->message, "the file begins with a UTF-8 byte order mark");
	add_at(linter, BYTE_ORDER_MARK, 1, 1, GV_FIX_SAFE, first);
}

static void lint_duplicate(struct linter *linter, const struct gv_line *line,
                           const struct gv_line *first_line)
{
	struct gv_edits *edits = &linter->findings->edits;
	struct gv_buf value = {0};
	gv_vmx_unescape(&value, line->value);
	bool same = gv_vmx_means(first_line->value, gv_buf_span(&value));
	size_t first = edits_so_far(linter);
	if (!gv_name_is_protected(line->name, false)) {
		/* The guess is that who wrote the later line meant it. */
		if (!same)
			gv_edits_set(edits, first_line, gv_buf_span(&value));
		gv_edits_remove(edits, line);
	}
	edits->failed |= value.failed;
	gv_buf_dispose(&value);
	show(linter, line->name);
	gv_buf_format(&linter->message, " stands on line %u already, with %s",
	              (unsigned)first_line->number, same ? "the same value" : "another value");
	add(linter, DUPLICATE_NAME, line, line->name_at, same ? GV_FIX_SAFE : GV_FIX_UNSAFE, first);
}

static void lint_duplicates(struct linter *linter)
{
	struct gv_line line;
	struct gv_line first;
	for (size_t i = 0; gv_vmx_duplicate(linter->vmx, i, &line, &first); i++)
		lint_duplicate(linter, &line, &first);
}

/* The quotes that editors put in place of '"': left, right, low, high, full-width. */
static const char *const quotes[] = {
	"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x9F", "\xEF\xBC\x82",
};

enum { QUOTES = sizeof quotes / sizeof *quotes };

/* The quote that TEXT, in UTF-8, begins or ends with; NULL if none. */
static const char *quote_at(struct gv_span text, bool end)
{
	for (size_t i = 0; i < QUOTES && text.len >= 3; i++) {
		const char *at = end ? text.at + text.len - 3 : text.at;
		if (memcmp(at, quotes[i], 3) == 0)
			return quotes[i];
	}
	return NULL;
}

static size_t length_in(const struct gv_charset *charset, const char *quote)
{
	struct gv_buf bytes = {0};
	bool known = gv_charset_from_utf8(&bytes, charset, gv_span_of(quote));
	size_t len = known ? bytes.len : 0;
	gv_buf_dispose(&bytes);
	return len;
}

static bool holds_quote(struct gv_span text)
{
	for (size_t i = 0; i < QUOTES && text.len >= 3; i++) {
		for (size_t at = 0; at + 3 <= text.len; at++) {
			if (memcmp(text.at + at, quotes[i], 3) == 0)
				return true;
		}
	}
	return text.len > 0 && memchr(text.at, '"', text.len) != NULL;
}

/*
 * Sets *OPEN and *CLOSE to the bytes of the typographic quotes that enclose VALUE when it is read
 * in CHARSET. Compared as UTF-8, so that a quote is never found across two characters.
 */
static bool find_quotes(const struct gv_charset *charset, struct gv_span value, size_t *open,
                        size_t *close)
{
	struct gv_buf utf8 = {0};
	bool found = false;
	if (gv_charset_first_bad(charset, value) == value.len)
		gv_charset_to_utf8(&utf8, charset, value);
	struct gv_span text = gv_buf_span(&utf8);
	const char *first = quote_at(text, false);
	const char *last = quote_at(text, true);
	if (text.len >= 6 && first != NULL && last != NULL &&
	    !holds_quote(gv_span_part(text, 3, text.len - 3))) {
		*open = length_in(charset, first);
		*close = length_in(charset, last);
		found = *open > 0 && *close > 0;
	}
	gv_buf_dispose(&utf8);
	return found;
}

static bool has_entry(const struct linter *linter, struct gv_span name)
{
	struct gv_line line;
	return gv_vmx_find(linter->vmx, name, &line);
}

/* True when LINE's value stands in typographic quotes; adds the finding then. */
static bool lint_quotes(struct linter *linter, const struct gv_line *line)
{
	const struct gv_charset *utf8 = gv_charset_utf8();
	struct gv_span value = gv_span_trim(line->value);
	size_t open;
	size_t close;
	if (line->quoted || value.len == 0 || !gv_vmx_counts(linter->vmx)->high ||
	    (!(linter->charset != NULL && find_quotes(linter->charset, value, &open, &close)) &&
	     !find_quotes(utf8, value, &open, &close)))
		return false;
	size_t first = edits_so_far(linter);
	bool creates = line->kind == GV_LINE_MALFORMED;
	if (!gv_name_is_protected(line->name, false) && !(creates && has_entry(linter, line->name))) {
		struct gv_edits *edits = &linter->findings->edits;
		gv_edits_replace(edits, line->value_at, open, GV_LITERAL("\""));
		gv_edits_replace(edits, line->value_at + value.len - close, close,
		                 GV_LITERAL("\""));
	}
	show(linter, line->name);
	gv_buf_text(&linter->message, ": the value stands in typographic quotes");
	add(linter, TYPOGRAPHIC_QUOTES, line, line->value_at, GV_FIX_SAFE, first);
	return true;
}

static void describe_flaw(struct linter *linter, const struct gv_line *line)
{
	struct gv_span text = gv_span_part(linter->text, line->start, line->text_end);
	switch (line->flaw) {
	case GV_FLAW_NO_NAME:
		gv_buf_text(&linter->message, "no name before \"=\"");
		break;
	case GV_FLAW_NO_EQUALS:
		gv_buf_text(&linter->message, "no \"=\" after the name: ");
		show(linter, gv_span_trim(text));
		break;
	case GV_FLAW_UNCLOSED_QUOTE:
		gv_buf_text(&linter->message, "the quote that opens the value is never closed");
		break;
	case GV_FLAW_AFTER_QUOTE:
		gv_buf_text(&linter->message, "text after the closing quote");
		break;
	case GV_FLAW_BLANK_IN_VALUE:
		gv_buf_text(&linter->message, "a value with blanks needs quotes");
		break;
	case GV_FLAW_NONE:
		break;
	}
}

/* The guess for a malformed line: the quotes that are missing are put around what is there. */
static void guess_quotes(struct linter *linter, const struct gv_line *line)
{
	struct gv_span value = gv_span_trim(line->value);
	bool unclosed = line->flaw == GV_FLAW_UNCLOSED_QUOTE;
	bool bare = line->flaw == GV_FLAW_BLANK_IN_VALUE &&
	            memchr(value.at, '"', value.len) == NULL &&
	            memchr(value.at, '#', value.len) == NULL;
	if ((!unclosed && !bare) || has_entry(linter, line->name) ||
	    gv_name_is_protected(line->name, false))
		return;
	struct gv_edits *edits = &linter->findings->edits;
	if (bare)
		gv_edits_replace(edits, line->value_at, 0, GV_LITERAL("\""));
	gv_edits_replace(edits, line->value_at + value.len, 0, GV_LITERAL("\""));
}

static void lint_malformed(struct linter *linter, const struct gv_line *line)
{
	size_t first = edits_so_far(linter);
	guess_quotes(linter, line);
	describe_flaw(linter, line);
	add(linter, MALFORMED_LINE, line, line->flaw_at, GV_FIX_UNSAFE, first);
}

static void lint_bytes(struct linter *linter, const struct gv_line *line)
{
	struct gv_span text = gv_span_part(linter->text, line->start, line->text_end);
	size_t bad = gv_charset_first_bad(linter->charset, text);
	if (bad == text.len)
		return;
	gv_buf_format(&linter->message, "byte 0x%02X means nothing in the declared encoding ",
	              (unsigned)(unsigned char)text.at[bad]);
	show(linter, gv_vmx_encoding(linter->vmx));
	add(linter, INVALID_ENCODING, line, line->start + bad, GV_FIX_NONE, edits_so_far(linter));
}

/* One walk for all that is found line by line; skipped when the counts say there is nothing. */
static void lint_lines(struct linter *linter)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(linter->vmx);
	bool check_bytes = counts->high && linter->charset != NULL &&
	                   gv_charset_first_bad(linter->charset, linter->text) != linter->text.len;
	if (counts->malformed == 0 && !counts->high)
		return;
	struct gv_line line = {0};
	while (gv_vmx_next(linter->vmx, &line)) {
		if (check_bytes)
			lint_bytes(linter, &line);
		if (line.name.len > 0 && lint_quotes(linter, &line))
			continue;
		if (line.kind == GV_LINE_MALFORMED)
			lint_malformed(linter, &line);
	}
}

static void lint_nul(struct linter *linter)
{
	const char *nul = memchr(linter->text.at, '\0', linter->text.len);
	size_t first_nul = (size_t)(nul - linter->text.at);
	size_t count = 0;
	for (size_t i = first_nul; i < linter->text.len; i++)
		count += linter->text.at[i] == '\0';
	bool tail = first_nul + count == linter->text.len;
	const char *where = first_nul == 0 ? "at the start" : tail ? "to the end" : "from here on";
	struct gv_line line = line_at(linter, first_nul);
	gv_buf_format(&linter->message, "%zu NUL byte%s %s: the file may be cut off", count,
	              count == 1 ? "" : "s", where);
	add(linter, NUL_BYTES, &line, first_nul, GV_FIX_NONE, edits_so_far(linter));
}

static void lint_ctrl_z(struct linter *linter)
{
	const char *at = memchr(linter->text.at, 0x1A, linter->text.len);
	if (at == NULL)
		return;
	size_t offset = (size_t)(at - linter->text.at);
	struct gv_line line = line_at(linter, offset);
	gv_buf_text(&linter->message, "Ctrl-Z: Windows stops reading here, Linux goes on");
	add(linter, CTRL_Z, &line, offset, GV_FIX_NONE, edits_so_far(linter));
}

static void lint_missing(struct linter *linter, const char *name, enum check check)
{
	if (has_entry(linter, gv_span_of(name)))
		return;
	gv_buf_format(&linter->message, "%s is missing: this may be a fragment", name);
	add_at(linter, check, 1, 1, GV_FIX_NONE, edits_so_far(linter));
}

static void lint_encoding_name(struct linter *linter)
{
	struct gv_span name = gv_vmx_encoding(linter->vmx);
	if (name.len == 0 || linter->charset != NULL || !gv_vmx_counts(linter->vmx)->high)
		return;
	struct gv_line line;
	gv_vmx_find(linter->vmx, GV_LITERAL(".encoding"), &line);
	gv_buf_text(&linter->message, "the encoding \"");
	show(linter, name);
	gv_buf_text(&linter->message, "\" is not known: its bytes are not checked");
	add(linter, UNKNOWN_ENCODING, &line, line.value_at, GV_FIX_NONE, edits_so_far(linter));
}

void gv_lint(struct gv_findings *findings, const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	struct linter linter = {
		.vmx = vmx,
		.text = gv_vmx_text(vmx),
		.charset = gv_charset_find(gv_vmx_encoding(vmx)),
		.findings = findings,
	};
	if (linter.text.len == 0)
		return;
	if (counts->bom)
		lint_mark(&linter);
	lint_duplicates(&linter);
	lint_lines(&linter);
	if (counts->nul)
		lint_nul(&linter);
	lint_ctrl_z(&linter);
	lint_encoding_name(&linter);
	lint_missing(&linter, "config.version", MISSING_CONFIG_VERSION);
	lint_missing(&linter, "virtualHW.version", MISSING_HARDWARE_VERSION);
	findings->failed |= linter.message.failed;
	gv_buf_dispose(&linter.message);
}
