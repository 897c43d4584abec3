#include "gpupv/sandbox.h"

#include <stdio.h>
#include <string.h>

#include "gpupv/setting.h"
#include "gpupv/splice.h"

#include <expat.h>

/* Bytes of the text. */
struct range {
	size_t from;
	size_t to;
};

struct scan {
	XML_Parser parser;
	struct gv_span text;
	size_t depth;      /* of elements that are open */
	size_t elements;   /* in all */
	struct range root; /* the start tag of the outermost element */
	bool is_sandbox;   /* it is called Configuration */
	bool has_child;
	size_t child;       /* where the first element in it begins */
	size_t found;       /* elements called vGPU */
	bool inside;        /* of the first of them */
	struct range tag;   /* its start tag */
	struct range value; /* its text, blanks around it aside */
	size_t seen;        /* how far its text was read */
	bool mixed;         /* there is more than one piece of text in it */
	size_t second;      /* where the second such element begins */
	bool has_type;      /* there is a document type */
	bool failed;        /* memory ran out */
	struct gv_buf said; /* what its text says */
};

bool sandbox_is_named(struct gv_span name)
{
	return name.len > 4 && gv_span_ends_nocase(name, GV_LITERAL(".wsb"));
}

static bool is_big_endian(struct gv_span text)
{
	return text.len >= 2 &&
	       (memcmp(text.at, "\xFE\xFF", 2) == 0 || memcmp(text.at, "\0<", 2) == 0);
}

bool sandbox_is_wide(struct gv_span text)
{
	bool little = text.len >= 2 &&
	              (memcmp(text.at, "\xFF\xFE", 2) == 0 || memcmp(text.at, "<\0", 2) == 0);
	return little || is_big_endian(text);
}

/* Bytes a character of ASCII has in TEXT. */
static size_t width(struct gv_span text)
{
	return sandbox_is_wide(text) ? 2 : 1;
}

