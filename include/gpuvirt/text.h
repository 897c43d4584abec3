/*
 * Bytes: borrowed spans to look at, growing buffers to build with, an arena for what must stay put.
 *
 * Knows bytes and ASCII; knows nothing about encodings, files or the .vmx grammar.
 */
#ifndef GPUVIRT_TEXT_H
#define GPUVIRT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gpuvirt/error.h>

/* Borrowed bytes, not NUL-terminated. Zero-initialised is the empty span. */
struct gv_span {
	const char *at;
	size_t len;
};

/* The span of a string literal. */
#define GV_LITERAL(text) ((struct gv_span){(text), sizeof(text) - 1})

/* The bytes of the C string TEXT, borrowed; NULL gives the empty span. */
struct gv_span gv_span_of(const char *text);

/* The bytes [FROM, TO) of SPAN, borrowed from what SPAN borrows. FROM <= TO <= SPAN.len. */
struct gv_span gv_span_part(struct gv_span span, size_t from, size_t to);

/* True when the bytes are equal. */
bool gv_span_equal(struct gv_span a, struct gv_span b);

/* True when the bytes are equal, A-Z counting as a-z: how VMware compares names (facts 4.3). */
bool gv_span_equal_nocase(struct gv_span a, struct gv_span b);

/* BYTE, A-Z made a-z. */
char gv_fold(char byte);

/* The value of the hexadecimal digit BYTE, in any case; -1 for any other byte. */
int gv_hex_digit(char byte);

/* The part of PATH behind its folders, which "/" or "\" ends: a path of whichever system. */
struct gv_span gv_span_file_name(struct gv_span path);

/* How many bytes A and B have in common at their start, A-Z counting as a-z. */
size_t gv_span_common_nocase(struct gv_span a, struct gv_span b);

/* True when SPAN begins with PREFIX, A-Z counting as a-z. */
bool gv_span_begins_nocase(struct gv_span span, struct gv_span prefix);

/* True when SPAN ends with SUFFIX, A-Z counting as a-z. */
bool gv_span_ends_nocase(struct gv_span span, struct gv_span suffix);

/* SPAN without the blanks and tabs at both ends. */
struct gv_span gv_span_trim(struct gv_span span);

/* SPAN without the blanks, tabs and line ends (9 to 13 in ASCII) at both ends. */
struct gv_span gv_span_trim_lines(struct gv_span span);

/* Cuts the first blank-separated word off *REST and returns it; empty when there is none left. */
struct gv_span gv_span_word(struct gv_span *rest);

/*
 * Reads SPAN as decimal digits and nothing else into *OUT. Returns false, *OUT untouched, for an
 * empty span, any other byte, or a number above 2^64 - 1.
 */
bool gv_span_number(struct gv_span span, uint64_t *out);

/*
 * A buffer to append to. Zero-initialise; dispose when done. A failed allocation is remembered in
 * failed and all later appends do nothing, so a run of appends is checked once at its end.
 * at is never NULL after the first append, and the bytes are followed by a NUL not counted in len.
 */
struct gv_buf {
	char *at;
	size_t len;
	size_t cap;
	bool failed;
};

void gv_buf_add(struct gv_buf *buf, struct gv_span bytes);
void gv_buf_text(struct gv_buf *buf, const char *text);
void gv_buf_char(struct gv_buf *buf, char byte);
void gv_buf_format(struct gv_buf *buf, const char *format, ...) GV_PRINTF(2, 3);
void gv_buf_vformat(struct gv_buf *buf, const char *format, va_list args) GV_PRINTF(2, 0);

/* Makes room for MORE bytes and returns where they go, or NULL (failed is set then). */
char *gv_buf_reserve(struct gv_buf *buf, size_t more);

/*
 * The same, but for no more than that, where gv_buf_reserve doubles: for what comes in one piece
 * and is large.
 */
char *gv_buf_reserve_exact(struct gv_buf *buf, size_t more);

/* What the buffer holds, borrowed until the next append. */
struct gv_span gv_buf_span(const struct gv_buf *buf);

/* Frees what the buffer holds and zeroes it. */
void gv_buf_dispose(struct gv_buf *buf);

/*
 * Doubles ARRAY, COUNT elements of SIZE bytes with *CAP allocated, when it is full. Returns the
 * array, moved perhaps, or NULL with the old one untouched and still the caller's.
 */
void *gv_grow(void *array, size_t count, size_t *cap, size_t size);

/* Memory that stays put until the whole arena is disposed of. Zero-initialise. */
struct gv_arena {
	struct gv_arena_chunk *newest;
};

/* SIZE bytes aligned for any type, uninitialised, owned by the arena; NULL when memory ran out. */
void *gv_arena_alloc(struct gv_arena *arena, size_t size);

/* A NUL-terminated copy of BYTES in the arena; its .at is NULL when memory ran out. */
struct gv_span gv_arena_copy(struct gv_arena *arena, struct gv_span bytes);

/* Frees everything the arena handed out. */
void gv_arena_dispose(struct gv_arena *arena);

#endif
