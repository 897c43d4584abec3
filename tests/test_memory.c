/*
 * The n-th allocation fails, for every n: each work says so, or its result is the same as ever.
 * The sanitizers see to it that nothing leaks and nothing is used that is not there.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>

#include <gpuvirt/config.h>
#include <gpuvirt/diff.h>
#include <gpuvirt/host.h>
#include <gpuvirt/repair.h>
#include <gpuvirt/rescue.h>
#include <gpuvirt/verify.h>

#include "base/charset.h"
#include "base/replace.h"
#include "base/walk.h"
#include "cli/lookup.h"
#include "platform/run.h"

#include "inject_memory.h"

/* What is tested: WORK calls inject_stop before it writes to RESULT what has come out. */
struct work {
	const char *name;
	enum gv_status (*work)(const struct work *self, struct gv_buf *result,
	                       struct gv_error *err);
	struct gv_span input;
	bool (*untouched)(void); /* asked after a failure */
	void (*prepare)(void);
};

static struct gv_rules rules;
static const struct gv_policy policy = {.rules = &rules};
static char *root;
static char *path;
static char *backup;

static void compare(const struct work *work, size_t n, struct gv_span have, struct gv_span want)
{
	if (gv_span_equal(have, want))
		return;
	print_error("%s: with allocation %zu failing, no failure but another result\n", work->name,
	            n);
	assert_span(have, want);
}

/* One run with the N-th allocation failing; false when there were fewer. */
static bool attempt(const struct work *work, size_t n, enum inject_how how, struct gv_span want)
{
	struct gv_buf result = {0};
	struct gv_error err = {0};
	if (work->prepare != NULL)
		work->prepare();
	size_t files = inject_open_files();
	inject_arm(n, ENOMEM, how);
	enum gv_status status = work->work(work, &result, &err);
	inject_stop();
	assert_int_equal(inject_open_files(), files);
	if (err.status != GV_OK && err.status != status)
		fail_msg("%s, allocation %zu: returns %s, records %s", work->name, n,
		         gv_status_name(status), gv_status_name(err.status));
	if (status == GV_ENOMEM && inject.failures > 0) {
		assert_string_not_equal(err.message, "");
		if (work->untouched != NULL && !work->untouched())
			fail_msg("%s, allocation %zu: the file was touched", work->name, n);
	} else {
		gv_buf_format(&result, "status: %s, %s\n", gv_status_name(status), err.message);
		compare(work, n, gv_buf_span(&result), want);
	}
	gv_buf_dispose(&result);
	return inject.failures > 0;
}

/* Runs WORK whole, then with each allocation failing; LEAST allocations there must be. */
static void fail_each(const struct work *work, size_t least)
{
	struct gv_buf want = {0};
	struct gv_error err = {0};
	if (work->prepare != NULL)
		work->prepare();
	enum gv_status status = work->work(work, &want, &err);
	gv_buf_format(&want, "status: %s, %s\n", gv_status_name(status), err.message);
	assert_false(want.failed);
	size_t n = 1;
	while (attempt(work, n, INJECT_ONCE, gv_buf_span(&want)))
		n++;
	if (n <= least)
		fail_msg("%s: only %zu allocations", work->name, n - 1);
	for (size_t i = 1; attempt(work, i, INJECT_ON, gv_buf_span(&want)); i++) {
	}
	gv_buf_dispose(&want);
}

static int load_rules(void **state)
{
	(void)state;
	struct gv_error err = {0};
	return gv_rules_add(&rules, gv_builtin_packs(&(size_t){0})->yaml, &err) == GV_OK ? 0 : -1;
}

static int drop_rules(void **state)
{
	(void)state;
	gv_rules_dispose(&rules);
	return 0;
}

/* ---- rule packs ---- */

static enum gv_status add_pack(const struct work *self, struct gv_buf *result,
                               struct gv_error *err)
{
	struct gv_rules added = {0};
	enum gv_status status = gv_rules_add(&added, self->input, err);
	inject_stop();
	for (size_t i = 0; status == GV_OK && i < added.count; i++) {
		const struct gv_rule *rule = &added.at[i];
		gv_buf_format(result, "%s %s %.*s when %zu tell %zu: ", rule->pack, rule->id,
		              (int)rule->key.len, rule->key.at, rule->when_count,
		              rule->tell_count);
		gv_rule_describe_wanted(result, rule);
		for (size_t j = 0; j < rule->when_count; j++)
			gv_buf_add(result, rule->when[j].value);
		gv_buf_char(result, '\n');
	}
	gv_rules_dispose(&added);
	return status;
}

