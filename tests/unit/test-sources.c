// SPDX-License-Identifier: GPL-2.0-or-later
/* The readers of sysfs: functions, groups, units, platform and virtio devices. What a
 * file says is in the model; what no file says is unknown, and "there is none" only where
 * a directory is whole. Thousands of equal refusals make one problem. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "check/engine.h"
#include "memhost.h"

#define PCI  "sys/devices/pci0000:00"
#define PORT PCI "/0000:00:1c.0"
#define NIC  PORT "/0000:05:00.0"

/* A port with a two-function card below it, ACPI, one DMAR unit. */
static const char *const server[] = {
	"proc/sys/kernel/osrelease = 6.12.0-test\\n",
	"proc/sys/kernel/arch = x86_64\\n",
	"sys/kernel/",
	"sys/class/iommu/dmar0 -> ../../devices/virtual/iommu/dmar0",
	"sys/devices/virtual/iommu/dmar0/intel-iommu/cap = d2008c40660462\\n",
	"sys/devices/virtual/iommu/dmar0/intel-iommu/ecap = f050da\\n",
	"sys/devices/virtual/iommu/dmar0/intel-iommu/address = fed90000\\n",
	"sys/devices/virtual/iommu/dmar0/intel-iommu/version = 1:0\\n",
	"sys/devices/LNXSYSTM:00/host/path = \\_SB_.PC00\\n",
	"sys/devices/LNXSYSTM:00/host/port/path = \\_SB_.PC00.RP01\\n",
	PCI "/firmware_node -> ../LNXSYSTM:00/host",
	"sys/bus/pci/devices/0000:00:1c.0 -> ../../../devices/pci0000:00/0000:00:1c.0",
	"sys/bus/pci/devices/0000:05:00.0 -> ../../../devices/pci0000:00/0000:00:1c.0/0000:05:00.0",
	"sys/bus/pci/devices/0000:05:10.0 -> ../../../devices/pci0000:00/0000:00:1c.0/0000:05:10.0",
	PORT "/uevent = DRIVER=pcieport\\nPCI_CLASS=60400\\nPCI_ID=8086:A110\\n"
	     "PCI_SUBSYS_ID=8086:0000\\nPCI_SLOT_NAME=0000:00:1c.0\\nMODALIAS=pci:x\\n",
	PORT "/firmware_node -> ../../LNXSYSTM:00/host/port",
	NIC
	"/uevent = DRIVER=igb\\nPCI_CLASS=20000\\nPCI_ID=8086:10C9\\nPCI_SUBSYS_ID=15D9:0400\\n",
	NIC "/resource = 0x00000000fb000000 0x00000000fb01ffff 0x0000000000040200\\n"
	    "0x0000000000000000 0x0000000000000000 0x0000000000000000\\n"
	    "0x000000000000e000 0x000000000000e01f 0x0000000000040101\\n"
	    "0x0000000000000000 0x0000000000000000 0x0000000000000000\\n",
	NIC "/reset_method = flr bus\\n",
	NIC "/driver_override = (null)\\n",
	NIC "/numa_node = 1\\n",
	NIC "/power_state = D0\\n",
	NIC "/power/runtime_status = active\\n",
	NIC "/sriov_totalvfs = 7\\n",
	NIC "/sriov_numvfs = 1\\n",
	NIC "/iommu -> ../../../virtual/iommu/dmar0",
	PORT
	"/0000:05:10.0/uevent = PCI_CLASS=20000\\nPCI_ID=8086:10CA\\nPCI_SUBSYS_ID=15D9:0400\\n",
	PORT "/0000:05:10.0/physfn -> ../0000:05:00.0",
	PORT "/0000:05:10.0/driver_override = vfio-pci\\n",
	PORT "/0000:05:10.0/power_state = D3hot\\n",
	PORT "/0000:05:10.0/power/runtime_status = suspended\\n",
	PORT "/0000:05:10.0/power/control = auto\\n",
	PORT "/0000:05:10.0/d3cold_allowed = 0\\n",
	"sys/kernel/iommu_groups/2/type = DMA-FQ\\n",
	"sys/kernel/iommu_groups/2/reserved_regions = "
	"0x0000000000000000 0x0000000000ffffff direct-relaxable\\n"
	"0x00000000fee00000 0x00000000feefffff msi\\n",
	"sys/kernel/iommu_groups/2/devices/0000:05:00.0 -> ../../../../devices/x",
	"sys/kernel/iommu_groups/10/type = identity\\n",
	"sys/kernel/iommu_groups/10/reserved_regions = \\n",
	"sys/kernel/iommu_groups/10/devices/0000:05:10.0 -> ../../../../devices/x",
	NULL,
};

