#include "gpupv/nanabox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/json.h"
#include "gpupv/json_edit.h"
#include "gpupv/setting.h"

#define MARK GV_LITERAL("\xEF\xBB\xBF")

static const char mode_name[] = "AssignmentMode";
static const char devices_name[] = "SelectedDevices";
static const char store_name[] = "EnableHostDriverStore";

/* The names NanaBox gives the modes: exactly so, anything else is Disabled to it. */
static const char *const modes[GV_GPUFILE_MODES] = {
	[GV_GPUFILE_DISABLED] = "Disabled",
	[GV_GPUFILE_DEFAULT] = "Default",
	[GV_GPUFILE_LIST] = "List",
	[GV_GPUFILE_MIRROR] = "Mirror",
};

/* Where the values are; GV_JSON_NOWHERE for what is not there. */
struct gpu_part {
	struct gv_json_map map;
	uint32_t box;
	uint32_t gpu;
	uint32_t mode;
	uint32_t devices;
	uint32_t store;
};

bool nanabox_is_named(struct gv_span name)
{
	return name.len > 3 && gv_span_ends_nocase(name, GV_LITERAL(".7b"));
}

static enum gv_status check_mark(struct gv_span text, struct gv_error *err)
{
	if (text.len >= 2 &&
	    (memcmp(text.at, "\xFF\xFE", 2) == 0 || memcmp(text.at, "\xFE\xFF", 2) == 0))
		return gv_fail_at(err, GV_EPARSE, 1, 1,
		                  "UTF-16, which NanaBox does not read: save it as UTF-8 with a "
		                  "byte order mark");
	if (text.len <= MARK.len || memcmp(text.at, MARK.at, MARK.len) != 0)
		return gv_fail_at(err, GV_EPARSE, 1, 1,
		                  "does not begin with a byte order mark (EF BB BF), without which "
		                  "NanaBox reads nothing: save it as UTF-8 with a byte order mark");
	return GV_OK;
}

/* Two readers, neither of which knows the other: only what both take is JSON. */
static enum gv_status read_twice(struct gv_json_map *map, struct gv_span text, struct gv_error *err)
{
	struct gv_json *json = NULL;
	enum gv_status status = check_mark(text, err);
	if (status == GV_OK)
		status = gv_json_map_make(map, text, MARK.len, err);
	if (status == GV_OK)
		status = gv_json_parse(&json, gv_span_part(text, MARK.len, text.len), err);
	gv_json_free(json);
	return status;
}

static enum gv_status fail_place(const struct gv_json_map *map, size_t at, const char *what,
                                 struct gv_error *err)
{
	uint32_t line;
	uint32_t column;
	gv_json_map_locate(map->text, at, &line, &column);
	return gv_fail_at(err, GV_EPARSE, line, column, "%s", what);
}

static bool is_kind(const struct gv_json_map *map, uint32_t place, enum gv_json_kind kind)
{
	return place != GV_JSON_NOWHERE && map->at[place].kind == kind;
}

static enum gv_status find_part(struct gpu_part *part, struct gv_span text, struct gv_error *err)
{
	const struct gv_json_map *map = &part->map;
	enum gv_status status = read_twice(&part->map, text, err);
	if (status != GV_OK)
		return status;
	if (map->at[0].kind != GV_JSON_OBJECT)
		return fail_place(map, map->at[0].at, "no object: not a NanaBox configuration",
		                  err);
	part->box = gv_json_map_member(map, 0, "NanaBox");
	if (!is_kind(map, part->box, GV_JSON_OBJECT))
		return fail_place(map, map->at[0].at,
		                  "has no object \"NanaBox\": not a NanaBox configuration", err);
	part->gpu = gv_json_map_member(map, part->box, "Gpu");
	if (part->gpu != GV_JSON_NOWHERE && !is_kind(map, part->gpu, GV_JSON_OBJECT))
		return fail_place(map, map->at[part->gpu].at,
		                  "\"Gpu\" is no object: take it out, or make it {}", err);
	part->mode = part->devices = part->store = GV_JSON_NOWHERE;
	if (part->gpu == GV_JSON_NOWHERE)
		return GV_OK;
	part->mode = gv_json_map_member(map, part->gpu, mode_name);
	part->devices = gv_json_map_member(map, part->gpu, devices_name);
	part->store = gv_json_map_member(map, part->gpu, store_name);
	return GV_OK;
}

