#include "gpupv/setting.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/charset.h"
#include "base/json_map.h"

static void add_note(struct gv_gpufile_setting *setting, const struct gv_gpufile_note *place,
                     const char *format, va_list args)
{
	if (setting->note_count == GV_GPUFILE_NOTES) {
		setting->notes_left_out++;
		return;
	}
	struct gv_gpufile_note *note = &setting->notes[setting->note_count++];
	*note = *place;
	vsnprintf(note->message, sizeof note->message, format, args);
}

void setting_note(struct gv_gpufile_setting *setting, struct gv_span text, size_t at, bool problem,
                  const char *format, ...)
{
	struct gv_gpufile_note place = {.problem = problem};
	if (setting->note_count < GV_GPUFILE_NOTES) /* a million notes are not a million walks */
		gv_json_map_locate(text, at, &place.line, &place.column);
	va_list args;
	va_start(args, format);
	add_note(setting, &place, format, args);
	va_end(args);
}

void setting_note_at(struct gv_gpufile_setting *setting, uint32_t line, uint32_t column,
                     bool problem, const char *format, ...)
{
	struct gv_gpufile_note place = {.line = line, .column = column, .problem = problem};
	va_list args;
	va_start(args, format);
	add_note(setting, &place, format, args);
	va_end(args);
}

void setting_remark(struct gv_gpufile_setting *setting, bool problem, const char *format, ...)
{
	struct gv_gpufile_note place = {.problem = problem};
	va_list args;
	va_start(args, format);
	add_note(setting, &place, format, args);
	va_end(args);
}

void setting_show(char out[SETTING_SHOWN], struct gv_span text)
{
	struct gv_buf shown = {0};
	gv_charset_show_short(&shown, NULL, text, 60);
	snprintf(out, SETTING_SHOWN, "%s", shown.at == NULL ? "" : shown.at);
	gv_buf_dispose(&shown);
}

bool setting_add_device(struct gv_gpufile_setting *setting, struct gv_span path, uint16_t partition)
{
	struct gv_gpufile_device *grown = gv_grow(setting->devices, setting->device_count,
	                                          &setting->device_cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&setting->arena, path);
	if (grown != NULL)
		setting->devices = grown;
	if (grown == NULL || copy.at == NULL)
		return false;
	grown[setting->device_count++] = (struct gv_gpufile_device){copy, partition};
	return true;
}

void gv_gpufile_setting_dispose(struct gv_gpufile_setting *setting)
{
	free(setting->devices);
	gv_arena_dispose(&setting->arena);
	*setting = (struct gv_gpufile_setting){0};
}