/* The character of ASCII at byte AT, NUL for any other. */
static char character(struct gv_span text, size_t at)
{
	if (at + width(text) > text.len)
		return '\0';
	if (width(text) == 1)
		return text.at[at];
	size_t low = is_big_endian(text) ? 1 : 0;
	return text.at[at + 1 - low] == '\0' ? text.at[at + low] : '\0';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Appends ASCII in the encoding of TEXT. */
static void spell(struct gv_buf *out, struct gv_span text, const char *ascii)
{
	for (; *ascii != '\0'; ascii++) {
		if (sandbox_is_wide(text) && is_big_endian(text))
			gv_buf_char(out, '\0');
		gv_buf_char(out, *ascii);
		if (sandbox_is_wide(text) && !is_big_endian(text))
			gv_buf_char(out, '\0');
	}
}

static struct range current(const struct scan *scan)
{
	size_t from = (size_t)XML_GetCurrentByteIndex(scan->parser);
	return (struct range){from, from + (size_t)XML_GetCurrentByteCount(scan->parser)};
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct scan *scan = context;
	struct range tag = current(scan);
	(void)attributes;
	scan->elements++;
	if (scan->depth == 0) {
		scan->root = tag;
		scan->is_sandbox =
			gv_span_equal_nocase(gv_span_of(name), GV_LITERAL("Configuration"));
	} else if (scan->inside) {
		scan->mixed = true;
	} else if (scan->depth == 1) {
		if (!scan->has_child)
			scan->child = tag.from;
		scan->has_child = true;
		bool named = gv_span_equal_nocase(gv_span_of(name), GV_LITERAL("vGPU"));
		scan->inside = named && scan->found == 0;
		if (scan->inside)
			scan->tag = tag;
		if (named && scan->found == 1)
			scan->second = tag.from;
		scan->found += named;
	}
	scan->depth++;
}

static void XMLCALL on_end(void *context, const XML_Char *name)
{
	struct scan *scan = context;
	(void)name;
	scan->depth--;
	if (scan->depth == 1)
		scan->inside = false;
}

/* A piece of text; expat parts it at line ends, references and where its own buffer ends. */
static void XMLCALL on_text(void *context, const XML_Char *bytes, int size)
{
	struct scan *scan = context;
	struct gv_span piece = {bytes, (size_t)size};
	bool blank = true;
	if (!scan->inside || scan->depth != 2)
		return;
	for (size_t i = 0; blank && i < piece.len; i++)
		blank = is_blank(piece.at[i]);
	struct range place = current(scan);
	bool begun = scan->said.len > 0;
	if (begun && !blank && place.from != scan->seen)
		scan->mixed = true;
	if (begun || !blank)
		gv_buf_add(&scan->said, piece);
	if (!begun && !blank)
		scan->value.from = place.from;
	if (!blank)
		scan->value.to = place.to;
	scan->seen = place.to;
	scan->failed |= scan->said.failed;
}

static void XMLCALL on_type(void *context, const XML_Char *name, const XML_Char *system,
                            const XML_Char *public, int internal)
{
	struct scan *scan = context;
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	scan->has_type = true;
	XML_StopParser(scan->parser, XML_FALSE);
}

static enum gv_status fail_here(const struct scan *scan, enum gv_status status, const char *what,
                                struct gv_error *err)
{
	uint32_t line = (uint32_t)XML_GetCurrentLineNumber(scan->parser);
	uint32_t column = (uint32_t)XML_GetCurrentColumnNumber(scan->parser) + 1;
	return gv_fail_at(err, status, line, column, "%s", what);
}

static enum gv_status judge_parse(const struct scan *scan, bool parsed, struct gv_error *err)
{
	char message[200];
	enum XML_Error code = XML_GetErrorCode(scan->parser);
	if (scan->failed || code == XML_ERROR_NO_MEMORY)
		return gv_fail_memory(err);
	if (scan->has_type)
		return fail_here(scan, GV_EPARSE,
		                 "a document type, which no Windows Sandbox file needs and which "
		                 "could hold anything: take it out",
		                 err);
	if (!parsed) {
		snprintf(message, sizeof message, "cannot be read as XML from here on: %s",
		         XML_ErrorString(code));
		return fail_here(scan, GV_EPARSE, message, err);
	}
	return scan->is_sandbox ? GV_OK
	                        : gv_fail_at(err, GV_EPARSE, 1, 1,
	                                     "the outermost element is not Configuration: not a "
	                                     "Windows Sandbox file");
}

/* Moves both ends of the value inwards over blanks. */
static void trim(struct scan *scan)
{
	struct range *value = &scan->value;
	size_t step = width(scan->text);
	while (value->from < value->to && is_blank(character(scan->text, value->from)))
		value->from += step;
	while (value->to > value->from && is_blank(character(scan->text, value->to - step)))
		value->to -= step;
}

static enum gv_status scan_text(struct scan *scan, struct gv_span text, struct gv_error *err)
{
	scan->text = text;
	if (text.len > GV_GPUFILE_LIMIT)
		return gv_fail(err, GV_ETOOBIG, "too large");
	scan->parser = XML_ParserCreate(NULL);
	if (scan->parser == NULL)
		return gv_fail_memory(err);
	XML_SetUserData(scan->parser, scan);
	XML_SetElementHandler(scan->parser, on_start, on_end);
	XML_SetCharacterDataHandler(scan->parser, on_text);
	XML_SetStartDoctypeDeclHandler(scan->parser, on_type);
	bool parsed = XML_Parse(scan->parser, text.at, (int)text.len, XML_TRUE) == XML_STATUS_OK;
	enum gv_status status = judge_parse(scan, parsed, err);
	XML_ParserFree(scan->parser);
	trim(scan);
	return status;
}

static struct gv_span said(const struct scan *scan)
{
	struct gv_span text = gv_buf_span(&scan->said);
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_blank(text.at[0]))
		text = gv_span_part(text, 1, text.len);
	return text;
}

/* A place as a person counts it, from 1. */
struct place {
	uint32_t line;
	uint32_t column;
};

/* The place of byte AT, counted in the encoding of the text. */
static struct place place_of(struct gv_span text, size_t at)
{
	struct place place = {1, 1};
	for (size_t i = 0; i < at; i += width(text)) {
		bool feed = character(text, i) == '\n';
		place.line += feed;
		place.column = feed ? 1 : place.column + 1;
	}
	return place;
}

