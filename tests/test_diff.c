/* Unified diffs: golden texts, and what the real patch program makes of them. */
#include "support.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gpuvirt/diff.h>

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define NO_NEWLINE "\\ No newline at end of file\n"

static struct gv_vmx *parse(struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	return vmx;
}

static struct gv_line line_number(const struct gv_vmx *vmx, uint32_t number)
{
	struct gv_line line = {0};
	while (line.number < number)
		assert_true(gv_vmx_next(vmx, &line));
	return line;
}

/* One change: 's'et a line to "x", 'r'emove it, 'a'ppend n = "v"; 0: no more. */
struct step {
	char what;
	uint32_t line;
};

enum { MAX_STEPS = 4 };

static void make_step(struct gv_edits *edits, const struct gv_vmx *vmx, struct step step)
{
	if (step.what == 'a') {
		gv_edits_append(edits, vmx, SPAN("n"), SPAN("v"));
		return;
	}
	struct gv_line line = line_number(vmx, step.line);
	if (step.what == 's')
		gv_edits_set(edits, &line, SPAN("x"));
	else
		gv_edits_remove(edits, &line);
}

#define TWENTY \
	"a01=1\na02=1\na03=1\na04=1\na05=1\na06=1\na07=1\na08=1\na09=1\na10=1\n" \
	"a11=1\na12=1\na13=1\na14=1\na15=1\na16=1\na17=1\na18=1\na19=1\na20=1\n"

struct row {
	struct gv_span text;
	struct step steps[MAX_STEPS];
	struct gv_span want; /* behind the two lines with the path */
};

