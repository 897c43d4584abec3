/*
 * A Windows host, by what dxdiag and a script for PowerShell said of it (docs/doctor.md). No text
 * of Windows is compared but names of devices: other texts are in the language of the system.
 */
#include "base/json.h"
#include "doctor/checks.h"
#include "doctor/lines.h"

/* The lowest feature level that VMware takes is 11_0 (facts 3.4). */
enum { FEATURE_LEVEL = 11 };

/* Reads what the script said; NULL, and noted, when that cannot be done. To be freed. */
static struct gv_json *read_cim(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_json *json = NULL;
	struct gv_error why = {0};
	if (!exam_ask(exam, PROGRAM_CIM, &said))
		return NULL;
	if (gv_span_begins_nocase(said, GV_LITERAL("\xEF\xBB\xBF")))
		said = gv_span_part(said, 3, said.len);
	if (gv_json_parse(&json, said, &why) != GV_OK)
		exam_see(exam, GV_VERDICT_SKIPPED, "doctor/commands/cim:%u:%u: %s",
		         (unsigned)why.line, (unsigned)why.column, why.message);
	return json;
}

static const char *text_of(const struct gv_json *object, const char *name)
{
	const char *text = gv_json_text(gv_json_get(object, name));
	return text == NULL ? "unknown" : text;
}

/* Microsoft's own drivers, which stand in where none for the device is installed (facts 3.4). */
static bool is_basic(struct gv_span name)
{
	return lines_has(name, "Microsoft Basic");
}

/* Returns how many adapters have a driver of their own. */
static size_t show_controllers(struct gv_exam *exam, const struct gv_json *json, size_t *count)
{
	size_t real = 0;
	const struct gv_json *list = gv_json_get(json, "VideoControllers");
	for (const struct gv_json *at = gv_json_first(list); at != NULL; at = gv_json_next(at)) {
		const char *name = text_of(at, "Name");
		exam_see(exam, GV_VERDICT_OK, "%s, driver %s", name, text_of(at, "DriverVersion"));
		real += !is_basic(gv_span_of(name));
		(*count)++;
	}
	return real;
}

static size_t show_cards(struct gv_exam *exam, struct gv_span said, size_t *count)
{
	struct gv_span line;
	struct gv_span value;
	size_t real = 0;
	while (lines_next(&said, &line)) {
		bool card = lines_value(line, "Card name", ':', &value);
		if (!card && !lines_value(line, "Driver Version", ':', &value))
			continue;
		exam_see(exam, GV_VERDICT_OK, "%s %.*s", card ? "dxdiag: card" : "dxdiag: driver",
		         lines_width(value), value.at);
		real += card && !is_basic(value);
		*count += card;
	}
	return real;
}

void check_adapters(struct gv_exam *exam)
{
	struct gv_span said;
	size_t count = 0;
	size_t real = 0;
	struct gv_json *json = read_cim(exam);
	if (json != NULL)
		real += show_controllers(exam, json, &count);
	if (exam_ask(exam, PROGRAM_DXDIAG, &said))
		real += show_cards(exam, said, &count);
	gv_json_free(json);
	if (count == 0)
		exam_see(exam, GV_VERDICT_UNKNOWN, "no adapter is named");
	else if (real == 0)
		exam_blame(exam, GV_VERDICT_BAD, "basic-render-driver",
		           "there are only Microsoft's basic drivers");
}

/* The highest of "12_1,12_0,11_1": its number before the "_". */
static unsigned highest_level(struct gv_span list)
{
	unsigned highest = 0;
	for (size_t i = 0; i < list.len; i++) {
		if (i > 0 && list.at[i - 1] != ',' && list.at[i - 1] != ' ')
			continue;
		unsigned level = lines_number(gv_span_part(list, i, list.len));
		highest = level > highest ? level : highest;
	}
	return highest;
}

void check_feature_level(struct gv_exam *exam)
{
	struct gv_span said;
	struct gv_span line;
	struct gv_span value;
	unsigned highest = 0;
	if (!exam_ask(exam, PROGRAM_DXDIAG, &said))
		return;
	while (lines_next(&said, &line)) {
		if (lines_value(line, "Feature Levels", ':', &value)) {
			unsigned level = highest_level(value);
			highest = level > highest ? level : highest;
		} else if (!lines_value(line, "Card name", ':', &value)) {
			continue;
		}
		line = gv_span_trim(line);
		exam_see(exam, GV_VERDICT_OK, "%.*s", lines_width(line), line.at);
	}
	if (highest == 0)
		exam_see(exam, GV_VERDICT_UNKNOWN,
		         "dxdiag names no feature level; its words may be of another language");
	else if (highest < FEATURE_LEVEL)
		exam_blame(exam, GV_VERDICT_BAD, "feature-level",
		           "no adapter has feature level 11_0 or above");
}

void check_hypervisor(struct gv_exam *exam)
{
	struct gv_json *json = read_cim(exam);
	if (json == NULL)
		return;
	const struct gv_json *present = gv_json_get(json, "HypervisorPresent");
	const struct gv_json *security = gv_json_get(json, "VirtualizationBasedSecurityStatus");
	bool runs = gv_json_is_number(present, 1);
	bool secures = gv_json_is_number(security, 2);
	if (runs || secures)
		exam_blame(exam, GV_VERDICT_NOTE, "hyper-v",
		           "%s%s: it costs processor speed and is no cause of missing 3D by itself",
		           runs ? "a hypervisor runs (Hyper-V)" : "no hypervisor is named",
		           secures ? ", virtualization-based security runs" : "");
	else if (present == NULL && security == NULL)
		exam_see(exam, GV_VERDICT_UNKNOWN, "the script named neither");
	else
		exam_see(exam, GV_VERDICT_OK, "no hypervisor, no virtualization-based security");
	gv_json_free(json);
}
