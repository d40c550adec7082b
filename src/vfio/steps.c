// SPDX-License-Identifier: GPL-2.0-or-later
/* The questions in their order, and what their errors mean. */
#include "config.h"

#include <errno.h>

#include "vfio/ask.h"

struct question {
	const char *name, *attempt;
	enum vck_stage stage;
	bool node; /* one is opened */
};

struct meaning {
	unsigned step;
	int err;
	const char *text;
};

static const struct question container_steps[] = {
	[VCK_ASK_OPEN_CONTAINER] = { "open_container", "open /dev/vfio/vfio",
				     VCK_STAGE_CONTAINER, true },
	[VCK_ASK_OPEN_GROUP] = { "open_group", "open the group's node", VCK_STAGE_GROUP, true },
	[VCK_ASK_GET_STATUS] = { "get_status", "VFIO_GROUP_GET_STATUS", VCK_STAGE_NONE },
	[VCK_ASK_SET_CONTAINER] = { "set_container", "VFIO_GROUP_SET_CONTAINER",
				    VCK_STAGE_GROUP },
	[VCK_ASK_SET_IOMMU] = { "set_iommu", "VFIO_SET_IOMMU", VCK_STAGE_IOMMU },
	[VCK_ASK_CHECK_CC] = { "check_dma_cc", "VFIO_CHECK_EXTENSION VFIO_DMA_CC_IOMMU",
			       VCK_STAGE_NONE },
	[VCK_ASK_GET_DEVICE_FD] = { "get_device_fd", "VFIO_GROUP_GET_DEVICE_FD",
				    VCK_STAGE_DEVICE },
};

static const struct question iommufd_steps[] = {
	[VCK_ASK_OPEN_IOMMU] = { "open_iommu", "open /dev/iommu", VCK_STAGE_CONTAINER, true },
	[VCK_ASK_OPEN_CDEV] = { "open_cdev", "open the device's node", VCK_STAGE_GROUP, true },
	[VCK_ASK_BIND_IOMMUFD] = { "bind_iommufd", "VFIO_DEVICE_BIND_IOMMUFD", VCK_STAGE_GROUP },
	[VCK_ASK_GET_HW_INFO] = { "get_hw_info", "IOMMU_GET_HW_INFO", VCK_STAGE_NONE },
	[VCK_ASK_IOAS_ALLOC] = { "ioas_alloc", "IOMMU_IOAS_ALLOC", VCK_STAGE_NONE },
	[VCK_ASK_ATTACH] = { "attach", "VFIO_DEVICE_ATTACH_IOMMUFD_PT", VCK_STAGE_IOMMU },
};

_Static_assert(ARRAY_SIZE(container_steps) <= VCK_PROBE_STEPS, "room for the container's steps");
_Static_assert(ARRAY_SIZE(iommufd_steps) <= VCK_PROBE_STEPS, "room for iommufd's steps");

/* security/device_cgroup.c and kernel/bpf/cgroup.c: EPERM */
#define KEPT_AWAY "the device filter of a container (cgroup) keeps it away"

/* Of the device's driver, by either way: drivers/vfio/pci/vfio_pci_core.c */
#define NEEDS_TOKEN                                                                                \
	"a virtual function whose physical function is on vfio-pci needs its VF token, and so does a physical function whose virtual functions are in use"
#define LOCKED                                                                                     \
	"the device was locked while it was to be reset (another reset or removal is under way)"
#define ASLEEP "the device did not wake up, or does not answer"

/* drivers/vfio/container.c, group.c, vfio_iommu_type1.c, vfio_main.c; drivers/iommu/iommu.c;
 * drivers/vfio/pci/vfio_pci_core.c; 5.10 to 7.3. Up to 5.18 vfio.c:vfio_group_get_device_fd
 * looks at the group's members, since 5.19 VFIO_GROUP_SET_CONTAINER does. Where
 * iommufd serves /dev/vfio/vfio, the device is bound to it here: iommufd_device_bind(). */
