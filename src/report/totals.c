#include <gpuvirt/report.h>

#include <stdlib.h>
#include <string.h>

/* The row of RULE; a new one when there is none, or NULL when memory ran out. */
static struct gv_rule_count *row_of(struct gv_report_totals *totals, const char *rule)
{
	for (size_t i = 0; i < totals->rule_count; i++) {
		const char *mine = totals->rules[i].rule;
		if (mine == rule || strcmp(mine, rule) == 0)
			return &totals->rules[i];
	}
	struct gv_rule_count *grown =
		gv_grow(totals->rules, totals->rule_count, &totals->rule_cap, sizeof *grown);
	if (grown == NULL)
		return NULL;
	totals->rules = grown;
	totals->rules[totals->rule_count] = (struct gv_rule_count){.rule = rule};
	return &totals->rules[totals->rule_count++];
}

static void count_rule(struct gv_report_totals *totals, const char *rule, size_t count,
                       size_t fixable)
{
	struct gv_rule_count *row = row_of(totals, rule);
	if (row == NULL) {
		totals->failed = true;
		return;
	}
	row->count += count;
	row->fixable += fixable;
}

static void count_finding(struct gv_report_totals *totals, const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	if (reported->state == GV_FIXED) {
		totals->fixed++;
		return;
	}
	if (reported->accepted) {
		totals->accepted++;
		return;
	}
	totals->findings[finding->severity]++;
	count_rule(totals, finding->rule, 1, gv_finding_is_fixed(finding, true));
}

void gv_report_totals_add(struct gv_report_totals *totals, const struct gv_report_file *file)
{
	totals->files++;
	totals->outcomes[file->outcome]++;
	totals->needy += file->needy;
	for (size_t i = 0; i < file->count; i++)
		count_finding(totals, &file->at[i]);
}

void gv_report_totals_merge(struct gv_report_totals *totals, const struct gv_report_totals *other)
{
	totals->files += other->files;
	for (size_t i = 0; i < GV_OUTCOME_COUNT; i++)
		totals->outcomes[i] += other->outcomes[i];
	totals->needy += other->needy;
	for (size_t i = 0; i < GV_SEVERITY_COUNT; i++)
		totals->findings[i] += other->findings[i];
	totals->fixed += other->fixed;
	totals->accepted += other->accepted;
	for (size_t i = 0; i < other->rule_count; i++) {
		const struct gv_rule_count *row = &other->rules[i];
		count_rule(totals, row->rule, row->count, row->fixable);
	}
	totals->failed |= other->failed;
}

void gv_report_totals_dispose(struct gv_report_totals *totals)
{
	free(totals->rules);
	*totals = (struct gv_report_totals){0};
}

static int compare(const void *left, const void *right)
{
	const struct gv_rule_count *a = left;
	const struct gv_rule_count *b = right;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->rule, b->rule);
}

void gv_report_statistics(struct gv_buf *out, struct gv_report_totals *totals)
{
	if (totals->rule_count > 0)
		qsort(totals->rules, totals->rule_count, sizeof *totals->rules, compare);
	for (size_t i = 0; i < totals->rule_count; i++) {
		const struct gv_rule_count *row = &totals->rules[i];
		gv_buf_format(out, "%8zu  %s", row->count, row->rule);
		if (row->fixable == row->count)
			gv_buf_text(out, "  (fixable)");
		else if (row->fixable > 0)
			gv_buf_format(out, "  (%zu fixable)", row->fixable);
		gv_buf_char(out, '\n');
	}
	out->failed |= totals->failed;
}
