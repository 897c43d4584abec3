/*
 * Profiles: what a site wants of its machines, Hyper-V's and NanaBox's, as YAML.
 *
 * Knows the fields; knows nothing about machines. Every field may be missing, which is as "leave".
 */
#ifndef GPUVIRT_GPUPV_PROFILE_H
#define GPUVIRT_GPUPV_PROFILE_H

#include <gpuvirt/gpupv.h>
#include <gpuvirt/gpupv_file.h>

/* The most bytes of a profile. */
enum { GV_PROFILE_LIMIT = 1 << 20 };

struct gv_profile {
	struct gv_gpupv_settings settings;   /* of a Hyper-V machine; unknown: left alone */
	enum gv_gpufile_switch driver_store; /* of a NanaBox machine */
};

/* The text of the profile that is compiled in; static. */
struct gv_span gv_profile_builtin(void);

/*
 * Reads the profile TEXT. Fails with GV_EPARSE and a place, or GV_ENOMEM; *OUT is then untouched.
 */
enum gv_status gv_profile_read(struct gv_profile *out, struct gv_span text, struct gv_error *err);

#endif
