/*
 * The GPU of Windows Sandbox (.wsb): the element vGPU of Configuration.
 *
 * Knows the element and how it is spelt; expat reads the XML. Knows nothing about files.
 */
#ifndef GPUVIRT_GPUPV_SANDBOX_H
#define GPUVIRT_GPUPV_SANDBOX_H

#include <gpuvirt/gpupv_file.h>

bool sandbox_is_named(struct gv_span name);

/*
 * As gv_gpufile_kind.read. UTF-8, with or without a byte order mark, UTF-16, ISO-8859-1 and ASCII
 * are read; a document type is refused. Whether Windows Sandbox takes other spellings than those
 * its documentation has is not known (hyperv facts 9): such a setting is GV_GPUFILE_IS_OPEN.
 */
enum gv_status sandbox_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err);

/*
 * As gv_gpufile_kind.plan: only the text of the element changes, and keeps its encoding.
 * GV_EREFUSED when there are several such elements, or there is more than text in it.
 */
enum gv_status sandbox_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err);

/* True when TEXT is UTF-16. */
bool sandbox_is_wide(struct gv_span text);

#endif
