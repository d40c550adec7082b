// SPDX-License-Identifier: GPL-2.0-or-later
/* iommu-map and msi-map of the device tree, entries of (input, phandle, output cells, length):
 * drivers/of/base.c:of_map_id, 5.10 to 7.3. */
#include "config.h"

#include <errno.h>

#include "base/oom.h"
#include "check/tables-internal.h"

enum {
	MAX_OUTPUT = 16, /* MAX_PHANDLE_ARGS */
};

struct map {
	const char *name, *mask, *cells; /* "iommu-map", "iommu-map-mask", "#iommu-cells" */
};

static const struct map iommu_map = { "iommu-map", "iommu-map-mask", "#iommu-cells" };
static const struct map msi_map = { "msi-map", "msi-map-mask", "#msi-cells" };

/* Maps that name one cell for a target that takes two, and were always read so
 * (of_check_bad_map, 7.2): one target throughout, each entry of length 1. */
static bool is_short_map(struct vck_bytes b)
{
	uint32_t first, phandle, len;

	if (b.len % 16 || !vck_be32(b, 4, &first))
		return false;
	for (size_t at = 0; at < b.len; at += 16) {
		if (!vck_be32(b, at + 4, &phandle) || !vck_be32(b, at + 12, &len) ||
		    phandle != first || len != 1)
			return false;
	}
	return true;
}

/* A map while it is walked. */
struct map_walk {
	const struct vck_host *h;
	const struct map *m;
	struct vck_bytes b;
	uint32_t mask;
	bool by_target, is_short;
	size_t at;
};

struct map_entry {
	uint32_t in, len;
	struct vck_dt_node *target;
	bool usable; /* the kernel takes it where it holds the id */
};

static struct map_walk walk_map(const struct vck_host *h, const struct vck_dt_node *n,
				const struct map *m, bool by_target)
{
	struct map_walk w = {.h = h, .m = m, .b = prop_bytes(n, m->name), .by_target = by_target};

	w.mask = cell(n, m->mask, 0xffffffff);
	w.is_short = by_target && is_short_map(w.b);
	if (w.b.len % (by_target ? 4 : 16))
		w.at = w.b.len;
	return w;
}

/* Output cells of an entry: one before 7.2, then as many as its target says. False: the
 * kernel gives the map up. */
static bool output_cells(const struct map_walk *w, const struct vck_dt_node *target, uint32_t *ret)
{
	*ret = 1;
	if (!w->by_target)
		return true;
	if (!target)
		return false; /* how long the entry is cannot be told */
	*ret = cell(target, w->m->cells, 1);
	if (*ret == 2 && w->is_short)
		*ret = 1;
	return *ret <= MAX_OUTPUT;
}

/* False at the end, or where the map is wrong: the kernel looks no further. */
static bool next_entry(struct map_walk *w, struct map_entry *ret)
{
	uint32_t phandle, cells;

	if (!vck_be32(w->b, w->at, &ret->in) || !vck_be32(w->b, w->at + 4, &phandle) ||
	    ret->in & ~w->mask)
		return false;
	ret->target = vck_dt_find_phandle(&w->h->dt, phandle);
	if (!output_cells(w, ret->target, &cells) ||
	    !vck_be32(w->b, w->at + 4 * (2 + (size_t)cells), &ret->len))
		return false;
	w->at += 4 * (3 + (size_t)cells);
	/* What a range does to several cells, nobody has said. */
	ret->usable = ret->target && (cells <= 1 || ret->len == 1);
	return true;
}

/* --- long maps, for many devices --- */

enum {
	LONG_MAP = 4096, /* bytes: 256 entries are walked as fast */
	IDS = 65536,
};

/* The first entry that holds an id is the one: it fills what no entry before it has filled.
 * @next leads to the next free id. */
static void fill_ids(struct vck_dt_run *ids, uint32_t *next, const struct map_entry *e)
{
	uint32_t end = e->in >= IDS ? 0 : e->len < IDS - e->in ? e->in + e->len : IDS;

	for (uint32_t i = e->in; i < end;) {
		uint32_t to = next[i];

		while (to < IDS && next[to] != to) {
			next[i] = next[to];
			i = to;
			to = next[i];
		}
		if (to >= end)
			break;
		ids[to].mapped = e->usable;
		ids[to].target = e->target;
		next[to] = to + 1;
		i = to + 1;
	}
}

