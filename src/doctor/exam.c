#include "doctor/exam.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"

/* Lines that a check may say: a captured file can have any number of them. */
enum { SIGHTS_LIMIT = 200 };

/* A printable line of UTF-8, kept; never NULL. */
static const char *keep_line(struct gv_exam *exam, const char *format, va_list args)
{
	struct gv_buf raw = {0};
	struct gv_buf shown = {0};
	gv_buf_vformat(&raw, format, args);
	if (!raw.failed)
		gv_charset_show(&shown, NULL, gv_buf_span(&raw));
	exam->failed |= raw.failed || shown.failed;
	const char *kept =
		machine_keep(exam->machine, "%s", shown.len == 0 || exam->failed ? "" : shown.at);
	gv_buf_dispose(&raw);
	gv_buf_dispose(&shown);
	return kept;
}

/* What goes beyond the limit still counts for the verdict. */
static void add_sight(struct gv_exam *exam, enum gv_verdict verdict, const char *cause,
                      const char *text)
{
	struct gv_doctor_result *result = exam->result;
	if (verdict > result->verdict)
		result->verdict = verdict;
	if (result->sight_count > SIGHTS_LIMIT)
		return;
	struct gv_sight *grown =
		gv_grow(result->sights, result->sight_count, &result->sight_cap, sizeof *grown);
	exam->failed |= grown == NULL;
	if (grown == NULL)
		return;
	result->sights = grown;
	bool last = result->sight_count == SIGHTS_LIMIT;
	grown[result->sight_count++] =
		last ? (struct gv_sight){result->verdict, "there is more, which is not shown", NULL}
		     : (struct gv_sight){verdict, text, cause};
}

void exam_see(struct gv_exam *exam, enum gv_verdict verdict, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_sight(exam, verdict, NULL, keep_line(exam, format, args));
	va_end(args);
}

static void add_remedy(struct gv_exam *exam, const char *text)
{
	struct gv_doctor_result *result = exam->result;
	for (size_t i = 0; i < result->remedy_count; i++) {
		if (strcmp(result->remedies[i], text) == 0)
			return;
	}
	const char **grown =
		gv_grow(result->remedies, result->remedy_count, &result->remedy_cap, sizeof *grown);
	exam->failed |= grown == NULL;
	if (grown == NULL)
		return;
	result->remedies = grown;
	grown[result->remedy_count++] = text;
}

void exam_advise(struct gv_exam *exam, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add_remedy(exam, keep_line(exam, format, args));
	va_end(args);
}

void exam_blame(struct gv_exam *exam, enum gv_verdict verdict, const char *cause,
                const char *format, ...)
{
	const struct gv_cause *known = gv_cause_find(exam->knowledge, cause);
	va_list args;
	va_start(args, format);
	add_sight(exam, verdict, known == NULL ? NULL : known->id, keep_line(exam, format, args));
	va_end(args);
	if (known != NULL)
		exam_advise(exam, "%s", known->helps);
}

void exam_offer(struct gv_exam *exam, const char *key, const char *value, const char *why)
{
	exam->result->fix_key = key;
	exam->result->fix_value = value;
	exam_advise(exam, "For all machines: gpuvirt doctor --fix %s (%s = \"%s\"%s%s).",
	            exam->result->check->id, key, value, why == NULL ? "" : "; ",
	            why == NULL ? "" : why);
}

bool exam_read(struct gv_exam *exam, const char *path, enum gv_verdict verdict,
               struct gv_span *text)
{
	struct gv_error why = {0};
	enum presence presence = machine_read(exam->machine, path, text, &why);
	if (presence == ABSENT)
		exam_see(exam, verdict, "%s is not there", path);
	else if (presence == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: %s", path, why.message);
	return presence == PRESENT;
}

bool exam_ask(struct gv_exam *exam, enum program program, struct gv_span *said)
{
	const struct program_row *row = &program_rows[program];
	struct gv_error why = {0};
	enum presence presence = machine_ask(exam->machine, program, said, &why);
	if (presence == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: %s", row->line, why.message);
	else if (presence == ABSENT && machine_is_captured(exam->machine))
		exam_see(exam, GV_VERDICT_SKIPPED,
		         "not captured: doctor/commands/%s, what \"%s\" says", row->capture,
		         row->line);
	else if (presence == ABSENT)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s is not installed", row->argv[0]);
	return presence == PRESENT;
}

bool exam_is_allowed(struct gv_exam *exam, const char *key)
{
	const char *where = hostfiles_true(&exam->host, exam->machine, key);
	if (where != NULL)
		exam_see(exam, GV_VERDICT_NOTE, "%s is TRUE in %s", key, where);
	return where != NULL;
}
