#include "base/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/temporary.h"
#include "platform/os.h"

void gv_paths_dispose(struct gv_paths *paths)
{
	for (size_t i = 0; i < paths->arena_count; i++)
		gv_arena_dispose(&paths->arenas[i]);
	free(paths->arenas);
	free(paths->folders);
	free(paths->at);
	*paths = (struct gv_paths){0};
}

/* The arena is the list's; it moves with it, what it hands out stays. */
static struct gv_arena *add_arena(struct gv_paths *paths)
{
	struct gv_arena *grown =
		gv_grow(paths->arenas, paths->arena_count, &paths->arena_cap, sizeof *grown);
	if (grown == NULL)
		return NULL;
	paths->arenas = grown;
	paths->arenas[paths->arena_count] = (struct gv_arena){0};
	return &paths->arenas[paths->arena_count++];
}

static enum gv_status add(struct gv_paths *paths, struct gv_path path, struct gv_error *err)
{
	struct gv_path *grown = gv_grow(paths->at, paths->count, &paths->cap, sizeof *grown);
	if (grown == NULL)
		return gv_fail_memory(err);
	paths->at = grown;
	paths->at[paths->count++] = path;
	return GV_OK;
}

static bool is_excluded(const struct gv_excludes *excludes, const char *path, const char *name)
{
	for (size_t i = 0; i < excludes->count; i++) {
		const char *glob = excludes->globs[i];
		bool whole_path = strchr(glob, '/') != NULL;
		if (gv_os_glob(glob, whole_path ? path : name, whole_path))
			return true;
	}
	return false;
}

struct node;

/* One file or folder that was found in a folder. */
struct entry {
	const char *path;
	const char *name;  /* the last part of it */
	struct node *node; /* of a folder */
};

/* A folder with what was found in it. */
struct node {
	struct gv_folder folder;
	struct entry *entries; /* sorted */
	size_t count;
	struct gv_error *trouble;
	bool left_out;
};

/* What one worker needs to itself. */
struct lane {
	struct gv_arena arena;
	struct gv_buf path;
	size_t base; /* length of the folder's part of it */
	struct entry *entries;
	size_t entry_count;
	size_t entry_cap;
	const char **notable;
	size_t notable_count;
	size_t notable_cap;
	struct node **found; /* folders for the next level */
	size_t found_count;
	size_t found_cap;
	struct node *node; /* that is being listed */
	const struct gv_walk *walk;
	bool failed; /* memory ran out */
};

struct search {
	struct lane *lanes;
	unsigned lane_count;
	struct node **level; /* folders of the same depth */
	size_t count;
};

bool gv_walk_is_machine(const char *name)
{
	struct gv_span span = gv_span_of(name);
	return gv_span_ends_nocase(span, GV_LITERAL(".vmx")) ||
	       gv_span_ends_nocase(span, GV_LITERAL(".vmtx"));
}

static bool note_notable(struct lane *lane, const char *name)
{
	const char **grown =
		gv_grow(lane->notable, lane->notable_count, &lane->notable_cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&lane->arena, gv_span_of(name));
	if (grown != NULL)
		lane->notable = grown;
	lane->failed |= grown == NULL || copy.at == NULL;
	if (!lane->failed)
		lane->notable[lane->notable_count++] = copy.at;
	return !lane->failed;
}

/* A folder for the next level. */
static struct node *add_node(struct lane *lane, const char *path)
{
	struct node *node = gv_arena_alloc(&lane->arena, sizeof *node);
	struct node **grown =
		gv_grow(lane->found, lane->found_count, &lane->found_cap, sizeof *grown);
	if (grown != NULL)
		lane->found = grown;
	lane->failed |= node == NULL || grown == NULL;
	if (lane->failed)
		return NULL;
	*node = (struct node){.folder.path = path};
	if (lane->node != NULL)
		node->folder.above = &lane->node->folder;
	lane->found[lane->found_count++] = node;
	return node;
}

