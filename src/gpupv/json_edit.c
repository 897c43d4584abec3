#include "gpupv/json_edit.h"

#include <string.h>

/* What stands in front of the last value in the object or array number PLACE; false: it is empty.
 */
static bool find_gap(struct gv_span *gap, const struct gv_json_map *map, uint32_t place)
{
	if (place == GV_JSON_NOWHERE || map->at[place].last == GV_JSON_NOWHERE)
		return false;
	const struct gv_json_place *last = &map->at[map->at[place].last];
	*gap = gv_span_part(map->text, last->before, last->first);
	return true;
}

static bool has_line(struct gv_span gap)
{
	return gap.len > 0 && memchr(gap.at, '\n', gap.len) != NULL;
}

/* By how much a level is indented more than the one it is in. */
static struct gv_span find_step(struct gv_span root, struct gv_span box)
{
	bool longer =
		box.len > root.len && (root.len == 0 || memcmp(box.at, root.at, root.len) == 0);
	return longer ? gv_span_part(box, root.len, box.len) : GV_LITERAL("  ");
}

/* Appends what stands in front of what is one level deeper than OUTER. */
static void add_deeper(struct gv_buf *out, struct gv_span outer, struct gv_span step)
{
	gv_buf_add(out, outer);
	if (has_line(outer))
		gv_buf_add(out, step);
}

static void find_colon(struct json_layout *layout, const struct gv_json_map *map, uint32_t box)
{
	const struct gv_json_place *place = &map->at[box];
	if (place->last != GV_JSON_NOWHERE)
		place = &map->at[place->last];
	layout->colon = gv_span_part(map->text, place->name_end, place->at);
}

static void find_array(struct json_layout *layout, const struct gv_json_map *map, uint32_t array,
                       struct gv_span step)
{
	struct gv_span gap;
	if (find_gap(&gap, map, array)) {
		const struct gv_json_place *place = &map->at[array];
		gv_buf_add(&layout->element, gap);
		gv_buf_add(&layout->closing,
		           gv_span_part(map->text, map->at[place->last].end, place->end - 1));
		return;
	}
	add_deeper(&layout->element, gv_buf_span(&layout->inner), step);
	gv_buf_add(&layout->closing, gv_buf_span(&layout->inner));
}

enum gv_status json_layout_make(struct json_layout *layout, const struct gv_json_map *map,
                                uint32_t box, uint32_t object, uint32_t array, struct gv_error *err)
{
	struct gv_span root = {0};
	struct gv_span gap = {0};
	find_gap(&root, map, map->at[box].parent);
	bool shown = find_gap(&gap, map, box);
	struct gv_span step = find_step(root, gap);
	if (shown)
		gv_buf_add(&layout->outer, gap);
	else
		add_deeper(&layout->outer, root, step);
	if (find_gap(&gap, map, object))
		gv_buf_add(&layout->inner, gap);
	else
		add_deeper(&layout->inner, gv_buf_span(&layout->outer), step);
	find_array(layout, map, array, step);
	find_colon(layout, map, box);
	bool failed = layout->outer.failed || layout->inner.failed || layout->element.failed ||
	              layout->closing.failed;
	return failed ? gv_fail_memory(err) : GV_OK;
}

void json_layout_dispose(struct json_layout *layout)
{
	gv_buf_dispose(&layout->outer);
	gv_buf_dispose(&layout->inner);
	gv_buf_dispose(&layout->element);
	gv_buf_dispose(&layout->closing);
	*layout = (struct json_layout){0};
}

void json_edit_array(struct gv_buf *out, const struct json_layout *layout,
                     const struct gv_span *values, size_t count)
{
	gv_buf_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			gv_buf_char(out, ',');
		gv_buf_add(out, gv_buf_span(&layout->element));
		gv_buf_add(out, values[i]);
	}
	if (count > 0)
		gv_buf_add(out, gv_buf_span(&layout->closing));
	gv_buf_char(out, ']');
}

void json_edit_string(struct gv_buf *out, struct gv_span text)
{
	gv_buf_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.at[i];
		if (byte == '"' || byte == '\\')
			gv_buf_char(out, '\\');
		if (byte < 0x20)
			gv_buf_format(out, "\\u%04x", (unsigned)byte);
		else
			gv_buf_char(out, (char)byte);
	}
	gv_buf_char(out, '"');
}

static void add_member(struct gv_buf *out, const struct json_layout *layout,
                       const struct json_member *member)
{
	gv_buf_add(out, gv_buf_span(&layout->inner));
	gv_buf_char(out, '"');
	gv_buf_text(out, member->name);
	gv_buf_char(out, '"');
	gv_buf_add(out, layout->colon);
	gv_buf_add(out, member->value);
}

