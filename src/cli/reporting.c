#include "cli/reporting.h"

#include <stdlib.h>
#include <string.h>

#include "base/walk.h"
#include "cli/show.h"
#include "platform/os.h"
#include "version.h"

static bool read_baseline(struct reporting *reporting)
{
	const char *path = reporting->cli->settings.baseline;
	struct gv_file file = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_file_read(&file, path, GV_BASELINE_LIMIT, &err);
	if (status == GV_OK)
		status = gv_baseline_read(&reporting->known, gv_buf_span(&file.text), &err);
	gv_file_dispose(&file);
	if (status != GV_OK)
		output_failure(&reporting->cli->out, path, &err);
	return status == GV_OK;
}

/* Where "--output *.vmx" was meant for the files, the first of them must not become the report. */
static bool may_write(struct cli *cli, const char *path)
{
	if (path == NULL)
		return true;
	bool machine = gv_walk_is_machine(path);
	if (machine)
		output_error(&cli->out, path,
		             "ends like a machine's file: no report takes its place");
	else if (path[0] == '\0')
		output_error(&cli->out, NULL, "a report needs the name of a file");
	return !machine && path[0] != '\0';
}

static bool open_file(struct reporting *reporting)
{
	struct cli *cli = reporting->cli;
	struct gv_error err = {0};
	if (gv_create_begin(&reporting->file, cli->settings.output, &err) != GV_OK) {
		output_failure(&cli->out, cli->settings.output, &err);
		return false;
	}
	output_close(&cli->out);
	output_open(&cli->out, reporting->file.file, cli->settings.color);
	return true;
}

bool reporting_open(struct reporting *reporting, struct cli *cli, const struct gv_report *about)
{
	const struct settings *settings = &cli->settings;
	*reporting = (struct reporting){.cli = cli, .format = settings->format};
	/* Where the working directory is not known paths are told as they were named. */
	(void)gv_os_resolve(".", &reporting->folder);
	if (!may_write(cli, settings->output) || !may_write(cli, settings->write_baseline))
		return false;
	if (settings->baseline != NULL && !read_baseline(reporting))
		return false;
	if (settings->output != NULL && !open_file(reporting))
		return false;
	const struct gv_format *format = reporting->format;
	bool fingerprints = format != NULL && format->fingerprints;
	reporting->report = (struct gv_report){
		.run = about->run,
		.program = GPUVIRT_VERSION,
		.rules = about->rules,
		.topics = about->topics,
		.topic_count = about->topic_count,
		.folder = reporting->folder,
		.known = reporting->known,
		.unsafe = settings->unsafe,
		.fingerprints = fingerprints || settings->write_baseline != NULL,
	};
	if (format != NULL)
		format->begin(&cli->out.pending, &reporting->report);
	if (settings->write_baseline != NULL)
		gv_baseline_format()->begin(&reporting->baseline, &reporting->report);
	return true;
}

bool reporting_is_text(const struct reporting *reporting)
{
	return reporting->format == NULL;
}

void reporting_make(const struct reporting *reporting, struct report_piece *piece,
                    const struct gv_report_file *file)
{
	const struct settings *settings = &reporting->cli->settings;
	if (reporting->format != NULL)
		reporting->format->file(&piece->text, &reporting->report, file);
	if (settings->write_baseline != NULL)
		gv_baseline_format()->file(&piece->accepted, &reporting->report, file);
	if (reporting->format != NULL || settings->statistics)
		gv_report_totals_add(&piece->totals, file);
}

/* Puts TEXT behind what OUT has, with SEPARATOR if there was a piece before. */
static void join(struct gv_buf *out, bool *has_piece, const char *separator,
                 const struct gv_buf *text)
{
	if (text->len > 0 && *has_piece)
		gv_buf_text(out, separator);
	*has_piece |= text->len > 0;
	gv_buf_add(out, gv_buf_span(text));
	out->failed |= text->failed;
}

void reporting_take(struct reporting *reporting, struct report_piece *piece)
{
	if (reporting->format != NULL)
		join(&reporting->cli->out.pending, &reporting->has_piece,
		     reporting->format->separator, &piece->text);
	join(&reporting->baseline, &reporting->has_accepted, gv_baseline_format()->separator,
	     &piece->accepted);
	gv_report_totals_merge(&reporting->totals, &piece->totals);
	reporting->failed |= piece->totals.failed;
	report_piece_dispose(piece);
	output_bytes(&reporting->cli->out, (struct gv_span){0}); /* writes when much is pending */
}

