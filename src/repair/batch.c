#include <gpuvirt/batch.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/walk.h"
#include "lock/write.h"
#include "repair/prepare.h"
#include "repair/surroundings.h"

/*
 * A window is what is staged, made durable and renamed together. It is closed when it holds this
 * much, or after this long: whoever waits for the answers, or presses Ctrl-C, is not kept waiting.
 */
enum {
	WINDOW_FILES = 32768,
	WINDOW_BYTES =
		64 << 20,  /* of old texts, kept until they are seen to be what is displaced */
	WINDOW_READ = 200, /* milliseconds, when nothing is written */
	WINDOW_WRITE = 2000,
	CHUNK = 4, /* few: each file may be large, and all of a chunk are read */
};

/* So many files or folders on one file system are made durable by a call each; more by one sync. */
enum { FEW = 16 };

/* A file whose new text lies ready. */
struct pending {
	struct gv_staged staged;
	struct gv_buf original; /* that the staged one compares with */
	struct slot *slot;
	bool committed;
	struct gv_error *trouble; /* why it failed, or NULL */
	struct gv_lock_options lock;
};

/* One file of the window. */
struct slot {
	void *rendered;
	bool looked_at;
	bool short_of;           /* failed for want of what the others of the window hold */
	struct pending *pending; /* NULL when there is nothing to write */
};

struct window {
	const struct gv_batch *batch;
	bool sync_each_text;             /* when it is staged */
	struct gv_surroundings **around; /* one for each worker */
	unsigned workers;
	struct slot *slots;
	size_t cap;
	size_t first; /* index of the first slot's file */
	size_t count; /* slots that were looked at */
	uint64_t close_at;
	atomic_size_t bytes;
	struct pending **queue;   /* the pending ones in order */
	struct pending **by_file; /* the same, those of one file together */
	size_t queued;
	size_t *runs; /* where a run of files in one folder begins in the queue; QUEUED at the end
	               */
	size_t run_count;
	bool sync_each_folder;
	bool lock_all; /* with GV_LOCK_AUTO: VMware's lock is held on every file */
};

/* For a failure that cannot even be written down. */
static struct gv_error no_memory = {.status = GV_ENOMEM, .message = "out of memory"};

static bool is_over(const struct window *window)
{
	const struct gv_batch *batch = window->batch;
	return gv_os_ending() != 0 || (batch->is_over != NULL && batch->is_over(batch->context));
}

static bool is_full(void *context)
{
	struct window *window = context;
	return is_over(window) || atomic_load(&window->bytes) > WINDOW_BYTES ||
	       gv_os_clock() >= window->close_at;
}

static void note_trouble(struct pending *pending, const struct gv_error *err)
{
	if (pending->trouble != NULL)
		return;
	pending->trouble = malloc(sizeof *err);
	if (pending->trouble == NULL)
		pending->trouble = &no_memory;
	else
		*pending->trouble = *err;
}

static void free_pending(struct pending *pending)
{
	gv_staged_drop(&pending->staged);
	gv_buf_dispose(&pending->original);
	if (pending->trouble != &no_memory)
		free(pending->trouble);
	free(pending);
}

static struct gv_repair_options options_for(const struct window *window, unsigned worker,
                                            size_t index)
{
	struct gv_repair_options options = *window->batch->options;
	options.surroundings = window->around[worker];
	options.listed = window->batch->paths[index].folder;
	if (window->batch->policies != NULL)
		options.policy = window->batch->policies[index];
	return options;
}

static const char *path_of(const struct window *window, size_t index)
{
	const char *path = window->batch->paths[index].path;
	return strcmp(path, "-") == 0 && window->batch->paths[index].named ? NULL : path;
}