static void built_in_packs_are_read_or_not(void **state)
{
	(void)state;
	size_t count;
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	assert_true(count >= 2);
	for (size_t i = 0; i < count; i++) {
		struct work work = {.name = packs[i].name, .work = add_pack,
		                    .input = packs[i].yaml};
		fail_each(&work, 5);
	}
}

#define RULE "  - id: a\n    summary: s\n    severity: note\n    key: k\n    apply: fix\n"

static void wrong_packs_have_their_reason_or_none(void **state)
{
	(void)state;
	static const char *const packs[] = {
		"pack: p\nrules:\n" RULE "    ensure: equals 1\n    other: x\n",
		"pack: p\nrules:\n" RULE "    ensure: nothing\n",
		"pack: p\nrules:\n" RULE "    ensure: absent\n" RULE "    ensure: absent\n",
		"pack: p\nrules:\n" RULE "    ensure: equals 1\n    when:\n      - k below x\n",
		"pack: p\nrules: [&x a, *x]\n",
		"pack: \"unclosed\n",
		"",
	};
	for (size_t i = 0; i < COUNT(packs); i++) {
		struct work work = {.name = packs[i], .work = add_pack,
		                    .input = gv_span_of(packs[i])};
		fail_each(&work, 0);
	}
}

/* ---- documents ---- */

static void show_findings(struct gv_buf *result, const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct gv_finding *finding = &findings->at[i];
		gv_buf_format(result, "%u:%u: %s [%s] %zu edits, fix %d\n", finding->line,
		              finding->column, finding->message, finding->rule,
		              finding->edit_count, (int)finding->fix);
	}
}

static void show_plan(struct gv_buf *result, const struct gv_plan *plan)
{
	gv_buf_text(result, "found\n");
	show_findings(result, &plan->found);
	gv_buf_text(result, "remain\n");
	show_findings(result, &plan->remain);
	gv_buf_format(result, "changes %d, %zu edits\n", plan->changes, plan->edits.count);
	gv_buf_add(result, gv_buf_span(&plan->text));
}

static enum gv_status plan_document(const struct work *self, struct gv_buf *result,
                                    struct gv_error *err)
{
	struct gv_vmx *vmx = NULL;
	struct gv_plan plan = {0};
	struct gv_buf diff = {0};
	enum gv_status status = gv_vmx_parse(&vmx, self->input, err);
	if (status == GV_OK)
		status = gv_plan_make(&plan, vmx, &policy, true, err);
	if (status == GV_OK)
		gv_diff(&diff, "a \"name\".vmx", self->input, &plan.edits);
	if (diff.failed)
		status = gv_fail_memory(err);
	inject_stop();
	if (status == GV_OK) {
		show_plan(result, &plan);
		gv_buf_add(result, gv_buf_span(&diff));
	}
	gv_buf_dispose(&diff);
	gv_plan_dispose(&plan);
	gv_vmx_free(vmx);
	return status;
}

/* SPAN for tables. */
#define BYTES(literal) {(literal), sizeof(literal) - 1}

