// SPDX-License-Identifier: GPL-2.0-or-later
/* iommufd's questions, through the device's own node. */
#include "config.h"

#include <errno.h>

#include "vfio/ask.h"
#include "vfio/uapi.h"

/* 6.6 ends before out_capabilities, and would leave its 0 there. copy_struct_from_user() refuses
 * what a kernel does not know of a longer structure unless it is 0, and nobody reads what comes
 * in there. */
static int get_hw_info(const struct vck_vfio_ops *ops, int iommufd, struct vck_uapi_hw_info *hw)
{
	int r;

	hw->out_capabilities = UINT64_MAX;
	r = ops->ioctl(ops->ctx, iommufd, VCK_IOMMU_GET_HW_INFO, hw);
	if (r != -E2BIG)
		return r;
	hw->size = VCK_HW_INFO_SIZE_6_6;
	hw->out_capabilities = 0;
	return ops->ioctl(ops->ctx, iommufd, VCK_IOMMU_GET_HW_INFO, hw);
}

static void ask_hardware(const struct vck_vfio_ops *ops, int iommufd, uint32_t id,
			 struct vck_probe *p)
{
	uint8_t data[256] = { 0 };
	struct vck_uapi_hw_info hw = {
		.size = sizeof(hw),
		.dev_id = id,
		.data_len = sizeof(data),
		.data_uptr = (uintptr_t)data,
	};
	int r = vck_step(&p->iommufd, VCK_ASK_GET_HW_INFO, get_hw_info(ops, iommufd, &hw));

	if (r < 0)
		return;
	vck_hw_decode(hw.out_data_type, data,
		      hw.data_len < sizeof(data) ? hw.data_len : sizeof(data), &p->hw);
	p->hw.capabilities_known = vck_tri(hw.size > VCK_HW_INFO_SIZE_6_6);
	p->hw.capabilities = hw.out_capabilities;
}

/* An empty table of addresses: nothing is mapped in it. */
static void ask_attach(const struct vck_vfio_ops *ops, int iommufd, int fd, struct vck_probe *p)
{
	struct vck_uapi_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct vck_uapi_attach attach = { .argsz = sizeof(attach) };
	struct vck_uapi_detach detach = { .argsz = sizeof(detach) };
	struct vck_uapi_destroy destroy = { .size = sizeof(destroy) };
	int r = vck_step(&p->iommufd, VCK_ASK_IOAS_ALLOC,
			 ops->ioctl(ops->ctx, iommufd, VCK_IOMMU_IOAS_ALLOC, &alloc));

	if (r < 0)
		return;
	attach.pt_id = alloc.out_ioas_id;
	r = vck_step(&p->iommufd, VCK_ASK_ATTACH,
		     ops->ioctl(ops->ctx, fd, VCK_DEVICE_ATTACH_PT, &attach));
	if (r >= 0)
		ops->ioctl(ops->ctx, fd, VCK_DEVICE_DETACH_PT, &detach);
	destroy.id = alloc.out_ioas_id;
	ops->ioctl(ops->ctx, iommufd, VCK_IOMMU_DESTROY, &destroy);
}

static void ask_cdev(const struct vck_vfio_ops *ops, int iommufd, int fd, struct vck_probe *p)
{
	struct vck_uapi_bind bind = { .argsz = sizeof(bind), .iommufd = iommufd };
	int r = vck_step(&p->iommufd, VCK_ASK_BIND_IOMMUFD,
			 ops->ioctl(ops->ctx, fd, VCK_DEVICE_BIND_IOMMUFD, &bind));

	if (r < 0)
		return;
	if (p->device.known != VCK_YES)
		vck_ask_device(ops, fd, p);
	ask_hardware(ops, iommufd, bind.out_devid, p);
	ask_attach(ops, iommufd, fd, p);
}

void vck_ask_iommufd(const struct vck_vfio_ops *ops, const struct vck_ask *a,
		     struct vck_probe *p)
{
	int iommufd, fd;

	vck_steps_iommufd(&p->iommufd);
	iommufd = vck_step(&p->iommufd, VCK_ASK_OPEN_IOMMU, ops->open(ops->ctx, "/dev/iommu"));
	p->iommufd.available = vck_tri(iommufd != -ENOENT && iommufd != -ENODEV && a->cdev[0]);
	if (iommufd < 0)
		return;
	fd = vck_step(&p->iommufd, VCK_ASK_OPEN_CDEV,
		      a->cdev[0] ? ops->open(ops->ctx, a->cdev) : -ENOENT);
	/* Without one the kernel has none, by sysfs: that is its own answer. */
	p->iommufd.steps[VCK_ASK_OPEN_CDEV].node = a->cdev[0];
	if (fd >= 0) {
		ask_cdev(ops, iommufd, fd, p);
		ops->close(ops->ctx, fd);
	}
	ops->close(ops->ctx, iommufd);
}
