// SPDX-License-Identifier: GPL-2.0-or-later
/* Config space of every length and shape: what is there is decoded, what is not
 * there is unknown and never absent. Each case is a list of patches over a
 * template function, put into a tree in memory and read from it. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "source/gather.h"
#include "source/memtree.h"

struct patch {
	unsigned off;
	uint32_t value;
	unsigned size; /* 1, 2 or 4 bytes; 0 ends the list */
};

/* An NVMe-like endpoint: PM at 40, MSI at 50, PCIe at 60, MSI-X at b0; AER at 100, ACS at
 * 148, ATS at 158, SR-IOV at 168, PRI at 1a8, PASID at 1b8. */
static const struct patch endpoint[] = {
	{0x00, 0x0a821234, 4},	{0x04, 0x00100406, 4},	{0x08, 0x01080203, 4},
	{0x0e, 0x80, 1},	{0x2c, 0x56781234, 4},	{0x34, 0x40, 1},
	{0x3d, 0x01, 1},	{0x40, 0x00035001, 4},	{0x44, 0x00000008, 4},
	{0x50, 0x008a6005, 4},	{0x60, 0x0002b010, 4},	{0x64, 0x10008fe1, 4},
	{0x68, 0x00192d17, 4},	{0x84, 0x00070810, 4},	{0x88, 0x00000400, 4},
	{0xb0, 0x80200011, 4},	{0x100, 0x14820001, 4}, {0x148, 0x1581000d, 4},
	{0x14c, 0x001d005f, 4}, {0x158, 0x1681000f, 4}, {0x15c, 0x80000060, 4},
	{0x168, 0x1a810010, 4}, {0x170, 0x00000011, 4}, {0x174, 0x00080008, 4},
	{0x178, 0x00000004, 4}, {0x17c, 0x00020080, 4}, {0x180, 0xa8240000, 4},
	{0x18c, 0x0000000c, 4}, {0x1a8, 0x1b810013, 4}, {0x1ac, 0x80000001, 4},
	{0x1b8, 0x0001001b, 4}, {0x1bc, 0x00011406, 4}, {0, 0, 0},
};

static void apply(uint8_t *b, const struct patch *p)
{
	for (; p->size; p++) {
		for (unsigned i = 0; i < p->size; i++)
			b[p->off + i] = (uint8_t)(p->value >> 8 * i);
	}
}

/* One function read from its own tree; @record (NULL: none) gets what was read. */
static struct vck_pcicap read_once(const uint8_t *b, size_t n, struct vck_cap_layout *l,
				   struct vck_memtree *record)
{
	struct vck_memtree *t = vck_memtree_new();
	cleanup_root struct vck_root *r = NULL;
	cleanup_dir struct vck_dir *d = NULL;
	cleanup_file struct vck_file *f = NULL;
	struct vck_pcicap c;

	memset(&c, 0, sizeof(c));
	assert_int_equal(vck_memtree_file(t, "d/config", b, n), 0);
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &r), 0);
	(void)!vck_root_record(r, record);
	assert_int_equal(vck_root_opendir(r, "d", &d), 0);
	assert_int_equal(vck_file_open(d, "config", &f), 0);
	assert_int_equal(vck_pcicap_read(f, l, &c), 0);
	return c;
}

/* Each case is read alone, as the second of its model, and as one whose model told something
 * else before: the answer must be the same. */
static struct vck_pcicap decode(const uint8_t *b, size_t n)
{
	struct vck_cap_layout own = {0}, other = {0};
	struct vck_pcicap alone = read_once(b, n, NULL, NULL), c;
	uint8_t plain[4096] = {0};

	(void)read_once(b, n, &own, NULL);
	c = read_once(b, n, &own, NULL);
	assert_memory_equal(&c, &alone, sizeof(c));
	apply(plain, endpoint);
	(void)read_once(plain, sizeof(plain), &other, NULL);
	other.model = own.model;
	c = read_once(b, n, &other, NULL);
	assert_memory_equal(&c, &alone, sizeof(c));
	return alone;
}

