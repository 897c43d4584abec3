/*
 * bare [-j N] [-d] FOLDER: the least that a durable repair of a tree has to do.
 *
 * Reads every .vmx below FOLDER, stages the new text of those that need one beside them, syncs the
 * file system once, renames. It keeps the mode and nothing else, makes no backup, asks for no lock,
 * looks for no other writer and understands nothing of what it reads: no tool should be faster than
 * this, and the distance to it is what gpuvirt's care costs. With -d the folders are made durable
 * too, by a second sync, which is what gpuvirt promises.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TEXT = 65536, MAX_PATH = 4096, MAX_WORKERS = 64, SHARE = 64 };

static const char no_3d[] = "mks.enable3d = \"FALSE\"\n";
static const char with_3d[] = "mks.enable3d = \"TRUE\"\n";
static const char stale[] = "vmotion.svga.";

/* The files, and for each whether it was staged. */
static char **paths;
static bool *staged;
static size_t count;
static size_t room;
static atomic_size_t next;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void add(const char *path)
{
	if (count == room) {
		room = room == 0 ? 1024 : room * 2;
		paths = realloc(paths, room * sizeof *paths);
	}
	if (paths == NULL || (paths[count++] = strdup(path)) == NULL)
		die("memory");
}

/* PATH has LEN bytes of MAX_PATH. */
static void walk(char *path, size_t len)
{
	DIR *dir = opendir(path);
	if (dir == NULL)
		die(path);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		size_t name = strlen(entry->d_name);
		if (entry->d_name[0] == '.' || len + name + 2 > MAX_PATH)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, entry->d_name, name + 1);
		if (entry->d_type == DT_DIR)
			walk(path, len + 1 + name);
		else if (name > 4 && strcmp(entry->d_name + name - 4, ".vmx") == 0)
			add(path);
	}
	path[len] = '\0';
	closedir(dir);
}

/* Copies TEXT to OUT with its repair; returns the new length. */
static size_t repair(const char *text, size_t len, char *out)
{
	char *to = out;
	for (const char *line = text, *end = text + len; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((stop == NULL ? end : stop + 1) - line);
		if (size == sizeof no_3d - 1 && memcmp(line, no_3d, size) == 0)
			to = mempcpy(to, with_3d, sizeof with_3d - 1);
		else if (size < sizeof stale || memcmp(line, stale, sizeof stale - 1) != 0)
			to = mempcpy(to, line, size);
		line += size;
	}
	return (size_t)(to - out);
}

static void name_staged(char *out, const char *path)
{
	snprintf(out, MAX_PATH, "%s.staged", path);
}

static void stage(const char *path, mode_t mode, const char *text, size_t len)
{
	char name[MAX_PATH];
	name_staged(name, path);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fchmod(fd, mode & 07777) != 0)
		die(name);
	close(fd);
}

/* Reads a file and stages it when it needs repair. */
static bool look_at(const char *path)
{
	static _Thread_local char text[MAX_TEXT];
	static _Thread_local char out[MAX_TEXT];
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) != 0)
		die(path);
	ssize_t got = read(fd, text, sizeof text);
	close(fd);
	if (got < 0 || got == sizeof text)
		die(path);
	size_t len = (size_t)got;
	if (memmem(text, len, no_3d, sizeof no_3d - 1) == NULL &&
	    memmem(text, len, stale, sizeof stale - 1) == NULL)
		return false;
	stage(path, stat.st_mode, out, repair(text, len, out));
	return true;
}

static void put_in_place(const char *path)
{
	char name[MAX_PATH];
	name_staged(name, path);
	if (rename(name, path) != 0)
		die(path);
}

static void *stage_share(void *unused)
{
	for (size_t from; (from = atomic_fetch_add(&next, SHARE)) < count;)
		for (size_t i = from; i < from + SHARE && i < count; i++)
			staged[i] = look_at(paths[i]);
	return unused;
}

static void *rename_share(void *unused)
{
	for (size_t from; (from = atomic_fetch_add(&next, SHARE)) < count;)
		for (size_t i = from; i < from + SHARE && i < count; i++)
			if (staged[i])
				put_in_place(paths[i]);
	return unused;
}

/* Shares the files among the workers; the caller is one of them. */
static void share(int workers, void *(*work)(void *))
{
	pthread_t threads[MAX_WORKERS];
	next = 0;
	for (int i = 1; i < workers; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			die("pthread_create");
	work(NULL);
	for (int i = 1; i < workers; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	int workers = 1;
	bool folders = false;
	for (int option; (option = getopt(argc, argv, "j:d")) != -1;) {
		workers = option == 'j' ? atoi(optarg) : workers;
		folders = folders || option == 'd';
	}
	if (optind + 1 != argc || workers < 1 || workers > MAX_WORKERS || chdir(argv[optind]) != 0)
		die("usage: bare [-j N] [-d] FOLDER");
	char path[MAX_PATH] = ".";
	walk(path, 1);
	staged = calloc(count + 1, sizeof *staged);
	int root = open(".", O_RDONLY | O_CLOEXEC);
	if (staged == NULL || root < 0)
		die(".");
	share(workers, stage_share);
	if (syncfs(root) != 0)
		die("syncfs");
	share(workers, rename_share);
	if (folders && syncfs(root) != 0)
		die("syncfs");
	return 0;
}
