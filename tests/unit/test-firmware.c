// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware tables: what is in them is read, at the offsets that the specifications
 * give; whatever is cut short, too long, looped or padded is noted, the rest still
 * read, and nothing is read beyond the bytes that are there. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "source/acpi.h"
#include "source/fdt.h"
#include "tablebytes.h"

static struct vck_host *parse(struct vck_bytes b)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	struct vck_host *h = vck_host_new();
	/* Exactly as long as the table, so that a sanitizer sees one byte too many. */
	uint8_t *copy = malloc(b.len ? b.len : 1);

	assert_non_null(h);
	assert_non_null(copy);
	if (b.len)
		memcpy(copy, b.data, b.len);
	assert_int_equal(vck_acpi_add(h, "t", "TEST", (struct vck_bytes){ copy, b.len }, &scopes),
			 0);
	vck_aml_finish(h);
	free(copy);
	return h;
}

/* Every shorter form of a table, as it is and with a header that claims less. */
static void cut_everywhere(struct tb *t)
{
	struct vck_bytes b = tb_end(t);

	for (size_t n = 0; n < b.len; n++) {
		struct vck_host *h = parse((struct vck_bytes){ b.data, n });

		assert_true(h->n_problems > 0);
		vck_host_free(h);
	}
	for (size_t n = 36; n < b.len; n++) {
		tb_at(t, 4, n, 4);
		vck_host_free(parse(b));
	}
}

static void scope(struct tb *t, unsigned type, unsigned bus, unsigned dev, unsigned fn)
{
	tb_u(t, type, 1);
	tb_u(t, 8, 1);
	tb_u(t, 0, 2);
	tb_u(t, 0, 1);
	tb_u(t, bus, 1);
	tb_u(t, dev, 1);
	tb_u(t, fn, 1);
}

static void make_dmar(struct tb *t)
{
	tb_begin(t, "DMAR");
	tb_u(t, 38, 1);
	tb_u(t, 1, 1);
	tb_u(t, 0, 10);
	tb_u(t, 0, 2); /* DRHD with one endpoint */
	tb_u(t, 24, 2);
	tb_u(t, 0, 2);
	tb_u(t, 0, 2);
	tb_u(t, 0xfed90000, 8);
	scope(t, 1, 0, 2, 0);
	tb_u(t, 0, 2); /* DRHD, INCLUDE_PCI_ALL */
	tb_u(t, 16, 2);
	tb_u(t, 1, 2);
	tb_u(t, 3, 2);
	tb_u(t, 0xfed91000, 8);
	tb_u(t, 99, 2); /* a type of the future */
	tb_u(t, 4, 2);
	tb_u(t, 1, 2); /* RMRR for what is below 00:1c.0 */
	tb_u(t, 32, 2);
	tb_u(t, 0, 2);
	tb_u(t, 0, 2);
	tb_u(t, 0x7f000000, 8);
	tb_u(t, 0x7f0fffff, 8);
	scope(t, 2, 0, 0x1c, 0);
}

static void test_dmar(void **state)
{
	struct tb t;
	struct vck_host *h;

	(void)state;
	make_dmar(&t);
	h = parse(tb_end(&t));
	assert_int_equal(h->n_problems, 0);
	assert_non_null(h->acpi.dmar);
	assert_int_equal(h->acpi.dmar->flags, 1);
	assert_int_equal(h->acpi.dmar->n_units, 2);
	assert_int_equal(h->acpi.dmar->units[0].base, 0xfed90000);
	assert_int_equal(h->acpi.dmar->units[0].n_scopes, 1);
	assert_int_equal(h->acpi.dmar->units[0].scopes[0].path[0], 2);
	assert_int_equal(h->acpi.dmar->units[1].segment, 3);
	assert_int_equal(h->acpi.dmar->units[1].flags, 1);
	assert_int_equal(h->acpi.dmar->n_rmrrs, 1);
	assert_int_equal(h->acpi.dmar->rmrrs[0].end, 0x7f0fffff);
	assert_int_equal(h->acpi.dmar->rmrrs[0].scopes[0].type, 2);
	assert_string_equal(h->acpi.tables[0].summary,
			    "2 units, 1 reserved range, interrupt remapping");
	vck_host_free(h);
	cut_everywhere(&t);
}

