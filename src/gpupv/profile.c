/* A cyaml schema for the shape, then what a schema cannot say. */
#include "gpupv/profile.h"

#include <string.h>

#include "base/yaml.h"
#include "gpupv/model.h"
#include "gpupv/profiles.h"

/* A profile as cyaml sees it: all are texts, NULL when missing. */
struct raw_profile {
	char *gpupv;
	char *settings[GV_GPUPV_SETTINGS];
	char *driver_store;
};

#define TEXT(name, flags, field)                                                                   \
	CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | (flags), struct raw_profile, field, 1,   \
	                       CYAML_UNLIMITED)

/* clang-format off */
static const cyaml_schema_field_t profile_fields[] = {
	TEXT("gpupv", 0, gpupv),
	TEXT("cache_types", CYAML_FLAG_OPTIONAL, settings[GV_GPUPV_CACHE_TYPES]),
	TEXT("low_mmio", CYAML_FLAG_OPTIONAL, settings[GV_GPUPV_LOW_MMIO]),
	TEXT("high_mmio", CYAML_FLAG_OPTIONAL, settings[GV_GPUPV_HIGH_MMIO]),
	TEXT("checkpoint_type", CYAML_FLAG_OPTIONAL, settings[GV_GPUPV_CHECKPOINT_TYPE]),
	TEXT("automatic_checkpoints", CYAML_FLAG_OPTIONAL,
	     settings[GV_GPUPV_AUTOMATIC_CHECKPOINTS]),
	TEXT("stop_action", CYAML_FLAG_OPTIONAL, settings[GV_GPUPV_STOP_ACTION]),
	TEXT("host_driver_store", CYAML_FLAG_OPTIONAL, driver_store),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t profile_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_profile, profile_fields),
};
/* clang-format on */

struct gv_span gv_profile_builtin(void)
{
	return gpupv_profiles[0].yaml;
}

static bool read_switch(struct gv_value *out, const char *text)
{
	bool on = strcmp(text, "on") == 0;
	*out = (struct gv_value){true, on};
	return on || strcmp(text, "off") == 0;
}

/* The least and the most that a size may be. */
static void limits_of(enum gv_gpupv_setting setting, uint64_t *least, uint64_t *most)
{
	bool low = setting == GV_GPUPV_LOW_MMIO;
	*least = low ? GV_MIB : GV_GPUPV_LEAST_HIGH;
	*most = low ? GV_GPUPV_MOST_LOW : GV_GPUPV_MOST_HIGH;
}

static bool read_size(struct gv_value *out, enum gv_gpupv_setting setting, const char *text)
{
	uint64_t least;
	uint64_t most;
	limits_of(setting, &least, &most);
	out->known = gv_gpupv_read_bytes(gv_span_of(text), &out->number);
	return out->known && out->number >= least && out->number <= most;
}

/* Appends which values SETTING takes. */
static void add_expected(struct gv_buf *out, enum gv_gpupv_setting setting)
{
	const struct gv_gpupv_setting_row *row = &gv_gpupv_setting_rows[setting];
	uint64_t least;
	uint64_t most;
	limits_of(setting, &least, &most);
	if (row->kind == GV_GPUPV_SWITCH)
		gv_buf_text(out, "on, off, ");
	for (size_t i = 0; row->words[i] != NULL; i++)
		gv_buf_format(out, "%s, ", row->words[i]);
	if (row->kind == GV_GPUPV_BYTES) {
		gv_buf_text(out, "a whole number of M or G from ");
		gv_gpupv_show_bytes(out, least);
		gv_buf_text(out, " to ");
		gv_gpupv_show_bytes(out, most);
		gv_buf_char(out, ' ');
	}
	gv_buf_text(out, "or leave");
}

static enum gv_status fail_value(const struct gv_yaml_places *places, enum gv_gpupv_setting setting,
                                 const char *text, struct gv_error *err)
{
	struct gv_buf expected = {0};
	const char *field = gv_gpupv_setting_rows[setting].field;
	add_expected(&expected, setting);
	enum gv_status status = expected.failed ? gv_fail_memory(err)
	                                        : gv_yaml_fail(places, err, field,
	                                                       "%s does not take \"%.40s\" but %s",
	                                                       field, text, expected.at);
	gv_buf_dispose(&expected);
	return status;
}

static enum gv_status read_setting(struct gv_value *out, enum gv_gpupv_setting setting,
                                   const char *text, const struct gv_yaml_places *places,
                                   struct gv_error *err)
{
	bool good = true;
	*out = (struct gv_value){0};
	if (text == NULL || strcmp(text, "leave") == 0)
		return GV_OK;
	switch (gv_gpupv_setting_rows[setting].kind) {
	case GV_GPUPV_SWITCH:
		good = read_switch(out, text);
		break;
	case GV_GPUPV_BYTES:
		good = read_size(out, setting, text);
		break;
	case GV_GPUPV_WORD:
		*out = gv_gpupv_read_word(setting, text);
		good = out->known;
		break;
	}
	return good ? GV_OK : fail_value(places, setting, text, err);
}

static enum gv_status read_driver_store(enum gv_gpufile_switch *out, const char *text,
                                        const struct gv_yaml_places *places, struct gv_error *err)
{
	struct gv_value value = {0};
	bool left = text == NULL || strcmp(text, "leave") == 0;
	if (!left && !read_switch(&value, text))
		return gv_yaml_fail(
			places, err, "host_driver_store",
			"host_driver_store does not take \"%.40s\" but on, off, or leave", text);
	*out = left ? GV_GPUFILE_KEEP : value.number != 0 ? GV_GPUFILE_ON : GV_GPUFILE_OFF;
	return GV_OK;
}

static enum gv_status read_fields(struct gv_profile *out, const struct raw_profile *raw,
                                  const struct gv_yaml_places *places, struct gv_error *err)
{
	struct gv_profile profile = {.driver_store = GV_GPUFILE_KEEP};
	enum gv_status status = GV_OK;
	if (strcmp(raw->gpupv, "1") != 0)
		return gv_yaml_fail(places, err, "gpupv",
		                    "\"%.40s\" is no version of profiles: write gpupv: 1",
		                    raw->gpupv);
	for (unsigned i = 0; status == GV_OK && i < GV_GPUPV_SETTINGS; i++)
		status = read_setting(&profile.settings.at[i], (enum gv_gpupv_setting)i,
		                      raw->settings[i], places, err);
	if (status == GV_OK)
		status = read_driver_store(&profile.driver_store, raw->driver_store, places, err);
	if (status == GV_OK)
		*out = profile;
	return status;
}

enum gv_status gv_profile_read(struct gv_profile *out, struct gv_span text, struct gv_error *err)
{
	struct gv_yaml_places places = {0};
	void *raw = NULL;
	enum gv_status status = gv_yaml_load(&raw, &places, text, &profile_schema, err);
	if (status == GV_OK)
		status = read_fields(out, raw, &places, err);
	gv_yaml_free(raw, &profile_schema);
	gv_yaml_places_dispose(&places);
	return status;
}
