#include "support.h"

#include <stdio.h>

#include <gpuvirt/plan.h>

/* A document, its rules and the plan for it. */
struct planned {
	struct gv_rules rules; /* unused for the default pack */
	struct gv_vmx *vmx;
	struct gv_plan plan;
	struct gv_error err;
	enum gv_status status;
};

/* The default pack, read once for all tests. */
static struct gv_rules default_rules;

static int read_default_rules(void **state)
{
	(void)state;
	return (int)gv_rules_add(&default_rules, gv_builtin_pack("vmware-3d")->yaml, NULL);
}

static int drop_default_rules(void **state)
{
	(void)state;
	gv_rules_dispose(&default_rules);
	return 0;
}

static void read_rules(struct gv_rules *rules, const char *list)
{
	struct gv_buf pack = {0};
	struct gv_error err = {0};
	gv_buf_format(&pack, "pack: p\nrules:\n%s", list);
	if (gv_rules_add(rules, gv_buf_span(&pack), &err) != GV_OK)
		fail_msg("%u:%u: %s", err.line, err.column, err.message);
	gv_buf_dispose(&pack);
}

/* RULES: the rules of a pack, or NULL for the default pack. */
static void make(struct planned *out, const char *rules, struct gv_span text, bool unsafe)
{
	*out = (struct planned){0};
	if (rules != NULL)
		read_rules(&out->rules, rules);
	assert_int_equal(gv_vmx_parse(&out->vmx, text, NULL), GV_OK);
	struct gv_policy policy = {.rules = rules == NULL ? &default_rules : &out->rules};
	out->status = gv_plan_make(&out->plan, out->vmx, &policy, unsafe, &out->err);
	assert_int_equal(out->status, out->err.status);
}

static void drop(struct planned *planned)
{
	gv_plan_dispose(&planned->plan);
	gv_vmx_free(planned->vmx);
	gv_rules_dispose(&planned->rules);
}

/* The text the plan leads to. */
static struct gv_span result(const struct planned *planned)
{
	return planned->plan.changes ? gv_buf_span(&planned->plan.text)
	                             : gv_vmx_text(planned->vmx);
}

/* Document + edits = text: what diff shows is what fix writes. */
static void assert_edits_make_the_text(const struct planned *planned)
{
	struct gv_buf applied = {0};
	assert_int_equal(gv_edits_apply(&planned->plan.edits, gv_vmx_text(planned->vmx), &applied,
	                                NULL), GV_OK);
	assert_span(gv_buf_span(&applied), result(planned));
	gv_buf_dispose(&applied);
}

static void assert_plan(const char *rules, const char *text, bool unsafe, const char *want)
{
	struct planned planned;
	make(&planned, rules, gv_span_of(text), unsafe);
	assert_int_equal(planned.status, GV_OK);
	assert_int_equal(planned.plan.changes, strcmp(text, want) != 0);
	assert_span(result(&planned), gv_span_of(want));
	assert_edits_make_the_text(&planned);
	drop(&planned);
}

#define HEAD ".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"20\"\n"
#define ON "mks.enable3d = \"TRUE\"\n"

/* As a power-on leaves them, between lines that stay. */
static struct gv_buf cached(const char *supports3d, size_t others)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, HEAD "vmotion.checkpointFBSize = \"4194304\"\n");
	if (supports3d != NULL)
		gv_buf_format(&text, "vmotion.svga.supports3D = \"%s\"\n", supports3d);
	for (size_t i = 0; i < others; i++)
		gv_buf_format(&text, "vmotion.svga.cap%zu = \"%zu\"\n", i, i * 7);
	gv_buf_text(&text, "softPowerOff = \"FALSE\"\n");
	assert_false(text.failed);
	return text;
}

static const char without_cache[] = HEAD "vmotion.checkpointFBSize = \"4194304\"\n"
					 "softPowerOff = \"FALSE\"\n" ON;

