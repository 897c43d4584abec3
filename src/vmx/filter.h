/*
 * A filter of hashes: says of a hash that it was never added, or that it may have been.
 *
 * Knows hashes; knows nothing about what they are of. A hash sets five bits of one word (a Bloom
 * filter in blocks of a word): one access to memory a question, and at two or three hashes a word
 * about one wrong "perhaps" in a thousand.
 */
#ifndef GPUVIRT_VMX_FILTER_H
#define GPUVIRT_VMX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; dispose when done. */
struct filter {
	uint64_t *words;
	uint32_t count;
};

/* Makes FILTER empty, of COUNT words, 1 to 2^32 - 1. Returns false when memory ran out. */
bool filter_init(struct filter *filter, size_t count);
void filter_dispose(struct filter *filter);

static inline size_t filter_word(const struct filter *filter, uint64_t hash)
{
	return (hash >> 32) * filter->count >> 32;
}

static inline uint64_t filter_bits(uint64_t hash)
{
	const uint64_t one = 1;
	return one << hash % 64 | one << (hash >> 6) % 64 | one << (hash >> 12) % 64 |
	       one << (hash >> 18) % 64 | one << (hash >> 24) % 64;
}

/* False when HASH was never added. */
static inline bool filter_has(const struct filter *filter, uint64_t hash)
{
	uint64_t bits = filter_bits(hash);
	return (filter->words[filter_word(filter, hash)] & bits) == bits;
}

/* Adds HASH. Returns what filter_has said before. */
static inline bool filter_add(struct filter *filter, uint64_t hash)
{
	uint64_t *word = &filter->words[filter_word(filter, hash)];
	uint64_t before = *word;
	*word |= filter_bits(hash);
	return before == *word;
}

/* Has the word of HASH fetched, which takes as long as a hundred other instructions. */
static inline void filter_fetch(const struct filter *filter, uint64_t hash)
{
#ifdef __GNUC__
	__builtin_prefetch(&filter->words[filter_word(filter, hash)], 1);
#else
	(void)filter;
	(void)hash;
#endif
}

#endif
