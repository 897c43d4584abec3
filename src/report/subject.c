#include "report/subject.h"

#include "base/charset.h"
#include "report/path.h"

void subject_start(struct subject *subject, const struct gv_report *report,
                   const struct gv_report_file *file)
{
	*subject = (struct subject){.file = file, .report = report};
	gv_path_locate(&subject->path, report, file->path);
	if (file->repair == NULL || file->repair->vmx == NULL)
		return;
	struct gv_span encoding = gv_vmx_encoding(file->repair->vmx);
	subject->charset = gv_charset_find(encoding);
	subject->unknown_charset = subject->charset == NULL && encoding.len > 0;
}

void subject_end(struct subject *subject, struct gv_buf *out)
{
	out->failed |= subject->failed || subject->path.failed || subject->other.failed;
	gv_buf_dispose(&subject->path);
	gv_buf_dispose(&subject->other);
	gv_lines_dispose(&subject->lines);
}

struct gv_span subject_path(struct subject *subject, const struct gv_reported *reported)
{
	if (reported == NULL || reported->path == NULL)
		return gv_buf_span(&subject->path);
	if (subject->other_of != reported->path) {
		subject->failed |= subject->other.failed;
		gv_buf_dispose(&subject->other);
		gv_path_locate(&subject->other, subject->report, reported->path);
		subject->other_of = reported->path;
	}
	return gv_buf_span(&subject->other);
}

const struct gv_lines *subject_lines(struct subject *subject, const struct gv_reported *reported)
{
	struct gv_span text = reported->text;
	if (subject->lines.count == 0 || subject->lines_of.at != text.at) {
		gv_lines_dispose(&subject->lines);
		subject->lines_of = text;
		subject->failed |= !gv_lines_make(&subject->lines, text);
	}
	return subject->failed ? NULL : &subject->lines;
}

size_t subject_offset(struct subject *subject, const struct gv_reported *reported)
{
	const struct gv_lines *lines = subject_lines(subject, reported);
	const struct gv_finding *finding = reported->finding;
	if (lines == NULL)
		return 0;
	size_t offset = gv_lines_offset(lines, finding->line, finding->column);
	/* Viewers know no line behind the last one, where a missing key would be appended. */
	bool behind = finding->line >= lines->count && offset == lines->text.len;
	if (!behind || lines->count < 2 || lines->starts[lines->count - 1] < offset)
		return offset;
	struct gv_span last = gv_lines_text(lines, lines->count - 1);
	return (size_t)(last.at - lines->text.at) + last.len;
}

struct gv_place subject_place(struct subject *subject, const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	if (reported->path != NULL)
		return (struct gv_place){.line = finding->line, .column = finding->column};
	size_t offset = subject_offset(subject, reported);
	if (subject->failed)
		return (struct gv_place){.line = 1, .column = 1};
	return gv_lines_place(&subject->lines, subject->charset, offset, &subject->failed);
}

bool subject_tells(const struct gv_reported *reported)
{
	return reported->state != GV_FIXED && !reported->accepted;
}

static void add_refusal(struct gv_buf *out, const struct gv_refusal *refusal)
{
	gv_buf_text(out, "refused: ");
	gv_charset_show(out, NULL, gv_span_of(refusal->message));
	gv_buf_format(out, "%s [%s]", refusal->forceable ? " (--force overrides)" : "",
	              refusal->guard);
}

void subject_reason(struct gv_buf *out, const struct gv_report_file *file)
{
	gv_buf_add(out, (struct gv_span){0}); /* a C string, whatever there is to say */
	if (file->outcome == GV_FAILED) {
		gv_buf_text(out, "failed: ");
		gv_charset_show(out, NULL, gv_span_of(file->failure->message));
		return;
	}
	if (file->outcome != GV_REFUSED)
		return;
	if (file->repair->what_else != NULL) {
		gv_buf_text(out, "refused: not a VMware configuration: ");
		gv_charset_show(out, NULL, gv_span_of(file->repair->what_else));
		return;
	}
	/* What not even --force overrides is told first. */
	const struct gv_refusal *refusal = gv_refusals_first(&file->repair->refusals, true);
	if (refusal == NULL)
		refusal = gv_refusals_first(&file->repair->refusals, false);
	if (refusal != NULL)
		add_refusal(out, refusal);
}