/* Appends those of MEMBERS that OBJECT lacks, with COMMA also in front of the first. */
static void add_missing(struct gv_buf *out, const struct gv_json_map *map,
                        const struct json_layout *layout, uint32_t object, bool comma,
                        const struct json_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (object != GV_JSON_NOWHERE &&
		    gv_json_map_member(map, object, members[i].name) != GV_JSON_NOWHERE)
			continue;
		if (comma)
			gv_buf_char(out, ',');
		add_member(out, layout, &members[i]);
		comma = true;
	}
}

/* Makes the bytes from AT on, OLD, those of NEW: an edit of what differs, for a diff to be read. */
static void replace(struct gv_edits *edits, size_t at, struct gv_span old, struct gv_span new)
{
	size_t least = old.len < new.len ? old.len : new.len;
	size_t head = 0;
	size_t tail = 0;
	while (head < least && old.at[head] == new.at[head])
		head++;
	while (tail < least - head && old.at[old.len - 1 - tail] == new.at[new.len - 1 - tail])
		tail++;
	gv_edits_replace(edits, at + head, old.len - head - tail,
	                 gv_span_part(new, head, new.len - tail));
}

/* Into an object that has members. MORE is what comes behind the last of them. */
static void edit_in_place(struct gv_edits *edits, const struct gv_json_map *map, uint32_t object,
                          const struct json_member *members, size_t count, struct gv_buf *more)
{
	uint32_t last = map->at[object].last;
	bool placed = more->len == 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t found = gv_json_map_member(map, object, members[i].name);
		if (found == GV_JSON_NOWHERE)
			continue;
		struct gv_buf value = {0};
		gv_buf_add(&value, members[i].value);
		/* Two edits that touch would be taken for one and its correction. */
		if (found == last)
			gv_buf_add(&value, gv_buf_span(more));
		placed = placed || found == last;
		replace(edits, map->at[found].at, gv_json_map_bytes(map, found),
		        gv_buf_span(&value));
		edits->failed |= value.failed;
		gv_buf_dispose(&value);
	}
	if (!placed)
		gv_edits_replace(edits, map->at[last].end, 0, gv_buf_span(more));
}

/* Makes TEXT, members in front of each of which stands its gap, the whole of the empty PLACE. */
static void fill(struct gv_edits *edits, const struct gv_json_map *map, uint32_t place,
                 struct gv_span text, struct gv_span closing)
{
	struct gv_buf whole = {0};
	gv_buf_char(&whole, '{');
	gv_buf_add(&whole, text);
	gv_buf_add(&whole, closing);
	gv_buf_char(&whole, '}');
	gv_edits_replace(edits, map->at[place].at, gv_json_map_bytes(map, place).len,
	                 gv_buf_span(&whole));
	edits->failed |= whole.failed;
	gv_buf_dispose(&whole);
}

/* Puts the object NAME with MEMBERS into the box. */
static void add_object(struct gv_edits *edits, const struct gv_json_map *map,
                       const struct json_layout *layout, uint32_t box, const char *name,
                       struct gv_span members)
{
	struct gv_buf text = {0};
	struct gv_span root = {0};
	bool empty = map->at[box].last == GV_JSON_NOWHERE;
	gv_buf_text(&text, empty ? "" : ",");
	gv_buf_add(&text, gv_buf_span(&layout->outer));
	gv_buf_format(&text, "\"%s\"", name);
	gv_buf_add(&text, layout->colon);
	gv_buf_char(&text, '{');
	gv_buf_add(&text, members);
	gv_buf_add(&text, gv_buf_span(&layout->outer));
	gv_buf_char(&text, '}');
	find_gap(&root, map, map->at[box].parent);
	if (empty)
		fill(edits, map, box, gv_buf_span(&text), root);
	else
		gv_edits_replace(edits, map->at[map->at[box].last].end, 0, gv_buf_span(&text));
	edits->failed |= text.failed;
	gv_buf_dispose(&text);
}

void json_edit_members(struct gv_edits *edits, const struct gv_json_map *map,
                       const struct json_layout *layout, uint32_t box, uint32_t object,
                       const char *name, const struct json_member *members, size_t count)
{
	struct gv_buf more = {0};
	bool filled = object != GV_JSON_NOWHERE && map->at[object].last != GV_JSON_NOWHERE;
	add_missing(&more, map, layout, object, filled, members, count);
	if (filled)
		edit_in_place(edits, map, object, members, count, &more);
	else if (object != GV_JSON_NOWHERE)
		fill(edits, map, object, gv_buf_span(&more), gv_buf_span(&layout->outer));
	else
		add_object(edits, map, layout, box, name, gv_buf_span(&more));
	edits->failed |= more.failed;
	gv_buf_dispose(&more);
}
