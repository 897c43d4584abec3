/* Inside a guest of Hyper-V's, or WSL: from the bus to the programs (Hyper-V facts 3.3). */
#include <string.h>

#include "doctor/checks.h"
#include "doctor/lines.h"

#define BUS     "/sys/bus/vmbus/devices"
#define LIBS    "/usr/lib/wsl/lib"
#define DRIVERS "/usr/lib/wsl/drivers"
#define EFIVARS "/sys/firmware/efi/efivars"

#define VGPU_CLASS   "6e382d18-3336-4f4b-acc4-2b7703d4df4a"
#define GLOBAL_CLASS "dde9cbc0-5060-4436-9448-ea1254a5d177"

/* Its PCI id, of Microsoft. */
enum { VGPU_DEVICE = 0x008e };

static bool is_wsl(const struct gv_exam *exam)
{
	return (exam->places & (uint32_t)GV_PLACE_WSL) != 0;
}

/* Counts the devices on the bus that have the class CLASS. */
static size_t count_class(struct gv_exam *exam, const struct machine_names *names,
                          const char *class)
{
	size_t count = 0;
	for (size_t i = 0; i < names->count; i++) {
		struct gv_span text;
		struct gv_error why = {0};
		const char *path = machine_keep(exam->machine, BUS "/%s/class_id", names->at[i]);
		if (machine_read(exam->machine, path, &text, &why) == PRESENT)
			count += lines_has(text, class);
	}
	return count;
}

void check_vgpu(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	enum presence presence = machine_list(exam->machine, BUS, &names, &why);
	if (presence != PRESENT) {
		exam_see(exam, GV_VERDICT_SKIPPED, BUS ": %s",
		         presence == ABSENT ? "not there" : why.message);
		return;
	}
	size_t vgpus = count_class(exam, &names, VGPU_CLASS);
	size_t global = count_class(exam, &names, GLOBAL_CLASS);
	exam_see(exam, GV_VERDICT_OK, "%zu device%s of the class of a vGPU, %zu of the global one",
	         vgpus, vgpus == 1 ? "" : "s", global);
	if (vgpus > 0)
		return;
	exam_see(exam, GV_VERDICT_BAD, "the host offers this machine no vGPU");
	exam_advise(exam, is_wsl(exam) ? "See gpuSupport in .wslconfig, and update WSL and the "
	                                 "GPU's driver on Windows."
	                               : "Add a GPU partition adapter to the machine at the host.");
}

static bool is_vgpu(struct gv_exam *exam, const char *name)
{
	const char *device = machine_keep(exam->machine, "/sys/bus/pci/devices/%s", name);
	return gpus_read_id(exam->machine, machine_keep(exam->machine, "%s/vendor", device)) ==
	               VENDOR_MICROSOFT &&
	       gpus_read_id(exam->machine, machine_keep(exam->machine, "%s/device", device)) ==
	               VGPU_DEVICE;
}

void check_vgpu_pci(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	size_t count = 0;
	if (machine_list(exam->machine, "/sys/bus/pci/devices", &names, &why) == HIDDEN) {
		exam_see(exam, GV_VERDICT_SKIPPED, "/sys/bus/pci/devices: %s", why.message);
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (!is_vgpu(exam, names.at[i]))
			continue;
		exam_see(exam, GV_VERDICT_OK, "%s is 1414:008e", names.at[i]);
		count++;
	}
	if (count == 0)
		exam_see(exam, GV_VERDICT_WARNING, "no PCI device is 1414:008e (Microsoft's vGPU)");
}

void check_dxgkrnl(struct gv_exam *exam)
{
	if (checks_module(exam, "dxgkrnl", is_wsl(exam) ? GV_VERDICT_OK : GV_VERDICT_BAD))
		return;
	if (is_wsl(exam))
		exam_see(exam, GV_VERDICT_NOTE, "WSL's own kernel may have it built in");
	else if (exam->result->verdict == GV_VERDICT_BAD)
		exam_advise(exam,
		            "Build dxgkrnl for this kernel, from the sources of WSL's kernel "
		            "(dkms status tells of an attempt): it is in no mainline kernel.");
}

