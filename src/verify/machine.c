/* Which logs are a machine's, and what their verdict is worth for its .vmx as it is now. */
#include <gpuvirt/verify.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/walk.h"
#include "verify/says.h"
#include "verify/witness.h"
#include "vmx/encryption.h"
#include "vmx/recognise.h"

/* The newest first; VMware keeps three old ones (facts 4.6). */
static const char *const machine_logs[] = {"vmware.log", "vmware-0.log", "vmware-1.log",
                                           "vmware-2.log"};
static const char *const sandbox_logs[] = {"mksSandbox.log", "mksSandbox-0.log", "mksSandbox-1.log",
                                           "mksSandbox-2.log"};

enum { LOGS = sizeof machine_logs / sizeof *machine_logs };

/* Of a log so many entries are looked at to know whose it is: the dump stands near its start. */
enum { HEAD_LIMIT = 4000 };

/* A log as far as its beginning tells. */
struct head {
	char *path; /* NULL: it is not there */
	bool empty;
	bool other;       /* of another machine of the same folder */
	uint64_t written; /* of the file */
	uint64_t started; /* time of the first entry; 0: not known */
	char pid[ADAPTER_TEXT];
	char machine[SETTINGS_PATH]; /* the .vmx by its full name; "" */
};

/* ---- names ---- */