/* Every kind of trouble in the encodings it has ways of its own for. */
static const struct work documents[] = {
	{.name = "much trouble in UTF-8", .work = plan_document, .input = BYTES(
		"\xEF\xBB\xBF.encoding = \"UTF-8\"\r\n"
		"displayName = \"caf\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87\"\r\n"
		"note = \"bad \xFF byte\"\r\n"
		"curly = \xE2\x80\x9Cyes\xE2\x80\x9D\r\n"
		"full = \xEF\xBC\x82yes\xEF\xBC\x82\n"
		"same = \"1\"\r\nSAME = \"1\"\r\n"
		"other = \"a|22b\"\r\nother = \"b\"\r\nother = \"c\"\r\n"
		"unclosed = \"value\r\n"
		"blank in value = x y\r\nbare = x y\r\n"
		"= nothing\r\nno equals\r\nafter = \"quote\" junk\r\n"
		"svga.vgaOnly = TRUE\r\n"
		"guestOS = \"darwin20-64\"\r\n"
		"virtualHW.version = \"14\"\r\n"
		"mks.enable3d = FALSE\r\nMKS.enable3d = \"true\"\r\n"
		"vmotion.svga.supports3D = \"0\"\r\nvmotion.svga.baseCapsLevel = \"9\"\r\n"
		"vtpm.present = \"TRUE\"\r\nvtpm.present = \"FALSE\"\r\n"
		"ctrl = \"\x1A\"\r\n"
		"last = \"no newline\"\0\0")},
	{.name = "trouble in GBK", .work = plan_document, .input = BYTES(
		".encoding = \"GBK\"\n"
		"displayName = \"\xD6\xD0\xCE\xC4\"\n"
		"note = \"bad \xFF\xFF\"\n"
		"curly = \xA1\xB0\xD6\xD0\xA1\xB1\n"
		"no equals \xD6\xD0\n"
		"\xD6\xD0 = \"1\"\n\xD6\xD0 = \"2\"\n"
		"mks.enable3d = \"\xD6\xD0\"\n"
		"virtualHW.version = \"17\"\n")},
	{.name = "an unknown encoding", .work = plan_document, .input = BYTES(
		".encoding = \"klingon \xFF\"\nconfig.version = \"8\"\nvirtualHW.version = \"8\"\n"
		"a = \"\xE9\"\ncurly = \xE2\x80\x9Cyes\xE2\x80\x9D\n")},
	{.name = "nothing wrong", .work = plan_document, .input = BYTES(
		"config.version = \"8\"\nvirtualHW.version = \"21\"\nmks.enable3d = \"TRUE\"\n")},
	{.name = "only a key missing", .work = plan_document, .input = BYTES(
		"config.version = \"8\"\nvirtualHW.version = \"21\"")},
	{.name = "empty", .work = plan_document, .input = BYTES("")},
	{.name = "keys that VMware does not know", .work = plan_document, .input = BYTES(
		"config.version = \"8\"\nvirtualHW.version = \"22\"\nmks.enable3d = \"TRUE\"\n"
		"mks.enableGLRenderer = \"1\"\nmks.enableDX11 = \"1\"\n")},
	{.name = "comments that switch off", .work = plan_document, .input = BYTES(
		"# gpuvirt: disable=enable-3d, x,y,z\nconfig.version = \"8\"\n"
		"a = \"1\"\na = \"1\"\n")},
};

static void documents_are_judged_fully_or_not(void **state)
{
	(void)state;
	static const size_t least[COUNT(documents)] = {60, 40, 20, 0, 10, 0, 2, 30};
	for (size_t i = 0; i < COUNT(documents); i++)
		fail_each(&documents[i], least[i]);
}

/* So many names and lines that every table grows several times. */
static void large_document_is_judged_fully_or_not(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	for (int i = 0; i < 80; i++)
		gv_buf_format(&text, "key%d = \"%d\"\nvmotion.svga.x%d = \"%d\"\nkey%d = \"z\"\n",
		              i, i, i, i, i / 2);
	struct work work = {.name = "large", .work = plan_document, .input = gv_buf_span(&text)};
	fail_each(&work, 40);
	gv_buf_dispose(&text);
}

/* ---- what is known ---- */

static enum gv_status load_cards(const struct work *self, struct gv_buf *result,
                                 struct gv_error *err)
{
	(void)self;
	struct cards cards = {0};
	enum gv_status status = cards_load(&cards, err);
	inject_stop();
	if (status == GV_OK)
		gv_buf_format(result, "%zu cards\n", cards.count);
	cards_dispose(&cards);
	return status;
}

/* Many allocations are alike: the first ones fail, then ever fewer of the others. */
static void knowledge_is_loaded_or_not(void **state)
{
	(void)state;
	static const struct work work = {.name = "knowledge", .work = load_cards};
	struct gv_buf want = {0};
	struct gv_error err = {0};
	assert_int_equal(load_cards(&work, &want, &err), GV_OK);
	gv_buf_text(&want, "status: ok, \n");
	size_t n = 1;
	while (attempt(&work, n, INJECT_ONCE, gv_buf_span(&want)) &&
	       attempt(&work, n, INJECT_ON, gv_buf_span(&want)))
		n += 1 + n / 4;
	assert_true(n > 100);
	gv_buf_dispose(&want);
}

static struct cards known;

static enum gv_status ask(const struct work *self, struct gv_buf *result, struct gv_error *err)
{
	struct lookup lookup = {0};
	lookup_text(&lookup, &known, self->input);
	inject_stop();
	bool failed = lookup.failed;
	for (size_t i = 0; i < lookup.count; i++)
		gv_buf_format(result, "%s\n", lookup.at[i]->name);
	for (size_t i = 0; i < lookup.near_count; i++)
		gv_buf_format(result, "near %s\n", lookup.near[i]->name);
	lookup_dispose(&lookup);
	return failed ? gv_fail_memory(err) : GV_OK;
}

