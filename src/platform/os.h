/*
 * What differs between operating systems, behind one header: files, folders, signals, processes,
 * terminal, character conversion.
 *
 * Knows system calls; knows nothing about gpuvirt. The lowest floor: it includes nothing of ours.
 * posix.c is the one side there is today; a Win32 side implements the same header.
 *
 * Functions that can fail return 0 or an errno. Paths and names are the system's bytes, NUL-ended.
 * Calls that a signal can interrupt are repeated: no EINTR comes out of open, read, write and sync.
 */
#ifndef GPUVIRT_PLATFORM_OS_H
#define GPUVIRT_PLATFORM_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gv_os_type { GV_OS_FILE, GV_OS_FOLDER, GV_OS_LINK, GV_OS_OTHER };

struct gv_os_stat {
	enum gv_os_type type;
	uint64_t device;
	uint64_t inode; /* device and inode together name the file */
	uint64_t links; /* names the file has */
	uint64_t size;  /* bytes */
	uint32_t mode;  /* permission bits */
	uint32_t owner;
	uint32_t group;
};

/* An open folder; names given with it are looked up in it. NULL means the working directory. */
struct gv_os_dir;

/* Opens the folder NAME in PARENT. *OUT is the caller's, to be closed with gv_os_close_dir. */
int gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name);
void gv_os_close_dir(struct gv_os_dir *dir);

/*
 * Waits until no other program that asks holds DIR; held until DIR is closed. EAGAIN after ten
 * seconds, EINTR when a signal that is held back asks the program to end. Where the file system
 * knows no such locks it is as if nobody asked.
 */
int gv_os_hold_dir(struct gv_os_dir *dir);

/* Makes renames in DIR durable. */
int gv_os_sync_dir(struct gv_os_dir *dir);

/*
 * Calls EACH for every name in DIR but "." and "..", in no order, until it returns false. The type
 * is that of the name itself: links are not followed.
 */
int gv_os_list(struct gv_os_dir *dir,
               bool (*each)(void *context, const char *name, enum gv_os_type type), void *context);

/* Opens NAME to read; *FILE is to be closed with gv_os_close. Never blocks on a FIFO. */
int gv_os_open(struct gv_os_dir *dir, const char *name, int *file);

/* Creates NAME, which must not exist, for this user alone, and opens it to write. */
int gv_os_create(struct gv_os_dir *dir, const char *name, int *file);

/* Reads up to SIZE bytes; *GOT is 0 at the end of the file. */
int gv_os_read(int file, void *bytes, size_t size, size_t *got);

/* Writes all SIZE bytes or fails. */
int gv_os_write(int file, const void *bytes, size_t size);

/* Makes the content of FILE durable. */
int gv_os_sync(int file);

/* Closes FILE, whatever is returned. A failure means that written data may be lost. */
int gv_os_close(int file);

int gv_os_stat_file(int file, struct gv_os_stat *out);

/* The name itself when it is a link and not FOLLOW. */
int gv_os_stat(struct gv_os_dir *dir, const char *name, bool follow, struct gv_os_stat *out);

/* True when this user may write NAME by its permissions; root may too when any write bit is set. */
bool gv_os_writable(struct gv_os_dir *dir, const char *name);

/*
 * Gives the file TO the owner, group, extended attributes (ACLs among them) and, last, the mode
 * of the file FROM. Attributes that only the system may set (security.*, trusted.*) are passed
 * over where it refuses them.
 */
int gv_os_copy_attributes(int from, int to, const struct gv_os_stat *from_stat);

int gv_os_rename(struct gv_os_dir *dir, const char *from, const char *to);

/* Swaps what two names stand for, in one step. ENOTSUP when the file system cannot. */
int gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b);

int gv_os_remove(struct gv_os_dir *dir, const char *name);

/* PATH with all links followed, absolute. *OUT is the caller's to free. */
int gv_os_resolve(const char *path, char **out);

/* Milliseconds on a clock that only goes forward. */
uint64_t gv_os_clock(void);

/* A number nobody can foresee, for names of temporary files. */
int gv_os_random(uint64_t *out);

/*
 * Holds back the signals that end a program (SIGINT, SIGTERM, SIGHUP, ...) for this thread until
 * gv_os_release_signals. Not to be nested.
 */
void gv_os_hold_signals(void);
void gv_os_release_signals(void);

/* For main: a write beyond a size limit fails with EFBIG instead of ending the program. */
void gv_os_prepare_process(void);

/* This host's machine ID as VMware writes it into lock members (lock facts 4). */
int gv_os_machine_id(char *out, size_t size);

enum gv_os_life { GV_OS_DEAD, GV_OS_ALIVE };

/*
 * Whether process PID lives, and in *STARTED its creation time in the unit VMware uses on this
 * system (Linux: clock ticks since boot), 0 when it cannot be read (lock facts 5).
 */
enum gv_os_life gv_os_process(int64_t pid, uint64_t *started);

/* True when FILE (0, 1, 2) is a terminal. */
bool gv_os_is_terminal(int file);

/* True when TEXT matches GLOB: * ? [...]; * does not match "/" when WHOLE_PATH. */
bool gv_os_glob(const char *glob, const char *text, bool whole_path);

/* A converter between character sets, named as iconv names them. */
struct gv_os_converter;

/* *OUT is the caller's, to be closed. EINVAL when the pair is not known. */
int gv_os_open_converter(struct gv_os_converter **out, const char *to, const char *from);
void gv_os_close_converter(struct gv_os_converter *converter);

/*
 * Converts IN to OUT and sets *TAKEN and *MADE to the bytes read and written. EILSEQ: the bytes at
 * *TAKEN mean nothing; EINVAL: they are cut off; E2BIG: OUT, of at least 64 bytes, is full and the
 * next call goes on from there.
 */
int gv_os_convert(struct gv_os_converter *converter, const char *in, size_t in_size, size_t *taken,
                  char *out, size_t out_size, size_t *made);

#endif