static void the_default_pack_enables_3d_and_drops_the_cache(void **state)
{
	(void)state;
	static const struct {
		const char *supports3d;
		size_t others;
		const char *message;
	} rows[] = {
		{"1", 21, "22 vmotion.svga.* keys, must be absent: GPU capabilities cached at an "
		          "earlier power-on; supports3D is 1, the host had 3D then"},
		{"0", 21, "22 vmotion.svga.* keys, must be absent: GPU capabilities cached at an "
		          "earlier power-on; supports3D is 0, the last probe of the host's GPU "
		          "failed"},
		{"2", 0, "1 vmotion.svga.* key, must be absent: GPU capabilities cached at an "
		         "earlier power-on"},
		{NULL, 3, "3 vmotion.svga.* keys, must be absent: GPU capabilities cached at an "
		          "earlier power-on"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct planned planned;
		struct gv_buf text = cached(rows[i].supports3d, rows[i].others);
		make(&planned, NULL, gv_buf_span(&text), false);
		assert_true(planned.plan.changes);
		assert_span(result(&planned), SPAN(without_cache));
		assert_edits_make_the_text(&planned);
		assert_int_equal(planned.plan.found.count, 2);
		assert_string_equal(planned.plan.found.at[0].message, rows[i].message);
		assert_string_equal(planned.plan.found.at[0].rule, "stale-gpu-cache");
		assert_int_equal(planned.plan.found.at[0].line, 5);
		assert_string_equal(planned.plan.found.at[1].rule, "enable-3d");
		assert_int_equal(gv_plan_remaining(&planned.plan)->count, 0);
		drop(&planned);
		gv_buf_dispose(&text);
	}
}

static void a_healthy_document_needs_nothing(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned, NULL, SPAN(HEAD ON), true);
	assert_int_equal(planned.status, GV_OK);
	assert_false(planned.plan.changes);
	assert_int_equal(planned.plan.found.count, 0);
	assert_int_equal(planned.plan.edits.count, 0);
	assert_ptr_equal(gv_plan_remaining(&planned.plan), &planned.plan.found);
	drop(&planned);
}

static void a_second_plan_finds_nothing_to_do(void **state)
{
	(void)state;
	struct planned planned;
	struct gv_buf text = cached("1", 5);
	make(&planned, NULL, gv_buf_span(&text), false);
	assert_plan(NULL, planned.plan.text.at, false, planned.plan.text.at);
	drop(&planned);
	gv_buf_dispose(&text);
}

/* Advice of the default pack, each in a document that else is right. */
static void advice_remains(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *rule;
	} rows[] = {
		{"config.version = \"8\"\nvirtualHW.version = \"17\"\n" ON, "old-hardware-version"},
		{HEAD ON "svga.vgaOnly = \"true\"\n", "vga-only"},
		{HEAD ON "guestOS = \"Darwin20-64\"\n", "macos-3d-available"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct planned planned;
		make(&planned, NULL, gv_span_of(rows[i].text), true);
		assert_false(planned.plan.changes);
		assert_int_equal(gv_plan_remaining(&planned.plan)->count, 1);
		assert_string_equal(gv_plan_remaining(&planned.plan)->at[0].rule, rows[i].rule);
		drop(&planned);
	}
}

static void old_hardware_with_a_cache_is_told_of_both(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned, NULL, SPAN("config.version = \"8\"\nvirtualHW.version = \"9\"\n"
	                          "vmotion.svga.supports3D = \"1\"\n" ON), false);
	assert_int_equal(planned.plan.found.count, 3);
	assert_string_equal(planned.plan.found.at[0].rule, "old-hardware-version");
	assert_true(planned.plan.changes);
	assert_int_equal(gv_plan_remaining(&planned.plan)->count, 1);
	assert_string_equal(gv_plan_remaining(&planned.plan)->at[0].rule, "old-hardware-version");
	drop(&planned);
}