/* The endpoint with changes, cut to @n bytes. */
static struct vck_pcicap changed(size_t n, const struct patch *p)
{
	uint8_t b[4096] = {0};

	apply(b, endpoint);
	if (p)
		apply(b, p);
	return decode(b, n);
}

static void test_whole(void **state)
{
	struct vck_pcicap c = changed(4096, NULL);

	(void)state;
	assert_int_equal(c.size, 4096);
	assert_int_equal(c.all_ones, VCK_NO);
	assert_int_equal(c.header_known, VCK_YES);
	assert_int_equal(c.vendor, 0x1234);
	assert_int_equal(c.device, 0x0a82);
	assert_int_equal(c.subvendor, 0x1234);
	assert_int_equal(c.subdevice, 0x5678);
	assert_int_equal(c.class, 0x010802);
	assert_int_equal(c.revision, 3);
	assert_int_equal(c.multifunction, VCK_YES);
	assert_int_equal(c.intx_pin, 1);
	assert_int_equal(c.std_known, VCK_YES);
	assert_int_equal(c.ext_known, VCK_YES);
	assert_int_equal(c.chain_broken, VCK_NO);
	assert_int_equal(c.pm.present, VCK_YES);
	assert_int_equal(c.pm.pmcsr, 8);
	assert_int_equal(c.msi.present, VCK_YES);
	assert_int_equal(c.msi.ctl, 0x8a);
	assert_int_equal(c.msix.present, VCK_YES);
	assert_int_equal(c.msix.ctl, 0x8020);
	assert_int_equal(c.af.present, VCK_NO);
	assert_int_equal(c.exp.present, VCK_YES);
	assert_int_equal(c.exp.pos, 0x60);
	assert_int_equal(c.exp.version, 2);
	assert_int_equal(c.exp.type, VCK_PCIE_ENDPOINT);
	assert_int_equal(c.exp.devcap, 0x10008fe1);
	assert_int_equal(c.exp.devctl, 0x2d17);
	assert_int_equal(c.exp.devctl & VCK_DEVCTL_NOSNOOP, VCK_DEVCTL_NOSNOOP);
	assert_int_equal(c.exp.devsta, 0x19);
	assert_int_equal(c.acs.present, VCK_YES);
	assert_int_equal(c.acs.cap, 0x5f);
	assert_int_equal(c.acs.ctl, 0x1d);
	assert_false(c.acs.dword_layout);
	assert_int_equal(c.ats.ctl, 0x8000);
	assert_int_equal(c.pri.ctl, 1);
	assert_int_equal(c.pri.status, 0x8000);
	assert_int_equal(c.pasid.cap, 0x1406);
	assert_int_equal(c.pasid.ctl, 1);
	assert_int_equal(c.sriov.present, VCK_YES);
	assert_int_equal(c.sriov.ctl, 0x11);
	assert_int_equal(c.sriov.initial_vfs, 8);
	assert_int_equal(c.sriov.total_vfs, 8);
	assert_int_equal(c.sriov.num_vfs, 4);
	assert_int_equal(c.sriov.offset, 0x80);
	assert_int_equal(c.sriov.stride, 2);
	assert_int_equal(c.sriov.vf_device, 0xa824);
	assert_int_equal(c.sriov.vf_bar[0], 0xc);
}

