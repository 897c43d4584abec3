/* What logs say about 3D: a table of look-alikes of all products, and which log is a machine's. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <gpuvirt/verify.h>

#include "verify/adapters.h"

static struct gv_knowledge *knowledge;

static int load(void **state)
{
	(void)state;
	return gv_knowledge_load(&knowledge, NULL) != GV_OK;
}

static int unload(void **state)
{
	(void)state;
	gv_knowledge_free(knowledge);
	return 0;
}

static int set_up(void **state)
{
	*state = scratch_make();
	return 0;
}

static int tear_down(void **state)
{
	scratch_remove(*state);
	return 0;
}

static struct gv_verification verify(const char *path)
{
	struct gv_verification result = {0};
	struct gv_error err = {0};
	struct gv_verify_options options = {knowledge, 1 << 20};
	if (gv_verify_path(&result, path, &options, &err) != GV_OK)
		fail_msg("%s: %s", path, err.message);
	return result;
}

/* The first cause, else the doubt; "-" when there is neither. */
static const char *why(const struct gv_verdict *verdict)
{
	if (verdict->causes[0] != NULL)
		return verdict->causes[0];
	return verdict->doubt == GV_DOUBT_NONE ? "-" : gv_doubt_name(verdict->doubt);
}

/* ---- the table of look-alikes ---- */

enum { COLUMNS = 8 };

/* Checks one row of fixtures/logs/verdicts.tsv. */
static void check_row(char *const *want)
{
	char path[512];
	snprintf(path, sizeof path, "%s/logs/%s/vmware.log", FIXTURES, want[0]);
	struct gv_verification result = verify(path);
	const struct gv_verdict *verdict = &result.verdict;
	const char *have[COLUMNS] = {
		want[0],           gv_3d_name(verdict->state), why(verdict),    verdict->version,
		verdict->renderer, verdict->adapter,           verdict->driver, verdict->level,
	};
	for (int i = 1; i < COLUMNS; i++) {
		const char *text = have[i][0] == '\0' ? "-" : have[i];
		if (strcmp(text, want[i]) != 0)
			fail_msg("%s: column %d is %s, must be %s", want[0], i + 1, text, want[i]);
	}
	for (size_t i = 0; i < GV_MAX_CAUSES && verdict->causes[i] != NULL; i++)
		assert_non_null(gv_cause_find(knowledge, verdict->causes[i]));
	assert_int_equal(result.findings.count, strcmp(want[2], "-") != 0);
	gv_verification_dispose(&result);
}

