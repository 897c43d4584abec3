#include "doctor/hostfiles.h"

#include <stdlib.h>
#include <string.h>

#include "doctor/lines.h"

/* Makes FILE what PATH of MACHINE holds; what is wrong with it is its trouble. */
static void read_file(struct gv_host_file *file, struct machine *machine)
{
	struct gv_span text;
	if (machine_read(machine, file->path, &text, &file->trouble) != PRESENT)
		return;
	gv_buf_add(&file->text, text);
	if (file->text.failed)
		gv_fail_memory(&file->trouble);
	else
		gv_host_parse(file);
}

static enum gv_status add_file(struct hostfiles *files, struct machine *machine,
                               const struct gv_host_row *row, struct gv_error *err)
{
	struct gv_host_file *file = &files->host.at[files->host.count++];
	struct gv_buf path = {0};
	*file = (struct gv_host_file){.row = row};
	if (!gv_host_path(&path, row, &files->environment))
		return GV_OK;
	file->path = path.at;
	if (path.failed)
		return gv_fail_memory(err);
	read_file(file, machine);
	return file->trouble.status == GV_ENOMEM ? gv_fail_memory(err) : GV_OK;
}

enum gv_status hostfiles_read(struct hostfiles *files, struct machine *machine, bool windows,
                              struct gv_error *err)
{
	size_t count;
	const struct gv_host_row *rows = gv_host_rows(&count);
	enum gv_status status = GV_OK;
	files->environment = (struct gv_host_environment){
		.system = windows ? GV_HOST_WINDOWS : GV_HOST_LINUX,
		.root = machine_is_captured(machine) ? "" : NULL, /* drives go, "\" becomes "/" */
		.home = machine_variable(machine, "HOME"),
		.appdata = machine_variable(machine, "APPDATA"),
		.programdata = machine_variable(machine, "ProgramData"),
	};
	for (size_t i = 0; status == GV_OK && i < count; i++) {
		if (rows[i].system == files->environment.system &&
		    files->host.count < GV_HOST_FILES)
			status = add_file(files, machine, &rows[i], err);
	}
	return status;
}

void hostfiles_dispose(struct hostfiles *files)
{
	gv_host_dispose(&files->host);
}

const char *hostfiles_find(const struct hostfiles *files, struct machine *machine, const char *key,
                           struct gv_span *value)
{
	struct gv_host_hits hits;
	gv_host_find(&hits, &files->host, gv_span_of(key));
	if (hits.wins == NULL)
		return NULL;
	*value = hits.wins->line.value;
	return machine_keep(machine, "%s:%u", hits.wins->file->path,
	                    (unsigned)hits.wins->line.number);
}

const char *hostfiles_true(const struct hostfiles *files, struct machine *machine, const char *key)
{
	struct gv_span value;
	const char *where = hostfiles_find(files, machine, key, &value);
	return where != NULL && gv_span_equal_nocase(value, GV_LITERAL("TRUE")) ? where : NULL;
}

unsigned hostfiles_product(const struct hostfiles *files, struct machine *machine)
{
	struct gv_span version = {0};
	size_t dot = 0;
	hostfiles_find(files, machine, "product.version", &version);
	while (dot < version.len && version.at[dot] != '.')
		dot++;
	unsigned minor =
		dot == version.len ? 0 : lines_number(gv_span_part(version, dot + 1, version.len));
	unsigned major = lines_number(version);
	return major >= 10000 ? 0 : major * 100 + (minor < 100 ? minor : 99);
}
