// SPDX-License-Identifier: GPL-2.0-or-later
/* One hash table over all keys that units are looked up by. An entry only says where to
 * look: whether the unit still has the key is asked of the unit, and of several the one
 * that stands first in h->units counts, as if each were looked at. */
#include "config.h"

#include <errno.h>

#include "check/unit-index.h"

enum kind {
	BY_BASE = 1,
	BY_NAME,
	BY_OFFSET,
	BY_NODE,
	BY_DEVICE,
};

struct key {
	enum kind kind;
	uint64_t number;  /* base, offset, node */
	enum vck_iommu_driver driver;
	const char *name; /* name, device */
};

struct entry {
	struct vck_unit *unit;
	uint32_t hash, at; /* at: the unit's place in h->units */
	size_t next;	   /* of the bucket, 1 is the first entry, 0 none */
};

struct vck_unit_index {
	struct entry *entries;
	size_t n, cap;
	size_t *buckets; /* a power of two of them */
	size_t n_buckets;
	size_t n_units; /* it is about */
	bool active, amd, by_firmware, for_pci;
	const struct vck_unit *first[2]; /* not active, active */
	bool alike_known;
	const struct vck_unit *alike;
};

static uint32_t hash_of(const struct key *k)
{
	uint64_t h = 0xcbf29ce484222325u ^ k->kind; /* FNV-1a */

	for (const char *s = k->name; s && *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	h = (h ^ k->driver) * 0x100000001b3u;
	for (unsigned i = 0; i < 64; i += 8)
		h = (h ^ (k->number >> i & 0xff)) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 32);
}

static bool matches(const struct vck_unit *u, const struct key *k)
{
	switch (k->kind) {
	case BY_BASE:
		return u->driver == k->driver && u->base == k->number;
	case BY_NAME:
		return streq(u->name, k->name);
	case BY_OFFSET:
		return u->driver == k->driver && u->table_offset == k->number;
	case BY_NODE:
		return (uintptr_t)u->of_node == k->number;
	case BY_DEVICE:
		return streq0(u->parent, k->name);
	}
	return false;
}

static const struct vck_unit_index *index_of(const struct vck_host *h)
{
	return h->unit_index && h->unit_index->n_units == h->n_units ? h->unit_index : NULL;
}

/* --- making it --- */

static void link_entry(struct vck_unit_index *x, size_t i)
{
	size_t *bucket = &x->buckets[x->entries[i].hash & (x->n_buckets - 1)];

	x->entries[i].next = *bucket;
	*bucket = i + 1;
}