static const struct meaning container_meanings[] = {
	{ VCK_ASK_OPEN_CONTAINER, ENOENT,
	  "no such node: the module that serves it (vfio, or iommufd in its place) is not loaded, or was built without the container" },
	{ VCK_ASK_OPEN_CONTAINER, ENODEV,
	  "the module that serves it (vfio, or iommufd in its place) is not loaded" },
	{ VCK_ASK_OPEN_CONTAINER, EACCES, "no right to open it (it is meant to be 0666)" },
	{ VCK_ASK_OPEN_CONTAINER, EPERM, KEPT_AWAY },
	{ VCK_ASK_OPEN_GROUP, ENOENT,
	  "no such node: no device of the group is on a vfio driver, the kernel has no groups, or this /dev is a container's" },
	{ VCK_ASK_OPEN_GROUP, ENODEV, "no device of the group is on a vfio driver any more" },
	{ VCK_ASK_OPEN_GROUP, EBUSY,
	  "another process has the group, or a device of it by its own node, open" },
	{ VCK_ASK_OPEN_GROUP, EACCES, "the node belongs to somebody else (root by default)" },
	{ VCK_ASK_OPEN_GROUP, EPERM, "a group without an IOMMU wants CAP_SYS_RAWIO; else " KEPT_AWAY },
	{ VCK_ASK_SET_CONTAINER, EPERM,
	  "a member of the group is bound to a driver that uses its DMA, or somebody else owns the group" },
	{ VCK_ASK_SET_CONTAINER, EBUSY,
	  "the group's default DMA domain is not in place: another user has attached it" },
	{ VCK_ASK_SET_CONTAINER, EINVAL,
	  "a member of the group needs a 1:1 mapping that firmware asks for (6.6), or the group has a container already" },
	{ VCK_ASK_SET_CONTAINER, ENODEV, "the device has gone" },
	{ VCK_ASK_SET_IOMMU, EPERM,
	  "interrupts are not isolated (no interrupt remapping), or a firmware reserved region forbids it" },
	{ VCK_ASK_SET_IOMMU, ENODEV,
	  "no IOMMU backend took it: vfio_iommu_type1 is not there (modprobe vfio_iommu_type1)" },
	{ VCK_ASK_SET_IOMMU, EINVAL,
	  "the IOMMU driver refuses the device, or nothing of its address space is usable" },
	{ VCK_ASK_SET_IOMMU, EBUSY, "the group is attached to somebody else's domain" },
	{ VCK_ASK_SET_IOMMU, ENOMEM, "the IOMMU driver could not make a domain" },
	{ VCK_ASK_GET_DEVICE_FD, EACCES, NEEDS_TOKEN },
	{ VCK_ASK_GET_DEVICE_FD, ENODEV,
	  "no such device in the group, or its module is being removed" },
	{ VCK_ASK_GET_DEVICE_FD, EAGAIN, LOCKED },
	{ VCK_ASK_GET_DEVICE_FD, EIO, ASLEEP },
	{ VCK_ASK_GET_DEVICE_FD, EBUSY,
	  "iommufd serves the container, and somebody else's domain is attached to the group" },
	{ VCK_ASK_GET_DEVICE_FD, EINVAL,
	  "before 5.19: a member of the group is bound to another driver; else the driver could not enable the device, or iommufd serves the container and DMA cannot be made coherent or firmware asks for a 1:1 mapping" },
	{ VCK_ASK_GET_DEVICE_FD, EPERM,
	  "a group without an IOMMU wants CAP_SYS_RAWIO; else iommufd serves the container, and interrupts are not isolated or a member of the group is bound to a driver that uses its DMA" },
};

/* drivers/vfio/device_cdev.c, drivers/iommu/iommufd/device.c; 6.6 to 7.3. A driver that tells
 * nothing of its hardware is no error: iommufd_get_hw_info() names IOMMU_HW_INFO_TYPE_NONE. */
