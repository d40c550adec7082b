/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out a write that another task wanted to do, in the same shape, with
 * Enable No Snoop cleared where it lies in it. */
#ifndef VCK_LOCK_FORWARD_H
#define VCK_LOCK_FORWARD_H

#include <linux/seccomp.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "lock/region.h"
#include "lock/task.h"

/* Counted since the start. */
struct vck_forward_stats {
	uint64_t writes;  /* seen */
	uint64_t masked;  /* of these, with the bit taken out */
	uint64_t cleared; /* times the bit was found set and was cleared */
	uint64_t stuck;	  /* times that did not help */
};

struct vck_forward {
	const struct vck_lock_ops *ops;
	struct vck_tasks tasks;
	uint8_t *buf; /* VCK_FORWARD_BUF bytes, then a page that faults */
	struct iovec remote[1024], local[1024]; /* UIO_MAXIOV */
	struct vck_forward_stats stats;
};

#define VCK_FORWARD_BUF (1u << 20)

/* Return: 0 or -ENOMEM. */
int vck_forward_init(struct vck_forward *f, const struct vck_lock_ops *ops) must_check;
void vck_forward_done(struct vck_forward *f);

/* Is the task still waiting for the answer? Asked between looking and writing. */
typedef bool vck_still_waiting_fn(void *data, uint64_t id);

/**
 * vck_forward_write - do what a notification asks for
 * @n: of pwrite64, pwritev or pwritev2
 * @waiting: asked before anything is written
 * @ret: what the system call returns: bytes, or a negative errno
 *
 * What can't be read in the task's memory is put before the kernel as a page that
 * faults, so that the answer (EFAULT, a short count, EBADF first) is the kernel's.
 * Return: 0; -ENOENT: nobody waits any more; -EPERM, -ESRCH and others: the task
 * can't be looked into, then nothing was written and @ret is unset.
 */
int vck_forward_write(struct vck_forward *f, const struct seccomp_notif *n,
		      vck_still_waiting_fn *waiting, void *data, ssize_t *ret) must_check;

#endif
