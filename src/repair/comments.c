#include "repair/comments.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/lint.h>

#include "base/charset.h"

/* Ids without a rule, as many as of any structural check are listed. */
enum { MAX_UNKNOWN = 1000 };

/* Cuts WORD, in any case, and the blanks behind it off *TEXT; false when TEXT begins otherwise. */
static bool take(struct gv_span *text, struct gv_span word)
{
	if (!gv_span_begins_nocase(*text, word))
		return false;
	*text = gv_span_trim(gv_span_part(*text, word.len, text->len));
	return true;
}

/* Cuts "# gpuvirt: disable" off *TEXT, which begins with "#"; false when it says something else. */
static bool take_directive(struct gv_span *text)
{
	return take(text, GV_LITERAL("#")) && take(text, GV_LITERAL("gpuvirt:")) &&
	       take(text, GV_LITERAL("disable"));
}

bool comments_may_speak(const struct gv_vmx *vmx)
{
	struct gv_span rest = gv_vmx_text(vmx);
	while (rest.len > 0) {
		const char *mark = memchr(rest.at, '#', rest.len);
		if (mark == NULL)
			return false;
		rest = gv_span_part(rest, (size_t)(mark - rest.at) + 1, rest.len);
		size_t blanks = 0;
		while (blanks < rest.len && (rest.at[blanks] == ' ' || rest.at[blanks] == '\t'))
			blanks++;
		rest = gv_span_part(rest, blanks, rest.len);
		if (gv_span_begins_nocase(rest, GV_LITERAL("gpuvirt:")))
			return true;
	}
	return false;
}

/* A comment's work: the ids known, sorted, and where the line being read is. */
struct reader {
	struct comments *comments;
	const char **known;
	bool *is_off; /* by index of KNOWN: named by a comment before */
	size_t known_count;
	struct gv_span text;
	const struct gv_line *line;
	bool failed;
};

static int compare_ids(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;
	return strcmp(*a, *b);
}

static bool find_known(struct reader *reader, const struct gv_rules *rules)
{
	size_t check_count;
	const struct gv_check *checks = gv_checks(&check_count);
	size_t count = rules->count + check_count;
	reader->known = calloc(count, sizeof *reader->known);
	reader->is_off = calloc(count, sizeof *reader->is_off);
	if (reader->known == NULL || reader->is_off == NULL)
		return false;
	for (size_t i = 0; i < rules->count; i++)
		reader->known[reader->known_count++] = rules->at[i].id;
	for (size_t i = 0; i < check_count; i++)
		reader->known[reader->known_count++] = checks[i].id;
	qsort(reader->known, count, sizeof *reader->known, compare_ids);
	return true;
}

static int compare_id(const void *key, const void *element)
{
	const struct gv_span *id = key;
	const char *const *known = element;
	int order = strncmp(id->at, *known, id->len);
	return order != 0 ? order : -(int)((*known)[id->len] != '\0');
}

static void add_off(struct reader *reader, const char *id)
{
	struct comments *comments = reader->comments;
	const char **grown =
		gv_grow(comments->off, comments->off_count, &comments->off_cap, sizeof *grown);
	reader->failed |= grown == NULL;
	if (grown == NULL)
		return;
	comments->off = grown;
	comments->off[comments->off_count++] = id;
}

static void add_line(struct reader *reader)
{
	struct comments *comments = reader->comments;
	uint32_t *grown =
		gv_grow(comments->lines, comments->line_count, &comments->line_cap, sizeof *grown);
	reader->failed |= grown == NULL;
	if (grown == NULL)
		return;
	comments->lines = grown;
	comments->lines[comments->line_count++] = reader->line->number;
}

