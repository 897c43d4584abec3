#include <gpuvirt/report.h>

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/baseline.h>

#include "report/fingerprint.h"
#include "report/path.h"

static const char *const outcome_names[] = {
	[GV_IN_ORDER] = "in-order",         [GV_NEEDS_REPAIR] = "needs-repair",
	[GV_WOULD_CHANGE] = "would-change", [GV_REPAIRED] = "repaired",
	[GV_REFUSED] = "refused",           [GV_FAILED] = "failed",
	[GV_NEEDS_CARE] = "needs-care",
};

_Static_assert(sizeof outcome_names / sizeof *outcome_names == GV_OUTCOME_COUNT,
               "every outcome has a name");

const char *gv_outcome_name(enum gv_outcome outcome)
{
	return outcome_names[outcome];
}

static const char *const state_names[] = {
	[GV_OPEN] = "open",
	[GV_WOULD_FIX] = "would-fix",
	[GV_FIXED] = "fixed",
};

_Static_assert(sizeof state_names / sizeof *state_names == GV_STATE_COUNT,
               "every state has a name");

const char *gv_state_name(enum gv_state state)
{
	return state_names[state];
}

#define BIT(outcome) (1U << (outcome))
#define REPAIRS                                                                                    \
	(BIT(GV_IN_ORDER) | BIT(GV_NEEDS_REPAIR) | BIT(GV_WOULD_CHANGE) | BIT(GV_REPAIRED) |       \
	 BIT(GV_REFUSED) | BIT(GV_FAILED))

/* What runs differ in. */
static const struct {
	const char *command;
	unsigned outcomes;    /* bits of those that its report counts */
	enum gv_state mended; /* of a finding that a fix would mend, when the file is not refused */
} runs[] = {
	[GV_RUN_CHECK] = {"check", REPAIRS, GV_OPEN},
	[GV_RUN_DIFF] = {"diff", REPAIRS, GV_WOULD_FIX},
	[GV_RUN_FIX] = {"fix", REPAIRS, GV_FIXED},
	[GV_RUN_DRY] = {"fix", REPAIRS, GV_WOULD_FIX},
	[GV_RUN_VERIFY] = {"verify", BIT(GV_IN_ORDER) | BIT(GV_NEEDS_CARE) | BIT(GV_FAILED),
                           GV_OPEN},
};

_Static_assert(sizeof runs / sizeof *runs == GV_RUN_COUNT, "every run has a row");

const char *gv_run_name(enum gv_run_kind run)
{
	return runs[run].command;
}

bool gv_outcome_occurs(enum gv_run_kind run, enum gv_outcome outcome)
{
	return (runs[run].outcomes & BIT(outcome)) != 0;
}

static enum gv_state state_of(const struct gv_report *report, const struct gv_repair *repair,
                              const struct gv_finding *finding)
{
	bool does = repair->plan.changes && !repair->refused;
	if (does && gv_finding_is_fixed(finding, report->unsafe))
		return runs[report->run].mended;
	return GV_OPEN;
}

static size_t count_mended(const struct gv_report *report, const struct gv_repair *repair)
{
	const struct gv_findings *found = &repair->plan.found;
	size_t count = 0;
	for (size_t i = 0; i < found->count; i++)
		count += state_of(report, repair, &found->at[i]) == GV_FIXED;
	return count;
}

/* True when the file now has the text of the plan: what remains counts, not what was found. */
static bool has_new_text(const struct gv_report *report, const struct gv_repair *repair)
{
	return report->run == GV_RUN_FIX && repair->plan.changes && !repair->refused;
}

/* Adds what was found in the text as it was read; of a repaired file what was mended of it. */
static void add_found(struct gv_report_file *file, const struct gv_report *report)
{
	const struct gv_repair *repair = file->repair;
	const struct gv_findings *found = &repair->plan.found;
	bool mended_only = has_new_text(report, repair);
	for (size_t i = 0; i < found->count; i++) {
		enum gv_state state = state_of(report, repair, &found->at[i]);
		if (mended_only && state != GV_FIXED)
			continue;
		file->at[file->count++] = (struct gv_reported){
			.finding = &found->at[i],
			.list = found,
			.text = gv_buf_span(&repair->original),
			.state = state,
		};
	}
}

static void add_remaining(struct gv_report_file *file)
{
	const struct gv_findings *remain = &file->repair->plan.remain;
	for (size_t i = 0; i < remain->count; i++) {
		file->at[file->count++] = (struct gv_reported){
			.finding = &remain->at[i],
			.list = remain,
			.text = gv_buf_span(&file->repair->plan.text),
		};
	}
}

static bool list_findings(struct gv_report_file *file, const struct gv_report *report)
{
	const struct gv_plan *plan = &file->repair->plan;
	bool new_text = has_new_text(report, file->repair);
	size_t room = new_text ? plan->found.count + plan->remain.count : plan->found.count;
	if (room == 0)
		return true;
	file->at = calloc(room, sizeof *file->at);
	if (file->at == NULL)
		return false;
	add_found(file, report);
	if (new_text)
		add_remaining(file);
	return true;
}