/* The mode that the place names, GV_GPUFILE_ANY for none NanaBox knows. */
static enum gv_status read_mode(enum gv_gpufile_mode *mode, const struct gpu_part *part,
                                struct gv_error *err)
{
	struct gv_buf text = {0};
	*mode = GV_GPUFILE_ANY;
	if (!is_kind(&part->map, part->mode, GV_JSON_STRING))
		return GV_OK;
	enum gv_status status = gv_json_map_text(&part->map, part->mode, &text, err);
	for (int i = GV_GPUFILE_DISABLED; status == GV_OK && i < GV_GPUFILE_MODES; i++) {
		if (gv_span_equal(gv_buf_span(&text), gv_span_of(modes[i])))
			*mode = (enum gv_gpufile_mode)i;
	}
	gv_buf_dispose(&text);
	return status;
}

/* NanaBox takes an unsigned number and makes all else 0; then it cuts it to 16 bits. */
static uint16_t read_partition(struct gv_gpufile_setting *setting, const struct gv_json_map *map,
                               uint32_t device)
{
	uint32_t place = gv_json_map_member(map, device, "PartitionId");
	uint64_t number = 0;
	bool good = is_kind(map, place, GV_JSON_NUMBER) &&
	            gv_span_number(gv_json_map_bytes(map, place), &number);
	if (!good)
		setting_note(
			setting, map->text, map->at[device].at, true,
			"no PartitionId that is a whole number: NanaBox takes it for partition "
			"0, not for GPU-PV (%d)",
			GV_GPUFILE_WHOLE);
	else if (number > UINT16_MAX)
		setting_note(setting, map->text, map->at[place].at, true,
		             "PartitionId is above 65535: NanaBox takes it for %u",
		             (unsigned)(number & UINT16_MAX));
	return (uint16_t)(number & UINT16_MAX);
}

static enum gv_status read_device(struct gv_gpufile_setting *setting, const struct gv_json_map *map,
                                  uint32_t place, struct gv_error *err)
{
	struct gv_buf path = {0};
	enum gv_status status = GV_OK;
	bool plain = is_kind(map, place, GV_JSON_STRING);
	uint32_t name = plain ? place
	                : is_kind(map, place, GV_JSON_OBJECT)
	                        ? gv_json_map_member(map, place, "DeviceInterface")
	                        : GV_JSON_NOWHERE;
	if (is_kind(map, name, GV_JSON_STRING))
		status = gv_json_map_text(map, name, &path, err);
	if (status == GV_OK && path.len == 0) {
		setting_note(setting, map->text, map->at[place].at, true,
		             "names no GPU: NanaBox drops this entry");
	} else if (status == GV_OK) {
		uint16_t partition = plain ? GV_GPUFILE_WHOLE : read_partition(setting, map, place);
		if (!setting_add_device(setting, gv_buf_span(&path), partition))
			status = gv_fail_memory(err);
	}
	gv_buf_dispose(&path);
	return status;
}

static enum gv_status read_devices(struct gv_gpufile_setting *setting, const struct gpu_part *part,
                                   struct gv_error *err)
{
	const struct gv_json_map *map = &part->map;
	enum gv_status status = GV_OK;
	size_t count = 0;
	if (part->devices != GV_JSON_NOWHERE && !is_kind(map, part->devices, GV_JSON_ARRAY))
		setting_note(setting, map->text, map->at[part->devices].at, true,
		             "%s is no array, so it names no GPU", devices_name);
	if (!is_kind(map, part->devices, GV_JSON_ARRAY))
		return GV_OK;
	for (uint32_t i = part->devices + 1; status == GV_OK && i < map->count; i++) {
		if (map->at[i].parent != part->devices)
			continue;
		if (count++ == GV_GPUFILE_DEVICES)
			return fail_place(map, map->at[i].at, "more GPUs than any host has", err);
		status = read_device(setting, map, i, err);
	}
	return status;
}

