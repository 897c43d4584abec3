#include "cli/cards.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/lint.h>
#include <gpuvirt/rules.h>

#include "repair/guard.h"

const char *card_kind_name(enum card_kind kind)
{
	static const char *const names[CARD_KINDS] = {
		[CARD_KEY] = "key",     [CARD_RULE] = "rule",       [CARD_CHECK] = "check",
		[CARD_GUARD] = "guard", [CARD_MESSAGE] = "message", [CARD_CAUSE] = "cause",
	};
	return names[kind];
}

/* A copy of TEXT as long-lived as CARDS; of NULL it is NULL. */
static const char *keep(struct cards *cards, const char *text)
{
	if (text == NULL)
		return NULL;
	const char *copy = gv_arena_copy(&cards->arena, gv_span_of(text)).at;
	cards->failed |= copy == NULL;
	return copy;
}

/* The same of what TEXT, which is emptied, holds. */
static const char *keep_built(struct cards *cards, struct gv_buf *text)
{
	cards->failed |= text->failed;
	const char *copy = text->failed ? NULL : keep(cards, text->at);
	text->len = 0;
	return copy;
}

/* Adds a field with TEXT, which lives as long as the cards; none when it is NULL. */
static void add_field(struct card *card, const char *name, const char *text)
{
	if (text != NULL && card->count < CARD_FIELDS)
		card->fields[card->count++] = (struct card_field){name, text};
}

static void add_card(struct cards *cards, const struct card *card)
{
	struct card *grown = gv_grow(cards->at, cards->count, &cards->cap, sizeof *grown);
	cards->failed |= grown == NULL;
	if (grown == NULL)
		return;
	cards->at = grown;
	cards->at[cards->count++] = *card;
}

/* What each version of the hardware offers, one field a version or a few. */
static void add_versions(struct cards *cards, struct card *card)
{
	size_t count;
	struct gv_buf text = {0};
	const struct gv_hardware *rows = gv_hardware(cards->knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		gv_buf_format(&text, "version %s", rows[i].versions);
		const char *name = keep_built(cards, &text);
		gv_buf_format(&text, "%s: %s (%s)", rows[i].products, rows[i].graphics,
		              gv_certainty_name(rows[i].certain));
		add_field(card, name, keep_built(cards, &text));
	}
	gv_buf_dispose(&text);
}

static void add_key(struct cards *cards, const struct gv_key *key)
{
	static const char *const statuses[GV_KEY_STATUSES] = {
		[GV_KEY_KNOWN] = "in use",
		[GV_KEY_GONE] = "gone from newer products",
		[GV_KEY_NONEXISTENT] = "no product is known to have it",
		[GV_KEY_UNCONFIRMED] = "not confirmed to exist",
	};
	struct card card = {CARD_KEY, key->name, key->does, .count = 0};
	add_field(&card, "does", key->does);
	add_field(&card, "values", key->values);
	add_field(&card, "otherwise", key->otherwise);
	add_field(&card, "where", key->where);
	add_field(&card, "since", key->since);
	add_field(&card, "until", key->until);
	add_field(&card, "status", statuses[key->status]);
	add_field(&card, "note", key->flag);
	add_field(&card, "certain", gv_certainty_name(key->certain));
	add_field(&card, "source", key->source);
	if (strcmp(key->name, "virtualHW.version") == 0)
		add_versions(cards, &card);
	add_card(cards, &card);
}

static void add_keys(struct cards *cards)
{
	size_t count;
	const struct gv_key *keys = gv_keys(cards->knowledge, &count);
	for (size_t i = 0; i < count; i++)
		add_key(cards, &keys[i]);
}

/* The key of RULE and what must be with it. */
static void add_demand(struct cards *cards, struct card *card, const struct gv_rule *rule)
{
	struct gv_buf text = {0};
	gv_buf_add(&text, rule->key);
	gv_buf_text(&text, rule->prefix ? "*" : "");
	add_field(card, "key", keep_built(cards, &text));
	gv_buf_text(&text, rule->value_count == 0 ? gv_ensure_name(rule->ensure) : "");
	gv_rule_describe_wanted(&text, rule);
	add_field(card, "wanted", keep_built(cards, &text));
	gv_buf_dispose(&text);
}

static void add_rule(struct cards *cards, const struct gv_rule *rule)
{
	struct card card = {CARD_RULE, keep(cards, rule->id), keep(cards, rule->summary),
	                    .count = 0};
	add_field(&card, "says", card.brief);
	add_field(&card, "why", keep(cards, rule->why));
	add_demand(cards, &card, rule);
	add_field(&card, "severity", gv_severity_name(rule->severity));
	add_field(&card, "repair", rule->fix ? "gpuvirt fix" : "none, it is advice");
	add_field(&card, "pack", keep(cards, rule->pack));
	add_field(&card, "link", keep(cards, rule->link));
	add_card(cards, &card);
}

