/*
 * Lines of what programs print and of simple files.
 *
 * Knows bytes; knows nothing about who wrote them.
 */
#ifndef GPUVIRT_DOCTOR_LINES_H
#define GPUVIRT_DOCTOR_LINES_H

#include <gpuvirt/text.h>

/* Cuts the first line, without its end, off *REST into *LINE. False when there is none left. */
bool lines_next(struct gv_span *rest, struct gv_span *line);

/* True when SPAN has WORD somewhere, A-Z counting as a-z. WORD is short. */
bool lines_has(struct gv_span span, const char *word);

/*
 * True when LINE reads "NAME MARK value", blanks aside, NAME in any case; *VALUE is the rest
 * without blanks at its ends.
 */
bool lines_value(struct gv_span line, const char *name, char mark, struct gv_span *value);

/* The first line of TEXT with a value of NAME, as above. */
bool lines_find(struct gv_span text, const char *name, char mark, struct gv_span *value);

/* The decimal digits at the start of SPAN as a number, 0 when there are none; capped. */
unsigned lines_number(struct gv_span span);

/* LEN as printf wants it for "%.*s", cut where nobody would read on. */
int lines_width(struct gv_span span);

#endif
