#include "doctor/icds.h"

#include <string.h>

#include "base/json.h"
#include "doctor/gpus.h"
#include "doctor/lines.h"

#define ICD_FOLDER "vulkan/icd.d"

/* clang-format off */
const struct icd_kind icd_kinds[ICD_IDS] = {
	[ICD_OTHER] = {NULL, "another driver", 0},
	[ICD_NVIDIA] = {"libglx_nvidia", "NVIDIA's driver", VENDOR_NVIDIA},
	[ICD_AMDVLK] = {"amdvlk", "AMDVLK", VENDOR_AMD},
	[ICD_RADV] = {"vulkan_radeon", "RADV (Mesa, AMD)", VENDOR_AMD},
	[ICD_INTEL] = {"vulkan_intel", "ANV (Mesa, Intel)", VENDOR_INTEL},
	[ICD_NVK] = {"vulkan_nouveau", "NVK (Mesa, NVIDIA)", VENDOR_NVIDIA},
	[ICD_LAVAPIPE] = {"vulkan_lvp", "lavapipe (llvmpipe, on the processor)", 0},
	[ICD_DOZEN] = {"vulkan_dzn", "Dozen (Mesa, Direct3D 12)", VENDOR_MICROSOFT},
	[ICD_VIRTIO] = {"vulkan_virtio", "Venus (Mesa, virtio)", VENDOR_VIRTIO},
};

/* Where the linker looks when a manifest names no folder. Others may be set up. */
static const char *const library_folders[] = {
	"/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
	"/usr/lib64", "/lib64", "/usr/lib", "/lib", "/usr/local/lib",
};

/* Variables that name manifests instead of the folders; the first that is set holds. */
static const char *const variables[] = {"VK_DRIVER_FILES", "VK_ICD_FILENAMES"};
/* clang-format on */

bool icd_counts(const struct icd *icd)
{
	return icd->state == ICD_GOOD || icd->state == ICD_UNFOUND || icd->state == ICD_UNSEEN;
}

static enum icd_id find_kind(const char *library)
{
	for (int i = ICD_OTHER + 1; i < ICD_IDS; i++) {
		if (lines_has(gv_span_of(library), icd_kinds[i].library))
			return (enum icd_id)i;
	}
	return ICD_OTHER;
}

static enum icd_state search_folders(struct machine *machine, const char *library)
{
	struct gv_error why = {0};
	for (size_t i = 0; i < sizeof library_folders / sizeof *library_folders; i++) {
		const char *path = machine_keep(machine, "%s/%s", library_folders[i], library);
		if (machine_has(machine, path, &why) == PRESENT)
			return ICD_GOOD;
	}
	return ICD_UNFOUND;
}

/* Of a library that is not there. Whoever captures a tree may leave out the folder of it. */
static enum icd_state judge_absence(struct machine *machine, const char *path)
{
	struct gv_error why = {0};
	int len = (int)(strrchr(path, '/') - path);
	const char *folder = machine_keep(machine, "%.*s/", len, path);
	bool left_out =
		machine_is_captured(machine) && machine_has(machine, folder, &why) != PRESENT;
	return left_out ? ICD_UNSEEN : ICD_MISSING;
}

/* A name without "/" is the linker's to find; another is relative to the manifest's folder. */
static enum icd_state find_library(struct machine *machine, const struct icd *icd)
{
	struct gv_error why = {0};
	const char *path = icd->library;
	if (strchr(path, '/') == NULL)
		return search_folders(machine, path);
	if (path[0] != '/') {
		int folder = (int)(strrchr(icd->manifest, '/') - icd->manifest);
		path = machine_keep(machine, "%.*s/%s", folder, icd->manifest, path);
	}
	enum presence presence = machine_has(machine, path, &why);
	if (presence == ABSENT)
		return judge_absence(machine, path);
	return presence == PRESENT ? ICD_GOOD : ICD_UNFOUND;
}

