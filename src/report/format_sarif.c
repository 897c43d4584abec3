/*
 * SARIF 2.1.0 (OASIS), one run. Columns are UTF-16 code units.
 *
 * Files that failed or are refused are results of two rules of their own: notifications would have
 * to be kept until the end of the run.
 */
#include <string.h>

#include <gpuvirt/lint.h>

#include "base/charset.h"
#include "base/json.h"
#include "report/changes.h"
#include "report/fingerprint.h"
#include "report/formats.h"
#include "report/path.h"
#include "report/subject.h"

#define BASE_ID "SRCROOT"
#define SCHEMA                                                                                     \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* What a run can say of a file without a finding. */
static const struct gv_check outcome_rules[] = {
	{"refused", GV_WARNING, "a file that must not be changed",
         "The machine may be running or suspended, or the file is not a VMware configuration: "
         "the message says which.",
         true},
	{"failed", GV_ERROR, "a file that could not be read or written",
         "The message says what the system answered.", true},
};

enum { OUTCOME_RULES = sizeof outcome_rules / sizeof *outcome_rules };

/* ---- texts ---- */

/* Adds TEXT as a message: braces are doubled, brackets of what looks like a link are escaped. */
static void add_message(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                        const char *text)
{
	struct gv_json *message = gv_json_add_object(tree, in, name);
	struct gv_buf escaped = {0};
	bool links = strstr(text, "](") != NULL;
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '{' || *at == '}')
			gv_buf_char(&escaped, *at);
		if (links && (*at == '[' || *at == ']'))
			gv_buf_char(&escaped, '\\');
		gv_buf_char(&escaped, *at);
	}
	tree->failed |= escaped.failed;
	gv_json_add_span(tree, message, "text", gv_buf_span(&escaped));
	gv_buf_dispose(&escaped);
}

static bool is_web_address(const char *text)
{
	if (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
		return false;
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~' || strchr("\"<>\\^`{|}", *text) != NULL)
			return false;
	}
	return true;
}

/* ---- rules ---- */

/* A rule of whatever kind as SARIF wants it. */
struct described {
	const char *id;
	enum gv_severity severity;
	const char *summary;
	const char *why;  /* may be NULL */
	const char *link; /* may be NULL */
};

static void add_rule(struct gv_json_tree *tree, struct gv_json *in, const struct described *rule)
{
	struct gv_json *object = gv_json_add_object(tree, in, NULL);
	const char *why = rule->why != NULL ? rule->why : rule->summary;
	struct gv_buf help = {0};
	gv_json_add_text(tree, object, "id", rule->id);
	add_message(tree, object, "shortDescription", rule->summary);
	add_message(tree, object, "fullDescription", why);
	gv_buf_text(&help, why);
	if (rule->link != NULL)
		gv_buf_format(&help, "\n\nSee %s", rule->link);
	tree->failed |= help.failed;
	if (!help.failed)
		add_message(tree, object, "help", help.at);
	gv_buf_dispose(&help);
	if (rule->link != NULL && is_web_address(rule->link))
		gv_json_add_text(tree, object, "helpUri", rule->link);
	struct gv_json *configuration = gv_json_add_object(tree, object, "defaultConfiguration");
	gv_json_add_text(tree, configuration, "level", gv_severity_name(rule->severity));
}

static void add_checks(struct gv_json_tree *tree, struct gv_json *in, const struct gv_check *checks,
                       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct described rule = {checks[i].id, checks[i].severity, checks[i].summary,
		                         checks[i].why, NULL};
		add_rule(tree, in, &rule);
	}
}

static void add_pack_rules(struct gv_json_tree *tree, struct gv_json *in,
                           const struct gv_rules *rules)
{
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	add_checks(tree, in, checks, count);
	for (size_t i = 0; i < rules->count; i++) {
		const struct gv_rule *from = &rules->at[i];
		struct described rule = {from->id, from->severity, from->summary, from->why,
		                         from->link};
		add_rule(tree, in, &rule);
	}
}

/* The order is that of rule_index. */
static void add_rules(struct gv_json_tree *tree, struct gv_json *in, const struct gv_report *report)
{
	add_checks(tree, in, outcome_rules, OUTCOME_RULES);
	for (size_t i = 0; i < report->topic_count; i++) {
		const struct gv_topic *from = &report->topics[i];
		struct described rule = {from->id, from->severity, from->summary, from->why, NULL};
		add_rule(tree, in, &rule);
	}
	if (report->rules != NULL)
		add_pack_rules(tree, in, report->rules);
}

