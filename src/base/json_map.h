/*
 * Where the values of a JSON text stand, for edits that leave all other bytes as they are.
 *
 * Knows the grammar of RFC 8259 and takes nothing else: no comments, no trailing commas, no name
 * twice in one object. Knows nothing about what a value says. cJSON (base/json.h) tells no places
 * and lets more pass; what matters is read by both.
 */
#ifndef GPUVIRT_BASE_JSON_MAP_H
#define GPUVIRT_BASE_JSON_MAP_H

#include <gpuvirt/text.h>

/* The number of no place. */
#define GV_JSON_NOWHERE UINT32_MAX

/* The kind of a place: the byte that its values begin with, '0' for every number. */
enum gv_json_kind {
	GV_JSON_OBJECT = '{',
	GV_JSON_ARRAY = '[',
	GV_JSON_STRING = '"',
	GV_JSON_NUMBER = '0',
	GV_JSON_TRUE = 't',
	GV_JSON_FALSE = 'f',
	GV_JSON_NULL = 'n',
};

/* One value. Offsets are bytes from the start of the text. */
struct gv_json_place {
	enum gv_json_kind kind;
	struct gv_span name; /* of a member, without its escapes; .at is NULL for other values */
	size_t before;       /* behind the '{', '[' or ',' in front of it */
	size_t first;        /* its first byte, that of its name if it has one */
	size_t name_end;     /* behind the quote that ends the name */
	size_t at;           /* the first byte of the value */
	size_t end;          /* behind its last */
	uint32_t parent;     /* the object or array it is in */
	uint32_t last;       /* the last value in it */
};

/* All values of a text in the order of the text, the outermost first. Zero-initialise. */
struct gv_json_map {
	struct gv_span text;
	struct gv_json_place *at;
	size_t count;
	size_t cap;
	struct gv_arena arena; /* of names that have escapes */
};

/*
 * Maps TEXT from byte FROM on, one value and nothing else; it is borrowed. Time is linear but for
 * the sorting of names, memory 80 bytes a value. Fails with GV_EPARSE, line and column, also for
 * what is nested deeper than GV_JSON_DEPTH and for bytes that are no UTF-8; with GV_ENOMEM. To be
 * disposed of in each case. Not for several threads at once.
 */
enum gv_status gv_json_map_make(struct gv_json_map *map, struct gv_span text, size_t from,
                                struct gv_error *err);

void gv_json_map_dispose(struct gv_json_map *map);

/* The number of the member NAME of the object number OBJECT, or GV_JSON_NOWHERE. */
uint32_t gv_json_map_member(const struct gv_json_map *map, uint32_t object, const char *name);

/* The bytes of the value number PLACE, borrowed. */
struct gv_span gv_json_map_bytes(const struct gv_json_map *map, uint32_t place);

/* Appends the text of the string number PLACE, without its escapes. */
enum gv_status gv_json_map_text(const struct gv_json_map *map, uint32_t place, struct gv_buf *out,
                                struct gv_error *err);

/* The line and column of byte AT of TEXT, counted from 1 behind a byte order mark. */
void gv_json_map_locate(struct gv_span text, size_t at, uint32_t *line, uint32_t *column);

#endif
