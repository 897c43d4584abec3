/* Inside a guest: VMware's driver and Tools, and Chromium. */
#include "doctor/checks.h"
#include "doctor/lines.h"

#define IGNORE "--ignore-gpu-blocklist"

void check_vmwgfx(struct gv_exam *exam)
{
	if (!checks_module(exam, "vmwgfx", GV_VERDICT_BAD) &&
	    exam->result->verdict == GV_VERDICT_BAD)
		exam_advise(exam,
		            "Load it (modprobe vmwgfx); a kernel without it needs the package "
		            "with the distribution's further modules.");
}

void check_tools(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span line = {0};
	struct gv_error why = {0};
	if (machine_has(exam->machine, "/usr/bin/vmtoolsd", &why) != PRESENT) {
		exam_see(exam, GV_VERDICT_WARNING, "/usr/bin/vmtoolsd is not there");
		exam_advise(exam, "Install open-vm-tools with its desktop part.");
		return;
	}
	exam_see(exam, GV_VERDICT_OK, "/usr/bin/vmtoolsd is there");
	if (!exam_ask(exam, PROGRAM_TOOLBOX, &said))
		return;
	lines_next(&said, &line);
	exam_see(exam, GV_VERDICT_OK, "version %.*s", lines_width(line), line.at);
}

/* Programs of the family, as distributions call them. */
static const char *const browsers[] = {
	"/usr/bin/chromium",      "/usr/bin/chromium-browser",
	"/usr/bin/google-chrome", "/usr/bin/google-chrome-stable",
	"/snap/bin/chromium",
};

static bool show_flags(struct gv_exam *exam, const char *path)
{
	struct gv_span text;
	struct gv_span line;
	struct gv_error why = {0};
	bool found = false;
	unsigned number = 0;
	enum presence presence = machine_read(exam->machine, path, &text, &why);
	if (presence == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: %s", path, why.message);
	while (presence == PRESENT && lines_next(&text, &line)) {
		number++;
		line = gv_span_trim(line);
		if (line.len == 0 || line.at[0] == '#' || !lines_has(line, IGNORE))
			continue;
		exam_see(exam, GV_VERDICT_OK, "%s:%u: %.*s", path, number, lines_width(line),
		         line.at);
		found = true;
	}
	return found;
}

static bool show_folder(struct gv_exam *exam, const char *folder)
{
	struct machine_names names;
	struct gv_error why = {0};
	bool found = false;
	if (machine_list(exam->machine, folder, &names, &why) == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: %s", folder, why.message);
	for (size_t i = 0; i < names.count; i++)
		found |=
			show_flags(exam, machine_keep(exam->machine, "%s/%s", folder, names.at[i]));
	return found;
}

static bool show_flags_at_home(struct gv_exam *exam)
{
	static const char *const files[] = {".config/chromium-flags.conf",
	                                    ".config/chrome-flags.conf"};
	const char *home = machine_variable(exam->machine, "HOME");
	bool found = false;
	if (home == NULL)
		exam_see(exam, GV_VERDICT_SKIPPED, "HOME is not set: the files there are not seen");
	for (size_t i = 0; home != NULL && i < sizeof files / sizeof *files; i++)
		found |= show_flags(exam, machine_keep(exam->machine, "%s/%s", home, files[i]));
	return found;
}

void check_chromium(struct gv_exam *exam)
{
	static const char *const folders[] = {"/etc/chromium.d", "/etc/chromium-browser"};
	struct gv_error why = {0};
	const char *browser = NULL;
	for (size_t i = 0; browser == NULL && i < sizeof browsers / sizeof *browsers; i++) {
		if (machine_has(exam->machine, browsers[i], &why) == PRESENT)
			browser = browsers[i];
	}
	bool found = show_flags_at_home(exam);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		found |= show_folder(exam, folders[i]);
	if (found)
		return;
	if (browser == NULL) {
		exam_see(exam, GV_VERDICT_SKIPPED, "no Chromium or Chrome in the usual places");
		return;
	}
	exam_see(exam, GV_VERDICT_NOTE,
	         "%s is there, and no file has " IGNORE
	         ": where it takes a virtual GPU to be on its list, it renders on the processor",
	         browser);
	exam_advise(exam,
	            "Start it as \"%s " IGNORE "\", and look at chrome://gpu. Which file of "
	            "flags this package reads is not known; Arch's reads "
	            "~/.config/chromium-flags.conf, Debian's /etc/chromium.d.",
	            browser);
}
