#include "vmx/names.h"

#include <stdlib.h>
#include <string.h>

#include "vmx/grammar.h"

void names_init(struct names *names)
{
	names->slot_count = NAMES_INLINE;
	names->used = 0;
	names->slots = names->inline_slots;
	names->repeats = NULL;
	names->repeat_count = 0;
	names->repeat_cap = 0;
	memset(names->heads, 0, sizeof names->heads);
	memset(names->inline_slots, 0, sizeof names->inline_slots);
}

void names_dispose(struct names *names)
{
	if (names->slots != names->inline_slots)
		free(names->slots);
	free(names->repeats);
}

void names_move(struct names *to, struct names *from)
{
	*to = *from;
	if (from->slots == from->inline_slots)
		to->slots = to->inline_slots;
}

/* The part of the hash that a slot keeps; its low bits say which slot is tried first. */
static uint32_t kept(struct name_hash hash)
{
	return (uint32_t)(hash.whole ^ hash.whole >> 32);
}

/* The slot that holds NAME, or the empty one where it belongs. There is always an empty slot. */
static struct name_slot *probe(const struct names *names, struct gv_span text, struct gv_span name,
                               uint32_t hash)
{
	size_t mask = names->slot_count - 1;
	size_t i = hash & mask;
	for (; names->slots[i].place.number != 0; i = (i + 1) & mask) {
		const struct name_slot *slot = &names->slots[i];
		if (slot->hash == hash && grammar_is_named(text, slot->place.offset, name))
			break;
	}
	return &names->slots[i];
}

static bool grow(struct names *names)
{
	size_t count = names->slot_count * 2;
	struct name_slot *slots = calloc(count, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < names->slot_count; i++) {
		if (names->slots[i].place.number == 0)
			continue;
		size_t to = names->slots[i].hash & (count - 1);
		while (slots[to].place.number != 0)
			to = (to + 1) & (count - 1);
		slots[to] = names->slots[i];
	}
	if (names->slots != names->inline_slots)
		free(names->slots);
	names->slots = slots;
	names->slot_count = count;
	return true;
}

/* Adds HERE behind the other repeats of the name of SLOT, which form a ring. */
static bool add_repeat(struct names *names, struct name_place here, struct name_slot *slot)
{
	struct name_repeat *grown =
		gv_grow(names->repeats, names->repeat_count, &names->repeat_cap, sizeof *grown);
	if (grown == NULL)
		return false;
	uint32_t mine = (uint32_t)names->repeat_count++;
	names->repeats = grown;
	grown[mine] = (struct name_repeat){here, slot->place, mine};
	if (slot->last > 0) {
		grown[mine].next = grown[slot->last - 1].next;
		grown[slot->last - 1].next = mine;
	}
	slot->last = mine + 1;
	return true;
}

void names_add_heads(struct names *names, struct name_hash hash)
{
	for (int i = 0; i < HASH_HEADS; i++) {
		uint32_t bit = hash.head[i] >> (32 - 11);
		names->heads[i][bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

bool names_may_begin(const struct names *names, struct gv_span prefix, struct name_hash hash)
{
	return (prefix.len < 4 || names_have_head(names, HASH_HEAD_4, hash.head[HASH_HEAD_4])) &&
	       (prefix.len < 12 || names_have_head(names, HASH_HEAD_12, hash.head[HASH_HEAD_12]));
}

bool names_add(struct names *names, struct gv_span text, const struct reader_name *new)
{
	if (names->used >= names->slot_count / 2 && !grow(names))
		return false;
	names_add_heads(names, new->hash);
	struct name_place here = {new->start, new->number};
	struct gv_span name = gv_span_part(text, new->name_at, new->name_at + new->name_len);
	uint32_t hash = kept(new->hash);
	struct name_slot *slot = probe(names, text, name, hash);
	if (slot->place.number != 0)
		return add_repeat(names, here, slot);
	*slot = (struct name_slot){.place = here, .hash = hash};
	names->used++;
	return true;
}

bool names_find(const struct names *names, struct gv_span text, struct gv_span name,
                struct name_hash hash, struct name_place *place)
{
	if (!names_have_head(names, HASH_HEAD_12, hash.head[HASH_HEAD_12]))
		return false;
	const struct name_slot *slot = probe(names, text, name, kept(hash));
	if (slot->place.number == 0)
		return false;
	*place = slot->place;
	return true;
}

/* The repeat that starts at OFFSET. There is one. */
static size_t repeat_at(const struct names *names, size_t offset)
{
	size_t low = 0;
	size_t high = names->repeat_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (names->repeats[middle].here.offset > offset)
			high = middle;
		else
			low = middle;
	}
	return low;
}

bool names_find_next(const struct names *names, struct gv_span text, struct gv_span name,
                     struct name_hash hash, size_t offset, struct name_place *place)
{
	const struct name_slot *slot = probe(names, text, name, kept(hash));
	if (slot->last == 0)
		return false;
	size_t mine = slot->last - 1;
	bool first = slot->place.offset == offset;
	if (!first)
		mine = repeat_at(names, offset);
	size_t next = names->repeats[mine].next;
	if (!first && next <= mine) /* the ring is closed */
		return false;
	*place = names->repeats[next].here;
	return true;
}
