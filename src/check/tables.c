// SPDX-License-Identifier: GPL-2.0-or-later
/* What firmware says about units and devices: see tables.h. Each table answers in
 * its own file; here the right one is asked. */
#include "config.h"

#include <errno.h>

#include "check/aliases.h"
#include "check/attach.h"
#include "check/tables-internal.h"
#include "check/unit-index.h"

size_t vck_tables_requester_ids(const struct vck_host *h, const struct vck_device *d,
				uint16_t *ids, size_t max)
{
	size_t n = 0;

	if (d->bus != VCK_BUS_PCI || max == 0)
		return 0;
	ids[n++] = (uint16_t)(d->bdf.bus << 8 | vck_bdf_devfn(d->bdf));
	for (const struct vck_device *b = d->upstream; b && n < max; b = b->upstream) {
		switch (vck_bridge_alias(h, b)) {
		case VCK_ALIAS_SECONDARY:
			ids[n++] = (uint16_t)(b->cap.secondary << 8);
			break;
		case VCK_ALIAS_BRIDGE:
			ids[n++] = (uint16_t)(b->bdf.bus << 8 | vck_bdf_devfn(b->bdf));
			break;
		case VCK_ALIAS_STOP:
			return n;
		case VCK_ALIAS_TRANSPARENT:
		case VCK_ALIAS_UNKNOWN:
			break;
		}
	}
	return n;
}

/* --- which tables there are --- */

static bool is_dma_table(const char *signature)
{
	static const char *const names[] = { "DMAR", "IVRS", "IORT", "VIOT", "RIMT" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(names[i], signature))
			return true;
	}
	return false;
}

/* Every table that could tell was read to its end; only then "none" is an answer. */
static bool tables_whole(const struct vck_host *h)
{
	if (!vck_host_has(h, VCK_EV_ACPI))
		return false;
	for (size_t i = 0; i < h->acpi.n_tables; i++) {
		const struct vck_acpi_table *t = &h->acpi.tables[i];

		if (is_dma_table(t->signature) &&
		    (t->read != VCK_YES || t->complete != VCK_YES))
			return false;
	}
	return true;
}

/* Does the device tree speak for this device? */
static bool by_dt(const struct vck_host *h, const struct vck_device *d)
{
	return h->dt.root && vck_dt_dma_node(d);
}

static bool place_known(const struct vck_device *d)
{
	return d->bus != VCK_BUS_PCI || vck_device_has(d, VCK_EV_PATH);
}

bool vck_acpi_path_equal(const char *a, const char *b)
{
	size_t n;

	for (;;) {
		n = strspn(a, "\\");
		a += n;
		b += strspn(b, "\\");
		/* One segment; trailing underscores are padding. */
		size_t la = strcspn(a, "."), lb = strcspn(b, "."), ca = la, cb = lb;

		while (la && a[la - 1] == '_')
			la--;
		while (lb && b[lb - 1] == '_')
			lb--;
		if (la != lb || memcmp(a, b, la) != 0)
			return false;
		a += ca;
		b += cb;
		if (!*a || !*b)
			return *a == *b;
		a++;
		b++;
	}
}

/* --- devices --- */

static enum vck_tri unit_found(struct vck_unit *u, struct vck_unit **ret)
{
	if (!u)
		return VCK_UNKNOWN;
	*ret = u;
	return VCK_YES;
}

static enum vck_tri by_acpi(const struct vck_host *h, const struct vck_device *d,
			    struct vck_unit **ret)
{
	const struct vck_acpi *a = &h->acpi;
	uint32_t id;

	if (a->dmar && d->bus == VCK_BUS_PCI) {
		const struct vck_dmar_unit *u = vck_dmar_unit(h, d);

		if (u)
			return unit_found(vck_unit_at(h, VCK_IOMMU_INTEL, u->offset), ret);
	}
	if (a->ivrs && d->bus == VCK_BUS_PCI) {
		const struct vck_ivhd *i = vck_ivrs_unit(h, d);

		if (i)
			return unit_found(vck_unit_at(h, VCK_IOMMU_AMD, i->offset), ret);
	}
	if (a->iort) {
		const struct vck_iort_node *n = vck_iort_smmu(h, d, &id);

		if (n)
			return unit_found(vck_unit_at(h,
						      n->type == VCK_IORT_SMMU ? VCK_IOMMU_SMMU
									       : VCK_IOMMU_SMMU_V3,
						      n->offset),
					  ret);
	}
	if (a->viot) {
		const struct vck_viot_node *n = vck_viot_unit(h, d);

		if (n)
			return unit_found(vck_unit_at(h, VCK_IOMMU_VIRTIO, n->offset), ret);
		if (vck_viot_by_address(h, d))
			return VCK_UNKNOWN;
	}
	if (a->rimt) {
		const struct vck_rimt_node *n = vck_rimt_unit(h, d);

		if (n)
			return unit_found(vck_unit_at(h, VCK_IOMMU_OTHER, n->offset), ret);
	}
	return tables_whole(h) ? VCK_NO : VCK_UNKNOWN;
}

