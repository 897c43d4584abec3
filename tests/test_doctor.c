/* The doctor: its table against docs/doctor.md, what it reads out of texts, and memory that ends. */
#include "support.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <gpuvirt/doctor.h>

#include "doctor/lines.h"
#include "doctor/nvidia.h"

#include "inject_memory.h"

static void every_check_is_a_whole_row(void **state)
{
	(void)state;
	size_t count;
	const struct gv_doctor_check *checks = gv_doctor_checks(&count);
	assert_true(count > 30);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(gv_doctor_find(checks[i].id), &checks[i]); /* no id twice */
		assert_true(checks[i].places != 0 && checks[i].run != NULL);
		for (const char *at = checks[i].id; *at != '\0'; at++)
			assert_true(islower((unsigned char)*at) || *at == '-');
		for (const char *at = checks[i].looks_at; *at != '\0'; at++)
			assert_true(*at >= ' ' && *at < 0x7F && *at != '|');
	}
	assert_null(gv_doctor_find("no-such-check"));
}

/* The row of docs/doctor.md: | `id` | title | places | looks at | */
static void spell_row(struct gv_buf *out, const struct gv_doctor_check *check)
{
	size_t count;
	const struct gv_place_row *places = gv_places(&count);
	const char *comma = "";
	gv_buf_format(out, "\n| `%s` | %s | ", check->id, check->title);
	for (size_t i = 0; i < count; i++) {
		if ((check->places & (uint32_t)places[i].place) == 0)
			continue;
		gv_buf_format(out, "%s%s", comma, places[i].id);
		comma = ", ";
	}
	gv_buf_text(out, " | ");
	for (const char *at = check->looks_at; *at != '\0'; at++) {
		if (*at == '*' || *at == '~' || *at == '_')
			gv_buf_char(out, '\\');
		gv_buf_char(out, *at);
	}
	gv_buf_text(out, " |\n");
}

static void the_page_has_every_row(void **state)
{
	(void)state;
	size_t count;
	size_t rows = 0;
	struct gv_buf page = file_read(FIXTURES "/../docs/doctor.md");
	const struct gv_doctor_check *checks = gv_doctor_checks(&count);
	gv_buf_char(&page, '\n');
	for (size_t i = 0; i < count; i++) {
		struct gv_buf row = {0};
		spell_row(&row, &checks[i]);
		if (strstr(page.at, row.at) == NULL)
			fail_msg("docs/doctor.md lacks this row:%s", row.at);
		gv_buf_dispose(&row);
	}
	const char *table = strstr(page.at, "## The checks");
	assert_non_null(table);
	const char *end = strstr(table + 1, "\n## ");
	assert_non_null(end);
	for (const char *at = table; (at = strstr(at, "\n| `")) != NULL && at < end; at++)
		rows++;
	assert_int_equal(rows, count);
	gv_buf_dispose(&page);
}

static void every_program_is_on_the_page(void **state)
{
	(void)state;
	struct gv_buf page = file_read(FIXTURES "/../docs/doctor.md");
	gv_buf_char(&page, '\n');
	for (int i = 0; i < PROGRAMS; i++) {
		struct gv_buf row = {0};
		gv_buf_format(&row, "\n| `%s` | ", program_rows[i].capture);
		if (strstr(page.at, row.at) == NULL)
			fail_msg("docs/doctor.md lacks doctor/commands/%s", program_rows[i].capture);
		gv_buf_dispose(&row);
	}
	gv_buf_dispose(&page);
}

static void values_are_read_from_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		const char *name;
		const char *value; /* NULL: none */
	} rows[] = {
		{"OpenGL renderer string: SVGA3D; build", "OpenGL renderer string", "SVGA3D; build"},
		{"\tModel: \t NVIDIA T4 ", "Model", "NVIDIA T4"},
		{"model:x", "Model", "x"},
		{"Model:", "Model", ""},
		{"Model", "Model", NULL},
		{"Models: 2", "Model", NULL},
		{"The Model: x", "Model", NULL},
		{"", "Model", NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_span value = {0};
		bool found = lines_value(gv_span_of(rows[i].line), rows[i].name, ':', &value);
		assert_int_equal(found, rows[i].value != NULL);
		if (found)
			assert_span(value, gv_span_of(rows[i].value));
	}
}

static void lines_end_in_any_way(void **state)
{
	(void)state;
	struct gv_span rest = SPAN("a\r\n\nb\0c\nlast");
	struct gv_span line;
	static const struct gv_span want[] = {{"a", 1}, {"", 0}, {"b\0c", 3}, {"last", 4}};
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(lines_next(&rest, &line));
		assert_span(line, want[i]);
	}
	assert_false(lines_next(&rest, &line));
	assert_true(lines_has(SPAN("x LLVMpipe y"), "llvmpipe"));
	assert_false(lines_has(SPAN("llvmpip"), "llvmpipe"));
	assert_int_equal(lines_number(SPAN("26.0")), 26);
	assert_int_equal(lines_number(SPAN("x")), 0);
	assert_int_equal(lines_number(SPAN("99999999999999999999")), 1000000);
}

