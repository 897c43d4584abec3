/*
 * JSON, built and read: cJSON behind checks of each allocation and of all it lets pass.
 *
 * Knows JSON; knows nothing about what it says. The only module that sees cJSON.
 */
#ifndef GPUVIRT_BASE_JSON_H
#define GPUVIRT_BASE_JSON_H

#include <gpuvirt/text.h>

/* A value. */
struct gv_json;

/* A value being built. Zero-initialise; gv_json_print or gv_json_dispose ends it. */
struct gv_json_tree {
	struct gv_json *root;
	bool failed; /* memory ran out; what is added then is ignored */
};

/* Makes an object the root of TREE and returns it, or NULL. */
struct gv_json *gv_json_start(struct gv_json_tree *tree);

/*
 * These add a member NAME to the object IN, or an element to the array IN, for which NAME is NULL.
 * NAME is borrowed for the life of TREE. An IN of NULL, what failed to be made, is fine.
 */
struct gv_json *gv_json_add_object(struct gv_json_tree *tree, struct gv_json *in, const char *name);
struct gv_json *gv_json_add_array(struct gv_json_tree *tree, struct gv_json *in, const char *name);
void gv_json_add_number(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                        uint64_t number);
/* The same as decimal text: a reader that makes doubles of numbers does not round it. */
void gv_json_add_decimal(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                         uint64_t number);

void gv_json_add_bool(struct gv_json_tree *tree, struct gv_json *in, const char *name, bool value);

void gv_json_add_null(struct gv_json_tree *tree, struct gv_json *in, const char *name);

/* Adds TEXT; bytes that are no UTF-8, and NUL, become \xNN as text. */
void gv_json_add_span(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                      struct gv_span text);
void gv_json_add_text(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                      const char *text);

/* Adds {"text": ...} or, for what is no UTF-8 or holds a NUL, {"bytes": base64}: loses nothing. */
void gv_json_add_bytes(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                       struct gv_span bytes);

/* Appends the string that gv_json_add_bytes writes for BYTES: themselves, or base64. */
void gv_json_encode(struct gv_buf *out, struct gv_span bytes);

/* Adds BYTES as base64. */
void gv_json_add_base64(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                        struct gv_span bytes);

/* Adds what gv_json_print appended, or an array of such texts: many small trees cost less memory.
 */
void gv_json_add_printed(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                         const struct gv_buf *text);

/*
 * Appends TREE to OUT on one line and disposes of it. Controls, U+2028, U+2029 and marks that
 * reorder text are written as \uNNNN. out->failed tells when memory ran out, now or before.
 */
void gv_json_print(struct gv_buf *out, struct gv_json_tree *tree);

/* Appends JSON on one line; a text in it stays as it is. What is not ASCII is written as \uNNNN. */
void gv_json_append(struct gv_buf *out, const struct gv_json *json);

/* The same as gv_json_print, with all that is not ASCII written as \uNNNN. */
void gv_json_print_ascii(struct gv_buf *out, struct gv_json_tree *tree);

void gv_json_dispose(struct gv_json_tree *tree);

/* Deeper values are refused. */
enum { GV_JSON_DEPTH = 16 };

/*
 * Reads TEXT, one value and nothing else. *OUT is the caller's, to be freed with gv_json_free.
 * Fails with GV_EPARSE, line and column, or GV_ENOMEM. Not for several threads at once.
 */
enum gv_status gv_json_parse(struct gv_json **out, struct gv_span text, struct gv_error *err);

/* Frees JSON; NULL is fine. */
void gv_json_free(struct gv_json *json);

/* The member NAME of JSON, borrowed; NULL when there is none, or JSON is NULL or no object. */
const struct gv_json *gv_json_get(const struct gv_json *json, const char *name);

/* The text of JSON, borrowed; NULL when it is none. */
const char *gv_json_text(const struct gv_json *json);

/* True when JSON is the number NUMBER. */
bool gv_json_is_number(const struct gv_json *json, uint64_t number);

bool gv_json_is_array(const struct gv_json *json);
bool gv_json_is_object(const struct gv_json *json);

/* True when JSON is not there, or null. */
bool gv_json_is_null(const struct gv_json *json);

/* Sets *OUT to JSON; false, *OUT untouched, when it is neither true nor false. */
bool gv_json_bool(const struct gv_json *json, bool *out);

/* Sets *OUT to JSON; false, *OUT untouched, when it is no whole number from 0 to 2^53. */
bool gv_json_whole(const struct gv_json *json, uint64_t *out);

/* The first element of the array JSON, and the one behind ELEMENT; NULL when there is none. */
const struct gv_json *gv_json_first(const struct gv_json *json);
const struct gv_json *gv_json_next(const struct gv_json *element);

#endif
