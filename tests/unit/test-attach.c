// SPDX-License-Identifier: GPL-2.0-or-later
/* check/attach: what the kernel answers, by release, IOMMU and interface. Each row is a
 * host of one group: the device 0000:01:00.0, perhaps with a sibling, behind one unit.
 * The expected answers are "ok", "noiommu", "?" (unknown) or "ERRNO stage" ("-": any errno). */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/errname.h"
#include "check/engine.h"

struct row {
	const char *name, *kernel;
	enum vck_arch arch;	     /* default x86_64 */
	enum vck_iommu_driver iommu; /* UNKNOWN: no unit and no group */
	const char *other;	     /* name of an IOMMU driver of its own kind */
	enum vck_tri walk, no_ir;    /* coherent walk; no_ir YES: no isolated MSIs */
	const char *driver, *sibling, *region, *params, *cmdline, *holders;
	uint16_t device_id;
	uint8_t header;
	uint32_t vfs;
	const char *pf_driver; /* the device is a VF of a PF with this driver */
	const char *vf_driver; /* it is a PF whose VFs are there and have this driver */
	bool vf_held;	       /* and are in use */
	bool no_type1, no_group, unassigned, blind;
	bool own_node; /* a coherent device tree node of the function's own */
	bool no_dt;    /* there may be one that was not read */
	enum vck_bus bus;
	const char *compatible, *acpi; /* of its own node, '+' between strings; its companion */
	enum { NO_VMD = 0, CONTROLLER, CHILD } vmd; /* of the device; the sibling is the other */
	bool is_unit; /* it is the IOMMU itself */
	bool unread; /* who else is in the group could not be read */
	bool cdev, other_held, hidden; /* by its own node; so is the sibling; not readable */
	const char *now, *with_group; /* with_group NULL: as now */
};

#define INTEL	 .iommu = VCK_IOMMU_INTEL
#define AMD	 .iommu = VCK_IOMMU_AMD
#define VIRTIO	 .iommu = VCK_IOMMU_VIRTIO
#define SMMU	 .arch = VCK_ARCH_AARCH64, .iommu = VCK_IOMMU_SMMU
#define SMMU_V3	 .arch = VCK_ARCH_AARCH64, .iommu = VCK_IOMMU_SMMU_V3
#define OTHER(n) .iommu = VCK_IOMMU_OTHER, .other = n
#define ON(bus_) SMMU_V3, .walk = VCK_YES, .bus = VCK_BUS_##bus_
#define DMA	 ON(PLATFORM)
#define NO_RESET .params = "vfio_platform.reset_required=N"

