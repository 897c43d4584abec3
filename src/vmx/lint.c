#include <gpuvirt/lint.h>

#include <stdlib.h>
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
	UNKNOWN_RULE, /* found by repair/comments.c, which knows the rules */
	GONE_KEY,     /* these by repair/unknown_keys.c, which knows the keys */
	NONEXISTENT_KEY,
	UNCONFIRMED_KEY,
	CHECKS
};

/* clang-format off */
static const struct gv_check checks[] = {
	[DUPLICATE_NAME] = {"duplicate-name", GV_ERROR, "a name stands twice",
		"VMware refuses a file in which a name stands twice, in whatever case.", false},
	[MALFORMED_LINE] = {"malformed-line", GV_ERROR, "a line VMware cannot read",
		"A line that is neither name = \"value\" nor a comment makes the file corrupt.", false},
	[TYPOGRAPHIC_QUOTES] = {"typographic-quotes", GV_ERROR, "quotes that are not ASCII",
		"Curly and full-width quotes, put in by an editor, do not delimit a value.", false},
	[BYTE_ORDER_MARK] = {"byte-order-mark", GV_WARNING, "the file begins with a UTF-8 mark",
		"VMware never writes one and users report files called corrupt for it.", true},
	[INVALID_ENCODING] = {"invalid-encoding", GV_ERROR,
		"bytes without meaning in the declared encoding",
		"The file was saved in another encoding than its .encoding line says.", false},
	[UNKNOWN_ENCODING] = {"unknown-encoding", GV_NOTE, "the declared encoding is not known",
		"gpuvirt cannot tell whether the bytes are valid; it leaves them as they are.", false},
	[NUL_BYTES] = {"nul-bytes", GV_ERROR, "NUL bytes",
		"A crash or a full disk left zeroes; what stood there is lost.", false},
	[CTRL_Z] = {"ctrl-z", GV_WARNING, "a Ctrl-Z byte",
		"Windows stops reading there, Linux goes on: the file has two meanings.", false},
	[MISSING_CONFIG_VERSION] = {"missing-config-version", GV_NOTE,
		"config.version is missing", "The file may be a fragment or a template.", true},
	[MISSING_HARDWARE_VERSION] = {"missing-hardware-version", GV_NOTE,
		"virtualHW.version is missing", "The file may be a fragment or a template.", true},
	[UNKNOWN_RULE] = {"unknown-rule", GV_NOTE, "a comment switches off what is not there",
		"A rule that a comment names is none of this run: a typing error, perhaps.", false},
	[GONE_KEY] = {"gone-key", GV_NOTE, "a key that newer products do not know",
		"VMware keeps it and ignores it; gpuvirt explain KEY tells since when.", false},
	[NONEXISTENT_KEY] = {"nonexistent-key", GV_NOTE, "a key no product is known to have",
		"VMware keeps it and ignores it, so it does nothing.", false},
	[UNCONFIRMED_KEY] = {"unconfirmed-key", GV_NOTE, "a key only one text names",
		"Whether any product knows it is not confirmed; it may do nothing.", false},
};
/* clang-format on */

_Static_assert(sizeof checks / sizeof *checks == CHECKS, "every check has a row");

const struct gv_check *gv_checks(size_t *count)
{
	*count = CHECKS;
	return checks;
}

const struct gv_check *gv_check(const char *id)
{
	for (int i = 0; i < CHECKS; i++) {
		if (strcmp(checks[i].id, id) == 0)
			return &checks[i];
	}
	return NULL;
}

struct linter {
	const struct gv_vmx *vmx;
	struct gv_span text;
	const struct gv_charset *charset; /* NULL: none declared, or not known */
	struct gv_findings *findings;
	struct gv_buf message; /* of the finding being made */
	size_t found[CHECKS];
	uint32_t *disputed; /* first lines of the names that have several values, sorted */
	size_t disputed_count;
	size_t disputed_cap;
};

/* A damaged file may have millions of findings of one check; nobody reads more of them. */
enum { MAX_FINDINGS = 1000 };

/* Counts a finding that is not listed any more. Its edits are made all the same. */
static void pass_over(struct linter *linter, enum gv_fix fix, size_t first_edit)
{
	struct gv_edits *edits = &linter->findings->edits;
	for (size_t i = first_edit; i < edits->count; i++)
		edits->at[i].unsafe = fix == GV_FIX_UNSAFE;
	linter->findings->failed |= linter->message.failed;
	linter->message.len = 0;
}

