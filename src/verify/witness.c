#include "verify/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum gv_status gv_witness_new(struct gv_witness **out, struct gv_error *err)
{
	struct gv_witness *made = calloc(1, sizeof *made);
	if (made == NULL)
		return gv_fail_memory(err);
	*out = made;
	return GV_OK;
}

void gv_witness_free(struct gv_witness *witness)
{
	free(witness);
}

static void keep(struct gv_witness *witness, enum sight sight, const struct gv_log_entry *entry,
                 bool sandbox)
{
	struct sighting *seen = &witness->seen[sight];
	struct gv_span text = gv_span_trim(entry->text);
	seen->line = entry->line;
	seen->sandbox = sandbox;
	seen->len = text.len < sizeof seen->text ? text.len : sizeof seen->text;
	if (seen->len > 0)
		memcpy(seen->text, text.at, seen->len);
}

/* A power-on makes all that was seen of an earlier one history. */
static void forget(struct gv_witness *witness)
{
	memset(witness->seen, 0, sizeof witness->seen);
	witness->adapters = (struct adapters){0};
	witness->renderer[0] = witness->level[0] = '\0';
	witness->directx = witness->host_caps = false;
}

static void see_product(struct gv_witness *witness, const struct gv_log_entry *entry)
{
	struct gv_log_product product;
	if (!gv_log_read_product(&product, entry))
		return;
	forget(witness);
	witness->settings = (struct settings){0};
	adapter_text(witness->product, product.name);
	adapter_text(witness->version, product.version);
	adapter_text(witness->pid, product.pid);
}

/* "DX12Renderer" of "ISBRenderer (DX12Renderer)". */
static void see_renderer(struct gv_witness *witness, struct gv_span rest)
{
	struct gv_span word = gv_span_word(&rest);
	rest = gv_span_trim(rest);
	if (rest.len > 2 && rest.at[0] == '(')
		word = gv_span_part(rest, 1, rest.len - 1);
	bool shell = gv_span_equal(word, GV_LITERAL("ISBRenderer"));
	if (!shell || witness->renderer[0] == '\0')
		adapter_text(witness->renderer, word);
}

/* Of several renderers that were found the last one runs. */
static void see_found(struct gv_witness *witness, struct gv_span rest)
{
	witness->seen[SIGHT_FOUND_3D].line = 0;
	witness->seen[SIGHT_FOUND_2D].line = 0;
	witness->seen[SIGHT_FOUND_OTHER].line = 0;
	see_renderer(witness, rest);
}

/* A second list without a power-on between is one all the same. */
static void see_allowed(struct gv_witness *witness, struct gv_span rest)
{
	if (witness->seen[SIGHT_ALLOWED_2D].line > 0 || witness->seen[SIGHT_ALLOWED_3D].line > 0)
		forget(witness);
	for (struct gv_span word; (word = gv_span_word(&rest)).len > 0;)
		witness->directx |= gv_span_begins_nocase(word, GV_LITERAL("DX"));
}

/* "SDK=7, driver=unknown, feature level=11.0"; the level used, not the highest there is. */
static bool see_level(struct gv_witness *witness, struct gv_span rest)
{
	static const char mark[] = "feature level=";
	if (!gv_span_begins_nocase(rest, GV_LITERAL("SDK=")))
		return false;
	for (size_t i = 0; i + sizeof mark - 1 < rest.len; i++) {
		if (memcmp(rest.at + i, mark, sizeof mark - 1) != 0)
			continue;
		rest = gv_span_part(rest, i + sizeof mark - 1, rest.len);
		adapter_text(witness->level, gv_span_word(&rest));
		return true;
	}
	return false;
}

/* DirectX writes 10.1 as 0xa100. */
static void see_low_level(struct gv_witness *witness, struct gv_span rest)
{
	if (rest.len < 4 || gv_hex_digit(rest.at[2]) < 0 || gv_hex_digit(rest.at[3]) < 0)
		return;
	snprintf(witness->level, sizeof witness->level, "%d.%d", gv_hex_digit(rest.at[2]),
	         gv_hex_digit(rest.at[3]));
}

