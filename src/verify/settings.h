/*
 * What a log shows of the keys that 3D depends on: as they were at the power-on, and as VMware left
 * them.
 *
 * Knows which keys those are (facts 1.2 to 1.5); knows nothing about other entries.
 */
#ifndef GPUVIRT_VERIFY_SETTINGS_H
#define GPUVIRT_VERIFY_SETTINGS_H

#include <gpuvirt/log.h>
#include <gpuvirt/vmx.h>

enum { SETTINGS = 256, SETTING_TEXT = 64, SETTINGS_PATH = 1024 };

struct setting {
	char name[SETTING_TEXT];
	size_t name_len; /* so that most others cost no comparison */
	char value[SETTING_TEXT];
	bool present; /* VMware has not unset it */
	bool hidden;  /* the log keeps the value to itself: any will do */
};

/* Zero-initialise. */
struct settings {
	struct setting at[SETTINGS];
	size_t count;
	bool dumped;              /* the log shows the configuration */
	bool inside;              /* of the section CONFIGURATION */
	bool incomplete;          /* too many keys, or too long ones: a comparison says nothing */
	char path[SETTINGS_PATH]; /* of the .vmx; cut */
};

/* Takes what an entry tells of the configuration. */
void settings_see(struct settings *settings, const struct gv_log_fact *fact);

/* The value of NAME, in any case; NULL: it is not there. */
const char *settings_get(const struct settings *settings, const char *name);

/* True when the value of NAME is TRUE in any case, as VMware takes it. */
bool settings_is_true(const struct settings *settings, const char *name);

enum settings_match {
	SETTINGS_SAME,
	SETTINGS_DIFFER,
	SETTINGS_UNTOLD, /* the log does not show them, or not all */
};

/* Whether the keys that 3D depends on are in VMX what they were when the log ended. */
enum settings_match settings_compare(const struct settings *settings, const struct gv_vmx *vmx);

#endif
