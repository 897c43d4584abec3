#include "gpupv/wslconf.h"

#include <stdio.h>
#include <string.h>

#include "base/json_map.h"
#include "gpupv/ini.h"
#include "gpupv/setting.h"
#include "gpupv/splice.h"

/* A key beside the one that is set, and what it does when it is on or off. */
struct related {
	const char *key;
	bool when;
	bool turns_off; /* the GPU */
	const char *message;
};

/* What differs between the two files. */
struct format {
	const char *section;
	const char *key;
	bool windows; /* as of struct ini */
	struct related related;
};

static const struct format wslconfig = {
	"wsl2",
	"gpuSupport",
	true,
	{"safeMode", true, true, "safeMode is on: it keeps the GPU off whatever gpuSupport says"},
};

static const struct format wslconf = {
	"gpu",
	"enabled",
	false,
	{"appendLibPath", false, false,
         "appendLibPath is off: programs do not find the GPU's libraries by themselves"},
};

/* A line end for a text that has none. */
static const char *const line_ends[] = {"\n", "\r\n"};

enum truth { FALSE_VALUE, TRUE_VALUE, NO_VALUE };

/* What is known of a text. */
struct facts {
	struct gv_span text;
	size_t from;          /* behind a byte order mark */
	bool found;           /* the key */
	bool quoted;          /* its value stands in quotes */
	struct ini_line line; /* its first line */
	enum truth value;
	bool has_section;
	struct ini_line last; /* the last line in the first such section */
	bool spelt;           /* an entry was seen: how is EQUALS */
	struct gv_span equals;
	bool related; /* the other key does what struct related says */
	size_t related_at;
	bool has_related;
	bool stopped; /* WSL reads nothing from byte WRONG_AT on */
	size_t wrong_at;
};

bool wslconfig_is_named(struct gv_span name)
{
	return gv_span_equal_nocase(name, GV_LITERAL(".wslconfig"));
}

bool wslconf_is_named(struct gv_span name)
{
	return gv_span_equal(name, GV_LITERAL("wsl.conf"));
}

static enum truth truth_of(struct gv_span value)
{
	static const struct {
		const char *word;
		enum truth truth;
	} words[] = {{"true", TRUE_VALUE},
	             {"1", TRUE_VALUE},
	             {"false", FALSE_VALUE},
	             {"0", FALSE_VALUE}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (gv_span_equal_nocase(value, gv_span_of(words[i].word)))
			return words[i].truth;
	}
	return NO_VALUE;
}

static bool is_wide(struct gv_span text)
{
	return text.len >= 2 &&
	       (memcmp(text.at, "\xFF\xFE", 2) == 0 || memcmp(text.at, "\xFE\xFF", 2) == 0);
}

static bool has_mark(struct gv_span text)
{
	return text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0;
}

static void note_key(struct facts *facts, const struct ini *ini, const struct ini_line *line,
                     struct gv_gpufile_setting *setting, const struct format *format)
{
	if (facts->found) {
		setting_note(setting, ini->text, line->at, true,
		             "%s stands again: WSL takes the first and not this one", format->key);
		return;
	}
	facts->found = true;
	facts->line = *line;
	facts->value = truth_of(gv_buf_span(&ini->value));
	facts->quoted = line->value_end - line->value_at >= 2 &&
	                ini->text.at[line->value_at] == '"' &&
	                ini->text.at[line->value_end - 1] == '"';
	if (facts->value == NO_VALUE)
		setting_note(setting, ini->text, line->at, true,
		             "%s has neither true nor false: WSL warns and leaves it at true",
		             format->key);
}

static void note_wrong(struct facts *facts, const struct ini *ini, const struct ini_line *line,
                       struct gv_gpufile_setting *setting)
{
	facts->stopped = ini->stopped;
	facts->wrong_at = line->at;
	setting_note(setting, ini->text, line->at, true, "%s",
	             ini->stopped ? "WSL does not know this line and reads nothing behind it"
	                          : "WSL does not know this line and passes it over");
}

static void note_line(struct facts *facts, const struct ini *ini, const struct ini_line *line,
                      struct gv_gpufile_setting *setting, const struct format *format)
{
	const struct related *related = &format->related;
	bool here = gv_span_equal_nocase(line->section, gv_span_of(format->section));
	if (line->kind == INI_WRONG) {
		note_wrong(facts, ini, line, setting);
		return;
	}
	if (line->kind == INI_ENTRY && (here || !facts->spelt)) {
		facts->spelt = true;
		facts->equals = gv_span_part(ini->text, line->key_end, line->value_at);
	}
	if (here) {
		facts->has_section = true;
		facts->last = *line;
	}
	if (ini_is(line, format->section, format->key))
		note_key(facts, ini, line, setting, format);
	if (!facts->has_related && ini_is(line, format->section, related->key)) {
		facts->has_related = true;
		facts->related_at = line->at;
		facts->related = truth_of(gv_buf_span(&ini->value)) ==
		                 (related->when ? TRUE_VALUE : FALSE_VALUE);
	}
}