/* Lines about adapters; what they say of the one taken is evidence. */
static enum sight see_adapters(struct gv_witness *witness, enum sight sight, struct gv_span rest)
{
	static const struct gv_span using_device = {"Using device ", 13};
	struct adapters *adapters = &witness->adapters;
	if (sight == SIGHT_DX11 && see_level(witness, rest))
		return SIGHT_LEVEL;
	if (sight == SIGHT_DX12)
		adapters_see_dx12(adapters, rest);
	else if (sight == SIGHT_VULKAN)
		adapters_see_vulkan(adapters, rest);
	else
		adapters_see_dx(adapters, sight == SIGHT_DX11 ? LIST_DX11 : LIST_PRESENTATION,
		                rest);
	if (gv_span_begins_nocase(rest, using_device) && sight != SIGHT_PRESENT)
		return SIGHT_ADAPTER;
	return sight;
}

/* Whose capabilities follow, and the first of them, which is 3D itself. */
static enum sight see_caps(struct gv_witness *witness, enum sight sight, struct gv_span text)
{
	bool row = sight == SIGHT_CAP_ON || sight == SIGHT_CAP_OFF;
	bool host = witness->host_caps;
	witness->host_caps =
		!row && gv_span_begins_nocase(text, GV_LITERAL("SVGA3dCaps: host, at power on"));
	if (!row)
		return sight;
	if (!host)
		return SIGHTS;
	return sight == SIGHT_CAP_ON ? SIGHT_CAPS_3D : SIGHT_CAPS_2D;
}

/* Draws from a line what is more than that it was there, and returns what it is evidence of. */
static enum sight draw(struct gv_witness *witness, enum sight sight,
                       const struct gv_log_entry *entry, struct gv_span rest)
{
	switch (sight) {
	case SIGHT_LOG:
		see_product(witness, entry);
		break;
	case SIGHT_POWER_ON:
		forget(witness);
		break;
	case SIGHT_ALLOWED_2D:
	case SIGHT_ALLOWED_3D:
		see_allowed(witness, rest);
		break;
	case SIGHT_FOUND_3D:
	case SIGHT_FOUND_2D:
	case SIGHT_FOUND_OTHER:
		see_found(witness, rest);
		break;
	case SIGHT_IN_SANDBOX:
		see_renderer(witness, rest);
		break;
	case SIGHT_LOW_LEVEL:
		see_low_level(witness, rest);
		break;
	case SIGHT_DISABLED:
	case SIGHT_ENABLED:
	case SIGHT_CAPS:
	case SIGHT_CAP_ON:
	case SIGHT_CAP_OFF:
		return see_caps(witness, sight, gv_span_trim(entry->text));
	case SIGHT_DX11:
	case SIGHT_DX12:
	case SIGHT_PRESENT:
	case SIGHT_VULKAN:
		return see_adapters(witness, sight, rest);
	default:
		break;
	}
	return sight;
}

/* mksSandbox.log has a power-on and renderers of its own; only the GPUs in it are the machine's. */
static bool is_of_sandbox(enum sight sight)
{
	static const bool of_sandbox[SIGHTS + 1] = {
		[SIGHT_NO_RENDERER] = true, [SIGHT_LOW_LEVEL] = true,      [SIGHT_NO_DEVICE] = true,
		[SIGHT_BADLISTED] = true,   [SIGHT_NO_CORE_DEVICE] = true, [SIGHT_RADV] = true,
		[SIGHT_PRE_TURING] = true,  [SIGHT_VULKAN_NONE] = true,    [SIGHT_DX11] = true,
		[SIGHT_DX12] = true,        [SIGHT_VULKAN] = true,         [SIGHT_PRESENT] = true,
	};
	return of_sandbox[sight];
}

static void count(struct gv_witness *witness, const struct gv_log_entry *entry)
{
	witness->entries++;
	if (entry->time.len == 0)
		return;
	witness->prefixed++;
	adapter_text(witness->last, entry->time);
}

void gv_witness_see(struct gv_witness *witness, const struct gv_log_entry *entry, bool sandbox)
{
	struct gv_span rest = {0};
	struct gv_log_fact fact;
	if (!sandbox)
		count(witness, entry);
	enum sight sight = sight_find(entry->text, &rest);
	if (sight == SIGHTS && !sandbox && gv_log_read_fact(&fact, entry))
		settings_see(&witness->settings, &fact);
	if (sight == SIGHTS || (sandbox && !is_of_sandbox(sight)))
		return;
	sight = draw(witness, sight, entry, rest);
	if (sight != SIGHTS)
		keep(witness, sight, entry, sandbox);
}

uint64_t witness_last(const struct gv_witness *witness)
{
	uint64_t time = 0;
	gv_log_time(gv_span_of(witness->last), &time);
	return time;
}
