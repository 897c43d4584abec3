#include "cli/tally.h"

void tally_add(struct tally *to, const struct tally *from)
{
	to->files += from->files;
	to->clean += from->clean;
	to->needy += from->needy;
	to->fixed += from->fixed;
	to->refused += from->refused;
	to->failed += from->failed;
	to->accepted += from->accepted;
	for (int i = 0; i < GV_SEVERITY_COUNT; i++)
		to->findings[i] += from->findings[i];
}

bool tally_findings(struct tally *tally, const struct gv_report_file *file, enum gv_run_kind run)
{
	bool any = false;
	for (size_t i = 0; i < file->count; i++) {
		const struct gv_reported *found = &file->at[i];
		bool stays = found->state == GV_OPEN || run == GV_RUN_CHECK;
		tally->accepted += stays && found->accepted;
		if (!stays || found->accepted)
			continue;
		tally->findings[found->finding->severity]++;
		any |= gv_finding_counts(found->finding);
	}
	return any;
}

/* One count of the line, behind SEPARATOR; sets it to what separates the next. */
static void show_count(struct gv_buf *out, const char **separator, size_t count, const char *one,
                       const char *many)
{
	if (count == 0)
		return;
	gv_buf_format(out, "%s%zu %s", *separator, count, count == 1 ? one : many);
	*separator = ", ";
}

static void show_files(struct gv_buf *out, const struct tally *tally)
{
	gv_buf_format(out, "%zu file%s", tally->files, tally->files == 1 ? "" : "s");
}

static void show_findings(struct gv_buf *out, const char *separator, const struct tally *tally)
{
	show_count(out, &separator, tally->refused, "refused", "refused");
	show_count(out, &separator, tally->failed, "failed", "failed");
	separator = "; ";
	show_count(out, &separator, tally->findings[GV_ERROR], "error", "errors");
	show_count(out, &separator, tally->findings[GV_WARNING], "warning", "warnings");
	show_count(out, &separator, tally->findings[GV_NOTE], "note", "notes");
	show_count(out, &separator, tally->accepted, "accepted", "accepted");
}

void tally_show_check(struct gv_buf *out, const struct tally *tally)
{
	const char *separator = ", ";
	show_files(out, tally);
	show_count(out, &separator, tally->needy, "needs repair", "need repair");
	show_count(out, &separator, tally->clean, "in order", "in order");
	show_findings(out, separator, tally);
}

void tally_show_diff(struct gv_buf *out, const struct tally *tally)
{
	const char *separator = ", ";
	show_files(out, tally);
	show_count(out, &separator, tally->needy, "would change", "would change");
	show_findings(out, separator, tally);
}

void tally_show_fix(struct gv_buf *out, const struct tally *tally, bool dry)
{
	const char *separator = ", ";
	const char *fixed = dry ? "would be repaired" : "repaired";
	show_files(out, tally);
	show_count(out, &separator, tally->fixed, fixed, fixed);
	show_count(out, &separator, tally->clean, "in order already", "in order already");
	show_findings(out, separator, tally);
}
