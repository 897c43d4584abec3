/* OpenGL, as glxinfo tells it. */
#include "doctor/checks.h"
#include "doctor/lines.h"
#include "doctor/vulkan.h"

enum { MESA_FOR_VIDEO = 23 };

/* Asks for the renderer: true, and shown, when glxinfo names one. */
static bool find_renderer(struct gv_exam *exam, struct gv_span *said, struct gv_span *renderer)
{
	if (!exam_ask(exam, PROGRAM_GLXINFO, said))
		return false;
	if (!lines_find(*said, "OpenGL renderer string", ':', renderer)) {
		struct gv_span line = {0};
		struct gv_span rest = *said;
		lines_next(&rest, &line);
		exam_see(exam, GV_VERDICT_SKIPPED, "glxinfo names no renderer: %.*s",
		         lines_width(line), line.at);
		return false;
	}
	exam_see(exam, GV_VERDICT_OK, "%.*s", lines_width(*renderer), renderer->at);
	return true;
}

static bool is_software(struct gv_span renderer)
{
	return lines_has(renderer, "llvmpipe") || lines_has(renderer, "softpipe") ||
	       lines_has(renderer, "swrast");
}

/* A host that is a guest itself, or that has no driver. */
static void blame_no_gpu(struct gv_exam *exam, struct gv_span renderer)
{
	bool nested = (exam->places & (uint32_t)GV_PLACE_VMWARE_GUEST) != 0 ||
	              lines_has(renderer, "SVGA3D");
	if (!nested) {
		exam_blame(exam, GV_VERDICT_WARNING, "gl-driver-missing",
		           "OpenGL is made by software on the processor");
		return;
	}
	bool allowed = exam_is_allowed(exam, "mks.gl.allowSoftwareAndVMwareDrivers");
	exam_blame(exam, allowed ? GV_VERDICT_NOTE : GV_VERDICT_WARNING, "nested",
	           "this host is a virtual machine, and OpenGL comes from software or from "
	           "VMware's own driver");
	if (!allowed)
		exam_offer(exam, "mks.gl.allowSoftwareAndVMwareDrivers", "TRUE",
		           "what it does is known by its name only");
}

static void blame_mesa(struct gv_exam *exam)
{
	bool allowed = exam_is_allowed(exam, "mks.gl.allowBlacklistedDrivers");
	bool other = vulkan_is_asked(exam) && vulkan_best(exam) == VULKAN_TAKEN;
	if (allowed || other) {
		exam_see(exam, GV_VERDICT_NOTE,
		         "Mesa's OpenGL drivers are reported as on VMware's blacklist");
		return;
	}
	exam_blame(exam, GV_VERDICT_WARNING, "gl-driver-blacklisted",
	           "Mesa's OpenGL drivers are reported as on VMware's blacklist, and that VMware "
	           "takes Vulkan instead is not known");
	exam_offer(exam, "mks.gl.allowBlacklistedDrivers", "TRUE", NULL);
}

void check_opengl(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span renderer;
	struct gv_span version = {0};
	if (!find_renderer(exam, &said, &renderer))
		return;
	lines_find(said, "OpenGL version string", ':', &version);
	if (is_software(renderer) || lines_has(renderer, "SVGA3D"))
		blame_no_gpu(exam, renderer);
	else if (lines_has(version, "Mesa"))
		blame_mesa(exam);
}

/* clang-format off */
/* What the renderer of a guest is called when the host's GPU is behind it. */
static const struct {
	uint32_t places;
	const char *renderer;
	const char *remedy;
} expected[] = {
	{GV_PLACE_VMWARE_GUEST, "SVGA3D",
	 "Run gpuvirt verify on the .vmx at the host: it tells whether VMware gave the machine 3D. If "
	 "it did, install Mesa and the kernel's vmwgfx here."},
	{GV_PLACE_HYPERV_GUEST | GV_PLACE_WSL, "D3D12",
	 "Install a Mesa that has the d3d12 driver, and set GALLIUM_DRIVER=d3d12."},
};
/* clang-format on */

void check_guest_opengl(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span renderer;
	if (!find_renderer(exam, &said, &renderer))
		return;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		if ((exam->places & expected[i].places) == 0 ||
		    lines_has(renderer, expected[i].renderer))
			continue;
		exam_see(exam, is_software(renderer) ? GV_VERDICT_BAD : GV_VERDICT_UNKNOWN,
		         is_software(renderer)
		                 ? "OpenGL is made by software on the processor, not by %s"
		                 : "the renderer is not called %s",
		         expected[i].renderer);
		exam_advise(exam, "%s", expected[i].remedy);
	}
}

void check_mesa(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span version = {0};
	if (!exam_ask(exam, PROGRAM_GLXINFO, &said))
		return;
	struct gv_span mesa = {0};
	if (lines_find(said, "OpenGL version string", ':', &version)) {
		for (mesa = gv_span_word(&version); mesa.len > 0; mesa = gv_span_word(&version)) {
			if (gv_span_equal(mesa, GV_LITERAL("Mesa")))
				break;
		}
	}
	struct gv_span number = gv_span_word(&version);
	if (mesa.len == 0 || lines_number(number) == 0) {
		exam_see(exam, GV_VERDICT_UNKNOWN, "glxinfo names no version of Mesa");
		return;
	}
	bool enough = lines_number(number) >= MESA_FOR_VIDEO;
	exam_see(exam, enough ? GV_VERDICT_OK : GV_VERDICT_NOTE, "Mesa %.*s%s", lines_width(number),
	         number.at, enough ? "" : ": VA-API over d3d12 needs 23 or younger");
}
