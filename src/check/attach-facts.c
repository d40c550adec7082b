// SPDX-License-Identifier: GPL-2.0-or-later
/* Single facts about drivers, devices and the host that decide whether VFIO
 * takes a device. Each follows one function of the kernel. */
#include "config.h"

#include "check/attach.h"
#include "check/tables-internal.h"
#include "check/unit-index.h"
#include "check/units.h"

/* Module and driver names write '-' and '_' for the same thing. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	}
	return *a == *b;
}

static bool in_list(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; name && i < n; i++) {
		if (same_name(name, list[i]))
			return true;
	}
	return false;
}

/* drivers/vfio, 5.10 to 7.3: everything that registers a struct vfio_device. */
bool vck_driver_is_vfio(const char *driver)
{
	static const char *const list[] = {
		"vfio-pci",	     "mlx5_vfio_pci",
		"hisi_acc_vfio_pci", "pds_vfio_pci",
		"virtio_vfio_pci",   "qat_vfio_pci",
		"xe_vfio_pci",	     "nvgrace_gpu_vfio_pci",
		"ism_vfio_pci",	     "vfio-platform",
		"vfio-amba",	     "vfio-fsl-mc",
		"vfio-cdx",
	};

	/* Asked of every driver by many rules. */
	return driver && strstr(driver, "vfio") && in_list(driver, list, ARRAY_SIZE(list));
}

bool vck_driver_is_idle(const char *driver)
{
	return !driver || !*driver || streq(driver, "pci-stub") || vck_driver_is_vfio(driver);
}

/* `driver_managed_dma = true` in 5.19 to 7.3: vfio drivers and these two. */
bool vck_driver_managed_dma(const char *driver)
{
	static const char *const list[] = {"pcieport", "pci-stub"};

	return vck_driver_is_vfio(driver) || in_list(driver, list, ARRAY_SIZE(list));
}

/* Has none of the VFs of @pf a driver, which may keep it active? */
static enum vck_tri vfs_are_idle(const struct vck_device *pf)
{
	if (!vck_device_has(pf, VCK_EV_SRIOV) || pf->vfs_there < pf->sriov_numvfs)
		return VCK_UNKNOWN;
	return pf->vfs_there ? vck_tri_not(pf->vf_bound) : VCK_YES;
}

/* Drivers whose remove function disables SR-IOV, those where it does so while no VF is
 * active (mlx4/main.c:mlx4_remove_one, 5.10 to 7.2; which are, only the driver knows), and
 * those that are known not to (the PCI core then only warns "driver left SR-IOV enabled
 * after remove", pci/iov.c). */
enum vck_tri vck_driver_drops_vfs(const struct vck_device *pf)
{
	static const char *const drop[] = {
		"igb", "ixgbe", "i40e", "ice", "fm10k", "idpf", "mlx5_core",
		"bnxt_en", "bnx2x", "be2net", "qede", "sfc", "sfc_ef100", "LiquidIO", "hns3",
		"hinic", "nfp", "virtio-pci", "c3xxx", "c6xx", "dh895xcc", "4xxx", "420xx",
		"xe", "pds_core", "rvu_af", "rvu_nicpf", "hisi_sec2", "hisi_hpre",
		"hisi_zip", "vfio-pci", "cxgb4", "enic", "octeon_ep", "mhi-pci-generic",
	};
	static const char *const drop_idle[] = {"mlx4_core"};
	static const char *const keep[] = {
		"nvme", "pci-pf-stub", "ena", "hinic3", "pci-endpoint-test", "uio_pci_generic",
	};
	const char *driver = pf->driver;

	if (!driver || in_list(driver, keep, ARRAY_SIZE(keep)))
		return VCK_NO;
	if (in_list(driver, drop_idle, ARRAY_SIZE(drop_idle)))
		return vfs_are_idle(pf) == VCK_YES ? VCK_YES : VCK_UNKNOWN;
	return in_list(driver, drop, ARRAY_SIZE(drop)) ? VCK_YES : VCK_UNKNOWN;
}

