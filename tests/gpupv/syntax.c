/*
 * syntax FILE...: reads PowerShell by the grammar of tree-sitter-powershell and prints where it
 * does not fit, as FILE:LINE:COLUMN. Built by setup.sh, where that grammar is to be had.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_powershell(void);

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(1 << 20);
	if (file == NULL || text == NULL) {
		perror(path);
		exit(2);
	}
	*size = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

/* Prints the places of errors below the root of TREE; returns how many there are. */
static unsigned print_errors(const char *path, const TSTree *tree)
{
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	unsigned count = 0;
	bool more = true;
	while (more) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		bool missing = ts_node_is_missing(node);
		if (missing || ts_node_symbol(node) == (TSSymbol)-1) {
			TSPoint at = ts_node_start_point(node);
			printf("%s:%u:%u: %s\n", path, at.row + 1, at.column + 1,
			       missing ? "something is missing" : "cannot be read");
			count++;
		}
		more = ts_tree_cursor_goto_first_child(&cursor);
		while (!more && !(more = ts_tree_cursor_goto_next_sibling(&cursor))) {
			if (!ts_tree_cursor_goto_parent(&cursor))
				break;
		}
	}
	ts_tree_cursor_delete(&cursor);
	return count;
}

int main(int argc, char **argv)
{
	TSParser *parser = ts_parser_new();
	unsigned errors = 0;
	if (!ts_parser_set_language(parser, tree_sitter_powershell())) {
		fprintf(stderr, "libtree-sitter does not take this grammar\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		size_t size;
		char *text = read_file(argv[i], &size);
		TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
		errors += print_errors(argv[i], tree);
		ts_tree_delete(tree);
		free(text);
	}
	ts_parser_delete(parser);
	return errors == 0 ? 0 : 1;
}