/* The index of the rule ID among those of add_rules; findings have no others. */
static size_t rule_index(const struct gv_report *report, const char *id)
{
	const struct gv_rules *rules = report->rules;
	size_t before = OUTCOME_RULES + report->topic_count;
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < OUTCOME_RULES; i++) {
		if (outcome_rules[i].id == id)
			return i;
	}
	for (size_t i = 0; i < report->topic_count; i++) {
		if (strcmp(report->topics[i].id, id) == 0)
			return OUTCOME_RULES + i;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(checks[i].id, id) == 0)
			return before + i;
	}
	size_t index = 0;
	while (rules != NULL && index < rules->count && strcmp(rules->at[index].id, id) != 0)
		index++;
	return before + count + index;
}

/* ---- the run ---- */

static void add_base(struct gv_json_tree *tree, struct gv_json *in, const struct gv_report *report)
{
	const char *base = report->base != NULL ? report->base : report->folder;
	struct gv_buf uri = {0};
	if (base == NULL)
		return;
	gv_path_uri(&uri, gv_span_of(base));
	if (uri.len == 0 || uri.at[uri.len - 1] != '/')
		gv_buf_char(&uri, '/');
	tree->failed |= uri.failed;
	struct gv_json *bases = gv_json_add_object(tree, in, "originalUriBaseIds");
	struct gv_json *location = gv_json_add_object(tree, bases, BASE_ID);
	gv_json_add_span(tree, location, "uri", gv_buf_span(&uri));
	gv_buf_dispose(&uri);
}

void report_sarif_begin(struct gv_buf *out, const struct gv_report *report)
{
	static const char *const endings[] = {"\r\n", "\n", "\r"};
	struct gv_json_tree tree = {0};
	struct gv_json *run = gv_json_start(&tree);
	struct gv_json *tool = gv_json_add_object(&tree, run, "tool");
	struct gv_json *driver = gv_json_add_object(&tree, tool, "driver");
	gv_json_add_text(&tree, driver, "name", "gpuvirt");
	gv_json_add_text(&tree, driver, "version", report->program);
	add_rules(&tree, gv_json_add_array(&tree, driver, "rules"), report);
	gv_json_add_text(&tree, run, "columnKind", "utf16CodeUnits");
	struct gv_json *sequences = gv_json_add_array(&tree, run, "newlineSequences");
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		gv_json_add_text(&tree, sequences, NULL, endings[i]);
	add_base(&tree, run, report);
	gv_buf_text(out, "{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[");
	gv_json_print(out, &tree);
	if (!out->failed)
		out->len--; /* the brace: the run goes on */
	gv_buf_text(out, ",\"results\":[\n");
}

void report_sarif_end(struct gv_buf *out, const struct gv_report *report,
                      const struct gv_report_totals *totals)
{
	(void)report;
	bool good = totals->outcomes[GV_FAILED] == 0;
	gv_buf_format(out, "\n],\"invocations\":[{\"executionSuccessful\":%s}]}]}\n",
	              good ? "true" : "false");
}

/* ---- results ---- */

/* A result as it is made: the parts that all of them need. */
struct maker {
	struct gv_json_tree tree;
	struct subject subject;
	const struct gv_report *report;
};

static void add_artifact(struct maker *maker, struct gv_json *in,
                         const struct gv_reported *reported)
{
	struct gv_json *artifact = gv_json_add_object(&maker->tree, in, "artifactLocation");
	struct gv_span path = subject_path(&maker->subject, reported);
	struct gv_buf uri = {0};
	gv_path_uri(&uri, path);
	maker->tree.failed |= uri.failed;
	gv_json_add_span(&maker->tree, artifact, "uri", gv_buf_span(&uri));
	if (maker->report->folder != NULL && path.len > 0 && path.at[0] != '/')
		gv_json_add_text(&maker->tree, artifact, "uriBaseId", BASE_ID);
	gv_buf_dispose(&uri);
}

static void add_bytes_region(struct gv_json_tree *tree, struct gv_json *region, size_t at,
                             size_t len)
{
	gv_json_add_number(tree, region, "byteOffset", at);
	gv_json_add_number(tree, region, "byteLength", len);
}

static void add_text_region(struct gv_json_tree *tree, struct gv_json *region, struct gv_place from,
                            struct gv_place to)
{
	gv_json_add_number(tree, region, "startLine", from.line);
	gv_json_add_number(tree, region, "startColumn", from.column);
	gv_json_add_number(tree, region, "endLine", to.line);
	gv_json_add_number(tree, region, "endColumn", to.column);
}

static struct gv_place place_of(struct maker *maker, const struct gv_lines *lines, size_t offset)
{
	return gv_lines_place(lines, maker->subject.charset, offset, &maker->tree.failed);
}