static void add_unknown(struct reader *reader, struct gv_span id)
{
	struct comments *comments = reader->comments;
	if (comments->unknown_count == MAX_UNKNOWN) {
		comments->unlisted++;
		return;
	}
	struct comments_unknown *grown = gv_grow(comments->unknown, comments->unknown_count,
	                                         &comments->unknown_cap, sizeof *grown);
	reader->failed |= grown == NULL;
	if (grown == NULL)
		return;
	size_t column = (size_t)(id.at - reader->text.at) - reader->line->start + 1;
	comments->unknown = grown;
	comments->unknown[comments->unknown_count++] =
		(struct comments_unknown){id, reader->line->number, (uint32_t)column};
}

static void read_id(struct reader *reader, struct gv_span id)
{
	const char **found =
		bsearch(&id, reader->known, reader->known_count, sizeof *found, compare_id);
	if (found == NULL) {
		add_unknown(reader, id);
		return;
	}
	bool *is_off = &reader->is_off[found - reader->known];
	if (!*is_off) {
		add_off(reader, *found);
		add_line(reader);
	}
	*is_off = true;
}

static void read_ids(struct reader *reader, struct gv_span list)
{
	while (list.len > 0) {
		const char *comma = memchr(list.at, ',', list.len);
		size_t end = comma == NULL ? list.len : (size_t)(comma - list.at);
		struct gv_span id = gv_span_trim(gv_span_part(list, 0, end));
		if (id.len > 0)
			read_id(reader, id);
		list = gv_span_part(list, comma == NULL ? end : end + 1, list.len);
	}
}

static void read_comment(struct reader *reader)
{
	const struct gv_line *line = reader->line;
	struct gv_span text = gv_span_trim(gv_span_part(reader->text, line->start, line->text_end));
	if (!take_directive(&text))
		return;
	if (take(&text, GV_LITERAL("=")))
		read_ids(reader, text);
	else if (text.len > 0)
		add_unknown(reader, text); /* "disabled=a", "disable a" */
}

bool comments_read(struct comments *comments, const struct gv_vmx *vmx,
                   const struct gv_policy *policy)
{
	struct gv_line line = {0};
	struct reader reader = {.comments = comments, .text = gv_vmx_text(vmx), .line = &line};
	reader.failed = !find_known(&reader, policy->rules);
	for (size_t i = 0; !reader.failed && i < policy->off.count; i++)
		add_off(&reader, policy->off.at[i]);
	while (!reader.failed && gv_vmx_next(vmx, &line)) {
		if (line.kind == GV_LINE_COMMENT)
			read_comment(&reader);
	}
	free(reader.known);
	free(reader.is_off);
	return !reader.failed;
}

static void add_note(struct gv_findings *findings, uint32_t line, uint32_t column,
                     struct gv_buf *message)
{
	const struct gv_check *check = gv_check("unknown-rule");
	gv_findings_add(findings,
	                (struct gv_finding){
				.rule = check->id,
				.severity = check->severity,
				.line = line,
				.column = column,
				.first_edit = findings->edits.count,
			},
	                message);
}

void comments_report(const struct comments *comments, struct gv_findings *findings,
                     const struct gv_vmx *vmx)
{
	const struct gv_charset *charset = gv_charset_find(gv_vmx_encoding(vmx));
	struct gv_buf message = {0};
	for (size_t i = 0; i < comments->unknown_count; i++) {
		const struct comments_unknown *unknown = &comments->unknown[i];
		gv_buf_char(&message, '"');
		gv_charset_show_short(&message, charset, unknown->id, 60);
		gv_buf_text(&message, "\" is no rule or check of this run: nothing is switched "
		                      "off by it");
		add_note(findings, unknown->line, unknown->column, &message);
	}
	if (comments->unlisted > 0) {
		gv_buf_format(&message, "%zu more are not listed", comments->unlisted);
		add_note(findings, gv_vmx_counts(vmx)->lines, 1, &message);
	}
	gv_buf_dispose(&message);
}

void comments_dispose(struct comments *comments)
{
	free(comments->off);
	free(comments->lines);
	free(comments->unknown);
	*comments = (struct comments){0};
}
