/*
 * Where the doctor's facts come from: this machine, or a tree that was captured from one.
 *
 * Knows files, links, the environment and programs; knows nothing about what they mean. Paths are
 * absolute and "/" parts them. In a captured tree links lead nowhere but into the tree, the
 * environment is the file doctor/environ, and what a program said is a file in doctor/commands.
 *
 * What is handed out is borrowed, and stays until the machine is closed.
 */
#ifndef GPUVIRT_DOCTOR_MACHINE_H
#define GPUVIRT_DOCTOR_MACHINE_H

#include <gpuvirt/text.h>

#include "doctor/programs.h"

struct machine;

/* Whether something is there. */
enum presence {
	PRESENT,
	ABSENT,
	HIDDEN, /* it cannot be told; struct gv_error says why */
};

struct machine_names {
	const char **at; /* sorted */
	size_t count;
};

/*
 * Opens this machine, or with ROOT the tree captured there. *OUT is the caller's to close. Fails
 * with GV_EINVAL or GV_ESYSTEM when ROOT is no folder, or GV_ENOMEM.
 */
enum gv_status machine_open(struct machine **out, const char *root, struct gv_error *err);

/* Frees MACHINE; NULL is fine. */
void machine_close(struct machine *machine);

bool machine_is_captured(const struct machine *machine);

/* True when memory ran out in any call; what was answered since is worth nothing. */
bool machine_failed(const struct machine *machine);

/* Reads the file PATH, followed by a NUL. Files of more than a megabyte are HIDDEN. */
enum presence machine_read(struct machine *machine, const char *path, struct gv_span *text,
                           struct gv_error *why);

/* Whether there is anything called PATH, links followed. */
enum presence machine_has(struct machine *machine, const char *path, struct gv_error *why);

/* The names in the folder PATH, at most 4096 of them. */
enum presence machine_list(struct machine *machine, const char *path, struct machine_names *names,
                           struct gv_error *why);

/* The last part of what the link PATH leads to; NULL when it is none. */
const char *machine_link(struct machine *machine, const char *path);

/* Whether this user may read and write PATH; HIDDEN in a captured tree, which does not tell. */
enum presence machine_usable(struct machine *machine, const char *path, struct gv_error *why);

/* The environment variable NAME, or NULL. An empty one counts as none. */
const char *machine_variable(const struct machine *machine, const char *name);

/* False when a captured tree has no doctor/environ. */
bool machine_knows_environment(const struct machine *machine);

/*
 * What PROGRAM said, standard output and then standard error; it is run once, for five seconds at
 * most. ABSENT: it is not installed, or was not captured.
 */
enum presence machine_ask(struct machine *machine, enum program program, struct gv_span *said,
                          struct gv_error *why);

/* Appends where PATH lies on this machine, links followed as far as it exists. */
bool machine_locate(struct machine *machine, const char *path, struct gv_buf *out);

/* Keeps a text made as by printf. Never NULL: when memory runs out it is empty. */
const char *machine_keep(struct machine *machine, const char *format, ...) GV_PRINTF(2, 3);

#endif
