// SPDX-License-Identifier: GPL-2.0-or-later
/* What firmware says about units and devices: see tables.h. Each table answers in
 * its own file; here the right one is asked. */
#include "config.h"

#include <errno.h>

#include "check/tables.h"

size_t vck_tables_requester_ids(const struct vck_device *d, uint16_t *ids, size_t max)
{
	size_t n = 0;

	if (d->bus != VCK_BUS_PCI || max == 0)
		return 0;
	ids[n++] = (uint16_t)(d->bdf.bus << 8 | vck_bdf_devfn(d->bdf));
	for (const struct vck_device *b = d->upstream; b && n < max; b = b->upstream) {
		const struct vck_cap_exp *e = &b->cap.exp;

		/* A PCIe-to-PCI bridge takes the requests over as (secondary bus, 0);
		 * a conventional bridge uses its own id. Ports are transparent. */
		if (e->present == VCK_YES && e->type == VCK_PCIE_TO_PCI)
			ids[n++] = (uint16_t)(b->cap.secondary << 8);
		else if (e->present == VCK_NO ||
			 (e->present == VCK_YES && e->type == VCK_PCI_TO_PCIE))
			ids[n++] = (uint16_t)(b->bdf.bus << 8 | vck_bdf_devfn(b->bdf));
	}
	return n;
}

int vck_derive_table_units(struct vck_host *h)
{
	(void)h;
	return 0;
}

enum vck_tri vck_tables_unit(const struct vck_host *h, const struct vck_device *d,
			     struct vck_unit **ret)
{
	(void)h;
	(void)d;
	(void)ret;
	return VCK_UNKNOWN;
}

int vck_tables_regions(struct vck_host *h, const struct vck_device *d, struct vck_region **ret,
		       size_t *ret_n)
{
	(void)h;
	(void)d;
	(void)ret;
	(void)ret_n;
	return VCK_UNKNOWN;
}

enum vck_tri vck_tables_canwbs(const struct vck_host *h, const struct vck_device *d)
{
	(void)h;
	(void)d;
	return VCK_UNKNOWN;
}

enum vck_tri vck_tables_ats(const struct vck_host *h, const struct vck_device *d)
{
	(void)h;
	(void)d;
	return VCK_UNKNOWN;
}

enum vck_tri vck_tables_isolated_msi(const struct vck_host *h, const struct vck_device *d)
{
	(void)h;
	(void)d;
	return VCK_UNKNOWN;
}
