/*
 * The index of a document's names: which line has a name first, and which lines repeat one.
 *
 * Knows names and places; knows nothing about values. Expected linear time also for hostile names:
 * the hash is keyed.
 */
#ifndef GPUVIRT_VMX_NAMES_H
#define GPUVIRT_VMX_NAMES_H

#include <gpuvirt/vmx.h>

/* Where a line is. number 0 marks an empty slot. */
struct name_place {
	uint32_t offset;
	uint32_t number;
};

struct name_slot {
	struct name_place place;
	uint32_t hash;
};

struct name_repeat {
	struct name_place here;
	struct name_place first;
};

struct names {
	struct name_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t used;
	struct name_repeat *repeats; /* in the order of the file */
	size_t repeat_count;
	size_t repeat_cap;
	uint64_t key[2];
};

void names_init(struct names *names);
void names_dispose(struct names *names);

/* Adds the entry LINE of TEXT. Returns false when memory ran out. */
bool names_add(struct names *names, struct gv_span text, const struct gv_line *line);

/* Sets *PLACE to the first line called NAME. Returns false if there is none. */
bool names_find(const struct names *names, struct gv_span text, struct gv_span name,
                struct name_place *place);

/* The index of the first repeat that starts after OFFSET; repeat_count if there is none. */
size_t names_repeats_after(const struct names *names, size_t offset);

#endif