/* Lays the planned text ready beside the file. */
static enum gv_status stage(struct window *window, struct slot *slot, struct gv_place *place,
                            const struct gv_file *file, struct gv_repair *repair,
                            struct gv_error *err)
{
	const struct gv_batch *batch = window->batch;
	struct pending *pending = calloc(1, sizeof *pending);
	if (pending == NULL)
		return gv_fail_memory(err);
	enum gv_status status =
		gv_stage(&pending->staged, place, file, gv_buf_span(&repair->plan.text),
	                 batch->options->backup, window->sync_each_text, err);
	repair->written = status == GV_OK;
	if (status != GV_OK) {
		free_pending(pending);
		return status;
	}
	gv_place_close(&pending->staged.place); /* files may be many, descriptors are few */
	pending->lock = prepare_locks(repair, batch->options);
	pending->slot = slot;
	slot->pending = pending;
	return GV_OK;
}

/* True of a failure for want of room or descriptors, which the files of a window share. */
static bool is_shortage(const struct gv_error *err)
{
	return err->code == ENOSPC || err->code == EDQUOT || err->code == EMFILE ||
	       err->code == ENFILE;
}

/* One file, up to its staged text, and what is to be said of it. */
static void look_at(void *context, unsigned worker, size_t piece)
{
	struct window *window = context;
	const struct gv_batch *batch = window->batch;
	struct slot *slot = &window->slots[piece];
	size_t index = window->first + piece;
	const struct gv_error *known = batch->paths[index].trouble;
	struct gv_error err = known != NULL ? *known : (struct gv_error){0};
	struct gv_repair_options options = options_for(window, worker, index);
	struct planner planner = {.plan = plan_by_rules, .options = &options};
	struct gv_repair repair = {0};
	struct gv_file file = {0};
	struct gv_place place = {0};
	const char *path = path_of(window, index);
	enum gv_status status = err.status;
	if (status == GV_OK)
		status = prepare_file(&repair, &file, &place, path, &planner, &err);
	repair.original = file.text; /* the document borrows it */
	repair.from_input = path == NULL;
	if (status == GV_OK && prepare_wants_write(&repair, path, &options))
		stage(window, slot, &place, &file, &repair, &err);
	slot->rendered = batch->render(batch->context, index, &repair, &err);
	slot->looked_at = true;
	slot->short_of = known == NULL && path != NULL && is_shortage(&err);
	if (slot->pending != NULL) {
		slot->pending->original = repair.original;
		repair.original = (struct gv_buf){0};
		atomic_fetch_add(&window->bytes,
		                 slot->pending->original.cap + sizeof *slot->pending);
	}
	gv_place_leave(&place);
	gv_repair_dispose(&repair);
}

static void tell_progress(void *context, size_t begun)
{
	struct window *window = context;
	const struct gv_batch *batch = window->batch;
	if (batch->progress != NULL)
		batch->progress(batch->context, window->first + begun);
}

/* The first phase: read, plan and stage until the window is full. */
static void fill_window(struct window *window)
{
	const struct gv_batch *batch = window->batch;
	size_t left = batch->count - window->first;
	memset(window->slots, 0, window->cap * sizeof *window->slots);
	atomic_store(&window->bytes, 0);
	window->close_at =
		gv_os_clock() + (uint64_t)(batch->options->write ? WINDOW_WRITE : WINDOW_READ);
	struct gv_job job = {
		.count = left < window->cap ? left : window->cap,
		.chunk = CHUNK,
		.work = look_at,
		.is_enough = is_full,
		.after = tell_progress,
		.context = window,
	};
	window->count = gv_pool_run(batch->pool, &job);
}

/* Puts what is to be written in a row, and notes where a new folder begins. */
static void queue_pending(struct window *window)
{
	window->queued = 0;
	window->run_count = 0;
	const char *folder = NULL;
	for (size_t i = 0; i < window->count; i++) {
		struct pending *pending = window->slots[i].pending;
		if (pending == NULL)
			continue;
		const char *here = pending->staged.place.folder;
		if (folder == NULL || strcmp(folder, here) != 0)
			window->runs[window->run_count++] = window->queued;
		folder = here;
		window->queue[window->queued++] = pending;
	}
	window->runs[window->run_count] = window->queued;
}

/* By the file that is to be replaced, then by the order of the files. */
static int compare_files(const void *left, const void *right)
{
	const struct pending *a = *(struct pending *const *)left;
	const struct pending *b = *(struct pending *const *)right;
	const struct gv_os_stat *x = &a->staged.was;
	const struct gv_os_stat *y = &b->staged.was;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return a->slot < b->slot ? -1 : 1;
}

