#include "vmx/reader.h"

#include <string.h>

#include "vmx/grammar.h"

static const char bom[] = {'\xEF', '\xBB', '\xBF'};

void reader_start(struct reader *reader, struct gv_span text, const struct hash_key *key)
{
	bool has_bom = text.len >= sizeof bom && memcmp(text.at, bom, sizeof bom) == 0;
	reader->text = text;
	reader->key = *key;
	reader->counts = (struct gv_vmx_counts){.bom = has_bom, .high = has_bom};
	reader->at = has_bom ? sizeof bom : 0;
	reader->count = 0;
}

/* Notes what SEEN says of the SIZE bytes from AT on. */
static void note_bytes(struct gv_vmx_counts *counts, unsigned seen, const char *at, size_t size)
{
	counts->high |= (seen & SCAN_HIGH) != 0;
	counts->less |= (seen & SCAN_LESS) != 0;
	if ((seen & SCAN_CONTROL) == 0)
		return;
	counts->control = true;
	counts->nul |= memchr(at, '\0', size) != NULL;
	counts->ctrl_z |= memchr(at, 0x1A, size) != NULL;
}

static void add_name(struct reader *reader, const struct gv_line *line)
{
	reader->names[reader->count++] = (struct reader_name){
		.hash = hash_name(&reader->key, line->name),
		.start = (uint32_t)line->start,
		.number = line->number,
		.name_at = (uint32_t)line->name_at,
		.name_len = (uint32_t)line->name.len,
		.malformed = line->kind == GV_LINE_MALFORMED,
	};
}

static void count_ending(struct gv_vmx_counts *counts, struct gv_span text,
                         const struct gv_line *line)
{
	char last = text.at[line->end - 1];
	bool after_cr = line->end - line->start > 1 && text.at[line->end - 2] == '\r';
	counts->cr += last == '\r';
	counts->crlf += last == '\n' && after_cr;
	counts->lf += last == '\n' && !after_cr;
}

/* Reads the line at START by the whole grammar. Returns where the next one starts. */
static size_t read_any_line(struct reader *reader, size_t start)
{
	struct gv_vmx_counts *counts = &reader->counts;
	struct gv_line line = {.start = start, .number = ++counts->lines};
	grammar_read_line(reader->text, counts->nul, &line);
	count_ending(counts, reader->text, &line);
	counts->entries += line.kind == GV_LINE_ENTRY;
	counts->malformed += line.kind == GV_LINE_MALFORMED;
	if (line.name.len > 0)
		add_name(reader, &line);
	return line.end;
}

/* True when the first quote from bit FROM on is bit AT. */
static bool is_next_quote(const struct scan *scan, size_t from, size_t at)
{
	for (; at - from >= 64; from += 64) {
		if (scan_window(scan->quotes, from) != 0)
			return false;
	}
	uint64_t quotes = scan_window(scan->quotes, from);
	return quotes != 0 && scan_zeros(quotes) == at - from;
}

/*
 * The length of the name when the line [START, END) of the bytes AT reads NAME = "VALUE", as
 * nearly all lines do; 0 when it reads otherwise, or the name is long.
 */
static size_t usual_name(const struct scan *scan, const char *at, size_t start, size_t end)
{
	static const char between[] = {' ', '=', ' ', '"'};
	uint64_t stops = scan_window(scan->stops, start);
	size_t name = stops == 0 ? 0 : scan_zeros(stops);
	size_t value = start + name + sizeof between;
	if (name == 0 || name > HASH_BLOCK || end <= value)
		return 0;
	if (memcmp(at + start + name, between, sizeof between) != 0)
		return 0;
	return is_next_quote(scan, value, end - 1) ? name : 0;
}

/* Reads the line [START, END) of the bytes that were scanned from reader->at on. */
static inline void read_line(struct reader *reader, size_t start, size_t end, bool any)
{
	const char *at = reader->text.at + reader->at;
	size_t begin = reader->at + start;
	size_t name = any ? 0 : usual_name(&reader->scan, at, start, end);
	if (name == 0 || reader->text.len - begin < HASH_BLOCK) {
		read_any_line(reader, begin);
		return;
	}
	struct gv_vmx_counts *counts = &reader->counts;
	counts->entries++;
	counts->lines++;
	bool cr = at[end] == '\r';
	bool crlf = cr && at[end + 1] == '\n';
	counts->crlf += crlf;
	counts->cr += cr && !crlf;
	counts->lf += !cr;
	reader->names[reader->count++] = (struct reader_name){
		.hash = hash_short_name(&reader->key, (struct gv_span){at + start, name}),
		.start = (uint32_t)begin,
		.number = counts->lines,
		.name_at = (uint32_t)begin,
		.name_len = (uint32_t)name,
	};
}

/*
 * Reads the lines that end within the SIZE bytes scanned. Returns where the next one starts, 0
 * when none ends. A CR that is the last byte may have its LF behind it: its line is left.
 */
static size_t read_lines(struct reader *reader, size_t size)
{
	const char *at = reader->text.at + reader->at;
	size_t start = 0;
	for (size_t word = 0; word * 64 < size; word++) {
		for (uint64_t ends = reader->scan.ends[word]; ends != 0; ends &= ends - 1) {
			size_t end = word * 64 + scan_zeros(ends);
			size_t next = end + 1;
			if (end < start) /* the LF of a CR LF */
				continue;
			if (next == size && at[end] == '\r')
				return start;
			next += at[end] == '\r' && at[next] == '\n';
			read_line(reader, start, end, reader->counts.nul);
			start = next;
		}
	}
	return start;
}

/* Reads the line at reader->at, which is the last one or longer than what is scanned at once. */
static size_t read_long_line(struct reader *reader)
{
	size_t begin = reader->at;
	size_t end = grammar_line_end(reader->text, begin);
	for (size_t at = begin; at < end; at += SCAN_BYTES) {
		size_t size = end - at < SCAN_BYTES ? end - at : SCAN_BYTES;
		scan_read(&reader->scan, reader->text.at + at, size);
		note_bytes(&reader->counts, reader->scan.seen, reader->text.at + at, size);
	}
	return read_any_line(reader, begin) - begin;
}

bool reader_next(struct reader *reader)
{
	size_t left = reader->text.len - reader->at;
	size_t size = left < SCAN_BYTES ? left : SCAN_BYTES;
	reader->count = 0;
	if (left == 0)
		return false;
	const char *at = reader->text.at + reader->at;
	scan_read(&reader->scan, at, size);
	note_bytes(&reader->counts, reader->scan.seen, at, size);
	size_t read = read_lines(reader, size);
	reader->at += read > 0 ? read : read_long_line(reader);
	return true;
}
