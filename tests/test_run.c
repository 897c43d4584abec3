#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/run.h"

#include "inject.h"

/* Runs the script with sh; no process and no open file may be left. */
static int run_script(struct gv_run *run, const char *script, size_t limit)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	size_t files = inject_open_files();
	int code = gv_run(run, argv, limit);
	assert_int_equal(inject_open_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return code;
}

static void what_it_says_is_heard(void **state)
{
	(void)state;
	static const struct {
		const char *script;
		struct gv_span out;
		const char *err;
		int status;
	} rows[] = {
		{"true", {"", 0}, "", 0},
		{"printf 'a\\000b\\n'", {"a\0b\n", 4}, "", 0},
		{"echo out; echo err >&2; exit 3", {"out\n", 4}, "err\n", 3},
		{"kill -TERM $$", {"", 0}, "", 128 + SIGTERM},
		{"cat; echo end", {"end\n", 4}, "", 0}, /* standard input is empty */
		{"exec 1>&-; echo err >&2", {"", 0}, "err\n", 0},
		/* late output, and after the end of the other */
		{"exec 2>&-; sleep 0.1; echo x", {"x\n", 2}, "", 0},
		/* SIGPIPE ends a program as ever */
		{"(yes; echo $? >&2) | head -c 2", {"y\n", 2}, "", 0},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_run run = {0};
		assert_int_equal(run_script(&run, rows[i].script, 1000), 0);
		assert_span((struct gv_span){run.out, run.out_size}, rows[i].out);
		if (i + 1 < COUNT(rows))
			assert_string_equal(run.err, rows[i].err);
		assert_int_equal(run.status, rows[i].status);
		gv_run_dispose(&run);
	}
}

static void much_is_heard(void **state)
{
	(void)state;
	struct gv_run run = {0};
	assert_int_equal(run_script(&run,
	                            "i=0; while [ $i -lt 2000 ]; do "
	                            "echo 0123456789012345678901234567890123456789; "
	                            "echo 0123456789012345678901234567890123456789 >&2; "
	                            "i=$((i+1)); done",
	                            2000 * 41),
	                 0);
	assert_int_equal(run.out_size, 2000 * 41);
	assert_int_equal(run.out[run.out_size], '\0');
	assert_int_equal(strlen(run.err), sizeof run.err - 1);
	gv_run_dispose(&run);
}

static void too_much_is_ended(void **state)
{
	(void)state;
	struct gv_run run = {0};
	assert_int_equal(run_script(&run, "exec yes", 100000), EFBIG);
	gv_run_dispose(&run);
	assert_int_equal(run_script(&run, "printf 1234", 4), 0);
	gv_run_dispose(&run);
	assert_int_equal(run_script(&run, "printf 12345", 4), EFBIG);
	gv_run_dispose(&run);
}

