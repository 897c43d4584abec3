/* "Did you mean": the nearest of some words to a misspelt one. */
#ifndef GPUVIRT_CLI_SUGGEST_H
#define GPUVIRT_CLI_SUGGEST_H

#include <stddef.h>

/* The distance of two words in letters added, dropped, changed or swapped; at most 255. */
unsigned suggest_distance(const char *a, const char *b);

/* True when CANDIDATE is near enough to WORD to be worth naming. */
int suggest_is_near(const char *word, const char *candidate);

#endif
