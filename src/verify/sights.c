#include "verify/sights.h"

#include <string.h>

/*
 * How lines begin. Of two that fit the first counts. "MKS-RenderMain" is what products up to 17.5
 * write, "MKSRenderMain" those from 17.6 on.
 */
/* clang-format off */
static const struct pattern {
	const char *begins;
	enum sight sight;
} patterns[] = {
	{"Log for VMware", SIGHT_LOG},
	{"MKS PowerOn", SIGHT_POWER_ON},
	{"MKS-RenderMain: PowerOn allowed ", SIGHT_ALLOWED_3D},
	{"MKSRenderMain: PowerOn allowed ", SIGHT_ALLOWED_3D},
	{"MKS-RenderMain: Found Full Renderer: ", SIGHT_FOUND_OTHER},
	{"MKSRenderMain: Found Full Renderer: ", SIGHT_FOUND_OTHER},
	{"MKS-RenderMain: Failed to start the renderer ", SIGHT_START_FAILED},
	{"MKSRenderMain: Failed to start the renderer ", SIGHT_START_FAILED},
	{"MKS-RenderMain: Retrying renderer selection without ", SIGHT_RETRY},
	{"MKSRenderMain: Retrying renderer selection without ", SIGHT_RETRY},
	{"ISBRendererComm: Sandbox Renderer: ", SIGHT_IN_SANDBOX},
	{"ISBRendererComm: Unable to start a 3D renderer on mksSandbox", SIGHT_START_FAILED},
	{"ISBRendererComm: Unable to wait for mksSandbox", SIGHT_NO_SANDBOX},
	{"ISBRendererComm: CreateFileMapping failed", SIGHT_NO_MEMORY},
	{"ISBRendererComm: Failed to create shared memory region", SIGHT_NO_MEMORY},
	{"ISBRendererComm: Lost connection to mksSandbox", SIGHT_LOST},
	{"PANIC: ISBRendererComm: Lost connection to mksSandbox", SIGHT_LOST},
	/* What mksSandbox.log says of the same: it counts where that log alone is named. */
	{"PANIC: MKSSandboxComm: Lost connection to isbRenderer", SIGHT_LOST},
	{"VMware Workstation unrecoverable error: (mks)", SIGHT_MKS_ERROR},
	{"VMware Player unrecoverable error: (mks)", SIGHT_MKS_ERROR},
	{"VMware Fusion unrecoverable error: (mks)", SIGHT_MKS_ERROR},
	{"[msg.mks.no3D]", SIGHT_NO_3D_MESSAGE},
	{"No 3D support is available from the host.", SIGHT_NO_3D_MESSAGE},
	{"[msg.mks.noRendererFound]", SIGHT_NO_RENDERER},
	{"Hardware graphics acceleration is not available.", SIGHT_GL_MISSING},
	{"SVGA3dCaps: host, at power on (3d disabled)", SIGHT_DISABLED},
	{"SVGA3dCaps: host, at power on: 3d disabled", SIGHT_DISABLED},
	{"SVGA3dCaps: host, at power on (3d enabled)", SIGHT_ENABLED},
	{"SVGA3dCaps: ", SIGHT_CAPS},
	{"cap[  0]: 0x00000001 (3D)", SIGHT_CAP_ON},
	{"cap[  0]: 0x00000000 (3D)", SIGHT_CAP_OFF},
	{"SVGAFeature ", SIGHT_FEATURE},
	{"DX11Renderer: Device ID is badlisted", SIGHT_BADLISTED},
	{"DX11Renderer: Unable to create a device for type ", SIGHT_NO_DEVICE},
	{"DX11Renderer: Unable to create a Core 3D device", SIGHT_NO_CORE_DEVICE},
	{"DX11BasicCollectCaps: Not using 3D for Feature Level ", SIGHT_LOW_LEVEL},
	{"DX11Renderer: ", SIGHT_DX11},
	{"DX12Module: ", SIGHT_DX12},
	{"DXGIPresentation: ", SIGHT_PRESENT},
	{"Vulkan Renderer: Only the AMDVLK driver is supported", SIGHT_RADV},
	{"Vulkan Renderer: Pre-Turing Nvidia GPUs not supported", SIGHT_PRE_TURING},
	{"Vulkan Renderer: No supported Vulkan device/driver found", SIGHT_VULKAN_NONE},
	{"Vulkan Renderer: ", SIGHT_VULKAN},
	{"CPT: Restoring checkpoint ", SIGHT_RESUME},
	{"Failed to start the virtual machine.", SIGHT_NOT_STARTED},
	{"IOPL_Init: Hyper-V detected by CPUID", SIGHT_HYPER_V},
	{"Monitor Mode: ULM", SIGHT_HYPER_V},
};
/* clang-format on */

