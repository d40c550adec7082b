// SPDX-License-Identifier: GPL-2.0-or-later
/* Which group a device is in, or will be in once a driver is bound to it, and
 * whether its other members stand in the way. */
#include "config.h"

#include <errno.h>

#include "check/attach.h"
#include "check/engine.h"
#include "check/tables.h"
#include "check/unit-index.h"
#include "check/units.h"

/* From here on two devices cannot have one stream id
 * (arm-smmu-v3.c:arm_smmu_insert_master). */
#define KVER_STREAM_TREE VCK_KVER(5, 13)

const struct vck_unit *vck_device_is_unit(const struct vck_host *h,
					  const struct vck_device *d)
{
	return vck_unit_on(h, d->address);
}

/* Do two devices with one id get in each other's way here? */
static bool is_id_owned(const struct vck_host *h, const struct vck_unit *u)
{
	return u && u->driver == VCK_IOMMU_SMMU_V3 && h->kver >= KVER_STREAM_TREE;
}

static uint64_t id_key(const struct vck_device *d, uint16_t id)
{
	return (uint64_t)d->bdf.domain << 16 | id;
}

int vck_derive_ids(struct vck_host *h)
{
	struct vck_keys *k = vck_arena_calloc(&h->arena, 1, sizeof(*k));
	bool any = false;
	int r = k ? 0 : -ENOMEM;

	for (size_t i = 0; i < h->n_devices && !any; i++)
		any = is_id_owned(h, h->devices[i]->unit);
	for (size_t i = 0; any && r == 0 && i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		uint16_t ids[VCK_REQUESTER_IDS_MAX];
		size_t n = d->group ? vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids)) : 0;

		while (r == 0 && n-- > 0)
			r = vck_keys_add(&h->arena, k, id_key(d, ids[n]), i);
	}
	if (r < 0)
		return r;
	vck_keys_sort(k);
	h->grouped_ids = k;
	return 0;
}

/* The first other device under one id of @d, as h->devices has them; h->n_devices for none. */
static size_t first_with_id(const struct vck_host *h, const struct vck_device *d, uint16_t id)
{
	const struct vck_key *e = vck_keys_first(h->grouped_ids, id_key(d, id));

	while (e && h->devices[e->at] == d)
		e = vck_keys_next(h->grouped_ids, e);
	return e ? e->at : h->n_devices;
}

const struct vck_device *vck_device_id_conflict(const struct vck_host *h,
						const struct vck_device *d)
{
	uint16_t ids[VCK_REQUESTER_IDS_MAX];
	size_t n, first = h->n_devices;

	if (!is_id_owned(h, d->unit) || !h->grouped_ids)
		return NULL;
	n = vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids));
	for (size_t i = 0; n > 1 && i < n; i++) {
		size_t at = first_with_id(h, d, ids[i]);

		first = at < first ? at : first;
	}
	return first < h->n_devices ? h->devices[first] : NULL;
}

/* A unit can be listed and serve nobody: registering virtio-iommu fails as a whole on 7.2 where a
 * conventional bridge is below it, and the unit stays in /sys/class/iommu (seen in QEMU). From the early
 * probe on, a unit that is registered has made groups. */
bool vck_unit_serves(const struct vck_host *h, const struct vck_unit *u)
{
	bool no_groups = vck_host_has(h, VCK_EV_GROUPS) && !h->n_groups;

	return u->active && !(no_groups && h->kver >= VCK_KVER_EARLY_PROBE);
}

/* A covered device that a driver of the host has, or a port that nothing has: which tells
 * whether the kernel still waits for the IOMMU. */
static bool covered(const struct vck_host *h, const struct vck_device *d)
{
	return d->bus == VCK_BUS_PCI && d->unit && d->unit_from_tables &&
	       vck_unit_is_by_firmware(d->unit) && !vck_unit_serves(h, d->unit) &&
	       vck_device_has(d, VCK_EV_DRIVER);
}

/* Until its wait is over, and again for each driver that is tried, the kernel puts off all of
 * them. When deferred_probe_timeout has passed, it binds the drivers of the host without the
 * IOMMU, pcieport first of all (drivers/base/dd.c: deferred_probe_timeout_work_func). */
enum vck_tri vck_device_deferred(const struct vck_host *h, const struct vck_device *d)
{
	if (d->group || d->driver || !covered(h, d) || vck_device_is_unit(h, d) ||
	    vck_cmdline_has(h, "deferred_probe_timeout", "0"))
		return VCK_NO;
	return h->deferral;
}

enum vck_tri vck_host_deferral(const struct vck_host *h)
{
	bool port_waits = false;

	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *o = h->devices[i];

