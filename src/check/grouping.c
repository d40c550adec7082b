// SPDX-License-Identifier: GPL-2.0-or-later
/* Predicted groups out of the model, and one line for each group of more than
 * one member that says how it came about. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "check/acs.h"
#include "check/attach.h"
#include "check/engine.h"
#include "check/grouping.h"
#include "check/tables.h"
#include "check/units.h"

#define HOPS_MAX 3 /* named in one line; the rest is counted */

struct explain {
	struct vck_host *h;
	struct vck_grouping *entries;
	size_t n;
	size_t n_groups;
};

static const struct vck_grouping *entry_of(const struct explain *x, const struct vck_device *d)
{
	return vck_grouping_find(x->entries, x->n, d);
}

static const char *port_kind(const struct vck_device *d)
{
	if (d->cap.exp.present != VCK_YES)
		return "conventional bridge";
	switch (d->cap.exp.type) {
	case VCK_PCIE_ROOT_PORT:
		return "root port";
	case VCK_PCIE_UPSTREAM:
		return "switch upstream port";
	case VCK_PCIE_DOWNSTREAM:
		return "switch downstream port";
	case VCK_PCIE_TO_PCI:
		return "PCIe-to-PCI bridge";
	case VCK_PCI_TO_PCIE:
		return "PCI-to-PCIe bridge";
	}
	return "function";
}

/* What the port lacks, as words. */
static void say_lack(const struct explain *x, const struct vck_device *hop, struct vck_buf *b)
{
	struct vck_acs_state s = vck_acs_enabled(x->h, hop, vck_group_assumes_acs(x->h));
	char names[32];

	switch (s.why) {
	case VCK_ACS_WHY_ABSENT:
		vck_buf_adds(b, "has no ACS capability");
		break;
	case VCK_ACS_WHY_CONTROL:
		vck_buf_addf(b, "has ACS %s switched off", vck_acs_names(s.missing, names));
		break;
	case VCK_ACS_WHY_NONE:
	case VCK_ACS_WHY_TYPE:
	case VCK_ACS_WHY_SINGLE:
	case VCK_ACS_WHY_QUIRK:
	case VCK_ACS_WHY_QUIRK_UNKNOWN:
	case VCK_ACS_WHY_UNREAD:
		vck_buf_adds(b, "cannot redirect peer-to-peer traffic");
		break;
	}
}

static void say_reason(const struct explain *x, const struct vck_grouping *e, struct vck_buf *b)
{
	const struct vck_device *hop = e->hop;

	switch (e->merge) {
	case VCK_MERGE_PORT:
		vck_buf_addf(b, "%s (%s) ", hop->address, port_kind(hop));
		say_lack(x, hop, b);
		break;
	case VCK_MERGE_BRIDGE_ID:
		vck_buf_addf(b, "%s (%s) takes over the requester id of what is behind it",
			     hop->address, port_kind(hop));
		break;
	case VCK_MERGE_ALIAS:
		vck_buf_addf(b, "%s shares a requester id with %s (%s)", e->device->address,
			     hop->address, e->quirk);
		break;
	case VCK_MERGE_FUNCTIONS:
		vck_buf_addf(b, "%04x:%02x:%02x is a multifunction device whose functions are not isolated by ACS",
			     hop->bdf.domain, hop->bdf.bus, hop->bdf.dev);
		break;
	case VCK_MERGE_NONE:
	case VCK_MERGE_UNKNOWN:
	case VCK_MERGE_OUTSIDE:
		break;
	}
}

static bool is_reason(const struct vck_grouping *e)
{
	return e && (e->merge == VCK_MERGE_PORT || e->merge == VCK_MERGE_BRIDGE_ID ||
		     e->merge == VCK_MERGE_ALIAS || e->merge == VCK_MERGE_FUNCTIONS);
}

/* The same hop and kind count as one reason; so do the functions of one slot. */
static bool same_reason(const struct vck_grouping *a, const struct vck_grouping *b)
{
	if (a->merge != b->merge)
		return false;
	if (a->merge != VCK_MERGE_FUNCTIONS)
		return a->hop == b->hop;
	return a->hop->bdf.domain == b->hop->bdf.domain && a->hop->bdf.bus == b->hop->bdf.bus &&
	       a->hop->bdf.dev == b->hop->bdf.dev;
}

/* Distinct reasons among the members; up to HOPS_MAX are kept, all are counted. */
static size_t reasons(const struct explain *x, const struct vck_group *g,
		      const struct vck_grouping **kept)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_devices; i++) {
		const struct vck_grouping *e = NULL;
		bool known = false;

		if (g->devices[i]->bus == VCK_BUS_PCI)
			e = entry_of(x, g->devices[i]);
		if (!is_reason(e))
			continue;
		for (size_t k = 0; k < n && k < HOPS_MAX; k++)
			known = known || same_reason(kept[k], e);
		if (known)
			continue;
		if (n < HOPS_MAX)
			kept[n] = e;
		n++;
	}
	return n;
}

