#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gpupv/powershell.h"
#include "platform/os.h"

#include "inject_memory.h"

enum gv_os_windows __wrap_gv_os_windows(void);

static enum gv_os_windows windows_here = GV_OS_NO_WINDOWS;

enum gv_os_windows __wrap_gv_os_windows(void)
{
	return windows_here;
}

#define ANSWER(text) "<<<gpuvirt:" text ":gpuvirt>>>"

/* DIR/NAME, a program made of the lines of SCRIPT for sh; the caller's to free. */
static char *make_program(const char *dir, const char *name, const char *script)
{
	char *path = path_join(dir, name);
	struct gv_buf text = {0};
	gv_buf_format(&text, "#!/bin/sh\n%s\n", script);
	file_write(path, gv_buf_span(&text));
	assert_int_equal(chmod(path, 0700), 0);
	gv_buf_dispose(&text);
	return path;
}

static enum gv_status run(struct gv_buf *answer, const struct gv_powershell *powershell,
                          const char *request, struct gv_error *err)
{
	*err = (struct gv_error){0};
	return gv_powershell_run(answer, powershell, GV_PS_OBSERVE, gv_span_of(request), err);
}

/* Runs a PowerShell that is the shell SCRIPT; little time is given to one that sleeps. */
static enum gv_status run_shell(struct gv_buf *answer, const char *script, struct gv_error *err)
{
	char *dir = scratch_make();
	char *path = make_program(dir, "pwsh", script);
	unsigned seconds = strstr(script, "sleep") != NULL ? 1 : 60;
	const struct gv_powershell powershell = {.program = path, .seconds = seconds};
	enum gv_status status = run(answer, &powershell, "{}", err);
	free(path);
	scratch_remove(dir);
	return status;
}

static void the_answer_is_between_the_marks(void **state)
{
	(void)state;
	static const char *const scripts[] = {
		"echo '" ANSWER("{\"a\":[1]}") "'",
		"printf '%s' '" ANSWER("{\"a\":[1]}") "'",
		"echo 'WARNING: a profile'; echo '{}'; echo '" ANSWER("{\"a\":[1]}") "'; echo bye",
		"printf 'a banner without end of line\\r\\n\\000'; echo '" ANSWER(
			"{\"a\":[1]}") "'",
		"echo '#< CLIXML <Objs>progress</Objs>' >&2; echo '" ANSWER("{\"a\":[1]}") "'",
		"echo '" ANSWER("[]") "'; echo '" ANSWER("{\"a\":[1]}") "'", /* an echo of itself */
		"echo '<<<gpuvirt:cut'; echo '" ANSWER("{\"a\":[1]}") "'",
		"echo '" ANSWER("{\"a\":[1]}") "'; exit 3",
		"yes noise | head -n 20000 >&2; echo '" ANSWER("{\"a\":[1]}") "'",
		"yes noise | head -n 20000; echo '" ANSWER("{\"a\":[1]}") "'",
	};
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct gv_buf answer = {0};
		struct gv_error err;
		assert_int_equal(run_shell(&answer, scripts[i], &err), GV_OK);
		assert_span(gv_buf_span(&answer), SPAN("{\"a\":[1]}"));
		gv_buf_dispose(&answer);
	}
}

static void no_answer_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		enum gv_status status;
		const char *message; /* a part of it */
	} rows[] = {
		{"true", GV_EPARSE,
	         "gave no answer (exit status 0): it said nothing; is it a PowerShell?"},
		{"echo; echo >&2", GV_EPARSE, "exit status 0): it said nothing"},
		{"echo 'all is well'", GV_EPARSE, "gave no answer (exit status 0)"},
		{"printf '\\n first \\n second' >&2", GV_EPARSE, "(exit status 0): first "},
		{"exit 7", GV_EPARSE, "gave no answer (exit status 7)"},
		{"kill -KILL $$", GV_EPARSE, "gave no answer (exit status 137)"},
		{"echo 'bad \033[31m thing' >&2; exit 1", GV_EPARSE,
	         "status 1): bad \\x1B[31m thing"},
		{"printf '#< CLIXML\\r\\n<Objs><S S=\"Error\">no such thing_x000D__x000A_</S>"
	         "<S S=\"Error\">at line 1</S></Objs>' >&2; exit 1",
	         GV_EPARSE, "status 1): no such thing"},
		{"printf '#< CLIXML\\r\\n<Objs><Obj S=\"progress\"></Obj></Objs>' >&2", GV_EPARSE,
	         "it said nothing"},
		{"echo '<<<gpuvirt:{\"a\":1'", GV_EPARSE, "is cut off"},
		{"echo '" ANSWER("") "'", GV_EPARSE, "is no JSON"},
		{"echo '" ANSWER("{\"a\":}") "'", GV_EPARSE, "is no JSON"},
		{"echo '" ANSWER("{} {}") "'", GV_EPARSE, "is no JSON"},
		{"printf '" ANSWER("\"\\xff\"") "'", GV_EPARSE, "is no JSON"},
		{"sleep 60", GV_ESYSTEM, "was ended: no answer within 1 second"},
		{"echo '" ANSWER("{}") "'; sleep 60", GV_ESYSTEM,
	         "was ended: no answer within 1 second"},
		{"exec yes", GV_ESYSTEM, "was ended: it printed more than 16777216 bytes"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf answer = {0};
		struct gv_error err;
		gv_buf_text(&answer, "before");
		assert_int_equal(run_shell(&answer, rows[i].script, &err), rows[i].status);
		if (strstr(err.message, rows[i].message) == NULL)
			fail_msg("row %zu: \"%s\" is not in \"%s\"", i, rows[i].message,
			         err.message);
		assert_span(gv_buf_span(&answer), SPAN("before"));
		gv_buf_dispose(&answer);
	}
}

