/* The shape of docs/json.md, as one object or one a line. */
#include "base/charset.h"
#include "base/json.h"
#include "report/changes.h"
#include "report/fingerprint.h"
#include "report/formats.h"

enum { SHAPE_VERSION = 1 };

static const char *const fix_names[] = {
	[GV_FIX_NONE] = "none",
	[GV_FIX_SAFE] = "safe",
	[GV_FIX_UNSAFE] = "unsafe",
};

static void add_head(struct gv_json_tree *tree, struct gv_json *in, const struct gv_report *report)
{
	gv_json_add_text(tree, in, "kind", "gpuvirt-report");
	gv_json_add_number(tree, in, "version", SHAPE_VERSION);
	gv_json_add_text(tree, in, "program", report->program);
	gv_json_add_text(tree, in, "command", gv_run_name(report->run));
	gv_json_add_bool(tree, in, "dry_run", report->run == GV_RUN_DRY);
	gv_json_add_text(tree, in, "fingerprints", GV_FINGERPRINT_METHOD);
}

static void print_edit(struct gv_buf *out, const struct gv_edit *edit)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "offset", edit->at);
	gv_json_add_number(&tree, root, "length", edit->len);
	gv_json_add_bytes(&tree, root, "with", edit->with);
	gv_json_print(out, &tree);
}

/* Adds settled and complete EDITS; there may be millions. */
static void add_edits(struct gv_json_tree *tree, struct gv_json *in, const struct gv_edits *edits)
{
	struct gv_buf text = {0};
	gv_buf_char(&text, '[');
	for (size_t i = 0; i < edits->count; i++) {
		gv_buf_text(&text, i > 0 ? "," : "");
		print_edit(&text, &edits->at[i]);
	}
	gv_buf_char(&text, ']');
	gv_json_add_printed(tree, in, "edits", &text);
	gv_buf_dispose(&text);
	tree->failed |= edits->failed;
}

static void add_finding(struct gv_json_tree *tree, struct gv_json *in,
                        const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	struct gv_json *object = gv_json_add_object(tree, in, NULL);
	struct gv_edits edits = {0};
	char digits[GV_FINGERPRINT_SIZE];
	gv_fingerprint_show(digits, reported->fingerprint);
	gv_changes_of_finding(&edits, reported);
	gv_json_add_text(tree, object, "rule", finding->rule);
	gv_json_add_text(tree, object, "severity", gv_severity_name(finding->severity));
	gv_json_add_text(tree, object, "state", gv_state_name(reported->state));
	gv_json_add_bool(tree, object, "accepted", reported->accepted);
	if (reported->path != NULL)
		gv_json_add_bytes(tree, object, "path", gv_span_of(reported->path));
	gv_json_add_number(tree, object, "line", finding->line);
	gv_json_add_number(tree, object, "column", finding->column);
	gv_json_add_text(tree, object, "message", finding->message);
	gv_json_add_text(tree, object, "fix", fix_names[finding->fix]);
	gv_json_add_text(tree, object, "fingerprint", digits);
	add_edits(tree, object, &edits);
	gv_edits_dispose(&edits);
}

static void add_refusals(struct gv_json_tree *tree, struct gv_json *in,
                         const struct gv_refusals *refusals)
{
	struct gv_json *array = gv_json_add_array(tree, in, "refusals");
	for (size_t i = 0; i < refusals->count; i++) {
		struct gv_json *refusal = gv_json_add_object(tree, array, NULL);
		gv_json_add_text(tree, refusal, "guard", refusals->at[i].guard);
		gv_json_add_bool(tree, refusal, "forceable", refusals->at[i].forceable);
		gv_json_add_text(tree, refusal, "message", refusals->at[i].message);
	}
}

/* The edits of the repair as a whole, which check does not make. */
static void add_plan(struct gv_json_tree *tree, struct gv_json *in, const struct gv_repair *repair)
{
	struct gv_edits edits = {0};
	gv_changes_of_plan(&edits, &repair->plan.edits, gv_buf_span(&repair->original));
	add_edits(tree, in, &edits);
	gv_edits_dispose(&edits);
}

static void add_findings(struct gv_json_tree *tree, struct gv_json *in,
                         const struct gv_report_file *file)
{
	struct gv_json *array = gv_json_add_array(tree, in, "findings");
	for (size_t i = 0; i < file->count; i++)
		add_finding(tree, array, &file->at[i]);
}

