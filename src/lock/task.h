/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into the tasks that are under the filter. */
#ifndef VCK_LOCK_TASK_H
#define VCK_LOCK_TASK_H

#include <sys/types.h>
#include <sys/uio.h>

#include "base/util.h"

struct vck_tasks {
	bool by_leader; /* the kernel has no descriptors of threads (before 6.9) */
};

/**
 * vck_task_fd - a duplicate of a descriptor of another task
 * @tid: the thread that uses it
 * @fd: its number there
 * @ret: close-on-exec, the caller's
 *
 * Through a descriptor of the thread, or of its group's leader where the kernel
 * has none of threads (pidfd_open of another thread is EINVAL there).
 * Return: 0; -EBADF: it has no such descriptor; -ESRCH: it is gone; -EPERM: not
 * allowed to trace it.
 */
int vck_task_fd(struct vck_tasks *t, pid_t tid, int fd, int *ret) must_check;

/**
 * vck_task_read - copy memory of another task
 * Return: bytes copied, fewer than @n where the rest is not mapped (0: none of it),
 * or -ESRCH, -EPERM.
 */
ssize_t vck_task_read(pid_t tid, uint64_t addr, void *buf, size_t n) must_check;

/* Start time of a process (field 22 of /proc/PID/stat), 0 when it is gone. */
uint64_t vck_task_start(pid_t pid);

/**
 * vck_task_any_filtered - may a task that started at @since or later be under our filter?
 * True also where that is not known. Kernels before 6.11 do not say: there, a zombie
 * keeps the listener open like a process that lives.
 */
bool vck_task_any_filtered(uint64_t since);

#endif
