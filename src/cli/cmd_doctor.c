/* doctor: what can be seen of this machine, and the host-wide keys that help. */
#include <string.h>

#include <gpuvirt/doctor.h>

#include "cli/command.h"
#include "cli/host_write.h"
#include "cli/suggest.h"
#include "cli/wrap.h"
#include "version.h"

/* Where texts begin, behind the verdict. */
enum { INDENT = 9 };

static const enum style styles[GV_VERDICTS] = {
	[GV_VERDICT_OK] = STYLE_GREEN,       [GV_VERDICT_NOTE] = STYLE_CYAN,
	[GV_VERDICT_SKIPPED] = STYLE_CYAN,   [GV_VERDICT_UNKNOWN] = STYLE_YELLOW,
	[GV_VERDICT_WARNING] = STYLE_YELLOW, [GV_VERDICT_BAD] = STYLE_RED,
};

/* Prints "LABEL: TEXT", wrapped, or TEXT alone. */
static void show_text(struct output *out, const char *label, const char *text)
{
	size_t column = INDENT;
	output_format(out, "%*s", INDENT, "");
	if (label != NULL) {
		output_format(out, "%s: ", label);
		column += strlen(label) + 2;
	}
	wrap_text(out, text, column, INDENT, wrap_width(out));
}

static void show_sight(struct output *out, const struct gv_doctor_result *result,
                       const struct gv_sight *sight)
{
	bool plain = sight->verdict == GV_VERDICT_OK ||
	             (result->sight_count == 1 && sight->verdict == result->verdict);
	show_text(out, plain ? NULL : gv_verdict_name(sight->verdict), sight->text);
}

static void show_result(struct output *out, const struct gv_doctor_result *result, bool verbose)
{
	output_style(out, styles[result->verdict]);
	output_format(out, "%-*s", INDENT, gv_verdict_name(result->verdict));
	output_style(out, STYLE_BOLD);
	output_format(out, "%s: ", result->check->id);
	output_style(out, STYLE_PLAIN);
	wrap_text(out, result->check->title, INDENT + strlen(result->check->id) + 2, INDENT,
	          wrap_width(out));
	if (verbose || result->verdict >= GV_VERDICT_SKIPPED)
		show_text(out, "looked at", result->check->looks_at);
	for (size_t i = 0; i < result->sight_count; i++)
		show_sight(out, result, &result->sights[i]);
	for (size_t i = 0; i < result->remedy_count; i++)
		show_text(out, "remedy", result->remedies[i]);
}

static bool is_shown(const struct cli *cli, const struct gv_doctor_result *result)
{
	if (cli->settings.quiet)
		return result->applies && result->verdict >= GV_VERDICT_WARNING;
	return result->applies || cli->settings.verbose;
}

/* "12 checks: 1 bad, 2 warning, ...", from the worst to the best. */
static void show_summary(struct output *out, const struct gv_doctor *doctor)
{
	struct gv_buf line = {0};
	size_t total = 0;
	size_t all;
	gv_doctor_results(doctor, &all);
	for (int i = GV_VERDICTS - 1; i >= 0; i--) {
		size_t count = gv_doctor_count(doctor, (enum gv_verdict)i);
		total += count;
		if (count > 0)
			gv_buf_format(&line, "%s%zu %s", line.len > 0 ? ", " : "", count,
			              gv_verdict_name((enum gv_verdict)i));
	}
	gv_buf_format(&line, "; %zu are for other machines", all - total);
	output_format(out, "%zu checks: ", total);
	if (!line.failed)
		wrap_text(out, line.at, strlen("00 checks: "), 0, wrap_width(out));
	out->pending.failed |= line.failed;
	gv_buf_dispose(&line);
	if ((gv_doctor_place(doctor) & (GV_PLACE_LINUX_HOST | GV_PLACE_WINDOWS_HOST)) != 0)
		wrap_text(out,
		          "Whether a machine had 3D stands in its own log: gpuvirt verify "
		          "MACHINE.vmx.",
		          0, 0, wrap_width(out));
}

