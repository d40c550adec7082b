// SPDX-License-Identifier: GPL-2.0-or-later
/* THEORY OF OPERATION: 0000:01:02.0 behind a PCIe-to-PCI bridge, so that its transactions
 * carry 0x110 or 0x100. Each way in which firmware names an IOMMU says so of a range of ids;
 * the kernel uses the IOMMU where the range has both (pci_for_each_dma_alias() ends at the
 * first that a callback refuses: of_iommu.c, iort.c, viot.c, rimt.c, 7.2), and sends
 * interrupts with the last (get_msi_id_cb()). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "check/tables-internal.h"
#include "source/fdt.h"

#define OWN   0x110
#define ALIAS 0x100

struct range {
	uint32_t from, count;
};

struct bridged {
	struct vck_host *h;
	struct vck_device *bridge, *card;
	struct vck_iort_map map[2];
	struct vck_iort_node iort_nodes[3];
	struct vck_iort iort;
	struct vck_viot_node viot_nodes[2];
	struct vck_viot viot;
	struct vck_rimt_node rimt_nodes[2];
	struct vck_rimt rimt;
};

static void begin(struct bridged *b)
{
	*b = (struct bridged){ .h = vck_host_new() };
	assert_non_null(b->h);
	b->h->kver = VCK_KVER(6, 12);
	b->bridge = vck_host_add_device(b->h, "0000:00:03.0");
	b->card = vck_host_add_device(b->h, "0000:01:02.0");
	assert_non_null(b->bridge);
	assert_non_null(b->card);
	b->bridge->bdf = (struct vck_bdf){ 0, 0, 3, 0 };
	b->bridge->cap.header_known = VCK_YES;
	b->bridge->cap.header_type = 1;
	b->bridge->cap.secondary = 1;
	b->bridge->cap.exp.present = VCK_YES;
	b->bridge->cap.exp.type = VCK_PCIE_TO_PCI;
	b->card->bdf = (struct vck_bdf){ 0, 1, 2, 0 };
	b->card->upstream = b->bridge;
	b->card->have = b->bridge->have = VCK_EV_PATH;
}

static bool iort_unit(struct bridged *b, struct range r)
{
	uint32_t id;

	b->map[0] = (struct vck_iort_map){ r.from, r.count, 0x4000, 48, 0 };
	b->iort_nodes[0] = (struct vck_iort_node){ .offset = 48, .type = VCK_IORT_SMMU_V3 };
	b->iort_nodes[1] = (struct vck_iort_node){
		.offset = 96, .type = VCK_IORT_ROOT_COMPLEX, .maps = b->map, .n_maps = 1 };
	b->iort = (struct vck_iort){ b->iort_nodes, 2 };
	b->h->acpi.iort = &b->iort;
	if (!vck_iort_smmu(b->h, b->card, &id))
		return false;
	assert_int_equal(id, 0x4000 + OWN - r.from); /* its own */
	return true;
}

static bool iort_its(struct bridged *b, struct range r)
{
	iort_unit(b, r);
	b->iort_nodes[0].type = VCK_IORT_ITS;
	return vck_iort_has_its(b->h, b->card);
}

static bool viot_unit(struct bridged *b, struct range r)
{
	b->viot_nodes[0] = (struct vck_viot_node){ .offset = 48, .type = 4, .base = 0xa000000 };
	b->viot_nodes[1] = (struct vck_viot_node){
		.offset = 64, .type = 1, .bdf_start = (uint16_t)r.from,
		.bdf_end = (uint16_t)(r.from + r.count - 1), .output = 48 };
	b->viot = (struct vck_viot){ b->viot_nodes, 2 };
	b->h->acpi.viot = &b->viot;
	return vck_viot_unit(b->h, b->card) == &b->viot_nodes[0];
}

