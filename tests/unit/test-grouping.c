// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of pci_device_group(): small topologies, each written as rows of
 * "address, what is above it, type, ACS", and the groups that the kernel's
 * algorithm gives them (facts: drivers/iommu/iommu.c, 5.10 to 7.3). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "check/acs.h"
#include "check/engine.h"
#include "check/grouping.h"
#include "check/tables.h"

#define CONVENTIONAL 0xff /* no PCIe capability */
#define UNREAD	     0xfe /* config space was not read */
#define NO_ACS	     (-1)
#define REQ	     VCK_ACS_REQUIRED

struct row {
	const char *address, *above; /* above: address of the bridge, NULL on a root bus */
	uint8_t type;		     /* enum vck_pcie_type, CONVENTIONAL or UNREAD */
	bool multi;
	int acs_cap, acs_ctl; /* NO_ACS: no capability */
	uint32_t ids;	      /* vendor << 16 | device, 0: any */
	int group;	      /* expected; -1: none */
};

static void add(struct vck_host *h, const struct row *row)
{
	struct vck_device *d = vck_host_add_device(h, row->address);

	assert_non_null(d);
	assert_int_equal(vck_bdf_parse(row->address, &d->bdf), 0);
	d->have = VCK_EV_IDS | VCK_EV_PATH;
	d->vendor_id = (uint16_t)(row->ids >> 16);
	d->device_id = (uint16_t)row->ids;
	if (row->above) {
		d->upstream = vck_host_find_device(h, row->above);
		assert_non_null(d->upstream);
	}
	vck_host_sort(h);
	if (row->type == UNREAD)
		return;
	d->cap.multifunction = vck_tri(row->multi);
	d->cap.exp.present = vck_tri(row->type != CONVENTIONAL);
	d->cap.exp.type = row->type;
	d->cap.acs.present = vck_tri(row->acs_cap != NO_ACS);
	if (row->acs_cap != NO_ACS) {
		d->cap.acs.cap = (uint16_t)row->acs_cap;
		d->cap.acs.ctl = (uint16_t)row->acs_ctl;
	}
}

/* An active unit, so that the ACS control registers are the truth. */
static void check_on(const struct row *rows, size_t n, bool active, unsigned kver)
{
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_grouping *e;
	size_t got, groups;

	h->kver = kver;
	if (active)
		vck_host_add_unit(h, "dmar0")->active = true;
	for (size_t i = 0; i < n; i++)
		add(h, &rows[i]);
	assert_int_equal(vck_group_model(h, &e, &got, &groups), 0);
	assert_int_equal(got, n);
	for (size_t i = 0; i < n; i++) {
		struct vck_device *d = vck_host_find_device(h, rows[i].address);

		if (vck_grouping_find(e, got, d)->group != rows[i].group)
			fail_msg("%s: group %d, expected %d", rows[i].address,
				 vck_grouping_find(e, got, d)->group, rows[i].group);
	}
}

static void check(const struct row *rows, size_t n, bool active)
{
	check_on(rows, n, active, VCK_KVER(6, 12));
}

#define ENDPOINT(a, up, g)  { a, up, VCK_PCIE_ENDPOINT, false, NO_ACS, 0, 0, g }
#define PORT(a, up, t, ctl, g) { a, up, t, false, REQ, ctl, 0, g }

