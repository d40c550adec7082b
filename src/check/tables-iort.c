// SPDX-License-Identifier: GPL-2.0-or-later
/* IORT: from a root complex or named component over id mappings to the SMMU and the
 * ITS group (drivers/acpi/arm64/iort.c, Linux 5.10 to 7.3). */
#include "config.h"

#include "check/tables-internal.h"
#include "check/units.h"

enum {
	MAX_HOPS = 8,	   /* real tables need two; what points in circles ends here */
	SINGLE = 1,	   /* mapping flag */
	RMR_REMAP_OK = 1,
};

const struct vck_iort_node *vck_iort_at(const struct vck_iort *t, uint32_t offset)
{
	size_t lo = 0, hi = t->n_nodes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->nodes[mid].offset == offset)
			return &t->nodes[mid];
		if (t->nodes[mid].offset < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool is_device_node(const struct vck_iort_node *n, const struct vck_device *d)
{
	if (d->bus == VCK_BUS_PCI)
		return n->type == VCK_IORT_ROOT_COMPLEX && n->segment == d->bdf.domain;
	return n->type == VCK_IORT_NAMED && n->name && d->acpi_path &&
	       vck_acpi_path_equal(n->name, d->acpi_path);
}

/* As vck_acpi_path_equal() compares them: without padding. */
static uint64_t path_key(const char *path)
{
	uint64_t key = VCK_HASH_START;

	for (;; path++) {
		size_t n, len;

		path += strspn(path, "\\");
		n = len = strcspn(path, ".");
		while (len && path[len - 1] == '_')
			len--;
		for (size_t i = 0; i < len; i++)
			key = (key ^ (unsigned char)path[i]) * 0x100000001b3u;
		path += n;
		if (!*path)
			return key;
		key = (key ^ '.') * 0x100000001b3u;
	}
}

int vck_iort_index(struct vck_host *h)
{
	struct vck_iort *t = h->acpi.iort;
	int r = 0;

	if (!t || t->indexed)
		return 0;
	for (size_t i = 0; r == 0 && i < t->n_nodes; i++) {
		const struct vck_iort_node *n = &t->nodes[i];

		if (n->type == VCK_IORT_ROOT_COMPLEX)
			r = vck_keys_add(&h->arena, &t->devices, n->segment, i);
		else if (n->type == VCK_IORT_NAMED && n->name)
			r = vck_keys_add(&h->arena, &t->devices, path_key(n->name), i);
	}
	vck_keys_sort(&t->devices);
	t->indexed = r == 0;
	return r;
}

/* The first of those that the index says may be its node. */
static const struct vck_iort_node *indexed(const struct vck_iort *t, const struct vck_device *d)
{
	const struct vck_key *e = NULL;

	if (d->bus == VCK_BUS_PCI)
		e = vck_keys_first(&t->devices, d->bdf.domain);
	else if (d->acpi_path)
		e = vck_keys_first(&t->devices, path_key(d->acpi_path));
	while (e && !is_device_node(&t->nodes[e->at], d))
		e = vck_keys_next(&t->devices, e);
	return e ? &t->nodes[e->at] : NULL;
}

const struct vck_iort_node *vck_iort_device(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_iort *t = h->acpi.iort;

	if (t && t->indexed)
		return indexed(t, d);
	for (size_t i = 0; t && i < t->n_nodes; i++) {
		if (is_device_node(&t->nodes[i], d))
			return &t->nodes[i];
	}
	return NULL;
}

/* One hop: the mapping that holds @id. Single mappings are for nodes, not for ids of
 * root complexes. */
static bool map_id(const struct vck_iort_node *n, uint32_t *id, uint32_t *ret_target)
{
	for (size_t i = 0; i < n->n_maps; i++) {
		const struct vck_iort_map *m = &n->maps[i];

		if (m->flags & SINGLE) {
			if (n->type != VCK_IORT_NAMED && n->type != VCK_IORT_ROOT_COMPLEX)
				continue;
			*id = m->output;
		} else if (*id < m->input || *id - m->input >= m->count) {
			continue;
		} else {
			*id = *id - m->input + m->output;
		}
		*ret_target = m->target;
		return true;
	}
	return false;
}

static bool is_smmu(const struct vck_iort_node *n)
{
	return n->type == VCK_IORT_SMMU || n->type == VCK_IORT_SMMU_V3;
}

/* Follow the mappings until a node of the wanted kind. */
static const struct vck_iort_node *follow(const struct vck_iort *t, const struct vck_iort_node *n,
					  uint32_t *id, bool its)
{
	for (unsigned hops = 0; n && hops < MAX_HOPS; hops++) {
		uint32_t target;

		if (its ? n->type == VCK_IORT_ITS : is_smmu(n))
			return n;
		if (!map_id(n, id, &target))
			return NULL;
		n = vck_iort_at(t, target);
	}
	return NULL;
}

/* Ids with which a device enters the table. */
static size_t input_ids(const struct vck_host *h, const struct vck_iort_node *n,
			const struct vck_device *d, uint32_t *ids)
{
	uint16_t requester[VCK_REQUESTER_IDS_MAX];
	size_t k = 0;

	if (d->bus == VCK_BUS_PCI) {
		k = vck_tables_requester_ids(h, d->real_dma_dev ? d->real_dma_dev : d, requester,
					     VCK_REQUESTER_IDS_MAX);
		for (size_t i = 0; i < k; i++)
			ids[i] = requester[i];
		return k;
	}
	/* A named component is mapped by its entries in turn. */
	for (size_t i = 0; i < n->n_maps && k < VCK_REQUESTER_IDS_MAX; i++)
		ids[k++] = n->maps[i].input;
	return k;
}

/* Each id of a PCI function has to lead to one: the first that does not ends iort_pci_iommu_init()
 * (drivers/acpi/arm64/iort.c, 5.10 to 7.2). The device's own id is the one that is returned. */
const struct vck_iort_node *vck_iort_smmu(const struct vck_host *h, const struct vck_device *d,
					  uint32_t *ret_id)
{
	const struct vck_iort_node *n = vck_iort_device(h, d), *found = NULL;
	uint32_t ids[VCK_REQUESTER_IDS_MAX];
	size_t n_ids = n ? input_ids(h, n, d, ids) : 0;

	for (size_t i = n_ids; i-- > 0;) {
		const struct vck_iort_node *smmu;
		uint32_t id = ids[i];

		smmu = follow(h->acpi.iort, n, &id, false);
		if (!smmu && d->bus == VCK_BUS_PCI)
			return NULL;
		if (!smmu)
			continue;
		*ret_id = id;
		found = smmu;
	}
	return found;
}

/* A PCI function's interrupts carry the last of its ids (drivers/pci/msi/irqdomain.c,
 * get_msi_id_cb()). */
bool vck_iort_has_its(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_iort_node *n = vck_iort_device(h, d);
	uint32_t ids[VCK_REQUESTER_IDS_MAX];
	size_t n_ids = n ? input_ids(h, n, d, ids) : 0;

	for (size_t i = d->bus == VCK_BUS_PCI && n_ids ? n_ids - 1 : 0; i < n_ids; i++) {
		if (follow(h->acpi.iort, n, &ids[i], true))
			return true;
	}
	return false;
}

/* The RMR node names the stream by the output of its mappings (iort_rmr_has_dev). */
static bool rmr_names(const struct vck_iort_node *rmr, const struct vck_iort_node *smmu,
		      uint32_t id)
{
	for (size_t i = 0; i < rmr->n_maps; i++) {
		const struct vck_iort_map *m = &rmr->maps[i];

		if (m->target == smmu->offset && id >= m->output && id - m->output < m->count)
			return true;
	}
	return false;
}

static int add_rmr(struct vck_region_list *l, const struct vck_iort_node *rmr)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rmr->n_rmrs; i++) {
		if (rmr->rmrs[i].length)
			r = vck_region_add(l, rmr->rmrs[i].start,
					   rmr->rmrs[i].start + rmr->rmrs[i].length - 1,
					   rmr->flags & RMR_REMAP_OK ? "direct-relaxable" : "direct");
	}
	return r;
}

/* drivers/acpi/arm64/iort.c:iort_find_rmrs(), 6.0: revisions from E.d on. 5.10 to 5.19 do not
 * look at these nodes. */
static bool reads_rmrs(const struct vck_host *h)
{
	for (size_t i = 0; i < h->acpi.n_tables; i++) {
		if (streq(h->acpi.tables[i].signature, "IORT") &&
		    h->acpi.tables[i].revision < 5)
			return false;
	}
	return !vck_kver_known(h->kver) || h->kver >= VCK_KVER(6, 0);
}

int vck_iort_regions(const struct vck_device *d, struct vck_region_list *l)
{
	const struct vck_iort *t = l->h->acpi.iort;
	uint32_t id = 0;
	const struct vck_iort_node *smmu = vck_iort_smmu(l->h, d, &id);
	int r = 0;

	if (!reads_rmrs(l->h))
		return 0;
	for (size_t i = 0; smmu && r == 0 && i < t->n_nodes; i++) {
		if (t->nodes[i].type == VCK_IORT_RMR && rmr_names(&t->nodes[i], smmu, id))
			r = add_rmr(l, &t->nodes[i]);
	}
	return r;
}
