/*
 * What is to be looked for in a log: a table of how lines begin, and what that tells.
 *
 * Knows the words of all product generations (facts 3.1 to 3.3); knows nothing about verdicts.
 */
#ifndef GPUVIRT_VERIFY_SIGHTS_H
#define GPUVIRT_VERIFY_SIGHTS_H

#include <gpuvirt/log.h>

/* What was seen. What is evidence for a verdict says so in sight_weights. */
enum sight {
	SIGHT_LOG,           /* the first entry of a log */
	SIGHT_POWER_ON,      /* graphics begin to come up */
	SIGHT_ALLOWED_2D,    /* renderers that may be tried: only those without 3D */
	SIGHT_ALLOWED_3D,    /* others too: 3D was asked for */
	SIGHT_DISABLED,      /* "3d disabled": not asked for */
	SIGHT_ENABLED,       /* "3d enabled": asked for, whatever came of it */
	SIGHT_FOUND_3D,      /* the renderer that was taken has 3D */
	SIGHT_FOUND_2D,      /* it has none */
	SIGHT_FOUND_OTHER,   /* nobody knows */
	SIGHT_IN_SANDBOX,    /* the renderer within mksSandbox */
	SIGHT_NO_3D_MESSAGE, /* VMware told the user */
	SIGHT_GL_MISSING,    /* the same, products up to 12 on Linux */
	SIGHT_RETRY,         /* it went on without 3D */
	SIGHT_START_FAILED,  /* a renderer did not start */
	SIGHT_HOST_3D,       /* svga.supports3D of the host is 1 */
	SIGHT_HOST_2D,
	SIGHT_CAPS_3D, /* the first capability, 3D, at power-on */
	SIGHT_CAPS_2D,
	SIGHT_LOST,           /* mksSandbox ended */
	SIGHT_MKS_ERROR,      /* unrecoverable error of the graphics */
	SIGHT_NO_SANDBOX,     /* mksSandbox ended at its start */
	SIGHT_NO_MEMORY,      /* shared memory could not be had */
	SIGHT_LOW_LEVEL,      /* a feature level below 11 */
	SIGHT_NO_DEVICE,      /* an adapter that cannot do level 11 */
	SIGHT_BADLISTED,      /* an adapter on VMware's list of bad ones */
	SIGHT_NO_CORE_DEVICE, /* no adapter was left */
	SIGHT_NO_RENDERER,    /* mksSandbox found none */
	SIGHT_RADV,
	SIGHT_PRE_TURING,
	SIGHT_VULKAN_NONE, /* no Vulkan device was taken */
	SIGHT_RESUME,      /* from suspend */
	SIGHT_NOT_STARTED, /* the machine did not start at all */
	SIGHT_LEVEL,       /* DirectX feature level */
	SIGHT_ADAPTER,     /* the adapter that was taken */
	SIGHT_DRIVER,
	SIGHT_HYPER_V,
	/* No evidence in itself: */
	SIGHT_DX11,    /* a line about DX11 adapters */
	SIGHT_DX12,    /* about DX12 adapters */
	SIGHT_VULKAN,  /* about Vulkan devices */
	SIGHT_PRESENT, /* about adapters that show the picture */
	SIGHT_FEATURE, /* a table of capabilities */
	SIGHT_CAPS,    /* a heading of one */
	SIGHT_CAP_ON,  /* its first row */
	SIGHT_CAP_OFF,
	SIGHTS
};

/*
 * What TEXT, of an entry, tells; SIGHTS: nothing. *REST is what stands behind the words that were
 * known.
 */
enum sight sight_find(struct gv_span text, struct gv_span *rest);

/* True when WORD names a renderer with 3D, *KNOWN when it names one at all. */
bool sight_renderer_has_3d(struct gv_span word, bool *known);

#endif
