/* The desktop session of a host, and what renders in it now. */
#include <string.h>

#include "doctor/checks.h"
#include "doctor/lines.h"

/* False, and noted, when a captured tree does not tell. */
static bool knows_environment(struct gv_exam *exam)
{
	bool known = machine_knows_environment(exam->machine);
	if (!known)
		exam_see(exam, GV_VERDICT_SKIPPED,
		         "the environment is not captured in doctor/environ");
	return known;
}

void check_session(struct gv_exam *exam)
{
	static const char *const shown[] = {"XDG_SESSION_TYPE", "WAYLAND_DISPLAY", "DISPLAY"};
	const char *type = machine_variable(exam->machine, "XDG_SESSION_TYPE");
	bool any = false;
	if (!knows_environment(exam))
		return;
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		const char *value = machine_variable(exam->machine, shown[i]);
		if (value != NULL)
			exam_see(exam, GV_VERDICT_OK, "%s is %s", shown[i], value);
		any |= value != NULL;
	}
	bool wayland = type != NULL ? strcmp(type, "wayland") == 0
	                            : machine_variable(exam->machine, "WAYLAND_DISPLAY") != NULL;
	if (wayland)
		exam_blame(exam, GV_VERDICT_NOTE, "wayland", "this is a session of Wayland");
	else if (!any)
		exam_see(exam, GV_VERDICT_NOTE, "no graphical session in this environment");
}

void check_remote(struct gv_exam *exam)
{
	static const char *const marks[] = {"XRDP_SESSION", "XRDP_SOCKET_PATH"};
	const char *session = machine_variable(exam->machine, "SESSIONNAME");
	const char *mark = NULL;
	if (!knows_environment(exam))
		return;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (machine_variable(exam->machine, marks[i]) != NULL)
			mark = marks[i];
	}
	if (session != NULL && gv_span_begins_nocase(gv_span_of(session), GV_LITERAL("RDP-")))
		mark = "SESSIONNAME";
	if (mark != NULL)
		exam_blame(exam, GV_VERDICT_WARNING, "remote-desktop",
		           "this is a remote desktop (%s is set)", mark);
	else if (machine_variable(exam->machine, "SSH_CONNECTION") != NULL)
		exam_see(exam, GV_VERDICT_NOTE,
		         "this is a session of SSH: what the desktop has is not seen here");
	else
		exam_see(exam, GV_VERDICT_OK, "no sign of a remote desktop");
}

/* nvidia-smi names the processes that use the GPU; VMware renders in mksSandbox (facts 1.1). */
void check_sandbox(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span line;
	size_t found = 0;
	bool linux_host = (exam->places & (uint32_t)GV_PLACE_LINUX_HOST) != 0;
	if (linux_host && gpus_known(&exam->gpus) && !gpus_have(&exam->gpus, VENDOR_NVIDIA)) {
		exam_see(exam, GV_VERDICT_SKIPPED,
		         "there is no NVIDIA device, and of others it is not known how to ask");
		return;
	}
	if (!exam_ask(exam, PROGRAM_NVIDIA_SMI, &said))
		return;
	if (lines_has(said, "NVIDIA-SMI has failed")) {
		exam_see(exam, GV_VERDICT_WARNING, "nvidia-smi cannot reach NVIDIA's driver");
		exam_advise(exam, "Install or load NVIDIA's driver.");
		return;
	}
	while (lines_next(&said, &line)) {
		if (!lines_has(line, "mksSandbox"))
			continue;
		found++;
		line = gv_span_trim(line);
		exam_see(exam, GV_VERDICT_OK, "%.*s", lines_width(line), line.at);
	}
	if (found == 0)
		exam_see(exam, GV_VERDICT_NOTE,
		         "nvidia-smi lists no mksSandbox: no machine runs with 3D on this GPU now, "
		         "or nvidia-smi does not show processes here");
}