static void read_manifest(struct icd *icd, struct machine *machine, const struct gv_json *json)
{
	const struct gv_json *inner = gv_json_get(json, "ICD");
	const char *library = gv_json_text(gv_json_get(inner, "library_path"));
	const char *bits = gv_json_text(gv_json_get(inner, "library_arch"));
	if (library == NULL) {
		icd->problem = "it has no ICD.library_path";
		return;
	}
	icd->library = machine_keep(machine, "%s", library);
	icd->id = find_kind(library);
	bool is_32 = bits != NULL ? strcmp(bits, "32") == 0
	                          : lines_has(gv_span_of(icd->manifest), ".i686.");
	icd->state = is_32 ? ICD_32_BITS : find_library(machine, icd);
}

static void read_icd(struct icds *icds, struct machine *machine, const char *path)
{
	struct gv_span text;
	struct gv_json *json = NULL;
	struct gv_error why = {0};
	icds->cut |= icds->count == ICDS_LIMIT;
	if (icds->cut)
		return;
	struct icd *icd = &icds->at[icds->count++];
	*icd = (struct icd){.manifest = path, .state = ICD_BROKEN};
	if (path[0] != '/') {
		icd->problem = "is no absolute path, and not looked at";
		return;
	}
	enum presence presence = machine_read(machine, path, &text, &why);
	if (presence == PRESENT && gv_json_parse(&json, text, &why) == GV_OK)
		read_manifest(icd, machine, json);
	else if (presence == ABSENT)
		icd->problem = "it is not there";
	else
		icd->problem = machine_keep(machine, "%s", why.message);
	gv_json_free(json);
}

static void read_folder(struct icds *icds, struct machine *machine, const char *folder)
{
	struct machine_names names;
	struct gv_error why = {0};
	if (folder[0] != '/')
		return;
	if (machine_list(machine, folder, &names, &why) == HIDDEN)
		icds->hidden = machine_keep(machine, "%s: %s", folder, why.message);
	for (size_t i = 0; i < names.count; i++) {
		if (gv_span_ends_nocase(gv_span_of(names.at[i]), GV_LITERAL(".json")))
			read_icd(icds, machine,
			         machine_keep(machine, "%s/%s", folder, names.at[i]));
	}
}

/* A manifest, or a folder of such. */
static void read_named(struct icds *icds, struct machine *machine, const char *path)
{
	struct machine_names names;
	struct gv_error why = {0};
	if (machine_list(machine, path, &names, &why) == PRESENT)
		read_folder(icds, machine, path);
	else
		read_icd(icds, machine, path);
}

/* Calls READ for each path of the list LIST, which ":" parts, SUFFIX behind it. */
static void for_each(struct icds *icds, struct machine *machine, const char *list,
                     const char *suffix,
                     void (*read)(struct icds *icds, struct machine *machine, const char *path))
{
	while (list[0] != '\0' && !icds->cut) {
		size_t len = strcspn(list, ":");
		if (len > 0)
			read(icds, machine,
			     machine_keep(machine, "%.*s%s", (int)len, list, suffix));
		list += len + (list[len] == ':');
	}
}

/* A folder of the base directory specification: VARIABLE, or below the home folder, or fixed. */
static const struct base {
	const char *variable;
	const char *at_home; /* NULL: OTHERWISE holds */
	const char *otherwise;
} bases[] = {
	{"XDG_CONFIG_HOME", "/.config", NULL},
	{"XDG_CONFIG_DIRS", NULL, "/etc/xdg"},
	{NULL, NULL, "/etc"},
	{"XDG_DATA_HOME", "/.local/share", NULL},
	{"XDG_DATA_DIRS", NULL, "/usr/local/share:/usr/share"},
};

static void read_base(struct icds *icds, struct machine *machine, const struct base *base)
{
	const char *home = machine_variable(machine, "HOME");
	const char *list =
		base->variable == NULL ? NULL : machine_variable(machine, base->variable);
	if (list == NULL && base->otherwise != NULL)
		list = base->otherwise;
	else if (list == NULL && home != NULL)
		list = machine_keep(machine, "%s%s", home, base->at_home);
	if (list != NULL)
		for_each(icds, machine, list, "/" ICD_FOLDER, read_folder);
}

void icds_read(struct icds *icds, struct machine *machine)
{
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *list = machine_variable(machine, variables[i]);
		if (list == NULL)
			continue;
		icds->variable = variables[i];
		for_each(icds, machine, list, "", read_named);
		return;
	}
	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
		read_base(icds, machine, &bases[i]);
}
