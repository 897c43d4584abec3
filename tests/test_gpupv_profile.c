#include "support.h"

#include "gpupv/model.h"
#include "gpupv/profile.h"

/* The settings as "MEMBER=VALUE " each, those that are left alone not. */
static void describe(struct gv_buf *out, const struct gv_profile *profile)
{
	static const char *const stores[] = {
		[GV_GPUFILE_KEEP] = "", [GV_GPUFILE_OFF] = "no-store ", [GV_GPUFILE_ON] = "store "};
	const struct gv_gpupv_settings *settings = &profile->settings;
	gv_buf_text(out, stores[profile->driver_store]);
	for (int i = 0; i < GV_GPUPV_SETTINGS; i++) {
		if (!settings->at[i].known)
			continue;
		gv_buf_format(out, "%s=", gv_gpupv_setting_rows[i].member);
		gv_gpupv_show_value(out, (enum gv_gpupv_setting)i, settings->at[i]);
		gv_buf_char(out, ' ');
	}
}

/* Profiles that are good, and what they say. */
static const struct good {
	const char *text; /* NULL: the one that is built in */
	const char *says;
} good[] = {
	{NULL, "cacheTypes=on lowMmio=1G highMmio=32G checkpointType=Disabled "
               "automaticCheckpoints=off stopAction=TurnOff "},
	{"gpupv: 1\n", ""},
	{"gpupv: 1\nhigh_mmio: leave\nstop_action: leave\n", ""},
	{"gpupv: 1\nhost_driver_store: on\n", "store "},
	{"gpupv: 1\nhost_driver_store: off\nhigh_mmio: 8G\n", "no-store highMmio=8G "},
	{"gpupv: 1\nhost_driver_store: leave\n", ""},
	{"gpupv: 1\nhigh_mmio: 8G\nlow_mmio: 3584M\n", "lowMmio=3584M highMmio=8G "},
	{"gpupv: 1\nhigh_mmio: 262656M\n", "highMmio=262656M "},
	{"gpupv: 1\ncache_types: off\nautomatic_checkpoints: on\n",
         "cacheTypes=off automaticCheckpoints=on "},
	{"gpupv: 1\nstop_action: shutdown\ncheckpoint_type: productiononly\n",
         "checkpointType=ProductionOnly stopAction=ShutDown "},
};

static void profiles_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct gv_profile profile;
		struct gv_error err = {0};
		struct gv_buf have = {0};
		struct gv_span text =
			good[i].text == NULL ? gv_profile_builtin() : gv_span_of(good[i].text);
		if (gv_profile_read(&profile, text, &err) != GV_OK)
			fail_msg("%u:%u: %s", err.line, err.column, err.message);
		describe(&have, &profile);
		assert_string_equal(have.at, good[i].says);
		gv_buf_dispose(&have);
	}
}

static const struct bad {
	const char *text;
	uint32_t line;
	const char *message;
} bad[] = {
	{"", 1, "the file is empty"},
	{"high_mmio: 32G\n", 1, "a required field is missing: gpupv"},
	{"gpupv: 2\n", 1, "\"2\" is no version of profiles: write gpupv: 1"},
	{"gpupv: 1\nhigh_mmio: 7G\n", 2,
         "high_mmio does not take \"7G\" but a whole number of M or G from 8G to 262656M or leave"},
	{"gpupv: 1\nhigh_mmio: 257G\n", 2, "high_mmio does not take"},
	{"gpupv: 1\nhigh_mmio: 32GB\n", 2, "high_mmio does not take"},
	{"gpupv: 1\nlow_mmio: 4G\n", 2,
         "low_mmio does not take \"4G\" but a whole number of M or G from 1M to 3584M or leave"},
	{"gpupv: 1\nlow_mmio: 0\n", 2, "low_mmio does not take"},
	{"gpupv: 1\ncache_types: true\n", 2,
         "cache_types does not take \"true\" but on, off, or leave"},
	{"gpupv: 1\nhost_driver_store: true\n", 2,
         "host_driver_store does not take \"true\" but on, off, or leave"},
	{"gpupv: 1\nstop_action: Sleep\n", 2,
         "stop_action does not take \"Sleep\" but TurnOff, Save, ShutDown, or leave"},
	{"gpupv: 1\npartition_vram: 1\n", 2, "unknown field partition_vram"},
	{"gpupv: 1\nlow_mmio: 1G\nlow_mmio: 2G\n", 3, "this field stands twice: low_mmio"},
	{"gpupv: 1\nlow_mmio: [1G]\n", 2, "a text is expected here"},
	{"gpupv: 1\nlow_mmio: &a 1G\n", 2, "anchors are not allowed"},
};

static void bad_profiles_are_refused_with_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct gv_profile profile;
		struct gv_error err = {0};
		assert_int_equal(gv_profile_read(&profile, gv_span_of(bad[i].text), &err),
		                 GV_EPARSE);
		if (err.line != bad[i].line || strstr(err.message, bad[i].message) == NULL)
			fail_msg("%s: %u: %s", bad[i].text, err.line, err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_are_read),
		cmocka_unit_test(bad_profiles_are_refused_with_their_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