/* device_get_dma_attr() looks at the function's own firmware node, a device tree's first, and
 * not at its host bridge's: one without has no answer, which arm_smmu_capable() takes for no. */
static enum vck_tri endpoint_coherent(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_dt_node *node;
	const char *property;
	enum vck_tri v;

	if (d->of_node) {
		v = vck_dt_coherent(h, d->of_node, &node, &property);
		return node || h->dt.complete == VCK_YES ? v : VCK_UNKNOWN;
	}
	if (!vck_device_has(d, VCK_EV_FIRMWARE_NODE) || !vck_host_has(h, VCK_EV_DT))
		return VCK_UNKNOWN;
	return d->acpi_path ? d->coherent : VCK_NO;
}

enum vck_tri vck_device_named_by_firmware(const struct vck_host *h,
					  const struct vck_device *d)
{
	const struct vck_dt_prop *p;

	if (d->bus == VCK_BUS_PCI || d->acpi_path)
		return VCK_YES;
	if (!d->of_node)
		return vck_device_has(d, VCK_EV_FIRMWARE_NODE) ? VCK_NO : VCK_UNKNOWN;
	p = vck_dt_prop(d->of_node, "compatible");
	if (p && p->len)
		return VCK_YES;
	return h->dt.complete == VCK_YES ? VCK_NO : VCK_UNKNOWN;
}

enum vck_tri vck_device_cache_coherency(const struct vck_host *h,
					const struct vck_device *d)
{
	const struct vck_unit *u = vck_device_unit(h, d);

	if (!u)
		return VCK_UNKNOWN;
	if (u->cache_coherency != VCK_UNKNOWN || !vck_unit_endpoint_decides(h, u))
		return u->cache_coherency;
	return vck_tri_or(u->coherent_walk, endpoint_coherent(h, d));
}

bool vck_device_behind_vmd(const struct vck_device *d)
{
	return d->real_dma_dev && streq0(d->real_dma_dev->driver, "vmd");
}

/* Behind VMD, MSIs go through the controller's own domain, which hangs off the plain
 * vector domain (pci/controller/vmd.c:vmd_create_irq_domain); 28c0 can pass them through.
 * Before 6.3 only the host as a whole was asked (IOMMU_CAP_INTR_REMAP).
 */
static enum vck_tri vmd_child_isolated(const struct vck_host *h, const struct vck_device *d)
{
	if (h->kver && h->kver < VCK_KVER(6, 3))
		return VCK_YES;
	return !h->kver || d->real_dma_dev->device_id == 0x28c0 ? VCK_UNKNOWN : VCK_NO;
}

enum vck_tri vck_device_isolated_msi(const struct vck_host *h, const struct vck_device *d)
{
	switch (h->arch) {
	case VCK_ARCH_X86_64:
		if (vck_device_behind_vmd(d))
			return vck_tri_and(h->irq_remapping, vmd_child_isolated(h, d));
		return h->irq_remapping;
	case VCK_ARCH_AARCH64:
		return vck_tables_isolated_msi(h, d);
	case VCK_ARCH_RISCV64:
		return VCK_NO; /* irq-riscv-imsic-platform.c sets no
				  IRQ_DOMAIN_FLAG_ISOLATED_MSI */
	case VCK_ARCH_OTHER:
	case VCK_ARCH_UNKNOWN:
		break;
	}
	return VCK_UNKNOWN;
}

/* "VFIO: Add the SPR_DSA and SPR_IAX devices to the denylist" (CVE-2024-21823): 6.10, and
 * in the announcements of 6.1.91, 6.6.31, 6.8.10 and 6.9.1 of 2024-05-17. 5.10.262 and
 * 5.15.159 of that day are without. */
