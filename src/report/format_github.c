/*
 * Workflow commands of GitHub Actions: one line a finding, which GitHub shows beside the line of
 * the file. Runs outside of GitHub show them in a terminal: controls and marks are escaped.
 */
#include "base/charset.h"
#include "report/formats.h"
#include "report/subject.h"

static const char *const commands[] = {
	[GV_NOTE] = "notice",
	[GV_WARNING] = "warning",
	[GV_ERROR] = "error",
};

_Static_assert(sizeof commands / sizeof *commands == GV_SEVERITY_COUNT,
               "every severity has a command");

/* Appends printable TEXT as data, or as the value of a property. */
static void add_data(struct gv_buf *out, struct gv_span text, bool property)
{
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.at[i];
		if (byte == '%' || (property && (byte == ':' || byte == ',')))
			gv_buf_format(out, "%%%02X", (unsigned)byte);
		else
			gv_buf_char(out, byte);
	}
}

/* Appends any bytes; line ends, which GitHub can tell, stay what they are. */
static void add_bytes(struct gv_buf *out, struct gv_span text, bool property)
{
	while (text.len > 0) {
		size_t end = 0;
		while (end < text.len && text.at[end] != '\n' && text.at[end] != '\r')
			end++;
		struct gv_buf shown = {0};
		gv_charset_show(&shown, NULL, gv_span_part(text, 0, end));
		add_data(out, gv_buf_span(&shown), property);
		out->failed |= shown.failed;
		gv_buf_dispose(&shown);
		if (end == text.len)
			return;
		gv_buf_text(out, text.at[end] == '\n' ? "%0A" : "%0D");
		text = gv_span_part(text, end + 1, text.len);
	}
}

static void start_command(struct gv_buf *out, struct gv_span path, const char *command)
{
	gv_buf_format(out, "::%s file=", command);
	add_bytes(out, path, true);
}

static void end_command(struct gv_buf *out, const char *title, struct gv_span message)
{
	gv_buf_text(out, ",title=gpuvirt ");
	add_bytes(out, gv_span_of(title), true);
	gv_buf_text(out, "::");
	add_bytes(out, message, false);
	gv_buf_char(out, '\n');
}

static void add_finding(struct gv_buf *out, struct subject *subject,
                        const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	struct gv_place place = subject_place(subject, reported);
	start_command(out, subject_path(subject, reported), commands[finding->severity]);
	gv_buf_format(out, ",line=%zu,col=%zu", place.line, place.column);
	end_command(out, finding->rule, gv_span_of(finding->message));
}

static void add_outcome(struct gv_buf *out, struct subject *subject)
{
	struct gv_buf reason = {0};
	subject_reason(&reason, subject->file);
	start_command(out, subject_path(subject, NULL), "error");
	end_command(out, gv_outcome_name(subject->file->outcome), gv_buf_span(&reason));
	out->failed |= reason.failed;
	gv_buf_dispose(&reason);
}

void report_github_begin(struct gv_buf *out, const struct gv_report *report)
{
	(void)out, (void)report;
}

void report_github_file(struct gv_buf *out, const struct gv_report *report,
                        const struct gv_report_file *file)
{
	struct subject subject;
	subject_start(&subject, report, file);
	if (file->outcome == GV_REFUSED || file->outcome == GV_FAILED)
		add_outcome(out, &subject);
	for (size_t i = 0; i < file->count; i++) {
		if (subject_tells(&file->at[i]))
			add_finding(out, &subject, &file->at[i]);
	}
	subject_end(&subject, out);
}

void report_github_end(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_totals *totals)
{
	(void)out, (void)report, (void)totals;
}
