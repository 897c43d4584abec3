#include "doctor/place.h"

#include <string.h>

#include "doctor/lines.h"

static const struct gv_place_row rows[] = {
	{GV_PLACE_LINUX_HOST, "linux-host", "a Linux host"},
	{GV_PLACE_WINDOWS_HOST, "windows-host", "a Windows host"},
	{GV_PLACE_VMWARE_GUEST, "vmware-guest", "a guest of VMware's"},
	{GV_PLACE_HYPERV_GUEST, "hyperv-guest", "a guest of Hyper-V's"},
	{GV_PLACE_WSL, "wsl", "the Windows Subsystem for Linux"},
};

const struct gv_place_row *gv_places(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

/* True when the file PATH has WORD in any case. */
static bool file_has(struct machine *machine, const char *path, const char *word)
{
	struct gv_span text;
	struct gv_error why = {0};
	return machine_read(machine, path, &text, &why) == PRESENT && lines_has(text, word);
}

static bool has(struct machine *machine, const char *path)
{
	struct gv_error why = {0};
	return machine_has(machine, path, &why) == PRESENT;
}

/* Microsoft's own kernel, which runs WSL 2, names its maker. */
static bool is_wsl(struct machine *machine)
{
	return file_has(machine, PLACE_RELEASE, "microsoft") ||
	       file_has(machine, PLACE_VERSION, "microsoft");
}

/* Hyper-V facts 3.3. Surface computers have the same vendor and no such bus. */
static bool is_hyperv(struct machine *machine)
{
	return file_has(machine, PLACE_VENDOR, "Microsoft Corporation") &&
	       has(machine, PLACE_VMBUS);
}

static bool has_vmware(struct machine *machine)
{
	return has(machine, "/etc/vmware/config") || has(machine, "/etc/vmware/bootstrap");
}

uint32_t place_find(struct machine *machine)
{
	const char *system = machine_variable(machine, "OS");
	if (system != NULL && strcmp(system, "Windows_NT") == 0)
		return GV_PLACE_WINDOWS_HOST;
	uint32_t guest = is_wsl(machine)                             ? GV_PLACE_WSL
	                 : is_hyperv(machine)                        ? GV_PLACE_HYPERV_GUEST
	                 : file_has(machine, PLACE_VENDOR, "VMware") ? GV_PLACE_VMWARE_GUEST
	                                                             : 0;
	bool host = guest == 0 || has_vmware(machine);
	return guest | (host ? (uint32_t)GV_PLACE_LINUX_HOST : 0);
}
