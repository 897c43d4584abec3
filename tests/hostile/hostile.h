/* Hostile inputs, and what each command must make of them. */
#ifndef GPUVIRT_TESTS_HOSTILE_H
#define GPUVIRT_TESTS_HOSTILE_H

#include <gpuvirt/text.h>

struct hostile {
	const char *name;
	struct gv_span input;
	int status;            /* of check */
	const char *rules;     /* ids that check names, in its order */
	const char *refused;   /* a part of why fix refuses; NULL: it does not */
	struct gv_span fixed;  /* what fix leaves; .at NULL: the input */
	struct gv_span unsafe; /* what fix --unsafe-fixes leaves; .at NULL: the same as fix */
};

/* Inputs written out, *COUNT of them; static storage. */
const struct hostile *hostile_rows(size_t *count);

/* Inputs too large to write out: MAKE appends the input and what fix leaves. */
struct giant {
	const char *name;
	int status;
	const char *rules; /* each id once, however often check names it */
	void (*make)(struct gv_buf *input, struct gv_buf *fixed);
};

const struct giant *hostile_giants(size_t *count);

/* Logs of up to 100 MB: MAKE appends one, of which verify must say STATE. */
struct giant_log {
	const char *name;
	const char *state;
	void (*make)(struct gv_buf *log);
};

const struct giant_log *hostile_logs(size_t *count);

#endif
