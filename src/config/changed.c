#include "config/changed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/path.h"
#include "platform/run.h"

/* More names than this are no list of changes. */
enum { OUTPUT_LIMIT = 1 << 28 };

void changed_dispose(struct changed *changed)
{
	gv_map_dispose(&changed->files);
	gv_arena_dispose(&changed->arena);
	free(changed->at);
	free(changed->here);
	*changed = (struct changed){0};
}

/* Adds the file PATH unless it is there already. */
static bool add_file(struct changed *changed, struct gv_span path)
{
	if (gv_map_get(&changed->files, path) != NULL)
		return true;
	const char **grown = gv_grow(changed->at, changed->count, &changed->cap, sizeof *grown);
	struct gv_span kept = gv_arena_copy(&changed->arena, path);
	if (grown != NULL)
		changed->at = grown;
	if (grown == NULL || kept.at == NULL || !gv_map_put(&changed->files, kept, changed))
		return false;
	changed->at[changed->count++] = kept.at;
	return true;
}

/* Adds the names in OUTPUT, each ended by a NUL and relative to FOLDER. */
static enum gv_status add_files(struct changed *changed, const char *folder, struct gv_span output,
                                struct gv_error *err)
{
	struct gv_buf path = {0};
	path_make_absolute(&path, changed->here, gv_span_of(folder));
	if (path.len > 1)
		gv_buf_char(&path, '/');
	size_t base = path.len;
	bool good = !path.failed;
	while (good && output.len > 0) {
		size_t len = strlen(output.at);
		path.len = base;
		gv_buf_add(&path, gv_span_part(output, 0, len));
		good = !path.failed && add_file(changed, gv_buf_span(&path));
		output = gv_span_part(output, len < output.len ? len + 1 : len, output.len);
	}
	gv_buf_dispose(&path);
	return good ? GV_OK : gv_fail_memory(err);
}

/* What git says of its failure, in one line. */
static enum gv_status fail_as_git(const struct gv_run *run, struct gv_error *err)
{
	static const char mark[] = "fatal: ";
	const char *story = strncmp(run->err, mark, sizeof mark - 1) == 0
	                            ? run->err + sizeof mark - 1
	                            : run->err;
	if (run->status > 128 && run->err[0] == '\0')
		return gv_fail(err, GV_ESYSTEM, "git was ended by signal %d", run->status - 128);
	return gv_fail(err, GV_EINVAL, "git: %.*s (exit status %d)", (int)strcspn(story, "\n"),
	               story, run->status);
}

/* Runs git with ARGV and adds the files that it names. */
static enum gv_status ask(struct changed *changed, const char *folder, const char *const *argv,
                          struct gv_error *err)
{
	struct gv_run run = {0};
	enum gv_status status;
	int code = gv_run(&run, argv, OUTPUT_LIMIT);
	if (code == ENOENT)
		status = gv_fail(err, GV_ENOENT,
		                 "cannot find the program git, which knows what "
		                 "has changed");
	else if (code == EFBIG)
		status = gv_fail(err, GV_ETOOBIG, "git names more files than fit 256 MiB");
	else if (code != 0)
		status = gv_fail_system(err, code, "cannot run git");
	else if (run.status != 0)
		status = fail_as_git(&run, err);
	else
		status = add_files(changed, folder, (struct gv_span){run.out, run.out_size}, err);
	gv_run_dispose(&run);
	return status;
}

enum gv_status changed_add(struct changed *changed, const char *folder, const char *revision,
                           struct gv_error *err)
{
	/* --relative: names below FOLDER and relative to it, as ls-files gives them anyway. */
	const char *const since[] = {"git",        "--no-optional-locks", "-C",          folder,
	                             "diff",       "--no-ext-diff",       "--name-only", "-z",
	                             "--relative", "--diff-filter=d",     revision,      "--",
	                             NULL};
	const char *const untracked[] = {
		"git",      "--no-optional-locks", "-C", folder, "ls-files",
		"--others", "--exclude-standard",  "-z", NULL};
	if (revision[0] == '\0' || revision[0] == '-')
		return gv_fail(err, GV_EINVAL, "\"%.60s\" is no revision", revision);
	enum gv_status status = changed->here == NULL ? path_here(&changed->here, err) : GV_OK;
	if (status == GV_OK)
		status = ask(changed, folder, since, err);
	return status == GV_OK ? ask(changed, folder, untracked, err) : status;
}

enum gv_status changed_has(const struct changed *changed, const char *path, bool *out,
                           struct gv_error *err)
{
	struct gv_buf whole = {0};
	*out = false;
	if (changed->here == NULL)
		return GV_OK;
	path_make_absolute(&whole, changed->here, gv_span_of(path));
	if (!whole.failed)
		*out = gv_map_get(&changed->files, gv_buf_span(&whole)) != NULL;
	enum gv_status status = whole.failed ? gv_fail_memory(err) : GV_OK;
	gv_buf_dispose(&whole);
	return status;
}
