// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree: which unit, which MSI controller, coherent or not
 * (drivers/of/base.c:of_map_id, drivers/iommu/of_iommu.c, drivers/of/address.c;
 * Linux 5.10 to 7.3). Every walk over phandles is bounded: they may point in circles. */
#include "config.h"

#include "base/cursor.h"
#include "check/tables-internal.h"

enum {
	MAX_PARENTS = 128,
};

static struct vck_bytes prop_bytes(const struct vck_dt_node *n, const char *name)
{
	const struct vck_dt_prop *p = vck_dt_prop(n, name);

	return p ? (struct vck_bytes){ p->data, p->len } : (struct vck_bytes){ 0 };
}

/* A cell; @fallback where the property is missing or cut short. */
static uint32_t cell(const struct vck_dt_node *n, const char *name, uint32_t fallback)
{
	uint32_t v = fallback;

	(void)!vck_be32(prop_bytes(n, name), 0, &v);
	return v;
}

bool vck_dt_available(const struct vck_dt_node *n)
{
	struct vck_bytes b = prop_bytes(n, "status");

	if (!b.len)
		return true;
	return vck_dt_string_index(n, "status", "okay") == 0 ||
	       vck_dt_string_index(n, "status", "ok") == 0;
}

const struct vck_dt_node *vck_dt_dma_node(const struct vck_device *d)
{
	return d->bus == VCK_BUS_PCI ? d->bridge_of_node : d->of_node;
}

/* --- maps: (input, phandle, output, length), of_map_id --- */

/* The node that @map of @n sends @id to; false when no entry holds it. */
static bool map_target(const struct vck_host *h, const struct vck_dt_node *n, const char *map,
		       const char *mask, uint32_t id, struct vck_dt_node **ret)
{
	struct vck_bytes b = prop_bytes(n, map);
	uint32_t in, phandle, len;

	id &= cell(n, mask, 0xffffffff);
	for (size_t at = 0; vck_bytes_have(b, at, 16); at += 16) {
		if (!vck_be32(b, at, &in) || !vck_be32(b, at + 4, &phandle) ||
		    !vck_be32(b, at + 12, &len))
			return false;
		if (id < in || id - in >= len)
			continue;
		*ret = vck_dt_find_phandle(&h->dt, phandle);
		return *ret != NULL;
	}
	return false;
}

static bool pci_target(const struct vck_host *h, const struct vck_device *d, const char *map,
		       const char *mask, struct vck_dt_node **ret)
{
	uint16_t ids[4];
	size_t n = vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids));

	for (size_t i = 0; i < n; i++) {
		if (map_target(h, d->bridge_of_node, map, mask, ids[i], ret))
			return true;
	}
	return false;
}

enum vck_tri vck_dt_unit(const struct vck_host *h, const struct vck_device *d,
			 struct vck_dt_node **ret)
{
	struct vck_dt_node *n = NULL;
	uint32_t phandle;

	if (d->bus == VCK_BUS_PCI) {
		if (!pci_target(h, d, "iommu-map", "iommu-map-mask", &n))
			return VCK_NO;
	} else {
		if (!vck_be32(prop_bytes(d->of_node, "iommus"), 0, &phandle))
			return VCK_NO;
		n = vck_dt_find_phandle(&h->dt, phandle);
	}
	if (!n || !vck_dt_available(n))
		return VCK_NO;
	*ret = n;
	return VCK_YES;
}

/* --- MSI controllers --- */

static enum vck_tri is_its(const struct vck_dt_node *n)
{
	return vck_tri(vck_dt_string_index(n, "compatible", "arm,gic-v3-its") >= 0 ||
		       vck_dt_string_index(n, "compatible", "arm,gic-v5-its") >= 0);
}

enum vck_tri vck_dt_isolated_msi(const struct vck_host *h, const struct vck_device *d)
{
	const struct vck_dt_node *from = vck_dt_dma_node(d);
	struct vck_dt_node *n = NULL;
	uint32_t phandle;

	if (d->bus == VCK_BUS_PCI && pci_target(h, d, "msi-map", "msi-map-mask", &n))
		return is_its(n);
	if (!vck_be32(prop_bytes(from, "msi-parent"), 0, &phandle))
		return VCK_NO;
	n = vck_dt_find_phandle(&h->dt, phandle);
	return n ? is_its(n) : VCK_NO;
}

/* --- addresses --- */

static bool read_cells(struct vck_bytes b, size_t *at, uint32_t cells, uint64_t *ret)
{
	uint64_t v = 0;

	if (cells > 2)
		return false;
	for (uint32_t i = 0; i < cells; i++) {
		uint32_t c;

		if (!vck_be32(b, *at, &c))
			return false;
		v = v << 32 | c;
		*at += 4;
	}
	*ret = v;
	return true;
}

