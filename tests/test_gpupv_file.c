/* gpuvirt/gpupv_file.h: one file from end to end, its record, and the way back to the same bytes.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/gpupv_file.h>

#define MARK "\xEF\xBB\xBF"

/* A span in a static table. */
#define BYTES_OF(literal)                                                                          \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

#define GPU      "\\\\?\\PCI#A\\GPUPARAV"
#define GPU_JSON "\"\\\\\\\\?\\\\PCI#A\\\\GPUPARAV\""

static const struct gv_gpufile_device device = {{GPU, sizeof GPU - 1}, GV_GPUFILE_WHOLE};
static const struct gv_gpufile_wish on = {.on = true};
static const struct gv_gpufile_wish off = {.on = false};
static const struct gv_gpufile_wish mirror = {.on = true, .mode = GV_GPUFILE_MIRROR};
static const struct gv_gpufile_wish list = {.on = true, .devices = {&device, 1}};

/* Thousands of files need no disk to be waited for. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
	(void)file;
	return 0;
}

/* Records of one file, kept in memory. */
struct shelf {
	struct gv_buf records[8];
	size_t count;
	size_t pushes;
	bool refuses; /* what is pushed */
	char name[4096];
};

static enum gv_status newest(void *context, const char *kind, const char *path, struct gv_buf *out,
                             struct gv_error *err)
{
	struct shelf *shelf = context;
	assert_non_null(kind);
	if (shelf->count == 0)
		return gv_fail(err, GV_ENOENT, "none");
	assert_string_equal(path, shelf->name);
	gv_buf_add(out, gv_buf_span(&shelf->records[shelf->count - 1]));
	return GV_OK;
}

static enum gv_status push(void *context, const char *kind, const char *path, const char *verb,
                           struct gv_span record, struct gv_error *err)
{
	struct shelf *shelf = context;
	assert_non_null(kind);
	assert_true(strcmp(verb, "enable") == 0 || strcmp(verb, "disable") == 0);
	if (shelf->refuses)
		return gv_fail(err, GV_ESYSTEM, "the disk is full");
	assert_true(path[0] == '/');
	snprintf(shelf->name, sizeof shelf->name, "%s", path);
	shelf->pushes++;
	gv_buf_add(&shelf->records[shelf->count++], record);
	return GV_OK;
}

static enum gv_status pop(void *context, const char *kind, const char *path, struct gv_error *err)
{
	struct shelf *shelf = context;
	(void)kind;
	(void)err;
	assert_string_equal(path, shelf->name);
	gv_buf_dispose(&shelf->records[--shelf->count]);
	return GV_OK;
}

/* A folder with one file, and the options for it. */
struct room {
	char *folder;
	char *path;
	char *backup;
	struct shelf shelf;
	struct gv_gpufile_store store;
	struct gv_gpufile_options options;
};

static void enter(struct room *room, const char *name)
{
	struct gv_buf backup = {0};
	memset(room, 0, sizeof *room);
	room->folder = scratch_make();
	room->path = path_join(room->folder, name);
	gv_buf_format(&backup, "%s.bak", room->path);
	room->backup = backup.at;
	room->store = (struct gv_gpufile_store){&room->shelf, newest, push, pop};
	room->options =
		(struct gv_gpufile_options){.backup = true, .write = true, .store = &room->store};
}

static void leave(struct room *room)
{
	while (room->shelf.count > 0)
		gv_buf_dispose(&room->shelf.records[--room->shelf.count]);
	free(room->backup);
	free(room->path);
	scratch_remove(room->folder);
}

static void assert_file(const char *path, struct gv_span want)
{
	struct gv_buf have = file_read(path);
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
}

/* Makes the change and returns what became of it, without what it holds. */
static struct gv_gpufile change(struct room *room, const struct gv_gpufile_wish *wish)
{
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	gv_gpufile_change(&file, room->path, wish, &room->options, &err);
	assert_string_equal(err.message, "");
	struct gv_gpufile flags = file;
	gv_gpufile_dispose(&file);
	return flags;
}