enum vck_tri vck_tables_unit(const struct vck_host *h, const struct vck_device *d,
			     struct vck_unit **ret)
{
	struct vck_dt_node *n;

	if (!place_known(d))
		return VCK_UNKNOWN;
	if (by_dt(h, d)) {
		enum vck_tri t = vck_dt_unit(h, d, &n);

		if (t == VCK_YES)
			return unit_found(vck_unit_of_node(h, n), ret);
		return h->dt.complete == VCK_YES ? t : VCK_UNKNOWN;
	}
	return by_acpi(h, d, ret);
}

int vck_derive_table_units(struct vck_host *h)
{
	int r = vck_table_units(h);

	for (size_t i = 0; r == 0 && i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];
		struct vck_unit *u;

		/* A bridge has a group and no link with some drivers: the kernel's word. */
		if (d->unit || d->has_iommu_link || d->group)
			continue;
		if (vck_tables_unit(h, d, &u) != VCK_YES)
			continue;
		d->unit = u;
		d->unit_from_tables = true;
	}
	return r;
}

/* --- regions --- */

int vck_region_add(struct vck_region_list *l, uint64_t start, uint64_t end, const char *type)
{
	int r;

	if (end < start)
		return 0;
	r = vck_arena_grow(&l->h->arena, &l->regions, l->n, &l->cap, sizeof(*l->regions));
	if (r == 0)
		l->regions[l->n++] = (struct vck_region){ start, end, type };
	return r;
}

