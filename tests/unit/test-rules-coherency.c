// SPDX-License-Identifier: GPL-2.0-or-later
/* Coherency and what firmware says of IOMMUs: the answer follows the kernel on each
 * architecture and each source of evidence; missing evidence is "unknown"; every rule of
 * the family passes in one case and fails in another. Hosts are made in memory. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "check/engine.h"
#include "check/tables.h"
#include "source/fdt.h"

struct made {
	struct vck_host *h;
	struct vck_device *d;
};

static struct made make(enum vck_arch arch)
{
	struct made m = { .h = vck_host_new() };

	assert_non_null(m.h);
	m.h->arch = arch;
	m.h->arch_name = vck_arch_name(arch);
	m.h->release = "6.12.0";
	m.h->kver = VCK_KVER(6, 12);
	m.h->have = VCK_EV_KERNEL | VCK_EV_ARCH | VCK_EV_ACPI | VCK_EV_DT | VCK_EV_UNITS |
		    VCK_EV_GROUPS | VCK_EV_VIRTIO;
	m.d = vck_host_add_device(m.h, "0000:01:00.0");
	assert_non_null(m.d);
	m.d->bdf = (struct vck_bdf){ 0, 1, 0, 0 };
	m.d->have = VCK_EV_PATH | VCK_EV_FIRMWARE_NODE | VCK_EV_GROUP;
	return m;
}

/* The finding @id of the device or the host. */
static const struct vck_finding *finding(const struct made *m, const char *id)
{
	for (size_t i = 0; i < m->d->n_findings; i++) {
		if (streq(m->d->findings[i].rule->id, id))
			return &m->d->findings[i];
	}
	for (size_t i = 0; i < m->h->n_findings; i++) {
		if (streq(m->h->findings[i].rule->id, id))
			return &m->h->findings[i];
	}
	fail_msg("no rule %s", id);
	return NULL;
}

static void check(const struct made *m, const char *id, enum vck_result expected)
{
	const struct vck_finding *f = finding(m, id);

	if (f->result != expected)
		fail_msg("%s: %d, not %d: %s", id, f->result, expected, f->summary);
}

static void add_cca(struct made *m, const char *path, enum vck_cca_kind kind, uint64_t value)
{
	struct vck_acpi *a = &m->h->acpi;

	assert_int_equal(vck_arena_grow(&m->h->arena, &a->ccas, a->n_ccas, &a->cap_ccas,
					sizeof(*a->ccas)),
			 0);
	a->ccas[a->n_ccas++] = (struct vck_cca){ path, kind, value, "DSDT", 0x40 };
}

static void acpi(struct made *m)
{
	m->h->acpi.present = VCK_YES;
	m->h->acpi.cca_known = VCK_YES;
	m->d->bridge_acpi_path = "\\_SB_.PC00";
}