/* Behind a device tree the IOMMU asks for ACS (drivers/iommu/of_iommu.c) when the first driver
 * probes, after its bus was scanned. Since 7.0 pci_dma_configure() switches it on. */
static bool asks_late(const struct vck_host *h)
{
	return h->dt.root && !h->acpi.iort && vck_kver_known(h->kver) &&
	       h->kver < VCK_KVER(7, 0);
}

/* What would take the group apart. */
static const char *separation(const struct explain *x, const struct vck_grouping *e)
{
	struct vck_arena *a = &x->h->arena;
	struct vck_acs_state s;

	switch (e->merge) {
	case VCK_MERGE_PORT:
		s = vck_acs_enabled(x->h, e->hop, vck_group_assumes_acs(x->h));
		if (s.why == VCK_ACS_WHY_CONTROL)
			return vck_arena_printf(a, "%spci=config_acs=111x1@%s on the kernel command line (Linux 6.11 or newer; peer-to-peer transfers then go through the root complex), or a firmware setting that enables ACS",
						asks_late(x->h) ? "Linux 7.0 or newer, which switches ACS on where a device tree describes the host; or " : "",
						e->hop->address);
		return vck_arena_printf(a, "a slot below a port with ACS (often one attached to the processor), or a firmware setting that enables ACS; nothing in software isolates below %s",
					e->hop->address);
	case VCK_MERGE_BRIDGE_ID:
		return "a PCI Express device in a slot of its own: nothing separates devices behind such a bridge";
	case VCK_MERGE_ALIAS:
		return "nothing: the hardware uses one requester id for them";
	case VCK_MERGE_FUNCTIONS:
		return "nothing: hand over the whole device, all its functions together";
	case VCK_MERGE_NONE:
	case VCK_MERGE_UNKNOWN:
	case VCK_MERGE_OUTSIDE:
		break;
	}
	return NULL;
}

/* Does the model put the members together, and nobody else with them? */
static bool model_agrees(const struct explain *x, const struct vck_group *g)
{
	int group = -1;

	for (size_t i = 0; i < g->n_devices; i++) {
		const struct vck_grouping *e;

		if (g->devices[i]->bus != VCK_BUS_PCI)
			return true; /* not a matter of PCI topology */
		e = entry_of(x, g->devices[i]);
		if (!e || e->merge == VCK_MERGE_UNKNOWN || e->merge == VCK_MERGE_OUTSIDE)
			return true; /* nothing is known against it */
		if (i && e->group != group)
			return false;
		group = e->group;
	}
	return true;
}

/*
 * "PCI: Enable ACS after configuring IOMMU for OF platforms" (7.0) went to these releases as
 * well, where groups are made earlier, and was reverted: bugzilla.kernel.org 221234. In 6.18.16
 * and 6.19.6 it does no harm: dma_configure() comes before the group since 6.15.
 */
static const struct late_acs {
	unsigned kver;
	unsigned first, fixed;
} late_acs[] = {
	{ VCK_KVER(5, 10), 252, 253 },
	{ VCK_KVER(5, 15), 202, 203 },
	{ VCK_KVER(6, 1), 165, 169 },
	{ VCK_KVER(6, 6), 128, 135 },
	{ VCK_KVER(6, 12), 75, 83 },
};

static const struct late_acs *late_acs_of(const struct vck_host *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(late_acs); i++) {
		if (h->kver == late_acs[i].kver)
			return vck_kver_patched(h->release, late_acs[i].first) == VCK_YES &&
					       vck_kver_patched(h->release,
								late_acs[i].fixed) == VCK_NO
				       ? &late_acs[i]
				       : NULL;
	}
	return NULL;
}

static const char *disagreement(struct vck_host *h)
{
	const struct late_acs *late = late_acs_of(h);

	if (late)
		return vck_arena_printf(&h->arena, "the rules of the mainline kernel would part these: kernels from %u.%u.%u on switch ACS on after the groups were made; update to %u.%u.%u or newer",
					late->kver / 1000, late->kver % 1000, late->first,
					late->kver / 1000, late->kver % 1000, late->fixed);
	return "the rules of the mainline kernel would part these; the cause may be a quirk newer than this program, ACS that was switched on after the groups were made, or the order of hot-add";
}

/* Where a device tree, IORT or VIOT describes the IOMMU, before 6.15 a function got its group
 * when its driver probed (of_dma_configure() and acpi_dma_configure(), then
 * iommu_probe_device()). pci_device_group() joins the group that a bridge above has; one that
 * has none yet, as after deferred probes, is passed by. */
static bool probes_decide(const struct vck_host *h)
{
	return (h->dt.root || h->acpi.iort || h->acpi.viot) && vck_kver_known(h->kver) &&
	       h->kver < VCK_KVER_EARLY_PROBE;
}

static bool is_by_bridge(const struct vck_grouping *const *kept, size_t n)
{
	for (size_t i = 0; i < n && i < HOPS_MAX; i++) {
		if (kept[i]->merge == VCK_MERGE_PORT || kept[i]->merge == VCK_MERGE_BRIDGE_ID)
			return true;
	}
	return false;
}

