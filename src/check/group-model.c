// SPDX-License-Identifier: GPL-2.0-or-later
/* pci_device_group() over the model (drivers/iommu/iommu.c, the same in 5.10,
 * 6.1, 6.12, 7.1 and 7.3; helpers of drivers/pci/search.c and pci.c).
 *
 * What was not read neither separates nor merges: a function whose place
 * depends on it is left out of the groups and says so. */
#include "config.h"

#include <errno.h>

#include "check/acs.h"
#include "check/aliases.h"
#include "check/attach.h"
#include "check/grouping.h"
#include "check/unit-index.h"
#include "check/units.h"

#define NO_GROUP (-1)

struct model {
	struct vck_host *h;
	struct vck_grouping *all; /* PCI functions, by address */
	size_t n;
	int groups;
	bool assume;
	bool *taken; /* as @all: bridges whose alias id has an owner (SMMUv3) */
};

/* What a step of the search came to. */
enum step {
	STEP_ON,   /* nothing found, go on */
	STEP_JOIN, /* a group was found */
	STEP_LOST, /* it depends on what was not read */
};

/* ->device_group of the IOMMU drivers for a PCI function; drivers/iommu/, 5.10, 6.1, 6.12 and
 * 7.2. What only joins more, as a stream id that functions share, does not count. */
static const struct {
	enum vck_iommu_driver driver;
	const char *name; /* prefix of driver_name for VCK_IOMMU_OTHER */
	enum vck_tri by_topology;
} group_rows[] = {
	{ VCK_IOMMU_INTEL, NULL, VCK_YES },   /* intel/iommu.c:intel_iommu_device_group */
	{ VCK_IOMMU_AMD, NULL, VCK_YES },     /* amd/iommu.c:amd_iommu_device_group */
	{ VCK_IOMMU_SMMU, NULL, VCK_YES },    /* arm/arm-smmu/arm-smmu.c:arm_smmu_device_group */
	{ VCK_IOMMU_SMMU_V3, NULL, VCK_YES }, /* arm/arm-smmu-v3/arm-smmu-v3.c, the same name */
	{ VCK_IOMMU_VIRTIO, NULL, VCK_YES },  /* virtio-iommu.c:viommu_device_group */
	{ VCK_IOMMU_OTHER, "riscv", VCK_YES }, /* riscv/iommu.c:riscv_iommu_device_group, 7.2 */
	{ VCK_IOMMU_OTHER, "apple", VCK_YES }, /* apple-dart.c:apple_dart_device_group, 6.1 */
	/* generic_device_group(): one for each function */
	{ VCK_IOMMU_OTHER, "s390", VCK_NO },   /* s390-iommu.c */
	{ VCK_IOMMU_OTHER, "exynos", VCK_NO }, /* exynos-iommu.c */
	{ VCK_IOMMU_OTHER, "msm", VCK_NO },    /* msm_iommu.c */
	{ VCK_IOMMU_OTHER, "qcom", VCK_NO },   /* arm/arm-smmu/qcom_iommu.c */
	/* one for each IOMMU or set of masters */
	{ VCK_IOMMU_OTHER, "ipmmu", VCK_NO },	 /* ipmmu-vmsa.c:ipmmu_find_group, 5.10 and 6.1 */
	{ VCK_IOMMU_OTHER, "mtk", VCK_NO },	 /* mtk_iommu.c:mtk_iommu_device_group */
	{ VCK_IOMMU_OTHER, "mediatek", VCK_NO }, /* the same */
	{ VCK_IOMMU_OTHER, "rk_iommu", VCK_NO }, /* rockchip-iommu.c:rk_iommu_device_group, 6.1 */
	{ VCK_IOMMU_OTHER, "rockchip", VCK_NO }, /* the same */
	{ VCK_IOMMU_OTHER, "sun50i", VCK_NO },	 /* sun50i-iommu.c:sun50i_iommu_device_group, 6.1 */
	{ VCK_IOMMU_OTHER, "sprd", VCK_NO },	 /* sprd-iommu.c:sprd_iommu_device_group, 6.1 */
	{ VCK_IOMMU_OTHER, "omap", VCK_NO },	 /* omap-iommu.c:omap_iommu_device_group, 6.1 */
	{ VCK_IOMMU_OTHER, "vsi", VCK_NO },	 /* vsi-iommu.c, 7.2 */
	{ VCK_IOMMU_OTHER, "tegra", VCK_NO },	 /* tegra-smmu.c: the first of a swgroup decides */
	{ VCK_IOMMU_OTHER, "fsl", VCK_NO },	 /* fsl_pamu_domain.c: by controller */
	{ VCK_IOMMU_OTHER, "spapr", VCK_NO },	 /* arch/powerpc/kernel/iommu.c: by PE */
};

