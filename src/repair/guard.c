#include "repair/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/walk.h"
#include "lock/lock.h"
#include "repair/surroundings.h"
#include "vmx/encryption.h"

enum guard { ENCRYPTED, RUNNING, LOCKED, SUSPENDED, READ_ONLY, HARD_LINKED, GUARDS };

static const struct guard_row guards[] = {
	[ENCRYPTED] = {"encrypted", false, "nothing of an encrypted machine can be edited"},
	[RUNNING] = {"running", true, "the machine runs or is open in VMware"},
	[LOCKED] = {"locked", true, "a lock of another machine, or one that cannot be read"},
	[SUSPENDED] = {"suspended", true, "a resume reads the keys that a repair removes"},
	[READ_ONLY] = {"read-only", true, "the file's permissions forbid writing"},
	[HARD_LINKED] = {"hard-linked", true,
                         "the file has other names that would keep the old text"},
};

_Static_assert(sizeof guards / sizeof *guards == GUARDS, "every guard has a row");

const struct guard_row *guard_rows(size_t *count)
{
	*count = GUARDS;
	return guards;
}

const struct gv_refusal *gv_refusals_first(const struct gv_refusals *refusals, bool force)
{
	for (size_t i = 0; i < refusals->count; i++) {
		if (!force || !refusals->at[i].forceable)
			return &refusals->at[i];
	}
	return NULL;
}

/* Room for 60 bytes of any encoding made printable. */
enum { SHOWN_SIZE = 256 };

/* What is looked at beside the file. */
struct scene {
	struct gv_refusals *refusals;
	struct gv_os_dir *dir;
	const char *name;    /* of the file in DIR */
	struct gv_span stem; /* NAME without its ending */
	bool has_suspend_file;
	char suspend_file[SHOWN_SIZE]; /* its name */
};

GV_PRINTF(3, 4)
static void refuse(struct gv_refusals *refusals, enum guard guard, const char *format, ...)
{
	if (refusals->count == GV_MAX_REFUSALS)
		return;
	struct gv_refusal *refusal = &refusals->at[refusals->count++];
	refusal->guard = guards[guard].id;
	refusal->forceable = guards[guard].forceable;
	va_list args;
	va_start(args, format);
	vsnprintf(refusal->message, sizeof refusal->message, format, args);
	va_end(args);
}

static void ask_encryption(struct gv_refusals *refusals, const struct gv_vmx *vmx)
{
	switch (gv_vmx_encryption(vmx)) {
	case GV_ENCRYPTION_FULL:
		refuse(refusals, ENCRYPTED,
		       "the configuration is encrypted as a whole: a key written "
		       "in clear would mean nothing; remove the encryption in VMware first");
		break;
	case GV_ENCRYPTION_BROKEN:
		refuse(refusals, ENCRYPTED,
		       "one of encryption.keySafe and encryption.data is "
		       "missing: the encrypted configuration is damaged");
		break;
	case GV_ENCRYPTION_AMBIGUOUS:
		refuse(refusals, ENCRYPTED,
		       "an encryption line stands twice: which one counts "
		       "cannot be known");
		break;
	case GV_ENCRYPTION_NONE:
	case GV_ENCRYPTION_PARTIAL:
		break;
	}
}

/* Copies TEXT, cut, as printable UTF-8. */
static void show(char out[SHOWN_SIZE], const struct gv_charset *charset, struct gv_span text)
{
	struct gv_buf shown = {0};
	gv_charset_show_short(&shown, charset, text, 60);
	snprintf(out, SHOWN_SIZE, "%s", shown.at == NULL ? "" : shown.at);
	gv_buf_dispose(&shown);
}

/* A second or malformed line must not hide the first: a wrong "not suspended" loses the state. */
static void ask_state(struct gv_refusals *refusals, const struct gv_vmx *vmx)
{
	struct gv_line line = {0};
	while (gv_vmx_next_named(vmx, GV_LITERAL("checkpoint.vmState"), &line)) {
		if (line.value.len == 0)
			continue;
		char state[SHOWN_SIZE];
		show(state, gv_charset_find(gv_vmx_encoding(vmx)), line.value);
		refuse(refusals, SUSPENDED,
		       "the machine is suspended (checkpoint.vmState is \"%s\") "
		       "and its resume reads the keys a repair removes: resume it and shut it down",
		       state);
		return;
	}
}

static void ask_lock(struct scene *scene, const char *lock)
{
	struct lock_holder holder;
	char name[SHOWN_SIZE];
	lock_judge(&holder, scene->dir, lock);
	show(name, NULL, gv_span_of(lock));
	switch (holder.state) {
	case LOCK_FREE:
	case LOCK_BRIEF: /* waited for when it comes to writing */
		break;
	case LOCK_HELD:
		refuse(scene->refusals, RUNNING,
		       "the machine runs or is open in VMware: %s, process "
		       "%lld, holds %s; close it there",
		       holder.program[0] == '\0' ? "a program" : holder.program,
		       (long long)holder.pid, name);
		break;
	case LOCK_FOREIGN:
		refuse(scene->refusals, LOCKED,
		       "%s was taken on another machine (%s), which cannot be "
		       "asked: close the machine there",
		       name, holder.machine);
		break;
	case LOCK_UNREADABLE:
		refuse(scene->refusals, LOCKED, "the lock %s cannot be judged: %s", name,
		       holder.trouble);
		break;
	}
}