		if (!covered(h, o) || vck_device_is_unit(h, o))
			continue;
		if (o->driver)
			return VCK_NO; /* the wait is over */
		port_waits |= vck_device_is_bridge(o);
	}
	return port_waits ? VCK_YES : VCK_UNKNOWN;
}

/* The function has no group and an IOMMU that the kernel drives covers it. */
static enum vck_tri late_group(const struct vck_host *h, const struct vck_device *d)
{
	uint16_t ids[2];

	if (!vck_unit_is_by_firmware(d->unit) || !vck_unit_serves(h, d->unit))
		return VCK_NO; /* Intel and AMD group every function when it appears */
	/* The host side of a virtio-iommu knows one endpoint a function, the kernel
	 * attaches every alias: a function behind a conventional bridge fails
	 * (viommu_attach_dev). */
	if (d->unit->driver == VCK_IOMMU_VIRTIO && d->bus == VCK_BUS_PCI &&
	    vck_tables_requester_ids(h, d, ids, 2) > 1)
		return VCK_NO;
	if (vck_device_id_conflict(h, d))
		return VCK_NO;
	if (!h->kver || !vck_device_has(d, VCK_EV_DRIVER) || d->driver)
		return VCK_UNKNOWN; /* bound before the IOMMU came, or refused by it: not
				       to be told */
	return h->kver < VCK_KVER_EARLY_PROBE ? VCK_YES : VCK_NO;
}

static enum vck_tri any_unit_by_firmware(const struct vck_host *h)
{
	if (vck_units_any_by_firmware(h))
		return VCK_YES;
	return vck_host_has(h, VCK_EV_UNITS) ? VCK_NO : VCK_UNKNOWN;
}

bool vck_group_is_incomplete(const struct vck_group *g)
{
	return g->n_missing || g->n_not_read || g->members_unread;
}

bool vck_group_is_real(const struct vck_group *g)
{
	return g && !streq0(g->name, "vfio-noiommu");
}

enum vck_tri vck_device_gets_group(const struct vck_host *h, const struct vck_device *d)
{
	if (vck_group_is_real(d->group))
		return VCK_YES;
	if (!vck_device_has(d, VCK_EV_GROUP))
		return VCK_UNKNOWN;
	if (vck_device_is_unit(h, d))
		return VCK_NO;
	if (d->unit && d->unit_from_tables)
		return d->unit->active ? late_group(h, d) : VCK_NO;
	if (any_unit_by_firmware(h) == VCK_NO)
		return VCK_NO;
	if (!h->n_groups && !h->n_units && vck_host_has(h, VCK_EV_GROUPS))
		return VCK_NO;
	return vck_tables_unit(h, d, &(struct vck_unit *){NULL}) == VCK_NO ? VCK_NO
									   : VCK_UNKNOWN;
}

static int add_member(struct vck_host *h, struct vck_membership *m, size_t *cap,
		      struct vck_device *d)
{
	for (size_t i = 0; i < m->n_devices; i++) {
		if (m->devices[i] == d)
			return 0;
	}
	if (vck_arena_grow(&h->arena, &m->devices, m->n_devices, cap,
			   sizeof(*m->devices)) < 0)
		return -ENOMEM;
	m->devices[m->n_devices++] = d;
	return 0;
}

/* Groups still to come are small. What a capture made up says of a larger one is not told:
 * every member would ask for all of them. */
#define LATE_MAX 256

/* The members of the kernel's group which the model puts @d into. */
static int join(struct vck_host *h, struct vck_device *d, struct vck_membership *m,
		size_t *cap)
{
	const struct vck_group *p = d->predicted;
	int r = 0;

	if (p && p->n_devices > LATE_MAX)
		p = NULL;
	m->late = true;
	m->known = p ? VCK_YES : VCK_UNKNOWN;
	for (size_t i = 0; p && r == 0 && i < p->n_devices; i++) {
		struct vck_group *g = p->devices[i]->group;

		if (p->devices[i] == d)
			r = add_member(h, m, cap, d);
		if (!vck_group_is_real(g))
			continue; /* not in it either */
		m->group = g;
		m->incomplete |= vck_group_is_incomplete(g);
		for (size_t j = 0; r == 0 && j < g->n_devices; j++)
			r = add_member(h, m, cap, g->devices[j]);
	}
	return r;
}

int vck_membership_init(struct vck_host *h, struct vck_device *d,
			struct vck_membership *ret)
{
	struct vck_membership m = {.known = VCK_YES};
	size_t cap = 0;
	int r = 0;

