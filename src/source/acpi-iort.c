// SPDX-License-Identifier: GPL-2.0-or-later
/* IORT: SMMUs, root complexes, devices and their stream ids on Arm hosts (Arm DEN
 * 0049, revisions E.a to E.f). A node of a type that is not known is kept with its
 * mappings only: mappings of others may lead through it. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "source/acpi.h"

struct iort {
	struct vck_host *h;
	struct vck_iort *d;
	size_t cap;
	const char *bad;
};

static int read_maps(struct iort *p, struct vck_iort_node *n, struct vck_bytes b)
{
	uint32_t count, off;

	if (!vck_le32(b, 8, &count) || !vck_le32(b, 12, &off) || count == 0)
		return 0;
	if (off > b.len || count > (b.len - off) / 20) {
		p->bad = "id mappings lie beyond their node";
		count = off > b.len ? 0 : (uint32_t)((b.len - off) / 20);
	}
	n->maps = vck_arena_calloc(&p->h->arena, count, sizeof(*n->maps));
	if (count && !n->maps)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct vck_iort_map *m = &n->maps[n->n_maps];
		size_t at = off + 20 * (size_t)i;

		if (!vck_le32(b, at, &m->input) || !vck_le32(b, at + 4, &m->count) ||
		    !vck_le32(b, at + 8, &m->output) || !vck_le32(b, at + 12, &m->target) ||
		    !vck_le32(b, at + 16, &m->flags))
			break;
		if (m->count != UINT32_MAX) /* the table holds the number minus one */
			m->count++;
		n->n_maps++;
	}
	return 0;
}

static int read_rmrs(struct iort *p, struct vck_iort_node *n, struct vck_bytes b)
{
	uint32_t count, off;

	if (!vck_le32(b, 16, &n->flags) || !vck_le32(b, 20, &count) || !vck_le32(b, 24, &off)) {
		p->bad = "an RMR node is cut short";
		return 0;
	}
	if (off > b.len || count > (b.len - off) / 20) {
		p->bad = "memory ranges lie beyond their RMR node";
		count = off > b.len ? 0 : (uint32_t)((b.len - off) / 20);
	}
	n->rmrs = vck_arena_calloc(&p->h->arena, count, sizeof(*n->rmrs));
	if (count && !n->rmrs)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct vck_iort_rmr *m = &n->rmrs[n->n_rmrs];
		size_t at = off + 20 * (size_t)i;

		if (!vck_le64(b, at, &m->start) || !vck_le64(b, at + 8, &m->length))
			break;
		n->n_rmrs++;
	}
	return 0;
}

static bool read_root_complex(struct vck_iort_node *n, struct vck_bytes b)
{
	return vck_le32(b, 16, &n->cca) && vck_u8(b, 23, &n->access_flags) &&
	       vck_le32(b, 24, &n->ats) && vck_le32(b, 28, &n->segment);
}

static int read_named(struct iort *p, struct vck_iort_node *n, struct vck_bytes b)
{
	if (!vck_le32(b, 20, &n->cca) || !vck_u8(b, 27, &n->access_flags) || b.len < 30) {
		p->bad = "a named component is cut short";
		return 0;
	}
	n->name = vck_arena_strndup(&p->h->arena, (const char *)b.data + 29,
				    strnlen((const char *)b.data + 29, b.len - 29));
	return n->name ? 0 : -ENOMEM;
}

