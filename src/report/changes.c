#include "report/changes.h"

static bool is_line_end(char byte)
{
	return byte == '\n' || byte == '\r';
}

/*
 * True when what comes out before the appended line edits->at[INDEX] ends a line, so that none has
 * to be ended first: as gv_edits_apply has it, which sees what has come out.
 */
static bool ends_line(const struct gv_edits *edits, size_t index, struct gv_span text)
{
	size_t at = edits->at[index].at;
	while (index-- > 0) {
		const struct gv_edit *before = &edits->at[index];
		if (before->at + before->len < at)
			break;
		if (before->with.len > 0)
			return is_line_end(before->with.at[before->with.len - 1]);
		at = before->at < at ? before->at : at;
	}
	bool mark = at == 3 && gv_span_begins_nocase(text, GV_LITERAL("\xEF\xBB\xBF"));
	return at == 0 || mark || is_line_end(text.at[at - 1]);
}

/* Completes the appended lines of EDITS, which are settled. */
static void complete(struct gv_edits *edits, struct gv_span text)
{
	for (size_t i = 0; i < edits->count; i++) {
		struct gv_edit *edit = &edits->at[i];
		if (!edit->own_line || ends_line(edits, i, text))
			continue;
		struct gv_buf with = {0};
		gv_buf_add(&with, edits->line_ending);
		gv_buf_add(&with, edit->with);
		struct gv_span copy = {0};
		if (!with.failed)
			copy = gv_arena_copy(&edits->arena, gv_buf_span(&with));
		if (copy.at != NULL)
			edit->with = copy;
		else
			edits->failed = true;
		gv_buf_dispose(&with);
	}
}

void gv_changes_of_finding(struct gv_edits *edits, const struct gv_reported *reported)
{
	const struct gv_edits *all = &reported->list->edits;
	const struct gv_finding *finding = reported->finding;
	edits->line_ending = all->line_ending;
	for (size_t i = 0; i < finding->edit_count; i++)
		gv_edits_add(edits, &all->at[finding->first_edit + i]);
	gv_edits_settle(edits);
	complete(edits, reported->text);
}

void gv_changes_of_plan(struct gv_edits *edits, const struct gv_edits *planned, struct gv_span text)
{
	edits->line_ending = planned->line_ending;
	for (size_t i = 0; i < planned->count; i++)
		gv_edits_add(edits, &planned->at[i]);
	complete(edits, text);
}
