/*
 * What a file says about GPU-PV, as it is put together.
 *
 * Knows the struct and its words; knows no format.
 */
#ifndef GPUVIRT_GPUPV_SETTING_H
#define GPUVIRT_GPUPV_SETTING_H

#include <gpuvirt/gpupv_file.h>

/*
 * Adds a note about byte AT of TEXT. What comes from a file is to be made printable before, by
 * setting_show.
 */
void setting_note(struct gv_gpufile_setting *setting, struct gv_span text, size_t at, bool problem,
                  const char *format, ...) GV_PRINTF(5, 6);

/* The same with a place that was counted already. */
void setting_note_at(struct gv_gpufile_setting *setting, uint32_t line, uint32_t column,
                     bool problem, const char *format, ...) GV_PRINTF(5, 6);

/* The same about the file as a whole. */
void setting_remark(struct gv_gpufile_setting *setting, bool problem, const char *format, ...)
	GV_PRINTF(3, 4);

/* Room for what setting_show writes. */
enum { SETTING_SHOWN = 256 };

/* Writes TEXT, which comes from a file, cut and printable. */
void setting_show(char out[SETTING_SHOWN], struct gv_span text);

/* Adds a device; PATH is copied. Returns false when memory ran out. */
bool setting_add_device(struct gv_gpufile_setting *setting, struct gv_span path,
                        uint16_t partition);

#endif
