#include "verify/settings.h"

#include <string.h>

/* A name, or what names begin with when it ends in ".". */
static const char *const deciding[] = {"mks.", "svga.", "vmotion.svga.", "virtualHW.version",
                                       "guestOS"};

static bool decides(struct gv_span name)
{
	for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
		struct gv_span pattern = gv_span_of(deciding[i]);
		bool family = pattern.at[pattern.len - 1] == '.';
		if (family ? gv_span_begins_nocase(name, pattern)
		           : gv_span_equal_nocase(name, pattern))
			return true;
	}
	return false;
}

/* Copies TEXT to OUT; false when it does not fit as it is. */
static bool copy(char *out, size_t size, struct gv_span text)
{
	size_t len = text.len < size ? text.len : size - 1;
	if (len > 0)
		memcpy(out, text.at, len);
	out[len] = '\0';
	return len == text.len && strlen(out) == len;
}

/* The index of NAME; settings->count: it was never there. */
static size_t find(const struct settings *settings, struct gv_span name)
{
	size_t i = 0;
	for (; i < settings->count; i++) {
		const struct setting *row = &settings->at[i];
		if (gv_span_equal_nocase((struct gv_span){row->name, row->name_len}, name))
			break;
	}
	return i;
}

static void set(struct settings *settings, const struct gv_log_fact *fact)
{
	if (!decides(fact->name))
		return;
	size_t index = find(settings, fact->name);
	if (index == SETTINGS) {
		settings->incomplete = true;
		return;
	}
	struct setting *row = &settings->at[index];
	if (index == settings->count) {
		settings->count++;
		settings->incomplete |= !copy(row->name, sizeof row->name, fact->name);
		row->name_len = strlen(row->name);
	}
	row->present = true;
	row->hidden = fact->hidden;
	settings->incomplete |= fact->unclosed || !copy(row->value, sizeof row->value, fact->value);
}

static void unset(struct settings *settings, const struct gv_log_fact *fact)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct gv_span name = gv_span_of(settings->at[i].name);
		bool meant = fact->kind == GV_LOG_UNSET_PREFIX
		                     ? gv_span_begins_nocase(name, fact->name)
		                     : gv_span_equal_nocase(name, fact->name);
		settings->at[i].present &= !meant;
	}
}

/* The first section of that name is the .vmx; a later one is a dump of another power-on. */
static void enter(struct settings *settings, const struct gv_log_fact *fact)
{
	settings->inside = gv_span_equal(fact->name, GV_LITERAL("CONFIGURATION"));
	if (!settings->inside)
		return;
	*settings = (struct settings){.dumped = true, .inside = true};
	copy(settings->path, sizeof settings->path, fact->value);
}

void settings_see(struct settings *settings, const struct gv_log_fact *fact)
{
	switch (fact->kind) {
	case GV_LOG_SECTION:
		enter(settings, fact);
		break;
	case GV_LOG_VALUE:
		if (settings->inside)
			set(settings, fact);
		break;
	case GV_LOG_SET:
		set(settings, fact);
		break;
	case GV_LOG_UNSET:
	case GV_LOG_UNSET_PREFIX:
		unset(settings, fact);
		break;
	}
}

const char *settings_get(const struct settings *settings, const char *name)
{
	size_t index = find(settings, gv_span_of(name));
	bool there = index < settings->count && settings->at[index].present;
	return there ? settings->at[index].value : NULL;
}

bool settings_is_true(const struct settings *settings, const char *name)
{
	struct gv_span value = gv_span_of(settings_get(settings, name));
	return gv_span_equal_nocase(gv_span_trim(value), GV_LITERAL("TRUE"));
}

enum settings_match settings_compare(const struct settings *settings, const struct gv_vmx *vmx)
{
	struct gv_line line = {0};
	size_t matched = 0;
	size_t present = 0;
	if (!settings->dumped || settings->incomplete)
		return SETTINGS_UNTOLD;
	while (gv_vmx_next(vmx, &line)) {
		if (line.kind != GV_LINE_ENTRY || !decides(line.name))
			continue;
		size_t index = find(settings, line.name);
		const struct setting *row = &settings->at[index];
		if (index == settings->count || !row->present)
			return SETTINGS_DIFFER;
		if (!row->hidden && !gv_vmx_means(line.value, gv_span_of(row->value)))
			return SETTINGS_DIFFER;
		matched++;
	}
	for (size_t i = 0; i < settings->count; i++)
		present += settings->at[i].present;
	return matched == present ? SETTINGS_SAME : SETTINGS_DIFFER;
}
