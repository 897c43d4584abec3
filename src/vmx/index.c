#include "vmx/index.h"

#include <stdlib.h>
#include <string.h>

#ifdef __GNUC__
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif

/* The names that every run asks for: in the index whatever the size of the text. */
static const char *const always[] = {
	".encoding",
	"config.version",
	"virtualHW.version",
	"displayName",
	"guestOS",
	"encryption.data",
	"encryption.keySafe",
	"encryption.bundle",
	"vmx.encryptionType",
	"nvram",
	"mks.enable3d",
	"memsize",
	"checkpoint.vmState",
	"numvcpus",
	"annotation",
	"encryption.encryptedKey",
};

/* A text is searched so often before the whole index is made. */
enum { MAX_SEARCHES = 8 };

/* Bytes of text for a word of the filter: two or three lines. */
enum { TEXT_PER_WORD = 96 };

/* So many hashes wait until their words of the filter have been fetched. A power of two. */
enum { WAITING = 32 };

/* What is known of a name: its hash, and one of its end alone, which is quicker made. */
struct suspect {
	uint64_t hash;
	uint64_t tail;
};

/* The first pass over a large text. */
struct sifter {
	struct suspect waiting[WAITING]; /* a ring */
	size_t taken;                    /* names that came */
	size_t sifted;                   /* of those that are in the filter */
	struct suspect *suspects;        /* names that may stand twice, or are asked for */
	size_t count;
	size_t cap;
};

/* The index of malformed lines, made when the first one comes; NULL when memory ran out. */
static struct names *broken(struct index *index)
{
	if (index->broken != NULL)
		return index->broken;
	index->broken = malloc(sizeof *index->broken);
	if (index->broken != NULL)
		names_init(index->broken);
	return index->broken;
}

/* The names of an ordinary text. */
static bool read_all(struct index *index, struct reader *reader)
{
	while (reader_next(reader)) {
		for (size_t i = 0; i < reader->count; i++) {
			const struct reader_name *name = &reader->names[i];
			struct names *to = name->malformed ? broken(index) : &index->entries;
			if (to == NULL || !names_add(to, index->text, name))
				return false;
		}
	}
	return true;
}

/* A hash of the last eight bytes of NAME and its length; some names differ in neither. */
static inline uint64_t tail_of(struct gv_span name)
{
	const uint64_t blanks = UINT64_C(0x2020202020202020); /* make A-Z a-z, and spoil others */
	uint64_t tail = 0;
	size_t size = name.len < sizeof tail ? name.len : sizeof tail;
	if (size == sizeof tail)
		memcpy(&tail, name.at + name.len - sizeof tail, sizeof tail);
	else
		memcpy(&tail, name.at, size);
	tail = ((tail | blanks) ^ name.len) * UINT64_C(0x9E3779B97F4A7C15);
	return tail ^ tail >> 29;
}

static bool add_suspect(struct sifter *sifter, struct suspect suspect)
{
	struct suspect *grown =
		gv_grow(sifter->suspects, sifter->count, &sifter->cap, sizeof *grown);
	if (grown == NULL)
		return false;
	sifter->suspects = grown;
	grown[sifter->count++] = suspect;
	return true;
}

/* Adds the name that waits longest to the filter. */
static bool sift_one(struct sifter *sifter, struct filter *filter)
{
	struct suspect name = sifter->waiting[sifter->sifted++ % WAITING];
	return !filter_add(filter, name.hash) || add_suspect(sifter, name);
}

static struct gv_span span_of(const struct index *index, const struct reader_name *name)
{
	return (struct gv_span){index->text.at + name->name_at, name->name_len};
}

static bool sift_name(struct index *index, struct sifter *sifter, const struct reader_name *name)
{
	if (name->malformed) {
		struct names *to = broken(index);
		return to != NULL && names_add(to, index->text, name);
	}
	names_add_heads(&index->entries, name->hash);
	if (sifter->taken - sifter->sifted == WAITING && !sift_one(sifter, &index->all))
		return false;
	filter_fetch(&index->all, name->hash.whole);
	sifter->waiting[sifter->taken++ % WAITING] =
		(struct suspect){name->hash.whole, tail_of(span_of(index, name))};
	return true;
}

static bool sift(struct index *index, struct reader *reader, struct sifter *sifter)
{
	while (reader_next(reader)) {
		for (size_t i = 0; i < reader->count; i++) {
			if (!sift_name(index, sifter, &reader->names[i]))
				return false;
		}
	}
	while (sifter->sifted < sifter->taken) {
		if (!sift_one(sifter, &index->all))
			return false;
	}
	return true;
}

/* Adds NAME to NAMES if CHOSEN has its hash. */
static bool add_chosen(struct index *index, struct reader_name *name)
{
	name->hash = hash_name(&index->key, span_of(index, name));
	return !filter_has(&index->chosen, name->hash.whole) ||
	       names_add(&index->entries, index->text, name);
}

/*
 * Adds the chosen entries to the index. Their tails spare the others the hash.
 *
 * A function of its own also in the program, so that ordinary texts, which never come here, need no
 * room on the stack for a second reader: touching its pages costs as much as reading a small file.
 */