static void enforced_keys_end_as_one_entry(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *safe;
		const char *unsafe;
	} rows[] = {
		{HEAD "mks.enable3d = \"FALSE\"\nMKS.Enable3D = \"TRUE\"\n", HEAD ON, HEAD ON},
		{HEAD ON "mks.enable3d = \"FALSE\"\n", HEAD ON, HEAD ON},
		{HEAD ON ON ON, HEAD ON, HEAD ON},
		{HEAD "mks.enable3d = \"TRUE\n", HEAD ON, HEAD ON},
		{HEAD "mks.enable3d = TRUE x\n" ON, HEAD ON, HEAD ON},
		{HEAD ON "mks.enable3d = \"TRUE\" x\n", HEAD ON, HEAD ON},
		{HEAD "mks.enable3d = \xE2\x80\x9CTRUE\xE2\x80\x9D\n", HEAD ON, HEAD ON},
		{HEAD "mks.enable3d = \xE2\x80\x9CTRUE x\xE2\x80\x9D\n", HEAD ON, HEAD ON},
		{HEAD "mks.enable3d =\n", HEAD "mks.enable3d =\"TRUE\"\n",
		 HEAD "mks.enable3d =\"TRUE\"\n"},
		{"\xEF\xBB\xBF" HEAD "mks.enable3d = FALSE", HEAD "mks.enable3d = \"TRUE\"",
		 HEAD "mks.enable3d = \"TRUE\""},
		/* beside a malformed line that only a guess mends */
		{HEAD "a = \"x\nmks.enable3d = \"0\"\nmks.enable3d = \"1\"\n", HEAD "a = \"x\n" ON,
		 HEAD "a = \"x\"\n" ON},
		{HEAD "vmotion.svga.a = \"1\nvmotion.svga.b = 1 2\nb = \"\"\n" ON,
		 HEAD "b = \"\"\n" ON, HEAD "b = \"\"\n" ON},
		{HEAD ON "vmotion.svga.a = \"1\"\nvmotion.svga.a = \"2\"\nvmotion.svga.a = \"2\"",
		 HEAD ON, HEAD ON},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_plan(NULL, rows[i].text, false, rows[i].safe);
		assert_plan(NULL, rows[i].text, true, rows[i].unsafe);
	}
}

static void guesses_are_made_only_when_asked_for(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *safe;
		const char *unsafe;
	} rows[] = {
		{HEAD ON "a = \"1\"\nb = \"\"\na = \"2\"\n",
		 HEAD ON "a = \"1\"\nb = \"\"\na = \"2\"\n",
		 HEAD ON "a = \"2\"\nb = \"\"\n"},
		{HEAD ON "a = \"1\"\na = \"1\"\na = \"2\"\n",
		 HEAD ON "a = \"1\"\na = \"1\"\na = \"2\"\n", HEAD ON "a = \"2\"\n"},
		{HEAD ON "a = \"1\"\nA = \"2\"\na = \"1\"\n",
		 HEAD ON "a = \"1\"\nA = \"2\"\na = \"1\"\n", NULL},
		{HEAD ON "a = \"x\n", HEAD ON "a = \"x\n", HEAD ON "a = \"x\"\n"},
		{HEAD ON "a = x y\n", HEAD ON "a = x y\n", HEAD ON "a = \"x y\"\n"},
		/* what the encryption needs is never guessed */
		{HEAD ON "vtpm.ekCRT = \"1\"\nvtpm.ekCRT = \"2\"\n",
		 HEAD ON "vtpm.ekCRT = \"1\"\nvtpm.ekCRT = \"2\"\n",
		 HEAD ON "vtpm.ekCRT = \"1\"\nvtpm.ekCRT = \"2\"\n"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_plan(NULL, rows[i].text, false, rows[i].safe);
		if (rows[i].unsafe != NULL)
			assert_plan(NULL, rows[i].text, true, rows[i].unsafe);
	}
}

/* With the last line's value the one that was meant, whatever stands between. */
static void of_conflicting_entries_the_last_is_guessed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{HEAD ON "a = \"1\"\na = \"2\"\na = \"3\"\n", HEAD ON "a = \"3\"\n"},
		{HEAD ON "a = \"1\"\na = \"2\"\na = \"1\"\n", HEAD ON "a = \"1\"\n"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_plan(NULL, rows[i].text, true, rows[i].want);
}

