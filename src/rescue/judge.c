#include "rescue/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/charset.h"
#include "base/protected.h"
#include "rescue/damage.h"
#include "vmx/encryption.h"
#include "vmx/recognise.h"

/* Room for a note. */
enum { NOTE_SIZE = 600 };

void rescue_note(struct gv_rescue *rescue, struct gv_candidate *candidate,
                 enum gv_candidate_state state, const char *format, ...)
{
	char text[NOTE_SIZE];
	va_list args;
	if (candidate->state < state)
		candidate->state = state;
	if (candidate->note_count == GV_CANDIDATE_NOTES)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	struct gv_span copy = gv_arena_copy(&rescue->arena, gv_span_of(text));
	rescue->failed |= copy.at == NULL;
	if (copy.at != NULL)
		candidate->notes[candidate->note_count++] = copy.at;
}

/* Sets OUT to what the value of LINE means, as UTF-8. */
static void decode(struct gv_buf *out, struct gv_buf *raw, const struct gv_vmx *vmx,
                   const struct gv_line *line)
{
	out->len = raw->len = 0;
	gv_vmx_unescape(raw, line->value);
	gv_charset_to_utf8(out, gv_charset_find(gv_vmx_encoding(vmx)), gv_buf_span(raw));
	out->failed |= raw->failed;
}

/* Two values, decoded to be compared. */
struct pair {
	struct gv_buf left;
	struct gv_buf candidate;
	struct gv_buf raw;
};

static bool means_same(struct pair *pair, const struct gv_rescue *rescue,
                       const struct gv_line *left, const struct gv_candidate *candidate,
                       const struct gv_line *line)
{
	decode(&pair->left, &pair->raw, rescue->vmx, left);
	decode(&pair->candidate, &pair->raw, candidate->vmx, line);
	return gv_span_equal(gv_buf_span(&pair->left), gv_buf_span(&pair->candidate));
}

static enum gv_status dispose_pair(struct pair *pair, struct gv_error *err)
{
	bool failed = pair->left.failed || pair->candidate.failed;
	gv_buf_dispose(&pair->left);
	gv_buf_dispose(&pair->candidate);
	gv_buf_dispose(&pair->raw);
	return failed ? gv_fail_memory(err) : GV_OK;
}

/* An encrypted machine without all of its keys is lost, and its disks with it. */
static void miss_protected(struct gv_rescue *rescue, struct gv_candidate *candidate,
                           const struct gv_line *line)
{
	if (!gv_name_is_protected(line->name, false))
		return;
	rescue_note(
		rescue, candidate, GV_CANDIDATE_USELESS,
		"it lacks %.*s as what is left has it: without that the encrypted machine would "
		"be lost",
		(int)line->name.len, line->name.at);
}

/* VMware ends every line: of one without an ending nobody knows how its value went on. */
static bool breaks_off(const struct gv_line *line)
{
	return line->end == line->text_end;
}

static enum gv_status count_agreement(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                      struct gv_error *err)
{
	struct pair pair = {0};
	struct gv_line left = {0};
	struct gv_line line;
	while (rescue->vmx != NULL && gv_vmx_next(rescue->vmx, &left)) {
		bool whole = left.kind == GV_LINE_ENTRY && !breaks_off(&left);
		bool found = left.name.len > 0 && gv_vmx_find(candidate->vmx, left.name, &line);
		if (found && whole && means_same(&pair, rescue, &left, candidate, &line))
			candidate->agrees++;
		else if (whole || !found) /* of a line that is cut the value says nothing */
			miss_protected(rescue, candidate, &left);
	}
	return dispose_pair(&pair, err);
}

/*
 * Notes when NAME stands in both with different values; *DECIDED is set when it stands in both, in
 * what is left on a line that is whole.
 */
