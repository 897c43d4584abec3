#include <gpuvirt/vmx.h>

#include <stdlib.h>
#include <string.h>

#include "vmx/grammar.h"
#include "vmx/index.h"

struct gv_vmx {
	struct gv_span text;
	struct gv_vmx_counts counts;
	struct index *index; /* INNER, which changes when it is asked, even of a const document */
	struct index inner;
};

enum gv_status gv_vmx_parse(struct gv_vmx **out, struct gv_span text, struct gv_error *err)
{
	if (text.len >= GV_VMX_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "larger than 4 GiB");
	struct gv_vmx *vmx = malloc(sizeof *vmx);
	if (vmx == NULL)
		return gv_fail_memory(err);
	vmx->text = text;
	vmx->index = &vmx->inner;
	if (!index_read(vmx->index, text, &vmx->counts)) {
		gv_vmx_free(vmx);
		return gv_fail_memory(err);
	}
	*out = vmx;
	return GV_OK;
}

void gv_vmx_free(struct gv_vmx *vmx)
{
	if (vmx == NULL)
		return;
	index_dispose(vmx->index);
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
		line->end = 3;
	if (line->end >= vmx->text.len)
		return false;
	size_t start = line->end;
	uint32_t number = line->number + 1;
	*line = (struct gv_line){.start = start, .number = number};
	grammar_read_line(vmx->text, vmx->counts.nul, line);
	return true;
}

void gv_vmx_visit(const struct gv_vmx *vmx, size_t start, uint32_t number, struct gv_line *line)
{
	*line = (struct gv_line){.start = start, .number = number};
	grammar_read_line(vmx->text, vmx->counts.nul, line);
}

/* The line at a place the index remembers. */
static void revisit(const struct gv_vmx *vmx, struct name_place place, struct gv_line *line)
{
	gv_vmx_visit(vmx, place.offset, place.number, line);
}

bool gv_vmx_find(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	struct name_place place;
	if (!index_find(vmx->index, name, hash_name(&vmx->index->key, name), &place))
		return false;
	revisit(vmx, place, line);
	return true;
}

bool gv_vmx_has(const struct gv_vmx *vmx, struct gv_span name)
{
	struct name_place place;
	return index_find(vmx->index, name, hash_name(&vmx->index->key, name), &place);
}

/* Moves LINE, which NAMES holds, to the next line of its name. */
static bool find_again(const struct gv_vmx *vmx, const struct names *names, struct gv_line *line)
{
	struct name_place place;
	struct name_hash hash = hash_name(&vmx->index->key, line->name);
	if (!names_find_next(names, vmx->text, line->name, hash, line->start, &place))
		return false;
	revisit(vmx, place, line);
	return true;
}

bool gv_vmx_find_again(const struct gv_vmx *vmx, struct gv_line *line)
{
	return vmx->index->entries.repeat_count > 0 && find_again(vmx, &vmx->index->entries, line);
}

/* The same for a name that both entries and malformed lines have: line by line. */
static bool walk_to(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	while (gv_vmx_next(vmx, line)) {
		if (line->name.len > 0 && gv_span_equal_nocase(line->name, name))
			return true;
	}
	return false;
}

/* gv_vmx_next_named where there are malformed lines with a name. */
static bool next_of_both(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	struct name_hash hash = hash_name(&vmx->index->key, name);
	struct name_place place;
	bool entries = index_find(vmx->index, name, hash, &place);
	struct name_place entry = place;
	bool malformed = names_find(vmx->index->broken, vmx->text, name, hash, &place);
	if (entries && malformed)
		return walk_to(vmx, name, line);
	if (!entries && !malformed)
		return false;
	if (line->number > 0)
		return find_again(vmx, entries ? &vmx->index->entries : vmx->index->broken, line);
	revisit(vmx, entries ? entry : place, line);
	return true;
}

bool gv_vmx_next_named(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	if (vmx->index->broken != NULL)
		return next_of_both(vmx, name, line);
	return line->number == 0 ? gv_vmx_find(vmx, name, line) : gv_vmx_find_again(vmx, line);
}

bool gv_vmx_may_begin(const struct gv_vmx *vmx, struct gv_span prefix)
{
	struct name_hash hash = hash_name(&vmx->index->key, prefix);
	return names_may_begin(&vmx->index->entries, prefix, hash) ||
	       (vmx->index->broken != NULL && names_may_begin(vmx->index->broken, prefix, hash));
}

uint32_t gv_vmx_beginning(struct gv_span name)
{
	const struct hash_key none = {{0}}; /* heads are not keyed */
	return hash_name(&none, name).head[HASH_HEAD_12];
}

bool gv_vmx_may_begin_as(const struct gv_vmx *vmx, uint32_t beginning)
{
	return names_have_head(&vmx->index->entries, HASH_HEAD_12, beginning) ||
	       (vmx->index->broken != NULL &&
	        names_have_head(vmx->index->broken, HASH_HEAD_12, beginning));
}

bool gv_vmx_duplicate(const struct gv_vmx *vmx, size_t index, struct gv_line *line,
                      struct gv_line *first)
{
	if (index >= vmx->index->entries.repeat_count)
		return false;
	revisit(vmx, vmx->index->entries.repeats[index].here, line);
	revisit(vmx, vmx->index->entries.repeats[index].first, first);
	return true;
}

struct gv_span gv_vmx_encoding(const struct gv_vmx *vmx)
{
	struct gv_line line;
	if (!gv_vmx_find(vmx, GV_LITERAL(".encoding"), &line))
		return (struct gv_span){0};
	return line.value;
}