static bool rimt_unit(struct bridged *b, struct range r)
{
	b->map[0] = (struct vck_iort_map){ r.from, r.count - 1, 0, 48, 0 };
	b->rimt_nodes[0] = (struct vck_rimt_node){ .offset = 48, .type = 0 };
	b->rimt_nodes[1] = (struct vck_rimt_node){
		.offset = 96, .type = 1, .maps = b->map, .n_maps = 1 };
	b->rimt = (struct vck_rimt){ b->rimt_nodes, 2 };
	b->h->acpi.rimt = &b->rimt;
	return vck_rimt_unit(b->h, b->card) == &b->rimt_nodes[0];
}

static void put(struct vck_host *h, struct vck_dt_node *n, const char *name, const uint32_t *v,
		size_t cells)
{
	size_t cap = n->n_props;
	uint8_t raw[16];

	assert_true(4 * cells <= sizeof(raw));
	for (size_t i = 0; i < 4 * cells; i++)
		raw[i] = (uint8_t)(v[i / 4] >> (24 - 8 * (i % 4)));
	assert_int_equal(vck_dt_add_prop(h, n, &cap, name,
					 (struct vck_bytes){ raw, 4 * cells }),
			 0);
}

/* A root complex with one map to one controller. */
static void plant(struct bridged *b, const char *map, struct range r, const char *compatible)
{
	struct vck_dt_node *root = vck_dt_add_node(b->h, NULL, NULL, ""), *to, *pcie;
	size_t cap = 0;

	assert_non_null(root);
	to = vck_dt_add_node(b->h, root, NULL, "controller");
	assert_non_null(to);
	pcie = vck_dt_add_node(b->h, root, to, "pcie");
	assert_non_null(pcie);
	assert_int_equal(vck_dt_add_prop(b->h, to, &cap, "compatible",
					 (struct vck_bytes){ (const uint8_t *)compatible,
							     strlen(compatible) + 1 }),
			 0);
	put(b->h, to, "phandle", (uint32_t[]){ 7 }, 1);
	put(b->h, to, "#iommu-cells", (uint32_t[]){ 1 }, 1);
	put(b->h, to, "#msi-cells", (uint32_t[]){ 1 }, 1);
	put(b->h, pcie, map, (uint32_t[]){ r.from, 7, 0, r.count }, 4);
	b->card->bridge_of_node = pcie;
	assert_int_equal(vck_dt_finish(b->h), 0);
}

static bool dt_unit(struct bridged *b, struct range r)
{
	struct vck_dt_node *n = NULL;

	plant(b, "iommu-map", r, "arm,smmu-v3");
	return vck_dt_unit(b->h, b->card, &n) == VCK_YES;
}

static bool dt_its(struct bridged *b, struct range r)
{
	plant(b, "msi-map", r, "arm,gic-v3-its");
	return vck_dt_isolated_msi(b->h, b->card) == VCK_YES;
}

static void test_ranges(void **state)
{
	static const struct {
		const char *what;
		bool (*found)(struct bridged *b, struct range r);
		bool last; /* the last id decides, not all */
	} ways[] = {
		{ "IORT, SMMU", iort_unit, false }, { "IORT, ITS", iort_its, true },
		{ "VIOT", viot_unit, false },	    { "RIMT", rimt_unit, false },
		{ "iommu-map", dt_unit, false },    { "msi-map", dt_its, true },
	};
	static const struct {
		const char *what;
		struct range range;
		bool own, alias;
	} rows[] = {
		{ "both", { ALIAS, 0x100 }, true, true },
		{ "its own id", { OWN, 1 }, true, false },
		{ "the bridge's", { ALIAS, OWN - ALIAS }, false, true },
		{ "neither", { 0x200, 0x100 }, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways) * ARRAY_SIZE(rows); i++) {
		size_t way = i / ARRAY_SIZE(rows), row = i % ARRAY_SIZE(rows);
		bool wanted = rows[row].alias && (ways[way].last || rows[row].own);
		struct bridged b;

		begin(&b);
		if (ways[way].found(&b, rows[row].range) != wanted)
			fail_msg("%s, a range with %s: %sfound", ways[way].what, rows[row].what,
				 wanted ? "not " : "");
		b.h->acpi.iort = NULL;
		b.h->acpi.viot = NULL;
		b.h->acpi.rimt = NULL;
		vck_host_free(b.h);
	}
}