#define RULE(id, key, ensure, when) \
	"  - {id: " id ", summary: s, severity: note, key: " key ", ensure: " ensure \
	", apply: fix, when: [" when "]}\n"

static void a_chain_of_rules_settles_in_one_plan(void **state)
{
	(void)state;
	static const char chain[] =
		RULE("c", "c", "equals 3", "b equals 2") RULE("b", "b", "equals 2", "a equals 1")
		RULE("gone", "old.*", "absent", "c equals 3")
		RULE("a", "a", "equals 1", "x present");
	assert_plan(chain, HEAD "x = \"1\"\nold.a = \"1\"\n", false,
	            HEAD "x = \"1\"\na = \"1\"\nb = \"2\"\nc = \"3\"\n");
	assert_plan(chain, HEAD "old.a = \"1\"\n", false, HEAD "old.a = \"1\"\n");
}

static void rules_that_undo_each_other_are_refused(void **state)
{
	(void)state;
	static const char *const rows[] = {
		RULE("one", "k", "equals 1", "k equals 2")
		RULE("two", "k", "equals 2", "k equals 1"),
		RULE("on", "k", "equals 1", "k absent") RULE("off", "k", "absent", "k present"),
		RULE("a", "k", "one-of 1 2", "x present") RULE("b", "k", "one-of 2 3", "x present")
		RULE("c", "k", "one-of 3 1", "x present"),
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct planned planned;
		make(&planned, rows[i], SPAN(HEAD "x = \"1\"\nk = \"1\"\n"), false);
		assert_int_equal(planned.status, GV_EINVAL);
		assert_string_equal(planned.err.message, "the rules undo each other's repairs");
		assert_false(planned.plan.changes);
		drop(&planned);
	}
}

static void rules_that_share_a_value_settle_on_it(void **state)
{
	(void)state;
	static const char shared[] = RULE("a", "k", "one-of 1 2", "x present")
				     RULE("b", "k", "one-of 2 3", "x present");
	static const char *const rows[] = {"", "k = \"1\"\n", "k = \"3\"\n", "k = \"4\"\n"};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct planned planned;
		struct gv_buf text = {0};
		gv_buf_format(&text, HEAD "x = \"1\"\n%s", rows[i]);
		make(&planned, shared, gv_buf_span(&text), false);
		assert_int_equal(planned.status, GV_OK);
		assert_span(result(&planned), SPAN(HEAD "x = \"1\"\nk = \"2\"\n"));
		assert_edits_make_the_text(&planned);
		drop(&planned);
		gv_buf_dispose(&text);
	}
}

static void remaining_findings_are_those_of_the_result(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned, NULL, SPAN("vmotion.svga.a = \"1\"\n" HEAD "b = \"1\"\nb = \"2\"\n"), false);
	assert_int_equal(planned.plan.found.count, 3);
	const struct gv_findings *remain = gv_plan_remaining(&planned.plan);
	assert_int_equal(remain->count, 1);
	assert_string_equal(remain->at[0].rule, "duplicate-name");
	assert_int_equal(remain->at[0].line, 5);
	assert_int_equal(remain->at[0].column, 1);
	drop(&planned);
}

static void findings_come_sorted_by_place(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned, NULL, SPAN("x = \"1\nmks.enable3d = \"0\"\nvmotion.svga.a = \"1\"\n"),
	     false);
	const struct gv_findings *found = &planned.plan.found;
	assert_int_equal(found->count, 5);
	for (size_t i = 1; i < found->count; i++)
		assert_true(found->at[i - 1].line <= found->at[i].line);
	assert_string_equal(found->at[2].rule, "malformed-line");
	assert_string_equal(found->at[3].rule, "enable-3d");
	assert_string_equal(found->at[4].rule, "stale-gpu-cache");
	drop(&planned);
}

