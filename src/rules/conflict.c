#include "rules/conflict.h"

bool rules_overlap(const struct gv_rule *a, const struct gv_rule *b)
{
	if (a->prefix && gv_span_begins_nocase(b->key, a->key))
		return true;
	if (b->prefix && gv_span_begins_nocase(a->key, b->key))
		return true;
	return gv_span_equal_nocase(a->key, b->key);
}

static bool share_a_value(const struct gv_rule *a, const struct gv_rule *b)
{
	for (size_t i = 0; i < a->value_count; i++) {
		for (size_t j = 0; j < b->value_count; j++) {
			if (gv_span_equal(a->values[i], b->values[j]))
				return true;
		}
	}
	return false;
}

static bool wants_differ(const struct gv_rule *a, const struct gv_rule *b)
{
	bool a_absent = a->ensure == GV_ENSURE_ABSENT;
	bool b_absent = b->ensure == GV_ENSURE_ABSENT;
	if (a_absent || b_absent)
		return a_absent != b_absent;
	if (a->ensure == GV_ENSURE_PRESENT || b->ensure == GV_ENSURE_PRESENT)
		return false;
	return !share_a_value(a, b);
}

/* The numbers a condition lets through, as an inclusive range; false when it is not about one. */
static bool range_of(const struct gv_condition *condition, uint64_t *low, uint64_t *high)
{
	*low = 0;
	*high = UINT64_MAX;
	if (condition->test == GV_TEST_EQUALS && gv_span_number(condition->value, low)) {
		*high = *low;
		return true;
	}
	if (condition->test == GV_TEST_BELOW)
		*high = condition->number - 1; /* below 0 does not get past the reader */
	else if (condition->test == GV_TEST_ABOVE)
		*low = condition->number + 1;
	else
		return false;
	return true;
}

/* True when A and B, about the same key, cannot both hold. */
static bool excludes(const struct gv_condition *a, const struct gv_condition *b)
{
	bool a_absent = a->test == GV_TEST_ABSENT;
	bool b_absent = b->test == GV_TEST_ABSENT;
	if (a_absent || b_absent)
		return a_absent != b_absent;
	uint64_t a_low, a_high, b_low, b_high;
	if (range_of(a, &a_low, &a_high) && range_of(b, &b_low, &b_high))
		return a_high < b_low || b_high < a_low;
	return a->test == GV_TEST_EQUALS && b->test == GV_TEST_EQUALS &&
	       !gv_span_equal_nocase(a->value, b->value);
}

static bool conditions_exclude(const struct gv_rule *a, const struct gv_rule *b)
{
	for (size_t i = 0; i < a->when_count; i++) {
		for (size_t j = 0; j < b->when_count; j++) {
			if (gv_span_equal_nocase(a->when[i].key, b->when[j].key) &&
			    excludes(&a->when[i], &b->when[j]))
				return true;
		}
	}
	return false;
}

bool rules_contradict(const struct gv_rule *a, const struct gv_rule *b)
{
	return rules_overlap(a, b) && wants_differ(a, b) && !conditions_exclude(a, b);
}
