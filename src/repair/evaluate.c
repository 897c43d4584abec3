#include "repair/evaluate.h"

#include "base/charset.h"
#include "repair/prefixes.h"

struct evaluation {
	const struct gv_vmx *vmx;
	struct gv_findings *findings;
	struct prefixes prefixes;
	struct gv_buf message;
};

/* The lines a rule is about. */
struct hits {
	size_t count;
	size_t wrong; /* without an accepted value; of "absent" all */
	struct gv_line first;
	struct gv_line first_wrong;
};

/* A walk over the lines a rule is about. */
struct hit_walk {
	const struct gv_rule *rule;
	struct gv_line line;      /* the line reached */
	struct prefix_walk under; /* of a rule for many names */
};

static struct hit_walk start_walk(const struct evaluation *evaluation, const struct gv_rule *rule)
{
	struct hit_walk walk = {.rule = rule};
	if (rule->prefix)
		walk.under = prefixes_walk(&evaluation->prefixes, rule->key);
	return walk;
}

/*
 * Moves WALK to the next line whose name falls under its rule. A malformed line with a readable
 * name counts: VMware refuses the file for it, and a rule leaves exactly one entry or none.
 */
static bool next_hit(const struct evaluation *evaluation, struct hit_walk *walk)
{
	if (!walk->rule->prefix)
		return gv_vmx_next_named(evaluation->vmx, walk->rule->key, &walk->line);
	return prefixes_next(&evaluation->prefixes, evaluation->vmx, &walk->under, &walk->line);
}

static bool is_accepted(const struct gv_rule *rule, const struct gv_line *line)
{
	if (line->kind != GV_LINE_ENTRY)
		return false;
	for (size_t i = 0; i < rule->value_count; i++) {
		if (gv_vmx_means(line->value, rule->values[i]))
			return true;
	}
	return rule->ensure == GV_ENSURE_PRESENT;
}

static struct hits find_hits(const struct evaluation *evaluation, const struct gv_rule *rule)
{
	struct hits hits = {0};
	struct hit_walk walk = start_walk(evaluation, rule);
	while (next_hit(evaluation, &walk)) {
		if (hits.count++ == 0)
			hits.first = walk.line;
		if (!is_accepted(rule, &walk.line) && hits.wrong++ == 0)
			hits.first_wrong = walk.line;
	}
	return hits;
}

static bool is_violated(const struct gv_rule *rule, const struct hits *hits)
{
	switch (rule->ensure) {
	case GV_ENSURE_ABSENT:
		return hits->count > 0;
	case GV_ENSURE_PRESENT:
		return hits->count == hits->wrong;
	case GV_ENSURE_EQUALS:
	case GV_ENSURE_ONE_OF:
		return hits->wrong > 0 || (!rule->prefix && hits->count != 1);
	}
	return false;
}

/* The entry that decides: of several the last, as the guess for conflicting duplicates has it. */
static bool find_deciding(const struct gv_vmx *vmx, struct gv_span key, struct gv_line *line)
{
	if (!gv_vmx_find(vmx, key, line))
		return false;
	while (gv_vmx_find_again(vmx, line)) {
	}
	return true;
}

static bool test_value(const struct gv_condition *condition, struct gv_span value)
{
	uint64_t number;
	switch (condition->test) {
	case GV_TEST_PRESENT:
		return true;
	case GV_TEST_ABSENT:
		return false;
	case GV_TEST_EQUALS:
		return gv_span_equal_nocase(gv_span_trim(value), condition->value);
	case GV_TEST_STARTS_WITH:
		return gv_span_begins_nocase(gv_span_trim(value), condition->value);
	case GV_TEST_BELOW:
		return gv_span_number(gv_span_trim(value), &number) && number < condition->number;
	case GV_TEST_ABOVE:
		return gv_span_number(gv_span_trim(value), &number) && number > condition->number;
	}
	return false;
}

static bool holds(struct evaluation *evaluation, const struct gv_condition *condition)
{
	struct gv_line line;
	if (!find_deciding(evaluation->vmx, condition->key, &line))
		return condition->test == GV_TEST_ABSENT;
	struct gv_buf value = {0};
	gv_vmx_unescape(&value, line.value);
	bool held = test_value(condition, gv_buf_span(&value));
	evaluation->findings->failed |= value.failed;
	gv_buf_dispose(&value);
	return held;
}

static bool applies(struct evaluation *evaluation, const struct gv_rule *rule)
{
	for (size_t i = 0; i < rule->when_count; i++) {
		if (!holds(evaluation, &rule->when[i]))
			return false;
	}
	return true;
}

static void show_key(struct evaluation *evaluation, const struct gv_rule *rule)
{
	gv_buf_add(&evaluation->message, rule->key);
	if (rule->prefix)
		gv_buf_char(&evaluation->message, '*');
}

