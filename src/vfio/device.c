// SPDX-License-Identifier: GPL-2.0-or-later
/* What an open device says of itself, and the real system calls. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio/ask.h"
#include "vfio/uapi.h"

/* include/uapi/linux/vfio.h, 6.6: the ids are of devices of an iommufd, not of groups */
#define HOT_RESET_FLAG_DEV_ID 1u

static int kernel_open(void *ctx, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	(void)ctx;
	return fd < 0 ? -errno : fd;
}

static int kernel_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	int r = ioctl(fd, request, arg);

	(void)ctx;
	return r < 0 ? -errno : r;
}

static void kernel_close(void *ctx, int fd)
{
	(void)ctx;
	close(fd);
}

const struct vck_vfio_ops vck_vfio_kernel = {
	.open = kernel_open,
	.ioctl = kernel_ioctl,
	.close = kernel_close,
};

static void ask_regions(const struct vck_vfio_ops *ops, int fd, struct vck_probe_device *d)
{
	for (uint32_t i = 0; i < d->num_regions && d->n_regions < VCK_PROBE_REGIONS; i++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = i };

		if (ops->ioctl(ops->ctx, fd, VFIO_DEVICE_GET_REGION_INFO, &info) < 0 || !info.size)
			continue;
		d->regions[d->n_regions++] = (struct vck_probe_region){
			.index = i, .flags = info.flags, .size = info.size, .offset = info.offset
		};
	}
}

/* vfio_pci_core.c:vfio_pci_ioctl_get_pci_hot_reset_info, vfio_pci_fill_devs, 5.10 to 7.2. What
 * else it may say (EAGAIN: something came or went meanwhile) is no answer. */
static const char *no_hot_reset(int err)
{
	if (err == ENODEV)
		return "neither its slot nor its bus can be reset";
	return err == EPERM ? "a function that would be reset with it has no IOMMU group" : NULL;
}

static void ask_hot_reset(const struct vck_vfio_ops *ops, int fd, struct vck_probe_hot_reset *h)
{
	struct {
		struct vfio_pci_hot_reset_info info;
		struct vfio_pci_dependent_device devices[VCK_PROBE_MEMBERS];
	} q = { .info = { .argsz = sizeof(q) } };
	int r = ops->ioctl(ops->ctx, fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &q.info);

	/* more than there is room for: possible, and the kernel says how many */
	h->err = r < 0 ? -r : 0;
	h->meaning = no_hot_reset(h->err);
	h->possible = r >= 0 || r == -ENOSPC ? VCK_YES : h->meaning ? VCK_NO : VCK_UNKNOWN;
	h->total = h->possible == VCK_YES ? q.info.count : 0;
	if (r < 0)
		return;
	for (size_t i = 0; i < h->total && i < VCK_PROBE_MEMBERS; i++) {
		const struct vfio_pci_dependent_device *d = &q.devices[i];

		h->members[h->n++] = (struct vck_probe_member){
			.bdf = { d->segment, d->bus, d->devfn >> 3, d->devfn & 7u },
			.group = q.info.flags & HOT_RESET_FLAG_DEV_ID ? UINT32_MAX : d->group_id,
		};
	}
}

void vck_ask_device(const struct vck_vfio_ops *ops, int fd, struct vck_probe *p)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vck_probe_device *d = &p->device;

	if (ops->ioctl(ops->ctx, fd, VFIO_DEVICE_GET_INFO, &info) < 0)
		return;
	*d = (struct vck_probe_device){
		.known = VCK_YES,
		.pci = vck_tri(info.flags & VFIO_DEVICE_FLAGS_PCI),
		.reset = vck_tri(info.flags & VFIO_DEVICE_FLAGS_RESET),
		.num_regions = info.num_regions,
		.num_irqs = info.num_irqs,
	};
	ask_regions(ops, fd, d);
	if (d->pci == VCK_YES)
		ask_hot_reset(ops, fd, &p->hot_reset);
}
