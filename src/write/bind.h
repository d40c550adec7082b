/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving a device from one driver to another, and back when that fails. The
 * sequence is that of kernel documentation and drivers/pci/pci-driver.c
 * (pci_match_device): driver_override names the one driver that may match,
 * unbind lets go, drivers_probe binds, and the driver link says what came of it. */
#ifndef VCK_WRITE_BIND_H
#define VCK_WRITE_BIND_H

#include <sys/types.h>

#include "base/util.h"

#define VCK_DRIVER_LEN 64

/* The steps, in their order; also what a failure is named by. */
enum vck_bind_step {
	VCK_BIND_NONE = 0,
	VCK_BIND_IDENTITY, /* is it still the same device? */
	VCK_BIND_OVERRIDE, /* write driver_override */
	VCK_BIND_UNBIND,   /* let the present driver go */
	VCK_BIND_PROBE,	   /* have the bus look for a driver */
	VCK_BIND_VERIFY,   /* is it bound to what was asked for? */
};

const char *vck_bind_step_name(enum vck_bind_step s);

/* Where to act: a device of a bus that has driver_override. */
struct vck_bind_target {
	const char *address; /* "0000:01:00.0" */
	const char *bus;     /* "pci", "platform", "amba" */
	uint16_t vendor, device; /* PCI; checked again before anything is written; 0 0: not checked */
};

/* What a device was bound to. */
struct vck_bind_state {
	char driver[VCK_DRIVER_LEN];   /* "" none */
	char override[VCK_DRIVER_LEN]; /* "" none */
};

struct vck_bind_result {
	enum vck_bind_step failed; /* NONE: it went well */
	int err;		   /* negative errno of the failed step */
	bool rolled_back;	   /* after a failure: it is bound as before */
	int rollback_err;	   /* why not, where it is not */
	struct vck_bind_state before, after;
};

/* How the tree is touched; tests have their own kernel behind it. Paths are below sysfs:
 * "bus/pci/devices/0000:01:00.0/driver_override". */
struct vck_bind_ops {
	void *ctx;
	int (*write)(void *ctx, const char *path, const char *text);
	/* Text of an attribute, stripped; -ENOENT where there is none. */
	ssize_t (*read)(void *ctx, const char *path, char *buf, size_t size);
	/* Last component of a link; -ENOENT where there is none. */
	ssize_t (*link_name)(void *ctx, const char *path, char *buf, size_t size);
};

/* The real ones; ctx is a `const char *`, the place of sysfs ("/sys"). */
int vck_bind_write(void *ctx, const char *path, const char *text);
ssize_t vck_bind_read(void *ctx, const char *path, char *buf, size_t size);
ssize_t vck_bind_link_name(void *ctx, const char *path, char *buf, size_t size);

/* What it is bound to now. Return: 0, -ENODEV (it is gone), or the error of reading. */
int vck_bind_state(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		   struct vck_bind_state *ret) must_check;

/**
 * vck_bind_move - bind a device to @driver
 * @driver: a driver that is loaded; NULL or "": leave it to what the bus finds for @override
 * @override: driver_override afterwards; usually @driver, "" to clear it
 * @ret: what happened, written in any case
 *
 * After a failure everything is put back, in the opposite order, and looked at again. A device
 * that already has the wanted driver and override is left alone.
 * Return: 0, or ret->err.
 */
int vck_bind_move(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		  const char *driver, const char *override, struct vck_bind_result *ret) must_check;

/* Back to @before: its override and its driver. Return: 0 or a negative errno. */
int vck_bind_restore(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		     const struct vck_bind_state *before) must_check;

#endif
