#include "gpupv/answer.h"

#include <stddef.h>
#include <string.h>

#include "base/charset.h"
#include "gpupv/model.h"

enum { MAX_TEXT = 4096, MAX_GPUS = 256, MAX_VMS = 4096, MAX_ADAPTERS = 64 };

enum field_kind { TEXT, TRI, WHOLE };

/* A member of an object and where it goes. */
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
};

#define FIELD(name, kind, type, field)                                                             \
	{                                                                                          \
		name, kind, offsetof(struct type, field)                                           \
	}

/* clang-format off */
static const struct field host_fields[] = {
	FIELD("computer", TEXT, gv_gpupv_host, computer),
	FIELD("build", WHOLE, gv_gpupv_host, build),
	FIELD("server", TRI, gv_gpupv_host, server),
	FIELD("edition", TEXT, gv_gpupv_host, edition),
	FIELD("powershell", TEXT, gv_gpupv_host, powershell),
	FIELD("elevated", TRI, gv_gpupv_host, elevated),
	FIELD("hypervAdministrator", TRI, gv_gpupv_host, administrator),
	FIELD("module", TRI, gv_gpupv_host, module),
	FIELD("vmms", TEXT, gv_gpupv_host, vmms),
	FIELD("listCommand", TEXT, gv_gpupv_host, list_command),
	FIELD("instancePath", TRI, gv_gpupv_host, instance_path),
	FIELD("addressBits", WHOLE, gv_gpupv_host, address_bits),
	FIELD("requireSecureDeviceAssignment", TRI, gv_gpupv_host, secure_assignment),
	FIELD("requireSupportedDeviceAssignment", TRI, gv_gpupv_host, supported_assignment),
};

static const struct field gpu_fields[] = {
	FIELD("path", TEXT, gv_gpupv_gpu, path),
	FIELD("name", TEXT, gv_gpupv_gpu, name),
	FIELD("instanceId", TEXT, gv_gpupv_gpu, instance_id),
	FIELD("class", TEXT, gv_gpupv_gpu, class_name),
	FIELD("status", TEXT, gv_gpupv_gpu, status),
	FIELD("driver", TEXT, gv_gpupv_gpu, driver),
	FIELD("partitionCount", WHOLE, gv_gpupv_gpu, partition_count),
};

static const struct field adapter_fields[] = {
	FIELD("id", TEXT, gv_gpupv_adapter, id),
	FIELD("path", TEXT, gv_gpupv_adapter, path),
};

static const struct field vm_fields[] = {
	FIELD("id", TEXT, gv_gpupv_vm, id),
	FIELD("name", TEXT, gv_gpupv_vm, name),
	FIELD("state", TEXT, gv_gpupv_vm, state),
	FIELD("generation", WHOLE, gv_gpupv_vm, generation),
	FIELD("version", TEXT, gv_gpupv_vm, version),
	FIELD("checkpoints", WHOLE, gv_gpupv_vm, checkpoints),
	FIELD("dynamicMemory", TRI, gv_gpupv_vm, dynamic_memory),
};
/* clang-format on */

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Where elements of an answer go. */
struct reader {
	struct gv_arena *arena;
	struct gv_error *err;
};

static enum gv_status fail_type(struct gv_error *err, const char *name)
{
	return gv_fail(err, GV_EPARSE, "\"%s\" in the answer has an unexpected type", name);
}

enum gv_status gv_text_read(const char **out, struct gv_arena *arena, const struct gv_json *json,
                            const char *name, struct gv_error *err)
{
	*out = NULL;
	if (gv_json_is_null(json))
		return GV_OK;
	const char *text = gv_json_text(json);
	if (text == NULL)
		return fail_type(err, name);
	if (strlen(text) > MAX_TEXT)
		return gv_fail(err, GV_ETOOBIG, "\"%s\" in the answer is too long", name);
	*out = gv_arena_copy(arena, gv_span_of(text)).at;
	return *out == NULL ? gv_fail_memory(err) : GV_OK;
}

/* A policy is a number in the registry: 0 and 1 are no and yes too. */
static enum gv_status read_tri(enum gv_tri *out, const struct gv_json *json, const char *name,
                               struct gv_error *err)
{
	bool yes = false;
	uint64_t number = 0;
	if (gv_json_is_null(json)) {
		*out = GV_UNKNOWN;
		return GV_OK;
	}
	if (!gv_json_bool(json, &yes) && !gv_json_whole(json, &number))
		return fail_type(err, name);
	*out = yes || number != 0 ? GV_YES : GV_NO;
	return GV_OK;
}

static enum gv_status read_whole(struct gv_value *out, const struct gv_json *json, const char *name,
                                 struct gv_error *err)
{
	*out = (struct gv_value){0};
	out->known = !gv_json_is_null(json);
	if (out->known && !gv_json_whole(json, &out->number))
		return fail_type(err, name);
	return GV_OK;
}