static int read_data(struct iort *p, struct vck_iort_node *n, struct vck_bytes b)
{
	bool ok = true;

	switch (n->type) {
	case VCK_IORT_ROOT_COMPLEX:
		ok = read_root_complex(n, b);
		break;
	case VCK_IORT_NAMED:
		return read_named(p, n, b);
	case VCK_IORT_SMMU:
		ok = vck_le64(b, 16, &n->base) && vck_le32(b, 32, &n->model) &&
		     vck_le32(b, 36, &n->flags);
		break;
	case VCK_IORT_SMMU_V3:
		ok = vck_le64(b, 16, &n->base) && vck_le32(b, 24, &n->flags) &&
		     vck_le32(b, 40, &n->model);
		break;
	case VCK_IORT_PMCG:
		ok = vck_le64(b, 16, &n->base);
		break;
	case VCK_IORT_RMR:
		return read_rmrs(p, n, b);
	default:
		break;
	}
	if (!ok)
		p->bad = "a node is shorter than its type needs";
	return 0;
}

static int add_node(struct iort *p, const struct vck_sub *s)
{
	struct vck_iort_node n = { .offset = s->offset, .type = (uint8_t)s->type };
	struct vck_iort *d = p->d;
	int r;

	if (!vck_u8(s->b, 3, &n.revision) || s->b.len < 16) {
		p->bad = "a node is shorter than its header";
		return 0;
	}
	r = read_data(p, &n, s->b);
	if (r == 0)
		r = read_maps(p, &n, s->b);
	if (r == 0)
		r = vck_arena_grow(&p->h->arena, &d->nodes, d->n_nodes, &p->cap, sizeof(n));
	if (r == 0)
		d->nodes[d->n_nodes++] = n;
	return r;
}

static const char *summary(struct vck_host *h, const struct vck_iort *d)
{
	static const char *const names[][2] = {
		[VCK_IORT_ITS] = { "ITS group", "ITS groups" },
		[VCK_IORT_NAMED] = { "named component", "named components" },
		[VCK_IORT_ROOT_COMPLEX] = { "root complex", "root complexes" },
		[VCK_IORT_SMMU] = { "SMMUv1/2", "SMMUv1/2" },
		[VCK_IORT_SMMU_V3] = { "SMMUv3", "SMMUv3" },
		[VCK_IORT_PMCG] = { "PMCG", "PMCGs" },
		[VCK_IORT_RMR] = { "reserved range node", "reserved range nodes" },
		[VCK_IORT_IWB] = { "IWB", "IWBs" },
	};
	static const uint8_t order[] = { VCK_IORT_SMMU_V3, VCK_IORT_SMMU, VCK_IORT_ROOT_COMPLEX,
					 VCK_IORT_NAMED, VCK_IORT_RMR, VCK_IORT_ITS,
					 VCK_IORT_PMCG, VCK_IORT_IWB };
	cleanup_buf struct vck_buf b = { 0 };

	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		size_t n = 0;

		for (size_t i = 0; i < d->n_nodes; i++)
			n += d->nodes[i].type == order[k];
		if (n)
			vck_buf_addf(&b, "%s%zu %s", b.len ? ", " : "", n,
				     names[order[k]][n > 1]);
	}
	return vck_arena_strdup(&h->arena, b.len ? vck_buf_str(&b) : "nothing");
}

int vck_acpi_iort(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b)
{
	struct vck_sub_walk w = { .table = b, .layout = VCK_SUB_8_16 };
	struct iort p = { .h = h };
	struct vck_sub s;
	uint32_t count, off;
	int r = 0;

	p.d = vck_arena_alloc(&h->arena, sizeof(*p.d));
	if (!p.d)
		return -ENOMEM;
	if (!vck_le32(b, 36, &count) || !vck_le32(b, 40, &off)) {
		vck_acpi_damaged(h, t, "shorter than its fixed part");
		return 0;
	}
	w.next = off;
	w.left = count == UINT32_MAX ? count - 1 : count;
	while (r == 0 && vck_sub_next(&w, &s))
		r = add_node(&p, &s);
	if (r < 0)
		return r;
	if (w.bad || p.bad)
		vck_acpi_damaged(h, t, "%s", w.bad ? w.bad : p.bad);
	if (!h->acpi.iort)
		h->acpi.iort = p.d;
	t->summary = summary(h, p.d);
	return t->summary ? 0 : -ENOMEM;
}