/* The name behind the last "/", which is all that parts names here. */
static size_t folder_size(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* NAME in the folder of PATH, the caller's to free; NULL when memory ran out. */
static char *beside(const char *path, const char *name)
{
	struct gv_buf made = {0};
	gv_buf_add(&made, (struct gv_span){path, folder_size(path)});
	gv_buf_text(&made, name);
	if (made.failed)
		gv_buf_dispose(&made);
	return made.at;
}

static bool is_log(const char *path)
{
	return gv_span_ends_nocase(gv_span_of(path), GV_LITERAL(".log"));
}

/* Sets *OUT to whether there is a file NAME beside PATH. */
static enum gv_status exists_beside(bool *out, const char *path, const char *name,
                                    struct gv_error *err)
{
	struct gv_os_stat stat;
	char *other = beside(path, name);
	if (other == NULL)
		return gv_fail_memory(err);
	*out = gv_os_stat(NULL, other, true, &stat) == 0;
	free(other);
	return GV_OK;
}

/* ---- the beginnings of logs ---- */

static void see_head(struct head *head, const struct gv_log_entry *entry)
{
	struct gv_log_product product;
	struct gv_log_fact fact;
	head->empty = false;
	if (head->started == 0)
		gv_log_time(entry->time, &head->started);
	if (head->pid[0] == '\0' && gv_log_read_product(&product, entry))
		adapter_text(head->pid, product.pid);
	if (!gv_log_read_fact(&fact, entry) || fact.kind != GV_LOG_SECTION ||
	    !gv_span_equal(fact.name, GV_LITERAL("CONFIGURATION")) ||
	    fact.value.len >= sizeof head->machine)
		return;
	memcpy(head->machine, fact.value.at, fact.value.len);
	head->machine[fact.value.len] = '\0';
}

static enum gv_status read_beginning(struct head *head, struct gv_error *err)
{
	struct gv_log *log;
	struct gv_log_entry entry;
	enum gv_status status = gv_log_open(&log, head->path, err);
	if (status != GV_OK)
		return status;
	for (int i = 0; i < HEAD_LIMIT && head->machine[0] == '\0'; i++) {
		if (!gv_log_next(log, &entry))
			break;
		see_head(head, &entry);
	}
	gv_log_close(log);
	return GV_OK;
}

/* Fills HEAD from the log NAME beside PATH, if there is one; fails when that cannot be read. */
static enum gv_status read_head(struct head *head, const char *path, const char *name,
                                struct gv_error *err)
{
	struct gv_os_stat stat;
	struct gv_error why = {0};
	*head = (struct head){.empty = true, .path = beside(path, name)};
	if (head->path == NULL)
		return gv_fail_memory(err);
	if (gv_os_stat(NULL, head->path, true, &stat) != 0) {
		free(head->path);
		head->path = NULL;
		return GV_OK;
	}
	head->written = stat.written;
	if (read_beginning(head, &why) != GV_OK)
		return gv_fail(err, why.status, "its %s: %s", name, why.message);
	return GV_OK;
}

/* Sees whether HEAD is of another machine than PATH: a .vmx that is there has its name. */
static enum gv_status see_owner(struct head *head, const char *path, struct gv_error *err)
{
	struct gv_span theirs = gv_span_file_name(gv_span_of(head->machine));
	const char *mine = path + folder_size(path);
	if (theirs.len == 0 || gv_span_equal_nocase(theirs, gv_span_of(mine)))
		return GV_OK;
	return exists_beside(&head->other, path, theirs.at, err);
}

static bool is_newer(const struct head *a, const struct head *b)
{
	if (a->empty != b->empty)
		return b->empty;
	if (a->started != 0 && b->started != 0)
		return a->started > b->started;
	return a->written > b->written;
}

/*
 * The newest log of the machine among HEADS, NULL when there is none; *OTHERS: there are logs, and
 * all are of another machine.
 */
static const struct head *choose(const struct head *heads, bool *others)
{
	const struct head *newest = NULL;
	*others = false;
	for (size_t i = 0; i < LOGS; i++) {
		if (heads[i].path == NULL)
			continue;
		*others |= heads[i].other;
		if (!heads[i].other && (newest == NULL || is_newer(&heads[i], newest)))
			newest = &heads[i];
	}
	*others &= newest == NULL;
	return newest;
}

/* ---- reading ---- */

static enum gv_status read_log(struct gv_witness *witness, const char *path, bool sandbox,
                               struct gv_error *err)
{
	struct gv_log *log;
	struct gv_log_entry entry;
	enum gv_status status = gv_log_open(&log, path, err);
	if (status != GV_OK)
		return status;
	while (gv_log_next(log, &entry))
		gv_witness_see(witness, &entry, sandbox);
	const struct gv_error *failure = gv_log_failure(log);
	if (failure != NULL)
		status = gv_fail_system(err, failure->code, "cannot read the log");
	gv_log_close(log);
	return status;
}

/*
 * The mksSandbox.log of the run that WITNESS saw, beside its log: it names the same process. What
 * cannot be read of it is missing evidence, no failure.
 */
static enum gv_status read_sandbox(struct gv_verification *result, struct gv_witness *witness,
                                   struct gv_error *err)
{
	for (size_t i = 0; i < LOGS && result->sandbox == NULL && witness->pid[0] != '\0'; i++) {
		struct head head;
		enum gv_status status = read_head(&head, result->log, sandbox_logs[i], NULL);
		bool same = status == GV_OK && head.path != NULL &&
		            strcmp(head.pid, witness->pid) == 0 &&
		            strcmp(head.path, result->log) != 0;
		if (same)
			status = read_log(witness, head.path, true, NULL);
		if (same && status == GV_OK)
			result->sandbox = head.path;
		else
			free(head.path);
		if (status == GV_ENOMEM)
			return gv_fail_memory(err);
	}
	return GV_OK;
}

/* ---- the .vmx ---- */

struct machine {
	bool given; /* there is a .vmx, not just a log */
	struct gv_file file;
	struct gv_vmx *vmx; /* NULL: there is none, or it is encrypted as a whole */
};

static enum gv_status read_machine(struct machine *machine, const char *path, uint64_t limit,
                                   struct gv_error *err)
{
	struct gv_vmx *vmx = NULL;
	enum gv_status status = gv_file_read(&machine->file, path, limit, err);
	if (status == GV_OK)
		status = gv_vmx_parse(&vmx, gv_buf_span(&machine->file.text), err);
	if (status != GV_OK)
		return status;
	const char *what_else = gv_vmx_what_else(vmx);
	if (what_else != NULL)
		status =
			gv_fail(err, GV_EINVAL,
		                "not a VMware configuration: %s; name a .vmx or a .log", what_else);
	if (what_else == NULL && gv_vmx_encryption(vmx) != GV_ENCRYPTION_FULL)
		machine->vmx = vmx;
	else
		gv_vmx_free(vmx);
	return status;
}

static void leave_machine(struct machine *machine)
{
	gv_vmx_free(machine->vmx);
	gv_file_dispose(&machine->file);
}

/* No letter of TRUE is escaped by VMware's writer. */
static bool asks_for_3d(const struct gv_vmx *vmx)
{
	struct gv_line line;
	return gv_vmx_find(vmx, GV_LITERAL("mks.enable3d"), &line) &&
	       gv_span_equal_nocase(gv_span_trim(line.value), GV_LITERAL("TRUE"));
}

/*
 * Whether the .vmx was changed since the power-on. Times say when it was written, which VMware does
 * itself when the machine stops, and which a copy makes anew; what the log shows of the keys says
 * whether it matters. 3D switched on or off behind the power-on matters whatever the times say.
 */
static enum gv_doubt judge_age(struct gv_verification *result, const struct machine *machine,
                               const struct gv_witness *witness, uint64_t log_written)
{
	uint64_t ended = witness_last(witness);
	bool older = machine->file.stat.written > (ended > 0 ? ended : log_written);
	bool asked = settings_is_true(&witness->settings, "mks.enable3d");
	enum settings_match match = SETTINGS_UNTOLD;
	if (machine->vmx != NULL)
		match = settings_compare(&witness->settings, machine->vmx);
	bool switched = match != SETTINGS_UNTOLD && asked != result->wanted;
	result->touched = older && match == SETTINGS_SAME;
	return switched || (older && match != SETTINGS_SAME) ? GV_DOUBT_STALE : GV_DOUBT_NONE;
}

/* ---- all of it ---- */

static void make_unknown(struct gv_verdict *verdict, enum gv_doubt doubt)
{
	verdict->state = GV_3D_UNKNOWN;
	verdict->doubt = doubt;
	verdict->causes[0] = NULL;
	for (size_t i = 0; i < verdict->evidence_count; i++)
		verdict->evidence[i].decisive = false;
}

/* A verdict of no log at all. */
static enum gv_status conclude_without(struct gv_verification *result, enum gv_doubt doubt,
                                       struct gv_error *err)
{
	struct gv_witness *witness = NULL;
	enum gv_status status = gv_witness_new(&witness, err);
	if (status == GV_OK)
		status = gv_verdict_make(&result->verdict, witness, err);
	if (status == GV_OK)
		make_unknown(&result->verdict, doubt);
	gv_witness_free(witness);
	return status;
}

/* Reads RESULT->log; MACHINE may have no .vmx. */
static enum gv_status conclude(struct gv_verification *result, const struct machine *machine,
                               uint64_t log_written, struct gv_error *err)
{
	struct gv_witness *witness = NULL;
	enum gv_doubt doubt = GV_DOUBT_NONE;
	enum gv_status status = gv_witness_new(&witness, err);
	if (status == GV_OK)
		status = read_log(witness, result->log, false, err);
	if (status == GV_OK)
		status = read_sandbox(result, witness, err);
	if (status == GV_OK)
		status = gv_verdict_make(&result->verdict, witness, err);
	if (status == GV_OK && machine->given && witness->entries > 0)
		doubt = judge_age(result, machine, witness, log_written);
	if (status == GV_OK && machine->vmx == NULL)
		result->wanted = !witness->settings.dumped ||
		                 settings_is_true(&witness->settings, "mks.enable3d");
	if (doubt != GV_DOUBT_NONE)
		make_unknown(&result->verdict, doubt);
	gv_witness_free(witness);
	return status;
}

static enum gv_status verify_log(struct gv_verification *result, const char *path,
                                 struct gv_error *err)
{
	struct gv_buf copy = {0};
	gv_buf_text(&copy, path);
	if (copy.failed) {
		gv_buf_dispose(&copy);
		return gv_fail_memory(err);
	}
	result->log = copy.at;
	return conclude(result, &(struct machine){0}, 0, err);
}

static enum gv_status verify_newest(struct gv_verification *result, const struct machine *machine,
                                    struct head *heads, struct gv_error *err)
{
	bool others;
	const struct head *newest = choose(heads, &others);
	if (newest == NULL)
		return conclude_without(result, others ? GV_DOUBT_OTHER_MACHINE : GV_DOUBT_NO_LOG,
		                        err);
	uint64_t written = newest->written;
	size_t index = (size_t)(newest - heads);
	result->rotated = index > 0 && heads[0].path != NULL;
	result->log = heads[index].path;
	heads[index].path = NULL;
	return conclude(result, machine, written, err);
}

static enum gv_status verify_machine(struct gv_verification *result, const char *path,
                                     uint64_t limit, struct gv_error *err)
{
	struct machine machine = {.given = true};
	struct head heads[LOGS] = {{0}};
	enum gv_status status = read_machine(&machine, path, limit, err);
	if (machine.vmx != NULL)
		result->wanted = asks_for_3d(machine.vmx);
	for (size_t i = 0; i < LOGS && status == GV_OK; i++) {
		status = read_head(&heads[i], path, machine_logs[i], err);
		if (status == GV_OK)
			status = see_owner(&heads[i], path, err);
	}
	if (status == GV_OK)
		status = verify_newest(result, &machine, heads, err);
	for (size_t i = 0; i < LOGS; i++)
		free(heads[i].path);
	leave_machine(&machine);
	return status;
}

enum gv_status gv_verify_path(struct gv_verification *result, const char *path,
                              const struct gv_verify_options *options, struct gv_error *err)
{
	struct gv_verification made = {0};
	if (!is_log(path) && !gv_walk_is_machine(path))
		return gv_fail(err, GV_EINVAL, "is neither a .vmx nor a .log");
	enum gv_status status = is_log(path) ? verify_log(&made, path, err)
	                                     : verify_machine(&made, path, options->max_size, err);
	if (status == GV_OK && !verification_find(&made, path, options->knowledge))
		status = gv_fail_memory(err);
	if (status != GV_OK) {
		gv_verification_dispose(&made);
		return status;
	}
	*result = made;
	return GV_OK;
}

void gv_verification_dispose(struct gv_verification *result)
{
	gv_verdict_dispose(&result->verdict);
	gv_findings_dispose(&result->findings);
	free(result->log);
	free(result->sandbox);
	*result = (struct gv_verification){0};
}

bool gv_verification_is_good(const struct gv_verification *result)
{
	enum gv_3d state = result->verdict.state;
	return state == GV_3D_ON || (state == GV_3D_OFF && !result->wanted);
}