void check_dxg(struct gv_exam *exam)
{
	struct gv_error why = {0};
	enum presence presence = machine_has(exam->machine, "/dev/dxg", &why);
	if (presence != PRESENT) {
		exam_see(exam, presence == ABSENT ? GV_VERDICT_BAD : GV_VERDICT_SKIPPED,
		         "/dev/dxg: %s", presence == ABSENT ? "not there" : why.message);
		exam_advise(exam, "See dxgkrnl above: it makes the device.");
		return;
	}
	presence = machine_usable(exam->machine, "/dev/dxg", &why);
	exam_see(exam, presence == ABSENT ? GV_VERDICT_BAD : GV_VERDICT_OK,
	         "/dev/dxg is there%s%s; that alone does not prove a vGPU",
	         presence == PRESENT ? " and this user may use it" : ": ",
	         presence == PRESENT ? "" : why.message);
}

/* Messages of a host that gave the machine too little memory space for devices (facts 0.3). */
void check_dxg_log(struct gv_exam *exam)
{
	static const char *const signs[] = {"Unable to allocate mmio memory", "getiospace failed"};
	struct gv_span said;
	struct gv_span line;
	size_t lines = 0;
	if (!exam_ask(exam, PROGRAM_DMESG, &said))
		return;
	if (lines_has(said, "Operation not permitted")) {
		exam_see(exam, GV_VERDICT_SKIPPED, "dmesg needs root here");
		return;
	}
	while (lines_next(&said, &line)) {
		lines++;
		for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
			if (!lines_has(line, signs[i]))
				continue;
			exam_see(exam, GV_VERDICT_BAD, "%.*s", lines_width(line), line.at);
			exam_advise(exam, "Give the machine more memory space at the host "
			                  "(Set-VM -HighMemoryMappedIoSpace; at least 8 GB).");
		}
	}
	if (exam->result->sight_count == 0)
		exam_see(exam, GV_VERDICT_OK, "%zu line%s, none about missing memory space", lines,
		         lines == 1 ? "" : "s");
}

static size_t show_libraries(struct gv_exam *exam)
{
	static const char *const libraries[] = {"libdxcore.so", "libd3d12.so", "libd3d12core.so",
	                                        "libcuda.so.1"};
	size_t missing = 0;
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
		struct gv_error why = {0};
		const char *path = machine_keep(exam->machine, LIBS "/%s", libraries[i]);
		bool cuda = strncmp(libraries[i], "libcuda", strlen("libcuda")) == 0;
		if (machine_has(exam->machine, path, &why) == PRESENT)
			continue;
		exam_see(exam, cuda ? GV_VERDICT_NOTE : GV_VERDICT_BAD, "%s is not there%s", path,
		         cuda ? " (only NVIDIA's driver has it)" : "");
		missing += !cuda;
	}
	if (missing == 0)
		exam_see(exam, GV_VERDICT_OK, LIBS " has Direct3D 12");
	return missing;
}

static bool linker_knows(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	machine_list(exam->machine, "/etc/ld.so.conf.d", &names, &why);
	for (size_t i = 0; i < names.count; i++) {
		struct gv_span text;
		const char *path = machine_keep(exam->machine, "/etc/ld.so.conf.d/%s", names.at[i]);
		if (machine_read(exam->machine, path, &text, &why) == PRESENT &&
		    lines_has(text, LIBS))
			return true;
	}
	return false;
}

void check_wsl_libraries(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	size_t missing = show_libraries(exam);
	machine_list(exam->machine, DRIVERS, &names, &why);
	missing += names.count == 0;
	exam_see(exam, names.count > 0 ? GV_VERDICT_OK : GV_VERDICT_BAD,
	         DRIVERS " has %zu package%s of drivers", names.count, names.count == 1 ? "" : "s");
	bool known = linker_knows(exam);
	exam_see(exam, known ? GV_VERDICT_OK : GV_VERDICT_WARNING,
	         "%s in /etc/ld.so.conf.d names " LIBS, known ? "a file" : "no file");
	if (missing > 0)
		exam_advise(exam, is_wsl(exam)
		                          ? "Update WSL (wsl --update) and the GPU's driver on "
		                            "Windows."
		                          : "Copy them from the host once more, also after each "
		                            "update of its driver: "
		                            "System32\\lxss\\lib and the driver's package of "
		                            "DriverStore\\FileRepository.");
	if (!known)
		exam_advise(exam,
		            "Write " LIBS " into /etc/ld.so.conf.d/ld.wsl.conf and run ldconfig.");
}