	if (vck_group_is_real(d->group)) {
		m.group = d->group;
		m.devices = d->group->devices;
		m.n_devices = d->group->n_devices;
		m.incomplete = vck_group_is_incomplete(d->group);
	} else {
		if (vck_device_gets_group(h, d) != VCK_NO)
			r = join(h, d, &m, &cap);
		if (r == 0 && !m.n_devices)
			r = add_member(h, &m, &cap, d);
	}
	if (r == 0)
		*ret = m;
	return r;
}

bool vck_membership_has(const struct vck_membership *m, const struct vck_device *d)
{
	if (d && m->group && m->devices == m->group->devices)
		return d->group == m->group;
	for (size_t i = 0; d && i < m->n_devices; i++) {
		if (m->devices[i] == d)
			return true;
	}
	return false;
}

/* 5.10: unbound, a vfio driver, pci-stub, or any bridge (vfio.c:vfio_dev_viable). */
static enum vck_tri harmless_5_10(const struct vck_device *s)
{
	if (vck_driver_is_vfio(s->driver) || streq0(s->driver, "pci-stub"))
		return VCK_YES;
	if (s->bus != VCK_BUS_PCI)
		return VCK_NO;
	return s->cap.header_known == VCK_YES ? vck_tri(s->cap.header_type != 0)
					      : VCK_UNKNOWN;
}

/* A member that stays as it is: does its driver leave the group's DMA alone? */
static enum vck_tri harmless(const struct vck_host *h, const struct vck_device *s)
{
	enum vck_tri now, then;

	if (!vck_device_has(s, VCK_EV_DRIVER))
		return VCK_UNKNOWN;
	if (!s->driver || s->vfio_cdev)
		return VCK_YES;
	now = vck_tri(vck_driver_managed_dma(s->driver));
	then = harmless_5_10(s);
	if (h->kver)
		return h->kver >= VCK_KVER(5, 19) ? now : then;
	return now == then ? now : VCK_UNKNOWN;
}

/* Is the member bound to a vfio driver too, or at least freed of its own, in this case?
 */
static bool moves(const struct vck_case *c, const struct vck_device *s)
{
	return s == c->dev || (c->whole_group && !vck_device_is_bridge(s));
}

/* VFs go away with the driver of their PF, and what is behind a VMD with its driver. */
static enum vck_tri vanishes(const struct vck_case *c, const struct vck_device *s)
{
	if (vck_device_behind_vmd(s) &&
	    (s->real_dma_dev == c->dev ||
	     (c->whole_group && c->members.group && s->real_dma_dev->group == c->members.group)))
		return VCK_YES;
	if (!s->physfn || !moves(c, s->physfn) || !s->physfn->driver)
		return VCK_NO;
	if (vck_driver_is_vfio(s->physfn->driver))
		return VCK_NO; /* stays where it is */
	if (vck_membership_has(&c->members, s->physfn))
		return vck_driver_drops_vfs(s->physfn);
	return s->physfn == c->dev ? vck_driver_drops_vfs(s->physfn) : VCK_NO;
}

enum vck_tri vck_regions_without_direct(const struct vck_region *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (streq0(r[i].type, "direct"))
			return VCK_NO;
	}
	return VCK_YES;
}

static void prepare_member(const struct vck_host *h, struct vck_group *g,
			   const struct vck_device *d)
{
	enum vck_tri isolated = vck_device_isolated_msi(h, d);

	g->host_used |= d->in_use != NULL;
	g->held = g->held || !d->holders ? g->held : d;
	g->holdable |= vck_driver_is_vfio(d->driver);
	g->isolated_msi = vck_tri_and(g->isolated_msi, isolated);
	if (!vck_device_behind_vmd(d)) {
		g->isolated_apart = vck_tri_and(g->isolated_apart, isolated);
		return;
	}
	g->more_vmds |= g->vmd && g->vmd != d->real_dma_dev;
	if (!g->vmd)
		g->vmd = d->real_dma_dev;
}

/* All members behind a VMD are gone when it comes to interrupts. */
static bool vmds_move(const struct vck_case *c, const struct vck_group *g)
{
	return g->vmd && g->vmd->group == g && (c->whole_group || (g->vmd == c->dev && !g->more_vmds));
}

/* Is what vck_group_prepare() found an answer for this group? */
static bool is_prepared(const struct vck_membership *m)
{
	return m->group && m->group->prepared && !m->late;
}

static enum vck_tri ask_members(const struct vck_case *c, const struct vck_device **ret)
{
	const struct vck_group *g = c->members.group;
	bool prepared = is_prepared(&c->members);
	struct vck_device *const *members = prepared ? g->bound : c->members.devices;
	size_t n = prepared ? g->n_bound : c->members.n_devices;
	enum vck_tri all = c->members.incomplete ? VCK_UNKNOWN : c->members.known;

