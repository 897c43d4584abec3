/* The POSIX side of platform/run.h. */
#include "platform/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/os.h"

extern char **environ;

/* A pipe from the program to us; -1: closed. */
struct pipe_ends {
	int from;
	int to;
};

static void close_end(int *end)
{
	if (*end >= 0)
		close(*end);
	*end = -1;
}

/* Moves *END above the standard files, one of which may be closed here, and out of other programs.
 */
static int lift(int *end)
{
	int moved = fcntl(*end, F_DUPFD_CLOEXEC, 3);
	int code = moved < 0 ? errno : 0;
	close(*end);
	*end = moved;
	return code;
}

static int open_pipe(struct pipe_ends *ends)
{
	int both[2];
	if (pipe(both) != 0)
		return errno;
	*ends = (struct pipe_ends){both[0], both[1]};
	int code = lift(&ends->from);
	int other = lift(&ends->to);
	return code != 0 ? code : other;
}

/*
 * A session has a group of processes that can be ended at once, and no terminal, which would stop
 * a program in the background that touches it.
 */
#ifdef POSIX_SPAWN_SETSID
enum { SPAWN_APART = POSIX_SPAWN_SETSID };
#else
enum { SPAWN_APART = POSIX_SPAWN_SETPGROUP };
#endif

/* Signals as a program expects them at its start, whatever ours are. */
static int set_signals(posix_spawnattr_t *attributes, bool apart)
{
	sigset_t none;
	sigset_t usual;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (apart ? SPAWN_APART : 0);
	int code = posix_spawnattr_setflags(attributes, (short)flags);
	if (code == 0)
		code = posix_spawnattr_setsigmask(attributes, &none);
	if (code == 0)
		code = posix_spawnattr_setsigdefault(attributes, &usual);
	return code;
}

static int set_files(posix_spawn_file_actions_t *actions, const struct pipe_ends *out,
                     const struct pipe_ends *err)
{
	int code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(actions, out->to, 1);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(actions, err->to, 2);
	return code;
}

/* True when one of SETTINGS has the name of VARIABLE, "NAME=VALUE". */
static bool is_replaced(const char *variable, const char *const *settings)
{
	size_t name = strcspn(variable, "=") + 1;
	for (; *settings != NULL; settings++) {
		if (strncmp(variable, *settings, name) == 0)
			return true;
	}
	return false;
}

/* Our environment with SETTINGS: an array for the caller to free, of texts borrowed; or NULL. */
static const char **make_environment(const char *const *settings)
{
	size_t count = 0;
	while (environ[count] != NULL)
		count++;
	size_t more = 0;
	while (settings[more] != NULL)
		more++;
	const char **made = calloc(count + more + 1, sizeof *made);
	if (made == NULL)
		return NULL;
	size_t used = 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_replaced(environ[i], settings))
			made[used++] = environ[i];
	}
	memcpy(made + used, settings, more * sizeof *made);
	return made;
}

