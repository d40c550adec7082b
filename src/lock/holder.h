/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes have a VFIO node open: /proc/PID/fd links to /dev/vfio. */
#ifndef VCK_LOCK_HOLDER_H
#define VCK_LOCK_HOLDER_H

#include "source/root.h"

/**
 * vck_holder_fn - told of each open VFIO node
 * @pid: "4242"
 * @comm: the process's name, "?" when it could not be read
 * @node: "/dev/vfio/14" or "/dev/vfio/devices/vfio0"; not the container
 * Return: 0 to go on; anything else ends the scan and is returned by it.
 */
typedef int vck_holder_fn(void *data, const char *pid, const char *comm, const char *node);

/**
 * vck_holders_scan - go through all processes once
 * Processes that end meanwhile, or whose descriptors may not be looked at, are left
 * out: other users' need root. Return: 0, what @fn returned, or why /proc could not
 * be listed.
 */
int vck_holders_scan(struct vck_root *root, vck_holder_fn *fn, void *data) must_check;

#endif
