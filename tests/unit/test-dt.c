// SPDX-License-Identifier: GPL-2.0-or-later
/* THEORY OF OPERATION: a device tree of two units, a root complex and a display, made
 * cell by cell. Each row is one map or one list of addresses, and what the kernel of a
 * release makes of it: drivers/of/base.c:of_map_id before 7.2 and from then on,
 * drivers/iommu/of_iommu.c:of_iommu_get_resv_regions. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "check/attach.h"
#include "check/tables-internal.h"
#include "check/unit-index.h"
#include "source/fdt.h"

enum {
	ONE = 1, /* phandles: a unit of one cell, one of two, a region, the display */
	TWO,
	REGION,
	DISPLAY,
	OTHER,
	NOBODY,
};

struct tree {
	struct vck_host *h;
	struct vck_dt_node *root, *soc, *reserved, *nodes[NOBODY + 1];
	struct vck_device *card, *display;
};

struct cells {
	size_t n;
	uint32_t v[24];
};

static void prop(struct tree *t, struct vck_dt_node *n, const char *name, const void *data,
		 size_t len)
{
	size_t cap = n->n_props; /* as if each was the last that fits */

	assert_true(vck_dt_wanted(name)); /* or no source would read it */
	assert_int_equal(vck_dt_add_prop(t->h, n, &cap, name,
					 (struct vck_bytes){ data, len }),
			 0);
}

static void put(struct tree *t, struct vck_dt_node *n, const char *name, struct cells c)
{
	uint8_t raw[sizeof(c.v)];

	for (size_t i = 0; i < c.n; i++) {
		for (unsigned k = 0; k < 4; k++)
			raw[4 * i + k] = (uint8_t)(c.v[i] >> (24 - 8 * k));
	}
	prop(t, n, name, raw, 4 * c.n);
}

#define CELLS(...)                                                                         \
	((struct cells){ sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t),           \
			 { __VA_ARGS__ } })

static struct vck_dt_node *node(struct tree *t, struct vck_dt_node *parent, const char *name,
				uint32_t phandle)
{
	struct vck_dt_node *last = parent ? parent->child : NULL, *n;

	while (last && last->next)
		last = last->next;
	n = vck_dt_add_node(t->h, parent, last, name);
	assert_non_null(n);
	if (phandle) {
		put(t, n, "phandle", CELLS(phandle));
		t->nodes[phandle] = n;
	}
	return n;
}

static struct vck_dt_node *unit(struct tree *t, const char *name, uint32_t phandle, uint32_t cells)
{
	struct vck_dt_node *n = node(t, t->soc, name, phandle);

	prop(t, n, "compatible", "arm,smmu-v3", 12);
	put(t, n, "reg", CELLS(0, 0x10000 * phandle, 0, 0x1000));
	put(t, n, "#iommu-cells", CELLS(cells));
	return n;
}

static void plant(struct tree *t, unsigned kver)
{
	*t = (struct tree){ .h = vck_host_new() };
	assert_non_null(t->h);
	t->h->arch = VCK_ARCH_AARCH64;
	t->h->kver = kver;
	t->h->have = VCK_EV_KERNEL | VCK_EV_ARCH | VCK_EV_ACPI | VCK_EV_DT | VCK_EV_UNITS;
	t->h->acpi.present = VCK_NO;
	t->root = node(t, NULL, "", 0);
	put(t, t->root, "#address-cells", CELLS(2));
	put(t, t->root, "#size-cells", CELLS(2));
	t->reserved = node(t, t->root, "reserved-memory", 0);
	put(t, t->reserved, "#address-cells", CELLS(2));
	put(t, t->reserved, "#size-cells", CELLS(2));
	prop(t, t->reserved, "ranges", "", 0);
	t->soc = node(t, t->root, "soc", 0);
	put(t, t->soc, "#address-cells", CELLS(2));
	put(t, t->soc, "#size-cells", CELLS(2));
	prop(t, t->soc, "ranges", "", 0);
	unit(t, "iommu@10000", ONE, 1);
	unit(t, "iommu@20000", TWO, 2);
	t->card = vck_host_add_device(t->h, "0000:01:00.0");
	t->card->bdf = (struct vck_bdf){ .bus = 1 };
	t->card->have = VCK_EV_PATH;
	t->card->bridge_of_node = node(t, t->soc, "pcie", 0);
	t->display = vck_host_add_device(t->h, "display");
	t->display->bus = VCK_BUS_PLATFORM;
	t->display->of_node = node(t, t->soc, "display", DISPLAY);
	put(t, t->display->of_node, "iommus", CELLS(ONE, 7));
}

