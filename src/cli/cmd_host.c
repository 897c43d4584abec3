/* host files, get, set and unset: VMware's host-wide files. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <gpuvirt/host.h>

#include "base/charset.h"
#include "cli/changes.h"
#include "cli/command.h"
#include "cli/host_write.h"
#include "cli/show.h"
#include "cli/wrap.h"
#include "platform/os.h"

/* What is asked for, resolved. Zero-initialise; dispose when done. */
struct asked {
	struct gv_host_environment environment;
	const struct gv_host_row *row; /* of --file, or where changes go */
	struct gv_buf path;            /* of ROW */
	struct gv_host host;
};

static void dispose(struct asked *asked)
{
	gv_host_dispose(&asked->host);
	gv_buf_dispose(&asked->path);
}

/* The environment, below --root if there is one. */
static bool look_around(struct cli *cli, struct asked *asked)
{
	const char *root = cli->settings.root;
	struct gv_os_stat stat;
	gv_host_environment(&asked->environment, root);
	if (root == NULL)
		return true;
	int code = gv_os_stat(NULL, root, true, &stat);
	if (code == 0 && stat.type == GV_OS_FOLDER)
		return true;
	output_error(&cli->out, root, "%s", code != 0 ? strerror(code) : "is no folder");
	return false;
}

static bool read_host(struct cli *cli, struct asked *asked)
{
	struct gv_error err = {0};
	if (gv_host_read(&asked->host, &asked->environment, cli->settings.max_size, &err) == GV_OK)
		return true;
	output_failure(&cli->out, NULL, &err);
	return false;
}

/* Says which files cannot be read; true when there are none. */
static bool tell_trouble(struct cli *cli, const struct gv_host *host)
{
	bool good = true;
	for (size_t i = 0; i < host->count; i++) {
		if (host->at[i].trouble.status == GV_OK)
			continue;
		output_failure(&cli->out, host->at[i].path, &host->at[i].trouble);
		good = false;
	}
	return good;
}

static const char *state_of(const struct gv_host_file *file)
{
	if (file->trouble.status != GV_OK)
		return "unreadable";
	return file->vmx != NULL ? "there" : "not there";
}

static void show_path(struct cli *cli, const struct gv_host_file *file)
{
	if (file->path != NULL)
		output_path(&cli->out, file->path);
	else
		output_format(&cli->out, "(%s is not set)", gv_host_variable(file->row));
}

/* What is to be known of a file, below it. */
GV_PRINTF(2, 3)
static void show_about(struct cli *cli, const char *format, ...)
{
	struct gv_buf text = {0};
	va_list args;
	va_start(args, format);
	gv_buf_vformat(&text, format, args);
	va_end(args);
	output_text(&cli->out, "    ");
	if (!text.failed)
		wrap_text(&cli->out, text.at, 4, 4, wrap_width(&cli->out));
	cli->out.pending.failed |= text.failed;
	gv_buf_dispose(&text);
}

static void show_file(struct cli *cli, const struct gv_host_file *file)
{
	static const char *const sure[] = {
		[GV_HOST_LOGGED] = "VMware's logs name it",
		[GV_HOST_REPORTED] = "users report it",
		[GV_HOST_UNSOURCED] = "no source",
	};
	const struct gv_host_row *row = file->row;
	output_format(&cli->out, "%-11s  %-10s  ", row->name, state_of(file));
	show_path(cli, file);
	output_text(&cli->out, "\n");
	if (!cli->settings.verbose)
		return;
	show_about(cli, "%s, for %s (%s)", row->section, row->whose, sure[row->sure]);
	if (row->why != NULL)
		show_about(cli, "%s: %s",
		           row->writing == GV_HOST_WRITE_NEVER ? "not written"
		                                               : "written only with --file",
		           row->why);
}

static enum gv_exit list_files(struct cli *cli, struct asked *asked)
{
	if (!read_host(cli, asked))
		return EXIT_NO;
	if (asked->host.count == 0) {
		output_error(&cli->out, NULL, "host: no host-wide files are known on this system");
		return EXIT_NO;
	}
	for (size_t i = 0; i < asked->host.count; i++)
		show_file(cli, &asked->host.at[i]);
	return tell_trouble(cli, &asked->host) ? EXIT_DONE : EXIT_NO;
}

