// SPDX-License-Identifier: GPL-2.0-or-later
/* DMAR: which unit, which reserved memory, ATS or not. Scopes name a function by the
 * path that leads to it from a root bus (VT-d specification 8.3.1;
 * drivers/iommu/intel/dmar.c and iommu.c, Linux 5.10 to 7.3). */
#include "config.h"

#include "check/tables-internal.h"

enum {
	SCOPE_ENDPOINT = 1,
	SCOPE_BRIDGE = 2,
	INCLUDE_ALL = 1, /* also ALL_PORTS of an ATSR */
};

const struct vck_device *vck_dma_function(const struct vck_device *d)
{
	if (d->real_dma_dev)
		d = d->real_dma_dev;
	return d->physfn ? d->physfn : d;
}

/* The device is where the scope's path leads: walked from the end, which is the device,
 * to the root bus. */
static bool path_leads_to(const struct vck_dmar_scope *s, const struct vck_device *d)
{
	const struct vck_device *at = d, *first = d;

	for (size_t i = s->n_path; i-- > 0; at = at->upstream) {
		if (!at || at->bdf.dev != s->path[2 * i] || at->bdf.fn != s->path[2 * i + 1])
			return false;
		first = at;
	}
	return !at && s->n_path && first->bdf.bus == s->start_bus;
}

/* Firmware that names a function by its own bus although bridges are above it: the
 * kernel takes it all the same (dmar_match_pci_path). */
static bool names_directly(const struct vck_dmar_scope *s, const struct vck_device *d)
{
	return s->n_path == 1 && d->bdf.bus == s->start_bus && d->bdf.dev == s->path[0] &&
	       d->bdf.fn == s->path[1];
}

static bool scope_is(const struct vck_dmar_scope *s, const struct vck_device *d)
{
	if (s->type != SCOPE_ENDPOINT && s->type != SCOPE_BRIDGE)
		return false;
	return path_leads_to(s, d) || names_directly(s, d);
}

/* The scope is the device or a bridge above it. */
static bool scope_covers(const struct vck_dmar_scope *s, const struct vck_device *d)
{
	for (const struct vck_device *at = d; at; at = at->upstream) {
		if (scope_is(s, at))
			return true;
	}
	return false;
}

static bool scopes_cover(const struct vck_dmar_scope *s, size_t n, const struct vck_device *d)
{
	for (size_t i = 0; i < n; i++) {
		if (scope_covers(&s[i], d))
			return true;
	}
	return false;
}

const struct vck_dmar_unit *vck_dmar_unit(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_dmar *t = h->acpi.dmar;
	const struct vck_dmar_unit *all = NULL;

	d = vck_dma_function(d);
	for (size_t i = 0; i < t->n_units; i++) {
		const struct vck_dmar_unit *u = &t->units[i];

		if (u->segment != d->bdf.domain)
			continue;
		if (scopes_cover(u->scopes, u->n_scopes, d))
			return u;
		if (u->flags & INCLUDE_ALL && !all)
			all = u;
	}
	return all;
}

/* intel/iommu.c:device_rmrr_is_relaxable: USB controllers and display */
static const char *rmrr_type(const struct vck_device *d)
{
	return d->class >> 8 == 0x0c03 || d->class >> 16 == 0x03 ? "direct-relaxable" : "direct";
}

int vck_dmar_regions(const struct vck_device *d, struct vck_region_list *l)
{
	const struct vck_dmar *t = l->h->acpi.dmar;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_rmrrs; i++) {
		const struct vck_dmar_rmrr *m = &t->rmrrs[i];

		if (m->segment == d->bdf.domain && scopes_cover(m->scopes, m->n_scopes, d))
			r = vck_region_add(l, m->start, m->end, rmrr_type(d));
	}
	return r;
}

/* The root port above a function; NULL for one on a root bus or below conventional PCI. */
static const struct vck_device *root_port(const struct vck_device *d, bool *conventional)
{
	for (const struct vck_device *b = d->upstream; b; b = b->upstream) {
		if (b->cap.exp.present != VCK_YES || b->cap.exp.type == VCK_PCIE_TO_PCI) {
			*conventional = true;
			return NULL;
		}
		if (b->cap.exp.type == VCK_PCIE_ROOT_PORT)
			return b;
	}
	return NULL;
}

/* intel/iommu.c:dmar_ats_supported */
enum vck_tri vck_dmar_ats(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_dmar *t = h->acpi.dmar;
	const struct vck_device *port;
	bool conventional = false;

	d = vck_dma_function(d);
	for (size_t i = 0; i < t->n_satcs; i++) {
		if (t->satcs[i].segment == d->bdf.domain &&
		    scopes_cover(t->satcs[i].scopes, t->satcs[i].n_scopes, d))
			return VCK_YES;
	}
	port = root_port(d, &conventional);
	if (!port)
		return vck_tri(!conventional);
	for (size_t i = 0; i < t->n_atsrs; i++) {
		const struct vck_dmar_unit *a = &t->atsrs[i];

		if (a->segment != d->bdf.domain)
			continue;
		for (size_t k = 0; k < a->n_scopes; k++) {
			if (scope_is(&a->scopes[k], port))
				return VCK_YES;
		}
		if (a->flags & INCLUDE_ALL)
			return VCK_YES;
	}
	return VCK_NO;
}
