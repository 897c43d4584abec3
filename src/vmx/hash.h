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

/*
 * The heads of a name are its first 4 and its first 12 bytes, case-folded, zeros behind its end;
 * here in a word each, from which heads that differ mostly differ. They are not keyed: who makes
 * them meet only makes a question cost a walk.
 */
enum hash_head { HASH_HEAD_4, HASH_HEAD_12, HASH_HEADS };

struct name_hash {
	uint64_t whole;
	uint32_t head[HASH_HEADS];
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

/*
 * The first SIZE bytes, at most 32, from AT on, A-Z made a-z, and zeros. Reads 32 bytes. Without a
 * branch, which compilers make 16 bytes or more at a time of.
 */
static inline void hash_words(uint64_t words[4], const char *at, size_t size)
{
	static const unsigned char keep[2 * HASH_BLOCK] = {
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
	};
	const unsigned char *mask = keep + HASH_BLOCK - size;
	unsigned char block[HASH_BLOCK];
	for (size_t i = 0; i < HASH_BLOCK; i++) {
		unsigned char byte = (unsigned char)at[i] & mask[i];
		unsigned char from_a = (unsigned char)(byte - 'A');
		block[i] = byte | (from_a < 26 ? 0x20 : 0);
	}
	memcpy(words, block, sizeof block);
}

static inline uint32_t hash_first_four(uint64_t word)
{
	uint32_t four;
	memcpy(&four, &word, sizeof four);
	return four;
}

static inline void hash_heads(struct name_hash *hash, const uint64_t words[4])
{
	const uint64_t spread = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t twelve = words[0] * spread ^ hash_first_four(words[1]);
	hash->head[HASH_HEAD_4] = (uint32_t)(hash_first_four(words[0]) * spread >> 32);
	hash->head[HASH_HEAD_12] = (uint32_t)(twelve * spread >> 32);
}

/* The hash of NAME, of at most 32 bytes; all 32 bytes from its start on may be read. */
static inline struct name_hash hash_short_name(const struct hash_key *key, struct gv_span name)
{
	uint64_t words[4];
	hash_words(words, name.at, name.len);
	struct name_hash hash = {.whole = hash_block(key, words)};
	hash_heads(&hash, words);
	return hash;
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
			hash_heads(&hash, words);
		else
			hash.whole = hash_multiply(hash.whole ^ key->word[4], key->word[5]);
		hash.whole ^= hash_block(key, words);
	}
	return hash;
}

#endif