/* PATH:LINE: [WORD: ]KEY = "VALUE" */
static void show_hit(struct cli *cli, const struct gv_host_hit *hit, const char *word)
{
	output_style(&cli->out, STYLE_BOLD);
	output_path(&cli->out, hit->file->path);
	output_format(&cli->out, ":%u:", (unsigned)hit->line.number);
	output_style(&cli->out, STYLE_PLAIN);
	output_text(&cli->out, " ");
	if (word != NULL)
		output_format(&cli->out, "%s: ", word);
	show_entry(&cli->out, hit->file->vmx, &hit->line);
}

/* The value alone, as "get" has it. */
static void show_value(struct cli *cli, const struct gv_host_hit *hit)
{
	struct gv_buf value = {0};
	gv_vmx_unescape(&value, hit->line.value);
	gv_buf_char(&value, '\n');
	show_bytes(&cli->out, hit->file->vmx, gv_buf_span(&value));
	cli->out.pending.failed |= value.failed;
	gv_buf_dispose(&value);
}

static const struct gv_host_hit *hit_in(const struct gv_host_hits *hits,
                                        const struct gv_host_file *file)
{
	for (size_t i = 0; i < hits->count; i++) {
		if (hits->at[i].file == file)
			return &hits->at[i];
	}
	return NULL;
}

/* Every file, with what it says about the key. */
static void show_all(struct cli *cli, const struct gv_host *host, const struct gv_host_hits *hits)
{
	for (size_t i = 0; i < host->count; i++) {
		const struct gv_host_file *file = &host->at[i];
		const struct gv_host_hit *hit = hit_in(hits, file);
		if (hit != NULL) {
			show_hit(cli, hit, hit == hits->wins ? "wins" : "overridden");
			continue;
		}
		show_path(cli, file);
		output_format(&cli->out, ": %s\n", file->vmx != NULL ? "not set" : state_of(file));
	}
}

/* What is to be known of the file that a value comes from. */
static void tell_doubts(struct cli *cli, const struct gv_host_hit *hit, const char *key)
{
	const char *path = hit->file->path;
	if (hit->repeated)
		output_error(&cli->out, path,
		             "%s stands there several times; which one VMware takes is not "
		             "known, the last is shown",
		             key);
	if (hit->file->row->use != GV_HOST_CHAIN && !cli->settings.quiet)
		output_error(&cli->out, path, "it counts for %s", hit->file->row->whose);
}

static bool get_key(struct cli *cli, const struct gv_host *host, const char *key)
{
	struct gv_host_hits hits;
	gv_host_find(&hits, host, gv_span_of(key));
	if (cli->settings.verbose)
		show_all(cli, host, &hits);
	if (hits.wins == NULL) {
		output_error(&cli->out, NULL, "no host-wide file sets %s", key);
		return false;
	}
	if (cli->settings.quiet)
		show_value(cli, hits.wins);
	else if (!cli->settings.verbose)
		show_hit(cli, hits.wins, NULL);
	tell_doubts(cli, hits.wins, key);
	return true;
}

static enum gv_exit get(struct cli *cli, struct asked *asked)
{
	if (!read_host(cli, asked))
		return EXIT_NO;
	enum gv_exit status = tell_trouble(cli, &asked->host) ? EXIT_DONE : EXIT_NO;
	for (int i = 1; i < cli->count; i++) {
		if (!get_key(cli, &asked->host, cli->arguments[i]))
			status = EXIT_NO;
	}
	return status;
}

/* Finds the file that changes go to, and its path. */
static enum gv_exit choose(struct cli *cli, struct asked *asked)
{
	struct gv_error err = {0};
	enum gv_status status =
		gv_host_choose(&asked->row, &asked->environment, cli->settings.file, &err);
	if (status != GV_OK) {
		output_failure(&cli->out, NULL, &err);
		return status == GV_EINVAL ? EXIT_MISUSE : EXIT_NO;
	}
	if (!gv_host_path(&asked->path, asked->row, &asked->environment)) {
		output_error(&cli->out, NULL, "host: %s is not set: where the file lies is unknown",
		             gv_host_variable(asked->row));
		return EXIT_MISUSE;
	}
	if (!asked->path.failed)
		return EXIT_DONE;
	output_error(&cli->out, NULL, "out of memory");
	return EXIT_NO;
}

