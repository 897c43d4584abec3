/* base/protected.h: no repair sets or removes what an encrypted machine lives by. */
#include "support.h"

#include "base/protected.h"

/* SPAN for tables. */
#define BYTES(literal) {(literal), sizeof(literal) - 1}

static const struct {
	struct gv_span name;
	bool alone; /* protected as a name */
	bool all;   /* protected as the beginning of names */
} rows[] = {
	{BYTES("encryption.keySafe"), true, true},
	{BYTES("encryption.data"), true, true},
	{BYTES("ENCRYPTION.DATA"), true, true},
	{BYTES("encryptedVM.guid"), true, true},
	{BYTES("vmx.encryptionType"), true, true},
	{BYTES("VMX.encryptiontype"), true, true},
	{BYTES("vtpm.present"), true, true},
	{BYTES("vtpm.ekCSR"), true, true},
	{BYTES("dataFileKey"), true, true},
	{BYTES("cryptoState"), true, true},
	/* The beginning of a protected name alone is none; "e*" takes the others with it. */
	{BYTES("encryption"), false, true},
	{BYTES("encrypt"), false, true},
	{BYTES("e"), false, true},
	{BYTES("V"), false, true},
	{BYTES("vmx."), false, true},
	{BYTES("data"), false, true},
	{BYTES("crypto"), false, true},
	{BYTES(""), false, true},
	{BYTES("mks.enable3d"), false, false},
	{BYTES("vmotion.svga."), false, false},
	{BYTES("vmx.buildType"), false, false},
	{BYTES("x.encryption.data"), false, false},
	{BYTES("ethernet0.present"), false, false},
	{BYTES("displayName"), false, false},
};

static void names_of_the_encryption_are_protected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (gv_name_is_protected(rows[i].name, false) != rows[i].alone)
			fail_msg("\"%.*s\"", (int)rows[i].name.len, rows[i].name.at);
	}
}

static void patterns_that_reach_them_are_protected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (gv_name_is_protected(rows[i].name, true) != rows[i].all)
			fail_msg("\"%.*s*\"", (int)rows[i].name.len, rows[i].name.at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_encryption_are_protected),
		cmocka_unit_test(patterns_that_reach_them_are_protected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
