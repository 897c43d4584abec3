#include <gpuvirt/vmx.h>

#include <stdlib.h>
#include <string.h>

#include "vmx/grammar.h"
#include "vmx/names.h"

struct gv_vmx {
	struct gv_span text;
	struct gv_vmx_counts counts;
	struct hash_key key;
	struct names *broken; /* of malformed lines; NULL when there are none with a name */
	struct names names;   /* of entries */
};

/*
 * The key comes from addresses, which the loader randomises: a file's author cannot aim a million
 * names at one slot. Nothing secret hangs on it, and no output depends on it.
 */
static void make_key(struct gv_vmx *vmx)
{
	hash_make_key(&vmx->key, (uint64_t)(uintptr_t)vmx, (uint64_t)(uintptr_t)&make_key);
}

/* The index of malformed lines, made when the first one comes; NULL when memory ran out. */
static struct names *broken(struct gv_vmx *vmx)
{
	if (vmx->broken == NULL)
		vmx->broken = malloc(sizeof *vmx->broken);
	else
		return vmx->broken;
	if (vmx->broken != NULL)
		names_init(vmx->broken);
	return vmx->broken;
}

static bool add_names(struct gv_vmx *vmx, const struct reader *reader)
{
	for (size_t i = 0; i < reader->count; i++) {
		const struct reader_name *name = &reader->names[i];
		struct names *names = name->malformed ? broken(vmx) : &vmx->names;
		if (names == NULL || !names_add(names, vmx->text, name))
			return false;
	}
	return true;
}

static enum gv_status read_lines(struct gv_vmx *vmx, struct gv_error *err)
{
	struct reader reader;
	reader_start(&reader, vmx->text, &vmx->key);
	while (reader_next(&reader)) {
		if (!add_names(vmx, &reader))
			return gv_fail_memory(err);
	}
	vmx->counts = reader.counts;
	vmx->counts.duplicates = (uint32_t)vmx->names.repeat_count;
	return GV_OK;
}

enum gv_status gv_vmx_parse(struct gv_vmx **out, struct gv_span text, struct gv_error *err)
{
	if (text.len >= GV_VMX_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "larger than 4 GiB");
	struct gv_vmx *vmx = malloc(sizeof *vmx);
	if (vmx == NULL)
		return gv_fail_memory(err);
	vmx->text = text;
	vmx->broken = NULL;
	make_key(vmx);
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
	if (vmx->broken != NULL)
		names_dispose(vmx->broken);
	free(vmx->broken);
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

/* The line at a place the index remembers. */
static void revisit(const struct gv_vmx *vmx, struct name_place place, struct gv_line *line)
{
	*line = (struct gv_line){.start = place.offset, .number = place.number};
	grammar_read_line(vmx->text, vmx->counts.nul, line);
}

bool gv_vmx_find(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	struct name_place place;
	if (!names_find(&vmx->names, vmx->text, name, hash_name(&vmx->key, name), &place))
		return false;
	revisit(vmx, place, line);
	return true;
}

bool gv_vmx_has(const struct gv_vmx *vmx, struct gv_span name)
{
	struct name_place place;
	return names_find(&vmx->names, vmx->text, name, hash_name(&vmx->key, name), &place);
}

/* Moves LINE, which NAMES holds, to the next line of its name. */
static bool find_again(const struct gv_vmx *vmx, const struct names *names, struct gv_line *line)
{
	struct name_place place;
	struct name_hash hash = hash_name(&vmx->key, line->name);
	if (!names_find_next(names, vmx->text, line->name, hash, line->start, &place))
		return false;
	revisit(vmx, place, line);
	return true;
}

bool gv_vmx_find_again(const struct gv_vmx *vmx, struct gv_line *line)
{
	return vmx->names.repeat_count > 0 && find_again(vmx, &vmx->names, line);
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
	struct name_hash hash = hash_name(&vmx->key, name);
	struct name_place place;
	bool entries = names_find(&vmx->names, vmx->text, name, hash, &place);
	struct name_place entry = place;
	bool malformed = names_find(vmx->broken, vmx->text, name, hash, &place);
	if (entries && malformed)
		return walk_to(vmx, name, line);
	if (!entries && !malformed)
		return false;
	if (line->number > 0)
		return find_again(vmx, entries ? &vmx->names : vmx->broken, line);
	revisit(vmx, entries ? entry : place, line);
	return true;
}

bool gv_vmx_next_named(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line)
{
	if (vmx->broken != NULL)
		return next_of_both(vmx, name, line);
	return line->number == 0 ? gv_vmx_find(vmx, name, line) : gv_vmx_find_again(vmx, line);
}

bool gv_vmx_may_begin(const struct gv_vmx *vmx, struct gv_span prefix)
{
	struct name_hash hash = hash_name(&vmx->key, prefix);
	return names_may_begin(&vmx->names, prefix, hash) ||
	       (vmx->broken != NULL && names_may_begin(vmx->broken, prefix, hash));
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