static enum gv_status read_field(struct reader *reader, void *base, const struct gv_json *object,
                                 const struct field *field)
{
	char *at = (char *)base + field->offset;
	const struct gv_json *json = gv_json_get(object, field->name);
	if (field->kind == TEXT)
		return gv_text_read((const char **)(void *)at, reader->arena, json, field->name,
		                    reader->err);
	if (field->kind == TRI)
		return read_tri((enum gv_tri *)(void *)at, json, field->name, reader->err);
	return read_whole((struct gv_value *)(void *)at, json, field->name, reader->err);
}

/* Reads the COUNT FIELDS of OBJECT, called NAME in messages, into BASE. */
static enum gv_status read_fields(struct reader *reader, void *base, const struct gv_json *object,
                                  const char *name, const struct field *fields, size_t count)
{
	enum gv_status status = gv_json_is_object(object) ? GV_OK : fail_type(reader->err, name);
	for (size_t i = 0; status == GV_OK && i < count; i++)
		status = read_field(reader, base, object, &fields[i]);
	return status;
}

/* A word that is not known here, of a later Windows perhaps, is as good as unknown. */
static enum gv_status read_setting(struct gv_value *out, enum gv_gpupv_setting setting,
                                   const struct gv_json *json, struct gv_error *err)
{
	const struct gv_gpupv_setting_row *row = &gv_gpupv_setting_rows[setting];
	const char *text = gv_json_text(json);
	bool on = false;
	*out = (struct gv_value){0};
	if (gv_json_is_null(json))
		return GV_OK;
	out->known = true;
	if (row->kind == GV_GPUPV_SWITCH && gv_json_bool(json, &on))
		out->number = on;
	else if (row->kind == GV_GPUPV_WORD && text != NULL)
		*out = gv_gpupv_read_word(setting, text);
	else if (row->kind != GV_GPUPV_BYTES || text == NULL ||
	         !gv_span_number(gv_span_of(text), &out->number))
		return fail_type(err, row->member);
	return GV_OK;
}

enum gv_status gv_settings_read(struct gv_gpupv_settings *out, const struct gv_json *json,
                                struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (unsigned i = 0; status == GV_OK && i < GV_GPUPV_SETTINGS; i++)
		status = read_setting(&out->at[i], (enum gv_gpupv_setting)i,
		                      gv_json_get(json, gv_gpupv_setting_rows[i].member), err);
	return status;
}

/*
 * Reads the array JSON, called NAME, of at most LIMIT elements of SIZE bytes each, by READ. *OUT is
 * in the arena; *KNOWN tells whether the array is there.
 */
static enum gv_status read_array(struct reader *reader, void **out, size_t *count, bool *known,
                                 const struct gv_json *json, const char *name, size_t limit,
                                 size_t size,
                                 enum gv_status (*read)(struct reader *reader, void *element,
                                                        const struct gv_json *json))
{
	size_t length = 0;
	*known = !gv_json_is_null(json);
	if (!*known)
		return GV_OK;
	if (!gv_json_is_array(json))
		return fail_type(reader->err, name);
	for (const struct gv_json *e = gv_json_first(json); e != NULL; e = gv_json_next(e))
		length++;
	if (length > limit)
		return gv_fail(reader->err, GV_ETOOBIG, "more than %zu %s in the answer", limit,
		               name);
	char *at = gv_arena_alloc(reader->arena, length == 0 ? 1 : length * size);
	if (at == NULL)
		return gv_fail_memory(reader->err);
	memset(at, 0, length * size);
	*out = at;
	*count = length;
	enum gv_status status = GV_OK;
	for (const struct gv_json *e = gv_json_first(json); status == GV_OK && e != NULL;
	     e = gv_json_next(e), at += size)
		status = read(reader, at, e);
	return status;
}

static enum gv_status read_gpu(struct reader *reader, void *element, const struct gv_json *json)
{
	return read_fields(reader, element, json, "gpus", gpu_fields, COUNT_OF(gpu_fields));
}

/* Without its id an adapter could not be removed. */
static enum gv_status read_adapter(struct reader *reader, void *element, const struct gv_json *json)
{
	struct gv_gpupv_adapter *adapter = element;
	enum gv_status status = read_fields(reader, adapter, json, "adapters", adapter_fields,
	                                    COUNT_OF(adapter_fields));
	if (status == GV_OK && adapter->id == NULL)
		return gv_fail(reader->err, GV_EPARSE, "an adapter in the answer has no id");
	return status;
}

