/* The bytes of the .yaml files in this folder; the .c file is made from them by the build. */
#ifndef GPUVIRT_RULES_BUILTIN_H
#define GPUVIRT_RULES_BUILTIN_H

#include <gpuvirt/rules.h>

/* The default pack first. */
extern const struct gv_builtin_pack builtin_packs[];
extern const size_t builtin_packs_count;

#endif
