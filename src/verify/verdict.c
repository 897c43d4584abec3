/* From what was seen to a verdict, its causes and its evidence. */
#include <gpuvirt/verify.h>

#include <stdlib.h>

#include "base/charset.h"
#include "verify/witness.h"

#define BIT(state) (1U << (state))

static const char *const state_names[] = {
	[GV_3D_ON] = "ON",       [GV_3D_OFF] = "OFF",         [GV_3D_HOST_FAIL] = "HOST-FAIL",
	[GV_3D_CRASH] = "CRASH", [GV_3D_UNKNOWN] = "UNKNOWN",
};

_Static_assert(sizeof state_names / sizeof *state_names == GV_3D_STATES, "every state has a name");

const char *gv_3d_name(enum gv_3d state)
{
	return state_names[state];
}

static const struct {
	const char *name;
	const char *says;
} doubts[] = {
	[GV_DOUBT_NONE] = {"", ""},
	[GV_DOUBT_NO_LOG] = {"no-log",
                             "there is no vmware.log beside it: boot it once, then verify"},
	[GV_DOUBT_STALE] = {"stale",
                            "the .vmx was changed after the last power-on in the log: boot "
                            "it once, then verify"},
	[GV_DOUBT_OTHER_MACHINE] = {"other-machine",
                                    "the log is of another .vmx: boot this one once, "
                                    "then verify"},
	[GV_DOUBT_EMPTY] = {"empty", "the log is empty: boot the machine once, then verify"},
	[GV_DOUBT_FOREIGN] = {"foreign",
                              "no line is one of a log of VMware's: name a vmware.log or a "
                              ".vmx"},
	[GV_DOUBT_NOT_STARTED] = {"not-started", "the machine did not start, and graphics did not "
                                                 "come up: see the end of the log for why"},
	[GV_DOUBT_CUT_SHORT] = {"cut-short",
                                "the log ends before graphics came up: boot the machine "
                                "once more, then verify"},
	[GV_DOUBT_SILENT] = {"silent", "logs of products before 12 do not tell: look in the guest"},
	[GV_DOUBT_NEW_RENDERER] = {"new-renderer", "VMware names a renderer that this gpuvirt does "
                                                   "not know: look in the guest"},
};

_Static_assert(sizeof doubts / sizeof *doubts == GV_DOUBTS, "every doubt has a sentence");

const char *gv_doubt_name(enum gv_doubt doubt)
{
	return doubts[doubt].name;
}

const char *gv_doubt_says(enum gv_doubt doubt)
{
	return doubts[doubt].says;
}

static bool saw(const struct gv_witness *witness, enum sight sight)
{
	return witness->seen[sight].line > 0;
}

/* ---- the state ---- */

/*
 * In this order: what is further up decides. That 3D is enabled ("3d enabled") says only that it
 * was asked for, so it decides nothing (facts 3.2).
 */
static const struct {
	enum sight sight;
	enum sight besides; /* must have been seen too; SIGHTS: nothing more */
	enum gv_3d state;
} rules[] = {
	{SIGHT_LOST, SIGHTS, GV_3D_CRASH},
	{SIGHT_MKS_ERROR, SIGHTS, GV_3D_CRASH},
	{SIGHT_NO_3D_MESSAGE, SIGHTS, GV_3D_HOST_FAIL},
	{SIGHT_FOUND_3D, SIGHTS, GV_3D_ON},
	{SIGHT_FOUND_2D, SIGHT_ALLOWED_3D, GV_3D_HOST_FAIL},
	{SIGHT_FOUND_2D, SIGHT_ENABLED, GV_3D_HOST_FAIL},
	{SIGHT_FOUND_2D, SIGHT_ALLOWED_2D, GV_3D_OFF},
	{SIGHT_FOUND_2D, SIGHT_DISABLED, GV_3D_OFF},
	{SIGHT_FOUND_OTHER, SIGHT_HOST_3D, GV_3D_ON},
	/* No renderer is named: products up to 12, or a log that is cut off. */
	{SIGHT_GL_MISSING, SIGHTS, GV_3D_HOST_FAIL},
	{SIGHT_ALLOWED_2D, SIGHTS, GV_3D_OFF},
	{SIGHT_DISABLED, SIGHTS, GV_3D_OFF},
	{SIGHT_HOST_3D, SIGHTS, GV_3D_ON},
	{SIGHT_CAPS_3D, SIGHTS, GV_3D_ON},
	{SIGHT_HOST_2D, SIGHT_ALLOWED_3D, GV_3D_HOST_FAIL},
	{SIGHT_CAPS_2D, SIGHT_ALLOWED_3D, GV_3D_HOST_FAIL},
};

