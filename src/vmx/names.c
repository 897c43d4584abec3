#include "vmx/names.h"

#include <stdlib.h>
#include <string.h>

#include "vmx/grammar.h"

/*
 * The key comes from addresses, which the loader randomises: a file's author cannot aim a million
 * names at one slot. Nothing secret hangs on it, and no output depends on it.
 */
void names_init(struct names *names)
{
	*names = (struct names){0};
	names->key[0] = (uint64_t)(uintptr_t)names * UINT64_C(0x9E3779B97F4A7C15);
	names->key[1] = (uint64_t)(uintptr_t)&names_init ^ UINT64_C(0x5851F42D4C957F2D);
}

void names_dispose(struct names *names)
{
	free(names->slots);
	free(names->repeats);
}

/* The eight bytes of WORD with A-Z made a-z, without looking at them one by one. */
static uint64_t fold_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = word & ~(ones * 0x80);
	uint64_t at_least_a = low + ones * (0x80 - 'A');
	uint64_t above_z = low + ones * (0x7F - 'Z');
	uint64_t upper = at_least_a & ~above_z & ~word & (ones * 0x80);
	return word | upper >> 2;
}

static uint64_t rotate(uint64_t word, unsigned by)
{
	return word << by | word >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* SipHash-1-3 (Aumasson and Bernstein) of the case-folded NAME. */
static uint32_t hash(const struct names *names, struct gv_span name)
{
	uint64_t v[4] = {
		names->key[0] ^ UINT64_C(0x736f6d6570736575),
		names->key[1] ^ UINT64_C(0x646f72616e646f6d),
		names->key[0] ^ UINT64_C(0x6c7967656e657261),
		names->key[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t done = 0;
	uint64_t word = 0;
	for (; name.len - done >= sizeof word; done += sizeof word) {
		memcpy(&word, name.at + done, sizeof word);
		sip_word(v, fold_word(word));
	}
	word = 0;
	memcpy(&word, name.at + done, name.len - done);
	sip_word(v, fold_word(word) ^ (uint64_t)name.len << 56);
	v[2] ^= 0xFF;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	uint64_t all = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32_t)(all ^ all >> 32);
}

/* The slot that holds NAME, or the empty one where it belongs. There is always an empty slot. */
static struct name_slot *probe(const struct names *names, struct gv_span text, struct gv_span name,
                               uint32_t hashed)
{
	size_t mask = names->slot_count - 1;
	size_t i = hashed & mask;
	for (; names->slots[i].place.number != 0; i = (i + 1) & mask) {
		const struct name_slot *slot = &names->slots[i];
		if (slot->hash == hashed &&
		    gv_span_equal_nocase(grammar_name_at(text, slot->place.offset), name))
			break;
	}
	return &names->slots[i];
}

static bool grow(struct names *names)
{
	size_t count = names->slot_count == 0 ? 256 : names->slot_count * 2;
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
	free(names->slots);
	names->slots = slots;
	names->slot_count = count;
	return true;
}

static bool add_repeat(struct names *names, struct name_place here, struct name_place first)
{
	struct name_repeat *grown =
		gv_grow(names->repeats, names->repeat_count, &names->repeat_cap, sizeof *grown);
	if (grown == NULL)
		return false;
	names->repeats = grown;
	names->repeats[names->repeat_count++] = (struct name_repeat){here, first};
	return true;
}

bool names_add(struct names *names, struct gv_span text, const struct gv_line *line)
{
	if (names->used >= names->slot_count / 2 && !grow(names))
		return false;
	struct name_place here = {(uint32_t)line->start, line->number};
	uint32_t hashed = hash(names, line->name);
	struct name_slot *slot = probe(names, text, line->name, hashed);
	if (slot->place.number != 0)
		return add_repeat(names, here, slot->place);
	*slot = (struct name_slot){here, hashed};
	names->used++;
	return true;
}

bool names_find(const struct names *names, struct gv_span text, struct gv_span name,
                struct name_place *place)
{
	if (names->slot_count == 0)
		return false;
	const struct name_slot *slot = probe(names, text, name, hash(names, name));
	if (slot->place.number == 0)
		return false;
	*place = slot->place;
	return true;
}

size_t names_repeats_after(const struct names *names, size_t offset)
{
	size_t low = 0;
	size_t high = names->repeat_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (names->repeats[middle].here.offset > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