static void generations_are_told_by_series(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum generation generation;
	} rows[] = {
		{"NVIDIA GeForce RTX 4090", GENERATION_TURING},
		{"Quadro RTX 4000", GENERATION_TURING},
		{"NVIDIA GeForce GTX 1650", GENERATION_TURING},
		{"NVIDIA GeForce GTX 1080 Ti", GENERATION_OLDER},
		{"GeForce GTX 970", GENERATION_OLDER},
		{"GeForce GT 710", GENERATION_OLDER},
		{"Quadro P2000", GENERATION_OLDER},
		{"Tesla V100-SXM2-16GB", GENERATION_OLDER},
		{"NVIDIA T1000", GENERATION_UNKNOWN},
		{"", GENERATION_UNKNOWN},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (nvidia_by_name(gv_span_of(rows[i].name)) != rows[i].generation)
			fail_msg("%s", rows[i].name);
	}
}

static void write_in(const char *root, const char *path, const char *text)
{
	char *whole = path_join(root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(whole, 0777);
		*slash = '/';
	}
	file_write(whole, gv_span_of(text));
	free(whole);
}

/* A machine that has something for many checks. */
static void make_machine(const char *root)
{
	static const char *const files[][2] = {
		{"doctor/environ", "HOME=/home/kim\nXDG_SESSION_TYPE=wayland\n"},
		{"doctor/commands/glxinfo", "OpenGL renderer string: llvmpipe\n"},
		{"doctor/commands/nvidia-gpus", "NVIDIA GeForce GTX 1080, 535.1, 6.1\n"},
		{"doctor/commands/vulkaninfo", "deviceName = x\ndeviceType = _CPU\n"},
		{"etc/vmware/config", "product.version = \"26.0\"\nmks.enableGLRenderer = \"TRUE\"\n"},
		{"home/kim/.vmware/config", "mks.enableGLRenderer = \"FALSE\"\n"},
		{"sys/class/drm/card0/device/vendor", "0x10de\n"},
		{"sys/class/drm/card1/device/vendor", "0x8086\n"},
		{"sys/class/dmi/id/sys_vendor", "VMware, Inc.\n"},
		{"proc/modules", "vmmon 1 0\n"},
		{"dev/dri/renderD128", ""},
		{"usr/share/vulkan/icd.d/a.json",
		 "{\"ICD\": {\"library_path\": \"libGLX_nvidia.so.0\"}}"},
	};
	for (size_t i = 0; i < COUNT(files); i++)
		write_in(root, files[i][0], files[i][1]);
}

/* The n-th allocation fails, for every n: the examination says so, or is the same as ever. */
static void an_examination_is_whole_or_fails(void **state)
{
	(void)state;
	char *root = scratch_make();
	struct gv_doctor *doctor = NULL;
	struct gv_buf want = {0};
	size_t failures = 0;
	make_machine(root);
	assert_int_equal(gv_doctor_examine(&doctor, root, NULL), GV_OK);
	gv_doctor_json(&want, doctor, "1");
	gv_doctor_free(doctor);
	doctor = NULL;
	for (size_t n = 1; doctor == NULL; n += MANY_DIVISOR) {
		struct gv_error err = {0};
		inject_arm(n, ENOMEM, INJECT_ONCE);
		enum gv_status status = gv_doctor_examine(&doctor, root, &err);
		inject_stop();
		failures += inject.failures;
		assert_int_equal(status == GV_OK, doctor != NULL);
		if (doctor == NULL)
			assert_int_equal(err.status, GV_ENOMEM);
		if (doctor == NULL || inject.failures == 0)
			continue;
		fail_msg("allocation %zu failed, and nothing was said", n);
	}
	assert_true(failures > 300 / MANY_DIVISOR);
	struct gv_buf have = {0};
	gv_doctor_json(&have, doctor, "1");
	assert_span(gv_buf_span(&have), gv_buf_span(&want));
	gv_buf_dispose(&have);
	gv_buf_dispose(&want);
	gv_doctor_free(doctor);
	scratch_remove(root);
}

static void what_a_check_says_has_a_limit(void **state)
{
	(void)state;
	char *root = scratch_make();
	struct gv_buf many = {0};
	struct gv_doctor *doctor = NULL;
	size_t count;
	for (int i = 0; i < 1000; i++)
		gv_buf_text(&many, "deviceName = x\n");
	write_in(root, "doctor/commands/vulkaninfo", many.at);
	assert_int_equal(gv_doctor_examine(&doctor, root, NULL), GV_OK);
	const struct gv_doctor_check *checks = gv_doctor_checks(&count);
	const struct gv_doctor_result *results = gv_doctor_results(doctor, &count);
	const struct gv_doctor_result *result =
		&results[gv_doctor_find("vulkan-devices") - checks];
	assert_int_equal(result->sight_count, 201);
	assert_string_equal(result->sights[200].text, "there is more, which is not shown");
	assert_int_equal(result->verdict, GV_VERDICT_WARNING); /* the last thing said: no device */
	gv_buf_dispose(&many);
	gv_doctor_free(doctor);
	scratch_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_check_is_a_whole_row),
		cmocka_unit_test(the_page_has_every_row),
		cmocka_unit_test(every_program_is_on_the_page),
		cmocka_unit_test(values_are_read_from_lines),
		cmocka_unit_test(lines_end_in_any_way),
		cmocka_unit_test(generations_are_told_by_series),
		cmocka_unit_test(what_a_check_says_has_a_limit),
		cmocka_unit_test(an_examination_is_whole_or_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