static const struct row rows[] = {
	/* in the middle */
	{BYTES(TWENTY), {{'s', 10}},
	 BYTES("@@ -7,7 +7,7 @@\n a07=1\n a08=1\n a09=1\n-a10=1\n+a10=\"x\"\n"
	       " a11=1\n a12=1\n a13=1\n")},
	/* at both ends */
	{BYTES(TWENTY), {{'s', 1}},
	 BYTES("@@ -1,4 +1,4 @@\n-a01=1\n+a01=\"x\"\n a02=1\n a03=1\n a04=1\n")},
	{BYTES(TWENTY), {{'r', 1}}, BYTES("@@ -1,4 +1,3 @@\n-a01=1\n a02=1\n a03=1\n a04=1\n")},
	{BYTES(TWENTY), {{'s', 20}},
	 BYTES("@@ -17,4 +17,4 @@\n a17=1\n a18=1\n a19=1\n-a20=1\n+a20=\"x\"\n")},
	{BYTES(TWENTY), {{'r', 20}},
	 BYTES("@@ -17,4 +17,3 @@\n a17=1\n a18=1\n a19=1\n-a20=1\n")},
	/* appended, with and without a final newline, before a tail of NUL */
	{BYTES(TWENTY), {{'a', 0}},
	 BYTES("@@ -18,3 +18,4 @@\n a18=1\n a19=1\n a20=1\n+n = \"v\"\n")},
	{BYTES("a=1\nb=2"), {{'a', 0}},
	 BYTES("@@ -1,2 +1,3 @@\n a=1\n-b=2\n" NO_NEWLINE "+b=2\n+n = \"v\"\n")},
	{BYTES("a=1\nb=2\n\0\0"), {{'a', 0}},
	 BYTES("@@ -1,3 +1,4 @@\n a=1\n b=2\n+n = \"v\"\n \0\0\n" NO_NEWLINE)},
	{BYTES("a=1\0\0"), {{'a', 0}},
	 BYTES("@@ -1,1 +1,3 @@\n-a=1\0\0\n" NO_NEWLINE "+a=1\n+n = \"v\"\n+\0\0\n" NO_NEWLINE)},
	{BYTES("a=1\n"), {{'a', 0}, {'a', 0}},
	 BYTES("@@ -1,1 +1,3 @@\n a=1\n+n = \"v\"\n+n = \"v\"\n")},
	/* a last line without newline that changes, goes, or is context */
	{BYTES("a=1\nb=2"), {{'s', 2}},
	 BYTES("@@ -1,2 +1,2 @@\n a=1\n-b=2\n" NO_NEWLINE "+b=\"x\"\n" NO_NEWLINE)},
	{BYTES("a=1\nb=2"), {{'r', 2}}, BYTES("@@ -1,2 +1,1 @@\n a=1\n-b=2\n" NO_NEWLINE)},
	{BYTES("a=1\nb=2"), {{'s', 1}},
	 BYTES("@@ -1,2 +1,2 @@\n-a=1\n+a=\"x\"\n b=2\n" NO_NEWLINE)},
	/* everything, and into nothing */
	{BYTES("a=1\n"), {{'r', 1}}, BYTES("@@ -1,1 +0,0 @@\n-a=1\n")},
	{BYTES("a=1\nb=2\n"), {{'r', 1}, {'r', 2}}, BYTES("@@ -1,2 +0,0 @@\n-a=1\n-b=2\n")},
	{BYTES(""), {{'a', 0}}, BYTES("@@ -0,0 +1,1 @@\n+n = \"v\"\n")},
	{BYTES("a=1"), {{'r', 1}, {'a', 0}},
	 BYTES("@@ -1,1 +1,1 @@\n-a=1\n" NO_NEWLINE "+n = \"v\"\n")},
	/* a block */
	{BYTES(TWENTY), {{'r', 8}, {'r', 9}, {'r', 10}},
	 BYTES("@@ -5,9 +5,6 @@\n a05=1\n a06=1\n a07=1\n-a08=1\n-a09=1\n-a10=1\n"
	       " a11=1\n a12=1\n a13=1\n")},
	/* two hunks, the second shifted by the first */
	{BYTES(TWENTY), {{'r', 3}, {'s', 15}},
	 BYTES("@@ -1,6 +1,5 @@\n a01=1\n a02=1\n-a03=1\n a04=1\n a05=1\n a06=1\n"
	       "@@ -12,7 +11,7 @@\n a12=1\n a13=1\n a14=1\n-a15=1\n+a15=\"x\"\n"
	       " a16=1\n a17=1\n a18=1\n")},
	{BYTES(TWENTY), {{'r', 1}, {'r', 2}, {'a', 0}},
	 BYTES("@@ -1,5 +1,3 @@\n-a01=1\n-a02=1\n a03=1\n a04=1\n a05=1\n"
	       "@@ -18,3 +16,4 @@\n a18=1\n a19=1\n a20=1\n+n = \"v\"\n")},
	/* seven lines between: two hunks; six: one */
	{BYTES(TWENTY), {{'s', 4}, {'s', 12}},
	 BYTES("@@ -1,7 +1,7 @@\n a01=1\n a02=1\n a03=1\n-a04=1\n+a04=\"x\"\n"
	       " a05=1\n a06=1\n a07=1\n"
	       "@@ -9,7 +9,7 @@\n a09=1\n a10=1\n a11=1\n-a12=1\n+a12=\"x\"\n"
	       " a13=1\n a14=1\n a15=1\n")},
	{BYTES(TWENTY), {{'s', 4}, {'r', 11}},
	 BYTES("@@ -1,14 +1,13 @@\n a01=1\n a02=1\n a03=1\n-a04=1\n+a04=\"x\"\n"
	       " a05=1\n a06=1\n a07=1\n a08=1\n a09=1\n a10=1\n-a11=1\n"
	       " a12=1\n a13=1\n a14=1\n")},
	/* neighbours change together */
	{BYTES("a=1\nb=2\nc=3\n"), {{'s', 1}, {'r', 2}, {'s', 3}},
	 BYTES("@@ -1,3 +1,2 @@\n-a=1\n-b=2\n-c=3\n+a=\"x\"\n+c=\"x\"\n")},
	/* to diff a CR is a byte like others */
	{BYTES("a=1\r\nb=2\r\nc=3\r\n"), {{'s', 2}},
	 BYTES("@@ -1,3 +1,3 @@\n a=1\r\n-b=2\r\n+b=\"x\"\r\n c=3\r\n")},
	{BYTES("a=1\r\nb=2"), {{'a', 0}},
	 BYTES("@@ -1,2 +1,3 @@\n a=1\r\n-b=2\n" NO_NEWLINE "+b=2\r\n+n = \"v\"\r\n")},
	{BYTES("a=1\rb=2\rc=3\r"), {{'s', 2}},
	 BYTES("@@ -1,1 +1,1 @@\n-a=1\rb=2\rc=3\r\n" NO_NEWLINE
	       "+a=1\rb=\"x\"\rc=3\r\n" NO_NEWLINE)},
	{BYTES("a=1\rb=2\rc=3\r"), {{'r', 1}, {'r', 3}, {'a', 0}},
	 BYTES("@@ -1,1 +1,1 @@\n-a=1\rb=2\rc=3\r\n" NO_NEWLINE
	       "+b=2\rn = \"v\"\r\n" NO_NEWLINE)},
	{BYTES("a=1\rb=2\nc=3\n"), {{'r', 2}},
	 BYTES("@@ -1,2 +1,1 @@\n-a=1\rb=2\n-c=3\n+a=1\rc=3\n")},
};

