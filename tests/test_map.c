#include "support.h"

#include <stdio.h>

#include "base/map.h"

enum { MANY = 5000 };

static void what_is_put_is_found(void **state)
{
	(void)state;
	static char keys[MANY][12];
	struct gv_map map = {0};
	assert_null(gv_map_get(&map, SPAN("0")));
	for (int i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof keys[i], "%d", i);
		assert_true(gv_map_put(&map, gv_span_of(keys[i]), keys[i]));
	}
	for (int i = 0; i < MANY; i++)
		assert_ptr_equal(gv_map_get(&map, gv_span_of(keys[i])), keys[i]);
	assert_null(gv_map_get(&map, SPAN("5000")));
	assert_null(gv_map_get(&map, SPAN("")));
	assert_null(gv_map_get(&map, SPAN("0\0")));
	gv_map_dispose(&map);
	assert_null(gv_map_get(&map, SPAN("0")));
}

static void keys_are_bytes(void **state)
{
	(void)state;
	int values[3];
	static const struct gv_span keys[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}};
	struct gv_map map = {0};
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_true(gv_map_put(&map, keys[i], &values[i]));
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_ptr_equal(gv_map_get(&map, keys[i]), &values[i]);
	gv_map_dispose(&map);
}

/* With a poor hash all of them would lie in one run of slots. */
static void keys_are_spread(void **state)
{
	(void)state;
	static char keys[MANY][300];
	struct gv_map map = {0};
	size_t longest = 0;
	size_t run = 0;
	for (int i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof keys[i], "%0250d/vm", i);
		assert_true(gv_map_put(&map, gv_span_of(keys[i]), keys[i]));
	}
	for (size_t i = 0; i < map.slot_count; i++) {
		run = map.slots[i].value == NULL ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	assert_in_range(longest, 1, 200);
	gv_map_dispose(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_found),
		cmocka_unit_test(keys_are_bytes),
		cmocka_unit_test(keys_are_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
