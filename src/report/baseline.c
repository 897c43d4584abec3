#include <gpuvirt/baseline.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "report/fingerprint.h"
#include "report/path.h"

#define FILE_KIND "gpuvirt-baseline"

enum { FILE_VERSION = 1 };

/* A file that has accepted findings; of paths a hash will do. */
struct file {
	struct gv_fingerprint path;
	atomic_bool visited;
};

struct entry {
	struct gv_fingerprint fingerprint;
	struct gv_fingerprint path;
	atomic_bool seen;
};

struct gv_baseline {
	struct entry *entries; /* sorted by fingerprint, none twice */
	size_t entry_count;
	size_t entry_cap;
	struct file *files; /* sorted by path, none twice */
	size_t file_count;
};

static struct gv_fingerprint hash_path(struct gv_span path)
{
	return gv_fingerprint_add(gv_fingerprint_start(), path);
}

/* Both kinds of rows begin with what they are sorted by. */
static int compare(const void *left, const void *right)
{
	struct gv_fingerprint a;
	struct gv_fingerprint b;
	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return gv_fingerprint_compare(a, b);
}

void gv_baseline_free(struct gv_baseline *baseline)
{
	if (baseline == NULL)
		return;
	free(baseline->entries);
	free(baseline->files);
	free(baseline);
}

/* Reads {"text": PATH} or {"bytes": BASE64}, which is hashed as it is written. */
static bool read_path(struct gv_fingerprint *out, const struct gv_json *json)
{
	const char *text = gv_json_text(gv_json_get(json, "text"));
	const char *bytes = gv_json_text(gv_json_get(json, "bytes"));
	if ((text == NULL) == (bytes == NULL))
		return false;
	*out = hash_path(gv_span_of(text != NULL ? text : bytes));
	return true;
}

static enum gv_status add_entry(struct gv_baseline *baseline, const struct gv_json *json,
                                size_t number, struct gv_error *err)
{
	struct entry entry = {0};
	const char *digits = gv_json_text(gv_json_get(json, "fingerprint"));
	if (digits == NULL || !gv_fingerprint_read(&entry.fingerprint, digits))
		return gv_fail(err, GV_EPARSE, "findings[%zu]: no fingerprint of 32 digits",
		               number);
	if (gv_json_text(gv_json_get(json, "rule")) == NULL)
		return gv_fail(err, GV_EPARSE, "findings[%zu]: no rule", number);
	if (!read_path(&entry.path, gv_json_get(json, "path")))
		return gv_fail(err, GV_EPARSE, "findings[%zu]: no path", number);
	struct entry *grown = gv_grow(baseline->entries, baseline->entry_count,
	                              &baseline->entry_cap, sizeof *grown);
	if (grown == NULL)
		return gv_fail_memory(err);
	baseline->entries = grown;
	baseline->entries[baseline->entry_count++] = entry;
	return GV_OK;
}

static enum gv_status check_head(const struct gv_json *json, struct gv_error *err)
{
	const char *kind = gv_json_text(gv_json_get(json, "kind"));
	const char *method = gv_json_text(gv_json_get(json, "fingerprints"));
	if (kind == NULL || strcmp(kind, FILE_KIND) != 0)
		return gv_fail(err, GV_EPARSE, "not a baseline: no \"kind\": \"" FILE_KIND "\"");
	if (!gv_json_is_number(gv_json_get(json, "version"), FILE_VERSION))
		return gv_fail(err, GV_EPARSE,
		               "a baseline of another version than %d: write it anew",
		               FILE_VERSION);
	if (method == NULL || strcmp(method, GV_FINGERPRINT_METHOD) != 0)
		return gv_fail(err, GV_EPARSE,
		               "a baseline of other fingerprints than " GV_FINGERPRINT_METHOD
		               ": write it anew");
	if (!gv_json_is_array(gv_json_get(json, "findings")))
		return gv_fail(err, GV_EPARSE, "no list \"findings\"");
	return GV_OK;
}

/* Sorts the entries; one that stands twice is dropped. */
static void sort_entries(struct gv_baseline *baseline)
{
	size_t kept = 0;
	if (baseline->entry_count > 1)
		qsort(baseline->entries, baseline->entry_count, sizeof *baseline->entries, compare);
	for (size_t i = 0; i < baseline->entry_count; i++) {
		const struct entry *entry = &baseline->entries[i];
		if (kept == 0 || compare(&baseline->entries[kept - 1], entry) != 0)
			baseline->entries[kept++] = *entry;
	}
	baseline->entry_count = kept;
}

static bool list_files(struct gv_baseline *baseline)
{
	size_t count = 0;
	baseline->files = calloc(baseline->entry_count + 1, sizeof *baseline->files);
	if (baseline->files == NULL)
		return false;
	for (size_t i = 0; i < baseline->entry_count; i++)
		baseline->files[i].path = baseline->entries[i].path;
	if (baseline->entry_count > 1)
		qsort(baseline->files, baseline->entry_count, sizeof *baseline->files, compare);
	for (size_t i = 0; i < baseline->entry_count; i++) {
		if (count == 0 || compare(&baseline->files[count - 1], &baseline->files[i]) != 0)
			baseline->files[count++].path = baseline->files[i].path;
	}
	baseline->file_count = count;
	return true;
}