static void questions_are_answered_or_not(void **state)
{
	(void)state;
	static const struct work works[] = {
		{.name = "a family", .work = ask, .input = BYTES("vmotion.svga.*")},
		{.name = "a message", .work = ask, .input = BYTES("x: Device ID is badlisted\n")},
		{.name = "a part", .work = ask, .input = BYTES("3D support is available")},
		{.name = "a near miss", .work = ask, .input = BYTES("mks.enabel3d")},
	};
	assert_int_equal(cards_load(&known, NULL), GV_OK);
	for (size_t i = 0; i < COUNT(works); i++)
		fail_each(&works[i], 1);
	cards_dispose(&known);
}

/* ---- conversions ---- */

static const char *const charset_names[] = {"UTF-8", "GBK", "windows-1252", "windows-1255"};

static enum gv_status convert(const struct work *self, struct gv_buf *result,
                              struct gv_error *err)
{
	struct gv_buf outs[12] = {{0}};
	bool failed = false;
	size_t count = 0;
	for (size_t i = 0; i < COUNT(charset_names); i++) {
		const struct gv_charset *charset = gv_charset_find(gv_span_of(charset_names[i]));
		gv_charset_to_utf8(&outs[count++], charset, self->input);
		gv_charset_show(&outs[count++], charset, self->input);
		gv_charset_show_short(&outs[count++], charset, self->input, 4);
	}
	inject_stop();
	for (size_t i = 0; i < count; i++) {
		failed |= outs[i].failed;
		gv_buf_add(result, gv_buf_span(&outs[i]));
		gv_buf_char(result, '\n');
		gv_buf_dispose(&outs[i]);
	}
	return failed ? gv_fail_memory(err) : GV_OK;
}

static void texts_are_shown_right_or_not_at_all(void **state)
{
	(void)state;
	static const struct work work = {.name = "conversion", .work = convert,
	                                 .input = BYTES("\xD6\xD0\xCE\xC4\xFF\x1B plain")};
	fail_each(&work, 10);
}

/* ---- files ---- */

#define TROUBLE \
	".encoding = \"GBK\"\r\nconfig.version = \"8\"\r\nvirtualHW.version = \"18\"\r\n" \
	"displayName = \"\xD6\xD0\"\r\nvmotion.svga.supports3D = \"1\"\r\nsame = \"1\"\r\n" \
	"same = \"1\"\r\n"

static int make_root(void **state)
{
	(void)state;
	root = scratch_make();
	path = path_join(root, "x.vmx");
	backup = path_join(root, "x.vmx.bak");
	return load_rules(state);
}

static int remove_root(void **state)
{
	free(path);
	free(backup);
	scratch_remove(root);
	return drop_rules(state);
}

static void set_file(void)
{
	file_write(path, SPAN(TROUBLE));
	remove(backup);
}

static void set_both(void)
{
	file_write(path, SPAN(TROUBLE));
	file_write(backup, SPAN("config.version = \"8\"\r\n"));
}

