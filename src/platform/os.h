/*
 * What differs between operating systems, behind one header: files, folders, signals, processes,
 * terminal, character conversion.
 *
 * Knows system calls; knows nothing about gpuvirt. The lowest floor: it includes nothing of ours.
 * posix.c is the one side there is today; a Win32 side implements the same header.
 *
 * Functions that can fail return 0 or an errno. Paths and names are the system's bytes, NUL-ended;
 * a path may be longer than the system takes in one call.
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
	uint64_t changed; /* nanoseconds since 1970: the last change of content, attributes or name
	                   */
	uint64_t written; /* the same: the last change of content */
};

/* An open folder; names given with it are looked up in it. NULL means the working directory. */
struct gv_os_dir;

/* Opens the folder NAME in PARENT. *OUT is the caller's, to be closed with gv_os_close_dir. */
int gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name);
void gv_os_close_dir(struct gv_os_dir *dir);

/*
 * Waits until no other program that asks holds DIR; held until DIR is closed. EAGAIN after LIMIT
 * milliseconds, EINTR when a signal asks the program to end. Where the file system knows no such
 * locks it is as if nobody asked.
 */
int gv_os_hold_dir(struct gv_os_dir *dir, uint64_t limit);

/* True when nobody but this host's programs can write to the file system of DIR, surely. */
bool gv_os_is_local(struct gv_os_dir *dir);

/* Makes renames in DIR durable. */
int gv_os_sync_dir(struct gv_os_dir *dir);

/*
 * Makes all that was written to the file system of DIR durable, by whomever. ENOTSUP where the
 * system cannot.
 */
int gv_os_sync_around(struct gv_os_dir *dir);

int gv_os_stat_dir(struct gv_os_dir *dir, struct gv_os_stat *out);

/*
 * Calls EACH for every name but "." and ".." in the folder NAME of DIR ("." is DIR itself), in no
 * order, until it returns false. The type is that of the name itself: links are not followed.
 */
int gv_os_list(struct gv_os_dir *dir, const char *name,
               bool (*each)(void *context, const char *name, enum gv_os_type type), void *context);

/* Makes the folder NAME for this user alone; one that is there is fine. */
int gv_os_make_folder(struct gv_os_dir *dir, const char *name);

/*
 * The folder in which programs of this user keep what must outlive them. *OUT is the caller's to
 * free. ENOENT when the environment names no home.
 */
int gv_os_state_folder(char **out);

/* Opens NAME to read; *FILE is to be closed with gv_os_close. Never blocks on a FIFO. */
int gv_os_open(struct gv_os_dir *dir, const char *name, int *file);

/* The same, not through a link: ELOOP. */
int gv_os_open_itself(struct gv_os_dir *dir, const char *name, int *file);

/* Creates NAME, which must not exist, for this user alone, and opens it to write. */
int gv_os_create(struct gv_os_dir *dir, const char *name, int *file);

/* The same, for all whom the user's umask lets. */
int gv_os_create_shared(struct gv_os_dir *dir, const char *name, int *file);

/* Creates NAME, which must not exist, for this user to write and for others to read (0644). */
int gv_os_create_readable(struct gv_os_dir *dir, const char *name, int *file);

/* Opens NAME, which is there, to write behind what it has: a device, a pipe somebody reads. */
int gv_os_open_to_write(struct gv_os_dir *dir, const char *name, int *file);

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

/*
 * True when this user may write NAME, whose state is STAT, by its permissions; root may when any
 * write bit is set.
 */
bool gv_os_writable(struct gv_os_dir *dir, const char *name, const struct gv_os_stat *stat);

/*
 * Gives the file TO the owner, group, extended attributes (ACLs among them) and, last, the mode
 * of the file FROM. Attributes that only the system may set (security.*, trusted.*) are passed
 * over where it refuses them. *HAD is the state of TO before.
 */
int gv_os_copy_attributes(int from, int to, const struct gv_os_stat *from_stat,
                          struct gv_os_stat *had);

int gv_os_rename(struct gv_os_dir *dir, const char *from, const char *to);

/*
 * The same when there is nothing called TO; EEXIST else. Where the file system cannot ask and
 * rename in one step, what another program calls TO at that very moment is lost.
 */
int gv_os_rename_new(struct gv_os_dir *dir, const char *from, const char *to);

/* Swaps what two names stand for, in one step. ENOTSUP when the file system cannot. */
int gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b);

int gv_os_remove(struct gv_os_dir *dir, const char *name);

/* Makes the folder NAME, for everybody to write in whatever the umask. EEXIST: it is taken. */
int gv_os_make_dir(struct gv_os_dir *dir, const char *name);

/* Removes the folder NAME, which must be empty. */
int gv_os_remove_dir(struct gv_os_dir *dir, const char *name);

/* PATH with all links followed, absolute. *OUT is the caller's to free. */
int gv_os_resolve(const char *path, char **out);

/* What the link NAME leads to, as it is written there. *OUT is the caller's to free. */
int gv_os_read_link(struct gv_os_dir *dir, const char *name, char **out);

/* Whether this user may read and write NAME, a device perhaps, links followed: 0 or an errno. */
int gv_os_may_use(struct gv_os_dir *dir, const char *name);

/*
 * Says that the SIZE bytes at AT will all be used: large pages spare the system, and the reader,
 * most of the work of handing out small ones. Only advice; nothing depends on it.
 */
