// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors and memory of other tasks, and who is still there. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "base/text.h"
#include "lock/task.h"
#include "model/lockfile.h"
#include "write/env.h"

#define THREAD_PIDFD O_EXCL /* PIDFD_THREAD, include/uapi/linux/pidfd.h, 6.9 */

/* A short file of /proc/PID; length, or a negative errno. */
static ssize_t read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	cleanup_fd int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* Number behind "\nKEY:\t" of a status file; -1 when there is none. */
static long status_field(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

static int leader_of(pid_t tid)
{
	char status[4096];
	long tgid;

	if (read_proc(tid, "status", status, sizeof(status)) <= 0)
		return -ESRCH;
	tgid = status_field(status, "\nTgid:\t");
	return tgid > 0 ? (int)tgid : -ESRCH;
}

static int open_pidfd(struct vck_tasks *t, pid_t tid)
{
	long fd;
	int leader;

	if (!t->by_leader) {
		fd = syscall(SYS_pidfd_open, tid, THREAD_PIDFD);
		if (fd >= 0)
			return (int)fd;
		if (errno != EINVAL)
			return -errno;
		t->by_leader = true;
	}
	leader = leader_of(tid);
	if (leader < 0)
		return leader;
	fd = syscall(SYS_pidfd_open, leader, 0);
	return fd < 0 ? -errno : (int)fd;
}

int vck_task_fd(struct vck_tasks *t, pid_t tid, int fd, int *ret)
{
	cleanup_fd int pidfd = open_pidfd(t, tid);
	long got;

	if (pidfd < 0)
		return pidfd;
	got = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (got < 0)
		return -errno;
	*ret = (int)got;
	return 0;
}

/* The kernel stops at the first page that is not there; asked again at a fault it
 * says EFAULT. */
ssize_t vck_task_read(pid_t tid, uint64_t addr, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		struct iovec local = { (char *)buf + done, n - done };
		struct iovec remote = { (void *)(uintptr_t)(addr + done), n - done };
		ssize_t got = process_vm_readv(tid, &local, 1, &remote, 1, 0);

		if (got < 0 && errno != EFAULT && errno != ENOMEM && errno != EINVAL)
			return -errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

uint64_t vck_task_start(pid_t pid)
{
	char stat[1024];
	ssize_t n = read_proc(pid, "stat", stat, sizeof(stat));

	return n > 0 ? vck_stat_start(stat, (size_t)n) : 0;
}

static bool may_be_filtered(pid_t pid, uint64_t since)
{
	char status[4096];
	const char *state;

	if (pid == getpid() || vck_task_start(pid) < since ||
	    read_proc(pid, "status", status, sizeof(status)) <= 0)
		return false;
	state = strstr(status, "\nState:\t");
	if (state && strchr("ZX", state[8])) {
		/* the leader can be gone while other threads run on */
		return status_field(status, "\nThreads:\t") > 1;
	}
	return status_field(status, "\nSeccomp:\t") == 2;
}

bool vck_task_any_filtered(uint64_t since)
{
	DIR *proc = opendir("/proc");
	bool found = false;
	uint32_t pid;

	if (!proc)
		return true;
	for (struct dirent *e = readdir(proc); e && !found; e = readdir(proc)) {
		if (vck_parse_u32(e->d_name, 10, &pid) == 0)
			found = may_be_filtered((pid_t)pid, since);
	}
	closedir(proc);
	return found;
}
