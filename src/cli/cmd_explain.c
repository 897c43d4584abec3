/* explain. */
#include <string.h>

#include "base/charset.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/lookup.h"
#include "cli/targets.h"
#include "cli/wrap.h"

/* Where the texts of a card begin. */
enum { INDENT = 12 };

/* A message with what stands around it has less; a whole log is none. */
enum { INPUT_LIMIT = GV_MESSAGE_LIMIT };

static void show_card(struct output *out, const struct card *card, size_t width)
{
	output_style(out, STYLE_BOLD);
	output_text(out, card->name);
	output_style(out, STYLE_PLAIN);
	output_format(out, " (%s)\n", card_kind_name(card->kind));
	for (size_t i = 0; i < card->count; i++) {
		const struct card_field *field = &card->fields[i];
		if (strlen(field->name) < INDENT - 2)
			output_format(out, "  %-*s", INDENT - 2, field->name);
		else
			output_format(out, "  %s\n%*s", field->name, INDENT, "");
		wrap_text(out, field->text, INDENT, INDENT, width);
	}
}

static void show_cards(struct output *out, const struct lookup *lookup, size_t width)
{
	for (size_t i = 0; i < lookup->count; i++) {
		output_text(out, i > 0 ? "\n" : "");
		show_card(out, lookup->at[i], width);
	}
}

/* One entry a line or two, under the name of its kind. */
static void show_list(struct output *out, const struct lookup *lookup, size_t width)
{
	enum card_kind kind = CARD_KINDS;
	for (size_t i = 0; i < lookup->count; i++) {
		const struct card *card = lookup->at[i];
		if (card->kind != kind)
			output_format(out, "%s%ss:\n", i > 0 ? "\n" : "",
			              card_kind_name(card->kind));
		kind = card->kind;
		output_text(out, "  ");
		output_style(out, STYLE_BOLD);
		output_text(out, card->name);
		output_style(out, STYLE_PLAIN);
		output_text(out, "\n    ");
		wrap_text(out, card->brief, 4, 4, width);
	}
}

static void show_text(struct cli *cli, const struct lookup *lookup, struct gv_span asked)
{
	struct output *out = &cli->out;
	size_t width = wrap_width(out);
	struct gv_buf text = {0};
	if (lookup->around != NULL) {
		gv_charset_show_short(&text, NULL, asked, 60);
		gv_buf_format(&text,
		              " has no entry of its own. It is one of %s:", lookup->around->name);
		wrap_text(out, text.failed ? "" : text.at, 0, 0, width);
	}
	if (lookup->family && lookup->count > 1)
		show_list(out, lookup, width);
	else
		show_cards(out, lookup, width);
	gv_buf_dispose(&text);
}

static void add_json(struct gv_json_tree *tree, struct gv_json *in, const struct card *card)
{
	struct gv_json *entry = gv_json_add_object(tree, in, NULL);
	gv_json_add_text(tree, entry, "kind", card_kind_name(card->kind));
	gv_json_add_text(tree, entry, "name", card->name);
	for (size_t i = 0; i < card->count; i++)
		gv_json_add_text(tree, entry, card->fields[i].name, card->fields[i].text);
}

static void show_json(struct cli *cli, const struct lookup *lookup)
{
	struct gv_json_tree tree = {0};
	struct gv_buf text = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	struct gv_json *entries = gv_json_add_array(&tree, root, "entries");
	for (size_t i = 0; i < lookup->count; i++)
		add_json(&tree, entries, lookup->at[i]);
	gv_json_print(&text, &tree);
	gv_buf_char(&text, '\n');
	output_bytes(&cli->out, gv_buf_span(&text));
	cli->out.pending.failed |= text.failed;
	gv_buf_dispose(&text);
}

static void show_unknown(struct cli *cli, const struct lookup *lookup, struct gv_span asked)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, "nothing is known of \"");
	gv_charset_show_short(&text, NULL, asked, 60);
	gv_buf_text(&text, "\"");
	for (size_t i = 0; i < lookup->near_count; i++)
		gv_buf_format(&text, "%s%s", i == 0 ? "; did you mean " : " or ",
		              lookup->near[i]->name);
	if (lookup->near_count > 0)
		gv_buf_text(&text, "?");
	else if (memchr(asked.at, ' ', asked.len) == NULL)
		gv_buf_text(&text, ", which does not mean that VMware does not know it");
	if (lookup->near_count == 0)
		gv_buf_text(&text, "; gpuvirt explain lists what is known here");
	output_error(&cli->out, NULL, "%s", text.failed ? "out of memory" : text.at);
	gv_buf_dispose(&text);
}

/* Puts what is asked for into TEXT: the arguments, or standard input. Says why not, if it fails. */
static bool read_question(struct cli *cli, struct gv_buf *text)
{
	struct gv_error err = {0};
	struct gv_file input = {0};
	enum gv_status status = GV_OK;
	bool is_input = cli->count == 1 && targets_is_input(cli->arguments[0]);
	for (int i = 0; !is_input && i < cli->count; i++)
		gv_buf_format(text, "%s%s", i > 0 ? " " : "", cli->arguments[i]);
	if (is_input)
		status = gv_file_read_input(&input, INPUT_LIMIT, &err);
	if (status == GV_ETOOBIG)
		err = (struct gv_error){.status = status,
		                        .message = "more than 64 KiB: give the lines in question"};
	if (status == GV_OK && is_input)
		gv_buf_add(text, gv_buf_span(&input.text));
	if (status == GV_OK && text->failed)
		status = gv_fail_memory(&err);
	if (status != GV_OK)
		output_failure(&cli->out, is_input ? "<stdin>" : NULL, &err);
	gv_file_dispose(&input);
	return status == GV_OK;
}

static enum gv_exit answer(struct cli *cli, const struct lookup *lookup, struct gv_span asked)
{
	if (lookup->failed) {
		output_error(&cli->out, NULL, "out of memory");
		return EXIT_NO;
	}
	if (lookup->count == 0)
		show_unknown(cli, lookup, asked);
	if (cli->settings.format != NULL)
		show_json(cli, lookup);
	else
		show_text(cli, lookup, asked);
	return lookup->count > 0 ? EXIT_DONE : EXIT_NO;
}

static enum gv_exit explain(struct cli *cli, struct gv_span asked)
{
	struct gv_error err = {0};
	struct cards cards = {0};
	struct lookup lookup = {0};
	enum gv_exit status = EXIT_NO;
	if (cards_load(&cards, &err) != GV_OK) {
		output_failure(&cli->out, NULL, &err);
	} else {
		if (cli->count == 0)
			lookup_all(&lookup, &cards);
		else
			lookup_text(&lookup, &cards, asked);
		status = answer(cli, &lookup, asked);
	}
	lookup_dispose(&lookup);
	cards_dispose(&cards);
	return status;
}

enum gv_exit cmd_explain(struct cli *cli)
{
	const struct gv_format *format = cli->settings.format;
	struct gv_buf text = {0};
	if (format != NULL && format != gv_format_find("json")) {
		output_error(&cli->out, NULL, "explain prints text or json, not %s", format->name);
		return EXIT_MISUSE;
	}
	enum gv_exit status = EXIT_MISUSE;
	if (read_question(cli, &text)) {
		struct gv_span asked = gv_span_trim_lines(gv_buf_span(&text));
		if (asked.len > 0 || cli->count == 0)
			status = explain(cli, asked);
		else
			output_error(&cli->out, NULL, "there is no text to explain");
	}
	gv_buf_dispose(&text);
	return status;
}