/* From the finding to the end of its line, in characters and in bytes. */
static void add_region(struct maker *maker, struct gv_json *in, const struct gv_reported *reported)
{
	const struct gv_lines *lines = subject_lines(&maker->subject, reported);
	if (lines == NULL)
		return;
	size_t from = subject_offset(&maker->subject, reported);
	struct gv_place start = place_of(maker, lines, from);
	struct gv_span line = gv_lines_text(lines, start.line);
	size_t to = (size_t)(line.at - lines->text.at) + line.len;
	if (to < from)
		to = from;
	struct gv_json *region = gv_json_add_object(&maker->tree, in, "region");
	add_text_region(&maker->tree, region, start, place_of(maker, lines, to));
	add_bytes_region(&maker->tree, region, from, to - from);
}

/* Of another file, whose text is not at hand, just the line. */
static void add_line(struct gv_json_tree *tree, struct gv_json *in,
                     const struct gv_finding *finding)
{
	struct gv_json *region = gv_json_add_object(tree, in, "region");
	gv_json_add_number(tree, region, "startLine", finding->line);
}

static void add_location(struct maker *maker, struct gv_json *in,
                         const struct gv_reported *reported)
{
	struct gv_json *locations = gv_json_add_array(&maker->tree, in, "locations");
	struct gv_json *location = gv_json_add_object(&maker->tree, locations, NULL);
	struct gv_json *physical = gv_json_add_object(&maker->tree, location, "physicalLocation");
	add_artifact(maker, physical, reported);
	if (reported != NULL && reported->path != NULL)
		add_line(&maker->tree, physical, reported->finding);
	else if (reported != NULL)
		add_region(maker, physical, reported);
}

static void add_head(struct maker *maker, struct gv_json *result, const char *rule,
                     enum gv_severity severity, const char *message)
{
	gv_json_add_text(&maker->tree, result, "ruleId", rule);
	gv_json_add_number(&maker->tree, result, "ruleIndex", rule_index(maker->report, rule));
	gv_json_add_text(&maker->tree, result, "level", gv_severity_name(severity));
	add_message(&maker->tree, result, "message", message);
}

static void add_tail(struct maker *maker, struct gv_json *result, struct gv_fingerprint fingerprint,
                     bool accepted)
{
	char digits[GV_FINGERPRINT_SIZE];
	gv_fingerprint_show(digits, fingerprint);
	struct gv_json *prints = gv_json_add_object(&maker->tree, result, "partialFingerprints");
	gv_json_add_text(&maker->tree, prints, GV_FINGERPRINT_METHOD, digits);
	if (maker->report->known == NULL)
		return;
	gv_json_add_text(&maker->tree, result, "baselineState", accepted ? "unchanged" : "new");
	struct gv_json *array = gv_json_add_array(&maker->tree, result, "suppressions");
	if (!accepted)
		return;
	struct gv_json *suppression = gv_json_add_object(&maker->tree, array, NULL);
	gv_json_add_text(&maker->tree, suppression, "kind", "external");
	gv_json_add_text(&maker->tree, suppression, "status", "accepted");
	gv_json_add_text(&maker->tree, suppression, "justification", "in the baseline");
}

/* ---- fixes ---- */

static bool is_ascii(struct gv_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.at[i] > 0x7F)
			return false;
	}
	return true;
}

/* True when PLACE can be told in characters and everybody counts the same. */
static bool is_certain(const struct maker *maker, const struct gv_lines *lines,
                       struct gv_place place, size_t offset)
{
	if (!place.exact)
		return false;
	return !maker->subject.unknown_charset ||
	       place.column - 1 == offset - lines->starts[place.line - 1];
}

/* Appends WITH as UTF-8; false when it would not come back as the same bytes. */
static bool decode(struct maker *maker, struct gv_buf *utf8, struct gv_span with)
{
	const struct gv_charset *charset = maker->subject.charset;
	gv_buf_add(utf8, (struct gv_span){0});
	if (!gv_charset_decode(utf8, charset, with))
		return false;
	if (charset == NULL)
		return !maker->subject.unknown_charset || is_ascii(with);
	struct gv_buf back = {0};
	bool same = gv_charset_from_utf8(&back, charset, gv_buf_span(utf8)) &&
	            gv_span_equal(gv_buf_span(&back), with);
	maker->tree.failed |= back.failed;
	gv_buf_dispose(&back);
	return same;
}

