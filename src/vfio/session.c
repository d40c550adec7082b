// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the nodes, and asks in a process of its own. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfio/session.h"
#include "write/env.h"

static void find_group(struct vck_root *root, struct vck_dir *dir, struct vck_ask *a)
{
	char group[32], path[80];

	if (vck_dir_link_name(dir, "iommu_group", group, sizeof(group)) < 0)
		return;
	snprintf(path, sizeof(path), "sys/class/vfio/noiommu-%s", group);
	a->noiommu = vck_root_exists(root, path);
	snprintf(a->group, sizeof(a->group), "/dev/vfio/%s%s", a->noiommu ? "noiommu-" : "",
		 group);
}

static void find_cdev(struct vck_dir *dir, struct vck_ask *a)
{
	cleanup_dir struct vck_dir *sub = NULL;
	cleanup_names struct vck_names names = { 0 };

	if (vck_dir_opendir(dir, "vfio-dev", &sub) == 0 && vck_dir_list(sub, &names) == 0 &&
	    names.n)
		snprintf(a->cdev, sizeof(a->cdev), "/dev/vfio/devices/%.32s", names.names[0]);
}

void vck_ask_find(struct vck_root *root, const struct vck_device *d, struct vck_ask *ret)
{
	cleanup_dir struct vck_dir *dir = NULL;

	*ret = (struct vck_ask){ .address = d->address };
	if (!d->syspath || vck_root_opendir(root, d->syspath, &dir) < 0)
		return;
	find_group(root, dir, ret);
	find_cdev(dir, ret);
}

/* By its descriptor; where none is to be had (containers' filters), by looking. */
static bool ends_within(pid_t pid, int fd, int ms)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (fd >= 0)
		return poll(&p, 1, ms) != 0;
	for (; ms > 0; ms -= 10) {
		siginfo_t info = { 0 };

		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static int wait_for(pid_t pid, unsigned seconds)
{
	cleanup_fd int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int status;

	if (!ends_within(pid, fd, (int)seconds * 1000)) {
		kill(pid, SIGKILL);
		/* in the kernel it may not die: after an oops with locks held, say */
		if (!ends_within(pid, fd, 1000))
			return -EINPROGRESS;
		(void)!waitpid(pid, &status, 0);
		return -ETIMEDOUT;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EOWNERDEAD;
}

int vck_probe_ask(const struct vck_vfio_ops *ops, const struct vck_ask *a, unsigned seconds,
		  struct vck_probe *p)
{
	struct vck_probe *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int r;

	if (shared == MAP_FAILED)
		return -ENOMEM;
	*shared = *p;
	pid = fork();
	if (pid == 0) {
		vck_ask_container(ops, a, shared);
		vck_ask_iommufd(ops, a, shared);
		_exit(0);
	}
	r = pid < 0 ? -errno : wait_for(pid, seconds);
	*p = *shared; /* as far as it came */
	munmap(shared, sizeof(*shared));
	return r;
}