/* Whose advice counts: ports first, since root ports are often functions of one device themselves. */
static const struct vck_grouping *deciding(const struct vck_grouping **kept, size_t n)
{
	for (size_t i = 0; i < n && i < HOPS_MAX; i++) {
		if (kept[i]->merge == VCK_MERGE_PORT)
			return kept[i];
	}
	return kept[0];
}

/* Why the model says nothing about a group. */
static const char *untold(const struct vck_host *h, const struct vck_group *g)
{
	if (vck_group_by_other_rules(h, g))
		return "its IOMMU driver makes groups by rules of its own, not by what ACS isolates";
	return "cannot be told: config space that decides it was not read (run as root)";
}

static int explain_group(const struct explain *x, struct vck_group *g)
{
	const struct vck_grouping *kept[HOPS_MAX] = { NULL };
	cleanup_buf struct vck_buf b = { 0 };
	size_t n;

	if (g->n_devices + g->n_missing + g->n_not_read < 2)
		return 0;
	n = reasons(x, g, kept);
	for (size_t i = 0; i < n && i < HOPS_MAX; i++) {
		if (i)
			vck_buf_adds(&b, "; ");
		say_reason(x, kept[i], &b);
	}
	if (n > HOPS_MAX)
		vck_buf_addf(&b, "; and %zu more of this kind", n - HOPS_MAX);
	if (g->predicted && is_by_bridge(kept, n) && probes_decide(x->h))
		vck_buf_adds(&b, "; kernels before 6.15 leave out what its driver probes before the bridges above it have a group");
	if (!g->predicted && !model_agrees(x, g))
		vck_buf_addf(&b, "%s%s", b.len ? "; " : "", disagreement(x->h));
	else if (!b.len)
		vck_buf_adds(&b, untold(x->h, g));
	g->why = vck_arena_strdup(&x->h->arena, vck_buf_str(&b));
	g->separate = n ? separation(x, deciding(kept, n)) : NULL;
	return g->why ? 0 : -ENOMEM;
}

static struct vck_group *add_predicted(struct vck_host *h, size_t number)
{
	struct vck_group *g = vck_arena_alloc(&h->arena, sizeof(*g));

	if (!g || vck_arena_grow(&h->arena, &h->predicted, h->n_predicted, &h->cap_predicted,
				 sizeof(g)) < 0)
		return NULL;
	g->id = vck_arena_printf(&h->arena, "%zu", number);
	g->number = (unsigned)number;
	g->predicted = true;
	h->predicted[h->n_predicted++] = g;
	return g->id ? g : NULL;
}

/* Reserved regions of a predicted group: what firmware asks for any member. */
static int add_regions(struct vck_host *h, struct vck_group *g)
{
	size_t cap = 0;

	g->regions_known = VCK_YES;
	for (size_t i = 0; i < g->n_devices; i++) {
		struct vck_region *regions = NULL;
		size_t n = 0;
		int r = vck_tables_regions(h, g->devices[i], &regions, &n);

		if (r < 0)
			return r;
		if (r != VCK_YES)
			g->regions_known = VCK_UNKNOWN;
		for (size_t k = 0; k < n; k++) {
			r = vck_arena_grow(&h->arena, &g->regions, g->n_regions, &cap,
					   sizeof(*g->regions));
			if (r < 0)
				return r;
			g->regions[g->n_regions++] = regions[k];
		}
	}
	return 0;
}

/* Has the kernel the endpoints in more than one group? */
static bool is_parted(const struct vck_group *g)
{
	const struct vck_group *one = NULL;

	for (size_t i = 0; i < g->n_devices; i++) {
		const struct vck_device *d = g->devices[i];

		if (!vck_group_is_real(d->group) || vck_device_is_bridge(d))
			continue;
		if (one && one != d->group)
			return true;
		one = d->group;
	}
	return false;
}

static int build_predicted(const struct explain *x)
{
	struct vck_host *h = x->h;

	for (size_t i = 0; i < x->n_groups; i++) {
		if (!add_predicted(h, i))
			return -ENOMEM;
	}
	for (size_t i = 0; i < x->n; i++) {
		const struct vck_grouping *e = &x->entries[i];
		struct vck_group *g = e->group < 0 ? NULL : h->predicted[e->group];

		if (!g)
			continue;
		((struct vck_device *)e->device)->predicted = g;
		if (vck_group_add_device(h, g, (struct vck_device *)e->device) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < h->n_predicted; i++) {
		int r = add_regions(h, h->predicted[i]);

		h->predicted[i]->parted = is_parted(h->predicted[i]);
		if (r == 0)
			r = explain_group(x, h->predicted[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

int vck_derive_grouping(struct vck_host *h)
{
	struct explain x = { .h = h };
	int r = vck_group_model(h, &x.entries, &x.n, &x.n_groups);

	if (r < 0)
		return r;
	r = build_predicted(&x);
	for (size_t i = 0; r == 0 && i < h->n_groups; i++)
		r = explain_group(&x, h->groups[i]);
	return r;
}
