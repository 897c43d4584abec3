#include "cli/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"

/* Shorter texts are not sought in names. */
enum { LEAST_PART = 3 };

static void add(struct lookup *lookup, const struct card *card)
{
	for (size_t i = 0; i < lookup->count; i++) {
		if (lookup->at[i] == card)
			return;
	}
	const struct card **grown = gv_grow(lookup->at, lookup->count, &lookup->cap, sizeof *grown);
	lookup->failed |= grown == NULL;
	if (grown == NULL)
		return;
	lookup->at = grown;
	lookup->at[lookup->count++] = card;
}

/* Adds the cards called NAME, in any case: a rule and a cause may share one. */
static void add_named(struct lookup *lookup, const struct cards *cards, struct gv_span name)
{
	for (size_t i = 0; i < cards->count; i++) {
		if (gv_span_equal_nocase(gv_span_of(cards->at[i].name), name))
			add(lookup, &cards->at[i]);
	}
}

/*
 * Adds the keys below NAME, "mks.gl" or "mks.gl."; with a "*" at its end those that begin so, as
 * unset takes it.
 */
static void add_below(struct lookup *lookup, const struct cards *cards, struct gv_span name)
{
	char last = name.len > 0 ? name.at[name.len - 1] : '\0';
	struct gv_span start = gv_span_part(name, 0, name.len - (last == '*'));
	for (size_t i = 0; last != '\0' && i < cards->count; i++) {
		struct gv_span other = gv_span_of(cards->at[i].name);
		bool below = last == '*' || last == '.' ||
		             (other.len > start.len && other.at[start.len] == '.');
		if (cards->at[i].kind == CARD_KEY && below && gv_span_begins_nocase(other, start))
			add(lookup, &cards->at[i]);
	}
	lookup->family = lookup->count > 0;
}

static bool has_inside(struct gv_span text, struct gv_span part)
{
	for (size_t i = 0; i + part.len <= text.len; i++) {
		if (gv_span_begins_nocase(gv_span_part(text, i, text.len), part))
			return true;
	}
	return false;
}

/* Adds the cards with PART in their names. */
static void add_partly_named(struct lookup *lookup, const struct cards *cards, struct gv_span part)
{
	for (size_t i = 0; part.len >= LEAST_PART && i < cards->count; i++) {
		if (has_inside(gv_span_of(cards->at[i].name), part))
			add(lookup, &cards->at[i]);
	}
	lookup->family = lookup->count > 0;
}

static void find_around(struct lookup *lookup, const struct cards *cards, struct gv_span name)
{
	const struct gv_key *family = gv_key_family(cards->knowledge, name);
	if (family == NULL)
		return;
	add_named(lookup, cards, gv_span_of(family->name));
	lookup->around = lookup->count > 0 ? lookup->at[0] : NULL;
}

static void look_up_name(struct lookup *lookup, const struct cards *cards, struct gv_span name)
{
	bool is_family = name.len > 0 && strchr(".*", name.at[name.len - 1]) != NULL;
	if (!is_family)
		add_named(lookup, cards, name);
	if (lookup->count == 0)
		add_below(lookup, cards, name);
	if (lookup->count == 0)
		find_around(lookup, cards, name);
}

static const struct card *card_of(const struct cards *cards, const struct gv_message *message)
{
	size_t i = 0;
	while (cards->at[i].kind != CARD_MESSAGE || cards->at[i].name != message->id)
		i++;
	return &cards->at[i];
}

/* Adds the messages that MATCH, one of the two of gpuvirt/knowledge.h, finds. */
static void look_up_messages(struct lookup *lookup, const struct cards *cards, struct gv_span text,
                             size_t (*match)(const struct gv_knowledge *knowledge,
                                             struct gv_span text, struct gv_message_match *matches,
                                             size_t most, bool *failed))
{
	size_t most;
	gv_messages(cards->knowledge, &most);
	struct gv_message_match *matches = calloc(most, sizeof *matches);
	lookup->failed |= matches == NULL;
	if (matches == NULL)
		return;
	size_t count = match(cards->knowledge, text, matches, most, &lookup->failed);
	for (size_t i = 0; i < count; i++)
		add(lookup, card_of(cards, matches[i].message));
	free(matches);
}

/* True for what stands around a name in a sentence, a log or a report. */
static bool is_around_words(char byte)
{
	return byte == '\0' || strchr(" \t\r\n\"'`,;:=()[]{}<>", byte) != NULL;
}

/* Cuts the next word off *REST; empty when there is none left. */
static struct gv_span take_word(struct gv_span *rest)
{
	while (rest->len > 0 && is_around_words(rest->at[0]))
		*rest = gv_span_part(*rest, 1, rest->len);
	size_t len = 0;
	while (len < rest->len && !is_around_words(rest->at[len]))
		len++;
	struct gv_span word = gv_span_part(*rest, 0, len);
	*rest = gv_span_part(*rest, len, rest->len);
	while (word.len > 1 && word.at[word.len - 1] == '.')
		word.len--;
	return word;
}

