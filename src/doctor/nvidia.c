#include "doctor/nvidia.h"

#include "doctor/lines.h"

#define PROC "/proc/driver/nvidia/gpus"

/* Turing is compute capability 7.5 (NVIDIA's CUDA programming guide). */
enum { TURING_MAJOR = 7, TURING_MINOR = 5 };

/* Series as NVIDIA names them; the first that a model's name has holds. Names that several
 * generations share are left out. */
static const struct {
	const char *series;
	enum generation generation;
} series[] = {
	{"RTX", GENERATION_TURING},       {"GTX 16", GENERATION_TURING},
	{"GTX 10", GENERATION_OLDER},     {"GTX 9", GENERATION_OLDER},
	{"GTX 7", GENERATION_OLDER},      {"GTX 6", GENERATION_OLDER},
	{"GT 10", GENERATION_OLDER},      {"GT 7", GENERATION_OLDER},
	{"TITAN X", GENERATION_OLDER},    {"TITAN V", GENERATION_OLDER},
	{"Quadro P", GENERATION_OLDER},   {"Quadro M", GENERATION_OLDER},
	{"Quadro K", GENERATION_OLDER},   {"Tesla P", GENERATION_OLDER},
	{"Tesla M", GENERATION_OLDER},    {"Tesla K", GENERATION_OLDER},
	{"Tesla V100", GENERATION_OLDER},
};

enum generation nvidia_by_name(struct gv_span name)
{
	for (size_t i = 0; i < sizeof series / sizeof *series; i++) {
		if (lines_has(name, series[i].series))
			return series[i].generation;
	}
	return GENERATION_UNKNOWN;
}

/* Cuts the first field, which a comma ends, off *REST. */
static struct gv_span take_field(struct gv_span *rest)
{
	size_t end = 0;
	while (end < rest->len && rest->at[end] != ',')
		end++;
	struct gv_span field = gv_span_trim(gv_span_part(*rest, 0, end));
	*rest = gv_span_part(*rest, end + (end < rest->len), rest->len);
	return field;
}

/* "8.6" as a generation; a text that is no such number tells nothing. */
static enum generation by_capability(struct gv_span text)
{
	unsigned major = lines_number(text);
	size_t dot = 0;
	while (dot < text.len && text.at[dot] != '.')
		dot++;
	if (major == 0 || dot == text.len)
		return GENERATION_UNKNOWN;
	unsigned minor = lines_number(gv_span_part(text, dot + 1, text.len));
	bool turing = major > TURING_MAJOR || (major == TURING_MAJOR && minor >= TURING_MINOR);
	return turing ? GENERATION_TURING : GENERATION_OLDER;
}

/* A line of the query: "NVIDIA GeForce RTX 2060, 535.129.03, 7.5". */
static void read_line(struct nvidia *nvidia, struct gv_span line)
{
	struct nvidia_device device = {.name = take_field(&line), .by = "its compute capability"};
	device.version = take_field(&line);
	if (device.version.len == 0 || nvidia->count == NVIDIA_LIMIT)
		return; /* a message, no device */
	device.generation = by_capability(take_field(&line));
	if (device.generation == GENERATION_UNKNOWN) {
		device.generation = nvidia_by_name(device.name);
		device.by = "its name";
	}
	nvidia->at[nvidia->count++] = device;
}

static void read_information(struct nvidia *nvidia, struct machine *machine, const char *id)
{
	struct gv_span text;
	struct gv_error why = {0};
	struct nvidia_device device = {.by = "its name"};
	const char *path = machine_keep(machine, PROC "/%s/information", id);
	if (machine_read(machine, path, &text, &why) != PRESENT ||
	    !lines_find(text, "Model", ':', &device.name) || nvidia->count == NVIDIA_LIMIT)
		return;
	device.generation = nvidia_by_name(device.name);
	nvidia->at[nvidia->count++] = device;
}

static void read_proc(struct nvidia *nvidia, struct machine *machine)
{
	struct machine_names names;
	struct gv_error why = {0};
	if (machine_list(machine, PROC, &names, &why) == HIDDEN)
		nvidia->missing = machine_keep(machine, "%s: %s", PROC, why.message);
	for (size_t i = 0; i < names.count; i++)
		read_information(nvidia, machine, names.at[i]);
}

void nvidia_read(struct nvidia *nvidia, struct machine *machine)
{
	struct gv_span said = {0};
	struct gv_span line;
	struct gv_error why = {0};
	enum presence presence = machine_ask(machine, PROGRAM_NVIDIA_GPUS, &said, &why);
	while (presence == PRESENT && lines_next(&said, &line))
		read_line(nvidia, line);
	if (nvidia->count == 0)
		read_proc(nvidia, machine);
	if (nvidia->count == 0 && presence == HIDDEN)
		nvidia->missing = machine_keep(machine, "nvidia-smi: %s", why.message);
}

enum generation nvidia_best(const struct nvidia *nvidia)
{
	enum generation best = GENERATION_UNKNOWN;
	for (size_t i = 0; i < nvidia->count; i++) {
		if (nvidia->at[i].generation > best)
			best = nvidia->at[i].generation;
	}
	return best;
}