/* Makes TREE the EDIT by lines and columns. Returns false when that would not be exact. */
static bool make_text_edit(struct maker *maker, struct gv_json_tree *tree,
                           const struct gv_lines *lines, const struct gv_edit *edit)
{
	size_t end = edit->at + edit->len;
	struct gv_place from = place_of(maker, lines, edit->at);
	struct gv_place to = place_of(maker, lines, end);
	struct gv_buf utf8 = {0};
	bool exact = is_certain(maker, lines, from, edit->at) &&
	             is_certain(maker, lines, to, end) && decode(maker, &utf8, edit->with) &&
	             (utf8.len == 0 || memchr(utf8.at, '\0', utf8.len) == NULL);
	if (exact) {
		struct gv_json *root = gv_json_start(tree);
		add_text_region(tree, gv_json_add_object(tree, root, "deletedRegion"), from, to);
		struct gv_json *content = gv_json_add_object(tree, root, "insertedContent");
		gv_json_add_span(tree, content, "text", gv_buf_span(&utf8));
	}
	maker->tree.failed |= utf8.failed;
	gv_buf_dispose(&utf8);
	return exact;
}

static void make_bytes_edit(struct gv_json_tree *tree, const struct gv_edit *edit)
{
	struct gv_json *root = gv_json_start(tree);
	add_bytes_region(tree, gv_json_add_object(tree, root, "deletedRegion"), edit->at,
	                 edit->len);
	struct gv_json *content = gv_json_add_object(tree, root, "insertedContent");
	gv_json_add_base64(tree, content, "binary", edit->with);
}

static void add_replacements(struct maker *maker, struct gv_json *in, const struct gv_lines *lines,
                             const struct gv_edits *edits)
{
	struct gv_buf text = {0};
	gv_buf_char(&text, '[');
	for (size_t i = 0; i < edits->count; i++) {
		struct gv_json_tree tree = {0};
		if (!make_text_edit(maker, &tree, lines, &edits->at[i]))
			make_bytes_edit(&tree, &edits->at[i]);
		gv_buf_text(&text, i > 0 ? "," : "");
		gv_json_print(&text, &tree);
	}
	gv_buf_char(&text, ']');
	gv_json_add_printed(&maker->tree, in, "replacements", &text);
	gv_buf_dispose(&text);
}

static void add_fix(struct maker *maker, struct gv_json *result, const struct gv_reported *reported)
{
	struct gv_json_tree *tree = &maker->tree;
	struct gv_edits edits = {0};
	if (!gv_finding_is_fixed(reported->finding, true))
		return;
	const struct gv_lines *lines = subject_lines(&maker->subject, reported);
	if (lines == NULL)
		return;
	gv_changes_of_finding(&edits, reported);
	tree->failed |= edits.failed;
	struct gv_json *fix =
		gv_json_add_object(tree, gv_json_add_array(tree, result, "fixes"), NULL);
	add_message(tree, fix, "description",
	            reported->finding->fix == GV_FIX_SAFE
	                    ? "what gpuvirt fix does"
	                    : "a guess: what gpuvirt fix --unsafe-fixes does");
	struct gv_json *change =
		gv_json_add_object(tree, gv_json_add_array(tree, fix, "artifactChanges"), NULL);
	add_artifact(maker, change, NULL);
	add_replacements(maker, change, lines, &edits);
	gv_edits_dispose(&edits);
}

static void print_result(struct maker *maker, struct gv_buf *out, size_t begin)
{
	if (out->len > begin)
		gv_buf_text(out, ",\n");
	gv_json_print(out, &maker->tree);
}

static void add_result(struct maker *maker, const struct gv_reported *reported)
{
	const struct gv_finding *finding = reported->finding;
	struct gv_json *result = gv_json_start(&maker->tree);
	add_head(maker, result, finding->rule, finding->severity, finding->message);
	add_location(maker, result, reported);
	add_tail(maker, result, reported->fingerprint, reported->accepted);
	add_fix(maker, result, reported);
}

static void add_outcome(struct maker *maker, const struct gv_report_file *file)
{
	const struct gv_check *rule = &outcome_rules[file->outcome == GV_FAILED];
	struct gv_json *result = gv_json_start(&maker->tree);
	struct gv_buf reason = {0};
	subject_reason(&reason, file);
	maker->tree.failed |= reason.failed;
	add_head(maker, result, rule->id, rule->severity, reason.failed ? "" : reason.at);
	add_location(maker, result, NULL);
	add_tail(maker, result, gv_fingerprint_outcome(rule->id, gv_buf_span(&maker->subject.path)),
	         false);
	gv_buf_dispose(&reason);
}

void report_sarif_file(struct gv_buf *out, const struct gv_report *report,
                       const struct gv_report_file *file)
{
	struct maker maker = {.report = report};
	size_t begin = out->len;
	subject_start(&maker.subject, report, file);
	if (file->outcome == GV_REFUSED || file->outcome == GV_FAILED) {
		add_outcome(&maker, file);
		print_result(&maker, out, begin);
	}
	for (size_t i = 0; i < file->count; i++) {
		if (file->at[i].state == GV_FIXED)
			continue;
		add_result(&maker, &file->at[i]);
		print_result(&maker, out, begin);
	}
	subject_end(&maker.subject, out);
}
