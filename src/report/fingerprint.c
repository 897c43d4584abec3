#include "report/fingerprint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpuvirt/lint.h>

#include "report/lines.h"

/* The prime of FNV-1a for 128 bits is 2^88 + 0x13B. */
enum { PRIME_LOW = 0x13B, PRIME_SHIFT = 88 - 64 };

struct gv_fingerprint gv_fingerprint_start(void)
{
	return (struct gv_fingerprint){UINT64_C(0x6C62272E07BB0142), UINT64_C(0x62B821756295C58D)};
}

struct gv_fingerprint gv_fingerprint_add(struct gv_fingerprint state, struct gv_span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint64_t low = state.low ^ (unsigned char)bytes.at[i];
		uint64_t carry = (low & UINT32_MAX) * PRIME_LOW >> 32;
		carry = ((low >> 32) * PRIME_LOW + carry) >> 32;
		state.high = state.high * PRIME_LOW + carry + (low << PRIME_SHIFT);
		state.low = low * PRIME_LOW;
	}
	return state;
}

/* Adds TEXT and a byte that ends it, so that "a" "bc" is not "ab" "c". */
static struct gv_fingerprint add_field(struct gv_fingerprint state, struct gv_span text)
{
	state = gv_fingerprint_add(state, text);
	return gv_fingerprint_add(state, GV_LITERAL("\0"));
}

static struct gv_fingerprint start_file(const char *rule, struct gv_span path)
{
	struct gv_fingerprint state = gv_fingerprint_start();
	state = add_field(state, gv_span_of(GV_FINGERPRINT_METHOD));
	state = add_field(state, gv_span_of(rule));
	return add_field(state, path);
}

/* Runs between blanks are hashed where they lie. */
static struct gv_fingerprint add_line(struct gv_fingerprint state, struct gv_span line)
{
	if (line.len > GV_FINGERPRINT_LINE)
		line.len = GV_FINGERPRINT_LINE;
	for (struct gv_span word; (word = gv_span_word(&line)).len > 0;)
		state = gv_fingerprint_add(state, word);
	return gv_fingerprint_add(state, GV_LITERAL("\0"));
}

static bool is_about_file(const char *rule)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < count; i++) {
		if (checks[i].whole_file && strcmp(checks[i].id, rule) == 0)
			return true;
	}
	return false;
}

static struct gv_fingerprint of_finding(const struct gv_finding *finding,
                                        const struct gv_lines *lines, struct gv_span path)
{
	struct gv_span line = {0};
	if (!is_about_file(finding->rule))
		line = gv_lines_text(lines, finding->line);
	return add_line(start_file(finding->rule, path), line);
}

int gv_fingerprint_compare(struct gv_fingerprint a, struct gv_fingerprint b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

/* Equal ones keep the order in which they stand in the file. */
static int compare(const void *left, const void *right)
{
	const struct gv_reported *a = *(struct gv_reported *const *)left;
	const struct gv_reported *b = *(struct gv_reported *const *)right;
	int order = gv_fingerprint_compare(a->fingerprint, b->fingerprint);
	return order != 0 ? order : (a > b) - (a < b);
}

/* Adds to each of the sorted AT its number among those that are equal to it. */
static void number_equals(struct gv_reported **at, size_t count)
{
	struct gv_fingerprint same = {0};
	size_t number = 0;
	for (size_t i = 0; i < count; i++) {
		struct gv_fingerprint mine = at[i]->fingerprint;
		number = i > 0 && gv_fingerprint_compare(mine, same) == 0 ? number + 1 : 1;
		same = mine;
		char digits[24];
		snprintf(digits, sizeof digits, "%zu", number);
		at[i]->fingerprint = gv_fingerprint_add(mine, gv_span_of(digits));
	}
}

bool gv_fingerprint_findings(struct gv_reported *found, size_t count, struct gv_span path)
{
	if (count == 0)
		return true;
	struct gv_lines lines = {0};
	struct gv_reported **sorted = calloc(count, sizeof *sorted);
	bool good = sorted != NULL && gv_lines_make(&lines, found[0].text);
	for (size_t i = 0; good && i < count; i++) {
		found[i].fingerprint = of_finding(found[i].finding, &lines, path);
		sorted[i] = &found[i];
	}
	if (good) {
		qsort(sorted, count, sizeof *sorted, compare);
		number_equals(sorted, count);
	}
	gv_lines_dispose(&lines);
	free(sorted);
	return good;
}

struct gv_fingerprint gv_fingerprint_outcome(const char *what, struct gv_span path)
{
	return start_file(what, path);
}

void gv_fingerprint_show(char out[GV_FINGERPRINT_SIZE], struct gv_fingerprint fingerprint)
{
	snprintf(out, GV_FINGERPRINT_SIZE, "%016" PRIx64 "%016" PRIx64, fingerprint.high,
	         fingerprint.low);
}

static bool read_half(uint64_t *out, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	*out = 0;
	for (size_t i = 0; i < 16; i++) {
		const char *place = strchr(digits, text[i]);
		if (text[i] == '\0' || place == NULL)
			return false;
		*out = *out << 4 | (uint64_t)(place - digits);
	}
	return true;
}

bool gv_fingerprint_read(struct gv_fingerprint *out, const char *text)
{
	struct gv_fingerprint read;
	if (strlen(text) != GV_FINGERPRINT_SIZE - 1 || !read_half(&read.high, text) ||
	    !read_half(&read.low, text + 16))
		return false;
	*out = read;
	return true;
}
