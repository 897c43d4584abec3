/* What only Linux has: extended attributes, exchanging rename, /proc, VMware's host identity. */
#include "platform/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "platform/posix.h"

int posix_sync(int file)
{
	int result;
	do {
		result = fsync(file);
	} while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : errno;
}

/* As getdents64 fills it in. */
struct linux_entry {
	uint64_t inode;
	int64_t next;
	uint16_t size;
	unsigned char kind;
	char name[];
};

/* Of a library's DIR half the time would go into making it: a library of machines has many folders.
 */
int posix_list(int dir, bool (*each)(void *context, const char *name, unsigned char kind),
               void *context)
{
	_Alignas(struct linux_entry) char block[32768];
	for (;;) {
		long got = syscall(SYS_getdents64, dir, block, sizeof block);
		if (got <= 0)
			return got == 0 ? 0 : errno;
		for (long at = 0; at < got;) {
			const struct linux_entry *entry = (const void *)(block + at);
			if (!each(context, entry->name, entry->kind))
				return 0;
			at += entry->size;
		}
	}
}

/* Attributes that belong to the system, which may not let us set them. */
static bool is_system_attribute(const char *name)
{
	return strncmp(name, "security.", 9) == 0 || strncmp(name, "trusted.", 8) == 0;
}

static int copy_xattr(int from, int to, const char *name)
{
	char small[1024];
	char *value = small;
	ssize_t size = fgetxattr(from, name, small, sizeof small);
	if (size < 0 && errno == ERANGE) {
		value = malloc(XATTR_SIZE_MAX);
		size = value == NULL ? -1 : fgetxattr(from, name, value, XATTR_SIZE_MAX);
	}
	int code = size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) == 0 ? 0 : errno;
	if (value != small)
		free(value);
	if ((code == EPERM || code == EOPNOTSUPP || code == EACCES) && is_system_attribute(name))
		return 0;
	return code == ENODATA ? 0 : code; /* removed meanwhile */
}

/*
 * Removes an attribute that only the new file has: a folder's default ACL gives it one, which may
 * let in more people than the original does.
 */
static int remove_xattr(int from, int to, const char *name)
{
	if (is_system_attribute(name) || fgetxattr(from, name, NULL, 0) >= 0)
		return 0;
	return fremovexattr(to, name) == 0 || errno == ENODATA ? 0 : errno;
}

/* Calls EACH for the names of the attributes that LISTED has, which is FROM or TO. */
static int each_xattr(int listed, int from, int to, int (*each)(int, int, const char *))
{
	char small[512];
	char *names = small;
	int code = 0;
	ssize_t size = flistxattr(listed, small, sizeof small);
	if (size < 0 && errno == ERANGE) {
		names = malloc(XATTR_LIST_MAX);
		size = names == NULL ? -1 : flistxattr(listed, names, XATTR_LIST_MAX);
	}
	if (size < 0 && errno != EOPNOTSUPP && errno != ENOSYS)
		code = errno;
	for (ssize_t at = 0; code == 0 && at < size; at += (ssize_t)strlen(names + at) + 1)
		code = each(from, to, names + at);
	if (names != small)
		free(names);
	return code;
}

int posix_copy_xattrs(int from, int to)
{
	int code = each_xattr(to, from, to, remove_xattr);
	return code == 0 ? each_xattr(from, from, to, copy_xattr) : code;
}