static void where_there_is_none_another_way_is_shown(void **state)
{
	(void)state;
	struct gv_buf answer = {0};
	struct gv_error err;
	const struct gv_powershell wrong = {.program = "gpuvirt-no-such-pwsh"};
	assert_int_equal(run(&answer, &wrong, "{}", &err), GV_ENOENT);
	assert_non_null(strstr(err.message, "no PowerShell found (gpuvirt-no-such-pwsh)"));
	assert_non_null(strstr(err.message, "--powershell PROGRAM"));
	assert_non_null(strstr(err.message, "'gpuvirt gpupv script'"));
	const struct gv_powershell folder = {.program = "/"};
	enum gv_status status = run(&answer, &folder, "{}", &err);
	/* Where posix_spawn cannot tell, as under valgrind, it is as if it were not there. */
	if (status == GV_ESYSTEM)
		assert_int_equal(err.code, EACCES);
	else
		assert_int_equal(status, GV_ENOENT);
	gv_buf_dispose(&answer);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	struct gv_buf answer = {0};
	struct gv_error err;
	char *request = calloc(1, 24002);
	memset(request, ' ', 24001);
	assert_int_equal(run(&answer, &(struct gv_powershell){.program = ""}, "{}", &err),
	                 GV_EINVAL);
	assert_int_equal(run(&answer, &(struct gv_powershell){.computer = ""}, "{}", &err),
	                 GV_EINVAL);
	assert_int_equal(run(&answer, &(struct gv_powershell){.program = "true"}, request, &err),
	                 GV_ETOOBIG);
	request[24000] = '\0';
	assert_int_equal(run(&answer, &(struct gv_powershell){.program = "true"}, request, &err),
	                 GV_EPARSE);
	free(request);
	gv_buf_dispose(&answer);
}

/* Nothing of the request is in the arguments, whatever it is; the script is, whole. */
static void the_request_goes_through_the_environment(void **state)
{
	(void)state;
	static const char show[] =
		"printf '%s\\n' \"$1|$2|$3|$4|$#\" > \"$0.args\"\n"
		"printf '%s' \"$5\" | base64 -d | tr -d '\\000' > \"$0.script\"\n"
		"printf '%s' \"$GPUVIRT_REQUEST\" | base64 -d > \"$0.request\"\n"
		"printf '%s' \"$GPUVIRT_COMPUTER\" | base64 -d > \"$0.computer\"\n"
		"printf '%s' \"$GPUVIRT_SECONDS|$WSLENV|$POWERSHELL_TELEMETRY_OPTOUT\" > \"$0.rest\"\n"
		"echo '" ANSWER("{}") "'";
	static const char request[] = "{\"vm\":\"' \\u201c`$(x) \xe2\x80\x99\"}";
	char *dir = scratch_make();
	char *path = make_program(dir, "pwsh", show);
	const struct gv_powershell powershell = {
		.program = path, .computer = "h\xc3\xb6st'", .seconds = 20};
	struct gv_buf answer = {0};
	struct gv_error err;
	setenv("WSLENV", "A/p", 1);
	setenv("GPUVIRT_COMPUTER", "bm90IHRoaXM=", 1);
	assert_int_equal(run(&answer, &powershell, request, &err), GV_OK);
	unsetenv("WSLENV");
	unsetenv("GPUVIRT_COMPUTER");
	const struct {
		const char *name;
		struct gv_span text;
	} files[] = {
		{"pwsh.args", SPAN("-NoLogo|-NoProfile|-NonInteractive|-EncodedCommand|5\n")},
		{"pwsh.script", gv_span_of(gv_powershell_script(GV_PS_OBSERVE))},
		{"pwsh.request", gv_span_of(request)},
		{"pwsh.computer", gv_span_of(powershell.computer)},
		{"pwsh.rest",
	         SPAN("15|A/p:GPUVIRT_REQUEST/w:GPUVIRT_COMPUTER/w:GPUVIRT_SECONDS/w|1")},
	};
	for (size_t i = 0; i < COUNT(files); i++) {
		char *file = path_join(dir, files[i].name);
		struct gv_buf text = file_read(file);
		assert_span(gv_buf_span(&text), files[i].text);
		gv_buf_dispose(&text);
		free(file);
	}
	gv_buf_dispose(&answer);
	free(path);
	scratch_remove(dir);
}

