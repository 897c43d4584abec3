/* The hash of a name: case does not matter, everything else does. */
#include "support.h"

#include "vmx/hash.h"

static const struct hash_key key = {{
	UINT64_C(0x0123456789ABCDEF), UINT64_C(0xFEDCBA9876543210), UINT64_C(0x0F1E2D3C4B5A6978),
	UINT64_C(0x13579BDF02468ACE), UINT64_C(0xDEADBEEFCAFEF00D), UINT64_C(0x5851F42D4C957F2D),
}};

static uint64_t whole(const char *text, size_t len)
{
	return hash_name(&key, (struct gv_span){text, len}).whole;
}

static void only_the_case_of_letters_is_ignored(void **state)
{
	(void)state;
	for (int i = 1; i < 256; i++) {
		char name[] = {'x', (char)i, 'y'};
		for (int j = 1; j < 256; j++) {
			char other[] = {'X', (char)j, 'Y'};
			bool same = gv_span_equal_nocase((struct gv_span){name, 3},
			                                 (struct gv_span){other, 3});
			assert_int_equal(whole(name, 3) == whole(other, 3), same);
		}
	}
}

static void every_byte_of_a_name_of_any_length_counts(void **state)
{
	(void)state;
	char name[140];
	memset(name, 'n', sizeof name);
	for (size_t len = 1; len < sizeof name; len++) {
		uint64_t before = whole(name, len);
		assert_true(whole(name, len - 1) != before);
		for (size_t i = 0; i < len; i++) {
			name[i] = 'm';
			assert_true(whole(name, len) != before);
			name[i] = 'N';
			assert_true(whole(name, len) == before);
			name[i] = 'n';
		}
	}
}

/* Blocks that change places, which a sum of them would not see. */
static void the_order_of_blocks_counts(void **state)
{
	(void)state;
	char name[96];
	memset(name, 'a', 32);
	memset(name + 32, 'b', 32);
	memset(name + 64, 'a', 32);
	assert_true(whole(name, 64) != whole(name + 32, 64));
}

static void the_quick_way_agrees(void **state)
{
	(void)state;
	char text[64] = "Some.Name:With-all_kinds[of]{bytes}@^`~ \xE9\xC9";
	for (size_t len = 1; len <= HASH_BLOCK; len++) {
		struct name_hash quick = hash_short_name(&key, (struct gv_span){text, len});
		struct name_hash hash = hash_name(&key, (struct gv_span){text, len});
		assert_true(quick.whole == hash.whole);
		for (int i = 0; i < HASH_HEADS; i++)
			assert_int_equal(quick.head[i], hash.head[i]);
	}
}

static void heads_are_of_the_first_bytes_alone(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool four;
		bool twelve;
	} rows[] = {
		{"abcd", "ABCDefgh", true, false},
		{"abcx", "abcd", false, false},
		{"abcdefghijkl", "ABCDEFGHIJKLMNOP", true, true},
		{"abcdefghijkx", "abcdefghijkl", true, false},
		{"abc", "abcd", false, false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name_hash a = hash_name(&key, gv_span_of(rows[i].a));
		struct name_hash b = hash_name(&key, gv_span_of(rows[i].b));
		assert_int_equal(a.head[HASH_HEAD_4] == b.head[HASH_HEAD_4], rows[i].four);
		assert_int_equal(a.head[HASH_HEAD_12] == b.head[HASH_HEAD_12], rows[i].twelve);
	}
}

static void another_key_gives_other_hashes(void **state)
{
	(void)state;
	struct hash_key one;
	struct hash_key other;
	hash_make_key(&one, 1, 2);
	hash_make_key(&other, 1, 3);
	for (size_t i = 0; i < COUNT(one.word); i++)
		assert_true(one.word[i] != other.word[i]);
	assert_true(hash_name(&one, SPAN("a")).whole != hash_name(&other, SPAN("a")).whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_case_of_letters_is_ignored),
		cmocka_unit_test(every_byte_of_a_name_of_any_length_counts),
		cmocka_unit_test(the_order_of_blocks_counts),
		cmocka_unit_test(the_quick_way_agrees),
		cmocka_unit_test(heads_are_of_the_first_bytes_alone),
		cmocka_unit_test(another_key_gives_other_hashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
