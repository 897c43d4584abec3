/* The front door: one table of commands; read the options, run the command, check the output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/suggest.h"
#include "platform/os.h"

static bool is_option(const char *word, const char *name, const char *letter)
{
	return strcmp(word, name) == 0 || strcmp(word, letter) == 0;
}

/* Says that WORD is no command, and which one may be meant. */
static enum gv_exit refuse_word(struct output *out, const char *word)
{
	size_t count;
	const struct command *commands = commands_all(&count);
	if (word[0] == '-' && word[1] != '\0') {
		output_error(out, NULL,
		             "the command comes first, options behind it: "
		             "gpuvirt COMMAND %s",
		             word);
		return EXIT_MISUSE;
	}
	for (size_t i = 0; i < count; i++) {
		if (!suggest_is_near(word, commands[i].name))
			continue;
		output_error(out, NULL, "unknown command \"%s\"; did you mean %s?", word,
		             commands[i].name);
		return EXIT_MISUSE;
	}
	output_error(out, NULL, "unknown command \"%s\"; gpuvirt help lists them", word);
	return EXIT_MISUSE;
}

static enum gv_exit refuse_count(struct cli *cli)
{
	const char *arguments = cli->command->arguments;
	output_error(&cli->out, NULL, "usage: gpuvirt %s%s%s (gpuvirt %s --help tells more)",
	             cli->command->name, arguments[0] != '\0' ? " " : "", arguments,
	             cli->command->name);
	return EXIT_MISUSE;
}

static enum gv_exit run_command(struct cli *cli)
{
	const struct command *command = cli->command;
	if (cli->settings.help) {
		help_command(&cli->out, command);
		return EXIT_DONE;
	}
	if (cli->count < command->least || (command->most >= 0 && cli->count > command->most))
		return refuse_count(cli);
	return command->run(cli);
}

/* Reads the options behind the command's name and runs it. */
static enum gv_exit start_command(struct cli *cli, int argc, char **argv)
{
	struct gv_buf problem = {0};
	enum gv_exit status = EXIT_MISUSE;
	int first = options_read(&cli->settings, cli->command->name, cli->command->options, argc,
	                         argv, &problem);
	output_open(&cli->out, 1, cli->settings.color);
	if (first < 0) {
		output_error(&cli->out, NULL, "%s: %s", cli->command->name,
		             problem.at == NULL ? "out of memory" : problem.at);
	} else {
		cli->count = argc - first;
		cli->arguments = argv + first;
		status = run_command(cli);
	}
	gv_buf_dispose(&problem);
	settings_dispose(&cli->settings);
	return status;
}

static enum gv_exit start(struct cli *cli, int argc, char **argv)
{
	output_open(&cli->out, 1, COLOR_AUTO);
	if (argc < 2) {
		output_error(&cli->out, NULL, "no command; gpuvirt help lists them");
		return EXIT_MISUSE;
	}
	const char *word = argv[1];
	if (is_option(word, "--help", "-h"))
		word = "help";
	else if (is_option(word, "--version", "-V"))
		word = "version";
	cli->command = commands_find(word);
	if (cli->command == NULL)
		return refuse_word(&cli->out, word);
	return start_command(cli, argc - 1, argv + 1);
}

/* Output that cannot be written is a failure even when all else went well. */
static enum gv_exit finish(struct cli *cli, enum gv_exit status)
{
	int code = output_close(&cli->out);
	if (cli->ending != 0)
		gv_os_end_by(cli->ending);
	if (code == EPIPE)
		gv_os_end_by(gv_os_broken_pipe()); /* whoever read has what they wanted */
	if (code == 0)
		return status;
	cli->out.code = code;
	output_error(&cli->out, NULL, "cannot write standard output: %s", strerror(code));
	return status == EXIT_MISUSE ? EXIT_MISUSE : EXIT_NO;
}

int main(int argc, char **argv)
{
	struct cli cli = {0};
	gv_os_prepare_process();
	return (int)finish(&cli, start(&cli, argc, argv));
}
