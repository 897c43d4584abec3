#include "base/map.h"

#include <stdlib.h>

/* The prime 2^31 - 1: products of two remainders fit 64 bits. */
#define PRIME UINT64_C(0x7FFFFFFF)

/*
 * The bytes, three at a time, as the digits of a number in a base nobody can foresee, modulo a
 * prime: two texts of n bytes meet with a chance of about n in 2^31. The base comes from addresses,
 * which the loader randomises; nothing secret hangs on it, and no output depends on it.
 */
static uint32_t hash(const struct gv_map *map, struct gv_span key)
{
	const unsigned char *at = (const unsigned char *)key.at;
	uint64_t sum = 1;
	size_t i = 0;
	for (; key.len - i >= 3; i += 3) {
		uint64_t digit = at[i] | (uint64_t)at[i + 1] << 8 | (uint64_t)at[i + 2] << 16;
		sum = (sum * map->multiplier + digit + 1) % PRIME;
	}
	for (; i < key.len; i++)
		sum = (sum * map->multiplier + at[i] + 1) % PRIME;
	return (uint32_t)sum;
}

static void choose_multiplier(struct gv_map *map)
{
	uint64_t mixed = (uint64_t)(uintptr_t)map * UINT64_C(0x9E3779B97F4A7C15) ^
	                 (uint64_t)(uintptr_t)&choose_multiplier * UINT64_C(0x5851F42D4C957F2D);
	map->multiplier = (mixed >> 33) % (PRIME - 1000) + 500;
}

/* The slot that holds KEY, or the empty one where it belongs. There is always an empty slot. */
static struct gv_map_slot *probe(const struct gv_map *map, struct gv_span key, uint32_t hashed)
{
	size_t mask = map->slot_count - 1;
	size_t i = hashed & mask;
	while (map->slots[i].value != NULL &&
	       (map->slots[i].hash != hashed || !gv_span_equal(map->slots[i].key, key)))
		i = (i + 1) & mask;
	return &map->slots[i];
}

static bool grow(struct gv_map *map)
{
	struct gv_map larger = *map;
	larger.slot_count = map->slot_count == 0 ? 16 : map->slot_count * 2;
	larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < map->slot_count; i++) {
		const struct gv_map_slot *slot = &map->slots[i];
		if (slot->value != NULL)
			*probe(&larger, slot->key, slot->hash) = *slot;
	}
	free(map->slots);
	*map = larger;
	return true;
}

void *gv_map_get(const struct gv_map *map, struct gv_span key)
{
	return map->slot_count == 0 ? NULL : probe(map, key, hash(map, key))->value;
}

bool gv_map_put(struct gv_map *map, struct gv_span key, void *value)
{
	if (map->multiplier == 0)
		choose_multiplier(map);
	if (map->used >= map->slot_count / 2 && !grow(map))
		return false;
	uint32_t hashed = hash(map, key);
	*probe(map, key, hashed) = (struct gv_map_slot){key, value, hashed};
	map->used++;
	return true;
}

void gv_map_dispose(struct gv_map *map)
{
	free(map->slots);
	*map = (struct gv_map){0};
}
