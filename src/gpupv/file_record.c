#include "gpupv/file_record.h"

#include <string.h>

#include "gpupv/setting.h"
#include "report/fingerprint.h"

enum { VERSION = 1 };

static void hash(char out[GV_FINGERPRINT_SIZE], struct gv_span text)
{
	gv_fingerprint_show(out, gv_fingerprint_add(gv_fingerprint_start(), text));
}

static void add_print(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                      struct gv_span text)
{
	char digits[GV_FINGERPRINT_SIZE];
	struct gv_json *object = gv_json_add_object(tree, in, name);
	hash(digits, text);
	gv_json_add_decimal(tree, object, "size", text.len);
	gv_json_add_text(tree, object, "hash", digits);
}

static void add_hex(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                    struct gv_span bytes)
{
	static const char digits[] = "0123456789ABCDEF";
	struct gv_buf text = {0};
	for (size_t i = 0; i < bytes.len; i++) {
		gv_buf_char(&text, digits[(unsigned char)bytes.at[i] >> 4]);
		gv_buf_char(&text, digits[(unsigned char)bytes.at[i] & 15]);
	}
	tree->failed |= text.failed;
	gv_json_add_span(tree, in, name, gv_buf_span(&text));
	gv_buf_dispose(&text);
}

static void add_edits(struct gv_json_tree *tree, struct gv_json *in, struct gv_span old,
                      const struct gv_edits *edits)
{
	struct gv_json *array = gv_json_add_array(tree, in, "edits");
	size_t at = 0; /* in the new text, of what is at DONE in the old one */
	size_t done = 0;
	for (size_t i = 0; i < edits->count; i++) {
		const struct gv_edit *edit = &edits->at[i];
		struct gv_json *object = gv_json_add_object(tree, array, NULL);
		at += edit->at - done;
		gv_json_add_decimal(tree, object, "at", at);
		gv_json_add_decimal(tree, object, "len", edit->with.len);
		add_hex(tree, object, "old", gv_span_part(old, edit->at, edit->at + edit->len));
		at += edit->with.len;
		done = edit->at + edit->len;
	}
}

static void add_devices(struct gv_json_tree *tree, struct gv_json *in,
                        struct gv_gpufile_devices devices)
{
	struct gv_json *array = gv_json_add_array(tree, in, "devices");
	for (size_t i = 0; i < devices.count; i++) {
		struct gv_json *object = gv_json_add_object(tree, array, NULL);
		gv_json_add_span(tree, object, "path", devices.at[i].path);
		gv_json_add_decimal(tree, object, "partition", devices.at[i].partition);
	}
}

enum gv_status file_record_write(struct gv_buf *out, bool existed, struct gv_span old,
                                 struct gv_span new, const struct gv_edits *edits,
                                 struct gv_gpufile_devices devices, struct gv_error *err)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", VERSION);
	if (existed)
		add_print(&tree, root, "before", old);
	add_print(&tree, root, "after", new);
	add_edits(&tree, root, old, edits);
	add_devices(&tree, root, devices);
	gv_json_print(out, &tree);
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status fail_content(struct gv_error *err)
{
	return gv_fail(err, GV_EPARSE,
	               "the record of the last change is none of this version of gpuvirt");
}

static bool read_decimal(const struct gv_json *json, uint64_t *out)
{
	const char *text = gv_json_text(json);
	return text != NULL && gv_span_number(gv_span_of(text), out);
}

static enum gv_status read_devices(struct file_record *record, struct gv_error *err)
{
	const struct gv_json *array = gv_json_get(record->json, "devices");
	const struct gv_json *device = gv_json_first(array);
	for (; device != NULL; device = gv_json_next(device)) {
		const char *path = gv_json_text(gv_json_get(device, "path"));
		uint64_t partition = 0;
		bool good = path != NULL && record->devices.device_count < GV_GPUFILE_DEVICES &&
		            read_decimal(gv_json_get(device, "partition"), &partition) &&
		            partition <= UINT16_MAX;
		if (!good)
			return fail_content(err);
		if (!setting_add_device(&record->devices, gv_span_of(path), (uint16_t)partition))
			return gv_fail_memory(err);
	}
	return GV_OK;
}

enum gv_status file_record_read(struct file_record *record, struct gv_span text,
                                struct gv_error *err)
{
	enum gv_status status = gv_json_parse(&record->json, text, err);
	if (status != GV_OK)
		return status;
	if (!gv_json_is_number(gv_json_get(record->json, "version"), VERSION))
		return fail_content(err);
	record->existed = gv_json_get(record->json, "before") != NULL;
	return read_devices(record, err);
}

void file_record_dispose(struct file_record *record)
{
	gv_json_free(record->json);
	gv_gpufile_setting_dispose(&record->devices);
	*record = (struct file_record){0};
}

static bool is_print_of(const struct gv_json *print, struct gv_span text)
{
	char digits[GV_FINGERPRINT_SIZE];
	uint64_t size = 0;
	const char *wanted = gv_json_text(gv_json_get(print, "hash"));
	if (wanted == NULL || !read_decimal(gv_json_get(print, "size"), &size) || size != text.len)
		return false;
	hash(digits, text);
	return strcmp(digits, wanted) == 0;
}

bool file_record_is_before(const struct file_record *record, struct gv_span text)
{
	if (!record->existed)
		return text.len == 0;
	return is_print_of(gv_json_get(record->json, "before"), text);
}

bool file_record_is_after(const struct file_record *record, struct gv_span text)
{
	return is_print_of(gv_json_get(record->json, "after"), text);
}

/* The value of a hexadecimal digit, -1 for another byte. */
static int digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static bool read_hex(struct gv_buf *out, const char *text)
{
	if (text == NULL)
		return false;
	for (size_t i = 0; text[i] != '\0'; i += 2) {
		int high = digit(text[i]);
		int low = high < 0 ? -1 : digit(text[i + 1]);
		if (low < 0)
			return false;
		gv_buf_char(out, (char)(high << 4 | low));
	}
	return !out->failed;
}

/* Adds the edit that JSON describes; false when it does not fit TEXT. */
static bool add_edit(struct gv_edits *edits, const struct gv_json *json, struct gv_span text)
{
	uint64_t at;
	uint64_t len;
	struct gv_buf old = {0};
	bool good = read_decimal(gv_json_get(json, "at"), &at) &&
	            read_decimal(gv_json_get(json, "len"), &len) && at <= text.len &&
	            len <= text.len - at && read_hex(&old, gv_json_text(gv_json_get(json, "old")));
	if (good)
		gv_edits_replace(edits, (size_t)at, (size_t)len, gv_buf_span(&old));
	gv_buf_dispose(&old);
	return good;
}

enum gv_status file_record_undo(const struct file_record *record, struct gv_edits *edits,
                                struct gv_span text, struct gv_error *err)
{
	const struct gv_json *edit = gv_json_first(gv_json_get(record->json, "edits"));
	struct gv_buf back = {0};
	bool good = true;
	for (; good && edit != NULL; edit = gv_json_next(edit))
		good = add_edit(edits, edit, text);
	gv_edits_settle(edits);
	enum gv_status status = good ? gv_edits_apply(edits, text, &back, err) : GV_OK;
	if (status == GV_OK && !(good && file_record_is_before(record, gv_buf_span(&back))))
		status = gv_fail(err, GV_EPARSE,
		                 "the record of the last change does not lead back to what was "
		                 "before it");
	gv_buf_dispose(&back);
	return status;
}