/* What NanaBox makes of the mode, with a note where that is something else than the file says. */
static void judge_mode(struct gv_gpufile_setting *setting, const struct gpu_part *part,
                       enum gv_gpufile_mode mode)
{
	const struct gv_json_map *map = &part->map;
	char shown[SETTING_SHOWN];
	setting->mode = mode == GV_GPUFILE_ANY ? GV_GPUFILE_DISABLED : mode;
	if (part->mode != GV_JSON_NOWHERE && mode == GV_GPUFILE_ANY) {
		setting_show(shown, gv_json_map_bytes(map, part->mode));
		setting_note(setting, map->text, map->at[part->mode].at, true,
		             "%s is %s: NanaBox knows Disabled, Default, List and Mirror, so "
		             "spelt, and takes all else for Disabled",
		             mode_name, shown);
	}
	if (mode == GV_GPUFILE_LIST && setting->device_count == 0) {
		setting->mode = GV_GPUFILE_DISABLED;
		setting_note(setting, map->text, map->at[part->mode].at, true,
		             "%s is List, but no GPU is listed: NanaBox takes it for Disabled",
		             mode_name);
	}
	if (mode != GV_GPUFILE_LIST && setting->device_count > 0)
		setting_note(setting, map->text, map->at[part->devices].at, false,
		             "%s counts in the mode List only: NanaBox drops it when it next "
		             "writes the file",
		             devices_name);
}

static void sum_up(struct gv_gpufile_setting *setting, const struct gpu_part *part)
{
	const struct gv_json_map *map = &part->map;
	bool set = part->mode != GV_JSON_NOWHERE;
	setting->power =
		setting->mode == GV_GPUFILE_DISABLED ? GV_GPUFILE_IS_OFF : GV_GPUFILE_IS_ON;
	setting->driver_store = is_kind(map, part->store, GV_JSON_TRUE);
	snprintf(setting->value, sizeof setting->value, "%s %s%s%s", mode_name,
	         set ? "" : "not set: ", modes[setting->mode],
	         setting->driver_store ? ", the host's driver files shared" : "");
	if (part->store != GV_JSON_NOWHERE && !setting->driver_store &&
	    !is_kind(map, part->store, GV_JSON_FALSE))
		setting_note(setting, map->text, map->at[part->store].at, true,
		             "%s is neither true nor false: it counts as false", store_name);
	if (setting->driver_store && setting->power == GV_GPUFILE_IS_ON)
		setting_remark(setting, false, "with %s the machine cannot be suspended",
		               store_name);
}

/* Reads what PART points to. */
static enum gv_status read_part(struct gv_gpufile_setting *setting, const struct gpu_part *part,
                                struct gv_error *err)
{
	enum gv_gpufile_mode mode = GV_GPUFILE_ANY;
	enum gv_status status = read_mode(&mode, part, err);
	if (status == GV_OK)
		status = read_devices(setting, part, err);
	if (status != GV_OK)
		return status;
	judge_mode(setting, part, mode);
	sum_up(setting, part);
	return GV_OK;
}

enum gv_status nanabox_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err)
{
	struct gpu_part part = {0};
	enum gv_status status = find_part(&part, text, err);
	if (status == GV_OK)
		status = read_part(setting, &part, err);
	gv_json_map_dispose(&part.map);
	return status;
}

/* A device interface: what is anything else would be taken by NanaBox and found nowhere. */
static enum gv_status check_device(struct gv_span path, struct gv_error *err)
{
	char shown[SETTING_SHOWN];
	const struct gv_span root = GV_LITERAL("\\\\?\\");
	bool good = path.len > root.len && memcmp(path.at, root.at, root.len) == 0 &&
	            gv_charset_first_bad(gv_charset_utf8(), path) == path.len;
	for (size_t i = 0; good && i < path.len; i++)
		good = (unsigned char)path.at[i] >= 0x20;
	if (good)
		return GV_OK;
	setting_show(shown, path);
	return gv_fail(err, GV_EINVAL,
	               "\"%s\" is no device interface, such as \\\\?\\PCI#VEN_...\\GPUPARAV: "
	               "'gpuvirt gpupv gpus' lists them",
	               shown);
}

static bool has_device(struct gv_gpufile_devices devices, const struct gv_gpufile_device *wanted)
{
	for (size_t i = 0; i < devices.count; i++) {
		if (devices.at[i].partition == wanted->partition &&
		    gv_span_equal(devices.at[i].path, wanted->path))
			return true;
	}
	return false;
}

/* True when each device of A is in B: NanaBox sorts them, so the order means nothing. */
static bool all_in(struct gv_gpufile_devices a, struct gv_gpufile_devices b)
{
	for (size_t i = 0; i < a.count; i++) {
		if (!has_device(b, &a.at[i]))
			return false;
	}
	return true;
}

/* What the members of "Gpu" are to be. */
struct goal {
	enum gv_gpufile_mode mode;
	struct gv_gpufile_devices devices; /* to be written; none: the list stays as it is */
	enum gv_gpufile_switch store;
};

