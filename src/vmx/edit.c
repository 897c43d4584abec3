#include <gpuvirt/edit.h>

#include <stdlib.h>
#include <string.h>

void gv_edits_dispose(struct gv_edits *edits)
{
	free(edits->at);
	gv_arena_dispose(&edits->arena);
	*edits = (struct gv_edits){0};
}

void gv_edits_add(struct gv_edits *edits, const struct gv_edit *added)
{
	struct gv_edit edit = *added;
	struct gv_edit *grown = gv_grow(edits->at, edits->count, &edits->cap, sizeof *grown);
	struct gv_span with = GV_LITERAL("");
	if (edit.with.len > 0)
		with = gv_arena_copy(&edits->arena, edit.with);
	if (grown != NULL)
		edits->at = grown;
	if (grown == NULL || with.at == NULL) {
		edits->failed = true;
		return;
	}
	edit.with = with;
	edits->at[edits->count++] = edit;
}

void gv_edits_replace(struct gv_edits *edits, size_t at, size_t len, struct gv_span with)
{
	gv_edits_add(edits, &(struct gv_edit){.at = at, .len = len, .with = with});
}

/* VALUE escaped, in quotes when QUOTES. */
static void spell(struct gv_buf *out, struct gv_span value, bool quotes)
{
	if (quotes)
		gv_buf_char(out, '"');
	gv_vmx_escape(out, value);
	if (quotes)
		gv_buf_char(out, '"');
}

void gv_edits_set(struct gv_edits *edits, const struct gv_line *line, struct gv_span value)
{
	if (line->kind != GV_LINE_ENTRY || !gv_vmx_means(line->value, value))
		gv_edits_write(edits, line, value);
}

void gv_edits_write(struct gv_edits *edits, const struct gv_line *line, struct gv_span value)
{
	struct gv_buf spelt = {0};
	spell(&spelt, value, !line->quoted);
	if (spelt.failed)
		edits->failed = true;
	else
		gv_edits_replace(edits, line->value_at, line->value.len, gv_buf_span(&spelt));
	gv_buf_dispose(&spelt);
}

void gv_edits_remove(struct gv_edits *edits, const struct gv_line *line)
{
	struct gv_edit *last =
		edits->count > edits->join_from ? &edits->at[edits->count - 1] : NULL;
	/* A million lines in a row are one edit and not a million. */
	if (last != NULL && last->with.len == 0 && last->at + last->len == line->start)
		last->len += line->end - line->start;
	else
		gv_edits_replace(edits, line->start, line->end - line->start, (struct gv_span){0});
}

static bool is_unread_tail(char byte)
{
	return byte == '\0' || byte == 0x1A;
}

size_t gv_edits_append_at(const struct gv_vmx *vmx)
{
	struct gv_span text = gv_vmx_text(vmx);
	size_t at = text.len;
	while (at > 0 && is_unread_tail(text.at[at - 1]))
		at--;
	return at;
}

void gv_edits_append(struct gv_edits *edits, const struct gv_vmx *vmx, struct gv_span name,
                     struct gv_span value)
{
	struct gv_buf line = {0};
	edits->line_ending = gv_vmx_line_ending(vmx);
	gv_buf_add(&line, name);
	gv_buf_text(&line, " = ");
	spell(&line, value, true);
	gv_buf_add(&line, edits->line_ending);
	if (line.failed)
		edits->failed = true;
	else
		gv_edits_add(edits, &(struct gv_edit){.at = gv_edits_append_at(vmx),
		                                      .with = gv_buf_span(&line),
		                                      .own_line = true});
	gv_buf_dispose(&line);
}

/* qsort is not stable; the rank keeps later edits of one range behind earlier ones. */
struct ranked {
	struct gv_edit edit;
	size_t rank;
};

static int compare(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;
	if (a->edit.at != b->edit.at)
		return a->edit.at < b->edit.at ? -1 : 1;
	if (a->edit.own_line != b->edit.own_line)
		return a->edit.own_line ? 1 : -1;
	if (a->edit.len != b->edit.len)
		return a->edit.len > b->edit.len ? -1 : 1;
	return a->rank < b->rank ? -1 : 1;
}

/*
 * True when NEXT, sorted behind LAST, changes bytes that LAST changes too. Bytes put in right
 * behind what LAST replaces belong to it: a closing quote for a value that is replaced as a whole.
 */
static bool overlaps(const struct gv_edit *last, const struct gv_edit *next)
{
	size_t end = last->at + last->len;
	if (next->at < end || (next->at == end && next->len == 0 && last->len > 0))
		return true;
	return next->at == last->at && next->len == last->len;
}

static void drop_covered(struct gv_edits *edits, const struct ranked *sorted)
{
	struct gv_edit *last = NULL; /* appended lines cover nothing and are not covered */
	size_t kept = 0;
	for (size_t i = 0; i < edits->count; i++) {
		const struct gv_edit *next = &sorted[i].edit;
		if (next->own_line) {
			edits->at[kept++] = *next;
		} else if (last == NULL || !overlaps(last, next)) {
			last = &edits->at[kept++];
			*last = *next;
		} else if (last->at == next->at && last->len == next->len) {
			*last = *next; /* the later edit of one range wins */
		}
	}
	edits->count = kept;
}

void gv_edits_settle(struct gv_edits *edits)
{
	struct ranked *sorted = edits->count == 0 ? NULL : calloc(edits->count, sizeof *sorted);
	if (sorted == NULL) {
		edits->failed |= edits->count > 0;
		return;
	}
	for (size_t i = 0; i < edits->count; i++)
		sorted[i] = (struct ranked){edits->at[i], i};
	qsort(sorted, edits->count, sizeof *sorted, compare);
	drop_covered(edits, sorted);
	free(sorted);
}

/* True when what stands behind BEGIN needs no line ending: nothing, a mark alone, or whole lines.
 */
static bool ends_line(const struct gv_buf *out, size_t begin)
{
	struct gv_span text = gv_span_part(gv_buf_span(out), begin, out->len);
	return text.len == 0 || gv_span_equal(text, GV_LITERAL("\xEF\xBB\xBF")) ||
	       text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r';
}

enum gv_status gv_edits_apply_part(const struct gv_edits *edits, size_t first, size_t count,
                                   struct gv_span text, size_t from, size_t to, struct gv_buf *out,
                                   struct gv_error *err)
{
	size_t begin = out->len;
	size_t done = from;
	for (size_t i = first; i < first + count; i++) {
		const struct gv_edit *edit = &edits->at[i];
		/* A line may be appended within a removed one, before the NULs at its end. */
		if (edit->at > done)
			gv_buf_add(out, gv_span_part(text, done, edit->at));
		if (edit->own_line && !out->failed && !ends_line(out, begin))
			gv_buf_add(out, edits->line_ending);
		gv_buf_add(out, edit->with);
		if (edit->at + edit->len > done)
			done = edit->at + edit->len;
	}
	gv_buf_add(out, gv_span_part(text, done, to));
	return edits->failed || out->failed ? gv_fail_memory(err) : GV_OK;
}

enum gv_status gv_edits_apply(const struct gv_edits *edits, struct gv_span text, struct gv_buf *out,
                              struct gv_error *err)
{
	return gv_edits_apply_part(edits, 0, edits->count, text, 0, text.len, out, err);
}