/* gpuvirt/finding.h: "findings of one place keep their order". */
static void findings_of_one_place_keep_the_order_of_the_rules(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned,
	     "  - {id: first, summary: s, severity: note, key: k, ensure: equals 1, "
	     "apply: advise}\n"
	     "  - {id: second, summary: s, severity: error, key: k, ensure: one-of 1 2, "
	     "apply: advise}\n",
	     SPAN(HEAD "k = \"3\"\n"), false);
	assert_int_equal(planned.plan.found.count, 2);
	assert_string_equal(planned.plan.found.at[0].rule, "first");
	assert_string_equal(planned.plan.found.at[1].rule, "second");
	drop(&planned);
}

static void what_is_fixed_depends_on_kind_and_wish(void **state)
{
	(void)state;
	static const struct {
		enum gv_fix fix;
		size_t edits;
		bool safe;
		bool unsafe;
	} rows[] = {
		{GV_FIX_NONE, 1, false, false},  {GV_FIX_SAFE, 1, true, true},
		{GV_FIX_UNSAFE, 1, false, true}, {GV_FIX_SAFE, 0, false, false},
		{GV_FIX_UNSAFE, 0, false, false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_finding finding = {.fix = rows[i].fix, .edit_count = rows[i].edits};
		assert_int_equal(gv_finding_is_fixed(&finding, false), rows[i].safe);
		assert_int_equal(gv_finding_is_fixed(&finding, true), rows[i].unsafe);
	}
}

static void a_failed_plan_can_be_disposed_of_and_used_again(void **state)
{
	(void)state;
	struct planned planned;
	make(&planned,
	     RULE("on", "k", "equals 1", "k absent") RULE("off", "k", "absent", "k present"),
	     SPAN(HEAD), false);
	assert_int_equal(planned.status, GV_EINVAL);
	gv_plan_dispose(&planned.plan);
	struct gv_policy none = {.rules = &(struct gv_rules){0}};
	assert_int_equal(gv_plan_make(&planned.plan, planned.vmx, &none, false, NULL), GV_OK);
	assert_false(planned.plan.changes);
	drop(&planned);
}

/* Lines that random documents are put together from, sound ones first. */
static const char *const sound[] = {
	".encoding = \"UTF-8\"", "config.version = \"8\"", "virtualHW.version = \"21\"",
	"displayName = \"a b\"", "# a comment", "", "\t", "scsi0.present = TRUE # on",
	"guestOS = \"windows11-64\"", "annotation = \"one|0D|0Atwo|7C\"", "e =", "  f=1",
	"mks.enable3d = \"TRUE\"", "mks.enable3d = \"FALSE\"", "MKS.Enable3D = true",
	"mks.enable3d =", "mks.enable3d.available = \"TRUE\"", "vmotion.svga.supports3D = \"1\"",
	"VMOTION.svga.b = \"2\" # c", "vmotion.svga.c=3", "vmotion.checkpointFBSize = \"1\"",
};

static const char *const flawed[] = {
	"config.version = \"9\"", "displayName = \"a b\"", "displayName = \"c", "= \"x\"",
	"just words", "g = \"x\" y", "h = x y", "h = \"x y\"", "mks.enable3d = \"TRUE",
	"mks.enable3d = TRUE FALSE", "mks.enable3d \"TRUE\"", "vmotion.svga.d = \"1",
	"vmotion.svga.d = \"1\" 2", "i = \xE2\x80\x9Cx\xE2\x80\x9D",
	"i = \xE2\x80\x9Cx y\xE2\x80\x9D",
	"mks.enable3d = \xE2\x80\x9CTRUE\xE2\x80\x9D", "vmotion.svga.e = \xE2\x80\x9D",
	"j = \"\xFF\"", ".encoding = \"GBK\"", "vtpm.present = \"1\"", "vtpm.present = \"2\"",
};

static const char *const endings[] = {"\n", "\r\n", "\r"};

static size_t below(uint64_t *seed, size_t limit)
{
	return (size_t)(random_next(seed) % limit);
}

static void add_random_line(struct gv_buf *text, uint64_t *seed, bool flaws, const char *ending)
{
	size_t count = COUNT(sound) + (flaws ? COUNT(flawed) : 0);
	size_t pick = below(seed, count);
	gv_buf_text(text, pick < COUNT(sound) ? sound[pick] : flawed[pick - COUNT(sound)]);
	gv_buf_text(text, ending);
}

/* Changes, doubles or drops bytes anywhere. */
static void mutate(struct gv_buf *text, uint64_t *seed)
{
	static const char bytes[] = "\"=# \t\n\r\0|\x1A" "aM\xEF\xBB\xBF\xE2\x80\x9C\x9D.";
	for (size_t i = below(seed, 4); i > 0 && text->len > 0; i--) {
		size_t at = below(seed, text->len);
		if (below(seed, 3) == 0)
			text->len = at;
		else
			text->at[at] = bytes[below(seed, sizeof bytes)];
	}
}

static struct gv_buf random_text(uint64_t *seed, bool flaws)
{
	struct gv_buf text = {0};
	const char *ending = endings[below(seed, COUNT(endings))];
	gv_buf_text(&text, flaws && below(seed, 8) == 0 ? "\xEF\xBB\xBF" : "");
	for (size_t i = below(seed, 14); i > 0; i--)
		add_random_line(&text, seed, flaws, flaws && below(seed, 9) == 0
		                ? endings[below(seed, COUNT(endings))] : ending);
	if (text.len > 0 && below(seed, 3) == 0)
		text.len -= strlen(ending) < text.len ? strlen(ending) : text.len;
	if (flaws)
		mutate(&text, seed);
	if (flaws && below(seed, 10) == 0)
		gv_buf_add(&text, SPAN("\0\0\0\0"));
	assert_false(text.failed);
	return text;
}

static bool is_enforced(struct gv_span name)
{
	return gv_span_equal_nocase(name, SPAN("mks.enable3d")) ||
	       gv_span_begins_nocase(name, SPAN("vmotion.svga."));
}

/* One mks.enable3d, TRUE, and no vmotion.svga.* in whatever line the name can be told of. */
static void assert_enforced(struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	struct gv_line line = {0};
	size_t count = 0;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	while (gv_vmx_next(vmx, &line)) {
		if (!is_enforced(line.name))
			continue;
		assert_int_equal(line.kind, GV_LINE_ENTRY);
		assert_true(gv_span_equal_nocase(line.name, SPAN("mks.enable3d")));
		assert_true(gv_vmx_means(line.value, SPAN("TRUE")));
		count++;
	}
	assert_int_equal(count, 1);
	gv_vmx_free(vmx);
}

/* The next line that the rules have nothing to do with, as its bytes without the ending. */
static bool next_other(const struct gv_vmx *vmx, struct gv_line *line, struct gv_span *bytes)
{
	while (gv_vmx_next(vmx, line)) {
		if (is_enforced(line->name))
			continue;
		*bytes = gv_span_part(gv_vmx_text(vmx), line->start, line->text_end);
		return true;
	}
	return false;
}

static void assert_others_stay(struct gv_span before, struct gv_span after)
{
	struct gv_vmx *was = NULL;
	struct gv_vmx *is = NULL;
	assert_int_equal(gv_vmx_parse(&was, before, NULL), GV_OK);
	assert_int_equal(gv_vmx_parse(&is, after, NULL), GV_OK);
	struct gv_line a = {0};
	struct gv_line b = {0};
	struct gv_span old = {0};
	struct gv_span new = {0};
	while (next_other(was, &a, &old)) {
		assert_true(next_other(is, &b, &new));
		assert_span(new, old);
		/* Only a last line may be given the ending it lacked. */
		if (a.end < before.len)
			assert_int_equal(b.end - b.text_end, a.end - a.text_end);
	}
	assert_false(next_other(is, &b, &new));
	gv_vmx_free(was);
	gv_vmx_free(is);
}

/* Flaws that a repair mends, or that move where it appends: before a tail of NULs or Ctrl-Z. */
static bool has_flaw(const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct gv_finding *finding = &findings->at[i];
		bool own = strcmp(finding->rule, "enable-3d") == 0 ||
		           strcmp(finding->rule, "stale-gpu-cache") == 0;
		bool tail = strcmp(finding->rule, "nul-bytes") == 0 ||
		            strcmp(finding->rule, "ctrl-z") == 0;
		if (tail || (finding->edit_count > 0 && !own))
			return true;
	}
	return false;
}