static enum gv_status add_rules(struct cards *cards, struct gv_error *err)
{
	size_t count;
	enum gv_status status = GV_OK;
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	for (size_t i = 0; status == GV_OK && i < count; i++) {
		struct gv_rules rules = {0};
		status = gv_rules_add(&rules, packs[i].yaml, err);
		for (size_t j = 0; status == GV_OK && j < rules.count; j++)
			add_rule(cards, &rules.at[j]);
		gv_rules_dispose(&rules);
	}
	return status;
}

static void add_checks(struct cards *cards)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < count; i++) {
		struct card card = {CARD_CHECK, checks[i].id, checks[i].summary, .count = 0};
		add_field(&card, "says", checks[i].summary);
		add_field(&card, "why", checks[i].why);
		add_field(&card, "severity", gv_severity_name(checks[i].severity));
		add_card(cards, &card);
	}
}

static void add_guards(struct cards *cards)
{
	size_t count;
	const struct guard_row *guards = guard_rows(&count);
	for (size_t i = 0; i < count; i++) {
		struct card card = {CARD_GUARD, guards[i].id, guards[i].summary, .count = 0};
		add_field(&card, "says", guards[i].summary);
		add_field(&card, "then", "gpuvirt does not write the file");
		add_field(&card, "force",
		          guards[i].forceable ? "--force overrides it" : "nothing overrides it");
		add_card(cards, &card);
	}
}

static const char *edit_use(enum gv_edit_use use)
{
	static const char *const texts[GV_EDIT_USES] = {
		[GV_EDIT_HELPS] = "an edit of the .vmx can help",
		[GV_EDIT_USELESS] = "no edit of the .vmx helps",
		[GV_EDIT_UNKNOWN] = "whether an edit of the .vmx can help is unknown",
	};
	return texts[use];
}

static void add_cause_of(struct cards *cards, struct card *card, const char *id)
{
	const struct gv_cause *cause = id == NULL ? NULL : gv_cause_find(cards->knowledge, id);
	struct gv_buf text = {0};
	if (cause == NULL)
		return;
	gv_buf_format(&text, "%s: %s", cause->id, cause->says);
	add_field(card, "cause", keep_built(cards, &text));
	add_field(card, "edit", edit_use(cause->edit));
	gv_buf_dispose(&text);
}

static void add_messages(struct cards *cards)
{
	size_t count;
	const struct gv_message *messages = gv_messages(cards->knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		const struct gv_message *message = &messages[i];
		struct card card = {CARD_MESSAGE, message->id, message->examples[0], .count = 0};
		add_field(&card, "text", message->examples[0]);
		add_field(&card, "seen", message->seen);
		add_field(&card, "means", message->means);
		add_field(&card, "todo", message->todo);
		add_cause_of(cards, &card, message->cause);
		add_field(&card, "certain", gv_certainty_name(message->certain));
		add_field(&card, "source", message->source);
		add_card(cards, &card);
	}
}

static void add_causes(struct cards *cards)
{
	size_t count;
	const struct gv_cause *causes = gv_causes(cards->knowledge, &count);
	for (size_t i = 0; i < count; i++) {
		struct card card = {CARD_CAUSE, causes[i].id, causes[i].says, .count = 0};
		add_field(&card, "says", causes[i].says);
		add_field(&card, "helps", causes[i].helps);
		add_field(&card, "edit", edit_use(causes[i].edit));
		add_field(&card, "certain", gv_certainty_name(causes[i].certain));
		add_field(&card, "source", causes[i].source);
		add_card(cards, &card);
	}
}

enum gv_status cards_load(struct cards *cards, struct gv_error *err)
{
	enum gv_status status = gv_knowledge_load(&cards->knowledge, err);
	if (status != GV_OK)
		return status;
	add_keys(cards);
	status = add_rules(cards, err);
	if (status != GV_OK)
		return status;
	add_checks(cards);
	add_guards(cards);
	add_messages(cards);
	add_causes(cards);
	return cards->failed ? gv_fail_memory(err) : GV_OK;
}

void cards_dispose(struct cards *cards)
{
	gv_knowledge_free(cards->knowledge);
	free(cards->at);
	gv_arena_dispose(&cards->arena);
	*cards = (struct cards){0};
}
