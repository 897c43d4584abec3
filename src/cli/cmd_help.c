/* help and version. */
#include "cli/command.h"
#include "cli/help.h"
#include "version.h"

enum gv_exit cmd_help(struct cli *cli)
{
	if (cli->count == 0) {
		help_all(&cli->out);
		return EXIT_DONE;
	}
	const struct command *command = commands_find(cli->arguments[0]);
	if (command == NULL) {
		output_error(&cli->out, NULL, "there is no command \"%s\"; gpuvirt help lists them",
		             cli->arguments[0]);
		return EXIT_MISUSE;
	}
	help_command(&cli->out, command);
	return EXIT_DONE;
}

enum gv_exit cmd_version(struct cli *cli)
{
	output_text(&cli->out, "gpuvirt " GPUVIRT_VERSION "\n");
	return EXIT_DONE;
}
