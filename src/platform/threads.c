/* The POSIX side of the threads in platform/os.h. */
#include "platform/os.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct gv_os_thread {
	pthread_t handle;
	void (*run)(void *context);
	void *context;
};

static void *enter(void *argument)
{
	struct gv_os_thread *thread = argument;
	thread->run(thread->context);
	return NULL;
}

int gv_os_start_thread(struct gv_os_thread **out, void (*run)(void *context), void *context)
{
	sigset_t all;
	sigset_t before;
	struct gv_os_thread *thread = malloc(sizeof *thread);
	if (thread == NULL)
		return ENOMEM;
	*thread = (struct gv_os_thread){.run = run, .context = context};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* the new thread inherits it */
	int code = pthread_create(&thread->handle, NULL, enter, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code != 0)
		free(thread);
	else
		*out = thread;
	return code;
}

void gv_os_join_thread(struct gv_os_thread *thread)
{
	pthread_join(thread->handle, NULL);
	free(thread);
}

struct gv_os_gate {
	pthread_mutex_t inside;
	pthread_cond_t news;
};

int gv_os_new_gate(struct gv_os_gate **out)
{
	struct gv_os_gate *gate = malloc(sizeof *gate);
	if (gate == NULL)
		return ENOMEM;
	int code = pthread_mutex_init(&gate->inside, NULL);
	if (code == 0 && (code = pthread_cond_init(&gate->news, NULL)) != 0)
		pthread_mutex_destroy(&gate->inside);
	if (code != 0)
		free(gate);
	else
		*out = gate;
	return code;
}

void gv_os_free_gate(struct gv_os_gate *gate)
{
	if (gate == NULL)
		return;
	pthread_cond_destroy(&gate->news);
	pthread_mutex_destroy(&gate->inside);
	free(gate);
}

void gv_os_enter_gate(struct gv_os_gate *gate)
{
	pthread_mutex_lock(&gate->inside);
}

void gv_os_leave_gate(struct gv_os_gate *gate)
{
	pthread_mutex_unlock(&gate->inside);
}

void gv_os_wait_at_gate(struct gv_os_gate *gate)
{
	pthread_cond_wait(&gate->news, &gate->inside);
}

void gv_os_wake_gate(struct gv_os_gate *gate)
{
	pthread_cond_broadcast(&gate->news);
}
