/*
 * A verdict in words, and as a finding.
 *
 * Knows the table of causes; knows nothing about logs.
 */
#ifndef GPUVIRT_VERIFY_SAYS_H
#define GPUVIRT_VERIFY_SAYS_H

#include <gpuvirt/verify.h>

/*
 * Makes result->findings and finding_path for PATH, which they may borrow from. Returns false when
 * memory ran out.
 */
bool verification_find(struct gv_verification *result, const char *path,
                       const struct gv_knowledge *knowledge);

#endif
