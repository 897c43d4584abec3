/*
 * What was seen in the logs of one power-on.
 *
 * Knows what of a log to keep; verdict.c judges it.
 */
#ifndef GPUVIRT_VERIFY_WITNESS_H
#define GPUVIRT_VERIFY_WITNESS_H

#include <gpuvirt/verify.h>

#include "verify/adapters.h"
#include "verify/settings.h"
#include "verify/sights.h"

enum { SIGHTING_TEXT = 400 };

/* Where something was seen last, or first where that matters more. */
struct sighting {
	uint64_t line; /* 0: it was not */
	bool sandbox;
	size_t len;
	char text[SIGHTING_TEXT]; /* raw, cut */
};

struct gv_witness {
	struct sighting seen[SIGHTS];
	struct adapters adapters;
	struct settings settings; /* of the .vmx */
	char product[ADAPTER_TEXT];
	char version[ADAPTER_TEXT];
	char pid[ADAPTER_TEXT];
	char renderer[ADAPTER_TEXT];
	char level[ADAPTER_TEXT];
	bool directx;            /* DirectX was among the renderers allowed */
	bool host_caps;          /* rows of capabilities that follow are the host's at power-on */
	uint64_t entries;        /* of vmware.log */
	uint64_t prefixed;       /* of those, how many begin as an entry of VMware's does */
	char last[ADAPTER_TEXT]; /* time of the last entry, as written */
};

/* The time of the last entry in nanoseconds since 1970; 0: not known. */
uint64_t witness_last(const struct gv_witness *witness);

#endif