static void test_acpi(void **state)
{
	static const struct {
		enum vck_arch arch;
		const char *outer, *inner; /* value of _CCA at \_SB_ and at \_SB_.PC00 */
		bool known;
		enum vck_tri expected;
		const char *source;
		enum vck_result device, missing;
	} rows[] = {
		{ VCK_ARCH_AARCH64, NULL, "1", true, VCK_YES, "acpi", VCK_RESULT_PASS, VCK_RESULT_PASS },
		{ VCK_ARCH_AARCH64, NULL, "0", true, VCK_NO, "acpi", VCK_RESULT_FAIL, VCK_RESULT_PASS },
		{ VCK_ARCH_AARCH64, NULL, "15", true, VCK_YES, "acpi", VCK_RESULT_PASS, VCK_RESULT_PASS },
		/* one bit is all that the kernel keeps */
		{ VCK_ARCH_AARCH64, NULL, "2", true, VCK_NO, "acpi", VCK_RESULT_FAIL, VCK_RESULT_PASS },
		/* the outermost decides */
		{ VCK_ARCH_AARCH64, "1", "0", true, VCK_YES, "acpi", VCK_RESULT_PASS, VCK_RESULT_PASS },
		{ VCK_ARCH_AARCH64, "0", "1", true, VCK_NO, "acpi", VCK_RESULT_FAIL, VCK_RESULT_PASS },
		{ VCK_ARCH_AARCH64, "m", "1", true, VCK_UNKNOWN, "acpi", VCK_RESULT_UNKNOWN, VCK_RESULT_PASS },
		/* nothing anywhere */
		{ VCK_ARCH_AARCH64, NULL, NULL, true, VCK_UNKNOWN, NULL, VCK_RESULT_UNKNOWN, VCK_RESULT_FAIL },
		{ VCK_ARCH_X86_64, NULL, NULL, true, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
		{ VCK_ARCH_RISCV64, NULL, NULL, true, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
		{ VCK_ARCH_UNKNOWN, NULL, NULL, true, VCK_UNKNOWN, NULL, VCK_RESULT_UNKNOWN, VCK_RESULT_NA },
		/* tables that could not be read are no answer, whatever was found */
		{ VCK_ARCH_AARCH64, NULL, "1", false, VCK_UNKNOWN, NULL, VCK_RESULT_UNKNOWN, VCK_RESULT_UNKNOWN },
		{ VCK_ARCH_RISCV64, NULL, NULL, false, VCK_UNKNOWN, NULL, VCK_RESULT_UNKNOWN, VCK_RESULT_NA },
		{ VCK_ARCH_RISCV64, NULL, "0", true, VCK_NO, "acpi", VCK_RESULT_FAIL, VCK_RESULT_NA },
		{ VCK_ARCH_RISCV64, NULL, "1", true, VCK_YES, "acpi", VCK_RESULT_PASS, VCK_RESULT_NA },
		/* no ARCH_HAS_SYNC_DMA_FOR_*: dev_is_dma_coherent() is true, whatever firmware says */
		{ VCK_ARCH_X86_64, NULL, "0", true, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
		{ VCK_ARCH_X86_64, "0", "1", true, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
		{ VCK_ARCH_X86_64, NULL, "m", true, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
		{ VCK_ARCH_X86_64, NULL, NULL, false, VCK_YES, "architecture", VCK_RESULT_PASS, VCK_RESULT_NA },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = make(rows[i].arch);
		const char *const value[] = { rows[i].outer, rows[i].inner };

		acpi(&m);
		m.h->acpi.cca_known = vck_tri(rows[i].known);
		for (int k = 0; k < 2; k++) {
			uint64_t v = 0;

			int r;

			if (!value[k])
				continue;
			r = vck_parse_u64(value[k], 10, 99, &v);
			add_cca(&m, k ? "\\_SB_.PC00" : "\\_SB_",
				r < 0 ? VCK_CCA_METHOD : VCK_CCA_NAME, v);
		}
		assert_int_equal(vck_check(m.h), 0);
		if (m.d->coherent != rows[i].expected || !streq0(m.d->coherency_source, rows[i].source))
			fail_msg("row %zu: %d by %s", i, m.d->coherent, m.d->coherency_source);
		check(&m, "coherency.device", rows[i].device);
		check(&m, "coherency.cca-missing", rows[i].missing);
		assert_true(m.d->n_steps > 0);
		vck_host_free(m.h);
	}
}

static struct vck_dt_node *node(struct made *m, struct vck_dt_node *parent, const char *name)
{
	struct vck_dt_node *last = parent ? parent->child : NULL, *n;

	while (last && last->next)
		last = last->next;
	n = vck_dt_add_node(m->h, parent, last, name);
	assert_non_null(n);
	return n;
}

static void prop(struct made *m, struct vck_dt_node *n, const char *name, const void *data,
		 size_t len)
{
	size_t cap = n->n_props; /* full: it is copied each time */

	assert_int_equal(vck_dt_add_prop(m->h, n, &cap, name,
					 (struct vck_bytes){ data, len }),
			 0);
}

static void test_dt(void **state)
{
	static const struct {
		enum vck_arch arch;
		unsigned kver;
		const char *on_root, *on_soc, *on_pcie, *on_noc;
		bool dma_mem;
		enum vck_tri expected;
		const char *node;
	} rows[] = {
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), NULL, NULL, "dma-coherent", NULL, false, VCK_YES, "/soc/pcie@1000" },
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), NULL, "dma-coherent", NULL, NULL, false, VCK_YES, "/soc" },
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), "dma-coherent", NULL, "dma-noncoherent", NULL, false, VCK_NO, "/soc/pcie@1000" },
		{ VCK_ARCH_AARCH64, VCK_KVER(5, 10), "dma-coherent", NULL, "dma-noncoherent", NULL, false, VCK_YES, "/" },
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), NULL, NULL, NULL, NULL, false, VCK_NO, NULL },
		{ VCK_ARCH_RISCV64, VCK_KVER(6, 12), NULL, NULL, NULL, NULL, false, VCK_YES, NULL },
		{ VCK_ARCH_RISCV64, VCK_KVER(6, 12), NULL, "dma-noncoherent", NULL, NULL, false, VCK_NO, "/soc" },
		{ VCK_ARCH_X86_64, VCK_KVER(6, 12), NULL, "dma-noncoherent", NULL, NULL, false, VCK_YES, NULL },
		{ VCK_ARCH_UNKNOWN, VCK_KVER(6, 12), NULL, NULL, NULL, NULL, false, VCK_UNKNOWN, NULL },
		/* the interconnect named dma-mem is the DMA parent, not the node above */
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), NULL, "dma-coherent", NULL, NULL, true, VCK_NO, NULL },
		{ VCK_ARCH_AARCH64, VCK_KVER(6, 12), NULL, NULL, NULL, "dma-coherent", true, VCK_YES, "/noc@2000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = make(rows[i].arch);
		struct vck_dt_node *root = node(&m, NULL, ""), *soc = node(&m, root, "soc"),
				   *pcie = node(&m, soc, "pcie@1000"), *noc = node(&m, root, "noc@2000");

		m.h->kver = rows[i].kver;
		if (rows[i].on_root)
			prop(&m, root, rows[i].on_root, NULL, 0);
		if (rows[i].on_soc)
			prop(&m, soc, rows[i].on_soc, NULL, 0);
		if (rows[i].on_pcie)
			prop(&m, pcie, rows[i].on_pcie, NULL, 0);
		if (rows[i].on_noc)
			prop(&m, noc, rows[i].on_noc, NULL, 0);
		prop(&m, noc, "phandle", "\0\0\0\x05", 4);
		prop(&m, noc, "#interconnect-cells", "\0\0\0\x01", 4);
		if (rows[i].dma_mem) {
			prop(&m, pcie, "interconnect-names", "other\0dma-mem", 14);
			prop(&m, pcie, "interconnects", "\0\0\0\x05\0\0\0\x01\0\0\0\x05\0\0\0\x02", 16);
		}
		assert_int_equal(vck_dt_finish(m.h), 0);
		m.h->dt.complete = VCK_YES;
		m.d->bridge_of_node = pcie;
		assert_int_equal(vck_check(m.h), 0);
		if (m.d->coherent != rows[i].expected || !streq0(m.d->coherency_node, rows[i].node))
			fail_msg("row %zu: %d at %s", i, m.d->coherent, m.d->coherency_node);
		vck_host_free(m.h);
	}
}

