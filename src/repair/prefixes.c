#include "repair/prefixes.h"

#include <limits.h>
#include <stdlib.h>

#include "vmx/reader.h"

static int compare_keys(struct gv_span a, struct gv_span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	size_t same = gv_span_common_nocase(a, b);
	if (same == shorter)
		return (a.len > b.len) - (a.len < b.len);
	return gv_fold(a.at[same]) < gv_fold(b.at[same]) ? -1 : 1;
}

static int compare(const void *left, const void *right)
{
	const struct prefix *a = left;
	const struct prefix *b = right;
	return compare_keys(a->key, b->key);
}

/* Lists the prefixes that lines of VMX may have. */
static bool list(struct prefixes *prefixes, const struct gv_vmx *vmx, const struct gv_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct gv_rule *rule = &rules->at[i];
		if (!rule->prefix || !gv_vmx_may_begin(vmx, rule->key))
			continue;
		if (prefixes->at == NULL)
			prefixes->at = malloc(rules->count * sizeof *prefixes->at);
		if (prefixes->at == NULL)
			return false;
		prefixes->at[prefixes->count++] = (struct prefix){.key = rule->key};
	}
	return true;
}

static void drop_doubles(struct prefixes *prefixes)
{
	size_t kept = 0;
	for (size_t i = 0; i < prefixes->count; i++) {
		if (kept == 0 || compare(&prefixes->at[kept - 1], &prefixes->at[i]) != 0)
			prefixes->at[kept++] = prefixes->at[i];
	}
	prefixes->count = kept;
}

/* Sets parents and ends. A prefix is open until one comes that does not begin with it. */
static void nest(struct prefixes *prefixes)
{
	struct prefix *at = prefixes->at;
	uint32_t open = 0; /* 1 + the innermost open prefix */
	for (uint32_t i = 0; i < prefixes->count; i++) {
		for (; open > 0 && !gv_span_begins_nocase(at[i].key, at[open - 1].key);
		     open = at[open - 1].parent)
			at[open - 1].end = i;
		at[i].parent = open;
		open = i + 1;
	}
	for (; open > 0; open = at[open - 1].parent)
		at[open - 1].end = (uint32_t)prefixes->count;
}

/* How many prefixes do not come behind NAME. */
static size_t count_before(const struct prefixes *prefixes, struct gv_span name)
{
	size_t low = 0;
	size_t high = prefixes->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_keys(prefixes->at[middle].key, name) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* 1 + the longest prefix of NAME, 0 when it has none: the last one before NAME, or around that. */
static size_t find_longest(const struct prefixes *prefixes, struct gv_span name)
{
	size_t found = count_before(prefixes, name);
	if (found == 0)
		return 0;
	size_t common = gv_span_common_nocase(prefixes->at[found - 1].key, name);
	while (found > 0 && prefixes->at[found - 1].key.len > common)
		found = prefixes->at[found - 1].parent;
	return found;
}

static bool add_line(struct prefixes *prefixes, const struct reader_name *name, size_t under)
{
	struct prefix_line *grown =
		gv_grow(prefixes->lines, prefixes->line_count, &prefixes->line_cap, sizeof *grown);
	if (grown == NULL)
		return false;
	prefixes->lines = grown;
	grown[prefixes->line_count++] =
		(struct prefix_line){name->start, name->number, (uint32_t)under};
	return true;
}

static bool find_lines(struct prefixes *prefixes, struct gv_span text)
{
	bool begins[UCHAR_MAX + 1] = {false}; /* some prefix begins with this byte */
	struct reader reader;
	for (size_t i = 0; i < prefixes->count; i++)
		begins[(unsigned char)gv_fold(prefixes->at[i].key.at[0])] = true;
	reader_start(&reader, text, NULL);
	while (reader_next(&reader)) {
		for (size_t i = 0; i < reader.count; i++) {
			const struct reader_name *name = &reader.names[i];
			if (!begins[(unsigned char)gv_fold(text.at[name->name_at])])
				continue;
			struct gv_span span = {text.at + name->name_at, name->name_len};
			size_t under = find_longest(prefixes, span);
			if (under > 0 && !add_line(prefixes, name, under - 1))
				return false;
		}
	}
	return true;
}

bool prefixes_find(struct prefixes *prefixes, const struct gv_vmx *vmx,
                   const struct gv_rules *rules)
{
	if (!list(prefixes, vmx, rules))
		return false;
	if (prefixes->count == 0)
		return true;
	qsort(prefixes->at, prefixes->count, sizeof *prefixes->at, compare);
	drop_doubles(prefixes);
	nest(prefixes);
	return find_lines(prefixes, gv_vmx_text(vmx));
}

void prefixes_dispose(struct prefixes *prefixes)
{
	free(prefixes->at);
	free(prefixes->lines);
	*prefixes = (struct prefixes){0};
}

struct prefix_walk prefixes_walk(const struct prefixes *prefixes, struct gv_span key)
{
	size_t found = prefixes->line_count == 0 ? 0 : count_before(prefixes, key);
	if (found == 0 || compare_keys(prefixes->at[found - 1].key, key) != 0)
		return (struct prefix_walk){0};
	return (struct prefix_walk){.from = (uint32_t)found - 1, .to = prefixes->at[found - 1].end};
}

bool prefixes_next(const struct prefixes *prefixes, const struct gv_vmx *vmx,
                   struct prefix_walk *walk, struct gv_line *line)
{
	if (walk->to == 0)
		return false;
	for (; walk->next < prefixes->line_count; walk->next++) {
		const struct prefix_line *at = &prefixes->lines[walk->next];
		if (at->under < walk->from || at->under >= walk->to)
			continue;
		walk->next++;
		gv_vmx_visit(vmx, at->start, at->number, line);
		return true;
	}
	return false;
}