/* Of a changed key: who else sets it. The rows of a system are in the order VMware asks them. */
static void tell_others(struct cli *cli, const struct asked *asked, const struct gv_change *change)
{
	struct gv_host_hits hits;
	bool set = change->kind == GV_CHANGE_SET;
	gv_host_find(&hits, &asked->host, change->name);
	for (size_t i = 0; i < hits.count; i++) {
		const struct gv_host_file *file = hits.at[i].file;
		if (file->row == asked->row || (set && file->row > asked->row))
			continue;
		output_error(&cli->out, file->path, "line %u sets %.*s %s",
		             (unsigned)hits.at[i].line.number, (int)change->name.len,
		             change->name.at, set ? "too, and comes first" : "still");
	}
	if (set && !gv_host_is_display_key(change->name))
		output_error(&cli->out, NULL,
		             "%.*s is no key of the display (mks.*, svga.*): whether VMware reads "
		             "it from such a file is not known here",
		             (int)change->name.len, change->name.at);
}

static void tell_keys(struct cli *cli, struct asked *asked, const struct gv_change *changes,
                      size_t count)
{
	if (cli->settings.quiet || !read_host(cli, asked))
		return;
	for (size_t i = 0; i < count; i++)
		tell_others(cli, asked, &changes[i]);
}

static enum gv_exit apply(struct cli *cli, struct asked *asked, const struct gv_change *changes,
                          size_t count)
{
	enum gv_exit status = host_write(cli, asked->row, asked->path.at, changes, count);
	if (status == EXIT_DONE)
		tell_keys(cli, asked, changes, count);
	return status;
}

static enum gv_exit change(struct cli *cli, struct asked *asked, enum gv_change_kind kind)
{
	enum gv_exit status = choose(cli, asked);
	if (status != EXIT_DONE)
		return status;
	size_t count;
	struct gv_change *changes = changes_read(cli, kind, &count);
	status = changes != NULL ? apply(cli, asked, changes, count) : EXIT_MISUSE;
	free(changes);
	return status;
}

static enum gv_exit set(struct cli *cli, struct asked *asked)
{
	return change(cli, asked, GV_CHANGE_SET);
}

static enum gv_exit unset(struct cli *cli, struct asked *asked)
{
	return change(cli, asked, GV_CHANGE_UNSET);
}

static const struct verb {
	const char *name;
	bool takes_keys;
	bool writes;
	enum gv_exit (*run)(struct cli *cli, struct asked *asked);
} verbs[] = {
	{"files", false, false, list_files},
	{"get", true, false, get},
	{"set", true, true, set},
	{"unset", true, true, unset},
};

/* Options that the command has and the verb has no use for are a misunderstanding. */
static bool suits(struct cli *cli, const struct verb *verb)
{
	const struct settings *settings = &cli->settings;
	if (verb->takes_keys != (cli->count > 1)) {
		output_error(&cli->out, NULL,
		             verb->takes_keys ? "host %s needs a key" : "host %s takes no key",
		             verb->name);
		return false;
	}
	if (verb->writes || (settings->file == NULL && !settings->dry_run && !settings->force &&
	                     !settings->no_backup))
		return true;
	output_error(
		&cli->out, NULL,
		"host %s writes nothing: --file, --dry-run, --force and --no-backup are for set "
		"and unset",
		verb->name);
	return false;
}

static enum gv_exit run_verb(struct cli *cli, const struct verb *verb)
{
	struct asked asked = {0};
	enum gv_exit status = EXIT_MISUSE;
	if (suits(cli, verb) && look_around(cli, &asked))
		status = verb->run(cli, &asked);
	dispose(&asked);
	return status;
}

enum gv_exit cmd_host(struct cli *cli)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(cli->arguments[0], verbs[i].name) == 0)
			return run_verb(cli, &verbs[i]);
	}
	output_error(&cli->out, NULL, "usage: gpuvirt host %s", cli->command->arguments);
	return EXIT_MISUSE;
}
