/* The table of checks: docs/doctor.md has the same rows. */
#include "doctor/checks.h"

#include <string.h>

#define HOST    GV_PLACE_LINUX_HOST
#define WINDOWS GV_PLACE_WINDOWS_HOST
#define VMWARE  GV_PLACE_VMWARE_GUEST
#define HYPERV  GV_PLACE_HYPERV_GUEST
#define WSL     GV_PLACE_WSL
#define LINUX   (HOST | VMWARE | HYPERV | WSL)
#define GUESTS  (VMWARE | HYPERV | WSL)
#define DXG     (HYPERV | WSL)

/* clang-format off */
static const struct gv_doctor_check checks[] = {
	{"place", "What this machine is", LINUX | WINDOWS,
	 "/sys/class/dmi/id, /sys/bus/vmbus, /proc/version, /proc/sys/kernel/osrelease, the variable OS",
	 NULL, check_place},
	{"container", "Container", LINUX,
	 "/.dockerenv, /run/.containerenv, the variable container", NULL, check_container},
	{"product", "VMware product", HOST | WINDOWS,
	 "product.* in VMware's host-wide files, /etc/vmware/bootstrap, "
	 "/etc/vmware-installer", NULL, check_product},
	{"modules", "VMware's kernel modules", HOST,
	 "/proc/modules, /sys/module: vmmon, vmnet", "/proc", check_modules},
	{"host-files", "VMware's host-wide files", HOST | WINDOWS,
	 "~/.vmware/config, /etc/vmware/config, /usr/lib/vmware/config, /usr/lib/vmware/settings, "
	 "~/.vmware/preferences; on Windows %APPDATA%\\VMware, %ProgramData%\\VMware",
	 NULL, check_host_files},
	{"host-keys", "Display keys for all machines", HOST | WINDOWS,
	 "mks.* and svga.* in VMware's host-wide files", NULL, check_host_keys},

	{"vgpu", "vGPU offered by the host", DXG,
	 "/sys/bus/vmbus/devices/*/class_id", "/sys", check_vgpu},
	{"vgpu-pci", "PCI face of the vGPU", DXG,
	 "/sys/bus/pci/devices/*/vendor, device", "/sys", check_vgpu_pci},
	{"dxgkrnl", "Module dxgkrnl", DXG, "/proc/modules, /sys/module", "/proc", check_dxgkrnl},
	{"vmwgfx", "Module vmwgfx", VMWARE, "/proc/modules, /sys/module", "/proc", check_vmwgfx},
	{"dxg", "Device /dev/dxg", DXG, "/dev/dxg", "/dev", check_dxg},
	{"gpus", "Graphics devices", HOST | VMWARE,
	 "/sys/class/drm/card*/device: vendor, device, driver", "/sys", check_gpus},
	{"dri", "Device nodes for rendering", LINUX, "/dev/dri", "/dev", check_nodes},
	{"dxg-log", "Kernel messages of dxgkrnl", DXG, "dmesg", NULL, check_dxg_log},
	{"wsl-libraries", "Libraries from the Windows host", DXG,
	 "/usr/lib/wsl/lib, /usr/lib/wsl/drivers, /etc/ld.so.conf.d", "/usr", check_wsl_libraries},

	{"nouveau", "Driver nouveau", HOST, "/sys/class/drm/card*/device/driver", "/sys", check_nouveau},
	{"hybrid", "Several GPUs", HOST, "/sys/class/drm/card*/device", "/sys", check_hybrid},
	{"nvidia", "NVIDIA generation", HOST,
	 "nvidia-smi --query-gpu=..., /proc/driver/nvidia/gpus/*/information", NULL, check_nvidia},
	{"vulkan-drivers", "Vulkan drivers", HOST,
	 "VK_DRIVER_FILES, VK_ICD_FILENAMES, vulkan/icd.d in /etc, /usr/share, /usr/local/share and "
	 "the XDG folders", "/usr", check_vulkan_drivers},
	{"vulkan-support", "Vulkan as VMware takes it", HOST,
	 "Vulkan drivers, graphics devices, mks.vk.allowUnsupportedDevices", "/usr", check_vulkan_support},
	{"opengl", "OpenGL driver", HOST, "glxinfo -B, mks.gl.*", NULL, check_opengl},

	{"wsl-nvidia-smi", "NVIDIA's driver from Windows", DXG,
	 "/usr/lib/wsl/lib/nvidia-smi", NULL, check_wsl_smi},
	{"guest-opengl", "OpenGL in the guest", GUESTS, "glxinfo -B", NULL, check_guest_opengl},
	{"vulkan-devices", "Vulkan devices", HOST | DXG, "vulkaninfo --summary", NULL, check_vulkan_devices},
	{"va-api", "Video decoding (VA-API)", DXG,
	 "vainfo --display drm --device /dev/dri/card0", NULL, check_va_api},
	{"mesa", "Mesa's version", DXG, "glxinfo -B", NULL, check_mesa},
	{"secure-boot", "Secure Boot", HYPERV,
	 "/sys/firmware/efi/efivars/SecureBoot-*", "/sys", check_secure_boot},
	{"groups", "Groups video and render", DXG, "id", NULL, check_groups},
	{"wslconfig", ".wslconfig of the Windows user", WSL,
	 "/mnt/c/Users/*/.wslconfig", NULL, check_wslconfig},
	{"wsl-conf", "wsl.conf of this distribution", WSL, "/etc/wsl.conf", "/etc", check_wsl_conf},
	{"tools", "VMware Tools", VMWARE,
	 "/usr/bin/vmtoolsd, vmware-toolbox-cmd -v", "/usr", check_tools},
	{"chromium", "Chromium's flags", GUESTS,
	 "~/.config/chromium-flags.conf, ~/.config/chrome-flags.conf, /etc/chromium.d, "
	 "/etc/chromium-browser", "/usr", check_chromium},

	{"adapters", "Graphics adapters", WINDOWS, "Win32_VideoController, dxdiag", NULL, check_adapters},
	{"feature-level", "Direct3D feature level", WINDOWS, "dxdiag", NULL, check_feature_level},
	{"hypervisor", "Hyper-V and VBS", WINDOWS,
	 "Win32_ComputerSystem, Win32_DeviceGuard", NULL, check_hypervisor},
	{"session", "X11 or Wayland", HOST,
	 "XDG_SESSION_TYPE, WAYLAND_DISPLAY, DISPLAY", NULL, check_session},
	{"remote", "Remote desktop", HOST | WINDOWS,
	 "SSH_CONNECTION, XRDP_SESSION, SESSIONNAME", NULL, check_remote},
	{"sandbox", "mksSandbox on the GPU", HOST | WINDOWS, "nvidia-smi", NULL, check_sandbox},
};
/* clang-format on */

const struct gv_doctor_check *gv_doctor_checks(size_t *count)
{
	*count = sizeof checks / sizeof *checks;
	return checks;
}

const struct gv_doctor_check *gv_doctor_find(const char *id)
{
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		if (strcmp(checks[i].id, id) == 0)
			return &checks[i];
	}
	return NULL;
}