static void note(struct gv_gpufile_setting *setting, const struct scan *scan, size_t at,
                 const char *message)
{
	struct place place = place_of(scan->text, at);
	setting_note_at(setting, place.line, place.column, true, "%s", message);
}

/* The values of the documentation, and what they do. */
static const struct {
	const char *word;
	enum gv_gpufile_power power;
	const char *meaning;
} words[] = {
	{"Enable", GV_GPUFILE_IS_ON, "vGPU is Enable"},
	{"Disable", GV_GPUFILE_IS_OFF, "vGPU is Disable"},
	{"Default", GV_GPUFILE_IS_OPEN, "vGPU is Default, which is documented as off since 2024"},
};

static void judge_value(struct gv_gpufile_setting *setting, const struct scan *scan)
{
	char shown[SETTING_SHOWN];
	setting_show(shown, said(scan));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!gv_span_equal(said(scan), gv_span_of(words[i].word)))
			continue;
		setting->power = words[i].power;
		snprintf(setting->value, sizeof setting->value, "%s", words[i].meaning);
		return;
	}
	snprintf(setting->value, sizeof setting->value, "vGPU is \"%.100s\"", shown);
	struct place place = place_of(scan->text, scan->tag.from);
	setting_note_at(setting, place.line, place.column, true,
	                "vGPU is \"%.100s\": documented are Enable, Disable and Default, so spelt; "
	                "what Windows Sandbox makes of others is not known",
	                shown);
}

static void judge(struct gv_gpufile_setting *setting, const struct scan *scan)
{
	setting->power = GV_GPUFILE_IS_OPEN;
	if (scan->found == 0) {
		snprintf(setting->value, sizeof setting->value,
		         "vGPU is not set: Default, which is documented as off since 2024");
	} else if (scan->found > 1) {
		snprintf(setting->value, sizeof setting->value, "vGPU stands %zu times",
		         scan->found);
		note(setting, scan, scan->second, "a second vGPU: which one counts is not known");
	} else if (scan->mixed) {
		snprintf(setting->value, sizeof setting->value, "vGPU holds more than one text");
		note(setting, scan, scan->tag.from, "vGPU holds more than one text");
	} else {
		judge_value(setting, scan);
	}
}

enum gv_status sandbox_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err)
{
	struct scan scan = {0};
	enum gv_status status = scan_text(&scan, text, err);
	if (status == GV_OK)
		judge(setting, &scan);
	gv_buf_dispose(&scan.said);
	return status;
}

/* True when the tag ends with "/>". */
static bool is_closed(struct gv_span text, struct range tag)
{
	size_t step = width(text);
	return tag.to >= tag.from + 2 * step && character(text, tag.to - 2 * step) == '/';
}

/* The name in a start tag, as its bytes are. */
static struct gv_span name_in(struct gv_span text, struct range tag)
{
	size_t from = tag.from + width(text);
	size_t to = from;
	while (to < tag.to && !is_blank(character(text, to)) && character(text, to) != '/' &&
	       character(text, to) != '>')
		to += width(text);
	return gv_span_part(text, from, to);
}

/* Makes TAG, which ends with "/>", one with INNER and an end tag. */
static void open_up(struct gv_edits *edits, struct gv_span text, struct range tag,
                    struct gv_span inner)
{
	struct gv_buf with = {0};
	size_t slash = tag.to - 2 * width(text);
	spell(&with, text, ">");
	gv_buf_add(&with, inner);
	spell(&with, text, "</");
	gv_buf_add(&with, name_in(text, tag));
	spell(&with, text, ">");
	gv_edits_replace(edits, slash, tag.to - slash, gv_buf_span(&with));
	edits->failed |= with.failed;
	gv_buf_dispose(&with);
}

static void edit_value(struct gv_edits *edits, const struct scan *scan, const char *word)
{
	struct gv_buf with = {0};
	spell(&with, scan->text, word);
	if (is_closed(scan->text, scan->tag))
		open_up(edits, scan->text, scan->tag, gv_buf_span(&with));
	else if (scan->value.to > scan->value.from)
		gv_edits_replace(edits, scan->value.from, scan->value.to - scan->value.from,
		                 gv_buf_span(&with));
	else
		gv_edits_replace(edits, scan->tag.to, 0, gv_buf_span(&with));
	edits->failed |= with.failed;
	gv_buf_dispose(&with);
}

