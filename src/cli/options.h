/*
 * Options: a table of rows, and the settings they fill.
 *
 * Knows what options exist; each command says which of them it takes.
 */
#ifndef GPUVIRT_CLI_OPTIONS_H
#define GPUVIRT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gpuvirt/batch.h>
#include <gpuvirt/report.h>
#include <gpuvirt/text.h>

#include "cli/output.h"

enum option_id {
	OPTION_DRY_RUN,
	OPTION_RULES,
	OPTION_CONFIG,
	OPTION_CHANGED_SINCE,
	OPTION_UNSAFE,
	OPTION_FORCE,
	OPTION_NO_BACKUP,
	OPTION_EXCLUDE,
	OPTION_MAX_SIZE,
	OPTION_JOBS,
	OPTION_DURABILITY,
	OPTION_LOCK,
	OPTION_LOCK_TIMEOUT,
	OPTION_OUTPUT_FORMAT,
	OPTION_OUTPUT,
	OPTION_STATISTICS,
	OPTION_EXIT_ZERO,
	OPTION_BASELINE,
	OPTION_WRITE_BASELINE,
	OPTION_WRITE,
	OPTION_CANDIDATE,
	OPTION_FILE,
	OPTION_ROOT,
	OPTION_FIX,
	OPTION_GPU,
	OPTION_MMIO_HIGH,
	OPTION_MODE,
	OPTION_PROFILE,
	OPTION_POWERSHELL,
	OPTION_COMPUTER,
	OPTION_TIMEOUT,
	OPTION_ALL,
	OPTION_COLOR,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_HELP,
	OPTIONS
};

/* The bit of an option in struct command. */
#define OPTION_BIT(option) (UINT64_C(1) << (option))

struct option_row {
	const char *name;  /* without "--" */
	char letter;       /* 0: none */
	const char *value; /* what the help calls the value, NULL: takes none */
	const char *help;  /* one line, no full stop */
	const char *takes; /* which values, where not all are good */
};

/* The rows, indexed by enum option_id; static storage. */
extern const struct option_row option_rows[OPTIONS];

/* Texts given to an option that may be repeated; borrowed from argv. */
struct text_list {
	const char **at;
	size_t count;
	size_t cap;
};

enum gpu_mode { MODE_NONE, MODE_LIST, MODE_MIRROR, MODE_DEFAULT };

struct settings {
	uint64_t given; /* the bits of the options that were read */
	bool dry_run;
	bool unsafe;
	bool force;
	bool no_backup;
	bool quiet;
	bool verbose;
	bool help;
	enum color_choice color;
	uint64_t max_size;         /* bytes */
	const char *config;        /* NULL: searched */
	const char *changed_since; /* NULL: all files */
	unsigned jobs;             /* workers; 0: as many as there are processors */
	enum gv_durability durability;
	struct gv_lock_options lock;
	const struct gv_format *format; /* NULL: text */
	const char *output;             /* NULL: standard output */
	const char *baseline;           /* NULL: none */
	const char *write_baseline;     /* NULL: none */
	bool write;
	const char *candidate; /* NULL: the best */
	const char *file;      /* NULL: the one that changes go to */
	const char *root;      /* NULL: this host itself */
	bool statistics;
	bool exit_zero;
	const char *fix; /* id of a check of doctor, or NULL */
	bool all;
	const char *gpu;        /* NULL: the only one */
	uint64_t mmio_high;     /* bytes; 0: as the profile says */
	enum gpu_mode mode;     /* MODE_NONE: not given */
	const char *profile;    /* NULL: the one that is built in */
	const char *powershell; /* NULL: found */
	const char *computer;   /* NULL: this host */
	unsigned timeout;       /* seconds; 0: the default */
	struct text_list rules;
	struct text_list excludes;
};

/*
 * Reads options out of argv[1..], those with a bit in TAKEN, which the command NAME takes. argv is
 * reordered so that the other arguments stand behind them. Returns the index of the first argument,
 * or -1 with a message in *PROBLEM for misuse; the message names a likely spelling when there is
 * one.
 */
int options_read(struct settings *settings, const char *name, uint64_t taken, int argc, char **argv,
                 struct gv_buf *problem);

void settings_dispose(struct settings *settings);

#endif