static bool holds(const char *name, struct gv_span want)
{
	struct gv_buf have = file_read(name);
	bool same = gv_span_equal(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
	return same;
}

static bool has_temporary(void)
{
	bool found = false;
	DIR *dir = opendir(root);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		found |= gv_temp_is_name(entry->d_name);
	closedir(dir);
	return found;
}

static bool file_is_untouched(void)
{
	return holds(path, SPAN(TROUBLE)) && !has_temporary();
}

static bool both_are_untouched(void)
{
	return file_is_untouched() && holds(backup, SPAN("config.version = \"8\"\r\n"));
}

static struct gv_repair_options options_for_writing(void)
{
	return (struct gv_repair_options){.policy = &policy, .max_size = GV_DEFAULT_MAX_SIZE,
	                                  .unsafe = true, .backup = true, .write = true};
}

static void show_repair(struct gv_buf *result, const struct gv_repair *repair)
{
	struct gv_buf now = file_read(path);
	gv_buf_format(result, "refused %d, written %d\n", repair->refused, repair->written);
	for (size_t i = 0; i < repair->refusals.count; i++)
		gv_buf_format(result, "%s: %s\n", repair->refusals.at[i].guard,
		              repair->refusals.at[i].message);
	show_plan(result, &repair->plan);
	gv_buf_add(result, gv_buf_span(&now));
	gv_buf_dispose(&now);
}

static enum gv_status repair_file(const struct work *self, struct gv_buf *result,
                                  struct gv_error *err)
{
	(void)self;
	struct gv_repair repair = {0};
	struct gv_repair_options options = options_for_writing();
	enum gv_status status = gv_repair_file(&repair, path, &options, err);
	inject_stop();
	if (status == GV_OK)
		show_repair(result, &repair);
	gv_repair_dispose(&repair);
	return status;
}

static const struct work repairing = {.name = "repair", .work = repair_file,
                                      .untouched = file_is_untouched, .prepare = set_file};

static void file_is_repaired_or_untouched(void **state)
{
	(void)state;
	fail_each(&repairing, 30);
}

static void make_lock(void)
{
	char *folder = path_join(root, "x.vmx.lck");
	char *member = path_join(folder, "M12345.lck");
	assert_int_equal(mkdir(folder, 0755), 0);
	file_write(member, SPAN("not as VMware writes it"));
	free(folder);
	free(member);
}

/* How a guard says it may tell of the memory; that it refuses may not change. */
static enum gv_status ask_guards(const struct work *self, struct gv_buf *result,
                                 struct gv_error *err)
{
	(void)self;
	struct gv_repair repair = {0};
	struct gv_repair_options options = options_for_writing();
	enum gv_status status = gv_repair_file(&repair, path, &options, err);
	inject_stop();
	for (size_t i = 0; status == GV_OK && i < repair.refusals.count; i++)
		gv_buf_format(result, "%s\n", repair.refusals.at[i].guard);
	if (status == GV_OK)
		gv_buf_format(result, "refused %d, written %d\n", repair.refused, repair.written);
	gv_repair_dispose(&repair);
	return status;
}

static void fail_each_while_guarded(void)
{
	struct work work = repairing;
	work.work = ask_guards;
	fail_each(&work, 20);
	assert_true(holds(path, SPAN(TROUBLE)));
}

/* With little memory, too, a lock is seen. */
static void locked_file_is_never_written(void **state)
{
	(void)state;
	make_lock();
	fail_each_while_guarded();
}

/* And a suspended state. */
static void suspended_file_is_never_written(void **state)
{
	(void)state;
	char *suspended = path_join(root, "x-1a2b3c4d.vmss");
	file_write(suspended, SPAN(""));
	free(suspended);
	fail_each_while_guarded();
}

static enum gv_status change_file(const struct work *self, struct gv_buf *result,
                                  struct gv_error *err)
{
	(void)self;
	static const struct gv_change changes[] = {
		{GV_CHANGE_SET, BYTES("displayName"), BYTES("\xE6\x96\x87 |\"")},
		{GV_CHANGE_SET, BYTES("same"), BYTES("2")},
		{GV_CHANGE_ADD, BYTES("new.key"), BYTES("\xE4\xB8\xAD")},
		{GV_CHANGE_UNSET, BYTES("vmotion.*"), {0}},
	};
	struct gv_repair repair = {0};
	struct gv_repair_options options = options_for_writing();
	enum gv_status status = gv_change_file(&repair, path, changes, COUNT(changes), &options,
	                                       err);
	inject_stop();
	if (status == GV_OK)
		show_repair(result, &repair);
	gv_repair_dispose(&repair);
	return status;
}

static void keys_are_changed_all_or_none(void **state)
{
	(void)state;
	static const struct work work = {.name = "change", .work = change_file,
	                                 .untouched = file_is_untouched, .prepare = set_file};
	fail_each(&work, 20);
}

static enum gv_status undo_file(const struct work *self, struct gv_buf *result,
                                struct gv_error *err)
{
	(void)self;
	struct gv_repair repair = {0};
	struct gv_repair_options options = options_for_writing();
	enum gv_status status = gv_undo_file(&repair, path, &options, err);
	inject_stop();
	if (status == GV_OK)
		show_repair(result, &repair);
	gv_repair_dispose(&repair);
	return status;
}

static void file_is_swapped_or_untouched(void **state)
{
	(void)state;
	static const struct work work = {.name = "undo", .work = undo_file,
	                                 .untouched = both_are_untouched, .prepare = set_both};
	fail_each(&work, 5);
}

static enum gv_status list_paths(const struct work *self, struct gv_buf *result,
                                 struct gv_error *err)
{
	(void)self;
	static const char *const globs[] = {"skipped.vmx"};
	struct gv_walk how = {.excludes = {globs, 1}};
	struct gv_paths paths = {0};
	enum gv_status status = gv_paths_add(&paths, root, &how, err);
	if (status == GV_OK)
		status = gv_paths_add(&paths, path, &how, err);
	inject_stop();
	for (size_t i = 0; status == GV_OK && i < paths.count; i++)
		gv_buf_format(result, "%s %d %d\n", paths.at[i].path, paths.at[i].named,
		              paths.at[i].trouble != NULL);
	gv_paths_dispose(&paths);
	return status;
}

static void tree_is_listed_whole_or_not(void **state)
{
	(void)state;
	char name[40];
	set_file();
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, i % 2 == 0 ? "f%d" : "f%d.vmx", i - i % 20);
		char *folder = path_join(root, name);
		if (mkdir(folder, 0755) != 0)
			assert_int_equal(errno, EEXIST);
		snprintf(name, sizeof name, "%d.vmx", i);
		char *file = path_join(folder, name);
		file_write(file, SPAN("x"));
		free(folder);
		free(file);
	}
	static const struct work work = {.name = "list", .work = list_paths};
	fail_each(&work, 12);
}