static void test_port_with_acs_separates(void **state)
{
	static const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		PORT("00:02.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 1),
		ENDPOINT("01:00.0", "00:01.0", 2),
		ENDPOINT("02:00.0", "00:02.0", 3),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

static void test_port_without_acs_merges(void **state)
{
	static const struct row rows[] = {
		{ "00:01.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0, 0 },
		PORT("00:02.0", NULL, VCK_PCIE_ROOT_PORT, VCK_ACS_SV, 1),
		ENDPOINT("01:00.0", "00:01.0", 0),
		ENDPOINT("02:00.0", "00:02.0", 1),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* Without an IOMMU in use the kernel has not asked for ACS yet: what it can do counts. */
static void test_prediction_assumes_acs(void **state)
{
	static const struct row rows[] = {
		PORT("00:02.0", NULL, VCK_PCIE_ROOT_PORT, 0, 0),
		ENDPOINT("02:00.0", "00:02.0", 1),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), false);
}

/* Groups that vfio makes where there is no IOMMU do not say that one is in use. */
static void test_noiommu_groups_are_none(void **state)
{
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_group *g = vck_host_add_group(h, "0");

	(void)state;
	assert_non_null(g);
	assert_false(vck_group_assumes_acs(h));
	g->name = "vfio-noiommu";
	assert_true(vck_group_assumes_acs(h));
}

/* s390 gives every function a group, though nothing that PCI shows would part them. */
static void test_other_rules(void **state)
{
	static const struct row rows[] = {
		{ "00:00.0", NULL, VCK_PCIE_ENDPOINT, true, NO_ACS, 0, 0, 0 },
		{ "00:00.1", NULL, VCK_PCIE_ENDPOINT, true, NO_ACS, 0, 0, 0 },
	};
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_unit *u = vck_host_add_unit(h, "s390-iommu.00000100");
	struct vck_group *g;

	(void)state;
	u->active = true;
	u->driver = VCK_IOMMU_OTHER;
	u->driver_name = "s390-iommu";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		add(h, &rows[i]);
		vck_host_find_device(h, rows[i].address)->unit = u;
	}
	g = vck_host_add_group(h, "0");
	assert_non_null(g);
	assert_int_equal(vck_group_add_device(h, g, h->devices[0]), 0);
	assert_int_equal(vck_group_add_device(h, g, h->devices[1]), 0);
	assert_int_equal(vck_derive_grouping(h), 0);
	assert_int_equal(h->n_predicted, 0);
	assert_non_null(strstr(g->why, "by rules of its own"));
}

/* A capability with every bit clear passes: what is not there is taken for hard-wired (2.3.5). */
static void test_empty_capability_passes(void **state)
{
	static const struct row rows[] = {
		{ "00:01.0", NULL, VCK_PCIE_ROOT_PORT, false, 0, 0, 0, 0 },
		ENDPOINT("01:00.0", "00:01.0", 1),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* The whole path counts: a switch behind a root port without ACS is one group. */
static void test_path_to_the_root(void **state)
{
	static const struct row rows[] = {
		{ "00:01.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0, 0 },
		{ "01:00.0", "00:01.0", VCK_PCIE_UPSTREAM, false, NO_ACS, 0, 0, 0 },
		PORT("02:00.0", "01:00.0", VCK_PCIE_DOWNSTREAM, REQ, 0),
		PORT("02:01.0", "01:00.0", VCK_PCIE_DOWNSTREAM, REQ, 0),
		ENDPOINT("03:00.0", "02:00.0", 0),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

static void test_conventional_bridge(void **state)
{
	static const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		{ "01:00.0", "00:01.0", VCK_PCIE_TO_PCI, false, NO_ACS, 0, 0, 1 },
		{ "02:01.0", "01:00.0", CONVENTIONAL, false, NO_ACS, 0, 0, 1 },
		{ "02:02.0", "01:00.0", CONVENTIONAL, false, NO_ACS, 0, 0, 1 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

static void test_multifunction(void **state)
{
	static const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		{ "01:00.0", "00:01.0", VCK_PCIE_ENDPOINT, true, NO_ACS, 0, 0, 1 },
		{ "01:00.1", "00:01.0", VCK_PCIE_ENDPOINT, true, NO_ACS, 0, 0, 1 },
		{ "01:00.2", "00:01.0", VCK_PCIE_ENDPOINT, true, REQ, REQ, 0, 2 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* Function 1 of a slot is multifunction whatever its own header says (2.3.6). */
static void test_forced_multifunction(void **state)
{
	static const struct row rows[] = {
		{ "00:1f.0", NULL, CONVENTIONAL, true, NO_ACS, 0, 0, 0 },
		{ "00:1f.3", NULL, CONVENTIONAL, false, NO_ACS, 0, 0, 0 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* So is each ARI function above 0: below a port slot 0 alone is scanned, and function 8 has
 * the number 1.0. */
static void test_forced_multifunction_ari(void **state)
{
	static const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		{ "01:00.0", "00:01.0", VCK_PCIE_ENDPOINT, true, REQ, REQ, 0, 1 },
		{ "01:01.0", "00:01.0", VCK_PCIE_ENDPOINT, false, NO_ACS, 0, 0, 2 },
		{ "01:01.1", "00:01.0", VCK_PCIE_ENDPOINT, false, NO_ACS, 0, 0, 2 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

static void test_quirks(void **state)
{
	static const struct row rows[] = {
		/* Intel root complex integrated endpoints are isolated by quirk */
		{ "00:14.0", NULL, VCK_PCIE_RCIEP, true, NO_ACS, 0, 0x80861234, 0 },
		{ "00:14.2", NULL, VCK_PCIE_RCIEP, true, NO_ACS, 0, 0x80861235, 1 },
		/* others are not */
		{ "00:15.0", NULL, VCK_PCIE_RCIEP, true, NO_ACS, 0, 0x10221234, 2 },
		{ "00:15.1", NULL, VCK_PCIE_RCIEP, true, NO_ACS, 0, 0x10221235, 2 },
		/* Marvell 9230 also uses the id of function 1 of its slot */
		PORT("00:1c.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 3),
		{ "05:00.0", "00:1c.0", VCK_PCIE_LEGACY_ENDPOINT, false, NO_ACS, 0, 0x1b4b9230, 4 },
		{ "05:00.1", "00:1c.0", VCK_PCIE_LEGACY_ENDPOINT, true, REQ, REQ, 0x1b4b91a4, 4 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* Rows of pci_dev_acs_enabled[] that say no, and those that end between two ids. */
static void test_quirks_that_deny(void **state)
{
	static const struct row rows[] = {
		/* Zhaoxin ports that are not listed: not isolated, whatever their ACS says */
		{ "00:01.0", NULL, VCK_PCIE_ROOT_PORT, false, REQ, REQ, 0x1d170722, 0 },
		ENDPOINT("01:00.0", "00:01.0", 0),
		{ "00:02.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0x1d170723, 1 },
		ENDPOINT("02:00.0", "00:02.0", 5),
		/* X79 and 9 series root ports have even ids */
		{ "00:1c.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0x80861d10, 4 },
		ENDPOINT("03:00.0", "00:1c.0", 6),
		{ "00:1b.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0x80861d11, 3 },
		ENDPOINT("04:00.0", "00:1b.0", 3),
		{ "00:1a.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0x80868c91, 2 },
		ENDPOINT("05:00.0", "00:1a.0", 2),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* IDT 80b5: from 7.0 on the kernel does without its source validation, which is broken. */
static void test_idt_source_validation(void **state)
{
	static const struct row before[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		{ "01:00.0", "00:01.0", VCK_PCIE_UPSTREAM, false, NO_ACS, 0, 0x111d80b5, 1 },
		{ "02:00.0", "01:00.0", VCK_PCIE_DOWNSTREAM, false, REQ, REQ & ~VCK_ACS_SV,
		  0x111d80b5, 2 },
		ENDPOINT("03:00.0", "02:00.0", 2),
	};
	struct row since[ARRAY_SIZE(before)];

	(void)state;
	check_on(before, ARRAY_SIZE(before), true, VCK_KVER(6, 12));
	memcpy(since, before, sizeof(since));
	since[3].group = 3;
	check_on(since, ARRAY_SIZE(since), true, VCK_KVER(7, 0));
}

static void assert_ids(const struct vck_host *h, const char *address, const uint16_t *want,
		       size_t n)
{
	const struct vck_device *d = vck_host_find_device((struct vck_host *)h, address);
	uint16_t ids[4];

	assert_int_equal(vck_tables_requester_ids(h, d, ids, ARRAY_SIZE(ids)), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ids[i], want[i]);
}

/* Requester ids that bridges put in the place of those below them. */
static void test_bridge_ids(void **state)
{
	static const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 0),
		/* ASPEED AST1150, which passes ids through: known to the kernel from 7.0 on */
		{ "01:00.0", "00:01.0", VCK_PCIE_TO_PCI, false, NO_ACS, 0, 0x1a031150, 2 },
		{ "02:01.0", "01:00.0", CONVENTIONAL, false, NO_ACS, 0, 0x1a032000, 2 },
		/* ITE 8892: no PCIe capability, and behaves like a PCIe-to-PCI bridge */
		PORT("00:02.0", NULL, VCK_PCIE_ROOT_PORT, REQ, 1),
		{ "03:00.0", "00:02.0", CONVENTIONAL, false, NO_ACS, 0, 0x12838892, 3 },
		{ "04:01.0", "03:00.0", CONVENTIONAL, false, NO_ACS, 0, 0, 3 },
		/* the same below a bridge that itself takes ids over: only its own id counts */
		{ "04:02.0", "03:00.0", VCK_PCIE_TO_PCI, false, NO_ACS, 0, 0, 3 },
		{ "05:00.0", "04:02.0", CONVENTIONAL, false, NO_ACS, 0, 0x12838892, 3 },
		{ "06:01.0", "05:00.0", CONVENTIONAL, false, NO_ACS, 0, 0, 3 },
	};
	cleanup_host struct vck_host *h = vck_host_new();

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add(h, &rows[i]);
	vck_host_find_device(h, "01:00.0")->cap.secondary = 2;
	vck_host_find_device(h, "03:00.0")->cap.secondary = 4;
	vck_host_find_device(h, "04:02.0")->cap.secondary = 5;
	vck_host_find_device(h, "05:00.0")->cap.secondary = 6;
	h->kver = VCK_KVER(6, 12);
	assert_ids(h, "02:01.0", (uint16_t[]){ 0x0208, 0x0200 }, 2);
	assert_ids(h, "04:01.0", (uint16_t[]){ 0x0408, 0x0400 }, 2);
	assert_ids(h, "06:01.0", (uint16_t[]){ 0x0608, 0x0500, 0x0500, 0x0400 }, 4);
	h->kver = VCK_KVER(7, 0);
	assert_ids(h, "02:01.0", (uint16_t[]){ 0x0208 }, 1);
}

/* What was not read neither separates nor merges. */
static void test_unread(void **state)
{
	static const struct row rows[] = {
		{ "00:01.0", NULL, UNREAD, false, NO_ACS, 0, 0, -1 },
		{ "01:00.0", "00:01.0", VCK_PCIE_ENDPOINT, false, NO_ACS, 0, 0, -1 },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

static void test_iommu_function_has_no_group(void **state)
{
	static const struct row rows[] = {
		{ "00:02.0", NULL, CONVENTIONAL, false, NO_ACS, 0, 0x1af41057, -1 },
		ENDPOINT("00:03.0", NULL, 0),
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), true);
}

/* What is said of a group of the kernel that holds a port and the device below it. */
static void said(const char *release, uint16_t ctl, bool dt, char **why, char **separate)
{
	cleanup_host struct vck_host *h = vck_host_new();
	const struct row rows[] = {
		PORT("00:01.0", NULL, VCK_PCIE_ROOT_PORT, ctl, 0),
		ENDPOINT("01:00.0", "00:01.0", 0),
	};
	struct vck_dt_node root = { 0 };
	struct vck_group *g;

	h->release = release;
	h->kver = vck_kver_parse(release);
	h->dt.root = dt ? &root : NULL;
	vck_host_add_unit(h, "dmar0")->active = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add(h, &rows[i]);
	g = vck_host_add_group(h, "0");
	assert_non_null(g);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(vck_group_add_device(h, g, h->devices[i]), 0);
	assert_int_equal(vck_derive_grouping(h), 0);
	assert_non_null(g->why);
	*why = strdup(g->why);
	*separate = strdup(g->separate ? g->separate : "");
}

/* pci_quirk_amd_sb_acs() asks for an IVRS; where it cannot be read, the unit speaks for it. */
static void test_southbridge(void **state)
{
	static const struct row rows[] = {
		{ "00:14.0", NULL, CONVENTIONAL, true, NO_ACS, 0, 0x1022780f, 0 },
		{ "00:14.2", NULL, CONVENTIONAL, true, NO_ACS, 0, 0x10227809, 1 },
	};

	(void)state;
	for (int amd = 0; amd < 2; amd++) {
		cleanup_host struct vck_host *h = vck_host_new();
		struct vck_grouping *e;
		struct vck_unit *u;
		size_t n, groups;

		u = vck_host_add_unit(h, amd ? "ivhd0" : "dmar0");
		assert_non_null(u);
		u->active = true;
		u->driver = amd ? VCK_IOMMU_AMD : VCK_IOMMU_INTEL;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			add(h, &rows[i]);
		assert_int_equal(vck_group_model(h, &e, &n, &groups), 0);
		assert_int_equal(groups, amd ? 2 : 1);
	}
}

/* Stable kernels that switched ACS on after they had made the groups. */
static void test_late_acs(void **state)
{
	static const struct {
		const char *release;
		const char *fixed; /* NULL: nothing is known about the release */
	} rows[] = {
		{ "5.10.252", "5.10.253" }, { "5.15.202", "5.15.203" },
		{ "6.1.165", "6.1.169" },   { "6.6.134-1-lts", "6.6.135" },
		{ "6.12.75", "6.12.83" },   { "6.12.82+deb13-amd64", "6.12.83" },
		{ "6.12.74", NULL },	    { "6.12.83", NULL },
		{ "6.6.127", NULL },	    { "6.8.0-100-generic", NULL },
		{ "6.12.0-1-amd64", NULL }, { "6.18.16", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *why = NULL, *separate = NULL;

		said(rows[i].release, REQ, false, &why, &separate);
		if (!strstr(why, "rules of the mainline kernel would part these"))
			fail_msg("%s: %s", rows[i].release, why);
		if (rows[i].fixed ? !strstr(why, rows[i].fixed) : !!strstr(why, "update"))
			fail_msg("%s: %s", rows[i].release, why);
	}
}

/* Where a device tree describes the host, kernels before 7.0 ask for ACS too late. */
static void test_acs_of_device_trees(void **state)
{
	static const struct {
		const char *release;
		bool dt, newer;
	} rows[] = {
		{ "6.12.90", true, true },
		{ "7.0.1", true, false },
		{ "6.12.90", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *why = NULL, *separate = NULL;

		said(rows[i].release, 0, rows[i].dt, &why, &separate);
		assert_non_null(strstr(separate, "pci=config_acs=111x1@00:01.0"));
		assert_int_equal(!!strstr(separate, "Linux 7.0"), rows[i].newer);
	}
}

static void test_names(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(vck_acs_names(VCK_ACS_REQUIRED, buf), "SV RR CR UF");
	assert_string_equal(vck_acs_names(0, buf), "");
}

/* Where firmware names the IOMMU, drivers that probe late part what a bridge would merge. */
static void test_probe_order(void **state)
{
	static const struct row rows[] = {
		{ "00:01.0", NULL, VCK_PCIE_ROOT_PORT, false, NO_ACS, 0, 0, 0 },
		ENDPOINT("01:00.0", "00:01.0", 0),
	};
	static const struct {
		unsigned kver;
		bool dt, said;
	} hosts[] = {
		{ VCK_KVER(6, 12), true, true },
		{ VCK_KVER(6, 15), true, false },
		{ VCK_KVER(6, 12), false, false }, /* DMAR and IVRS: when the unit appears */
		{ 0, true, false },
	};
	struct vck_dt_node root = { .name = "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		cleanup_host struct vck_host *h = vck_host_new();

		h->kver = hosts[i].kver;
		h->dt.root = hosts[i].dt ? &root : NULL;
		for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
			add(h, &rows[k]);
		assert_int_equal(vck_derive_grouping(h), 0);
		assert_int_equal(h->n_predicted, 1);
		if (!strstr(h->predicted[0]->why, "before 6.15") == hosts[i].said)
			fail_msg("row %zu: %s", i, h->predicted[0]->why);
		h->dt.root = NULL;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_with_acs_separates),
		cmocka_unit_test(test_port_without_acs_merges),
		cmocka_unit_test(test_prediction_assumes_acs),
		cmocka_unit_test(test_noiommu_groups_are_none),
		cmocka_unit_test(test_other_rules),
		cmocka_unit_test(test_empty_capability_passes),
		cmocka_unit_test(test_path_to_the_root),
		cmocka_unit_test(test_conventional_bridge),
		cmocka_unit_test(test_multifunction),
		cmocka_unit_test(test_forced_multifunction),
		cmocka_unit_test(test_forced_multifunction_ari),
		cmocka_unit_test(test_probe_order),
		cmocka_unit_test(test_quirks),
		cmocka_unit_test(test_quirks_that_deny),
		cmocka_unit_test(test_idt_source_validation),
		cmocka_unit_test(test_bridge_ids),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_iommu_function_has_no_group),
		cmocka_unit_test(test_southbridge),
		cmocka_unit_test(test_late_acs),
		cmocka_unit_test(test_acs_of_device_trees),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