/* CreateProcess takes 32,767 characters, the path of the program and all arguments together. */
static void scripts_fit_into_a_command_line(void **state)
{
	(void)state;
	for (int script = 0; script < GV_PS_SCRIPT_COUNT; script++) {
		const char *text = gv_powershell_script((enum gv_ps_script)script);
		size_t size = strlen(text);
		assert_in_range(size, 1000, (32767 - 700) / 4 * 3 / 2);
		for (size_t i = 0; i < size; i++)
			assert_true(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	}
	assert_string_not_equal(gv_powershell_script(GV_PS_OBSERVE),
	                        gv_powershell_script(GV_PS_APPLY));
}

/* Which of the programs in a folder is run, found by PATH, or by SystemRoot on Windows. */
static void each_system_has_its_powershell(void **state)
{
	(void)state;
	static const struct {
		enum gv_os_windows where;
		const char *name; /* the file that is there */
		bool found;
	} rows[] = {
		{GV_OS_NO_WINDOWS, "pwsh", true},
		{GV_OS_NO_WINDOWS, "powershell.exe", false},
		{GV_OS_WINDOWS_OF_WSL, "powershell.exe", true},
		{GV_OS_WINDOWS_OF_WSL, "pwsh", false},
		{GV_OS_WINDOWS_ITSELF, "root\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", true},
		{GV_OS_WINDOWS_ITSELF, "powershell.exe", false},
	};
	char *before = strdup(getenv("PATH"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *dir = scratch_make();
		char *program = make_program(dir, rows[i].name, "echo '" ANSWER("{}") "'");
		char *root = path_join(dir, "root");
		struct gv_buf answer = {0};
		struct gv_error err;
		windows_here = rows[i].where;
		setenv("PATH", dir, 1);
		setenv("SystemRoot", root, 1);
		enum gv_status status = run(&answer, &(struct gv_powershell){0}, "{}", &err);
		setenv("PATH", before, 1);
		unsetenv("SystemRoot");
		assert_int_equal(status, rows[i].found ? GV_OK : GV_ENOENT);
		gv_buf_dispose(&answer);
		free(root);
		free(program);
		scratch_remove(dir);
	}
	windows_here = GV_OS_NO_WINDOWS;
	free(before);
}

/* The n-th allocation fails, for every n: that is told, nothing leaks and no process is left. */
static void memory_may_run_out(void **state)
{
	(void)state;
	char *dir = scratch_make();
	char *path = make_program(dir, "pwsh", "yes x | head -n 5000; echo '" ANSWER("{}") "'");
	const struct gv_powershell powershell = {.program = path, .computer = "host"};
	bool failed = true;
	size_t n = 0;
	while (failed) {
		struct gv_buf answer = {0};
		struct gv_error err;
		inject_arm(++n, ENOMEM, INJECT_ONCE);
		enum gv_status status = run(&answer, &powershell, "{}", &err);
		inject_stop();
		failed = inject.failures > 0;
		assert_int_equal(status, failed ? GV_ENOMEM : GV_OK);
		gv_buf_dispose(&answer);
	}
	assert_in_range(n, 10, 1000);
	free(path);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_is_between_the_marks),
		cmocka_unit_test(no_answer_is_an_error),
		cmocka_unit_test(where_there_is_none_another_way_is_shown),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(the_request_goes_through_the_environment),
		cmocka_unit_test(scripts_fit_into_a_command_line),
		cmocka_unit_test(each_system_has_its_powershell),
		cmocka_unit_test(memory_may_run_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