static int grow(struct vck_host *h, struct vck_unit_index *x)
{
	size_t n = x->n_buckets ? 2 * x->n_buckets : 64;
	size_t *buckets = vck_arena_calloc(&h->arena, n, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	x->buckets = buckets;
	x->n_buckets = n;
	for (size_t i = 0; i < x->n; i++)
		link_entry(x, i);
	return 0;
}

/* Is @u there under this key? A table may describe one unit many times. */
static bool has_key(const struct vck_unit_index *x, const struct vck_unit *u, uint32_t hash)
{
	size_t i = x->n_buckets ? x->buckets[hash & (x->n_buckets - 1)] : 0;

	for (; i; i = x->entries[i - 1].next) {
		if (x->entries[i - 1].unit == u && x->entries[i - 1].hash == hash)
			return true;
	}
	return false;
}

static int add_key(struct vck_host *h, struct vck_unit *u, size_t at, struct key k)
{
	struct vck_unit_index *x = h->unit_index;
	uint32_t hash = hash_of(&k);
	int r;

	if (k.kind == BY_BASE && has_key(x, u, hash))
		return 0;
	r = vck_arena_grow(&h->arena, &x->entries, x->n, &x->cap, sizeof(*x->entries));

	if (r == 0 && x->n >= x->n_buckets)
		r = grow(h, x);
	if (r < 0)
		return r;
	x->entries[x->n] = (struct entry){.unit = u, .hash = hash, .at = (uint32_t)at};
	link_entry(x, x->n++);
	return 0;
}

/* These never called bus_set_iommu() for the PCI bus (5.10 to 5.18; tegra-smmu did from 5.11
 * on). */
static bool serves_pci(const struct vck_unit *u)
{
	static const char *const platform_only[] = {"ipmmu", "mtk",	 "mediatek", "exynos",
						    "rk_iommu", "rockchip", "sun50i", "omap",
						    "msm", "qcom"};

	for (size_t i = 0; u->driver == VCK_IOMMU_OTHER && u->driver_name &&
			   i < ARRAY_SIZE(platform_only); i++) {
		if (str_after(u->driver_name, platform_only[i]))
			return false;
	}
	return true;
}

/* What never changes of a unit. */
static int add_unit(struct vck_host *h, size_t at)
{
	struct vck_unit_index *x = h->unit_index;
	struct vck_unit *u = h->units[at];
	int r = add_key(h, u, at, (struct key){.kind = BY_NAME, .name = u->name});

	if (!x->first[u->active])
		x->first[u->active] = u;
	x->active |= u->active;
	x->for_pci |= u->active && serves_pci(u);
	x->amd |= u->driver == VCK_IOMMU_AMD;
	x->by_firmware |= u->active && vck_unit_is_by_firmware(u);
	if (r == 0 && u->parent)
		r = add_key(h, u, at, (struct key){.kind = BY_DEVICE, .name = u->parent});
	return r;
}

/* What may have changed of it. */
static int add_fields(struct vck_host *h, struct vck_unit *u, size_t at)
{
	int r = 0;

	if (u->base)
		r = add_key(h, u, at, (struct key){BY_BASE, u->base, u->driver, NULL});
	if (r == 0 && u->table_offset)
		r = add_key(h, u, at, (struct key){BY_OFFSET, u->table_offset, u->driver, NULL});
	if (r == 0 && u->of_node)
		r = add_key(h, u, at,
			    (struct key){.kind = BY_NODE, .number = (uintptr_t)u->of_node});
	return r;
}

int vck_units_index(struct vck_host *h)
{
	int r = 0;

	h->unit_index = vck_arena_calloc(&h->arena, 1, sizeof(*h->unit_index));
	if (!h->unit_index)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < h->n_units; i++) {
		r = add_unit(h, i);
		if (r == 0)
			r = add_fields(h, h->units[i], i);
	}
	h->unit_index->n_units = r == 0 ? h->n_units : SIZE_MAX;
	return r;
}

/* Where @u stands in h->units, through its name. */
static size_t place_of(const struct vck_unit_index *x, const struct vck_unit *u)
{
	const struct key k = {.kind = BY_NAME, .name = u->name};
	uint32_t hash = hash_of(&k);

	for (size_t i = x->buckets[hash & (x->n_buckets - 1)]; i; i = x->entries[i - 1].next) {
		if (x->entries[i - 1].unit == u)
			return x->entries[i - 1].at;
	}
	return 0;
}

int vck_unit_index_add(struct vck_host *h, struct vck_unit *u)
{
	struct vck_unit_index *x = h->unit_index;
	int r = 0;

	if (!x || !h->n_units)
		return 0;
	if (x->n_units == h->n_units - 1 && h->units[h->n_units - 1] == u) {
		r = add_unit(h, h->n_units - 1);
		x->n_units = r == 0 ? h->n_units : SIZE_MAX;
	}
	if (r == 0 && x->n_units == h->n_units)
		r = add_fields(h, u, place_of(x, u));
	return r;
}

/* --- looking things up --- */

static bool fits(const struct vck_unit *u, uint64_t base)
{
	return !u->base || !base || u->base == base;
}

/* @base: 0, or what a unit of the name must not differ from */
static struct vck_unit *find(const struct vck_host *h, const struct key *k, uint64_t base,
			     size_t *ret_at)
{
	const struct vck_unit_index *x = index_of(h);
	struct vck_unit *found = NULL;
	uint32_t hash;

	for (size_t i = 0; !x && i < h->n_units; i++) {
		*ret_at = i;
		if (matches(h->units[i], k) && fits(h->units[i], base))
			return h->units[i];
	}
	if (!x || !x->n_buckets)
		return NULL;
	hash = hash_of(k);
	for (size_t i = x->buckets[hash & (x->n_buckets - 1)]; i; i = x->entries[i - 1].next) {
		const struct entry *e = &x->entries[i - 1];

		if (e->hash != hash || (found && e->at >= *ret_at) || !matches(e->unit, k) ||
		    !fits(e->unit, base))
			continue;
		found = e->unit;
		*ret_at = e->at;
	}
	return found;
}

