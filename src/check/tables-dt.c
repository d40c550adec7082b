// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree: which unit, which MSI controller, coherent or not
 * (drivers/of/base.c:of_map_id, drivers/iommu/of_iommu.c, drivers/of/address.c;
 * Linux 5.10 to 7.3), and which memory is kept for a device. Every walk over phandles is bounded: they may point in circles. */
#include "config.h"

#include "base/cursor.h"
#include "check/tables-internal.h"

enum {
	MAX_PARENTS = 128,
};

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

/* Each id that a function may use has to be mapped: of_pci_iommu_init() ends at the first that
 * is not, and of_iommu_configure() takes back what came before (drivers/iommu/of_iommu.c, 5.10
 * to 7.2). */
static enum vck_tri pci_unit(const struct vck_host *h, const struct vck_device *d,
			     struct vck_dt_node **ret)
{
	uint16_t ids[VCK_REQUESTER_IDS_MAX];
	size_t n = vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids));
	enum vck_tri all = vck_tri(n != 0);

	for (size_t i = n; i-- > 0 && all == VCK_YES;)
		all = vck_dt_map_target(h, d->bridge_of_node, false, ids[i], ret);
	return all;
}

/* Interrupts are sent with the last of them: drivers/pci/msi/irqdomain.c, get_msi_id_cb(). */
static enum vck_tri msi_target(const struct vck_host *h, const struct vck_device *d,
			       struct vck_dt_node **ret)
{
	uint16_t ids[VCK_REQUESTER_IDS_MAX];
	size_t n = vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids));

	return n ? vck_dt_map_target(h, d->bridge_of_node, true, ids[n - 1], ret) : VCK_NO;
}

/* The first of "iommus"; one that is disabled takes it back, what cannot be read ends it
 * (of_iommu_configure_dev, 5.10 to 7.2). */
static struct vck_dt_node *own_unit(const struct vck_host *h, const struct vck_dt_node *n)
{
	struct vck_bytes b = prop_bytes(n, "iommus");
	struct vck_dt_node *first = NULL, *to;
	uint32_t phandle, cells;

	for (size_t at = 0; vck_be32(b, at, &phandle); at += 4 + 4 * (size_t)cells) {
		to = vck_dt_find_phandle(&h->dt, phandle);
		if (!to || !vck_be32(prop_bytes(to, "#iommu-cells"), 0, &cells) || cells > 16 ||
		    !vck_bytes_have(b, at + 4, 4 * (size_t)cells))
			break;
		if (!vck_dt_available(to))
			return NULL;
		if (!first)
			first = to;
	}
	return first;
}

enum vck_tri vck_dt_unit(const struct vck_host *h, const struct vck_device *d,
			 struct vck_dt_node **ret)
{
	struct vck_dt_node *n = NULL;

	if (d->bus == VCK_BUS_PCI) {
		enum vck_tri t = pci_unit(h, d, &n);

		if (t != VCK_YES)
			return t;
	} else {
		n = own_unit(h, d->of_node);
	}
	if (!n || !vck_dt_available(n))
		return VCK_NO;
	*ret = n;
	return VCK_YES;
}

/* --- MSI controllers --- */

static bool is_its(const struct vck_dt_node *n)
{
	return vck_dt_string_index(n, "compatible", "arm,gic-v3-its") >= 0 ||
	       vck_dt_string_index(n, "compatible", "arm,gic-v5-its") >= 0;
}

/* The Socionext SynQuacer's window in front of its ITS takes the device id out of the address:
 * irq-gic-v3-its.c:its_enable_quirk_socionext_synquacer clears IRQ_DOMAIN_FLAG_MSI_REMAP (5.10,
 * 6.1) or IRQ_DOMAIN_FLAG_ISOLATED_MSI (6.12, 7.2) where the property has both its cells. */
static bool has_pre_its(const struct vck_dt_node *n)
{
	return prop_bytes(n, "socionext,synquacer-pre-its").len >= 8;
}

static enum vck_tri isolates(const struct vck_dt_node *n)
{
	return vck_tri(is_its(n) && !has_pre_its(n));
}

