#include "gpupv/model.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
const struct gv_gpupv_setting_row gv_gpupv_setting_rows[GV_GPUPV_SETTINGS] = {
	[GV_GPUPV_CACHE_TYPES] = {
		"cacheTypes", "cache_types", "guest-controlled cache types", GV_GPUPV_SWITCH, {NULL}},
	[GV_GPUPV_LOW_MMIO] = {
		"lowMmio", "low_mmio", "low MMIO space", GV_GPUPV_BYTES, {NULL}},
	[GV_GPUPV_HIGH_MMIO] = {
		"highMmio", "high_mmio", "high MMIO space", GV_GPUPV_BYTES, {NULL}},
	[GV_GPUPV_CHECKPOINT_TYPE] = {
		"checkpointType", "checkpoint_type", "checkpoint type", GV_GPUPV_WORD,
		{"Disabled", "Standard", "Production", "ProductionOnly", NULL}},
	[GV_GPUPV_AUTOMATIC_CHECKPOINTS] = {
		"automaticCheckpoints", "automatic_checkpoints", "automatic checkpoints",
		GV_GPUPV_SWITCH, {NULL}},
	[GV_GPUPV_STOP_ACTION] = {
		"stopAction", "stop_action", "action when the host stops", GV_GPUPV_WORD,
		{"TurnOff", "Save", "ShutDown", NULL}},
};
/* clang-format on */

void gv_gpupv_state_dispose(struct gv_gpupv_state *state)
{
	gv_arena_dispose(&state->arena);
	*state = (struct gv_gpupv_state){0};
}

void gv_gpupv_show_bytes(struct gv_buf *out, uint64_t number)
{
	static const char units[] = "KMG";
	size_t unit = 0;
	while (unit < sizeof units - 1 && number > 0 && number % 1024 == 0) {
		number /= 1024;
		unit++;
	}
	gv_buf_format(out, "%" PRIu64, number);
	if (unit > 0)
		gv_buf_char(out, units[unit - 1]);
}

void gv_gpupv_show_value(struct gv_buf *out, enum gv_gpupv_setting setting, struct gv_value value)
{
	const struct gv_gpupv_setting_row *row = &gv_gpupv_setting_rows[setting];
	if (!value.known)
		gv_buf_text(out, "not known");
	else if (row->kind == GV_GPUPV_BYTES)
		gv_gpupv_show_bytes(out, value.number);
	else if (row->kind == GV_GPUPV_SWITCH)
		gv_buf_text(out, value.number != 0 ? "on" : "off");
	else
		gv_buf_text(out, row->words[value.number]);
}

bool gv_gpupv_read_bytes(struct gv_span text, uint64_t *out)
{
	static const char units[] = "KMG";
	uint64_t factor = 1;
	uint64_t number;
	for (size_t i = 0; text.len > 0 && i < sizeof units - 1; i++) {
		if (text.at[text.len - 1] == units[i])
			factor = UINT64_C(1) << (10 * (i + 1));
	}
	text.len -= factor > 1;
	if (!gv_span_number(text, &number) || number > UINT64_MAX / factor ||
	    number * factor % GV_MIB != 0)
		return false;
	*out = number * factor;
	return true;
}

struct gv_value gv_gpupv_read_word(enum gv_gpupv_setting setting, const char *word)
{
	const char *const *words = gv_gpupv_setting_rows[setting].words;
	for (uint64_t i = 0; words[i] != NULL; i++) {
		if (gv_span_equal_nocase(gv_span_of(words[i]), gv_span_of(word)))
			return (struct gv_value){true, i};
	}
	return (struct gv_value){0};
}

bool gv_gpupv_value_is(struct gv_value a, struct gv_value b)
{
	return a.known && b.known && a.number == b.number;
}

bool gv_gpupv_same_path(const char *a, const char *b)
{
	return a != NULL && b != NULL && gv_span_equal_nocase(gv_span_of(a), gv_span_of(b));
}

bool gv_gpupv_is_guid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (strlen(text) != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < sizeof shape - 1; i++) {
		char byte = gv_fold(text[i]);
		bool digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
		if (shape[i] == 'x' ? !digit : byte != shape[i])
			return false;
	}
	return true;
}

uint64_t gv_gpupv_high_room(uint64_t address_bits)
{
	uint64_t end = address_bits >= 63 ? UINT64_MAX : UINT64_C(1) << address_bits;
	if (end <= GV_GPUPV_HIGH_BASE)
		return 0;
	uint64_t room = end - GV_GPUPV_HIGH_BASE;
	return room < GV_GPUPV_MOST_HIGH ? room : GV_GPUPV_MOST_HIGH;
}

bool gv_gpupv_is_paravirtual(const char *path)
{
	return path != NULL && gv_span_ends_nocase(gv_span_of(path), GV_LITERAL("\\GPUPARAV"));
}
