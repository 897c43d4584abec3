/*
 * Bytes sorted into classes, 64 at a time: a bit for each byte says where a line, a name or a quote
 * ends. What a parser asks byte by byte is then answered by counting zeros.
 *
 * Knows which bytes the .vmx grammar gives a meaning; knows nothing about lines.
 */
#ifndef GPUVIRT_VMX_SCAN_H
#define GPUVIRT_VMX_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* So many bytes at most are looked at in one go: what is found stays in the nearest cache. */
enum { SCAN_WORDS = 64, SCAN_BYTES = SCAN_WORDS * 64 };

/* Bytes of which it is only told that there are some. */
enum scan_seen {
	SCAN_HIGH = 1,    /* above 0x7F */
	SCAN_CONTROL = 2, /* below 0x20 but TAB, LF and CR, or 0x7F; NUL is one */
	SCAN_LESS = 4,    /* "<" */
};

/* Bit I % 64 of word I / 64 is about byte I. Bits behind the last byte are 0. */
struct scan {
	uint64_t ends[SCAN_WORDS + 1];   /* LF, CR */
	uint64_t stops[SCAN_WORDS + 1];  /* blank, TAB, "#", "=": what ends a name */
	uint64_t quotes[SCAN_WORDS + 1]; /* DQUOTE */
	unsigned seen;                   /* bits of enum scan_seen */
};

/* Looks at the SIZE bytes, at most SCAN_BYTES, from AT on, and at no other. Sets all of *SCAN. */
void scan_read(struct scan *scan, const char *at, size_t size);

/* The same, byte by byte: what any faster way must agree with. */
void scan_read_plain(struct scan *scan, const char *at, size_t size);

/*
 * Processors of the last ten years have instructions for such work that others lack. What is marked
 * SCAN_FAST is compiled for them; it may only be called when scan_is_fast.
 */
#if defined(__GNUC__) && defined(__x86_64__)
#define SCAN_HAS_FAST 1
#define SCAN_FAST     __attribute__((target("avx2,bmi,bmi2,popcnt")))
static inline bool scan_is_fast(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2");
}
#else
#define SCAN_HAS_FAST 0
#define SCAN_FAST
static inline bool scan_is_fast(void)
{
	return false;
}
#endif

/* So many bits of a window count. */
enum { SCAN_WINDOW = 57 };

/* The SCAN_WINDOW bits from bit AT on, and some of those behind them. */
static inline uint64_t scan_window(const uint64_t *bits, size_t at)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t window;
	memcpy(&window, (const char *)bits + at / 8, sizeof window);
	return window >> at % 8;
#else
	const uint64_t *word = bits + at / 64;
	return word[0] >> at % 64 | word[1] << 1 << ~at % 64;
#endif
}

#ifdef __GNUC__
/* How many zeros WORD has below its lowest one; whatever when it is 0. */
static inline unsigned scan_zeros(uint64_t word)
{
	return (unsigned)__builtin_ctzll(word);
}
#endif

/* How many ones WORD has. */
static inline unsigned scan_ones(uint64_t word)
{
	return (unsigned)__builtin_popcountll(word);
}

#endif