/* One level up: through the ranges of @bus. No ranges: not reachable by the CPU. */
static bool translate(const struct vck_dt_node *bus, uint64_t *addr)
{
	uint32_t na = cell(bus, "#address-cells", 2), ns = cell(bus, "#size-cells", 1);
	uint32_t pna = cell(bus->parent, "#address-cells", 2);
	struct vck_bytes b = prop_bytes(bus, "ranges");

	if (!vck_dt_prop(bus, "ranges"))
		return false;
	if (!b.len)
		return true;
	for (size_t at = 0; at < b.len;) {
		uint64_t child, parent, size;

		if (!read_cells(b, &at, na, &child) || !read_cells(b, &at, pna, &parent) ||
		    !read_cells(b, &at, ns, &size) || na + pna + ns == 0)
			return false;
		if (*addr >= child && *addr - child < size) {
			*addr = *addr - child + parent;
			return true;
		}
	}
	return false;
}

bool vck_dt_address(const struct vck_dt_node *n, uint64_t *ret)
{
	uint64_t addr;
	size_t at = 0;

	if (!n->parent ||
	    !read_cells(prop_bytes(n, "reg"), &at, cell(n->parent, "#address-cells", 2), &addr) ||
	    at == 0)
		return false;
	for (const struct vck_dt_node *bus = n->parent; bus->parent; bus = bus->parent) {
		if (!translate(bus, &addr))
			return false;
	}
	*ret = addr;
	return true;
}

/* --- coherency --- */

/* The interconnect that "dma-mem" stands for: entries are a phandle and as many cells as
 * its #interconnect-cells say. */
static const struct vck_dt_node *interconnect(const struct vck_host *h, const struct vck_dt_node *n,
					      int index)
{
	struct vck_bytes b = prop_bytes(n, "interconnects");
	size_t at = 0;
	uint32_t phandle;

	for (int i = 0; vck_be32(b, at, &phandle); i++) {
		const struct vck_dt_node *to = vck_dt_find_phandle(&h->dt, phandle);
		uint32_t cells = 0;

		/* As of_parse_phandle_with_args(): 0 is an empty entry, anything else must
		 * lead to a node that says how many cells follow. */
		if (phandle &&
		    (!to || !vck_be32(prop_bytes(to, "#interconnect-cells"), 0, &cells) ||
		     cells > 16 || !vck_bytes_have(b, at + 4, 4 * (size_t)cells)))
			return NULL;
		if (i == index)
			return to;
		at += 4 + 4 * (size_t)cells;
	}
	return NULL;
}

const struct vck_dt_node *vck_dt_dma_parent(const struct vck_host *h, const struct vck_dt_node *n)
{
	int index = vck_dt_string_index(n, "interconnect-names", "dma-mem");
	const struct vck_dt_node *to;

	if (index < 0)
		return n->parent;
	to = interconnect(h, n, index);
	return to ? to : n->parent;
}

/* arch/Kconfig: which architectures are coherent unless told otherwise */
static enum vck_tri arch_default(const struct vck_host *h)
{
	switch (h->arch) {
	case VCK_ARCH_X86_64:
	case VCK_ARCH_RISCV64: /* CONFIG_ARCH_DMA_DEFAULT_COHERENT */
		return VCK_YES;
	case VCK_ARCH_AARCH64:
		return VCK_NO;
	case VCK_ARCH_OTHER:
	case VCK_ARCH_UNKNOWN:
		break;
	}
	return VCK_UNKNOWN;
}

enum vck_tri vck_dt_coherent(const struct vck_host *h, const struct vck_dt_node *n,
			     const struct vck_dt_node **ret_node, const char **ret_property)
{
	unsigned hops = 0;

	*ret_node = NULL;
	*ret_property = NULL;
	for (; n && hops < MAX_PARENTS; n = vck_dt_dma_parent(h, n), hops++) {
		/* 5.10 knows no dma-noncoherent, 6.1 does; it came with the non-coherent
		 * RISC-V machines of 6.0. */
		bool old = h->kver && h->kver < VCK_KVER(6, 0);

		if (vck_dt_prop(n, "dma-coherent"))
			*ret_property = "dma-coherent";
		else if (!old && vck_dt_prop(n, "dma-noncoherent"))
			*ret_property = "dma-noncoherent";
		else
			continue;
		*ret_node = n;
		return vck_tri(streq(*ret_property, "dma-coherent"));
	}
	/* Parents in a circle: the kernel would never come back. */
	return hops < MAX_PARENTS ? arch_default(h) : VCK_UNKNOWN;
}
