/*
 * JUnit XML as Jenkins and GitLab read it: a test suite a file, a test case a finding.
 *
 * A case is named by its rule, without the line: its history goes on when lines move.
 */
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "report/formats.h"
#include "report/subject.h"

/* Appends the UTF-8 TEXT for an attribute or an element. */
static void add_xml(struct gv_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			gv_buf_text(out, "&amp;");
			break;
		case '<':
			gv_buf_text(out, "&lt;");
			break;
		case '>':
			gv_buf_text(out, "&gt;");
			break;
		case '"':
			gv_buf_text(out, "&quot;");
			break;
		default:
			gv_buf_char(out, *text);
		}
	}
}

/* U+FFFE and U+FFFF, which XML forbids, are all that is left to forbid in printable text. */
static const char *forbidden_at(const char *text)
{
	const char *first = strstr(text, "\xEF\xBF\xBE");
	const char *second = strstr(text, "\xEF\xBF\xBF");
	if (first == NULL || (second != NULL && second < first))
		return second;
	return first;
}

/* Appends TEXT, any bytes, made printable. */
static void add_text(struct gv_buf *out, struct gv_span text)
{
	struct gv_buf shown = {0};
	gv_buf_add(&shown, (struct gv_span){0});
	gv_charset_show(&shown, NULL, text);
	out->failed |= shown.failed;
	char *rest = shown.at;
	for (char *at; !shown.failed && (at = (char *)forbidden_at(rest)) != NULL; rest = at + 3) {
		bool last = at[2] == '\xBF';
		*at = '\0';
		add_xml(out, rest);
		gv_buf_text(out, last ? "\\u{FFFF}" : "\\u{FFFE}");
	}
	if (!shown.failed)
		add_xml(out, rest);
	gv_buf_dispose(&shown);
}

static void add_attribute(struct gv_buf *out, const char *name, struct gv_span value)
{
	gv_buf_format(out, " %s=\"", name);
	add_text(out, value);
	gv_buf_char(out, '"');
}

void report_junit_begin(struct gv_buf *out, const struct gv_report *report)
{
	(void)report;
	gv_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                 "<testsuites name=\"gpuvirt\">\n");
}

void report_junit_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals)
{
	(void)report, (void)totals;
	gv_buf_text(out, "</testsuites>\n");
}

/* The cases of a suite, by how they end. */
struct cases {
	size_t all;
	size_t failures;
	size_t errors;
	size_t skipped;
};

static bool is_failure(const struct gv_reported *reported)
{
	return !reported->accepted && gv_finding_counts(reported->finding);
}

static struct cases count_cases(const struct gv_report_file *file)
{
	struct cases cases = {0};
	cases.errors = file->outcome == GV_REFUSED || file->outcome == GV_FAILED;
	cases.all = cases.errors;
	for (size_t i = 0; i < file->count; i++) {
		if (file->at[i].state == GV_FIXED)
			continue;
		cases.all++;
		cases.failures += is_failure(&file->at[i]);
		cases.skipped += file->at[i].accepted;
	}
	return cases;
}

static void start_case(struct gv_buf *out, const struct subject *subject, const char *name,
                       size_t number)
{
	gv_buf_text(out, "    <testcase");
	add_attribute(out, "classname", gv_buf_span(&subject->path));
	gv_buf_text(out, " name=\"");
	add_text(out, gv_span_of(name));
	if (number > 1)
		gv_buf_format(out, " #%zu", number);
	gv_buf_text(out, "\" time=\"0\"");
}

/* "path:line:column: message", the line and column those of the text report. */
static void add_place(struct gv_buf *out, const struct gv_report_file *file,
                      const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	add_text(out, gv_span_of(reported->path != NULL ? reported->path : file->path));
	gv_buf_format(out, ":%u:%u: %s: ", (unsigned)finding->line, (unsigned)finding->column,
	              gv_severity_name(finding->severity));
	add_text(out, gv_span_of(finding->message));
}

static void add_failure(struct gv_buf *out, const struct gv_report_file *file,
                        const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	gv_buf_text(out, ">\n      <failure");
	add_attribute(out, "type", gv_span_of(gv_severity_name(finding->severity)));
	add_attribute(out, "message", gv_span_of(finding->message));
	gv_buf_char(out, '>');
	add_place(out, file, reported);
	gv_buf_text(out, "</failure>\n    </testcase>\n");
}

/* A note does not fail. */
static void add_note(struct gv_buf *out, const struct gv_report_file *file,
                     const struct gv_reported *reported)
{
	gv_buf_text(out, ">\n      <system-out>");
	add_place(out, file, reported);
	gv_buf_text(out, "</system-out>\n    </testcase>\n");
}

static void add_case(struct gv_buf *out, const struct subject *subject,
                     const struct gv_reported *reported, size_t number)
{
	start_case(out, subject, reported->finding->rule, number);
	if (reported->accepted)
		gv_buf_text(out, ">\n      <skipped message=\"in the baseline\"/>\n"
		                 "    </testcase>\n");
	else if (is_failure(reported))
		add_failure(out, subject->file, reported);
	else
		add_note(out, subject->file, reported);
}

static void add_error(struct gv_buf *out, const struct subject *subject)
{
	const char *name = gv_outcome_name(subject->file->outcome);
	struct gv_buf reason = {0};
	subject_reason(&reason, subject->file);
	start_case(out, subject, name, 1);
	gv_buf_text(out, ">\n      <error");
	add_attribute(out, "type", gv_span_of(name));
	add_attribute(out, "message", gv_buf_span(&reason));
	gv_buf_text(out, "/>\n    </testcase>\n");
	out->failed |= reason.failed;
	gv_buf_dispose(&reason);
}

static int compare_rules(const void *left, const void *right)
{
	const struct gv_reported *a = *(const struct gv_reported *const *)left;
	const struct gv_reported *b = *(const struct gv_reported *const *)right;
	int order = strcmp(a->finding->rule, b->finding->rule);
	return order != 0 ? order : (a > b) - (a < b);
}

/* The cases of the findings, by rule: those of one rule are numbered. */
static void add_cases(struct gv_buf *out, const struct subject *subject)
{
	const struct gv_report_file *file = subject->file;
	size_t count = 0;
	size_t number = 0;
	const struct gv_reported **sorted = calloc(file->count + 1, sizeof *sorted);
	out->failed |= sorted == NULL;
	for (size_t i = 0; sorted != NULL && i < file->count; i++) {
		if (file->at[i].state != GV_FIXED)
			sorted[count++] = &file->at[i];
	}
	if (count > 1)
		qsort(sorted, count, sizeof *sorted, compare_rules);
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 &&
		             strcmp(sorted[i - 1]->finding->rule, sorted[i]->finding->rule) == 0;
		number = again ? number + 1 : 1;
		add_case(out, subject, sorted[i], number);
	}
	free(sorted);
}

void report_junit_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file)
{
	struct cases cases = count_cases(file);
	struct subject subject;
	subject_start(&subject, report, file);
	gv_buf_text(out, "  <testsuite");
	add_attribute(out, "name", gv_buf_span(&subject.path));
	gv_buf_format(out,
	              " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" "
	              "time=\"0\">\n",
	              cases.all > 0 ? cases.all : 1, cases.failures, cases.errors, cases.skipped);
	if (cases.errors > 0)
		add_error(out, &subject);
	add_cases(out, &subject);
	if (cases.all == 0) {
		start_case(out, &subject, "in order", 1);
		gv_buf_text(out, "/>\n");
	}
	gv_buf_text(out, "  </testsuite>\n");
	subject_end(&subject, out);
}
