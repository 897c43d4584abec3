/*
 * How fast a text is read and judged in memory: parse, recognise, encryption, checks and rules.
 * Built by hand, never by a test:
 *
 *   gcc -O2 -D_GNU_SOURCE -Iinclude -Isrc tests/bench/parse.c build/release/src/libgpuvirt.a \
 *       -lcyaml -lyaml -o parse
 *   ./parse FILE [TIMES]      the time for one FILE, the least and the middle of TIMES
 *   ./parse :SHAPE [MB]       a text made up: "keys", "notes" (long values), "twice" (each key
 *                             stands twice), "bare" (values without quotes)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <gpuvirt/plan.h>

#include "repair/guard.h"
#include "vmx/recognise.h"

/* Of a long run the time of the processor: others may work beside it. */
static clockid_t clock_used = CLOCK_MONOTONIC;

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(clock_used, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static long peak(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* What a run does with one file, reading and writing apart. Returns the findings. */
static size_t judge(struct gv_span text, const struct gv_rules *rules, uint64_t steps[3])
{
	struct gv_vmx *vmx = NULL;
	struct gv_findings findings = {0};
	struct gv_refusals refusals = {0};
	steps[0] = now();
	if (gv_vmx_parse(&vmx, text, NULL) != GV_OK)
		exit(1);
	steps[1] = now();
	if (gv_vmx_what_else(vmx) == NULL) {
		guard_ask_text(&refusals, vmx);
		gv_examine(&findings, vmx, rules, NULL);
	}
	steps[2] = now();
	size_t count = findings.count;
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	return count;
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left;
	const uint64_t *b = right;
	return (*a > *b) - (*a < *b);
}

static void measure(struct gv_span text, const struct gv_rules *rules, size_t times)
{
	uint64_t *all = calloc(times, sizeof *all);
	uint64_t parse = UINT64_MAX;
	size_t findings = 0;
	long before = peak();
	for (size_t i = 0; i < times; i++) {
		uint64_t steps[3];
		uint64_t begin = now();
		findings = judge(text, rules, steps);
		all[i] = now() - begin;
		parse = steps[1] - steps[0] < parse ? steps[1] - steps[0] : parse;
	}
	qsort(all, times, sizeof *all, compare);
	printf("%zu bytes, %zu findings: %" PRIu64 " ns least, %" PRIu64
	       " ns middle, parse %" PRIu64
	       " ns, %.3f GB/s; memory %ld kB beside the text (%.2f %%)\n",
	       text.len, findings, all[0], all[times / 2], parse, (double)text.len / (double)all[0],
	       peak() - before, (double)(peak() - before) * 102400 / (double)text.len);
	free(all);
}

static char *make_line(char *at, const char *shape, size_t i)
{
	if (strcmp(shape, "notes") == 0) {
		at += sprintf(at, "annotation%07zu = \"", i);
		memset(at, 'n', 2000);
		return at + 2000 + sprintf(at + 2000, "\"\n");
	}
	if (strcmp(shape, "bare") == 0)
		return at + sprintf(at, "guestinfo.key%07zu = value%zu\n", i, i);
	if (strcmp(shape, "twice") == 0)
		i /= 2;
	return at + sprintf(at, "guestinfo.key%07zu = \"value %zu\"\n", i, i);
}

static struct gv_span make_text(const char *shape, size_t size)
{
	char *text = malloc(size + 4096);
	char *at = text + sprintf(text, "config.version = \"8\"\nvirtualHW.version = \"21\"\n"
	                                ".encoding = \"UTF-8\"\nmks.enable3d = \"TRUE\"\n");
	for (size_t i = 0; (size_t)(at - text) < size; i++)
		at = make_line(at, shape, i);
	return (struct gv_span){text, (size_t)(at - text)};
}

static struct gv_span read_text(const char *path)
{
	struct gv_buf text = {0};
	FILE *file = fopen(path, "rb");
	char *room;
	size_t got = 1;
	while (file != NULL && got > 0 && (room = gv_buf_reserve(&text, 1 << 16)) != NULL) {
		got = fread(room, 1, 1 << 16, file);
		text.len += got;
	}
	if (file != NULL)
		fclose(file);
	return gv_buf_span(&text);
}

int main(int argc, char **argv)
{
	struct gv_rules rules = {0};
	bool made = argc > 1 && argv[1][0] == ':';
	size_t number = argc > 2 ? strtoull(argv[2], NULL, 10) : made ? 1024 : 20000;
	if (argc < 2 || gv_rules_add(&rules, gv_builtin_packs(&(size_t){0})->yaml, NULL) != GV_OK)
		return 2;
	struct gv_span text = made ? make_text(argv[1] + 1, number << 20) : read_text(argv[1]);
	clock_used = made ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
	measure(text, &rules, made ? 3 : number);
	free((char *)(uintptr_t)text.at);
	gv_rules_dispose(&rules);
	return 0;
}
