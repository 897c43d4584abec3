/* Bytes sorted into classes: the fast way, the plain way and the definition agree. */
#include "support.h"

#include "vmx/scan.h"

/* Every class of bytes, mostly the plain ones. */
static const char bytes[] = "abcABC\xE9\x80\xFF\x7F .-_0\"\"= \t#\n\r\x1A<%[;\x01\x1F~@`{";

static uint64_t random_state = 1;

static uint64_t next_random(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return random_state >> 33;
}

static bool bit(const uint64_t *bits, size_t at)
{
	return (bits[at / 64] >> at % 64 & 1) != 0;
}

static bool is_one_of(char byte, const char *set)
{
	return byte != '\0' && strchr(set, byte) != NULL;
}

static unsigned seen_in(const char *at, size_t size)
{
	unsigned seen = 0;
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)at[i];
		if (byte > 0x7F)
			seen |= SCAN_HIGH;
		if ((byte < 0x20 && !is_one_of(at[i], "\t\n\r")) || byte == 0x7F)
			seen |= SCAN_CONTROL;
		if (byte == '<')
			seen |= SCAN_LESS;
	}
	return seen;
}

static void assert_scanned(const struct scan *scan, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		assert_int_equal(bit(scan->ends, i), is_one_of(at[i], "\n\r"));
		assert_int_equal(bit(scan->stops, i), is_one_of(at[i], " \t#="));
		assert_int_equal(bit(scan->quotes, i), at[i] == '"');
	}
	size_t behind = (size + 63) / 64 * 64 + 64;
	for (size_t i = size; i < behind && i < 64 * (SCAN_WORDS + 1); i++)
		assert_false(bit(scan->ends, i) || bit(scan->stops, i) || bit(scan->quotes, i));
	assert_int_equal(scan->seen, seen_in(at, size));
}

/* Both ways, on memory of just that size, so that the sanitizers see a byte read too much. */
static void assert_both_right(const char *at, size_t size, size_t offset)
{
	struct scan scan;
	char *exact = malloc(size + offset + 1);
	assert_non_null(exact);
	memcpy(exact + 1 + offset, at, size);
	memset(&scan, 0xFF, sizeof scan);
	scan_read(&scan, exact + 1 + offset, size);
	assert_scanned(&scan, at, size);
	memset(&scan, 0xFF, sizeof scan);
	scan_read_plain(&scan, exact + 1 + offset, size);
	assert_scanned(&scan, at, size);
	free(exact);
}

static void every_byte_has_its_classes(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char block[100];
		memset(block, 'a', sizeof block);
		for (size_t at = 0; at < sizeof block; at += 33) {
			block[at] = (char)i;
			assert_both_right(block, sizeof block, 0);
		}
	}
}

static void sizes_and_alignments_make_no_difference(void **state)
{
	(void)state;
	for (size_t size = 0; size < 200; size++) {
		char text[200];
		for (size_t i = 0; i < size; i++)
			text[i] = bytes[next_random() % sizeof bytes];
		assert_both_right(text, size, next_random() % 64);
	}
}

static void whole_stretches_are_scanned(void **state)
{
	(void)state;
	static char text[SCAN_BYTES];
	for (size_t size = SCAN_BYTES; size > SCAN_BYTES - 130; size--) {
		for (size_t i = 0; i < size; i++)
			text[i] = bytes[next_random() % sizeof bytes];
		assert_both_right(text, size, size % 32);
	}
}

static void a_window_begins_at_any_bit(void **state)
{
	(void)state;
	uint64_t bits[5];
	for (size_t i = 0; i < COUNT(bits); i++)
		bits[i] = next_random() << 33 ^ next_random();
	for (size_t at = 0; at < 4 * 64; at++) {
		uint64_t window = scan_window(bits, at);
		for (size_t i = 0; i < SCAN_WINDOW; i++)
			assert_int_equal(window >> i & 1, bit(bits, at + i));
	}
}

static void zeros_and_ones_are_counted(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(scan_zeros(UINT64_C(1) << i), i);
		assert_int_equal(scan_zeros(UINT64_MAX << i), i);
		assert_int_equal(scan_ones(UINT64_MAX << i), 64 - i);
	}
	assert_int_equal(scan_ones(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_has_its_classes),
		cmocka_unit_test(sizes_and_alignments_make_no_difference),
		cmocka_unit_test(whole_stretches_are_scanned),
		cmocka_unit_test(a_window_begins_at_any_bit),
		cmocka_unit_test(zeros_and_ones_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
