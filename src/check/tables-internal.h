/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file a table; check/tables.c asks the right one. Private to check/tables*.c
 * and check/coherency*.c. */
#ifndef VCK_CHECK_TABLES_INTERNAL_H
#define VCK_CHECK_TABLES_INTERNAL_H

#include "base/cursor.h"
#include "check/tables.h"

/* Regions while they are collected. */
struct vck_region_list {
	struct vck_host *h;
	struct vck_region *regions;
	size_t n, cap;
};
int vck_region_add(struct vck_region_list *l, uint64_t start, uint64_t end, const char *type)
	must_check;

/* --- tables-units.c --- */
/* Every described unit into h->units. Return: 0 or -ENOMEM. */
int vck_table_units(struct vck_host *h) must_check;

/* --- tables-dmar.c --- */
/* To be called before the others. Return: 0 or -ENOMEM. */
int vck_dmar_index(struct vck_host *h) must_check;
const struct vck_dmar_unit *vck_dmar_unit(const struct vck_host *h, const struct vck_device *d);
int vck_dmar_regions(const struct vck_device *d, struct vck_region_list *l) must_check;
enum vck_tri vck_dmar_ats(const struct vck_host *h, const struct vck_device *d);
/* The function that the IOMMU sees: the PF of a VF, the endpoint of a VMD. */
const struct vck_device *vck_dma_function(const struct vck_device *d);

/* --- tables-ivrs.c --- */
const struct vck_ivhd *vck_ivrs_unit(const struct vck_host *h, const struct vck_device *d);
int vck_ivrs_regions(const struct vck_device *d, struct vck_region_list *l) must_check;

/* --- tables-iort.c --- */
/* Lookups give the same without, in more time. Return: 0 or -ENOMEM. */
int vck_iort_index(struct vck_host *h) must_check;
/* The root complex or named component of a device; NULL for none. */
const struct vck_iort_node *vck_iort_device(const struct vck_host *h, const struct vck_device *d);
const struct vck_iort_node *vck_iort_at(const struct vck_iort *t, uint32_t offset);
/* Where a device's requests go first: an SMMU; NULL for none. @ret_id: the stream id. */
const struct vck_iort_node *vck_iort_smmu(const struct vck_host *h, const struct vck_device *d,
					  uint32_t *ret_id);
bool vck_iort_has_its(const struct vck_host *h, const struct vck_device *d);
int vck_iort_regions(const struct vck_device *d, struct vck_region_list *l) must_check;

/* --- tables-virt.c: VIOT and RIMT --- */
const struct vck_viot_node *vck_viot_unit(const struct vck_host *h, const struct vck_device *d);
/* May the table name the device by an address that is not known? */
bool vck_viot_by_address(const struct vck_host *h, const struct vck_device *d);
const struct vck_rimt_node *vck_rimt_device(const struct vck_host *h, const struct vck_device *d);
const struct vck_rimt_node *vck_rimt_unit(const struct vck_host *h, const struct vck_device *d);

/* --- tables-dt-map.c --- */
static inline struct vck_bytes prop_bytes(const struct vck_dt_node *n, const char *name)
{
	const struct vck_dt_prop *p = vck_dt_prop(n, name);

	return p ? (struct vck_bytes){ p->data, p->len } : (struct vck_bytes){ 0 };
}

/* A cell; @fallback where the property is missing or cut short. */
static inline uint32_t cell(const struct vck_dt_node *n, const char *name, uint32_t fallback)
{
	uint32_t v = fallback;

	(void)!vck_be32(prop_bytes(n, name), 0, &v);
	return v;
}
/* Where iommu-map or msi-map of a host bridge sends a requester id; VCK_UNKNOWN where it depends
 * on the kernel's release and that is not known. */
enum vck_tri vck_dt_map_target(const struct vck_host *h, const struct vck_dt_node *n, bool msi,
			       uint16_t id, struct vck_dt_node **ret);

/* --- tables-dt.c --- */
/* The device tree's node that decides for a device's DMA: the host bridge's for PCI. */
const struct vck_dt_node *vck_dt_dma_node(const struct vck_device *d);
/**
 * vck_dt_unit - the unit's node that a device is behind
 * Return: VCK_YES with *ret, VCK_NO for none or one that is disabled, VCK_UNKNOWN where it
 * depends on the kernel's release and that is not known.
 */
enum vck_tri vck_dt_unit(const struct vck_host *h, const struct vck_device *d,
			 struct vck_dt_node **ret);
/* memory-region with iommu-addresses of the device's own node, as a driver reads it that
 * calls iommu_dma_get_resv_regions() from 6.3 on. */
int vck_dt_regions(const struct vck_device *d, struct vck_region_list *l) must_check;
enum vck_tri vck_dt_isolated_msi(const struct vck_host *h, const struct vck_device *d);
/* Is the ITS that a device sends its MSIs to one that does not isolate (SynQuacer)? */
bool vck_dt_pre_its(const struct vck_host *h, const struct vck_device *d);
/* irq_domain_check_msi_remap() before 6.3: does no MSI domain of the whole tree leave devices
 * unisolated? VCK_YES where there is none. */
enum vck_tri vck_dt_msi_remap(const struct vck_host *h);
bool vck_dt_available(const struct vck_dt_node *n);
/* Bus address of a node's first register as the CPU sees it (of_translate_address). */
bool vck_dt_address(const struct vck_dt_node *n, uint64_t *ret);
/**
 * vck_dt_coherent - of_dma_is_coherent() by release and architecture
 * @ret_node, @ret_property: what decided; NULL for the architecture's default
 */
enum vck_tri vck_dt_coherent(const struct vck_host *h, const struct vck_dt_node *n,
			     const struct vck_dt_node **ret_node, const char **ret_property);
/* The node's DMA parent (of/address.c:__of_get_dma_parent). */
const struct vck_dt_node *vck_dt_dma_parent(const struct vck_host *h, const struct vck_dt_node *n);

/* Two object paths of ACPI: equal where only padding of segments differs. */
bool vck_acpi_path_equal(const char *a, const char *b);

#endif
