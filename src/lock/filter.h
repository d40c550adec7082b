/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seccomp filter that hands writes to a VFIO config region to a supervisor. */
#ifndef VCK_LOCK_FILTER_H
#define VCK_LOCK_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* File offsets of the config region (index 7) of a VFIO PCI device. The kernel
 * puts the index of a region above bit 40 (drivers/vfio/pci/vfio_pci_priv.h,
 * VFIO_PCI_OFFSET_SHIFT, 5.10 to 7.3), the s390 ism driver above bit 48
 * (drivers/vfio/pci/ism/main.c, 7.1). */
#define VCK_CONFIG_OFFSET     (UINT64_C(7) << 40)
#define VCK_CONFIG_OFFSET_ISM (UINT64_C(7) << 48)
/* Bytes from there on that are handed over. Config space has 4096, the kernel
 * refuses more; a larger window would only slow down disks of more than 7 TiB. */
#define VCK_CONFIG_WINDOW UINT64_C(0x10000)

/* A compiled filter; insns is owned. */
struct vck_filter_program {
	struct sock_filter *insns;
	size_t n;
};

void vck_filter_program_done(struct vck_filter_program *p);

/**
 * vck_filter_build - compile the filter for the architecture that runs
 * @allow_io_uring: leave the io_uring system calls alone
 * @ret: the program, to be freed with vck_filter_program_done()
 *
 * pwrite64, pwritev and pwritev2 whose offset starts in one of the windows ask
 * the supervisor, io_uring and system calls of a foreign ABI get ENOSYS,
 * everything else is allowed by its number alone, so that the kernel's cache of
 * constant answers serves it (kernel/seccomp.c, seccomp_is_const_allow, 5.11).
 * Return: 0 or a negative errno.
 */
int vck_filter_build(bool allow_io_uring, struct vck_filter_program *ret) must_check;

/**
 * vck_filter_install - put this process, and all it starts, under the filter
 * @p: the program
 * @ret: the listener, close-on-exec, the caller's
 *
 * Without CAP_SYS_ADMIN this sets no_new_privs, which takes the effect away from
 * setuid programs that the process starts. Notifications ignore signals that do
 * not kill where the kernel can do that (5.19).
 * Return: 0; -EBUSY: there is a listener above already; -EINVAL, -ENOSYS: the
 * kernel has no listeners (5.0) or no filters.
 */
int vck_filter_install(const struct vck_filter_program *p, int *ret) must_check;

#endif