/* Lines that name the driver and the devices. */
static void show_smi(struct gv_exam *exam, struct gv_span said)
{
	static const char *const signs[] = {"Driver Version", "NVIDIA GeForce", "NVIDIA RTX"};
	struct gv_span line;
	while (lines_next(&said, &line)) {
		bool wanted = false;
		for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
			wanted |= lines_has(line, signs[i]);
		line = gv_span_trim(line);
		if (wanted)
			exam_see(exam, GV_VERDICT_OK, "%.*s", lines_width(line), line.at);
	}
	if (exam->result->sight_count == 0)
		exam_see(exam, GV_VERDICT_UNKNOWN, "nvidia-smi says nothing that is known");
}

void check_wsl_smi(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_error why = {0};
	if (machine_has(exam->machine, LIBS "/nvidia-smi", &why) == ABSENT) {
		exam_see(exam, GV_VERDICT_SKIPPED,
		         LIBS "/nvidia-smi is not there: the host has no NVIDIA GPU, or its "
		              "libraries were not copied");
		return;
	}
	if (!exam_ask(exam, PROGRAM_WSL_NVIDIA_SMI, &said))
		return;
	if (!lines_has(said, "GPU access blocked by the operating system")) {
		show_smi(exam, said);
		return;
	}
	exam_see(exam, GV_VERDICT_BAD, "GPU access blocked by the operating system");
	exam_advise(exam,
	            "dxgkrnl and the libraries do not fit each other, or /dev/dxg is not there: "
	            "copy the libraries again from the host.");
}

void check_va_api(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span line;
	size_t profiles = 0;
	if (!exam_ask(exam, PROGRAM_VAINFO, &said))
		return;
	while (lines_next(&said, &line))
		profiles += lines_has(line, "VAProfile");
	exam_see(exam, profiles > 0 ? GV_VERDICT_OK : GV_VERDICT_NOTE, "vainfo names %zu profiles",
	         profiles);
	if (profiles == 0)
		exam_advise(exam, "Without /dev/dri load the module vgem; else install Mesa 23 or "
		                  "younger with its VA drivers and set LIBVA_DRIVER_NAME=d3d12.");
}

/* The variable has four bytes of attributes and then its value (UEFI, efivarfs). */
enum { EFI_VALUE = 4 };

static void show_secure_boot(struct gv_exam *exam, const char *name)
{
	struct gv_span text;
	const char *path = machine_keep(exam->machine, EFIVARS "/%s", name);
	if (!exam_read(exam, path, GV_VERDICT_SKIPPED, &text))
		return;
	if (text.len <= EFI_VALUE) {
		exam_see(exam, GV_VERDICT_UNKNOWN, "%s is too short", path);
	} else if (text.at[EFI_VALUE] == 0) {
		exam_see(exam, GV_VERDICT_OK, "Secure Boot is off");
	} else {
		exam_see(exam, GV_VERDICT_WARNING,
		         "Secure Boot is on: a dxgkrnl that is not signed does not load");
		exam_advise(exam,
		            "Switch Secure Boot off for this machine at the host, or sign the "
		            "module.");
	}
}

void check_secure_boot(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	machine_list(exam->machine, EFIVARS, &names, &why);
	for (size_t i = 0; i < names.count; i++) {
		if (gv_span_begins_nocase(gv_span_of(names.at[i]), GV_LITERAL("SecureBoot-")))
			show_secure_boot(exam, names.at[i]);
	}
	if (exam->result->sight_count == 0)
		exam_see(exam, GV_VERDICT_SKIPPED, EFIVARS "/SecureBoot-* is not there");
}

void check_groups(struct gv_exam *exam)
{
	static const char *const groups[] = {"video", "render"};
	struct gv_span said;
	if (!exam_ask(exam, PROGRAM_ID, &said))
		return;
	bool root = lines_has(said, "uid=0(");
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		bool member = lines_has(said, machine_keep(exam->machine, "(%s)", groups[i]));
		exam_see(exam, member || root ? GV_VERDICT_OK : GV_VERDICT_WARNING,
		         member ? "in the group %s"
		         : root ? "root needs no group %s"
		                : "not in the group %s",
		         groups[i]);
		if (!member && !root)
			exam_advise(exam,
			            "Make this user a member (usermod -aG video,render USER) and "
			            "log in anew.");
	}
}
