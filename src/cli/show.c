#include "cli/show.h"

#include <stdlib.h>
#include <string.h>

#include <gpuvirt/diff.h>

#include "base/charset.h"
#include "platform/os.h"

static const enum style severity_styles[] = {
	[GV_NOTE] = STYLE_CYAN, [GV_WARNING] = STYLE_YELLOW, [GV_ERROR] = STYLE_RED};

_Static_assert(sizeof severity_styles / sizeof *severity_styles == GV_SEVERITY_COUNT,
               "every severity has a style");

static void show_place(struct output *out, const char *path, uint32_t line, uint32_t column)
{
	output_style(out, STYLE_BOLD);
	output_path(out, path);
	output_format(out, ":%u:%u:", (unsigned)line, (unsigned)column);
	output_style(out, STYLE_PLAIN);
	output_text(out, " ");
}

static void show_word(struct output *out, enum style style, const char *word)
{
	output_style(out, style);
	output_text(out, word);
	output_style(out, STYLE_PLAIN);
	output_text(out, ": ");
}

static void show_line(struct output *out, const char *path, const struct gv_finding *finding,
                      enum style style, const char *word)
{
	show_place(out, path, finding->line, finding->column);
	show_word(out, style, word);
	output_text(out, finding->message);
	output_format(out, " [%s]\n", finding->rule);
}

void show_finding(struct output *out, const char *path, const struct gv_finding *finding)
{
	show_line(out, path, finding, severity_styles[finding->severity],
	          gv_severity_name(finding->severity));
}

void show_fixed(struct output *out, const char *path, const struct gv_finding *finding, bool dry)
{
	show_line(out, path, finding, STYLE_GREEN, dry ? "would fix" : "fixed");
}

void show_refusals(struct output *out, const char *path, const struct gv_refusals *refusals)
{
	for (size_t i = 0; i < refusals->count; i++) {
		show_place(out, path, 1, 1);
		show_word(out, STYLE_CYAN, "note");
		output_text(out, "fix would refuse: ");
		gv_charset_show(&out->pending, NULL, gv_span_of(refusals->at[i].message));
		output_format(out, " [%s]\n", refusals->at[i].guard);
	}
}

/* One line, without its ending, for a person. */
static void show_readable(struct output *out, const struct gv_charset *charset, struct gv_span line)
{
	while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
		line.len--;
	gv_charset_show(&out->pending, charset, line);
	output_text(out, "\n");
}

static struct gv_span take_line(struct gv_span *rest)
{
	const char *feed = memchr(rest->at, '\n', rest->len);
	size_t end = feed == NULL ? rest->len : (size_t)(feed - rest->at) + 1;
	struct gv_span line = gv_span_part(*rest, 0, end);
	*rest = gv_span_part(*rest, end, rest->len);
	return line;
}

static const struct gv_charset *charset_of(const struct gv_vmx *vmx)
{
	return vmx == NULL ? NULL : gv_charset_find(gv_vmx_encoding(vmx));
}

void show_bytes(struct output *out, const struct gv_vmx *vmx, struct gv_span text)
{
	if (!out->terminal) {
		output_bytes(out, text);
		return;
	}
	const struct gv_charset *charset = charset_of(vmx);
	while (text.len > 0)
		show_readable(out, charset, take_line(&text));
}

void show_spell(struct gv_buf *out, struct gv_buf *value, const struct gv_line *line)
{
	value->len = 0;
	gv_vmx_unescape(value, line->value);
	gv_buf_add(out, line->name);
	gv_buf_text(out, " = \"");
	gv_vmx_escape(out, gv_buf_span(value));
	gv_buf_text(out, "\"\n");
}

void show_entry(struct output *out, const struct gv_vmx *vmx, const struct gv_line *line)
{
	struct gv_buf text = {0};
	struct gv_buf value = {0};
	show_spell(&text, &value, line);
	show_bytes(out, vmx, gv_buf_span(&text));
	out->pending.failed |= text.failed || value.failed;
	gv_buf_dispose(&text);
	gv_buf_dispose(&value);
}

/* The style of a line of a diff, by its first byte. Headers are not told apart: they stand out. */
static enum style style_of(char mark)
{
	return mark == '-'   ? STYLE_RED
	       : mark == '+' ? STYLE_GREEN
	       : mark == '@' ? STYLE_CYAN
	                     : STYLE_PLAIN;
}

/*
 * An absolute PATH as seen from the working directory when it lies below it: patch takes no
 * absolute names. NULL when it does not; else the caller's to free.
 */
static char *relative(const char *path)
{
	char *here = NULL;
	char *there = NULL;
	char *found = NULL;
	if (path[0] == '/' && gv_os_resolve(".", &here) == 0 && gv_os_resolve(path, &there) == 0) {
		size_t len = strlen(here);
		if (strncmp(there, here, len) == 0 && there[len] == '/') {
			memmove(there, there + len + 1, strlen(there + len + 1) + 1);
			found = there;
		}
	}
	free(here);
	if (found == NULL)
		free(there);
	return found;
}

/* patch takes names that begin with "/" or hold ".." for an attack and passes them over. */
static bool is_refused_by_patch(const char *name)
{
	return name[0] == '/' || strncmp(name, "../", 3) == 0 || strstr(name, "/../") != NULL;
}

void show_diff(struct output *out, const char *path, const struct gv_repair *repair)
{
	struct gv_buf diff = {0};
	char *below = relative(path);
	if (is_refused_by_patch(below != NULL ? below : path))
		output_error(out, path,
		             "patch refuses such a name; name the file: patch FILE < DIFF");
	gv_diff(&diff, below != NULL ? below : path, gv_buf_span(&repair->original),
	        &repair->plan.edits);
	out->pending.failed |= diff.failed;
	struct gv_span rest = gv_buf_span(&diff);
	const struct gv_charset *charset = charset_of(repair->vmx);
	if (!out->terminal && !out->color)
		output_bytes(out, rest);
	while ((out->terminal || out->color) && rest.len > 0) {
		struct gv_span line = take_line(&rest);
		enum style style = style_of(line.at[0]);
		if (style != STYLE_PLAIN)
			output_style(out, style);
		show_readable(out, charset, line);
		if (style != STYLE_PLAIN)
			output_style(out, STYLE_PLAIN);
	}
	gv_buf_dispose(&diff);
	free(below);
}

void show_refused(struct output *out, const char *path, const struct gv_repair *repair, bool force)
{
	if (repair->what_else != NULL) {
		output_error(out, path, "refused: not a VMware configuration: %s",
		             repair->what_else);
		return;
	}
	const struct gv_refusal *refusal = gv_refusals_first(&repair->refusals, force);
	output_error(out, path, "refused: %s%s", refusal->message,
	             refusal->forceable ? " (--force overrides)" : "");
}
