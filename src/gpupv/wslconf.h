/*
 * The GPU of WSL: gpuSupport in [wsl2] of .wslconfig, enabled in [gpu] of wsl.conf.
 *
 * Knows the two keys, what is in force without them, and what else decides (hyperv facts 5); knows
 * nothing about files. Of a key that stands twice WSL takes the first (ConfigKey::Parse of its
 * source), also when that one has no value it knows.
 */
#ifndef GPUVIRT_GPUPV_WSLCONF_H
#define GPUVIRT_GPUPV_WSLCONF_H

#include <gpuvirt/gpupv_file.h>

bool wslconfig_is_named(struct gv_span name);
bool wslconf_is_named(struct gv_span name);

/* As gv_gpufile_kind.read; of an empty text, what holds without a file. */
enum gv_status wslconfig_read(struct gv_gpufile_setting *setting, struct gv_span text,
                              struct gv_error *err);
enum gv_status wslconf_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err);

/*
 * As gv_gpufile_kind.plan. On needs no line, since it is the default: nothing is added for it.
 * GV_EREFUSED when WSL would not read the line that is needed.
 */
enum gv_status wslconfig_plan(struct gv_edits *edits, struct gv_span text,
                              const struct gv_gpufile_wish *wish, struct gv_error *err);
enum gv_status wslconf_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err);

#endif
