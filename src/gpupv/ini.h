/*
 * The lines of .wslconfig and wsl.conf, as WSL reads them.
 *
 * Knows the grammar of WSL's own reader, with what it makes of lines that are wrong; knows nothing
 * about what a key means. Source: microsoft/WSL, src/shared/configfile/configfile.cpp:
 *
 *   file    = *( blank / comment / section / entry )
 *   section = "[" ALPHA *ALNUM "]" ws end
 *   entry   = ALPHA *ALNUM ws "=" ws value end
 *   value   = *( byte / DQUOTE / "\" ( "\" / DQUOTE / "b" / "n" / "t" / line end ) )
 *   end     = [ "#" *byte ] ( LF / CR / end of file )      "#" in quotes is a byte of the value
 *
 * A quote only begins or ends what is quoted. A comment goes to the LF, over any CR. Of any other
 * line the rest is passed over (.wslconfig), or nothing more is read at all (wsl.conf).
 */
#ifndef GPUVIRT_GPUPV_INI_H
#define GPUVIRT_GPUPV_INI_H

#include <gpuvirt/text.h>

enum ini_kind { INI_SECTION, INI_ENTRY, INI_WRONG };

/* One line that says something. Offsets are bytes from the start of the text. */
struct ini_line {
	enum ini_kind kind;
	size_t at;              /* its first byte that is no blank */
	size_t end;             /* where its line end is; of an entry that goes on, the last one */
	struct gv_span section; /* the one it is in */
	struct gv_span key;     /* of an entry */
	size_t key_end;
	size_t value_at; /* the value as it is spelt, without blanks around it */
	size_t value_end;
};

/* A walk over the lines. Zero-initialise but for the first three; dispose when done. */
struct ini {
	struct gv_span text;
	size_t at;    /* where to begin: behind a byte order mark */
	bool windows; /* CR LF counts as LF, Ctrl-Z as the end, wrong lines are passed over */
	bool stopped; /* at a wrong line, behind which WSL reads nothing */
	struct gv_span section;
	struct gv_buf value; /* what the value of the last entry means */
};

void ini_dispose(struct ini *ini);

/* Moves on to the next line that says something. False at the end, or when memory ran out. */
bool ini_next(struct ini *ini, struct ini_line *line);

/* True when LINE is the entry NAME of SECTION, in any case, as WSL compares them. */
bool ini_is(const struct ini_line *line, const char *section, const char *name);

#endif
