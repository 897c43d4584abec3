/*
 * Allocations that fail, for programs that wrap malloc, calloc and realloc (tests/inject.h): all
 * three count as calls of "memory". To be included by the one source of a test program.
 */
#ifndef GPUVIRT_TESTS_INJECT_MEMORY_H
#define GPUVIRT_TESTS_INJECT_MEMORY_H

#include <stdlib.h>

#include "inject.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return inject_now("memory") ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return inject_now("memory") ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	return inject_now("memory") ? NULL : __real_realloc(old, size);
}

#endif