static enum gv_status find_facts(struct facts *facts, struct gv_gpufile_setting *setting,
                                 struct gv_span text, const struct format *format,
                                 struct gv_error *err)
{
	facts->text = text;
	facts->from = format->windows && has_mark(text) ? 3 : 0;
	if (is_wide(text))
		return gv_fail_at(err, GV_EPARSE, 1, 1, "UTF-16: save it as UTF-8");
	struct ini ini = {.text = text, .at = facts->from, .windows = format->windows};
	struct ini_line line;
	while (ini_next(&ini, &line))
		note_line(facts, &ini, &line, setting, format);
	bool failed = ini.value.failed;
	ini_dispose(&ini);
	return failed ? gv_fail_memory(err) : GV_OK;
}

static void judge(struct gv_gpufile_setting *setting, const struct facts *facts,
                  const struct format *format)
{
	bool on = !facts->found || facts->value != FALSE_VALUE;
	snprintf(setting->value, sizeof setting->value, "%s is %s", format->key,
	         !facts->found                 ? "not set: true"
	         : facts->value == FALSE_VALUE ? "false"
	         : facts->value == TRUE_VALUE  ? "true"
	                                       : "neither true nor false: true");
	if (facts->related) {
		on = on && !format->related.turns_off;
		setting_note(setting, facts->text, facts->related_at, true, "%s",
		             format->related.message);
	}
	setting->power = on ? GV_GPUFILE_IS_ON : GV_GPUFILE_IS_OFF;
}

static enum gv_status read_format(struct gv_gpufile_setting *setting, struct gv_span text,
                                  const struct format *format, struct gv_error *err)
{
	struct facts facts = {0};
	enum gv_status status = find_facts(&facts, setting, text, format, err);
	if (status == GV_OK)
		judge(setting, &facts, format);
	return status;
}

/* The line end of the first line, else what the system of the file has. */
static const char *line_end(const struct facts *facts, const struct format *format)
{
	struct gv_span text = facts->text;
	const char *feed = text.len == 0 ? NULL : memchr(text.at, '\n', text.len);
	if (feed == NULL)
		return line_ends[format->windows];
	return line_ends[feed > text.at && feed[-1] == '\r'];
}

/* KEY=VALUE, spaced as the text does it. */
static void add_entry(struct gv_buf *out, const struct facts *facts, const struct format *format,
                      const char *value)
{
	gv_buf_text(out, format->key);
	if (facts->spelt)
		gv_buf_add(out, facts->equals);
	else
		gv_buf_char(out, '=');
	gv_buf_text(out, value);
}

/* The blanks in front of LINE. */
static struct gv_span indentation(struct gv_span text, const struct ini_line *line)
{
	size_t from = line->at;
	while (from > 0 && (text.at[from - 1] == ' ' || text.at[from - 1] == '\t'))
		from--;
	return gv_span_part(text, from, line->at);
}

/* Behind the last line of the section. */
static void insert(struct gv_edits *edits, const struct facts *facts, const struct format *format,
                   const char *value)
{
	struct gv_buf line = {0};
	gv_buf_text(&line, line_end(facts, format));
	gv_buf_add(&line, indentation(facts->text, &facts->last));
	add_entry(&line, facts, format, value);
	splice_insert(edits, facts->text, facts->last.end, gv_buf_span(&line));
	edits->failed |= line.failed;
	gv_buf_dispose(&line);
}

/* A section at the end, parted from what is there by an empty line. */
static void append(struct gv_edits *edits, const struct facts *facts, const struct format *format,
                   const char *value)
{
	struct gv_buf lines = {0};
	const char *end = line_end(facts, format);
	struct gv_span text = gv_span_part(facts->text, facts->from, facts->text.len);
	bool complete = text.len == 0 || text.at[text.len - 1] == '\n';
	if (text.len > 0)
		gv_buf_text(&lines, end);
	if (!complete)
		gv_buf_text(&lines, end);
	gv_buf_format(&lines, "[%s]%s", format->section, end);
	add_entry(&lines, facts, format, value);
	if (complete)
		gv_buf_text(&lines, end);
	gv_edits_replace(edits, facts->text.len, 0, gv_buf_span(&lines));
	edits->failed |= lines.failed;
	gv_buf_dispose(&lines);
}

static void replace(struct gv_edits *edits, const struct facts *facts, const char *value)
{
	size_t quote = facts->quoted ? 1 : 0;
	size_t at = facts->line.value_at + quote;
	gv_edits_replace(edits, at, facts->line.value_end - quote - at, gv_span_of(value));
}