/* What each length leaves unknown. */
static void test_lengths(void **state)
{
	static const struct {
		size_t n;
		unsigned size;
		enum vck_tri header, std, ext, exp, acs;
	} rows[] = {
		{0, 0, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN},
		{4, 4, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN},
		{63, 63, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN},
		{64, 64, VCK_YES, VCK_NO, VCK_UNKNOWN, VCK_UNKNOWN, VCK_UNKNOWN},
		{128, 256, VCK_YES, VCK_NO, VCK_NO, VCK_YES, VCK_UNKNOWN},
		{256, 256, VCK_YES, VCK_YES, VCK_NO, VCK_YES, VCK_UNKNOWN},
		{0x150, 4096, VCK_YES, VCK_YES, VCK_NO, VCK_YES, VCK_YES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_pcicap c = changed(rows[i].n, NULL);

		assert_int_equal(c.size, rows[i].size);
		assert_int_equal(c.header_known, rows[i].header);
		assert_int_equal(c.std_known, rows[i].std);
		assert_int_equal(c.ext_known, rows[i].ext);
		assert_int_equal(c.exp.present, rows[i].exp);
		assert_int_equal(c.acs.present, rows[i].acs);
		assert_int_not_equal(c.af.present,
				     rows[i].std == VCK_YES ? VCK_UNKNOWN : VCK_NO);
	}
}

/* Registers that are cut off leave their capability unknown, not absent. */
static void test_cut_registers(void **state)
{
	struct vck_pcicap c = changed(0x6a, NULL);

	(void)state;
	assert_int_equal(c.exp.present, VCK_YES);
	assert_int_equal(c.exp.regs_known, VCK_NO);
	c = changed(0x14e, NULL);
	assert_int_equal(c.acs.present, VCK_UNKNOWN);
	assert_int_equal(c.acs.pos, 0x148);
	c = changed(0x1a0, NULL);
	assert_int_equal(c.sriov.present, VCK_UNKNOWN);
	assert_int_equal(c.pri.present, VCK_UNKNOWN);
}

static void test_conventional(void **state)
{
	/* no PCIe capability: MSI's next pointer skips it */
	static const struct patch conventional[] = {{0x51, 0xb0, 1}, {0, 0, 0}};
	static const struct patch no_list[] = {{0x06, 0x0000, 2}, {0, 0, 0}};
	struct vck_pcicap c = changed(256, conventional);

	(void)state;
	assert_int_equal(c.std_known, VCK_YES);
	assert_int_equal(c.exp.present, VCK_NO);
	assert_int_equal(c.ext_known, VCK_YES);
	assert_int_equal(c.acs.present, VCK_NO);
	/* known to an unprivileged reader as well: the status register says so */
	c = changed(64, no_list);
	assert_int_equal(c.std_known, VCK_YES);
	assert_int_equal(c.exp.present, VCK_NO);
	assert_int_equal(c.acs.present, VCK_NO);
	assert_int_equal(c.pm.present, VCK_NO);
}

static void test_all_ones(void **state)
{
	static const struct patch vf[] = {{0x00, 0xffffffff, 4}, {0, 0, 0}};
	uint8_t b[4096];
	struct vck_pcicap c;

	(void)state;
	memset(b, 0xff, sizeof(b));
	for (size_t n = 64; n <= 4096; n *= 4) {
		c = decode(b, n);
		assert_int_equal(c.all_ones, VCK_YES);
		assert_int_equal(c.header_known, VCK_UNKNOWN);
		assert_int_equal(c.exp.present, VCK_UNKNOWN);
	}
	/* a VF has only its ids like that */
	c = changed(4096, vf);
	assert_int_equal(c.all_ones, VCK_NO);
	assert_int_equal(c.vendor, 0xffff);
	assert_int_equal(c.header_known, VCK_YES);
	assert_int_equal(c.exp.present, VCK_YES);
}

/* Lists that are none. What was seen before the damage stays known. */
static void test_broken(void **state)
{
	static const struct {
		struct patch p[3];
		enum vck_tri std, ext, broken, exp, acs, pasid;
	} rows[] = {
		/* MSI-X points back to PM */
		{{{0xb1, 0x40, 1}}, VCK_NO, VCK_YES, VCK_YES, VCK_YES, VCK_YES, VCK_YES},
		/* PCIe points at itself */
		{{{0x61, 0x60, 1}}, VCK_NO, VCK_YES, VCK_YES, VCK_YES, VCK_YES, VCK_YES},
		/* into the header */
		{{{0x34, 0x10, 1}},
		 VCK_NO,
		 VCK_UNKNOWN,
		 VCK_YES,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN},
		{{{0x51, 0x3c, 1}},
		 VCK_NO,
		 VCK_UNKNOWN,
		 VCK_YES,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN},
		/* the low bits of a pointer are reserved */
		{{{0x34, 0x43, 1}}, VCK_YES, VCK_YES, VCK_NO, VCK_YES, VCK_YES, VCK_YES},
		/* an id of ff: nothing answers */
		{{{0x50, 0xff, 1}},
		 VCK_NO,
		 VCK_UNKNOWN,
		 VCK_YES,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN},
		/* extended: ATS points back to AER, into the standard part, at itself */
		{{{0x158, 0x1001000f, 4}},
		 VCK_YES,
		 VCK_NO,
		 VCK_YES,
		 VCK_YES,
		 VCK_YES,
		 VCK_UNKNOWN},
		{{{0x158, 0x0801000f, 4}},
		 VCK_YES,
		 VCK_NO,
		 VCK_YES,
		 VCK_YES,
		 VCK_YES,
		 VCK_UNKNOWN},
		{{{0x158, 0x1581000f, 4}},
		 VCK_YES,
		 VCK_NO,
		 VCK_YES,
		 VCK_YES,
		 VCK_YES,
		 VCK_UNKNOWN},
		/* ones in the middle */
		{{{0x158, 0xffffffff, 4}},
		 VCK_YES,
		 VCK_NO,
		 VCK_YES,
		 VCK_YES,
		 VCK_YES,
		 VCK_UNKNOWN},
		/* ones at the start: the space is not reached, the list not broken */
		{{{0x100, 0xffffffff, 4}},
		 VCK_YES,
		 VCK_NO,
		 VCK_NO,
		 VCK_YES,
		 VCK_UNKNOWN,
		 VCK_UNKNOWN},
		/* zero at the start: there is none */
		{{{0x100, 0, 4}}, VCK_YES, VCK_YES, VCK_NO, VCK_YES, VCK_NO, VCK_NO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_pcicap c = changed(4096, rows[i].p);

		if (c.std_known != rows[i].std || c.ext_known != rows[i].ext ||
		    c.chain_broken != rows[i].broken || c.exp.present != rows[i].exp ||
		    c.acs.present != rows[i].acs || c.pasid.present != rows[i].pasid)
			fail_msg(
				"row %zu: std %d ext %d broken %d exp %d acs %d pasid %d",
				i, c.std_known, c.ext_known, c.chain_broken,
				c.exp.present, c.acs.present, c.pasid.present);
	}
}

static void test_bridges(void **state)
{
	static const struct patch spt[] = {
		{0x00, 0xa1108086, 4},	{0x08, 0x060400f1, 4},
		{0x0e, 0x81, 1},	{0x18, 0x00050301, 4},
		{0x62, 0x42, 1},	{0x14c, 0x0000005f, 4},
		{0x150, 0x0000001d, 4}, {0, 0, 0},
	};
	/* the same device id on an endpoint of another vendor, and not a root port */
	static const struct patch other[] = {
		{0x00, 0xa1101234, 4}, {0x62, 0x42, 1}, {0, 0, 0}};
	static const struct patch cardbus[] = {
		{0x0e, 0x02, 1}, {0x34, 0x00, 1}, {0x14, 0x40, 1}, {0, 0, 0}};
	struct vck_pcicap c = changed(4096, spt);

	(void)state;
	assert_int_equal(c.header_type, 1);
	assert_int_equal(c.primary, 1);
	assert_int_equal(c.secondary, 3);
	assert_int_equal(c.subordinate, 5);
	assert_int_equal(c.exp.type, VCK_PCIE_ROOT_PORT);
	assert_true(c.acs.dword_layout);
	assert_int_equal(c.acs.cap, 0x5f);
	assert_int_equal(c.acs.ctl, 0x1d);
	c = changed(4096, other);
	assert_false(c.acs.dword_layout);
	assert_int_equal(c.acs.ctl, 0x1d);
	c = changed(256, cardbus);
	assert_int_equal(c.header_type, 2);
	assert_int_equal(c.exp.present, VCK_YES);
}

static void test_version_1(void **state)
{
	static const struct patch v1[] = {{0x62, 0x01, 1}, {0, 0, 0}};
	struct vck_pcicap c = changed(4096, v1);

	(void)state;
	assert_int_equal(c.exp.version, 1);
	assert_int_equal(c.exp.regs_known, VCK_YES);
	assert_int_equal(c.exp.devctl, 0x2d17);
}

/* A capture holds only what was read; reading it again must end the same way. */
static void test_holes(void **state)
{
	struct vck_memtree *t = vck_memtree_new();
	cleanup_root struct vck_root *r = NULL;
	cleanup_dir struct vck_dir *d = NULL;
	cleanup_file struct vck_file *f = NULL;
	struct vck_pcicap c = {0};
	uint8_t b[4096] = {0};

	(void)state;
	apply(b, endpoint);
	assert_int_equal(vck_memtree_extent(t, "d/config", 0, b, 64), 0);
	assert_int_equal(vck_memtree_extent(t, "d/config", 0x40, b + 0x40, 4), 0);
	assert_int_equal(vck_memtree_extent(t, "d/config", 0x50, b + 0x50, 4), 0);
	assert_int_equal(vck_memtree_extent(t, "d/config", 0xb0, b + 0xb0, 4), 0);
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &r), 0);
	assert_int_equal(vck_root_opendir(r, "d", &d), 0);
	assert_int_equal(vck_file_open(d, "config", &f), 0);
	assert_int_equal(vck_pcicap_read(f, NULL, &c), 0);
	assert_int_equal(c.header_known, VCK_YES);
	assert_int_equal(c.pm.present, VCK_UNKNOWN);
	assert_int_equal(c.msi.present, VCK_YES);
	assert_int_equal(c.std_known, VCK_NO);
	assert_int_equal(c.exp.present, VCK_UNKNOWN);
	assert_int_equal(c.chain_broken, VCK_UNKNOWN);
}