/*
 * A file that was named twice is replaced once: its second text, made from the old one, is given
 * up, and it starts over behind the others, when it is the new one that is read.
 */
static void give_up_doubles(struct window *window)
{
	struct gv_error err = {0};
	gv_fail(&err, GV_ECHANGED, "is named twice");
	memcpy(window->by_file, window->queue, window->queued * sizeof(struct pending *));
	qsort(window->by_file, window->queued, sizeof(struct pending *), compare_files);
	for (size_t i = 1; i < window->queued; i++) {
		const struct gv_os_stat *last = &window->by_file[i - 1]->staged.was;
		const struct gv_os_stat *here = &window->by_file[i]->staged.was;
		if (last->device == here->device && last->inode == here->inode)
			note_trouble(window->by_file[i], &err);
	}
}

static void sync_one(void *context, unsigned worker, size_t piece)
{
	struct window *window = context;
	struct pending *pending = window->queue[piece];
	struct gv_error err = {0};
	(void)worker;
	enum gv_status status = gv_place_reenter(&pending->staged.place, &err);
	if (status == GV_OK)
		status = gv_staged_sync(&pending->staged, &err);
	gv_place_close(&pending->staged.place);
	if (status != GV_OK)
		note_trouble(pending, &err);
}

static uint64_t device_at(const struct window *window, size_t i)
{
	return window->queue[i]->staged.place.device;
}

/* Syncs the file system that the folder of PENDING is on. ENOTSUP: it must be done file by file. */
static int sync_around(struct pending *pending)
{
	struct gv_error err = {0};
	struct gv_place *place = &pending->staged.place;
	int code = gv_place_reenter(place, &err) == GV_OK ? gv_os_sync_around(place->dir) : ENOTSUP;
	gv_place_close(place);
	return code;
}

/* True when all of the queue is on one file system, as it nearly always is. */
static bool is_one_device(const struct window *window)
{
	for (size_t i = 1; i < window->queued; i++) {
		if (device_at(window, i) != device_at(window, 0))
			return false;
	}
	return true;
}

/* The second phase: no new text gets its name before it is on the disk. */
static void make_durable(struct window *window)
{
	if (window->batch->durability == GV_DURABLE_NONE || window->sync_each_text)
		return;
	if (window->queued > FEW && is_one_device(window) && sync_around(window->queue[0]) == 0)
		return;
	struct gv_job job = {
		.count = window->queued, .chunk = 1, .work = sync_one, .context = window};
	gv_pool_run(window->batch->pool, &job);
}

/* Makes the names in the folder of the place durable. */
static enum gv_status sync_names(const struct gv_place *place, struct gv_error *err)
{
	int code = gv_os_sync_dir(place->dir);
	return code == 0 ? GV_OK
	                 : gv_fail_system(err, code, "replaced, but a power cut may undo it");
}

static size_t index_of(const struct window *window, const struct slot *slot)
{
	return window->first + (size_t)(slot - window->slots);
}

/*
 * Of many files a lock each would cost more than the rest: with GV_LOCK_AUTO it is held where
 * somebody may ask for it.
 */
static struct gv_lock_options locks_of(const struct window *window, const struct pending *pending,
                                       const struct gv_place *place)
{
	struct gv_lock_options how = pending->lock;
	bool alone = !window->lock_all && !pending->staged.place.linked;
	if (how.mode == GV_LOCK_AUTO && alone && gv_os_is_local(place->dir))
		how.mode = GV_LOCK_NEVER;
	return how;
}

/* Changes the names of one file under VMware's lock; the folder is open at PLACE, and held. */
static enum gv_status change_names(struct window *window, struct pending *pending,
                                   const struct gv_place *place, struct gv_error *err)
{
	struct gv_staged *staged = &pending->staged;
	struct lock_hold hold = {.how = locks_of(window, pending, place)};
	staged->confirm = lock_hold_confirm;
	staged->confirm_context = &hold;
	enum gv_status status = lock_hold_names(
		&hold, &staged->place, path_of(window, index_of(window, pending->slot)), err);
	if (status == GV_OK)
		status = gv_staged_commit(staged, err);
	lock_hold_end(&hold);
	return status;
}