static int region_cmp(const void *pa, const void *pb)
{
	const struct vck_region *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* The device tree's, where the unit's driver asks for them. Return: VCK_YES, VCK_UNKNOWN or
 * -ENOMEM. */
static int dt_regions(const struct vck_device *d, struct vck_region_list *l)
{
	struct vck_unit *u = NULL;
	int r;

	if (l->h->kver && l->h->kver < VCK_KVER(6, 3))
		return VCK_YES;
	if (vck_tables_unit(l->h, d, &u) != VCK_YES)
		return VCK_YES;
	if (u->driver != VCK_IOMMU_SMMU && u->driver != VCK_IOMMU_SMMU_V3 &&
	    u->driver != VCK_IOMMU_VIRTIO)
		return VCK_YES;
	r = vck_dt_regions(d, l);
	if (r < 0)
		return r;
	return l->n && !l->h->kver ? VCK_UNKNOWN : VCK_YES;
}

/* A table may name each of its regions for each function: what is asked for beyond these, many
 * times what a host has, is unknown. */
#define REGIONS_MAX ((size_t)1 << 21)

int vck_tables_regions(struct vck_host *h, const struct vck_device *d, struct vck_region **ret,
		       size_t *ret_n)
{
	struct vck_region_list l = { .h = h };
	size_t before;
	int r = 0;

	if (!by_dt(h, d) && (!tables_whole(h) || !place_known(d)))
		return VCK_UNKNOWN;
	if (h->n_table_regions > REGIONS_MAX)
		return VCK_UNKNOWN;
	if (h->acpi.dmar && d->bus == VCK_BUS_PCI)
		r = vck_dmar_regions(d, &l);
	if (r == 0 && h->acpi.ivrs && d->bus == VCK_BUS_PCI)
		r = vck_ivrs_regions(d, &l);
	before = l.n;
	if (r == 0 && h->acpi.iort)
		r = vck_iort_regions(d, &l);
	h->n_table_regions += l.n;
	/* For a PCI function they count where the host bridge's _DSM 5 says that firmware's
	 * configuration is kept (iort.c:iort_rmr_has_dev, 6.1 to 7.2). Those that may be let go
	 * refuse nothing either way. */
	if (r == 0 && l.n > before && d->bus == VCK_BUS_PCI &&
	    vck_regions_without_direct(l.regions + before, l.n - before) == VCK_NO)
		return VCK_UNKNOWN;
	if (r == 0 && h->dt.root && d->of_node) {
		r = dt_regions(d, &l);
		if (r == VCK_UNKNOWN)
			return r;
	}
	if (r < 0)
		return r;
	if (l.n)
		qsort(l.regions, l.n, sizeof(*l.regions), region_cmp);
	*ret = l.regions;
	*ret_n = l.n;
	return VCK_YES;
}

/* --- single facts --- */

enum vck_tri vck_tables_canwbs(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_iort_node *n;

	if (by_dt(h, d))
		return VCK_NO;
	n = vck_iort_device(h, d);
	if (n)
		return vck_tri(n->type == VCK_IORT_ROOT_COMPLEX && n->access_flags & 4);
	return tables_whole(h) ? VCK_NO : VCK_UNKNOWN;
}

/* AMD: bit 4 of the old block's flags; newer blocks leave it to the capability header
 * (48882, IOMMU capability header bit 24). */
static enum vck_tri ivrs_ats(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_ivhd *i = vck_ivrs_unit(h, d);
	const struct vck_unit *u = i ? vck_unit_at(h, VCK_IOMMU_AMD, i->offset) : NULL;

	if (!i)
		return VCK_NO;
	if (u && u->active && u->regs_known == VCK_YES)
		return vck_tri(u->amd_cap & 1u << 24);
	return i->type == 0x10 ? vck_tri(i->flags & 0x10) : VCK_UNKNOWN;
}

enum vck_tri vck_tables_ats(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_iort_node *n = vck_iort_device(h, d);
	const struct vck_rimt_node *rc = h->acpi.rimt ? vck_rimt_device(h, d) : NULL;

	if (by_dt(h, d) || !place_known(d))
		return VCK_UNKNOWN;
	if (n)
		return vck_tri(n->type == VCK_IORT_ROOT_COMPLEX && n->ats & 1);
	if (rc)
		return vck_tri(rc->type == 1 && rc->flags & 1);
	if (h->acpi.dmar && d->bus == VCK_BUS_PCI)
		return vck_dmar_ats(h, d);
	if (h->acpi.ivrs && d->bus == VCK_BUS_PCI)
		return ivrs_ats(h, d);
	return tables_whole(h) ? VCK_NO : VCK_UNKNOWN;
}

static bool uses_its(const struct vck_device *d)
{
	return d->msi_chip && strstr(d->msi_chip, "ITS");
}

/* The device's own controller (msi_device_has_isolated_msi). */
static enum vck_tri own_msi_isolated(const struct vck_host *h, const struct vck_device *d)
{
	/* of/platform.c:of_amba_device_create() sets up none, nor does acpi/glue.c, 5.10 to 7.2. */
	if (d->bus == VCK_BUS_AMBA)
		return VCK_NO;
	if (uses_its(d) && !(by_dt(h, d) && vck_dt_pre_its(h, d)))
		return VCK_YES;
	if (by_dt(h, d))
		return h->dt.complete == VCK_YES ? vck_dt_isolated_msi(h, d) : VCK_UNKNOWN;
	if (h->acpi.iort && vck_iort_has_its(h, d))
		return VCK_YES;
	/* No ITS in the IORT: MSIs go to a GICv2m frame, or nowhere. */
	return tables_whole(h) && h->acpi.present == VCK_YES ? VCK_NO : VCK_UNKNOWN;
}

/* Every controller of the host (irq_domain_check_msi_remap), of one with a device tree or not.
 * With ACPI an ITS excludes v2m frames (irq-gic-v3.c:gic_init_bases); whether there are any
 * without one stands in the MADT, which is not read. */
static enum vck_tri every_msi(const struct vck_host *h, bool dt)
{
	bool its = false;

	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->msi_chip && !uses_its(h->devices[i]))
			return VCK_NO;
		its |= uses_its(h->devices[i]);
	}
	if (dt)
		return vck_dt_msi_remap(h);
	if (its && !h->dt.root)
		return VCK_YES;
	for (size_t i = 0; h->acpi.iort && i < h->acpi.iort->n_nodes; i++) {
		if (h->acpi.iort->nodes[i].type == VCK_IORT_ITS)
			return VCK_YES;
	}
	return VCK_UNKNOWN;
}

void vck_tables_note_msi(struct vck_host *h)
{
	if (h->arch != VCK_ARCH_AARCH64 || h->kver >= VCK_KVER(6, 3))
		return;
	for (int dt = 0; dt < 2; dt++)
		h->every_msi[dt] = every_msi(h, dt);
	h->every_msi_known = true;
}

enum vck_tri vck_tables_isolated_msi(const struct vck_host *h, const struct vck_device *d)
{
	enum vck_tri own, every;

	if (h->arch != VCK_ARCH_AARCH64)
		return VCK_UNKNOWN;
	if (h->kver >= VCK_KVER(6, 3))
		return own_msi_isolated(h, d);
	every = h->every_msi_known ? h->every_msi[by_dt(h, d)] : every_msi(h, by_dt(h, d));
	if (h->kver)
		return every;
	own = own_msi_isolated(h, d);
	return own == every ? own : VCK_UNKNOWN;
}
