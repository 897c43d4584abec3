/* The table of VMware's host-wide files, and reading them (facts 2). */
#include <gpuvirt/host.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "vmx/recognise.h"

/*
 * Sections, paths and their order: VMware's own logs, where Linux and Windows show them alike. That
 * of two files the earlier wins follows from that order; no source says it in words.
 */
#define INSTALLED "it belongs to the installed product; the files of user and system come before it"
#define NO_SOURCE "no source confirms this path on macOS: look at it, then name it"

/* clang-format off */
static const struct gv_host_row rows[] = {
	{GV_HOST_LINUX, "user", "USER DEFAULTS", GV_HOST_HOME, ".vmware/config", 1,
	 GV_HOST_CHAIN, GV_HOST_WRITE, GV_HOST_LOGGED,
	 "every machine that this user starts", NULL, false},
	{GV_HOST_LINUX, "system", "HOST DEFAULTS", GV_HOST_ABSOLUTE, "/etc/vmware/config", 2,
	 GV_HOST_CHAIN, GV_HOST_WRITE_NAMED, GV_HOST_LOGGED,
	 "every machine on this host", NULL, false},
	{GV_HOST_LINUX, "site", "SITE DEFAULTS", GV_HOST_ABSOLUTE, "/usr/lib/vmware/config", 3,
	 GV_HOST_CHAIN, GV_HOST_WRITE_NEVER, GV_HOST_LOGGED,
	 "every machine on this host", INSTALLED, false},
	{GV_HOST_LINUX, "global", "GLOBAL SETTINGS", GV_HOST_ABSOLUTE, "/usr/lib/vmware/settings", 4,
	 GV_HOST_CHAIN, GV_HOST_WRITE_NEVER, GV_HOST_LOGGED,
	 "every machine on this host", INSTALLED, false},
	{GV_HOST_LINUX, "preferences", "USER PREFERENCES", GV_HOST_HOME, ".vmware/preferences", 0,
	 GV_HOST_BY_REPORT, GV_HOST_WRITE_NAMED, GV_HOST_REPORTED,
	 "every machine that this user starts, as users report", NULL, true},

	{GV_HOST_WINDOWS, "user", "USER DEFAULTS", GV_HOST_APPDATA, "VMware/config.ini", 1,
	 GV_HOST_CHAIN, GV_HOST_WRITE, GV_HOST_LOGGED,
	 "every machine that this user starts", NULL, false},
	{GV_HOST_WINDOWS, "player", "HOST DEFAULTS", GV_HOST_PROGRAMDATA,
	 "VMware/VMware Player/config.ini", 2,
	 GV_HOST_PLAYER, GV_HOST_WRITE_NEVER, GV_HOST_LOGGED,
	 "machines that VMware Player starts",
	 "only VMware Player looks for it; the file of system is for all products", false},
	{GV_HOST_WINDOWS, "system", "HOST DEFAULTS", GV_HOST_PROGRAMDATA,
	 "VMware/VMware Workstation/config.ini", 2,
	 GV_HOST_CHAIN, GV_HOST_WRITE_NAMED, GV_HOST_LOGGED, /* it is SITE DEFAULTS too */
	 "every machine on this host", NULL, false},
	{GV_HOST_WINDOWS, "global", "GLOBAL SETTINGS", GV_HOST_PROGRAMDATA,
	 "VMware/VMware Workstation/settings.ini", 4,
	 GV_HOST_CHAIN, GV_HOST_WRITE_NEVER, GV_HOST_LOGGED,
	 "every machine on this host", INSTALLED, false},
	{GV_HOST_WINDOWS, "preferences", "USER PREFERENCES", GV_HOST_APPDATA,
	 "VMware/preferences.ini", 0,
	 GV_HOST_BY_REPORT, GV_HOST_WRITE_NAMED, GV_HOST_REPORTED,
	 "every machine that this user starts, as users report", NULL, true},

	{GV_HOST_MACOS, "preferences", "USER PREFERENCES", GV_HOST_HOME,
	 "Library/Preferences/VMware Fusion/preferences", 0,
	 GV_HOST_UNKNOWN, GV_HOST_WRITE_NAMED, GV_HOST_UNSOURCED,
	 "machines of which no source tells", NO_SOURCE, true},
};
/* clang-format on */

const struct gv_host_row *gv_host_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

static const char *const variables[] = {
	[GV_HOST_HOME] = "HOME",
	[GV_HOST_APPDATA] = "APPDATA",
	[GV_HOST_PROGRAMDATA] = "ProgramData",
};

const char *gv_host_variable(const struct gv_host_row *row)
{
	return variables[row->base];
}