static enum vck_tri has_late_entries(const struct vck_host *h)
{
	static const struct {
		unsigned kver, patch;
	} stable[] = {
		{VCK_KVER(6, 1), 91},
		{VCK_KVER(6, 6), 31},
		{VCK_KVER(6, 8), 10},
		{VCK_KVER(6, 9), 1},
	};

	if (!h->kver)
		return VCK_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(stable); i++) {
		if (h->kver == stable[i].kver)
			return vck_kver_patched(h->release, stable[i].patch);
	}
	return vck_tri(h->kver >= VCK_KVER(6, 10));
}

/* vfio_pci.c:vfio_pci_dev_in_denylist, 5.10 to 7.2 */
static enum vck_tri on_list(const struct vck_host *h, const struct vck_device *d)
{
	static const struct {
		uint16_t device;
		bool late;
	} list[] = {
		{0x0435, false}, {0x0443, false}, {0x19e2, false}, {0x19e3, false},
		{0x37c8, false}, {0x37c9, false}, {0x0b25, true},  {0x0cfe, true},
	};

	for (size_t i = 0; d->vendor_id == 0x8086 && i < ARRAY_SIZE(list); i++) {
		if (list[i].device != d->device_id)
			continue;
		return list[i].late ? has_late_entries(h) : VCK_YES;
	}
	return VCK_NO;
}

enum vck_tri vck_device_on_denylist(const struct vck_host *h, const struct vck_device *d)
{
	if (d->bus != VCK_BUS_PCI)
		return VCK_NO;
	return vck_device_has(d, VCK_EV_IDS) ? on_list(h, d) : VCK_UNKNOWN;
}

enum vck_tri vck_device_denylisted(const struct vck_host *h, const struct vck_device *d)
{
	return vck_tri_and(vck_device_on_denylist(h, d),
			   vck_tri_not(vck_param_on(h, "vfio_pci", "disable_denylist",
						    h->vfio.vfio_pci_loaded)));
}

enum vck_tri vck_param_on(const struct vck_host *h, const char *module, const char *name,
			  enum vck_tri loaded)
{
	enum vck_tri v = vck_host_param_bool(h, module, name);

	if (v != VCK_UNKNOWN || loaded == VCK_UNKNOWN)
		return v;
	if (loaded ==
	    VCK_YES) /* a module without the parameter was built without the feature */
		return vck_host_param(h, module, name) ? VCK_UNKNOWN : VCK_NO;
	return vck_host_has(h, VCK_EV_CMDLINE)
		       ? vck_host_configured_bool(h, module, name, VCK_NO)
		       : VCK_UNKNOWN; /* it has the last word */
}

enum vck_tri vck_unsafe_interrupts(const struct vck_host *h, enum vck_path path)
{
	if (path == VCK_PATH_CONTAINER)
		return vck_param_on(h, "vfio_iommu_type1", "allow_unsafe_interrupts",
				    h->vfio.type1_loaded);
	return vck_param_on(h, "iommufd", "allow_unsafe_interrupts", h->vfio.iommufd_loaded);
}

/* 5.10: only where the bus has no IOMMU at all (vfio_iommu_group_get); later for every
 * device without a group (vfio_group_find_or_alloc). */
enum vck_tri vck_device_may_noiommu(const struct vck_host *h, const struct vck_device *d)
{
	enum vck_tri on = vck_param_on(h, "vfio", "enable_unsafe_noiommu_mode",
				       h->vfio.vfio_loaded);

	if (on != VCK_YES || !h->kver || h->kver >= VCK_KVER(5, 19))
		return on;
	return vck_tri(!(d->bus == VCK_BUS_PCI ? vck_units_any_for_pci(h)
					       : vck_units_any_active(h)));
}

/* CONFIG_VFIO_CONTAINER selects vfio_iommu_type1, which is built in then where vfio is, and with
 * its parameters in sys/module (drivers/vfio/Kconfig, 6.2 to 7.2). */