NOT_INLINED static bool collect(struct index *index)
{
	struct reader reader;
	reader_start(&reader, index->text, NULL);
	while (reader_next(&reader)) {
		for (size_t i = 0; i < reader.count; i++) {
			struct reader_name *name = &reader.names[i];
			bool wanted = filter_has(&index->tails, tail_of(span_of(index, name)));
			if (wanted && !name->malformed && !add_chosen(index, name))
				return false;
		}
	}
	return true;
}

/* The second pass over a large text. */
static bool collect_suspects(struct index *index, const struct sifter *sifter)
{
	bool done = filter_init(&index->chosen, sifter->count) &&
	            filter_init(&index->tails, sifter->count);
	for (size_t i = 0; done && i < sifter->count; i++) {
		filter_add(&index->chosen, sifter->suspects[i].hash);
		filter_add(&index->tails, sifter->suspects[i].tail);
	}
	return done && collect(index);
}

static bool read_large(struct index *index, struct reader *reader)
{
	struct sifter sifter = {0};
	bool done = filter_init(&index->all, index->text.len / TEXT_PER_WORD + 1);
	for (size_t i = 0; done && i < sizeof always / sizeof *always; i++) {
		struct gv_span name = gv_span_of(always[i]);
		uint64_t hash = hash_name(&index->key, name).whole;
		done = add_suspect(&sifter, (struct suspect){hash, tail_of(name)});
	}
	done = done && sift(index, reader, &sifter) && collect_suspects(index, &sifter);
	free(sifter.suspects);
	return done;
}

/*
 * The key comes from addresses, which the loader randomises: a file's author cannot aim a million
 * names at one slot. Nothing secret hangs on it, and no output depends on it.
 */
bool index_read(struct index *index, struct gv_span text, struct gv_vmx_counts *counts)
{
	struct reader reader;
	index->text = text;
	index->all = (struct filter){0};
	index->chosen = (struct filter){0};
	index->tails = (struct filter){0};
	index->searches = 0;
	index->broken = NULL;
	hash_make_key(&index->key, (uint64_t)(uintptr_t)index, (uint64_t)(uintptr_t)&index_read);
	names_init(&index->entries);
	reader_start(&reader, text, &index->key);
	bool done = text.len < INDEX_LARGE ? read_all(index, &reader) : read_large(index, &reader);
	*counts = reader.counts;
	counts->duplicates = (uint32_t)index->entries.repeat_count;
	return done;
}

void index_dispose(struct index *index)
{
	names_dispose(&index->entries);
	if (index->broken != NULL)
		names_dispose(index->broken);
	free(index->broken);
	filter_dispose(&index->all);
	filter_dispose(&index->chosen);
	filter_dispose(&index->tails);
}

static bool add_all(struct names *all, const struct index *index)
{
	struct reader reader;
	reader_start(&reader, index->text, &index->key);
	while (reader_next(&reader)) {
		for (size_t i = 0; i < reader.count; i++) {
			const struct reader_name *name = &reader.names[i];
			if (!name->malformed && !names_add(all, index->text, name))
				return false;
		}
	}
	return true;
}

/* Puts all entries into the index. Without memory it stays as it is. */
static void complete(struct index *index)
{
	struct names *all = malloc(sizeof *all);
	if (all == NULL)
		return;
	names_init(all);
	if (add_all(all, index)) {
		names_dispose(&index->entries);
		names_move(&index->entries, all);
		filter_dispose(&index->all);
	} else {
		names_dispose(all);
	}
	free(all);
}

/* Seeks NAME, which stands once in the text, if at all, line by line. */
static bool search(const struct index *index, struct gv_span name, struct name_hash hash,
                   struct name_place *place)
{
	struct reader reader;
	reader_start(&reader, index->text, &index->key);
	while (reader_next(&reader)) {
		for (size_t i = 0; i < reader.count; i++) {
			const struct reader_name *at = &reader.names[i];
			if (at->hash.whole != hash.whole || at->malformed ||
			    !gv_span_equal_nocase(span_of(index, at), name))
				continue;
			*place = (struct name_place){at->start, at->number};
			return true;
		}
	}
	return false;
}

/* True when NAME may be in the text and not in the index. Both filters: either may be wrong. */
static bool may_be_left_out(const struct index *index, struct gv_span name, struct name_hash hash)
{
	if (index->all.words == NULL || !filter_has(&index->all, hash.whole))
		return false;
	return !filter_has(&index->chosen, hash.whole) || !filter_has(&index->tails, tail_of(name));
}

bool index_find(struct index *index, struct gv_span name, struct name_hash hash,
                struct name_place *place)
{
	if (names_find(&index->entries, index->text, name, hash, place))
		return true;
	if (!may_be_left_out(index, name, hash))
		return false;
	if (++index->searches <= MAX_SEARCHES)
		return search(index, name, hash, place);
	complete(index);
	return index->all.words == NULL
	               ? names_find(&index->entries, index->text, name, hash, place)
	               : search(index, name, hash, place);
}
