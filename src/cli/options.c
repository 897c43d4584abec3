#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <gpuvirt/repair.h>

#include "base/pool.h"
#include "cli/suggest.h"
#include "gpupv/model.h"

/* clang-format off */
const struct option_row option_rows[OPTIONS] = {
	[OPTION_DRY_RUN] = {.name = "dry-run", .letter = 'n', .help = "do everything but write"},
	[OPTION_RULES] = {.name = "rules", .value = "NAME|FILE",
		.help = "use this rule pack instead of vmware-3d (repeatable)"},
	[OPTION_CONFIG] = {.name = "config", .value = "FILE",
		.help = "use this configuration instead of searching for .gpuvirt.yaml"},
	[OPTION_CHANGED_SINCE] = {.name = "changed-since", .value = "REV",
		.help = "take only files that git says have changed since this revision"},
	[OPTION_UNSAFE] = {.name = "unsafe-fixes",
		.help = "make also the repairs that guess what was meant"},
	[OPTION_FORCE] = {.name = "force",
		.help = "write although the machine runs or is suspended, its lock cannot be "
		        "judged, or the file is read-only or hard-linked"},
	[OPTION_NO_BACKUP] = {.name = "no-backup", .help = "do not keep the old file as FILE.bak"},
	[OPTION_EXCLUDE] = {.name = "exclude", .value = "GLOB",
		.help = "pass over names (paths, if it has a \"/\") that match (repeatable)"},
	[OPTION_MAX_SIZE] = {.name = "max-size", .value = "SIZE",
		.help = "refuse larger files; K, M and G are powers of 1024 (default 64M)",
		.takes = "a number below 4G, with K, M or G behind it if need be"},
	[OPTION_JOBS] = {.name = "jobs", .letter = 'j', .value = "N",
		.help = "work on so many files at once (default: one for each processor)",
		.takes = "a number from 1 to 256"},
	[OPTION_DURABILITY] = {.name = "durability", .value = "HOW",
		.help = "when a file is safe from a power cut: batch (many at a time), file or none",
		.takes = "batch, file or none"},
	[OPTION_LOCK] = {.name = "lock", .value = "WHEN",
		.help = "hold VMware's own lock while a file is written: auto, always or never",
		.takes = "auto, always or never"},
	[OPTION_LOCK_TIMEOUT] = {.name = "lock-timeout", .value = "SECONDS",
		.help = "wait so long for another program that holds a lock (default 10)",
		.takes = "a number of seconds from 0 to 86400"},
	[OPTION_OUTPUT_FORMAT] = {.name = "output-format", .value = "FORMAT",
		.help = "report as text, json, jsonl, sarif, junit, github or gitlab",
		.takes = "text, json, jsonl, sarif, junit, github or gitlab"},
	[OPTION_OUTPUT] = {.name = "output", .value = "FILE",
		.help = "write the report to FILE, whole or not at all"},
	[OPTION_STATISTICS] = {.name = "statistics",
		.help = "count the findings by rule"},
	[OPTION_EXIT_ZERO] = {.name = "exit-zero",
		.help = "exit 0 also when there are findings, differences or refusals"},
	[OPTION_BASELINE] = {.name = "baseline", .value = "FILE",
		.help = "accept the findings that FILE lists"},
	[OPTION_WRITE_BASELINE] = {.name = "write-baseline", .value = "FILE",
		.help = "list all findings in FILE, for --baseline"},
	[OPTION_WRITE] = {.name = "write", .help = "put the candidate in place"},
	[OPTION_CANDIDATE] = {.name = "candidate", .value = "N|NAME",
		.help = "take this candidate instead of the best"},
	[OPTION_FILE] = {.name = "file", .value = "NAME",
		.help = "take this host-wide file, by its name in gpuvirt host files"},
	[OPTION_ROOT] = {.name = "root", .value = "DIR",
		.help = "look below DIR, a captured tree, instead of at this host"},
	[OPTION_FIX] = {.name = "fix", .value = "ID",
		.help = "set the host-wide key that is the remedy of this check"},
	[OPTION_GPU] = {.name = "gpu", .value = "WHICH",
		.help = "use this GPU: its path, PnP instance id or name, or a part of these"},
	[OPTION_MMIO_HIGH] = {.name = "mmio-high", .value = "SIZE",
		.help = "give the machine at least so much high MMIO space, such as 64G",
		.takes = "a whole number of M or G from 8G to 262656M"},
	[OPTION_MODE] = {.name = "mode", .value = "MODE",
		.help = "how a NanaBox machine gets its GPUs: list, mirror or default",
		.takes = "list, mirror or default"},
	[OPTION_PROFILE] = {.name = "profile", .value = "FILE",
		.help = "set what this profile says instead of the one that is built in"},
	[OPTION_POWERSHELL] = {.name = "powershell", .value = "PROGRAM",
		.help = "run this PowerShell instead of the one that is found"},
	[OPTION_COMPUTER] = {.name = "computer", .value = "HOST",
		.help = "the machine is on this host, reached by PowerShell remoting"},
	[OPTION_TIMEOUT] = {.name = "timeout", .value = "SECONDS",
		.help = "wait so long for each run of PowerShell (default 120)",
		.takes = "a number from 1 to 3600"},
	[OPTION_ALL] = {.name = "all", .help = "take all machines of the host"},
	[OPTION_COLOR] = {.name = "color", .value = "WHEN",
		.help = "colours: auto, always or never; NO_COLOR switches auto off",
		.takes = "auto, always or never"},
	[OPTION_QUIET] = {.name = "quiet", .letter = 'q',
		.help = "print only what was asked for and errors"},
	[OPTION_VERBOSE] = {.name = "verbose", .letter = 'v',
		.help = "name also the files with nothing to do"},
	[OPTION_HELP] = {.name = "help", .letter = 'h', .help = "show this help"},
};
/* clang-format on */