static void verdicts_are_those_of_the_table(void **state)
{
	(void)state;
	struct gv_buf table = file_read(FIXTURES "/logs/verdicts.tsv");
	size_t rows = 0;
	for (char *line = strtok(table.at, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char *fields[COLUMNS];
		if (line[0] == '#')
			continue;
		for (int i = 0; i < COLUMNS; i++) {
			fields[i] = line;
			line += strcspn(line, "\t");
			if (*line != '\0')
				*line++ = '\0';
		}
		check_row(fields);
		rows++;
	}
	/* Each folder has a row. */
	assert_int_equal(folder_count(FIXTURES "/logs"), rows + 1);
	gv_buf_dispose(&table);
}

/* ---- evidence ---- */

static void evidence_is_where_it_says(void **state)
{
	(void)state;
	struct gv_verification result = verify(FIXTURES "/logs/ws170-feature-level/vmware.log");
	struct gv_buf text = file_read(result.log);
	assert_true(result.verdict.evidence_count > 5);
	for (size_t i = 0; i < result.verdict.evidence_count; i++) {
		const struct gv_evidence *evidence = &result.verdict.evidence[i];
		const char *line = text.at;
		for (uint64_t number = 1; number < evidence->line; number++)
			line = strchr(line, '\n') + 1;
		size_t len = strcspn(line, "\r");
		size_t tail = strlen(evidence->text);
		while (len > 0 && line[len - 1] == ' ')
			len--;
		assert_true(tail <= len);
		assert_memory_equal(line + len - tail, evidence->text, tail);
	}
	assert_int_equal(result.findings.at[0].severity, GV_ERROR);
	assert_string_equal(result.finding_path, result.log);
	gv_buf_dispose(&text);
	gv_verification_dispose(&result);
}

static void says_plainly_when_no_edit_helps(void **state)
{
	(void)state;
	struct gv_buf says = {0};
	struct gv_verification result = verify(FIXTURES "/logs/ws175-basic-driver/vmware.log");
	gv_verification_say(&says, &result, knowledge);
	assert_non_null(strstr(says.at, "No edit of the .vmx can help."));
	gv_buf_dispose(&says);
	gv_verification_dispose(&result);
	result = verify(FIXTURES "/logs/linux-vulkan-radv/vmware.log");
	gv_verification_say(&says, &result, knowledge);
	assert_null(strstr(says.at, "No edit of the .vmx can help."));
	gv_buf_dispose(&says);
	gv_verification_dispose(&result);
}

/* Vulkan lists its devices once for each display: what DirectX listed stays. */
static void keeps_other_adapters_when_vulkan_lists_anew(void **state)
{
	(void)state;
	struct adapters adapters = {0};
	adapters_see_dx(&adapters, LIST_PRESENTATION, GV_LITERAL("`Shown` vendor=0x8086"));
	adapters_see_vulkan(&adapters, GV_LITERAL("Vulkan Device 0:"));
	adapters_see_vulkan(&adapters, GV_LITERAL("Name: 'First'"));
	adapters_see_dx(&adapters, LIST_DX11, GV_LITERAL("`Basic` vendor=0x1414"));
	adapters_see_dx(&adapters, LIST_DX11, GV_LITERAL("Using device unknown; adapter `Basic`"));
	adapters_see_vulkan(&adapters, GV_LITERAL("Available Vulkan devices:"));
	assert_int_equal(adapters.count, 2);
	assert_string_equal(adapters.at[0].name, "Shown");
	assert_string_equal(adapters_chosen(&adapters)->name, "Basic");
	assert_true(adapter_is_basic(adapters_chosen(&adapters)));
	adapters_see_dx(&adapters, LIST_DX11, GV_LITERAL("video=32MB"));
	assert_true(adapters_chosen(&adapters)->has_memory);
}

/* ---- which log is a machine's ---- */

#define VMX "config.version = \"8\"\nvirtualHW.version = \"19\"\n"

/* A log of 2023-03-04, MINUTE past ten: of the .vmx MACHINE with KEYS, as they are dumped, ON or
 * off. */
static void write_log(const char *folder, const char *name, int minute, const char *machine,
                      const char *keys, bool on)
{
	struct gv_buf text = {0};
	char time[64];
	char *path = path_join(folder, name);
	snprintf(time, sizeof time, "2023-03-04T10:%02d:00.000Z In(05) vmx ", minute);
	gv_buf_format(&text, "%sLog for VMware Workstation pid=%d version=16.2.4 build=build-1\n",
	              time, minute);
	gv_buf_format(&text, "%sDICT --- CONFIGURATION C:\\VMs\\%s \n", time, machine);
	gv_buf_format(&text, "%sDICT virtualHW.version = \"19\"\n", time);
	if (keys != NULL)
		gv_buf_format(&text, "%sDICT mks.enable3d = \"%s\"\n", time, keys);
	gv_buf_format(&text, "%sDICT --- USER DEFAULTS \n%sMKS PowerOn\n", time, time);
	gv_buf_format(&text, "%sMKS-RenderMain: PowerOn allowed MKSBasicOps %s\n", time,
	              keys != NULL ? "DX11Renderer" : "");
	gv_buf_format(&text, "%sMKS-RenderMain: Found Full Renderer: %s\n", time,
	              on ? "DX11Renderer" : "MKSBasicOps");
	file_write(path, gv_buf_span(&text));
	gv_buf_dispose(&text);
	free(path);
}

#define ASKING VMX "mks.enable3d = \"TRUE\"\n"

/* Sets the time at which DIR/NAME was written, in seconds since 1970. */
static void set_time(const char *dir, const char *name, time_t seconds)
{
	char *path = path_join(dir, name);
	struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	free(path);
}

/* 2023-03-04 10:00 and a year later. */
enum { BEFORE = 1677924000, AFTER = 1709460000 };

static void write_vmx(const char *dir, const char *name, const char *text, time_t seconds)
{
	char *path = path_join(dir, name);
	file_write(path, gv_span_of(text));
	set_time(dir, name, seconds);
	free(path);
}

static void check_machine(const char *dir, const char *name, enum gv_3d state, const char *reason,
                          bool good)
{
	char *path = path_join(dir, name);
	struct gv_verification result = verify(path);
	assert_string_equal(gv_3d_name(result.verdict.state), gv_3d_name(state));
	assert_string_equal(why(&result.verdict), reason);
	assert_int_equal(gv_verification_is_good(&result), good);
	gv_verification_dispose(&result);
	free(path);
}

static const struct {
	const char *vmx;    /* behind the version of the hardware */
	const char *logged; /* mks.enable3d as the log shows it; NULL: not */
	time_t written;     /* the .vmx */
	enum gv_3d state;
	const char *why;
	bool good;
} ages[] = {
	{"mks.enable3d = \"TRUE\"\n", "TRUE", BEFORE, GV_3D_ON, "-", true},
	/* VMware writes it itself at the end, and a copy has a time of its own. */
	{"mks.enable3d = \"TRUE\"\n", "TRUE", AFTER, GV_3D_ON, "-", true},
	{"MKS.enable3D = TRUE\ndisplayName = \"x\"\n", "TRUE", AFTER, GV_3D_ON, "-", true},
	/* Repaired behind the power-on. */
	{"mks.enable3d = \"TRUE\"\n", NULL, AFTER, GV_3D_UNKNOWN, "stale", false},
	{"mks.enable3d = \"TRUE\"\n", "FALSE", AFTER, GV_3D_UNKNOWN, "stale", false},
	{"mks.enable3d = \"TRUE\"\nsvga.vgaOnly = \"TRUE\"\n", "TRUE", AFTER, GV_3D_UNKNOWN,
         "stale", false},
	{"mks.enable3d = \"TRUE\"\nvmotion.svga.supports3D = \"0\"\n", "TRUE", AFTER, GV_3D_UNKNOWN,
         "stale", false},
	/* By time the log is newer: only 3D itself tells that it is not of this text. */
	{"mks.enable3d = \"TRUE\"\n", NULL, BEFORE, GV_3D_UNKNOWN, "stale", false},
	{"mks.enable3d = \"TRUE\"\nsvga.autodetect = \"TRUE\"\n", "TRUE", BEFORE, GV_3D_ON, "-",
         true},
	/* Off and not wanted. */
	{"", NULL, BEFORE, GV_3D_OFF, "no-enable3d", true},
	{"", NULL, AFTER, GV_3D_OFF, "no-enable3d", true},
	{"mks.enable3d = \"FALSE\"\n", NULL, BEFORE, GV_3D_OFF, "no-enable3d", true},
};

static void a_verdict_is_of_the_file_as_it_is(void **state)
{
	for (size_t i = 0; i < COUNT(ages); i++) {
		struct gv_buf vmx = {0};
		gv_buf_format(&vmx, "%s%s", VMX, ages[i].vmx);
		write_log(*state, "vmware.log", 5, "One.vmx", ages[i].logged,
		          ages[i].logged != NULL);
		write_vmx(*state, "One.vmx", vmx.at, ages[i].written);
		check_machine(*state, "One.vmx", ages[i].state, ages[i].why, ages[i].good);
		gv_buf_dispose(&vmx);
	}
}

/* What VMware changes itself is in the log, in part without its value, and is no change by others.
 */
static void changes_by_vmware_are_replayed(void **state)
{
	static const struct {
		const char *logged; /* behind the dump */
		const char *vmx;
		enum gv_3d want;
	} rows[] = {
		{"ConfigDB: Setting svga.vramSize = \"268435456\"",
	         "svga.vramSize = \"268435456\"\n", GV_3D_ON},
		{"ConfigDB: Setting svga.vramSize = \"268435456\"", "", GV_3D_UNKNOWN},
		{"ConfigDB: Setting svga.vramSize = <not printed>", "svga.vramSize = \"7\"\n",
	         GV_3D_ON},
		{"ConfigDB: Setting svga.vramSize = <not printed>", "", GV_3D_UNKNOWN},
		{"ConfigDB: Setting svga.a = \"1\"\nConfigDB: Unsetting \"SVGA.A\"", "", GV_3D_ON},
		{"ConfigDB: Setting mks.a.b = \"1\"\nConfigDB: Unsetting all entries with prefix "
	         "\"mks.a\"",
	         "", GV_3D_ON},
		{"ConfigDB: Setting scsi0:0.redo = \"\"", "", GV_3D_ON},
		{"ConfigDB: Setting svga.a = \"not closed", "svga.a = \"x\"\n", GV_3D_UNKNOWN},
	};
	char *log = path_join(*state, "vmware.log");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf vmx = {0};
		write_log(*state, "vmware.log", 5, "One.vmx", "TRUE", true);
		struct gv_buf text = file_read(log);
		gv_buf_format(&text, "%s\n", rows[i].logged);
		file_write(log, gv_buf_span(&text));
		gv_buf_format(&vmx, ASKING "%s", rows[i].vmx);
		write_vmx(*state, "One.vmx", vmx.at, AFTER);
		check_machine(*state, "One.vmx", rows[i].want,
		              rows[i].want == GV_3D_ON ? "-" : "stale", rows[i].want == GV_3D_ON);
		gv_buf_dispose(&text);
		gv_buf_dispose(&vmx);
	}
	free(log);
}

