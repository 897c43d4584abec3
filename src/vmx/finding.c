#include <gpuvirt/finding.h>

#include <stdlib.h>
#include <string.h>

bool gv_ids_have(const struct gv_ids *ids, const char *id)
{
	for (size_t i = 0; ids != NULL && i < ids->count; i++) {
		if (strcmp(ids->at[i], id) == 0)
			return true;
	}
	return false;
}

void gv_findings_dispose(struct gv_findings *findings)
{
	free(findings->at);
	gv_edits_dispose(&findings->edits);
	gv_arena_dispose(&findings->arena);
	*findings = (struct gv_findings){0};
}

/* Takes back what was made for a finding that is switched off. */
static void drop(struct gv_findings *findings, const struct gv_finding *finding,
                 struct gv_buf *message)
{
	findings->failed |= message->failed || findings->edits.failed;
	findings->edits.count = finding->first_edit;
	message->len = 0;
}

void gv_findings_add(struct gv_findings *findings, struct gv_finding finding,
                     struct gv_buf *message)
{
	if (gv_ids_have(findings->off, finding.rule)) {
		drop(findings, &finding, message);
		return;
	}
	struct gv_finding *grown =
		gv_grow(findings->at, findings->count, &findings->cap, sizeof *grown);
	struct gv_span text = gv_arena_copy(&findings->arena, gv_buf_span(message));
	if (grown != NULL)
		findings->at = grown;
	if (grown == NULL || text.at == NULL || message->failed || findings->edits.failed) {
		findings->failed = true;
		return;
	}
	finding.message = text.at;
	finding.order = findings->count;
	finding.edit_count = findings->edits.count - finding.first_edit;
	for (size_t i = finding.first_edit; i < findings->edits.count; i++)
		findings->edits.at[i].unsafe = finding.fix == GV_FIX_UNSAFE;
	findings->edits.join_from = findings->edits.count;
	findings->at[findings->count++] = finding;
	message->len = 0;
}

static int compare(const void *left, const void *right)
{
	const struct gv_finding *a = left;
	const struct gv_finding *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void gv_findings_sort(struct gv_findings *findings)
{
	if (findings->count > 1)
		qsort(findings->at, findings->count, sizeof *findings->at, compare);
}

bool gv_finding_counts(const struct gv_finding *finding)
{
	return finding->severity != GV_NOTE;
}
