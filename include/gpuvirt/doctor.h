/*
 * What can be seen of a machine that bears on 3D in virtual machines: rows of checks, and what each
 * saw, on this machine or in a tree captured from one.
 *
 * Knows checks, verdicts and remedies; changes nothing, prints nothing. No check says that 3D
 * works: it says what it saw. What could not be seen is said too.
 */
#ifndef GPUVIRT_DOCTOR_H
#define GPUVIRT_DOCTOR_H

#include <gpuvirt/host.h>

/* From the best to the worst; the verdict of a check is the worst of what it saw. */
enum gv_verdict {
	GV_VERDICT_OK,
	GV_VERDICT_NOTE,    /* worth knowing, no trouble by itself */
	GV_VERDICT_SKIPPED, /* could not be looked at, or does not apply; it says why */
	GV_VERDICT_UNKNOWN, /* looked at, and what it means is not known */
	GV_VERDICT_WARNING, /* may be the trouble */
	GV_VERDICT_BAD,     /* known to keep 3D off, or to keep a machine from starting */
	GV_VERDICTS
};

/* "ok", "note", ...; static storage. */
const char *gv_verdict_name(enum gv_verdict verdict);

/* What a machine is; bits, because a guest can be a host as well. */
enum gv_place {
	GV_PLACE_LINUX_HOST = 1,
	GV_PLACE_WINDOWS_HOST = 2,
	GV_PLACE_VMWARE_GUEST = 4,
	GV_PLACE_HYPERV_GUEST = 8,
	GV_PLACE_WSL = 16,
};

struct gv_place_row {
	enum gv_place place;
	const char *id;    /* "linux-host" */
	const char *title; /* "a Linux host" */
};

/* All places, *COUNT of them; static storage. */
const struct gv_place_row *gv_places(size_t *count);

struct gv_exam;

/* A check: a row of one table. */
struct gv_doctor_check {
	const char *id;
	const char *title;
	uint32_t places;      /* bits of enum gv_place */
	const char *looks_at; /* files, variables and programs, for people */
	const char *needs;    /* a folder without which a captured tree tells nothing, or NULL */
	void (*run)(struct gv_exam *exam);
};

/* All checks, *COUNT of them, in the order in which they are made; static storage. */
const struct gv_doctor_check *gv_doctor_checks(size_t *count);

/* The check called ID, or NULL. */
const struct gv_doctor_check *gv_doctor_find(const char *id);

/* One thing that was seen: a printable line of UTF-8. */
struct gv_sight {
	enum gv_verdict verdict;
	const char *text;
	const char *cause; /* id for gpuvirt explain (gpuvirt/knowledge.h), or NULL */
};

/* What one check saw. */
struct gv_doctor_result {
	const struct gv_doctor_check *check;
	enum gv_verdict verdict;
	bool applies; /* the check is for a place like this one; else it is SKIPPED */
	struct gv_sight *sights;
	size_t sight_count;
	size_t sight_cap;
	const char **remedies; /* printable sentences */
	size_t remedy_count;
	size_t remedy_cap;
	const char *fix_key; /* a host-wide key that is a remedy, or NULL; static storage */
	const char *fix_value;
};

/* An examination of one machine. */
struct gv_doctor;

/*
 * Makes all checks that apply on this machine, or with ROOT on the tree captured there. Programs
 * are run only without ROOT, each for five seconds at most. *OUT is the caller's, to be freed with
 * gv_doctor_free. Fails when ROOT is no folder, or with GV_ENOMEM.
 */
enum gv_status gv_doctor_examine(struct gv_doctor **out, const char *root, struct gv_error *err);

/* Frees DOCTOR and all that was borrowed from it; NULL is fine. */
void gv_doctor_free(struct gv_doctor *doctor);

/* Bits of enum gv_place: what the machine was taken for. */
uint32_t gv_doctor_place(const struct gv_doctor *doctor);

/* The results, one for each check and in that order, *COUNT of them; borrowed. */
const struct gv_doctor_result *gv_doctor_results(const struct gv_doctor *doctor, size_t *count);

/* How many results that apply have VERDICT. */
size_t gv_doctor_count(const struct gv_doctor *doctor, enum gv_verdict verdict);

/*
 * Sets *ROW to the host-wide file in which the key of RESULT belongs and appends to PATH where it
 * lies, in a captured tree too. GV_ENOENT: the check has no remedy. GV_EREFUSED: it does not apply,
 * or its remedy is no such key.
 */
enum gv_status gv_doctor_locate_fix(const struct gv_doctor *doctor,
                                    const struct gv_doctor_result *result,
                                    const struct gv_host_row **row, struct gv_buf *path,
                                    struct gv_error *err);

/*
 * Appends the results as one JSON object (docs/doctor.md) and a line feed. out->failed tells when
 * memory ran out.
 */
void gv_doctor_json(struct gv_buf *out, const struct gv_doctor *doctor, const char *program);

#endif