/* What a message says, behind its id: "[msg.log.error.unrecoverable] VMware ...". */
static struct gv_span without_id(struct gv_span text)
{
	const char *end = NULL;
	if (gv_span_begins_nocase(text, GV_LITERAL("[msg.")))
		end = memchr(text.at, ']', text.len);
	if (end == NULL)
		return text;
	return gv_span_trim(gv_span_part(text, (size_t)(end - text.at) + 1, text.len));
}

static enum sight find(struct gv_span text, struct gv_span *rest)
{
	for (size_t i = 0; text.len > 0 && i < sizeof patterns / sizeof *patterns; i++) {
		const char *begins = patterns[i].begins;
		size_t len;
		if (begins[0] != text.at[0])
			continue;
		len = strlen(begins);
		if (text.len < len || memcmp(text.at, begins, len) != 0)
			continue;
		*rest = gv_span_part(text, len, text.len);
		return patterns[i].sight;
	}
	return SIGHTS;
}

/* Exact, lest a renderer of a product to come is judged by a part of its name. */
static const struct renderer {
	const char *name;
	bool has_3d;
} renderers[] = {
	{"MKSBasicOps", false}, {"BasicOps", false},
	{"DX11Basic", false},   {"DX11BasicRenderer", false},
	{"ISB", true},          {"ISBRenderer", true},
	{"DX11", true},         {"DX11Renderer", true},
	{"DX12", true},         {"DX12Renderer", true},
	{"VK", true},           {"VKRenderer", true},
	{"GL", true},           {"GLRenderer", true},
	{"MTLRenderer", true},
};

bool sight_renderer_has_3d(struct gv_span word, bool *known)
{
	for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++) {
		*known = gv_span_equal(word, gv_span_of(renderers[i].name));
		if (*known)
			return renderers[i].has_3d;
	}
	return false;
}

/* What was found: "ISBRenderer (DX12Renderer)" is what stands within, else the first word. */
static enum sight judge_found(struct gv_span rest)
{
	struct gv_span word = gv_span_word(&rest);
	bool known;
	rest = gv_span_trim(rest);
	if (rest.len > 2 && rest.at[0] == '(' && rest.at[rest.len - 1] == ')')
		word = gv_span_part(rest, 1, rest.len - 1);
	bool has_3d = sight_renderer_has_3d(word, &known);
	if (!known)
		return SIGHT_FOUND_OTHER;
	return has_3d ? SIGHT_FOUND_3D : SIGHT_FOUND_2D;
}

/* Asked for: anything but the one renderer that is always allowed. */
static enum sight judge_allowed(struct gv_span rest)
{
	for (;;) {
		struct gv_span word = gv_span_word(&rest);
		if (word.len == 0)
			return SIGHT_ALLOWED_2D;
		if (!gv_span_equal(word, GV_LITERAL("MKSBasicOps")) &&
		    !gv_span_equal(word, GV_LITERAL("BasicOps")))
			return SIGHT_ALLOWED_3D;
	}
}

/* "host svga.supports3D bool 1"; what is not the host's own says nothing about it. */
static enum sight judge_feature(struct gv_span rest)
{
	struct gv_span words[4];
	for (size_t i = 0; i < 4; i++)
		words[i] = gv_span_word(&rest);
	if (!gv_span_equal(words[0], GV_LITERAL("host")) ||
	    !gv_span_equal(words[1], GV_LITERAL("svga.supports3D")))
		return SIGHTS;
	return gv_span_equal(words[3], GV_LITERAL("1")) ? SIGHT_HOST_3D : SIGHT_HOST_2D;
}

enum sight sight_find(struct gv_span text, struct gv_span *rest)
{
	text = gv_span_trim(text);
	enum sight sight = find(text, rest);
	if (sight == SIGHTS && text.len > 0 && text.at[0] == '[')
		sight = find(without_id(text), rest);
	switch (sight) {
	case SIGHT_FOUND_OTHER:
		return judge_found(*rest);
	case SIGHT_ALLOWED_3D:
		return judge_allowed(*rest);
	case SIGHT_FEATURE:
		return judge_feature(*rest);
	default:
		return sight;
	}
}