static enum gv_3d decide(const struct gv_witness *witness)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (saw(witness, rules[i].sight) &&
		    (rules[i].besides == SIGHTS || saw(witness, rules[i].besides)))
			return rules[i].state;
	}
	return GV_3D_UNKNOWN;
}

/* The number that a version begins with; 0 when there is none. */
static unsigned generation(const char *version)
{
	unsigned number = 0;
	for (; *version >= '0' && *version <= '9' && number < 1000; version++)
		number = number * 10 + (unsigned)(*version - '0');
	return number;
}

static enum gv_doubt doubt(const struct gv_witness *witness)
{
	unsigned product = generation(witness->version);
	if (witness->entries == 0)
		return GV_DOUBT_EMPTY;
	if (witness->prefixed == 0)
		return GV_DOUBT_FOREIGN;
	if (saw(witness, SIGHT_FOUND_OTHER))
		return GV_DOUBT_NEW_RENDERER;
	if (saw(witness, SIGHT_NOT_STARTED))
		return GV_DOUBT_NOT_STARTED;
	return product > 0 && product < 12 ? GV_DOUBT_SILENT : GV_DOUBT_CUT_SHORT;
}

/* ---- the causes ---- */

static bool is_real(const struct adapter *adapter)
{
	return !adapter_is_basic(adapter);
}

static bool has_basic_only(const struct gv_witness *witness)
{
	return adapters_all(&witness->adapters, adapter_is_basic);
}

static bool is_nested(const struct gv_witness *witness)
{
	return adapters_any(&witness->adapters, adapter_is_virtual);
}

static bool has_real_gpu(const struct gv_witness *witness)
{
	return adapters_any(&witness->adapters, is_real);
}

/* Where DirectX may be tried a refusal of Vulkan's is no matter (facts 3.3). */
static bool depends_on_vulkan(const struct gv_witness *witness)
{
	return !witness->directx;
}

static bool has_software_vulkan(const struct gv_witness *witness)
{
	return depends_on_vulkan(witness) && adapters_any(&witness->adapters, adapter_is_software);
}

static bool took_weaker(const struct gv_witness *witness)
{
	return adapters_weaker_chosen(&witness->adapters);
}

static bool is_vga_only(const struct gv_witness *witness)
{
	return settings_is_true(&witness->settings, "svga.vgaOnly") &&
	       settings_is_true(&witness->settings, "mks.enable3d");
}

static bool is_macos(const struct gv_witness *witness)
{
	struct gv_span guest = gv_span_of(settings_get(&witness->settings, "guestOS"));
	return gv_span_begins_nocase(guest, GV_LITERAL("darwin")) &&
	       settings_is_true(&witness->settings, "mks.enable3d");
}

/* Asked for, and neither of the two reasons above. */
static bool is_unavailable(const struct gv_witness *witness)
{
	return settings_is_true(&witness->settings, "mks.enable3d") && !is_vga_only(witness) &&
	       !is_macos(witness);
}

static bool has_no_key(const struct gv_witness *witness)
{
	return witness->settings.dumped && !settings_is_true(&witness->settings, "mks.enable3d");
}

/*
 * Causes, the weightiest of a state first. SIGHT, unless SIGHTS, must have been seen and IS, unless
 * NULL, hold; with neither it is what is left when nothing else is known. The ids are those of
 * src/knowledge/causes.yaml. What shows in no log (a blacklisted GL driver, a remote desktop) has
 * no row.
 */
