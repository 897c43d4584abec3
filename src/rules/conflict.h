/*
 * Whether two rules can both be obeyed.
 *
 * Knows what rules want; knows nothing about documents.
 */
#ifndef GPUVIRT_RULES_CONFLICT_H
#define GPUVIRT_RULES_CONFLICT_H

#include <gpuvirt/rules.h>

/* True when some name falls under both rules. */
bool rules_overlap(const struct gv_rule *a, const struct gv_rule *b);

/*
 * True when A and B want different things of a name that falls under both, and no pair of their
 * conditions rules out that both apply at once.
 */
bool rules_contradict(const struct gv_rule *a, const struct gv_rule *b);

#endif