/* Sets *CHOICE to the place of VALUE among the COUNT words. */
static bool choose(unsigned *choice, const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		*choice = (unsigned)i;
		return true;
	}
	return false;
}

static bool set_color(struct settings *settings, const char *value)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
	unsigned choice;
	if (!choose(&choice, value, words, sizeof words / sizeof *words))
		return false;
	settings->color = (enum color_choice)choice;
	return true;
}

static bool set_durability(struct settings *settings, const char *value)
{
	static const char *const words[] = {[GV_DURABLE_BATCH] = "batch",
	                                    [GV_DURABLE_FILE] = "file",
	                                    [GV_DURABLE_NONE] = "none"};
	unsigned choice;
	if (!choose(&choice, value, words, sizeof words / sizeof *words))
		return false;
	settings->durability = (enum gv_durability)choice;
	return true;
}

static bool set_lock(struct settings *settings, const char *value)
{
	static const char *const words[] = {
		[GV_LOCK_AUTO] = "auto", [GV_LOCK_ALWAYS] = "always", [GV_LOCK_NEVER] = "never"};
	unsigned choice;
	if (!choose(&choice, value, words, sizeof words / sizeof *words))
		return false;
	settings->lock.mode = (enum gv_lock_mode)choice;
	return true;
}

static bool set_lock_timeout(struct settings *settings, const char *value)
{
	uint64_t seconds;
	if (!gv_span_number(gv_span_of(value), &seconds) || seconds > 86400)
		return false;
	settings->lock.timeout = seconds * 1000;
	return true;
}

static bool set_format(struct settings *settings, const char *value)
{
	settings->format = gv_format_find(value);
	return settings->format != NULL || strcmp(value, "text") == 0;
}

/* What is standard output by its name is not opened anew: it may be a file that grows. */
static bool set_output(struct settings *settings, const char *value)
{
	bool standard = strcmp(value, "-") == 0 || strcmp(value, "/dev/stdout") == 0;
	settings->output = standard ? NULL : value;
	return true;
}