/* ---- configurations ---- */

/* What holds for PATH, by CONFIGS. */
static enum gv_status show_policy(struct gv_buf *result, struct gv_configs *configs,
                                  const char *file, struct gv_error *err)
{
	const struct gv_policy *policy_found = NULL;
	const struct gv_config_text *glob = NULL;
	const struct gv_config *config = NULL;
	char folder[300];
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(file, '/') - file), file);
	enum gv_status status = gv_configs_find(configs, folder, &config, err);
	if (status == GV_OK)
		status = gv_configs_policy(configs, config, file, &policy_found, err);
	if (status == GV_OK)
		status = gv_configs_exclusion(configs, config, file, &glob, err);
	bool armed = inject.armed;
	inject_stop();
	if (status == GV_OK)
		gv_buf_format(result, "%zu rules, %zu off, %s\n", policy_found->rules->count,
		              policy_found->off.count, glob == NULL ? "wanted" : glob->text);
	inject.armed = armed;
	return status;
}

static enum gv_status resolve_policies(const struct work *self, struct gv_buf *result,
                                       struct gv_error *err)
{
	(void)self;
	static const char *const names[] = {"x.vmx", "lab/x.vmx", "lab/deep/y.vmx", "own/x.vmx"};
	struct gv_configs *configs = NULL;
	enum gv_status status = gv_configs_new(&configs, NULL, NULL, err);
	for (size_t i = 0; status == GV_OK && i < COUNT(names); i++) {
		char file[300];
		snprintf(file, sizeof file, "%s/%s", root, names[i]);
		status = show_policy(result, configs, file, err);
	}
	inject_stop();
	gv_configs_free(configs);
	return status;
}

static void policies_are_found_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *text;
	} files[] = {
		{GV_CONFIG_NAME, "gpuvirt: 1\nrules: [vmware-3d, p.yaml]\nexclude: ['y*', a/b/c]\n"
		                 "disable: [ctrl-z, p]\noverrides:\n"
		                 "  - {paths: [lab, b, c], rules: [p.yaml], disable: [nul-bytes]}\n"
		                 "  - {paths: [lab/deep/**], rules: [vmware-3d-off]}\n"},
		{"p.yaml", "pack: p\nrules: [{id: p, summary: s, severity: note, key: k, "
		           "ensure: absent, apply: fix}]\n"},
		{"own/" GV_CONFIG_NAME, "gpuvirt: 1\n"},
	};
	char *own = path_join(root, "own");
	assert_int_equal(mkdir(own, 0755), 0);
	free(own);
	for (size_t i = 0; i < COUNT(files); i++) {
		char *file = path_join(root, files[i].name);
		file_write(file, gv_span_of(files[i].text));
		free(file);
	}
	static const struct work work = {.name = "policies", .work = resolve_policies};
	fail_each(&work, 100);
}

static struct gv_knowledge *knowledge;

static enum gv_status verify_machine(const struct work *self, struct gv_buf *result,
                                     struct gv_error *err)
{
	(void)self;
	char file[300];
	struct gv_verification found = {0};
	struct gv_verify_options options = {knowledge, 1 << 20};
	snprintf(file, sizeof file, "%s/One.vmx", root);
	enum gv_status status = gv_verify_path(&found, file, &options, err);
	inject_stop();
	if (status == GV_OK) {
		const struct gv_verdict *verdict = &found.verdict;
		gv_buf_format(result, "%s %s %s %s %zu ", gv_3d_name(verdict->state),
		              verdict->adapter, verdict->causes[0], found.sandbox,
		              verdict->evidence_count);
		gv_buf_text(result, found.findings.at[0].message);
	}
	gv_verification_dispose(&found);
	return status;
}

