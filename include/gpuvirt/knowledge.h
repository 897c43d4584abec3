/*
 * What is known about VMware: why a machine has no 3D, and how sure that is.
 *
 * Knows tables of facts (src/knowledge/, YAML compiled in); knows nothing about documents, logs or
 * hosts. What is not known is marked so, never left out.
 */
#ifndef GPUVIRT_KNOWLEDGE_H
#define GPUVIRT_KNOWLEDGE_H

#include <gpuvirt/text.h>

/* How sure a statement is. */
enum gv_certainty {
	GV_CERTAINTY_PROVEN,     /* VMware's own code or logs, counted */
	GV_CERTAINTY_LIKELY,     /* several reports, or a good second-hand source */
	GV_CERTAINTY_ONE_REPORT, /* one report or one author */
	GV_CERTAINTY_UNKNOWN,    /* looked for and not found */
	GV_CERTAINTIES
};

/* "proven", "likely", "one report", "unknown"; static storage. */
const char *gv_certainty_name(enum gv_certainty certainty);

/* Whether an edit of the .vmx can help. */
enum gv_edit_use { GV_EDIT_HELPS, GV_EDIT_USELESS, GV_EDIT_UNKNOWN, GV_EDIT_USES };

/* Why a machine has no 3D, or what is mistaken for a reason. Texts are UTF-8 without line ends. */
struct gv_cause {
	const char *id;
	const char *says;  /* what is the matter: one sentence with its full stop */
	const char *helps; /* what helps, or that nothing known does: sentences */
	enum gv_edit_use edit;
	enum gv_certainty certain; /* that it is a cause and that the cure helps */
	const char *source;        /* what that rests on; no full stop */
};

struct gv_knowledge;

/*
 * Loads all tables. *OUT is the caller's, to be freed with gv_knowledge_free; from then on it never
 * changes, so several threads may read it. Fails with GV_ENOMEM; GV_EPARSE would be a mistake in
 * what is compiled in.
 */
enum gv_status gv_knowledge_load(struct gv_knowledge **out, struct gv_error *err);

/* Frees KNOWLEDGE and all that was borrowed from it; NULL is fine. */
void gv_knowledge_free(struct gv_knowledge *knowledge);

/* All causes, *COUNT of them, in the order of the file; borrowed. */
const struct gv_cause *gv_causes(const struct gv_knowledge *knowledge, size_t *count);

/* The cause called ID, or NULL; borrowed. */
const struct gv_cause *gv_cause_find(const struct gv_knowledge *knowledge, const char *id);

#endif
