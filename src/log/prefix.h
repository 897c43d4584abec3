/*
 * How a line of a log begins, in each generation of the products.
 *
 * Knows the shapes of gpuvirt/log.h; knows nothing about files.
 */
#ifndef GPUVIRT_LOG_PREFIX_H
#define GPUVIRT_LOG_PREFIX_H

#include <gpuvirt/log.h>

/* Fills the spans and marks of ENTRY, but for cut, from LINE, which they borrow from. */
void log_read_prefix(struct gv_log_entry *entry, struct gv_span line);

#endif
