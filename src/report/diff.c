#include <gpuvirt/diff.h>

#include <string.h>

enum { CONTEXT = 3 };

/* Whole lines [from, to) of the old text and the edits within them. */
struct region {
	size_t from;
	size_t to;
	size_t first_edit;
	size_t edit_count;
};

struct differ {
	struct gv_buf *out;
	struct gv_span text;
	const struct gv_edits *edits;
	size_t next_edit;
	size_t counted_to; /* old lines before this offset are counted in old_line */
	size_t old_line;   /* 0-based number of the line at counted_to */
	long long shift;   /* new line number minus old, behind the hunks so far */
};

static size_t line_start(struct gv_span text, size_t at)
{
	while (at > 0 && text.at[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(struct gv_span text, size_t at)
{
	const char *feed = at < text.len ? memchr(text.at + at, '\n', text.len - at) : NULL;
	return feed == NULL ? text.len : (size_t)(feed - text.at) + 1;
}

static bool starts_line(struct gv_span text, size_t at)
{
	return at == 0 || text.at[at - 1] == '\n';
}

/* The first line that EDIT leaves alone: its end is a whole line's, or that line changes too. */
static size_t end_of_edit(struct gv_span text, const struct gv_edit *edit)
{
	size_t end = edit->at + edit->len;
	bool whole = edit->with.len == 0 ? starts_line(text, edit->at)
	                                 : edit->with.at[edit->with.len - 1] == '\n';
	return starts_line(text, end) && whole ? end : line_end(text, end);
}

/*
 * Takes into REGION the next edits that touch it, and the lines they change. What lies within the
 * region already is not searched for lines again: a file of lone CRs is one line to diff.
 */
static void absorb(struct differ *differ, struct region *region)
{
	const struct gv_edits *edits = differ->edits;
	for (; differ->next_edit < edits->count; differ->next_edit++) {
		const struct gv_edit *edit = &edits->at[differ->next_edit];
		if (edit->at > region->to && line_start(differ->text, edit->at) > region->to)
			break;
		region->edit_count++;
		if (edit->at + edit->len < region->to)
			continue;
		size_t end = end_of_edit(differ->text, edit);
		region->to = end > region->to ? end : region->to;
	}
}

/* Sets *REGION to the lines of the next edits that touch each other. */
static bool next_region(struct differ *differ, struct region *region)
{
	const struct gv_edits *edits = differ->edits;
	if (differ->next_edit == edits->count)
		return false;
	size_t from = line_start(differ->text, edits->at[differ->next_edit].at);
	*region = (struct region){.from = from, .to = from, .first_edit = differ->next_edit};
	absorb(differ, region);
	return true;
}

static size_t count_lines(struct gv_span text)
{
	size_t count = 0;
	for (size_t at = 0; at < text.len; at = line_end(text, at))
		count++;
	return count;
}

static void add_lines(struct gv_buf *out, char mark, struct gv_span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t end = line_end(text, at);
		gv_buf_char(out, mark);
		gv_buf_add(out, gv_span_part(text, at, end));
		if (text.at[end - 1] != '\n')
			gv_buf_text(out, "\n\\ No newline at end of file\n");
		at = end;
	}
}

/* The offset of the line that stands COUNT lines before AT, not before LEAST. */
static size_t lines_before(struct gv_span text, size_t at, size_t count, size_t least)
{
	while (count-- > 0 && at > least)
		at = line_start(text, at - 1);
	return at < least ? least : at;
}

static size_t lines_after(struct gv_span text, size_t at, size_t count)
{
	while (count-- > 0 && at < text.len)
		at = line_end(text, at);
	return at;
}

/* The lines of one hunk, as they are collected. */
struct hunk {
	size_t from; /* old offsets, context included */
	size_t to;
	size_t old_lines;
	size_t new_lines;
	struct gv_buf body;
};

static void add_context(struct differ *differ, struct hunk *hunk, size_t to)
{
	struct gv_span lines = gv_span_part(differ->text, hunk->to, to);
	size_t count = count_lines(lines);
	add_lines(&hunk->body, ' ', lines);
	hunk->old_lines += count;
	hunk->new_lines += count;
	hunk->to = to;
}

/*
 * Sets FRESH to the new lines of REGION. Where lone CRs are about, the last of them may lack its
 * LF, with which a removed line went: the line behind it then belongs to the region.
 */
static void renew(struct differ *differ, struct region *region, struct gv_buf *fresh)
{
	for (;;) {
		fresh->len = 0;
		gv_edits_apply_part(differ->edits, region->first_edit, region->edit_count,
		                    differ->text, region->from, region->to, fresh, NULL);
		bool whole = fresh->len == 0 || fresh->at[fresh->len - 1] == '\n';
		if (whole || fresh->failed || region->to == differ->text.len)
			return;
		region->to = line_end(differ->text, region->to);
		absorb(differ, region);
	}
}

static void add_region(struct differ *differ, struct hunk *hunk, struct region *region)
{
	struct gv_buf fresh = {0};
	add_context(differ, hunk, region->from);
	renew(differ, region, &fresh);
	struct gv_span old = gv_span_part(differ->text, region->from, region->to);
	add_lines(&hunk->body, '-', old);
	add_lines(&hunk->body, '+', gv_buf_span(&fresh));
	hunk->old_lines += count_lines(old);
	hunk->new_lines += count_lines(gv_buf_span(&fresh));
	hunk->to = region->to;
	hunk->body.failed |= fresh.failed;
	gv_buf_dispose(&fresh);
}

/* A range as diff writes it: of no lines it names the line before. */
static void add_range(struct gv_buf *out, long long start, size_t lines)
{
	gv_buf_format(out, "%lld,%zu", lines == 0 ? start : start + 1, lines);
}

static void finish_hunk(struct differ *differ, struct hunk *hunk)
{
	add_context(differ, hunk, lines_after(differ->text, hunk->to, CONTEXT));
	differ->old_line += count_lines(gv_span_part(differ->text, differ->counted_to, hunk->from));
	long long start = (long long)differ->old_line;
	gv_buf_text(differ->out, "@@ -");
	add_range(differ->out, start, hunk->old_lines);
	gv_buf_text(differ->out, " +");
	add_range(differ->out, start + differ->shift, hunk->new_lines);
	gv_buf_text(differ->out, " @@\n");
	gv_buf_add(differ->out, gv_buf_span(&hunk->body));
	differ->shift += (long long)hunk->new_lines - (long long)hunk->old_lines;
	differ->old_line += hunk->old_lines;
	differ->counted_to = hunk->to;
	differ->out->failed |= hunk->body.failed;
	gv_buf_dispose(&hunk->body);
}

static struct hunk start_hunk(const struct differ *differ, const struct region *region)
{
	size_t from = lines_before(differ->text, region->from, CONTEXT, differ->counted_to);
	return (struct hunk){.from = from, .to = from};
}

static void add_hunks(struct differ *differ)
{
	struct region region;
	bool more = next_region(differ, &region);
	while (more) {
		struct hunk hunk = start_hunk(differ, &region);
		do {
			add_region(differ, &hunk, &region);
			more = next_region(differ, &region);
		} while (more && region.from <= lines_after(differ->text, hunk.to, 2 * CONTEXT));
		finish_hunk(differ, &hunk);
	}
}

/* patch strips blanks at the ends of a name that is not in quotes. */
static bool needs_quotes(struct gv_span path)
{
	if (path.len > 0 && (path.at[0] == ' ' || path.at[path.len - 1] == ' '))
		return true;
	for (size_t i = 0; i < path.len; i++) {
		unsigned char byte = (unsigned char)path.at[i];
		if (byte < 0x20 || byte == 0x7F || byte == '"' || byte == '\\')
			return true;
	}
	return false;
}

/* PATH as git and patch read it: in C quotes when needed; a tab ends a name with blanks. */
static void add_name(struct gv_buf *out, const char *mark, struct gv_span path)
{
	gv_buf_text(out, mark);
	if (!needs_quotes(path)) {
		gv_buf_add(out, path);
		gv_buf_text(out, memchr(path.at, ' ', path.len) == NULL ? "\n" : "\t\n");
		return;
	}
	gv_buf_char(out, '"');
	for (size_t i = 0; i < path.len; i++) {
		unsigned char byte = (unsigned char)path.at[i];
		if (byte == '"' || byte == '\\')
			gv_buf_format(out, "\\%c", byte);
		else if (byte < 0x20 || byte >= 0x7F)
			gv_buf_format(out, "\\%03o", (unsigned)byte);
		else
			gv_buf_char(out, (char)byte);
	}
	gv_buf_text(out, "\"\n");
}

void gv_diff(struct gv_buf *out, const char *path, struct gv_span text,
             const struct gv_edits *edits)
{
	struct differ differ = {.out = out, .text = text, .edits = edits};
	if (edits->count == 0)
		return;
	add_name(out, "--- ", gv_span_of(path));
	add_name(out, "+++ ", gv_span_of(path));
	add_hunks(&differ);
}