void report_piece_dispose(struct report_piece *piece)
{
	gv_buf_dispose(&piece->text);
	gv_buf_dispose(&piece->accepted);
	gv_report_totals_dispose(&piece->totals);
}

/* Prints TEXT with the report when that is for people, else to standard error. */
static void print_lines(struct reporting *reporting, const struct gv_buf *text, bool is_patch)
{
	struct output *out = &reporting->cli->out;
	if (reporting_is_text(reporting) && !is_patch) {
		output_bytes(out, gv_buf_span(text));
		return;
	}
	struct gv_span rest = gv_buf_span(text);
	while (rest.len > 0) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t len = end == NULL ? rest.len : (size_t)(end - rest.at);
		output_error(out, NULL, "%.*s", (int)len, rest.at);
		rest = gv_span_part(rest, len < rest.len ? len + 1 : len, rest.len);
	}
}

static void print_statistics(struct reporting *reporting, bool is_patch)
{
	struct gv_buf rows = {0};
	gv_report_statistics(&rows, &reporting->totals);
	print_lines(reporting, &rows, is_patch);
	reporting->failed |= rows.failed || reporting->totals.failed;
	gv_buf_dispose(&rows);
}

/* Says that the baseline has entries that nothing was found for any more. */
static void tell_stale(struct reporting *reporting)
{
	const struct settings *settings = &reporting->cli->settings;
	struct gv_baseline_counts counts = gv_baseline_count(reporting->known);
	if (counts.stale == 0 || settings->quiet || settings->write_baseline != NULL)
		return;
	output_error(&reporting->cli->out, settings->baseline,
	             "%zu accepted finding%s gone: --write-baseline writes it anew", counts.stale,
	             counts.stale == 1 ? " is" : "s are");
}

static enum gv_status write_whole(const char *path, struct gv_span text, struct gv_error *err)
{
	struct gv_creation file = {0};
	enum gv_status status = gv_create_begin(&file, path, err);
	if (status == GV_OK) {
		int code = gv_os_write(file.file, text.at, text.len);
		status = code == 0 ? gv_create_finish(&file, err)
		                   : gv_fail_system(err, code, "cannot write");
	}
	gv_create_drop(&file);
	return status;
}

static bool write_baseline(struct reporting *reporting)
{
	const char *path = reporting->cli->settings.write_baseline;
	struct gv_error err = {0};
	gv_baseline_format()->end(&reporting->baseline, &reporting->report, &reporting->totals);
	enum gv_status status =
		reporting->baseline.failed
			? gv_fail_memory(&err)
			: write_whole(path, gv_buf_span(&reporting->baseline), &err);
	if (status != GV_OK)
		output_failure(&reporting->cli->out, path, &err);
	return status == GV_OK;
}

/* Closes the file of --output; what is printed later goes to standard output again. */
static bool finish_file(struct reporting *reporting)
{
	struct cli *cli = reporting->cli;
	struct gv_error err = {0};
	int code = output_close(&cli->out);
	enum gv_status status = code == 0 ? gv_create_finish(&reporting->file, &err)
	                                  : gv_fail_system(&err, code, "cannot write");
	output_open(&cli->out, 1, cli->settings.color);
	if (status != GV_OK)
		output_failure(&cli->out, cli->settings.output, &err);
	return status == GV_OK;
}

bool reporting_finish(struct reporting *reporting, const struct gv_buf *summary, bool is_patch)
{
	const struct settings *settings = &reporting->cli->settings;
	bool good = true;
	if (reporting->format != NULL)
		reporting->format->end(&reporting->cli->out.pending, &reporting->report,
		                       &reporting->totals);
	if (settings->statistics)
		print_statistics(reporting, is_patch);
	if (reporting->known != NULL)
		tell_stale(reporting);
	if (!settings->quiet)
		print_lines(reporting, summary, is_patch);
	if (settings->write_baseline != NULL)
		good = write_baseline(reporting);
	if (settings->output != NULL)
		good = finish_file(reporting) && good;
	if (reporting->failed || summary->failed) {
		output_error(&reporting->cli->out, NULL, "out of memory");
		good = false;
	}
	return good;
}

void reporting_close(struct reporting *reporting)
{
	if (reporting->file.opened) {
		/* A run that ends early leaves the old report. */
		output_close(&reporting->cli->out);
		output_open(&reporting->cli->out, 1, reporting->cli->settings.color);
	}
	gv_create_drop(&reporting->file);
	gv_baseline_free(reporting->known);
	gv_report_totals_dispose(&reporting->totals);
	gv_buf_dispose(&reporting->baseline);
	free(reporting->folder);
}