static bool note_entry(struct lane *lane, const char *name, bool is_folder)
{
	lane->path.len = lane->base;
	gv_buf_text(&lane->path, name);
	lane->failed |= lane->path.failed;
	if (lane->failed || is_excluded(&lane->walk->excludes, lane->path.at, name))
		return !lane->failed;
	struct entry *grown =
		gv_grow(lane->entries, lane->entry_count, &lane->entry_cap, sizeof *grown);
	struct gv_span path = gv_arena_copy(&lane->arena, gv_buf_span(&lane->path));
	if (grown != NULL)
		lane->entries = grown;
	lane->failed |= grown == NULL || path.at == NULL;
	if (lane->failed)
		return false;
	struct node *node = is_folder ? add_node(lane, path.at) : NULL;
	lane->entries[lane->entry_count++] = (struct entry){path.at, path.at + lane->base, node};
	return !lane->failed;
}

static bool note_name(void *context, const char *name, enum gv_os_type type)
{
	struct lane *lane = context;
	bool (*is_notable)(const char *) = lane->walk->is_notable;
	if (is_notable != NULL && is_notable(name) && !note_notable(lane, name))
		return false;
	if (type == GV_OS_FILE && gv_temp_is_name(name))
		lane->node->folder.has_leftovers = true;
	if (type == GV_OS_FOLDER || (type == GV_OS_FILE && gv_walk_is_machine(name)))
		return note_entry(lane, name, type == GV_OS_FOLDER);
	return true;
}

/* By bytes, a folder as if its name ended in "/": the order of the whole paths. */
static int compare(const void *left, const void *right)
{
	const struct entry *a = left;
	const struct entry *b = right;
	size_t a_len = strlen(a->name);
	size_t b_len = strlen(b->name);
	size_t both = a_len < b_len ? a_len : b_len;
	int order = memcmp(a->name, b->name, both);
	if (order != 0)
		return order;
	unsigned char a_next = a_len > both      ? (unsigned char)a->name[both]
	                       : a->node != NULL ? '/'
	                                         : 0;
	unsigned char b_next = b_len > both      ? (unsigned char)b->name[both]
	                       : b->node != NULL ? '/'
	                                         : 0;
	return (a_next > b_next) - (a_next < b_next);
}

/* Copies COUNT elements of SIZE bytes to the lane's arena; NULL for none. */
static void *keep(struct lane *lane, const void *from, size_t count, size_t size)
{
	if (count == 0 || lane->failed)
		return NULL;
	void *to = gv_arena_alloc(&lane->arena, count * size);
	lane->failed |= to == NULL;
	if (to != NULL)
		memcpy(to, from, count * size);
	return to;
}

static void keep_listing(struct lane *lane)
{
	struct node *node = lane->node;
	if (lane->entry_count > 1)
		qsort(lane->entries, lane->entry_count, sizeof *lane->entries, compare);
	node->entries = keep(lane, lane->entries, lane->entry_count, sizeof *node->entries);
	node->folder.notable =
		keep(lane, lane->notable, lane->notable_count, sizeof *lane->notable);
	if (lane->failed)
		return;
	node->count = lane->entry_count;
	node->folder.notable_count = lane->notable_count;
}

static void keep_trouble(struct lane *lane, int code)
{
	struct gv_error *trouble = gv_arena_alloc(&lane->arena, sizeof *trouble);
	lane->failed |= trouble == NULL;
	if (trouble == NULL)
		return;
	*trouble = (struct gv_error){0};
	gv_fail_system(trouble, code, "cannot read the folder");
	lane->node->trouble = trouble;
}

/* A lock that was released since its folder was seen. */
static bool is_released(const struct node *node, int code)
{
	struct gv_span path = gv_span_of(node->folder.path);
	return code == ENOENT && node->folder.above != NULL &&
	       gv_span_ends_nocase(path, GV_LITERAL(".lck"));
}