static void without_a_log_it_has_to_be_booted(void **state)
{
	write_vmx(*state, "One.vmx", VMX, BEFORE);
	check_machine(*state, "One.vmx", GV_3D_UNKNOWN, "no-log", false);
}

static void the_newest_log_counts(void **state)
{
	write_vmx(*state, "One.vmx", ASKING, BEFORE);
	write_log(*state, "vmware.log", 3, "One.vmx", "TRUE", false);
	write_log(*state, "vmware-0.log", 5, "One.vmx", "TRUE", true);
	write_log(*state, "vmware-1.log", 4, "One.vmx", "TRUE", false);
	check_machine(*state, "One.vmx", GV_3D_ON, "-", true);
	char *path = path_join(*state, "vmware-0.log");
	file_write(path, SPAN(""));
	check_machine(*state, "One.vmx", GV_3D_HOST_FAIL, "unknown-host-failure", false);
	free(path);
}

static void a_log_of_another_machine_is_not_taken(void **state)
{
	write_vmx(*state, "One.vmx", ASKING, BEFORE);
	write_log(*state, "vmware.log", 5, "Two.vmx", "TRUE", true);
	/* The machine was renamed: there is no Two.vmx. */
	check_machine(*state, "One.vmx", GV_3D_ON, "-", true);
	write_vmx(*state, "Two.vmx", ASKING, BEFORE);
	check_machine(*state, "One.vmx", GV_3D_UNKNOWN, "other-machine", false);
	check_machine(*state, "Two.vmx", GV_3D_ON, "-", true);
	write_log(*state, "vmware-0.log", 4, "one.VMX", "TRUE", false);
	check_machine(*state, "One.vmx", GV_3D_HOST_FAIL, "unknown-host-failure", false);
}

