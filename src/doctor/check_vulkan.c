/* Vulkan: what is installed, and what VMware makes of it. */
#include "doctor/checks.h"
#include "doctor/lines.h"
#include "doctor/vulkan.h"

/* Workstation for Linux has Vulkan as its default since 16.2 (facts 1.2). */
enum { VULKAN_SINCE = 1602 };

static const char *const state_words[] = {
	[ICD_MISSING] = "its library is not there",
	[ICD_UNFOUND] = "its library is in none of the usual folders; the linker may know others",
	[ICD_UNSEEN] = "its library's folder is not captured",
	[ICD_32_BITS] = "for programs of 32 bits",
};

static void show_icd(struct gv_exam *exam, const struct icd *icd)
{
	const char *name = icd_kinds[icd->id].name;
	if (icd->state == ICD_BROKEN)
		exam_see(exam, GV_VERDICT_WARNING, "%s: %s", icd->manifest, icd->problem);
	else if (icd->state == ICD_GOOD)
		exam_see(exam, GV_VERDICT_OK, "%s: %s, %s", icd->manifest, name, icd->library);
	else
		exam_see(exam, icd->state == ICD_MISSING ? GV_VERDICT_WARNING : GV_VERDICT_NOTE,
		         "%s: %s, %s: %s", icd->manifest, name, icd->library,
		         state_words[icd->state]);
}

/* Variables of the loader's that choose among the drivers. */
static void show_variables(struct gv_exam *exam)
{
	static const char *const ignored[] = {"VK_ADD_DRIVER_FILES", "VK_LOADER_DRIVERS_SELECT",
	                                      "VK_LOADER_DRIVERS_DISABLE"};
	const char *used = exam->icds.variable;
	if (used != NULL)
		exam_see(exam, GV_VERDICT_NOTE,
		         "%s names the drivers of what is started here; no folder is searched",
		         used);
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
		if (machine_variable(exam->machine, ignored[i]) != NULL)
			exam_see(exam, GV_VERDICT_UNKNOWN,
			         "%s is set, which is not taken into account here", ignored[i]);
	}
}

void check_vulkan_drivers(struct gv_exam *exam)
{
	const struct icds *icds = &exam->icds;
	show_variables(exam);
	for (size_t i = 0; i < icds->count; i++)
		show_icd(exam, &icds->at[i]);
	if (icds->cut)
		exam_see(exam, GV_VERDICT_SKIPPED, "no more than %d are looked at", ICDS_LIMIT);
	if (icds->hidden != NULL)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s", icds->hidden);
	if (icds->count > 0)
		return;
	exam_see(exam, GV_VERDICT_WARNING, "no Vulkan driver is installed");
	exam_advise(exam,
	            "Install the Vulkan driver of the GPU: VMware's renderer on Linux uses it "
	            "by default since Workstation 16.2.");
}

static const enum vulkan_view views[ICD_IDS] = {
	[ICD_OTHER] = VULKAN_UNKNOWN,     [ICD_NVIDIA] = VULKAN_UNKNOWN, /* by its generation */
	[ICD_AMDVLK] = VULKAN_TAKEN,      [ICD_RADV] = VULKAN_REJECTED,
	[ICD_INTEL] = VULKAN_DOUBTFUL,    [ICD_NVK] = VULKAN_UNKNOWN,
	[ICD_LAVAPIPE] = VULKAN_SOFTWARE, [ICD_DOZEN] = VULKAN_UNKNOWN,
	[ICD_VIRTIO] = VULKAN_UNKNOWN,
};

enum vulkan_view vulkan_view(const struct gv_exam *exam, const struct icd *icd)
{
	static const enum vulkan_view by_generation[] = {
		[GENERATION_UNKNOWN] = VULKAN_UNKNOWN,
		[GENERATION_OLDER] = VULKAN_REJECTED,
		[GENERATION_TURING] = VULKAN_TAKEN,
	};
	unsigned vendor = icd_kinds[icd->id].vendor;
	bool sure = gpus_known(&exam->gpus) && vendor != 0;
	if (!icd_counts(icd) || (sure && !gpus_have(&exam->gpus, vendor)))
		return VULKAN_NOT_HERE;
	return icd->id == ICD_NVIDIA ? by_generation[nvidia_best(&exam->nvidia)] : views[icd->id];
}

bool vulkan_is_asked(const struct gv_exam *exam)
{
	unsigned product = hostfiles_product(&exam->host, exam->machine);
	return product == 0 || product >= VULKAN_SINCE;
}

enum vulkan_view vulkan_best(const struct gv_exam *exam)
{
	enum vulkan_view best = VULKAN_NOT_HERE;
	for (size_t i = 0; i < exam->icds.count; i++) {
		enum vulkan_view view = vulkan_view(exam, &exam->icds.at[i]);
		if (view > best)
			best = view;
	}
	return best;
}