static void logs_are_judged_fully_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *text; /* NULL: that of the look-alike */
	} files[] = {
		{"One.vmx", "virtualHW.version = \"20\"\nmks.enable3d = \"TRUE\"\n"
		            "guestOS = \"ubuntu-64\"\nvmotion.svga.supports3D = \"0\"\n"},
		{"Two.vmx", "x"},
		{"vmware.log", NULL},
		{"mksSandbox.log", NULL},
		{"vmware-0.log", "DICT --- CONFIGURATION C:\\Two.vmx\n"},
	};
	for (size_t i = 0; i < COUNT(files); i++) {
		char from[300];
		char *to = path_join(root, files[i].name);
		snprintf(from, sizeof from, FIXTURES "/logs/ws175-basic-driver/%s", files[i].name);
		struct gv_buf text = {0};
		if (files[i].text == NULL)
			text = file_read(from);
		file_write(to, files[i].text == NULL ? gv_buf_span(&text)
		                                     : gv_span_of(files[i].text));
		gv_buf_dispose(&text);
		free(to);
	}
	assert_int_equal(gv_knowledge_load(&knowledge, NULL), GV_OK);
	static const struct work work = {.name = "verify", .work = verify_machine};
	fail_each(&work, 30);
	gv_knowledge_free(knowledge);
}

static enum gv_status run_program(const struct work *self, struct gv_buf *result,
                                  struct gv_error *err)
{
	(void)self;
	static const char *const argv[] = {"sh", "-c", "yes | head -n 5000", NULL};
	struct gv_run run = {0};
	int code = gv_run(&run, argv, 1 << 20);
	inject_stop();
	if (code == 0)
		gv_buf_format(result, "%zu bytes\n", run.out_size);
	gv_run_dispose(&run);
	return code == ENOMEM ? gv_fail_memory(err) : code == 0 ? GV_OK : GV_ESYSTEM;
}

static void output_is_read_whole_or_not(void **state)
{
	(void)state;
	static const struct work work = {.name = "run", .work = run_program};
	fail_each(&work, 2);
}

static void show_rescue(struct gv_buf *result, const struct gv_rescue *rescue)
{
	gv_buf_format(result, "damage %d: %s\n", (int)rescue->damage, rescue->damage_text);
	for (size_t i = 0; i < rescue->count; i++) {
		const struct gv_candidate *candidate = &rescue->at[i];
		gv_buf_format(result, "%s: %d, %zu of %zu\n", candidate->name,
		              (int)candidate->state, candidate->agrees, candidate->entries);
		for (size_t j = 0; j < candidate->note_count; j++)
			gv_buf_format(result, "  %s\n", candidate->notes[j]);
		gv_buf_add(result, gv_buf_span(&candidate->text));
	}
}

static enum gv_status look_for_rescue(const struct work *self, struct gv_buf *result,
                                      struct gv_error *err)
{
	(void)self;
	struct gv_rescue rescue = {0};
	struct gv_edits edits = {0};
	enum gv_status status = gv_rescue_look(&rescue, path, 10000, err);
	if (status == GV_OK && gv_rescue_best(&rescue) != NULL)
		gv_rescue_edits(&edits, &rescue, gv_rescue_best(&rescue));
	inject_stop();
	if (edits.failed)
		status = gv_fail_memory(err);
	if (status == GV_OK)
		show_rescue(result, &rescue);
	gv_buf_format(result, "%zu edits\n", edits.count);
	gv_edits_dispose(&edits);
	gv_rescue_dispose(&rescue);
	return status;
}