static bool set_mmio_high(struct settings *settings, const char *value)
{
	uint64_t size;
	if (!gv_gpupv_read_bytes(gv_span_of(value), &size) || size < GV_GPUPV_LEAST_HIGH ||
	    size > GV_GPUPV_MOST_HIGH)
		return false;
	settings->mmio_high = size;
	return true;
}

static bool set_mode(struct settings *settings, const char *value)
{
	static const char *const words[] = {
		[MODE_NONE] = "", [MODE_LIST] = "list", [MODE_MIRROR] = "mirror",
		[MODE_DEFAULT] = "default"};
	unsigned choice;
	if (!choose(&choice, value, words, sizeof words / sizeof *words) || choice == MODE_NONE)
		return false;
	settings->mode = (enum gpu_mode)choice;
	return true;
}

static bool set_timeout(struct settings *settings, const char *value)
{
	uint64_t number;
	if (!gv_span_number(gv_span_of(value), &number) || number < 1 || number > 3600)
		return false;
	settings->timeout = (unsigned)number;
	return true;
}

static bool set_jobs(struct settings *settings, const char *value)
{
	uint64_t number;
	if (!gv_span_number(gv_span_of(value), &number) || number < 1 || number > GV_POOL_LIMIT)
		return false;
	settings->jobs = (unsigned)number;
	return true;
}

static bool set_max_size(struct settings *settings, const char *value)
{
	static const char units[] = "KMG";
	struct gv_span digits = gv_span_of(value);
	uint64_t factor = 1;
	const char *unit = digits.len == 0 ? NULL : strchr(units, value[digits.len - 1]);
	if (unit != NULL && *unit != '\0') {
		factor = UINT64_C(1) << (10 * (unit - units + 1));
		digits.len--;
	}
	uint64_t number;
	if (!gv_span_number(digits, &number) || number > GV_VMX_LIMIT / factor)
		return false;
	settings->max_size = number * factor;
	return true;
}

static bool add_text(struct text_list *list, const char *text)
{
	const char **grown = gv_grow(list->at, list->count, &list->cap, sizeof *grown);
	if (grown == NULL)
		return false;
	list->at = grown;
	list->at[list->count++] = text;
	return true;
}

static bool add_rules(struct settings *settings, const char *value)
{
	return add_text(&settings->rules, value);
}

static bool add_exclude(struct settings *settings, const char *value)
{
	return add_text(&settings->excludes, value);
}

