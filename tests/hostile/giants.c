/* Inputs that are large, and that a careless program reads in quadratic time. */
#include "hostile.h"

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"19\"\n"
#define ON   "mks.enable3d = \"TRUE\"\n"
#define OFF  "mks.enable3d = \"FALSE\"\n"

enum { MEGABYTE = 1 << 20, MANY = 100000 };

static void repeat(struct gv_buf *out, const char *text, size_t count)
{
	while (count-- > 0)
		gv_buf_text(out, text);
}

/* The same text to both: what fix leaves alone. */
static void both(struct gv_buf *input, struct gv_buf *fixed, const char *text, size_t count)
{
	repeat(input, text, count);
	repeat(fixed, text, count);
}

static void value_of_a_megabyte(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD "annotation = \"", 1);
	both(input, fixed, "a", MEGABYTE);
	gv_buf_text(input, "\"\n" OFF);
	gv_buf_text(fixed, "\"\n" ON);
}

static void escapes_of_a_megabyte(struct gv_buf *input, struct gv_buf *fixed)
{
	gv_buf_text(input, HEAD "mks.enable3d = \"TRUE");
	repeat(input, "|0A", MEGABYTE / 3);
	gv_buf_text(input, "\"\n");
	gv_buf_text(fixed, HEAD ON);
}

static void line_without_end(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD ON, 1);
	both(input, fixed, "no equals sign ", MEGABYTE / 16);
}

static void name_of_a_megabyte(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD ON, 1);
	both(input, fixed, "n", MEGABYTE);
	both(input, fixed, " = \"1\"\n", 1);
}

static void many_keys(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD, 1);
	for (int i = 0; i < MANY; i++) {
		gv_buf_format(input, "key%d = \"%d\"\r\n", i, i);
		gv_buf_format(fixed, "key%d = \"%d\"\r\n", i, i);
	}
	gv_buf_text(fixed, "mks.enable3d = \"TRUE\"\r\n");
}

static void one_key_many_times(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD ON "a = \"1\"\n", 1);
	repeat(input, "A = \"1\"\n", MANY);
}

static void the_key_many_times(struct gv_buf *input, struct gv_buf *fixed)
{
	gv_buf_text(input, HEAD);
	repeat(input, OFF ON, MANY / 2);
	gv_buf_text(fixed, HEAD ON);
}

static void many_keys_twice(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD ON, 1);
	for (int i = 0; i < MANY / 2; i++) {
		gv_buf_format(input, "key%d = \"x\"\n", i);
		gv_buf_format(fixed, "key%d = \"x\"\n", i);
	}
	for (int i = 0; i < MANY / 2; i++)
		gv_buf_format(input, "KEY%d = x\n", i);
}

static void many_cached_keys(struct gv_buf *input, struct gv_buf *fixed)
{
	gv_buf_text(input, HEAD);
	for (int i = 0; i < MANY; i++)
		gv_buf_format(input, "vmotion.svga.x%d = \"0\"\n", i);
	gv_buf_text(input, ON);
	gv_buf_text(fixed, HEAD ON);
}

static void many_malformed_lines(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD ON, 1);
	both(input, fixed, "annotation = \"\" x\n", MANY);
}

static void many_returns(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, "config.version = \"8\"\rvirtualHW.version = \"19\"\r", 1);
	both(input, fixed, "\r", MEGABYTE);
	gv_buf_text(fixed, "mks.enable3d = \"TRUE\"\r");
}

static void long_tail_of_zeroes(struct gv_buf *input, struct gv_buf *fixed)
{
	both(input, fixed, HEAD, 1);
	gv_buf_text(fixed, ON);
	for (int i = 0; i < MEGABYTE; i++) {
		gv_buf_char(input, '\0');
		gv_buf_char(fixed, '\0');
	}
}

static const struct giant giants[] = {
	{"value of a megabyte", 1, "enable-3d", value_of_a_megabyte},
	{"escapes of a megabyte", 1, "enable-3d", escapes_of_a_megabyte},
	{"line without end", 1, "malformed-line", line_without_end},
	{"name of a megabyte", 0, "", name_of_a_megabyte},
	{"100,000 keys", 1, "enable-3d", many_keys},
	{"one key 100,000 times", 1, "duplicate-name", one_key_many_times},
	{"the key 100,000 times", 1, "enable-3d duplicate-name", the_key_many_times},
	{"50,000 keys twice", 1, "duplicate-name", many_keys_twice},
	{"100,000 cached keys", 1, "stale-gpu-cache", many_cached_keys},
	{"100,000 malformed lines", 1, "malformed-line", many_malformed_lines},
	{"a million lone CRs", 1, "enable-3d", many_returns},
	{"a megabyte of zeroes", 1, "nul-bytes enable-3d", long_tail_of_zeroes},
};

const struct giant *hostile_giants(size_t *count)
{
	*count = sizeof giants / sizeof *giants;
	return giants;
}

/* ---- logs ---- */

#define AT       "2023-03-04T10:00:00.000Z In(05) vmx "
#define POWER_ON AT "MKS PowerOn\n" AT "MKSRenderMain: PowerOn allowed BasicOps ISB DX12 \n"
#define FOUND    AT "MKSRenderMain: Found Full Renderer: ISBRenderer (DX12Renderer)\n"

enum { LOG_SIZE = 100 * MEGABYTE };

static void fill(struct gv_buf *log, size_t size, const char *line)
{
	while (log->len < size && !log->failed)
		gv_buf_text(log, line);
}

static void log_of_much_talk(struct gv_buf *log)
{
	gv_buf_text(log, POWER_ON FOUND);
	fill(log, LOG_SIZE, AT "GuestRpc: a guest that talks much\r\n");
}

static void log_of_many_power_ons(struct gv_buf *log)
{
	fill(log, LOG_SIZE, POWER_ON AT "MKSRenderMain: Found Full Renderer: DX11BasicRenderer\n");
	gv_buf_text(log, POWER_ON FOUND);
}

static void log_of_many_keys(struct gv_buf *log)
{
	gv_buf_text(log, AT "DICT --- CONFIGURATION /x.vmx\n");
	for (unsigned i = 0; log->len < LOG_SIZE / 4 && !log->failed; i++)
		gv_buf_format(log, AT "DICT mks.k%u = \"1\"\n" AT "DX11Renderer: `%u` vendor=1\n",
		              i, i);
	gv_buf_text(log, POWER_ON FOUND);
}

static void log_without_line_ends(struct gv_buf *log)
{
	gv_buf_text(log, POWER_ON FOUND AT);
	fill(log, LOG_SIZE, "a line that never ends ");
}

static void log_of_returns(struct gv_buf *log)
{
	gv_buf_text(log, POWER_ON FOUND);
	fill(log, LOG_SIZE / 8, "\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r");
}

static const struct giant_log logs[] = {
	{"a log of 100 MB", "ON", log_of_much_talk},
	{"a log of many power-ons", "ON", log_of_many_power_ons},
	{"a log of many keys and GPUs", "ON", log_of_many_keys},
	{"a log without line ends", "ON", log_without_line_ends},
	{"a log of lone CRs", "ON", log_of_returns},
};

const struct giant_log *hostile_logs(size_t *count)
{
	*count = sizeof logs / sizeof *logs;
	return logs;
}
