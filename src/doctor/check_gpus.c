/* The graphics devices of a Linux machine. */
#include <string.h>

#include "doctor/checks.h"
#include "doctor/lines.h"

#define DRI "/dev/dri"

static void show_gpu(struct gv_exam *exam, const struct gpu *gpu)
{
	const char *name =
		gpu->vendor == 0 ? "no PCI device"
				 : machine_keep(exam->machine, "%s %04x:%04x",
	                                        gpus_vendor(gpu->vendor), gpu->vendor, gpu->device);
	if (gpu->driver != NULL) {
		exam_see(exam, GV_VERDICT_OK, "%s: %s, driver %s", gpu->card, name, gpu->driver);
		return;
	}
	exam_see(exam, GV_VERDICT_WARNING, "%s: %s, no driver is bound to it", gpu->card, name);
	exam_advise(exam, "Install or load the kernel driver of the device.");
}

void check_gpus(struct gv_exam *exam)
{
	const struct gpus *gpus = &exam->gpus;
	for (size_t i = 0; i < gpus->count; i++)
		show_gpu(exam, &gpus->at[i]);
	if (gpus->count == GPUS_LIMIT)
		exam_see(exam, GV_VERDICT_NOTE, "no more than %d are looked at", GPUS_LIMIT);
	if (gpus->presence == HIDDEN) {
		exam_see(exam, GV_VERDICT_SKIPPED, "/sys/class/drm: %s", gpus->why.message);
	} else if (gpus->count == 0) {
		exam_see(exam, GV_VERDICT_BAD,
		         "the kernel has no graphics device in /sys/class/drm");
		exam_advise(exam, "Install or load the kernel driver of the graphics device.");
	}
}

static bool is_render_node(const char *name)
{
	return strncmp(name, "renderD", strlen("renderD")) == 0;
}

static void show_node(struct gv_exam *exam, const char *name)
{
	struct gv_error why = {0};
	const char *path = machine_keep(exam->machine, DRI "/%s", name);
	enum presence usable = machine_usable(exam->machine, path, &why);
	if (usable == PRESENT) {
		exam_see(exam, GV_VERDICT_OK, "%s is there and this user may use it", path);
	} else if (usable == HIDDEN) {
		exam_see(exam, GV_VERDICT_OK, "%s is there; %s", path, why.message);
	} else {
		exam_see(exam, GV_VERDICT_WARNING, "%s: %s", path, why.message);
		exam_advise(exam,
		            "Make this user a member of the groups render and video, and log in "
		            "anew.");
	}
}

void check_nodes(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	size_t found = 0;
	enum presence presence = machine_list(exam->machine, DRI, &names, &why);
	for (size_t i = 0; i < names.count; i++) {
		if (!is_render_node(names.at[i]))
			continue;
		show_node(exam, names.at[i]);
		found++;
	}
	if (presence == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, DRI ": %s", why.message);
	else if (found == 0)
		exam_see(exam, GV_VERDICT_WARNING,
		         "there is no " DRI "/renderD*: nothing renders on "
		         "a GPU by way of Mesa");
	if (found == 0 && (exam->places & (GV_PLACE_HYPERV_GUEST | GV_PLACE_WSL)) != 0)
		exam_advise(exam, "Load the module vgem (modprobe vgem), which gives Mesa a node.");
}

void check_nouveau(struct gv_exam *exam)
{
	for (size_t i = 0; i < exam->gpus.count; i++) {
		const struct gpu *gpu = &exam->gpus.at[i];
		if (gpu->driver == NULL || strcmp(gpu->driver, "nouveau") != 0)
			continue;
		bool allowed = exam_is_allowed(exam, "mks.gl.allowBlacklistedDrivers");
		exam_blame(exam, allowed ? GV_VERDICT_NOTE : GV_VERDICT_WARNING,
		           "gl-driver-blacklisted",
		           "%s is driven by nouveau, which users report as on VMware's blacklist",
		           gpu->card);
		exam_advise(exam, "NVIDIA's own driver instead of nouveau is another way.");
		if (!allowed)
			exam_offer(exam, "mks.gl.allowBlacklistedDrivers", "TRUE", NULL);
		return;
	}
	if (gpus_known(&exam->gpus))
		exam_see(exam, GV_VERDICT_OK, "no device is driven by nouveau");
	else
		exam_see(exam, GV_VERDICT_SKIPPED, "the graphics devices are not known");
}

/* The vendors of which there are devices, each once. */
static size_t count_vendors(const struct gpus *gpus)
{
	size_t count = 0;
	for (size_t i = 0; i < gpus->count; i++) {
		bool again = gpus->at[i].vendor == 0;
		for (size_t j = 0; j < i; j++)
			again |= gpus->at[j].vendor == gpus->at[i].vendor;
		count += !again;
	}
	return count;
}

void check_hybrid(struct gv_exam *exam)
{
	if (!gpus_known(&exam->gpus)) {
		exam_see(exam, GV_VERDICT_SKIPPED, "the graphics devices are not known");
		return;
	}
	if (count_vendors(&exam->gpus) < 2) {
		exam_see(exam, GV_VERDICT_OK, "there are no GPUs of different makers");
		return;
	}
	for (size_t i = 0; i < exam->gpus.count; i++)
		exam_see(exam, GV_VERDICT_NOTE, "%s is of %s", exam->gpus.at[i].card,
		         gpus_vendor(exam->gpus.at[i].vendor));
	if (exam_is_allowed(exam, "mks.forceDiscreteGPU"))
		return;
	exam_blame(exam, GV_VERDICT_NOTE, "wrong-gpu",
	           "VMware may take any of them; vmware.log names the one that it took (gpuvirt "
	           "verify)");
	exam_offer(exam, "mks.forceDiscreteGPU", "TRUE", "prefers the stronger one");
}

static void show_generation(struct gv_exam *exam, const struct nvidia_device *device)
{
	static const char *const words[] = {
		[GENERATION_UNKNOWN] = "of which generation is not known",
		[GENERATION_OLDER] = "older than Turing",
		[GENERATION_TURING] = "Turing or younger",
	};
	bool known = device->generation != GENERATION_UNKNOWN;
	bool old = device->generation == GENERATION_OLDER;
	exam_see(exam,
	         !known ? GV_VERDICT_UNKNOWN
	         : old  ? GV_VERDICT_NOTE
	                : GV_VERDICT_OK,
	         "%.*s: %s%s%s", lines_width(device->name), device->name.at,
	         words[device->generation], known ? ", by " : "", known ? device->by : "");
	if (device->version.len > 0)
		exam_see(exam, GV_VERDICT_OK, "driver %.*s", lines_width(device->version),
		         device->version.at);
}

void check_nvidia(struct gv_exam *exam)
{
	for (size_t i = 0; i < exam->nvidia.count; i++)
		show_generation(exam, &exam->nvidia.at[i]);
	if (exam->nvidia.count > 0)
		return;
	if (gpus_known(&exam->gpus) && !gpus_have(&exam->gpus, VENDOR_NVIDIA))
		exam_see(exam, GV_VERDICT_OK, "there is no NVIDIA device");
	else if (exam->nvidia.missing != NULL)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s", exam->nvidia.missing);
	else
		exam_see(
			exam, GV_VERDICT_UNKNOWN,
			"neither nvidia-smi nor /proc/driver/nvidia tells what the device is: no PCI "
			"id says whether it is older than Turing");
}