static enum gv_gpufile_mode choose_mode(const struct gv_gpufile_wish *wish,
                                        const struct gv_gpufile_setting *now)
{
	if (!wish->on)
		return GV_GPUFILE_DISABLED;
	if (wish->mode != GV_GPUFILE_ANY)
		return wish->mode;
	if (wish->devices.count > 0)
		return GV_GPUFILE_LIST;
	if (now->mode != GV_GPUFILE_DISABLED)
		return now->mode;
	return now->device_count + wish->remembered.count > 0 ? GV_GPUFILE_LIST
	                                                      : GV_GPUFILE_DEFAULT;
}

static enum gv_status choose_devices(struct goal *goal, const struct gv_gpufile_wish *wish,
                                     const struct gv_gpufile_setting *now, struct gv_error *err)
{
	struct gv_gpufile_devices have = {now->devices, now->device_count};
	if (goal->mode != GV_GPUFILE_LIST)
		return wish->devices.count == 0
		               ? GV_OK
		               : gv_fail(err, GV_EINVAL,
		                         "a GPU can be chosen in the mode list only");
	if (wish->devices.count > 0)
		goal->devices = wish->devices;
	else if (now->device_count == 0)
		goal->devices = wish->remembered;
	if (goal->devices.count == 0 && now->device_count == 0)
		return gv_fail(err, GV_EINVAL,
		               "the mode list needs a GPU to list: name it with --gpu, 'gpuvirt "
		               "gpupv gpus' lists them");
	for (size_t i = 0; i < goal->devices.count; i++) {
		enum gv_status status = check_device(goal->devices.at[i].path, err);
		if (status != GV_OK)
			return status;
	}
	if (all_in(goal->devices, have) && all_in(have, goal->devices))
		goal->devices.count = 0;
	return GV_OK;
}

static enum gv_status set_goal(struct goal *goal, const struct gv_gpufile_wish *wish,
                               const struct gv_gpufile_setting *now, struct gv_error *err)
{
	goal->mode = choose_mode(wish, now);
	goal->store = wish->on ? wish->driver_store : GV_GPUFILE_KEEP;
	if (goal->store == (now->driver_store ? GV_GPUFILE_ON : GV_GPUFILE_OFF))
		goal->store = GV_GPUFILE_KEEP;
	return choose_devices(goal, wish, now, err);
}

static void spell_device(struct gv_buf *out, const struct gv_gpufile_device *device)
{
	if (device->partition == GV_GPUFILE_WHOLE) {
		json_edit_string(out, device->path);
		return;
	}
	gv_buf_text(out, "{ \"DeviceInterface\": ");
	json_edit_string(out, device->path);
	gv_buf_format(out, ", \"PartitionId\": %u }", (unsigned)device->partition);
}

