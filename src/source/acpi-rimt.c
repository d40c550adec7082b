// SPDX-License-Identifier: GPL-2.0-or-later
/* RIMT: IOMMUs, root complexes and devices of RISC-V hosts (RISC-V IO Mapping Table
 * specification 1.0; ACPICA actbl2.h). */
#include "config.h"

#include <errno.h>

#include "source/acpi.h"

enum {
	RIMT_IOMMU = 0,
	RIMT_ROOT_COMPLEX,
	RIMT_PLATFORM,
};

struct rimt {
	struct vck_host *h;
	const char *bad;
};

/* Mappings: source, number of ids, destination, offset of the IOMMU's node, flags. */
static int read_maps(struct rimt *p, struct vck_rimt_node *n, struct vck_bytes b, uint16_t off,
		     uint16_t count)
{
	if (off > b.len || count > (b.len - off) / 20) {
		p->bad = "id mappings lie beyond their node";
		count = off > b.len ? 0 : (uint16_t)((b.len - off) / 20);
	}
	n->maps = vck_arena_calloc(&p->h->arena, count, sizeof(*n->maps));
	if (count && !n->maps)
		return -ENOMEM;
	for (; n->n_maps < count; n->n_maps++) {
		struct vck_iort_map *m = &n->maps[n->n_maps];
		size_t at = off + 20 * n->n_maps;

		if (!vck_le32(b, at, &m->input) || !vck_le32(b, at + 4, &m->count) ||
		    !vck_le32(b, at + 8, &m->output) || !vck_le32(b, at + 12, &m->target) ||
		    !vck_le32(b, at + 16, &m->flags))
			break;
	}
	return 0;
}

static int read_root_complex(struct rimt *p, struct vck_rimt_node *n, struct vck_bytes b)
{
	uint16_t off, count;

	if (!vck_le32(b, 8, &n->flags) || !vck_le16(b, 14, &n->segment) ||
	    !vck_le16(b, 16, &off) || !vck_le16(b, 18, &count)) {
		p->bad = "a root complex is cut short";
		return 0;
	}
	return read_maps(p, n, b, off, count);
}

static int read_platform(struct rimt *p, struct vck_rimt_node *n, struct vck_bytes b)
{
	uint16_t off, count;

	if (!vck_le16(b, 8, &off) || !vck_le16(b, 10, &count) || b.len < 13) {
		p->bad = "a platform device is cut short";
		return 0;
	}
	n->name = vck_arena_strndup(&p->h->arena, (const char *)b.data + 12,
				    strnlen((const char *)b.data + 12, b.len - 12));
	return n->name ? read_maps(p, n, b, off, count) : -ENOMEM;
}

static int read_node(struct rimt *p, struct vck_rimt_node *n, struct vck_bytes b)
{
	uint16_t bdf;

	if (!vck_le16(b, 6, &n->id)) {
		p->bad = "a node is shorter than its header";
		return 0;
	}
	if (n->type == RIMT_ROOT_COMPLEX)
		return read_root_complex(p, n, b);
	if (n->type == RIMT_PLATFORM)
		return read_platform(p, n, b);
	if (n->type != RIMT_IOMMU)
		return 0;
	/* Hardware id of 8 bytes, then base, flags, proximity domain, segment, bdf */
	if (!vck_le64(b, 16, &n->base) || !vck_le32(b, 24, &n->flags) ||
	    !vck_le16(b, 32, &n->segment) || !vck_le16(b, 34, &bdf)) {
		p->bad = "an IOMMU node is cut short";
		return 0;
	}
	n->bdf = bdf;
	return 0;
}

int vck_acpi_rimt(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b)
{
	struct vck_sub_walk w = { .table = b, .layout = VCK_SUB_8_8_16 };
	struct vck_rimt *d = vck_arena_alloc(&h->arena, sizeof(*d));
	struct rimt p = { .h = h };
	uint32_t count, off;
	struct vck_sub s;
	size_t cap = 0, n_of[3] = { 0 };

	if (!d)
		return -ENOMEM;
	if (!vck_le32(b, 36, &count) || !vck_le32(b, 40, &off)) {
		vck_acpi_damaged(h, t, "shorter than its fixed part");
		return 0;
	}
	w.next = off;
	w.left = count == UINT32_MAX ? count - 1 : count;
	while (vck_sub_next(&w, &s)) {
		struct vck_rimt_node n = { .offset = s.offset, .type = (uint8_t)s.type };

		if (read_node(&p, &n, s.b) < 0 ||
		    vck_arena_grow(&h->arena, &d->nodes, d->n_nodes, &cap, sizeof(n)) < 0)
			return -ENOMEM;
		d->nodes[d->n_nodes++] = n;
		if (n.type < ARRAY_SIZE(n_of))
			n_of[n.type]++;
	}
	if (w.bad || p.bad)
		vck_acpi_damaged(h, t, "%s", w.bad ? w.bad : p.bad);
	if (!h->acpi.rimt)
		h->acpi.rimt = d;
	t->summary = vck_arena_printf(
		&h->arena, "%zu IOMMU%s, %zu root complex%s, %zu platform device%s", n_of[0],
		n_of[0] == 1 ? "" : "s", n_of[1], n_of[1] == 1 ? "" : "es", n_of[2],
		n_of[2] == 1 ? "" : "s");
	return t->summary ? 0 : -ENOMEM;
}