static void a_log_that_cannot_be_read_is_a_failure(void **state)
{
	struct gv_verification result = {0};
	struct gv_error err = {0};
	struct gv_verify_options options = {knowledge, 1 << 20};
	char *log = path_join(*state, "vmware.log");
	char *path = path_join(*state, "One.vmx");
	write_vmx(*state, "One.vmx", ASKING, BEFORE);
	assert_int_equal(mkdir(log, 0700), 0);
	assert_int_equal(gv_verify_path(&result, path, &options, &err), GV_EINVAL);
	assert_string_equal(err.message, "its vmware.log: is a folder");
	free(path);
	free(log);
}

/* ---- hostile logs ---- */

/* Whatever is in it, a log gives an answer. */
static void any_bytes_are_a_log(void **state)
{
	static const char *const words[] = {
		"2023-03-04T10:00:00.000Z In(05) vmx ",
		"MKS PowerOn",
		"MKS-RenderMain: ",
		"PowerOn allowed ",
		"Found Full Renderer: ",
		"ISBRenderer (",
		"DX12Module:",
		"DX12Module: Selected adapter:",
		"DX11Renderer: `",
		"`",
		"Vulkan Renderer: ",
		"Vulkan Device ",
		"Name= '",
		"DICT --- CONFIGURATION ",
		"DICT mks.a = \"",
		"ConfigDB: Unsetting all entries with prefix \"",
		"[msg.",
		"] ",
		"\n",
		"\r\n",
		"\r",
		" ",
		"(",
		"0x",
		"SVGAFeature host svga.supports3D bool ",
		"1",
		"\"",
		"video=",
		"SDK=7, feature level=",
		"DX11BasicCollectCaps: Not using 3D for Feature Level 0x",
		"Log for VMware",
		" pid=",
		"\xFF",
		"mksSandboxLog: ",
	};
	char *path = path_join(*state, "x.log");
	uint64_t seed = 11;
	for (int round = 0; round < 2000 / MANY_DIVISOR; round++) {
		struct gv_buf text = {0};
		for (size_t i = random_next(&seed) % 80; i > 0; i--) {
			gv_buf_text(&text, words[random_next(&seed) % COUNT(words)]);
			if (random_next(&seed) % 16 == 0)
				gv_buf_char(&text, (char)random_next(&seed));
		}
		file_write(path, gv_buf_span(&text));
		struct gv_verification result = verify(path);
		gv_verification_dispose(&result);
		gv_buf_dispose(&text);
	}
	free(path);
}