/* Where an option goes: a flag or a text of the settings, or what a function makes of it. */
static const struct setter {
	bool (*set)(struct settings *settings, const char *value);
	size_t flag; /* offset of a bool, where there is neither SET nor IS_TEXT */
	size_t text; /* offset of a const char * */
	bool is_text;
} setters[OPTIONS] = {
	[OPTION_DRY_RUN] = {.flag = offsetof(struct settings, dry_run)},
	[OPTION_RULES] = {.set = add_rules},
	[OPTION_CONFIG] = {.text = offsetof(struct settings, config), .is_text = true},
	[OPTION_CHANGED_SINCE] = {.text = offsetof(struct settings, changed_since),
                                  .is_text = true},
	[OPTION_UNSAFE] = {.flag = offsetof(struct settings, unsafe)},
	[OPTION_FORCE] = {.flag = offsetof(struct settings, force)},
	[OPTION_NO_BACKUP] = {.flag = offsetof(struct settings, no_backup)},
	[OPTION_EXCLUDE] = {.set = add_exclude},
	[OPTION_MAX_SIZE] = {.set = set_max_size},
	[OPTION_JOBS] = {.set = set_jobs},
	[OPTION_DURABILITY] = {.set = set_durability},
	[OPTION_LOCK] = {.set = set_lock},
	[OPTION_LOCK_TIMEOUT] = {.set = set_lock_timeout},
	[OPTION_OUTPUT_FORMAT] = {.set = set_format},
	[OPTION_OUTPUT] = {.set = set_output},
	[OPTION_STATISTICS] = {.flag = offsetof(struct settings, statistics)},
	[OPTION_EXIT_ZERO] = {.flag = offsetof(struct settings, exit_zero)},
	[OPTION_BASELINE] = {.text = offsetof(struct settings, baseline), .is_text = true},
	[OPTION_WRITE_BASELINE] = {.text = offsetof(struct settings, write_baseline),
                                   .is_text = true},
	[OPTION_WRITE] = {.flag = offsetof(struct settings, write)},
	[OPTION_CANDIDATE] = {.text = offsetof(struct settings, candidate), .is_text = true},
	[OPTION_FILE] = {.text = offsetof(struct settings, file), .is_text = true},
	[OPTION_ROOT] = {.text = offsetof(struct settings, root), .is_text = true},
	[OPTION_FIX] = {.text = offsetof(struct settings, fix), .is_text = true},
	[OPTION_GPU] = {.text = offsetof(struct settings, gpu), .is_text = true},
	[OPTION_MMIO_HIGH] = {.set = set_mmio_high},
	[OPTION_MODE] = {.set = set_mode},
	[OPTION_PROFILE] = {.text = offsetof(struct settings, profile), .is_text = true},
	[OPTION_POWERSHELL] = {.text = offsetof(struct settings, powershell), .is_text = true},
	[OPTION_COMPUTER] = {.text = offsetof(struct settings, computer), .is_text = true},
	[OPTION_TIMEOUT] = {.set = set_timeout},
	[OPTION_ALL] = {.flag = offsetof(struct settings, all)},
	[OPTION_COLOR] = {.set = set_color},
	[OPTION_QUIET] = {.flag = offsetof(struct settings, quiet)},
	[OPTION_VERBOSE] = {.flag = offsetof(struct settings, verbose)},
	[OPTION_HELP] = {.flag = offsetof(struct settings, help)},
};

/* Returns false when VALUE is none the option takes. */
static bool apply(struct settings *settings, enum option_id option, const char *value)
{
	const struct setter *setter = &setters[option];
	char *base = (char *)settings;
	if (setter->set != NULL)
		return setter->set(settings, value);
	if (setter->is_text)
		memcpy(base + setter->text, &value, sizeof value);
	else
		*(bool *)(base + setter->flag) = true;
	return true;
}

/* getopt_long gives the index of a long option above all letters. */
enum { LONG_BASE = 256, LETTERS_SIZE = 2 * OPTIONS + 3 };

static void make_tables(uint64_t taken, struct option *rows, char *letters)
{
	size_t row_count = 0;
	size_t letter_count = 0;
	letters[letter_count++] = ':'; /* a missing value is ':' and not '?' */
	for (int i = 0; i < OPTIONS; i++) {
		if ((taken & OPTION_BIT(i)) == 0)
			continue;
		int takes = option_rows[i].value != NULL ? required_argument : no_argument;
		rows[row_count++] =
			(struct option){option_rows[i].name, takes, NULL, LONG_BASE + i};
		if (option_rows[i].letter == 0)
			continue;
		letters[letter_count++] = option_rows[i].letter;
		if (option_rows[i].value != NULL)
			letters[letter_count++] = ':';
	}
	rows[row_count] = (struct option){0};
	letters[letter_count] = '\0';
}

static int option_of_letter(int letter)
{
	int i = 0;
	while (i < OPTIONS && option_rows[i].letter != letter)
		i++;
	return i;
}

