/*
 * What is asked of a host and what it answers, as JSON.
 *
 * Knows the members of requests and answers; knows nothing about how they travel, or what follows.
 *
 * Requests are pure ASCII. Of answers: a member that is missing or null is unknown, one that is not
 * known here is passed over, one of the wrong type is an error. Sizes in bytes are decimal texts:
 * a double would round them.
 */
#ifndef GPUVIRT_GPUPV_ANSWER_H
#define GPUVIRT_GPUPV_ANSWER_H

#include <gpuvirt/gpupv.h>

#include "base/json.h"

/* Longer answers are refused. */
enum { GV_ANSWER_LIMIT = 8 << 20 };

/* What became of steps. Zero-initialise; dispose when done. */
struct gv_applied {
	struct gv_value done; /* steps that were done */
	bool failed;
	struct gv_value step;   /* the step that failed, from 0; unknown: none, all before */
	const char *message;    /* of the failure, with its id; one line, never NULL when failed */
	struct gv_gpupv_vm *vm; /* read back behind the steps; NULL: could not be */
	struct gv_arena arena;
};

void gv_applied_dispose(struct gv_applied *applied);

/*
 * Appends the request to observe the machine TARGET, a GUID or an exact name, or all when it is
 * NULL. GV_EINVAL when TARGET is no UTF-8; GV_ENOMEM. COMPUTER may be NULL: the host itself.
 */
enum gv_status gv_request_observe(struct gv_buf *out, const char *target, const char *computer,
                                  struct gv_error *err);

/* Appends the request to do the COUNT STEPS with the machine of the GUID or exact name TARGET. */
enum gv_status gv_request_apply(struct gv_buf *out, const char *target, const char *computer,
                                const struct gv_gpupv_step *steps, size_t count,
                                struct gv_error *err);

/*
 * Reads the answer to a request to observe. Fails with GV_EPARSE or GV_ETOOBIG for what is no such
 * answer, GV_ESYSTEM for one that tells of a failure and nothing else, or GV_ENOMEM; *OUT is then
 * untouched.
 */
enum gv_status gv_answer_observed(struct gv_gpupv_state *out, struct gv_span text,
                                  struct gv_error *err);

/* Reads the answer to a request to apply; that a step failed is in *OUT and no failure here. */
enum gv_status gv_answer_applied(struct gv_applied *out, struct gv_span text, struct gv_error *err);

/* Adds to IN the settings that are known. */
void gv_settings_add(struct gv_json_tree *tree, struct gv_json *in,
                     const struct gv_gpupv_settings *settings);

/* Reads what gv_settings_add wrote from the members of JSON. GV_EPARSE. */
enum gv_status gv_settings_read(struct gv_gpupv_settings *out, const struct gv_json *json,
                                struct gv_error *err);

/* Reads a text of at most 4096 bytes into ARENA; *OUT is NULL when JSON is null. */
enum gv_status gv_text_read(const char **out, struct gv_arena *arena, const struct gv_json *json,
                            const char *name, struct gv_error *err);

#endif
