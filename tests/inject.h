/*
 * Failures put into chosen calls, for programs that wrap symbols (add_unit_test, -Wl,--wrap).
 *
 * A wrapper asks inject_now; the test arms it for the n-th call and reads afterwards whether that
 * call came to pass. Calls made while nothing is armed do not count.
 */
#ifndef GPUVIRT_TESTS_INJECT_H
#define GPUVIRT_TESTS_INJECT_H

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* What becomes of the chosen call. */
enum inject_how {
	INJECT_ONCE, /* it fails */
	INJECT_ON,   /* it fails, and all later ones of its kind do */
	INJECT_KILL, /* the program ends there, as by SIGKILL or a power cut */
};

static struct {
	bool armed;
	enum inject_how how;
	size_t at;          /* 1-based number of the call that fails; 0: none */
	int code;           /* its errno */
	size_t calls;       /* made so far */
	size_t failures;    /* put in so far */
	const char *symbol; /* of the failed call */
} inject;

static inline void inject_arm(size_t at, int code, enum inject_how how)
{
	memset(&inject, 0, sizeof inject);
	inject.at = at;
	inject.code = code;
	inject.how = how;
	inject.armed = true;
}

static inline void inject_stop(void)
{
	inject.armed = false;
}

/* True when this call of SYMBOL is to fail; errno is set then. */
static inline bool inject_now(const char *symbol)
{
	if (!inject.armed)
		return false;
	inject.calls++;
	bool again = inject.how == INJECT_ON && inject.symbol != NULL &&
	             strcmp(inject.symbol, symbol) == 0;
	if (inject.calls != inject.at && !again)
		return false;
	if (inject.how == INJECT_KILL)
		_exit(77);
	inject.failures++;
	inject.symbol = symbol;
	errno = inject.code;
	return true;
}

/* How many descriptors are open; the one that counts them always among them. */
static inline size_t inject_open_files(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");
	if (dir == NULL)
		return 0;
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

#endif