static void grow(struct tree *t)
{
	assert_int_equal(vck_dt_finish(t->h), 0);
	t->h->dt.complete = VCK_YES;
	assert_int_equal(vck_table_units(t->h), 0);
}

#define OLD VCK_KVER(7, 1)
#define NEW VCK_KVER(7, 2)

static void test_maps(void **state)
{
	/* the requester id is 0x100 */
	static const struct {
		const char *theory;
		struct cells map;
		uint32_t mask;
		uint32_t old, new; /* the unit; 0: none */
	} rows[] = {
		{ "one cell", CELLS(0, ONE, 0, 0x10000), 0, ONE, ONE },
		{ "the second entry", CELLS(0, TWO, 0, 0x100, 0x100, ONE, 0, 1), 0, ONE, 0 },
		{ "two cells", CELLS(0x100, TWO, 5, 6, 1), 0, 0, TWO },
		{ "an entry of two, one of one", CELLS(0, TWO, 5, 6, 1, 0x100, ONE, 0, 8), 0, 0, ONE },
		{ "one cell, a long range and nonsense behind it",
		  CELLS(0, TWO, 5, 0x10000, 1, ONE, 0x100, TWO, 1, 1, 1, TWO, 5, 6, 1, 2, TWO, 5, 6, 1),
		  0, TWO, 0 },
		{ "one cell for a target of two, as always read", CELLS(0, TWO, 0, 1, 0x100, TWO, 0, 1),
		  0, TWO, TWO },
		{ "a range over two cells", CELLS(0x100, TWO, 5, 6, 2), 0, 0, 0 },
		{ "cut short", CELLS(0x100, ONE, 0, 1, 0x200), 0, 0, ONE },
		{ "nobody's phandle", CELLS(0x100, NOBODY, 0, 1), 0, 0, 0 },
		{ "nobody's phandle before", CELLS(0, NOBODY, 0, 1, 0x100, ONE, 0, 1), 0, ONE, 0 },
		{ "not in it", CELLS(0, ONE, 0, 0x100), 0, 0, 0 },
		{ "masked", CELLS(0, ONE, 0, 1), 0xff, ONE, ONE },
		{ "a base that the mask takes away", CELLS(0x100, ONE, 0, 1, 0, ONE, 0, 8), 0xff, 0, 0 },
		{ "nothing", { 0, { 0 } }, 0, 0, 0 },
	};
	static const unsigned releases[] = { OLD, NEW, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(releases); i++) {
		unsigned kver = releases[i % ARRAY_SIZE(releases)];
		size_t row = i / ARRAY_SIZE(releases);
		uint32_t wanted = kver == NEW ? rows[row].new : rows[row].old;
		struct vck_unit *u = NULL;
		enum vck_tri is;
		struct tree t;

		plant(&t, kver);
		put(&t, t.card->bridge_of_node, "iommu-map", rows[row].map);
		if (rows[row].mask)
			put(&t, t.card->bridge_of_node, "iommu-map-mask", CELLS(rows[row].mask));
		grow(&t);
		is = vck_tables_unit(t.h, t.card, &u);
		if (!kver && rows[row].old != rows[row].new)
			assert_int_equal(is, VCK_UNKNOWN);
		else if (is != vck_tri(wanted != 0) || (wanted && u->of_node != t.nodes[wanted]))
			fail_msg("%s, release %zu: %d, %s", rows[row].theory, i % ARRAY_SIZE(releases), is,
				 u ? u->name : "none");
		vck_host_free(t.h);
	}
}

struct expected {
	size_t n;
	struct {
		uint64_t start, end;
		const char *type;
	} r[3];
};