/* _CCA of an architecture that knows no other DMA: shown, and not what decides. */
static void test_always_coherent(void **state)
{
	static const struct {
		const char *arch;
		enum vck_tri expected;
	} rows[] = {
		{ "x86_64", VCK_YES }, { "i686", VCK_YES },	{ "loongarch64", VCK_YES },
		{ "s390x", VCK_YES },  { "ppc64le", VCK_YES },	{ "riscv64", VCK_NO },
		{ "aarch64", VCK_NO }, { "armv7l", VCK_NO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = make(vck_arch_parse(rows[i].arch));
		const struct vck_coherency_step *last;
		bool shown = false;

		m.h->arch_name = rows[i].arch;
		acpi(&m);
		add_cca(&m, "\\_SB_.PC00", VCK_CCA_NAME, 0);
		assert_int_equal(vck_check(m.h), 0);
		if (m.d->coherent != rows[i].expected)
			fail_msg("%s: %d", rows[i].arch, m.d->coherent);
		for (size_t k = 0; k < m.d->n_steps; k++) {
			const struct vck_coherency_step *s = &m.d->steps[k];

			shown |= streq0(s->property, "_CCA") && streq(s->value, "0x0") &&
				 s->decides == (rows[i].expected == VCK_NO);
		}
		last = &m.d->steps[m.d->n_steps - 1];
		if (!shown || !last->decides)
			fail_msg("%s: _CCA not in the chain as it counts", rows[i].arch);
		vck_host_free(m.h);
	}
}

/* DMA parents in a circle and phandles that lead nowhere: an answer or "unknown". */
static void test_dt_circle(void **state)
{
	struct made m = make(VCK_ARCH_AARCH64);
	struct vck_dt_node *root = node(&m, NULL, ""), *a = node(&m, root, "a");

	(void)state;
	prop(&m, a, "phandle", "\0\0\0\x01", 4);
	prop(&m, a, "#interconnect-cells", "\0\0\0\0", 4);
	prop(&m, a, "interconnect-names", "dma-mem", 8);
	prop(&m, a, "interconnects", "\0\0\0\x01", 4);
	assert_int_equal(vck_dt_finish(m.h), 0);
	m.h->dt.complete = VCK_YES;
	m.d->bridge_of_node = a;
	assert_int_equal(vck_check(m.h), 0);
	assert_int_equal(m.d->coherent, VCK_UNKNOWN);
	vck_host_free(m.h);
}

/* --- IORT --- */

static void add_iort(struct made *m, uint32_t cca, uint32_t smmu_flags, uint8_t access)
{
	static const struct vck_iort_map map = { 0, 0x10000, 0, 72, 0 };
	struct vck_iort_node *n = vck_arena_calloc(&m->h->arena, 2, sizeof(*n));
	struct vck_iort *t = vck_arena_alloc(&m->h->arena, sizeof(*t));

	assert_non_null(n);
	assert_non_null(t);
	n[0] = (struct vck_iort_node){ .offset = 72, .type = VCK_IORT_SMMU_V3, .base = 0x9050000,
				       .flags = smmu_flags };
	n[1] = (struct vck_iort_node){ .offset = 160, .type = VCK_IORT_ROOT_COMPLEX, .cca = cca,
				       .access_flags = access,
				       .maps = vck_arena_memdup(&m->h->arena, &map, sizeof(map)),
				       .n_maps = 1 };
	t->nodes = n;
	t->n_nodes = 2;
	m->h->acpi.iort = t;
}

static void test_iort(void **state)
{
	static const struct {
		uint32_t cca, smmu;
		uint64_t acpi;
		enum vck_result mismatch, smmu_result;
	} rows[] = {
		{ 1, 1, 1, VCK_RESULT_PASS, VCK_RESULT_PASS },
		{ 1, 0, 0, VCK_RESULT_FAIL, VCK_RESULT_FAIL },
		{ 0, 1, 1, VCK_RESULT_FAIL, VCK_RESULT_PASS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = make(VCK_ARCH_AARCH64);

		acpi(&m);
		add_cca(&m, "\\_SB_.PC00", VCK_CCA_NAME, rows[i].acpi);
		add_iort(&m, rows[i].cca, rows[i].smmu, i == 0 ? 4 : 0);
		assert_int_equal(vck_check(m.h), 0);
		check(&m, "coherency.iort-cca-mismatch", rows[i].mismatch);
		check(&m, "coherency.smmu-firmware", rows[i].smmu_result);
		/* nobody drives it here */
		check(&m, "firmware.iommu-unused", VCK_RESULT_FAIL);
		assert_int_equal(m.h->n_units, 1);
		assert_string_equal(m.h->units[0]->name, "smmu3.0x0000000009050000");
		assert_false(m.h->units[0]->active);
		assert_ptr_equal(m.d->unit, m.h->units[0]);
		assert_true(m.d->unit_from_tables);
		assert_int_equal(vck_tables_canwbs(m.h, m.d), i == 0 ? VCK_YES : VCK_NO);
		assert_int_equal(vck_tables_isolated_msi(m.h, m.d), VCK_NO);
		/* before 6.3 all controllers count: v2m frames may be there, or none */
		m.h->kver = VCK_KVER(6, 1);
		assert_int_equal(vck_tables_isolated_msi(m.h, m.d), VCK_UNKNOWN);
		m.h->acpi.iort->nodes[0].type = VCK_IORT_ITS; /* of nobody */
		assert_int_equal(vck_tables_isolated_msi(m.h, m.d), VCK_YES);
		vck_host_free(m.h);
	}
}

/* Reserved memory of an RMR node: kernels from 6.0 on read it, of tables from revision 5 on, and
 * for PCI functions only where a _DSM of the host bridge keeps firmware's configuration
 * (iort_rmr_has_dev), which is not read. */
static void test_rmr(void **state)
{
	static const struct {
		const char *release;
		uint8_t revision;
		enum vck_tri known;
		uint32_t flags;
		size_t n;
	} rows[] = {
		{ "6.12.117", 5, VCK_UNKNOWN, 0, 0 }, { "6.0.0", 7, VCK_UNKNOWN, 0, 0 },
		{ NULL, 5, VCK_UNKNOWN, 0, 0 },	      { "5.10.262", 5, VCK_YES, 0, 0 },
		{ "6.12.117", 3, VCK_YES, 0, 0 },
		/* IORT, RMR flags bit 0, remapping permitted: it refuses nobody */
		{ "6.12.117", 5, VCK_YES, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct made m = make(VCK_ARCH_AARCH64);
		struct vck_acpi_table table = { .signature = "IORT", .read = VCK_YES,
						.complete = VCK_YES, .revision = rows[i].revision };
		struct vck_iort_map map = { 0, 0x10000, 0, 72, 0 };
		struct vck_iort_rmr memory = { 0x10000, 0x10000 };
		struct vck_iort_node *n;
		struct vck_region *regions = NULL;
		size_t got = 0;

		acpi(&m);
		add_iort(&m, 1, 1, 0);
		n = vck_arena_calloc(&m.h->arena, 3, sizeof(*n));
		assert_non_null(n);
		memcpy(n, m.h->acpi.iort->nodes, 2 * sizeof(*n));
		n[2] = (struct vck_iort_node){ .offset = 240, .type = VCK_IORT_RMR,
					       .maps = &map, .n_maps = 1, .rmrs = &memory,
					       .n_rmrs = 1, .flags = rows[i].flags };
		m.h->acpi.iort->nodes = n;
		m.h->acpi.iort->n_nodes = 3;
		m.h->acpi.tables = &table;
		m.h->acpi.n_tables = 1;
		m.h->kver = rows[i].release ? vck_kver_parse(rows[i].release) : 0;
		assert_int_equal(vck_tables_regions(m.h, m.d, &regions, &got), rows[i].known);
		assert_int_equal(got, rows[i].n);
		vck_host_free(m.h);
	}
}

/* A unit that the kernel drives is joined by its base, and the link is compared. */
static void test_kernel_unit(void **state)
{
	for (int agree = 0; agree < 2; agree++) {
		struct made m = make(VCK_ARCH_AARCH64);
		struct vck_unit *u;

		acpi(&m);
		add_cca(&m, "\\_SB_.PC00", VCK_CCA_NAME, 1);
		add_iort(&m, 1, 1, 0);
		u = vck_host_add_unit(m.h, "smmu3.0x0000000009050000");
		assert_non_null(u);
		u->active = true;
		u->driver = VCK_IOMMU_SMMU_V3;
		u->base = 0x9050000;
		m.d->has_iommu_link = true;
		m.d->unit = u;
		if (!agree) {
			u = vck_host_add_unit(m.h, "smmu3.0x0000000008000000");
			u->active = true;
			u->driver = VCK_IOMMU_SMMU_V3;
			u->base = 0x8000000;
			m.d->unit = u;
		}
		assert_int_equal(vck_check(m.h), 0);
		assert_int_equal(m.h->n_units, agree ? 1 : 2);
		assert_int_equal(m.h->units[0]->table_offset, 72);
		assert_int_equal(m.h->units[0]->coherent_walk, VCK_YES);
		check(&m, "firmware.unit-mismatch", agree ? VCK_RESULT_PASS : VCK_RESULT_FAIL);
		check(&m, "firmware.iommu-unused", VCK_RESULT_PASS);
		vck_host_free(m.h);
	}
	(void)state;
}

/* --- DMAR --- */

/* 0000:00:1c.0 above the function. */
static void put_below_port(struct made *m)
{
	struct vck_device *port = vck_host_add_device(m->h, "0000:00:1c.0");

	acpi(m);
	assert_non_null(port);
	port->bdf = (struct vck_bdf){ 0, 0, 0x1c, 0 };
	port->have = m->d->have;
	m->d->upstream = port;
}

/* A function below a root port; reserved memory whose scope names the bridge. */
static void test_dmar(void **state)
{
	static const uint8_t port_path[] = { 0x1c, 0 }, other[] = { 0x1d, 0 };
	struct made m = make(VCK_ARCH_X86_64);
	struct vck_dmar_scope bridge = { .type = 2, .path = port_path, .n_path = 1 };
	struct vck_dmar_scope elsewhere = { .type = 2, .path = other, .n_path = 1 };
	struct vck_dmar_unit units[] = {
		{ .offset = 48, .base = 0xfed90000, .scopes = &elsewhere, .n_scopes = 1 },
		{ .offset = 72, .base = 0xfed91000, .flags = 1 },
	};
	struct vck_dmar_rmrr rmrrs[] = {
		{ .offset = 88, .start = 0x1000, .end = 0x1fff, .scopes = &elsewhere, .n_scopes = 1 },
		{ .offset = 120, .start = 0x7f000000, .end = 0x7f0fffff, .scopes = &bridge, .n_scopes = 1 },
	};
	struct vck_dmar dmar = { .units = units, .n_units = 2, .rmrrs = rmrrs, .n_rmrrs = 2 };
	struct vck_region *regions = NULL;
	size_t n = 0;

	(void)state;
	put_below_port(&m);
	m.h->acpi.dmar = &dmar;
	assert_int_equal(vck_derive_table_units(m.h), 0);
	assert_int_equal(m.h->n_units, 2);
	assert_string_equal(m.d->unit->name, "dmar1");
	assert_int_equal(vck_tables_regions(m.h, m.d, &regions, &n), VCK_YES);
	assert_int_equal(n, 1);
	assert_int_equal(regions[0].start, 0x7f000000);
	assert_string_equal(regions[0].type, "direct");
	m.d->class = 0x030000;
	assert_int_equal(vck_tables_regions(m.h, m.d, &regions, &n), VCK_YES);
	assert_string_equal(regions[0].type, "direct-relaxable");
	/* a table that is there and could not be read: no answer */
	m.h->acpi.tables = &(struct vck_acpi_table){ .signature = "IVRS", .read = VCK_NO };
	m.h->acpi.n_tables = 1;
	assert_int_equal(vck_tables_regions(m.h, m.d, &regions, &n), VCK_UNKNOWN);
	vck_host_free(m.h);
}

/* A small table could otherwise ask for more memory than there is: each region of each function. */
static void test_many_regions(void **state)
{
	static const uint8_t path[] = { 0x1c, 0 };
	struct made m = make(VCK_ARCH_X86_64);
	struct vck_dmar_scope bridge = { .type = 2, .path = path, .n_path = 1 };
	struct vck_dmar_rmrr rmrrs[4096];
	struct vck_dmar dmar = { .rmrrs = rmrrs, .n_rmrrs = ARRAY_SIZE(rmrrs) };
	struct vck_region *regions = NULL;
	size_t n = 0, asked = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rmrrs); i++)
		rmrrs[i] = (struct vck_dmar_rmrr){ .start = i << 12, .end = i << 12 | 4095,
						   .scopes = &bridge, .n_scopes = 1 };
	put_below_port(&m);
	m.h->acpi.dmar = &dmar;
	assert_int_equal(vck_derive_table_units(m.h), 0);
	while (asked < 1000 && vck_tables_regions(m.h, m.d, &regions, &n) == VCK_YES) {
		assert_int_equal(n, ARRAY_SIZE(rmrrs));
		asked++;
	}
	assert_in_range(asked, 500, 600);
	vck_host_free(m.h);
}

/* --- virtio-mmio --- */

static void test_virtio_mmio(void **state)
{
	static const struct {
		bool platform;
		const char *property;
		enum vck_result expected;
	} rows[] = {
		{ true, "dma-coherent", VCK_RESULT_PASS },
		{ true, NULL, VCK_RESULT_FAIL },
		{ false, NULL, VCK_RESULT_PASS },
		{ false, "dma-coherent", VCK_RESULT_FAIL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char features[65];
		struct vck_virtio v = { .name = "virtio0", .features = features,
					.driver = "virtio_net" };
		struct made m = make(VCK_ARCH_AARCH64);
		struct vck_dt_node *root = node(&m, NULL, ""),
				   *n = node(&m, root, "virtio_mmio@a000000");

		memset(features, '0', 64);
		features[64] = '\0';
		features[33] = rows[i].platform ? '1' : '0';
		if (rows[i].property)
			prop(&m, n, rows[i].property, NULL, 0);
		assert_int_equal(vck_dt_finish(m.h), 0);
		m.h->dt.complete = VCK_YES;
		m.d->bus = VCK_BUS_PLATFORM;
		m.d->address = "a000000.virtio_mmio";
		m.d->have |= VCK_EV_FEATURES;
		m.d->of_node = n;
		m.d->virtio = &v;
		assert_int_equal(vck_check(m.h), 0);
		check(&m, "coherency.virtio-mmio", rows[i].expected);
		vck_host_free(m.h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acpi),	    cmocka_unit_test(test_dt),
		cmocka_unit_test(test_always_coherent),
		cmocka_unit_test(test_dt_circle),   cmocka_unit_test(test_iort),
		cmocka_unit_test(test_rmr),
		cmocka_unit_test(test_kernel_unit), cmocka_unit_test(test_dmar),
		cmocka_unit_test(test_many_regions),
		cmocka_unit_test(test_virtio_mmio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
