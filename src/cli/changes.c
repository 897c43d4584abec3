#include "cli/changes.h"

#include <stdlib.h>
#include <string.h>

/* Reads "KEY=VALUE", or "KEY" for unset, into CHANGE. */
static bool read_change(struct cli *cli, const char *argument, struct gv_change *change)
{
	const char *equals = strchr(argument, '=');
	if (change->kind == GV_CHANGE_UNSET) {
		change->name = gv_span_of(argument);
		return true;
	}
	if (equals == NULL) {
		output_error(&cli->out, NULL, "%s: \"%s\" is not KEY=VALUE", cli->command->name,
		             argument);
		return false;
	}
	change->name = (struct gv_span){argument, (size_t)(equals - argument)};
	change->value = gv_span_of(equals + 1);
	return true;
}

struct gv_change *changes_read(struct cli *cli, enum gv_change_kind kind, size_t *count)
{
	*count = (size_t)cli->count - 1;
	struct gv_change *changes = calloc(*count, sizeof *changes);
	bool good = changes != NULL;
	if (!good)
		output_error(&cli->out, NULL, "out of memory");
	for (size_t i = 0; good && i < *count; i++) {
		changes[i].kind = kind;
		good = read_change(cli, cli->arguments[i + 1], &changes[i]);
	}
	if (good)
		return changes;
	free(changes);
	return NULL;
}