static void test_regions(void **state)
{
	static const struct {
		const char *theory;
		struct cells reg, addresses, dma_ranges;
		struct expected e;
	} rows[] = {
		{ "the framebuffer as it lies in memory", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(DISPLAY, 0, 0x80000000, 0, 0x800000), { 0, { 0 } },
		  { 1, { { 0x80000000, 0x807fffff, "direct" } } } },
		{ "elsewhere", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(DISPLAY, 1, 0, 0, 0x800000), { 0, { 0 } },
		  { 1, { { 0x100000000, 0x1007fffff, "reserved" } } } },
		{ "a part of it", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(DISPLAY, 0, 0x80000000, 0, 0x400000), { 0, { 0 } },
		  { 1, { { 0x80000000, 0x803fffff, "reserved" } } } },
		{ "addresses without memory", { 0, { 0 } },
		  CELLS(DISPLAY, 0, 0x40000000, 0, 0x1000), { 0, { 0 } },
		  { 1, { { 0x40000000, 0x40000fff, "reserved" } } } },
		{ "among those of another device", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(OTHER, 0, 0x10000000, 0, 0x1000, DISPLAY, 0, 0x80000000, 0, 0x800000,
			DISPLAY, 0, 0x20000000, 0, 0x1000), { 0, { 0 } },
		  { 2, { { 0x20000000, 0x20000fff, "reserved" },
			 { 0x80000000, 0x807fffff, "direct" } } } },
		{ "another device's alone", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(OTHER, 0, 0x80000000, 0, 0x800000), { 0, { 0 } }, { 0 } },
		{ "of no size", CELLS(0, 0x80000000, 0, 0x800000), CELLS(DISPLAY, 0, 0, 0, 0),
		  { 0, { 0 } }, { 0 } },
		{ "cut short", CELLS(0, 0x80000000, 0, 0x800000), CELLS(DISPLAY, 0, 0x80000000, 0),
		  { 0, { 0 } }, { 0 } },
		{ "plain carve-out", CELLS(0, 0x80000000, 0, 0x800000), { 0, { 0 } }, { 0, { 0 } },
		  { 0 } },
		{ "through dma-ranges", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(DISPLAY, 0, 0, 0, 0x800000), CELLS(0, 0, 0, 0x80000000, 0, 0x40000000),
		  { 1, { { 0x80000000, 0x807fffff, "direct" } } } },
		{ "beside dma-ranges", CELLS(0, 0x80000000, 0, 0x800000),
		  CELLS(DISPLAY, 1, 0, 0, 0x800000), CELLS(0, 0, 0, 0x80000000, 0, 0x40000000), { 0 } },
	};
	static const unsigned releases[] = { VCK_KVER(6, 2), VCK_KVER(6, 3), 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(releases); i++) {
		unsigned kver = releases[i % ARRAY_SIZE(releases)];
		const struct expected *e = &rows[i / ARRAY_SIZE(releases)].e;
		const char *theory = rows[i / ARRAY_SIZE(releases)].theory;
		struct vck_region *r = NULL;
		size_t n = 0, wanted = kver == VCK_KVER(6, 2) ? 0 : e->n;
		struct tree t;
		int is;

		plant(&t, kver);
		node(&t, t.reserved, "framebuffer", REGION);
		node(&t, t.soc, "other", OTHER);
		if (rows[i / ARRAY_SIZE(releases)].reg.n)
			put(&t, t.nodes[REGION], "reg", rows[i / ARRAY_SIZE(releases)].reg);
		if (rows[i / ARRAY_SIZE(releases)].addresses.n)
			put(&t, t.nodes[REGION], "iommu-addresses",
			    rows[i / ARRAY_SIZE(releases)].addresses);
		if (rows[i / ARRAY_SIZE(releases)].dma_ranges.n)
			put(&t, t.soc, "dma-ranges", rows[i / ARRAY_SIZE(releases)].dma_ranges);
		put(&t, t.display->of_node, "memory-region", CELLS(NOBODY, REGION));
		grow(&t);
		is = vck_tables_regions(t.h, t.display, &r, &n);
		if (!kver && e->n)
			assert_int_equal(is, VCK_UNKNOWN);
		else if (is != VCK_YES || n != wanted)
			fail_msg("%s: %d, %zu regions", theory, is, n);
		for (size_t k = 0; is == VCK_YES && k < n; k++) {
			assert_string_equal(r[k].type, e->r[k].type);
			assert_int_equal(r[k].start, e->r[k].start);
			assert_int_equal(r[k].end, e->r[k].end);
		}
		vck_host_free(t.h);
	}
}

/* Each unit that "iommus" names has to be there; what cannot be read ends it
 * (of_iommu_configure_dev, 5.10 to 7.2). */
