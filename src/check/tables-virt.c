// SPDX-License-Identifier: GPL-2.0-or-later
/* VIOT and RIMT: from endpoints to their IOMMU (drivers/acpi/viot.c, Linux 5.14 to 7.3;
 * drivers/acpi/riscv/rimt.c). */
#include "config.h"

#include "check/tables-internal.h"

enum {
	VIOT_RANGE = 1,
	VIOT_MMIO = 2,
	VIOT_IOMMU_PCI = 3,
	VIOT_IOMMU_MMIO = 4,
	RIMT_IOMMU = 0,
	RIMT_ROOT_COMPLEX = 1,
	RIMT_PLATFORM = 2,
};

static bool viot_is(const struct vck_viot_node *n, const struct vck_device *d)
{
	return n->type == VIOT_IOMMU_PCI && d->bus == VCK_BUS_PCI &&
	       n->seg_start == d->bdf.domain &&
	       n->bdf_start == (d->bdf.bus << 8 | vck_bdf_devfn(d->bdf));
}

static bool viot_covers(const struct vck_viot_node *n, const struct vck_device *d, uint16_t id)
{
	return n->type == VIOT_RANGE && d->bus == VCK_BUS_PCI && d->bdf.domain >= n->seg_start &&
	       d->bdf.domain <= n->seg_end && id >= n->bdf_start && id <= n->bdf_end;
}

/* The first entry that covers the device with this id. */
static const struct vck_viot_node *viot_entry(const struct vck_viot *t, const struct vck_device *d,
					      uint16_t id)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		if (viot_covers(&t->nodes[i], d, id))
			return &t->nodes[i];
	}
	return NULL;
}

/* Ids with which a device is looked up: one, whatever it is, for what is not a PCI function. */
static size_t lookup_ids(const struct vck_host *h, const struct vck_device *d, uint16_t *ids)
{
	ids[0] = 0;
	return d->bus == VCK_BUS_PCI
		       ? vck_tables_requester_ids(h, d, ids, VCK_REQUESTER_IDS_MAX)
		       : 1;
}

/* viot_mmio_dev_iommu_init() compares the first range of memory of a platform device, which no
 * file shows that is read. */
bool vck_viot_by_address(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_viot *t = h->acpi.viot;
	bool any = false;

	for (size_t i = 0; i < t->n_nodes; i++)
		any |= t->nodes[i].type == VIOT_MMIO;
	return any && d->bus == VCK_BUS_PLATFORM;
}

const struct vck_viot_node *vck_viot_unit(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_viot *t = h->acpi.viot;
	const struct vck_viot_node *from = NULL;
	uint16_t ids[VCK_REQUESTER_IDS_MAX];

	/* Each id, or none: drivers/acpi/viot.c, viot_pci_dev_iommu_init(). */
	for (size_t i = lookup_ids(h, d, ids); i-- > 0;) {
		from = viot_entry(t, d, ids[i]);
		if (!from)
			return NULL;
	}
	for (size_t i = 0; from && i < t->n_nodes; i++) {
		const struct vck_viot_node *n = &t->nodes[i];

		if (n->offset == from->output && n->type >= VIOT_IOMMU_PCI &&
		    n->type <= VIOT_IOMMU_MMIO)
			return viot_is(n, d) ? NULL : n; /* an IOMMU is not behind itself */
	}
	return NULL;
}

const struct vck_rimt_node *vck_rimt_device(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_rimt *t = h->acpi.rimt;

	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct vck_rimt_node *n = &t->nodes[i];

		if (n->type == RIMT_ROOT_COMPLEX && d->bus == VCK_BUS_PCI &&
		    n->segment == d->bdf.domain)
			return n;
		if (n->type == RIMT_PLATFORM && d->bus != VCK_BUS_PCI && n->name && d->acpi_path &&
		    vck_acpi_path_equal(n->name, d->acpi_path))
			return n;
	}
	return NULL;
}

static const struct vck_rimt_node *rimt_iommu_at(const struct vck_rimt *t, uint32_t offset)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		if (t->nodes[i].offset == offset && t->nodes[i].type == RIMT_IOMMU)
			return &t->nodes[i];
	}
	return NULL;
}

static const struct vck_iort_map *rimt_map(const struct vck_rimt_node *n,
					   const struct vck_device *d, uint16_t id)
{
	for (size_t i = 0; i < n->n_maps; i++) {
		const struct vck_iort_map *m = &n->maps[i];

		/* The end of the range is inclusive in the kernel. */
		if (d->bus != VCK_BUS_PCI || (id >= m->input && id - m->input <= m->count))
			return m;
	}
	return NULL;
}

const struct vck_rimt_node *vck_rimt_unit(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_rimt_node *n = vck_rimt_device(h, d);
	const struct vck_iort_map *m = NULL;
	uint16_t ids[VCK_REQUESTER_IDS_MAX];

	if (!n)
		return NULL;
	/* Each id, or none: drivers/acpi/riscv/rimt.c, rimt_pci_iommu_init(). */
	for (size_t i = lookup_ids(h, d, ids); i-- > 0;) {
		m = rimt_map(n, d, ids[i]);
		if (!m)
			return NULL;
	}
	return m ? rimt_iommu_at(h->acpi.rimt, m->target) : NULL;
}
