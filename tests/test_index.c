/* The index of a large text: the same answers as line by line, in little memory. */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/vmx.h>

#include "vmx/index.h"

enum { LINES = 40000 }; /* more than a megabyte: less has no filter */

/* A text so large that it has a filter; every 1000th name stands twice, lines differ in shape. */
static struct gv_buf large_text(const char *ending, bool malformed)
{
	struct gv_buf text = {0};
	for (unsigned i = 0; i < LINES; i++) {
		unsigned name = i % 1000 == 999 ? i - 600 : i;
		const char *shape = i % 7 == 3 ? "  Guest.%s%u=value # x" : "guest.%s%u = \"some value\"";
		gv_buf_format(&text, shape, i % 3 == 0 ? "a-name-of-more-than-32-bytes-" : "", name);
		if (malformed && i % 5000 == 0)
			gv_buf_text(&text, " trailing");
		gv_buf_text(&text, ending);
	}
	gv_buf_text(&text, "displayName = \"x\"");
	assert_false(text.failed);
	assert_true(text.len > INDEX_LARGE);
	return text;
}

static struct gv_vmx *parse(const struct gv_buf *text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, gv_buf_span(text), NULL), GV_OK);
	return vmx;
}

/* The names of the entries again, with an index of everything. */
static void index_all(struct names *all, const struct hash_key *key, const struct gv_vmx *vmx)
{
	struct gv_line line = {0};
	names_init(all);
	while (gv_vmx_next(vmx, &line)) {
		struct reader_name name = {
			.start = (uint32_t)line.start,
			.number = line.number,
			.name_at = (uint32_t)line.name_at,
			.name_len = (uint32_t)line.name.len,
			.hash = hash_name(key, line.name),
		};
		if (line.kind == GV_LINE_ENTRY)
			assert_true(names_add(all, gv_vmx_text(vmx), &name));
	}
}

static void assert_same_repeats(const struct gv_vmx *vmx, const struct names *all)
{
	struct gv_line line;
	struct gv_line first;
	assert_int_equal(gv_vmx_counts(vmx)->duplicates, all->repeat_count);
	for (size_t i = 0; i < all->repeat_count; i++) {
		assert_true(gv_vmx_duplicate(vmx, i, &line, &first));
		assert_int_equal(line.number, all->repeats[i].here.number);
		assert_int_equal(first.number, all->repeats[i].first.number);
	}
}

static void repeats_are_those_of_the_whole_index(void **state)
{
	static const char *const endings[] = {"\r\n", "\n", "\r"};
	const struct hash_key key = {{1, 2, 3, 4, 5, 6}};
	(void)state;
	/* Under valgrind the first alone. */
	for (size_t i = 0; i < (COUNT(endings) + MANY_DIVISOR - 1) / MANY_DIVISOR; i++) {
		struct gv_buf text = large_text(endings[i], i == 0);
		struct gv_vmx *vmx = parse(&text);
		struct names all;
		index_all(&all, &key, vmx);
		assert_true(all.repeat_count >= LINES / 1000 - 10);
		assert_same_repeats(vmx, &all);
		names_dispose(&all);
		gv_vmx_free(vmx);
		gv_buf_dispose(&text);
	}
}

static bool finds(const struct gv_vmx *vmx, const char *name, uint32_t number)
{
	struct gv_line line = {0};
	bool found = gv_vmx_find(vmx, gv_span_of(name), &line);
	assert_int_equal(found, number != 0);
	assert_int_equal(found, gv_vmx_has(vmx, gv_span_of(name)));
	return line.number == number;
}

/* Names that stand once are searched for, at first; then the whole index is there. */
static void any_name_is_found(void **state)
{
	(void)state;
	struct gv_buf text = large_text("\n", false);
	struct gv_vmx *vmx = parse(&text);
	assert_true(finds(vmx, "displayName", LINES + 1));
	assert_true(finds(vmx, "config.version", 0));
	assert_true(finds(vmx, "guest.nothing", 0));
	for (unsigned i = 0; i < 40 / MANY_DIVISOR; i++) {
		char name[60];
		unsigned line = i * 990 + 1; /* none that is missing for being a repeat */
		snprintf(name, sizeof name, "GUEST.%s%u",
		         line % 3 == 0 ? "a-name-of-more-than-32-bytes-" : "", line);
		assert_true(finds(vmx, name, line % 1000 == 999 ? 0 : line + 1));
		assert_true(finds(vmx, "guest.nothing", 0));
	}
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

/* The index of a large text of distinct names; the whole index is several times as large. */
static void index_takes_a_tenth_of_the_text(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	for (unsigned i = 0; i < 100000; i++)
		gv_buf_format(&text, "guestinfo.key%07u = \"some value %u\"\n", i, i);
	struct gv_vmx_counts counts;
	struct index *index = malloc(sizeof *index);
	assert_non_null(index);
	assert_true(index_read(index, gv_buf_span(&text), &counts));
	assert_int_equal(counts.entries, 100000);
	assert_int_equal(counts.duplicates, 0);
	size_t filter = index->all.count * sizeof *index->all.words;
	size_t slots = index->entries.slot_count * sizeof *index->entries.slots;
	assert_true(filter > 0 && filter + slots < text.len / 10);
	index_dispose(index);
	free(index);
	gv_buf_dispose(&text);
}

static void the_filter_forgets_nothing(void **state)
{
	(void)state;
	struct filter filter = {0};
	uint64_t hash = 1;
	size_t again = 0;
	assert_true(filter_init(&filter, 1000));
	for (int i = 0; i < 2500; i++, hash = hash * UINT64_C(6364136223846793005) + 1) {
		again += filter_add(&filter, hash);
		assert_true(filter_has(&filter, hash));
		assert_true(filter_add(&filter, hash));
	}
	assert_true(again < 25);
	filter_dispose(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_are_those_of_the_whole_index),
		cmocka_unit_test(any_name_is_found),
		cmocka_unit_test(index_takes_a_tenth_of_the_text),
		cmocka_unit_test(the_filter_forgets_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
