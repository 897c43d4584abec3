/* gpuvirt/error.h: the first failure is kept, whatever fails later. */
#include "support.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include <gpuvirt/error.h>

static char long_text[2 * sizeof((struct gv_error){0}.message)];

static const char *make_long_text(const char *piece)
{
	size_t len = strlen(piece);
	for (size_t at = 0; at + len < sizeof long_text; at += len)
		memcpy(long_text + at, piece, len + 1);
	return long_text;
}

static void failing_returns_its_status(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(gv_fail(&err, GV_EREFUSED, "no: %d", 7), GV_EREFUSED);
	assert_int_equal(err.status, GV_EREFUSED);
	assert_string_equal(err.message, "no: 7");
	assert_int_equal(err.code, 0);
	assert_int_equal(err.line, 0);
	assert_int_equal(err.column, 0);
}

static void place_is_kept(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(gv_fail_at(&err, GV_EPARSE, 12, 3, "expected '%c'", '='), GV_EPARSE);
	assert_int_equal(err.status, GV_EPARSE);
	assert_int_equal(err.line, 12);
	assert_int_equal(err.column, 3);
	assert_string_equal(err.message, "expected '='");
}

static void system_failure_has_code_and_text(void **state)
{
	(void)state;
	struct gv_error err = {0};
	char want[200];
	assert_int_equal(gv_fail_system(&err, EACCES, "cannot open %s", "x"), GV_ESYSTEM);
	assert_int_equal(err.status, GV_ESYSTEM);
	assert_int_equal(err.code, EACCES);
	snprintf(want, sizeof want, "cannot open x: %s", strerror(EACCES));
	assert_string_equal(err.message, want);
}

static void system_out_of_memory_is_out_of_memory(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(gv_fail_system(&err, ENOMEM, "cannot open"), GV_ENOMEM);
	assert_int_equal(err.status, GV_ENOMEM);
}

static void memory_failure_has_a_message(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(gv_fail_memory(&err), GV_ENOMEM);
	assert_int_equal(err.status, GV_ENOMEM);
	assert_string_equal(err.message, "out of memory");
}

/* Fails in each of the ways; the status is the new one, the record the old one. */
static void first_failure_wins(void **state)
{
	(void)state;
	struct gv_error err = {0};
	gv_fail_at(&err, GV_EPARSE, 4, 5, "first");
	struct gv_error before = err;
	assert_int_equal(gv_fail(&err, GV_EEXIST, "second"), GV_EEXIST);
	assert_int_equal(gv_fail_at(&err, GV_ENOENT, 1, 1, "third"), GV_ENOENT);
	assert_int_equal(gv_fail_system(&err, EIO, "fourth"), GV_ESYSTEM);
	assert_int_equal(gv_fail_memory(&err), GV_ENOMEM);
	assert_memory_equal(&err, &before, sizeof err);
}

static void no_record_is_needed(void **state)
{
	(void)state;
	assert_int_equal(gv_fail(NULL, GV_EINVAL, "x"), GV_EINVAL);
	assert_int_equal(gv_fail_at(NULL, GV_EPARSE, 1, 1, "x"), GV_EPARSE);
	assert_int_equal(gv_fail_system(NULL, EIO, "x"), GV_ESYSTEM);
	assert_int_equal(gv_fail_memory(NULL), GV_ENOMEM);
}

static void long_message_is_cut(void **state)
{
	(void)state;
	struct gv_error err = {0};
	size_t most = sizeof err.message - 1;
	assert_int_equal(gv_fail(&err, GV_EINVAL, "%s", make_long_text("abc")), GV_EINVAL);
	assert_int_equal(strlen(err.message), most);
	assert_memory_equal(err.message, long_text, most);
}

static void long_system_message_is_cut(void **state)
{
	(void)state;
	for (size_t room = 0; room < 4; room++) {
		struct gv_error err = {0};
		int len = (int)(sizeof err.message - 1 - room);
		make_long_text("abc");
		assert_int_equal(gv_fail_system(&err, EIO, "%.*s", len, long_text), GV_ESYSTEM);
		assert_int_equal(strlen(err.message), sizeof err.message - 1);
		assert_int_equal(err.code, EIO);
	}
}

/* The message is UTF-8: a character that does not fit whole is left out. */
static void cut_leaves_no_half_character(void **state)
{
	(void)state;
	static const char *const pieces[] = {"\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80"};
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct gv_error err = {0};
		gv_fail(&err, GV_EINVAL, "%s", make_long_text(pieces[i]));
		assert_int_equal(strlen(err.message) % strlen(pieces[i]), 0);
	}
}

static void every_status_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < GV_STATUS_COUNT; i++) {
		const char *name = gv_status_name((enum gv_status)i);
		assert_non_null(name);
		assert_string_not_equal(name, "");
		assert_string_not_equal(name, "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(name, gv_status_name((enum gv_status)j));
	}
}

static void status_outside_the_enum_is_unknown(void **state)
{
	(void)state;
	assert_string_equal(gv_status_name(GV_STATUS_COUNT), "unknown");
	assert_string_equal(gv_status_name((enum gv_status)(GV_STATUS_COUNT + 1)), "unknown");
	assert_string_equal(gv_status_name((enum gv_status)INT_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_returns_its_status),
		cmocka_unit_test(place_is_kept),
		cmocka_unit_test(system_failure_has_code_and_text),
		cmocka_unit_test(system_out_of_memory_is_out_of_memory),
		cmocka_unit_test(memory_failure_has_a_message),
		cmocka_unit_test(first_failure_wins),
		cmocka_unit_test(no_record_is_needed),
		cmocka_unit_test(long_message_is_cut),
		cmocka_unit_test(long_system_message_is_cut),
		cmocka_unit_test(cut_leaves_no_half_character),
		cmocka_unit_test(every_status_has_its_own_name),
		cmocka_unit_test(status_outside_the_enum_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
