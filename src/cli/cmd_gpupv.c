/* gpupv: GPU paravirtualisation of Hyper-V machines, and in files. */
#include <string.h>

#include "cli/command.h"
#include "cli/gpupv_files.h"
#include "cli/gpupv_machines.h"
#include "cli/suggest.h"
#include "gpupv/profile.h"

/* False, after a message, for a format that is not made here. */
static bool is_format_made(struct cli *cli)
{
	const struct gv_format *format = cli->settings.format;
	if (format == NULL || strcmp(format->name, "json") == 0)
		return true;
	output_error(&cli->out, NULL, "gpupv prints text or json, not %s", format->name);
	return false;
}

static enum gv_exit show_gpus(struct cli *cli)
{
	return is_format_made(cli) ? gpupv_machines_gpus(cli) : EXIT_MISUSE;
}

static enum gv_exit worse(enum gv_exit a, enum gv_exit b)
{
	return a > b ? a : b;
}

static enum gv_exit show_profile(struct cli *cli)
{
	output_bytes(&cli->out, gv_profile_builtin());
	return EXIT_DONE;
}

/* Options that ask a host mean nothing to a file, and those of files nothing to a machine. */
#define OF_HOSTS                                                                                   \
	(OPTION_BIT(OPTION_POWERSHELL) | OPTION_BIT(OPTION_COMPUTER) |                             \
	 OPTION_BIT(OPTION_TIMEOUT) | OPTION_BIT(OPTION_MMIO_HIGH))
#define OF_FILES (OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_NO_BACKUP))

/* True unless one of the OPTIONS was given, which WHAT does not have. */
static bool goes_without(struct cli *cli, const char *target, uint64_t options, const char *what)
{
	for (int i = 0; i < OPTIONS; i++) {
		if ((cli->settings.given & options & OPTION_BIT(i)) == 0)
			continue;
		output_error(&cli->out, target, "%s has no --%s", what, option_rows[i].name);
		return false;
	}
	return true;
}

/* What can be asked of a target. */
enum request { REQUEST_STATUS, REQUEST_ENABLE, REQUEST_DISABLE, REQUEST_UNDO, REQUEST_SCRIPT };

static enum gv_exit serve_vm(struct cli *cli, enum request request, const char *target)
{
	if (cli->settings.mode != MODE_NONE) {
		output_error(&cli->out, target, "a Hyper-V machine has no --mode");
		return EXIT_MISUSE;
	}
	if (!goes_without(cli, target, OF_FILES, "a Hyper-V machine"))
		return EXIT_MISUSE;
	switch (request) {
	case REQUEST_STATUS:
		return gpupv_machines_status(cli, target);
	case REQUEST_ENABLE:
		return gpupv_machines_change(cli, target, GV_VM_ENABLE);
	case REQUEST_DISABLE:
		return gpupv_machines_change(cli, target, GV_VM_DISABLE);
	case REQUEST_UNDO:
		return gpupv_machines_change(cli, target, GV_VM_UNDO);
	case REQUEST_SCRIPT:
		return gpupv_machines_script(cli, target, strcmp(cli->arguments[1], "enable") == 0);
	}
	return EXIT_MISUSE;
}

static enum gv_exit serve_file(struct cli *cli, enum request request, const char *target)
{
	if (!goes_without(cli, target, OF_HOSTS, "a file") || !gpupv_files_is_there(cli, target))
		return EXIT_MISUSE;
	switch (request) {
	case REQUEST_STATUS:
		return gpupv_files_status(cli, target);
	case REQUEST_ENABLE:
		return gpupv_files_change(cli, target, true);
	case REQUEST_DISABLE:
		return gpupv_files_change(cli, target, false);
	case REQUEST_UNDO:
		return gpupv_files_undo(cli, target);
	case REQUEST_SCRIPT:
		break;
	}
	output_error(&cli->out, target, "a file needs no script: take the file to the other host");
	return EXIT_MISUSE;
}

/* Kinds of targets, told apart by the name; what no row before takes is a machine. */
static const struct target_kind {
	const char *name; /* the end of the name, or all of it behind the last separator */
	bool whole;
	enum gv_exit (*serve)(struct cli *cli, enum request request, const char *target);
} kinds[] = {
	{".7b", false, serve_file},
	{".wsb", false, serve_file},
	{".wslconfig", true, serve_file},
	{"wsl.conf", true, serve_file},
	{"", false, serve_vm},
};

static bool is_of_kind(const struct target_kind *kind, const char *target)
{
	struct gv_span name = gv_span_of(target);
	for (size_t i = name.len; kind->whole && i > 0; i--) {
		if (name.at[i - 1] == '/' || name.at[i - 1] == '\\') {
			name = gv_span_part(name, i, name.len);
			break;
		}
	}
	struct gv_span sought = gv_span_of(kind->name);
	return kind->whole ? gv_span_equal_nocase(name, sought) : gv_span_ends_nocase(name, sought);
}

static enum gv_exit serve(struct cli *cli, enum request request, const char *target)
{
	const struct target_kind *kind = kinds;
	if (target[0] == '\0') {
		output_error(&cli->out, NULL, "a target has a name");
		return EXIT_MISUSE;
	}
	while (!is_of_kind(kind, target))
		kind++;
	return kind->serve(cli, request, target);
}

