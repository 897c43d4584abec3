#include "doctor/gpus.h"

#include <stdlib.h>
#include <string.h>

#define DRM "/sys/class/drm"

static const struct {
	unsigned id;
	const char *name;
} vendors[] = {
	{VENDOR_AMD, "AMD"},       {VENDOR_NVIDIA, "NVIDIA"}, {VENDOR_MICROSOFT, "Microsoft"},
	{VENDOR_VMWARE, "VMware"}, {VENDOR_VIRTIO, "virtio"}, {VENDOR_INTEL, "Intel"},
};

const char *gpus_vendor(unsigned vendor)
{
	for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++) {
		if (vendors[i].id == vendor)
			return vendors[i].name;
	}
	return "unknown vendor";
}

unsigned gpus_read_id(struct machine *machine, const char *path)
{
	struct gv_span text;
	struct gv_error why = {0};
	if (machine_read(machine, path, &text, &why) != PRESENT)
		return 0;
	return (unsigned)strtoul(text.at, NULL, 16) & 0xFFFF;
}

/* True for "card0", not for "card0-DP-1", which is a socket of it. */
static bool is_card(const char *name)
{
	size_t len = strlen("card");
	return strncmp(name, "card", len) == 0 && name[len] != '\0' &&
	       strspn(name + len, "0123456789") == strlen(name + len);
}

static void read_card(struct gpu *gpu, struct machine *machine, const char *card)
{
	const char *device = machine_keep(machine, DRM "/%s/device", card);
	gpu->card = card;
	gpu->vendor = gpus_read_id(machine, machine_keep(machine, "%s/vendor", device));
	gpu->device = gpus_read_id(machine, machine_keep(machine, "%s/device", device));
	gpu->driver = machine_link(machine, machine_keep(machine, "%s/driver", device));
}

void gpus_read(struct gpus *gpus, struct machine *machine)
{
	struct machine_names names;
	gpus->presence = machine_list(machine, DRM, &names, &gpus->why);
	for (size_t i = 0; i < names.count && gpus->count < GPUS_LIMIT; i++) {
		if (is_card(names.at[i]))
			read_card(&gpus->at[gpus->count++], machine, names.at[i]);
	}
}

bool gpus_known(const struct gpus *gpus)
{
	return gpus->presence != HIDDEN;
}

bool gpus_have(const struct gpus *gpus, unsigned vendor)
{
	for (size_t i = 0; i < gpus->count; i++) {
		if (gpus->at[i].vendor == vendor)
			return true;
	}
	return false;
}
