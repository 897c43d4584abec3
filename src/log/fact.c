/* What entries tell about the product and the configuration. */
#include <gpuvirt/log.h>

#include <string.h>

/* Cuts PREFIX, in this case, off *SPAN. */
static bool skip(struct gv_span *span, const char *prefix)
{
	size_t len = strlen(prefix);
	if (span->len < len || memcmp(span->at, prefix, len) != 0)
		return false;
	*span = gv_span_part(*span, len, span->len);
	return true;
}

/* What mksSandbox logs begins with blanks. */
static struct gv_span text_of(const struct gv_log_entry *entry)
{
	struct gv_span text = entry->text;
	while (skip(&text, " ")) {
	}
	return text;
}

static struct gv_span without_end(struct gv_span span)
{
	while (span.len > 0 && span.at[span.len - 1] == ' ')
		span.len--;
	return span;
}

/* Where TEXT begins in SPAN; SPAN.len: nowhere. */
static size_t find(struct gv_span span, const char *text)
{
	size_t len = strlen(text);
	for (size_t at = 0; at + len <= span.len; at++) {
		const char *first = memchr(span.at + at, text[0], span.len - len - at + 1);
		if (first == NULL)
			break;
		at = (size_t)(first - span.at);
		if (memcmp(first, text, len) == 0)
			return at;
	}
	return span.len;
}

/* The word behind MARK in TEXT; empty when there is none. */
static struct gv_span word_behind(struct gv_span text, const char *mark)
{
	size_t at = find(text, mark);
	if (at == text.len)
		return (struct gv_span){0};
	struct gv_span rest = gv_span_part(text, at + strlen(mark), text.len);
	return gv_span_word(&rest);
}

bool gv_log_read_product(struct gv_log_product *out, const struct gv_log_entry *entry)
{
	struct gv_span text = text_of(entry);
	if (!skip(&text, "Log for "))
		return false;
	*out = (struct gv_log_product){
		.name = gv_span_part(text, 0, find(text, " pid=")),
		.version = word_behind(text, " version="),
		.build = word_behind(text, " build="),
		.pid = word_behind(text, " pid="),
	};
	skip(&out->build, "build-");
	return true;
}

/* A value as it stands behind " = ". It is not escaped: the quote that closes it is the last. */
static void read_value(struct gv_log_fact *out, struct gv_span text, bool cut)
{
	struct gv_span bare = without_end(text);
	out->hidden = gv_span_equal(bare, GV_LITERAL("<not printed>"));
	out->value = out->hidden ? (struct gv_span){0} : text;
	if (out->hidden || !skip(&text, "\"")) {
		out->unclosed = cut;
		return;
	}
	out->quoted = true;
	bare = without_end(text);
	out->unclosed = cut || bare.len == 0 || bare.at[bare.len - 1] != '"';
	out->value = out->unclosed ? text : gv_span_part(bare, 0, bare.len - 1);
}

/* NAME = VALUE, where the name has no blank. */
static bool read_pair(struct gv_log_fact *out, struct gv_span text, bool cut)
{
	while (skip(&text, " ")) {
	}
	size_t len = 0;
	while (len < text.len && text.at[len] != ' ' && text.at[len] != '=')
		len++;
	out->name = gv_span_part(text, 0, len);
	text = gv_span_part(text, len, text.len);
	if (len == 0 || (!skip(&text, " = ") && !skip(&text, " =")))
		return false;
	read_value(out, text, cut);
	return true;
}

/* The names of sections are words in capitals; the path behind them is absolute. */
static void read_section(struct gv_log_fact *out, struct gv_span text)
{
	size_t len = 0;
	out->kind = GV_LOG_SECTION;
	for (size_t i = 0; i <= text.len; i++) {
		if (i == text.len || text.at[i] == ' ') {
			len = i;
			continue;
		}
		if (text.at[i] < 'A' || text.at[i] > 'Z')
			break;
	}
	out->name = without_end(gv_span_part(text, 0, len));
	out->value = gv_span_trim(gv_span_part(text, len, text.len));
}

static bool read_quoted_name(struct gv_log_fact *out, struct gv_span text, bool cut)
{
	struct gv_log_fact whole = {0};
	read_value(&whole, text, cut);
	out->name = whole.value;
	return whole.quoted && !whole.unclosed;
}

static bool read_change(struct gv_log_fact *out, struct gv_span text, bool cut)
{
	out->kind = GV_LOG_SET;
	if (skip(&text, "Setting "))
		return read_pair(out, text, cut);
	out->kind = GV_LOG_UNSET_PREFIX;
	if (skip(&text, "Unsetting all entries with prefix "))
		return read_quoted_name(out, text, cut);
	out->kind = GV_LOG_UNSET;
	return skip(&text, "Unsetting ") && read_quoted_name(out, text, cut);
}

bool gv_log_read_fact(struct gv_log_fact *out, const struct gv_log_entry *entry)
{
	struct gv_span text = text_of(entry);
	struct gv_log_fact fact = {0};
	bool good = false;
	if (skip(&text, "DICT --- ")) {
		read_section(&fact, text);
		good = true;
	} else if (skip(&text, "DICT ")) {
		fact.kind = GV_LOG_VALUE;
		good = read_pair(&fact, text, entry->cut);
	} else if (skip(&text, "ConfigDB: ")) {
		good = read_change(&fact, text, entry->cut);
	}
	if (good)
		*out = fact;
	return good;
}
