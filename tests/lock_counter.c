/*
 * lock_counter PATH ROUNDS LOCKED [idle]: takes VMware's lock on the file LOCKED, adds one to the
 * number in the file PATH, in two steps, and releases; so many times. Prints the longest wait in
 * milliseconds. "idle" only holds the lock for a moment: for processes that are killed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lock/portable.h"

static bool add_one(const char *path)
{
	long number = 0;
	FILE *file = fopen(path, "r+");
	if (file == NULL || fscanf(file, "%ld", &number) != 1)
		return false;
	usleep((useconds_t)(rand() % 2000));
	rewind(file);
	fprintf(file, "%ld", number + 1);
	return fclose(file) == 0;
}

static bool one_round(const struct lock_request *request, const char *path, uint64_t *longest)
{
	struct lock_portable lock = {0};
	struct gv_error err = {0};
	uint64_t begun = gv_os_clock();
	if (lock_take(&lock, request, &err) != GV_OK) {
		fprintf(stderr, "%s\n", err.message);
		return false;
	}
	uint64_t waited = gv_os_clock() - begun;
	*longest = waited > *longest ? waited : *longest;
	bool good = path != NULL ? add_one(path) : usleep(1000) == 0;
	good = good && lock_confirm(&lock, &err) == GV_OK;
	lock_release(&lock);
	return good;
}

int main(int argc, char **argv)
{
	uint64_t longest = 0;
	if (argc < 4)
		return 2;
	const char *slash = strrchr(argv[3], '/');
	const char *path = argc > 4 ? NULL : argv[1];
	struct lock_request request = {NULL, slash + 1, argv[3], 60000};
	srand((unsigned)getpid());
	*strrchr(argv[3], '/') = '\0';
	if (gv_os_open_dir(&request.dir, NULL, argv[3]) != 0)
		return 2;
	argv[3][strlen(argv[3])] = '/';
	for (long i = strtol(argv[2], NULL, 10); i > 0; i--) {
		if (!one_round(&request, path, &longest))
			return 1;
	}
	gv_os_close_dir(request.dir);
	printf("%llu\n", (unsigned long long)longest);
	return 0;
}
