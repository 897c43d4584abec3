/*
 * Ways through a folder that stands for a whole system, which no link leads out of.
 *
 * Knows names and links; opens nothing. Another program that changes the tree meanwhile can lead
 * astray who goes the way afterwards: a captured tree is nobody's to change.
 */
#ifndef GPUVIRT_DOCTOR_INSIDE_H
#define GPUVIRT_DOCTOR_INSIDE_H

#include <gpuvirt/text.h>

/*
 * Appends to OUT, which holds the root's path of ROOT_LEN bytes, the way to PATH in it, links
 * followed. ".." stops at the root, and what a link says is read as if the root were "/". What is
 * not there is appended as it is. Returns 0 or an errno: ELOOP for more than 40 links, ENOMEM.
 */
int inside_resolve(struct gv_buf *out, const char *path, size_t root_len);

#endif
