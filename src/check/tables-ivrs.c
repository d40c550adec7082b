// SPDX-License-Identifier: GPL-2.0-or-later
/* IVRS: which IVHD covers a requester id, which memory IVMDs keep for it
 * (drivers/iommu/amd/init.c, Linux 5.10 to 7.3). */
#include "config.h"

#include "check/tables-internal.h"

static uint16_t devid_of(const struct vck_device *d)
{
	return (uint16_t)(d->bdf.bus << 8 | vck_bdf_devfn(d->bdf));
}

static bool ivhd_covers(const struct vck_ivhd *i, uint16_t devid)
{
	for (size_t k = 0; k < i->n_entries; k++) {
		const struct vck_ivhd_entry *e = &i->entries[k];

		/* Also the id that others are an alias of, an IOAPIC's and an ACPI device's
		 * (init_iommu_from_acpi, 5.10 to 7.2). */
		if ((devid >= e->devid && devid <= e->devid_end) || devid == e->alias)
			return true;
	}
	return false;
}

const struct vck_ivhd *vck_ivrs_unit(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_ivrs *t = h->acpi.ivrs;
	const struct vck_ivhd *found = NULL;

	if (d->real_dma_dev)
		d = d->real_dma_dev;
	for (size_t i = 0; i < t->n_ivhds; i++) {
		const struct vck_ivhd *v = &t->ivhds[i];

		if (!v->used || v->segment != d->bdf.domain)
			continue;
		if (v->devid == devid_of(d))
			return NULL; /* the IOMMU's own function */
		/* A later IVHD overwrites the lookup table of an earlier one. */
		if (ivhd_covers(v, devid_of(d)))
			found = v;
	}
	return found;
}

int vck_ivrs_regions(const struct vck_device *d, struct vck_region_list *l)
{
	const struct vck_ivrs *t = l->h->acpi.ivrs;
	uint16_t devid = devid_of(d);
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_ivmds; i++) {
		const struct vck_ivmd *m = &t->ivmds[i];

		/* Bit 0 unity, bit 3 exclusion: the kernel maps both one to one
		 * (init_unity_map_range). */
		if (!(m->flags & 0x09) || m->segment != d->bdf.domain || !m->length ||
		    devid < m->devid || devid > m->devid_end)
			continue;
		r = vck_region_add(l, m->start, m->start + m->length - 1, "direct");
	}
	return r;
}