static const struct meaning iommufd_meanings[] = {
	{ VCK_ASK_OPEN_IOMMU, ENOENT, "no such node: iommufd is not loaded, or was not built" },
	{ VCK_ASK_OPEN_IOMMU, ENODEV, "iommufd is not loaded" },
	{ VCK_ASK_OPEN_IOMMU, EACCES, "the node belongs to somebody else (root by default)" },
	{ VCK_ASK_OPEN_IOMMU, EPERM, KEPT_AWAY },
	{ VCK_ASK_OPEN_CDEV, ENOENT,
	  "no such node: the kernel was built without VFIO_DEVICE_CDEV, makes none for a device without an IOMMU, or this /dev is a container's" },
	{ VCK_ASK_OPEN_CDEV, ENODEV, "the device is leaving its vfio driver" },
	{ VCK_ASK_OPEN_CDEV, EACCES, "the node belongs to somebody else (root by default)" },
	{ VCK_ASK_OPEN_CDEV, EPERM, "a device without an IOMMU wants CAP_SYS_RAWIO; else " KEPT_AWAY },
	{ VCK_ASK_BIND_IOMMUFD, EBUSY,
	  "the group is open through its node, or attached to somebody else's domain" },
	{ VCK_ASK_BIND_IOMMUFD, EPERM,
	  "interrupts are not isolated, a member of the group is bound to a driver that uses its DMA, or another process has a device of the group open" },
	{ VCK_ASK_BIND_IOMMUFD, EINVAL,
	  "DMA cannot be made coherent, firmware asks for a 1:1 mapping, the driver could not enable the device, or another process has it open" },
	{ VCK_ASK_BIND_IOMMUFD, EACCES, NEEDS_TOKEN },
	{ VCK_ASK_BIND_IOMMUFD, EAGAIN, LOCKED },
	{ VCK_ASK_BIND_IOMMUFD, EIO, ASLEEP },
	{ VCK_ASK_BIND_IOMMUFD, ENODEV, "its module is being removed" },
	{ VCK_ASK_GET_HW_INFO, EOPNOTSUPP,
	  "the kernel does not know a flag or field of the request" },
	{ VCK_ASK_GET_HW_INFO, ENOTTY, "the kernel has no such request (6.6)" },
	{ VCK_ASK_ATTACH, EINVAL,
	  "the IOMMU driver refuses the device, or its group is attached to another table" },
	{ VCK_ASK_ATTACH, EADDRINUSE, "a reserved region of the device is in use in the table" },
	{ VCK_ASK_ATTACH, EBUSY, "the group is attached to somebody else's domain" },
};

/* drivers/vfio/pci/vfio_pci.c and vfio_pci_core.c (register), vfio_main.c. Up to 5.13 (5.10)
 * drivers/base/dd.c:really_probe drops the error of ->probe and bus.c:bind_store says ENODEV for
 * all of them; since 5.14 device_driver_attach() hands it on, and EPROBE_DEFER as EAGAIN. */
static const struct meaning bind_meanings[] = {
	{ 0, EINVAL,
	  "a bridge, a device of the driver's denylist, one without an IOMMU group, or an IOMMU that cannot make DMA coherent" },
	{ 0, EBUSY, "a physical function that has virtual functions" },
	{ 0, ENODEV,
	  "before 5.14: the driver refused it, and the kernel log alone has the reason (probe of ... failed with error); else the driver does not take this device, or the device has gone" },
	{ 0, EAGAIN,
	  "it is put off: something that the device needs, as its IOMMU, is not there yet" },
	{ 0, ENOENT, "there is no such driver" },
	{ 0, EPERM, "no right to bind (run as root)" },
};

static const char *find(const struct meaning *m, size_t n, unsigned step, int err)
{
	for (size_t i = 0; i < n; i++) {
		if (m[i].step == step && m[i].err == err)
			return m[i].text;
	}
	return NULL;
}

const char *vck_bind_meaning(int err)
{
	return find(bind_meanings, ARRAY_SIZE(bind_meanings), 0, err < 0 ? -err : err);
}

static void set(struct vck_probe_path *p, const struct question *q, size_t n)
{
	*p = (struct vck_probe_path){ .n = n };
	for (size_t i = 0; i < n; i++)
		p->steps[i] = (struct vck_probe_step){ .name = q[i].name,
						       .attempt = q[i].attempt,
						       .stage = q[i].stage,
						       .node = q[i].node };
}

void vck_steps_container(struct vck_probe_path *p)
{
	set(p, container_steps, ARRAY_SIZE(container_steps));
}

void vck_steps_iommufd(struct vck_probe_path *p)
{
	set(p, iommufd_steps, ARRAY_SIZE(iommufd_steps));
}

int vck_step(struct vck_probe_path *p, unsigned step, int r)
{
	struct vck_probe_step *s = &p->steps[step];
	bool container = p->n == ARRAY_SIZE(container_steps);

	s->done = vck_tri(r >= 0);
	if (r >= 0)
		return r;
	s->err = -r;
	s->meaning = container ? find(container_meanings, ARRAY_SIZE(container_meanings), step, -r) :
				 find(iommufd_meanings, ARRAY_SIZE(iommufd_meanings), step, -r);
	return r;
}
