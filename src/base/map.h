/*
 * A table from texts to what the caller keeps under them.
 *
 * Knows bytes; owns neither keys nor values. Expected constant time also for hostile keys: the
 * hash has a key of its own.
 */
#ifndef GPUVIRT_BASE_MAP_H
#define GPUVIRT_BASE_MAP_H

#include <gpuvirt/text.h>

struct gv_map_slot {
	struct gv_span key;
	void *value; /* NULL: an empty slot */
	uint32_t hash;
};

/* Zero-initialise; dispose when done. */
struct gv_map {
	struct gv_map_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t used;
	uint64_t multiplier;
};

/* What is kept under KEY, or NULL. */
void *gv_map_get(const struct gv_map *map, struct gv_span key);

/*
 * Keeps VALUE, which is not NULL, under KEY, which is not there yet and must outlive the map.
 * Returns false when memory ran out; the map is then as it was.
 */
bool gv_map_put(struct gv_map *map, struct gv_span key, void *value);

/* Frees what the table itself holds and zeroes it. */
void gv_map_dispose(struct gv_map *map);

#endif
