/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that find out who uses a device. */
#ifndef VCK_SOURCE_USAGE_H
#define VCK_SOURCE_USAGE_H

#include "source/gather.h"

/* The device of the model whose directory @path lies in, the nearest one; NULL: none. */
struct vck_device *vck_owner_of(const struct vck_host *h, const char *path);
/* Add "mounted at /" to what the host uses @d for; the same text only once. 0 or -ENOMEM. */
int vck_usage_add(struct vck_host *h, struct vck_device *d, const char *use) must_check;

/* Disks that are mounted, swapped to, or part of something. 0 or -ENOMEM. */
int vck_read_disks(struct vck_host *h, struct vck_root *root) must_check;
/* Processes that have a VFIO group or device open. 0 or -ENOMEM. */
int vck_read_holders(struct vck_host *h, struct vck_root *root) must_check;

#endif