static struct gv_buf diff_of(const char *path, struct gv_span text, struct gv_edits *edits)
{
	struct gv_buf out = {0};
	gv_edits_settle(edits);
	gv_diff(&out, path, text, edits);
	assert_false(out.failed);
	return out;
}

static void assert_row(const struct row *row)
{
	struct gv_vmx *vmx = parse(row->text);
	struct gv_edits edits = {0};
	struct gv_buf want = {0};
	for (size_t i = 0; i < MAX_STEPS && row->steps[i].what != 0; i++)
		make_step(&edits, vmx, row->steps[i]);
	struct gv_buf have = diff_of("vm.vmx", row->text, &edits);
	gv_buf_text(&want, "--- vm.vmx\n+++ vm.vmx\n");
	gv_buf_add(&want, row->want);
	assert_span(gv_buf_span(&have), gv_buf_span(&want));
	gv_buf_dispose(&want);
	gv_buf_dispose(&have);
	gv_edits_dispose(&edits);
	gv_vmx_free(vmx);
}

static void shows_changes_as_diff_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(&rows[i]);
}

/* What is left of the first line, which ends at a lone CR, now begins the line behind. */
static void a_line_joined_by_two_removals_is_shown_whole(void **state)
{
	(void)state;
	assert_row(&(struct row){
		SPAN("a=1\rb=2\nc=3\nd=4\n"),
		{{'r', 2}, {'r', 3}},
		SPAN("@@ -1,3 +1,1 @@\n-a=1\rb=2\n-c=3\n-d=4\n+a=1\rd=4\n"),
	});
}

static void no_edits_give_no_diff(void **state)
{
	struct gv_edits edits = {0};
	(void)state;
	struct gv_buf out = diff_of("vm.vmx", SPAN("a=1\n"), &edits);
	assert_int_equal(out.len, 0);
	gv_buf_dispose(&out);
	gv_edits_dispose(&edits);
}

static void the_diff_goes_behind_what_is_there(void **state)
{
	struct gv_edits edits = {0};
	struct gv_buf out = {0};
	(void)state;
	gv_buf_text(&out, "before\n");
	gv_edits_replace(&edits, 2, 1, SPAN("2"));
	gv_diff(&out, "f", SPAN("a=1\n"), &edits);
	assert_span(gv_buf_span(&out),
	            SPAN("before\n--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a=1\n+a=2\n"));
	gv_buf_dispose(&out);
	gv_edits_dispose(&edits);
}

/* Paths as the file system has them and as the diff names them. */
struct path_row {
	const char *path;
	const char *name;
};

static const struct path_row paths[] = {
	{"vm.vmx", "vm.vmx\n"},
	{"dir/vm.vmx", "dir/vm.vmx\n"},
	{"my vm.vmx", "my vm.vmx\t\n"},
	{"a  b.vmx", "a  b.vmx\t\n"},
	{"caf\xC3\xA9.vmx", "caf\xC3\xA9.vmx\n"},
	{"\xB0\xA1 x.vmx", "\xB0\xA1 x.vmx\t\n"},
	{"a\"b.vmx", "\"a\\\"b.vmx\"\n"},
	{"a\\b.vmx", "\"a\\\\b.vmx\"\n"},
	{"a\nb.vmx", "\"a\\012b.vmx\"\n"},
	{"a\tb c.vmx", "\"a\\011b c.vmx\"\n"},
	{"\"caf\xC3\xA9\".vmx", "\"\\\"caf\\303\\251\\\".vmx\"\n"},
	{"a\x7F" "1.vmx", "\"a\\1771.vmx\"\n"},
};

/* patch passes over blanks at the ends of a name without quotes. */
static const struct path_row blank_paths[] = {
	{"vm.vmx ", "\"vm.vmx \"\n"},
	{" vm.vmx", "\" vm.vmx\"\n"},
	{" ", "\" \"\n"},
};