/* Adds what words of TEXT name exactly, if they cannot be ordinary words. */
static void look_up_words(struct lookup *lookup, const struct cards *cards, struct gv_span text)
{
	for (struct gv_span word = take_word(&text); word.len > 0; word = take_word(&text)) {
		if (memchr(word.at, '.', word.len) != NULL ||
		    memchr(word.at, '-', word.len) != NULL)
			add_named(lookup, cards, word);
	}
}

/* The distance of NAME and the card's name, 255 when it is not near. */
static unsigned distance_of(const char *name, const struct card *card)
{
	char other[64];
	size_t len = strlen(card->name);
	if (len >= sizeof other)
		return 255;
	for (size_t i = 0; i <= len; i++)
		other[i] = gv_fold(card->name[i]);
	return suggest_is_near(name, other) ? suggest_distance(name, other) : 255;
}

/* Puts the cards whose names are nearest to TEXT into lookup->near, the nearest first. */
static void find_near(struct lookup *lookup, const struct cards *cards, struct gv_span text)
{
	char name[64] = "";
	unsigned distances[LOOKUP_NEAR];
	for (size_t i = 0; i < text.len && text.len < sizeof name; i++)
		name[i] = gv_fold(text.at[i]);
	for (size_t i = 0; name[0] != '\0' && i < cards->count; i++) {
		unsigned distance = distance_of(name, &cards->at[i]);
		size_t at = lookup->near_count;
		while (at > 0 && distance < distances[at - 1])
			at--;
		if (distance == 255 || at == LOOKUP_NEAR)
			continue;
		if (lookup->near_count < LOOKUP_NEAR)
			lookup->near_count++;
		for (size_t j = lookup->near_count - 1; j > at; j--) {
			lookup->near[j] = lookup->near[j - 1];
			distances[j] = distances[j - 1];
		}
		lookup->near[at] = &cards->at[i];
		distances[at] = distance;
	}
}

/* Cuts the next word of three letters and more off *REST; empty when there is none left. */
static struct gv_span take_long_word(struct gv_span *rest)
{
	struct gv_span word = take_word(rest);
	while (word.len > 0 && word.len < 3)
		word = take_word(rest);
	return word;
}

/* How many words of TEXT the message has; in *COUNT how many it might have. */
static unsigned count_shared(const char *message, struct gv_span text, unsigned *count)
{
	struct gv_span whole = gv_span_of(message);
	unsigned words = 0;
	unsigned shared = 0;
	*count = 0;
	for (struct gv_span rest = whole; take_long_word(&rest).len > 0;)
		words++;
	for (struct gv_span word; (word = take_long_word(&text)).len > 0; ++*count)
		shared += has_inside(whole, word);
	*count = words < *count ? words : *count;
	return shared;
}

/* Names the message that shares most words with TEXT, if they are more than half of them. */
static void find_like(struct lookup *lookup, const struct cards *cards, struct gv_span text)
{
	enum { LOOK = 400, LEAST = 3 };
	unsigned most = LEAST - 1;
	text = gv_span_part(text, 0, text.len < LOOK ? text.len : LOOK);
	for (size_t i = 0; i < cards->count; i++) {
		unsigned count;
		if (cards->at[i].kind != CARD_MESSAGE)
			continue;
		unsigned shared = count_shared(cards->at[i].brief, text, &count);
		if (shared <= most || 2 * shared <= count)
			continue;
		most = shared;
		lookup->near[0] = &cards->at[i];
		lookup->near_count = 1;
	}
}

/* The name in a pasted line NAME = "VALUE", or all of TEXT. */
static struct gv_span name_in(struct gv_span text)
{
	const char *equals = text.len > 0 ? memchr(text.at, '=', text.len) : NULL;
	if (equals == NULL)
		return text;
	struct gv_span name = gv_span_trim(gv_span_part(text, 0, (size_t)(equals - text.at)));
	return name.len > 0 && memchr(name.at, ' ', name.len) == NULL ? name : text;
}

void lookup_text(struct lookup *lookup, const struct cards *cards, struct gv_span text)
{
	struct gv_span name = name_in(text);
	bool is_word = name.len > 0 && memchr(name.at, ' ', name.len) == NULL;
	if (is_word)
		look_up_name(lookup, cards, name);
	if (lookup->count == 0)
		look_up_messages(lookup, cards, text, gv_message_match);
	if (lookup->count == 0)
		look_up_words(lookup, cards, text);
	if (lookup->count == 0 && is_word)
		add_partly_named(lookup, cards, name);
	if (lookup->count == 0) {
		look_up_messages(lookup, cards, text, gv_message_match_part);
		lookup->family = lookup->count > 1;
	}
	if (lookup->count == 0)
		find_near(lookup, cards, name);
	if (lookup->count == 0 && lookup->near_count == 0)
		find_like(lookup, cards, text);
}

void lookup_all(struct lookup *lookup, const struct cards *cards)
{
	for (size_t i = 0; i < cards->count; i++)
		add(lookup, &cards->at[i]);
	lookup->family = true;
}

void lookup_dispose(struct lookup *lookup)
{
	free(lookup->at);
	*lookup = (struct lookup){0};
}
