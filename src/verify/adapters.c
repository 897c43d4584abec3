#include "verify/adapters.h"

#include <string.h>

enum { VENDOR_MICROSOFT = 0x1414, VENDOR_VMWARE = 0x15AD };

void adapter_text(char *out, struct gv_span text)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len && len + 1 < ADAPTER_TEXT; i++) {
		if (text.at[i] != '\0')
			out[len++] = text.at[i];
	}
	out[len] = '\0';
}

/* What follows WORD in TEXT; false when it is not there. */
static bool behind(struct gv_span text, const char *word, struct gv_span *out)
{
	size_t len = strlen(word);
	for (size_t at = 0; at + len <= text.len; at++) {
		if (memcmp(text.at + at, word, len) != 0)
			continue;
		*out = gv_span_part(text, at + len, text.len);
		return true;
	}
	return false;
}

/* What stands between OPEN and the next CLOSE behind it; empty when there is no such. */
static struct gv_span between(struct gv_span text, const char *open, char close)
{
	struct gv_span rest;
	if (!behind(text, open, &rest) || rest.len == 0)
		return (struct gv_span){0};
	const char *end = memchr(rest.at, close, rest.len);
	return end == NULL ? (struct gv_span){0} : gv_span_part(rest, 0, (size_t)(end - rest.at));
}

/* The number that TEXT begins with, hexadecimal behind "0x"; 0 when there is none. */
static uint64_t number_of(struct gv_span text)
{
	uint64_t number = 0;
	bool hex = gv_span_begins_nocase(text, GV_LITERAL("0x"));
	int base = hex ? 16 : 10;
	for (size_t i = hex ? 2 : 0; i < text.len; i++) {
		int digit = gv_hex_digit(text.at[i]);
		if (digit < 0 || digit >= base)
			break;
		number = number * (uint64_t)base + (uint64_t)digit;
	}
	return number;
}

static uint64_t number_behind(struct gv_span text, const char *word)
{
	struct gv_span rest = {0};
	return behind(text, word, &rest) ? number_of(rest) : 0;
}

static bool is_called(const struct adapter *adapter, struct gv_span name)
{
	char text[ADAPTER_TEXT];
	adapter_text(text, name);
	return strcmp(adapter->name, text) == 0;
}

/* The index + 1 of the adapter NAME of LIST, made when there is none; 0: no room. */
static size_t enter(struct adapters *adapters, enum adapter_list list, struct gv_span name)
{
	for (size_t i = 0; i < adapters->count; i++) {
		if (adapters->at[i].list == list && is_called(&adapters->at[i], name))
			return i + 1;
	}
	if (adapters->count == ADAPTERS)
		return 0;
	struct adapter *made = &adapters->at[adapters->count++];
	*made = (struct adapter){.list = list};
	adapter_text(made->name, name);
	return adapters->count;
}

static struct adapter *open_of(struct adapters *adapters, enum adapter_list list)
{
	return adapters->open[list] == 0 ? NULL : &adapters->at[adapters->open[list] - 1];
}

void adapters_see_dx(struct adapters *adapters, enum adapter_list list, struct gv_span text)
{
	struct gv_span rest;
	struct adapter *open = open_of(adapters, list);
	if (text.len > 0 && text.at[0] == '`') {
		adapters->open[list] = enter(adapters, list, between(text, "`", '`'));
		open = open_of(adapters, list);
		if (open != NULL)
			open->vendor = number_behind(text, "vendor=");
	} else if (gv_span_begins_nocase(text, GV_LITERAL("video=")) && open != NULL) {
		open->megabytes = number_behind(text, "video=");
		open->has_memory = true;
	} else if (gv_span_begins_nocase(text, GV_LITERAL("Using device "))) {
		adapters->chosen[list] = enter(adapters, list, between(text, "adapter `", '`'));
	} else if (behind(text, " driver version ", &rest) && adapters->chosen[list] > 0) {
		adapter_text(adapters->at[adapters->chosen[list] - 1].driver, text);
	}
}

