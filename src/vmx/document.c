#include <gpuvirt/vmx.h>

#include <stdlib.h>
#include <string.h>

#include "vmx/grammar.h"
#include "vmx/names.h"

struct gv_vmx {
	struct gv_span text;
	struct gv_vmx_counts counts;
	struct names names;
};

static const char bom[] = {'\xEF', '\xBB', '\xBF'};

static bool has_bom(struct gv_span text)
{
	return text.len >= sizeof bom && memcmp(text.at, bom, sizeof bom) == 0;
}

static bool has_high_byte(struct gv_span text)
{
	size_t i = 0;
	for (; text.len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		uint64_t word;
		memcpy(&word, text.at + i, sizeof word);
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			return true;
	}
	for (; i < text.len; i++) {
		if ((unsigned char)text.at[i] > 0x7F)
			return true;
	}
	return false;
}

static void count_ending(struct gv_vmx_counts *counts, struct gv_span text,
                         const struct gv_line *line)
{
	if (line->end == line->start)
		return;
	char last = text.at[line->end - 1];
	if (last == '\r')
		counts->cr++;
	else if (last == '\n' && line->end - line->start > 1 && text.at[line->end - 2] == '\r')
		counts->crlf++;
	else if (last == '\n')
		counts->lf++;
}

static enum gv_status read_lines(struct gv_vmx *vmx, struct gv_error *err)
{
	struct gv_vmx_counts *counts = &vmx->counts;
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		counts->lines++;
		count_ending(counts, vmx->text, &line);
		if (line.kind == GV_LINE_MALFORMED)
			counts->malformed++;
		if (line.kind != GV_LINE_ENTRY)
			continue;
		counts->entries++;
		if (!names_add(&vmx->names, vmx->text, &line))
			return gv_fail_memory(err);
	}
	counts->duplicates = (uint32_t)vmx->names.repeat_count;
	return GV_OK;
}

enum gv_status gv_vmx_parse(struct gv_vmx **out, struct gv_span text, struct gv_error *err)
{
	if (text.len >= GV_VMX_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "larger than 4 GiB");
	struct gv_vmx *vmx = calloc(1, sizeof *vmx);
	if (vmx == NULL)
		return gv_fail_memory(err);
	vmx->text = text;
	vmx->counts.bom = has_bom(text);
	vmx->counts.nul = text.len > 0 && memchr(text.at, '\0', text.len) != NULL;
	vmx->counts.high = has_high_byte(text);
	names_init(&vmx->names);
	enum gv_status status = read_lines(vmx, err);
	if (status != GV_OK)
		gv_vmx_free(vmx);
	else
		*out = vmx;
	return status;
}

void gv_vmx_free(struct gv_vmx *vmx)
{
	if (vmx == NULL)
		return;
	names_dispose(&vmx->names);
	free(vmx);
}

struct gv_span gv_vmx_text(const struct gv_vmx *vmx)
{
	return vmx->text;
}

const struct gv_vmx_counts *gv_vmx_counts(const struct gv_vmx *vmx)
{
	return &vmx->counts;
}

struct gv_span gv_vmx_line_ending(const struct gv_vmx *vmx)
{
	const struct gv_vmx_counts *counts = &vmx->counts;
	if (counts->crlf > counts->lf && counts->crlf >= counts->cr)
		return GV_LITERAL("\r\n");
	if (counts->cr > counts->lf && counts->cr > counts->crlf)
		return GV_LITERAL("\r");
	return GV_LITERAL("\n");
}

bool gv_vmx_next(const struct gv_vmx *vmx, struct gv_line *line)
{
	if (line->number == 0 && vmx->counts.bom)
		line->end = sizeof bom;
	if (line->end >= vmx->text.len)
		return false;
	size_t start = line->end;
	uint32_t number = line->number + 1;
	*line = (struct gv_line){.start = start, .number = number};
	grammar_read_line(vmx->text, vmx->counts.nul, line);
	return true;
}

/* The line at a place the index remembers. */
static void revisit(const struct gv_vmx *vmx, struct name_place place, struct gv_line *line)
{
	*line = (struct gv_line){.start = place.offset, .number = place.number};
	grammar_read_line(vmx->text, vmx->counts.nul, line);
}

bool gv_vmx_find(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	struct name_place place;
	if (!names_find(&vmx->names, vmx->text, name, &place))
		return false;
	revisit(vmx, place, line);
	return true;
}

bool gv_vmx_find_again(const struct gv_vmx *vmx, struct gv_line *line)
{
	for (size_t i = names_repeats_after(&vmx->names, line->start); i < vmx->names.repeat_count;
	     i++) {
		struct gv_line other;
		revisit(vmx, vmx->names.repeats[i].here, &other);
		if (!gv_span_equal_nocase(other.name, line->name))
			continue;
		*line = other;
		return true;
	}
	return false;
}

bool gv_vmx_next_named(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	if (vmx->counts.malformed == 0)
		return line->number == 0 ? gv_vmx_find(vmx, name, line)
		                         : gv_vmx_find_again(vmx, line);
	while (gv_vmx_next(vmx, line)) {
		if (line->name.len > 0 && gv_span_equal_nocase(line->name, name))
			return true;
	}
	return false;
}

bool gv_vmx_duplicate(const struct gv_vmx *vmx, size_t index, struct gv_line *line,
                      struct gv_line *first)
{
	if (index >= vmx->names.repeat_count)
		return false;
	revisit(vmx, vmx->names.repeats[index].here, line);
	revisit(vmx, vmx->names.repeats[index].first, first);
	return true;
}

struct gv_span gv_vmx_encoding(const struct gv_vmx *vmx)
{
	struct gv_line line;
	if (!gv_vmx_find(vmx, GV_LITERAL(".encoding"), &line))
		return (struct gv_span){0};
	return line.value;
}
