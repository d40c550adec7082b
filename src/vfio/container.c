// SPDX-License-Identifier: GPL-2.0-or-later
/* The container's questions. */
#include "config.h"

#include <errno.h>

#include "vfio/ask.h"
#include "vfio/uapi.h"

/* Whose the container is: IOMMU_VFIO_IOAS finds no table in a new one of iommufd
 * (iommufd/vfio_compat.c:get_compat_ioas), and VFIO's own takes no request of a driver before it
 * has one (container.c:vfio_fops_unl_ioctl, in 5.10 vfio.c). */
static enum vck_tri is_compat(const struct vck_vfio_ops *ops, int container)
{
	struct vck_uapi_vfio_ioas get = { .size = sizeof(get) };
	int r = ops->ioctl(ops->ctx, container, VCK_IOMMU_VFIO_IOAS, &get);

	if (r == -EINVAL || r == -ENOTTY)
		return VCK_NO;
	return r >= 0 || r == -ENODEV ? VCK_YES : VCK_UNKNOWN;
}

/* As VMMs choose: type1, or POWER's, whichever is there (vfio_ioctl_set_iommu() takes the first
 * driver that has the type). Without any, SET_IOMMU says so. */
static unsigned long backend(const struct vck_vfio_ops *ops, const struct vck_ask *a, int container)
{
	static const unsigned long types[] = {
		VFIO_TYPE1v2_IOMMU, VFIO_SPAPR_TCE_v2_IOMMU, VFIO_SPAPR_TCE_IOMMU
	};

	if (a->noiommu)
		return VFIO_NOIOMMU_IOMMU;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (ops->ioctl(ops->ctx, container, VFIO_CHECK_EXTENSION, (void *)types[i]) > 0)
			return types[i];
	}
	return types[0];
}

static void ask_coherency(const struct vck_vfio_ops *ops, int container, struct vck_probe *p)
{
	int r = vck_step(&p->container, VCK_ASK_CHECK_CC,
			 ops->ioctl(ops->ctx, container, VFIO_CHECK_EXTENSION,
				    (void *)(unsigned long)VFIO_DMA_CC_IOMMU));

	if (r >= 0)
		p->dma_cc = vck_tri(r > 0);
}

static void ask_group(const struct vck_vfio_ops *ops, const struct vck_ask *a, int container,
		      int group, struct vck_probe *p)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct vck_probe_path *path = &p->container;
	int r;

	r = vck_step(path, VCK_ASK_GET_STATUS,
		     ops->ioctl(ops->ctx, group, VFIO_GROUP_GET_STATUS, &status));
	if (r >= 0)
		p->viable = vck_tri(status.flags & VFIO_GROUP_FLAGS_VIABLE);
	r = vck_step(path, VCK_ASK_SET_CONTAINER,
		     ops->ioctl(ops->ctx, group, VFIO_GROUP_SET_CONTAINER, &container));
	if (r < 0)
		return;
	r = vck_step(path, VCK_ASK_SET_IOMMU,
		     ops->ioctl(ops->ctx, container, VFIO_SET_IOMMU,
				(void *)backend(ops, a, container)));
	if (r < 0)
		return;
	/* type1 knows from here on. The container of iommufd answers for the tables in it, and says
	 * yes as long as there is none: until a device is open (iommufd_vfio_cc_iommu). */
	if (p->compat == VCK_NO)
		ask_coherency(ops, container, p);
	r = vck_step(path, VCK_ASK_GET_DEVICE_FD,
		     ops->ioctl(ops->ctx, group, VFIO_GROUP_GET_DEVICE_FD, (void *)a->address));
	if (r < 0)
		return;
	if (p->compat != VCK_NO)
		ask_coherency(ops, container, p);
	vck_ask_device(ops, r, p);
	ops->close(ops->ctx, r);
}

void vck_ask_container(const struct vck_vfio_ops *ops, const struct vck_ask *a,
		       struct vck_probe *p)
{
	int container, group;

	vck_steps_container(&p->container);
	p->answer.noiommu = a->noiommu;
	container = vck_step(&p->container, VCK_ASK_OPEN_CONTAINER,
			     ops->open(ops->ctx, "/dev/vfio/vfio"));
	p->container.available = vck_tri(container != -ENOENT && container != -ENODEV);
	if (container < 0)
		return;
	p->compat = is_compat(ops, container);
	group = vck_step(&p->container, VCK_ASK_OPEN_GROUP,
			 a->group[0] ? ops->open(ops->ctx, a->group) : -ENOENT);
	if (group >= 0) {
		ask_group(ops, a, container, group, p);
		ops->close(ops->ctx, group);
	}
	ops->close(ops->ctx, container);
}