/* The blanks in front of the first element in the outermost one. */
static struct gv_span gap_before_child(const struct scan *scan)
{
	size_t from = scan->child;
	size_t step = width(scan->text);
	while (from > scan->root.to && is_blank(character(scan->text, from - step)))
		from -= step;
	return gv_span_part(scan->text, from, scan->child);
}

/* The line end that the text has, or nothing. */
static const char *line_end(struct gv_span text)
{
	char before = '\0';
	for (size_t i = 0; i < text.len; i += width(text)) {
		char here = character(text, i);
		if (here == '\n')
			return before == '\r' ? "\r\n" : "\n";
		before = here;
	}
	return "";
}

/* True when nothing but the end tag of the outermost element is behind its start tag. */
static bool is_empty(const struct scan *scan)
{
	size_t step = width(scan->text);
	return character(scan->text, scan->root.to) == '<' &&
	       character(scan->text, scan->root.to + step) == '/';
}

/* Puts the element first: no comment that belongs to another one gets in front of it. */
static void insert(struct gv_edits *edits, const struct scan *scan, const char *word)
{
	struct gv_buf with = {0};
	char element[40];
	const char *line = line_end(scan->text);
	bool closed = is_closed(scan->text, scan->root);
	snprintf(element, sizeof element, "<vGPU>%s</vGPU>", word);
	if (scan->has_child) {
		gv_buf_add(&with, gap_before_child(scan));
	} else {
		spell(&with, scan->text, line);
		spell(&with, scan->text, line[0] == '\0' ? "" : "  ");
	}
	spell(&with, scan->text, element);
	if (closed || is_empty(scan))
		spell(&with, scan->text, line);
	if (closed)
		open_up(edits, scan->text, scan->root, gv_buf_span(&with));
	else
		splice_insert(edits, scan->text, scan->root.to, gv_buf_span(&with));
	edits->failed |= with.failed;
	gv_buf_dispose(&with);
}

static enum gv_status refuse(const struct scan *scan, size_t at, const char *message,
                             struct gv_error *err)
{
	struct place place = place_of(scan->text, at);
	return gv_fail_at(err, GV_EREFUSED, place.line, place.column, "%s", message);
}

static enum gv_status plan_edit(struct gv_edits *edits, const struct scan *scan, const char *word,
                                struct gv_error *err)
{
	if (scan->found > 1)
		return refuse(scan, scan->second,
		              "a second vGPU: which one counts is not known; leave one", err);
	if (scan->mixed)
		return refuse(scan, scan->tag.from,
		              "vGPU holds more than one text: leave one of Enable and Disable",
		              err);
	if (scan->found == 0)
		insert(edits, scan, word);
	else if (!gv_span_equal(said(scan), gv_span_of(word)))
		edit_value(edits, scan, word);
	gv_edits_settle(edits);
	return GV_OK;
}

/* Reads the changed text: it says WORD, once, and has no other element more or less. */
static enum gv_status check_result(const struct gv_edits *edits, const struct scan *old,
                                   const char *word, struct gv_error *err)
{
	struct gv_buf text = {0};
	struct scan new = {0};
	size_t elements = old->elements + (old->found == 0 ? 1 : 0);
	enum gv_status status = gv_edits_apply(edits, old->text, &text, err);
	if (status == GV_OK)
		status = scan_text(&new, gv_buf_span(&text), err);
	bool good =
		new.found == 1 &&
		!new.mixed &&new.elements == elements &&gv_span_equal(said(&new), gv_span_of(word));
	if (status == GV_OK && !good)
		status = gv_fail(
			err, GV_EREFUSED,
			"the changed text would not say what it should: nothing is changed");
	gv_buf_dispose(&new.said);
	gv_buf_dispose(&text);
	return status;
}

enum gv_status sandbox_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err)
{
	struct scan scan = {0};
	const char *word = wish->on ? "Enable" : "Disable";
	enum gv_status status = scan_text(&scan, text, err);
	if (status == GV_OK)
		status = plan_edit(edits, &scan, word, err);
	if (status == GV_OK && edits->count > 0)
		status = check_result(edits, &scan, word, err);
	gv_buf_dispose(&scan.said);
	return status;
}
