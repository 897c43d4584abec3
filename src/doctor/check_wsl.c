/* WSL's own files: .wslconfig of the Windows user, wsl.conf of the distribution (facts 5). */
#include "doctor/checks.h"
#include "doctor/lines.h"

/* Keys that have to do with the GPU, and what switches it off. */
static const struct wsl_key {
	const char *section;
	const char *name;
	const char *normal; /* the value that does no harm */
	const char *harm;
} global_keys[] = {
	{"[wsl2]", "gpuSupport", "true", "no GPU reaches WSL"},
	{"[wsl2]", "safeMode", "false", "the safe mode switches the GPU off"},
	{NULL, NULL, NULL, NULL},
};
static const struct wsl_key local_keys[] = {
	{"[gpu]", "enabled", "true", "no GPU reaches this distribution"},
	{"[gpu]", "appendLibPath", "true", "the folder of the libraries is not made known"},
	{NULL, NULL, NULL, NULL},
};

/* VALUE without what a "#" begins and without quotes. */
static struct gv_span plain(struct gv_span value)
{
	size_t end = 0;
	while (end < value.len && value.at[end] != '#')
		end++;
	value = gv_span_trim(gv_span_part(value, 0, end));
	if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
		value = gv_span_part(value, 1, value.len - 1);
	return value;
}

static bool show_key(struct gv_exam *exam, const char *path, unsigned number,
                     const struct wsl_key *key, struct gv_span value)
{
	value = plain(value);
	bool good = gv_span_equal_nocase(value, gv_span_of(key->normal));
	exam_see(exam, good ? GV_VERDICT_OK : GV_VERDICT_BAD, "%s:%u: %s is %.*s%s%s", path, number,
	         key->name, lines_width(value), value.at, good ? "" : ": ", good ? "" : key->harm);
	if (!good)
		exam_advise(exam, "Set %s=%s in %s of %s, then run wsl --shutdown on Windows.",
		            key->name, key->normal, key->section, path);
	return true;
}

/* Shows the lines of TEXT that set one of KEYS. */
static size_t show_keys(struct gv_exam *exam, const char *path, struct gv_span text,
                        const struct wsl_key *keys)
{
	struct gv_span section = {0};
	struct gv_span line;
	struct gv_span value;
	unsigned number = 0;
	size_t found = 0;
	while (lines_next(&text, &line)) {
		number++;
		line = gv_span_trim(line);
		if (line.len > 0 && line.at[0] == '[')
			section = line;
		for (const struct wsl_key *key = keys; key->name != NULL; key++) {
			if (gv_span_equal_nocase(section, gv_span_of(key->section)) &&
			    lines_value(line, key->name, '=', &value))
				found += show_key(exam, path, number, key, value);
		}
	}
	return found;
}

static void show_file(struct gv_exam *exam, const char *path, const struct wsl_key *keys)
{
	struct gv_span text;
	struct gv_error why = {0};
	enum presence presence = machine_read(exam->machine, path, &text, &why);
	if (presence == HIDDEN)
		exam_see(exam, GV_VERDICT_SKIPPED, "%s: %s", path, why.message);
	if (presence == PRESENT && show_keys(exam, path, text, keys) == 0)
		exam_see(exam, GV_VERDICT_OK, "%s says nothing of the GPU", path);
}

void check_wslconfig(struct gv_exam *exam)
{
	struct machine_names names;
	struct gv_error why = {0};
	enum presence presence = machine_list(exam->machine, "/mnt/c/Users", &names, &why);
	if (presence != PRESENT) {
		exam_see(exam, GV_VERDICT_SKIPPED, "/mnt/c/Users: %s",
		         presence == ABSENT ? "not there, drive C: is not mounted" : why.message);
		return;
	}
	for (size_t i = 0; i < names.count; i++)
		show_file(exam,
		          machine_keep(exam->machine, "/mnt/c/Users/%s/.wslconfig", names.at[i]),
		          global_keys);
	if (exam->result->sight_count == 0)
		exam_see(exam, GV_VERDICT_OK,
		         "no user of Windows has one: gpuSupport is true then");
}

void check_wsl_conf(struct gv_exam *exam)
{
	show_file(exam, "/etc/wsl.conf", local_keys);
	if (exam->result->sight_count == 0)
		exam_see(exam, GV_VERDICT_OK, "there is none: the GPU is enabled then");
}