static void add_repair(struct gv_json_tree *tree, struct gv_json *in,
                       const struct gv_report *report, const struct gv_report_file *file)
{
	const struct gv_repair *repair = file->repair;
	struct gv_span encoding = {0};
	if (repair->vmx != NULL)
		encoding = gv_vmx_encoding(repair->vmx);
	if (encoding.len > 0)
		gv_json_add_span(tree, in, "encoding", encoding);
	if (repair->what_else != NULL)
		gv_json_add_text(tree, in, "not_a_vmx", repair->what_else);
	gv_json_add_bool(tree, in, "written", repair->written);
	add_findings(tree, in, file);
	add_refusals(tree, in, &repair->refusals);
	if (report->run != GV_RUN_CHECK)
		add_plan(tree, in, repair);
}

static void add_failure(struct gv_json_tree *tree, struct gv_json *in,
                        const struct gv_error *failure)
{
	struct gv_json *object = gv_json_add_object(tree, in, "error");
	gv_json_add_text(tree, object, "status", gv_status_name(failure->status));
	gv_json_add_text(tree, object, "message", failure->message);
	if (failure->line > 0) {
		gv_json_add_number(tree, object, "line", failure->line);
		gv_json_add_number(tree, object, "column", failure->column);
	}
}

static void add_file(struct gv_json_tree *tree, struct gv_json *in, const struct gv_report *report,
                     const struct gv_report_file *file)
{
	gv_json_add_bytes(tree, in, "path", gv_span_of(file->path));
	gv_json_add_text(tree, in, "outcome", gv_outcome_name(file->outcome));
	if (file->repair != NULL)
		add_repair(tree, in, report, file);
	else if (file->failure != NULL)
		add_failure(tree, in, file->failure);
	else
		add_findings(tree, in, file);
	if (file->details != NULL)
		file->details->add(tree, in, file->details->of);
}

static void add_summary(struct gv_json_tree *tree, struct gv_json *in, enum gv_run_kind run,
                        const struct gv_report_totals *totals)
{
	gv_json_add_number(tree, in, "files", totals->files);
	struct gv_json *outcomes = gv_json_add_object(tree, in, "outcomes");
	for (int i = 0; i < GV_OUTCOME_COUNT; i++) {
		if (gv_outcome_occurs(run, (enum gv_outcome)i))
			gv_json_add_number(tree, outcomes, gv_outcome_name((enum gv_outcome)i),
			                   totals->outcomes[i]);
	}
	struct gv_json *findings = gv_json_add_object(tree, in, "findings");
	for (int i = GV_SEVERITY_COUNT; i-- > 0;)
		gv_json_add_number(tree, findings, gv_severity_name((enum gv_severity)i),
		                   totals->findings[i]);
	gv_json_add_number(tree, in, "fixed", totals->fixed);
	gv_json_add_number(tree, in, "accepted", totals->accepted);
}

/* Prints the one object TREE without its closing brace, for members to follow. */
static void print_open(struct gv_buf *out, struct gv_json_tree *tree)
{
	gv_json_print(out, tree);
	if (out->len > 0)
		out->len--;
}

void report_json_begin(struct gv_buf *out, const struct gv_report *report)
{
	struct gv_json_tree tree = {0};
	add_head(&tree, gv_json_start(&tree), report);
	print_open(out, &tree);
	gv_buf_text(out, ",\"files\":[\n");
}

void report_json_file(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_file *file)
{
	struct gv_json_tree tree = {0};
	add_file(&tree, gv_json_start(&tree), report, file);
	gv_json_print(out, &tree);
}

void report_json_end(struct gv_buf *out, const struct gv_report *report,
                     const struct gv_report_totals *totals)
{
	struct gv_json_tree tree = {0};
	add_summary(&tree, gv_json_start(&tree), report->run, totals);
	gv_buf_text(out, "\n],\"summary\":");
	gv_json_print(out, &tree);
	gv_buf_text(out, "}\n");
}

/* An object of the kind TYPE. */
static struct gv_json *start_line(struct gv_json_tree *tree, const char *type)
{
	struct gv_json *root = gv_json_start(tree);
	gv_json_add_text(tree, root, "type", type);
	return root;
}

static void end_line(struct gv_buf *out, struct gv_json_tree *tree)
{
	gv_json_print(out, tree);
	gv_buf_char(out, '\n');
}

void report_jsonl_begin(struct gv_buf *out, const struct gv_report *report)
{
	struct gv_json_tree tree = {0};
	add_head(&tree, start_line(&tree, "begin"), report);
	end_line(out, &tree);
}

void report_jsonl_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file)
{
	struct gv_json_tree tree = {0};
	add_file(&tree, start_line(&tree, "file"), report, file);
	end_line(out, &tree);
}

void report_jsonl_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals)
{
	struct gv_json_tree tree = {0};
	add_summary(&tree, start_line(&tree, "summary"), report->run, totals);
	end_line(out, &tree);
}