/* Names the option that WORD may mean, or says that it is one the command NAME does not take. */
static void suggest_option(struct gv_buf *problem, const char *name, uint64_t taken,
                           const char *word)
{
	for (int i = 0; i < OPTIONS; i++) {
		bool begins =
			word[0] != '\0' && strncmp(option_rows[i].name, word, strlen(word)) == 0;
		if (!begins && !suggest_is_near(word, option_rows[i].name))
			continue;
		if ((taken & OPTION_BIT(i)) != 0)
			gv_buf_format(problem, "; did you mean --%s?", option_rows[i].name);
		else if (strcmp(word, option_rows[i].name) == 0)
			gv_buf_format(problem, "; \"%s\" does not take it", name);
		else
			continue;
		return;
	}
}

static void report_unknown(struct gv_buf *problem, const char *name, uint64_t taken,
                           const char *given)
{
	if (optopt > 0 && optopt < LONG_BASE) { /* in a bundle GIVEN may be another word */
		gv_buf_format(problem, "unknown option -%c", optopt);
		return;
	}
	if (optopt >= LONG_BASE) {
		gv_buf_format(problem, "--%s takes no value", option_rows[optopt - LONG_BASE].name);
		return;
	}
	char word[40] = "";
	size_t len = strcspn(given, "=");
	if (len > 2 && len - 2 < sizeof word)
		memcpy(word, given + 2, len - 2);
	gv_buf_text(problem, "unknown option ");
	gv_buf_add(problem, (struct gv_span){given, len});
	suggest_option(problem, name, taken, word);
}

static void report_missing(struct gv_buf *problem)
{
	int option = optopt >= LONG_BASE ? optopt - LONG_BASE : option_of_letter(optopt);
	gv_buf_format(problem, "--%s needs a value: %s", option_rows[option].name,
	              option_rows[option].value);
}

static void report_value(struct gv_buf *problem, enum option_id option, const char *value)
{
	if (option_rows[option].takes == NULL) {
		gv_buf_text(problem, "out of memory"); /* all values are good */
		return;
	}
	gv_buf_format(problem, "--%s does not take \"", option_rows[option].name);
	gv_buf_text(problem, value);
	gv_buf_format(problem, "\" but %s", option_rows[option].takes);
}

/* The word of argv that getopt_long has just read an option from. */
static const char *word_read(char **argv)
{
	bool value_apart = optarg != NULL && argv[optind - 1] == optarg;
	return argv[value_apart ? optind - 2 : optind - 1];
}

/* getopt_long takes any beginning of a name; what "--f" means must not change with new options. */
static bool is_abbreviated(int found, const char *word)
{
	return found >= LONG_BASE &&
	       strcspn(word, "=") != strlen(option_rows[found - LONG_BASE].name) + 2;
}

int options_read(struct settings *settings, const char *name, uint64_t taken, int argc, char **argv,
                 struct gv_buf *problem)
{
	struct option rows[OPTIONS + 1];
	char letters[LETTERS_SIZE];
	make_tables(taken, rows, letters);
	*settings =
		(struct settings){.max_size = GV_DEFAULT_MAX_SIZE, .lock.timeout = GV_LOCK_TIMEOUT};
	opterr = 0;
	optind = 0; /* 0, and not 1, makes getopt forget an earlier argv */
	for (;;) {
		int found = getopt_long(argc, argv, letters, rows, NULL);
		if (found == -1)
			return optind;
		if (found == '?' || found == ':') {
			if (found == '?')
				report_unknown(problem, name, taken, argv[optind - 1]);
			else
				report_missing(problem);
			return -1;
		}
		if (is_abbreviated(found, word_read(argv))) {
			optopt = 0;
			report_unknown(problem, name, taken, word_read(argv));
			return -1;
		}
		int option = found >= LONG_BASE ? found - LONG_BASE : option_of_letter(found);
		if (!apply(settings, (enum option_id)option, optarg)) {
			report_value(problem, (enum option_id)option, optarg);
			return -1;
		}
		settings->given |= OPTION_BIT(option);
	}
}

void settings_dispose(struct settings *settings)
{
	free(settings->rules.at);
	free(settings->excludes.at);
	*settings = (struct settings){0};
}