static struct vck_memtree *tree(const char *const *lines)
{
	struct vck_memtree *t = vck_memtree_new();

	assert_non_null(t);
	memhost_add(t, lines);
	return t;
}

static struct vck_device *device(const struct vck_host *h, const char *address)
{
	struct vck_device *d = vck_host_find_device(h, address);

	if (!d)
		fail_msg("%s is not there", address);
	return d;
}

static void test_functions(void **state)
{
	struct vck_memtree *t = tree(server);
	struct vck_device *port, *nic, *vf;

	(void)state;
	memhost_config(t, NIC "/config", 256, true);
	memhost_config(t, PORT "/config", 4096, true);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_int_equal(h->n_devices, 3);
	port = device(h, "0000:00:1c.0");
	nic = device(h, "0000:05:00.0");
	vf = device(h, "0000:05:10.0");
	assert_string_equal(port->driver, "pcieport");
	assert_int_equal(port->class, 0x060400);
	assert_int_equal(port->device_id, 0xa110);
	assert_string_equal(port->acpi_path, "\\_SB_.PC00.RP01");
	assert_string_equal(port->bridge_acpi_path, "\\_SB_.PC00");
	assert_string_equal(port->bridge_parent, "");
	assert_null(port->upstream);
	assert_true(vck_device_has(port, VCK_EV_PATH | VCK_EV_FIRMWARE_NODE));
	assert_int_equal(nic->subvendor_id, 0x15d9);
	assert_ptr_equal(nic->upstream, port);
	assert_int_equal(nic->revision, 1);
	assert_int_equal(nic->n_resources, 3);
	assert_int_equal(nic->resources[2].end, 0xe01f);
	assert_int_equal(nic->reset.n_methods, 2);
	assert_string_equal(nic->reset.methods[1], "bus");
	assert_null(nic->driver_override);
	assert_int_equal(nic->numa_node, 1);
	assert_string_equal(nic->power_state, "D0");
	assert_int_equal(nic->sriov_totalvfs, 7);
	assert_int_equal(nic->sriov_numvfs, 1);
	assert_string_equal(nic->unit->name, "dmar0");
	assert_null(nic->acpi_path);
	assert_true(vck_device_has(nic, VCK_EV_HEADER | VCK_EV_CAPS));
	assert_false(vck_device_has(nic, VCK_EV_EXTCAPS));
	assert_true(vck_device_has(port, VCK_EV_EXTCAPS));
	assert_int_equal(nic->cap.exp.devctl, VCK_DEVCTL_NOSNOOP);
	assert_ptr_equal(vf->physfn, nic);
	assert_null(vf->driver);
	assert_true(vck_device_has(vf, VCK_EV_DRIVER | VCK_EV_SRIOV | VCK_EV_RESET));
	assert_string_equal(vf->driver_override, "vfio-pci");
	assert_string_equal(vf->power_control, "auto");
	assert_int_equal(vf->d3cold_allowed, VCK_NO);
	assert_false(vck_device_has(vf, VCK_EV_HEADER));
	assert_int_equal(h->privileged, VCK_YES);
}

static void test_groups(void **state)
{
	cleanup_host struct vck_host *h =
		memhost_gather(tree(server), VCK_ORIGIN_CAPTURE);
	struct vck_group *g;

	(void)state;
	assert_true(vck_host_has(h, VCK_EV_GROUPS | VCK_EV_UNITS));
	assert_int_equal(h->n_groups, 2);
	g = h->groups[0];
	assert_string_equal(g->id, "2");
	assert_string_equal(g->type, "DMA-FQ");
	assert_int_equal(g->n_regions, 2);
	assert_int_equal(g->regions[0].end, 0xffffff);
	assert_string_equal(g->regions[1].type, "msi");
	assert_ptr_equal(g->devices[0], device(h, "0000:05:00.0"));
	assert_int_equal(h->groups[1]->n_regions, 0);
	assert_int_equal(h->groups[1]->regions_known, VCK_YES);
	/* listed groups say of every device whether it has one */
	assert_null(device(h, "0000:00:1c.0")->group);
	assert_true(vck_device_has(device(h, "0000:00:1c.0"), VCK_EV_GROUP));
}