void gv_host_environment(struct gv_host_environment *out, const char *root)
{
	static const enum gv_host_system systems[] = {
		[GV_OS_LINUX] = GV_HOST_LINUX,
		[GV_OS_WINDOWS] = GV_HOST_WINDOWS,
		[GV_OS_MACOS] = GV_HOST_MACOS,
		[GV_OS_ANOTHER] = GV_HOST_ANOTHER,
	};
	*out = (struct gv_host_environment){
		.system = systems[gv_os_system()],
		.root = root,
		.home = gv_os_environment(variables[GV_HOST_HOME]),
		.appdata = gv_os_environment(variables[GV_HOST_APPDATA]),
		.programdata = gv_os_environment(variables[GV_HOST_PROGRAMDATA]),
	};
}

/* Appends the absolute path HERE as it is called below a root. */
static void add_below(struct gv_buf *out, const char *here)
{
	if (here[0] != '\0' && here[1] == ':')
		here += 2;
	for (; *here != '\0'; here++)
		gv_buf_char(out, *here == '\\' ? '/' : *here);
}

bool gv_host_path(struct gv_buf *out, const struct gv_host_row *row,
                  const struct gv_host_environment *environment)
{
	const char *const bases[] = {
		[GV_HOST_ABSOLUTE] = "",
		[GV_HOST_HOME] = environment->home,
		[GV_HOST_APPDATA] = environment->appdata,
		[GV_HOST_PROGRAMDATA] = environment->programdata,
	};
	const char *base = bases[row->base];
	if (base == NULL)
		return false;
	if (environment->root == NULL) {
		gv_buf_text(out, base);
	} else {
		gv_buf_text(out, environment->root);
		add_below(out, base);
	}
	if (row->base != GV_HOST_ABSOLUTE)
		gv_buf_char(out, '/');
	gv_buf_text(out, row->path);
	return true;
}

void gv_host_parse(struct gv_host_file *file)
{
	if (gv_vmx_parse(&file->vmx, gv_buf_span(&file->text), &file->trouble) != GV_OK)
		return;
	const char *what = gv_vmx_no_dictionary(file->vmx);
	if (what == NULL)
		return;
	gv_vmx_free(file->vmx);
	file->vmx = NULL;
	gv_fail(&file->trouble, GV_EINVAL, "not a dictionary of VMware's: %s", what);
}

/* Reads and parses the file; what is wrong with it is its trouble. */
static void read_file(struct gv_host_file *file, uint64_t max_size)
{
	struct gv_file read = {0};
	struct gv_os_stat stat;
	if (gv_os_stat(NULL, file->path, true, &stat) == ENOENT)
		return;
	enum gv_status status = gv_file_read(&read, file->path, max_size, &file->trouble);
	file->text = read.text;
	if (status == GV_OK)
		gv_host_parse(file);
}

static enum gv_status add_file(struct gv_host *host, const struct gv_host_row *row,
                               const struct gv_host_environment *environment, uint64_t max_size,
                               struct gv_error *err)
{
	struct gv_host_file *file = &host->at[host->count++];
	struct gv_buf path = {0};
	*file = (struct gv_host_file){.row = row};
	if (!gv_host_path(&path, row, environment))
		return GV_OK;
	file->path = path.at;
	if (path.failed)
		return gv_fail_memory(err);
	read_file(file, max_size);
	return file->trouble.status == GV_ENOMEM ? gv_fail_memory(err) : GV_OK;
}

enum gv_status gv_host_read(struct gv_host *host, const struct gv_host_environment *environment,
                            uint64_t max_size, struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].system == environment->system && host->count < GV_HOST_FILES)
			status = add_file(host, &rows[i], environment, max_size, err);
	}
	return status;
}

void gv_host_dispose(struct gv_host *host)
{
	for (size_t i = 0; i < host->count; i++) {
		gv_vmx_free(host->at[i].vmx);
		gv_buf_dispose(&host->at[i].text);
		free(host->at[i].path);
	}
	*host = (struct gv_host){0};
}

static bool find_in(struct gv_host_hit *hit, const struct gv_host_file *file, struct gv_span key)
{
	*hit = (struct gv_host_hit){.file = file};
	if (file->vmx == NULL || !gv_vmx_find(file->vmx, key, &hit->line))
		return false;
	while (gv_vmx_find_again(file->vmx, &hit->line))
		hit->repeated = true;
	return true;
}

void gv_host_find(struct gv_host_hits *hits, const struct gv_host *host, struct gv_span key)
{
	*hits = (struct gv_host_hits){0};
	for (size_t i = 0; i < host->count; i++) {
		struct gv_host_hit *hit = &hits->at[hits->count];
		if (!find_in(hit, &host->at[i], key))
			continue;
		hits->count++;
		bool first = hits->wins == NULL || hits->wins->file->row->use != GV_HOST_CHAIN;
		if (hits->wins == NULL || (first && hit->file->row->use == GV_HOST_CHAIN))
			hits->wins = hit;
	}
}

bool gv_host_is_display_key(struct gv_span key)
{
	return gv_span_begins_nocase(key, GV_LITERAL("mks.")) ||
	       gv_span_begins_nocase(key, GV_LITERAL("svga."));
}
