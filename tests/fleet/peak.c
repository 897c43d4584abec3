/*
 * peak FILE COMMAND [ARGUMENT...]: runs COMMAND and writes to FILE how long it took in nanoseconds,
 * its peak memory in kilobytes and its exit status.
 *
 * A program of its own because Linux counts what the starting process had before exec: started
 * from a large interpreter, a small program seems large.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	long long start = now();
	pid_t child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	int status = 0;
	struct rusage usage = {0};
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return 2;
	long long took = now() - start;
	FILE *file = fopen(argv[1], "w");
	if (file == NULL)
		return 2;
	fprintf(file, "%lld %ld %d\n", took, usage.ru_maxrss,
	        WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	return fclose(file) == 0 ? 0 : 2;
}
