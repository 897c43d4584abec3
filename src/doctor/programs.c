#include "doctor/programs.h"

#define NVIDIA_QUERY "--query-gpu=name,driver_version,compute_cap"
#define WSL_SMI      "/usr/lib/wsl/lib/nvidia-smi"
#define VA_DEVICE    "/dev/dri/card0"

/* clang-format off */
const struct program_row program_rows[PROGRAMS] = {
	[PROGRAM_NVIDIA_SMI] = {"nvidia-smi", "nvidia-smi", {"nvidia-smi"}},
	[PROGRAM_NVIDIA_GPUS] = {"nvidia-gpus", "nvidia-smi " NVIDIA_QUERY " --format=csv,noheader",
		{"nvidia-smi", NVIDIA_QUERY, "--format=csv,noheader"}},
	[PROGRAM_WSL_NVIDIA_SMI] = {"wsl-nvidia-smi", WSL_SMI, {WSL_SMI}},
	[PROGRAM_GLXINFO] = {"glxinfo", "glxinfo -B", {"glxinfo", "-B"}},
	[PROGRAM_VULKANINFO] = {"vulkaninfo", "vulkaninfo --summary", {"vulkaninfo", "--summary"}},
	[PROGRAM_VAINFO] = {"vainfo", "vainfo --display drm --device " VA_DEVICE,
		{"vainfo", "--display", "drm", "--device", VA_DEVICE}},
	[PROGRAM_DMESG] = {"dmesg", "dmesg", {"dmesg"}},
	[PROGRAM_ID] = {"id", "id", {"id"}},
	[PROGRAM_TOOLBOX] = {"vmware-toolbox-cmd", "vmware-toolbox-cmd -v",
		{"vmware-toolbox-cmd", "-v"}},
	[PROGRAM_DXDIAG] = {"dxdiag", "dxdiag /t", {NULL}},
	[PROGRAM_CIM] = {"cim", "the PowerShell script in docs/doctor.md", {NULL}},
};
/* clang-format on */
