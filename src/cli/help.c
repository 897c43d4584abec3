#include "cli/help.h"

#include "cli/wrap.h"

/* Help is wrapped here, so that it fits a terminal of 60 columns. */
enum { WIDTH = 60, INDENT = 4 };

static void wrap(struct output *out, const char *text, size_t column, size_t indent)
{
	wrap_text(out, text, column, indent, WIDTH);
}

static void heading(struct output *out, const char *text)
{
	output_text(out, "\n");
	output_style(out, STYLE_BOLD);
	output_text(out, text);
	output_style(out, STYLE_PLAIN);
	output_text(out, "\n");
}

static void show_option(struct output *out, const struct option_row *row)
{
	output_text(out, row->letter != 0 ? "  " : "      ");
	if (row->letter != 0)
		output_format(out, "-%c, ", row->letter);
	output_format(out, "--%s%s%s\n%*s", row->name, row->value != NULL ? " " : "",
	              row->value != NULL ? row->value : "", 2 * INDENT, "");
	wrap(out, row->help, 2 * INDENT, 2 * INDENT);
}

static void show_options(struct output *out, const struct command *command)
{
	heading(out, "Options");
	for (int i = 0; i < OPTIONS; i++) {
		if ((command->options & OPTION_BIT(i)) != 0)
			show_option(out, &option_rows[i]);
	}
}

static void show_examples(struct output *out, const struct command *command)
{
	if (command->examples[0].line == NULL)
		return;
	heading(out, "Examples");
	for (int i = 0; i < MAX_EXAMPLES && command->examples[i].line != NULL; i++) {
		const struct example *example = &command->examples[i];
		output_format(out, "  %s\n%*s", example->line, 2 * INDENT, "");
		wrap(out, example->what, 2 * INDENT, 2 * INDENT);
	}
}

static void show_verbs(struct output *out, const struct command *command)
{
	const struct command_verb *verb = commands_verbs(command);
	if (verb != NULL)
		heading(out, "Verbs");
	for (; verb != NULL && verb->name != NULL; verb++) {
		output_format(out, "  %s%s%s\n%*s", verb->name,
		              verb->arguments[0] != '\0' ? " " : "", verb->arguments, 2 * INDENT,
		              "");
		wrap(out, verb->summary, 2 * INDENT, 2 * INDENT);
	}
}

void help_command(struct output *out, const struct command *command)
{
	output_format(out, "gpuvirt %s%s%s\n\n", command->name,
	              command->arguments[0] != '\0' ? " " : "", command->arguments);
	wrap(out, command->about, 0, 0);
	show_verbs(out, command);
	show_options(out, command);
	show_examples(out, command);
}

void help_all(struct output *out)
{
	size_t count;
	const struct command *commands = commands_all(&count);
	wrap(out,
	     "gpuvirt repairs the GPU settings of VMware virtual machines: it switches 3D "
	     "acceleration on, drops stale GPU capabilities, and leaves every other byte of a .vmx "
	     "as it is.",
	     0, 0);
	heading(out, "Commands");
	for (size_t i = 0; i < count; i++) {
		output_format(out, "  %-8s ", commands[i].name);
		wrap(out, commands[i].summary, 11, 11);
	}
	heading(out, "First steps");
	output_text(out, "  gpuvirt diff my.vmx\n        see what would change\n"
	                 "  gpuvirt fix my.vmx\n        repair it; my.vmx.bak is the old file\n"
	                 "  gpuvirt check vms/\n        exit 1 if any machine needs repair\n");
	heading(out, "Exit status");
	output_text(out, "  0  done, or nothing to report\n"
	                 "  1  findings, differences, a file refused or failed\n"
	                 "  2  misuse, or trouble before any file was touched\n");
	output_text(out, "\ngpuvirt COMMAND --help tells more of each.\n");
}