void adapters_see_dx12(struct adapters *adapters, struct gv_span text)
{
	struct adapter *open = open_of(adapters, LIST_DX12);
	struct gv_span words = gv_span_trim(text);
	size_t indent = (size_t)(words.at - text.at);
	bool lists = gv_span_equal(words, GV_LITERAL("Available adapters:"));
	bool chooses = gv_span_equal(words, GV_LITERAL("Selected adapter:"));
	if (lists || chooses) {
		adapters->choosing = chooses;
		adapters->open[LIST_DX12] = 0;
	} else if (gv_span_begins_nocase(words, GV_LITERAL("VendorId = ")) && open != NULL) {
		open->vendor = number_behind(words, "VendorId = ");
	} else if (gv_span_begins_nocase(words, GV_LITERAL("DedicatedVideoMemory = ")) &&
	           open != NULL) {
		open->megabytes = number_behind(words, "DedicatedVideoMemory = ") >> 20;
		open->has_memory = true;
	} else if (indent == 1 && words.len > 0 &&
	           !gv_span_begins_nocase(words, GV_LITERAL("GPU chip:"))) {
		adapters->open[LIST_DX12] = enter(adapters, LIST_DX12, words);
		if (adapters->choosing && adapters->open[LIST_DX12] > 0)
			adapters->chosen[LIST_DX12] = adapters->open[LIST_DX12];
	}
}

/* The value of a line NAME= VALUE (a device that is rejected) or NAME: VALUE, without quotes. */
static bool field(struct gv_span text, const char *name, struct gv_span *value)
{
	struct gv_span rest = text;
	size_t len = strlen(name);
	if (!gv_span_begins_nocase(rest, gv_span_of(name)) || rest.len == len ||
	    (rest.at[len] != '=' && rest.at[len] != ':'))
		return false;
	rest = gv_span_trim(gv_span_part(rest, len + 1, rest.len));
	if (rest.len >= 2 && rest.at[0] == '\'' && rest.at[rest.len - 1] == '\'')
		rest = gv_span_part(rest, 1, rest.len - 1);
	*value = rest;
	return true;
}

static enum adapter_kind kind_of(struct gv_span word)
{
	static const struct {
		const char *word;
		enum adapter_kind kind;
	} kinds[] = {
		{"Integrated", ADAPTER_INTEGRATED},
		{"Discrete", ADAPTER_DISCRETE},
		{"CPU", ADAPTER_SOFTWARE},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (gv_span_begins_nocase(word, gv_span_of(kinds[i].word)))
			return kinds[i].kind;
	}
	return ADAPTER_OF_ANY_KIND;
}

/* Forgets the devices of LIST: they are listed anew. Those of other lists move up. */
static void restart(struct adapters *adapters, enum adapter_list list)
{
	struct adapters kept = {.choosing = adapters->choosing};
	for (size_t i = 0; i < adapters->count; i++) {
		enum adapter_list its = adapters->at[i].list;
		if (its == list)
			continue;
		kept.at[kept.count++] = adapters->at[i];
		if (adapters->open[its] == i + 1)
			kept.open[its] = kept.count;
		if (adapters->chosen[its] == i + 1)
			kept.chosen[its] = kept.count;
	}
	*adapters = kept;
}

/* Devices may share a name: each line "Vulkan Device N:" is a new one. */
static void start_vulkan(struct adapters *adapters)
{
	adapters->open[LIST_VULKAN] = 0;
	if (adapters->count == ADAPTERS)
		return;
	adapters->at[adapters->count++] = (struct adapter){.list = LIST_VULKAN};
	adapters->open[LIST_VULKAN] = adapters->count;
}

/*
 * Whether "Using device 2 of 3" counts from 0 or from 1 is not known. Devices that are accepted are
 * listed in another way than rejected ones: if there is one such, it is meant.
 */
