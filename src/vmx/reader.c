#include "vmx/reader.h"

#include <string.h>

#include "vmx/grammar.h"

static const char bom[] = {'\xEF', '\xBB', '\xBF'};

void reader_start(struct reader *reader, struct gv_span text, const struct hash_key *key)
{
	bool has_bom = text.len >= sizeof bom && memcmp(text.at, bom, sizeof bom) == 0;
	reader->text = text;
	reader->key = key;
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

static inline void add_name(struct reader *reader, const struct reader_name *name)
{
	reader->names[reader->count++] = *name;
}

/* Reads LINE, whose start and number are set, by the whole grammar, and notes its name. */
static void read_any_line(struct reader *reader, struct gv_line *line)
{
	struct gv_vmx_counts *counts = &reader->counts;
	grammar_read_line(reader->text, counts->nul, line);
	counts->entries += line->kind == GV_LINE_ENTRY;
	counts->malformed += line->kind == GV_LINE_MALFORMED;
	if (line->name.len > 0)
		add_name(reader, &(struct reader_name){
					 .start = (uint32_t)line->start,
					 .number = line->number,
					 .name_at = (uint32_t)line->name_at,
					 .name_len = (uint32_t)line->name.len,
					 .malformed = line->kind == GV_LINE_MALFORMED,
				 });
}

/* Adds the line at START with a usual name of LEN bytes, or of whatever kind when LEN is 0. */
static inline void add_line(struct reader *reader, size_t start, uint32_t number, size_t len)
{
	if (len == 0) {
		read_any_line(reader, &(struct gv_line){.start = start, .number = number});
		return;
	}
	reader->counts.entries++;
	struct reader_name *name = &reader->names[reader->count++];
	name->start = (uint32_t)start;
	name->number = number;
	name->name_at = (uint32_t)start;
	name->name_len = (uint32_t)len;
	name->malformed = false;
}

/* Lists the ends of lines of WORD, the bits from BIT on, at OUT. Returns how many there are. */
static inline size_t list_ends(uint16_t *out, uint64_t word, size_t bit)
{
	size_t count = scan_ones(word);
	/* Four always, for a loop that ends now here, now there cannot be foreseen. */
	for (size_t i = 0; i < 4; i++, word &= word - 1)
		out[i] = (uint16_t)(bit + scan_zeros(word | UINT64_C(1) << 63));
	for (size_t i = 4; i < count; i++, word &= word - 1)
		out[i] = (uint16_t)(bit + scan_zeros(word));
	return count;
}

static inline size_t list_all_ends(struct reader *reader, size_t size)
{
	size_t count = 0;
	for (size_t bit = 0; bit < size; bit += 64)
		count += list_ends(reader->ends + count, reader->scan.ends[bit / 64], bit);
	return count;
}

/* Counts COUNT lines that have an ending. */
static void count_lines(struct gv_vmx_counts *counts, uint32_t count, uint32_t cr, uint32_t crlf)
{
	counts->lines += count;
	counts->cr += cr;
	counts->crlf += crlf;
	counts->lf += count - cr - crlf;
}

/*
 * Reads the lines that end within the SIZE bytes scanned. Returns where the next one starts, 0
 * when none ends. A CR that is the last byte may have its LF behind it: its line is left.
 */
static inline size_t read_lines_anyhow(struct reader *reader, size_t size)
{
	const char *at = reader->text.at + reader->at;
	const bool any = reader->counts.nul;
	const size_t count = list_all_ends(reader, size);
	uint32_t number = reader->counts.lines;
	uint32_t cr = 0;
	uint32_t crlf = 0;
	size_t start = 0;
	for (size_t i = 0; i < count; i++) {
		size_t end = reader->ends[i];
		size_t next = end + 1;
		if (at[end] == '\r') {
			if (next == size)
				break;
			bool feed = at[next] == '\n';
			i += feed;
			next += feed;
			crlf += feed;
			cr += !feed;
		}
		size_t name = any ? 0 : grammar_usual_name(&reader->scan, at, start, end);
		add_line(reader, reader->at + start, ++number, name);
		start = next;
	}
	count_lines(&reader->counts, number - reader->counts.lines, cr, crlf);
	return start;
}

static inline void hash_names_anyhow(struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		struct reader_name *name = &reader->names[i];
		struct gv_span span = {reader->text.at + name->name_at, name->name_len};
		bool may_read_block = reader->text.len - name->name_at >= HASH_BLOCK;
		if (span.len <= HASH_BLOCK && may_read_block)
			name->hash = hash_short_name(reader->key, span);
		else
			name->hash = hash_name(reader->key, span);
	}
}

/* The same code for processors that are good at it: half the instructions. */
SCAN_FAST static size_t read_lines_fast(struct reader *reader, size_t size)
{
	return read_lines_anyhow(reader, size);
}

SCAN_FAST static void hash_names_fast(struct reader *reader)
{
	hash_names_anyhow(reader);
}

static size_t read_lines(struct reader *reader, size_t size)
{
	return scan_is_fast() ? read_lines_fast(reader, size) : read_lines_anyhow(reader, size);
}

static void hash_names(struct reader *reader)
{
	if (scan_is_fast())
		hash_names_fast(reader);
	else
		hash_names_anyhow(reader);
}

/* Counts LINE, which the whole text of a line with its ending. */
static void count_ending(struct gv_vmx_counts *counts, struct gv_span line)
{
	bool crlf = gv_span_ends_nocase(line, GV_LITERAL("\r\n"));
	bool cr = line.at[line.len - 1] == '\r';
	bool lf = line.at[line.len - 1] == '\n' && !crlf;
	counts->lines++;
	counts->crlf += crlf;
	counts->cr += cr;
	counts->lf += lf;
}

/* Reads the line at reader->at, which is the last one or longer than what is scanned at once. */
static void read_long_line(struct reader *reader)
{
	struct gv_line line = {.start = reader->at, .number = reader->counts.lines + 1};
	size_t end = grammar_line_end(reader->text, line.start);
	for (size_t at = line.start; at < end; at += SCAN_BYTES) {
		size_t size = end - at < SCAN_BYTES ? end - at : SCAN_BYTES;
		scan_read(&reader->scan, reader->text.at + at, size);
		note_bytes(&reader->counts, reader->scan.seen, reader->text.at + at, size);
	}
	read_any_line(reader, &line);
	reader->at = end;
	count_ending(&reader->counts, gv_span_part(reader->text, line.start, end));
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
	reader->at += read;
	if (read == 0)
		read_long_line(reader);
	if (reader->key != NULL)
		hash_names(reader);
	return true;
}
