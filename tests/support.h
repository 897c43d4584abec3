/* What several test programs need: cmocka with its includes, scratch folders, files, spans. */
#ifndef GPUVIRT_TESTS_SUPPORT_H
#define GPUVIRT_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gpuvirt/text.h>

/* Number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A span of a string literal that may hold NULs. */
#define SPAN(literal) ((struct gv_span){(literal), sizeof(literal) - 1})

/* Fails the test unless the bytes of the two spans are equal; shows both. */
void assert_span(struct gv_span have, struct gv_span want);

/* A new empty folder, gone when scratch_remove is called; its path is the caller's to free. */
char *scratch_make(void);
void scratch_remove(char *path);

/* DIR/NAME, the caller's to free. */
char *path_join(const char *dir, const char *name);

/* Writes or reads a whole file; any failure fails the test. A read buffer is the caller's. */
void file_write(const char *path, struct gv_span text);
struct gv_buf file_read(const char *path);

/* Number of names in the folder, "." and ".." aside. */
size_t folder_count(const char *path);

/* The next number of a fixed sequence, for random input that is the same at every run. */
uint64_t random_next(uint64_t *state);

#endif
