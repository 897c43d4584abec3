/* The bytes of gpupv.yaml; the .c file is made from it by the build. */
#ifndef GPUVIRT_GPUPV_PROFILES_H
#define GPUVIRT_GPUPV_PROFILES_H

#include <gpuvirt/text.h>

struct gpupv_profile {
	const char *name;
	struct gv_span yaml;
};

extern const struct gpupv_profile gpupv_profiles[];
extern const size_t gpupv_profiles_count;

#endif