/* True when A and B say the same, or both are at their end. */
static bool same_line(const struct ini *a, const struct ini_line *left, bool has_left,
                      const struct ini *b, const struct ini_line *right, bool has_right)
{
	if (!has_left || !has_right)
		return has_left == has_right;
	return left->kind == right->kind && gv_span_equal(left->section, right->section) &&
	       gv_span_equal(left->key, right->key) &&
	       (left->kind != INI_ENTRY ||
	        gv_span_equal(gv_buf_span(&a->value), gv_buf_span(&b->value)));
}

/* The next line that was not meant to change: neither the first of the key nor, of TEXT, its
 * section. */
static bool next_other(struct ini *ini, struct ini_line *line, const struct facts *facts,
                       bool new_section, const struct format *format)
{
	while (ini_next(ini, line)) {
		bool ours = facts->found && line->at == facts->line.at;
		bool header = new_section && line->kind == INI_SECTION &&
		              gv_span_equal_nocase(line->section, gv_span_of(format->section));
		if (!ours && !header)
			return true;
	}
	return false;
}

static bool others_stay(const struct facts *old, const struct facts *new,
                        const struct format *format)
{
	struct ini a = {.text = old->text, .at = old->from, .windows = format->windows};
	struct ini b = {.text = new->text, .at = new->from, .windows = format->windows};
	struct ini_line left;
	struct ini_line right;
	bool more = true;
	bool same = true;
	while (same && more) {
		more = next_other(&a, &left, old, false, format);
		bool right_more = next_other(&b, &right, new, !old->has_section, format);
		same = same_line(&a, &left, more, &b, &right, right_more);
	}
	same = same && !a.value.failed && !b.value.failed;
	ini_dispose(&a);
	ini_dispose(&b);
	return same;
}

/* Reads the changed text as WSL would: it says what it should, and all else is as it was. */
static enum gv_status check_result(const struct gv_edits *edits, const struct facts *old,
                                   const struct format *format, bool on, struct gv_error *err)
{
	struct gv_buf text = {0};
	struct facts new = {0};
	struct gv_gpufile_setting notes = {0};
	enum gv_status status = gv_edits_apply(edits, old->text, &text, err);
	if (status == GV_OK)
		status = find_facts(&new, &notes, gv_buf_span(&text), format, err);
	bool good = status == GV_OK && new.found &&new.value == (on ? TRUE_VALUE : FALSE_VALUE) &&
	            others_stay(old, &new, format);
	if (status == GV_OK && !good)
		status = gv_fail(
			err, GV_EREFUSED,
			"WSL would not read the line where it belongs: set %s in [%s] by hand",
			format->key, format->section);
	gv_gpufile_setting_dispose(&notes);
	gv_buf_dispose(&text);
	return status;
}

static enum gv_status plan_edit(struct gv_edits *edits, const struct facts *facts,
                                const struct format *format, bool on, struct gv_error *err)
{
	const char *value = on ? "true" : "false";
	uint32_t line;
	uint32_t column;
	if (facts->found && facts->value == (on ? TRUE_VALUE : FALSE_VALUE))
		return GV_OK;
	if (!facts->found && on)
		return GV_OK;
	if (facts->found) {
		replace(edits, facts, value);
	} else if (facts->stopped) {
		gv_json_map_locate(facts->text, facts->wrong_at, &line, &column);
		return gv_fail_at(
			err, GV_EREFUSED, line, column,
			"WSL does not know this line and reads nothing behind it: correct "
			"it first");
	} else if (facts->has_section) {
		insert(edits, facts, format, value);
	} else {
		append(edits, facts, format, value);
	}
	gv_edits_settle(edits);
	return check_result(edits, facts, format, on, err);
}

static enum gv_status plan_format(struct gv_edits *edits, struct gv_span text,
                                  const struct gv_gpufile_wish *wish, const struct format *format,
                                  struct gv_error *err)
{
	struct facts facts = {0};
	struct gv_gpufile_setting notes = {0};
	enum gv_status status = find_facts(&facts, &notes, text, format, err);
	if (status == GV_OK)
		status = plan_edit(edits, &facts, format, wish->on, err);
	gv_gpufile_setting_dispose(&notes);
	return status;
}

enum gv_status wslconfig_read(struct gv_gpufile_setting *setting, struct gv_span text,
                              struct gv_error *err)
{
	return read_format(setting, text, &wslconfig, err);
}

enum gv_status wslconf_read(struct gv_gpufile_setting *setting, struct gv_span text,
                            struct gv_error *err)
{
	return read_format(setting, text, &wslconf, err);
}

enum gv_status wslconfig_plan(struct gv_edits *edits, struct gv_span text,
                              const struct gv_gpufile_wish *wish, struct gv_error *err)
{
	return plan_format(edits, text, wish, &wslconfig, err);
}

enum gv_status wslconf_plan(struct gv_edits *edits, struct gv_span text,
                            const struct gv_gpufile_wish *wish, struct gv_error *err)
{
	return plan_format(edits, text, wish, &wslconf, err);
}