static bool was_read(const struct vck_memtree *t, unsigned off)
{
	struct vck_mem_node *node = NULL;
	uint8_t b[4];

	assert_int_equal(vck_memtree_lookup((struct vck_memtree *)t, NULL, "d/config", true, &node), 0);
	return vck_mem_pread(node, b, sizeof(b), off) == sizeof(b);
}

/* What is read at once is what was decoded one by one: not a dword more. */
static void test_layout(void **state)
{
	struct vck_memtree *first = vck_memtree_new(), *second = vck_memtree_new();
	struct vck_cap_layout l = {0};
	uint8_t b[4096] = {0};

	(void)state;
	apply(b, endpoint);
	(void)read_once(b, sizeof(b), &l, first);
	assert_int_equal(l.n, 10);
	(void)read_once(b, sizeof(b), &l, second);
	assert_int_equal(l.n, 10);
	assert_int_equal(l.caps[0].pos, 0x40); /* PM: and PMCSR */
	assert_int_equal(l.caps[0].more, 4);
	assert_int_equal(l.caps[1].more, 0); /* MSI: the first dword has it all */
	assert_int_equal(l.caps[2].more, 8); /* Device Capabilities, Control and Status */
	assert_int_equal(l.caps[7].pos, 0x168);
	assert_int_equal(l.caps[7].more, 0); /* SR-IOV: its second dword is passed over */
	for (unsigned off = 0; off < sizeof(b); off += 4)
		assert_int_equal(was_read(first, off), was_read(second, off));
	/* Another model starts anew. */
	b[2] ^= 1;
	(void)read_once(b, 0x40, &l, NULL);
	assert_int_equal(l.n, 0);
	vck_memtree_free(first);
	vck_memtree_free(second);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	      cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_cut_registers), cmocka_unit_test(test_conventional),
		cmocka_unit_test(test_all_ones),      cmocka_unit_test(test_broken),
		cmocka_unit_test(test_bridges),	      cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_holes),	      cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