static enum gv_status read_vm(struct reader *reader, void *element, const struct gv_json *json)
{
	struct gv_gpupv_vm *vm = element;
	void *adapters = NULL;
	enum gv_status status =
		read_fields(reader, vm, json, "vms", vm_fields, COUNT_OF(vm_fields));
	if (status == GV_OK && (vm->id == NULL || !gv_gpupv_is_guid(vm->id)))
		return gv_fail(reader->err, GV_EPARSE, "a machine in the answer has no GUID");
	if (status == GV_OK)
		status = gv_settings_read(&vm->settings, json, reader->err);
	if (status == GV_OK)
		status = read_array(reader, &adapters, &vm->adapter_count, &vm->adapters_known,
		                    gv_json_get(json, "adapters"), "adapters", MAX_ADAPTERS,
		                    sizeof *vm->adapters, read_adapter);
	vm->adapters = adapters;
	return status;
}

/* The words of an answer that tells of a failure, in ARENA; NULL when memory ran out. */
static const char *failure_words(struct gv_arena *arena, const struct gv_json *error)
{
	const char *message = gv_json_text(gv_json_get(error, "message"));
	const char *id = gv_json_text(gv_json_get(error, "id"));
	const char *code = gv_json_text(gv_json_get(error, "hresult"));
	struct gv_buf words = {0};
	gv_buf_text(&words, message == NULL ? "no message" : message);
	if (id != NULL || code != NULL)
		gv_buf_format(&words, " (%s%s%s)", id == NULL ? "" : id,
		              id != NULL && code != NULL ? ", " : "", code == NULL ? "" : code);
	const char *copy = words.failed ? NULL : gv_arena_copy(arena, gv_buf_span(&words)).at;
	gv_buf_dispose(&words);
	return copy;
}

/* Parses TEXT, which is of our version. */
static enum gv_status parse(struct gv_json **out, struct gv_span text, struct gv_error *err)
{
	if (text.len > GV_ANSWER_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "the answer has more than %d MiB",
		               GV_ANSWER_LIMIT >> 20);
	struct gv_json *json;
	struct gv_error inner = {0};
	enum gv_status status = gv_json_parse(&json, text, &inner);
	if (status == GV_ENOMEM)
		return gv_fail_memory(err);
	if (status != GV_OK)
		return gv_fail(err, status, "the answer is no JSON: %s", inner.message);
	if (!gv_json_is_number(gv_json_get(json, "version"), 1)) {
		gv_json_free(json);
		return gv_fail(err, GV_EPARSE, "the answer is not of version 1");
	}
	*out = json;
	return GV_OK;
}

static enum gv_status read_state(struct gv_gpupv_state *state, const struct gv_json *json,
                                 struct gv_error *err)
{
	struct reader reader = {&state->arena, err};
	const struct gv_json *error = gv_json_get(json, "error");
	void *gpus = NULL;
	void *vms = NULL;
	if (!gv_json_is_null(error) &&
	    (state->failure = failure_words(&state->arena, error)) == NULL)
		return gv_fail_memory(err);
	if (state->failure != NULL && gv_json_is_null(gv_json_get(json, "host")))
		return gv_fail(err, GV_ESYSTEM, "PowerShell says: %s", state->failure);
	enum gv_status status = read_fields(&reader, &state->host, gv_json_get(json, "host"),
	                                    "host", host_fields, COUNT_OF(host_fields));
	if (status == GV_OK)
		status = read_array(&reader, &gpus, &state->gpu_count, &state->gpus_known,
		                    gv_json_get(json, "gpus"), "gpus", MAX_GPUS,
		                    sizeof *state->gpus, read_gpu);
	if (status == GV_OK)
		status = read_array(&reader, &vms, &state->vm_count, &state->vms_known,
		                    gv_json_get(json, "vms"), "vms", MAX_VMS, sizeof *state->vms,
		                    read_vm);
	state->gpus = gpus;
	state->vms = vms;
	return status;
}

enum gv_status gv_answer_observed(struct gv_gpupv_state *out, struct gv_span text,
                                  struct gv_error *err)
{
	struct gv_json *json;
	struct gv_gpupv_state state = {0};
	enum gv_status status = parse(&json, text, err);
	if (status != GV_OK)
		return status;
	status = read_state(&state, json, err);
	gv_json_free(json);
	if (status == GV_OK)
		*out = state;
	else
		gv_gpupv_state_dispose(&state);
	return status;
}

static enum gv_status read_applied(struct gv_applied *applied, const struct gv_json *json,
                                   struct gv_error *err)
{
	struct reader reader = {&applied->arena, err};
	const struct gv_json *error = gv_json_get(json, "error");
	const struct gv_json *vm = gv_json_get(json, "vm");
	applied->failed = !gv_json_is_null(error);
	if (applied->failed)
		applied->message = failure_words(&applied->arena, error);
	if (applied->failed && applied->message == NULL)
		return gv_fail_memory(err);
	enum gv_status status = read_whole(&applied->done, gv_json_get(json, "done"), "done", err);
	if (status == GV_OK)
		status = read_whole(&applied->step, gv_json_get(error, "step"), "step", err);
	if (status != GV_OK || gv_json_is_null(vm))
		return status;
	applied->vm = gv_arena_alloc(&applied->arena, sizeof *applied->vm);
	if (applied->vm == NULL)
		return gv_fail_memory(err);
	*applied->vm = (struct gv_gpupv_vm){0};
	return read_vm(&reader, applied->vm, vm);
}