/* Where @d sends its MSIs; VCK_NO: nowhere. */
static enum vck_tri msi_controller(const struct vck_host *h, const struct vck_device *d,
				   struct vck_dt_node **ret)
{
	enum vck_tri mapped = VCK_NO;
	uint32_t phandle;

	if (d->bus == VCK_BUS_PCI)
		mapped = msi_target(h, d, ret);
	if (mapped != VCK_NO)
		return mapped;
	if (!vck_be32(prop_bytes(vck_dt_dma_node(d), "msi-parent"), 0, &phandle))
		return VCK_NO;
	*ret = vck_dt_find_phandle(&h->dt, phandle);
	return vck_tri(*ret);
}

enum vck_tri vck_dt_isolated_msi(const struct vck_host *h, const struct vck_device *d)
{
	struct vck_dt_node *n = NULL;
	enum vck_tri found = msi_controller(h, d, &n);

	return found == VCK_YES ? isolates(n) : found;
}

bool vck_dt_pre_its(const struct vck_host *h, const struct vck_device *d)
{
	struct vck_dt_node *n = NULL;

	return msi_controller(h, d, &n) == VCK_YES && has_pre_its(n);
}

/* What makes MSI domains on arm64, and whether these remap: 5.10 and 6.1. None
 * of the others has the ITS above it. */
static const struct {
	const char *compatible;
	enum vck_tri remaps;
	const char *source;
} msi_makers[] = {
	{ "arm,gic-v3", VCK_YES, "drivers/irqchip/irq-gic-v3-mbi.c: none without mbi-ranges" },
	{ "arm,gic-400", VCK_YES, "drivers/irqchip/irq-gic.c: none but v2m frames" },
	{ "arm,gic-v2m-frame", VCK_NO, "drivers/irqchip/irq-gic-v2m.c" },
	{ "al,alpine-msix", VCK_NO, "drivers/irqchip/irq-alpine-msi.c" },
	{ "fsl,ls1012a-msi", VCK_NO, "drivers/irqchip/irq-ls-scfg-msi.c" },
	{ "fsl,ls1043a-msi", VCK_NO, "drivers/irqchip/irq-ls-scfg-msi.c" },
	{ "fsl,ls1043a-v1.1-msi", VCK_NO, "drivers/irqchip/irq-ls-scfg-msi.c" },
	{ "fsl,ls1046a-msi", VCK_NO, "drivers/irqchip/irq-ls-scfg-msi.c" },
	{ "marvell,ap806-gicp", VCK_NO, "drivers/irqchip/irq-mvebu-gicp.c" },
	{ "marvell,ap806-sei", VCK_NO, "drivers/irqchip/irq-mvebu-sei.c" },
	{ "marvell,odmi-controller", VCK_NO, "drivers/irqchip/irq-mvebu-odmi.c" },
	{ "ti,sci-inta", VCK_NO, "drivers/irqchip/irq-ti-sci-inta.c" },
	{ "apm,xgene1-msi", VCK_NO, "drivers/pci/controller/pci-xgene-msi.c" },
	{ "brcm,iproc-msi", VCK_NO, "drivers/pci/controller/pcie-iproc-msi.c" },
	{ "brcm,bcm2711-pcie", VCK_NO, "drivers/pci/controller/pcie-brcmstb.c" },
};

/* Host bridges: those without a domain of their own, and those that bring one along. */
static const struct {
	const char *compatible;
	enum vck_tri remaps;
	const char *source;
} msi_bridges[] = {
	{ "pci-host-ecam-generic", VCK_YES, "drivers/pci/controller/pci-host-generic.c" },
	{ "pci-host-cam-generic", VCK_YES, "drivers/pci/controller/pci-host-generic.c" },
	{ "marvell,armada8k-pcie-ecam", VCK_YES, "drivers/pci/controller/pci-host-generic.c" },
	{ "socionext,synquacer-pcie-ecam", VCK_YES, "drivers/pci/controller/pci-host-generic.c" },
	{ "snps,dw-pcie-ecam", VCK_YES, "drivers/pci/controller/pci-host-generic.c" },
	{ "hisilicon,hip06-pcie-ecam", VCK_YES, "drivers/pci/controller/dwc/pcie-hisi.c" },
	{ "hisilicon,hip07-pcie-ecam", VCK_YES, "drivers/pci/controller/dwc/pcie-hisi.c" },
	{ "rockchip,rk3399-pcie", VCK_YES, "drivers/pci/controller/pcie-rockchip-host.c" },
	{ "apm,xgene-pcie", VCK_YES, "drivers/pci/controller/pci-xgene.c" },
	{ "snps,dw-pcie", VCK_NO, "drivers/pci/controller/dwc/pcie-designware-host.c" },
	{ "xlnx,nwl-pcie-2.11", VCK_NO, "drivers/pci/controller/pcie-xilinx-nwl.c" },
	{ "marvell,armada-3700-pcie", VCK_NO, "drivers/pci/controller/pci-aardvark.c" },
	{ "mediatek,mt8192-pcie", VCK_NO, "drivers/pci/controller/pcie-mediatek-gen3.c" },
};

