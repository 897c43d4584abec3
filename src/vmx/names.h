/*
 * An index of names: which line has a name first, and which lines repeat one.
 *
 * Knows names and places; knows nothing about values. Expected linear time also for hostile names:
 * the hash is keyed.
 */
#ifndef GPUVIRT_VMX_NAMES_H
#define GPUVIRT_VMX_NAMES_H

#include <gpuvirt/vmx.h>

#include "vmx/reader.h"

/* Where a line is. number 0 marks an empty slot. */
struct name_place {
	uint32_t offset;
	uint32_t number;
};

struct name_slot {
	struct name_place place;
	uint32_t hash;
	uint32_t last; /* 1 + the last repeat of this name; 0: none */
};

struct name_repeat {
	struct name_place here;
	struct name_place first;
	uint32_t next; /* the next repeat of this name; of the last one the first */
};

/* An ordinary file needs no more, and no memory of its own. A power of two. */
enum { NAMES_INLINE = 256 };

/* A bit for each head that a name has, by its hash. */
enum { NAMES_HEADS = 2048 };

struct names {
	size_t slot_count; /* a power of two */
	size_t used;
	struct name_slot *slots;     /* inline_slots, or allocated */
	struct name_repeat *repeats; /* in the order of the file */
	size_t repeat_count;
	size_t repeat_cap;
	uint64_t heads[HASH_HEADS][NAMES_HEADS / 64];
	struct name_slot inline_slots[NAMES_INLINE];
};

/* Makes NAMES empty. It must not be moved from then on. */
void names_init(struct names *names);
void names_dispose(struct names *names);

/* Adds the name NEW of TEXT; in the order of the file. Returns false when memory ran out. */
bool names_add(struct names *names, struct gv_span text, const struct reader_name *new);

/* Notes how a name begins that is not added. */
void names_add_heads(struct names *names, struct name_hash hash);

_Static_assert(NAMES_HEADS == 1 << 11, "the bits of a head");

/* False when no name that was added has the HEAD. */
static inline bool names_have_head(const struct names *names, enum hash_head which, uint32_t head)
{
	uint32_t bit = head >> (32 - 11);
	return (names->heads[which][bit / 64] >> bit % 64 & 1) != 0;
}

/* Moves what FROM holds to TO, which is empty or disposed of; FROM is not to be disposed of. */
void names_move(struct names *to, struct names *from);

/* False when no name that was added begins with PREFIX, whose hash is HASH. */
bool names_may_begin(const struct names *names, struct gv_span prefix, struct name_hash hash);

/* Sets *PLACE to the first line called NAME. Returns false if there is none. */
bool names_find(const struct names *names, struct gv_span text, struct gv_span name,
                struct name_hash hash, struct name_place *place);

/* The same for the next line called NAME behind the one that starts at OFFSET, which is called so.
 */
bool names_find_next(const struct names *names, struct gv_span text, struct gv_span name,
                     struct name_hash hash, size_t offset, struct name_place *place);

#endif
