/* How a document is encrypted, from its clear lines. */
#include "support.h"

#include "vmx/encryption.h"

#define SAFE "encryption.keySafe = \"vmware:key/list/(pair/(phrase/x\"\n"
#define DATA "encryption.data = \"QUJD\"\n"
#define HARDWARE "virtualHW.version = \"21\"\n"
#define PARTIAL "vmx.encryptionType = \"partial\"\n"

static const struct {
	const char *text;
	enum gv_encryption state;
} rows[] = {
	{"", GV_ENCRYPTION_NONE},
	{HARDWARE, GV_ENCRYPTION_NONE},
	{"config.version = \"8\"\n" HARDWARE "vtpm.present = \"TRUE\"\n", GV_ENCRYPTION_NONE},
	{PARTIAL, GV_ENCRYPTION_NONE},
	{"# encryption.keySafe = \"x\"\n", GV_ENCRYPTION_NONE},
	{"encryption.required.vtpm = \"TRUE\"\n", GV_ENCRYPTION_NONE},
	{"displayName = \"x\"\n" SAFE DATA, GV_ENCRYPTION_FULL},
	{"encryption.keysafe = \"x\"\nENCRYPTION.DATA = \"y\"\n", GV_ENCRYPTION_FULL},
	{"vmx.encryptionType = \"full\"\n" SAFE DATA, GV_ENCRYPTION_FULL},
	{"guestOS = \"windows11-64\"\n" DATA SAFE, GV_ENCRYPTION_FULL},
	{"encryption.bundle = \"x\"\n", GV_ENCRYPTION_FULL},
	{SAFE "encryption.bundle = \"x\"\n", GV_ENCRYPTION_FULL},
	{"encryption.encryptedKey = \"x\"\n" DATA, GV_ENCRYPTION_FULL},
	{SAFE, GV_ENCRYPTION_BROKEN},
	{DATA, GV_ENCRYPTION_BROKEN},
	/* a line that VMware cannot read is there all the same */
	{"encryption.keySafe = x y\n", GV_ENCRYPTION_BROKEN},
	{DATA "encryption.keySafe = \"x\n", GV_ENCRYPTION_FULL},
	{SAFE DATA "encryption.keySafe = \"x\n", GV_ENCRYPTION_AMBIGUOUS},
	{PARTIAL SAFE DATA, GV_ENCRYPTION_PARTIAL},
	{"VMX.ENCRYPTIONTYPE = PARTIAL\n" SAFE DATA, GV_ENCRYPTION_PARTIAL},
	{HARDWARE SAFE DATA, GV_ENCRYPTION_PARTIAL},
	{SAFE DATA "config.version = \"8\"\n", GV_ENCRYPTION_PARTIAL},
	{HARDWARE SAFE, GV_ENCRYPTION_PARTIAL},
	{HARDWARE DATA, GV_ENCRYPTION_PARTIAL},
	{HARDWARE "encryption.bundle = \"x\"\n", GV_ENCRYPTION_PARTIAL},
	{HARDWARE "encryption.encryptedKey = \"x\"\n", GV_ENCRYPTION_PARTIAL},
	{SAFE DATA DATA, GV_ENCRYPTION_AMBIGUOUS},
	{SAFE DATA "ENCRYPTION.KEYSAFE = \"y\"\n", GV_ENCRYPTION_AMBIGUOUS},
	{SAFE SAFE, GV_ENCRYPTION_AMBIGUOUS},
	{HARDWARE SAFE DATA DATA, GV_ENCRYPTION_AMBIGUOUS},
	{PARTIAL PARTIAL SAFE DATA, GV_ENCRYPTION_AMBIGUOUS},
	{PARTIAL "vmx.encryptionType = \"full\"\n" SAFE DATA, GV_ENCRYPTION_AMBIGUOUS},
	{HARDWARE HARDWARE SAFE DATA, GV_ENCRYPTION_PARTIAL},
};

static void the_clear_lines_tell_the_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = NULL;
		assert_int_equal(gv_vmx_parse(&vmx, gv_span_of(rows[i].text), NULL), GV_OK);
		if (gv_vmx_encryption(vmx) != rows[i].state)
			fail_msg("state %d, not %d, of:\n%s", (int)gv_vmx_encryption(vmx),
			         (int)rows[i].state, rows[i].text);
		gv_vmx_free(vmx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clear_lines_tell_the_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
