#include "vmx/scan.h"

#include <string.h>

#if SCAN_HAS_FAST
#include <immintrin.h>
#endif

/* What a block of 64 bytes has: bit I is about byte I. */
struct block {
	uint64_t ends;
	uint64_t stops;
	uint64_t quotes;
};

/* ---- one byte at a time ---- */

static bool is_control(unsigned char byte)
{
	bool plain = byte == '\t' || byte == '\n' || byte == '\r';
	return (byte < 0x20 && !plain) || byte == 0x7F;
}

static unsigned seen_in(unsigned char byte)
{
	return (byte > 0x7F ? SCAN_HIGH : 0U) | (is_control(byte) ? SCAN_CONTROL : 0U) |
	       (byte == '<' ? SCAN_LESS : 0U);
}

static struct block read_block(const char *at, unsigned *seen)
{
	struct block block = {0};
	for (unsigned i = 0; i < 64; i++) {
		char byte = at[i];
		bool stops = byte == ' ' || byte == '\t' || byte == '#' || byte == '=';
		block.ends |= (uint64_t)(byte == '\n' || byte == '\r') << i;
		block.stops |= (uint64_t)stops << i;
		block.quotes |= (uint64_t)(byte == '"') << i;
		*seen |= seen_in((unsigned char)byte);
	}
	return block;
}

static void store(struct scan *scan, size_t word, struct block block)
{
	scan->ends[word] = block.ends;
	scan->stops[word] = block.stops;
	scan->quotes[word] = block.quotes;
}

/* The bytes of a block that is not whole, filled up with bytes of no class. */
static void fill_up(char block[64], const char *at, size_t size)
{
	memset(block, 'a', 64);
	if (size > 0)
		memcpy(block, at, size);
}

void scan_read_plain(struct scan *scan, const char *at, size_t size)
{
	char last[64];
	size_t whole = size / 64;
	scan->seen = 0;
	for (size_t i = 0; i < whole; i++)
		store(scan, i, read_block(at + i * 64, &scan->seen));
	fill_up(last, at + whole * 64, size % 64);
	store(scan, whole, read_block(last, &scan->seen));
	for (size_t i = whole + 1; i <= SCAN_WORDS; i++)
		store(scan, i, (struct block){0});
}

#if SCAN_HAS_FAST

/* ---- 32 bytes at a time ---- */

/*
 * A byte's classes are what the tables say of its low four bits AND of its high four bits. Bytes
 * above 0x7F have none: the instruction gives 0 for them.
 */
enum {
	END = 1,         /* 0A 0D */
	STOP_BLANK = 2,  /* 20 23 */
	STOP_TAB = 4,    /* 09 */
	STOP_EQUALS = 8, /* 3D */
	QUOTE = 16,      /* 22 */
	LOW = 32,        /* 00-1F but 09 0A 0D 19 1A 1D */
	LOW_REST = 64,   /* 19 1A 1D */
	DELETE = 128,    /* 7F */
	STOP = STOP_BLANK | STOP_TAB | STOP_EQUALS,
	CONTROL = LOW | LOW_REST | DELETE,
};

/* clang-format off */
#define BY_LOW                                                                         \
	(char)(STOP_BLANK | LOW), LOW, QUOTE | LOW, STOP_BLANK | LOW, LOW, LOW, LOW, LOW,  \
	LOW, STOP_TAB | LOW_REST, END | LOW_REST, LOW, LOW,                                \
	END | STOP_EQUALS | LOW_REST, LOW, (char)(LOW | DELETE)
#define BY_HIGH                                                                        \
	END | STOP_TAB | LOW, LOW | LOW_REST, STOP_BLANK | QUOTE, STOP_EQUALS, 0, 0, 0,    \
	(char)DELETE, 0, 0, 0, 0, 0, 0, 0, 0
/* clang-format on */

/* All that is seen of the bytes so far, in lanes. */
struct lanes {
	__m256i classes;
	__m256i bytes;
	__m256i less;
};

/* The bits of CLASS, one of those above, for 32 bytes. */
#define BITS_OF(classes, shift) ((uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(classes, shift)))

SCAN_FAST static inline void read_half(const char *at, struct block *block, unsigned by,
                                       struct lanes *lanes)
{
	const __m256i by_low = _mm256_setr_epi8(BY_LOW, BY_LOW);
	const __m256i by_high = _mm256_setr_epi8(BY_HIGH, BY_HIGH);
	__m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)at);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
	__m256i classes = _mm256_and_si256(_mm256_shuffle_epi8(by_low, bytes),
	                                   _mm256_shuffle_epi8(by_high, high));
	__m256i stops = _mm256_cmpgt_epi8(_mm256_and_si256(classes, _mm256_set1_epi8(STOP)),
	                                  _mm256_setzero_si256());
	block->ends |= (uint64_t)BITS_OF(classes, 7) << by;
	block->quotes |= (uint64_t)BITS_OF(classes, 3) << by;
	block->stops |= (uint64_t)(uint32_t)_mm256_movemask_epi8(stops) << by;
	lanes->classes = _mm256_or_si256(lanes->classes, classes);
	lanes->bytes = _mm256_or_si256(lanes->bytes, bytes);
	lanes->less = _mm256_or_si256(lanes->less, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('<')));
}

/* Has fetched what is scanned after the bytes AT. There need not be any: nothing is read. */
SCAN_FAST static inline void fetch(const char *at)
{
	_mm_prefetch((const char *)((uintptr_t)at + SCAN_BYTES), _MM_HINT_T0);
}

SCAN_FAST static inline struct block read_whole(const char *at, struct lanes *lanes)
{
	struct block block = {0};
	read_half(at, &block, 0, lanes);
	read_half(at + 32, &block, 32, lanes);
	return block;
}

SCAN_FAST static inline unsigned seen_in_lanes(const struct lanes *lanes)
{
	unsigned seen = 0;
	if (_mm256_movemask_epi8(lanes->bytes) != 0)
		seen |= SCAN_HIGH;
	if (!_mm256_testz_si256(lanes->classes, _mm256_set1_epi8((char)CONTROL)))
		seen |= SCAN_CONTROL;
	if (_mm256_movemask_epi8(lanes->less) != 0)
		seen |= SCAN_LESS;
	return seen;
}

SCAN_FAST static void read_fast(struct scan *scan, const char *at, size_t size)
{
	const __m256i zero = _mm256_setzero_si256();
	struct lanes lanes = {zero, zero, zero};
	size_t whole = size / 64;
	for (size_t i = 0; i < whole; i++) {
		fetch(at + i * 64);
		store(scan, i, read_whole(at + i * 64, &lanes));
	}
	store(scan, whole, (struct block){0});
	if (size % 64 > 0) {
		char last[64];
		fill_up(last, at + whole * 64, size % 64);
		store(scan, whole, read_whole(last, &lanes));
		store(scan, whole + 1, (struct block){0});
	}
	scan->seen = seen_in_lanes(&lanes);
}

void scan_read(struct scan *scan, const char *at, size_t size)
{
	if (scan_is_fast())
		read_fast(scan, at, size);
	else
		scan_read_plain(scan, at, size);
}

#else

void scan_read(struct scan *scan, const char *at, size_t size)
{
	scan_read_plain(scan, at, size);
}

#endif