/* Lists without end are passed over, not kept. */
static void endless_lists_take_a_fixed_amount_of_memory(void **state)
{
	struct gv_buf text = {0};
	char *path = path_join(*state, "x.log");
	gv_buf_text(&text, "DICT --- CONFIGURATION x\nMKS PowerOn\n");
	for (int i = 0; i < 100000 / MANY_DIVISOR; i++)
		gv_buf_format(&text, "DX11Renderer: `GPU %d` vendor=0x8086\nDICT mks.k%d = \"1\"\n",
		              i, i);
	gv_buf_text(&text, "MKSRenderMain: Found Full Renderer: DX11Renderer\n");
	file_write(path, gv_buf_span(&text));
	struct gv_verification result = verify(path);
	assert_int_equal(result.verdict.state, GV_3D_ON);
	gv_verification_dispose(&result);
	gv_buf_dispose(&text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_those_of_the_table),
		cmocka_unit_test(evidence_is_where_it_says),
		cmocka_unit_test(says_plainly_when_no_edit_helps),
		cmocka_unit_test(keeps_other_adapters_when_vulkan_lists_anew),
		cmocka_unit_test_setup_teardown(a_verdict_is_of_the_file_as_it_is, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(changes_by_vmware_are_replayed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_log_it_has_to_be_booted, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(the_newest_log_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_log_of_another_machine_is_not_taken, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_log_that_cannot_be_read_is_a_failure, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(any_bytes_are_a_log, set_up, tear_down),
		cmocka_unit_test_setup_teardown(endless_lists_take_a_fixed_amount_of_memory, set_up,
	                                        tear_down),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
