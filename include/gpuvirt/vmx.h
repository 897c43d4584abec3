/*
 * The .vmx document: VMware's dictionary format read losslessly, as the original bytes plus spans.
 *
 * Knows lines, names and values; knows nothing about files, rules or what a key means.
 * Nothing here changes a byte: edits are collected beside the document (gpuvirt/edit.h).
 *
 * The grammar is that of VMware's own reader (docs/format.md; facts 4.1):
 *
 *   file    = [ BOM ] *line
 *   line    = text ( LF / CR LF / CR / end of file )      VT, FF, NEL, U+2028 are text
 *   text    = ws name ws "=" ws DQUOTE quoted DQUOTE ws [ comment ]
 *           / ws name ws "=" ws bare ws [ comment ]       bare may be empty
 *           / ws [ comment ]
 *   name    = 1*( any byte but blank, tab, "#", "=" )
 *   quoted  = *( any byte but DQUOTE )
 *   bare    = *( any byte but blank, tab, "#" )           and not beginning with DQUOTE
 *   ws      = *( blank / tab )
 *   comment = "#" *( any byte )
 *
 * The first NUL ends the text of its line. Any other text is malformed: VMware calls the file
 * corrupt, we keep the line and say what is wrong with it.
 */
#ifndef GPUVIRT_VMX_H
#define GPUVIRT_VMX_H

#include <gpuvirt/text.h>

/* Documents of this many bytes and more are refused: offsets are 32 bit to keep the index small. */
#define GV_VMX_LIMIT UINT32_MAX

enum gv_line_kind {
	GV_LINE_BLANK,
	GV_LINE_COMMENT,
	GV_LINE_ENTRY,
	GV_LINE_MALFORMED,
};

/* Why a line is malformed. */
enum gv_line_flaw {
	GV_FLAW_NONE,
	GV_FLAW_NO_NAME,        /* begins with "=" */
	GV_FLAW_NO_EQUALS,      /* no "=" after the name */
	GV_FLAW_UNCLOSED_QUOTE, /* the value's quote never ends */
	GV_FLAW_AFTER_QUOTE,    /* text after the closing quote */
	GV_FLAW_BLANK_IN_VALUE, /* a value without quotes goes on after a blank */
};

/*
 * One line. Zero-initialise to start a walk with gv_vmx_next. Offsets are bytes from the start of
 * the file; spans are borrowed from the document's text.
 */
struct gv_line {
	enum gv_line_kind kind;
	enum gv_line_flaw flaw;
	uint32_t number;     /* 1-based */
	size_t start;        /* first byte; after the BOM on line 1 */
	size_t text_end;     /* where VMware stops reading: line ending, first NUL or end of file */
	size_t end;          /* first byte of the next line */
	struct gv_span name; /* as spelt; of a malformed line too when it has "name =" */
	struct gv_span
		value;   /* still escaped, without quotes; of such a malformed line all the rest */
	size_t name_at;  /* where name begins */
	size_t value_at; /* where value begins, behind the quote */
	bool quoted;     /* the value stands in quotes */
	size_t flaw_at;  /* where VMware's reader gave up, for a malformed line */
};

/* What one pass over the text found. */
struct gv_vmx_counts {
	uint32_t lines;
	uint32_t entries;
	uint32_t malformed;
	uint32_t duplicates; /* entries whose name stands on an earlier line */
	uint32_t lf;         /* lines by their ending; the last line may have none */
	uint32_t crlf;
	uint32_t cr;
	bool bom;     /* begins with EF BB BF */
	bool nul;     /* has a NUL byte */
	bool high;    /* has a byte above 0x7F */
	bool ctrl_z;  /* has a Ctrl-Z */
	bool control; /* has a byte below 0x20 but TAB, LF and CR, or 0x7F; a NUL too is one */
	bool less;    /* has a "<" */
};

struct gv_vmx;

/*
 * Reads TEXT, which is borrowed and must outlive the document. Any bytes are a document; the only
 * failures are GV_ENOMEM and GV_ETOOBIG (GV_VMX_LIMIT). Time and memory are linear in TEXT.
 * *OUT is the caller's, to be freed with gv_vmx_free; untouched on failure.
 */
