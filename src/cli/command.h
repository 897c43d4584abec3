/*
 * What a command is: a row of a table from which dispatch, help, suggestions and the man page's
 * test are all fed.
 */
#ifndef GPUVIRT_CLI_COMMAND_H
#define GPUVIRT_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "cli/output.h"

/* Exit statuses. A worse one wins over a better one, EXIT_MISUSE over all. */
enum gv_exit {
	EXIT_DONE = 0,   /* done, or nothing to report */
	EXIT_NO = 1,     /* findings, differences, a file refused or failed, a key not there */
	EXIT_MISUSE = 2, /* misuse, or trouble before any file was touched */
};

struct command;

/* What a command's function gets. */
struct cli {
	const struct command *command;
	struct settings settings;
	struct output out;
	int ending;         /* the signal that the program is to end by, 0: none */
	bool default_rules; /* the default pack, and no other, is asked for all files */
	int count;          /* arguments behind the options */
	char **arguments;
};

struct example {
	const char *line;
	const char *what;
};

enum { MAX_EXAMPLES = 5 };

/* What a command does by its first argument, where that is a word of its own. */
struct command_verb {
	const char *name;
	const char *arguments; /* behind the verb */
	const char *summary;   /* one line, no full stop */
	uint64_t options;      /* of the command's, those that it takes */
	int least;             /* arguments needed behind the verb */
	int most;              /* taken, -1: any number */
	enum gv_exit (*run)(struct cli *cli);
};

struct command {
	const char *name;
	const char *arguments; /* as the usage line shows them */
	const char *summary;   /* one line, no full stop */
	const char *about;     /* a paragraph for --help */
	uint64_t options;      /* bits of enum option_id */
	int least;             /* arguments needed */
	int most;              /* arguments taken, -1: any number */
	struct example examples[MAX_EXAMPLES];
	enum gv_exit (*run)(struct cli *cli);
};

/* All commands, *COUNT of them, in the order of the help; static storage. */
const struct command *commands_all(size_t *count);

/* The command called NAME, or NULL. */
const struct command *commands_find(const char *name);

/* What COMMAND can be told to do by its first argument, ended by one without name; NULL: nothing. */
const struct command_verb *commands_verbs(const struct command *command);

/* The verbs of gpupv. */
extern const struct command_verb gpupv_verbs[];

/* The functions of the commands, a file each or a file for a family. */
enum gv_exit cmd_check(struct cli *cli);
enum gv_exit cmd_diff(struct cli *cli);
enum gv_exit cmd_fix(struct cli *cli);
enum gv_exit cmd_undo(struct cli *cli);
enum gv_exit cmd_verify(struct cli *cli);
enum gv_exit cmd_print(struct cli *cli);
enum gv_exit cmd_get(struct cli *cli);
enum gv_exit cmd_set(struct cli *cli);
enum gv_exit cmd_add(struct cli *cli);
enum gv_exit cmd_unset(struct cli *cli);
enum gv_exit cmd_rescue(struct cli *cli);
enum gv_exit cmd_host(struct cli *cli);
enum gv_exit cmd_doctor(struct cli *cli);
enum gv_exit cmd_config(struct cli *cli);
enum gv_exit cmd_explain(struct cli *cli);
enum gv_exit cmd_rules(struct cli *cli);
enum gv_exit cmd_gpupv(struct cli *cli);
enum gv_exit cmd_help(struct cli *cli);
enum gv_exit cmd_version(struct cli *cli);

#endif