static void show_state(struct evaluation *evaluation, const struct gv_rule *rule,
                       const struct hits *hits)
{
	struct gv_buf *message = &evaluation->message;
	size_t count = rule->ensure == GV_ENSURE_ABSENT ? hits->count : hits->wrong;
	if (rule->prefix) {
		gv_buf_format(message, "%zu ", count);
		show_key(evaluation, rule);
		gv_buf_text(message, count == 1 ? " key" : " keys");
		return;
	}
	show_key(evaluation, rule);
	if (hits->count == 0) {
		gv_buf_text(message, " is missing");
	} else if (hits->count > 1) {
		gv_buf_format(message, " stands %zu times", hits->count);
	} else if (hits->first.kind != GV_LINE_ENTRY) {
		gv_buf_text(message, " stands on a malformed line");
	} else {
		gv_buf_text(message, " is \"");
		gv_charset_show_short(message, gv_charset_find(gv_vmx_encoding(evaluation->vmx)),
		                      hits->first.value, 60);
		gv_buf_char(message, '"');
	}
}

static void show_wanted(struct evaluation *evaluation, const struct gv_rule *rule)
{
	struct gv_buf *message = &evaluation->message;
	gv_buf_text(message, rule->fix ? ", must be " : ", should be ");
	if (rule->value_count > 0)
		gv_rule_describe_wanted(message, rule);
	else
		gv_buf_text(message, gv_ensure_name(rule->ensure));
}

static void describe(struct evaluation *evaluation, const struct gv_rule *rule,
                     const struct hits *hits)
{
	struct gv_buf *message = &evaluation->message;
	show_state(evaluation, rule, hits);
	show_wanted(evaluation, rule);
	gv_buf_text(message, ": ");
	gv_charset_show(message, NULL, gv_span_of(rule->summary));
	for (size_t i = 0; i < rule->tell_count; i++) {
		if (!holds(evaluation, &rule->tell[i].when))
			continue;
		gv_buf_text(message, "; ");
		gv_charset_show(message, NULL, gv_span_of(rule->tell[i].say));
	}
}

/* Leaves the first line, with the value wanted, and removes the others. */
static void leave_one(struct evaluation *evaluation, const struct gv_rule *rule,
                      const struct hits *hits)
{
	struct gv_edits *edits = &evaluation->findings->edits;
	struct hit_walk walk = {.rule = rule, .line = hits->first};
	if (hits->count == 0) {
		gv_edits_append(edits, evaluation->vmx, rule->key, rule->values[0]);
		return;
	}
	if (!is_accepted(rule, &walk.line))
		gv_edits_set(edits, &walk.line, rule->values[0]);
	while (next_hit(evaluation, &walk))
		gv_edits_remove(edits, &walk.line);
}

static void edit(struct evaluation *evaluation, const struct gv_rule *rule, const struct hits *hits)
{
	struct gv_edits *edits = &evaluation->findings->edits;
	if (rule->ensure != GV_ENSURE_ABSENT && !rule->prefix) {
		leave_one(evaluation, rule, hits);
		return;
	}
	struct hit_walk walk = start_walk(evaluation, rule);
	while (next_hit(evaluation, &walk)) {
		if (rule->ensure == GV_ENSURE_ABSENT)
			gv_edits_remove(edits, &walk.line);
		else if (!is_accepted(rule, &walk.line))
			gv_edits_set(edits, &walk.line, rule->values[0]);
	}
}

/* What is missing is reported where it would be appended, the rest at its value or name. */
static void place(const struct evaluation *evaluation, const struct gv_rule *rule,
                  const struct hits *hits, struct gv_finding *finding)
{
	const struct gv_line *line = hits->wrong > 0 ? &hits->first_wrong : &hits->first;
	finding->line = gv_vmx_counts(evaluation->vmx)->lines + 1;
	finding->column = 1;
	if (hits->count == 0)
		return;
	size_t at = rule->value_count > 0 ? line->value_at : line->name_at;
	finding->line = line->number;
	finding->column = (uint32_t)(at - line->start + 1);
}

static void evaluate(struct evaluation *evaluation, const struct gv_rule *rule)
{
	struct hits hits = find_hits(evaluation, rule);
	if (!is_violated(rule, &hits) || !applies(evaluation, rule))
		return;
	struct gv_finding finding = {
		.rule = rule->id,
		.severity = rule->severity,
		.fix = rule->fix ? GV_FIX_SAFE : GV_FIX_NONE,
		.first_edit = evaluation->findings->edits.count,
	};
	place(evaluation, rule, &hits, &finding);
	describe(evaluation, rule, &hits);
	if (rule->fix)
		edit(evaluation, rule, &hits);
	gv_findings_add(evaluation->findings, finding, &evaluation->message);
}

void gv_evaluate(struct gv_findings *findings, const struct gv_vmx *vmx,
                 const struct gv_rules *rules)
{
	struct evaluation evaluation = {
		.vmx = vmx,
		.findings = findings,
	};
	findings->failed |= !prefixes_find(&evaluation.prefixes, vmx, rules);
	for (size_t i = 0; i < rules->count; i++)
		evaluate(&evaluation, &rules->at[i]);
	findings->failed |= evaluation.message.failed;
	prefixes_dispose(&evaluation.prefixes);
	gv_buf_dispose(&evaluation.message);
}