static void show_text_report(struct cli *cli, const struct gv_doctor *doctor)
{
	size_t count;
	const struct gv_doctor_result *results = gv_doctor_results(doctor, &count);
	for (size_t i = 0; i < count; i++) {
		if (is_shown(cli, &results[i]))
			show_result(&cli->out, &results[i], cli->settings.verbose);
	}
	if (!cli->settings.quiet)
		show_summary(&cli->out, doctor);
}

static enum gv_exit report(struct cli *cli, const struct gv_doctor *doctor)
{
	struct gv_buf json = {0};
	if (cli->settings.format != NULL) {
		gv_doctor_json(&json, doctor, GPUVIRT_VERSION);
		cli->out.pending.failed |= json.failed;
		output_bytes(&cli->out, gv_buf_span(&json));
		gv_buf_dispose(&json);
	} else {
		show_text_report(cli, doctor);
	}
	return gv_doctor_count(doctor, GV_VERDICT_BAD) > 0 ? EXIT_NO : EXIT_DONE;
}

/* ---- --fix ---- */

static enum gv_exit fix(struct cli *cli, const struct gv_doctor *doctor)
{
	size_t count;
	const struct gv_doctor_check *checks = gv_doctor_checks(&count);
	const struct gv_doctor_result *result = gv_doctor_results(doctor, &count);
	const struct gv_host_row *row;
	struct gv_buf path = {0};
	struct gv_error err = {0};
	enum gv_exit status = EXIT_NO;
	result += gv_doctor_find(cli->settings.fix) - checks;
	enum gv_status located = gv_doctor_locate_fix(doctor, result, &row, &path, &err);
	if (located == GV_OK) {
		struct gv_change key = {GV_CHANGE_SET, gv_span_of(result->fix_key),
		                        gv_span_of(result->fix_value)};
		status = host_write(cli, row, path.at, &key, 1);
	} else if (located == GV_ENOENT) {
		status = EXIT_DONE;
		if (!cli->settings.quiet)
			output_format(&cli->out, "%s\n", err.message);
	} else {
		output_failure(&cli->out, NULL, &err);
	}
	gv_buf_dispose(&path);
	return status;
}

/* ---- what is asked for ---- */

static bool refuse_id(struct cli *cli, const char *id)
{
	size_t count;
	const struct gv_doctor_check *checks = gv_doctor_checks(&count);
	for (size_t i = 0; i < count; i++) {
		if (!suggest_is_near(id, checks[i].id))
			continue;
		output_error(&cli->out, NULL, "doctor: no check is called \"%s\"; did you mean %s?",
		             id, checks[i].id);
		return false;
	}
	output_error(&cli->out, NULL,
	             "doctor: no check is called \"%s\"; gpuvirt doctor -v names all", id);
	return false;
}

static bool refuse(struct cli *cli, const char *why)
{
	output_error(&cli->out, NULL, "doctor: %s", why);
	return false;
}

static bool check_options(struct cli *cli)
{
	const struct settings *settings = &cli->settings;
	if (settings->format != NULL && settings->format != gv_format_find("json"))
		return refuse(cli, "--output-format takes text or json here");
	if (settings->fix == NULL && (settings->dry_run || settings->no_backup))
		return refuse(cli, "--dry-run and --no-backup are for --fix: without it nothing is "
		                   "written");
	if (settings->fix != NULL && settings->format != NULL)
		return refuse(cli, "--fix tells what it writes as text only");
	return settings->fix == NULL || gv_doctor_find(settings->fix) != NULL ||
	       refuse_id(cli, settings->fix);
}

enum gv_exit cmd_doctor(struct cli *cli)
{
	struct gv_doctor *doctor = NULL;
	struct gv_error err = {0};
	if (!check_options(cli))
		return EXIT_MISUSE;
	if (gv_doctor_examine(&doctor, cli->settings.root, &err) != GV_OK) {
		output_failure(&cli->out, cli->settings.root, &err);
		return EXIT_MISUSE;
	}
	enum gv_exit status = cli->settings.fix != NULL ? fix(cli, doctor) : report(cli, doctor);
	gv_doctor_free(doctor);
	return status;
}
