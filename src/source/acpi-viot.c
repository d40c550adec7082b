// SPDX-License-Identifier: GPL-2.0-or-later
/* VIOT: virtio-iommus of a virtual machine and what is behind them (ACPI 6.5, 5.2.31;
 * ACPICA actbl3.h). */
#include "config.h"

#include <errno.h>

#include "source/acpi.h"

enum {
	PCI_RANGE = 1,
	MMIO_ENDPOINT,
	IOMMU_PCI,
	IOMMU_MMIO,
};

static bool read_node(struct vck_bytes b, struct vck_viot_node *n)
{
	switch (n->type) {
	case PCI_RANGE:
		return vck_le32(b, 4, &n->endpoint) && vck_le16(b, 8, &n->seg_start) &&
		       vck_le16(b, 10, &n->seg_end) && vck_le16(b, 12, &n->bdf_start) &&
		       vck_le16(b, 14, &n->bdf_end) && vck_le16(b, 16, &n->output);
	case MMIO_ENDPOINT:
		return vck_le32(b, 4, &n->endpoint) && vck_le64(b, 8, &n->base) &&
		       vck_le16(b, 16, &n->output);
	case IOMMU_PCI:
		return vck_le16(b, 4, &n->seg_start) && vck_le16(b, 6, &n->bdf_start);
	case IOMMU_MMIO:
		return vck_le64(b, 8, &n->base);
	default:
		return true;
	}
}

int vck_acpi_viot(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b)
{
	struct vck_sub_walk w = { .table = b, .layout = VCK_SUB_8_8_16 };
	struct vck_viot *d = vck_arena_alloc(&h->arena, sizeof(*d));
	uint16_t count, off;
	struct vck_sub s;
	size_t cap = 0, units = 0;

	if (!d)
		return -ENOMEM;
	if (!vck_le16(b, 36, &count) || !vck_le16(b, 38, &off)) {
		vck_acpi_damaged(h, t, "shorter than its fixed part");
		return 0;
	}
	w.next = off;
	w.left = count;
	while (vck_sub_next(&w, &s)) {
		struct vck_viot_node n = { .offset = s.offset, .type = (uint8_t)s.type };

		if (!read_node(s.b, &n)) {
			w.bad = "a node is shorter than its type needs";
			break;
		}
		if (vck_arena_grow(&h->arena, &d->nodes, d->n_nodes, &cap, sizeof(n)) < 0)
			return -ENOMEM;
		d->nodes[d->n_nodes++] = n;
		units += n.type == IOMMU_PCI || n.type == IOMMU_MMIO;
	}
	if (w.bad)
		vck_acpi_damaged(h, t, "%s", w.bad);
	if (!h->acpi.viot)
		h->acpi.viot = d;
	t->summary = vck_arena_printf(&h->arena, "%zu virtio-iommu%s, %zu range%s of endpoints",
				      units, units == 1 ? "" : "s", d->n_nodes - units,
				      d->n_nodes - units == 1 ? "" : "s");
	return t->summary ? 0 : -ENOMEM;
}