/* Commits one file; the folder is open at PLACE, and held. */
static void commit(struct window *window, struct pending *pending, const struct gv_place *place)
{
	struct gv_error err = {0};
	struct gv_os_dir *own = pending->staged.place.dir;
	pending->staged.place.dir = place->dir;
	enum gv_status status = change_names(window, pending, place, &err);
	pending->committed = status == GV_OK;
	if (status == GV_OK && window->batch->durability == GV_DURABLE_FILE)
		status = sync_names(place, &err);
	pending->staged.place.dir = own;
	if (status != GV_OK)
		note_trouble(pending, &err);
}

static void fail_run(struct window *window, size_t from, size_t to, const struct gv_error *err)
{
	for (size_t i = from; i < to; i++)
		note_trouble(window->queue[i], err);
}

/* Makes the names of a run durable; its folder is open. Files that were not replaced are well. */
static void sync_run(struct window *window, size_t run)
{
	struct gv_error err = {0};
	size_t from = window->runs[run];
	if (sync_names(&window->queue[from]->staged.place, &err) == GV_OK)
		return;
	for (size_t i = from; i < window->runs[run + 1]; i++) {
		if (window->queue[i]->committed)
			note_trouble(window->queue[i], &err);
	}
}

/* Files of one folder, which is held for all of them. */
static void commit_run(void *context, unsigned worker, size_t piece)
{
	struct window *window = context;
	size_t from = window->runs[piece];
	size_t to = window->runs[piece + 1];
	struct gv_place *place = &window->queue[from]->staged.place;
	struct gv_error err = {0};
	(void)worker;
	enum gv_status status = gv_place_reenter(place, &err);
	if (status == GV_OK)
		status = gv_place_hold(place, window->batch->options->lock.timeout, &err);
	for (size_t i = from; status == GV_OK && i < to && !is_over(window); i++) {
		if (window->queue[i]->trouble == NULL)
			commit(window, window->queue[i], place);
	}
	if (status == GV_OK && window->sync_each_folder)
		sync_run(window, piece);
	gv_place_close(place);
	if (status != GV_OK)
		fail_run(window, from, to, &err);
}

/* Where one sync of the file system cannot do it: the names in one folder. */
static void sync_folder(void *context, unsigned worker, size_t piece)
{
	struct window *window = context;
	size_t from = window->runs[piece];
	struct gv_place *place = &window->queue[from]->staged.place;
	struct gv_error err = {0};
	(void)worker;
	if (gv_place_reenter(place, &err) == GV_OK)
		sync_run(window, piece);
	else
		fail_run(window, from, window->runs[piece + 1], &err);
	gv_place_close(place);
}

/* True when every file of the window is to be locked, as far as the options do not say never. */
static bool is_lock_wanted(const struct window *window)
{
	bool always = window->batch->options->lock.mode != GV_LOCK_AUTO;
	return always || window->queued <= FEW || lock_vmware_may_run();
}

/* The third phase: the names change, folder by folder, and are made durable. */
static void commit_all(struct window *window)
{
	bool batched = window->batch->durability == GV_DURABLE_BATCH;
	bool few = window->run_count <= FEW || !is_one_device(window);
	window->sync_each_folder = batched && few;
	window->lock_all = is_lock_wanted(window);
	if (window->lock_all)
		lock_prepare(&window->batch->options->lock);
	struct gv_job job = {
		.count = window->run_count, .chunk = 1, .work = commit_run, .context = window};
	gv_pool_run(window->batch->pool, &job);
	if (!batched || few || sync_around(window->queue[0]) == 0)
		return;
	job.work = sync_folder;
	gv_pool_run(window->batch->pool, &job);
}

/* Says anew of a file whose commit failed what became of it. */
static void render_again(struct window *window, struct slot *slot, const struct gv_repair *repair,
                         const struct gv_error *err)
{
	const struct gv_batch *batch = window->batch;
	size_t index = index_of(window, slot);
	if (slot->rendered != NULL)
		batch->discard(batch->context, slot->rendered);
	slot->rendered = batch->render(batch->context, index, repair, err);
}

