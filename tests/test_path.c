/* report/path.h: one name for a file however it is spelt, and its URI. */
#include "support.h"

#include "report/path.h"

static void file_has_one_name(void **state)
{
	(void)state;
	static const struct {
		const char *folder;
		const char *base;
		const char *path;
		const char *want;
	} rows[] = {
		{"/w", NULL, "a.vmx", "a.vmx"},
		{"/w", NULL, "./a.vmx", "a.vmx"},
		{"/w", NULL, ".//x/.//a.vmx", "x/a.vmx"},
		{"/w", NULL, "/w/a.vmx", "a.vmx"},
		{"/w", NULL, "//w/./x//a.vmx", "x/a.vmx"},
		{"/w/", NULL, "a.vmx", "a.vmx"},
		{"/w", NULL, "/wx/a.vmx", "/wx/a.vmx"},
		{"/w", NULL, "/other//a.vmx", "/other/a.vmx"},
		{"/w", NULL, "../a.vmx", "../a.vmx"},
		{"/w", NULL, "x/../a.vmx", "x/../a.vmx"},
		{"/w/sub", "/w", "a.vmx", "sub/a.vmx"},
		{"/w/sub", "/w", "../a.vmx", "a.vmx"},
		{"/w/sub", "/w", "./../b/a.vmx", "b/a.vmx"},
		{"/w/sub", "/w", "../../a.vmx", "../../a.vmx"},
		{"/w/sub", "/w", "../../w/a.vmx", "a.vmx"},
		{"/w/sub", "/w", "x/../a.vmx", "sub/x/../a.vmx"},
		{"/w/sub", "/w", "../../../../w/a.vmx", "a.vmx"}, /* above "/" is "/" */
		{"/", NULL, "a.vmx", "a.vmx"},
		{"/", NULL, "/x/a.vmx", "x/a.vmx"},
		{NULL, NULL, "./x//a.vmx", "x/a.vmx"},
		{NULL, NULL, "/x//a.vmx", "/x/a.vmx"},
		{NULL, "/x", "/x/a.vmx", "a.vmx"},
		{"/w", NULL, "<stdin>", "<stdin>"},
		{"/w", NULL, "...", "..."},
		{"/w", NULL, "n\n\xFF", "n\n\xFF"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_report report = {.folder = rows[i].folder, .base = rows[i].base};
		struct gv_buf out = {0};
		gv_path_locate(&out, &report, rows[i].path);
		assert_span(gv_buf_span(&out), gv_span_of(rows[i].want));
		gv_buf_dispose(&out);
	}
}

static void uri_is_percent_encoded(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"a.vmx", "a.vmx"},
		{"x/a-b_c~1.vmx", "x/a-b_c~1.vmx"},
		{"a b%41\"<>#?:\\[].vmx", "a%20b%2541%22%3C%3E%23%3F%3A%5C%5B%5D.vmx"},
		{"n\n\x7F\xC3\xA9\xFF", "n%0A%7F%C3%A9%FF"},
		{"/w/a b", "file:///w/a%20b"},
		{"c:/x", "c%3A/x"},
		{"", ""},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf out = {0};
		gv_path_uri(&out, gv_span_of(rows[i][0]));
		assert_span(gv_buf_span(&out), gv_span_of(rows[i][1]));
		gv_buf_dispose(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_has_one_name),
		cmocka_unit_test(uri_is_percent_encoded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