static void test_damaged_groups(void **state)
{
	static const char *const more[] = {
		"sys/kernel/iommu_groups/2/devices/0000:06:00.0 -> ../../../../devices/gone",
		"sys/kernel/iommu_groups/2/devices/serial8250 -> ../../../../devices/gone",
		"sys/kernel/iommu_groups/10/reserved_regions = 0x0 nonsense\\n",
		"sys/kernel/iommu_groups/11/devices ! EACCES",
		"sys/kernel/iommu_groups/11/type = \\n",
		NULL,
	};
	struct vck_memtree *t = tree(server);

	(void)state;
	memhost_add(t, more);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_int_equal(h->groups[0]->n_devices, 1);
	assert_int_equal(h->groups[0]->n_missing, 2);
	assert_string_equal(h->groups[0]->missing[0], "0000:06:00.0");
	assert_int_equal(h->groups[1]->regions_known, VCK_UNKNOWN);
	assert_non_null(
		memhost_problem(h, "groups", "a member that is not there of 2 groups"));
	assert_non_null(memhost_problem(h, "groups", "reserved regions of 10"));
	assert_int_equal(memhost_problem(h, "groups", "members of 11")->err, EACCES);
	assert_false(h->groups[0]->members_unread);
	assert_true(h->groups[2]->members_unread);
	assert_null(h->groups[2]->type);
}

/* Members on a bus that is not read are there too, and nobody is told that they are gone. */
static void test_other_buses(void **state)
{
#define MC "sys/devices/platform/soc/80c000000.fsl-mc"
	static const char *const more[] = {
		"sys/kernel/iommu_groups/2/devices/dpni.1 -> "
		"../../../../devices/platform/soc/80c000000.fsl-mc/dprc.1/dpni.1",
		"sys/kernel/iommu_groups/2/devices/dpni.2 -> "
		"../../../../devices/platform/soc/80c000000.fsl-mc/dprc.1/dpni.2",
		MC "/dprc.1/dpni.1/subsystem -> ../../../../../../bus/fsl-mc",
		NULL,
	};
	static const char *const unlisted[] = { NULL, "sys/bus/platform/devices" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unlisted); i++) {
		struct vck_memtree *t = tree(server);

		memhost_add(t, more);
		if (unlisted[i]) {
			vck_memtree_remove(t, unlisted[i]);
			assert_int_equal(vck_memtree_error(t, unlisted[i], EACCES), 0);
		}
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);
		const struct vck_group *g = h->groups[0];

		assert_int_equal(g->n_not_read, 1);
		assert_string_equal(g->not_read[0], "dpni.1 (fsl-mc)");
		assert_int_equal(g->n_missing, i == 0);
		if (i == 0)
			assert_string_equal(g->missing[0], "dpni.2");
		assert_null(vck_host_find_device(h, "dpni.1"));
		assert_non_null(memhost_problem(h, "groups", "a member on a bus that is not read of 2"));
	}
}

