/*
 * YAML files into C structures: libcyaml behind a check of everything it lets pass.
 *
 * Knows YAML and limits; knows nothing about what the fields mean. The only module, with the
 * schema tables of its callers, that sees cyaml and libyaml.
 *
 * One behaviour whatever version of libcyaml there is: no anchors or aliases, one document, no NUL
 * in a text, nothing deeper than 16 levels or larger than 1 MiB; numbers are texts that the caller
 * reads (libcyaml 1.3 takes "10x" for 10).
 */
#ifndef GPUVIRT_BASE_YAML_H
#define GPUVIRT_BASE_YAML_H

#include <cyaml/cyaml.h>

#include <gpuvirt/text.h>

/* Where things stand in a YAML file, for messages. Zero-initialise; dispose when done. */
struct gv_yaml_places {
	struct gv_yaml_place *at;
	size_t count;
	size_t cap;
	size_t path_bytes; /* of all of them */
	struct gv_arena arena;
};

/*
 * Loads TEXT by SCHEMA into *OUT, the caller's, to be freed with gv_yaml_free and the same schema.
 * PLACES gets the places of all fields. Fails with GV_EPARSE and a line and column, or GV_ENOMEM;
 * *OUT is then untouched.
 */
enum gv_status gv_yaml_load(void **out, struct gv_yaml_places *places, struct gv_span text,
                            const cyaml_schema_value_t *schema, struct gv_error *err);

/* Frees what gv_yaml_load gave; NULL is fine. */
void gv_yaml_free(void *data, const cyaml_schema_value_t *schema);

/* Sets *LINE and *COLUMN to where PATH stands, or the nearest field above it; 1 and 1 if none. */
void gv_yaml_find(const struct gv_yaml_places *places, const char *path, uint32_t *line,
                  uint32_t *column);

/*
 * Records a GV_EPARSE failure at the field PATH, such as "rules[2].key"; of a path that is not in
 * the file the place of the nearest field above it is taken.
 */
enum gv_status gv_yaml_fail(const struct gv_yaml_places *places, struct gv_error *err,
                            const char *path, const char *format, ...) GV_PRINTF(4, 5);

void gv_yaml_places_dispose(struct gv_yaml_places *places);

#endif
