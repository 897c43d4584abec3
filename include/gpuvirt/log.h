/*
 * The logs that VMware writes beside a machine, vmware.log and mksSandbox.log, entry by entry.
 *
 * Knows how lines begin in all generations of the products, the dump of the configuration, and the
 * changes VMware makes to it; knows nothing about what other entries mean.
 *
 * A line begins in one of these ways (facts 4.7; mksSandbox.log begins like the vmware.log of the
 * same product):
 *
 *   Aug 18 10:01:58.124: vmx| TEXT                                            Workstation 6.5 - 7.1
 *   2012-05-25T12:10:50.125-06:00| vmx| I120: TEXT                            8 - 16.1
 *   2023-09-04T18:43:25.387Z In(05) vmx TEXT                                  16.2 - 17.6
 *   2026-01-09T08:08:30.173Z -INFO vmware-vmx.exe 15108 [ws@4413 threadName="vmx"] TEXT     25.0
 *
 * "+" in place of ":", or behind "In(05)", marks a line that goes on with the entry before. What
 * begins in no such way is text alone.
 */
#ifndef GPUVIRT_LOG_H
#define GPUVIRT_LOG_H

#include <gpuvirt/text.h>

/* Of a longer line only so many bytes are read. */
enum { GV_LOG_LINE_LIMIT = 256 << 10 };

/*
 * One line. Spans are borrowed from the log until the next is read, raw: any bytes, NUL among them.
 * What the line does not have is empty.
 */
struct gv_log_entry {
	uint64_t line;           /* 1-based */
	struct gv_span time;     /* as written; gv_log_time reads it */
	struct gv_span thread;   /* "vmx", "mks", "vcpu-0" */
	struct gv_span severity; /* as written, without "+": "I120", "In(05)", "-INFO" */
	struct gv_span text;     /* what follows */
	bool goes_on;            /* marked to go on with the entry before */
	bool from_sandbox;       /* mksSandbox logged it; "mksSandboxLog: " is not in text */
	bool cut;                /* longer than GV_LOG_LINE_LIMIT: the rest is left out */
};

/* A log that is being read, front to back. */
struct gv_log;

/*
 * Opens the file PATH, links followed. *OUT is the caller's, to be closed; untouched on failure.
 * GV_EINVAL: no regular file. Memory is GV_LOG_LINE_LIMIT, whatever the size of the file.
 */
enum gv_status gv_log_open(struct gv_log **out, const char *path, struct gv_error *err);

/* The same for TEXT, which is borrowed. Fails with GV_ENOMEM only. */
enum gv_status gv_log_open_text(struct gv_log **out, struct gv_span text, struct gv_error *err);

/*
 * Reads the next line into ENTRY. Lines end with LF, CR LF, CR or the file; a byte order mark at
 * the start is passed over. Returns false at the end, and when reading failed. Linear time.
 */
bool gv_log_next(struct gv_log *log, struct gv_log_entry *entry);

/* What made gv_log_next stop before the end, borrowed; NULL: nothing. */
const struct gv_error *gv_log_failure(const struct gv_log *log);

/* Closes LOG; NULL is fine. */
void gv_log_close(struct gv_log *log);

/*
 * Sets *OUT to the nanoseconds since 1970 that the time of an entry means. Returns false, *OUT
 * untouched, for what has no year (products before 8), no zone, or is no time.
 */
bool gv_log_time(struct gv_span time, uint64_t *out);

/* The product, as the first entry of a log has it. */
struct gv_log_product {
	struct gv_span name;    /* "VMware Workstation" */
	struct gv_span version; /* "17.6.3" */
	struct gv_span build;   /* "24583834" */
	struct gv_span pid;     /* of the vmware-vmx process, in mksSandbox.log too */
};

/* True when ENTRY begins a log ("Log for VMware ..."); then OUT borrows from it. */
bool gv_log_read_product(struct gv_log_product *out, const struct gv_log_entry *entry);

/* What an entry tells about the configuration. */
enum gv_log_fact_kind {
	GV_LOG_SECTION,      /* "DICT --- NAME PATH": the values that follow are of this file */
	GV_LOG_VALUE,        /* "DICT name = value" */
	GV_LOG_SET,          /* "ConfigDB: Setting name = value": VMware has changed the .vmx */
	GV_LOG_UNSET,        /* "ConfigDB: Unsetting "name"" */
	GV_LOG_UNSET_PREFIX, /* "ConfigDB: Unsetting all entries with prefix "name"" */
};

/*
 * Spans are borrowed from the entry. A dump holds what was so before the power-on, unescaped, in
 * UTF-8 whatever the file declares, without ".encoding"; the first section called "CONFIGURATION"
 * is the .vmx. Changes may be logged before the dump (facts 1.1, 4.7).
 */
struct gv_log_fact {
	enum gv_log_fact_kind kind;
	struct gv_span name;  /* key or prefix as spelt; of a section "CONFIGURATION", ... */
	struct gv_span value; /* without the quotes; of a section its path, or empty */
	bool quoted;          /* products before 10 write values without quotes */
	bool unclosed;        /* the closing quote is missing: the value is not whole */
	bool hidden;          /* "<not printed>": VMware keeps the value to itself */
};

/* True when ENTRY tells something about the configuration; then OUT is that. */
bool gv_log_read_fact(struct gv_log_fact *out, const struct gv_log_entry *entry);

#endif