/* A GICv3 that supports LPIs, as it has to for an ITS, makes no v2m frames (gic_init_bases). */
static enum vck_tri v2m_remaps(const struct vck_dt_node *n)
{
	if (vck_dt_string_index(n->parent, "compatible", "arm,gic-v3") < 0)
		return VCK_NO;
	for (const struct vck_dt_node *s = n->parent->child; s; s = s->next) {
		if (is_its(s) && vck_dt_available(s))
			return VCK_YES;
	}
	return VCK_UNKNOWN;
}

/* The MSI domain of @n, if it has one; none is VCK_YES: it spoils nothing. */
static enum vck_tri node_remaps(const struct vck_dt_node *n)
{
	if (!vck_dt_available(n))
		return VCK_YES;
	if (vck_dt_prop(n, "msi-controller") && vck_dt_prop(n, "mbi-ranges"))
		return VCK_NO; /* irq-gic-v3-mbi.c:mbi_init */
	if (is_its(n))
		return isolates(n);
	for (size_t i = 0; i < ARRAY_SIZE(msi_makers); i++) {
		if (vck_dt_string_index(n, "compatible", msi_makers[i].compatible) < 0)
			continue;
		return streq(msi_makers[i].compatible, "arm,gic-v2m-frame")
			       ? v2m_remaps(n)
			       : msi_makers[i].remaps;
	}
	return vck_dt_prop(n, "msi-controller") ? VCK_UNKNOWN : VCK_YES;
}

/* Where a map or a parent names another controller, DesignWare's bridges make no domain in 6.1
 * and did in 5.10 (dw_pcie_host_init); of the others that may be so as well. */
static enum vck_tri bridge_remaps(const struct vck_host *h, const struct vck_dt_node *n)
{
	bool mapped = vck_dt_prop(n, "msi-map") || vck_dt_prop(n, "msi-parent");
	bool new = h->kver >= VCK_KVER(6, 1);

	for (size_t i = 0; i < ARRAY_SIZE(msi_bridges); i++) {
		if (vck_dt_string_index(n, "compatible", msi_bridges[i].compatible) < 0)
			continue;
		if (msi_bridges[i].remaps == VCK_YES || !mapped)
			return msi_bridges[i].remaps;
		return new && streq(msi_bridges[i].compatible, "snps,dw-pcie") ? VCK_YES
									       : VCK_UNKNOWN;
	}
	return new && mapped ? VCK_YES : VCK_UNKNOWN;
}

enum vck_tri vck_dt_msi_remap(const struct vck_host *h)
{
	const struct vck_dt_node *last = NULL;
	enum vck_tri all = h->dt.complete == VCK_YES ? VCK_YES : VCK_UNKNOWN;

	for (size_t i = 0; i < h->dt.n_paths; i++)
		all = vck_tri_and(all, node_remaps(h->dt.by_path[i]));
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_dt_node *n = h->devices[i]->bridge_of_node;

		if (n && n != last)
			all = vck_tri_and(all, bridge_remaps(h, n));
		last = n;
	}
	return all;
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
		/* "of: also handle dma-noncoherent in of_dma_is_coherent()", in "RISC-V
		 * Patches for the 5.20 Merge Window, Part 2", which became 6.0. */
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

/* --- memory kept for a device: of_iommu_get_resv_regions, from 6.3 on --- */

