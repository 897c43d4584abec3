/* The |XX escapes, both ways, with the quirks of VMware's reader. */
#include "support.h"

#include <gpuvirt/vmx.h>

#define BYTES(literal) {(literal), sizeof(literal) - 1}

static const struct {
	struct gv_span raw;
	struct gv_span value;
} read_rows[] = {
	{BYTES(""), BYTES("")},
	{BYTES("TRUE"), BYTES("TRUE")},
	{BYTES("|22"), BYTES("\"")},
	{BYTES("a|22b|22c"), BYTES("a\"b\"c")},
	{BYTES("|7C"), BYTES("|")},
	{BYTES("|7c"), BYTES("|")},
	{BYTES("|7C22"), BYTES("|22")},
	{BYTES("|0D|0A"), BYTES("\r\n")},
	{BYTES("|0d|0a"), BYTES("\r\n")},
	{BYTES("|aF|Fa"), BYTES("\xAF\xFA")},
	{BYTES("|99|00"), BYTES("\x99")},
	{BYTES("|09"), BYTES("\t")},
	{BYTES("||22"), BYTES("||22")},
	{BYTES("|||22"), BYTES("||\"")},
	{BYTES("|4|22"), BYTES("|4|22")},
	{BYTES("|4||22"), BYTES("|4|\"")},
	{BYTES("|4z|22"), BYTES("|4z\"")},
	{BYTES("|zz"), BYTES("|zz")},
	{BYTES("|z22"), BYTES("|z22")},
	{BYTES("|g0"), BYTES("|g0")},
	{BYTES("|0g"), BYTES("|0g")},
	{BYTES("|@0|`0|:0|/0"), BYTES("|@0|`0|:0|/0")},
	{BYTES("|G0|0G|0@|0`|0:|0/"), BYTES("|G0|0G|0@|0`|0:|0/")},
	{BYTES("|4"), BYTES("|4")},
	{BYTES("|"), BYTES("|")},
	{BYTES("||"), BYTES("||")},
	{BYTES("a|"), BYTES("a|")},
	{BYTES("a|22|"), BYTES("a\"|")},
	{BYTES("|2 2"), BYTES("|2 2")},
	{BYTES("|-1"), BYTES("|-1")},
	{BYTES("a|00b"), BYTES("a")},
	{BYTES("|00"), BYTES("")},
	{BYTES("a|00|22"), BYTES("a")},
	{BYTES("C:\\x\\"), BYTES("C:\\x\\")},
	{BYTES("\xCE\xBB|22"), BYTES("\xCE\xBB\"")},
	{BYTES("\xB4|2"), BYTES("\xB4|2")},
};

static void reads_escapes_as_vmware_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(read_rows); i++) {
		struct gv_buf value = {0};
		gv_vmx_unescape(&value, read_rows[i].raw);
		assert_span(gv_buf_span(&value), read_rows[i].value);
		gv_buf_dispose(&value);
	}
}

static void means_what_it_reads_and_nothing_near_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(read_rows); i++) {
		struct gv_span value = read_rows[i].value;
		struct gv_buf longer = {0};
		gv_buf_add(&longer, value);
		gv_buf_char(&longer, 'x');
		assert_true(gv_vmx_means(read_rows[i].raw, value));
		assert_false(gv_vmx_means(read_rows[i].raw, gv_buf_span(&longer)));
		if (value.len > 0)
			assert_false(gv_vmx_means(read_rows[i].raw,
			                          gv_span_part(value, 0, value.len - 1)));
		gv_buf_dispose(&longer);
	}
	assert_false(gv_vmx_means(SPAN("TRUE"), SPAN("true")));
	assert_false(gv_vmx_means(SPAN("|22"), SPAN("|22")));
	assert_false(gv_vmx_means(SPAN("a|00b"), SPAN("a\0b")));
}

