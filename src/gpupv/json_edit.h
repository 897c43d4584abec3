/*
 * Members of an object set in a JSON text, in the layout that the text has.
 *
 * Knows blanks, commas and indentation; knows nothing about what is set. The text is
 * { box: { object: { members } } }: what is missing of object and members is put in.
 */
#ifndef GPUVIRT_GPUPV_JSON_EDIT_H
#define GPUVIRT_GPUPV_JSON_EDIT_H

#include <gpuvirt/edit.h>

#include "base/json_map.h"

/* How the text is laid out: what stands in front of a name. Zero-initialise; dispose when done. */
struct json_layout {
	struct gv_buf outer;   /* in front of a member of the box */
	struct gv_buf inner;   /* in front of a member of the object */
	struct gv_buf element; /* in front of an element of an array in it */
	struct gv_buf closing; /* in front of the ']' of that array */
	struct gv_span colon;  /* between name and value */
};

/*
 * Sets LAYOUT for the object number OBJECT in the box number BOX, and for the array number ARRAY in
 * it; either may be GV_JSON_NOWHERE. What the text does not show follows from what it does; where
 * it shows nothing, from how NanaBox writes: two blanks a level (hyperv facts 4.2).
 */
enum gv_status json_layout_make(struct json_layout *layout, const struct gv_json_map *map,
                                uint32_t box, uint32_t object, uint32_t array,
                                struct gv_error *err);

void json_layout_dispose(struct json_layout *layout);

/* Appends the COUNT VALUES, which are JSON, as an array. */
void json_edit_array(struct gv_buf *out, const struct json_layout *layout,
                     const struct gv_span *values, size_t count);

/* Appends TEXT as a string as NanaBox writes it: what is not ASCII stays as it is. */
void json_edit_string(struct gv_buf *out, struct gv_span text);

/* A member and the value it is to have, as JSON. */
struct json_member {
	const char *name;
	struct gv_span value;
};

/*
 * Adds the edits that give the COUNT members at MEMBERS, at least one, their values in the object
 * number OBJECT, which is the member NAME of the box number BOX and is made if it is nowhere. Only
 * the values of members that are there change; others are added behind the last one.
 */
void json_edit_members(struct gv_edits *edits, const struct gv_json_map *map,
                       const struct json_layout *layout, uint32_t box, uint32_t object,
                       const char *name, const struct json_member *members, size_t count);

#endif