struct vck_unit *vck_unit_by_base(const struct vck_host *h, enum vck_iommu_driver driver,
				  uint64_t base)
{
	return base ? find(h, &(struct key){BY_BASE, base, driver, NULL}, 0, &(size_t){0}) : NULL;
}

struct vck_unit *vck_unit_by_name(const struct vck_host *h, const char *name, uint64_t base)
{
	return find(h, &(struct key){.kind = BY_NAME, .name = name}, base, &(size_t){0});
}

struct vck_unit *vck_unit_at(const struct vck_host *h, enum vck_iommu_driver driver,
			     uint32_t offset)
{
	return find(h, &(struct key){BY_OFFSET, offset, driver, NULL}, 0, &(size_t){0});
}

struct vck_unit *vck_unit_of_node(const struct vck_host *h, const struct vck_dt_node *n)
{
	return find(h, &(struct key){.kind = BY_NODE, .number = (uintptr_t)n}, 0, &(size_t){0});
}

struct vck_unit *vck_unit_on(const struct vck_host *h, const char *address)
{
	size_t at = 0, on_at = 0;
	struct vck_unit *u = find(h, &(struct key){.kind = BY_NAME, .name = address}, 0, &at);
	struct vck_unit *on = find(h, &(struct key){.kind = BY_DEVICE, .name = address}, 0, &on_at);

	return on && (!u || on_at < at) ? on : u;
}

/* --- all of them --- */

bool vck_units_any_active(const struct vck_host *h)
{
	const struct vck_unit_index *x = index_of(h);

	for (size_t i = 0; !x && i < h->n_units; i++) {
		if (h->units[i]->active)
			return true;
	}
	return x && x->active;
}

bool vck_units_any_amd(const struct vck_host *h)
{
	const struct vck_unit_index *x = index_of(h);

	for (size_t i = 0; !x && i < h->n_units; i++) {
		if (h->units[i]->driver == VCK_IOMMU_AMD)
			return true;
	}
	return x && x->amd;
}

bool vck_units_any_by_firmware(const struct vck_host *h)
{
	const struct vck_unit_index *x = index_of(h);

	for (size_t i = 0; !x && i < h->n_units; i++) {
		if (h->units[i]->active && vck_unit_is_by_firmware(h->units[i]))
			return true;
	}
	return x && x->by_firmware;
}

bool vck_units_any_for_pci(const struct vck_host *h)
{
	const struct vck_unit_index *x = index_of(h);

	for (size_t i = 0; !x && i < h->n_units; i++) {
		if (h->units[i]->active && serves_pci(h->units[i]))
			return true;
	}
	return x && x->for_pci;
}

const struct vck_unit *vck_units_first(const struct vck_host *h, bool active)
{
	const struct vck_unit_index *x = index_of(h);

	for (size_t i = 0; !x && i < h->n_units; i++) {
		if (h->units[i]->active == active)
			return h->units[i];
	}
	return x ? x->first[active] : NULL;
}

static const struct vck_unit *alike(const struct vck_host *h)
{
	const struct vck_unit *only = NULL;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (!u->active)
			continue;
		if (only && (only->driver != u->driver ||
			     only->cache_coherency != u->cache_coherency ||
			     only->coherent_walk != u->coherent_walk))
			return NULL;
		only = u;
	}
	return only;
}

const struct vck_unit *vck_units_alike(const struct vck_host *h)
{
	const struct vck_unit_index *x = index_of(h);

	return x && x->alike_known ? x->alike : alike(h);
}

void vck_units_note_alike(struct vck_host *h)
{
	if (!index_of(h))
		return;
	h->unit_index->alike = alike(h);
	h->unit_index->alike_known = true;
}
