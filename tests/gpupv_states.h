/* Observed states for the tests of gpupv: answers of a host, with what differs put first. */
#ifndef GPUVIRT_TESTS_GPUPV_STATES_H
#define GPUVIRT_TESTS_GPUPV_STATES_H

#include "support.h"

#include <gpuvirt/gpupv.h>

#define INTERFACE "#{064092b3-625e-43bf-9eb5-dc845897dd59}"

/* Paths as they are, and as JSON has them. */
#define PATH_A      "\\\\?\\PCI#VEN_10DE&DEV_2684#4&1&0&0008" INTERFACE "\\GPUPARAV"
#define PATH_TWIN   "\\\\?\\PCI#VEN_10DE&DEV_2684#4&2&0&0010" INTERFACE "\\GPUPARAV"
#define PATH_INTEL  "\\\\?\\PCI#VEN_8086&DEV_A780#3&3&0&10" INTERFACE "\\GPUPARAV"
#define JSON_A      "\\\\\\\\?\\\\PCI#VEN_10DE&DEV_2684#4&1&0&0008" INTERFACE "\\\\GPUPARAV"
#define JSON_TWIN   "\\\\\\\\?\\\\PCI#VEN_10DE&DEV_2684#4&2&0&0010" INTERFACE "\\\\GPUPARAV"
#define JSON_INTEL  "\\\\\\\\?\\\\PCI#VEN_8086&DEV_A780#3&3&0&10" INTERFACE "\\\\GPUPARAV"
#define JSON_NPU    "\\\\\\\\?\\\\PCI#VEN_8086&DEV_7D1D#3&4&0&58" INTERFACE "\\\\GPUPARAV"
#define JSON_SERVER "\\\\\\\\?\\\\PCI#VEN_10DE&DEV_25B6#5&1&0&00" INTERFACE

#define GPU(path, name, id, class, status)                                                         \
	"{\"path\":\"" path "\",\"name\":\"" name "\",\"instanceId\":\"" id                        \
	"\",\"class\":" class ",\"status\":" status                                                \
			      ",\"driver\":\"32.0.15.6094\",\"partitionCount\":32,"                \
			      "\"validPartitionCounts\":[32]}"

#define GPU_A    GPU(JSON_A, "NVIDIA GeForce RTX 4090", "PCI\\\\A\\\\1", "\"Display\"", "\"OK\"")
#define GPU_TWIN GPU(JSON_TWIN, "NVIDIA GeForce RTX 4090", "PCI\\\\A\\\\2", "\"Display\"", "\"OK\"")
#define GPU_INTEL                                                                                  \
	GPU(JSON_INTEL, "Intel(R) UHD Graphics 770", "PCI\\\\B\\\\1", "\"Display\"", "\"OK\"")
#define GPU_NPU                                                                                    \
	GPU(JSON_NPU, "Intel(R) AI Boost", "PCI\\\\N\\\\1", "\"ComputeAccelerator\"", "\"OK\"")
#define GPU_SERVER GPU(JSON_SERVER, "NVIDIA A16", "PCI\\\\S\\\\1", "\"Display\"", "\"OK\"")

#define GUID_1 "6f1c4a52-7c1b-4f0e-9d52-0123456789ab"
#define GUID_2 "6f1c4a52-7c1b-4f0e-9d52-ba9876543210"

#define HOST(first)                                                                                \
	"{" first "\"computer\":\"PC\",\"build\":22631,\"server\":false,"                          \
	"\"edition\":\"Professional\",\"powershell\":\"5.1.22621.4391\",\"elevated\":true,"        \
	"\"hypervAdministrator\":true,\"module\":true,\"vmms\":\"Running\","                       \
	"\"listCommand\":\"Get-VMHostPartitionableGpu\",\"instancePath\":true,"                    \
	"\"addressBits\":39,\"requireSecureDeviceAssignment\":null,"                               \
	"\"requireSupportedDeviceAssignment\":null}"

#define VM(first)                                                                                  \
	"{" first "\"id\":\"" GUID_1 "\",\"name\":\"win11\",\"state\":\"Off\",\"generation\":2,"   \
	"\"version\":\"11.0\",\"checkpoints\":0,\"cacheTypes\":false,"                             \
	"\"lowMmio\":\"134217728\",\"highMmio\":\"536870912\","                                    \
	"\"checkpointType\":\"Production\",\"automaticCheckpoints\":true,"                         \
	"\"stopAction\":\"Save\",\"dynamicMemory\":true,\"adapters\":[]}"

/* What enable makes of a machine. */
#define ENABLED                                                                                    \
	"\"cacheTypes\":true,\"lowMmio\":\"1073741824\",\"highMmio\":\"34359738368\","             \
	"\"checkpointType\":\"Disabled\",\"automaticCheckpoints\":false,"                          \
	"\"stopAction\":\"TurnOff\","

#define ADAPTER(id, path) "{\"id\":\"" id "\",\"path\":\"" path "\"}"
#define ADAPTERS(list)    "\"adapters\":[" list "],"

#define ANSWER(host, gpus, vms)                                                                    \
	"{\"version\":1,\"error\":null,\"host\":" host ",\"gpus\":" gpus ",\"vms\":" vms "}"

#endif
