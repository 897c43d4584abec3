/* The pool of workers: each piece once, in order, and in one thread when there are no others. */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/pool.h"

static unsigned threads_left; /* that can still be started */
static atomic_uint threads_started;

int __real_pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *),
                          void *at);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *),
                          void *at);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *how, void *(*run)(void *), void *at)
{
	if (threads_left == 0)
		return EAGAIN;
	threads_left--;
	atomic_fetch_add(&threads_started, 1);
	return __real_pthread_create(out, how, run, at);
}

enum { MOST = 5000 };

/* What a run did. */
static struct {
	atomic_uint done[MOST];
	atomic_uint workers[GV_POOL_LIMIT];
	unsigned worker_count;
	size_t enough_after; /* pieces that were begun; 0: never enough */
	atomic_size_t begun;
	pthread_t caller;
	size_t last_after;
	size_t after_calls;
	bool wrong;
} seen;

static void do_piece(void *context, unsigned worker, size_t piece)
{
	assert_ptr_equal(context, &seen);
	if (worker >= seen.worker_count || piece >= MOST)
		abort();
	atomic_fetch_add(&seen.done[piece], 1);
	atomic_fetch_add(&seen.workers[worker], 1);
	atomic_fetch_add(&seen.begun, 1);
}

static bool is_enough(void *context)
{
	(void)context;
	return atomic_load(&seen.begun) >= seen.enough_after;
}

static void note_after(void *context, size_t begun)
{
	(void)context;
	seen.wrong |= !pthread_equal(pthread_self(), seen.caller) || begun <= seen.last_after;
	seen.last_after = begun;
	seen.after_calls++;
}

static struct gv_job start_job(const struct gv_pool *pool, size_t count, size_t chunk)
{
	memset(&seen, 0, sizeof seen);
	seen.caller = pthread_self();
	seen.worker_count = pool == NULL ? 1 : gv_pool_workers(pool);
	return (struct gv_job){.count = count, .chunk = chunk, .work = do_piece, .context = &seen};
}

/* The first COUNT pieces were done once, no others. */
static void assert_done(size_t count)
{
	for (size_t i = 0; i < MOST; i++)
		assert_int_equal(atomic_load(&seen.done[i]), i < count);
}

static const size_t counts[] = {0, 1, 2, 3, 15, 16, 17, 100, 1000, MOST};
static const size_t chunks[] = {1, 2, 7, 16, MOST, SIZE_MAX / 2};

static void run_all_sizes(struct gv_pool *pool)
{
	for (size_t i = 0; i < COUNT(counts); i++) {
		for (size_t j = 0; j < COUNT(chunks); j++) {
			struct gv_job job = start_job(pool, counts[i], chunks[j]);
			assert_int_equal(gv_pool_run(pool, &job), counts[i]);
			assert_done(counts[i]);
		}
	}
}

static void each_piece_is_done_once(void **state)
{
	static const unsigned workers[] = {0, 1, 2, 3, 8, 64};
	(void)state;
	for (size_t i = 0; i < COUNT(workers); i++) {
		threads_left = GV_POOL_LIMIT;
		struct gv_pool *pool = gv_pool_new(workers[i]);
		assert_non_null(pool);
		run_all_sizes(pool);
		gv_pool_free(pool);
	}
}

static void without_a_pool_this_thread_does_it(void **state)
{
	(void)state;
	threads_left = 0;
	run_all_sizes(NULL);
	struct gv_job job = start_job(NULL, 100, 16);
	job.after = note_after;
	gv_pool_run(NULL, &job);
	assert_int_equal(seen.after_calls, 7);
	assert_int_equal(seen.last_after, 100);
	assert_false(seen.wrong);
}

static void number_of_workers_is_bounded(void **state)
{
	static const unsigned rows[][2] = {{0, 1},     {1, 1},     {8, 8},
	                                   {256, 256}, {257, 256}, {UINT32_MAX, 256}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_pool *pool = gv_pool_new(rows[i][0]);
		assert_int_equal(gv_pool_workers(pool), rows[i][1]);
		gv_pool_free(pool);
	}
	gv_pool_free(NULL);
}

static void threads_that_cannot_be_started_are_missed_by_nobody(void **state)
{
	(void)state;
	for (unsigned can = 0; can < 8; can++) {
		threads_left = can;
		atomic_store(&threads_started, 0);
		struct gv_pool *pool = gv_pool_new(8);
		run_all_sizes(pool);
		assert_int_equal(atomic_load(&threads_started), can < 7 ? can : 7);
		gv_pool_free(pool);
	}
}

static void one_chunk_starts_no_thread(void **state)
{
	(void)state;
	threads_left = GV_POOL_LIMIT;
	atomic_store(&threads_started, 0);
	struct gv_pool *pool = gv_pool_new(8);
	struct gv_job job = start_job(pool, 16, 16);
	gv_pool_run(pool, &job);
	assert_int_equal(atomic_load(&threads_started), 0);
	assert_int_equal(atomic_load(&seen.workers[0]), 16);
	gv_pool_free(pool);
}

static void enough_leaves_the_first_pieces_done(void **state)
{
	(void)state;
	threads_left = GV_POOL_LIMIT;
	struct gv_pool *pool = gv_pool_new(8);
	for (size_t enough = 0; enough < 400; enough += 13) {
		struct gv_job job = start_job(pool, 1000, 4);
		job.is_enough = is_enough;
		seen.enough_after = enough;
		size_t done = gv_pool_run(pool, &job);
		assert_done(done);
		assert_in_range(done, enough, enough + 8 * 4 + 3);
	}
	gv_pool_free(pool);
}

static void caller_alone_hears_of_progress(void **state)
{
	(void)state;
	threads_left = GV_POOL_LIMIT;
	struct gv_pool *pool = gv_pool_new(8);
	for (int i = 0; i < 50; i++) {
		struct gv_job job = start_job(pool, MOST, 8);
		job.after = note_after;
		gv_pool_run(pool, &job);
		assert_int_equal(seen.after_calls, (atomic_load(&seen.workers[0]) + 7) / 8);
		assert_false(seen.wrong);
	}
	gv_pool_free(pool);
}

/* Pieces that wait for each other: only threads that truly run at once come to an end. */
static atomic_uint waiting;

static void wait_for_the_other(void *context, unsigned worker, size_t piece)
{
	(void)context, (void)worker, (void)piece;
	atomic_fetch_add(&waiting, 1);
	while (atomic_load(&waiting) < 2) {
	}
}

static void two_workers_work_at_once(void **state)
{
	(void)state;
	threads_left = GV_POOL_LIMIT;
	struct gv_pool *pool = gv_pool_new(2);
	for (int i = 0; i < 20; i++) {
		atomic_store(&waiting, 0);
		struct gv_job job = {.count = 2, .chunk = 1, .work = wait_for_the_other};
		assert_int_equal(gv_pool_run(pool, &job), 2);
	}
	gv_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_piece_is_done_once),
		cmocka_unit_test(without_a_pool_this_thread_does_it),
		cmocka_unit_test(number_of_workers_is_bounded),
		cmocka_unit_test(threads_that_cannot_be_started_are_missed_by_nobody),
		cmocka_unit_test(one_chunk_starts_no_thread),
		cmocka_unit_test(enough_leaves_the_first_pieces_done),
		cmocka_unit_test(caller_alone_hears_of_progress),
		cmocka_unit_test(two_workers_work_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