/* renameat2, which older libcs do not have. */
static int rename_with(int dir, const char *from, const char *to, unsigned flag)
{
#ifdef SYS_renameat2
	if (syscall(SYS_renameat2, dir, from, dir, to, flag) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP ? ENOTSUP : errno;
#else
	(void)dir, (void)from, (void)to, (void)flag;
	return ENOTSUP;
#endif
}

int posix_rename_new(int dir, const char *from, const char *to)
{
	return rename_with(dir, from, to, 1U << 0); /* RENAME_NOREPLACE */
}

int posix_swap(int dir, const char *a, const char *b)
{
	return rename_with(dir, a, b, 1U << 1); /* RENAME_EXCHANGE */
}

enum gv_os_system gv_os_system(void)
{
	return GV_OS_LINUX;
}

int gv_os_sync_around(struct gv_os_dir *dir)
{
	return syncfs(posix_fd(dir)) == 0 ? 0 : errno;
}

/* Others, known or not, may be shared with another host: networks, FUSE, folders of a host. */
bool gv_os_is_local(struct gv_os_dir *dir)
{
	static const unsigned long local[] = {
		0xEF53,     /* ext2, ext3, ext4 */
		0x58465342, /* XFS */
		0x9123683E, /* btrfs */
		0xCA451A4E, /* bcachefs */
		0x2FC12FC1, /* ZFS */
		0xF2F52010, /* F2FS */
		0x01021994, /* tmpfs */
		0x858458F6, /* ramfs */
		0x794C7630, /* overlayfs */
		0x4D44,     /* FAT */
		0x2011BAB0, /* exFAT */
		0x7366746E, /* NTFS, by the kernel's own driver */
		0x3153464A, /* JFS */
		0x52654973, /* ReiserFS */
	};
	struct statfs system;
	if (fstatfs(posix_fd(dir), &system) != 0)
		return false;
	for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
		if ((unsigned long)system.f_type == local[i])
			return true;
	}
	return false;
}

void gv_os_expect_use(void *at, size_t size)
{
	const uintptr_t page = 2 << 20;
	uintptr_t from = ((uintptr_t)at + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)at + size) / page * page;
	if (to > from)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
}

unsigned gv_os_processors(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	int count = CPU_COUNT(&set);
	return count > 0 ? (unsigned)count : 1;
}

static uint32_t hash_name(const char *name)
{
	uint32_t hash = 5381;
	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

/* The host's canonical name: VMware asks the resolver and falls back to the node name. */
static uint32_t hash_host_name(void)
{
	struct utsname host;
	if (uname(&host) != 0)
		return 0;
	char room[1024];
	struct hostent entry;
	struct hostent *found = NULL;
	int trouble;
	if (gethostbyname_r(host.nodename, &entry, room, sizeof room, &found, &trouble) == 0 &&
	    found != NULL)
		return hash_name(found->h_name);
	return hash_name(host.nodename);
}

/* The address of the first of eth0 to eth7 that exists; zeroes with today's interface names. */
static void hardware_address(unsigned char out[6])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	for (int i = 0; i < 8; i++) {
		struct ifreq request = {0};
		snprintf(request.ifr_name, sizeof request.ifr_name, "eth%d", i);
		if (ioctl(fd, SIOCGIFHWADDR, &request) == 0) {
			memcpy(out, request.ifr_hwaddr.sa_data, 6);
			break;
		}
		if (errno != ENODEV)
			break;
	}
	close(fd);
}

enum { MACHINE_ID_SIZE = 17 };

/* Lock facts 4, old form: base64 of name hash, hardware address and two zeroes, '/' as '-'. */
static void find_machine_id(char out[MACHINE_ID_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
	unsigned char raw[12] = {0};
	uint32_t hash = hash_host_name();
	for (int i = 0; i < 4; i++)
		raw[i] = (unsigned char)(hash >> (8 * i));
	hardware_address(raw + 4);
	for (int i = 0; i < 4; i++) {
		uint32_t group =
			(uint32_t)raw[i * 3] << 16 | (uint32_t)raw[i * 3 + 1] << 8 | raw[i * 3 + 2];
		for (int j = 0; j < 4; j++)
			out[i * 4 + j] = digits[group >> (18 - 6 * j) & 63];
	}
	out[MACHINE_ID_SIZE - 1] = '\0';
}

/* Asked once: the resolver may have to ask a network. */
int gv_os_machine_id(char *out, size_t size)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char id[MACHINE_ID_SIZE];
	if (size < sizeof id)
		return ERANGE;
	pthread_mutex_lock(&lock);
	if (id[0] == '\0')
		find_machine_id(id);
	memcpy(out, id, sizeof id);
	pthread_mutex_unlock(&lock);
	return 0;
}