/* Gives the findings fingerprints, and asks the baseline about those that stay. */
static bool recognise(struct gv_report_file *file, const struct gv_report *report)
{
	struct gv_buf path = {0};
	bool new_text = file->repair != NULL && has_new_text(report, file->repair);
	size_t old = new_text ? count_mended(report, file->repair) : file->count;
	gv_path_locate(&path, report, file->path);
	struct gv_span name = gv_buf_span(&path);
	bool good = !path.failed && gv_fingerprint_findings(file->at, old, name) &&
	            gv_fingerprint_findings(file->at + old, file->count - old, name);
	if (good && report->known != NULL)
		good = gv_baseline_visit(report->known, name);
	for (size_t i = 0; good && report->known != NULL && i < file->count; i++) {
		struct gv_reported *reported = &file->at[i];
		if (reported->state != GV_FIXED)
			reported->accepted =
				gv_baseline_accepts(report->known, reported->fingerprint);
	}
	gv_buf_dispose(&path);
	return good;
}

static bool any_counts(const struct gv_report_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct gv_reported *reported = &file->at[i];
		if (reported->state == GV_OPEN && !reported->accepted &&
		    gv_finding_counts(reported->finding))
			return true;
	}
	return false;
}

/* True when there is nothing to say about the keys, or they were to be changed and must not be. */
static bool is_refused(const struct gv_report *report, const struct gv_repair *repair)
{
	bool writes = report->run == GV_RUN_FIX || report->run == GV_RUN_DRY;
	return repair->what_else != NULL || gv_refusals_first(&repair->refusals, true) != NULL ||
	       (writes && repair->refused);
}

static enum gv_outcome judge(const struct gv_report_file *file, const struct gv_report *report)
{
	const struct gv_repair *repair = file->repair;
	if (file->failure != NULL)
		return GV_FAILED;
	if (is_refused(report, repair))
		return GV_REFUSED;
	if (repair->plan.changes && report->run != GV_RUN_CHECK)
		return report->run == GV_RUN_FIX ? GV_REPAIRED : GV_WOULD_CHANGE;
	return any_counts(file) ? GV_NEEDS_REPAIR : GV_IN_ORDER;
}

enum gv_status gv_report_file_make(struct gv_report_file *file, const struct gv_report *report,
                                   const char *path, const struct gv_repair *repair,
                                   const struct gv_error *failure, struct gv_error *err)
{
	bool failed = failure != NULL && failure->status != GV_OK;
	struct gv_report_file made = {.path = path};
	bool good = true;
	if (failed)
		made.failure = failure;
	else
		made.repair = repair;
	if (!failed)
		good = list_findings(&made, report);
	if (good && !failed && (report->fingerprints || report->known != NULL))
		good = recognise(&made, report);
	if (!good) {
		gv_report_file_dispose(&made);
		return gv_fail_memory(err);
	}
	made.outcome = judge(&made, report);
	made.needy = made.outcome != GV_REFUSED && any_counts(&made);
	if (report->run == GV_RUN_DIFF)
		made.needy = made.outcome == GV_WOULD_CHANGE;
	*file = made;
	return GV_OK;
}

static bool list_found(struct gv_report_file *file, const struct gv_findings *found,
                       const char *where)
{
	file->at = found->count == 0 ? NULL : calloc(found->count, sizeof *file->at);
	if (found->count > 0 && file->at == NULL)
		return false;
	for (size_t i = 0; i < found->count; i++) {
		file->at[file->count++] = (struct gv_reported){
			.finding = &found->at[i],
			.list = found,
			.path = where,
		};
	}
	return true;
}

enum gv_status gv_report_file_found(struct gv_report_file *file, const struct gv_report *report,
                                    const char *path, const struct gv_findings *found,
                                    const char *where, const struct gv_report_details *details,
                                    const struct gv_error *failure, struct gv_error *err)
{
	bool failed = failure != NULL && failure->status != GV_OK;
	struct gv_report_file made = {.path = path};
	if (failed) {
		made.failure = failure;
		made.outcome = GV_FAILED;
		*file = made;
		return GV_OK;
	}
	made.details = details;
	bool good = list_found(&made, found, where);
	if (good && (report->fingerprints || report->known != NULL))
		good = recognise(&made, report);
	if (!good) {
		gv_report_file_dispose(&made);
		return gv_fail_memory(err);
	}
	made.needy = any_counts(&made);
	made.outcome = made.needy ? GV_NEEDS_CARE : GV_IN_ORDER;
	*file = made;
	return GV_OK;
}

void gv_report_file_dispose(struct gv_report_file *file)
{
	free(file->at);
	*file = (struct gv_report_file){0};
}
