// SPDX-License-Identifier: GPL-2.0-or-later
/* Enable No Snoop of each function: whether it has the bit, whether it is set,
 * who turns no-snoop requests into snooped ones, and what holds the bit. */
#include "config.h"

#include "check/engine.h"
#include "check/tables.h"
#include "check/units.h"

/* Linux makes use of CANWBS from here on (arm-smmu-v3.c:arm_smmu_master_canwbs). */
#define KVER_CANWBS VCK_KVER(6, 13)

/* A VF has no bit of its own: PCIe Base 9.3.5.4 gives it the PF's. */
static const struct vck_device *bit_owner(const struct vck_device *d)
{
	return d->physfn ? d->physfn : d;
}

/* A VF whose PF is not known: its vendor register reads ffff (PCIe Base 9.3.4.1.1). */
static bool is_orphan(const struct vck_device *d)
{
	return !d->physfn && d->cap.header_known == VCK_YES && d->cap.vendor == 0xffff;
}

static enum vck_tri bit_set(const struct vck_device *d)
{
	const struct vck_cap_exp *e = &bit_owner(d)->cap.exp;

	if (is_orphan(d) || d->nosnoop.supported != VCK_YES || e->present != VCK_YES ||
	    e->regs_known != VCK_YES)
		return VCK_UNKNOWN;
	return vck_tri(e->devctl & VCK_DEVCTL_NOSNOOP);
}

static enum vck_tri by_root_complex(const struct vck_host *h, const struct vck_device *d)
{
	enum vck_tri canwbs = vck_tables_canwbs(h, d);

	if (canwbs == VCK_NO || (h->kver && h->kver < KVER_CANWBS))
		return VCK_NO;
	return h->kver ? canwbs : VCK_UNKNOWN;
}

/* Before 5.19 the kernel forced snooping only where every unit could
 * (unit->cache_coherency then means just that). */
static enum vck_tri by_vtd(const struct vck_host *h, const struct vck_unit *u)
{
	if (h->kver && h->kver < VCK_KVER(5, 19))
		return u->cache_coherency;
	return u->enforces_coherency;
}

static enum vck_tri enforced(struct vck_host *h, struct vck_device *d)
{
	/* Its own alone: another that is like it otherwise may lack snoop control. */
	const struct vck_unit *u = d->unit;
	struct vck_arena *a = &h->arena;
	enum vck_tri r;

	if (!u)
		return VCK_UNKNOWN;
	switch (u->driver) {
	case VCK_IOMMU_INTEL:
		r = by_vtd(h, u);
		if (r == VCK_YES)
			d->nosnoop.enforced_by =
				vck_arena_printf(a, "ECAP.SC of %s", u->name);
		return r;
	case VCK_IOMMU_SMMU_V3:
		r = by_root_complex(h, d);
		if (r == VCK_YES)
			d->nosnoop.enforced_by = "CANWBS of the root complex (IORT)";
		return r;
	case VCK_IOMMU_AMD:
		if (u->enforces_coherency == VCK_YES)
			d->nosnoop.enforced_by = vck_arena_printf(
				a, "FC in the page tables of %s", u->name);
		return u->enforces_coherency;
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_VIRTIO:
	case VCK_IOMMU_OTHER:
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	return u->enforces_coherency;
}

static enum vck_lock lock_level(const struct vck_device *d)
{
	const struct vck_nosnoop *n = &d->nosnoop, *o = &bit_owner(d)->nosnoop;

	if (o->held_read_only)
		return VCK_LOCK_READ_ONLY;
	if (o->conf_guarded)
		return VCK_LOCK_GUARDED;
	if (o->conf_persistent)
		return VCK_LOCK_PERSISTENT;
	if (n->supported == VCK_NO || n->enforced == VCK_YES)
		return VCK_LOCK_NOT_NEEDED;
	if (o->hardwired == VCK_YES && n->enabled == VCK_NO)
		return VCK_LOCK_NOT_NEEDED;
	if (o->record_cleared && n->enabled == VCK_NO)
		return VCK_LOCK_CLEARED;
	return VCK_LOCK_NONE;
}

int vck_derive_nosnoop(struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];
		struct vck_nosnoop *n = &d->nosnoop;

		if (d->bus != VCK_BUS_PCI)
			continue;
		n->supported =
			d->cap.all_ones == VCK_YES ? VCK_UNKNOWN : d->cap.exp.present;
		n->inherited_from = d->physfn;
		n->enabled = bit_set(d);
		n->enforced = enforced(h, d);
		n->action_needed =
			n->supported == VCK_NO
				? VCK_NO
				: vck_tri_and(n->enabled, vck_tri_not(n->enforced));
		n->lock = lock_level(d);
	}
	return 0;
}