static void assert_name(const struct path_row *row)
{
	struct gv_edits edits = {0};
	struct gv_buf want = {0};
	gv_edits_replace(&edits, 2, 1, SPAN("2"));
	struct gv_buf have = diff_of(row->path, SPAN("a=1\n"), &edits);
	gv_buf_format(&want, "--- %s+++ %s@@ -1,1 +1,1 @@\n-a=1\n+a=2\n", row->name, row->name);
	assert_span(gv_buf_span(&have), gv_buf_span(&want));
	gv_buf_dispose(&want);
	gv_buf_dispose(&have);
	gv_edits_dispose(&edits);
}

static void quotes_a_path_where_it_has_to_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_name(&paths[i]);
}

static void quotes_a_path_with_a_blank_at_an_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(blank_paths); i++)
		assert_name(&blank_paths[i]);
}

/* Runs patch -p0 --fuzz=0 in DIR on the file "diff" there; its exit status, 127 without patch. */
static int run_patch(const char *dir)
{
	const char *arguments[] = {"patch", "-p0", "--fuzz=0", "--quiet", "-d", dir, NULL};
	char *const *argv = (char *const *)arguments;
	char *diff = path_join(dir, "diff");
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;
	int status = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, diff, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	int code = posix_spawnp(&pid, "patch", &actions, NULL, argv, environ);
	if (code == 0)
		assert_int_equal(waitpid(pid, &status, 0), pid);
	posix_spawn_file_actions_destroy(&actions);
	free(diff);
	return code != 0 || !WIFEXITED(status) ? 127 : WEXITSTATUS(status);
}

static bool has_patch(void)
{
	char *dir = scratch_make();
	char *diff = path_join(dir, "diff");
	file_write(diff, SPAN(""));
	int status = run_patch(dir);
	free(diff);
	scratch_remove(dir);
	return status != 127;
}

static void skip_without_patch(void)
{
	if (has_patch())
		return;
	print_error("SKIP: there is no patch program\n");
	skip();
}

/* Checks that patch makes of TEXT at DIR/PATH what the settled EDITS make of it. */
static void assert_patched(const char *dir, const char *path, struct gv_span text,
                           struct gv_edits *edits)
{
	char *file = path_join(dir, path);
	char *diff_file = path_join(dir, "diff");
	struct gv_buf want = {0};
	struct gv_buf diff = diff_of(path, text, edits);
	assert_int_equal(gv_edits_apply(edits, text, &want, NULL), GV_OK);
	file_write(file, text);
	file_write(diff_file, gv_buf_span(&diff));
	int status = run_patch(dir);
	if (status != 0)
		fail_msg("patch exits with %d for:\n%s", status, diff.at);
	struct gv_buf have = file_read(file);
	assert_span(gv_buf_span(&have), gv_buf_span(&want));
	gv_buf_dispose(&have);
	gv_buf_dispose(&diff);
	gv_buf_dispose(&want);
	free(diff_file);
	free(file);
}

static void patch_applies_every_row(void **state)
{
	(void)state;
	skip_without_patch();
	char *dir = scratch_make();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = parse(rows[i].text);
		struct gv_edits edits = {0};
		for (size_t k = 0; k < MAX_STEPS && rows[i].steps[k].what != 0; k++)
			make_step(&edits, vmx, rows[i].steps[k]);
		assert_patched(dir, "vm.vmx", rows[i].text, &edits);
		gv_edits_dispose(&edits);
		gv_vmx_free(vmx);
	}
	scratch_remove(dir);
}

static void assert_found(const char *path)
{
	char *dir = scratch_make();
	struct gv_edits edits = {0};
	gv_edits_replace(&edits, 2, 1, SPAN("2"));
	assert_patched(dir, path, SPAN("a=1\nb=2\n"), &edits);
	gv_edits_dispose(&edits);
	scratch_remove(dir);
}

static void patch_finds_the_file_by_its_name(void **state)
{
	(void)state;
	skip_without_patch();
	for (size_t i = 0; i < COUNT(paths); i++) {
		if (strchr(paths[i].path, '/') == NULL)
			assert_found(paths[i].path);
	}
}

