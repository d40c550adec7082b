// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls between the program and libc, see inject.h. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "inject.h"

#define WRAP(ret, name, params) \
	ret __real_##name params;  \
	ret __wrap_##name params;  \
	ret __wrap_##name params

struct inject *inject;

void inject_init(void)
{
	inject = mmap(NULL, sizeof(*inject), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (inject == MAP_FAILED)
		abort();
}

static bool hits(enum inject_class class, const char *call, const char *path);

WRAP(ssize_t, readlink, (const char *path, char *buf, size_t n))
{
	return hits(INJECT_READ, "readlink", path) ? -1 : __real_readlink(path, buf, n);
}

static const char *path_of(int fd, char *buf, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = __real_readlink(link, buf, size - 1);
	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

static bool is_below_sys(const char *path)
{
	return strstr(path, "/sys/") != NULL && !strstr(path, "/proc/sys/");
}

static bool hits(enum inject_class class, const char *call, const char *path)
{
	if (!inject || !inject->at || !(inject->mask & class))
		return false;
	/* A full disk: what takes no room works, and sysfs is none */
	if (inject->sticky &&
	    (is_below_sys(path) || streq(call, "unlinkat") || streq(call, "rmdir") ||
	     streq(call, "flock") || (streq(call, "fsync") && !str_ends(path, ".new"))))
		return false;
	if (inject->only_sys && !is_below_sys(path))
		return false;
	inject->calls++;
	if (inject->calls < inject->at || (inject->calls > inject->at && !inject->sticky))
		return false;
	if (!inject->fired)
		snprintf(inject->where, sizeof(inject->where), "%s %s", call, path);
	inject->fired = true;
	if (inject->signo)
		raise(inject->signo);
	errno = inject->err;
	return inject->err != 0;
}

static bool hits_fd(enum inject_class class, const char *call, int fd)
{
	char path[1024] = "";

	if (inject && inject->at && inject->mask & class)
		path_of(fd, path, sizeof(path));
	return hits(class, call, path);
}

static bool hits_at(enum inject_class class, const char *call, int dir, const char *name)
{
	char path[2048] = "";

	if (inject && inject->at && inject->mask & class && *name != '/' && dir >= 0)
		path_of(dir, path, 1024);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/%.*s", 1000, name);
	return hits(class, call, path);
}

WRAP(void *, malloc, (size_t n))
{
	return hits(INJECT_ALLOC, "malloc", "") ? NULL : __real_malloc(n);
}

WRAP(void *, calloc, (size_t n, size_t size))
{
	return hits(INJECT_ALLOC, "calloc", "") ? NULL : __real_calloc(n, size);
}

WRAP(void *, realloc, (void *p, size_t n))
{
	return hits(INJECT_ALLOC, "realloc", "") ? NULL : __real_realloc(p, n);
}

WRAP(char *, strdup, (const char *s))
{
	return hits(INJECT_ALLOC, "strdup", s) ? NULL : __real_strdup(s);
}

WRAP(char *, strndup, (const char *s, size_t n))
{
	return hits(INJECT_ALLOC, "strndup", s) ? NULL : __real_strndup(s, n);
}

WRAP(FILE *, open_memstream, (char **p, size_t *n))
{
	return hits(INJECT_ALLOC, "open_memstream", "") ? NULL : __real_open_memstream(p, n);
}

/* --- opening --- */

static enum inject_class class_of(int flags)
{
	return (flags & O_ACCMODE) == O_RDONLY || flags & O_PATH ? INJECT_READ : INJECT_WRITE;
}

int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return hits(class_of(flags), "open", name) ? -1 : __real_open(name, flags, mode);
}

/* Files of sysfs are not truncated: that is done together with the write, below. */
int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (hits_at(class_of(flags), "openat", dir, name))
		return -1;
	return __real_openat(dir, name, flags & O_CREAT ? flags : flags & ~O_TRUNC, mode);
}

WRAP(int, __open_2, (const char *name, int flags))
{
	return __wrap_open(name, flags);
}

WRAP(int, __openat_2, (int dir, const char *name, int flags))
{
	return __wrap_openat(dir, name, flags);
}

