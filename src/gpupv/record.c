#include "gpupv/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/create.h"
#include "base/file.h"

/* A machine's body is about two kilobytes. */
enum { RECORD_LIMIT = 1 << 20 };

static const char format_name[] = "gpupv undo record";

/* Appends the folder of the records, for ever the same for a user. */
static enum gv_status add_folder(struct gv_buf *out, struct gv_error *err)
{
	char *state = NULL;
	int code = gv_os_state_folder(&state);
	if (code == ENOENT)
		return gv_fail(err, GV_ENOENT,
		               "there is no place for undo records: set HOME or XDG_STATE_HOME");
	if (code != 0)
		return gv_fail_system(err, code, "cannot find the folder for undo records");
	gv_buf_format(out, "%s/gpuvirt/gpupv", state);
	free(state);
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

enum gv_status gv_record_path(struct gv_buf *out, const struct gv_record_key *key,
                              struct gv_error *err)
{
	enum gv_status status = add_folder(out, err);
	if (status != GV_OK)
		return status;
	gv_buf_format(out, "/%s-%016" PRIx64 ".json", key->kind,
	              gv_temp_content(gv_span_of(key->target)));
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

/* Makes the folder of PATH, and those above it that are not there. */
static enum gv_status make_folders(char *path, struct gv_error *err)
{
	int code = 0;
	for (char *at = strchr(path + 1, '/'); code == 0 && at != NULL; at = strchr(at + 1, '/')) {
		struct gv_os_stat stat;
		*at = '\0';
		if (gv_os_stat(NULL, path, true, &stat) != 0)
			code = gv_os_make_folder(NULL, path);
		*at = '/';
	}
	return code == 0 ? GV_OK
	                 : gv_fail_system(err, code, "cannot make the folder for undo records");
}

static enum gv_status fail_content(struct gv_error *err)
{
	return gv_fail(err, GV_EPARSE,
	               "is no undo record of this version of gpuvirt; move it away to go on");
}

static enum gv_status read_entry(struct gv_record_entry *entry, const struct gv_json *json,
                                 struct gv_error *err)
{
	const char *when = gv_json_text(gv_json_get(json, "when"));
	entry->verb = gv_json_text(gv_json_get(json, "verb"));
	entry->body = gv_json_get(json, "body");
	bool good = when != NULL && gv_span_number(gv_span_of(when), &entry->when) &&
	            entry->verb != NULL && gv_json_is_object(entry->body);
	return good ? GV_OK : fail_content(err);
}

static bool is_text(const struct gv_json *json, const char *text)
{
	const char *have = gv_json_text(json);
	return have != NULL && strcmp(have, text) == 0;
}

/* The frame; what is in the bodies is for others to judge. */
static enum gv_status read_frame(struct gv_record *record, const struct gv_json *json,
                                 const struct gv_record_key *key, struct gv_error *err)
{
	const struct gv_json *entries = gv_json_get(json, "entries");
	if (!is_text(gv_json_get(json, "gpuvirt"), format_name) ||
	    !gv_json_is_number(gv_json_get(json, "version"), 1) || !gv_json_is_array(entries))
		return fail_content(err);
	if (!is_text(gv_json_get(json, "kind"), key->kind) ||
	    !is_text(gv_json_get(json, "target"), key->target))
		return gv_fail(err, GV_EREFUSED, "is the undo record of another target");
	enum gv_status status = GV_OK;
	for (const struct gv_json *e = gv_json_first(entries); status == GV_OK && e != NULL;
	     e = gv_json_next(e)) {
		if (record->count == GV_RECORD_ENTRIES)
			return fail_content(err);
		status = read_entry(&record->entries[record->count++], e, err);
	}
	return status;
}

static enum gv_status read_text(struct gv_record *out, const struct gv_file *file,
                                const struct gv_record_key *key, struct gv_error *err)
{
	struct gv_record record = {0};
	if (!gv_os_is_user(file->stat.owner))
		return gv_fail(err, GV_EREFUSED, "belongs to another user");
	enum gv_status status = gv_json_parse(&record.json, gv_buf_span(&file->text), err);
	if (status == GV_OK)
		status = read_frame(&record, record.json, key, err);
	if (status == GV_OK)
		*out = record;
	else
		gv_record_dispose(&record);
	return status;
}

/* Puts where the record lies before the words of FAILURE, which only the record itself has. */
static enum gv_status fail_with_path(struct gv_error *err, const char *path,
                                     const struct gv_error *failure)
{
	return failure->line == 0 ? gv_fail(err, failure->status, "%s: %s", path, failure->message)
	                          : gv_fail(err, failure->status, "%s:%u:%u: %s", path,
	                                    (unsigned)failure->line, (unsigned)failure->column,
	                                    failure->message);
}

static enum gv_status read_path(struct gv_record *out, const char *path,
                                const struct gv_record_key *key, struct gv_error *err)
{
	struct gv_os_stat stat;
	struct gv_file file = {0};
	struct gv_error failure = {0};
	if (gv_os_stat(NULL, path, false, &stat) == ENOENT) {
		*out = (struct gv_record){0};
		return GV_OK;
	}
	enum gv_status status = gv_file_read(&file, path, RECORD_LIMIT, &failure);
	if (status == GV_OK)
		status = read_text(out, &file, key, &failure);
	gv_file_dispose(&file);
	return status == GV_OK ? GV_OK : fail_with_path(err, path, &failure);
}

enum gv_status gv_record_read(struct gv_record *out, const struct gv_record_key *key,
                              struct gv_error *err)
{
	struct gv_buf path = {0};
	struct gv_error failure = {0};
	enum gv_status status = gv_record_path(&path, key, &failure);
	if (status == GV_OK)
		status = read_path(out, path.at, key, &failure);
	else if (status == GV_ENOENT)
		*out = (struct gv_record){0};
	gv_buf_dispose(&path);
	if (status == GV_OK || status == GV_ENOENT)
		return GV_OK;
	return gv_fail(err, status, "%s", failure.message);
}

void gv_record_dispose(struct gv_record *record)
{
	gv_json_free(record->json);
	*record = (struct gv_record){0};
}

static void add_entry(struct gv_json_tree *tree, struct gv_json *list,
                      const struct gv_record_entry *entry, const struct gv_buf *body)
{
	struct gv_json *in = gv_json_add_object(tree, list, NULL);
	gv_json_add_decimal(tree, in, "when", entry->when);
	gv_json_add_text(tree, in, "verb", entry->verb);
	gv_json_add_printed(tree, in, "body", body);
}

/* Appends the record of KEY with the entries FROM to TO of RECORD, and ADDED unless it is NULL. */
static void print(struct gv_buf *out, const struct gv_record_key *key,
                  const struct gv_record *record, size_t from, size_t to,
                  const struct gv_record_entry *added, const struct gv_buf *added_body)
{
	struct gv_json_tree tree = {0};
	struct gv_buf bodies[GV_RECORD_ENTRIES] = {{0}};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_text(&tree, root, "gpuvirt", format_name);
	gv_json_add_number(&tree, root, "version", 1);
	gv_json_add_text(&tree, root, "kind", key->kind);
	gv_json_add_text(&tree, root, "target", key->target);
	struct gv_json *list = gv_json_add_array(&tree, root, "entries");
	for (size_t i = from; i < to; i++) {
		gv_json_append(&bodies[i], record->entries[i].body);
		add_entry(&tree, list, &record->entries[i], &bodies[i]);
	}
	if (added != NULL)
		add_entry(&tree, list, added, added_body);
	gv_json_print_ascii(out, &tree);
	gv_buf_char(out, '\n');
	for (size_t i = from; i < to; i++)
		gv_buf_dispose(&bodies[i]);
}

/* A record that is being changed: its folder held, and what it has now. */
struct opened {
	struct gv_buf path;
	struct gv_place place;
	struct gv_record record;
};

static enum gv_status open_record(struct opened *opened, const struct gv_record_key *key,
                                  struct gv_error *err)
{
	enum gv_status status = gv_record_path(&opened->path, key, err);
	if (status == GV_OK)
		status = make_folders(opened->path.at, err);
	if (status == GV_OK)
		status = gv_place_enter(&opened->place, opened->path.at, err);
	if (status == GV_OK)
		status = gv_place_hold(&opened->place, GV_HOLD_TIMEOUT, err);
	if (status == GV_OK)
		status = read_path(&opened->record, opened->path.at, key, err);
	return status;
}

static void close_record(struct opened *opened)
{
	gv_record_dispose(&opened->record);
	gv_place_leave(&opened->place);
	gv_buf_dispose(&opened->path);
}

static enum gv_status write_record(struct opened *opened, const struct gv_buf *text,
                                   struct gv_error *err)
{
	struct gv_error failure = {0};
	if (text->failed)
		return gv_fail_memory(err);
	gv_os_hold_signals();
	enum gv_status status = gv_create_private(&opened->place, gv_buf_span(text), &failure);
	gv_os_release_signals();
	return status == GV_OK ? GV_OK : fail_with_path(err, opened->path.at, &failure);
}

enum gv_status gv_record_push(const struct gv_record_key *key, const char *verb,
                              struct gv_span body, struct gv_error *err)
{
	struct opened opened = {0};
	struct gv_buf text = {0};
	struct gv_buf copy = {0};
	const struct gv_record_entry entry = {gv_os_now(), verb, NULL};
	gv_buf_add(&copy, body);
	enum gv_status status = open_record(&opened, key, err);
	if (status == GV_OK) {
		size_t count = opened.record.count;
		print(&text, key, &opened.record, count == GV_RECORD_ENTRIES, count, &entry, &copy);
		status = write_record(&opened, &text, err);
	}
	gv_buf_dispose(&text);
	gv_buf_dispose(&copy);
	close_record(&opened);
	return status;
}

static enum gv_status remove_record(struct opened *opened, struct gv_error *err)
{
	int code = gv_os_remove(opened->place.dir, opened->place.name);
	if (code == 0)
		code = gv_os_sync_dir(opened->place.dir);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "%s: cannot remove", opened->path.at);
}

enum gv_status gv_record_pop(const struct gv_record_key *key, struct gv_error *err)
{
	struct opened opened = {0};
	struct gv_buf text = {0};
	enum gv_status status = open_record(&opened, key, err);
	if (status == GV_OK && opened.record.count == 1) {
		status = remove_record(&opened, err);
	} else if (status == GV_OK && opened.record.count > 1) {
		print(&text, key, &opened.record, 0, opened.record.count - 1, NULL, NULL);
		status = write_record(&opened, &text, err);
	}
	gv_buf_dispose(&text);
	close_record(&opened);
	return status;
}
