/* Runs check, diff and fix of the program over the tables and compares every byte. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

/* What one input must give, with nothing left to be implied. */
struct want {
	const char *name;
	struct gv_span input;
	int status;
	const char *rules;
	bool distinct_rules; /* RULES names each id once */
	const char *refused;
	struct gv_span fixed;
	struct gv_span unsafe;
};

static bool good;

static void complain(const struct want *want, const char *command, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", want->name, command, what);
	good = false;
}

/* Runs the program in the scratch folder, output in "out" and "err" beside it. */
static int run(const char *arguments)
{
	char line[256];
	snprintf(line, sizeof line, "\"$GPUVIRT\" %s > ../out 2> ../err", arguments);
	int status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool holds(const char *path, struct gv_span want)
{
	struct gv_buf have = file_read(path);
	bool same = gv_span_equal(gv_buf_span(&have), want);
	if (!same)
		fprintf(stderr, "  %s has %zu bytes instead of %zu: %.300s\n", path, have.len,
		        want.len, have.at == NULL ? "" : have.at);
	gv_buf_dispose(&have);
	return same;
}

static bool contains(const char *path, const char *text)
{
	struct gv_buf have = file_read(path);
	bool found = have.at != NULL && strstr(have.at, text) != NULL;
	gv_buf_dispose(&have);
	return found;
}

static bool has_word(struct gv_span words, struct gv_span word)
{
	for (struct gv_span at = gv_span_word(&words); at.len > 0; at = gv_span_word(&words)) {
		if (gv_span_equal(at, word))
			return true;
	}
	return false;
}

/* The id at the end of a report's line, "... [id]"; empty when there is none. */
static struct gv_span id_of(struct gv_span line)
{
	size_t open = line.len;
	while (open > 0 && line.at[open - 1] != '[')
		open--;
	if (open == 0 || line.at[line.len - 1] != ']')
		return (struct gv_span){0};
	return gv_span_part(line, open, line.len - 1);
}

static void collect_ids(struct gv_buf *ids, struct gv_span report, bool distinct)
{
	while (report.len > 0) {
		const char *feed = memchr(report.at, '\n', report.len);
		size_t end = feed == NULL ? report.len : (size_t)(feed - report.at);
		struct gv_span id = id_of(gv_span_part(report, 0, end));
		bool wanted = id.len > 0 && !(distinct && has_word(gv_buf_span(ids), id));
		if (wanted && ids->len > 0)
			gv_buf_char(ids, ' ');
		if (wanted)
			gv_buf_add(ids, id);
		report = gv_span_part(report, end + (feed != NULL), report.len);
	}
}

static void compare_rules(const struct want *want)
{
	struct gv_buf report = file_read("../out");
	struct gv_buf ids = {0};
	collect_ids(&ids, gv_buf_span(&report), want->distinct_rules);
	if (!gv_span_equal(gv_buf_span(&ids), gv_span_of(want->rules))) {
		fprintf(stderr, "  named: %.400s\n", ids.at == NULL ? "nothing" : ids.at);
		complain(want, "check", "not the findings expected");
	}
	gv_buf_dispose(&ids);
	gv_buf_dispose(&report);
}

static void try_check(const struct want *want)
{
	file_write("my.vmx", want->input);
	if (run("check my.vmx") != want->status)
		complain(want, "check", "wrong exit status");
	compare_rules(want);
	if (!holds("my.vmx", want->input))
		complain(want, "check", "changed the file");
}

static void try_diff(const struct want *want, const char *options, struct gv_span result)
{
	char arguments[64];
	snprintf(arguments, sizeof arguments, "diff%s my.vmx", options);
	bool differs = !gv_span_equal(want->input, result);
	if (want->refused == NULL && run(arguments) != (differs ? 1 : 0))
		complain(want, arguments, "wrong exit status");
}

static void try_refusal(const struct want *want, const char *arguments, int status)
{
	if (status != 1)
		complain(want, arguments, "wrong exit status");
	if (!contains("../err", want->refused))
		complain(want, arguments, "not the reason expected");
}

/* fix with OPTIONS leaves RESULT; then nothing is left to do, and check agrees with it. */
static void try_fix(const struct want *want, const char *options, struct gv_span result)
{
	char arguments[64];
	snprintf(arguments, sizeof arguments, "fix --no-backup%s my.vmx", options);
	file_write("my.vmx", want->input);
	int status = run(arguments);
	if (want->refused != NULL)
		try_refusal(want, arguments, status);
	if (!holds("my.vmx", result))
		complain(want, arguments, "not the bytes expected");
	if (folder_count(".") != 1)
		complain(want, arguments, "left something beside the file");
	if (want->refused != NULL)
		return;
	if (run("check my.vmx") != status)
		complain(want, arguments, "check has another exit status");
	if (run(arguments) != status || !holds("my.vmx", result))
		complain(want, arguments, "a second run changes something");
}

static void try_filter(const struct want *want)
{
	file_write("../in", want->input);
	run("fix - < ../in");
	if (!holds("../out", want->refused == NULL ? want->fixed : GV_LITERAL("")))
		complain(want, "fix -", "not the bytes expected");
}

static void try_all(const struct want *want)
{
	try_check(want);
	try_diff(want, "", want->fixed);
	if (!gv_span_equal(want->fixed, want->unsafe))
		try_diff(want, " --unsafe-fixes", want->unsafe);
	try_fix(want, "", want->fixed);
	try_fix(want, " --unsafe-fixes", want->unsafe);
	try_filter(want);
}

static char *enter_scratch(void)
{
	char *scratch = scratch_make();
	char *tree = path_join(scratch, "tree");
	assert_int_equal(mkdir(tree, 0700), 0);
	assert_int_equal(chdir(tree), 0);
	free(tree);
	good = true;
	return scratch;
}

static void leave_scratch(char *scratch)
{
	assert_int_equal(chdir("/"), 0);
	scratch_remove(scratch);
	assert_true(good);
}

static void every_row_holds(void **state)
{
	(void)state;
	size_t count;
	const struct hostile *rows = hostile_rows(&count);
	char *scratch = enter_scratch();
	assert_true(count >= 80);
	for (size_t i = 0; i < count; i++) {
		const struct hostile *row = &rows[i];
		struct gv_span fixed = row->fixed.at == NULL ? row->input : row->fixed;
		struct gv_span unsafe = row->unsafe.at == NULL ? fixed : row->unsafe;
		try_all(&(struct want){row->name, row->input, row->status, row->rules, false,
		                       row->refused, fixed, unsafe});
	}
	leave_scratch(scratch);
}

static void every_giant_holds(void **state)
{
	(void)state;
	size_t count;
	const struct giant *giants = hostile_giants(&count);
	char *scratch = enter_scratch();
	for (size_t i = 0; i < count; i++) {
		struct gv_buf input = {0};
		struct gv_buf fixed = {0};
		giants[i].make(&input, &fixed);
		assert_false(input.failed || fixed.failed);
		try_all(&(struct want){giants[i].name, gv_buf_span(&input), giants[i].status,
		                       giants[i].rules, true, NULL, gv_buf_span(&fixed),
		                       gv_buf_span(&fixed)});
		gv_buf_dispose(&input);
		gv_buf_dispose(&fixed);
	}
	leave_scratch(scratch);
}

static void every_log_holds(void **state)
{
	(void)state;
	size_t count;
	const struct giant_log *logs = hostile_logs(&count);
	char *scratch = enter_scratch();
	for (size_t i = 0; i < count; i++) {
		struct gv_buf text = {0};
		char want[64];
		struct want row = {.name = logs[i].name};
		logs[i].make(&text);
		assert_false(text.failed);
		file_write("vmware.log", gv_buf_span(&text));
		snprintf(want, sizeof want, "vmware.log: %s", logs[i].state);
		run("verify --exit-zero vmware.log");
		if (!contains("../out", want))
			complain(&row, "verify", "not the verdict expected");
		gv_buf_dispose(&text);
	}
	leave_scratch(scratch);
}

/* test_hostile rows | giants */
int main(int argc, char **argv)
{
	const struct CMUnitTest rows[] = {cmocka_unit_test(every_row_holds)};
	const struct CMUnitTest giants[] = {
		cmocka_unit_test(every_giant_holds),
		cmocka_unit_test(every_log_holds),
	};
	if (getenv("GPUVIRT") == NULL) {
		fputs("GPUVIRT names the program to test\n", stderr);
		return 1;
	}
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("NO_COLOR");
	if (argc > 1 && strcmp(argv[1], "giants") == 0)
		return cmocka_run_group_tests(giants, NULL, NULL);
	return cmocka_run_group_tests(rows, NULL, NULL);
}