/* Members of which the bus could not be listed are there, with nothing known of them. */
static void test_unread_members(void **state)
{
	static const char *const more[] = {
		"sys/kernel/iommu_groups/2/devices/0000:06:00.0 -> ../../../../devices/x",
		"sys/kernel/iommu_groups/10/devices/serial8250 -> ../../../../devices/x",
		NULL,
	};
	static const struct {
		const char *dir;
		size_t devices, missing, missing_platform;
	} rows[] = {
		{ "sys/bus/pci/devices", 4, 0, 1 },
		{ "sys/bus/platform/devices", 4, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_memtree *t = tree(server);
		const struct vck_device *d;

		memhost_add(t, more);
		vck_memtree_remove(t, rows[i].dir);
		assert_int_equal(vck_memtree_error(t, rows[i].dir, EACCES), 0);
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

		assert_int_equal(h->groups[0]->n_missing, rows[i].missing);
		assert_int_equal(h->groups[0]->n_devices, 2 - rows[i].missing);
		assert_int_equal(h->groups[1]->n_missing, rows[i].missing_platform);
		assert_int_equal(h->groups[1]->n_devices, 2 - rows[i].missing_platform);
		d = device(h, i ? "serial8250" : "0000:06:00.0");
		assert_int_equal(d->bus, i ? VCK_BUS_PLATFORM : VCK_BUS_PCI);
		assert_int_equal(d->have, VCK_EV_GROUP);
		if (i == 0)
			assert_int_equal(d->bdf.bus, 6);
		assert_false(h->groups[0]->members_unread);
	}
}

/* What the devices' own links say stands in for a listing that is refused. */
static void test_refused_groups(void **state)
{
	static const char *const more[] = {
		NIC "/iommu_group -> ../../../../kernel/iommu_groups/7",
		NULL,
	};
	struct vck_memtree *t = tree(server);

	(void)state;
	memhost_add(t, more);
	vck_memtree_remove(t, "sys/kernel/iommu_groups");
	assert_int_equal(vck_memtree_error(t, "sys/kernel/iommu_groups", EACCES), 0);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_false(vck_host_has(h, VCK_EV_GROUPS));
	assert_string_equal(device(h, "0000:05:00.0")->group->id, "7");
	assert_true(device(h, "0000:05:00.0")->group->members_unread);
	assert_false(vck_device_has(device(h, "0000:05:10.0"), VCK_EV_GROUP));
	assert_int_equal(memhost_problem(h, "groups", "IOMMU groups")->err, EACCES);
}

/* Directories without uevent prove nothing by what they lack. */
static void test_partial_tree(void **state)
{
	static const char *const lines[] = {
		"sys/bus/pci/devices/0000:00:02.0/vendor = 0x8086\\n",
		"sys/bus/pci/devices/0000:00:02.0/device = 0x3e92\\n",
		"sys/bus/pci/devices/0000:00:02.0/class = 0x030000\\n",
		"sys/bus/pci/devices/0000:00:02.0/boot_vga = 1\\n",
		"sys/bus/pci/devices/0000:01:00.0/vendor ! EACCES",
		"sys/bus/pci/devices/nonsense/vendor = 0x8086\\n",
		"sys/bus/pci/devices/0000:02:00.0 -> ../../../devices/gone",
		NULL,
	};
	struct vck_memtree *t = tree(lines);
	struct vck_device *vga, *other;

	(void)state;
	memhost_config(t, "sys/bus/pci/devices/0000:01:00.0/config", 64, false);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_ROOT);

	assert_int_equal(h->n_devices, 2);
	vga = device(h, "0000:00:02.0");
	other = device(h, "0000:01:00.0");
	assert_int_equal(vga->have & (VCK_EV_DRIVER | VCK_EV_GROUP | VCK_EV_RESET |
				      VCK_EV_SRIOV | VCK_EV_HEADER),
			 0);
	assert_true(vck_device_has(vga, VCK_EV_IDS));
	assert_int_equal(vga->device_id, 0x3e92);
	assert_int_equal(vga->boot_vga, VCK_YES);
	/* the header of a 64-byte config stands in for the ids, and says there is no list
	 */
	assert_int_equal(other->vendor_id, 0x1af4);
	assert_true(vck_device_has(other, VCK_EV_IDS | VCK_EV_HEADER | VCK_EV_CAPS));
	assert_false(vck_host_has(h, VCK_EV_GROUPS));
	assert_false(vck_host_has(h, VCK_EV_UNITS));
	assert_non_null(memhost_problem(h, "pci", "everything of 0000:02:00.0"));
	assert_non_null(memhost_problem(h, "pci", "address (it is none) of nonsense"));
}

/* What was read is said, and root is named only where that is what the kernel shows without. */
static void test_cut_config(void **state)
{
	static const struct {
		size_t size;
		const char *problem;
	} rows[] = {
		{ 64, "config space beyond 64 bytes of 0000:05:00.0: capabilities are unknown (run as root)" },
		{ 65, "config space beyond 65 bytes of 0000:05:00.0: capabilities are unknown" },
		/* its standard list ends there */
		{ 100, "config space beyond 100 bytes of 0000:05:00.0: ACS, ATS and SR-IOV are unknown" },
		{ 256, "config space beyond 256 bytes of 0000:05:00.0: ACS, ATS and SR-IOV are unknown" },
		{ 257, "config space beyond 257 bytes of 0000:05:00.0: ACS, ATS and SR-IOV are unknown" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_memtree *t = tree(server);

		memhost_config(t, NIC "/config", rows[i].size, true);
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);
		const struct vck_problem *p = memhost_problem(h, "pci", "config space beyond");

		assert_non_null(p);
		assert_string_equal(p->unknown, rows[i].problem);
	}
}

