/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the kernel source with a file of their own. */
#ifndef VCK_SOURCE_KERNEL_H
#define VCK_SOURCE_KERNEL_H

#include "source/gather.h"

/* Is this host itself a guest? Sets in_guest and in_guest_why. 0 or -ENOMEM. */
int vck_read_guest(struct vck_host *h, struct vck_root *root) must_check;

#endif
