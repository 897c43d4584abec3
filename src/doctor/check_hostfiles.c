/* VMware's host-wide files: which there are, and which display keys they set. */
#include "doctor/checks.h"
#include "doctor/lines.h"

enum { SHOWN = 100 };

static void show_flaws(struct gv_exam *exam, const struct gv_host_file *file)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(file->vmx);
	struct gv_line line = {0};
	struct gv_line first;
	while (counts->malformed > 0 && gv_vmx_next(file->vmx, &line)) {
		if (line.kind != GV_LINE_MALFORMED)
			continue;
		exam_see(exam, GV_VERDICT_WARNING, "%s:%u: VMware cannot read this line%s",
		         file->path, (unsigned)line.number,
		         counts->malformed > 1 ? ", and there are more" : "");
		break;
	}
	if (gv_vmx_duplicate(file->vmx, 0, &line, &first))
		exam_see(exam, GV_VERDICT_WARNING, "%s:%u: %.*s stands on line %u already",
		         file->path, (unsigned)line.number, lines_width(line.name), line.name.at,
		         (unsigned)first.number);
}

static void show_file(struct gv_exam *exam, const struct gv_host_file *file)
{
	if (file->path == NULL) {
		exam_see(exam, GV_VERDICT_SKIPPED,
		         "%s: the variable %s is not set, so %s is not seen", file->row->section,
		         gv_host_variable(file->row), file->row->path);
	} else if (file->trouble.status != GV_OK) {
		bool closed = file->trouble.status != GV_EINVAL; /* as this user, or in its size */
		exam_see(exam, closed ? GV_VERDICT_SKIPPED : GV_VERDICT_WARNING, "%s: %s",
		         file->path, file->trouble.message);
	} else if (file->vmx == NULL) {
		exam_see(exam, GV_VERDICT_OK, "%s: not there", file->path);
	} else {
		exam_see(exam, GV_VERDICT_OK, "%s: %u entries", file->path,
		         (unsigned)gv_vmx_counts(file->vmx)->entries);
		show_flaws(exam, file);
	}
}

void check_host_files(struct gv_exam *exam)
{
	for (size_t i = 0; i < exam->host.host.count; i++)
		show_file(exam, &exam->host.host.at[i]);
	if (exam->result->verdict == GV_VERDICT_WARNING)
		exam_advise(exam, "Mend the file with an editor while VMware is closed.");
}

/* How the key NAME is removed from FILE. */
static const char *removal(struct gv_exam *exam, const struct gv_host_file *file,
                           struct gv_span name)
{
	const struct gv_host_row *row = file->row;
	if (row->writing == GV_HOST_WRITE_NEVER)
		return machine_keep(exam->machine, "take %.*s out of %s by hand", lines_width(name),
		                    name.at, file->path);
	return machine_keep(exam->machine, "gpuvirt host unset --file %s %.*s", row->name,
	                    lines_width(name), name.at);
}

static const struct gv_host_hit *hit_in(const struct gv_host_hits *hits,
                                        const struct gv_host_file *file)
{
	size_t i = 0;
	while (i + 1 < hits->count && hits->at[i].file != file)
		i++;
	return &hits->at[i];
}

/* What is said behind an entry: whether another one wins. The entry itself is among the hits. */
static enum gv_verdict place_entry(struct gv_exam *exam, const struct gv_host_file *file,
                                   const struct gv_line *line, const char **behind)
{
	struct gv_host_hits hits;
	gv_host_find(&hits, &exam->host.host, line->name);
	*behind = "";
	if (hit_in(&hits, file)->repeated) {
		*behind = "; it stands several times in this file, and which one VMware takes is "
			  "not known";
		exam_advise(exam, "Keep one line of %.*s in %s.", lines_width(line->name),
		            line->name.at, file->path);
		return GV_VERDICT_WARNING;
	}
	if (hits.wins->file == file) {
		if (file->row->use == GV_HOST_BY_REPORT)
			*behind = "; not in the order that VMware logs, it works by reports";
		return GV_VERDICT_OK;
	}
	bool equal = gv_span_equal_nocase(hits.wins->line.value, line->value);
	if (!equal)
		exam_advise(exam, "Keep one value; to drop the one that does not hold: %s.",
		            removal(exam, file, line->name));
	*behind =
		machine_keep(exam->machine, "; %s:%u comes before it%s", hits.wins->file->path,
	                     (unsigned)hits.wins->line.number, equal ? "" : ", with another value");
	return equal ? GV_VERDICT_NOTE : GV_VERDICT_WARNING;
}

/* The number in "Workstation 17", 0 when there is none. */
static unsigned number_in(const char *text)
{
	struct gv_span rest = gv_span_of(text);
	unsigned number = 0;
	for (struct gv_span word = gv_span_word(&rest); word.len > 0; word = gv_span_word(&rest))
		number = lines_number(word) != 0 ? lines_number(word) : number;
	return number;
}

/* A key that VMware does not know, or not any more, does nothing. */
static void judge_key(struct gv_exam *exam, const struct gv_host_file *file, struct gv_span name)
{
	const struct gv_key *key = gv_key_find(exam->knowledge, name);
	if (key == NULL && gv_key_family(exam->knowledge, name) == NULL)
		exam_see(exam, GV_VERDICT_NOTE, "%.*s is not among the keys that are known here",
		         lines_width(name), name.at);
	if (key == NULL || key->status == GV_KEY_KNOWN)
		return;
	unsigned installed = hostfiles_product(&exam->host, exam->machine) / 100;
	bool still =
		key->status == GV_KEY_GONE && installed != 0 && installed <= number_in(key->until);
	enum gv_verdict verdict = still                               ? GV_VERDICT_NOTE
	                          : key->status == GV_KEY_UNCONFIRMED ? GV_VERDICT_UNKNOWN
	                                                              : GV_VERDICT_WARNING;
	exam_see(exam, verdict, "%s: %s", key->name, key->flag);
	if (!still)
		exam_advise(exam, "Remove it: %s.", removal(exam, file, name));
}

static void show_entry(struct gv_exam *exam, const struct gv_host_file *file,
                       const struct gv_line *line)
{
	const char *behind;
	enum gv_verdict verdict = place_entry(exam, file, line, &behind);
	exam_see(exam, verdict, "%s:%u: %.*s = \"%.*s\"%s", file->path, (unsigned)line->number,
	         lines_width(line->name), line->name.at, lines_width(line->value), line->value.at,
	         behind);
	judge_key(exam, file, line->name);
}

/* Returns how many more may be shown. */
static size_t show_entries(struct gv_exam *exam, const struct gv_host_file *file, size_t left)
{
	struct gv_line line = {0};
	while (file->vmx != NULL && left > 0 && gv_vmx_next(file->vmx, &line)) {
		if (line.kind != GV_LINE_ENTRY || !gv_host_is_display_key(line.name))
			continue;
		show_entry(exam, file, &line);
		left--;
	}
	return left;
}

void check_host_keys(struct gv_exam *exam)
{
	size_t left = SHOWN;
	for (size_t i = 0; i < exam->host.host.count; i++)
		left = show_entries(exam, &exam->host.host.at[i], left);
	if (left == SHOWN)
		exam_see(exam, GV_VERDICT_OK, "no file sets one: each .vmx decides alone");
	else if (left == 0)
		exam_see(exam, GV_VERDICT_NOTE, "no more than %d are shown", SHOWN);
}