/* Where both are used, a CR and the LF of a blank line behind a removed line become one CR LF. */
static bool mixes_cr_and_lf(const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = gv_vmx_counts(vmx);
	return counts->cr > 0 && counts->lf > 0;
}

static void assert_properties(struct gv_span text, bool unsafe)
{
	struct planned planned;
	struct planned again;
	make(&planned, NULL, text, unsafe);
	assert_int_equal(planned.status, GV_OK);
	assert_edits_make_the_text(&planned);
	struct gv_span after = result(&planned);
	assert_enforced(after);
	if (!has_flaw(&planned.plan.found) && !mixes_cr_and_lf(planned.vmx))
		assert_others_stay(text, after);
	make(&again, NULL, after, unsafe);
	assert_int_equal(again.status, GV_OK);
	assert_false(again.plan.changes);
	assert_int_equal(again.plan.found.count, gv_plan_remaining(&planned.plan)->count);
	for (size_t i = 0; i < again.plan.found.count; i++)
		assert_false(gv_finding_is_fixed(&again.plan.found.at[i], unsafe));
	drop(&again);
	drop(&planned);
}

static struct gv_span under_test;

/* Shows the document of a failed property. */
static int show_failure(void **state)
{
	(void)state;
	for (size_t i = 0; i < under_test.len; i++) {
		unsigned char byte = (unsigned char)under_test.at[i];
		bool plain = byte >= 0x20 && byte < 0x7F;
		print_message(byte == '\n' ? "\\n\n" : plain ? "%c" : "\\x%02x", byte);
	}
	return 0;
}

