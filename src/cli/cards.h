/*
 * All that explain can be asked for, each as a card: a name and named texts.
 *
 * Knows keys, messages, causes, rules, checks and guards; knows nothing about how they are asked
 * for or shown.
 */
#ifndef GPUVIRT_CLI_CARDS_H
#define GPUVIRT_CLI_CARDS_H

#include <gpuvirt/knowledge.h>

struct card_field {
	const char *name; /* one word, or "version N" */
	const char *text; /* one line of UTF-8 */
};

enum { CARD_FIELDS = 24 };

enum card_kind {
	CARD_KEY,
	CARD_RULE,
	CARD_CHECK,
	CARD_GUARD,
	CARD_MESSAGE,
	CARD_CAUSE,
	CARD_KINDS
};

struct card {
	enum card_kind kind;
	const char *name;
	const char *brief; /* what a list shows */
	struct card_field fields[CARD_FIELDS];
	size_t count;
};

/* Zero-initialise; dispose when done. */
struct cards {
	struct gv_knowledge *knowledge;
	struct card *at; /* kind by kind */
	size_t count;
	size_t cap;
	struct gv_arena arena;
	bool failed;
};

/* "key", "rule", ...; static storage. */
const char *card_kind_name(enum card_kind kind);

/* Makes all cards. GV_ENOMEM; after a failure CARDS are to be disposed of too. */
enum gv_status cards_load(struct cards *cards, struct gv_error *err);

void cards_dispose(struct cards *cards);

#endif