static bool without_container(const struct vck_host *h, enum vck_tri type1)
{
	bool selects = h->arch == VCK_ARCH_X86_64 || h->arch == VCK_ARCH_AARCH64;

	if (h->vfio.vfio_builtin && h->vfio.type1_loaded == VCK_NO && selects)
		return true;
	return type1 == VCK_NO && h->vfio.devname == VCK_CONTAINER_NONE;
}

/* CONFIG_IOMMUFD_VFIO_CONTAINER excludes CONFIG_VFIO_CONTAINER, and with that vfio_iommu_type1. A
 * kernel may lack vfio_iommu_type1 and have the container all the same: some distributions put
 * that module into another package. */
enum vck_container vck_host_container(const struct vck_host *h)
{
	const struct vck_vfio *v = &h->vfio;
	enum vck_tri type1 = vck_tri_or(v->type1_loaded, v->type1_available);
	enum vck_tri iommufd = vck_tri_or(v->iommufd_loaded, v->iommufd_available);

	if (type1 == VCK_YES || (h->kver && h->kver < VCK_KVER(6, 2)))
		return VCK_CONTAINER_VFIO;
	if (v->devname == VCK_CONTAINER_VFIO || v->devname == VCK_CONTAINER_IOMMUFD)
		return v->devname;
	if (v->container_misc == VCK_YES && v->vfio_loaded == VCK_NO)
		return VCK_CONTAINER_IOMMUFD;
	if (v->container_misc == VCK_YES && v->iommufd_loaded == VCK_NO)
		return VCK_CONTAINER_VFIO;
	if (v->container_misc == VCK_NO && v->vfio_loaded == VCK_YES &&
	    v->iommufd_loaded == VCK_YES)
		return VCK_CONTAINER_NONE;
	if (!without_container(h, type1))
		return VCK_CONTAINER_UNKNOWN;
	if (iommufd == VCK_NO)
		return VCK_CONTAINER_NONE;
	if (v->container_misc == VCK_NO &&
	    (v->devname == VCK_CONTAINER_NONE || v->iommufd_loaded == VCK_YES))
		return VCK_CONTAINER_NONE;
	return vck_tri_or(v->container_misc, v->container_node) == VCK_YES
		       ? VCK_CONTAINER_IOMMUFD
		       : VCK_CONTAINER_UNKNOWN;
}

enum vck_path vck_host_path(const struct vck_host *h)
{
	const struct vck_vfio *v = &h->vfio;

	if (v->container_of == VCK_CONTAINER_IOMMUFD)
		return VCK_PATH_COMPAT;
	if (v->container_of == VCK_CONTAINER_NONE &&
	    vck_tri_or(v->iommufd_loaded, v->iommufd_available) == VCK_YES)
		return VCK_PATH_IOMMUFD;
	return VCK_PATH_CONTAINER;
}

/* Hardly any kernel is built without vfio_iommu_type1, and loading vfio loads it: only where that
 * did not happen, or the module is nowhere, there is a doubt. */
bool vck_host_path_doubted(const struct vck_host *h)
{
	const struct vck_vfio *v = &h->vfio;
	enum vck_tri type1 = vck_tri_or(v->type1_loaded, v->type1_available);

	if (v->container_of != VCK_CONTAINER_UNKNOWN ||
	    vck_tri_or(v->iommufd_loaded, v->iommufd_available) == VCK_NO)
		return false;
	return type1 == VCK_NO || (v->vfio_loaded == VCK_YES && v->type1_loaded == VCK_NO);
}

const struct vck_resource *vck_device_unassigned_bar(const struct vck_device *d)
{
	for (size_t i = 0; i < d->n_resources && i < 6; i++) {
		const struct vck_resource *r = &d->resources[i];

		if (r->flags & VCK_RES_UNSET && r->flags & (VCK_RES_IO | VCK_RES_MEM))
			return r;
	}
	return NULL;
}

bool vck_device_is_vf_of(const struct vck_device *d, const struct vck_device *pf)
{
	return d->physfn && d->physfn == pf;
}
