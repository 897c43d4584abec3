#include "rescue/candidates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/protected.h"
#include "rescue/judge.h"
#include "rescue/rebuild.h"

/* The names in the folder that may be candidates. */
struct listing {
	struct gv_rescue *rescue;
	const char **names;
	size_t count;
	size_t cap;
	bool failed;
};

char *rescue_path_of(const struct gv_rescue *rescue, const char *name)
{
	const char *folder = rescue->place->place.folder;
	size_t size = strlen(folder) + strlen(name) + sizeof "/";
	char *path = malloc(size);
	if (path != NULL)
		snprintf(path, size, "%s%s%s", folder, strcmp(folder, "/") == 0 ? "" : "/", name);
	return path;
}

/* What NAME is to the file OF; false: nothing. */
static bool classify(enum gv_candidate_kind *kind, const char *name, const char *of)
{
	struct gv_span span = gv_span_of(name);
	size_t len = strlen(of);
	if (strncmp(name, of, len) == 0) {
		*kind = GV_CANDIDATE_TEMPORARY;
		if (strcmp(name + len, "~") == 0)
			return true;
		*kind = GV_CANDIDATE_BACKUP;
		if (strncmp(name + len, GV_BACKUP_SUFFIX, sizeof GV_BACKUP_SUFFIX - 1) == 0)
			return true;
	}
	*kind = GV_CANDIDATE_LOG;
	return gv_span_begins_nocase(span, GV_LITERAL("vmware")) &&
	       gv_span_ends_nocase(span, GV_LITERAL(".log"));
}

