/*
 * The encodings a .vmx declares, by the names VMware gives them, and text fit for a person's eyes.
 *
 * Knows names, validity and conversion; never changes a document. Only encodings that keep ASCII
 * as it is are known: in all of them '"', '#', '=' and line ends mean themselves (facts 4.2).
 */
#ifndef GPUVIRT_BASE_CHARSET_H
#define GPUVIRT_BASE_CHARSET_H

#include <gpuvirt/text.h>

struct gv_charset;

/*
 * The encoding called NAME in any case, "-", "_" and blanks not counting, or NULL if it is not
 * known. Static storage.
 */
const struct gv_charset *gv_charset_find(struct gv_span name);

/* UTF-8, what terminals and messages speak. */
const struct gv_charset *gv_charset_utf8(void);

/*
 * The offset of the first byte of TEXT that CHARSET gives no meaning, TEXT.len if there is none.
 * Single-byte Windows code pages mean something by every byte. Where the system cannot convert
 * CHARSET nothing is found wrong. SIZE_MAX when memory ran out.
 */
size_t gv_charset_first_bad(const struct gv_charset *charset, struct gv_span text);

/* Appends TEXT as UTF-8; bytes without meaning become \xNN. CHARSET NULL: taken for UTF-8. */
void gv_charset_to_utf8(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text);

/*
 * Appends TEXT as UTF-8, U+FFFD for each byte without meaning; false when there is one. CHARSET
 * NULL: taken for UTF-8.
 */
bool gv_charset_decode(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text);

/*
 * The code point at the start of the UTF-8 TEXT, which is not empty, and its length in *SIZE; -1
 * and 1 for what is no UTF-8 (over-long forms, surrogates and cut sequences included).
 */
int32_t gv_charset_code_point(struct gv_span text, size_t *size);

/* True for what must not reach a terminal: controls, and marks that reorder text on a screen. */
bool gv_charset_is_hostile(int32_t code);

/*
 * Appends the UTF-8 TEXT in CHARSET. Returns false when CHARSET cannot say it (or the system
 * cannot convert); OUT then holds a part, and out->failed tells when memory ran out.
 */
bool gv_charset_from_utf8(struct gv_buf *out, const struct gv_charset *charset,
                          struct gv_span text);

/*
 * Appends TEXT as one printable line of UTF-8: controls, and the marks that reorder text on a
 * screen, become \n, \xNN or \u{NNNN}. Safe to send to a terminal.
 */
void gv_charset_show(struct gv_buf *out, const struct gv_charset *charset, struct gv_span text);

/* The same cut after at most LIMIT bytes of TEXT, between characters, with "..." where something is
 * left out. */
void gv_charset_show_short(struct gv_buf *out, const struct gv_charset *charset,
                           struct gv_span text, size_t limit);

#endif
