/*
 * lock_member PID NAME [STARTED]: prints a lock member as the program NAME, process PID of this
 * host, would write it; STARTED stands in for the process's true creation time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lock/lock.h"

int main(int argc, char **argv)
{
	struct lock_self self;
	char member[LOCK_MEMBER_SIZE] = {0};
	uint64_t started = 0;
	if (argc < 3)
		return 1;
	lock_self_find(&self); /* in a container nobody can be asked after by VMware's ID */
	gv_os_process(strtoll(argv[1], NULL, 10), &started);
	if (argc > 3)
		started = strtoull(argv[3], NULL, 10);
	snprintf(member, sizeof member, "%s %s-%" PRIu64 "(%s) 1 X %" PRIu64, self.machine, argv[1],
	         started, argv[2], started);
	return fwrite(member, 1, sizeof member, stdout) == sizeof member && fflush(stdout) == 0 ? 0
	                                                                                        : 1;
}
