// SPDX-License-Identifier: GPL-2.0-or-later
/* Atomic replacement of small files: temporary file, fsync, rename, fsync. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write/env.h"
#include "write/file.h"

#define SLURP_MAX (64u << 10)

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int write_new(int dir, const char *name, const void *data, size_t len, mode_t mode)
{
	cleanup_fd int fd = -1;
	int r;

	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (r < 0)
		return r;
	/* It is our own file: EPERM only says that the file system keeps no modes (vfat) */
	if (fchmod(fd, mode) < 0 && errno != EPERM)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

int vck_file_replace(int dir, const char *name, const void *data, size_t len, mode_t mode)
{
	cleanup_buf struct vck_buf temp = { 0 };
	int r;

	vck_buf_addf(&temp, ".%s.%ld.new", name, (long)getpid());
	if (temp.failed)
		return -ENOMEM;
	/* Left by a run with the same process id that was killed */
	if (unlinkat(dir, temp.data, 0) < 0 && errno != ENOENT)
		return -errno;
	r = write_new(dir, temp.data, data, len, mode);
	if (r == 0 && renameat(dir, temp.data, dir, name) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temp.data, 0);
		return r;
	}
	return fsync(dir) < 0 ? -errno : 0;
}

/* A FIFO that somebody else put where everybody may put one: who reads it is not known. As
 * fs.protected_fifos = 1 has it, which is about O_CREAT. */
static bool is_planted(int dir, const struct stat *st)
{
	struct stat d;

	if (!S_ISFIFO(st->st_mode) || st->st_uid == geteuid() || fstat(dir, &d) < 0)
		return false;
	return (d.st_mode & S_ISVTX) && (d.st_mode & S_IWOTH) && st->st_uid != d.st_uid;
}

/* Into what cannot be replaced: a terminal, a pipe. */
static int write_stream(const char *path, int dir, const void *data, size_t len)
{
	cleanup_fd int fd = -1;
	struct stat st;

	if (stat(path, &st) == 0 && is_planted(dir, &st))
		return -EACCES;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	return is_planted(dir, &st) ? -EACCES : write_all(fd, data, len);
}

int vck_file_write(const char *path, const void *data, size_t len, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	cleanup_free char *parent = NULL;
	cleanup_fd int dir = -1;
	struct stat st;
	int r;

	parent = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!parent)
		return -ENOMEM;
	dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_stream(path, dir, data, len);
	/* Of somebody else's file, or behind a link, a mode is not what the caller chose. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid())
		mode = st.st_mode & 0777;
	vck_signals_hold();
	r = vck_file_replace(dir, name, data, len, mode);
	vck_signals_release();
	return r;
}

int vck_file_remove(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return fsync(dir) < 0 ? -errno : 0;
}

void vck_file_sweep(int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d) {
		if (copy >= 0)
			close(copy);
		return;
	}
	for (e = readdir(d); e; e = readdir(d)) {
		if (e->d_name[0] == '.' && str_ends(e->d_name, ".new"))
			unlinkat(dir, e->d_name, 0);
	}
	closedir(d);
}

int vck_file_slurp(int dir, const char *name, struct vck_buf *b)
{
	cleanup_fd int fd = -1;
	struct stat st;
	char piece[4096];

	/* O_NONBLOCK: a FIFO in its place must not hang a root tool */
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	for (;;) {
		ssize_t n = read(fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return b->failed ? -ENOMEM : 0;
		if (b->len + (size_t)n > SLURP_MAX)
			return -EFBIG;
		vck_buf_add(b, piece, (size_t)n);
	}
}
