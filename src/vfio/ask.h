/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking VFIO about one device, in the order in which a VMM does (kernel.md of the
 * design 3.7 and 3.8; drivers/vfio/container.c, group.c, device_cdev.c). No reset is asked
 * for and nothing is mapped, but the kernel resets a PCI device when it is opened and when
 * it is closed, then also its slot or bus where that is all there is
 * (vfio_pci_core.c:vfio_pci_core_enable, _disable, vfio_pci_dev_set_try_reset; 5.10 to 7.2). */
#ifndef VCK_VFIO_ASK_H
#define VCK_VFIO_ASK_H

#include "model/probe.h"

/* The system calls, so that tests can answer instead of a kernel. All return the value
 * or a negative errno. */
struct vck_vfio_ops {
	void *ctx;
	int (*open)(void *ctx, const char *path);
	int (*ioctl)(void *ctx, int fd, unsigned long request, void *arg);
	void (*close)(void *ctx, int fd);
};

extern const struct vck_vfio_ops vck_vfio_kernel;

/* The device and its nodes. */
struct vck_ask {
	const char *address;
	char group[64]; /* node: "/dev/vfio/14", "/dev/vfio/noiommu-0"; "" none */
	char cdev[64];	/* node: "/dev/vfio/devices/vfio0"; "" none */
	bool noiommu;
};

/* Fills container, compat, viable, dma_cc, device and hot_reset. */
void vck_ask_container(const struct vck_vfio_ops *ops, const struct vck_ask *a,
		       struct vck_probe *p);
/* Fills iommufd and hw; device and hot_reset where the container did not. */
void vck_ask_iommufd(const struct vck_vfio_ops *ops, const struct vck_ask *a,
		     struct vck_probe *p);

/* An open device: regions, flags, hot reset set. */
void vck_ask_device(const struct vck_vfio_ops *ops, int fd, struct vck_probe *p);

/* Data of IOMMU_GET_HW_INFO. Bytes that are missing leave their fields out. */
void vck_hw_decode(uint32_t type, const uint8_t *data, size_t len, struct vck_probe_hw *ret);

/* --- steps.c --- */

enum vck_container_step {
	VCK_ASK_OPEN_CONTAINER = 0,
	VCK_ASK_OPEN_GROUP,
	VCK_ASK_GET_STATUS,
	VCK_ASK_SET_CONTAINER,
	VCK_ASK_SET_IOMMU,
	VCK_ASK_CHECK_CC,
	VCK_ASK_GET_DEVICE_FD,
};

enum vck_iommufd_step {
	VCK_ASK_OPEN_IOMMU = 0,
	VCK_ASK_OPEN_CDEV,
	VCK_ASK_BIND_IOMMUFD,
	VCK_ASK_GET_HW_INFO,
	VCK_ASK_IOAS_ALLOC,
	VCK_ASK_ATTACH,
};

/* The steps of a path, none of them tried. */
void vck_steps_container(struct vck_probe_path *p);
void vck_steps_iommufd(struct vck_probe_path *p);
/* Note how a step went: @r as the ops return. Return: @r. */
int vck_step(struct vck_probe_path *p, unsigned step, int r);
/* What an errno of the write to a driver's `bind` means, or NULL. */
const char *vck_bind_meaning(int err);

#endif
