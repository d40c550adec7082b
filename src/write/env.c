// SPDX-License-Identifier: GPL-2.0-or-later
/* The real directories, how they are opened safely, and the lock between runs. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "write/env.h"

const struct vck_write_env vck_write_env_host = {
	.sysfs = "/sys",
	.run_dir = "/run/viommu-check",
	.conf_dir = "/etc/viommu-check.d",
	.wake_ms = 10000,
	.lock_ms = 60000,
};

void vck_fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void vck_stdio_secure(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* Gets the lowest number that is free, which is this one */
		if (open("/dev/null", O_RDONLY | O_NOCTTY) != fd)
			abort();
	}
}

static const int held_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(held_signals); i++)
		sigaddset(&set, held_signals[i]);
	sigprocmask(how, &set, NULL);
}

void vck_signals_hold(void)
{
	mask(SIG_BLOCK);
}

void vck_signals_release(void)
{
	mask(SIG_UNBLOCK);
}

bool vck_signals_wait(void)
{
	sigset_t set;

	if (sigpending(&set) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(held_signals); i++) {
		if (sigismember(&set, held_signals[i]) == 1)
			return true;
	}
	return false;
}

static int check_dir(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return -EPERM;
	return (st.st_mode & (S_IWGRP | S_IWOTH)) ? -EPERM : 0;
}

int vck_state_subdir(int dir, const char *name, bool create, int *ret)
{
	cleanup_fd int fd = -1;
	int r;

	if (create && mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_dir(fd);
	if (r < 0)
		return r;
	*ret = fd;
	fd = -1;
	return 0;
}

int vck_state_dir(const char *path, bool create, int *ret)
{
	return vck_state_subdir(AT_FDCWD, path, create, ret);
}

int vck_write_lock(const struct vck_write_env *env, int *ret)
{
	cleanup_fd int dir = -1, fd = -1;
	int r = vck_state_dir(env->run_dir, true, &dir);

	if (r < 0)
		return r;
	fd = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += 5) {
		const struct timespec pause = { .tv_nsec = 5000000 };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= env->lock_ms)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	*ret = fd;
	fd = -1;
	return 0;
}