static const struct row rows[] = {
	/* plain acceptance, and kernels outside of the tables */
	{"intel", "6.12.0", INTEL, .now = "ok"},
	{"intel 5.10", "5.10.0", INTEL, .now = "ok"},
	{"intel newest", "7.3.1", INTEL, .now = "ok"},
	{"newer than the tables", "7.4.0", INTEL, .now = "?"},
	{"older than the tables", "4.19.0", INTEL, .now = "?"},
	{"foreign architecture", "6.12.0", .arch = VCK_ARCH_OTHER, .now = "?"},
	/* RHEL carries VFIO of later releases: what they all answer holds, the rest is open */
	{"RHEL 9", "5.14.0-427.13.1.el9_4.x86_64", INTEL, .now = "ok"},
	{"RHEL 9, AMD", "5.14.0-427.13.1.el9_4.x86_64", AMD, .now = "ok"},
	{"RHEL 9, sibling", "5.14.0-427.13.1.el9_4.x86_64", INTEL, .sibling = "nvme",
	 .now = "?", .with_group = "ok"},
	{"RHEL 9, SMMUv3 coherent", "5.14.0-427.13.1.el9_4.aarch64", SMMU_V3,
	 .walk = VCK_YES, .now = "ok"},
	{"RHEL 9, SMMUv3 not coherent", "5.14.0-427.13.1.el9_4.aarch64", SMMU_V3,
	 .walk = VCK_NO, .now = "?"},
	{"RHEL 9, riscv", "6.12.0-55.el10.riscv64", OTHER("rk_iommu"), .now = "?"},
	{"Oracle's UEK is a stable kernel", "5.15.0-205.149.5.1.el9uek.x86_64", INTEL,
	 .sibling = "nvme", .now = "EINVAL device", .with_group = "ok"},
	{"so is ELRepo's", "6.9.1-1.el9.elrepo.x86_64", INTEL, .sibling = "nvme",
	 .now = "EPERM group", .with_group = "ok"},
	{"release unknown, nothing depends on it", NULL, .header = 1,
	 .now = "EINVAL bind"},
	{"release unknown, sibling", NULL, INTEL, .sibling = "nvme", .now = "?",
	 .with_group = "ok"},
	/* bind */
	{"no group", "6.12.0", .now = "EINVAL bind"},
	{"no group, no evidence", "6.12.0", .blind = true, .now = "?"},
	{"bridge", "6.12.0", INTEL, .header = 1, .now = "EINVAL bind"},
	{"denylist", "6.12.0", INTEL, .device_id = 0x37c8, .now = "EINVAL bind"},
	{"denylist off", "6.12.0", INTEL, .device_id = 0x37c8,
	 .params = "vfio_pci.disable_denylist=Y", .now = "ok"},
	{"denylist, newer entry", "6.12.0", INTEL, .device_id = 0x0b25,
	 .now = "EINVAL bind"},
	{"denylist, before that entry", "5.10.0", INTEL, .device_id = 0x0b25,
	 .now = "ok"},
	{"denylist, 5.15 never got it", "5.15.200", INTEL, .device_id = 0x0b25,
	 .now = "ok"},
	{"denylist, 6.1 before it", "6.1.90", INTEL, .device_id = 0x0b25, .now = "ok"},
	{"denylist, 6.1 with it", "6.1.91", INTEL, .device_id = 0x0cfe,
	 .now = "EINVAL bind"},
	{"denylist, Debian's own numbers", "6.1.0-18-amd64", INTEL, .device_id = 0x0b25,
	 .now = "?"},
	{"denylist, 6.5 never got it", "6.5.13", INTEL, .device_id = 0x0b25, .now = "ok"},
	{"denylist, 6.6 with it", "6.6.31", INTEL, .device_id = 0x0b25,
	 .now = "EINVAL bind"},
	{"denylist, 6.9", "6.9.0", INTEL, .device_id = 0x0b25, .now = "ok"},
	{"denylist, 6.10", "6.10.0-rc1", INTEL, .device_id = 0x0b25,
	 .now = "EINVAL bind"},
	{"PF, driver removes its VFs", "6.12.0", INTEL, .driver = "igb", .vfs = 2,
	 .now = "ok"},
	{"PF, driver leaves them", "6.12.0", INTEL, .driver = "nvme", .vfs = 2,
	 .now = "EBUSY bind"},
	{"PF without driver", "6.12.0", INTEL, .vfs = 2, .now = "EBUSY bind"},
	/* mlx4_remove_one: SR-IOV stays on while a VF is active */
	{"mlx4 PF, idle VFs", "6.12.0", INTEL, .driver = "mlx4_core", .vfs = 2,
	 .vf_driver = "", .now = "ok"},
	{"mlx4 PF, VFs with a driver", "6.12.0", INTEL, .driver = "mlx4_core", .vfs = 2,
	 .vf_driver = "mlx4_core", .now = "?"},
	{"mlx4 PF, VFs of guests", "5.10.0", INTEL, .driver = "mlx4_core", .vfs = 2,
	 .vf_driver = "vfio-pci", .now = "?"},
	{"mlx4 PF, VFs not seen", "6.12.0", INTEL, .driver = "mlx4_core", .vfs = 2,
	 .now = "?"},
	{"another PF, VFs with a driver", "6.12.0", INTEL, .driver = "mlx5_core", .vfs = 2,
	 .vf_driver = "mlx5_core", .now = "ok"},
	{"PF, driver not known", "6.12.0", INTEL, .driver = "fancy", .vfs = 2,
	 .now = "?"},
	{"the same without a group", "6.12.0", .driver = "fancy", .vfs = 2,
	 .now = "- bind"},
	/* until 5.14 the driver core kept the driver's errno to itself */
	{"bridge, 5.10", "5.10.0", INTEL, .header = 1, .now = "ENODEV bind"},
	{"no group, 5.13", "5.13.0", .now = "ENODEV bind"},
	{"no group, 5.14", "5.14.0", .now = "EINVAL bind"},
	{"PF without driver, 5.13", "5.13.0", INTEL, .vfs = 2, .now = "ENODEV bind"},
	{"PF without driver, 5.15", "5.15.0", INTEL, .vfs = 2, .now = "EBUSY bind"},
	{"the same on RHEL 9, which has either", "5.14.0-70.el9.x86_64", INTEL, .vfs = 2,
	 .now = "EBUSY bind"},
	/* AMD's own function: no driver may have it, later it merely has no group */
	{"AMD IOMMU", "6.12.0", AMD, .no_group = true, .is_unit = true, .now = "ENODEV bind"},
	{"AMD IOMMU, 6.15.4", "6.15.4", AMD, .no_group = true, .is_unit = true,
	 .now = "ENODEV bind"},
	{"AMD IOMMU, 6.15.5", "6.15.5", AMD, .no_group = true, .is_unit = true,
	 .now = "EINVAL bind"},
	{"AMD IOMMU, a distribution's 6.15", "6.15.0-7-generic", AMD, .no_group = true,
	 .is_unit = true, .now = "- bind"},
	{"AMD IOMMU, 6.16", "6.16.0", AMD, .no_group = true, .is_unit = true,
	 .now = "EINVAL bind"},
	/* cache coherency */
	{"virtio-iommu 5.18", "5.18.0", VIRTIO, .arch = VCK_ARCH_AARCH64, .now = "ok"},
	{"virtio-iommu 5.19", "5.19.0", VIRTIO, .now = "EINVAL bind"},
	{"virtio-iommu 5.19, before the fix", "5.19.8", VIRTIO, .now = "EINVAL bind"},
	{"virtio-iommu 5.19, with the fix", "5.19.9", VIRTIO, .now = "ok"},
	{"virtio-iommu 5.19 of a distribution", "5.19.0-50-generic", VIRTIO, .now = "?"},
	{"virtio-iommu 6.0", "6.0", VIRTIO, .now = "ok"},
	{"virtio-iommu 6.1 on x86", "6.1.0", VIRTIO, .no_ir = VCK_YES,
	 .now = "EPERM iommu"},
	{"SMMUv3 coherent", "6.12.0", SMMU_V3, .walk = VCK_YES, .now = "ok"},
	{"SMMUv3 not coherent", "6.12.0", SMMU_V3, .walk = VCK_NO, .now = "EINVAL bind"},
	{"SMMUv3 not coherent, 6.0", "6.0.0", SMMU_V3, .walk = VCK_NO, .now = "ok"},
	{"SMMUv3, firmware not read", "6.12.0", SMMU_V3, .now = "?"},
	{"SMMUv2, function without a node", "6.12.0", SMMU, .walk = VCK_NO,
	 .now = "EINVAL bind"},
	{"SMMUv2, coherent function", "6.12.0", SMMU, .walk = VCK_NO,
	 .own_node = true, .now = "ok"},
	{"SMMUv2, device tree not read", "6.12.0", SMMU, .walk = VCK_NO, .no_dt = true, .now = "?"},
	{"SMMUv2, coherent function, 6.1.6", "6.1.6", SMMU, .walk = VCK_NO,
	 .own_node = true, .now = "EINVAL bind"},
	{"SMMUv2, coherent function, 6.1.7", "6.1.7", SMMU, .walk = VCK_NO,
	 .own_node = true, .now = "ok"},
	{"SMMUv2 walks coherently", "6.12.0", SMMU, .walk = VCK_YES, .now = "ok"},
	{"riscv", "7.1.0", OTHER("riscv-iommu"), .now = "EINVAL bind"},
	{"rockchip", "6.12.0", OTHER("rk_iommu"), .now = "EINVAL bind"},
	{"an IOMMU that nobody knows", "6.12.0", OTHER("frobnicator"), .now = "?"},
	{"the same before it mattered", "5.10.0", OTHER("frobnicator"), .now = "ok"},
	/* group */
	{"sibling on its driver", "6.12.0", INTEL, .sibling = "nvme",
	 .now = "EPERM group", .with_group = "ok"},
	{"sibling on pcieport", "6.12.0", INTEL, .sibling = "pcieport", .now = "ok"},
	{"sibling on pci-stub", "6.12.0", INTEL, .sibling = "pci-stub", .now = "ok"},
	{"sibling on vfio", "6.12.0", INTEL, .sibling = "mlx5_vfio_pci", .now = "ok"},
	{"sibling unbound", "6.12.0", INTEL, .sibling = "", .now = "ok"},
	{"sibling on xen-pciback", "6.12.0", INTEL, .sibling = "xen-pciback",
	 .now = "EPERM group", .with_group = "ok"},
	{"members not all read", "6.12.0", INTEL, .unread = true, .now = "?"},
	{"members not all read, one on its driver", "6.12.0", INTEL, .unread = true,
	 .sibling = "nvme", .now = "EPERM group", .with_group = "?"},
	{"sibling, 5.18", "5.18.0", INTEL, .sibling = "nvme", .now = "EINVAL device",
	 .with_group = "ok"},
	{"sibling, compat", "6.12.0", INTEL, .sibling = "nvme", .no_type1 = true,
	 .params = "compat", .now = "EPERM device", .with_group = "ok"},
	{"sibling, iommufd", "6.12.0", INTEL, .sibling = "nvme", .no_type1 = true,
	 .params = "iommufd", .now = "EPERM group", .with_group = "ok"},
	{"no backend at all", "6.12.0", INTEL, .no_type1 = true, .now = "ENODEV iommu"},
	/* who serves /dev/vfio/vfio */
	{"type1 is in another package", "6.12.0", INTEL, .no_type1 = true, .params = "split",
	 .now = "ENODEV iommu"},
	{"it is not known whose the container is", "6.12.0", INTEL, .no_type1 = true,
	 .params = "unread", .now = "?"},
	{"the same, what does not depend on it", "6.12.0", INTEL, .header = 1, .no_type1 = true,
	 .params = "unread", .now = "EINVAL bind"},
	{"the same, 6.1", "6.1.0", INTEL, .no_type1 = true, .params = "unread",
	 .now = "ENODEV iommu"},
	{"vfio is built in, type1 is not", "6.12.0", INTEL, .sibling = "nvme", .no_type1 = true,
	 .params = "builtin", .now = "EPERM device", .with_group = "ok"},
	{"vfio is not loaded, and it is served", "6.12.0", INTEL, .sibling = "nvme",
	 .no_type1 = true, .params = "registered", .now = "EPERM device", .with_group = "ok"},
	{"no list, vfio came without type1", "6.12.0", INTEL, .no_type1 = true,
	 .params = "unlisted", .now = "ok"},
	{"the same, sibling", "6.12.0", INTEL, .sibling = "nvme", .no_type1 = true,
	 .params = "unlisted", .now = "?", .with_group = "ok"},
	{"the same, no remapping", "6.12.0", INTEL, .no_ir = VCK_YES, .no_type1 = true,
	 .params = "unlisted", .now = "?"},
	{"held by another VM", "6.12.0", INTEL, .holders = "qemu (4711)",
	 .now = "EBUSY group"},
	{"the same, through iommufd", "6.12.0", INTEL, .holders = "qemu (4711)", .no_type1 = true,
	 .params = "iommufd", .now = "EBUSY group"},
	{"its own node is held", "6.12.0", INTEL, .holders = "qemu (4711)", .cdev = true,
	 .now = "EBUSY group"},
	{"the same, through iommufd", "6.12.0", INTEL, .holders = "qemu (4711)", .cdev = true,
	 .no_type1 = true, .params = "iommufd", .now = "EINVAL group"},
	{"a sibling's node is held", "6.12.0", INTEL, .sibling = "vfio-pci", .other_held = true,
	 .now = "EBUSY group"},
	{"the same, through iommufd", "6.12.0", INTEL, .sibling = "vfio-pci", .other_held = true,
	 .no_type1 = true, .params = "iommufd", .now = "EPERM group"},
	{"who holds what is hidden", "6.12.0", INTEL, .driver = "vfio-pci", .hidden = true,
	 .now = "?"},
	{"the same, of a sibling", "6.12.0", INTEL, .sibling = "vfio-pci", .hidden = true,
	 .now = "?"},
	{"the same, nobody can hold it", "6.12.0", INTEL, .sibling = "nvme", .hidden = true,
	 .now = "EPERM group", .with_group = "ok"},
	/* reserved regions */
	{"direct region", "6.12.0", INTEL, .region = "direct", .now = "EINVAL group"},
	{"direct region, 5.18", "5.18.0", INTEL, .region = "direct",
	 .now = "EPERM iommu"},
	{"direct region, 5.19", "5.19.0", INTEL, .region = "direct",
	 .now = "EPERM group"},
	{"direct region, 6.1", "6.1.0", INTEL, .region = "direct", .now = "EPERM group"},
	{"direct region, 6.2", "6.2.0", INTEL, .region = "direct", .now = "EPERM iommu"},
	{"direct region, 6.5", "6.5.0", INTEL, .region = "direct", .now = "EPERM iommu"},
	{"direct region, 6.6", "6.6.0", INTEL, .region = "direct", .now = "EINVAL group"},
	{"direct region, AMD", "6.12.0", AMD, .region = "direct", .now = "EINVAL group"},
	{"direct region, AMD, 6.1", "6.1.0", AMD, .region = "direct", .now = "ok"},
	{"relaxable region", "6.12.0", INTEL, .region = "direct-relaxable", .now = "ok"},
	{"direct region and sibling", "6.12.0", INTEL, .region = "direct",
	 .sibling = "nvme", .now = "EPERM group", .with_group = "EINVAL group"},
	/* isolated MSIs */
	{"no remapping", "6.12.0", INTEL, .no_ir = VCK_YES, .now = "EPERM iommu"},
	{"no remapping, allowed", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .params = "vfio_iommu_type1.allow_unsafe_interrupts=Y", .now = "ok"},
	{"no remapping, the other parameter", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .params = "iommufd.allow_unsafe_interrupts=Y", .now = "EPERM iommu"},
	{"no remapping, iommufd", "6.12.0", INTEL, .no_ir = VCK_YES, .no_type1 = true,
	 .params = "iommufd", .now = "EPERM group"},
	{"no remapping, compat", "6.12.0", INTEL, .no_ir = VCK_YES, .no_type1 = true,
	 .params = "compat", .now = "EPERM device"},
	{"no remapping, compat, allowed", "6.12.0", INTEL, .no_ir = VCK_YES, .no_type1 = true,
	 .params = "compat iommufd.allow_unsafe_interrupts=Y", .now = "ok"},
	{"no remapping, compat, the other parameter", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .no_type1 = true, .params = "compat",
	 .cmdline = "vfio_iommu_type1.allow_unsafe_interrupts=1", .now = "EPERM device"},
	{"no remapping and direct region", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .region = "direct", .now = "EINVAL group"},
	{"no remapping and direct region, iommufd", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .region = "direct", .no_type1 = true, .params = "iommufd", .now = "EPERM group"},
	{"no remapping and direct region, compat", "6.12.0", INTEL, .no_ir = VCK_YES,
	 .region = "direct", .no_type1 = true, .params = "compat", .now = "EPERM device"},
	{"no remapping and sibling", "6.12.0", AMD, .no_ir = VCK_YES, .sibling = "nvme",
	 .now = "EPERM group", .with_group = "EPERM iommu"},
	{"no controller that isolates", "6.12.0", SMMU_V3, .walk = VCK_YES,
	 .no_ir = VCK_YES, .now = "?"},
	/* what is behind a VMD goes away with the driver of the controller */
	{"VMD", "6.12.0", INTEL, .driver = "vmd", .sibling = "nvme", .vmd = CONTROLLER,
	 .now = "ok"},
	{"VMD, 5.10", "5.10.0", INTEL, .driver = "vmd", .sibling = "nvme", .vmd = CONTROLLER,
	 .now = "ok"},
	{"VMD without remapping", "6.12.0", INTEL, .driver = "vmd", .sibling = "nvme",
	 .vmd = CONTROLLER, .no_ir = VCK_YES, .now = "EPERM iommu"},
	{"behind a VMD", "6.12.0", INTEL, .driver = "nvme", .sibling = "vmd", .vmd = CHILD,
	 .now = "EPERM group", .with_group = "ENODEV bind"},
	{"behind a VMD that has no driver", "6.12.0", INTEL, .driver = "nvme", .sibling = "",
	 .vmd = CHILD, .now = "ok"},
	/* before 6.3 remapping was asked of the whole host */
	{"behind a VMD, 5.10", "5.10.0", INTEL, .driver = "nvme", .sibling = "vmd", .vmd = CHILD,
	 .now = "EINVAL device", .with_group = "ENODEV bind"},
	/* vfio-platform and vfio-amba name a device by its ACPI companion or "compatible" */
	{"platform device that nothing names", "7.2.0", DMA, .now = "EINVAL bind"},
	{"the same, its node is empty", "6.12.0", DMA, .compatible = "", .now = "EINVAL bind"},
	{"the same, 5.10", "5.10.0", DMA, .now = "ENODEV bind"},
	{"the same, bound already", "7.2.0", DMA, .driver = "vfio-platform", .now = "ok"},
	{"and none is required to reset it", "7.2.0", DMA, NO_RESET, .now = "EINVAL bind"},
	{"AMBA device that nothing names", "7.2.0", ON(AMBA),
	 .now = "EINVAL bind"},
	{"platform device", "7.2.0", DMA, .compatible = "acme,dma", NO_RESET, .now = "ok"},
	{"platform device without a reset", "7.2.0", DMA, .compatible = "acme,dma",
	 .now = "ENOENT bind"},
	{"platform device without a reset, 5.10", "5.10.0", DMA, .compatible = "acme,dma",
	 .now = "ENODEV bind"},
	{"a reset that is a module", "7.2.0", DMA, .compatible = "amd,xgbe-seattle-v1a+acme,dma",
	 .now = "?"},
	{"a reset for another of its names", "7.2.0", DMA,
	 .compatible = "acme,dma+amd,xgbe-seattle-v1a", .now = "ENOENT bind"},
	{"platform device of ACPI", "7.2.0", DMA, .acpi = "\\_SB_.DMA0", .now = "?"},
	/* an AMBA device has no MSI controller; before 6.3 the host's were asked for */
	{"AMBA device", "7.2.0", ON(AMBA), .compatible = "arm,primecell", .now = "EPERM iommu"},
	{"AMBA device, unsafe interrupts", "7.2.0", ON(AMBA), .compatible = "arm,primecell",
	 .params = "vfio_iommu_type1.allow_unsafe_interrupts=Y", .now = "ok"},
	{"AMBA device, 6.1", "6.1.0", ON(AMBA), .compatible = "arm,primecell", .now = "ok"},
	/* noiommu */
	{"noiommu", "6.12.0", .params = "vfio.enable_unsafe_noiommu_mode=Y",
	 .now = "noiommu"},
	{"noiommu by the command line", "6.12.0",
	 .cmdline = "quiet vfio.enable_unsafe_noiommu_mode=1", .now = "noiommu"},
	{"noiommu rescues no incoherent device", "6.12.0", SMMU_V3, .walk = VCK_NO,
	 .params = "vfio.enable_unsafe_noiommu_mode=Y", .now = "EINVAL bind"},
	{"noiommu beside an IOMMU", "6.12.0", INTEL, .no_group = true,
	 .params = "vfio.enable_unsafe_noiommu_mode=Y", .now = "noiommu"},
	{"noiommu beside an IOMMU, 5.10", "5.10.0", INTEL, .no_group = true,
	 .params = "vfio.enable_unsafe_noiommu_mode=Y", .now = "ENODEV bind"},
	{"noiommu beside one for the display, 5.10", "5.10.0", OTHER("rk_iommu"), .no_group = true,
	 .params = "vfio.enable_unsafe_noiommu_mode=Y", .now = "noiommu"},
	/* device */
	{"VF of a PF on vfio-pci", "6.12.0", INTEL, .pf_driver = "vfio-pci",
	 .now = "EACCES device"},
	{"VF of a PF on vfio-pci, without remapping", "6.12.0", INTEL, .pf_driver = "vfio-pci",
	 .no_ir = VCK_YES, .now = "EPERM iommu"},
	{"the same, iommufd", "7.2.0", INTEL, .pf_driver = "vfio-pci", .no_ir = VCK_YES,
	 .no_type1 = true, .params = "iommufd", .now = "EACCES group"},
	{"the same, compat", "7.2.0", INTEL, .pf_driver = "vfio-pci", .no_ir = VCK_YES,
	 .no_type1 = true, .params = "compat", .now = "EACCES device"},
	{"VF of a PF on vfio-pci, iommufd", "6.12.0", INTEL, .pf_driver = "vfio-pci",
	 .no_type1 = true, .params = "iommufd", .now = "ok"},
	{"the same, 6.16", "6.16.0", INTEL, .pf_driver = "vfio-pci", .no_type1 = true,
	 .params = "iommufd", .now = "ok"},
	{"the same, 6.16.1", "6.16.1", INTEL, .pf_driver = "vfio-pci", .no_type1 = true,
	 .params = "iommufd", .now = "EACCES group"},
	{"the same, a distribution's 6.16", "6.16.0-5-generic", INTEL, .pf_driver = "vfio-pci",
	 .no_type1 = true, .params = "iommufd", .now = "?"},
	{"the same, 6.17", "6.17.0", INTEL, .pf_driver = "vfio-pci", .no_type1 = true,
	 .params = "iommufd", .now = "EACCES group"},
	{"PF on vfio-pci, its VFs idle", "6.12.0", INTEL, .driver = "vfio-pci", .vfs = 2,
	 .vf_driver = "vfio-pci", .now = "ok"},
	{"PF on vfio-pci, a VF in use", "6.12.0", INTEL, .driver = "vfio-pci", .vfs = 2,
	 .vf_driver = "vfio-pci", .vf_held = true, .now = "?"},
	{"the same, 5.10", "5.10.0", INTEL, .driver = "vfio-pci", .vfs = 2,
	 .vf_driver = "vfio-pci", .vf_held = true, .now = "?"},
	{"the same, iommufd, 6.12", "6.12.0", INTEL, .driver = "vfio-pci", .vfs = 2,
	 .vf_driver = "vfio-pci", .vf_held = true, .no_type1 = true, .params = "iommufd",
	 .now = "ok"},
	{"VF of a PF on its driver", "6.12.0", INTEL, .pf_driver = "igb", .now = "ok"},
	{"BAR without an address", "6.12.0", INTEL, .unassigned = true,
	 .now = "EINVAL device"},
};

