/* The bytes of the .yaml files in this folder; the .c file is made from them by the build. */
#ifndef GPUVIRT_KNOWLEDGE_BUILTIN_H
#define GPUVIRT_KNOWLEDGE_BUILTIN_H

#include <gpuvirt/text.h>

struct knowledge_file {
	const char *name;
	struct gv_span yaml;
};

extern const struct knowledge_file knowledge_files[];
extern const size_t knowledge_files_count;

#endif
