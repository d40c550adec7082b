/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A probe from start to end: the nodes of a device found, the questions asked by a
 * process of its own, so that a kernel that kills or hangs it does not keep the caller
 * from giving the device back. */
#ifndef VCK_VFIO_SESSION_H
#define VCK_VFIO_SESSION_H

#include "source/root.h"
#include "vfio/ask.h"

#define VCK_PROBE_SECONDS 60

/* Nodes of a device as they are now (it may just have been bound). @root: the running host. */
void vck_ask_find(struct vck_root *root, const struct vck_device *d, struct vck_ask *ret);

/**
 * vck_probe_ask - ask the kernel
 * @ops: vck_vfio_kernel
 * @seconds: how long it may take
 * @p: answers; what was known before is kept
 *
 * Return: 0; -ETIMEDOUT: no answer in time; -EINPROGRESS: neither, and the process that asked
 * could not be killed, so that it still has the device open: who unbinds it waits for ever;
 * -EOWNERDEAD: it was killed, which a kernel does that oopses; -ENOMEM, -EAGAIN.
 */
int vck_probe_ask(const struct vck_vfio_ops *ops, const struct vck_ask *a, unsigned seconds,
		  struct vck_probe *p) must_check;

#endif
