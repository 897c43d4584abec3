/*
 * The one pass over a text: finds its lines many bytes at a time, counts what the later stages ask
 * for, and gives the names of its entries in batches, hashed.
 *
 * Knows lines and names; knows nothing about where names are kept.
 */
#ifndef GPUVIRT_VMX_READER_H
#define GPUVIRT_VMX_READER_H

#include <gpuvirt/vmx.h>

#include "vmx/hash.h"
#include "vmx/scan.h"

/* A line with a name: an entry, or a malformed line whose name can be read. */
struct reader_name {
	uint32_t start;   /* of the line, from the start of the file */
	uint32_t number;  /* of the line, 1-based */
	uint32_t name_at; /* from the start of the file */
	uint32_t name_len;
	bool malformed;
	struct name_hash hash; /* not set by a reader without key */
};

/* The shortest line with a name is "a=" and its ending. */
enum { READER_BATCH = SCAN_BYTES / 3 + 2 };

/* Start with reader_start; the struct is large and need not be zeroed. */
struct reader {
	struct gv_span text;
	const struct hash_key *key;
	struct gv_vmx_counts counts; /* of what was read; duplicates are not counted here */
	size_t at;                   /* the first byte not read yet, where a line starts */
	size_t count;                /* of the names below */
	struct reader_name names[READER_BATCH];
	struct scan scan;
	uint16_t ends[SCAN_BYTES + 4]; /* where lines end in what was scanned */
};

/* Begins to read TEXT; it and KEY are borrowed. No names are hashed when KEY is NULL. */
void reader_start(struct reader *reader, struct gv_span text, const struct hash_key *key);

/* Reads on. Returns false at the end of the text, else sets names and count, which may be 0. */
bool reader_next(struct reader *reader);

#endif