static void choose_vulkan(struct adapters *adapters)
{
	size_t only = 0;
	for (size_t i = 0; i < adapters->count; i++) {
		if (adapters->at[i].list == LIST_VULKAN && adapters->at[i].accepted)
			only = only == 0 ? i + 1 : SIZE_MAX;
	}
	adapters->chosen[LIST_VULKAN] = only == SIZE_MAX ? 0 : only;
}

static void see_vulkan_field(struct adapter *device, struct gv_span text)
{
	struct gv_span value;
	if (field(text, "Name", &value)) {
		adapter_text(device->name, value);
		device->accepted = text.at[4] == ':';
	} else if (field(text, "Driver Name", &value)) {
		adapter_text(device->driver, value);
	} else if (field(text, "GPU type", &value)) {
		device->kind = kind_of(value);
	}
}

void adapters_see_vulkan(struct adapters *adapters, struct gv_span text)
{
	text = gv_span_trim(text);
	struct adapter *open = open_of(adapters, LIST_VULKAN);
	if (gv_span_begins_nocase(text, GV_LITERAL("Available Vulkan devices:")))
		restart(adapters, LIST_VULKAN);
	else if (gv_span_begins_nocase(text, GV_LITERAL("Vulkan Device ")))
		start_vulkan(adapters);
	else if (gv_span_begins_nocase(text, GV_LITERAL("Using device ")))
		choose_vulkan(adapters);
	else if (open != NULL)
		see_vulkan_field(open, text);
}

const struct adapter *adapters_chosen(const struct adapters *adapters)
{
	for (size_t list = LISTS; list-- > 0;) {
		if (adapters->chosen[list] > 0)
			return &adapters->at[adapters->chosen[list] - 1];
	}
	return NULL;
}

const struct adapter *adapters_offered(const struct adapters *adapters)
{
	for (size_t i = 0; i < adapters->count; i++) {
		const struct adapter *adapter = &adapters->at[i];
		if (!adapter_is_basic(adapter) && !adapter_is_software(adapter))
			return adapter;
	}
	return adapters->count > 0 ? &adapters->at[0] : NULL;
}

bool adapter_is_basic(const struct adapter *adapter)
{
	return adapter->vendor == VENDOR_MICROSOFT ||
	       strcmp(adapter->name, "Microsoft Basic Render Driver") == 0;
}

bool adapter_is_virtual(const struct adapter *adapter)
{
	return adapter->vendor == VENDOR_VMWARE;
}

bool adapter_is_software(const struct adapter *adapter)
{
	return adapter->kind == ADAPTER_SOFTWARE;
}

bool adapters_all(const struct adapters *adapters, bool (*holds)(const struct adapter *adapter))
{
	for (size_t i = 0; i < adapters->count; i++) {
		if (!holds(&adapters->at[i]))
			return false;
	}
	return adapters->count > 0;
}

bool adapters_any(const struct adapters *adapters, bool (*holds)(const struct adapter *adapter))
{
	for (size_t i = 0; i < adapters->count; i++) {
		if (holds(&adapters->at[i]))
			return true;
	}
	return false;
}

static bool is_stronger(const struct adapter *other, const struct adapter *chosen)
{
	if (other->list != chosen->list || adapter_is_basic(other) || adapter_is_software(other))
		return false;
	if (chosen->kind == ADAPTER_INTEGRATED && other->kind == ADAPTER_DISCRETE)
		return true;
	return chosen->has_memory && other->has_memory && other->megabytes / 2 > chosen->megabytes;
}

bool adapters_weaker_chosen(const struct adapters *adapters)
{
	const struct adapter *chosen = adapters_chosen(adapters);
	for (size_t i = 0; chosen != NULL && i < adapters->count; i++) {
		if (is_stronger(&adapters->at[i], chosen))
			return true;
	}
	return false;
}
