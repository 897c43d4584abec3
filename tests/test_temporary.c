/* Names of temporary files: what they tell, and which are never taken for one. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "base/temporary.h"
#include "platform/os.h"

static const struct gv_os_self me = {.machine = 0x11111111,
                                     .boot = 0x22222222,
                                     .space = 0x33333333,
                                     .pid = 4444,
                                     .started = 5555};
static struct gv_os_self self;
static enum gv_os_life life;
static uint64_t life_started;
static int64_t asked_after;

void __wrap_gv_os_self(struct gv_os_self *out);
void __wrap_gv_os_self(struct gv_os_self *out)
{
	*out = self;
}

enum gv_os_life __wrap_gv_os_process(int64_t pid, uint64_t *started);
enum gv_os_life __wrap_gv_os_process(int64_t pid, uint64_t *started)
{
	asked_after = pid;
	*started = life_started;
	return life;
}

static int set_up(void **state)
{
	(void)state;
	self = me;
	return 0;
}

static void names_tell_what_went_into_them(void **state)
{
	static const enum gv_temp_use uses[] = {GV_TEMP_KEEP, GV_TEMP_DISCARD, GV_TEMP_COPY,
	                                        GV_TEMP_UNDO};
	static const struct gv_os_self makers[] = {
		{0, 0, 0, 0, 0},
		{1, 2, 3, 4, 5},
		{UINT32_MAX, UINT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX},
	};
	static const uint64_t originals[] = {0, 1, UINT64_MAX};
	(void)state;
	for (size_t i = 0; i < COUNT(uses) * COUNT(makers) * COUNT(originals); i++) {
		char name[GV_TEMP_SIZE];
		struct gv_temp temp;
		uint64_t original = originals[i / 12];
		self = makers[i / 4 % 3];
		gv_temp_name(name, uses[i % 4], original, "my.vmx", SPAN("a text"));
		assert_true(strlen(name) < GV_TEMP_SIZE - 1);
		assert_true(gv_temp_is_name(name));
		assert_true(gv_temp_read(&temp, name));
		assert_int_equal(temp.use, uses[i % 4]);
		assert_int_equal(temp.machine, self.machine);
		assert_int_equal(temp.boot, self.boot);
		assert_int_equal(temp.space, self.space);
		assert_true(temp.pid == self.pid && temp.started == self.started);
		assert_true(temp.original == original);
		assert_int_equal(temp.target, gv_temp_target("my.vmx"));
		assert_true(temp.content == gv_temp_content(SPAN("a text")));
	}
	assert_int_not_equal(gv_temp_target("my.vmx"), gv_temp_target("my.vmy"));
}

/* A byte more, less or changed anywhere is another content. */
static void contents_are_told_apart(void **state)
{
	char text[41];
	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t len = 0; len <= 40; len++) {
		uint64_t whole = gv_temp_content((struct gv_span){text, len});
		assert_true(whole == gv_temp_content((struct gv_span){text, len}));
		assert_true(whole != gv_temp_content((struct gv_span){text, len + 1}));
		for (size_t i = 0; i < len; i++) {
			text[i] = 'b';
			assert_true(whole != gv_temp_content((struct gv_span){text, len}));
			text[i] = 'a';
		}
	}
}