static void undo(struct room *room)
{
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	gv_gpufile_undo(&file, room->path, &room->options, &err);
	assert_string_equal(err.message, "");
	gv_gpufile_dispose(&file);
}

static enum gv_status fail_to_undo(struct room *room, const char *message)
{
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_gpufile_undo(&file, room->path, &room->options, &err);
	assert_string_equal(err.message, message);
	assert_false(file.written);
	gv_gpufile_dispose(&file);
	return status;
}

static enum gv_gpufile_undo undo_state(struct room *room)
{
	struct gv_gpufile file = {0};
	assert_int_equal(gv_gpufile_status(&file, room->path, &room->options, NULL), GV_OK);
	enum gv_gpufile_undo state = file.undo;
	gv_gpufile_dispose(&file);
	return state;
}

static void kinds_go_by_the_name(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		const char *id; /* NULL: none */
	} rows[] = {
		{"a.7b", "nanabox"},
		{"/x/y z.7B", "nanabox"},
		{".7b", NULL},
		{"a.7b/b", NULL},
		{"a.wsb", "sandbox"},
		{"a.WSB", "sandbox"},
		{"a.wsb.bak", NULL},
		{".wslconfig", "wslconfig"},
		{"/mnt/c/Users/x/.WslConfig", "wslconfig"},
		{"a.wslconfig", NULL},
		{"/etc/wsl.conf", "wslconf"},
		{"WSL.CONF", NULL},
		{"wsl.conf/", NULL},
		{"a.vmx", NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct gv_gpufile_kind *kind = gv_gpufile_kind_of(rows[i].path);
		assert_int_equal(kind != NULL, rows[i].id != NULL);
		if (kind != NULL)
			assert_string_equal(kind->id, rows[i].id);
	}
}