static void candidates_are_judged_fully_or_not(void **state)
{
	(void)state;
	static const char *const files[][2] = {
		{"x.vmx", ".encoding = \"UTF-8\"\nuuid.bios = \"1\"\nconfig.version = \"8\"\nm"},
		{"x.vmx.bak", "uuid.bios = \"2\"\nconfig.version = \"8\"\nm"},
		{"x.vmx~", "uuid.bios = \"1\"\nconfig.version = \"8\"\noops\n"},
		{"vmware-0.log", "no log\n"},
		{"vmware.log",
		 "2026-03-10T08:30:01.125Z In(05) vmx DICT --- CONFIGURATION C:\\y.vmx \n"
		 "2026-03-10T08:30:01.125Z In(05) vmx DICT  config.version = \"8\"\n"
		 "2026-03-10T08:30:01.125Z In(05) vmx DICT  annotation = <not printed>\n"
		 "2026-03-10T08:30:01.125Z In(05) vmx DICT  cut = \"not wh\n"
		 "2026-03-10T08:30:02.125Z In(05) vmx ConfigDB: Setting a.b = \"1\"\n"
		 "2026-03-10T08:30:02.125Z In(05) vmx ConfigDB: Unsetting all entries with prefix "
		 "\"a.\"\n"},
	};
	for (size_t i = 0; i < COUNT(files); i++) {
		char *file = path_join(root, files[i][0]);
		file_write(file, gv_span_of(files[i][1]));
		free(file);
	}
	static const struct work work = {.name = "rescue", .work = look_for_rescue};
	fail_each(&work, 40);
}

/* Looks for a key in the host-wide files, and plans to set it in one that is not there. */
static enum gv_status look_at_host(const struct work *self, struct gv_buf *result,
                                   struct gv_error *err)
{
	(void)self;
	struct gv_host_environment environment = {GV_HOST_LINUX, root, "/home", NULL, NULL};
	struct gv_host host = {0};
	struct gv_host_hits hits = {0};
	enum gv_status status = gv_host_read(&host, &environment, 10000, err);
	if (status == GV_OK)
		gv_host_find(&hits, &host, GV_LITERAL("mks.a"));
	inject_stop();
	if (status == GV_OK && hits.wins != NULL)
		gv_buf_format(result, "%s\n", hits.wins->file->row->name);
	gv_host_dispose(&host);
	return status;
}

static enum gv_status plan_for_host(const struct work *self, struct gv_buf *result,
                                    struct gv_error *err)
{
	(void)self;
	struct gv_repair_options options = options_for_writing();
	struct gv_change one = {GV_CHANGE_SET, GV_LITERAL("mks.a"), GV_LITERAL("1")};
	size_t count;
	struct gv_host_change change = {path, &gv_host_rows(&count)[0], true, &one, 1, &options};
	struct gv_repair repair = {0};
	bool created;
	options.write = false;
	enum gv_status status = gv_host_change(&repair, &created, &change, err);
	inject_stop();
	if (status == GV_OK)
		gv_buf_add(result, gv_buf_span(&repair.plan.text));
	gv_repair_dispose(&repair);
	return status;
}

static void host_files_are_read_or_not(void **state)
{
	(void)state;
	static const struct work looking = {.name = "host", .work = look_at_host};
	static const struct work planning = {.name = "host change", .work = plan_for_host};
	static const char *const folders[] = {"etc", "etc/vmware"};
	for (size_t i = 0; i < COUNT(folders); i++) {
		char *folder = path_join(root, folders[i]);
		assert_int_equal(mkdir(folder, 0755), 0);
		free(folder);
	}
	char *file = path_join(root, "etc/vmware/config");
	file_write(file, SPAN("mks.a = \"1\"\n"));
	free(file);
	fail_each(&looking, 5);
	fail_each(&planning, 5);
}

#define WITH_RULES(test) cmocka_unit_test_setup_teardown(test, load_rules, drop_rules)
#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_packs_are_read_or_not),
		cmocka_unit_test(wrong_packs_have_their_reason_or_none),
		WITH_RULES(documents_are_judged_fully_or_not),
		WITH_RULES(large_document_is_judged_fully_or_not),
		cmocka_unit_test(knowledge_is_loaded_or_not),
		cmocka_unit_test(questions_are_answered_or_not),
		cmocka_unit_test(texts_are_shown_right_or_not_at_all),
		WITH_FILES(file_is_repaired_or_untouched),
		WITH_FILES(locked_file_is_never_written),
		WITH_FILES(suspended_file_is_never_written),
		WITH_FILES(keys_are_changed_all_or_none),
		WITH_FILES(file_is_swapped_or_untouched),
		WITH_FILES(tree_is_listed_whole_or_not),
		WITH_FILES(policies_are_found_or_not),
		WITH_FILES(logs_are_judged_fully_or_not),
		cmocka_unit_test(output_is_read_whole_or_not),
		WITH_FILES(candidates_are_judged_fully_or_not),
		WITH_FILES(host_files_are_read_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
