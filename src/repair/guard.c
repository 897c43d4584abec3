#include "repair/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
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

/* What the guards look at. */
struct scene {
	struct gv_refusals *refusals;
	struct gv_os_dir *dir;
	const char *name;    /* of the file in DIR */
	struct gv_span stem; /* NAME without its ending */
	const struct gv_file *file;
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

static void ask_file(struct scene *scene)
{
	uint64_t links = scene->file->stat.links;
	if (!gv_os_writable(scene->dir, scene->name))
		refuse(scene->refusals, READ_ONLY, "the file is read-only");
	if (links > 1)
		refuse(scene->refusals, HARD_LINKED,
		       "the file has %llu names (hard links); the others "
		       "would keep the old text",
		       (unsigned long long)links);
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
	struct gv_os_stat stat;
	if (gv_os_stat(NULL, path, false, &stat) != 0 || stat.type != GV_OS_LINK)
		return GV_OK;
	scene->dir = NULL;
	scene->name = path;
	return ask_own_lock(scene, err);
}

static struct gv_span stem_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot == NULL ? gv_span_of(name) : (struct gv_span){name, (size_t)(dot - name)};
}

static enum gv_status ask_folder(struct scene *scene, const char *folder,
                                 struct gv_surroundings *around, struct gv_error *err)
{
	enum gv_status status = ask_own_lock(scene, err);
	if (status == GV_OK)
		status = surroundings_list(around, scene->dir, folder, err);
	if (status != GV_OK)
		return status;
	look_around(scene, around);
	ask_file(scene);
	return GV_OK;
}

static enum gv_status ask_around(struct scene *scene, char *path, struct gv_surroundings *around,
                                 struct gv_error *err)
{
	char *slash = strrchr(path, '/');
	scene->name = slash + 1;
	scene->stem = stem_of(scene->name);
	*slash = '\0';
	const char *folder = slash == path ? "/" : path;
	int code = gv_os_open_dir(&scene->dir, NULL, folder);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open its folder");
	enum gv_status status = ask_folder(scene, folder, around, err);
	gv_os_close_dir(scene->dir);
	return status;
}

void guard_ask_text(struct gv_refusals *refusals, const struct gv_vmx *vmx)
{
	refusals->count = 0;
	ask_encryption(refusals, vmx);
	ask_state(refusals, vmx);
}

enum gv_status guard_ask(struct gv_refusals *refusals, const char *path, const struct gv_file *file,
                         const struct gv_vmx *vmx, struct gv_surroundings *around,
                         struct gv_error *err)
{
	guard_ask_text(refusals, vmx);
	if (path == NULL)
		return GV_OK;
	char *resolved;
	int code = gv_os_resolve(path, &resolved);
	if (code != 0)
		return gv_fail_system(err, code, "cannot resolve the path");
	struct scene scene = {.refusals = refusals, .file = file};
	struct gv_surroundings own = {0};
	enum gv_status status = ask_link(&scene, path, err);
	if (status == GV_OK)
		status = ask_around(&scene, resolved, around != NULL ? around : &own, err);
	surroundings_dispose(&own);
	free(resolved);
	return status;
}