static bool note_name(void *context, const char *name, enum gv_os_type type)
{
	struct listing *listing = context;
	enum gv_candidate_kind kind;
	if ((type != GV_OS_FILE && type != GV_OS_LINK) ||
	    !classify(&kind, name, listing->rescue->place->place.name))
		return true;
	const char **grown = gv_grow(listing->names, listing->count, &listing->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&listing->rescue->arena, gv_span_of(name));
	if (grown != NULL)
		listing->names = grown;
	listing->failed = grown == NULL || copy.at == NULL;
	if (!listing->failed)
		listing->names[listing->count++] = copy.at;
	return !listing->failed;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Appends up to ten names of those that were lost in this way. */
static void list_lost(struct gv_buf *out, const struct rescue_rebuilt *rebuilt, bool hidden)
{
	size_t count = 0;
	for (size_t i = 0; i < rebuilt->lost_count; i++) {
		if (rebuilt->lost[i].hidden != hidden)
			continue;
		if (++count > 10)
			continue;
		gv_buf_text(out, count == 1 ? "" : ", ");
		gv_charset_show_short(out, NULL, rebuilt->lost[i].name, 40);
	}
	if (count > 10)
		gv_buf_format(out, " and %zu more", count - 10);
}

static void note_lost(struct gv_rescue *rescue, struct gv_candidate *candidate,
                      const struct rescue_rebuilt *rebuilt, bool hidden)
{
	struct gv_buf names = {0};
	list_lost(&names, rebuilt, hidden);
	if (names.len > 0)
		rescue_note(
			rescue, candidate, hidden ? GV_CANDIDATE_WHOLE : GV_CANDIDATE_PARTIAL,
			hidden ? "the log hides the values of %s: these keys are missing"
			       : "the log has no whole value, or none in UTF-8, of %s: these keys are missing",
			names.at);
	rescue->failed |= names.failed;
	gv_buf_dispose(&names);
}

static void note_encryption(struct gv_rescue *rescue, struct gv_candidate *candidate,
                            const struct rescue_rebuilt *rebuilt)
{
	for (size_t i = 0; i < rebuilt->lost_count; i++) {
		if (!gv_name_is_protected(rebuilt->lost[i].name, false))
			continue;
		rescue_note(rescue, candidate, GV_CANDIDATE_USELESS,
		            "the machine is encrypted, and a log hides the keys of that");
		return;
	}
}

/* The file is meant by its name: its folder may have been moved. Case counts on no Windows host. */
static void note_path(struct gv_rescue *rescue, struct gv_candidate *candidate,
                      const struct rescue_rebuilt *rebuilt)
{
	struct gv_span named = gv_span_file_name(rebuilt->config_path);
	struct gv_buf shown = {0};
	if (named.len == 0 || gv_span_equal_nocase(named, gv_span_of(rescue->place->place.name)))
		return;
	gv_charset_show_short(&shown, NULL, named, 80);
	rescue_note(rescue, candidate, GV_CANDIDATE_FOREIGN,
	            "it is of another machine: its file is %s", shown.at == NULL ? "" : shown.at);
	rescue->failed |= shown.failed;
	gv_buf_dispose(&shown);
}

static void note_rebuilt(struct gv_rescue *rescue, struct gv_candidate *candidate,
                         const struct rescue_rebuilt *rebuilt)
{
	note_encryption(rescue, candidate, rebuilt);
	note_path(rescue, candidate, rebuilt);
	if (rebuilt->ends_amid_dump)
		rescue_note(rescue, candidate, GV_CANDIDATE_PARTIAL,
		            "the log breaks off amid the configuration: keys are missing");
	note_lost(rescue, candidate, rebuilt, true);
	note_lost(rescue, candidate, rebuilt, false);
}

static enum gv_status judge_text(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                 struct gv_error *err)
{
	enum gv_status status = gv_vmx_parse(&candidate->vmx, gv_buf_span(&candidate->text), err);
	return status == GV_OK ? rescue_judge(rescue, candidate, err) : status;
}

static enum gv_status take_rebuilt(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                   struct rescue_rebuilt *rebuilt, struct gv_error *err)
{
	if (!rebuilt->has_dump) {
		rescue_note(rescue, candidate, GV_CANDIDATE_USELESS,
		            "it has no dump of a configuration");
		return GV_OK;
	}
	if (rebuilt->time > 0)
		candidate->written = rebuilt->time;
	candidate->text = rebuilt->text;
	rebuilt->text = (struct gv_buf){0};
	note_rebuilt(rescue, candidate, rebuilt);
	enum gv_status status = judge_text(rescue, candidate, err);
	rescue_note(rescue, candidate, GV_CANDIDATE_WHOLE,
	            "rebuilt: what was dumped at the power-on and %zu change%s behind it; comments "
	            "are lost",
	            rebuilt->changes, rebuilt->changes == 1 ? "" : "s");
	return status;
}

/* The line ending that is left, if any is. */
static struct gv_span ending_left(const struct gv_rescue *rescue)
{
	const struct gv_vmx_counts *counts =
		rescue->vmx == NULL ? NULL : gv_vmx_counts(rescue->vmx);
	bool any = counts != NULL && counts->lf + counts->crlf + counts->cr > 0;
	return any ? gv_vmx_line_ending(rescue->vmx) : (struct gv_span){0};
}

static enum gv_status load_log(struct gv_rescue *rescue, struct gv_candidate *candidate,
                               const char *path, uint64_t max_size, struct gv_error *err)
{
	struct gv_log *log = NULL;
	struct rescue_rebuilt rebuilt = {0};
	enum gv_status status = gv_log_open(&log, path, err);
	if (status == GV_OK)
		status = rescue_rebuild(&rebuilt, log, ending_left(rescue), max_size, err);
	if (status == GV_OK)
		status = take_rebuilt(rescue, candidate, &rebuilt, err);
	rescue_rebuilt_dispose(&rebuilt);
	gv_log_close(log);
	return status;
}

static enum gv_status load_file(struct gv_rescue *rescue, struct gv_candidate *candidate,
                                const char *path, uint64_t max_size, struct gv_error *err)
{
	struct gv_file file = {0};
	enum gv_status status = gv_file_read(&file, path, max_size, err);
	candidate->text = file.text;
	if (status == GV_OK)
		status = judge_text(rescue, candidate, err);
	if (status == GV_OK && candidate->kind == GV_CANDIDATE_TEMPORARY)
		rescue_note(
			rescue, candidate, GV_CANDIDATE_WHOLE,
			"VMware's new text, that was about to take the file's name; on ESXi the "
			"text before the last change");
	return status;
}

/* Nobody will write it, and it may be large. */
static void drop_text(struct gv_candidate *candidate)
{
	gv_vmx_free(candidate->vmx);
	candidate->vmx = NULL;
	gv_buf_dispose(&candidate->text);
}

/* Trouble with the file is the candidate's; only lack of memory ends the search. */
static enum gv_status load(struct gv_rescue *rescue, struct gv_candidate *candidate,
                           uint64_t max_size, struct gv_error *err)
{
	struct gv_error trouble = {0};
	struct gv_os_stat stat;
	char *path = rescue_path_of(rescue, candidate->name);
	if (path == NULL)
		return gv_fail_memory(err);
	if (gv_os_stat(NULL, path, true, &stat) == 0)
		candidate->written = stat.written;
	enum gv_status status = candidate->kind == GV_CANDIDATE_LOG
	                                ? load_log(rescue, candidate, path, max_size, &trouble)
	                                : load_file(rescue, candidate, path, max_size, &trouble);
	free(path);
	if (status == GV_ENOMEM)
		return gv_fail_memory(err);
	if (status != GV_OK)
		rescue_note(rescue, candidate, GV_CANDIDATE_USELESS, "%s", trouble.message);
	if (candidate->state == GV_CANDIDATE_USELESS)
		drop_text(candidate);
	return GV_OK;
}

static enum gv_status load_all(struct gv_rescue *rescue, const struct listing *listing,
                               uint64_t max_size, struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < listing->count; i++) {
		if (rescue->count == GV_CANDIDATES) {
			rescue->passed_over = listing->count - i;
			break;
		}
		struct gv_candidate *candidate = &rescue->at[rescue->count++];
		*candidate = (struct gv_candidate){.name = listing->names[i]};
		classify(&candidate->kind, candidate->name, rescue->place->place.name);
		status = load(rescue, candidate, max_size, err);
	}
	return status;
}

enum gv_status rescue_find_candidates(struct gv_rescue *rescue, uint64_t max_size,
                                      struct gv_error *err)
{
	struct listing listing = {.rescue = rescue};
	int code = gv_os_list(rescue->place->place.dir, ".", note_name, &listing);
	enum gv_status status = GV_OK;
	if (listing.failed)
		status = gv_fail_memory(err);
	else if (code != 0)
		status = gv_fail_system(err, code, "its folder cannot be searched");
	if (status == GV_OK && listing.count > 0) {
		qsort(listing.names, listing.count, sizeof *listing.names, compare_names);
		status = load_all(rescue, &listing, max_size, err);
	}
	free(listing.names);
	return status;
}

/* Whole before partial, then what agrees most with what is left, then the newest. */
static int compare_candidates(const void *left, const void *right)
{
	const struct gv_candidate *a = left;
	const struct gv_candidate *b = right;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if (a->agrees != b->agrees)
		return a->agrees > b->agrees ? -1 : 1;
	if (a->written != b->written)
		return a->written > b->written ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->name, b->name);
}

void rescue_rank(struct gv_rescue *rescue)
{
	qsort(rescue->at, rescue->count, sizeof *rescue->at, compare_candidates);
}
