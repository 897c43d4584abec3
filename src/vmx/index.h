/*
 * Which lines of a document have a name: the exact index of an ordinary text, and for a large one,
 * whose index would be as large as itself, an index of the names that matter.
 *
 * Knows texts and names; knows nothing about values.
 *
 * Of a large text the first pass adds the hash of each name to a filter of a twelfth of the text.
 * A name that the filter has already may be a repeat. The second pass puts all lines of such names,
 * and of the names that every run asks for, into an exact index: all repeats with what they repeat,
 * and the few of which the filter was wrong. Another name that is asked for is mostly not in the
 * filter; else the text is searched for it. Who asks for many has the whole index made.
 */
#ifndef GPUVIRT_VMX_INDEX_H
#define GPUVIRT_VMX_INDEX_H

#include "vmx/filter.h"
#include "vmx/names.h"

/* Texts of so many bytes are large. */
enum { INDEX_LARGE = 1 << 20 };

struct index {
	struct gv_span text;
	struct hash_key key;
	struct filter all; /* of all names of entries; without words when all are in entries */
	struct filter
		chosen;      /* a name that both have is in entries if it is in the text: by hash */
	struct filter tails; /* and by the end of the name */
	unsigned searches;   /* how often the text was searched */
	struct names *broken; /* of malformed lines; NULL when there are none with a name */
	struct names entries;
};

/*
 * Reads TEXT, which is borrowed, and sets *COUNTS. Returns false when memory ran out. In both cases
 * INDEX is to be disposed of, and not to be moved.
 */
bool index_read(struct index *index, struct gv_span text, struct gv_vmx_counts *counts);
void index_dispose(struct index *index);

/* Sets *PLACE to the first entry called NAME. Returns false if there is none. */
bool index_find(struct index *index, struct gv_span name, struct name_hash hash,
                struct name_place *place);

#endif