/* Another program changed the file meanwhile, or room was short: all over again, for it alone. */
static void start_over(struct window *window, struct slot *slot)
{
	size_t index = index_of(window, slot);
	struct gv_repair_options options = options_for(window, 0, index);
	struct gv_repair repair = {0};
	struct gv_error err = {0};
	gv_repair_file(&repair, path_of(window, index), &options, &err);
	render_again(window, slot, &repair, &err);
	gv_repair_dispose(&repair);
}

/* The last phase: what failed is said, what was not committed is removed. */
static void settle_slot(struct window *window, struct slot *slot)
{
	struct pending *pending = slot->pending;
	struct gv_repair nothing = {0};
	slot->pending = NULL;
	bool changed = pending->trouble != NULL && pending->trouble->status == GV_ECHANGED;
	if (pending->trouble == NULL && !pending->committed)
		slot->looked_at = false; /* the run was stopped before its turn came */
	if (pending->trouble != NULL && !changed)
		render_again(window, slot, &nothing, pending->trouble);
	free_pending(pending);
	if (changed)
		start_over(window, slot);
}

/* Gives out the answers in order, and returns how many. */
static size_t deliver_window(struct window *window)
{
	const struct gv_batch *batch = window->batch;
	size_t delivered = 0;
	for (size_t i = 0; i < window->count; i++) {
		struct slot *slot = &window->slots[i];
		if (slot->pending != NULL)
			settle_slot(window, slot);
		else if (slot->short_of && !is_over(window))
			start_over(window, slot);
		if (!slot->looked_at) {
			if (slot->rendered != NULL)
				batch->discard(batch->context, slot->rendered);
			continue;
		}
		batch->deliver(batch->context, window->first + i, slot->rendered);
		delivered++;
	}
	return delivered;
}

static size_t run_window(struct window *window)
{
	fill_window(window);
	queue_pending(window);
	if (window->queued > 1)
		give_up_doubles(window);
	if (window->queued > 0 && !is_over(window)) {
		make_durable(window);
		commit_all(window);
	}
	return deliver_window(window);
}

static void close_window(struct window *window)
{
	for (unsigned i = 0; window->around != NULL && i < window->workers; i++)
		gv_surroundings_free(window->around[i]);
	free(window->around);
	free(window->slots);
	free(window->queue);
	free(window->by_file);
	free(window->runs);
}

/* A worker without surroundings is only slower: a folder is then listed for each of its files. */
static bool open_window(struct window *window, const struct gv_batch *batch)
{
	size_t cap = batch->count < WINDOW_FILES ? batch->count : WINDOW_FILES;
	unsigned workers = batch->pool == NULL ? 1 : gv_pool_workers(batch->pool);
	*window = (struct window){.batch = batch, .workers = workers, .cap = cap};
	window->sync_each_text = batch->durability == GV_DURABLE_FILE ||
	                         (batch->durability == GV_DURABLE_BATCH && batch->count <= FEW);
	window->around = calloc(workers, sizeof *window->around);
	window->slots = calloc(cap + 1, sizeof *window->slots);
	window->queue = calloc(cap + 1, sizeof(struct pending *));
	window->by_file = calloc(cap + 1, sizeof(struct pending *));
	window->runs = calloc(cap + 1, sizeof *window->runs);
	if (window->around == NULL || window->slots == NULL || window->queue == NULL ||
	    window->by_file == NULL || window->runs == NULL)
		return false;
	for (unsigned i = 0; i < workers; i++)
		window->around[i] = gv_surroundings_new();
	return true;
}

enum gv_status gv_batch_run(const struct gv_batch *batch, size_t *done, struct gv_error *err)
{
	struct window window;
	*done = 0;
	bool opened = open_window(&window, batch);
	while (opened && window.first < batch->count && !is_over(&window)) {
		*done += run_window(&window);
		window.first += window.count;
	}
	close_window(&window);
	return opened ? GV_OK : gv_fail_memory(err);
}
