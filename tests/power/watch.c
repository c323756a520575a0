/* Writes down, in their order, the calls by which a process changes files below $WATCH: for a model of a disk.
   Loaded before libc (LD_PRELOAD). Each entry: a line "kind number number path|other\n", then that many bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int journal = -1;
static const char *watched;
static size_t watched_length;

__attribute__((constructor)) static void begin(void) {
  watched = getenv("WATCH");
  const char *where = getenv("JOURNAL");
  if (!watched || !where) return;
  watched_length = strlen(watched);
  journal = syscall(SYS_openat, AT_FDCWD, where, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void tell(const char *kind, long number, long size, const char *path, const char *other, const void *data) {
  char head[2 * PATH_MAX + 100];
  int length = snprintf(head, sizeof head, "%s\t%ld\t%ld\t%s\t%s\n", kind, number, size, path, other);
  struct iovec both[2] = {{head, length}, {(void *)data, data ? size : 0}};
  syscall(SYS_writev, journal, both, 2);
}

static int inside(const char *path) {
  return journal >= 0 && !strncmp(path, watched, watched_length) &&
         (path[watched_length] == '/' || path[watched_length] == 0);
}

static int of(int file, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = journal < 0 ? -1 : readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return inside(path);
}

static int at(int folder, const char *name, char *path) {
  if (name[0] == '/' || folder == AT_FDCWD) {
    if (name[0] == '/') snprintf(path, PATH_MAX, "%s", name);
    else if (!getcwd(path, PATH_MAX / 2)) return 0;
    else strcat(strcat(path, "/"), name);
    return inside(path);
  }
  char base[PATH_MAX];
  int known = of(folder, base);
  snprintf(path, PATH_MAX, "%s/%s", base, name);
  return known;
}

static long number_of(int file) {
  struct stat found;
  return fstat(file, &found) ? -1 : (long)found.st_ino;
}

static int opened(int folder, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  struct stat before;
  int known = at(folder, name, path);
  int fresh = known && (flags & O_CREAT) && lstat(path, &before);
  int file = syscall(SYS_openat, folder, name, flags, mode);
  if (known && file >= 0) {
    if (fresh) tell("create", number_of(file), 0, path, "", 0);
    else if (flags & O_TRUNC) tell("truncate", number_of(file), 0, "", "", 0);
  }
  return file;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags) return opened(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags) return opened(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags) return opened(folder, name, flags, mode); }

ssize_t write(int file, const void *data, size_t size) {
  char path[PATH_MAX];
  int known = of(file, path);
  off_t from = known ? lseek(file, 0, SEEK_CUR) : 0;
  ssize_t done = syscall(SYS_write, file, data, size);
  if (known && done > 0) {
    char where[32];
    snprintf(where, sizeof where, "%ld", (long)from);
    tell("write", number_of(file), done, where, "", data);
  }
  return done;
}

static ssize_t written(int file, const void *data, size_t size, off_t from) {
  char path[PATH_MAX], where[32];
  ssize_t done = syscall(SYS_pwrite64, file, data, size, from);
  if (done > 0 && of(file, path)) {
    snprintf(where, sizeof where, "%ld", (long)from);
    tell("write", number_of(file), done, where, "", data);
  }
  return done;
}
ssize_t pwrite(int file, const void *data, size_t size, off_t from) { return written(file, data, size, from); }
ssize_t pwrite64(int file, const void *data, size_t size, off_t from) { return written(file, data, size, from); }

static int cut(int file, off_t size) {
  char path[PATH_MAX];
  int done = syscall(SYS_ftruncate, file, size);
  if (!done && of(file, path)) {
    snprintf(path, sizeof path, "%ld", (long)size);
    tell("truncate", number_of(file), 0, path, "", 0);
  }
  return done;
}
int ftruncate(int file, off_t size) { return cut(file, size); }
int ftruncate64(int file, off_t size) { return cut(file, size); }

static void synced(int file) {
  char path[PATH_MAX];
  struct stat found;
  if (of(file, path) && !fstat(file, &found))
    tell(S_ISDIR(found.st_mode) ? "syncfolder" : "sync", (long)found.st_ino, 0, path, "", 0);
}
int fsync(int file) { int done = syscall(SYS_fsync, file); if (!done) synced(file); return done; }
int fdatasync(int file) { int done = syscall(SYS_fdatasync, file); if (!done) synced(file); return done; }

static int renamed(int from, const char *old, int to, const char *name) {
  char first[PATH_MAX], second[PATH_MAX];
  int known = at(from, old, first);
  known = at(to, name, second) && known;
  int done = syscall(SYS_renameat, from, old, to, name);
  if (!done && known) tell("rename", 0, 0, first, second, 0);
  return done;
}
int rename(const char *old, const char *name) { return renamed(AT_FDCWD, old, AT_FDCWD, name); }
int renameat(int from, const char *old, int to, const char *name) { return renamed(from, old, to, name); }

static int removed(int folder, const char *name, int flags) {
  char path[PATH_MAX];
  int known = at(folder, name, path);
  int done = syscall(SYS_unlinkat, folder, name, flags);
  if (!done && known) tell("remove", 0, 0, path, "", 0);
  return done;
}
int unlink(const char *name) { return removed(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return removed(AT_FDCWD, name, AT_REMOVEDIR); }
int unlinkat(int folder, const char *name, int flags) { return removed(folder, name, flags); }

static int made(int folder, const char *name, mode_t mode) {
  char path[PATH_MAX];
  int known = at(folder, name, path);
  int done = syscall(SYS_mkdirat, folder, name, mode);
  if (!done && known) tell("mkdir", 0, 0, path, "", 0);
  return done;
}
int mkdir(const char *name, mode_t mode) { return made(AT_FDCWD, name, mode); }
int mkdirat(int folder, const char *name, mode_t mode) { return made(folder, name, mode); }