static const struct {
	enum gv_3d state;
	const char *id;
	enum sight sight;
	bool (*is)(const struct gv_witness *witness);
} causes[] = {
	{GV_3D_CRASH, "sandbox-crash", SIGHTS, NULL},
	{GV_3D_OFF, "vga-only", SIGHTS, is_vga_only},
	{GV_3D_OFF, "macos-guest", SIGHTS, is_macos},
	{GV_3D_OFF, "3d-unavailable", SIGHTS, is_unavailable},
	{GV_3D_OFF, "no-enable3d", SIGHTS, has_no_key},
	{GV_3D_OFF, "never-requested", SIGHTS, NULL},
	{GV_3D_HOST_FAIL, "nested", SIGHTS, is_nested},
	{GV_3D_HOST_FAIL, "basic-render-driver", SIGHTS, has_basic_only},
	{GV_3D_HOST_FAIL, "feature-level", SIGHT_LOW_LEVEL, NULL},
	{GV_3D_HOST_FAIL, "feature-level", SIGHT_NO_DEVICE, has_real_gpu},
	{GV_3D_HOST_FAIL, "shared-memory", SIGHT_NO_MEMORY, NULL},
	{GV_3D_HOST_FAIL, "gl-driver-missing", SIGHT_GL_MISSING, NULL},
	{GV_3D_HOST_FAIL, "vulkan-radv", SIGHT_RADV, depends_on_vulkan},
	{GV_3D_HOST_FAIL, "vulkan-pre-turing", SIGHT_PRE_TURING, depends_on_vulkan},
	{GV_3D_HOST_FAIL, "vulkan-software", SIGHTS, has_software_vulkan},
	{GV_3D_HOST_FAIL, "vulkan-device-rejected", SIGHT_VULKAN_NONE, depends_on_vulkan},
	{GV_3D_HOST_FAIL, "sandbox-lost-at-start", SIGHT_NO_SANDBOX, NULL},
	{GV_3D_HOST_FAIL, "unknown-host-failure", SIGHTS, NULL},
	{GV_3D_ON, "wrong-gpu", SIGHTS, took_weaker},
};

static void find_causes(struct gv_verdict *verdict, const struct gv_witness *witness)
{
	size_t count = 0;
	for (size_t i = 0; i < sizeof causes / sizeof *causes && count + 1 < GV_MAX_CAUSES; i++) {
		bool last_resort = causes[i].sight == SIGHTS && causes[i].is == NULL;
		bool again = count > 0 && verdict->causes[count - 1] == causes[i].id;
		if (causes[i].state != verdict->state || again || (last_resort && count > 0) ||
		    (causes[i].sight != SIGHTS && !saw(witness, causes[i].sight)) ||
		    (causes[i].is != NULL && !causes[i].is(witness)))
			continue;
		verdict->causes[count++] = causes[i].id;
	}
}

/* ---- the evidence ---- */

/* For which states a line speaks; of all others it is worth knowing only. */
static const unsigned speaks_for[SIGHTS] = {
	[SIGHT_ALLOWED_2D] = BIT(GV_3D_OFF),
	[SIGHT_ALLOWED_3D] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_DISABLED] = BIT(GV_3D_OFF),
	[SIGHT_FOUND_3D] = BIT(GV_3D_ON),
	[SIGHT_FOUND_2D] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_FOUND_OTHER] = BIT(GV_3D_UNKNOWN) | BIT(GV_3D_ON),
	[SIGHT_NO_3D_MESSAGE] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_GL_MISSING] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_HOST_3D] = BIT(GV_3D_ON),
	[SIGHT_CAPS_3D] = BIT(GV_3D_ON),
	[SIGHT_LOST] = BIT(GV_3D_CRASH),
	[SIGHT_MKS_ERROR] = BIT(GV_3D_CRASH),
	[SIGHT_NO_SANDBOX] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_NO_MEMORY] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_LOW_LEVEL] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_NO_DEVICE] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_NO_CORE_DEVICE] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_BADLISTED] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_NO_RENDERER] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_RADV] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_PRE_TURING] = BIT(GV_3D_HOST_FAIL),
	[SIGHT_NOT_STARTED] = BIT(GV_3D_UNKNOWN),
};

