#include "support.h"

#include "base/base64.h"

/* RFC 4648, section 10, and bytes beyond ASCII. */
static void bytes_become_letters(void **state)
{
	(void)state;
	static const struct {
		struct gv_span bytes;
		struct gv_span text;
	} rows[] = {
		{{"", 0}, {"", 0}},
		{{"f", 1}, {"Zg==", 4}},
		{{"fo", 2}, {"Zm8=", 4}},
		{{"foo", 3}, {"Zm9v", 4}},
		{{"foob", 4}, {"Zm9vYg==", 8}},
		{{"fooba", 5}, {"Zm9vYmE=", 8}},
		{{"foobar", 6}, {"Zm9vYmFy", 8}},
		{{"\0\xff\xfe\xfb", 4}, {"AP/++w==", 8}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf out = {0};
		gv_buf_text(&out, "x");
		gv_base64_add(&out, rows[i].bytes);
		assert_span(gv_span_part(gv_buf_span(&out), 1, out.len), rows[i].text);
		gv_buf_dispose(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
