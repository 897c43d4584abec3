#include "rescue/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

struct line {
	struct gv_span text; /* with its ending */
	size_t partner;      /* of an old line: 1 + the index of the new line like it; 0: none */
	size_t before;       /* of an old line: 1 + the one before it in the longest row; 0: none */
	bool stays;
};

struct lines {
	struct line *at;
	size_t count;
	size_t cap;
};

static bool split(struct lines *lines, struct gv_span text)
{
	while (text.len > 0) {
		const char *feed = memchr(text.at, '\n', text.len);
		size_t end = feed == NULL ? text.len : (size_t)(feed - text.at) + 1;
		struct line *grown = gv_grow(lines->at, lines->count, &lines->cap, sizeof *grown);
		if (grown == NULL)
			return false;
		lines->at = grown;
		lines->at[lines->count++] = (struct line){.text = gv_span_part(text, 0, end)};
		text = gv_span_part(text, end, text.len);
	}
	return true;
}

/* Gives each old line the first new line like it that no other has. */
static bool pair(struct lines *old, struct lines *new)
{
	struct gv_map map = {0};
	bool good = true;
	for (size_t i = 0; good && i < new->count; i++) {
		if (gv_map_get(&map, new->at[i].text) == NULL)
			good = gv_map_put(&map, new->at[i].text, &new->at[i]);
	}
	for (size_t i = 0; good && i < old->count; i++) {
		struct line *like = gv_map_get(&map, old->at[i].text);
		if (like == NULL || like->stays)
			continue;
		like->stays = true;
		old->at[i].partner = (size_t)(like - new->at) + 1;
	}
	gv_map_dispose(&map);
	return good;
}

/* How many of the COUNT ends of rows have a partner below PARTNER. */
static size_t rank_of(const struct lines *old, const size_t *ends, size_t count, size_t partner)
{
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (old->at[ends[middle]].partner < partner)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/*
 * Marks the longest row of old lines whose partners ascend. ends[n] is the old line with the
 * smallest partner that ends a row of n + 1 lines.
 */
static bool choose(struct lines *old)
{
	size_t count = 0;
	size_t *ends = calloc(old->count + 1, sizeof *ends);
	if (ends == NULL)
		return false;
	for (size_t i = 0; i < old->count; i++) {
		struct line *line = &old->at[i];
		if (line->partner == 0)
			continue;
		size_t rank = rank_of(old, ends, count, line->partner);
		line->before = rank == 0 ? 0 : ends[rank - 1] + 1;
		ends[rank] = i;
		count += rank == count;
	}
	for (size_t at = count == 0 ? 0 : ends[count - 1] + 1; at != 0; at = old->at[at - 1].before)
		old->at[at - 1].stays = true;
	free(ends);
	return true;
}

/* Replaces the old bytes [FROM, TO) by the new ones [START, END). */
static void add(struct gv_edits *edits, size_t from, size_t to, struct gv_span new, size_t start,
                size_t end)
{
	if (from < to || start < end)
		gv_edits_replace(edits, from, to - from, gv_span_part(new, start, end));
}

/* One edit for all that lies between two lines that stay. */
static void add_edits(struct gv_edits *edits, const struct lines *old, const struct lines *lines,
                      struct gv_span old_text, struct gv_span new)
{
	size_t old_done = 0;
	size_t new_done = 0;
	size_t old_at = 0;
	for (size_t i = 0; i < old->count; i++) {
		const struct line *line = &old->at[i];
		if (line->stays) {
			const struct gv_span partner = lines->at[line->partner - 1].text;
			size_t new_at = (size_t)(partner.at - new.at);
			add(edits, old_done, old_at, new, new_done, new_at);
			old_done = old_at + line->text.len;
			new_done = new_at + partner.len;
		}
		old_at += line->text.len;
	}
	add(edits, old_done, old_text.len, new, new_done, new.len);
}

void rescue_compare(struct gv_edits *edits, struct gv_span old, struct gv_span new)
{
	struct lines old_lines = {0};
	struct lines new_lines = {0};
	bool good = split(&old_lines, old) && split(&new_lines, new) &&
	            pair(&old_lines, &new_lines) && choose(&old_lines);
	if (good)
		add_edits(edits, &old_lines, &new_lines, old, new);
	edits->failed |= !good;
	free(old_lines.at);
	free(new_lines.at);
}
