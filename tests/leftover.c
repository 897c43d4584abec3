/*
 * leftover USE ORIGINAL TARGET: prints the name that a gpuvirt which is dead by now would have
 * given to a temporary file of the use USE (k, n, c, u) beside TARGET, whose inode was ORIGINAL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/temporary.h"

/* In a child, which has ended when its name is used. */
static int print_name(char **argv)
{
	char name[GV_TEMP_SIZE];
	gv_temp_name(name, (enum gv_temp_use)argv[1][0], strtoull(argv[2], NULL, 10), argv[3], (struct gv_span){0});
	return puts(name) < 0 || fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	int status = 1;
	if (argc != 4)
		return 1;
	pid_t child = fork();
	if (child == 0)
		_exit(print_name(argv));
	return child < 0 || waitpid(child, &status, 0) != child || status != 0;
}
