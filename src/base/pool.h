/*
 * Workers that share out a row of pieces of work.
 *
 * Knows threads; knows nothing about the work. Who calls is one of the workers.
 */
#ifndef GPUVIRT_BASE_POOL_H
#define GPUVIRT_BASE_POOL_H

#include <gpuvirt/text.h>

struct gv_pool;

/* No more workers than this, whatever is asked for. */
enum { GV_POOL_LIMIT = 256 };

/*
 * What one run does: pieces [0, count), handed out in order, CHUNK at a time. WORK is called in
 * several threads at once, each with a number below gv_pool_workers of its own. AFTER, which may be
 * NULL, is called in the calling thread behind each chunk that it did itself, with the number of
 * pieces that were begun by then.
 */
struct gv_job {
	size_t count;
	size_t chunk;
	void (*work)(void *context, unsigned worker, size_t piece);
	/* True when no further chunk is to be begun; called from all threads. May be NULL. */
	bool (*is_enough)(void *context);
	void (*after)(void *context, size_t begun);
	void *context;
};

/* WORKERS at most, threads that the first run worth it starts. NULL when memory ran out. */
struct gv_pool *gv_pool_new(unsigned workers);

/* Ends the threads; NULL is fine. */
void gv_pool_free(struct gv_pool *pool);

unsigned gv_pool_workers(const struct gv_pool *pool);

/*
 * Does JOB and returns how many pieces were done: all, or fewer when it was enough; always the
 * first ones. A thread that cannot be started only makes it slower. POOL may be NULL: this thread
 * does it alone.
 */
size_t gv_pool_run(struct gv_pool *pool, const struct gv_job *job);

#endif
