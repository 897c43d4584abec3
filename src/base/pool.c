#include "base/pool.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "platform/os.h"

struct gv_pool {
	unsigned workers;
	unsigned started; /* threads besides the calling one */
	bool tried;       /* to start them */
	struct gv_os_thread *threads[GV_POOL_LIMIT];
	struct gv_os_gate *gate;
	/* Inside the gate: */
	const struct gv_job *job; /* of the run that goes on */
	uint64_t run;             /* its number; a thread joins each run once */
	unsigned busy;            /* threads that have not finished it */
	unsigned numbers;         /* given to threads so far */
	bool closing;
	/* Without it: */
	atomic_size_t next; /* first piece that nobody has begun */
};

struct gv_pool *gv_pool_new(unsigned workers)
{
	struct gv_pool *pool = calloc(1, sizeof *pool);
	if (pool == NULL)
		return NULL;
	pool->workers = workers < 1 ? 1 : workers > GV_POOL_LIMIT ? GV_POOL_LIMIT : workers;
	return pool;
}

unsigned gv_pool_workers(const struct gv_pool *pool)
{
	return pool->workers;
}

/* Takes chunks until there are none; AFTER is the caller's alone. */
static void share(struct gv_pool *pool, const struct gv_job *job, unsigned worker)
{
	while (job->is_enough == NULL || !job->is_enough(job->context)) {
		size_t first = atomic_fetch_add(&pool->next, job->chunk);
		if (first >= job->count)
			return;
		size_t last = job->count - first > job->chunk ? first + job->chunk : job->count;
		for (size_t piece = first; piece < last; piece++)
			job->work(job->context, worker, piece);
		if (worker == 0 && job->after != NULL)
			job->after(job->context, last);
	}
}

/* A thread's life: wait for a run, take part, say so. */
static void serve(void *context)
{
	struct gv_pool *pool = context;
	uint64_t seen = 0;
	gv_os_enter_gate(pool->gate);
	unsigned worker = ++pool->numbers;
	while (!pool->closing) {
		if (pool->run == seen || pool->job == NULL) {
			gv_os_wait_at_gate(pool->gate);
			continue;
		}
		const struct gv_job *job = pool->job;
		seen = pool->run;
		pool->busy++;
		gv_os_leave_gate(pool->gate);
		share(pool, job, worker);
		gv_os_enter_gate(pool->gate);
		pool->busy--;
		gv_os_wake_gate(pool->gate);
	}
	gv_os_leave_gate(pool->gate);
}

static void start_threads(struct gv_pool *pool)
{
	pool->tried = true;
	if (pool->workers == 1 || gv_os_new_gate(&pool->gate) != 0)
		return;
	while (pool->started + 1 < pool->workers &&
	       gv_os_start_thread(&pool->threads[pool->started], serve, pool) == 0)
		pool->started++;
}

/* Opens JOB to the threads. */
static void announce(struct gv_pool *pool, const struct gv_job *job)
{
	gv_os_enter_gate(pool->gate);
	pool->job = job;
	pool->run++;
	gv_os_wake_gate(pool->gate);
	gv_os_leave_gate(pool->gate);
}

/* Closes the job: a thread that has not come yet need not come, the others are waited for. */
static void gather(struct gv_pool *pool)
{
	gv_os_enter_gate(pool->gate);
	pool->job = NULL;
	while (pool->busy > 0)
		gv_os_wait_at_gate(pool->gate);
	gv_os_leave_gate(pool->gate);
}

/* Without a pool: the same in this thread. */
static size_t run_alone(const struct gv_job *job)
{
	struct gv_pool alone = {.workers = 1};
	share(&alone, job, 0);
	size_t begun = atomic_load(&alone.next);
	return begun < job->count ? begun : job->count;
}

size_t gv_pool_run(struct gv_pool *pool, const struct gv_job *job)
{
	bool worth_it = job->count > job->chunk;
	if (pool == NULL)
		return run_alone(job);
	atomic_store(&pool->next, 0);
	if (worth_it && !pool->tried)
		start_threads(pool);
	bool shared = worth_it && pool->started > 0;
	if (shared)
		announce(pool, job);
	share(pool, job, 0);
	if (shared)
		gather(pool);
	size_t begun = atomic_load(&pool->next);
	return begun < job->count ? begun : job->count;
}

void gv_pool_free(struct gv_pool *pool)
{
	if (pool == NULL)
		return;
	if (pool->gate != NULL) {
		gv_os_enter_gate(pool->gate);
		pool->closing = true;
		gv_os_wake_gate(pool->gate);
		gv_os_leave_gate(pool->gate);
	}
	for (unsigned i = 0; i < pool->started; i++)
		gv_os_join_thread(pool->threads[i]);
	gv_os_free_gate(pool->gate);
	free(pool);
}