static void one_that_takes_too_long_is_ended(void **state)
{
	(void)state;
	const char *const slow[] = {"sh", "-c", "echo x; exec sleep 100", NULL};
	const char *const silent[] = {"sh", "-c", "exec sleep 100 >&- 2>&-", NULL};
	const char *const quick[] = {"sh", "-c", "echo x", NULL};
	struct gv_run run = {0};
	assert_int_equal(gv_run_within(&run, slow, 1000, 50), ETIMEDOUT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	gv_run_dispose(&run);
	assert_int_equal(gv_run_within(&run, silent, 1000, 50), ETIMEDOUT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	gv_run_dispose(&run);
	assert_int_equal(gv_run_within(&run, quick, 1000, 60000), 0);
	assert_span((struct gv_span){run.out, run.out_size}, SPAN("x\n"));
	gv_run_dispose(&run);
}

/* Those that PID started, and that outlive it. */
static void nothing_that_it_started_is_left(void **state)
{
	(void)state;
	char *dir = scratch_make();
	char *path = path_join(dir, "pid");
	char script[1000];
	/* its pipes closed, kept by another, or just slow to end */
	static const char *const scripts[] = {
		"(echo $$; exec sleep 100) > '%s'; sleep 100",
		"sh -c 'echo $$; exec sleep 100 1>&2' > '%s' & exit 0",
		"echo $$ > '%s'; exec sleep 100 1>&- 2>&-",
	};
	for (size_t i = 0; i < COUNT(scripts); i++) {
		struct gv_run run = {0};
		snprintf(script, sizeof script, scripts[i], path);
		const char *const argv[] = {"sh", "-c", script, NULL};
		assert_int_equal(gv_run_within(&run, argv, 1000, 1500), ETIMEDOUT);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		struct gv_buf text = file_read(path);
		long pid = atol(text.at);
		assert_true(pid > 1);
		for (int tries = 0; kill((pid_t)pid, 0) == 0 && tries < 500; tries++)
			usleep(10000); /* until whoever adopted it has seen its end */
		assert_int_equal(kill((pid_t)pid, 0), -1);
		gv_buf_dispose(&text);
		gv_run_dispose(&run);
	}
	free(path);
	scratch_remove(dir);
}

static void settings_come_before_the_environment(void **state)
{
	(void)state;
	setenv("GPUVIRT_A", "ours", 1);
	setenv("GPUVIRT_AB", "kept", 1);
	const char *const argv[] = {"sh", "-c",
	                            "echo \"$GPUVIRT_A|$GPUVIRT_AB|$GPUVIRT_B\"; "
	                            "env | grep -c ^GPUVIRT_A=",
	                            NULL};
	const char *const settings[] = {"GPUVIRT_A=a b=c", "GPUVIRT_B=", NULL};
	struct gv_run run = {0};
	const struct gv_run_order order = {.argv = argv, .settings = settings, .limit = 100};
	assert_int_equal(gv_run_order(&run, &order), 0);
	assert_span((struct gv_span){run.out, run.out_size}, SPAN("a b=c|kept|\n1\n"));
	assert_string_equal(getenv("GPUVIRT_A"), "ours");
	gv_run_dispose(&run);
	unsetenv("GPUVIRT_A");
	unsetenv("GPUVIRT_AB");
}

static void an_absent_program_is_told(void **state)
{
	(void)state;
	struct gv_run run = {0};
	const char *const argv[] = {"gpuvirt-no-such-program", NULL};
	size_t files = inject_open_files();
	assert_int_equal(gv_run(&run, argv, 100), ENOENT);
	assert_int_equal(inject_open_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	gv_run_dispose(&run);
}

static void arguments_reach_it_as_they_are(void **state)
{
	(void)state;
	struct gv_run run = {0};
	const char *const argv[] = {"printf", "%s\n", "a b", "$HOME;`x`", "'\"\\", "", NULL};
	assert_int_equal(gv_run(&run, argv, 100), 0);
	assert_span((struct gv_span){run.out, run.out_size}, SPAN("a b\n$HOME;`x`\n'\"\\\n\n"));
	gv_run_dispose(&run);
}

/* No open file of ours reaches the program. */
static void files_stay_here(void **state)
{
	(void)state;
	struct gv_run run = {0};
	assert_int_equal(run_script(&run, "ls /proc/self/fd | wc -l", 100), 0);
	if (strcmp(run.out, "0\n") == 0)
		print_error("SKIP: no /proc\n");
	else /* 0, 1, 2 and the one that lists; what the test was given aside */
		assert_in_range(atoi(run.out), 4, 12);
	gv_run_dispose(&run);
}

/* With the standard files closed the pipes get their numbers. */
static void closed_standard_files_do_no_harm(void **state)
{
	(void)state;
	pid_t pid = fork();
	if (pid == 0) {
		struct gv_run run = {0};
		const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; cat", NULL};
		close(0);
		close(1);
		close(2);
		bool good = gv_run(&run, argv, 100) == 0 && run.status == 0 &&
		            strcmp(run.out, "out\n") == 0 && strcmp(run.err, "err\n") == 0;
		gv_run_dispose(&run);
		_exit(good ? 0 : 1);
	}
	int status = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	(void)number;
	alarms++;
}

static void signals_do_not_interrupt(void **state)
{
	(void)state;
	struct sigaction action = {.sa_handler = count_alarm}; /* without SA_RESTART */
	struct sigaction before;
	sigaction(SIGALRM, &action, &before);
	struct gv_run run = {0};
	assert_int_equal(run_script(&run,
	                            "for i in 1 2 3 4 5; do kill -ALRM $PPID; sleep 0.02; "
	                            "done; exec 1>&- 2>&-; kill -ALRM $PPID; sleep 0.05; "
	                            "kill -ALRM $PPID; exit 7",
	                            100),
	                 0);
	assert_int_equal(run.status, 7);
	assert_in_range(alarms, 1, 7);
	gv_run_dispose(&run);
	sigaction(SIGALRM, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_heard),
		cmocka_unit_test(much_is_heard),
		cmocka_unit_test(too_much_is_ended),
		cmocka_unit_test(one_that_takes_too_long_is_ended),
		cmocka_unit_test(nothing_that_it_started_is_left),
		cmocka_unit_test(settings_come_before_the_environment),
		cmocka_unit_test(an_absent_program_is_told),
		cmocka_unit_test(arguments_reach_it_as_they_are),
		cmocka_unit_test(files_stay_here),
		cmocka_unit_test(closed_standard_files_do_no_harm),
		cmocka_unit_test(signals_do_not_interrupt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
