/*
 * The keyed hash of a name, A-Z counting as a-z.
 *
 * Knows names as bytes; knows nothing about tables. In a header, since it is taken of every name.
 *
 * A name is cut into blocks of 32 bytes, zeros behind its end; no name has a NUL, so no two names
 * have the same blocks. A block is two products of 128 bits, high half xor low half, of its words
 * xor secret words. Whoever wants two names to meet has to make two such products equal and knows
 * no factor of any: for each pair of names that is a chance of about 2^-60 over the keys, however
 * the names are chosen. He sees no hash either: nothing we print depends on one.
 */
#ifndef GPUVIRT_VMX_HASH_H
#define GPUVIRT_VMX_HASH_H

#include <string.h>

#include <gpuvirt/text.h>

enum { HASH_BLOCK = 32 };

/* Secret words. */
struct hash_key {
	uint64_t word[6];
};

struct name_hash {
	uint64_t whole;
	uint32_t head; /* the first four bytes, case-folded; zeros behind the end of the name */
};

/* A key from SEED and OTHER, that nobody can foresee. */
static inline void hash_make_key(struct hash_key *key, uint64_t seed, uint64_t other)
{
	for (size_t i = 0; i < sizeof key->word / sizeof *key->word; i++) {
		uint64_t word = seed + (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
		word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9) + other;
		word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
		key->word[i] = word ^ word >> 31;
	}
}

static inline uint64_t hash_load(const char *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* The eight bytes of WORD with A-Z made a-z, without looking at them one by one. */
static inline uint64_t hash_fold(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = word & ~(ones * 0x80);
	uint64_t at_least_a = low + ones * (0x80 - 'A');
	uint64_t above_z = low + ones * (0x7F - 'Z');
	uint64_t upper = at_least_a & ~above_z & ~word & (ones * 0x80);
	return word | upper >> 2;
}

/* The halves of the product of A and B, xor-ed. */
static inline uint64_t hash_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t a_low = a & UINT32_MAX;
	uint64_t b_low = b & UINT32_MAX;
	uint64_t cross = (a >> 32) * b_low + (a_low * b_low >> 32);
	uint64_t other = a_low * (b >> 32) + (cross & UINT32_MAX);
	return a * b ^ ((a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32));
#endif
}

static inline uint64_t hash_block(const struct hash_key *key, const uint64_t words[4])
{
	return hash_multiply(words[0] ^ key->word[0], words[1] ^ key->word[1]) ^
	       hash_multiply(words[2] ^ key->word[2], words[3] ^ key->word[3]);
}

/* The first SIZE bytes, at most 32, from AT on, folded, and zeros. Reads 32 bytes. */
static inline void hash_words(uint64_t words[4], const char *at, size_t size)
{
	static const unsigned char keep[2 * HASH_BLOCK] = {
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
	};
	const char *mask = (const char *)keep + HASH_BLOCK - size;
	for (size_t i = 0; i < 4; i++)
		words[i] = hash_fold(hash_load(at + i * 8) & hash_load(mask + i * 8));
}

static inline uint32_t hash_head(const uint64_t words[4])
{
	uint32_t head;
	memcpy(&head, words, sizeof head);
	return head;
}

/* The hash of NAME, of at most 32 bytes; all 32 bytes from its start on may be read. */
static inline struct name_hash hash_short_name(const struct hash_key *key, struct gv_span name)
{
	uint64_t words[4];
	hash_words(words, name.at, name.len);
	return (struct name_hash){hash_block(key, words), hash_head(words)};
}

/* The hash of any NAME. */
static inline struct name_hash hash_name(const struct hash_key *key, struct gv_span name)
{
	struct name_hash hash = {0};
	for (size_t at = 0; at < name.len || at == 0; at += HASH_BLOCK) {
		char block[HASH_BLOCK] = {0};
		uint64_t words[4];
		size_t size = name.len - at < HASH_BLOCK ? name.len - at : HASH_BLOCK;
		if (size > 0)
			memcpy(block, name.at + at, size);
		hash_words(words, block, size);
		if (at == 0)
			hash.head = hash_head(words);
		else
			hash.whole = hash_multiply(hash.whole ^ key->word[4], key->word[5]);
		hash.whole ^= hash_block(key, words);
	}
	return hash;
}

#endif