static enum gv_status spell_devices(struct gv_buf *out, const struct json_layout *layout,
                                    struct gv_gpufile_devices devices, struct gv_error *err)
{
	struct gv_arena arena = {0};
	struct gv_buf spelt = {0};
	struct gv_span *values = calloc(devices.count, sizeof *values);
	for (size_t i = 0; values != NULL && i < devices.count; i++) {
		spelt.len = 0;
		spell_device(&spelt, &devices.at[i]);
		values[i] = gv_arena_copy(&arena, gv_buf_span(&spelt));
		out->failed |= spelt.failed || values[i].at == NULL;
	}
	out->failed |= values == NULL;
	if (!out->failed)
		json_edit_array(out, layout, values, devices.count);
	gv_buf_dispose(&spelt);
	gv_arena_dispose(&arena);
	free(values);
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status edit(struct gv_edits *edits, const struct gpu_part *part,
                           const struct goal *goal, bool mode_stays, struct gv_error *err)
{
	struct json_layout layout = {0};
	struct gv_buf list = {0};
	struct gv_buf mode = {0};
	struct json_member members[3];
	size_t count = 0;
	enum gv_status status =
		json_layout_make(&layout, &part->map, part->box, part->gpu, part->devices, err);
	json_edit_string(&mode, gv_span_of(modes[goal->mode]));
	edits->failed |= mode.failed;
	if (!mode_stays)
		members[count++] = (struct json_member){mode_name, gv_buf_span(&mode)};
	if (status == GV_OK && goal->devices.count > 0) {
		status = spell_devices(&list, &layout, goal->devices, err);
		members[count++] = (struct json_member){devices_name, gv_buf_span(&list)};
	}
	if (goal->store != GV_GPUFILE_KEEP)
		members[count++] = (struct json_member){
			store_name, gv_span_of(goal->store == GV_GPUFILE_ON ? "true" : "false")};
	if (status == GV_OK && count > 0)
		json_edit_members(edits, &part->map, &layout, part->box, part->gpu, "Gpu", members,
		                  count);
	gv_buf_dispose(&list);
	gv_buf_dispose(&mode);
	json_layout_dispose(&layout);
	return status;
}

/* The first place from INDEX on that no change was meant for. */
static uint32_t next_other(const struct gpu_part *part, uint32_t index)
{
	const struct gv_json_map *map = &part->map;
	while (index < map->count) {
		size_t end = map->at[index].end;
		if (index == part->gpu) {
			index++;
		} else if (index == part->mode || index == part->devices || index == part->store) {
			while (index < map->count && map->at[index].at < end)
				index++;
		} else {
			return index;
		}
	}
	return index;
}

static bool is_scalar(const struct gv_json_place *place)
{
	return place->kind != GV_JSON_OBJECT && place->kind != GV_JSON_ARRAY;
}

/* True when all values but those that were meant to change are in both, in the same order. */
static bool others_stay(const struct gpu_part *old, const struct gpu_part *new)
{
	uint32_t i = next_other(old, 0);
	uint32_t j = next_other(new, 0);
	while (i < old->map.count && j < new->map.count) {
		const struct gv_json_place *a = &old->map.at[i];
		const struct gv_json_place *b = &new->map.at[j];
		if (a->kind != b->kind || !gv_span_equal(a->name, b->name) ||
		    (is_scalar(a) && !gv_span_equal(gv_json_map_bytes(&old->map, i),
		                                    gv_json_map_bytes(&new->map, j))))
			return false;
		i = next_other(old, i + 1);
		j = next_other(new, j + 1);
	}
	return i == old->map.count && j == new->map.count;
}

static bool is_reached(const struct gv_gpufile_setting *now, const struct goal *goal)
{
	struct gv_gpufile_devices have = {now->devices, now->device_count};
	bool listed = goal->devices.count == 0 ||
	              (all_in(goal->devices, have) && all_in(have, goal->devices));
	bool shared = goal->store == GV_GPUFILE_KEEP ||
	              now->driver_store == (goal->store == GV_GPUFILE_ON);
	return now->mode == goal->mode && listed && shared;
}

/* Reads the changed text with both readers: it says what it should, and nothing else is new. */
static enum gv_status check_result(const struct gv_edits *edits, const struct gpu_part *old,
                                   const struct goal *goal, struct gv_error *err)
{
	struct gv_buf text = {0};
	struct gpu_part new = {0};
	struct gv_gpufile_setting setting = {0};
	enum gv_status status = gv_edits_apply(edits, old->map.text, &text, err);
	if (status == GV_OK)
		status = find_part(&new, gv_buf_span(&text), err);
	if (status == GV_OK)
		status = read_part(&setting, &new, err);
	if (status == GV_OK && !(is_reached(&setting, goal) && others_stay(old, &new)))
		status = gv_fail(
			err, GV_EREFUSED,
			"the changed text would not say what it should: nothing is changed");
	gv_gpufile_setting_dispose(&setting);
	gv_json_map_dispose(&new.map);
	gv_buf_dispose(&text);
	return status;
}

static enum gv_status plan_part(struct gv_edits *edits, const struct gpu_part *part,
                                const struct gv_gpufile_wish *wish, struct gv_error *err)
{
	struct gv_gpufile_setting now = {0};
	struct goal goal = {0};
	enum gv_gpufile_mode spelt = GV_GPUFILE_ANY;
	enum gv_status status = read_part(&now, part, err);
	if (status == GV_OK)
		status = set_goal(&goal, wish, &now, err);
	if (status == GV_OK)
		status = read_mode(&spelt, part, err);
	/* A mode NanaBox only takes for Disabled stays when that is wanted: nothing is to do. */
	bool same = goal.mode == now.mode || goal.mode == spelt;
	if (status == GV_OK)
		status = edit(edits, part, &goal, same, err);
	gv_edits_settle(edits);
	if (status == GV_OK && edits->count > 0)
		status = check_result(edits, part, &goal, err);
	gv_gpufile_setting_dispose(&now);
	return status;
}

enum gv_status nanabox_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err)
{
	struct gpu_part part = {0};
	enum gv_status status = find_part(&part, text, err);
	if (status == GV_OK)
		status = plan_part(edits, &part, wish, err);
	gv_json_map_dispose(&part.map);
	return status;
}
