/*
 * What is known about VMware: keys, messages, why a machine has no 3D, and how sure all that is.
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

/* Whether VMware knows a key. */
enum gv_key_status {
	GV_KEY_KNOWN,       /* products or people use it */
	GV_KEY_GONE,        /* newer products do not know it */
	GV_KEY_NONEXISTENT, /* none was found to know it */
	GV_KEY_UNCONFIRMED, /* one text names it, and nothing else */
	GV_KEY_STATUSES
};

/* A key of a .vmx, or a family of them. Texts that may be missing are NULL then. */
struct gv_key {
	const char *name; /* ends in "*" for all keys that begin so */
	const char *does; /* as far as it is known: sentences */
	const char *values;
	const char *otherwise; /* what holds without it */
	const char *where;   /* products and hosts */
	const char *since;   /* the first product known to have it */
	const char *until;   /* the last one */
	enum gv_key_status status;
	const char *flag;          /* what check says of it; NULL exactly when it is known */
	enum gv_certainty certain; /* of DOES */
	const char *source;
};

/* Versions of the virtual hardware. */
struct gv_hardware {
	const char *versions; /* "18", "12 to 14" */
	const char *products; /* that brought them */
	const char *graphics; /* what the guest gets at most */
	enum gv_certainty certain;
	const char *source;
};

/* What VMware says, in a pop-up or a log. */
struct gv_message {
	const char *id;
	const char **texts; /* patterns, the first the best known (gv_message_match) */
	unsigned texts_count;
	const char **examples; /* messages as people paste them */
	unsigned examples_count;
	const char *seen; /* where, and in which products */
	const char *means;
	const char *todo;
	const char *cause; /* id of a cause, or NULL */
	enum gv_certainty certain;
	const char *source;
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

/* All keys, *COUNT of them, in the order of the file; borrowed. */
const struct gv_key *gv_keys(const struct gv_knowledge *knowledge, size_t *count);

/* The key called NAME in any case, a family by its name with the "*"; or NULL; borrowed. */
const struct gv_key *gv_key_find(const struct gv_knowledge *knowledge, struct gv_span name);

/* The family with the longest name that NAME falls under, or NULL; borrowed. */
const struct gv_key *gv_key_family(const struct gv_knowledge *knowledge, struct gv_span name);

/* All versions of the hardware, *COUNT rows, in their order; borrowed. */
const struct gv_hardware *gv_hardware(const struct gv_knowledge *knowledge, size_t *count);

/* All messages, *COUNT of them, in the order of the file; borrowed. */
const struct gv_message *gv_messages(const struct gv_knowledge *knowledge, size_t *count);

/* The message called ID in any case, or NULL; borrowed. */
const struct gv_message *gv_message_find(const struct gv_knowledge *knowledge, struct gv_span id);

/* A message found in a text: the bytes [FROM, TO) of it, white space counted as one byte. */
struct gv_message_match {
	const struct gv_message *message; /* borrowed */
	size_t from;
	size_t to;
};

/* Longer texts are not looked into behind this many bytes. */
enum { GV_MESSAGE_LIMIT = 64 * 1024 };

/*
 * Puts into MATCHES, at most MOST of them, the messages that TEXT has in it, each once, in the
 * order of the text, and returns how many there are. Letters count in any case, white space of any
 * length as one blank. What lies within a longer match of another message does not count. Time
 * grows with TEXT times the number of messages. Sets *FAILED when memory ran out.
 */
size_t gv_message_match(const struct gv_knowledge *knowledge, struct gv_span text,
                        struct gv_message_match *matches, size_t most, bool *failed);

/*
 * The same for messages of which TEXT is a part: a few words of them. White space at its ends does
 * not count.
 */
size_t gv_message_match_part(const struct gv_knowledge *knowledge, struct gv_span text,
                             struct gv_message_match *matches, size_t most, bool *failed);

/* A key that check tells of because VMware does not know it, or not for sure. */
struct gv_flagged_key {
	struct gv_span name;
	enum gv_key_status status;
	const char *why; /* what there is to say, no full stop */
};

enum { GV_FLAGGED_KEYS = 8 };

/* All of them, GV_FLAGGED_KEYS rows; static storage, nothing has to be loaded. */
const struct gv_flagged_key *gv_flagged_keys(void);

#endif