/* Structures and scopes of length zero, and of one beyond the table, end the walk. */
static void test_lengths(void **state)
{
	static const struct {
		size_t off;
		unsigned value, units;
	} rows[] = { { 50, 0, 0 }, { 50, 3, 0 }, { 50, 0xffff, 1 }, { 65, 0, 2 }, { 65, 9, 2 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_host *h;
		struct tb t;

		make_dmar(&t);
		tb_at(&t, rows[i].off, rows[i].value, rows[i].off == 50 ? 2 : 1);
		h = parse(tb_end(&t));
		assert_int_equal(h->acpi.tables[0].complete, VCK_NO);
		assert_int_equal(h->acpi.dmar->n_units, rows[i].units);
		vck_host_free(h);
	}
}

static void test_checksum(void **state)
{
	struct vck_host *h;
	struct vck_bytes b;
	struct tb t;

	(void)state;
	make_dmar(&t);
	b = tb_end(&t);
	t.data[9] ^= 1;
	h = parse(b);
	assert_int_equal(h->acpi.tables[0].checksum_ok, VCK_NO);
	assert_int_equal(h->n_problems, 1);
	assert_int_equal(h->acpi.dmar->n_units, 2);
	vck_host_free(h);
}

static void make_ivrs(struct tb *t)
{
	tb_begin(t, "IVRS");
	tb_u(t, 0x00203041, 4);
	tb_u(t, 0, 8);
	for (unsigned type = 0x10; type <= 0x40; type += type == 0x10 ? 1 : 0x2f) {
		size_t start = t->len;

		tb_u(t, type, 1);
		tb_u(t, 0xb0, 1);
		tb_u(t, 0, 2);
		tb_u(t, 2, 2);
		tb_u(t, 0x40, 2);
		tb_u(t, 0xfd200000, 8);
		tb_u(t, 0, 4);
		tb_u(t, 0x80048001, 4); /* in 10h these are features */
		if (type != 0x10)
			tb_u(t, 0x246577efa2254afaull, 8), tb_u(t, 0x10, 8);
		tb_u(t, 0x00000803, 4); /* from 00:01.0 */
		tb_u(t, 0x00fffe04, 4); /* to ff:1f.6 */
		tb_u(t, 0, 4);		/* padding */
		tb_raw(t, "\x43\x00\xff\x00\x00\xa5\x00\x00\x04\xff\xff\x00", 12);
		tb_raw(t, "\x48\x00\x00\x00\x21\xa0\x00\x01", 8);
		if (type == 0x40) { /* an ACPI id with a uid of 4 characters */
			tb_raw(t, "\xf0\x28\x01\x40" "AMDI0020" "\0\0\0\0\0\0\0\0" "\x02\x04" "\\_SB", 26);
		}
		tb_at(t, start + 2, t->len - start, 2);
	}
	tb_u(t, 0x51, 1); /* seen in the field, published nowhere */
	tb_u(t, 0, 1);
	tb_u(t, 8, 2);
	tb_u(t, 0xdeadbeef, 4);
	tb_u(t, 0x21, 1);
	tb_u(t, 8, 1);
	tb_u(t, 32, 2);
	tb_u(t, 0x0510, 2);
	tb_u(t, 0, 10);
	tb_u(t, 0x1000, 8);
	tb_u(t, 0x2000, 8);
}

static void test_ivrs(void **state)
{
	struct vck_ivrs *d;
	struct vck_host *h;
	struct tb t;

	(void)state;
	make_ivrs(&t);
	h = parse(tb_end(&t));
	d = h->acpi.ivrs;
	assert_int_equal(h->n_problems, 0);
	assert_int_equal(d->n_ivhds, 3);
	assert_int_equal(d->ivhds[0].type, 0x10);
	assert_false(d->ivhds[0].used);
	assert_false(d->ivhds[1].used);
	assert_true(d->ivhds[2].used);
	assert_true(d->ivhds[2].efr == 0x246577efa2254afaull);
	assert_int_equal(d->ivhds[2].attr & 1, 1);
	assert_int_equal(d->ivhds[0].attr, 0);
	assert_int_equal(d->ivhds[2].n_entries, 4);
	assert_int_equal(d->ivhds[0].n_entries, 3);
	assert_int_equal(d->ivhds[0].entries[0].devid, 8);
	assert_int_equal(d->ivhds[0].entries[0].devid_end, 0xfffe);
	assert_int_equal(d->ivhds[0].entries[1].alias, 0x00a5);
	assert_int_equal(d->ivhds[0].entries[1].devid_end, 0xffff);
	assert_int_equal(d->ivhds[0].entries[2].devid, 0x00a0);
	assert_int_equal(d->ivhds[2].entries[3].devid, 0x0128);
	assert_int_equal(d->n_ivmds, 1);
	assert_int_equal(d->ivmds[0].devid_end, 0x0510);
	assert_int_equal(d->ivmds[0].length, 0x2000);
	vck_host_free(h);
	cut_everywhere(&t);
}

/* get_highest_supported_ivhd_type() takes the last of those with the first one's device id, not
 * the highest. */
static void test_ivhd_types(void **state)
{
	static const struct {
		struct {
			uint8_t type, devid;
		} blocks[4];
		uint8_t used;
	} rows[] = {
		{ { { 0x10, 2 }, { 0x11, 2 }, { 0x40, 2 } }, 0x40 },
		{ { { 0x11, 2 }, { 0x10, 2 } }, 0x10 },
		{ { { 0x10, 2 }, { 0x10, 3 }, { 0x11, 3 } }, 0x10 },
		{ { { 0x10, 2 }, { 0x51, 2 }, { 0x11, 2 } }, 0x10 },
		{ { { 0x51, 2 }, { 0x11, 2 } }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_host *h;
		struct tb t;

		tb_begin(&t, "IVRS");
		tb_u(&t, 0x00203041, 4);
		tb_u(&t, 0, 8);
		for (size_t k = 0; k < 4 && rows[i].blocks[k].type; k++) {
			bool image = rows[i].blocks[k].type != 0x10;

			tb_u(&t, rows[i].blocks[k].type, 1);
			tb_u(&t, 0, 1);
			tb_u(&t, image ? 40 : 24, 2);
			tb_u(&t, rows[i].blocks[k].devid, 2);
			tb_u(&t, 0x40, 2);
			tb_u(&t, 0xfd200000, 8);
			tb_u(&t, 0, 8);
			if (image)
				tb_u(&t, 0, 8), tb_u(&t, 0, 8);
		}
		h = parse(tb_end(&t));
		assert_int_equal(h->n_problems, 0);
		for (size_t k = 0; k < h->acpi.ivrs->n_ivhds; k++) {
			const struct vck_ivhd *v = &h->acpi.ivrs->ivhds[k];

			if (v->used != (v->type == rows[i].used))
				fail_msg("row %zu: %x: %d", i, v->type, v->used);
		}
		vck_host_free(h);
	}
}

static void map(struct tb *t, uint32_t in, uint32_t count, uint32_t out, uint32_t ref)
{
	tb_u(t, in, 4);
	tb_u(t, count - 1, 4);
	tb_u(t, out, 4);
	tb_u(t, ref, 4);
	tb_u(t, 0, 4);
}

static void make_iort(struct tb *t)
{
	tb_begin(t, "IORT");
	tb_u(t, 4, 4);
	tb_u(t, 48, 4);
	tb_u(t, 0, 4);
	/* 48: ITS group */
	tb_u(t, 0 | 24 << 8 | 1u << 24, 4), tb_u(t, 1, 4), tb_u(t, 0, 4), tb_u(t, 0, 4);
	tb_u(t, 1, 4), tb_u(t, 0, 4);
	/* 72: SMMUv3 with COHACC override, one mapping to the ITS */
	tb_u(t, 4 | 88 << 8 | 4u << 24, 4), tb_u(t, 2, 4), tb_u(t, 1, 4), tb_u(t, 68, 4);
	tb_u(t, 0x9050000, 8), tb_u(t, 1, 4), tb_u(t, 0, 36), tb_u(t, 0, 4);
	map(t, 0, 0x10000, 0, 48);
	/* 160: root complex of segment 2 */
	tb_u(t, 2 | 56 << 8 | 3u << 24, 4), tb_u(t, 3, 4), tb_u(t, 1, 4), tb_u(t, 36, 4);
	tb_u(t, 1, 4), tb_u(t, 0, 3), tb_u(t, 5, 1), tb_u(t, 1, 4), tb_u(t, 2, 4), tb_u(t, 48, 4);
	map(t, 0x100, 0x100, 0x1000, 72);
	/* 216: reserved memory */
	tb_u(t, 6 | 68 << 8 | 0u << 24, 4), tb_u(t, 4, 4), tb_u(t, 1, 4), tb_u(t, 48, 4);
	tb_u(t, 1, 4), tb_u(t, 1, 4), tb_u(t, 28, 4);
	tb_u(t, 0x8000000, 8), tb_u(t, 0x10000, 8), tb_u(t, 0, 4);
	map(t, 0, 1, 0x1001, 72);
}

static void test_iort(void **state)
{
	const struct vck_iort_node *n;
	struct vck_host *h;
	struct tb t;

	(void)state;
	make_iort(&t);
	h = parse(tb_end(&t));
	assert_int_equal(h->n_problems, 0);
	assert_int_equal(h->acpi.iort->n_nodes, 4);
	n = h->acpi.iort->nodes;
	assert_int_equal(n[1].type, VCK_IORT_SMMU_V3);
	assert_int_equal(n[1].offset, 72);
	assert_int_equal(n[1].base, 0x9050000);
	assert_int_equal(n[1].flags, 1);
	assert_int_equal(n[2].cca, 1);
	assert_int_equal(n[2].access_flags, 5);
	assert_int_equal(n[2].ats, 1);
	assert_int_equal(n[2].segment, 2);
	assert_int_equal(n[2].n_maps, 1);
	assert_int_equal(n[2].maps[0].count, 0x100);
	assert_int_equal(n[2].maps[0].target, 72);
	assert_int_equal(n[3].n_rmrs, 1);
	assert_int_equal(n[3].rmrs[0].length, 0x10000);
	vck_host_free(h);
	cut_everywhere(&t);
}

/* Mappings beyond their node, more nodes than there are, a first node far away. */
static void test_iort_bad(void **state)
{
	static const struct {
		size_t off;
		uint32_t value;
	} rows[] = { { 36, 9 }, { 36, UINT32_MAX }, { 40, 0xfffffff0 }, { 160 + 12, 0xffffffff },
		     { 160 + 8, 0xffffffff }, { 216 + 20, 0xffffffff }, { 216 + 24, 0xfffffff0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_host *h;
		struct tb t;

		make_iort(&t);
		tb_at(&t, rows[i].off, rows[i].value, 4);
		h = parse(tb_end(&t));
		assert_int_equal(h->acpi.tables[0].complete, VCK_NO);
		vck_host_free(h);
	}
}

static void test_viot(void **state)
{
	struct vck_host *h;
	struct tb t;

	(void)state;
	tb_begin(&t, "VIOT");
	tb_u(&t, 3, 2), tb_u(&t, 48, 2), tb_u(&t, 0, 8);
	tb_u(&t, 3, 2), tb_u(&t, 16, 2), tb_u(&t, 0, 2), tb_u(&t, 0x10, 2), tb_u(&t, 0, 8);
	tb_u(&t, 1, 2), tb_u(&t, 24, 2), tb_u(&t, 0x100, 4), tb_u(&t, 0, 2), tb_u(&t, 0, 2);
	tb_u(&t, 0, 2), tb_u(&t, 0xff, 2), tb_u(&t, 48, 2), tb_u(&t, 0, 6);
	tb_u(&t, 2, 2), tb_u(&t, 24, 2), tb_u(&t, 7, 4), tb_u(&t, 0xa000000, 8);
	tb_u(&t, 48, 2), tb_u(&t, 0, 6);
	h = parse(tb_end(&t));
	assert_int_equal(h->n_problems, 0);
	assert_int_equal(h->acpi.viot->n_nodes, 3);
	assert_int_equal(h->acpi.viot->nodes[0].bdf_start, 0x10);
	assert_int_equal(h->acpi.viot->nodes[1].bdf_end, 0xff);
	assert_int_equal(h->acpi.viot->nodes[1].output, 48);
	assert_int_equal(h->acpi.viot->nodes[2].base, 0xa000000);
	vck_host_free(h);
	cut_everywhere(&t);
}

static void test_rimt(void **state)
{
	struct vck_host *h;
	struct tb t;

	(void)state;
	tb_begin(&t, "RIMT");
	tb_u(&t, 3, 4), tb_u(&t, 48, 4), tb_u(&t, 0, 4);
	tb_u(&t, 0, 2), tb_u(&t, 40, 2), tb_u(&t, 0, 2), tb_u(&t, 0, 2);
	tb_raw(&t, "RSCV0004", 8), tb_u(&t, 0x3010000, 8), tb_u(&t, 0, 8);
	tb_u(&t, 0, 2), tb_u(&t, 8, 2), tb_u(&t, 0, 4);
	tb_u(&t, 1, 2), tb_u(&t, 40, 2), tb_u(&t, 0, 2), tb_u(&t, 1, 2);
	tb_u(&t, 1, 4), tb_u(&t, 0, 2), tb_u(&t, 4, 2), tb_u(&t, 20, 2), tb_u(&t, 1, 2);
	tb_u(&t, 0, 4), tb_u(&t, 0xffff, 4), tb_u(&t, 0, 4), tb_u(&t, 48, 4), tb_u(&t, 0, 4);
	tb_u(&t, 2, 2), tb_u(&t, 24, 2), tb_u(&t, 0, 2), tb_u(&t, 2, 2);
	tb_u(&t, 24, 2), tb_u(&t, 0, 2), tb_raw(&t, "\\_SB.DEV0\0\0\0", 12);
	h = parse(tb_end(&t));
	assert_int_equal(h->n_problems, 0);
	assert_int_equal(h->acpi.rimt->n_nodes, 3);
	assert_int_equal(h->acpi.rimt->nodes[0].base, 0x3010000);
	assert_int_equal(h->acpi.rimt->nodes[0].bdf, 8);
	assert_int_equal(h->acpi.rimt->nodes[1].segment, 4);
	assert_int_equal(h->acpi.rimt->nodes[1].maps[0].target, 48);
	assert_string_equal(h->acpi.rimt->nodes[2].name, "\\_SB.DEV0");
	vck_host_free(h);
	cut_everywhere(&t);
}

/* --- AML: what one byte string declares --- */

static void test_aml(void **state)
{
#define AML(s) s, sizeof(s) - 1
	static const struct {
		const char *aml;
		size_t len;
		const char *path; /* NULL: nothing found */
		enum vck_cca_kind kind;
		uint64_t value;
		bool damaged;
	} rows[] = {
		/* a Name without a value, then Device (DEV0) { Name (_CCA, form) } */
		{ AML("\x5b\x82\x10\\.DEV_DEV0\x08_CCA"), "\\DEV_.DEV0", VCK_CCA_OTHER, 0, false },
		{ AML("\x5b\x82\x0b" "DEV0\x08_CCA\x00"), "\\DEV0", VCK_CCA_NAME, 0, false },
		{ AML("\x5b\x82\x0b" "DEV0\x08_CCA\x01"), "\\DEV0", VCK_CCA_NAME, 1, false },
		{ AML("\x5b\x82\x0b" "DEV0\x08_CCA\xff"), "\\DEV0", VCK_CCA_NAME, UINT64_MAX, false },
		{ AML("\x5b\x82\x0c" "DEV0\x08_CCA\x0a\x0f"), "\\DEV0", VCK_CCA_NAME, 15, false },
		{ AML("\x5b\x82\x0d" "DEV0\x08_CCA\x0b\x34\x12"), "\\DEV0", VCK_CCA_NAME, 0x1234, false },
		{ AML("\x5b\x82\x0f" "DEV0\x08_CCA\x0c\x02\x00\x00\x80"), "\\DEV0", VCK_CCA_NAME,
		  0x80000002, false },
		{ AML("\x5b\x82\x13" "DEV0\x08_CCA\x0e\x01\x00\x00\x00\x00\x00\x00\x80"), "\\DEV0",
		  VCK_CCA_NAME, 0x8000000000000001ull, false },
		{ AML("\x5b\x82\x0d" "DEV0\x08_CCA\x0d" "1\x00"), "\\DEV0", VCK_CCA_OTHER, 0, false },
		/* Qualcomm's: PkgLength 08 makes Method look like Name (_CCA, Zero) */
		{ AML("\x5b\x82\x0e" "DEV0\x14\x08_CCA\x00\xa4\x01"), "\\DEV0", VCK_CCA_METHOD_CONST,
		  1, false },
		{ AML("\x5b\x82\x0f" "DEV0\x14\x09_CCA\x00\xa4\x0a\x00"), "\\DEV0",
		  VCK_CCA_METHOD_CONST, 0, false },
		{ AML("\x5b\x82\x0e" "DEV0\x14\x08_CCA\x00\xa4\x60"), "\\DEV0", VCK_CCA_METHOD, 0, false },
		/* the same bytes inside of another method are nothing */
		{ AML("\x14\x0c" "MTHD\x00\x08_CCA\x00"), NULL, VCK_CCA_NAME, 0, false },
		/* in a buffer, a package and a string neither */
		{ AML("\x08" "BUF0\x11\x09\x0a\x06\x08_CCA\x00"), NULL, VCK_CCA_NAME, 0, false },
		{ AML("\x08" "PKG0\x12\x08\x01\x08_CCA\x00"), NULL, VCK_CCA_NAME, 0, false },
		{ AML("\x08" "STR0\x0d" "x\x08_CCA\x00\x5b\x82\x0b" "DEV1\x08_CCA\x01"), "\\DEV1",
		  VCK_CCA_NAME, 1, false },
		/* names from elsewhere: absolute, parent prefix, several segments */
		{ AML("\x08\\.DEV0_CCA\x01"), "\\DEV0", VCK_CCA_NAME, 1, false },
		{ AML("\x5b\x82\x0c" "DEV0\x08^_CCA\x01"), "\\", VCK_CCA_NAME, 1, false },
		{ AML("\x5b\x82\x10" "DEV0\x08.DEV1_CCA\x01"), "\\DEV0.DEV1", VCK_CCA_NAME, 1, false },
		{ AML("\x08/\x03_SB_DEV0_CCA\x01"), "\\_SB_.DEV0", VCK_CCA_NAME, 1, false },
		{ AML("\x08^^^_CCA\x01"), NULL, VCK_CCA_NAME, 0, false },
		/* a scope by one name is searched upwards: _SB of the root */
		{ AML("\x5b\x82\x11" "DEV0\x10\x0b_SB_\x08_CCA\x00"), "\\_SB_", VCK_CCA_NAME, 0, false },
		/* If: constants decide, other predicates leave it open */
		{ AML("\xa0\x0f\x01\x5b\x82\x0b" "DEV0\x08_CCA\x00"), "\\DEV0", VCK_CCA_NAME, 0, false },
		{ AML("\xa0\x0f\x00\x5b\x82\x0b" "DEV0\x08_CCA\x00"), NULL, VCK_CCA_NAME, 0, false },
		{ AML("\xa0\x0f\x00\x5b\x82\x0b" "DEV0\x08_CCA\x00\xa1\x0e\x5b\x82\x0b" "DEV1\x08_CCA\x01"),
		  "\\DEV1", VCK_CCA_NAME, 1, false },
		{ AML("\x5b\x82\x11" "DEV0\xa0\x0b" "COND\x08_CCA\x01"), "\\DEV0", VCK_CCA_OTHER, 0, false },
		{ AML("\x5b\x82\x10" "DEV0\xa0\x0b" "COND\x08_CCA\x01"), NULL, VCK_CCA_NAME, 0, true },
		{ AML("\xa0\x12" "COND\x5b\x82\x0b" "DEV0\x08_CCA\x01"), "\\DEV0", VCK_CCA_NAME, 1, false },
		/* processors, power resources, thermal zones hold fixed bytes first */
		{ AML("\x5b\x83\x11" "CPU0\x01\x10\x08\x00\x00\x06\x08_CCA\x01"), "\\CPU0", VCK_CCA_NAME, 1, false },
		{ AML("\x5b\x84\x0e" "PWR0\x00\x00\x00\x08_CCA\x01"), "\\PWR0", VCK_CCA_NAME, 1, false },
		/* other declarations in front are stepped over */
		{ AML("\x5b\x80REG0\x00\x0b\x00\x10\x0a\x10\x5b\x81\x0bREG0\x01_CCA\x08"
		      "\x5b\x82\x0b" "DEV0\x08_CCA\x01"), "\\DEV0", VCK_CCA_NAME, 1, false },
		{ AML("\x15\\_CCA\x01\x00\x5b\x01MTX0\x08\x06" "DEVADEVB\x5b\x82\x0b" "DEV0\x08_CCA\x01"),
		  "\\DEV0", VCK_CCA_NAME, 1, false },
		{ AML("\x06" "DEVA_CCA"), "\\", VCK_CCA_OTHER, 0, false },
		/* a package that ends beyond its parent; a byte that is no opcode; a name of digits */
		{ AML("\x5b\x82\x3f" "DEV0\x08_CCA\x01"), NULL, VCK_CCA_NAME, 0, true },
		{ AML("\x5b\x82\x0c" "DEV0\xf3\x08_CCA\x01"), NULL, VCK_CCA_NAME, 0, true },
		{ AML("\x08" "0CCA\x01"), NULL, VCK_CCA_NAME, 0, true },
		{ AML("\x5b\x82\x00"), NULL, VCK_CCA_NAME, 0, true },
		{ AML("\x5b"), NULL, VCK_CCA_NAME, 0, true },
	};
#undef AML

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_host *h;
		struct tb t;

		tb_begin(&t, "DSDT");
		tb_raw(&t, rows[i].aml, rows[i].len);
		h = parse(tb_end(&t));
		if (h->acpi.n_ccas != (rows[i].path != NULL) ||
		    (h->acpi.tables[0].complete == VCK_NO) != rows[i].damaged)
			fail_msg("row %zu: %zu found, complete %d: %s", i, h->acpi.n_ccas,
				 h->acpi.tables[0].complete,
				 h->n_problems ? h->problems[0].unknown : "");
		if (rows[i].path) {
			assert_string_equal(h->acpi.ccas[0].path, rows[i].path);
			assert_int_equal(h->acpi.ccas[0].kind, rows[i].kind);
			if (rows[i].kind < VCK_CCA_METHOD)
				assert_true(h->acpi.ccas[0].value == rows[i].value);
		}
		vck_host_free(h);
	}
}

/* Scopes nested deeper than any firmware does: an end, not a crash. */
static void test_aml_deep(void **state)
{
	struct vck_host *h;
	struct tb t;

	(void)state;
	tb_begin(&t, "DSDT");
	for (unsigned n = 200; n; n--) {
		size_t len = 6 * n; /* of this If and all inside: lead byte, predicate of 4 */

		tb_u(&t, 0xa0, 1);
		if (len < 64) {
			tb_u(&t, len - 1, 1);
			tb_raw(&t, "COND", 4);
		} else {
			tb_u(&t, 0x40 | (len & 15), 1);
			tb_u(&t, len >> 4, 1);
			tb_raw(&t, "\\", 1);
			tb_u(&t, 0, 1);
		}
	}
	h = parse(tb_end(&t));
	assert_int_equal(h->acpi.tables[0].complete, VCK_NO);
	vck_host_free(h);
}

/* --- device trees --- */

static void be32(struct tb *t, uint32_t v)
{
	for (int s = 24; s >= 0; s -= 8)
		tb_u(t, v >> s & 0xff, 1);
}

static void begin(struct tb *t, const char *name)
{
	be32(t, 1);
	tb_raw(t, name, strlen(name) + 1);
	while (t->len % 4)
		tb_u(t, 0, 1);
}

static void prop(struct tb *t, uint32_t name, uint32_t v, unsigned len)
{
	be32(t, 3);
	be32(t, len);
	be32(t, name);
	if (len)
		be32(t, v);
}

static void make_fdt(struct tb *t)
{
	static const char strings[] = "phandle\0dma-coherent\0model";

	*t = (struct tb){ 0 };
	for (int i = 0; i < 10; i++)
		be32(t, 0);
	begin(t, "");
	prop(t, 8, 0, 0); /* dma-coherent */
	begin(t, "soc");
	prop(t, 0, 7, 4); /* phandle */
	prop(t, 21, 0, 4); /* model: nobody reads it */
	begin(t, "pcie@1000");
	be32(t, 2);
	begin(t, "usb@2000");
	be32(t, 2);
	be32(t, 2);
	be32(t, 2);
	be32(t, 9);
	size_t structs = 40, end = t->len;
	tb_raw(t, strings, sizeof(strings));
	size_t len = t->len;
	t->len = 0;
	be32(t, 0xd00dfeed);
	be32(t, (uint32_t)len);
	be32(t, (uint32_t)structs);
	be32(t, (uint32_t)end);
	be32(t, 0);
	be32(t, 17);
	be32(t, 16);
	be32(t, 0);
	be32(t, sizeof(strings));
	be32(t, (uint32_t)(end - structs));
	t->len = len;
}

static void test_fdt(void **state)
{
	struct vck_host *h = vck_host_new();
	struct vck_dt_node *n;
	struct tb t;

	(void)state;
	make_fdt(&t);
	assert_int_equal(vck_fdt_read(h, "t", (struct vck_bytes){ t.data, t.len }), 0);
	assert_int_equal(h->n_problems, 0);
	assert_int_equal(h->dt.n_nodes, 4);
	assert_non_null(vck_dt_prop(h->dt.root, "dma-coherent"));
	n = vck_dt_find_path(&h->dt, "/soc/usb@2000");
	assert_non_null(n);
	assert_string_equal(n->path, "/soc/usb@2000");
	assert_ptr_equal(n->parent, vck_dt_find_phandle(&h->dt, 7));
	assert_int_equal(n->parent->n_props, 1);
	vck_host_free(h);
}

/* Every cut of the blob, and every byte of it turned into ones. */
static void test_fdt_bad(void **state)
{
	struct tb t;

	(void)state;
	make_fdt(&t);
	for (size_t n = 0; n < 2 * t.len; n++) {
		struct vck_host *h = vck_host_new();
		size_t len = n < t.len ? n : t.len;
		uint8_t *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, t.data, len);
		if (n >= t.len)
			copy[n - t.len] ^= 0xff;
		assert_int_equal(vck_fdt_read(h, "t", (struct vck_bytes){ copy, len }), 0);
		if (n < t.len)
			assert_true(h->n_problems > 0);
		free(copy);
		vck_host_free(h);
	}
}

/* --- acpidump text --- */

static void test_acpidump(void **state)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	struct vck_host *h = vck_host_new();
	struct vck_bytes b;
	struct vck_buf text = { 0 };
	struct tb t;

	(void)state;
	make_dmar(&t);
	b = tb_end(&t);
	vck_buf_adds(&text, "some words of a mail\nFACS @ 0x00000000\n  0000: 46 41\n\n");
	vck_buf_adds(&text, "DMAR @ 0x000000007a5e1000\r\n");
	for (size_t i = 0; i < b.len; i += 16) {
		vck_buf_addf(&text, "  %04zX:", i);
		for (size_t k = i; k < i + 16 && k < b.len; k++)
			vck_buf_addf(&text, " %02X", b.data[k]);
		vck_buf_adds(&text, "  0xed....\r\n");
	}
	assert_int_equal(vck_firmware_file(h, "dump",
					   (struct vck_bytes){ (uint8_t *)text.data, text.len },
					   &scopes),
			 1);
	assert_int_equal(h->n_problems, 0);
	assert_non_null(h->acpi.dmar);
	assert_int_equal(h->acpi.dmar->n_rmrrs, 1);
	assert_string_equal(h->acpi.tables[0].path, "dump:DMAR");
	vck_host_free(h);
	vck_buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dmar),	 cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_checksum), cmocka_unit_test(test_ivrs),
		cmocka_unit_test(test_ivhd_types),
		cmocka_unit_test(test_iort),	 cmocka_unit_test(test_iort_bad),
		cmocka_unit_test(test_viot),	 cmocka_unit_test(test_rimt),
		cmocka_unit_test(test_aml),	 cmocka_unit_test(test_aml_deep),
		cmocka_unit_test(test_fdt),	 cmocka_unit_test(test_fdt_bad),
		cmocka_unit_test(test_acpidump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
