// SPDX-License-Identifier: GPL-2.0-or-later
/* See move.h. */
#include "config.h"

#include <errno.h>

#include "base/errname.h"
#include "cmd/cmd.h"
#include "cmd/move.h"

/* PCI Code and ID Assignment 1.4: VGA-compatible controller. Only these have the file boot_vga
 * (drivers/pci/pci-sysfs.c, pci_dev_attrs_are_visible() [6.12]). */
#define CLASS_VGA 0x0300u

static void add(struct vck_buf *b, const char *reason)
{
	vck_buf_adds(b, b->len ? "; " : "");
	vck_buf_adds(b, reason);
}

static void add_use(const struct vck_host *h, const struct vck_device *d, struct vck_buf *b)
{
	if (d->in_use) {
		add(b, "in use by this host: ");
		vck_buf_adds(b, d->in_use);
	} else if (h->usage_unread) {
		add(b, "what this host uses it for could not be read");
	}
}

/* The driver of a physical function removes its virtual functions when it loses it. */
static void add_vfs(const struct vck_device *d, struct vck_buf *b)
{
	if (d->bus == VCK_BUS_PCI && !vck_device_has(d, VCK_EV_SRIOV)) {
		add(b, "whether it has virtual functions could not be read");
	} else if (d->sriov_numvfs) {
		add(b, "");
		vck_buf_addf(b, "a physical function with %u virtual functions (echo 0 > /sys/bus/pci/devices/%s/sriov_numvfs first)",
			     d->sriov_numvfs, d->address);
	}
}

/* A driver that could not be read may be the console's. */
static bool may_be_native(const struct vck_device *d)
{
	if (!d->driver)
		return !vck_device_has(d, VCK_EV_DRIVER);
	return !vck_device_is_on_vfio(d);
}

static void add_console(const struct vck_device *d, struct vck_buf *b)
{
	if (!may_be_native(d))
		return;
	if (d->boot_vga == VCK_YES)
		add(b, "the boot console is on it");
	else if (d->boot_vga == VCK_UNKNOWN && d->bus == VCK_BUS_PCI && d->class >> 8 == CLASS_VGA)
		add(b, "whether the boot console is on it could not be read");
}

int vck_move_dangers(const struct vck_host *h, const struct vck_device *d, struct vck_buf *b)
{
	if (vck_device_is_bridge(d)) {
		add(b, "a bridge; VFIO takes endpoints only, and a bridge need not be bound");
	} else {
		add_use(h, d, b);
		add_vfs(d, b);
		add_console(d, b);
	}
	return b->failed ? -ENOMEM : 0;
}

int vck_move_load(const struct vck_write_env *env, const struct vck_device *d, const char *want,
		  char *ret)
{
	int r = vck_driver_load(env, vck_bus_name(d->bus), want, ret);

	if (r < 0)
		vck_error("%s: driver %s: cannot load: %s%s", d->address, want, vck_errno_text(r),
			  r == -ENOENT ? " (this kernel has no such module: viommu-check host)" : "");
	return r;
}