/* What says no more than another line, where that was seen. */
static const enum sight covered_by[SIGHTS] = {
	[SIGHT_HOST_3D] = SIGHT_FOUND_3D,
	[SIGHT_CAPS_3D] = SIGHT_FOUND_3D,
	[SIGHT_DISABLED] = SIGHT_ALLOWED_2D,
};

static bool is_decisive(const struct gv_witness *witness, size_t sight, enum gv_3d state)
{
	/* The first sight, 0, speaks for nothing and covers nothing. */
	enum sight cover = covered_by[sight];
	return (speaks_for[sight] & BIT(state)) != 0 && (cover == 0 || !saw(witness, cover));
}

/* From here on sights are lines that are looked into, no evidence. */
enum { NO_EVIDENCE = SIGHT_DX11 };

_Static_assert((int)NO_EVIDENCE <= (int)GV_MAX_EVIDENCE, "all evidence has room");

/* A printable copy of TEXT; "" and *FAILED when memory ran out. */
static const char *copy_shown(struct gv_verdict *verdict, struct gv_span text, bool *failed)
{
	struct gv_buf shown = {0};
	gv_charset_show(&shown, NULL, text);
	struct gv_span copy = gv_arena_copy(&verdict->arena, gv_buf_span(&shown));
	*failed |= shown.failed || copy.at == NULL;
	gv_buf_dispose(&shown);
	return copy.at == NULL ? "" : copy.at;
}

static int compare_evidence(const void *left, const void *right)
{
	const struct gv_evidence *a = left;
	const struct gv_evidence *b = right;
	if (a->sandbox != b->sandbox)
		return a->sandbox - b->sandbox;
	return (a->line > b->line) - (a->line < b->line);
}

static void list_evidence(struct gv_verdict *verdict, const struct gv_witness *witness,
                          bool *failed)
{
	for (size_t i = 0; i < NO_EVIDENCE; i++) {
		const struct sighting *seen = &witness->seen[i];
		if (seen->line == 0)
			continue;
		verdict->evidence[verdict->evidence_count++] = (struct gv_evidence){
			.sandbox = seen->sandbox,
			.decisive = is_decisive(witness, i, verdict->state),
			.line = seen->line,
			.text = copy_shown(verdict, (struct gv_span){seen->text, seen->len},
		                           failed),
		};
	}
	if (verdict->evidence_count > 0)
		qsort(verdict->evidence, verdict->evidence_count, sizeof *verdict->evidence,
		      compare_evidence);
}

/* ---- all of it ---- */

static void name_things(struct gv_verdict *verdict, const struct gv_witness *witness, bool *failed)
{
	const struct adapter *chosen = adapters_chosen(&witness->adapters);
	if (chosen == NULL)
		chosen = adapters_offered(&witness->adapters);
	const struct {
		const char **out;
		const char *text;
	} things[] = {
		{&verdict->product, witness->product},
		{&verdict->version, witness->version},
		{&verdict->renderer, witness->renderer},
		{&verdict->level, witness->level},
		{&verdict->machine, witness->settings.path},
		{&verdict->adapter, chosen == NULL ? "" : chosen->name},
		{&verdict->driver, chosen == NULL ? "" : chosen->driver},
	};
	for (size_t i = 0; i < sizeof things / sizeof *things; i++)
		*things[i].out = copy_shown(verdict, gv_span_of(things[i].text), failed);
}

enum gv_status gv_verdict_make(struct gv_verdict *verdict, const struct gv_witness *witness,
                               struct gv_error *err)
{
	struct gv_verdict made = {.state = decide(witness), .resumed = saw(witness, SIGHT_RESUME)};
	bool failed = false;
	if (made.state == GV_3D_UNKNOWN)
		made.doubt = doubt(witness);
	find_causes(&made, witness);
	name_things(&made, witness, &failed);
	list_evidence(&made, witness, &failed);
	if (failed) {
		gv_verdict_dispose(&made);
		return gv_fail_memory(err);
	}
	*verdict = made;
	return GV_OK;
}

void gv_verdict_dispose(struct gv_verdict *verdict)
{
	gv_arena_dispose(&verdict->arena);
	*verdict = (struct gv_verdict){0};
}
