/*
 * Rules as data: what a .vmx must say, read from YAML rule packs.
 *
 * Knows the rule language (docs/rules.md); knows nothing about documents. Rules and documents meet
 * in gpuvirt/plan.h.
 */
#ifndef GPUVIRT_RULES_H
#define GPUVIRT_RULES_H

#include <gpuvirt/text.h>

enum gv_severity { GV_NOTE, GV_WARNING, GV_ERROR, GV_SEVERITY_COUNT };

/* "note", "warning", "error"; static storage. */
const char *gv_severity_name(enum gv_severity severity);

enum gv_ensure { GV_ENSURE_EQUALS, GV_ENSURE_ONE_OF, GV_ENSURE_PRESENT, GV_ENSURE_ABSENT };

enum gv_test {
	GV_TEST_EQUALS,      /* the value, in any case */
	GV_TEST_STARTS_WITH, /* the beginning of the value, in any case */
	GV_TEST_BELOW,       /* a number below */
	GV_TEST_ABOVE,       /* a number above */
	GV_TEST_PRESENT,
	GV_TEST_ABSENT,
};

struct gv_condition {
	struct gv_span key;
	enum gv_test test;
	struct gv_span value;
	uint64_t number; /* of below and above */
};

/* What a message adds when a condition holds. */
struct gv_tell {
	struct gv_condition when;
	const char *say;
};

/* All texts are owned by the rule set. */
struct gv_rule {
	const char *pack;
	const char *id;
	const char *summary;
	const char *why;  /* NULL when not given */
	const char *link; /* NULL when not given */
	enum gv_severity severity;
	struct gv_span key; /* without the trailing "*" */
	bool prefix;        /* KEY is what the names begin with */
	enum gv_ensure ensure;
	struct gv_span *values; /* one for equals; the first of one-of is what fix writes */
	size_t value_count;
	bool fix; /* apply: fix, not advise */
	struct gv_condition *when;
	size_t when_count;
	struct gv_tell *tell;
	size_t tell_count;
};

/* A set of rules from one or more packs. Zero-initialise; dispose when done. */
struct gv_rules {
	struct gv_rule *at;
	size_t count;
	size_t cap;
	struct gv_arena arena;
};

/* At most so many rules in a set: conflicts are sought pair by pair. */
enum { GV_RULES_LIMIT = 1000 };

/*
 * Adds the rules of the YAML text PACK to RULES. Fails with GV_EPARSE, line and column for
 * whatever docs/rules.md does not allow, two rules that contradict each other included (also
 * across packs); with GV_ENOMEM. After a failure RULES is good only to be disposed of.
 */
enum gv_status gv_rules_add(struct gv_rules *rules, struct gv_span pack, struct gv_error *err);

void gv_rules_dispose(struct gv_rules *rules);

/* A pack compiled into the library. */
struct gv_builtin_pack {
	const char *name;
	struct gv_span yaml;
};

/* The compiled-in packs, *COUNT of them, the default first; static storage. */
const struct gv_builtin_pack *gv_builtin_packs(size_t *count);

/* The compiled-in pack called NAME, or NULL. */
const struct gv_builtin_pack *gv_builtin_pack(const char *name);

/* "TRUE", one of "a", "b": what RULE wants, for messages; appended to OUT. */
void gv_rule_describe_wanted(struct gv_buf *out, const struct gv_rule *rule);

/* "equals", "one-of", "present", "absent"; static storage. */
const char *gv_ensure_name(enum gv_ensure ensure);

#endif
