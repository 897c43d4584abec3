#include <gpuvirt/gpupv_file.h>

#include "base/json.h"
#include "gpupv/record.h"

/* The key of PATH, which may be no UTF-8; its target is in TEXT, the caller's. */
static enum gv_status make_key(struct gv_record_key *key, struct gv_buf *text, const char *kind,
                               const char *path, struct gv_error *err)
{
	gv_json_encode(text, gv_span_of(path));
	*key = (struct gv_record_key){kind, text->at};
	return text->failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status newest(void *context, const char *kind, const char *path, struct gv_buf *out,
                             struct gv_error *err)
{
	struct gv_record_key key;
	struct gv_buf text = {0};
	struct gv_record record = {0};
	(void)context;
	enum gv_status status = make_key(&key, &text, kind, path, err);
	if (status == GV_OK)
		status = gv_record_read(&record, &key, err);
	if (status == GV_OK && record.count == 0)
		status = gv_fail(err, GV_ENOENT, "there is no record of a change");
	if (status == GV_OK)
		gv_json_append(out, record.entries[record.count - 1].body);
	if (status == GV_OK && out->failed)
		status = gv_fail_memory(err);
	gv_record_dispose(&record);
	gv_buf_dispose(&text);
	return status;
}

static enum gv_status push(void *context, const char *kind, const char *path, const char *verb,
                           struct gv_span record, struct gv_error *err)
{
	struct gv_record_key key;
	struct gv_buf text = {0};
	(void)context;
	enum gv_status status = make_key(&key, &text, kind, path, err);
	if (status == GV_OK)
		status = gv_record_push(&key, verb, record, err);
	gv_buf_dispose(&text);
	return status;
}

static enum gv_status pop(void *context, const char *kind, const char *path, struct gv_error *err)
{
	struct gv_record_key key;
	struct gv_buf text = {0};
	(void)context;
	enum gv_status status = make_key(&key, &text, kind, path, err);
	if (status == GV_OK)
		status = gv_record_pop(&key, err);
	gv_buf_dispose(&text);
	return status;
}

const struct gv_gpufile_store *gv_gpufile_store(void)
{
	static const struct gv_gpufile_store store = {.newest = newest, .push = push, .pop = pop};
	return &store;
}
