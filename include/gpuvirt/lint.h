/*
 * The structural checks: what makes VMware refuse a .vmx or misread it, whatever the rules say.
 *
 * Knows the grammar, names and encodings; knows nothing about what keys are for.
 */
#ifndef GPUVIRT_LINT_H
#define GPUVIRT_LINT_H

#include <gpuvirt/finding.h>

/* A check, for lists and documentation; rows of one table. */
struct gv_check {
	const char *id;
	enum gv_severity severity;
	const char *summary;
	const char *why;
	bool whole_file; /* about the file, not about the line that it is reported at */
};

/* All checks, *COUNT of them; static storage. */
const struct gv_check *gv_checks(size_t *count);

/* The check called ID, or NULL; static storage. */
const struct gv_check *gv_check(const char *id);

/* Adds what is wrong with VMX to FINDINGS; findings->failed tells when memory ran out. */
void gv_lint(struct gv_findings *findings, const struct gv_vmx *vmx);

#endif