static enum gv_status compare_name(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                   const char *name, bool *decided, struct gv_error *err)
{
	struct pair pair = {0};
	struct gv_line left;
	struct gv_line line;
	*decided = rescue->vmx != NULL && gv_vmx_find(rescue->vmx, gv_span_of(name), &left) &&
	           !breaks_off(&left) && gv_vmx_find(candidate->vmx, gv_span_of(name), &line);
	if (*decided && !means_same(&pair, rescue, &left, candidate, &line)) {
		struct gv_buf shown = {0};
		gv_charset_show_short(&shown, NULL, gv_buf_span(&pair.candidate), 60);
		rescue_note(rescue, candidate, GV_CANDIDATE_FOREIGN,
		            "it is of another machine: its %s is \"%s\"", name,
		            shown.at == NULL ? "" : shown.at);
		rescue->failed |= shown.failed;
		gv_buf_dispose(&shown);
	}
	return dispose_pair(&pair, err);
}

/* The identity that VMware gives a machine decides; its name may have been changed. */
static enum gv_status ask_identity(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                   struct gv_error *err)
{
	bool decided;
	enum gv_status status = compare_name(rescue, candidate, "uuid.bios", &decided, err);
	if (status == GV_OK && !decided)
		status = compare_name(rescue, candidate, "displayName", &decided, err);
	return status;
}

static void ask_names(struct gv_rescue *rescue, struct gv_candidate *candidate)
{
	static const char *const names[] = {"config.version", "virtualHW.version"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!gv_vmx_has(candidate->vmx, gv_span_of(names[i])))
			rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL, "it has no %s",
			            names[i]);
	}
}

static void ask_lines(struct gv_rescue *rescue, struct gv_candidate *candidate)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(candidate->vmx);
	if (counts->malformed > 0)
		rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL,
		            "%u line%s in it cannot be read", (unsigned)counts->malformed,
		            counts->malformed == 1 ? "" : "s");
	if (counts->duplicates > 0)
		rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL,
		            "%u name%s in it repeated: VMware refuses that",
		            (unsigned)counts->duplicates,
		            counts->duplicates == 1 ? " is" : "s are");
}

/* Of a configuration that is encrypted as a whole nothing more can be seen. */
static void ask_text(struct gv_rescue *rescue, struct gv_candidate *candidate)
{
	enum gv_encryption encryption = gv_vmx_encryption(candidate->vmx);
	switch (encryption) {
	case GV_ENCRYPTION_BROKEN:
	case GV_ENCRYPTION_AMBIGUOUS:
		rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL,
		            "its encryption lines are damaged");
		break;
	case GV_ENCRYPTION_FULL:
		rescue_note(rescue, candidate, GV_CANDIDATE_WHOLE, "it is encrypted as a whole");
		break;
	case GV_ENCRYPTION_NONE:
	case GV_ENCRYPTION_PARTIAL:
		ask_names(rescue, candidate);
		break;
	}
	ask_lines(rescue, candidate);
}

static void ask_damage(struct gv_rescue *rescue, struct gv_candidate *candidate)
{
	struct gv_buf why = {0};
	enum gv_damage damage = rescue_damage_of(candidate->vmx, &why);
	const char *what = gv_vmx_what_else(candidate->vmx);
	if (damage == GV_DAMAGE_CUT)
		rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL, "it is cut off: %s",
		            why.at == NULL ? "" : why.at);
	else if (damage != GV_DAMAGE_NONE)
		rescue_note(rescue, candidate, GV_CANDIDATE_USELESS, "it is damaged too: %s",
		            why.at == NULL ? "" : why.at);
	else if (what != NULL)
		rescue_note(rescue, candidate, GV_CANDIDATE_USELESS,
		            "it is not a VMware configuration: %s", what);
	rescue->failed |= why.failed;
	gv_buf_dispose(&why);
}

enum gv_status rescue_judge(struct gv_rescue *rescue, struct gv_candidate *candidate,
                            struct gv_error *err)
{
	candidate->entries = gv_vmx_counts(candidate->vmx)->entries;
	ask_damage(rescue, candidate);
	if (candidate->state == GV_CANDIDATE_USELESS)
		return GV_OK;
	enum gv_status status = ask_identity(rescue, candidate, err);
	if (status == GV_OK)
		status = count_agreement(rescue, candidate, err);
	if (status == GV_OK)
		ask_text(rescue, candidate);
	return status;
}