static void writes_escapes_as_vmware_does(void **state)
{
	static const struct {
		struct gv_span value;
		struct gv_span raw;
	} rows[] = {
		{BYTES(""), BYTES("")},
		{BYTES("TRUE"), BYTES("TRUE")},
		{BYTES("\""), BYTES("|22")},
		{BYTES("|"), BYTES("|7C")},
		{BYTES("|22"), BYTES("|7C22")},
		{BYTES("a\"b|c"), BYTES("a|22b|7Cc")},
		{BYTES("\r\n"), BYTES("|0D|0A")},
		{BYTES("\x01\x1F\x7F"), BYTES("|01|1F|7F")},
		{BYTES("\x1A\x1B"), BYTES("|1A|1B")},
		{BYTES("a\0b"), BYTES("a|00b")},
		{BYTES("\t a # = ~"), BYTES("\t a # = ~")},
		{BYTES("C:\\x\\"), BYTES("C:\\x\\")},
		{BYTES("\x80\x85\xFF\xCE\xBB"), BYTES("\x80\x85\xFF\xCE\xBB")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf raw = {0};
		gv_vmx_escape(&raw, rows[i].value);
		assert_span(gv_buf_span(&raw), rows[i].raw);
		gv_buf_dispose(&raw);
	}
}

static void every_byte_comes_back(void **state)
{
	(void)state;
	for (int i = 1; i < 256; i++) {
		char byte = (char)i;
		struct gv_buf raw = {0};
		struct gv_buf back = {0};
		gv_vmx_escape(&raw, (struct gv_span){&byte, 1});
		gv_vmx_unescape(&back, gv_buf_span(&raw));
		assert_span(gv_buf_span(&back), (struct gv_span){&byte, 1});
		bool plain = i >= 0x20 && i < 0x7F && i != '"' && i != '|';
		assert_int_equal(raw.len == 1, plain || i >= 0x80 || i == '\t');
		gv_buf_dispose(&raw);
		gv_buf_dispose(&back);
	}
}

/* Up to ROOM bytes, every other one from what escapes are made of. */
static struct gv_span random_bytes(uint64_t *seed, char *room, size_t size)
{
	static const char special[] = "|||0247cCaFgG\"\n";
	size_t len = (size_t)(random_next(seed) % (size + 1));
	for (size_t i = 0; i < len; i++) {
		uint64_t number = random_next(seed) >> 20;
		room[i] = number % 2 == 0 ? (char)(number >> 8)
		                          : special[(number >> 8) % (sizeof special - 1)];
	}
	return (struct gv_span){room, len};
}

static struct gv_span without_nul(char *room, size_t len)
{
	for (size_t i = 0; i < len; i++)
		room[i] = room[i] == '\0' ? '|' : room[i];
	return (struct gv_span){room, len};
}

static void what_is_escaped_reads_back_the_same(void **state)
{
	uint64_t seed = 20240611;
	(void)state;
	for (int round = 0; round < 20000; round++) {
		char room[24];
		struct gv_buf raw = {0};
		struct gv_buf back = {0};
		struct gv_span value = random_bytes(&seed, room, sizeof room);
		value = without_nul(room, value.len);
		gv_vmx_escape(&raw, value);
		gv_vmx_unescape(&back, gv_buf_span(&raw));
		assert_span(gv_buf_span(&back), value);
		assert_true(gv_vmx_means(gv_buf_span(&raw), value));
		gv_buf_dispose(&raw);
		gv_buf_dispose(&back);
	}
}

static void means_agrees_with_unescape(void **state)
{
	uint64_t seed = 77;
	(void)state;
	for (int round = 0; round < 20000; round++) {
		char room[12];
		char other_room[12];
		struct gv_buf value = {0};
		struct gv_span raw = random_bytes(&seed, room, sizeof room);
		struct gv_span other = random_bytes(&seed, other_room, round % 3 == 0 ? 1 : 12);
		gv_vmx_unescape(&value, raw);
		assert_true(gv_vmx_means(raw, gv_buf_span(&value)));
		assert_int_equal(gv_vmx_means(raw, other),
		                 gv_span_equal(gv_buf_span(&value), other));
		gv_buf_dispose(&value);
	}
}

static void unescape_appends_to_what_is_there(void **state)
{
	struct gv_buf out = {0};
	(void)state;
	gv_buf_text(&out, "x");
	gv_vmx_unescape(&out, SPAN("|41"));
	gv_vmx_escape(&out, SPAN("|"));
	assert_span(gv_buf_span(&out), SPAN("xA|7C"));
	gv_buf_dispose(&out);
}

static void a_name_is_anything_without_delimiters_and_controls(void **state)
{
	static const char bad[] = " \t#=\n\r\v\f\x01\x1A\x7F";
	(void)state;
	for (int i = 0; i < 256; i++) {
		char name[] = {'a', (char)i, 'b'};
		bool ok = i != 0 && i >= 0x20 && strchr(bad, i) == NULL;
		assert_int_equal(gv_vmx_name_ok((struct gv_span){name, 3}), ok);
		assert_int_equal(gv_vmx_name_ok((struct gv_span){name + 1, 1}), ok);
	}
	assert_false(gv_vmx_name_ok(SPAN("")));
	assert_true(gv_vmx_name_ok(SPAN("scsi0:0.fileName")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_escapes_as_vmware_does),
		cmocka_unit_test(means_what_it_reads_and_nothing_near_it),
		cmocka_unit_test(writes_escapes_as_vmware_does),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(what_is_escaped_reads_back_the_same),
		cmocka_unit_test(means_agrees_with_unescape),
		cmocka_unit_test(unescape_appends_to_what_is_there),
		cmocka_unit_test(a_name_is_anything_without_delimiters_and_controls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