/* clang-format off */
/* What is said of a driver by its view. VMware's own words are those of its logs (facts 3.3). */
static const struct view_row {
	enum gv_verdict verdict;
	const char *says;
	const char *cause;
} view_rows[] = {
	[VULKAN_UNKNOWN] = {GV_VERDICT_UNKNOWN, "whether VMware takes it is not known", NULL},
	[VULKAN_SOFTWARE] = {GV_VERDICT_BAD, "no GPU", "vulkan-software"},
	[VULKAN_DOUBTFUL] = {GV_VERDICT_WARNING, "reported as rejected by VMware's Vulkan renderer",
		"vulkan-device-rejected"},
	[VULKAN_REJECTED] = {GV_VERDICT_BAD,
		"rejected by VMware's Vulkan renderer, as its own logs say", NULL},
	[VULKAN_TAKEN] = {GV_VERDICT_OK, "of a kind that VMware's Vulkan renderer takes", NULL},
};
/* clang-format on */

static const char *cause_of(const struct icd *icd, enum vulkan_view view)
{
	if (view == VULKAN_REJECTED)
		return icd->id == ICD_RADV ? "vulkan-radv" : "vulkan-pre-turing";
	return view_rows[view].cause;
}

/* Where there is a better driver, or the user allows all, what is wrong with this one is a note. */
static void judge(struct gv_exam *exam, const struct icd *icd, enum vulkan_view best, bool allowed)
{
	enum vulkan_view view = vulkan_view(exam, icd);
	if (view == VULKAN_NOT_HERE)
		return;
	const struct view_row *row = &view_rows[view];
	bool mild = view < best || (allowed && view != VULKAN_SOFTWARE);
	enum gv_verdict verdict =
		mild && row->verdict > GV_VERDICT_NOTE ? GV_VERDICT_NOTE : row->verdict;
	const char *cause = mild ? NULL : cause_of(icd, view);
	if (cause != NULL)
		exam_blame(exam, verdict, cause, "%s is %s", icd_kinds[icd->id].name, row->says);
	else
		exam_see(exam, verdict, "%s: %s", icd_kinds[icd->id].name, row->says);
}

/* Workstation asks Vulkan first since 16.2; whoever switches it off wants OpenGL (facts 1.2). */
static void show_switch(struct gv_exam *exam)
{
	struct gv_span value;
	const char *where =
		hostfiles_find(&exam->host, exam->machine, "mks.enableVulkanRenderer", &value);
	const char *wanted = machine_variable(exam->machine, "AMD_VULKAN_ICD");
	if (where != NULL)
		exam_see(exam, GV_VERDICT_NOTE, "mks.enableVulkanRenderer is %.*s in %s",
		         lines_width(value), value.at, where);
	if (wanted != NULL)
		exam_see(exam, GV_VERDICT_NOTE, "AMD_VULKAN_ICD is %s here", wanted);
}

void check_vulkan_support(struct gv_exam *exam)
{
	if (!vulkan_is_asked(exam)) {
		exam_see(exam, GV_VERDICT_NOTE,
		         "the product that is installed asks OpenGL, not Vulkan, by default");
		return;
	}
	bool allowed = exam_is_allowed(exam, "mks.vk.allowUnsupportedDevices");
	enum vulkan_view best = vulkan_best(exam);
	show_switch(exam);
	for (size_t i = 0; i < exam->icds.count; i++)
		judge(exam, &exam->icds.at[i], best, allowed);
	if (best == VULKAN_NOT_HERE) {
		exam_see(
			exam, GV_VERDICT_BAD,
			"no Vulkan driver is installed that fits a graphics device of this machine");
		exam_advise(exam, "Install the Vulkan driver of the GPU.");
	}
	if (!allowed && (best == VULKAN_REJECTED || best == VULKAN_DOUBTFUL))
		exam_offer(exam, "mks.vk.allowUnsupportedDevices", "TRUE", NULL);
}

/*
 * Devices of "vulkaninfo --summary" have lines "deviceName = ..." and "deviceType = ...". Returns
 * how many there are, and in *REAL how many are no software.
 */
static size_t show_devices(struct gv_exam *exam, struct gv_span said, size_t *real)
{
	struct gv_span line;
	struct gv_span value;
	size_t devices = 0;
	while (lines_next(&said, &line)) {
		bool type = lines_value(line, "deviceType", '=', &value);
		devices += type;
		*real += type && !lines_has(value, "_CPU");
		line = gv_span_trim(line);
		if (type || lines_value(line, "deviceName", '=', &value) ||
		    lines_value(line, "driverName", '=', &value))
			exam_see(exam, GV_VERDICT_OK, "%.*s", lines_width(line), line.at);
	}
	return devices;
}

void check_vulkan_devices(struct gv_exam *exam)
{
	struct gv_span said;
	size_t real = 0;
	if (!exam_ask(exam, PROGRAM_VULKANINFO, &said))
		return;
	if (show_devices(exam, said, &real) == 0) {
		exam_see(exam, GV_VERDICT_WARNING, "vulkaninfo names no device");
		exam_advise(exam,
		            "Install the Vulkan driver of the GPU; in a guest of Hyper-V's and in "
		            "WSL that is Mesa's Dozen.");
	} else if (real == 0) {
		exam_see(exam, GV_VERDICT_WARNING, "all devices are software on the processor");
	}
}
