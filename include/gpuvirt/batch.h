/*
 * Many files at once: a pool of workers, durability for a whole batch, answers in order.
 *
 * Knows how to share out files and when what is on the disk; knows nothing about how a repair is
 * shown.
 */
#ifndef GPUVIRT_BATCH_H
#define GPUVIRT_BATCH_H

#include <gpuvirt/repair.h>

struct gv_pool;
struct gv_path;

/* When a replaced file is safe from a power cut. Whole, old or new, it is in any case but NONE. */
enum gv_durability {
	GV_DURABLE_BATCH, /* many at a time: one sync for all new texts, one for all new names */
	GV_DURABLE_FILE,  /* each file by itself before the next */
	GV_DURABLE_NONE,  /* when the system gets round to it */
};

/*
 * What to do with COUNT files. Files are taken in order, several at a time; what is to be said of
 * one is made in the worker that had it (render) and given out in order by the caller's thread
 * (deliver).
 */
struct gv_batch {
	const struct gv_path *paths; /* "-" is standard input */
	size_t count;
	struct gv_pool *pool;                    /* NULL: this thread alone */
	const struct gv_repair_options *options; /* surroundings and listed are not used */
	const struct gv_policy *const *policies; /* of each file; NULL: that of OPTIONS for all */
	enum gv_durability durability;
	/*
	 * Called in several threads at once: what is to be said of the file INDEX, which went as
	 * ERR, if its status is not GV_OK, or REPAIR says; repair->written holds beforehand when
	 * the text is staged, and the file is rendered again should its commit fail. May return
	 * NULL.
	 */
	void *(*render)(void *context, size_t index, const struct gv_repair *repair,
	                const struct gv_error *err);
	/* Called in order, in the caller's thread; RENDERED is the callee's to free. */
	void (*deliver)(void *context, size_t index, void *rendered);
	/* Frees what is not delivered. */
	void (*discard)(void *context, void *rendered);
	/* Called now and then in the caller's thread: so many files have been looked at. */
	void (*progress)(void *context, size_t looked_at);
	/* True when the caller wants to stop; asked in several threads at once. May be NULL. */
	bool (*is_over)(void *context);
	void *context;
};

/*
 * Runs BATCH and sets *DONE to the number of files that were delivered: all, or fewer when it was
 * stopped (is_over, or a signal that gv_os_note_endings noted). What was staged by then is removed,
 * and each file is wholly old or wholly new. Memory and open files do not grow with count. Fails
 * with GV_ENOMEM only, before any file is touched; later each file fails by itself.
 */
enum gv_status gv_batch_run(const struct gv_batch *batch, size_t *done, struct gv_error *err);

#endif
