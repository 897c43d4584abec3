/*
 * POSIX systems other than Linux (macOS, the BSDs): untested, nothing here could run it. Where a
 * fact is not known the answer is the careful one: a lock of unknown origin is foreign.
 */
#include "platform/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/posix.h"

int posix_sync(int file)
{
	int result;
	do {
#ifdef F_FULLFSYNC
		result = fcntl(file, F_FULLFSYNC); /* fsync on macOS stops at the drive's cache */
#else
		result = fsync(file);
#endif
	} while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : errno;
}

int posix_list(int dir, bool (*each)(void *context, const char *name, unsigned char kind),
               void *context)
{
	int copy = dup(dir); /* closedir closes what it reads */
	DIR *stream = copy < 0 ? NULL : fdopendir(copy);
	if (stream == NULL) {
		int code = errno;
		if (copy >= 0)
			close(copy);
		return code;
	}
	for (;;) {
		unsigned char kind = POSIX_KIND_UNKNOWN;
		errno = 0;
		const struct dirent *entry = readdir(stream);
		int code = errno;
		if (entry != NULL) {
#ifdef DT_UNKNOWN
			kind = entry->d_type;
#endif
		}
		if (entry == NULL || !each(context, entry->d_name, kind)) {
			closedir(stream);
			return entry == NULL ? code : 0;
		}
	}
}

int posix_copy_xattrs(int from, int to)
{
	(void)from, (void)to;
	return 0;
}

int posix_rename_new(int dir, const char *from, const char *to)
{
	(void)dir, (void)from, (void)to;
	return ENOTSUP;
}

int posix_swap(int dir, const char *a, const char *b)
{
	(void)dir, (void)a, (void)b;
	return ENOTSUP;
}

int gv_os_sync_around(struct gv_os_dir *dir)
{
	(void)dir;
	return ENOTSUP;
}

/* Not known: the careful answer. */
bool gv_os_is_local(struct gv_os_dir *dir)
{
	(void)dir;
	return false;
}

void gv_os_expect_use(void *at, size_t size)
{
	(void)at, (void)size;
}

unsigned gv_os_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	return count > 0 ? (unsigned)count : 1;
}

/* Which machine and which start of it is not known: 0, and nobody's traces are judged by it. */
void gv_os_self(struct gv_os_self *out)
{
	*out = (struct gv_os_self){.pid = (int64_t)getpid()};
}

bool gv_os_sees_host(void)
{
	return false;
}

bool gv_os_sees_all_processes(void)
{
	return false;
}

void gv_os_program_name(char out[GV_OS_NAME_SIZE])
{
	out[0] = '\0';
}

int gv_os_machine_id(char *out, size_t size)
{
	(void)out, (void)size;
	return ENOSYS;
}

int gv_os_list_processes(bool (*each)(void *context, const char *name), void *context)
{
	(void)each, (void)context;
	return ENOTSUP;
}

enum gv_os_system gv_os_system(void)
{
#ifdef __APPLE__
	return GV_OS_MACOS;
#else
	return GV_OS_ANOTHER;
#endif
}

enum gv_os_life gv_os_process(int64_t pid, uint64_t *started)
{
	*started = 0;
	return kill((pid_t)pid, 0) != 0 && errno == ESRCH ? GV_OS_DEAD : GV_OS_ALIVE;
}

enum gv_os_windows gv_os_windows(void)
{
	return GV_OS_NO_WINDOWS;
}
