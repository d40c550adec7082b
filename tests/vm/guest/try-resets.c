// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every reset that a VMM can ask VFIO for. QEMU's devices keep Device Control through a
 * reset; what is looked at is what the kernel saves and restores around it, and whether a
 * write that starts a reset carries the bit with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/vfio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "try-nosnoop.h"

static ssize_t device_reset(const struct target *t)
{
	return ioctl(t->fd, VFIO_DEVICE_RESET) < 0 ? -errno : 0;
}

/* The kernel traps the bit and resets the function itself (vfio_exp_config_write). */
static ssize_t flr_by_guest(const struct target *t)
{
	uint16_t word = (t->word & (uint16_t)~DEVCTL_NOSNOOP) | DEVCTL_FLR;
	ssize_t n = pwrite(t->fd, &word, 2, (off_t)(t->config + t->devctl));

	return n < 0 ? -errno : n;
}

static ssize_t flr_and_bit(const struct target *t)
{
	uint16_t word = t->word | DEVCTL_FLR;
	ssize_t n = pwrite(t->fd, &word, 2, (off_t)(t->config + t->devctl));

	return n < 0 ? -errno : n;
}

static ssize_t hot_reset(const struct target *t)
{
	struct vfio_pci_hot_reset *reset = calloc(1, sizeof(*reset) + sizeof(int32_t));
	ssize_t n;

	if (!reset)
		return -ENOMEM;
	reset->argsz = sizeof(*reset) + sizeof(int32_t);
	reset->count = 1;
	reset->group_fds[0] = t->group;
	n = ioctl(t->fd, VFIO_DEVICE_PCI_HOT_RESET, reset) < 0 ? -errno : 0;
	free(reset);
	return n;
}

const struct attempt resets[] = {
	{"VFIO_DEVICE_RESET", device_reset},
	{"VFIO_DEVICE_PCI_HOT_RESET", hot_reset},
	{"a guest's FLR", flr_by_guest},
	{"a guest's FLR with the bit", flr_and_bit},
	{NULL, NULL},
};