static void list_folder(void *context, unsigned worker, size_t piece)
{
	struct search *search = context;
	struct lane *lane = &search->lanes[worker];
	lane->node = search->level[piece];
	lane->entry_count = 0;
	lane->notable_count = 0;
	lane->path.len = 0;
	gv_buf_text(&lane->path, lane->node->folder.path);
	if (!lane->path.failed && lane->path.at[lane->path.len - 1] != '/')
		gv_buf_char(&lane->path, '/');
	lane->base = lane->path.len;
	lane->failed |= lane->path.failed;
	if (lane->failed)
		return;
	int code = gv_os_list(NULL, lane->node->folder.path, note_name, lane);
	if (code != 0 && !is_released(lane->node, code))
		keep_trouble(lane, code);
	else
		keep_listing(lane);
}

static bool has_failed(const struct search *search)
{
	bool failed = false;
	for (unsigned i = 0; i < search->lane_count; i++)
		failed |= search->lanes[i].failed;
	return failed;
}

/* Tells the caller of the folders that have been listed. */
static enum gv_status enter_level(const struct search *search, const struct gv_walk *walk,
                                  struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (size_t i = 0; walk->enter != NULL && status == GV_OK && i < search->count; i++)
		status = walk->enter(walk->context, &search->level[i]->folder, err);
	return status;
}

/* Sets *OUT to whether the caller passes over PATH in FOLDER. */
static enum gv_status ask_caller(const struct gv_walk *walk, const struct gv_folder *folder,
                                 const char *path, bool *out, struct gv_error *err)
{
	*out = false;
	if (walk->leaves_out == NULL || folder == NULL)
		return GV_OK;
	return walk->leaves_out(walk->context, folder, path, out, err);
}

/* Makes what the lanes found the next level. */
static enum gv_status descend(struct search *search, const struct gv_walk *walk,
                              struct gv_error *err)
{
	size_t count = 0;
	for (unsigned i = 0; i < search->lane_count; i++)
		count += search->lanes[i].found_count;
	free(search->level);
	search->count = 0;
	search->level = malloc((count + 1) * sizeof(struct node *));
	if (search->level == NULL)
		return gv_fail_memory(err);
	for (unsigned i = 0; i < search->lane_count; i++) {
		struct lane *lane = &search->lanes[i];
		for (size_t j = 0; j < lane->found_count; j++) {
			struct node *node = lane->found[j];
			enum gv_status status = ask_caller(walk, node->folder.above,
			                                   node->folder.path, &node->left_out, err);
			if (status != GV_OK)
				return status;
			if (!node->left_out)
				search->level[search->count++] = node;
		}
		lane->found_count = 0;
	}
	return GV_OK;
}

/* Level by level: the folders of one level are listed at once. */
static enum gv_status list_all(struct search *search, const struct gv_walk *walk,
                               struct gv_error *err)
{
	while (search->count > 0) {
		struct gv_job job = {
			.count = search->count, .chunk = 8, .work = list_folder, .context = search};
		gv_pool_run(walk->pool, &job);
		if (has_failed(search))
			return gv_fail_memory(err);
		enum gv_status status = enter_level(search, walk, err);
		if (status == GV_OK)
			status = descend(search, walk, err);
		if (status != GV_OK)
			return status;
	}
	return GV_OK;
}

/* Where the walk over the finished tree is: in which folder, before which entry. */
struct step {
	const struct node *node;
	size_t next;
};

struct steps {
	struct step *at;
	size_t count;
	size_t cap;
};

static enum gv_status enter(struct gv_paths *paths, struct steps *steps, const struct node *node,
                            struct gv_error *err)
{
	if (node->left_out)
		return GV_OK;
	if (node->trouble != NULL)
		return add(paths,
		           (struct gv_path){.path = node->folder.path, .trouble = node->trouble},
		           err);
	struct step *grown = gv_grow(steps->at, steps->count, &steps->cap, sizeof *grown);
	if (grown != NULL)
		steps->at = grown;
	const struct gv_folder **folders =
		gv_grow(paths->folders, paths->folder_count, &paths->folder_cap, sizeof *folders);
	if (folders != NULL)
		paths->folders = folders;
	if (grown == NULL || folders == NULL)
		return gv_fail_memory(err);
	steps->at[steps->count++] = (struct step){node, 0};
	paths->folders[paths->folder_count++] = &node->folder;
	return GV_OK;
}