static void a_change_is_made_once_and_undone(void **state)
{
	(void)state;
	static const struct gv_span before = BYTES_OF(
		MARK "{\r\n\t\"NanaBox\": {\"Gpu\": {\"AssignmentMode\": \"Disabled\"}}\r\n}");
	static const struct gv_span after = BYTES_OF(
		MARK "{\r\n\t\"NanaBox\": {\"Gpu\": {\"AssignmentMode\": \"Mirror\"}}\r\n}");
	struct room room;
	struct stat first;
	struct stat second;
	enter(&room, "a.7b");
	file_write(room.path, before);
	assert_int_equal(undo_state(&room), GV_GPUFILE_NO_RECORD);
	assert_true(change(&room, &mirror).written);
	assert_file(room.path, after);
	assert_file(room.backup, before);
	assert_int_equal(undo_state(&room), GV_GPUFILE_CAN_UNDO);

	assert_int_equal(stat(room.path, &first), 0);
	struct gv_gpufile again = change(&room, &mirror);
	assert_false(again.changes || again.written);
	assert_int_equal(stat(room.path, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	assert_int_equal(room.shelf.pushes, 1);
	assert_file(room.backup, before);

	undo(&room);
	assert_file(room.path, before);
	assert_file(room.backup, after);
	assert_int_equal(undo_state(&room), GV_GPUFILE_NO_RECORD);
	assert_int_equal(fail_to_undo(&room, "there is no record of a change to undo"), GV_ENOENT);
	leave(&room);
}

static void changes_are_undone_one_by_one(void **state)
{
	(void)state;
	static const struct gv_span texts[] = {
		BYTES_OF("<Configuration/>"),
		BYTES_OF("<Configuration><vGPU>Enable</vGPU></Configuration>"),
		BYTES_OF("<Configuration><vGPU>Disable</vGPU></Configuration>"),
	};
	struct room room;
	enter(&room, "a.wsb");
	file_write(room.path, texts[0]);
	change(&room, &on);
	change(&room, &off);
	assert_file(room.path, texts[2]);
	undo(&room);
	assert_file(room.path, texts[1]);
	undo(&room);
	assert_file(room.path, texts[0]);
	leave(&room);
}

static void an_undo_of_what_was_overtaken_is_refused(void **state)
{
	(void)state;
	struct room room;
	enter(&room, "a.wsb");
	file_write(room.path, SPAN("<Configuration/>"));
	change(&room, &on);
	file_write(room.path, SPAN("<Configuration><vGPU>Enable</vGPU></Configuration> "));
	assert_int_equal(undo_state(&room), GV_GPUFILE_OVERTAKEN);
	assert_int_equal(fail_to_undo(&room, "has been changed by another program since: an undo "
	                                     "would lose that; set it with enable or disable"),
	                 GV_EREFUSED);
	assert_file(room.path, SPAN("<Configuration><vGPU>Enable</vGPU></Configuration> "));
	file_write(room.path, SPAN("<Configuration/>"));
	assert_int_equal(undo_state(&room), GV_GPUFILE_NOT_MADE);
	undo(&room);
	assert_file(room.path, SPAN("<Configuration/>"));
	assert_int_equal(room.shelf.count, 0);
	leave(&room);
}

/* NanaBox drops the list when it writes the file after the mode was changed. */
static void a_list_that_nanabox_dropped_comes_back(void **state)
{
	(void)state;
	struct room room;
	enter(&room, "a.7b");
	file_write(room.path,
	           SPAN(MARK "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\"}}}"));
	change(&room, &list);
	change(&room, &off);
	assert_file(room.path, SPAN(MARK "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\","
	                                 "\"SelectedDevices\":[" GPU_JSON "]}}}"));
	file_write(room.path,
	           SPAN(MARK "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"Disabled\"}}}"));
	change(&room, &mirror);
	change(&room, &off);
	struct gv_gpufile file = {0};
	assert_int_equal(gv_gpufile_status(&file, room.path, &room.options, NULL), GV_OK);
	assert_int_equal(file.setting.note_count, 1);
	assert_string_equal(file.setting.notes[0].message,
	                    "a list of 1 GPUs that the file no longer has is recorded: enable "
	                    "lists them again");
	gv_gpufile_dispose(&file);
	change(&room, &on);
	assert_file(room.path, SPAN(MARK "{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\","
	                                 "\"SelectedDevices\":[" GPU_JSON "]}}}"));
	leave(&room);
}

static void a_missing_file_is_made_by_disable_alone(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct gv_span made;
	} rows[] = {
		{".wslconfig", BYTES_OF("[wsl2]\r\ngpuSupport=false\r\n")},
		{"wsl.conf", BYTES_OF("[gpu]\nenabled=false\n")},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct room room;
		enter(&room, rows[i].name);
		struct gv_gpufile file = change(&room, &on);
		assert_false(file.changes || file.exists);
		assert_int_equal(folder_count(room.folder), 0);
		assert_int_equal(undo_state(&room), GV_GPUFILE_NO_RECORD);
		assert_true(change(&room, &off).written);
		assert_file(room.path, rows[i].made);
		assert_int_equal(folder_count(room.folder), 1);
		undo(&room);
		assert_int_equal(access(room.path, F_OK), -1);
		assert_file(room.backup, rows[i].made);
		assert_int_equal(room.shelf.count, 0);
		leave(&room);
	}
}

static void a_missing_file_of_another_kind_is_an_error(void **state)
{
	(void)state;
	static const char *const names[] = {"a.7b", "a.wsb", "a.vmx", "x/wsl.conf"};
	static const enum gv_status wanted[] = {GV_ENOENT, GV_ENOENT, GV_EINVAL, GV_ESYSTEM};
	for (size_t i = 0; i < COUNT(names); i++) {
		struct room room;
		struct gv_gpufile file = {0};
		enter(&room, names[i]);
		assert_int_equal(gv_gpufile_change(&file, room.path, &off, &room.options, NULL),
		                 wanted[i]);
		assert_int_equal(folder_count(room.folder), 0);
		gv_gpufile_dispose(&file);
		leave(&room);
	}
}

static void a_link_stays_a_link_and_one_to_nothing_is_an_error(void **state)
{
	(void)state;
	struct room room;
	struct stat stat;
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	enter(&room, ".wslconfig");
	assert_int_equal(symlink("real", room.path), 0);
	assert_int_equal(gv_gpufile_change(&file, room.path, &off, &room.options, &err), GV_ENOENT);
	assert_string_equal(err.message, "is a link that leads nowhere");
	gv_gpufile_dispose(&file);
	char *real = path_join(room.folder, "real");
	file_write(real, SPAN("[wsl2]\n"));
	assert_true(change(&room, &off).written);
	assert_int_equal(lstat(room.path, &stat), 0);
	assert_true(S_ISLNK(stat.st_mode));
	assert_file(real, SPAN("[wsl2]\ngpuSupport=false\n"));
	undo(&room);
	assert_file(real, SPAN("[wsl2]\n"));
	free(real);
	leave(&room);
}

static void guards_keep_a_file_from_being_written(void **state)
{
	(void)state;
	struct room room;
	enter(&room, "wsl.conf");
	char *other = path_join(room.folder, "other");
	file_write(room.path, SPAN("[gpu]\n"));
	assert_int_equal(link(room.path, other), 0);
	assert_int_equal(chmod(room.path, 0444), 0);
	struct gv_gpufile file = change(&room, &off);
	assert_true(file.changes && file.refused && !file.written);
	assert_int_equal(file.refusals.count, 2);
	assert_string_equal(file.refusals.at[0].guard, "read-only");
	assert_string_equal(file.refusals.at[1].guard, "hard-linked");
	assert_file(room.path, SPAN("[gpu]\n"));
	assert_int_equal(room.shelf.pushes, 0);
	assert_false(change(&room, &on).refused); /* nothing to do: nothing to ask */
	room.options.force = true;
	assert_true(change(&room, &off).written);
	assert_file(room.path, SPAN("[gpu]\nenabled=false\n"));
	assert_file(other, SPAN("[gpu]\n"));
	free(other);
	leave(&room);
}

static void a_dry_run_touches_nothing(void **state)
{
	(void)state;
	struct room room;
	enter(&room, "wsl.conf");
	room.options.write = false;
	struct gv_gpufile file = {0};
	assert_int_equal(gv_gpufile_change(&file, room.path, &off, &room.options, NULL), GV_OK);
	assert_true(file.changes);
	assert_false(file.written);
	assert_span(gv_buf_span(&file.text), SPAN("[gpu]\nenabled=false\n"));
	assert_int_equal(file.edits.count, 1);
	gv_gpufile_dispose(&file);
	assert_int_equal(folder_count(room.folder), 0);
	assert_int_equal(room.shelf.pushes, 0);
	leave(&room);
}

static void nothing_changes_without_its_record(void **state)
{
	(void)state;
	struct room room;
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	enter(&room, "wsl.conf");
	file_write(room.path, SPAN("[gpu]\n"));
	room.shelf.refuses = true;
	assert_int_equal(gv_gpufile_change(&file, room.path, &off, &room.options, &err),
	                 GV_ESYSTEM);
	assert_string_equal(err.message, "the disk is full");
	assert_false(file.written);
	gv_gpufile_dispose(&file);
	assert_file(room.path, SPAN("[gpu]\n"));
	assert_int_equal(folder_count(room.folder), 1);
	leave(&room);
}

static void a_record_that_is_wrong_is_no_way_back(void **state)
{
	(void)state;
	static const struct {
		const char *find;
		const char *put; /* as long as FIND */
	} rows[] = {
		{"\"version\":1", "\"version\":2"},   {"\"old\":\"\"", "\"old\":\"4"},
		{"\"len\":\"14\"", "\"len\":\"99\""}, {"\"at\":\"5\"", "\"at\":\"4\""},
		{"\"devices\"", "\"devices-"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct room room;
		struct gv_gpufile file = {0};
		enter(&room, "wsl.conf");
		file_write(room.path, SPAN("[gpu]"));
		change(&room, &off);
		char *found = strstr(room.shelf.records[0].at, rows[i].find);
		assert_non_null(found);
		memcpy(found, rows[i].put, strlen(rows[i].put));
		assert_int_equal(gv_gpufile_undo(&file, room.path, &room.options, NULL), GV_EPARSE);
		assert_false(file.written);
		assert_file(room.path, SPAN("[gpu]\nenabled=false"));
		gv_gpufile_dispose(&file);
		leave(&room);
	}
}

static void a_wish_that_the_kind_does_not_know_is_refused(void **state)
{
	(void)state;
	static const struct gv_gpufile_wish *const wishes[] = {&mirror, &list};
	for (size_t i = 0; i < COUNT(wishes); i++) {
		struct room room;
		struct gv_gpufile file = {0};
		struct gv_error err = {0};
		enter(&room, "a.wsb");
		file_write(room.path, SPAN("<Configuration/>"));
		assert_int_equal(
			gv_gpufile_change(&file, room.path, wishes[i], &room.options, &err),
			GV_EINVAL);
		assert_string_equal(
			err.message,
			"a Windows Sandbox configuration has no modes and no list of GPUs");
		gv_gpufile_dispose(&file);
		leave(&room);
	}
}

static void a_file_of_100_megabytes_is_refused_unread(void **state)
{
	(void)state;
	struct room room;
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	enter(&room, "a.7b");
	file_write(room.path, SPAN(MARK "{\"NanaBox\":{}}"));
	assert_int_equal(truncate(room.path, 100000000), 0);
	assert_int_equal(gv_gpufile_status(&file, room.path, &room.options, &err), GV_ETOOBIG);
	assert_string_equal(err.message,
	                    "larger than 1 MiB: no NanaBox machine is, real ones have a "
	                    "few thousand bytes");
	gv_gpufile_dispose(&file);
	leave(&room);
}

static void records_can_be_kept_in_the_state_folder(void **state)
{
	(void)state;
	static const struct gv_span before = BYTES_OF(MARK "{\"NanaBox\":{}}");
	struct room room;
	enter(&room, "\xFF \xC3\xA4.7b");
	char *home = path_join(room.folder, "state");
	assert_int_equal(setenv("XDG_STATE_HOME", home, 1), 0);
	room.options.store = gv_gpufile_store();
	file_write(room.path, before);
	assert_int_equal(undo_state(&room), GV_GPUFILE_NO_RECORD);
	change(&room, &list);
	change(&room, &off);
	assert_int_equal(undo_state(&room), GV_GPUFILE_CAN_UNDO);
	undo(&room);
	undo(&room);
	assert_file(room.path, before);
	assert_int_equal(fail_to_undo(&room, "there is no record of a change to undo"), GV_ENOENT);
	free(home);
	leave(&room);
}

/* The indentation of the file is repeated, which makes a hostile one large. */
static void what_could_not_be_read_again_is_not_written(void **state)
{
	(void)state;
	struct room room;
	struct gv_buf text = {0};
	struct gv_gpufile file = {0};
	enter(&room, "a.7b");
	gv_buf_text(&text, MARK "{\"NanaBox\":{\"Gpu\":{");
	for (int i = 0; i < 300000; i++)
		gv_buf_char(&text, '\n');
	gv_buf_text(&text, "\"AssignmentMode\":\"Disabled\"}}}");
	file_write(room.path, gv_buf_span(&text));
	assert_int_equal(gv_gpufile_change(&file, room.path, &list, &room.options, NULL),
	                 GV_ETOOBIG);
	assert_false(file.written || file.changes);
	assert_file(room.path, gv_buf_span(&text));
	assert_int_equal(room.shelf.pushes, 0);
	gv_gpufile_dispose(&file);
	gv_buf_dispose(&text);
	leave(&room);
}

/* Random files: what each kind is made of, in every layout. */

static const char *pick(uint64_t *seed, const char *const *from, size_t count)
{
	return from[random_next(seed) % count];
}

#define PICK(seed, ...)                                                                            \
	pick((seed), (const char *const[]){__VA_ARGS__},                                           \
	     COUNT(((const char *const[]){__VA_ARGS__})))

static void add_gap(struct gv_buf *out, const char *line, const char *step, int level)
{
	gv_buf_text(out, line);
	for (int i = 0; line[0] != '\0' && i < level; i++)
		gv_buf_text(out, step);
}

static void make_gpu(struct gv_buf *out, uint64_t *seed, const char *line, const char *step)
{
	static const char *const members[] = {
		"\"AssignmentMode\": \"List\"",     "\"AssignmentMode\" :\"Mirror\"",
		"\"AssignmentMode\": \"Disabled\"", "\"AssignmentMode\":\t\"nonsense\"",
		"\"AssignmentMode\": null",
	};
	static const char *const lists[] = {
		"\"SelectedDevices\": []",
		"\"SelectedDevices\": [" GPU_JSON "]",
		"\"SelectedDevices\":[\n\"\\\\\\\\?\\\\b\" , { \"DeviceInterface\":\"\\\\\\\\?\\\\c\",\"PartitionId\":7}\r\n]",
		"\"SelectedDevices\": {\"AssignmentMode\":\"List\"}",
	};
	int order = (int)(random_next(seed) % 4);
	bool first = true;
	gv_buf_char(out, '{');
	for (int i = 0; i < 3; i++) {
		int which = (i + order) % 3;
		if (random_next(seed) % 3 == 0)
			continue;
		gv_buf_text(out, first ? "" : ",");
		first = false;
		add_gap(out, line, step, 3);
		gv_buf_text(out, which == 0 ? pick(seed, members, COUNT(members))
		                 : which == 1
		                         ? pick(seed, lists, COUNT(lists))
		                         : PICK(seed, "\"EnableHostDriverStore\": true",
		                                "\"EnableHostDriverStore\":false", "\"X\":[1,{}]"));
	}
	add_gap(out, line, step, first ? 0 : 2);
	gv_buf_char(out, '}');
}

static void make_nanabox(struct gv_buf *out, uint64_t *seed)
{
	const char *line = PICK(seed, "\n", "\r\n", "", " ", "\n\n");
	const char *step = PICK(seed, "  ", "    ", "\t", "");
	bool gpu = random_next(seed) % 4 > 0;
	bool other = random_next(seed) % 4 > 0;
	bool behind = random_next(seed) % 2 > 0;
	gv_buf_text(out, MARK "{");
	add_gap(out, line, step, 1);
	gv_buf_text(out, PICK(seed, "\"NanaBox\": {", "\"NanaBox\":{", "\"Nana\\u0042ox\" : {"));
	for (int i = 0; i < 2; i++) {
		bool is_gpu = (i == 1) == behind;
		if (!(is_gpu ? gpu : other))
			continue;
		gv_buf_text(out, i == 1 && gpu && other ? "," : "");
		add_gap(out, line, step, 2);
		gv_buf_text(out, is_gpu ? PICK(seed, "\"Gpu\": ", "\"Gpu\":")
		                        : "\"Name\": \"\xC3\xA4 \\\" { \\u00e9 \xF0\x9F\x98\x80\"");
		if (is_gpu)
			make_gpu(out, seed, line, step);
	}
	add_gap(out, line, step, 1);
	gv_buf_char(out, '}');
	gv_buf_text(out, PICK(seed, "", ",\"gpu\":{\"AssignmentMode\":\"List\"}", ", \"Z\": [ ]"));
	add_gap(out, line, step, 0);
	gv_buf_char(out, '}');
	gv_buf_text(out, PICK(seed, "", "\n", "\r\n", "\n\n "));
}

static void make_sandbox(struct gv_buf *out, uint64_t *seed)
{
	const char *line = PICK(seed, "\n  ", "\r\n\t", "", "\n");
	struct gv_buf text = {0};
	gv_buf_text(&text, PICK(seed, "", "<?xml version=\"1.0\"?>", "<!-- vGPU -->"));
	gv_buf_text(&text, PICK(seed, "<Configuration>", "<configuration a='>' >"));
	char end[20] = "</";
	snprintf(end + 2, sizeof end - 2, "%.13s>", strstr(text.at, "onfiguration") - 1);
	for (uint64_t i = random_next(seed) % 3; i > 0; i--)
		gv_buf_format(&text, "%s%s", line,
		              PICK(seed, "<Networking>Disable</Networking>", "<!-- x -->",
		                   "<a b='c'/>", "<b><vGPU>no</vGPU></b>", "<![CDATA[]]>"));
	gv_buf_format(&text, "%s%s", line,
	              PICK(seed, "<vGPU>Enable</vGPU>", "<vGpu>\n Disable \n</vGpu>", "<VGPU/>", "",
	                   "<vGPU ></vGPU >", "<vGPU><!--a--><![CDATA[Default]]></vGPU>",
	                   "<vGPU>D&#101;fault</vGPU>"));
	gv_buf_format(&text, "%s%s%s", PICK(seed, "", "\n", " <MemoryInMB>1</MemoryInMB>"), end,
	              PICK(seed, "", "\n"));
	bool wide = random_next(seed) % 3 == 0;
	gv_buf_text(out, wide ? "\xFF\xFE" : PICK(seed, "", MARK));
	for (size_t i = 0; i < text.len; i++) {
		gv_buf_char(out, text.at[i]);
		if (wide)
			gv_buf_char(out, '\0');
	}
	gv_buf_dispose(&text);
}

static void make_wsl(struct gv_buf *out, uint64_t *seed, bool windows)
{
	const char *end = PICK(seed, "\n", "\r\n");
	const char *last = end;
	if (windows && random_next(seed) % 4 == 0)
		gv_buf_text(out, MARK);
	for (uint64_t i = random_next(seed) % 8; i > 0; i--) {
		last = i == 1 ? PICK(seed, "\n", "\r\n", "") : end;
		gv_buf_format(out, "%s%s%s", PICK(seed, "", "", "  ", "\t"),
		              PICK(seed, "[wsl2]", "[gpu] # x", "[Boot]", "gpuSupport=true",
		                   "gpusupport = false # y", "enabled=true", "Enabled =\t\"FALSE\"",
		                   "memory = 8GB", "# \xC3\xA4", "", "a=\"b # c\"",
		                   "gpuSupport = maybe"),
		              last);
	}
}

/* Wish, wish again, undo: once changed, then nothing to do, then the same bytes. */
static void check_round_trip(struct room *room, struct gv_span text,
                             const struct gv_gpufile_wish *wish, size_t *changes)
{
	file_write(room->path, text);
	size_t pushes = room->shelf.pushes;
	struct gv_gpufile first = change(room, wish);
	struct gv_buf once = file_read(room->path);
	struct gv_gpufile second = change(room, wish);
	assert_false(second.changes);
	assert_file(room->path, gv_buf_span(&once));
	assert_int_equal(room->shelf.pushes, pushes + first.changes);
	assert_int_equal(gv_span_equal(gv_buf_span(&once), text), !first.changes);
	if (first.changes)
		undo(room);
	assert_file(room->path, text);
	assert_int_equal(room->shelf.count, 0);
	*changes += first.changes;
	gv_buf_dispose(&once);
}

static const char *const names[] = {"a.7b", "a.wsb", ".wslconfig", "wsl.conf"};
static const struct gv_gpufile_wish *const wishes[] = {&on, &off, &list, &mirror};

/* A file of the kind number KIND, and a wish for it. */
static const struct gv_gpufile_wish *make(struct gv_buf *out, uint64_t *seed, size_t kind)
{
	gv_buf_text(out, "");
	if (kind == 0)
		make_nanabox(out, seed);
	else if (kind == 1)
		make_sandbox(out, seed);
	else
		make_wsl(out, seed, kind == 2);
	return wishes[random_next(seed) % (kind == 0 ? 4 : 2)];
}

static void what_is_undone_has_its_old_bytes(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (size_t kind = 0; kind < COUNT(names); kind++) {
		struct room room;
		size_t changes = 0;
		size_t count = 800 / MANY_DIVISOR;
		enter(&room, names[kind]);
		for (size_t i = 0; i < count; i++) {
			struct gv_buf text = {0};
			const struct gv_gpufile_wish *wish = make(&text, &seed, kind);
			check_round_trip(&room, gv_buf_span(&text), wish, &changes);
			gv_buf_dispose(&text);
		}
		assert_true(changes > count / 4);
		leave(&room);
	}
}

/* Changes, takes out or puts in a few bytes. */
static void damage(struct gv_buf *text, uint64_t *seed)
{
	static const char bytes[] = "{}[]<>/\"\\,:=#! \n\r\t\0\xEF\x1A"
				    "aZ0&;'-";
	for (uint64_t i = 1 + random_next(seed) % 3; i > 0 && text->len > 0; i--) {
		size_t at = random_next(seed) % text->len;
		char byte = bytes[random_next(seed) % (sizeof bytes - 1)];
		if (random_next(seed) % 3 > 0)
			text->at[at] = byte;
		else
			text->len = at + 1;
	}
}

static void what_is_damaged_is_refused_or_undone(void **state)
{
	(void)state;
	uint64_t seed = 11;
	for (size_t kind = 0; kind < COUNT(names); kind++) {
		struct room room;
		size_t refused = 0;
		size_t count = 1500 / MANY_DIVISOR;
		enter(&room, names[kind]);
		for (size_t i = 0; i < count; i++) {
			struct gv_buf text = {0};
			struct gv_gpufile file = {0};
			const struct gv_gpufile_wish *wish = make(&text, &seed, kind);
			damage(&text, &seed);
			file_write(room.path, gv_buf_span(&text));
			struct gv_error err = {0};
			gv_gpufile_change(&file, room.path, wish, &room.options, &err);
			assert_true(file.written == (err.status == GV_OK && file.changes));
			refused += err.status != GV_OK;
			assert_true(err.status == GV_OK || err.message[0] != '\0');
			if (file.written)
				undo(&room);
			assert_file(room.path, gv_buf_span(&text));
			assert_int_equal(room.shelf.count, 0);
			gv_gpufile_dispose(&file);
			gv_buf_dispose(&text);
		}
		assert_true(refused > count / 100 && refused < count);
		leave(&room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_go_by_the_name),
		cmocka_unit_test(a_change_is_made_once_and_undone),
		cmocka_unit_test(changes_are_undone_one_by_one),
		cmocka_unit_test(an_undo_of_what_was_overtaken_is_refused),
		cmocka_unit_test(a_list_that_nanabox_dropped_comes_back),
		cmocka_unit_test(a_missing_file_is_made_by_disable_alone),
		cmocka_unit_test(a_missing_file_of_another_kind_is_an_error),
		cmocka_unit_test(a_link_stays_a_link_and_one_to_nothing_is_an_error),
		cmocka_unit_test(guards_keep_a_file_from_being_written),
		cmocka_unit_test(a_dry_run_touches_nothing),
		cmocka_unit_test(nothing_changes_without_its_record),
		cmocka_unit_test(a_record_that_is_wrong_is_no_way_back),
		cmocka_unit_test(a_wish_that_the_kind_does_not_know_is_refused),
		cmocka_unit_test(a_file_of_100_megabytes_is_refused_unread),
		cmocka_unit_test(what_could_not_be_read_again_is_not_written),
		cmocka_unit_test(records_can_be_kept_in_the_state_folder),
		cmocka_unit_test(what_is_undone_has_its_old_bytes),
		cmocka_unit_test(what_is_damaged_is_refused_or_undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
