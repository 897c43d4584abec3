/* The POSIX side of platform/os.h: files and folders, signals, terminal, conversion. */
#include "platform/os.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <iconv.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "platform/posix.h"

struct gv_os_dir {
	int fd;
};

int posix_fd(const struct gv_os_dir *dir)
{
	return dir == NULL ? AT_FDCWD : dir->fd;
}

static int open_at(int dir, const char *name, int flags, mode_t mode, int *out)
{
	int fd = -1;
	do {
		fd = openat(dir, name, flags | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return errno;
	*out = fd;
	return 0;
}

/* Where a name is looked up: a folder, opened on the way there or the caller's. */
struct spot {
	int fd;
	const char *name;
	int opened; /* to be closed, or -1 */
};

static void leave_spot(struct spot *spot)
{
	if (spot->opened >= 0)
		close(spot->opened);
}

/* Goes down the folders of the path until the rest is short enough for one call. */
static int go_down(struct spot *spot)
{
	char part[PATH_MAX];
	while (strlen(spot->name) >= sizeof part) {
		size_t len = sizeof part - 1;
		while (len > 0 && spot->name[len - 1] != '/')
			len--;
		if (len == 0)
			return ENAMETOOLONG;
		memcpy(part, spot->name, len);
		part[len] = '\0';
		int next = -1;
		int code = open_at(spot->fd, part, O_RDONLY | O_DIRECTORY, 0, &next);
		if (code != 0)
			return code;
		leave_spot(spot);
		spot->fd = spot->opened = next;
		for (spot->name += len; *spot->name == '/'; spot->name++) {
		}
	}
	if (*spot->name == '\0')
		spot->name = ".";
	return 0;
}

static int find_spot(struct spot *spot, struct gv_os_dir *dir, const char *name)
{
	*spot = (struct spot){posix_fd(dir), name, -1};
	if (name[0] == '\0' || strlen(name) < PATH_MAX)
		return 0;
	int code = go_down(spot);
	if (code != 0)
		leave_spot(spot);
	return code;
}

static int open_name(struct gv_os_dir *dir, const char *name, int flags, int *out)
{
	struct spot spot;
	int code = find_spot(&spot, dir, name);
	if (code != 0)
		return code;
	code = open_at(spot.fd, spot.name, flags, 0, out);
	leave_spot(&spot);
	return code;
}

static int stat_name(struct gv_os_dir *dir, const char *name, int flags, struct stat *out)
{
	struct spot spot;
	int code = find_spot(&spot, dir, name);
	if (code != 0)
		return code;
	code = fstatat(spot.fd, spot.name, out, flags) == 0 ? 0 : errno;
	leave_spot(&spot);
	return code;
}

int gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name)
{
	struct gv_os_dir *dir = malloc(sizeof *dir);
	if (dir == NULL)
		return ENOMEM;
	int code = open_name(parent, name, O_RDONLY | O_DIRECTORY, &dir->fd);
	if (code != 0) {
		free(dir);
		return code;
	}
	*out = dir;
	return 0;
}

void gv_os_close_dir(struct gv_os_dir *dir)
{
	if (dir == NULL)
		return;
	close(dir->fd);
	free(dir);
}

/* True when the user wants the program to end and gv_os_hold_signals keeps it from knowing. */
static bool is_asked_to_end(void)
{
	static const int asks[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t pending;
	if (gv_os_ending() != 0)
		return true;
	if (sigpending(&pending) != 0)
		return false;
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
		if (sigismember(&pending, asks[i]) == 1)
			return true;
	}
	return false;
}

static void sleep_for(uint64_t milliseconds)
{
	struct timespec pause = {.tv_nsec = (long)milliseconds * 1000 * 1000};
	nanosleep(&pause, NULL);
}

/* Tried again and again: a wait in flock could not be given up. */
int gv_os_hold_dir(struct gv_os_dir *dir, uint64_t limit)
{
	uint64_t begun = gv_os_clock();
	for (;;) {
		if (flock(dir->fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0;
		if (is_asked_to_end())
			return EINTR;
		if (gv_os_clock() - begun >= limit)
			return EAGAIN;
		sleep_for(2);
	}
}

/* In short pieces: the signal may come to another thread, or be held back. */
int gv_os_pause(uint64_t milliseconds)
{
	const uint64_t piece = 10;
	uint64_t begun = gv_os_clock();
	for (uint64_t done = 0; done < milliseconds; done = gv_os_clock() - begun) {
		if (is_asked_to_end())
			return EINTR;
		sleep_for(milliseconds - done < piece ? milliseconds - done : piece);
	}
	return is_asked_to_end() ? EINTR : 0;
}

int gv_os_sync_dir(struct gv_os_dir *dir)
{
	int code = gv_os_sync(dir->fd);
	/* Some file systems have nothing to sync for a folder and say so. */
	return code == EINVAL || code == ENOTSUP ? 0 : code;
}

static enum gv_os_type type_of_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return GV_OS_FILE;
	if (S_ISDIR(mode))
		return GV_OS_FOLDER;
	return S_ISLNK(mode) ? GV_OS_LINK : GV_OS_OTHER;
}

/* A type that the folder itself does not tell is asked of the file. */
static enum gv_os_type type_of_entry(int dir, const char *name, unsigned char kind)
{
	struct stat st;
	switch (kind) {
	case POSIX_KIND_FILE:
		return GV_OS_FILE;
	case POSIX_KIND_FOLDER:
		return GV_OS_FOLDER;
	case POSIX_KIND_LINK:
		return GV_OS_LINK;
	case POSIX_KIND_UNKNOWN:
		return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? type_of_mode(st.st_mode)
		                                                         : GV_OS_OTHER;
	default:
		return GV_OS_OTHER;
	}
}

/* Passes a name on, with its type. */
struct lister {
	int dir;
	bool (*each)(void *context, const char *name, enum gv_os_type type);
	void *context;
};

static bool pass_name(void *context, const char *name, unsigned char kind)
{
	struct lister *lister = context;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	return lister->each(lister->context, name, type_of_entry(lister->dir, name, kind));
}

int gv_os_list(struct gv_os_dir *dir, const char *name,
               bool (*each)(void *context, const char *name, enum gv_os_type type), void *context)
{
	struct lister lister = {-1, each, context};
	int code = open_name(dir, name, O_RDONLY | O_DIRECTORY, &lister.dir);
	if (code != 0)
		return code;
	code = posix_list(lister.dir, pass_name, &lister);
	close(lister.dir);
	return code;
}

int gv_os_open(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_name(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, file);
}

int gv_os_open_itself(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_name(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, file);
}

int gv_os_create(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_at(posix_fd(dir), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
	               S_IRUSR | S_IWUSR, file);
}

int gv_os_create_shared(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_at(posix_fd(dir), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
	               S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH, file);
}

int gv_os_create_readable(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_at(posix_fd(dir), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
	               S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, file);
}

int gv_os_open_to_write(struct gv_os_dir *dir, const char *name, int *file)
{
	return open_name(dir, name, O_WRONLY | O_APPEND | O_NOCTTY, file);
}

int gv_os_read(int file, void *bytes, size_t size, size_t *got)
{
	ssize_t count;
	do {
		count = read(file, bytes, size);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return errno;
	*got = (size_t)count;
	return 0;
}

int gv_os_write(int file, const void *bytes, size_t size)
{
	const char *at = bytes;
	while (size > 0) {
		ssize_t count = write(file, at, size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? errno : EIO;
		at += count;
		size -= (size_t)count;
	}
	return 0;
}

int gv_os_sync(int file)
{
	return posix_sync(file);
}

int gv_os_close(int file)
{
	/* After EINTR the descriptor is gone on Linux and unspecified elsewhere: never again. */
	return close(file) == 0 || errno == EINTR ? 0 : errno;
}

static uint64_t nanoseconds(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

static void fill(struct gv_os_stat *out, const struct stat *st)
{
#ifdef __APPLE__
	const struct timespec *changed = &st->st_ctimespec;
	const struct timespec *written = &st->st_mtimespec;
#else
	const struct timespec *changed = &st->st_ctim;
	const struct timespec *written = &st->st_mtim;
#endif
	*out = (struct gv_os_stat){
		.type = type_of_mode(st->st_mode),
		.device = (uint64_t)st->st_dev,
		.inode = (uint64_t)st->st_ino,
		.links = (uint64_t)st->st_nlink,
		.size = (uint64_t)st->st_size,
		.mode = (uint32_t)(st->st_mode & 07777),
		.owner = (uint32_t)st->st_uid,
		.group = (uint32_t)st->st_gid,
		.changed = nanoseconds(changed),
		.written = nanoseconds(written),
	};
}

int gv_os_stat_file(int file, struct gv_os_stat *out)
{
	struct stat st;
	if (fstat(file, &st) != 0)
		return errno;
	fill(out, &st);
	return 0;
}

int gv_os_stat_dir(struct gv_os_dir *dir, struct gv_os_stat *out)
{
	return gv_os_stat_file(dir->fd, out);
}

int gv_os_stat(struct gv_os_dir *dir, const char *name, bool follow, struct gv_os_stat *out)
{
	struct stat st;
	int code = stat_name(dir, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, &st);
	if (code == 0)
		fill(out, &st);
	return code;
}

bool gv_os_writable(struct gv_os_dir *dir, const char *name, const struct gv_os_stat *stat)
{
	if ((stat->mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0)
		return false;
	if (geteuid() == 0)
		return true;
	struct spot spot;
	if (find_spot(&spot, dir, name) != 0)
		return false;
	bool writable = faccessat(spot.fd, spot.name, W_OK, AT_EACCESS) == 0;
	leave_spot(&spot);
	return writable;
}

int gv_os_copy_attributes(int from, int to, const struct gv_os_stat *from_stat,
                          struct gv_os_stat *had)
{
	int code = gv_os_stat_file(to, had);
	if (code != 0)
		return code;
	if (had->owner != from_stat->owner || had->group != from_stat->group) {
		if (fchown(to, (uid_t)from_stat->owner, (gid_t)from_stat->group) != 0)
			return errno;
	}
	code = posix_copy_xattrs(from, to);
	if (code != 0)
		return code;
	/* Last: chown clears set-id bits, and an ACL's mask is the group's part of the mode. */
	return fchmod(to, (mode_t)from_stat->mode) == 0 ? 0 : errno;
}

int gv_os_rename(struct gv_os_dir *dir, const char *from, const char *to)
{
	return renameat(posix_fd(dir), from, posix_fd(dir), to) == 0 ? 0 : errno;
}

int gv_os_rename_new(struct gv_os_dir *dir, const char *from, const char *to)
{
	struct gv_os_stat stat;
	int code = posix_rename_new(posix_fd(dir), from, to);
	if (code != ENOTSUP)
		return code;
	code = gv_os_stat(dir, to, false, &stat);
	return code == ENOENT ? gv_os_rename(dir, from, to) : code == 0 ? EEXIST : code;
}

int gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b)
{
	return posix_swap(posix_fd(dir), a, b);
}

int gv_os_remove(struct gv_os_dir *dir, const char *name)
{
	return unlinkat(posix_fd(dir), name, 0) == 0 ? 0 : errno;
}

/* Takes away what the umask took; the umask itself is that of all threads. */
static int open_to_all(int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return errno;
	mode_t wanted = (st.st_mode & 07777) | S_IRWXU | S_IRWXG | S_IRWXO;
	return fchmod(fd, wanted) == 0 ? 0 : errno;
}

int gv_os_make_dir(struct gv_os_dir *dir, const char *name)
{
	int made = -1;
	if (mkdirat(posix_fd(dir), name, S_IRWXU | S_IRWXG | S_IRWXO) != 0)
		return errno;
	int code = open_at(posix_fd(dir), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &made);
	if (code == 0) {
		code = open_to_all(made);
		close(made);
	}
	if (code != 0)
		unlinkat(posix_fd(dir), name, AT_REMOVEDIR);
	return code;
}

int gv_os_remove_dir(struct gv_os_dir *dir, const char *name)
{
	return unlinkat(posix_fd(dir), name, AT_REMOVEDIR) == 0 ? 0 : errno;
}

int gv_os_make_folder(struct gv_os_dir *dir, const char *name)
{
	struct spot spot;
	int code = find_spot(&spot, dir, name);
	if (code != 0)
		return code;
	code = mkdirat(spot.fd, spot.name, S_IRWXU) == 0 || errno == EEXIST ? 0 : errno;
	leave_spot(&spot);
	return code;
}

/* FOLDER and PART, one behind the other. */
static int join_path(const char *folder, const char *part, char **out)
{
	size_t size = strlen(folder) + strlen(part) + 1;
	char *path = malloc(size);
	if (path == NULL)
		return ENOMEM;
	snprintf(path, size, "%s%s", folder, part);
	*out = path;
	return 0;
}

/* XDG Base Directory Specification: a path that is not absolute is passed over. */
int gv_os_state_folder(char **out)
{
	const char *home = getenv("HOME");
#ifdef __APPLE__
	static const char part[] = "/Library/Application Support";
#else
	static const char part[] = "/.local/state";
	const char *state = getenv("XDG_STATE_HOME");
	if (state != NULL && state[0] == '/')
		return join_path(state, "", out);
#endif
	return home == NULL || home[0] != '/' ? ENOENT : join_path(home, part, out);
}

int gv_os_resolve(const char *path, char **out)
{
	char *real = realpath(path, NULL);
	if (real == NULL)
		return errno;
	*out = real;
	return 0;
}

/* Reads the link into *OUT, which has SIZE bytes; EAGAIN when it is longer than that. */
static int read_link_into(const struct spot *spot, char *out, size_t size)
{
	ssize_t len = readlinkat(spot->fd, spot->name, out, size);
	if (len < 0)
		return errno;
	if ((size_t)len >= size)
		return EAGAIN;
	out[len] = '\0';
	return 0;
}

int gv_os_read_link(struct gv_os_dir *dir, const char *name, char **out)
{
	struct spot spot;
	int code = find_spot(&spot, dir, name);
	if (code != 0)
		return code;
	code = EAGAIN;
	for (size_t size = 256; code == EAGAIN; size *= 2) {
		char *target = malloc(size);
		code = target == NULL ? ENOMEM : read_link_into(&spot, target, size);
		if (code == 0)
			*out = target;
		else
			free(target);
	}
	leave_spot(&spot);
	return code;
}

int gv_os_may_use(struct gv_os_dir *dir, const char *name)
{
	struct spot spot;
	int code = find_spot(&spot, dir, name);
	if (code != 0)
		return code;
	code = faccessat(spot.fd, spot.name, R_OK | W_OK, AT_EACCESS) == 0 ? 0 : errno;
	leave_spot(&spot);
	return code;
}

uint64_t gv_os_clock(void)
{
	struct timespec now = {0};
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t gv_os_now(void)
{
	struct timespec now = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(&now);
}

int gv_os_random(uint64_t *out)
{
	int fd = -1;
	int code = open_at(AT_FDCWD, "/dev/urandom", O_RDONLY, 0, &fd);
	if (code != 0)
		return code;
	size_t got = 0;
	code = gv_os_read(fd, out, sizeof *out, &got);
	close(fd);
	return code == 0 && got != sizeof *out ? EIO : code;
}

static _Thread_local sigset_t held_before;
static _Thread_local unsigned held_depth;

void gv_os_hold_signals(void)
{
	static const int endings[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGPIPE,
	                              SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGTSTP};
	sigset_t hold;
	if (held_depth++ > 0)
		return;
	sigemptyset(&hold);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		sigaddset(&hold, endings[i]);
	pthread_sigmask(SIG_BLOCK, &hold, &held_before);
}

void gv_os_release_signals(void)
{
	if (--held_depth == 0)
		pthread_sigmask(SIG_SETMASK, &held_before, NULL);
}

/*
 * A file that is opened while a standard one is closed would take its number, and be read or
 * written for it. What takes it now fails as the closed one would.
 */
static void occupy_closed(void)
{
	static const int refusing[] = {O_WRONLY, O_RDONLY, O_RDONLY};
	for (int file = 0; file <= 2; file++) {
		int taken = -1;
		if (fcntl(file, F_GETFD) < 0)
			open_at(AT_FDCWD, "/dev/null", refusing[file], 0, &taken);
	}
}

void gv_os_prepare_process(void)
{
	signal(SIGXFSZ, SIG_IGN);
	occupy_closed();
}

static atomic_int noted_ending; /* lock-free wherever there are threads: a handler may set it */

static void note_ending(int signal)
{
	noted_ending = signal;
}

static void note_signal(int number)
{
	struct sigaction now;
	if (sigaction(number, NULL, &now) != 0 || now.sa_handler == SIG_IGN)
		return;
	struct sigaction note = {.sa_handler = note_ending, .sa_flags = SA_RESTART};
	sigemptyset(&note.sa_mask);
	sigaction(number, &note, NULL);
}

void gv_os_note_endings(void)
{
	note_signal(SIGINT);
	note_signal(SIGTERM);
	note_signal(SIGHUP);
	signal(SIGPIPE, SIG_IGN);
}

int gv_os_ending(void)
{
	return noted_ending;
}

void gv_os_end_by(int number)
{
	sigset_t only;
	sigemptyset(&only);
	sigaddset(&only, number);
	signal(number, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &only, NULL);
	raise(number);
}

int gv_os_broken_pipe(void)
{
	return SIGPIPE;
}

bool gv_os_is_user(uint32_t user)
{
	return geteuid() == 0 || geteuid() == (uid_t)user;
}

const char *gv_os_environment(const char *name)
{
	const char *value = getenv(name);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

bool gv_os_is_terminal(int file)
{
	return isatty(file) == 1;
}

unsigned gv_os_columns(int file)
{
	struct winsize size = {0};
	return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool gv_os_glob(const char *glob, const char *text, bool whole_path)
{
	return fnmatch(glob, text, whole_path ? FNM_PATHNAME : 0) == 0;
}

struct gv_os_converter {
	iconv_t handle;
};

int gv_os_open_converter(struct gv_os_converter **out, const char *to, const char *from)
{
	struct gv_os_converter *converter = malloc(sizeof *converter);
	if (converter == NULL)
		return ENOMEM;
	converter->handle = iconv_open(to, from);
	if (converter->handle == (iconv_t)-1) {
		int code = errno;
		free(converter);
		return code;
	}
	*out = converter;
	return 0;
}

void gv_os_close_converter(struct gv_os_converter *converter)
{
	if (converter == NULL)
		return;
	iconv_close(converter->handle);
	free(converter);
}

/* What a converter may hold back: a letter that waits for a mark to combine with. */
enum { HELD_SIZE = 16 };

int gv_os_convert(struct gv_os_converter *converter, const char *in, size_t in_size, size_t *taken,
                  char *out, size_t out_size, size_t *made)
{
	char *from = (char *)(uintptr_t)in; /* iconv's prototype lacks a const */
	size_t left = in_size;
	char *to = out;
	size_t room = out_size - HELD_SIZE;
	size_t result = iconv(converter->handle, &from, &left, &to, &room);
	int code = result == (size_t)-1 ? errno : 0;
	if (code != E2BIG) {
		room += HELD_SIZE;
		iconv(converter->handle, NULL, NULL, &to, &room);
	}
	*taken = in_size - left;
	*made = (size_t)(to - out);
	return code;
}
