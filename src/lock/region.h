/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a descriptor of the VMM is, and where Device Control lies behind it. */
#ifndef VCK_LOCK_REGION_H
#define VCK_LOCK_REGION_H

#include "base/util.h"

/* Config space has 4096 bytes; more than this is no config region. */
#define VCK_REGION_MAX 65536u

enum vck_fd_kind {
	VCK_FD_OTHER = 0, /* nobody knows: writes are refused */
	VCK_FD_PLAIN,	  /* certainly no VFIO device: a file, a disk, a pipe */
	VCK_FD_DEVICE,	  /* a VFIO device */
};

/* The config region of a VFIO PCI device. */
struct vck_config_region {
	uint64_t offset; /* in the file */
	uint32_t size;	 /* bytes; 0: the device has no config region (not PCI) */
	uint16_t devctl; /* of Device Control in config space; 0: no PCI Express capability */
};

/* How a descriptor is recognised. The tool has one, vck_lock_vfio; the tests, which
 * have no VFIO device, link against this library with one of their own. */
struct vck_lock_ops {
	enum vck_fd_kind (*kind)(int fd);
	/* Region of a VCK_FD_DEVICE. Return: 0 or a negative errno. */
	int (*region)(int fd, struct vck_config_region *ret);
};

extern const struct vck_lock_ops vck_lock_vfio;

/**
 * vck_region_find_devctl - walk the capability list behind a region
 * @fd: the device
 * @r: offset and size are set; devctl is filled, 0 where there is no such capability
 *
 * The list is the one that VFIO shows (vfio_pci_config.c), read anew each time: an
 * anonymous inode has no identity that a cache could be keyed on before 6.10.
 * Return: 0, or the error of reading (-EIO: short).
 */
int vck_region_find_devctl(int fd, struct vck_config_region *r) must_check;

#endif