static void names_are_different_each_time(void **state)
{
	char names[500][GV_TEMP_SIZE];
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		gv_temp_name(names[i], GV_TEMP_KEEP, 1, "my.vmx", (struct gv_span){0});
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

static void assert_rejected(const char *name)
{
	struct gv_temp temp = {.pid = 77};
	if (gv_temp_read(&temp, name) || gv_temp_is_name(name))
		fail_msg("taken for one of ours: %s", name);
	assert_true(temp.pid == 77);
}

static void every_other_byte_is_rejected(void **state)
{
	char name[GV_TEMP_SIZE];
	(void)state;
	gv_temp_name(name, GV_TEMP_KEEP, 123456, "my.vmx", (struct gv_span){0});
	for (size_t i = 0; name[i] != '\0'; i++) {
		char right = name[i];
		for (int byte = 0; byte < 256; byte++) {
			name[i] = (char)byte;
			if (name[i] != right)
				assert_rejected(name);
		}
		name[i] = right;
	}
	assert_true(gv_temp_is_name(name));
}

static void every_other_length_is_rejected(void **state)
{
	char name[GV_TEMP_SIZE];
	char other[GV_TEMP_SIZE + 2];
	(void)state;
	gv_temp_name(name, GV_TEMP_DISCARD, 123456, "my.vmx", (struct gv_span){0});
	size_t len = strlen(name);
	for (size_t i = 0; i < len; i++) {
		snprintf(other, sizeof other, "%.*s", (int)i, name);
		assert_rejected(other);
		assert_rejected(name + i + 1);
		snprintf(other, sizeof other, "%.*s%s", (int)i, name, name + i + 1);
		if (strcmp(other, name) != 0)
			assert_rejected(other);
		snprintf(other, sizeof other, "%.*s0%s", (int)i, name, name + i);
		assert_rejected(other);
	}
}

static void names_of_others_are_rejected(void **state)
{
	static const char *const names[] = {
		"",
		".",
		".gpuvirt-",
		".gpuvirt-.tmp",
		".gpuvirt-k",
		".gpuvirt-k-",
		".gpuvirt-0123456789abcdef.tmp",
		".gpuvirt-k-0-0-0-0-0-0-0-0-0.tmp",
		".gpuvirt-k-00000000-00000000-00000000-0-0-0-00000000-00000000-00000000.tmp",
		".gpuvirt-k-11111111-22222222-33333333-115c-15b3-1-f49faa8d-00000000-deadbeef.tmp",
		".gpuvirt-k---------.tmp",
		"my.vmx",
		"my.vmx~",
		"my.vmx.bak",
	};
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_rejected(names[i]);
}

enum { SECOND = 1000000000 };
static const uint64_t day = UINT64_C(24) * 3600 * SECOND;

static void orphans_are_those_whose_maker_is_known_to_be_dead(void **state)
{
	static const struct {
		const char *what;
		struct gv_os_self finder; /* machine, boot, space */
		struct gv_temp temp;
		enum gv_os_life life;
		uint64_t started;
		bool orphan; /* at once */
		bool after_a_day;
	} rows[] = {
		{"dead", {7, 8, 9, 0, 0}, {0, 7, 8, 9, 5, 6, 0, 0, 0}, GV_OS_DEAD, 0, true, true},
		{"alive",
	         {7, 8, 9, 0, 0},
	         {0, 7, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_ALIVE,
	         6,
	         false,
	         false},
		{"number used again",
	         {7, 8, 9, 0, 0},
	         {0, 7, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_ALIVE,
	         60,
	         true,
	         true},
		{"its start cannot be read",
	         {7, 8, 9, 0, 0},
	         {0, 7, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_ALIVE,
	         0,
	         false,
	         false},
		{"its start was not known",
	         {7, 8, 9, 0, 0},
	         {0, 7, 8, 9, 5, 0, 0, 0, 0},
	         GV_OS_ALIVE,
	         6,
	         false,
	         false},
		{"machine started anew",
	         {7, 8, 9, 0, 0},
	         {0, 7, 1, 9, 5, 6, 0, 0, 0},
	         GV_OS_ALIVE,
	         6,
	         true,
	         true},
		{"anew, another container",
	         {7, 8, 9, 0, 0},
	         {0, 7, 1, 2, 5, 6, 0, 0, 0},
	         GV_OS_ALIVE,
	         6,
	         true,
	         true},
		{"another container",
	         {7, 8, 9, 0, 0},
	         {0, 7, 8, 2, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"another machine",
	         {7, 8, 9, 0, 0},
	         {0, 1, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"another machine and start",
	         {7, 8, 9, 0, 0},
	         {0, 1, 2, 9, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"machines not known",
	         {0, 8, 9, 0, 0},
	         {0, 0, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"nothing known",
	         {0, 0, 0, 0, 0},
	         {0, 0, 0, 0, 5, 0, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"its boot not known",
	         {7, 8, 9, 0, 0},
	         {0, 7, 0, 9, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
		{"our boot not known",
	         {7, 0, 9, 0, 0},
	         {0, 7, 8, 9, 5, 6, 0, 0, 0},
	         GV_OS_DEAD,
	         0,
	         false,
	         true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		self = rows[i].finder;
		life = rows[i].life;
		life_started = rows[i].started;
		if (gv_temp_is_orphan(&rows[i].temp, day) != rows[i].orphan ||
		    gv_temp_is_orphan(&rows[i].temp, day + 1) != rows[i].after_a_day)
			fail_msg("%s", rows[i].what);
	}
}

static void the_process_asked_after_is_the_maker(void **state)
{
	char name[GV_TEMP_SIZE];
	struct gv_temp temp;
	(void)state;
	gv_temp_name(name, GV_TEMP_KEEP, 1, "my.vmx", (struct gv_span){0});
	assert_true(gv_temp_read(&temp, name));
	life = GV_OS_ALIVE;
	life_started = me.started;
	assert_false(gv_temp_is_orphan(&temp, 0));
	assert_true(asked_after == me.pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names_tell_what_went_into_them, set_up),
		cmocka_unit_test_setup(contents_are_told_apart, set_up),
		cmocka_unit_test_setup(names_are_different_each_time, set_up),
		cmocka_unit_test_setup(every_other_byte_is_rejected, set_up),
		cmocka_unit_test_setup(every_other_length_is_rejected, set_up),
		cmocka_unit_test_setup(names_of_others_are_rejected, set_up),
		cmocka_unit_test_setup(orphans_are_those_whose_maker_is_known_to_be_dead, set_up),
		cmocka_unit_test_setup(the_process_asked_after_is_the_maker, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