static void test_iommus(void **state)
{
	static const struct {
		const char *theory;
		struct cells iommus;
		uint32_t off;  /* a unit that is disabled */
		uint32_t unit; /* 0: none */
	} rows[] = {
		{ "one", CELLS(ONE, 7), 0, ONE },
		{ "two", CELLS(ONE, 7, TWO, 1, 2), 0, ONE },
		{ "the other first", CELLS(TWO, 1, 2, ONE, 7), 0, TWO },
		{ "the first is disabled", CELLS(ONE, 7, TWO, 1, 2), ONE, 0 },
		{ "the second is disabled", CELLS(ONE, 7, TWO, 1, 2), TWO, 0 },
		{ "nobody behind the first", CELLS(ONE, 7, NOBODY), TWO, ONE },
		{ "cut short", CELLS(ONE), 0, 0 },
		{ "no unit", CELLS(DISPLAY, 1), 0, 0 },
		{ "nothing", { 0, { 0 } }, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_unit *u = NULL;
		struct vck_device *d;
		struct tree t;

		plant(&t, VCK_KVER(6, 12));
		d = vck_host_add_device(t.h, "dma");
		d->bus = VCK_BUS_PLATFORM;
		d->of_node = node(&t, t.soc, "dma", OTHER);
		put(&t, d->of_node, "iommus", rows[i].iommus);
		if (rows[i].off)
			prop(&t, t.nodes[rows[i].off], "status", "disabled", 9);
		grow(&t);
		if (vck_tables_unit(t.h, d, &u) != vck_tri(rows[i].unit) ||
		    (u && u->of_node != t.nodes[rows[i].unit]))
			fail_msg("%s: %s", rows[i].theory, u ? u->name : "no unit");
		vck_host_free(t.h);
	}
}

/* Before 6.3 one MSI controller that isolates nothing spoils it for all devices, and where
 * there is none at all nobody complains (kernel/irq/irqdomain.c:irq_domain_check_msi_remap);
 * from then on each device has to have one that isolates (msi_device_has_isolated_msi). */
static void test_msi(void **state)
{
	static const struct {
		const char *theory;
		const char *controllers[2]; /* below the GIC; "!": disabled; "^": with a pre-ITS */
		const char *bridge;	    /* compatible of the host bridge */
		bool parent;		    /* it has an msi-parent: the first */
		const char *gic;	    /* a property of the GIC */
		const char *chip;	    /* in use by another function */
		enum vck_tri old, mid, new; /* 5.10, 6.2, 6.3 */
		const char *own;	    /* chip in use by the function itself */
	} rows[] = {
		{ "no MSI controller", { 0 }, "pci-host-ecam-generic", false, NULL, NULL, VCK_YES,
		  VCK_YES, VCK_NO },
		{ "an ITS", { "arm,gic-v3-its" }, "pci-host-ecam-generic", true, NULL, NULL, VCK_YES, VCK_YES,
		  VCK_YES },
		{ "an ITS with a pre-ITS", { "^arm,gic-v3-its" }, "pci-host-ecam-generic", true, NULL,
		  NULL, VCK_NO, VCK_NO, VCK_NO },
		{ "a pre-ITS for others", { "arm,gic-v3-its", "^arm,gic-v3-its" },
		  "pci-host-ecam-generic", true, NULL, NULL, VCK_NO, VCK_NO, VCK_YES },
		{ "an ITS for others", { "arm,gic-v3-its" }, "pci-host-ecam-generic", false, 0, 0,
		  VCK_YES, VCK_YES, VCK_NO },
		{ "a disabled one", { "!arm,gic-v3-its" }, "pci-host-ecam-generic", false, 0, 0,
		  VCK_YES, VCK_YES, VCK_NO },
		{ "GICv2m", { "arm,gic-v2m-frame" }, "pci-host-ecam-generic", true, NULL, NULL, VCK_NO, VCK_NO,
		  VCK_NO },
		{ "GICv2m for others", { "arm,gic-v2m-frame" }, "pci-host-ecam-generic", false, 0, 0,
		  VCK_NO, VCK_NO, VCK_NO },
		{ "GICv2m, disabled", { "!arm,gic-v2m-frame" }, "pci-host-ecam-generic", false, 0, 0,
		  VCK_YES, VCK_YES, VCK_NO },
		{ "an ITS, and a platform's controller",
		  { "arm,gic-v3-its", "marvell,ap806-gicp" }, "pci-host-ecam-generic", true, 0, 0,
		  VCK_NO, VCK_NO, VCK_YES },
		{ "an ITS, and one that nobody knows", { "arm,gic-v3-its", "acme,msi" },
		  "pci-host-ecam-generic", true, NULL, NULL, VCK_UNKNOWN, VCK_UNKNOWN, VCK_YES },
		{ "message based interrupts", { 0 }, "pci-host-ecam-generic", false, "mbi-ranges", NULL,
		  VCK_NO, VCK_NO, VCK_NO },
		{ "a GIC that could", { 0 }, "pci-host-ecam-generic", false, "msi-controller", NULL,
		  VCK_YES, VCK_YES, VCK_NO },
		{ "a bridge with its own", { 0 }, "snps,dw-pcie", false, NULL, NULL, VCK_NO, VCK_NO, VCK_NO },
		{ "a bridge that may have", { 0 }, "acme,pcie", false, NULL, NULL, VCK_UNKNOWN,
		  VCK_UNKNOWN, VCK_NO },
		{ "a bridge that uses the ITS", { "arm,gic-v3-its" }, "rockchip,rk3399-pcie", true, NULL,
		  NULL, VCK_YES, VCK_YES, VCK_YES },
		{ "one that may have its own", { "arm,gic-v3-its" }, "acme,pcie", true, NULL, NULL,
		  VCK_UNKNOWN, VCK_YES, VCK_YES },
		{ "one that had its own", { "arm,gic-v3-its" }, "snps,dw-pcie", true, NULL, NULL,
		  VCK_UNKNOWN, VCK_YES, VCK_YES },
		{ "its own chip, and a platform's controller",
		  { "arm,gic-v3-its", "marvell,ap806-gicp" }, "pci-host-ecam-generic", true, 0, 0,
		  VCK_NO, VCK_NO, VCK_YES, "ITS-MSI" },
		{ "its own chip behind a pre-ITS", { "^arm,gic-v3-its" }, "pci-host-ecam-generic",
		  true, 0, 0, VCK_NO, VCK_NO, VCK_NO, "ITS-MSI" },
		{ "a chip in use", { "arm,gic-v3-its" }, "pci-host-ecam-generic", true, NULL, "PCI-MSI",
		  VCK_NO, VCK_NO, VCK_YES },
	};
	static const unsigned releases[] = { VCK_KVER(5, 10), VCK_KVER(6, 2), VCK_KVER(6, 3), 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(releases); i++) {
		unsigned kver = releases[i % ARRAY_SIZE(releases)];
		size_t row = i / ARRAY_SIZE(releases);
		enum vck_tri wanted = kver >= VCK_KVER(6, 3)   ? rows[row].new
				      : kver >= VCK_KVER(6, 1) ? rows[row].mid
							       : rows[row].old;
		enum vck_tri is;
		struct vck_dt_node *gic, *bridge;
		struct vck_device *other;
		struct tree t;

		if (!kver && rows[row].old != rows[row].new)
			wanted = VCK_UNKNOWN;
		plant(&t, kver);
		gic = node(&t, t.soc, "intc", 0);
		prop(&t, gic, "compatible", "arm,gic-400", 12);
		for (size_t k = 0; k < 2 && rows[row].controllers[k]; k++) {
			const char *name = rows[row].controllers[k];
			struct vck_dt_node *n = node(&t, gic, k ? "b" : "a", k ? 0 : OTHER);

			if (*name == '!')
				prop(&t, n, "status", "disabled", 9);
			if (*name == '^')
				put(&t, n, "socionext,synquacer-pre-its",
				    CELLS(0x58000000, 0x200000));
			name += *name == '!' || *name == '^';
			prop(&t, n, "compatible", name, strlen(name) + 1);
			prop(&t, n, "msi-controller", "", 0);
		}
		if (rows[row].gic) {
			prop(&t, gic, "msi-controller", "", 0);
			if (!streq(rows[row].gic, "msi-controller"))
				put(&t, gic, rows[row].gic, CELLS(64, 32));
		}
		bridge = t.card->bridge_of_node;
		prop(&t, bridge, "compatible", rows[row].bridge, strlen(rows[row].bridge) + 1);
		if (rows[row].parent)
			put(&t, bridge, "msi-parent", CELLS(OTHER));
		other = vck_host_add_device(t.h, "0000:02:00.0");
		other->msi_chip = rows[row].chip;
		t.card->msi_chip = rows[row].own;
		grow(&t);
		is = vck_device_isolated_msi(t.h, t.card);
		if (is != wanted)
			fail_msg("%s, release %x: %d", rows[row].theory, kver, is);
		vck_host_free(t.h);
	}
}

/* With an index units are found as without: by what they are now, and of several the first. */
static void test_unit_index(void **state)
{
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_dt_node nodes[2] = {{0}};
	struct vck_unit *u[4], *late;

	(void)state;
	assert_null(vck_unit_on(h, "x"));
	assert_int_equal(vck_units_index(h), 0);
	assert_null(vck_unit_on(h, "x"));
	assert_false(vck_units_any_active(h));
	for (size_t i = 0; i < ARRAY_SIZE(u); i++) {
		static const char *const names[] = {"a", "b", "a", "0000:00:01.0"};

		u[i] = vck_host_add_unit(h, names[i]);
		u[i]->driver = i == 3 ? VCK_IOMMU_VIRTIO : VCK_IOMMU_SMMU;
		u[i]->active = true;
		u[i]->base = i < 2 ? 0x1000 : 0;
		u[i]->parent = i == 1 ? "0000:00:01.0" : i == 2 ? "b" : NULL;
		u[i]->table_offset = 48;
		u[i]->of_node = &nodes[i & 1];
	}
	for (int indexed = 0; indexed < 2; indexed++) {
		if (indexed)
			assert_int_equal(vck_units_index(h), 0);
		assert_ptr_equal(vck_unit_by_base(h, VCK_IOMMU_SMMU, 0x1000), u[0]);
		assert_null(vck_unit_by_base(h, VCK_IOMMU_VIRTIO, 0x1000));
		assert_null(vck_unit_by_base(h, VCK_IOMMU_VIRTIO, 0));
		assert_ptr_equal(vck_unit_by_name(h, "a", 0), u[0]);
		assert_ptr_equal(vck_unit_by_name(h, "a", 0x2000), u[2]);
		assert_null(vck_unit_by_name(h, "b", 0x2000));
		assert_ptr_equal(vck_unit_at(h, VCK_IOMMU_VIRTIO, 48), u[3]);
		assert_ptr_equal(vck_unit_at(h, VCK_IOMMU_SMMU, 48), u[0]);
		assert_null(vck_unit_at(h, VCK_IOMMU_SMMU, 49));
		assert_ptr_equal(vck_unit_of_node(h, &nodes[1]), u[1]);
		assert_ptr_equal(vck_unit_on(h, "0000:00:01.0"), u[1]);
		assert_ptr_equal(vck_unit_on(h, "b"), u[1]);
		assert_null(vck_unit_on(h, "c"));
		assert_true(vck_units_any_active(h));
		assert_true(vck_units_any_by_firmware(h));
		assert_false(vck_units_any_amd(h));
		assert_null(vck_units_alike(h));
	}
	/* A field that changes, a unit that comes later, with and without a note of it. */
	u[0]->table_offset = 96;
	u[0]->of_node = NULL;
	assert_int_equal(vck_unit_index_add(h, u[0]), 0);
	assert_ptr_equal(vck_unit_at(h, VCK_IOMMU_SMMU, 96), u[0]);
	assert_ptr_equal(vck_unit_at(h, VCK_IOMMU_SMMU, 48), u[1]);
	assert_ptr_equal(vck_unit_of_node(h, &nodes[0]), u[2]);
	for (int noted = 1; noted >= 0; noted--) {
		late = vck_host_add_unit(h, noted ? "late" : "later");
		late->driver = VCK_IOMMU_AMD;
		late->base = noted ? 0x3000 : 0x4000;
		if (noted)
			assert_int_equal(vck_unit_index_add(h, late), 0);
		assert_ptr_equal(vck_unit_by_base(h, VCK_IOMMU_AMD, late->base), late);
		assert_ptr_equal(vck_unit_on(h, late->name), late);
		assert_true(vck_units_any_amd(h));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unit_index),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_iommus),
		cmocka_unit_test(test_msi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
