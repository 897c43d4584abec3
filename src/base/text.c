#include <gpuvirt/text.h>

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char gv_fold(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

int gv_hex_digit(char byte)
{
	byte = gv_fold(byte);
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

struct gv_span gv_span_file_name(struct gv_span path)
{
	size_t at = path.len;
	while (at > 0 && path.at[at - 1] != '/' && path.at[at - 1] != '\\')
		at--;
	return gv_span_part(path, at, path.len);
}

struct gv_span gv_span_of(const char *text)
{
	return (struct gv_span){text, text == NULL ? 0 : strlen(text)};
}

struct gv_span gv_span_part(struct gv_span span, size_t from, size_t to)
{
	return (struct gv_span){span.at + from, to - from};
}

bool gv_span_equal(struct gv_span a, struct gv_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool gv_span_equal_nocase(struct gv_span a, struct gv_span b)
{
	return a.len == b.len && gv_span_common_nocase(a, b) == a.len;
}

size_t gv_span_common_nocase(struct gv_span a, struct gv_span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	size_t same = 0;
	/* Names are mostly spelt in the usual case. */
	if (gv_span_equal(gv_span_part(a, 0, shorter), gv_span_part(b, 0, shorter)))
		return shorter;
	while (same < shorter && gv_fold(a.at[same]) == gv_fold(b.at[same]))
		same++;
	return same;
}

bool gv_span_begins_nocase(struct gv_span span, struct gv_span prefix)
{
	return span.len >= prefix.len && gv_span_common_nocase(span, prefix) == prefix.len;
}

bool gv_span_ends_nocase(struct gv_span span, struct gv_span suffix)
{
	if (span.len < suffix.len)
		return false;
	return gv_span_equal_nocase(gv_span_part(span, span.len - suffix.len, span.len), suffix);
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

struct gv_span gv_span_trim(struct gv_span span)
{
	while (span.len > 0 && is_blank(span.at[0])) {
		span.at++;
		span.len--;
	}
	while (span.len > 0 && is_blank(span.at[span.len - 1]))
		span.len--;
	return span;
}

static bool is_white(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct gv_span gv_span_trim_lines(struct gv_span span)
{
	while (span.len > 0 && is_white(span.at[0]))
		span = gv_span_part(span, 1, span.len);
	while (span.len > 0 && is_white(span.at[span.len - 1]))
		span.len--;
	return span;
}

struct gv_span gv_span_word(struct gv_span *rest)
{
	*rest = gv_span_trim(*rest);
	size_t end = 0;
	while (end < rest->len && !is_blank(rest->at[end]))
		end++;
	struct gv_span word = gv_span_part(*rest, 0, end);
	*rest = gv_span_trim(gv_span_part(*rest, end, rest->len));
	return word;
}

bool gv_span_number(struct gv_span span, uint64_t *out)
{
	uint64_t number = 0;
	for (size_t i = 0; i < span.len; i++) {
		unsigned digit = (unsigned char)span.at[i] - (unsigned)'0';
		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (span.len == 0)
		return false;
	*out = number;
	return true;
}

/* Gives BUF room for CAP bytes, more than it has; 0 stands for too many. */
static char *resize(struct gv_buf *buf, size_t cap)
{
	char *at = cap > 0 ? realloc(buf->at, cap) : NULL;
	if (at == NULL) {
		buf->failed = true;
		return NULL;
	}
	buf->at = at;
	buf->cap = cap;
	return buf->at + buf->len;
}

char *gv_buf_reserve(struct gv_buf *buf, size_t more)
{
	if (buf->failed)
		return NULL;
	if (more < buf->cap - buf->len) /* strictly: one byte is the closing NUL's */
		return buf->at + buf->len;
	size_t cap = buf->cap < 256 ? 256 : buf->cap;
	while (cap - buf->len <= more && cap <= SIZE_MAX / 2)
		cap *= 2;
	return resize(buf, cap - buf->len > more ? cap : 0);
}

char *gv_buf_reserve_exact(struct gv_buf *buf, size_t more)
{
	if (buf->failed)
		return NULL;
	if (more < buf->cap - buf->len)
		return buf->at + buf->len;
	return resize(buf, more < SIZE_MAX - buf->len ? buf->len + more + 1 : 0);
}

void gv_buf_add(struct gv_buf *buf, struct gv_span bytes)
{
	char *to = gv_buf_reserve(buf, bytes.len);
	if (to == NULL)
		return;
	if (bytes.len > 0)
		memcpy(to, bytes.at, bytes.len);
	buf->len += bytes.len;
	buf->at[buf->len] = '\0';
}

void gv_buf_text(struct gv_buf *buf, const char *text)
{
	gv_buf_add(buf, gv_span_of(text));
}

void gv_buf_char(struct gv_buf *buf, char byte)
{
	gv_buf_add(buf, (struct gv_span){&byte, 1});
}

/* Into the room there is, which mostly will do; else again into as much as it takes. */
void gv_buf_vformat(struct gv_buf *buf, const char *format, va_list args)
{
	va_list again;
	char *to = gv_buf_reserve(buf, 32);
	if (to == NULL)
		return;
	va_copy(again, args);
	int need = vsnprintf(to, buf->cap - buf->len, format, args);
	if (need >= 0 && (size_t)need >= buf->cap - buf->len) {
		*to = '\0'; /* as before, should there be no more room */
		to = gv_buf_reserve(buf, (size_t)need);
		if (to != NULL)
			vsnprintf(to, (size_t)need + 1, format, again);
	}
	va_end(again);
	buf->failed |= need < 0;
	if (need > 0 && to != NULL)
		buf->len += (size_t)need;
}

void gv_buf_format(struct gv_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	gv_buf_vformat(buf, format, args);
	va_end(args);
}

struct gv_span gv_buf_span(const struct gv_buf *buf)
{
	return (struct gv_span){buf->at, buf->len};
}

void gv_buf_dispose(struct gv_buf *buf)
{
	free(buf->at);
	*buf = (struct gv_buf){0};
}

void *gv_grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	size_t more = *cap == 0 ? 8 : *cap * 2;
	if (more < *cap || more > SIZE_MAX / size)
		return NULL;
	void *grown = realloc(array, more * size);
	if (grown != NULL)
		*cap = more;
	return grown;
}

struct gv_arena_chunk {
	struct gv_arena_chunk *older;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

/* The first chunk is small, since most arenas hold little; each is twice the last. */
enum { ARENA_LEAST = 480, ARENA_MOST = 65536 };

static struct gv_arena_chunk *add_chunk(struct gv_arena *arena, size_t size)
{
	size_t room = arena->newest == NULL ? ARENA_LEAST : arena->newest->size * 2;
	if (room > ARENA_MOST)
		room = ARENA_MOST;
	if (room < size)
		room = size;
	if (room > SIZE_MAX - sizeof(struct gv_arena_chunk))
		return NULL;
	struct gv_arena_chunk *chunk = malloc(sizeof *chunk + room);
	if (chunk == NULL)
		return NULL;
	chunk->older = arena->newest;
	chunk->used = 0;
	chunk->size = room;
	arena->newest = chunk;
	return chunk;
}

void *gv_arena_alloc(struct gv_arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	if (size > SIZE_MAX - unit)
		return NULL;
	size = (size + unit - 1) / unit * unit;
	struct gv_arena_chunk *chunk = arena->newest;
	if (chunk == NULL || chunk->size - chunk->used < size)
		chunk = add_chunk(arena, size);
	if (chunk == NULL)
		return NULL;
	void *at = chunk->bytes + chunk->used;
	chunk->used += size;
	return at;
}

struct gv_span gv_arena_copy(struct gv_arena *arena, struct gv_span bytes)
{
	char *at = bytes.len < SIZE_MAX ? gv_arena_alloc(arena, bytes.len + 1) : NULL;
	if (at == NULL)
		return (struct gv_span){0};
	if (bytes.len > 0)
		memcpy(at, bytes.at, bytes.len);
	at[bytes.len] = '\0';
	return (struct gv_span){at, bytes.len};
}

void gv_arena_dispose(struct gv_arena *arena)
{
	while (arena->newest != NULL) {
		struct gv_arena_chunk *older = arena->newest->older;
		free(arena->newest);
		arena->newest = older;
	}
}
