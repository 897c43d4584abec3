/*
 * Steps in words: lines for people, and the PowerShell that does them on another host.
 *
 * Knows how things are said; decides nothing.
 */
#ifndef GPUVIRT_GPUPV_SPELL_H
#define GPUVIRT_GPUPV_SPELL_H

#include <gpuvirt/gpupv.h>

/* Appends a line for each thing that PLAN does, each behind INDENT; safe to send to a terminal. */
void gv_spell_steps(struct gv_buf *out, const struct gv_gpupv_state *state,
                    const struct gv_gpupv_plan *plan, const char *indent);

/* What a script is to do. */
struct gv_script {
	const char *target;   /* GUID or exact name */
	const char *computer; /* the host that it is to reach; NULL: the one it runs on */
	bool on;
	const char *gpu; /* path of the GPU; NULL: Windows chooses */
	struct gv_gpupv_settings settings;
};

/*
 * Appends a whole PowerShell script. Nothing was observed for it: it removes all adapters that the
 * machine has, and the settings are set whatever they are. The names are in it as base64 only.
 * GV_EINVAL for a name that is no UTF-8; GV_ENOMEM.
 */
enum gv_status gv_spell_script(struct gv_buf *out, const struct gv_script *script,
                               struct gv_error *err);

#endif
