/*
 * VMware's host-wide files: which there are, what they say about a key, and which one wins.
 *
 * Knows where each system has them, in which order VMware asks them for a machine, and which may
 * be written; knows nothing about what a key does. Where a fact is not known the table says so.
 */
#ifndef GPUVIRT_HOST_H
#define GPUVIRT_HOST_H

#include <gpuvirt/repair.h>

enum gv_host_system { GV_HOST_LINUX, GV_HOST_WINDOWS, GV_HOST_MACOS, GV_HOST_ANOTHER };

/* What stands before the path of a row. */
enum gv_host_base { GV_HOST_ABSOLUTE, GV_HOST_HOME, GV_HOST_APPDATA, GV_HOST_PROGRAMDATA };

/* Whether a key in the file counts for machines. */
enum gv_host_use {
	GV_HOST_CHAIN,     /* it does: VMware asks the file for every machine */
	GV_HOST_PLAYER,    /* VMware Player looks for it first, other products do not */
	GV_HOST_BY_REPORT, /* not in the order that VMware logs; users report that keys work */
	GV_HOST_UNKNOWN,
};

enum gv_host_writing {
	GV_HOST_WRITE,       /* a change goes there */
	GV_HOST_WRITE_NAMED, /* only when the user names the file */
	GV_HOST_WRITE_NEVER,
};

/* How sure it is that the file is there and counts. */
enum gv_host_sure {
	GV_HOST_LOGGED,   /* VMware's own logs name it */
	GV_HOST_REPORTED, /* several reports of users */
	GV_HOST_UNSOURCED /* no source */
};

/* A host-wide file; rows of one table. Facts 2. */
struct gv_host_row {
	enum gv_host_system system;
	const char *name;    /* by which the user names it */
	const char *section; /* what VMware's log calls it */
	enum gv_host_base base;
	const char *path; /* behind the base */
	unsigned rank;    /* place in the order that VMware asks for a machine; 0: none known */
	enum gv_host_use use;
	enum gv_host_writing writing;
	enum gv_host_sure sure;
	const char *whose; /* for which machines it counts */
	const char *why;   /* it is not written, or only when named; NULL when it is */
	bool rewritten;    /* VMware's window writes the whole file when it closes */
};

/* All rows, *COUNT of them, those of a system together, in the order of their rank. */
const struct gv_host_row *gv_host_rows(size_t *count);

/* Where to look. Texts are borrowed; NULL where the environment has none. */
struct gv_host_environment {
	enum gv_host_system system;
	const char *root; /* before every path: a captured tree; NULL: this host itself */
	const char *home;
	const char *appdata;
	const char *programdata;
};

/* This process's environment. ROOT is borrowed and may be NULL. */
void gv_host_environment(struct gv_host_environment *out, const char *root);

/*
 * Appends the path of ROW. False when the variable that it lies under is not set. Below a root a
 * drive ("C:") goes and "\" becomes "/".
 */
bool gv_host_path(struct gv_buf *out, const struct gv_host_row *row,
                  const struct gv_host_environment *environment);

/* The name of the variable that ROW lies under, or NULL; static storage. */
const char *gv_host_variable(const struct gv_host_row *row);

/* One of the files as it was read. */
struct gv_host_file {
	const struct gv_host_row *row;
	char *path;              /* NULL: its variable is not set */
	struct gv_buf text;      /* which the document borrows */
	struct gv_vmx *vmx;      /* NULL: not there, or trouble */
	struct gv_error trouble; /* why it could not be read; GV_OK: no trouble */
};

enum { GV_HOST_FILES = 6 };

/* The files of a system, in the order of its rows. Zero-initialise; dispose when done. */
struct gv_host {
	struct gv_host_file at[GV_HOST_FILES];
	size_t count;
};

/* Parses file->text, of a dictionary of VMware's; what is wrong with it is file->trouble. */
void gv_host_parse(struct gv_host_file *file);

/*
 * Reads the files of ENVIRONMENT's system; of one that cannot be read, or is no dictionary, trouble
 * says why, and the others go on. Files above MAX_SIZE bytes are not read. Fails with GV_ENOMEM
 * only.
 */
enum gv_status gv_host_read(struct gv_host *host, const struct gv_host_environment *environment,
                            uint64_t max_size, struct gv_error *err);

void gv_host_dispose(struct gv_host *host);

/* A place where a key is set. */
struct gv_host_hit {
	const struct gv_host_file *file;
	struct gv_line line; /* of several in one file the last */
	bool repeated;       /* there are several */
};

/* The places of a key, in the order in which VMware asks. */
struct gv_host_hits {
	struct gv_host_hit at[GV_HOST_FILES];
	size_t count;
	const struct gv_host_hit *wins; /* the first in the chain, else the first; NULL: none */
};

/* Finds KEY, in any case. A .vmx that sets the key comes before all of them. */
void gv_host_find(struct gv_host_hits *hits, const struct gv_host *host, struct gv_span key);

/* True for keys that belong to the display: mks.*, svga.*. */
bool gv_host_is_display_key(struct gv_span key);

/*
 * Sets *OUT to the row of ENVIRONMENT's system that NAME names, or where changes go when it is
 * NULL. GV_EINVAL when there is none; GV_EREFUSED when it is not to be written.
 */
enum gv_status gv_host_choose(const struct gv_host_row **out,
                              const struct gv_host_environment *environment, const char *name,
                              struct gv_error *err);

/* Wanted changes of keys in one file. Borrowed. */
struct gv_host_change {
	const char *path;
	const struct gv_host_row *row; /* whose path it is */
	bool captured; /* it lies in a captured tree: what runs here is nothing to it */
	const struct gv_change *changes;
	size_t count;
	const struct gv_repair_options *options;
};

/*
 * Makes the changes as gv_change_file does, with its guards, encryption and suspension aside. A
 * file that is not there is created, in a folder that is, with the mode that the umask gives, and
 * *CREATED set. GV_EREFUSED also when this user may not write there, when the file is NixOS's, and
 * when VMware is open and would write over it (force overrides the last).
 */
enum gv_status gv_host_change(struct gv_repair *repair, bool *created,
                              const struct gv_host_change *change, struct gv_error *err);

#endif
