/*
 * The lines that fall under the rules for many names ("vmotion.svga.*"), found in one walk over the
 * document whatever the number of rules.
 *
 * Knows names and what they begin with; knows nothing about what rules want.
 *
 * The prefixes are sorted: those that begin with another one stand right behind it. Each line is
 * kept once, under the longest prefix it has; the lines of a rule are those kept under a prefix of
 * its stretch.
 */
#ifndef GPUVIRT_REPAIR_PREFIXES_H
#define GPUVIRT_REPAIR_PREFIXES_H

#include <gpuvirt/rules.h>
#include <gpuvirt/vmx.h>

struct prefix {
	struct gv_span key;
	uint32_t end;    /* behind the last prefix that begins with this one */
	uint32_t parent; /* 1 + the longest other prefix that this one begins with; 0: none */
};

struct prefix_line {
	uint32_t start;  /* byte offset */
	uint32_t number; /* 1-based */
	uint32_t under;  /* the longest prefix */
};

/* Zero-initialise; dispose when done. */
struct prefixes {
	struct prefix *at; /* sorted, of different keys */
	size_t count;
	struct prefix_line *lines; /* in the order of the file, malformed ones with a name too */
	size_t line_count;
	size_t line_cap;
};

/* A walk over the lines of a rule. */
struct prefix_walk {
	uint32_t from; /* lines under these prefixes, [from, to) */
	uint32_t to;
	size_t next;
};

/* Finds the lines of VMX, which RULES borrow the keys for. Returns false when memory ran out. */
bool prefixes_find(struct prefixes *prefixes, const struct gv_vmx *vmx,
                   const struct gv_rules *rules);
void prefixes_dispose(struct prefixes *prefixes);

/* The walk over the lines whose names begin with KEY, one of the prefixes of the rules. */
struct prefix_walk prefixes_walk(const struct prefixes *prefixes, struct gv_span key);

/* Sets *LINE to the next line of WALK; false after the last. */
bool prefixes_next(const struct prefixes *prefixes, const struct gv_vmx *vmx,
                   struct prefix_walk *walk, struct gv_line *line);

#endif