enum gv_status gv_vmx_parse(struct gv_vmx **out, struct gv_span text, struct gv_error *err);

/* Frees VMX; NULL is fine. */
void gv_vmx_free(struct gv_vmx *vmx);

/* The bytes the document was read from, borrowed. */
struct gv_span gv_vmx_text(const struct gv_vmx *vmx);

/* The counts, borrowed, valid as long as VMX. */
const struct gv_vmx_counts *gv_vmx_counts(const struct gv_vmx *vmx);

/* The line ending most lines have: LF, CR LF or CR; LF for a file without any. Static storage. */
struct gv_span gv_vmx_line_ending(const struct gv_vmx *vmx);

/* Moves LINE to the next line, or to the first when it is zeroed. Returns false after the last. */
bool gv_vmx_next(const struct gv_vmx *vmx, struct gv_line *line);

/* Sets *LINE to the line that starts at byte START and has NUMBER. */
void gv_vmx_visit(const struct gv_vmx *vmx, size_t start, uint32_t number, struct gv_line *line);

/* Sets *LINE to the first entry called NAME, in any case. Returns false, *LINE untouched, if none.
 */
bool gv_vmx_find(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line);

/* True when there is an entry called NAME, in any case. */
bool gv_vmx_has(const struct gv_vmx *vmx, struct gv_span name);

/* Moves *LINE, an entry, to the next entry of the same name. Returns false, untouched, if none. */
bool gv_vmx_find_again(const struct gv_vmx *vmx, struct gv_line *line);

/*
 * Moves LINE to the next line called NAME, or to the first when it is zeroed. Other than with
 * gv_vmx_find a malformed line counts whose name can be read: the user meant it to be one. Returns
 * false after the last.
 */
bool gv_vmx_next_named(const struct gv_vmx *vmx, struct gv_span name, struct gv_line *line);

/*
 * False when no line has a name that begins with PREFIX, in any case, malformed lines included.
 * True may be wrong: it is an answer that costs nothing.
 */
bool gv_vmx_may_begin(const struct gv_vmx *vmx, struct gv_span prefix);

/*
 * How NAME begins, as a number for gv_vmx_may_begin_as: of a name that many documents are asked for
 * it is made once. NAME has at least 12 bytes.
 */
uint32_t gv_vmx_beginning(struct gv_span name);

/* gv_vmx_may_begin for the first 12 bytes of the name that BEGINNING was made of. */
bool gv_vmx_may_begin_as(const struct gv_vmx *vmx, uint32_t beginning);

/*
 * Sets *LINE to the entry that repeats an earlier name, counted from INDEX 0, and *FIRST to the
 * entry it repeats. Returns false when INDEX >= counts->duplicates.
 */
bool gv_vmx_duplicate(const struct gv_vmx *vmx, size_t index, struct gv_line *line,
                      struct gv_line *first);

/*
 * Appends to OUT the value VMware sees behind the escaped RAW: |XX becomes a byte, as VMware's
 * reader does it ("|" before anything but two hex digits stays, and the byte that disproves it is
 * not looked at again: "||22" and "|4|22" stay as they are). |00 ends the value: it is a C string.
 */
void gv_vmx_unescape(struct gv_buf *out, struct gv_span raw);

/* Appends VALUE to OUT as VMware's writer escapes it: '"', '|', 0x7F and controls but TAB as |XX.
 */
void gv_vmx_escape(struct gv_buf *out, struct gv_span value);

/* True when the escaped RAW means exactly VALUE; no allocation. */
bool gv_vmx_means(struct gv_span raw, struct gv_span value);

/* True when NAME can be the name of an entry and holds no control byte. */
bool gv_vmx_name_ok(struct gv_span name);

/* The value of ".encoding", borrowed and still escaped; empty when it is not declared. */
struct gv_span gv_vmx_encoding(const struct gv_vmx *vmx);

#endif
