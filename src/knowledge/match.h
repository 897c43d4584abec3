/*
 * Patterns of messages in texts, for gv_message_match.
 *
 * Knows patterns and white space; knows nothing about what messages mean.
 */
#ifndef GPUVIRT_KNOWLEDGE_MATCH_H
#define GPUVIRT_KNOWLEDGE_MATCH_H

#include <gpuvirt/text.h>

/*
 * Appends to OUT the first GV_MESSAGE_LIMIT bytes of TEXT without the white space at its ends: a-z
 * for A-Z, one blank for other white space, LF where it ends a line.
 */
void match_fold(struct gv_buf *out, struct gv_span text);

/*
 * Sets [*FROM, *TO) to where PATTERN stands first in the folded TEXT. A blank in it is any white
 * space, "*" up to 256 bytes of a line, "$" at its end the end of a line. Returns false, both
 * untouched, when it stands nowhere.
 */
bool match_find(struct gv_span pattern, struct gv_span text, size_t *from, size_t *to);

#endif
