/* The scripts, made of the .ps1 files in this folder by the build. */
#ifndef GPUVIRT_GPUPV_SCRIPTS_H
#define GPUVIRT_GPUPV_SCRIPTS_H

#include <gpuvirt/text.h>

struct gpupv_script {
	const char *name;
	struct gv_span text;
};

/* In the order of enum gv_ps_script. */
extern const struct gpupv_script gpupv_scripts[];
extern const size_t gpupv_scripts_count;

#endif