static int index_map(struct vck_host *h, const struct vck_dt_node *n, const struct map *m,
		     bool by_target, struct vck_dt_runs *ret)
{
	cleanup_free struct vck_dt_run *ids = calloc(IDS, sizeof(*ids));
	cleanup_free uint32_t *next = calloc(IDS + 1, sizeof(*next));
	struct map_walk w = walk_map(h, n, m, by_target);
	struct map_entry e;
	size_t used = 0;

	if (!ids || !next)
		return vck_oom();
	for (uint32_t i = 0; i <= IDS; i++)
		next[i] = i;
	while (next_entry(&w, &e))
		fill_ids(ids, next, &e);
	for (uint32_t i = 0; i < IDS; i++) {
		struct vck_dt_run *last = used ? &ids[used - 1] : NULL;

		if (last && last->mapped == ids[i].mapped && last->target == ids[i].target)
			continue;
		ids[used] = ids[i];
		ids[used++].first = i;
	}
	ret->runs = vck_arena_memdup(&h->arena, ids, used * sizeof(*ids));
	ret->n = used;
	return ret->runs ? 0 : -ENOMEM;
}

static int index_maps(struct vck_host *h, struct vck_dt_node *n)
{
	struct vck_dt_maps *maps = vck_arena_alloc(&h->arena, sizeof(*maps));
	int r = maps ? 0 : -ENOMEM;

	for (int i = 0; r == 0 && i < 2; i++) {
		r = index_map(h, n, &iommu_map, i, &maps->iommu[i]);
		if (r == 0)
			r = index_map(h, n, &msi_map, i, &maps->msi[i]);
	}
	if (r == 0)
		n->maps = maps;
	return r;
}

int vck_dt_index_maps(struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_dt_node *n = h->devices[i]->bridge_of_node;
		int r = 0;

		if (n && !n->maps &&
		    prop_bytes(n, iommu_map.name).len + prop_bytes(n, msi_map.name).len > LONG_MAP)
			r = index_maps(h, n);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool find_run(const struct vck_dt_runs *r, uint32_t id, struct vck_dt_node **ret)
{
	size_t lo = 0, hi = r->n;

	while (hi - lo > 1) { /* the last that begins at @id or before */
		size_t mid = lo + (hi - lo) / 2;

		if (r->runs[mid].first <= id)
			lo = mid;
		else
			hi = mid;
	}
	*ret = r->runs[lo].target;
	return r->runs[lo].mapped;
}

/* The node that the map of @n sends @id to; false when no entry holds it, or the map is
 * wrong where the kernel looks. */
static bool find_target(const struct vck_host *h, const struct vck_dt_node *n, const struct map *m,
			uint16_t id, bool by_target, struct vck_dt_node **ret)
{
	struct map_walk w;
	struct map_entry e;

	if (n->maps)
		return find_run(m == &iommu_map ? &n->maps->iommu[by_target]
						: &n->maps->msi[by_target],
				id & cell(n, m->mask, 0xffffffff), ret);
	w = walk_map(h, n, m, by_target);
	id &= w.mask;
	while (next_entry(&w, &e)) {
		if (id < e.in || id - e.in >= e.len)
			continue;
		*ret = e.target;
		return e.usable;
	}
	return false;
}

enum vck_tri vck_dt_map_target(const struct vck_host *h, const struct vck_dt_node *n, bool msi,
			       uint16_t id, struct vck_dt_node **ret)
{
	const struct map *m = msi ? &msi_map : &iommu_map;
	struct vck_dt_node *one = NULL, *many = NULL;
	bool old = find_target(h, n, m, id, false, &one), new = find_target(h, n, m, id, true, &many);

	if (!h->kver && (old != new || (old && one != many)))
		return VCK_UNKNOWN;
	*ret = h->kver >= VCK_KVER(7, 2) ? many : one;
	return vck_tri(h->kver >= VCK_KVER(7, 2) ? new : old);
}
