/*
 * What a text that somebody asks about is: names, messages, or what comes near.
 *
 * Knows cards and texts; knows nothing about how they are shown.
 */
#ifndef GPUVIRT_CLI_LOOKUP_H
#define GPUVIRT_CLI_LOOKUP_H

#include "cli/cards.h"

enum { LOOKUP_NEAR = 3 };

/* What was found. Zero-initialise; dispose when done. */
struct lookup {
	const struct card **at; /* borrowed from the cards, each once */
	size_t count;
	size_t cap;
	bool family;               /* they only begin with the text or have it in them */
	const struct card *around; /* the family that a key without a card falls under, or NULL */
	const struct card *near[LOOKUP_NEAR]; /* when nothing was found: what may be meant */
	size_t near_count;
	bool failed; /* memory ran out */
};

/* Looks TEXT up: the longest explanation of it that there is. */
void lookup_text(struct lookup *lookup, const struct cards *cards, struct gv_span text);

/* All cards. */
void lookup_all(struct lookup *lookup, const struct cards *cards);

void lookup_dispose(struct lookup *lookup);

#endif
