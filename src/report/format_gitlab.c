/* Code Quality of GitLab: an array of objects, of which GitLab reads six fields. */
#include "base/json.h"
#include "report/fingerprint.h"
#include "report/formats.h"
#include "report/subject.h"

static const char *const severities[] = {
	[GV_NOTE] = "info",
	[GV_WARNING] = "minor",
	[GV_ERROR] = "major",
};

_Static_assert(sizeof severities / sizeof *severities == GV_SEVERITY_COUNT,
               "every severity has GitLab's name");

/* One issue as GitLab has it. */
struct issue {
	const char *name;
	const char *description;
	const char *severity;
	struct gv_fingerprint fingerprint;
	struct gv_span path;
	size_t line;
};

static void print_issue(struct gv_buf *out, const struct issue *issue)
{
	char digits[GV_FINGERPRINT_SIZE];
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_fingerprint_show(digits, issue->fingerprint);
	gv_json_add_text(&tree, root, "type", "issue");
	gv_json_add_text(&tree, root, "check_name", issue->name);
	gv_json_add_text(&tree, root, "description", issue->description);
	gv_json_add_text(&tree, root, "severity", issue->severity);
	gv_json_add_text(&tree, root, "fingerprint", digits);
	struct gv_json *location = gv_json_add_object(&tree, root, "location");
	gv_json_add_span(&tree, location, "path", issue->path);
	struct gv_json *lines = gv_json_add_object(&tree, location, "lines");
	gv_json_add_number(&tree, lines, "begin", issue->line);
	gv_json_print(out, &tree);
}

static void add_outcome(struct gv_buf *out, const struct subject *subject)
{
	const char *name = gv_outcome_name(subject->file->outcome);
	struct gv_buf reason = {0};
	subject_reason(&reason, subject->file);
	struct issue issue = {
		.name = name,
		.description = reason.failed ? "" : reason.at,
		.severity = severities[GV_ERROR],
		.fingerprint = gv_fingerprint_outcome(name, gv_buf_span(&subject->path)),
		.path = gv_buf_span(&subject->path),
		.line = 1,
	};
	print_issue(out, &issue);
	out->failed |= reason.failed;
	gv_buf_dispose(&reason);
}

static void add_finding(struct gv_buf *out, struct subject *subject,
                        const struct gv_reported *reported)
{
	struct issue issue = {
		.name = reported->finding->rule,
		.description = reported->finding->message,
		.severity = severities[reported->finding->severity],
		.fingerprint = reported->fingerprint,
		.path = subject_path(subject, reported),
		.line = subject_place(subject, reported).line,
	};
	print_issue(out, &issue);
}

void report_gitlab_begin(struct gv_buf *out, const struct gv_report *report)
{
	(void)report;
	gv_buf_text(out, "[\n");
}

void report_gitlab_file(struct gv_buf *out, const struct gv_report *report,
                        const struct gv_report_file *file)
{
	struct subject subject;
	size_t begin = out->len;
	subject_start(&subject, report, file);
	if (file->outcome == GV_REFUSED || file->outcome == GV_FAILED)
		add_outcome(out, &subject);
	for (size_t i = 0; i < file->count; i++) {
		if (!subject_tells(&file->at[i]))
			continue;
		gv_buf_text(out, out->len > begin ? ",\n" : "");
		add_finding(out, &subject, &file->at[i]);
	}
	subject_end(&subject, out);
}

void report_gitlab_end(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_totals *totals)
{
	(void)report, (void)totals;
	gv_buf_text(out, "\n]\n");
}
