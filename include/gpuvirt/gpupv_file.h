/*
 * GPU-PV as files say it: NanaBox (.7b), Windows Sandbox (.wsb), .wslconfig and wsl.conf.
 *
 * Knows one such file from end to end: what it says, switching on and off, the way back. Knows
 * nothing about Hyper-V machines, and nothing about where records are kept.
 */
#ifndef GPUVIRT_GPUPV_FILE_H
#define GPUVIRT_GPUPV_FILE_H

#include <gpuvirt/edit.h>
#include <gpuvirt/repair.h>

/* Larger files are refused: real ones have a few thousand bytes. */
#define GV_GPUFILE_LIMIT ((uint64_t)1 << 20)

/* How NanaBox shares out GPUs (hyperv facts 4.1). */
enum gv_gpufile_mode {
	GV_GPUFILE_ANY, /* what the file has, else what suits */
	GV_GPUFILE_DISABLED,
	GV_GPUFILE_DEFAULT, /* the GPU that the host started with */
	GV_GPUFILE_LIST,    /* those that are named */
	GV_GPUFILE_MIRROR,  /* all, also those to come */
	GV_GPUFILE_MODES
};

/* The partition number of a device that is paravirtualised and not partitioned. */
enum { GV_GPUFILE_WHOLE = 65535 };

/* A file that lists more GPUs is refused. */
enum { GV_GPUFILE_DEVICES = 256 };

/* A GPU as a NanaBox file names it. */
struct gv_gpufile_device {
	struct gv_span path; /* its device interface, UTF-8 */
	uint16_t partition;
};

struct gv_gpufile_devices {
	const struct gv_gpufile_device *at;
	size_t count;
};

/* Leave as it is, or make so. */
enum gv_gpufile_switch { GV_GPUFILE_KEEP, GV_GPUFILE_OFF, GV_GPUFILE_ON };

/*
 * What is wanted of a file; borrowed, all of it. Only a .7b has modes, devices and driver files.
 * REMEMBERED is listed when neither DEVICES nor the file has any.
 */
struct gv_gpufile_wish {
	bool on;
	enum gv_gpufile_mode mode;
	struct gv_gpufile_devices devices; /* mode list: these and no others */
	struct gv_gpufile_devices remembered;
	enum gv_gpufile_switch driver_store; /* EnableHostDriverStore */
};

/* Something to know about a file. line and column are 1-based, 0: of the file as a whole. */
struct gv_gpufile_note {
	uint32_t line;
	uint32_t column;
	bool problem;      /* it keeps the setting from doing what it seems to say */
	char message[320]; /* one line of UTF-8, printable */
};

enum { GV_GPUFILE_NOTES = 16 };

enum gv_gpufile_power {
	GV_GPUFILE_IS_OFF,
	GV_GPUFILE_IS_ON,
	GV_GPUFILE_IS_OPEN, /* what its program makes of it is not known */
};

/* What a file says. Zero-initialise; dispose when done. */
struct gv_gpufile_setting {
	enum gv_gpufile_power power;
	char value[160];                   /* as a person reads it: "AssignmentMode is List" */
	enum gv_gpufile_mode mode;         /* .7b: what NanaBox takes it for */
	bool driver_store;                 /* .7b */
	struct gv_gpufile_device *devices; /* .7b: those that NanaBox would not drop */
	size_t device_count;
	size_t device_cap;
	struct gv_gpufile_note notes[GV_GPUFILE_NOTES];
	size_t note_count;
	size_t notes_left_out;
	struct gv_arena arena;
};

void gv_gpufile_setting_dispose(struct gv_gpufile_setting *setting);

/* A kind of file; rows of a table, static storage. */
struct gv_gpufile_kind {
	const char *id;     /* "nanabox" */
	const char *what;   /* "NanaBox machine" */
	const char *then;   /* what is left to do after a change; one line */
	const char *absent; /* what holds when there is no such file; NULL: there must be one */
	bool lists_gpus;    /* takes modes and devices */
	bool (*is_named)(struct gv_span name);
	enum gv_status (*read)(struct gv_gpufile_setting *setting, struct gv_span text,
	                       struct gv_error *err);
	enum gv_status (*plan)(struct gv_edits *edits, struct gv_span text,
	                       const struct gv_gpufile_wish *wish, struct gv_error *err);
};