static void add_at(struct linter *linter, enum check check, uint32_t line, size_t column,
                   enum gv_fix fix, size_t first_edit)
{
	bool fixable = linter->findings->edits.count > first_edit;
	bool off = gv_ids_have(linter->findings->off, checks[check].id);
	if (!off && linter->found[check]++ >= MAX_FINDINGS) {
		pass_over(linter, fix, first_edit);
		return;
	}
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

/* One more finding for those of a check that are not listed. */
static void add_rest(struct linter *linter, enum check check)
{
	if (linter->found[check] <= MAX_FINDINGS)
		return;
	gv_buf_format(&linter->message, "%zu more are not listed",
	              linter->found[check] - MAX_FINDINGS);
	gv_findings_add(linter->findings,
	                (struct gv_finding){
				.rule = checks[check].id,
				.severity = GV_NOTE,
				.line = gv_vmx_counts(linter->vmx)->lines,
				.column = 1,
				.first_edit = linter->findings->edits.count,
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

static size_t first_bad(struct linter *linter, const struct gv_charset *charset,
                        struct gv_span text)
{
	size_t bad = gv_charset_first_bad(charset, text);
	linter->findings->failed |= bad == SIZE_MAX;
	return bad < text.len ? bad : text.len;
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

static size_t length_in(struct linter *linter, const struct gv_charset *charset, const char *quote)
{
	struct gv_buf bytes = {0};
	bool known = gv_charset_from_utf8(&bytes, charset, gv_span_of(quote));
	size_t len = known ? bytes.len : 0;
	linter->findings->failed |= bytes.failed;
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
static bool find_quotes(struct linter *linter, const struct gv_charset *charset,
                        struct gv_span value, size_t *open, size_t *close)
{
	struct gv_buf utf8 = {0};
	bool found = false;
	if (first_bad(linter, charset, value) == value.len)
		gv_charset_to_utf8(&utf8, charset, value);
	struct gv_span text = gv_buf_span(&utf8);
	const char *first = quote_at(text, false);
	const char *last = quote_at(text, true);
	if (text.len >= 6 && first != NULL && last != NULL &&
	    !holds_quote(gv_span_part(text, 3, text.len - 3))) {
		*open = length_in(linter, charset, first);
		*close = length_in(linter, charset, last);
		found = *open > 0 && *close > 0;
	}
	linter->findings->failed |= utf8.failed;
	gv_buf_dispose(&utf8);
	return found;
}

/* True when LINE's value stands in typographic quotes, of *OPEN and *CLOSE bytes. */
static bool has_quotes(struct linter *linter, const struct gv_line *line, size_t *open,
                       size_t *close)
{
	struct gv_span value = gv_span_trim(line->value);
	if (line->quoted || value.len == 0 || !gv_vmx_counts(linter->vmx)->high)
		return false;
	if (linter->charset != NULL && find_quotes(linter, linter->charset, value, open, close))
		return true;
	return find_quotes(linter, gv_charset_utf8(), value, open, close);
}

/* Adds the finding when LINE's value stands in typographic quotes; false if it does not. */
static bool lint_quotes(struct linter *linter, const struct gv_line *line)
{
	struct gv_edits *edits = &linter->findings->edits;
	struct gv_span value = gv_span_trim(line->value);
	size_t first = edits_so_far(linter);
	size_t open;
	size_t close;
	if (!has_quotes(linter, line, &open, &close))
		return false;
	bool creates = line->kind == GV_LINE_MALFORMED;
	if (!gv_name_is_protected(line->name, false) &&
	    !(creates && gv_vmx_has(linter->vmx, line->name))) {
		gv_edits_replace(edits, line->value_at, open, GV_LITERAL("\""));
		gv_edits_replace(edits, line->value_at + value.len - close, close,
		                 GV_LITERAL("\""));
	}
	show(linter, line->name);
	gv_buf_text(&linter->message, ": the value stands in typographic quotes");
	add(linter, TYPOGRAPHIC_QUOTES, line, line->value_at, GV_FIX_SAFE, first);
	return true;
}

/* The value of LINE as it was meant, still escaped: without typographic quotes around it. */
static struct gv_span meant(struct linter *linter, const struct gv_line *line)
{
	size_t open;
	size_t close;
	struct gv_span value = gv_span_trim(line->value);
	if (!has_quotes(linter, line, &open, &close))
		return line->value;
	return gv_span_part(value, open, value.len - close);
}

/* True when LINE has another value than FIRST. */
static bool differs(struct linter *linter, const struct gv_line *first, const struct gv_line *line)
{
	struct gv_buf value = {0};
	gv_vmx_unescape(&value, meant(linter, line));
	bool same = gv_vmx_means(meant(linter, first), gv_buf_span(&value));
	linter->findings->failed |= value.failed;
	gv_buf_dispose(&value);
	return !same;
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t *a = left;
	const uint32_t *b = right;
	return (*a > *b) - (*a < *b);
}

/* Notes the names whose entries do not all agree: of a, b, a none may go without a guess. */
static void find_disputed(struct linter *linter)
{
	struct gv_line line;
	struct gv_line first;
	for (size_t i = 0; gv_vmx_duplicate(linter->vmx, i, &line, &first); i++) {
		if (!differs(linter, &first, &line))
			continue;
		uint32_t *grown = gv_grow(linter->disputed, linter->disputed_count,
		                          &linter->disputed_cap, sizeof *grown);
		if (grown == NULL) {
			linter->findings->failed = true;
			return;
		}
		linter->disputed = grown;
		linter->disputed[linter->disputed_count++] = first.number;
	}
	if (linter->disputed_count > 0)
		qsort(linter->disputed, linter->disputed_count, sizeof *linter->disputed,
		      compare_numbers);
}

static bool is_disputed(const struct linter *linter, const struct gv_line *first)
{
	return linter->disputed_count > 0 &&
	       bsearch(&first->number, linter->disputed, linter->disputed_count,
	               sizeof *linter->disputed, compare_numbers) != NULL;
}

/* The edits that leave one entry. The guess is that who wrote the last line meant it. */
static void merge_entries(struct linter *linter, const struct gv_line *line,
                          const struct gv_line *first, bool disputed)
{
	struct gv_edits *edits = &linter->findings->edits;
	struct gv_buf value = {0};
	if (gv_name_is_protected(line->name, false))
		return;
	if (disputed) {
		gv_vmx_unescape(&value, meant(linter, line));
		gv_edits_write(edits, first, gv_buf_span(&value));
	}
	gv_edits_remove(edits, line);
	if (disputed)
		edits->join_from = edits->count; /* what is safe is not joined to a guess */
	edits->failed |= value.failed;
	gv_buf_dispose(&value);
}

static void lint_duplicate(struct linter *linter, const struct gv_line *line,
                           const struct gv_line *first)
{
	bool disputed = is_disputed(linter, first);
	size_t edits = edits_so_far(linter);
	merge_entries(linter, line, first, disputed);
	show(linter, line->name);
	gv_buf_format(&linter->message, " stands on line %u already, with %s",
	              (unsigned)first->number,
	              differs(linter, first, line) ? "another value" : "the same value");
	add(linter, DUPLICATE_NAME, line, line->name_at, disputed ? GV_FIX_UNSAFE : GV_FIX_SAFE,
	    edits);
}

static void lint_duplicates(struct linter *linter)
{
	struct gv_line line;
	struct gv_line first;
	find_disputed(linter);
	for (size_t i = 0; gv_vmx_duplicate(linter->vmx, i, &line, &first); i++)
		lint_duplicate(linter, &line, &first);
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
	if ((!unclosed && !bare) || gv_vmx_has(linter->vmx, line->name) ||
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
	size_t bad = first_bad(linter, linter->charset, text);
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
	                   first_bad(linter, linter->charset, linter->text) != linter->text.len;
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
	size_t offset = (size_t)(at - linter->text.at);
	struct gv_line line = line_at(linter, offset);
	gv_buf_text(&linter->message, "Ctrl-Z: Windows stops reading here, Linux goes on");
	add(linter, CTRL_Z, &line, offset, GV_FIX_NONE, edits_so_far(linter));
}

static void lint_missing(struct linter *linter, const char *name, enum check check)
{
	if (gv_vmx_has(linter->vmx, gv_span_of(name)))
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
		.findings = findings,
	};
	if (linter.text.len == 0)
		return;
	/* Only what shows or checks bytes asks for it. */
	if (counts->high || counts->malformed > 0 || counts->duplicates > 0)
		linter.charset = gv_charset_find(gv_vmx_encoding(vmx));
	if (counts->bom)
		lint_mark(&linter);
	lint_duplicates(&linter);
	lint_lines(&linter);
	if (counts->nul)
		lint_nul(&linter);
	if (counts->ctrl_z)
		lint_ctrl_z(&linter);
	lint_encoding_name(&linter);
	lint_missing(&linter, "config.version", MISSING_CONFIG_VERSION);
	lint_missing(&linter, "virtualHW.version", MISSING_HARDWARE_VERSION);
	for (int i = 0; i < CHECKS; i++)
		add_rest(&linter, (enum check)i);
	findings->failed |= linter.message.failed;
	free(linter.disputed);
	gv_buf_dispose(&linter.message);
}