static enum gv_exit show_status(struct cli *cli)
{
	enum gv_exit status = EXIT_DONE;
	if (!is_format_made(cli))
		return EXIT_MISUSE;
	if (cli->settings.all && cli->count > 1) {
		output_error(&cli->out, NULL, "gpupv status takes targets or --all, not both");
		return EXIT_MISUSE;
	}
	if (cli->settings.format != NULL && cli->count > 2) {
		output_error(&cli->out, NULL, "as json one target can be shown, or --all");
		return EXIT_MISUSE;
	}
	if (cli->count == 1) /* as with --all */
		return gpupv_machines_status(cli, NULL);
	for (int i = 1; i < cli->count; i++)
		status = worse(status, serve(cli, REQUEST_STATUS, cli->arguments[i]));
	return status;
}

static enum gv_exit enable(struct cli *cli)
{
	return serve(cli, REQUEST_ENABLE, cli->arguments[1]);
}

static enum gv_exit disable(struct cli *cli)
{
	return serve(cli, REQUEST_DISABLE, cli->arguments[1]);
}

static enum gv_exit undo(struct cli *cli)
{
	return serve(cli, REQUEST_UNDO, cli->arguments[1]);
}

#define ALWAYS (OPTION_BIT(OPTION_COLOR) | OPTION_BIT(OPTION_HELP))
#define ASKS                                                                                       \
	(ALWAYS | OPTION_BIT(OPTION_POWERSHELL) | OPTION_BIT(OPTION_COMPUTER) |                    \
	 OPTION_BIT(OPTION_TIMEOUT))
#define SHOWS (ASKS | OPTION_BIT(OPTION_OUTPUT_FORMAT))
#define DRY   (OPTION_BIT(OPTION_DRY_RUN))
#define SETS                                                                                       \
	(OPTION_BIT(OPTION_GPU) | OPTION_BIT(OPTION_MMIO_HIGH) | OPTION_BIT(OPTION_PROFILE) |      \
	 OPTION_BIT(OPTION_MODE))

static enum gv_exit script(struct cli *cli)
{
	const char *verb = cli->arguments[1];
	if (strcmp(verb, "disable") == 0 && (cli->settings.given & SETS) != 0) {
		output_error(&cli->out, NULL,
		             "gpupv script disable takes no GPU, size, profile or mode");
		return EXIT_MISUSE;
	}
	if (strcmp(verb, "enable") == 0 || strcmp(verb, "disable") == 0)
		return serve(cli, REQUEST_SCRIPT, cli->arguments[2]);
	output_error(&cli->out, NULL, "gpupv script enable TARGET, or gpupv script disable TARGET");
	return EXIT_MISUSE;
}

/* clang-format off */
const struct command_verb gpupv_verbs[] = {
	{"gpus", "", "list the GPUs that the host can share", SHOWS, 0, 0, show_gpus},
	{"status", "[TARGET... | --all]", "show what is on, and what is wrong with it",
	 SHOWS | OPTION_BIT(OPTION_ALL), 0, -1, show_status},
	{"enable", "TARGET", "give the machine a GPU", ASKS | SETS | DRY | OF_FILES, 1, 1,
	 enable},
	{"disable", "TARGET", "take its GPUs, and put back the settings of before",
	 ASKS | DRY | OF_FILES, 1, 1, disable},
	{"undo", "TARGET", "go back to exactly the state before the last change",
	 ASKS | DRY | OF_FILES, 1, 1, undo},
	{"script", "enable|disable TARGET", "print PowerShell that does it, for another host; "
	 "asks no host", ALWAYS | SETS | OPTION_BIT(OPTION_COMPUTER), 2, 2, script},
	{"profile", "", "print the profile that is built in", ALWAYS, 0, 0, show_profile},
	{NULL, NULL, NULL, 0, 0, 0, NULL},
};
/* clang-format on */

/* True unless an option was given that VERB does not take. */
static bool takes_options(struct cli *cli, const struct command_verb *verb)
{
	uint64_t extra = cli->settings.given & ~verb->options;
	for (int i = 0; i < OPTIONS; i++) {
		if ((extra & OPTION_BIT(i)) == 0)
			continue;
		output_error(&cli->out, NULL, "gpupv %s does not take --%s", verb->name,
		             option_rows[i].name);
		return false;
	}
	return true;
}

static enum gv_exit refuse_verb(struct cli *cli, const char *name)
{
	for (const struct command_verb *verb = gpupv_verbs; verb->name != NULL; verb++) {
		if (!suggest_is_near(name, verb->name))
			continue;
		output_error(&cli->out, NULL, "gpupv has no verb \"%s\"; did you mean %s?", name,
		             verb->name);
		return EXIT_MISUSE;
	}
	output_error(&cli->out, NULL, "gpupv has no verb \"%s\"; gpuvirt gpupv --help lists them",
	             name);
	return EXIT_MISUSE;
}

enum gv_exit cmd_gpupv(struct cli *cli)
{
	const struct command_verb *verb = gpupv_verbs;
	int count = cli->count - 1;
	while (verb->name != NULL && strcmp(verb->name, cli->arguments[0]) != 0)
		verb++;
	if (verb->name == NULL)
		return refuse_verb(cli, cli->arguments[0]);
	if (count < verb->least || (verb->most >= 0 && count > verb->most)) {
		output_error(&cli->out, NULL, "usage: gpuvirt gpupv %s%s%s", verb->name,
		             verb->arguments[0] != '\0' ? " " : "", verb->arguments);
		return EXIT_MISUSE;
	}
	return takes_options(cli, verb) ? verb->run(cli) : EXIT_MISUSE;
}