static enum gv_status read_entries(struct gv_baseline *baseline, const struct gv_json *json,
                                   struct gv_error *err)
{
	enum gv_status status = check_head(json, err);
	const struct gv_json *element = gv_json_first(gv_json_get(json, "findings"));
	for (size_t i = 0; status == GV_OK && element != NULL; i++) {
		status = add_entry(baseline, element, i, err);
		element = gv_json_next(element);
	}
	if (status != GV_OK)
		return status;
	sort_entries(baseline);
	return list_files(baseline) ? GV_OK : gv_fail_memory(err);
}

enum gv_status gv_baseline_read(struct gv_baseline **out, struct gv_span text, struct gv_error *err)
{
	struct gv_json *json = NULL;
	if (text.len > GV_BASELINE_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "larger than %zu MiB", GV_BASELINE_LIMIT >> 20);
	struct gv_baseline *baseline = calloc(1, sizeof *baseline);
	if (baseline == NULL)
		return gv_fail_memory(err);
	enum gv_status status = gv_json_parse(&json, text, err);
	if (status == GV_OK)
		status = read_entries(baseline, json, err);
	gv_json_free(json);
	if (status == GV_OK)
		*out = baseline;
	else
		gv_baseline_free(baseline);
	return status;
}

bool gv_baseline_accepts(const struct gv_baseline *baseline, struct gv_fingerprint fingerprint)
{
	struct entry *entry = NULL;
	if (baseline->entry_count > 0)
		entry = bsearch(&fingerprint, baseline->entries, baseline->entry_count,
		                sizeof *baseline->entries, compare);
	if (entry != NULL)
		atomic_store_explicit(&entry->seen, true, memory_order_relaxed);
	return entry != NULL;
}

bool gv_baseline_visit(const struct gv_baseline *baseline, struct gv_span path)
{
	struct gv_buf written = {0};
	gv_json_encode(&written, path);
	struct gv_fingerprint hash = hash_path(gv_buf_span(&written));
	bool good = !written.failed;
	gv_buf_dispose(&written);
	struct file *file = bsearch(&hash, baseline->files, baseline->file_count,
	                            sizeof *baseline->files, compare);
	if (file != NULL)
		atomic_store_explicit(&file->visited, true, memory_order_relaxed);
	return good;
}

static bool was_visited(const struct gv_baseline *baseline, struct gv_fingerprint path)
{
	const struct file *file = bsearch(&path, baseline->files, baseline->file_count,
	                                  sizeof *baseline->files, compare);
	return file != NULL && file->visited;
}

struct gv_baseline_counts gv_baseline_count(const struct gv_baseline *baseline)
{
	struct gv_baseline_counts counts = {.entries = baseline->entry_count};
	for (size_t i = 0; i < baseline->entry_count; i++) {
		const struct entry *entry = &baseline->entries[i];
		if (entry->seen)
			counts.seen++;
		else if (was_visited(baseline, entry->path))
			counts.stale++;
		else
			counts.unvisited++;
	}
	return counts;
}

static void begin(struct gv_buf *out, const struct gv_report *report)
{
	(void)report;
	gv_buf_format(out,
	              "{\n"
	              "  \"kind\": \"%s\",\n"
	              "  \"version\": %d,\n"
	              "  \"fingerprints\": \"%s\",\n"
	              "  \"findings\": [\n",
	              FILE_KIND, FILE_VERSION, GV_FINGERPRINT_METHOD);
}

static int compare_reported(const void *left, const void *right)
{
	const struct gv_reported *a = *(const struct gv_reported *const *)left;
	const struct gv_reported *b = *(const struct gv_reported *const *)right;
	int order = strcmp(a->finding->rule, b->finding->rule);
	return order != 0 ? order : gv_fingerprint_compare(a->fingerprint, b->fingerprint);
}

static void add_finding(struct gv_buf *out, struct gv_span path, const struct gv_reported *reported)
{
	char digits[GV_FINGERPRINT_SIZE];
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_fingerprint_show(digits, reported->fingerprint);
	gv_json_add_bytes(&tree, root, "path", path);
	gv_json_add_text(&tree, root, "rule", reported->finding->rule);
	gv_json_add_text(&tree, root, "fingerprint", digits);
	gv_buf_text(out, "    ");
	gv_json_print(out, &tree);
}

static void add_file(struct gv_buf *out, const struct gv_report *report,
                     const struct gv_report_file *file)
{
	struct gv_buf path = {0};
	size_t count = 0;
	const struct gv_reported **sorted = calloc(file->count + 1, sizeof *sorted);
	out->failed |= sorted == NULL;
	for (size_t i = 0; sorted != NULL && i < file->count; i++) {
		if (file->at[i].state != GV_FIXED)
			sorted[count++] = &file->at[i];
	}
	if (count > 1)
		qsort(sorted, count, sizeof *sorted, compare_reported);
	gv_path_locate(&path, report, file->path);
	for (size_t i = 0; i < count; i++) {
		gv_buf_text(out, i > 0 ? ",\n" : "");
		add_finding(out, gv_buf_span(&path), sorted[i]);
	}
	out->failed |= path.failed;
	gv_buf_dispose(&path);
	free(sorted);
}

static void end(struct gv_buf *out, const struct gv_report *report,
                const struct gv_report_totals *totals)
{
	(void)report, (void)totals;
	gv_buf_text(out, "\n  ]\n}\n");
}

const struct gv_format *gv_baseline_format(void)
{
	static const struct gv_format format = {
		"baseline", "findings that are known and accepted", true, begin, add_file, ",\n",
		end,
	};
	return &format;
}