/* Reads the beginning of the small file NAME as a text; false when there is nothing to read. */
static bool read_small(char *text, size_t size, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* Field 22 of /proc/PID/stat, counted behind the ")" that ends the name; 0 when unreadable. */
static uint64_t creation_time(int64_t pid)
{
	char path[64];
	char text[1024];
	snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	if (!read_small(text, sizeof text, path))
		return 0;
	const char *at = strrchr(text, ')');
	for (int field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at == NULL ? 0 : strtoull(at + 1, NULL, 10);
}

enum gv_os_life gv_os_process(int64_t pid, uint64_t *started)
{
	*started = 0;
	if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return GV_OS_DEAD;
	*started = creation_time(pid);
	return GV_OS_ALIVE;
}

struct process_walk {
	bool (*each)(void *context, const char *name);
	void *context;
};

/* A process that ends meanwhile has no name any more, and does not matter. */
static bool take_process(void *context, const char *name, enum gv_os_type type)
{
	const struct process_walk *walk = context;
	char path[64];
	char text[64];
	(void)type;
	if (name[0] < '1' || name[0] > '9')
		return true;
	snprintf(path, sizeof path, "/proc/%.20s/comm", name);
	if (!read_small(text, sizeof text, path))
		return true;
	text[strcspn(text, "\n")] = '\0';
	return walk->each(walk->context, text);
}

int gv_os_list_processes(bool (*each)(void *context, const char *name), void *context)
{
	struct process_walk walk = {each, context};
	return gv_os_list(NULL, "/proc", take_process, &walk);
}

/* A hash of the first line of FILE, 0 when it cannot be read. */
static uint32_t hash_file(const char *name)
{
	char text[256];
	if (!read_small(text, sizeof text, name))
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return hash_name(text);
}

/* The kernel numbers the first sets of process numbers and of times so, at every start. */
static bool is_first_set(const char *name, ino_t first)
{
	struct stat set;
	return stat(name, &set) == 0 ? set.st_ino == first : errno == ENOENT;
}

static void find_self(struct gv_os_self *out)
{
	struct stat space = {0};
	struct utsname host;
	*out = (struct gv_os_self){.pid = (int64_t)getpid()};
	out->started = creation_time(out->pid);
	out->boot = hash_file("/proc/sys/kernel/random/boot_id");
	out->machine = hash_file("/etc/machine-id");
	if (out->machine == 0 && uname(&host) == 0)
		out->machine = hash_name(host.nodename);
	if (stat("/proc/self/ns/pid", &space) == 0)
		out->space = (uint32_t)space.st_ino;
}

/* Asked once, and again by a child of this process. */
void gv_os_self(struct gv_os_self *out)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct gv_os_self self;
	pthread_mutex_lock(&lock);
	if (self.pid != (int64_t)getpid())
		find_self(&self);
	*out = self;
	pthread_mutex_unlock(&lock);
}

/* Times of another set differ from those that VMware reads (time_namespaces). */
bool gv_os_sees_host(void)
{
	struct gv_os_self self;
	gv_os_self(&self);
	return self.space == 0xEFFFFFFC && is_first_set("/proc/self/ns/time", 0xEFFFFFFA);
}

/* Not a name that breaks the line: VMware reads no other. */
void gv_os_program_name(char out[GV_OS_NAME_SIZE])
{
	char text[1024];
	out[0] = '\0';
	if (!read_small(text, sizeof text, "/proc/self/stat"))
		return;
	const char *from = strchr(text, '(');
	const char *to = strrchr(text, ')');
	const char *line = strchr(text, '\n');
	const size_t most = 64;
	if (from == NULL || to == NULL || to < from || (line != NULL && line < to))
		return;
	size_t len = (size_t)(to - from) + 1;
	len = len < most ? len : most;
	for (size_t i = 0; i < len; i++)
		out[i] = from[i] == ' ' ? '_' : from[i];
	out[len - 1] = ')';
	out[len] = '\0';
}

/* Where the first process hides (hidepid, a container) others may too. */
bool gv_os_sees_all_processes(void)
{
	char first[64];
	return gv_os_sees_host() && read_small(first, sizeof first, "/proc/1/comm");
}

/* WSL registers its interpreter for Windows programs; the name with -late is of systemd's order. */
enum gv_os_windows gv_os_windows(void)
{
	bool runs_exe = access("/proc/sys/fs/binfmt_misc/WSLInterop", F_OK) == 0 ||
	                access("/proc/sys/fs/binfmt_misc/WSLInterop-late", F_OK) == 0;
	return runs_exe || getenv("WSL_INTEROP") != NULL ? GV_OS_WINDOWS_OF_WSL : GV_OS_NO_WINDOWS;
}
