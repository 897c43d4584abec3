/*
 * Base64 (RFC 4648, section 4): bytes as letters that survive any channel.
 *
 * Knows the alphabet; knows nothing about what the bytes are.
 */
#ifndef GPUVIRT_BASE_BASE64_H
#define GPUVIRT_BASE_BASE64_H

#include <gpuvirt/text.h>

/* Appends BYTES as base64, with padding and without line ends. */
void gv_base64_add(struct gv_buf *out, struct gv_span bytes);

#endif