static const char *answer(struct vck_attach a, char *out, size_t n)
{
	if (a.accepted == VCK_YES)
		return a.noiommu ? "noiommu" : "ok";
	if (a.accepted == VCK_UNKNOWN)
		return "?";
	snprintf(out, n, "%s %s", a.err ? vck_errno_name(a.err) : "-", vck_stage_name(a.stage));
	return out;
}

static struct vck_device *add_pci(struct vck_host *h, const char *address,
				  const char *driver)
{
	struct vck_device *d = vck_host_add_device(h, address);

	assert_non_null(d);
	assert_int_equal(vck_bdf_parse(address, &d->bdf), 0);
	d->have = ~0u;
	d->vendor_id = 0x8086;
	d->driver = driver && *driver ? driver : NULL;
	d->cap.header_known = VCK_YES;
	d->cap.all_ones = VCK_NO;
	return d;
}

/* Who serves the container, or what is known of that. Return: the rest of @text. */
static const char *set_server(struct vck_host *h, const char *text)
{
	static const struct {
		const char *name;
		enum vck_tri vfio_loaded, misc, node;
		bool builtin, unlisted;
		enum vck_container devname;
	} servers[] = {
		{.name = "compat", .devname = VCK_CONTAINER_IOMMUFD},
		{.name = "iommufd", .misc = VCK_NO, .devname = VCK_CONTAINER_NONE},
		{.name = "builtin", VCK_YES, VCK_UNKNOWN, VCK_YES, .builtin = true,
		 .unlisted = true},
		{.name = "registered", .misc = VCK_YES, .node = VCK_YES},
		{.name = "split", .node = VCK_YES, .devname = VCK_CONTAINER_VFIO},
		{.name = "unread", .vfio_loaded = VCK_YES, .misc = VCK_YES, .node = VCK_YES},
		{.name = "unlisted", VCK_YES, VCK_YES, VCK_YES, .unlisted = true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(servers); i++) {
		const char *rest = str_after(text, servers[i].name);

		if (!rest || (*rest && *rest != ' '))
			continue;
		h->vfio.iommufd_loaded = VCK_YES;
		if (servers[i].vfio_loaded)
			h->vfio.vfio_loaded = servers[i].vfio_loaded;
		if (servers[i].unlisted)
			h->vfio.type1_available = VCK_UNKNOWN;
		h->vfio.container_misc = servers[i].misc;
		h->vfio.container_node = servers[i].node;
		h->vfio.vfio_builtin = servers[i].builtin;
		h->vfio.devname = servers[i].devname;
		return rest + (*rest == ' ');
	}
	return text;
}

static void set_params(struct vck_host *h, const char *text)
{
	static struct vck_param p;
	static char buf[128];
	char *dot, *eq;

	h->vfio.vfio_loaded = h->vfio.vfio_pci_loaded = VCK_NO;
	h->vfio.iommufd_loaded = h->vfio.iommufd_available = VCK_NO;
	if (!text)
		return;
	text = set_server(h, text);
	if (!*text)
		return;
	snprintf(buf, sizeof(buf), "%s", text);
	dot = strchr(buf, '.');
	eq = strchr(buf, '=');
	*dot = *eq = '\0';
	p = (struct vck_param){.module = buf, .name = dot + 1, .value = eq + 1};
	h->vfio.params = &p;
	h->vfio.n_params = 1;
}

static struct vck_group *add_group(struct vck_host *h, const struct row *r)
{
	static struct vck_region region;
	struct vck_group *g = vck_host_add_group(h, "14");

	assert_non_null(g);
	g->regions_known = VCK_YES;
	g->members_unread = r->unread;
	if (r->region) {
		region = (struct vck_region){0x1000, 0x1fff, r->region};
		g->regions = &region;
		g->n_regions = 1;
	}
	return g;
}

static void join(struct vck_host *h, struct vck_group *g, struct vck_unit *u,
		 struct vck_device *d)
{
	assert_int_equal(vck_group_add_device(h, g, d), 0);
	d->group = g;
	d->unit = u;
}

static struct vck_unit *add_unit(struct vck_host *h, const struct row *r)
{
	struct vck_unit *u = vck_host_add_unit(h, "unit0");

	assert_non_null(u);
	u->active = true;
	u->driver = r->iommu;
	u->driver_name = r->other;
	u->coherent_walk = r->walk;
	return u;
}

static void add_node(struct vck_device *d)
{
	static struct vck_dt_prop coherent = {.name = "dma-coherent"};
	static struct vck_dt_node node = {
		.path = "/pcie/device", .name = "device", .props = &coherent, .n_props = 1};
	static struct vck_dt_node bridge = {.path = "/pcie", .name = "pcie"};

	d->of_node = &node;
	d->bridge_of_node = &bridge; /* which says nothing: not coherent */
}

static void move_bus(struct vck_host *h, const struct row *r, struct vck_device *d)
{
	char *text = vck_arena_strdup(&h->arena, r->compatible ? r->compatible : "");
	struct vck_dt_prop *p = vck_arena_calloc(&h->arena, 1, sizeof(*p));
	struct vck_dt_node *n = vck_arena_calloc(&h->arena, 1, sizeof(*n));

	assert_true(text && p && n);
	d->bus = r->bus;
	d->address = "fe000000.dma";
	d->acpi_path = r->acpi;
	h->vfio.platform_available = h->vfio.amba_available = VCK_YES;
	h->dt.complete = VCK_YES;
	if (!r->compatible)
		return;
	*p = (struct vck_dt_prop){"compatible", (const uint8_t *)text, strlen(text) + 1};
	for (char *plus = text; (plus = strchr(plus, '+'));)
		*plus++ = '\0';
	*n = (struct vck_dt_node){.path = "/dma", .name = "dma", .props = p, .n_props = *text != 0};
	d->of_node = n;
}

static void add_vfs(struct vck_host *h, const struct row *r, struct vck_device *pf)
{
	for (uint32_t i = 0; r->vf_driver && i < r->vfs; i++) {
		struct vck_device *vf;
		char address[24];

		snprintf(address, sizeof(address), "0000:01:10.%u", (unsigned)i);
		vf = add_pci(h, address, r->vf_driver);
		vf->physfn = pf;
		vf->holders = r->vf_held ? "qemu (4711)" : NULL;
	}
}

static struct vck_device *build(struct vck_host *h, const struct row *r)
{
	static struct vck_resource bar = {.flags = 0x20000200};
	struct vck_device *d = add_pci(h, "0000:01:00.0", r->driver);

	h->have = r->no_dt ? ~(uint32_t)VCK_EV_DT : ~0u;
	h->release = r->kernel;
	h->kver = r->kernel ? vck_kver_parse(r->kernel) : 0;
	h->arch = r->arch ? r->arch : VCK_ARCH_X86_64;
	h->cmdline = r->cmdline ? r->cmdline : "";
	assert_int_equal(vck_configure_by_cmdline(h, "vfio"), 0);
	h->vfio.type1_loaded = vck_tri(!r->no_type1);
	h->vfio.type1_available = vck_tri(!r->no_type1);
	set_params(h, r->params);
	if (h->arch == VCK_ARCH_AARCH64)
		d->msi_chip = r->no_ir == VCK_YES ? NULL : "ITS-MSI";
	else
		h->intr_remapping_in_use = vck_tri(r->no_ir != VCK_YES);
	d->holders = r->holders;
	d->held_by_cdev = r->cdev;
	h->holders_unread = r->hidden;
	d->device_id = r->device_id;
	d->cap.header_type = r->header;
	d->sriov_numvfs = r->vfs;
	if (r->unassigned) {
		d->resources = &bar;
		d->n_resources = 1;
	}
	if (r->pf_driver)
		d->physfn = add_pci(h, "0000:02:00.0", r->pf_driver);
	add_vfs(h, r, d);
	if (r->own_node)
		add_node(d);
	if (r->bus)
		move_bus(h, r, d);
	if (r->blind)
		d->have &= ~(uint32_t)VCK_EV_GROUP;
	if (r->iommu && !r->no_group) {
		struct vck_group *g = add_group(h, r);
		struct vck_unit *u = add_unit(h, r);

		join(h, g, u, d);
		if (r->sibling) {
			struct vck_device *s = add_pci(h, "0000:01:00.1", r->sibling);

			s->msi_chip = d->msi_chip;
			s->holders = r->other_held ? "qemu (4712)" : NULL;
			s->held_by_cdev = r->other_held;
			if (r->vmd == CONTROLLER)
				s->real_dma_dev = d;
			else if (r->vmd == CHILD)
				d->real_dma_dev = s;
			join(h, g, u, s);
		}
	} else if (r->iommu) {
		struct vck_unit *u = add_unit(h, r);

		if (r->is_unit)
			u->parent = d->address;
	}
	vck_host_sort(h);
	return d;
}

/* The findings say what the prediction says: a refusal has a failed blocker, an acceptance
 * none and no unknown one, and what is not known is not known to some blocker either. */
static void check_agreement(const struct row *r, const struct vck_device *d)
{
	unsigned failed = 0, unknown = 0;

	for (size_t i = 0; i < d->n_findings; i++) {
		const struct vck_finding *f = &d->findings[i];

		failed += f->result == VCK_RESULT_FAIL && f->severity == VCK_SEV_BLOCKER;
		unknown += f->result == VCK_RESULT_UNKNOWN && f->severity == VCK_SEV_BLOCKER;
	}
	if (d->now.accepted == VCK_YES && (failed || unknown))
		fail_msg("%s: accepted, with %u failed and %u unknown blockers", r->name, failed,
			 unknown);
	if (d->now.accepted == VCK_NO && !failed)
		fail_msg("%s: refused, and no blocker says why", r->name);
	if (d->now.accepted == VCK_UNKNOWN && !unknown && !failed)
		fail_msg("%s: not known, and no blocker says why", r->name);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		const char *want = r->with_group ? r->with_group : r->now;
		cleanup_host struct vck_host *h = vck_host_new();
		char now[64], all[64];
		struct vck_device *d;

		assert_non_null(h);
		d = build(h, r);
		assert_int_equal(vck_check(h), 0);
		if (!streq(answer(d->now, now, sizeof(now)), r->now))
			fail_msg("%s: now: %s, expected %s", r->name,
				 answer(d->now, now, sizeof(now)), r->now);
		check_agreement(r, d);
		if (!streq(answer(d->with_group, all, sizeof(all)), want))
			fail_msg("%s: with group: %s, expected %s", r->name,
				 answer(d->with_group, all, sizeof(all)), want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