enum gv_status gv_answer_applied(struct gv_applied *out, struct gv_span text, struct gv_error *err)
{
	struct gv_json *json;
	struct gv_applied applied = {0};
	enum gv_status status = parse(&json, text, err);
	if (status != GV_OK)
		return status;
	status = read_applied(&applied, json, err);
	gv_json_free(json);
	if (status == GV_OK)
		*out = applied;
	else
		gv_applied_dispose(&applied);
	return status;
}

void gv_applied_dispose(struct gv_applied *applied)
{
	gv_arena_dispose(&applied->arena);
	*applied = (struct gv_applied){0};
}

void gv_settings_add(struct gv_json_tree *tree, struct gv_json *in,
                     const struct gv_gpupv_settings *settings)
{
	for (unsigned i = 0; i < GV_GPUPV_SETTINGS; i++) {
		const struct gv_gpupv_setting_row *row = &gv_gpupv_setting_rows[i];
		struct gv_value value = settings->at[i];
		if (!value.known)
			continue;
		if (row->kind == GV_GPUPV_SWITCH)
			gv_json_add_bool(tree, in, row->member, value.number != 0);
		else if (row->kind == GV_GPUPV_BYTES)
			gv_json_add_decimal(tree, in, row->member, value.number);
		else
			gv_json_add_text(tree, in, row->member, row->words[value.number]);
	}
}

/* Adds the member NAME: TEXT, or null. */
static void add_text_or_null(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                             const char *text)
{
	if (text == NULL)
		gv_json_add_null(tree, in, name);
	else
		gv_json_add_text(tree, in, name, text);
}

/* gv_json_add_text would make another name of one that is no UTF-8. */
static enum gv_status check_names(const char *target, const char *computer, struct gv_error *err)
{
	const char *const names[] = {target, computer};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct gv_span name = gv_span_of(names[i]);
		if (gv_charset_first_bad(gv_charset_utf8(), name) != name.len)
			return gv_fail(err, GV_EINVAL, "the name is not UTF-8");
	}
	return GV_OK;
}

static enum gv_status finish(struct gv_buf *out, struct gv_json_tree *tree, struct gv_error *err)
{
	gv_json_print_ascii(out, tree);
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

enum gv_status gv_request_observe(struct gv_buf *out, const char *target, const char *computer,
                                  struct gv_error *err)
{
	struct gv_json_tree tree = {0};
	enum gv_status status = check_names(target, computer, err);
	if (status != GV_OK)
		return status;
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	if (target == NULL)
		gv_json_add_null(&tree, root, "vm");
	else
		gv_json_add_text(&tree, gv_json_add_object(&tree, root, "vm"),
		                 gv_gpupv_is_guid(target) ? "id" : "name", target);
	add_text_or_null(&tree, root, "computer", computer);
	return finish(out, &tree, err);
}

static void add_step(struct gv_json_tree *tree, struct gv_json *steps,
                     const struct gv_gpupv_step *step)
{
	struct gv_json *in = gv_json_add_object(tree, steps, NULL);
	switch (step->action) {
	case GV_GPUPV_SET:
		gv_json_add_text(tree, in, "do", "set-vm");
		gv_settings_add(tree, in, &step->settings);
		break;
	case GV_GPUPV_REMOVE:
		gv_json_add_text(tree, in, "do", "remove-adapter");
		add_text_or_null(tree, in, "id", step->id);
		break;
	case GV_GPUPV_ADD:
		gv_json_add_text(tree, in, "do", "add-adapter");
		add_text_or_null(tree, in, "path", step->path);
		break;
	}
}

enum gv_status gv_request_apply(struct gv_buf *out, const char *target, const char *computer,
                                const struct gv_gpupv_step *steps, size_t count,
                                struct gv_error *err)
{
	struct gv_json_tree tree = {0};
	enum gv_status status = check_names(target, computer, err);
	if (status != GV_OK)
		return status;
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	if (gv_gpupv_is_guid(target))
		gv_json_add_text(&tree, root, "vm", target);
	else
		gv_json_add_text(&tree, gv_json_add_object(&tree, root, "vm"), "name", target);
	add_text_or_null(&tree, root, "computer", computer);
	struct gv_json *list = gv_json_add_array(&tree, root, "steps");
	for (size_t i = 0; i < count; i++)
		add_step(&tree, list, &steps[i]);
	return finish(out, &tree, err);
}
