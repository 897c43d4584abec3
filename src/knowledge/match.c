/* Messages in what people paste: with a prefix, numbers and paths, and wrapped anywhere. */
#include "knowledge/match.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/knowledge.h>

/* So many bytes of a line may stand where a pattern has "*": the search stays linear. */
enum { GAP = 256 };

/* So many bytes of a message are the least that is looked up as a part. */
enum { LEAST_PART = 6 };

static bool is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

void match_fold(struct gv_buf *out, struct gv_span text)
{
	text = gv_span_trim_lines(
		gv_span_part(text, 0, text.len < GV_MESSAGE_LIMIT ? text.len : GV_MESSAGE_LIMIT));
	for (size_t i = 0; i < text.len;) {
		char space = ' ';
		size_t end = i;
		for (; end < text.len && is_space(text.at[end]); end++) {
			if (text.at[end] == '\n' || text.at[end] == '\r')
				space = '\n';
		}
		gv_buf_char(out, end > i ? space : gv_fold(text.at[i]));
		i = end > i ? end : i + 1;
	}
}

/* A pattern between two "*". */
struct piece {
	struct gv_span text;
	bool ends_line; /* it had "$" at its end */
};

/* Cuts the first piece off *REST; false when there is none left. */
static bool take_piece(struct gv_span *rest, struct piece *piece)
{
	if (rest->at == NULL)
		return false;
	const char *star = memchr(rest->at, '*', rest->len);
	size_t len = star == NULL ? rest->len : (size_t)(star - rest->at);
	piece->text = gv_span_part(*rest, 0, len);
	piece->ends_line = star == NULL && len > 0 && rest->at[len - 1] == '$';
	piece->text.len -= piece->ends_line;
	*rest = star == NULL ? (struct gv_span){0} : gv_span_part(*rest, len + 1, rest->len);
	return true;
}

/* True when PIECE stands at AT in the folded TEXT. */
static bool stands_at(const struct piece *piece, struct gv_span text, size_t at)
{
	if (piece->text.len > text.len - at)
		return false;
	for (size_t i = 0; i < piece->text.len; i++) {
		char have = text.at[at + i] == '\n' ? ' ' : text.at[at + i];
		if (have != gv_fold(piece->text.at[i]))
			return false;
	}
	size_t end = at + piece->text.len;
	return !piece->ends_line || end == text.len || text.at[end] == '\n';
}

/* Moves *AT to behind PIECE, which stands behind it in the same line. */
static bool skip_to(const struct piece *piece, struct gv_span text, size_t *at)
{
	size_t last = text.len - *at < GAP ? text.len : *at + GAP;
	bool takes_all = piece->text.len == 0;
	for (size_t i = *at;; i++) {
		bool at_end = i == last || text.at[i] == '\n';
		if (takes_all ? at_end : stands_at(piece, text, i)) {
			*at = i + piece->text.len;
			return true;
		}
		if (at_end)
			return false;
	}
}

/* Sets *END to where the match of PATTERN ends that begins at FROM; false when there is none. */
static bool match_at(struct gv_span pattern, struct gv_span text, size_t from, size_t *end)
{
	struct piece piece;
	size_t at = from;
	if (!take_piece(&pattern, &piece) || !stands_at(&piece, text, from))
		return false;
	at += piece.text.len;
	while (take_piece(&pattern, &piece)) {
		if (!skip_to(&piece, text, &at))
			return false;
	}
	*end = at;
	return true;
}

bool match_find(struct gv_span pattern, struct gv_span text, size_t *from, size_t *to)
{
	for (size_t at = 0; at < text.len; at++) {
		if (!match_at(pattern, text, at, to))
			continue;
		*from = at;
		return true;
	}
	return false;
}

/* Of the texts of MESSAGE the longest match. */
static struct gv_message_match match_whole(const struct gv_message *message, struct gv_span text)
{
	struct gv_message_match best = {.message = message};
	for (unsigned i = 0; i < message->texts_count; i++) {
		struct gv_message_match match = {.message = message};
		bool found =
			match_find(gv_span_of(message->texts[i]), text, &match.from, &match.to);
		if (found && match.to - match.from > best.to - best.from)
			best = match;
	}
	return best;
}

/* Matches the first text of MESSAGE that has all of TEXT in it. */
static struct gv_message_match match_part(const struct gv_message *message, struct gv_span text)
{
	for (unsigned i = 0; i < message->texts_count; i++) {
		struct gv_span whole = gv_span_of(message->texts[i]);
		for (size_t at = 0; at + text.len <= whole.len; at++) {
			if (gv_span_begins_nocase(gv_span_part(whole, at, whole.len), text))
				return (struct gv_message_match){message, 0, text.len};
		}
	}
	return (struct gv_message_match){.message = message};
}

static bool lies_within(const struct gv_message_match *a, const struct gv_message_match *b)
{
	return a->from >= b->from && a->to <= b->to && a->to - a->from < b->to - b->from;
}

static int compare(const void *left, const void *right)
{
	const struct gv_message_match *a = left;
	const struct gv_message_match *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->message > b->message) - (a->message < b->message);
}

/* Takes those away that lie within others; returns how many stay. */
static size_t drop_inner(struct gv_message_match *found, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		bool inner = false;
		for (size_t j = 0; j < count; j++)
			inner |= lies_within(&found[i], &found[j]);
		if (!inner)
			found[kept++] = found[i];
	}
	return kept;
}

/* Calls MATCH for each message; what it finds goes to MATCHES as the header says. */
static size_t match_all(const struct gv_knowledge *knowledge, struct gv_span text,
                        struct gv_message_match (*match)(const struct gv_message *message,
                                                         struct gv_span text),
                        struct gv_message_match *matches, size_t most, bool *failed)
{
	size_t count;
	size_t found_count = 0;
	const struct gv_message *messages = gv_messages(knowledge, &count);
	struct gv_message_match *found = calloc(count, sizeof *found);
	*failed |= found == NULL;
	for (size_t i = 0; found != NULL && i < count; i++) {
		found[found_count] = match(&messages[i], text);
		found_count += found[found_count].to > 0;
	}
	if (found_count > 0) {
		found_count = drop_inner(found, found_count);
		qsort(found, found_count, sizeof *found, compare);
		memcpy(matches, found, (found_count < most ? found_count : most) * sizeof *found);
	}
	free(found);
	return found_count;
}

size_t gv_message_match(const struct gv_knowledge *knowledge, struct gv_span text,
                        struct gv_message_match *matches, size_t most, bool *failed)
{
	struct gv_buf folded = {0};
	match_fold(&folded, text);
	*failed |= folded.failed;
	size_t count =
		match_all(knowledge, gv_buf_span(&folded), match_whole, matches, most, failed);
	gv_buf_dispose(&folded);
	return count;
}

size_t gv_message_match_part(const struct gv_knowledge *knowledge, struct gv_span text,
                             struct gv_message_match *matches, size_t most, bool *failed)
{
	struct gv_buf folded = {0};
	size_t count = 0;
	match_fold(&folded, text);
	*failed |= folded.failed;
	for (size_t i = 0; i < folded.len; i++) {
		if (folded.at[i] == '\n')
			folded.at[i] = ' ';
	}
	if (!folded.failed && folded.len >= LEAST_PART)
		count = match_all(knowledge, gv_buf_span(&folded), match_part, matches, most,
		                  failed);
	gv_buf_dispose(&folded);
	return count;
}
