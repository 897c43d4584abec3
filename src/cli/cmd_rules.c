/* rules list, show and lint. */
#include <string.h>

#include <gpuvirt/lint.h>

#include "cli/command.h"
#include "cli/targets.h"

/* The name under which the structural checks are shown. */
#define STRUCTURE "structure"

/* What the line "summary: ..." of a pack says. */
static struct gv_span summary_of(struct gv_span yaml)
{
	static const char mark[] = "\nsummary: ";
	const char *at = strstr(yaml.at, mark);
	if (at == NULL)
		return (struct gv_span){0};
	at += sizeof mark - 1;
	return (struct gv_span){at, strcspn(at, "\n")};
}

static void list_pack(struct cli *cli, const char *name, const char *state, struct gv_span summary)
{
	output_format(&cli->out, "%-15s %-10s ", name, state);
	output_bytes(&cli->out, summary);
	output_text(&cli->out, "\n");
}

static enum gv_exit list(struct cli *cli)
{
	size_t count;
	const struct gv_builtin_pack *packs = gv_builtin_packs(&count);
	for (size_t i = 0; i < count; i++)
		list_pack(cli, packs[i].name, i == 0 ? "default" : "", summary_of(packs[i].yaml));
	list_pack(cli, STRUCTURE, "always on",
	          GV_LITERAL("what VMware refuses, misreads or ignores in a file"));
	return EXIT_DONE;
}

static void show_checks(struct cli *cli)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < count; i++) {
		output_format(&cli->out, "%s (%s): %s\n    ", checks[i].id,
		              gv_severity_name(checks[i].severity), checks[i].summary);
		output_text(&cli->out, checks[i].why);
		output_text(&cli->out, "\n");
	}
}

static enum gv_exit show(struct cli *cli)
{
	for (int i = 1; i < cli->count; i++) {
		const char *name = cli->arguments[i];
		const struct gv_builtin_pack *pack = gv_builtin_pack(name);
		if (strcmp(name, STRUCTURE) == 0) {
			show_checks(cli);
		} else if (pack != NULL) {
			output_bytes(&cli->out, pack->yaml);
		} else {
			output_error(&cli->out, NULL,
			             "no built-in pack is called \"%s\"; gpuvirt "
			             "rules list names them",
			             name);
			return EXIT_MISUSE;
		}
	}
	return EXIT_DONE;
}

static enum gv_exit lint(struct cli *cli)
{
	enum gv_exit status = EXIT_DONE;
	for (int i = 1; i < cli->count; i++) {
		struct gv_rules rules = {0};
		const char *name = cli->arguments[i];
		if (targets_load_pack(cli, &rules, name)) {
			output_path(&cli->out, name);
			output_format(&cli->out, ": %zu rule%s, in order\n", rules.count,
			              rules.count == 1 ? "" : "s");
		} else {
			status = EXIT_MISUSE;
		}
		gv_rules_dispose(&rules);
	}
	return status;
}

static const struct verb {
	const char *name;
	bool takes_names;
	enum gv_exit (*run)(struct cli *cli);
} verbs[] = {{"list", false, list}, {"show", true, show}, {"lint", true, lint}};

enum gv_exit cmd_rules(struct cli *cli)
{
	const char *name = cli->arguments[0];
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(name, verbs[i].name) != 0)
			continue;
		if (verbs[i].takes_names == (cli->count > 1))
			return verbs[i].run(cli);
		output_error(&cli->out, NULL,
		             verbs[i].takes_names ? "rules %s needs a name"
		                                  : "rules %s takes no name",
		             name);
		return EXIT_MISUSE;
	}
	output_error(&cli->out, NULL, "usage: gpuvirt rules %s", cli->command->arguments);
	return EXIT_MISUSE;
}