/* The kind of the file PATH by its name, whether it is there or not; NULL: it is no such file. */
const struct gv_gpufile_kind *gv_gpufile_kind_of(const char *path);

/*
 * Where records are kept: of each file, named by KIND and PATH (absolute, links followed), the
 * changes that can be undone, newest last. A record is a JSON object, as text. NEWEST appends the
 * newest to OUT, and fails with GV_ENOENT when there is none. PUSH has it on the disk when it
 * returns GV_OK. POP takes the newest away.
 */
struct gv_gpufile_store {
	void *context;
	enum gv_status (*newest)(void *context, const char *kind, const char *path,
	                         struct gv_buf *out, struct gv_error *err);
	enum gv_status (*push)(void *context, const char *kind, const char *path, const char *verb,
	                       struct gv_span record, struct gv_error *err);
	enum gv_status (*pop)(void *context, const char *kind, const char *path,
	                      struct gv_error *err);
};

/* The store in the user's state folder, where the records of Hyper-V machines are too; static. */
const struct gv_gpufile_store *gv_gpufile_store(void);

/* Without a store nothing is recorded, and nothing can be undone. */
struct gv_gpufile_options {
	uint64_t max_size; /* bytes; no more than GV_GPUFILE_LIMIT counts */
	bool force;        /* override the guards that can be */
	bool backup;       /* keep the old file as PATH.bak */
	bool write;        /* false: everything but the writing */
	const struct gv_gpufile_store *store;
};

/* What an undo would find. */
enum gv_gpufile_undo {
	GV_GPUFILE_NO_RECORD, /* gpuvirt changed nothing, or that was undone */
	GV_GPUFILE_CAN_UNDO,  /* the file is as the last change left it */
	GV_GPUFILE_NOT_MADE,  /* it is as it was before the change: nothing is left to undo */
	GV_GPUFILE_OVERTAKEN, /* another program has changed it since */
};

/* What became of one file. Zero-initialise; dispose when done. */
struct gv_gpufile {
	const struct gv_gpufile_kind *kind;
	bool exists;                       /* it was there */
	bool wide;                         /* its text is UTF-16: no diff can be shown */
	struct gv_buf original;            /* the bytes that were read */
	struct gv_gpufile_setting setting; /* what they say */
	struct gv_gpufile_setting after;   /* what the text of a change says */
	struct gv_edits edits;             /* settled; for gv_diff */
	struct gv_buf text;                /* the new text */
	bool changes;                      /* the file would be, or was, changed, made or removed */
	bool removes;                      /* an undo takes away the file that a change made */
	enum gv_gpufile_undo undo;         /* of status and undo */
	struct gv_refusals refusals;       /* asked only when something is to change */
	bool refused;
	bool written;
};

/*
 * Reads PATH and what it says. A file that is not there is no failure where its kind has a default
 * (kind->absent). GV_EINVAL when PATH is of no kind; GV_EPARSE with the place; GV_ENOENT;
 * GV_ETOOBIG.
 */
enum gv_status gv_gpufile_status(struct gv_gpufile *file, const char *path,
                                 const struct gv_gpufile_options *options, struct gv_error *err);

/*
 * Makes PATH say what WISH wants: the record first, then the file in one atomic replacement. Where
 * it says so already nothing is touched and file->changes is false. Refusals are no failure. On a
 * failure the file has its old bytes, and the store its old records. Another program's change
 * meanwhile starts over, five times at most. GV_EINVAL: a wish that the kind does not know, or a
 * list without a device.
 */
enum gv_status gv_gpufile_change(struct gv_gpufile *file, const char *path,
                                 const struct gv_gpufile_wish *wish,
                                 const struct gv_gpufile_options *options, struct gv_error *err);

/*
 * Gives PATH exactly the bytes it had before the last change, or takes it away when that change
 * made it (it then stays as PATH.bak); the record goes. GV_ENOENT: there is none. GV_EREFUSED: the
 * file has been changed since.
 */
enum gv_status gv_gpufile_undo(struct gv_gpufile *file, const char *path,
                               const struct gv_gpufile_options *options, struct gv_error *err);

void gv_gpufile_dispose(struct gv_gpufile *file);

#endif
