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
	PATH_DEPTH = 256, /* buses below buses in a segment; a scope has 124 at most */
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

/* --- all scopes by their path, once for all devices --- */

enum kind { UNITS, RMRRS, ATSRS, SATCS };

static uint64_t path_key(enum kind kind, uint32_t segment, uint8_t bus, const uint8_t *path,
			 size_t n_path)
{
	uint64_t key = vck_hash_add(VCK_HASH_START, (uint64_t)segment << 16 | kind << 8 | bus);

	for (size_t i = 0; i < 2 * n_path; i++)
		key = (key ^ path[i]) * 0x100000001b3u;
	return key;
}

static uint64_t segment_key(enum kind kind, uint32_t segment)
{
	return (uint64_t)segment << 8 | kind;
}

static int add_scopes(struct vck_host *h, enum kind kind, uint16_t segment, size_t owner,
		      const struct vck_dmar_scope *scopes, size_t n)
{
	struct vck_dmar *t = h->acpi.dmar;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct vck_dmar_scope *s = &scopes[i];

		if ((s->type != SCOPE_ENDPOINT && s->type != SCOPE_BRIDGE) || !s->n_path)
			continue;
		r = vck_arena_grow(&h->arena, &t->refs, t->n_refs, &t->cap_refs,
				   sizeof(*t->refs));
		if (r == 0)
			r = vck_keys_add(&h->arena, &t->scopes,
					 path_key(kind, segment, s->start_bus, s->path, s->n_path),
					 t->n_refs);
		if (r == 0)
			t->refs[t->n_refs++] = (struct vck_dmar_ref){s, owner};
	}
	return r;
}

static int add_structures(struct vck_host *h, enum kind kind, const struct vck_dmar_unit *u,
			  size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = add_scopes(h, kind, u[i].segment, i, u[i].scopes, u[i].n_scopes);
		if (r == 0 && u[i].flags & INCLUDE_ALL)
			r = vck_keys_add(&h->arena, &h->acpi.dmar->all,
					 segment_key(kind, u[i].segment), i);
	}
	return r;
}

int vck_dmar_index(struct vck_host *h)
{
	struct vck_dmar *t = h->acpi.dmar;
	int r;

	if (!t || t->indexed)
		return 0;
	r = add_structures(h, UNITS, t->units, t->n_units);
	if (r == 0)
		r = add_structures(h, ATSRS, t->atsrs, t->n_atsrs);
	if (r == 0)
		r = add_structures(h, SATCS, t->satcs, t->n_satcs);
	for (size_t i = 0; r == 0 && i < t->n_rmrrs; i++)
		r = add_scopes(h, RMRRS, t->rmrrs[i].segment, i, t->rmrrs[i].scopes,
			       t->rmrrs[i].n_scopes);
	vck_keys_sort(&t->scopes);
	vck_keys_sort(&t->all);
	t->indexed = r == 0;
	return r;
}

/* What is done with each structure that names a device; it may come more than once. */
typedef void visit_fn(const struct vck_dmar *t, size_t owner, void *data);

static void visit_key(const struct vck_dmar *t, uint64_t key, const struct vck_device *d,
		      visit_fn *visit, void *data)
{
	for (const struct vck_key *e = vck_keys_first(&t->scopes, key); e;
	     e = vck_keys_next(&t->scopes, e)) {
		if (scope_is(t->refs[e->at].scope, d))
			visit(t, t->refs[e->at].owner, data);
	}
}

/* Structures of @kind and @segment that name the device itself. */
static void visit_named(const struct vck_dmar *t, enum kind kind, uint32_t segment,
			const struct vck_device *d, visit_fn *visit, void *data)
{
	const uint8_t own[2] = {d->bdf.dev, d->bdf.fn};
	const struct vck_device *first = d;
	uint8_t path[2 * PATH_DEPTH];
	size_t at = sizeof(path);

	for (const struct vck_device *b = d; b && at; b = b->upstream) {
		path[--at] = b->bdf.fn;
		path[--at] = b->bdf.dev;
		first = b;
	}
	visit_key(t, path_key(kind, segment, d->bdf.bus, own, 1), d, visit, data);
	if (first != d && !first->upstream)
		visit_key(t, path_key(kind, segment, first->bdf.bus, path + at,
				      (sizeof(path) - at) / 2),
			  d, visit, data);
}

/* Structures of @kind that name the device or a bridge above it. */
static void visit_covering(const struct vck_dmar *t, enum kind kind, const struct vck_device *d,
			   visit_fn *visit, void *data)
{
	for (const struct vck_device *at = d; at; at = at->upstream)
		visit_named(t, kind, d->bdf.domain, at, visit, data);
}

static void keep_first(const struct vck_dmar *t, size_t owner, void *data)
{
	size_t *first = data;

	(void)t;
	*first = owner < *first ? owner : *first;
}

/* The first structure of @kind that covers @d, or names it alone; SIZE_MAX for none. */
static size_t first_of(const struct vck_dmar *t, enum kind kind, const struct vck_device *d,
		       bool alone)
{
	size_t first = SIZE_MAX;

	if (alone)
		visit_named(t, kind, d->bdf.domain, d, keep_first, &first);
	else
		visit_covering(t, kind, d, keep_first, &first);
	return first;
}

const struct vck_dmar_unit *vck_dmar_unit(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_dmar *t = h->acpi.dmar;
	const struct vck_key *all;
	size_t first;

	d = vck_dma_function(d);
	first = first_of(t, UNITS, d, false);
	if (first != SIZE_MAX)
		return &t->units[first];
	all = vck_keys_first(&t->all, segment_key(UNITS, d->bdf.domain));
	return all ? &t->units[all->at] : NULL;
}

/* intel/iommu.c:device_rmrr_is_relaxable: USB controllers and display */
static const char *rmrr_type(const struct vck_device *d)
{
	return d->class >> 8 == 0x0c03 || d->class >> 16 == 0x03 ? "direct-relaxable" : "direct";
}

/* RMRRs that cover a device, each once and in the table's order. */
struct rmrrs {
	struct vck_arena *arena;
	struct vck_keys found;
	int r;
};

static void note_rmrr(const struct vck_dmar *t, size_t owner, void *data)
{
	struct rmrrs *m = data;

	(void)t;
	if (m->r == 0)
		m->r = vck_keys_add(m->arena, &m->found, owner, owner);
}

int vck_dmar_regions(const struct vck_device *d, struct vck_region_list *l)
{
	const struct vck_dmar *t = l->h->acpi.dmar;
	struct rmrrs m = {.arena = &l->h->arena};

	visit_covering(t, RMRRS, d, note_rmrr, &m);
	vck_keys_sort(&m.found);
	for (size_t i = 0; m.r == 0 && i < m.found.n; i++) {
		const struct vck_dmar_rmrr *rmrr = &t->rmrrs[m.found.keys[i].at];

		if (!i || m.found.keys[i].at != m.found.keys[i - 1].at)
			m.r = vck_region_add(l, rmrr->start, rmrr->end, rmrr_type(d));
	}
	return m.r;
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
	if (first_of(t, SATCS, d, false) != SIZE_MAX)
		return VCK_YES;
	port = root_port(d, &conventional);
	if (!port)
		return vck_tri(!conventional);
	return vck_tri(first_of(t, ATSRS, port, true) != SIZE_MAX ||
		       vck_keys_first(&t->all, segment_key(ATSRS, d->bdf.domain)));
}