/* Which ids an IVHD puts behind its unit. */
static void test_ivhd_covers(void **state)
{
	static const struct {
		struct vck_ivhd_entry entry;
		bool covered; /* the card */
	} rows[] = {
		{ { .type = 2, .devid = OWN, .devid_end = OWN, .alias = OWN }, true },
		{ { .type = 2, .devid = 0xff, .devid_end = 0xff, .alias = 0xff }, false },
		{ { .type = 0x42, .devid = 0xff, .devid_end = 0xff, .alias = OWN }, true },
		{ { .type = 0x43, .devid = 0xf0, .devid_end = 0xff, .alias = OWN }, true },
		{ { .type = 0x48, .devid = OWN, .devid_end = OWN, .alias = OWN }, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_ivhd_entry e = rows[i].entry;
		struct vck_ivhd v = { .used = true, .devid = 0xfff8, .entries = &e, .n_entries = 1 };
		struct vck_ivrs t = { .ivhds = &v, .n_ivhds = 1 };
		struct bridged b;

		begin(&b);
		b.h->acpi.ivrs = &t;
		assert_int_equal(vck_ivrs_unit(b.h, b.card) == &v, rows[i].covered);
		b.h->acpi.ivrs = NULL;
		vck_host_free(b.h);
	}
}

/* VIOT names a platform device by the address of its first range of memory
 * (viot_mmio_dev_iommu_init), which sysfs does not show. */
static void test_viot_mmio(void **state)
{
	static const struct {
		enum vck_bus bus;
		const char *acpi;
		unsigned type; /* of the node */
		enum vck_tri found;
	} rows[] = {
		{ VCK_BUS_PLATFORM, "\\_SB_.DMA0", 2, VCK_UNKNOWN },
		{ VCK_BUS_PLATFORM, "\\_SB_.DMA0", 1, VCK_NO },
		{ VCK_BUS_AMBA, "\\_SB_.DMA0", 2, VCK_NO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_unit *u = NULL;
		struct bridged b;

		begin(&b);
		b.h->have |= VCK_EV_ACPI;
		viot_unit(&b, (struct range){ 0, 0x100 });
		b.viot_nodes[1].type = (uint8_t)rows[i].type;
		b.card->bus = rows[i].bus;
		b.card->acpi_path = rows[i].acpi;
		assert_int_equal(vck_tables_unit(b.h, b.card, &u), rows[i].found);
		b.h->acpi.viot = NULL;
		vck_host_free(b.h);
	}
}

/* The unit of such a table is the one that the kernel runs on no PCI function. */
static void test_viot_mmio_unit(void **state)
{
	static const struct {
		const char *units[2];
		bool joined;
	} rows[] = {
		{ { "LNRO0005:03" }, true },
		{ { "0000:00:03.0" }, false },
		{ { "LNRO0005:03", "LNRO0005:04" }, false },
		{ { "LNRO0005:03", "0000:00:03.0" }, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bridged b;
		size_t n = 0;

		begin(&b);
		for (size_t k = 0; k < 2 && rows[i].units[k]; k++, n++) {
			struct vck_unit *u = vck_host_add_unit(b.h, rows[i].units[k]);

			assert_non_null(u);
			u->active = true;
			u->driver = VCK_IOMMU_VIRTIO;
		}
		viot_unit(&b, (struct range){ 0, 0x100 });
		assert_int_equal(vck_derive_table_units(b.h), 0);
		assert_int_equal(b.h->n_units, n + !rows[i].joined);
		if (rows[i].joined)
			assert_int_equal(b.h->units[0]->table_offset, 48);
		b.h->acpi.viot = NULL;
		vck_host_free(b.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_viot_mmio),
		cmocka_unit_test(test_ivhd_covers),
		cmocka_unit_test(test_viot_mmio_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