/* #address-cells or #size-cells as they hold on a bus: of the first node upwards. */
static uint32_t bus_cells(const struct vck_dt_node *bus, const char *name)
{
	for (; bus; bus = bus->parent) {
		if (vck_dt_prop(bus, name))
			return cell(bus, name, 1);
	}
	return 1;
}

/* One level up through dma-ranges; without them addresses are the same (of_translate_one). */
static bool translate_dma(const struct vck_dt_node *bus, const struct vck_dt_node *parent,
			  uint64_t *addr)
{
	uint32_t na = bus_cells(bus, "#address-cells"), ns = bus_cells(bus, "#size-cells");
	uint32_t pna = bus_cells(parent, "#address-cells");
	struct vck_bytes b = prop_bytes(bus, "dma-ranges");

	for (size_t at = 0; at < b.len;) {
		uint64_t child, up, size;

		if (na + pna + ns == 0 || !read_cells(b, &at, na, &child) ||
		    !read_cells(b, &at, pna, &up) || !read_cells(b, &at, ns, &size))
			return false;
		if (*addr >= child && *addr - child < size) {
			*addr = *addr - child + up;
			return true;
		}
	}
	return b.len == 0;
}

/* An address and a size of iommu-addresses, as of_translate_dma_region() reads them for @n. */
static bool read_dma_region(const struct vck_host *h, const struct vck_dt_node *n,
			    struct vck_bytes b, size_t *at, uint64_t *addr, uint64_t *size)
{
	const struct vck_dt_node *bus = vck_dt_dma_parent(h, n), *up;

	if (!bus || !read_cells(b, at, bus_cells(bus, "#address-cells"), addr) ||
	    !read_cells(b, at, bus_cells(bus, "#size-cells"), size))
		return false;
	for (unsigned hops = 0; hops < MAX_PARENTS; hops++) {
		up = vck_dt_dma_parent(h, bus);
		if (!up)
			return true;
		if (!translate_dma(bus, up, addr))
			return false;
		bus = up;
	}
	return false;
}

/* Where the region lies in memory; without "reg" it is a range of addresses only: start and end
 * 0. False: the kernel passes it over. */
static bool memory_of(const struct vck_dt_node *region, uint64_t *start, uint64_t *end)
{
	uint64_t size = 0;
	size_t at = 0;

	*start = *end = 0;
	if (!vck_dt_prop(region, "reg"))
		return true;
	if (!vck_dt_address(region, start))
		return false;
	at = 4 * (size_t)bus_cells(region->parent, "#address-cells");
	if (!read_cells(prop_bytes(region, "reg"), &at, bus_cells(region->parent, "#size-cells"),
			&size))
		return false;
	*end = *start + size - 1;
	return true;
}

/* The entries of iommu-addresses that name @n. The kernel takes every cell for a phandle until
 * one does, the addresses of other devices too. */
static int add_addresses(struct vck_region_list *l, const struct vck_dt_node *n,
			 const struct vck_dt_node *region)
{
	struct vck_bytes b = prop_bytes(region, "iommu-addresses");
	uint64_t start, end, addr, size;
	uint32_t phandle;
	size_t at = 0;
	int r = 0;

	if (!memory_of(region, &start, &end))
		return 0;
	while (r == 0 && vck_be32(b, at, &phandle)) {
		at += 4;
		if (vck_dt_find_phandle(&l->h->dt, phandle) != n)
			continue;
		if (!read_dma_region(l->h, n, b, &at, &addr, &size))
			return 0;
		if (size)
			r = vck_region_add(l, addr, addr + size - 1,
					   start < end && addr == start && addr + size - 1 == end
						   ? "direct"
						   : "reserved");
	}
	return r;
}

int vck_dt_regions(const struct vck_device *d, struct vck_region_list *l)
{
	struct vck_bytes b = prop_bytes(d->of_node, "memory-region");
	uint32_t phandle;
	int r = 0;

	for (size_t at = 0; r == 0 && vck_be32(b, at, &phandle); at += 4) {
		const struct vck_dt_node *region = vck_dt_find_phandle(&l->h->dt, phandle);

		if (region)
			r = add_addresses(l, d->of_node, region);
	}
	return r;
}