/* Machines whose every IOMMU makes groups by other rules, whatever its units are called:
 * s390-iommu.c, and pnv_pci_device_group() and pSeries_pci_device_group() of arch/powerpc, 7.2. */
static bool is_other_machine(const struct vck_host *h)
{
	return h->arch == VCK_ARCH_OTHER && h->arch_name &&
	       (str_after(h->arch_name, "s390") || str_after(h->arch_name, "ppc"));
}

enum vck_tri vck_group_by_topology(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_unit *u = vck_device_unit(h, d);

	if (is_other_machine(h))
		return VCK_NO;
	for (size_t i = 0; u && i < ARRAY_SIZE(group_rows); i++) {
		if (u->driver != group_rows[i].driver)
			continue;
		if (!group_rows[i].name ||
		    (u->driver_name && str_after(u->driver_name, group_rows[i].name)))
			return group_rows[i].by_topology;
	}
	/* x86 has no IOMMU for PCI but Intel's, AMD's and virtio's. */
	return h->arch == VCK_ARCH_X86_64 ? VCK_YES : VCK_UNKNOWN;
}

bool vck_group_by_other_rules(const struct vck_host *h, const struct vck_group *g)
{
	for (size_t i = 0; i < g->n_devices; i++) {
		if (g->devices[i]->bus == VCK_BUS_PCI &&
		    vck_group_by_topology(h, g->devices[i]) == VCK_NO)
			return true;
	}
	return false;
}

bool vck_group_assumes_acs(const struct vck_host *h)
{
	if (vck_units_any_active(h))
		return false;
	for (size_t i = 0; i < h->n_groups; i++) {
		if (vck_group_is_real(h->groups[i]))
			return false;
	}
	return true;
}