static void assert_random(uint64_t seed, bool flaws, size_t rounds)
{
	for (size_t i = 0; i < rounds; i++) {
		struct gv_buf text = random_text(&seed, flaws);
		under_test = gv_buf_span(&text);
		assert_properties(under_test, i % 2 == 0);
		assert_properties(under_test, i % 2 != 0);
		under_test = (struct gv_span){0};
		gv_buf_dispose(&text);
	}
}

static void plans_of_sound_documents_change_only_what_the_rules_name(void **state)
{
	(void)state;
	assert_random(20240517, false, 1000);
}

static void plans_of_any_document_are_final_and_enforce_the_rules(void **state)
{
	(void)state;
	assert_random(77, true, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_pack_enables_3d_and_drops_the_cache),
		cmocka_unit_test(a_healthy_document_needs_nothing),
		cmocka_unit_test(a_second_plan_finds_nothing_to_do),
		cmocka_unit_test(advice_remains),
		cmocka_unit_test(old_hardware_with_a_cache_is_told_of_both),
		cmocka_unit_test(enforced_keys_end_as_one_entry),
		cmocka_unit_test(guesses_are_made_only_when_asked_for),
		cmocka_unit_test(of_conflicting_entries_the_last_is_guessed),
		cmocka_unit_test(a_chain_of_rules_settles_in_one_plan),
		cmocka_unit_test(rules_that_undo_each_other_are_refused),
		cmocka_unit_test(rules_that_share_a_value_settle_on_it),
		cmocka_unit_test(remaining_findings_are_those_of_the_result),
		cmocka_unit_test(findings_come_sorted_by_place),
		cmocka_unit_test(findings_of_one_place_keep_the_order_of_the_rules),
		cmocka_unit_test(what_is_fixed_depends_on_kind_and_wish),
		cmocka_unit_test(a_failed_plan_can_be_disposed_of_and_used_again),
		cmocka_unit_test_teardown(plans_of_sound_documents_change_only_what_the_rules_name,
		                          show_failure),
		cmocka_unit_test_teardown(plans_of_any_document_are_final_and_enforce_the_rules,
		                          show_failure),
	};
	return cmocka_run_group_tests(tests, read_default_rules, drop_default_rules);
}