/* openat2(2) and getdents64(2) have no function in glibc. */
long __real_syscall(long nr, ...);
long __wrap_syscall(long nr, ...);
long __wrap_syscall(long nr, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, nr);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_openat2 && hits_at(INJECT_READ, "openat2", (int)a[0], (const char *)a[1]))
		return -1;
	if (nr == SYS_getdents64 && hits_fd(INJECT_READ, "getdents64", (int)a[0]))
		return -1;
	return __real_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- reading --- */

WRAP(ssize_t, read, (int fd, void *buf, size_t n))
{
	return hits_fd(INJECT_READ, "read", fd) ? -1 : __real_read(fd, buf, n);
}

WRAP(ssize_t, pread, (int fd, void *buf, size_t n, off_t off))
{
	return hits_fd(INJECT_READ, "pread", fd) ? -1 : __real_pread(fd, buf, n, off);
}

WRAP(ssize_t, readlinkat, (int at, const char *path, char *buf, size_t n))
{
	return hits_at(INJECT_READ, "readlinkat", at, path)
		       ? -1 : __real_readlinkat(at, path, buf, n);
}

WRAP(struct dirent *, readdir, (DIR * d))
{
	return hits_fd(INJECT_READ, "readdir", dirfd(d)) ? NULL : __real_readdir(d);
}

WRAP(DIR *, fdopendir, (int fd))
{
	return hits_fd(INJECT_READ, "fdopendir", fd) ? NULL : __real_fdopendir(fd);
}

WRAP(int, fstat, (int fd, struct stat *st))
{
	return hits_fd(INJECT_READ, "fstat", fd) ? -1 : __real_fstat(fd, st);
}

WRAP(int, fstatat, (int at, const char *path, struct stat *st, int flags))
{
	return hits_at(INJECT_READ, "fstatat", at, path) ? -1
							  : __real_fstatat(at, path, st, flags);
}

WRAP(int, access, (const char *path, int mode))
{
	return hits(INJECT_READ, "access", path) ? -1 : __real_access(path, mode);
}

/* --- writing --- */

WRAP(ssize_t, write, (int fd, const void *p, size_t n))
{
	char path[1024] = "";
	int r;

	if (hits_fd(INJECT_WRITE, "write", fd))
		return -1;
	path_of(fd, path, sizeof(path));
	if (!is_below_sys(path))
		return __real_write(fd, p, n);
	r = fake_kernel_write(path, p, n);
	if (r < 0)
		errno = -r;
	if (r <= 0)
		return r < 0 ? -1 : (ssize_t)n;
	if (ftruncate(fd, 0) < 0)
		abort();
	return __real_write(fd, p, n);
}

WRAP(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t off))
{
	return hits_fd(INJECT_WRITE, "pwrite", fd) ? -1 : __real_pwrite(fd, p, n, off);
}

WRAP(int, fsync, (int fd))
{
	return hits_fd(INJECT_WRITE, "fsync", fd) ? -1 : __real_fsync(fd);
}

WRAP(int, fchmod, (int fd, mode_t mode))
{
	return hits_fd(INJECT_WRITE, "fchmod", fd) ? -1 : __real_fchmod(fd, mode);
}

WRAP(int, flock, (int fd, int how))
{
	return hits_fd(INJECT_WRITE, "flock", fd) ? -1 : __real_flock(fd, how);
}

WRAP(int, mkdirat, (int dir, const char *name, mode_t mode))
{
	return hits_at(INJECT_WRITE, "mkdirat", dir, name) ? -1 : __real_mkdirat(dir, name, mode);
}

WRAP(int, renameat, (int d1, const char *a, int d2, const char *b))
{
	return hits_at(INJECT_WRITE, "renameat", d1, a) ? -1 : __real_renameat(d1, a, d2, b);
}

WRAP(int, unlinkat, (int dir, const char *name, int flags))
{
	return hits_at(INJECT_WRITE, "unlinkat", dir, name) ? -1
							     : __real_unlinkat(dir, name, flags);
}

WRAP(int, rmdir, (const char *path))
{
	return hits(INJECT_WRITE, "rmdir", path) ? -1 : __real_rmdir(path);
}
