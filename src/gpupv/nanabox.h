/*
 * The GPU of a NanaBox machine (.7b): NanaBox.Gpu.AssignmentMode, SelectedDevices and
 * EnableHostDriverStore.
 *
 * Knows what NanaBox makes of these (hyperv facts 4, from its parser) and how they are spelt;
 * knows nothing about files.
 */
#ifndef GPUVIRT_GPUPV_NANABOX_H
#define GPUVIRT_GPUPV_NANABOX_H

#include <gpuvirt/gpupv_file.h>

bool nanabox_is_named(struct gv_span name);

/* As gv_gpufile_kind.read. A value that NanaBox takes for another is a note. */
enum gv_status nanabox_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err);

/*
 * As gv_gpufile_kind.plan. Without a mode: the one in force if it is not Disabled, List if devices
 * are named in WISH, in the file or remembered, else Default. Off sets the mode only: the list
 * stays in the file until NanaBox writes it anew.
 */
enum gv_status nanabox_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err);

#endif