/* "STEM.vmss" and "STEM-1a2b3c4d.vmss" are suspended states of this machine. */
static bool is_suspend_file(const struct scene *scene, struct gv_span name)
{
	const struct gv_span ending = GV_LITERAL(".vmss");
	if (name.len < scene->stem.len + ending.len || !gv_span_ends_nocase(name, ending) ||
	    !gv_span_begins_nocase(name, scene->stem))
		return false;
	struct gv_span middle = gv_span_part(name, scene->stem.len, name.len - ending.len);
	if (middle.len == 0)
		return true;
	for (size_t i = 1; i < middle.len; i++) {
		if (strchr("0123456789abcdefABCDEF", middle.at[i]) == NULL)
			return false;
	}
	return middle.at[0] == '-' && middle.len > 1;
}

static void look_at(struct scene *scene, const char *name)
{
	struct gv_span span = gv_span_of(name);
	if (gv_span_ends_nocase(span, GV_LITERAL(".lck"))) {
		ask_lock(scene, name);
	} else if (!scene->has_suspend_file && is_suspend_file(scene, span)) {
		scene->has_suspend_file = true;
		show(scene->suspend_file, NULL, span);
	}
}

static void look_around(struct scene *scene, const struct gv_surroundings *around)
{
	for (size_t i = 0; i < around->count; i++)
		look_at(scene, around->names[i]);
	if (scene->has_suspend_file)
		refuse(scene->refusals, SUSPENDED,
		       "the machine is suspended (%s lies beside it) and "
		       "its resume reads the keys a repair removes: resume it and shut it down",
		       scene->suspend_file);
}

void guard_ask_file(struct gv_refusals *refusals, struct gv_os_dir *dir, const char *name,
                    const struct gv_file *file)
{
	if (!gv_os_writable(dir, name, &file->stat))
		refuse(refusals, READ_ONLY, "the file is read-only");
	if (file->stat.links > 1)
		refuse(refusals, HARD_LINKED,
		       "the file has %llu names (hard links); the others "
		       "would keep the old text",
		       (unsigned long long)file->stat.links);
}

static enum gv_status ask_own_lock(struct scene *scene, struct gv_error *err)
{
	struct gv_buf lock = {0};
	gv_buf_format(&lock, "%s.lck", scene->name);
	if (!lock.failed)
		ask_lock(scene, lock.at);
	enum gv_status status = lock.failed ? gv_fail_memory(err) : GV_OK;
	gv_buf_dispose(&lock);
	return status;
}

/* VMware locks a link next to the link and not next to its target (lock facts 2). */
static enum gv_status ask_link(struct scene *scene, const char *path, struct gv_error *err)
{
	struct scene beside = *scene;
	beside.dir = NULL;
	beside.name = path;
	return ask_own_lock(&beside, err);
}

static struct gv_span stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot == NULL ? gv_span_of(name) : (struct gv_span){name, (size_t)(dot - name)};
}

static enum gv_status ask_folder(struct scene *scene, const struct guard_question *question,
                                 struct gv_surroundings *around, struct gv_error *err)
{
	enum gv_status status = ask_own_lock(scene, err);
	if (status == GV_OK)
		status = surroundings_list(around, scene->dir, question->place->folder, err);
	if (status != GV_OK)
		return status;
	look_around(scene, around);
	if (question->file != NULL)
		guard_ask_file(scene->refusals, scene->dir, scene->name, question->file);
	return GV_OK;
}

static enum gv_status ask_place(struct gv_refusals *refusals, const struct guard_question *question,
                                struct gv_error *err)
{
	const struct gv_place *place = question->place;
	struct scene scene = {.refusals = refusals, .dir = place->dir, .name = place->name};
	struct gv_surroundings own = {0};
	scene.stem = stem_of(place->name);
	enum gv_status status = place->linked ? ask_link(&scene, question->path, err) : GV_OK;
	if (status == GV_OK)
		status = ask_folder(&scene, question,
		                    question->around != NULL ? question->around : &own, err);
	surroundings_dispose(&own);
	return status;
}

void guard_ask_text(struct gv_refusals *refusals, const struct gv_vmx *vmx)
{
	refusals->count = 0;
	ask_encryption(refusals, vmx);
	ask_state(refusals, vmx);
}

bool guard_found_lock(const struct gv_refusals *refusals)
{
	for (size_t i = 0; i < refusals->count; i++) {
		const char *guard = refusals->at[i].guard;
		if (guard == guards[RUNNING].id || guard == guards[LOCKED].id)
			return true;
	}
	return false;
}

bool guard_needs_place(const char *path, const struct gv_folder *listed)
{
	return path != NULL && (listed == NULL || listed->notable_count > 0);
}

enum gv_status guard_ask(struct gv_refusals *refusals, const struct guard_question *question,
                         struct gv_error *err)
{
	guard_ask_text(refusals, question->vmx);
	if (question->path == NULL)
		return GV_OK;
	if (question->place != NULL)
		return ask_place(refusals, question, err);
	guard_ask_file(refusals, NULL, question->path, question->file);
	return GV_OK;
}