void gv_os_expect_use(void *at, size_t size);

/* Milliseconds on a clock that only goes forward. */
uint64_t gv_os_clock(void);

/* Sleeps so many milliseconds. EINTR, and at once, when a signal asks the program to end. */
int gv_os_pause(uint64_t milliseconds);

/* Nanoseconds since 1970, as files have them. */
uint64_t gv_os_now(void);

/* A number nobody can foresee, for names of temporary files. */
int gv_os_random(uint64_t *out);

/*
 * Holds back the signals that end a program (SIGINT, SIGTERM, SIGHUP, ...) for this thread until
 * gv_os_release_signals has been called as often.
 */
void gv_os_hold_signals(void);
void gv_os_release_signals(void);

/*
 * For main: a write beyond a size limit fails with EFBIG instead of ending the program, and no file
 * takes the number of a standard one that is closed.
 */
void gv_os_prepare_process(void);

/*
 * From now on SIGINT, SIGTERM and SIGHUP do not end the program but are noted, and a write to a
 * pipe that nobody reads fails with EPIPE. What was ignored before stays ignored.
 */
void gv_os_note_endings(void);

/* The signal that asked the program to end since gv_os_note_endings; 0: none. For any thread. */
int gv_os_ending(void);

/* Ends the program by SIGNAL, as if it had never been noted. */
void gv_os_end_by(int signal);

/* The number of SIGPIPE, for gv_os_end_by. */
int gv_os_broken_pipe(void);

/* How many bits physical addresses have on this processor; 0 where it does not say. */
unsigned gv_os_address_bits(void);

/* How many threads can run at once; at least 1. */
unsigned gv_os_processors(void);

/* A thread that runs RUN; to be waited for with gv_os_join_thread. Signals go to other threads. */
struct gv_os_thread;
int gv_os_start_thread(struct gv_os_thread **out, void (*run)(void *context), void *context);
void gv_os_join_thread(struct gv_os_thread *thread);

/* A gate that one thread at a time is inside of, and where it can wait for news. */
struct gv_os_gate;

/* *OUT is the caller's, to be freed when nobody is inside or waits. */
int gv_os_new_gate(struct gv_os_gate **out);
void gv_os_free_gate(struct gv_os_gate *gate);
void gv_os_enter_gate(struct gv_os_gate *gate);
void gv_os_leave_gate(struct gv_os_gate *gate);

/* From inside: steps out until somebody calls gv_os_wake_gate; may return without news. */
void gv_os_wait_at_gate(struct gv_os_gate *gate);

/* Wakes all that wait. */
void gv_os_wake_gate(struct gv_os_gate *gate);

/* This process as others can ask after it: on which machine, since which start of it, where. */
struct gv_os_self {
	uint32_t machine; /* a hash that stays through a restart; 0: not known */
	uint32_t boot;    /* a hash that does not; 0: not known */
	uint32_t space;   /* which set of process numbers PID is of */
	int64_t pid;
	uint64_t started; /* as gv_os_process has it */
};

/* For any thread. */
void gv_os_self(struct gv_os_self *out);

/* True when process numbers and creation times here are those of the whole machine. */
bool gv_os_sees_host(void);

/* True when gv_os_list_processes names all processes of this machine. */
bool gv_os_sees_all_processes(void);

/* Room for the name of a program as below, with its NUL. */
enum { GV_OS_NAME_SIZE = 68 };

/*
 * The name of this program as VMware writes it into lock members, "(name)" (lock facts 5). Empty
 * when it is not known; then VMware writes no creation time either.
 */
void gv_os_program_name(char out[GV_OS_NAME_SIZE]);

/* True when this user is USER, or root. */
bool gv_os_is_user(uint32_t user);

/* This host's machine ID as VMware writes it into lock members (lock facts 4). */
int gv_os_machine_id(char *out, size_t size);

enum gv_os_life { GV_OS_DEAD, GV_OS_ALIVE };

/*
 * Whether process PID lives, and in *STARTED its creation time in the unit VMware uses on this
 * system (Linux: clock ticks since boot), 0 when it cannot be read (lock facts 5).
 */
enum gv_os_life gv_os_process(int64_t pid, uint64_t *started);

/*
 * Calls EACH with the name of every process that this user can see, as lock members have it (lock
 * facts 5), until it returns false. ENOTSUP where the system is not asked.
 */
int gv_os_list_processes(bool (*each)(void *context, const char *name), void *context);

/* Where programs keep their files differs. */
enum gv_os_system { GV_OS_LINUX, GV_OS_WINDOWS, GV_OS_MACOS, GV_OS_ANOTHER };

/* Which system this is. */
enum gv_os_system gv_os_system(void);

/* What the environment has under NAME, borrowed; NULL when that is not set, or empty. */
const char *gv_os_environment(const char *name);

/* True when FILE (0, 1, 2) is a terminal. */
bool gv_os_is_terminal(int file);

/* How many columns the terminal FILE has; 80 when it does not say. */
unsigned gv_os_columns(int file);

/* Which Windows can be reached from here: none, the one this runs on, or the host of this WSL. */
enum gv_os_windows { GV_OS_NO_WINDOWS, GV_OS_WINDOWS_ITSELF, GV_OS_WINDOWS_OF_WSL };
enum gv_os_windows gv_os_windows(void);

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