static void patch_finds_a_name_with_a_blank_at_an_end(void **state)
{
	(void)state;
	skip_without_patch();
	for (size_t i = 0; i < COUNT(blank_paths); i++)
		assert_found(blank_paths[i].path);
}

static size_t random_below(uint64_t *seed, size_t limit)
{
	return (size_t)((random_next(seed) >> 16) % limit);
}

/* Lines that repeat, so that a hunk in the wrong place would fit there; endings that differ. */
static struct gv_buf random_text(uint64_t *seed)
{
	static const char *const lines[] = {
		"a = 1", "b = \"2\"", "", "# x", "mks.enable3d = \"FALSE\"", "c =", "-- x",
		"++ y", "@@ -1 +1 @@", "\\ No newline", "d = \"1", "\xB0\xA1 = \xFF",
	};
	static const char *const endings[] = {"\n", "\r\n", "\r"};
	struct gv_buf text = {0};
	size_t usual = random_below(seed, COUNT(endings));
	gv_buf_text(&text, "");
	for (size_t i = random_below(seed, 40); i > 0; i--) {
		size_t ending = random_below(seed, 8) == 0 ? random_below(seed, 3) : usual;
		gv_buf_text(&text, lines[random_below(seed, COUNT(lines))]);
		gv_buf_text(&text, i == 1 && random_below(seed, 3) == 0 ? "" : endings[ending]);
	}
	if (random_below(seed, 8) == 0)
		gv_buf_add(&text, SPAN("\0\0\0"));
	return text;
}

static void replace_some(struct gv_edits *edits, const struct gv_line *line, uint64_t *seed)
{
	size_t at = line->start + random_below(seed, line->end - line->start);
	gv_edits_replace(edits, at, random_below(seed, 2), SPAN("i\nj"));
}

/* Changes lines here and there, nearly none or nearly all; RAW also bytes anywhere in them. */
static void random_edits(struct gv_edits *edits, const struct gv_vmx *vmx, bool raw, uint64_t *seed)
{
	size_t rare = 1 + random_below(seed, 12);
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		size_t what = random_below(seed, raw ? 3 : 2);
		if (random_below(seed, rare) != 0)
			continue;
		if (what == 2)
			replace_some(edits, &line, seed);
		else if (what == 1 && line.name.len > 0)
			gv_edits_set(edits, &line, SPAN("x\ny"));
		else
			gv_edits_remove(edits, &line);
	}
	for (size_t i = random_below(seed, 3); i > 0; i--)
		gv_edits_append(edits, vmx, SPAN("n"), SPAN("v"));
}

static void assert_patch_round(const char *dir, bool raw, uint64_t *seed)
{
	struct gv_buf text = random_text(seed);
	struct gv_vmx *vmx = parse(gv_buf_span(&text));
	struct gv_edits edits = {0};
	random_edits(&edits, vmx, raw, seed);
	gv_edits_settle(&edits);
	if (edits.count > 0)
		assert_patched(dir, "vm.vmx", gv_buf_span(&text), &edits);
	gv_edits_dispose(&edits);
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

static void assert_patch_rounds(bool raw)
{
	uint64_t seed = 1234567;
	char *dir = scratch_make();
	for (int round = 0; round < 200; round++)
		assert_patch_round(dir, raw, &seed);
	scratch_remove(dir);
}

static void patch_makes_what_edits_of_lines_make(void **state)
{
	(void)state;
	skip_without_patch();
	assert_patch_rounds(false);
}

static void patch_makes_what_edits_of_any_bytes_make(void **state)
{
	(void)state;
	skip_without_patch();
	assert_patch_rounds(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_changes_as_diff_does),
		cmocka_unit_test(a_line_joined_by_two_removals_is_shown_whole),
		cmocka_unit_test(no_edits_give_no_diff),
		cmocka_unit_test(the_diff_goes_behind_what_is_there),
		cmocka_unit_test(quotes_a_path_where_it_has_to_be),
		cmocka_unit_test(quotes_a_path_with_a_blank_at_an_end),
		cmocka_unit_test(patch_applies_every_row),
		cmocka_unit_test(patch_finds_the_file_by_its_name),
		cmocka_unit_test(patch_finds_a_name_with_a_blank_at_an_end),
		cmocka_unit_test(patch_makes_what_edits_of_lines_make),
		cmocka_unit_test(patch_makes_what_edits_of_any_bytes_make),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