static void test_unprivileged(void **state)
{
	struct vck_memtree *t = tree(server);
	size_t lines = 0;

	(void)state;
	memhost_config(t, PORT "/config", 64, true);
	memhost_config(t, NIC "/config", 64, true);
	memhost_config(t, PORT "/0000:05:10.0/config", 64, true);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_int_equal(h->privileged, VCK_NO);
	assert_int_equal(device(h, "0000:05:00.0")->cap.exp.present, VCK_UNKNOWN);
	assert_non_null(
		memhost_problem(h, "pci", "config space beyond 64 bytes of 3 functions"));
	for (size_t i = 0; i < h->n_problems; i++)
		lines += streq(h->problems[i].source, "pci");
	assert_int_equal(lines, 1);
}

/* In a tree that no kernel made a function may be above itself, or two above each other. */
static void test_above_itself(void **state)
{
	static const char *const lines[] = {
		"proc/sys/kernel/osrelease = 6.12.0-test\\n",
		"proc/sys/kernel/arch = aarch64\\n",
		"sys/bus/pci/devices/0000:01:00.0 -> ../../../devices/pci0000:00/0000:01:00.0/0000:09:00.0",
		"sys/bus/pci/devices/0000:02:00.0 -> ../../../devices/pci0000:00/0000:03:00.0/0000:02:00.0",
		"sys/bus/pci/devices/0000:03:00.0 -> ../../../devices/pci0000:00/0000:02:00.0/0000:03:00.0",
		PCI "/0000:01:00.0/0000:09:00.0/uevent = PCI_CLASS=60400\\n",
		PCI "/0000:03:00.0/0000:02:00.0/uevent = PCI_CLASS=60400\\n",
		PCI "/0000:02:00.0/0000:03:00.0/uevent = PCI_CLASS=60400\\n",
		NULL,
	};
	cleanup_host struct vck_host *h = memhost_gather(tree(lines), VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_int_equal(h->n_devices, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_null(h->devices[i]->upstream);
		assert_false(vck_device_has(h->devices[i], VCK_EV_PATH));
	}
	assert_ptr_equal(h->devices[2]->upstream, h->devices[1]);
	assert_non_null(memhost_problem(
		h, "pci", "bridge above (its bus number is not lower) of 2 functions"));
	assert_int_equal(vck_check(h), 0);
}

static void test_vmd(void **state)
{
	static const char *const lines[] = {
		"sys/bus/pci/devices/0000:00:0e.0 -> ../../../devices/pci0000:00/0000:00:0e.0",
		"sys/bus/pci/devices/10000:e0:06.0 -> "
		"../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0",
		"sys/bus/pci/devices/10000:e1:00.0 -> "
		"../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0",
		PCI
		"/0000:00:0e.0/uevent = DRIVER=vmd\\nPCI_CLASS=10400\\nPCI_ID=8086:9A0B\\n",
		PCI "/0000:00:0e.0/pci10000:e0/10000:e0:06.0/uevent = DRIVER=pcieport\\n",
		PCI
		"/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0/uevent = DRIVER=nvme\\n",
		NULL,
	};
	cleanup_host struct vck_host *h = memhost_gather(tree(lines), VCK_ORIGIN_CAPTURE);
	struct vck_device *nvme = device(h, "10000:e1:00.0");

	(void)state;
	assert_ptr_equal(nvme->real_dma_dev, device(h, "0000:00:0e.0"));
	assert_ptr_equal(nvme->upstream, device(h, "10000:e0:06.0"));
	assert_null(nvme->upstream->upstream);
	assert_string_equal(nvme->bridge_parent, "pci0000:00/0000:00:0e.0");
	assert_null(device(h, "0000:00:0e.0")->real_dma_dev);
}

/* --- units --- */

static void test_intel_unit(void **state)
{
	cleanup_host struct vck_host *h =
		memhost_gather(tree(server), VCK_ORIGIN_CAPTURE);
	struct vck_unit *u = vck_host_find_unit(h, "dmar0");

	(void)state;
	assert_int_equal(u->driver, VCK_IOMMU_INTEL);
	assert_string_equal(u->driver_name, "intel-iommu");
	assert_int_equal(u->regs_known, VCK_YES);
	assert_true(u->cap == 0xd2008c40660462 && u->ecap == 0xf050da);
	assert_int_equal(u->base, 0xfed90000);
	assert_string_equal(u->version, "1:0");
	assert_null(u->parent);
}

static void test_amd_features(void **state)
{
	static const struct {
		const char *release, *features;
		enum vck_tri known;
		uint64_t efr, efr2;
	} rows[] = {
		{"5.10.0", "58f77ef22294ade", VCK_YES, 0x58f77ef22294ade, 0},
		{"6.1.0", "2:58f77ef22294ade", VCK_YES, 0x58f77ef22294ade, 2},
		{"6.6.0", "2:58f77ef22294ade", VCK_YES, 0x58f77ef22294ade, 2},
		{"6.7.0", "58f77ef22294ade:2", VCK_YES, 0x58f77ef22294ade, 2},
		{"7.2.0", "58f77ef22294ade:0", VCK_YES, 0x58f77ef22294ade, 0},
		/* which is which: EFR is the one with the high bits */
		{"5.14.0-427.13.1.el9_4.x86_64", "58f77ef22294ade:2", VCK_YES,
		 0x58f77ef22294ade, 2},
		{"5.14.0-162.6.1.el9_1.x86_64", "2:58f77ef22294ade", VCK_YES,
		 0x58f77ef22294ade, 2},
		{"nonsense", "2:58f77ef22294ade", VCK_YES, 0x58f77ef22294ade, 2},
		{"6.12.0", "nonsense", VCK_UNKNOWN, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *const lines[] = {
			"sys/class/iommu/ivhd0 -> ../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0",
			PCI "/0000:00:00.2/iommu/ivhd0/amd-iommu/cap = 190b640f\\n",
			NULL,
		};
		struct vck_memtree *t = tree(lines);
		const char *path = PCI "/0000:00:00.2/iommu/ivhd0/amd-iommu/features";

		assert_int_equal(vck_memtree_file(t, path, rows[i].features,
						  strlen(rows[i].features)),
				 0);
		assert_int_equal(vck_memtree_file(t, "proc/sys/kernel/osrelease",
						  rows[i].release,
						  strlen(rows[i].release)),
				 0);
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);
		struct vck_unit *u = vck_host_find_unit(h, "ivhd0");

		assert_int_equal(u->driver, VCK_IOMMU_AMD);
		assert_int_equal(u->regs_known, rows[i].known);
		assert_true(u->efr == rows[i].efr && u->efr2 == rows[i].efr2);
		assert_int_equal(u->amd_cap, 0x190b640f);
		assert_string_equal(u->parent, "0000:00:00.2");
	}
}

static void test_other_units(void **state)
{
	static const char *const lines[] = {
		"sys/class/iommu/smmu3.0x0000000009050000 -> "
		"../../devices/platform/9050000.smmuv3/iommu/smmu3.0x0000000009050000",
		"sys/devices/platform/9050000.smmuv3/iommu/smmu3.0x0000000009050000/devices/",
		"sys/class/iommu/0000:00:01.0 -> "
		"../../devices/pci0000:00/0000:00:01.0/virtio0/iommu/0000:00:01.0",
		PCI "/0000:00:01.0/virtio0/device = 0x0017\\n",
		PCI "/0000:00:01.0/virtio0/iommu/0000:00:01.0/devices/",
		"sys/class/iommu/a003e00.virtio_mmio -> "
		"../../devices/platform/a003e00.virtio_mmio/virtio1/iommu/a003e00.virtio_mmio",
		"sys/devices/platform/a003e00.virtio_mmio/virtio1/driver -> ../x/virtio_iommu",
		"sys/devices/platform/a003e00.virtio_mmio/virtio1/iommu/a003e00.virtio_mmio/devices/",
		"sys/class/iommu/ff340000.iommu -> "
		"../../devices/platform/ff340000.iommu/iommu/ff340000.iommu",
		"sys/devices/platform/ff340000.iommu/driver -> ../../../bus/platform/drivers/rk_iommu",
		"sys/devices/platform/ff340000.iommu/iommu/ff340000.iommu/devices/",
		NULL,
	};
	cleanup_host struct vck_host *h = memhost_gather(tree(lines), VCK_ORIGIN_CAPTURE);
	struct vck_unit *u = vck_host_find_unit(h, "smmu3.0x0000000009050000");

	(void)state;
	assert_int_equal(u->driver, VCK_IOMMU_SMMU_V3);
	assert_int_equal(u->base, 0x9050000);
	assert_string_equal(u->parent, "9050000.smmuv3");
	u = vck_host_find_unit(h, "0000:00:01.0");
	assert_int_equal(u->driver, VCK_IOMMU_VIRTIO);
	assert_string_equal(u->parent, "0000:00:01.0");
	u = vck_host_find_unit(h, "a003e00.virtio_mmio");
	assert_int_equal(u->driver, VCK_IOMMU_VIRTIO);
	assert_string_equal(u->parent, "a003e00.virtio_mmio");
	u = vck_host_find_unit(h, "ff340000.iommu");
	assert_int_equal(u->driver, VCK_IOMMU_OTHER);
	assert_string_equal(u->driver_name, "rk_iommu");
}

/* --- interrupts, virtio, platform --- */

static void test_interrupts(void **state)
{
	static const struct {
		const char *line, *chip;
		enum vck_tri remapped;
	} rows[] = {
		{" 33:  15  0  IR-PCI-MSIX-0000:05:00.0   0-edge      eth0\\n",
		 "IR-PCI-MSIX-0000:05:00.0", VCK_YES},
		{" 33:  15  0  PCI-MSI-0000:05:00.0   0-edge      eth0\\n",
		 "PCI-MSI-0000:05:00.0", VCK_NO},
		{" 30:  1  ITS-PCI-MSIX-0000:05:00.0   0 Edge      eth0\\n",
		 "ITS-PCI-MSIX-0000:05:00.0", VCK_UNKNOWN},
		/* 5 << 19, index 1 */
		{" 36:  14  2  IR-PCI-MSI 2621441-edge      eth0\\n", "IR-PCI-MSI",
		 VCK_YES},
		{" 36:  14  ITS-MSI 2621440 Edge      eth0\\n", "ITS-MSI", VCK_UNKNOWN},
		{" 24:  0  0  DMAR-MSI   0-edge      dmar0\\n", NULL, VCK_UNKNOWN},
		{"  9:  0  0  IO-APIC   9-fasteoi   acpi\\n", NULL, VCK_NO},
		{"NMI:  0  0   Non-maskable interrupts\\n", NULL, VCK_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_memtree *t = tree(server);
		char text[256];

		snprintf(text, sizeof(text), "proc/interrupts =     CPU0 CPU1\\n%s",
			 rows[i].line);
		memhost_add(t, (const char *const[]){text, NULL});
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);
		const char *chip = device(h, "0000:05:00.0")->msi_chip;

		assert_true(vck_host_has(h, VCK_EV_INTERRUPTS));
		if (!streq0(chip, rows[i].chip))
			fail_msg("row %zu: %s", i, chip ? chip : "none");
		assert_int_equal(h->intr_remapping_in_use, rows[i].remapped);
	}
}

static void test_platform(void **state)
{
	static const char *const lines[] = {
		"sys/bus/virtio/devices/virtio3 -> ../../../devices/platform/a003e00.virtio_mmio/virtio3",
		"sys/devices/platform/a003e00.virtio_mmio/virtio3/device = 0x0001\\n",
		"sys/devices/platform/a003e00.virtio_mmio/virtio3/vendor = 0x554d4551\\n",
		"sys/devices/platform/a003e00.virtio_mmio/virtio3/features = 0011\\n",
		"sys/devices/platform/a003e00.virtio_mmio/virtio3/driver -> ../x/drivers/virtio_net",
		"sys/devices/platform/a003e00.virtio_mmio/driver -> ../../x/drivers/virtio-mmio",
		"sys/devices/platform/a003e00.virtio_mmio/uevent = X=1\\n",
		"sys/bus/platform/devices/a003e00.virtio_mmio -> "
		"../../../devices/platform/a003e00.virtio_mmio",
		"sys/bus/platform/devices/serial8250 -> ../../../devices/platform/serial8250",
		"sys/devices/platform/serial8250/uevent = X=1\\n",
		"sys/bus/amba/devices/9010000.pl031 -> ../../../devices/platform/9010000.pl031",
		"sys/devices/platform/9010000.pl031/iommu_group -> ../../../kernel/iommu_groups/3",
		"sys/devices/platform/9010000.pl031/uevent = X=1\\n",
		"sys/kernel/iommu_groups/3/devices/9010000.pl031 -> ../../../../devices/x",
		NULL,
	};
	cleanup_host struct vck_host *h = memhost_gather(tree(lines), VCK_ORIGIN_CAPTURE);
	struct vck_device *d = device(h, "a003e00.virtio_mmio");

	(void)state;
	assert_int_equal(h->n_devices, 2);
	assert_int_equal(d->bus, VCK_BUS_PLATFORM);
	assert_string_equal(d->driver, "virtio-mmio");
	assert_string_equal(d->virtio->name, "virtio3");
	assert_string_equal(d->virtio->features, "0011");
	assert_string_equal(d->virtio->driver, "virtio_net");
	assert_int_equal(d->virtio->device, 1);
	assert_true(vck_device_has(d, VCK_EV_FEATURES));
	d = device(h, "9010000.pl031");
	assert_int_equal(d->bus, VCK_BUS_AMBA);
	assert_string_equal(d->group->id, "3");
	assert_null(d->driver);
	assert_true(vck_device_has(d, VCK_EV_DRIVER | VCK_EV_GROUP));
}

/* A VF on the next bus, whose name a reader of names would take before its PF's; and a function
 * of the next domain, which no PF of this one can own. */
static void test_vf_order(void **state)
{
#define ROOT_BUS "sys/devices/pci0000:00/"
	static const char *const lines[] = {
		"sys/bus/pci/devices/0000:19:00.0 -> ../../../devices/pci0000:00/0000:19:00.0",
		"sys/bus/pci/devices/0000:1a:00.0 -> ../../../devices/pci0000:00/0000:1a:00.0",
		ROOT_BUS "0000:19:00.0/uevent = PCI_CLASS=20000\\nPCI_ID=8086:10C9\\n",
		ROOT_BUS "0000:19:00.0/sriov_totalvfs = 7\\n",
		ROOT_BUS "0000:19:00.0/sriov_numvfs = 1\\n",
		ROOT_BUS "0000:1a:00.0/uevent = PCI_CLASS=20000\\nPCI_ID=8086:10CA\\n",
		ROOT_BUS "0000:1a:00.0/physfn -> ../0000:19:00.0",
		NULL,
	};
	cleanup_host struct vck_host *h = memhost_gather(tree(lines), VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_ptr_equal(device(h, "0000:1a:00.0")->physfn, device(h, "0000:19:00.0"));
	assert_null(device(h, "0000:19:00.0")->physfn);
}

static void test_on_bus(void **state)
{
	static const char *const names[] = {"0000:00:00.0", "0000:01:00.0", "0000:01:00.1",
					    "0000:02:00.0", "0001:01:00.0", "fb000000.ethernet"};
	cleanup_host struct vck_host *h = vck_host_new();
	struct vck_device *const *found;

	(void)state;
	assert_int_equal(vck_host_on_bus(h, 0, 1, &found), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct vck_device *d = vck_host_add_device(h, names[i]);

		assert_non_null(d);
		d->bus = vck_bdf_parse(names[i], &d->bdf) == 0 ? VCK_BUS_PCI
							       : VCK_BUS_PLATFORM;
	}
	vck_host_sort(h);
	assert_int_equal(vck_host_on_bus(h, 0, 1, &found), 2);
	assert_string_equal(found[0]->address, "0000:01:00.0");
	assert_string_equal(found[1]->address, "0000:01:00.1");
	assert_int_equal(vck_host_on_bus(h, 1, 1, &found), 1);
	assert_string_equal(found[0]->address, "0001:01:00.0");
	assert_int_equal(vck_host_on_bus(h, 1, 2, &found), 0);
	assert_int_equal(vck_host_on_bus(h, 0, 0, &found), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_vf_order),
		cmocka_unit_test(test_on_bus),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_unread_members),
		cmocka_unit_test(test_damaged_groups),
		cmocka_unit_test(test_refused_groups),
		cmocka_unit_test(test_partial_tree),
		cmocka_unit_test(test_cut_config),
		cmocka_unit_test(test_unprivileged),
		cmocka_unit_test(test_vmd),
		cmocka_unit_test(test_above_itself),
		cmocka_unit_test(test_intel_unit),
		cmocka_unit_test(test_amd_features),
		cmocka_unit_test(test_other_units),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_platform), cmocka_unit_test(test_other_buses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