	for (size_t i = 0; i < n && all != VCK_NO; i++) {
		enum vck_tri ok = moves(c, members[i]) ? VCK_YES : harmless(c->host, members[i]);

		/* From here on nobody refuses for sure. */
		if (prepared && all == VCK_UNKNOWN && i >= g->n_bound_sure)
			break;
		ok = vck_tri_or(ok, vanishes(c, members[i]));
		if (ok == VCK_NO)
			*ret = members[i];
		all = vck_tri_and(all, ok);
	}
	return all;
}

/* With all endpoints moved it is the same whichever of them is asked about. */
static void prepare_moved(struct vck_host *h, struct vck_group *g)
{
	struct vck_case c = {.host = h, .whole_group = true};

	c.members = (struct vck_membership){.known = VCK_YES,
					    .group = g,
					    .devices = g->devices,
					    .n_devices = g->n_devices,
					    .incomplete = vck_group_is_incomplete(g)};
	g->moved = ask_members(&c, &g->in_the_way);
}

/* One more than are named: the device itself may be among them. */
static int prepare_named(struct vck_host *h, struct vck_group *g)
{
	struct vck_device *named[VCK_NAMED_MAX + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < g->n_devices && n < ARRAY_SIZE(named); i++) {
		if (g->devices[i]->driver && !vck_driver_managed_dma(g->devices[i]->driver))
			named[n++] = g->devices[i];
	}
	if (!n)
		return 0;
	g->named = vck_arena_memdup(&h->arena, named, n * sizeof(named[0]));
	g->n_named = n;
	return g->named ? 0 : -ENOMEM;
}

int vck_group_prepare(struct vck_host *h, struct vck_group *g)
{
	struct vck_device **bound = vck_arena_calloc(&h->arena, g->n_devices, sizeof(*bound));
	static const enum vck_tri order[] = {VCK_NO, VCK_UNKNOWN};

	if (g->n_devices && !bound)
		return -ENOMEM;
	g->isolated_msi = g->isolated_apart = VCK_YES;
	g->without_direct = g->regions_known == VCK_YES
				    ? vck_regions_without_direct(g->regions, g->n_regions)
				    : VCK_UNKNOWN;
	for (size_t i = 0; i < g->n_devices; i++)
		prepare_member(h, g, g->devices[i]);
	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < g->n_devices; i++) {
			if (harmless(h, g->devices[i]) != order[k])
				continue;
			bound[g->n_bound++] = g->devices[i];
			g->n_bound_sure += order[k] == VCK_NO;
		}
	}
	g->bound = bound;
	g->prepared = true;
	prepare_moved(h, g);
	return prepare_named(h, g);
}

enum vck_tri vck_membership_isolated(const struct vck_case *c)
{
	const struct vck_group *g = c->members.group;
	enum vck_tri all = c->members.known;

	if (is_prepared(&c->members))
		return vck_tri_and(all, vmds_move(c, g) ? g->isolated_apart : g->isolated_msi);
	for (size_t i = 0; i < c->members.n_devices; i++)
		all = vck_tri_and(all, vck_device_isolated_msi(c->host, c->members.devices[i]));
	return all;
}

const struct vck_device *vck_membership_held(const struct vck_case *c)
{
	if (c->dev->holders)
		return c->dev;
	if (is_prepared(&c->members))
		return c->members.group->held;
	for (size_t i = 0; i < c->members.n_devices; i++) {
		if (c->members.devices[i]->holders)
			return c->members.devices[i];
	}
	return NULL;
}

bool vck_membership_holdable(const struct vck_case *c)
{
	if (is_prepared(&c->members))
		return c->members.group->holdable;
	for (size_t i = 0; i < c->members.n_devices; i++) {
		if (vck_driver_is_vfio(c->members.devices[i]->driver))
			return true;
	}
	return false;
}

struct vck_device *const *vck_membership_bound(const struct vck_case *c, size_t *ret_n)
{
	bool prepared = is_prepared(&c->members);

	*ret_n = prepared ? c->members.group->n_named : c->members.n_devices;
	return prepared ? c->members.group->named : c->members.devices;
}

enum vck_tri vck_membership_viable(const struct vck_case *c, const struct vck_device **ret)
{
	const struct vck_group *g = c->members.group;
	const struct vck_device *offender = NULL;
	enum vck_tri all;

	if (is_prepared(&c->members) && c->whole_group && !vck_device_is_bridge(c->dev)) {
		all = g->moved;
		offender = g->in_the_way;
	} else {
		all = ask_members(c, &offender);
	}
	if (ret && offender)
		*ret = offender;
	return all;
}
