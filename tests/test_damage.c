/* Whether a text is a whole .vmx, by the text alone. */
#include "support.h"

#include "rescue/damage.h"

/* A text that may hold NULs, in a table. */
#define TEXT(literal)                                                                              \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

static void what_is_damaged(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		enum gv_damage damage;
		const char *why;
	} table[] = {
		{TEXT(""), GV_DAMAGE_EMPTY, "it has no bytes"},
		{TEXT("\r\n \t\n"), GV_DAMAGE_EMPTY, "it has only blank lines"},
		{TEXT("\0"), GV_DAMAGE_ZEROS, "all 1 bytes are NUL"},
		{TEXT("\0\0\0\0\0\0\0\0\0\0"), GV_DAMAGE_ZEROS, "all 10 bytes are NUL"},
		{TEXT("memsize = \"1\"\n\0\0\0"), GV_DAMAGE_CUT, "its last 3 bytes are NUL"},
		{TEXT("memsize = \"1\"\nnum"), GV_DAMAGE_CUT, "line 2, the last, breaks off"},
		{TEXT("memsize = \"1\"\r\nnum ="), GV_DAMAGE_CUT, "line 2, the last, breaks off"},
		{TEXT("memsize = \"1\"\nnum = "), GV_DAMAGE_CUT, "line 2, the last, breaks off"},
		{TEXT("memsize = \"1\"\nnum = \""), GV_DAMAGE_CUT, "line 2, the last, breaks off"},
		{TEXT("memsize = \"1\"\nnum = \"4"), GV_DAMAGE_CUT, "line 2, the last, breaks off"},
		{TEXT("mem"), GV_DAMAGE_CUT, "line 1, the last, breaks off"},
		{TEXT("memsize = \"1\"\n\1\2\3\4\5\6\7\n"), GV_DAMAGE_GARBAGE, "it is binary"},
		/* whole, whatever else is wrong with it */
		{TEXT("memsize = \"1\"\n"), GV_DAMAGE_NONE, ""},
		{TEXT("memsize = \"1\""), GV_DAMAGE_NONE, ""},
		{TEXT("firmware = efi"), GV_DAMAGE_NONE, ""},
		{TEXT("num =\n"), GV_DAMAGE_NONE, ""},
		{TEXT("num = \"4\n"), GV_DAMAGE_NONE, ""},
		{TEXT("memsize = \"1\"\n# comment"), GV_DAMAGE_NONE, ""},
		{TEXT("m\0e\0m\0s\0i\0z\0e\0=\0001\0\n\0"), GV_DAMAGE_NONE, ""},
		{TEXT("memsize = \"1\"\n\0\0num = \"1\"\n"), GV_DAMAGE_NONE, ""},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct gv_vmx *vmx = NULL;
		struct gv_error err = {0};
		struct gv_buf why = {0};
		assert_int_equal(gv_vmx_parse(&vmx, table[i].text, &err), GV_OK);
		assert_int_equal(rescue_damage_of(vmx, &why), table[i].damage);
		assert_span(gv_buf_span(&why), gv_span_of(table[i].why));
		gv_buf_dispose(&why);
		gv_vmx_free(vmx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
