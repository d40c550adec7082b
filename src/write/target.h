/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One function looked at on its own, without reading the whole host: for the udev
 * rule, the boot service and the guard, which know which function they mean. */
#ifndef VCK_WRITE_TARGET_H
#define VCK_WRITE_TARGET_H

#include "model/host.h"
#include "model/lockfile.h"
#include "source/root.h"
#include "write/devctl.h"

struct vck_live {
	struct vck_target target; /* its path points into this struct: do not copy */
	char path[1024];
	char key[VCK_PCI_KEY_LEN];
	char driver[64];  /* "" none */
	char group[16];	  /* "" none */
	char status[16];  /* power/runtime_status, "" no such file */
	bool driver_known; /* also when the rest could not be read */
	bool is_vf, is_bridge;
	uint16_t devctl;
};

/**
 * vck_live_read - look at the function at an address
 * @root: the running host, or a made-up one
 * Return: 0; -ENOENT: there is none; -EOPNOTSUPP: it has no PCI Express capability;
 * -EACCES: its capabilities could not be read; -ENXIO: it does not answer; or why something of it
 * could not be read.
 */
int vck_live_read(struct vck_root *root, const char *address, struct vck_live *ret) must_check;

/* The function of a model as what is written to; its path is borrowed from @d, and NULL where its place in
 * sysfs is not known. */
struct vck_target vck_target_of(const struct vck_device *d);

#endif