static enum gv_status add_file(struct gv_paths *paths, const struct node *node, const char *path,
                               const struct gv_walk *walk, struct gv_error *err)
{
	bool left_out;
	enum gv_status status = ask_caller(walk, &node->folder, path, &left_out, err);
	if (status != GV_OK || left_out)
		return status;
	return add(paths, (struct gv_path){.path = path, .folder = &node->folder}, err);
}

/* Adds the files of the tree in order; a stack of our own, since folders may lie very deep. */
static enum gv_status flatten(struct gv_paths *paths, const struct node *root,
                              const struct gv_walk *walk, struct gv_error *err)
{
	struct steps steps = {0};
	enum gv_status status = enter(paths, &steps, root, err);
	while (status == GV_OK && steps.count > 0) {
		struct step *step = &steps.at[steps.count - 1];
		if (step->next == step->node->count) {
			steps.count--;
			continue;
		}
		const struct entry *entry = &step->node->entries[step->next++];
		if (entry->node != NULL)
			status = enter(paths, &steps, entry->node, err);
		else
			status = add_file(paths, step->node, entry->path, walk, err);
	}
	free(steps.at);
	return status;
}

static void end_search(struct gv_paths *paths, struct search *search)
{
	for (unsigned i = 0; i < search->lane_count; i++) {
		struct lane *lane = &search->lanes[i];
		struct gv_arena *kept = add_arena(paths);
		if (kept != NULL)
			*kept = lane->arena;
		else
			gv_arena_dispose(&lane->arena);
		gv_buf_dispose(&lane->path);
		free(lane->entries);
		free(lane->notable);
		free(lane->found);
	}
	free(search->level);
	free(search->lanes);
}

static enum gv_status begin_search(struct search *search, const char *path,
                                   const struct gv_walk *walk, struct gv_error *err)
{
	unsigned workers = walk->pool == NULL ? 1 : gv_pool_workers(walk->pool);
	search->lanes = calloc(workers, sizeof *search->lanes);
	if (search->lanes == NULL)
		return gv_fail_memory(err);
	search->lane_count = workers;
	for (unsigned i = 0; i < workers; i++)
		search->lanes[i].walk = walk;
	struct gv_span copy = gv_arena_copy(&search->lanes[0].arena, gv_span_of(path));
	if (copy.at == NULL || add_node(&search->lanes[0], copy.at) == NULL)
		return gv_fail_memory(err);
	return GV_OK;
}

static enum gv_status add_below(struct gv_paths *paths, const char *path,
                                const struct gv_walk *walk, struct gv_error *err)
{
	struct search search = {0};
	enum gv_status status = begin_search(&search, path, walk, err);
	struct node *root = status == GV_OK ? search.lanes[0].found[0] : NULL;
	if (status == GV_OK)
		status = descend(&search, walk, err);
	if (status == GV_OK)
		status = list_all(&search, walk, err);
	if (status == GV_OK && root->trouble != NULL)
		status = gv_fail_system(err, root->trouble->code, "cannot read the folder");
	size_t arenas = paths->arena_count;
	unsigned lanes = search.lane_count;
	end_search(paths, &search);
	if (status == GV_OK && paths->arena_count != arenas + lanes)
		return gv_fail_memory(err);
	return status == GV_OK ? flatten(paths, root, walk, err) : status;
}

/* A path that is no folder stands for itself. */
static enum gv_status add_named(struct gv_paths *paths, const char *path, struct gv_error *err)
{
	struct gv_arena *arena = paths->arena_count > 0 ? &paths->arenas[0] : add_arena(paths);
	struct gv_span copy = {0};
	if (arena != NULL)
		copy = gv_arena_copy(arena, gv_span_of(path));
	if (copy.at == NULL)
		return gv_fail_memory(err);
	return add(paths, (struct gv_path){.path = copy.at, .named = true}, err);
}

enum gv_status gv_paths_add(struct gv_paths *paths, const char *path, const struct gv_walk *walk,
                            struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat(NULL, path, true, &stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	return stat.type == GV_OS_FOLDER ? add_below(paths, path, walk, err)
	                                 : add_named(paths, path, err);
}
