/*
 * The GPUs that a log lists.
 *
 * Knows how each renderer lists them (facts 3.3); knows nothing about verdicts.
 */
#ifndef GPUVIRT_VERIFY_ADAPTERS_H
#define GPUVIRT_VERIFY_ADAPTERS_H

#include <gpuvirt/text.h>

enum { ADAPTERS = 16, ADAPTER_TEXT = 128 };

enum adapter_list {
	LIST_PRESENTATION, /* DXGI: shows what was rendered; weighs least */
	LIST_DX11,
	LIST_DX12,
	LIST_VULKAN,
	LISTS
};

enum adapter_kind { ADAPTER_OF_ANY_KIND, ADAPTER_INTEGRATED, ADAPTER_DISCRETE, ADAPTER_SOFTWARE };

struct adapter {
	enum adapter_list list;
	enum adapter_kind kind;
	uint64_t vendor;         /* PCI; 0: not listed */
	uint64_t megabytes;      /* of video memory */
	bool has_memory;         /* MEGABYTES is listed */
	bool accepted;           /* Vulkan: listed as a device that VMware takes */
	char name[ADAPTER_TEXT]; /* cut, raw bytes without NUL */
	char driver[ADAPTER_TEXT];
};

/* Zero-initialise. More adapters than fit are passed over. */
struct adapters {
	struct adapter at[ADAPTERS];
	size_t count;
	size_t open[LISTS];   /* the adapter that further lines are about, + 1; 0: none */
	size_t chosen[LISTS]; /* the one that was taken, + 1; 0: none */
	bool choosing;        /* DX12: what follows is the one taken */
};

/*
 * Each takes what stands behind the component in a line: "`NAME` vendor=0x8086 ...", "video=32MB
 * ...", "Using device unknown; adapter `NAME`"; of DX12 "Available adapters:", " NAME", "
 * VendorId = 4318, ..."; of Vulkan "Vulkan Device 0:", "Name= 'X'".
 */
void adapters_see_dx(struct adapters *adapters, enum adapter_list list, struct gv_span text);
void adapters_see_dx12(struct adapters *adapters, struct gv_span text);
void adapters_see_vulkan(struct adapters *adapters, struct gv_span text);

/* The adapter that was taken, by the list that weighs most; NULL: not known. */
const struct adapter *adapters_chosen(const struct adapters *adapters);

/* The first GPU that is listed, else the first of what is listed besides; NULL: none is. */
const struct adapter *adapters_offered(const struct adapters *adapters);

/* True for Microsoft's renderer in software, which is no GPU. */
bool adapter_is_basic(const struct adapter *adapter);

/* True for the GPU of a virtual machine of VMware's: the host is one itself. */
bool adapter_is_virtual(const struct adapter *adapter);

/* True for what Vulkan calls a CPU: llvmpipe and the like. */
bool adapter_is_software(const struct adapter *adapter);

/* True when there are adapters and HOLDS is true for all of them. */
bool adapters_all(const struct adapters *adapters, bool (*holds)(const struct adapter *adapter));
bool adapters_any(const struct adapters *adapters, bool (*holds)(const struct adapter *adapter));

/* True when another GPU of the list has more than twice the memory of the one taken, or is discrete
 * where that is not. */
bool adapters_weaker_chosen(const struct adapters *adapters);

/* Copies TEXT, cut and without NULs, to OUT of ADAPTER_TEXT bytes. */
void adapter_text(char *out, struct gv_span text);

#endif