static int spawn_in(pid_t *pid, const struct gv_run_order *order, const char *const *environment,
                    const struct pipe_ends *out, const struct pipe_ends *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int code = posix_spawn_file_actions_init(&actions);
	if (code != 0)
		return code;
	code = posix_spawnattr_init(&attributes);
	if (code == 0) {
		code = set_signals(&attributes, order->milliseconds != 0);
		if (code == 0)
			code = set_files(&actions, out, err);
		if (code == 0)
			code = posix_spawnp(pid, order->argv[0], &actions, &attributes,
			                    (char *const *)(uintptr_t)order->argv,
			                    (char *const *)(uintptr_t)environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

static int spawn(pid_t *pid, const struct gv_run_order *order, const struct pipe_ends *out,
                 const struct pipe_ends *err)
{
	static const char *const none[] = {NULL};
	const char **environment =
		make_environment(order->settings == NULL ? none : order->settings);
	if (environment == NULL)
		return ENOMEM;
	int code = spawn_in(pid, order, environment, out, err);
	free(environment);
	return code;
}

/* Reads what there is from *END, which is closed at its end. Returns the bytes read. */
static size_t read_some(int *end, char *bytes, size_t size, int *code)
{
	ssize_t got;
	do {
		got = read(*end, bytes, size);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		*code = errno;
	if (got <= 0)
		close_end(end);
	return got > 0 ? (size_t)got : 0;
}

static int take_output(struct gv_run *run, int *end, size_t *cap, size_t limit)
{
	int code = 0;
	if (*cap - run->out_size < 2) {
		size_t more = *cap * 2;
		char *grown = more > *cap ? realloc(run->out, more) : NULL;
		if (grown == NULL)
			return ENOMEM;
		run->out = grown;
		*cap = more;
	}
	run->out_size += read_some(end, run->out + run->out_size, *cap - run->out_size - 1, &code);
	return code == 0 && run->out_size > limit ? EFBIG : code;
}

/* What does not fit is read and dropped: a full pipe would stop the program. */
static int take_error(struct gv_run *run, int *end, size_t *used)
{
	char dropped[512];
	int code = 0;
	size_t room = sizeof run->err - 1 - *used;
	if (room > 0)
		*used += read_some(end, run->err + *used, room, &code);
	else
		read_some(end, dropped, sizeof dropped, &code);
	return code;
}

/* How long poll may wait: until END on the clock, for ever when END is 0. */
static int time_left(uint64_t end)
{
	uint64_t now = end == 0 ? 0 : gv_os_clock();
	if (end == 0)
		return -1;
	uint64_t left = now >= end ? 0 : end - now;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* Waits until one of the pipes has something: 0, EINTR when none has yet, or ETIMEDOUT. */
static int wait_for_pipes(struct pollfd ready[2], uint64_t end)
{
	int count = poll(ready, 2, time_left(end));
	if (count < 0)
		return errno;
	return count == 0 ? ETIMEDOUT : 0;
}

/*
 * Reads both pipes, whichever has something, until both are at their end; ETIMEDOUT when that is
 * not so by END on the clock, unless END is 0.
 */
static int listen_to(struct gv_run *run, int *out, int *err, size_t limit, uint64_t end)
{
	size_t cap = 4096;
	size_t used = 0;
	int code = 0;
	run->out = malloc(cap);
	if (run->out == NULL)
		return ENOMEM;
	while (code == 0 && (*out >= 0 || *err >= 0)) {
		struct pollfd ready[2] = {{.fd = *out, .events = POLLIN},
		                          {.fd = *err, .events = POLLIN}};
		code = wait_for_pipes(ready, end);
		if (code != 0) {
			code = code == EINTR ? 0 : code;
			continue;
		}
		if (ready[0].revents != 0)
			code = take_output(run, out, &cap, limit);
		if (code == 0 && ready[1].revents != 0)
			code = take_error(run, err, &used);
	}
	run->out[run->out_size] = '\0';
	return code;
}

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Waits for the end of PID, until END on the clock unless that is 0: 0 or ETIMEDOUT. */
static int wait_for(struct gv_run *run, pid_t pid, uint64_t end)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	int status = 0;
	pid_t got;
	while ((got = waitpid(pid, &status, end == 0 ? 0 : WNOHANG)) != pid) {
		if (got == 0 && time_left(end) == 0)
			return ETIMEDOUT;
		if (got == 0)
			nanosleep(&moment, NULL);
		else if (errno != EINTR)
			break;
	}
	run->status = status_of(status);
	return 0;
}

/* Ends PID, and what it started when it is APART, and waits for it. */
static void end(struct gv_run *run, pid_t pid, bool apart)
{
	kill(apart ? -pid : pid, SIGKILL);
	wait_for(run, pid, 0);
}

/* Hears what PID says until it ends, or ends it. */
static int attend(struct gv_run *run, pid_t pid, int *out, int *err,
                  const struct gv_run_order *order)
{
	bool timed = order->milliseconds != 0;
	uint64_t until = timed ? gv_os_clock() + order->milliseconds : 0;
	int code = listen_to(run, out, err, order->limit, until);
	close_end(out);
	close_end(err);
	if (code == 0)
		code = wait_for(run, pid, until);
	if (code != 0)
		end(run, pid, timed);
	return code;
}

/* Where posix_spawn cannot tell that there is no such program, its place ends so (POSIX). */
static bool is_absent(const struct gv_run *run)
{
	return run->status == 127 && run->out_size == 0 && run->err[0] == '\0';
}

int gv_run_order(struct gv_run *run, const struct gv_run_order *order)
{
	struct pipe_ends out = {-1, -1};
	struct pipe_ends err = {-1, -1};
	pid_t pid = -1;
	int code = open_pipe(&out);
	if (code == 0)
		code = open_pipe(&err);
	if (code == 0)
		code = spawn(&pid, order, &out, &err);
	close_end(&out.to);
	close_end(&err.to);
	if (code == 0)
		code = attend(run, pid, &out.from, &err.from, order);
	close_end(&out.from);
	close_end(&err.from);
	return code == 0 && is_absent(run) ? ENOENT : code;
}

int gv_run_within(struct gv_run *run, const char *const *argv, size_t limit, unsigned milliseconds)
{
	return gv_run_order(
		run,
		&(struct gv_run_order){.argv = argv, .limit = limit, .milliseconds = milliseconds});
}

int gv_run(struct gv_run *run, const char *const *argv, size_t limit)
{
	return gv_run_within(run, argv, limit, 0);
}

void gv_run_dispose(struct gv_run *run)
{
	free(run->out);
	*run = (struct gv_run){0};
}