struct vck_grouping *vck_grouping_find(struct vck_grouping *all, size_t n,
				       const struct vck_device *d)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = vck_bdf_cmp(all[mid].device->bdf, d->bdf);

		if (c == 0)
			return &all[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static struct vck_grouping *entry_of(const struct model *m, const struct vck_device *d)
{
	return vck_grouping_find(m->all, m->n, d);
}

/* Join the group of @other, if it has one yet. */
static enum step join(struct vck_grouping *e, const struct vck_grouping *other,
		      enum vck_merge merge, const struct vck_device *hop, const char *quirk)
{
	if (!other || other == e)
		return STEP_ON;
	if (other->merge == VCK_MERGE_UNKNOWN) {
		e->hop = other->hop;
		return STEP_LOST;
	}
	if (other->group == NO_GROUP)
		return STEP_ON;
	e->group = other->group;
	e->merge = merge;
	e->hop = hop;
	e->quirk = quirk;
	return STEP_JOIN;
}

static enum step lost(struct vck_grouping *e, const struct vck_device *hop)
{
	e->hop = hop;
	return STEP_LOST;
}

/* Step A: walk the DMA aliases up to the root; *last becomes the last function that took part. */
static enum step alias_walk(const struct model *m, struct vck_grouping *e,
			    const struct vck_device **last)
{
	const struct vck_device *d = e->device;

	if (d->real_dma_dev) {
		*last = d->real_dma_dev;
		if (join(e, entry_of(m, *last), VCK_MERGE_ALIAS, *last, "pci_real_dma_dev") ==
		    STEP_JOIN)
			return STEP_JOIN;
	}
	for (const struct vck_device *b = (*last)->upstream; b; b = b->upstream) {
		enum step s;

		switch (vck_bridge_alias(m->h, b)) {
		case VCK_ALIAS_STOP:
			return STEP_ON;
		case VCK_ALIAS_UNKNOWN:
			return lost(e, b);
		case VCK_ALIAS_TRANSPARENT:
			continue;
		case VCK_ALIAS_SECONDARY:
		case VCK_ALIAS_BRIDGE:
			break;
		}
		*last = b;
		s = join(e, entry_of(m, b), VCK_MERGE_BRIDGE_ID, b, NULL);
		if (s != STEP_ON)
			return s;
	}
	return STEP_ON;
}

/* pci_acs_path_enabled() from @bridge to the root; *hop is the first that does not redirect. */
static enum vck_tri path_isolated(const struct model *m, const struct vck_device *bridge,
				  const struct vck_device **hop)
{
	enum vck_tri all = VCK_YES;

	for (const struct vck_device *b = bridge; b; b = b->upstream) {
		enum vck_tri on = vck_acs_enabled(m->h, b, m->assume).enabled;

		if (on == VCK_YES)
			continue;
		if (on == VCK_NO || all == VCK_YES)
			*hop = b;
		if (on == VCK_NO)
			return VCK_NO;
		all = VCK_UNKNOWN;
	}
	return all;
}

/* Step B: upstream isolation; *d moves up to the highest port that does not isolate. */
static enum step upstream_walk(const struct model *m, struct vck_grouping *e,
			       const struct vck_device **d)
{
	const struct vck_device *hop = NULL;

	for (const struct vck_device *b = (*d)->upstream; b; b = b->upstream) {
		enum step s;

		switch (path_isolated(m, b, &hop)) {
		case VCK_YES:
			return STEP_ON;
		case VCK_UNKNOWN:
			return lost(e, hop);
		case VCK_NO:
			break;
		}
		*d = b;
		s = join(e, entry_of(m, b), VCK_MERGE_PORT, hop, NULL);
		if (s != STEP_ON)
			return s;
	}
	return STEP_ON;
}

/* Entries of the bus of @d: first index, and one behind the last in *end. */
static size_t bus_range(const struct model *m, const struct vck_device *d, size_t *end)
{
	struct vck_bdf first = { d->bdf.domain, d->bdf.bus, 0, 0 };
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (vck_bdf_cmp(m->all[mid].device->bdf, first) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (hi = lo; hi < m->n && m->all[hi].device->bdf.domain == first.domain &&
		      m->all[hi].device->bdf.bus == first.bus; hi++)
		;
	*end = hi;
	return lo;
}

static enum step alias_group(const struct model *m, struct vck_grouping *e,
			     const struct vck_device *d, uint8_t *seen);

/* Steps C and D call each other, each function of a bus at most once (@seen): get_pci_alias_group
 * and get_pci_function_alias_group. */
static enum step function_group(const struct model *m, struct vck_grouping *e,
				const struct vck_device *d, uint8_t *seen)
{
	enum vck_tri multi = vck_is_multifunction(d), on;
	size_t end, i;

	if (multi == VCK_NO)
		return STEP_ON;
	on = vck_acs_enabled(m->h, d, m->assume).enabled;
	if (on == VCK_YES)
		return STEP_ON;
	if (on == VCK_UNKNOWN || multi == VCK_UNKNOWN)
		return lost(e, d);
	for (i = bus_range(m, d, &end); i < end; i++) {
		const struct vck_device *t = m->all[i].device;
		enum step s;

		if (t == d || t->bdf.dev != d->bdf.dev)
			continue;
		on = vck_acs_enabled(m->h, t, m->assume).enabled;
		if (on == VCK_YES)
			continue;
		if (on == VCK_UNKNOWN)
			return lost(e, t);
		s = alias_group(m, e, t, seen);
		if (s == STEP_JOIN && e->merge == VCK_MERGE_FUNCTIONS)
			e->hop = d;
		if (s != STEP_ON)
			return s;
	}
	return STEP_ON;
}

static enum step alias_group(const struct model *m, struct vck_grouping *e,
			     const struct vck_device *d, uint8_t *seen)
{
	uint8_t devfn = vck_bdf_devfn(d->bdf);
	size_t end, i;
	enum step s;

	if (seen[devfn / 8] & 1u << devfn % 8)
		return STEP_ON;
	seen[devfn / 8] |= (uint8_t)(1u << devfn % 8);
	s = join(e, entry_of(m, d), VCK_MERGE_FUNCTIONS, d, NULL);
	if (s != STEP_ON)
		return s;
	for (i = bus_range(m, d, &end); i < end; i++) {
		const struct vck_device *t = m->all[i].device;
		const char *quirk = t == d ? NULL : vck_devs_are_aliases(d, t);

		if (!quirk)
			continue;
		s = alias_group(m, e, t, seen);
		if (s == STEP_ON)
			s = function_group(m, e, t, seen);
		if (s == STEP_JOIN) {
			e->merge = VCK_MERGE_ALIAS;
			e->hop = t;
			e->quirk = quirk;
		}
		if (s != STEP_ON)
			return s;
	}
	return STEP_ON;
}

static bool is_outside(const struct vck_host *h, const struct vck_device *d)
{
	if (vck_group_is_real(d->group))
		return false;
	/* IOMMUs are no clients of themselves. */
	if (vck_device_is_iommu(d))
		return true;
	/* A unit is known and the tables name none for this function: bypassed. */
	return h->n_units && !d->unit && vck_host_has(h, VCK_EV_ACPI | VCK_EV_DT) &&
	       (h->acpi.dmar || h->acpi.ivrs || h->acpi.iort || h->acpi.viot || h->dt.root);
}

static bool is_taken(struct model *m, const struct vck_device *bridge)
{
	const struct vck_grouping *e = entry_of(m, bridge);
	bool *taken = e ? &m->taken[e - m->all] : NULL;
	bool before = taken && *taken;

	if (taken)
		*taken = true;
	return before;
}

/* Some IOMMU drivers refuse a function whose requester id changes on the way: virtio-iommu takes
 * one id an endpoint (virtio-iommu.c, viommu_probe_device), and SMMUv3 gives a stream id to one
 * master only (arm-smmu-v3.c, arm_smmu_insert_master). Such a function gets no group, unless the
 * kernel says otherwise. */
static bool is_refused(struct model *m, const struct vck_device *d)
{
	enum vck_iommu_driver driver = d->unit ? d->unit->driver : VCK_IOMMU_UNKNOWN;

	for (const struct vck_device *b = d->upstream; b; b = b->upstream) {
		if (vck_bridge_alias(m->h, b) != VCK_ALIAS_SECONDARY)
			continue;
		if (driver == VCK_IOMMU_VIRTIO)
			return !vck_group_is_real(d->group);
		if (driver == VCK_IOMMU_SMMU_V3 && is_taken(m, b))
			return !vck_group_is_real(d->group);
	}
	return false;
}

/* A domain that exists in software only, and nothing says whose requester id it uses. */
static bool is_hidden_alias(const struct vck_host *h, const struct vck_device *d)
{
	return d->bdf.domain > 0xffff && !d->real_dma_dev && h->arch == VCK_ARCH_X86_64;
}

static void place(struct model *m, struct vck_grouping *e)
{
	const struct vck_device *d = e->device;
	uint8_t seen[32] = { 0 };
	enum step s;

	if (is_outside(m->h, d) || is_refused(m, d)) {
		e->merge = VCK_MERGE_OUTSIDE;
		return;
	}
	if (!vck_device_has(d, VCK_EV_PATH) || is_hidden_alias(m->h, d) ||
	    vck_group_by_topology(m->h, d) == VCK_NO) {
		e->merge = VCK_MERGE_UNKNOWN;
		e->hop = d;
		return;
	}
	s = alias_walk(m, e, &d);
	if (s == STEP_ON)
		s = upstream_walk(m, e, &d);
	if (s == STEP_ON)
		s = alias_group(m, e, d, seen);
	if (s == STEP_ON)
		s = function_group(m, e, d, (uint8_t[32]){ 0 });
	if (s == STEP_LOST)
		e->merge = VCK_MERGE_UNKNOWN;
	else if (s == STEP_ON)
		e->group = m->groups++;
}

int vck_group_model(struct vck_host *h, struct vck_grouping **ret, size_t *ret_n,
		    size_t *ret_groups)
{
	struct model m = { .h = h, .assume = vck_group_assumes_acs(h) };

	m.all = vck_arena_calloc(&h->arena, h->n_devices, sizeof(*m.all));
	m.taken = vck_arena_calloc(&h->arena, h->n_devices, sizeof(*m.taken));
	if (!m.all || !m.taken)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->bus != VCK_BUS_PCI)
			continue;
		m.all[m.n].device = h->devices[i];
		m.all[m.n++].group = NO_GROUP;
	}
	/* By address: bridges before what is below them, as the kernel finds them. */
	for (size_t i = 0; i < m.n; i++)
		place(&m, &m.all[i]);
	*ret = m.all;
	*ret_n = m.n;
	*ret_groups = (size_t)m.groups;
	return 0;
}
