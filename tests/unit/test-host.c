// SPDX-License-Identifier: GPL-2.0-or-later
/* The readers of what surrounds the devices: kernel, memory, guest or not, modules,
 * variant drivers, and what the host uses devices for. Addresses that the kernel
 * hides are no evidence, and a module that nobody listed is unknown, not absent. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "memhost.h"

static struct vck_host *host(const char *const *lines, enum vck_origin origin)
{
	struct vck_memtree *t = vck_memtree_new();

	assert_non_null(t);
	memhost_add(t, lines);
	return memhost_gather(t, origin);
}

static void test_kernel(void **state)
{
	static const char *const lines[] = {
		"proc/sys/kernel/osrelease = 6.12.117+deb13-amd64\\n",
		"proc/sys/kernel/arch = x86_64\\n",
		"proc/cmdline = intel_iommu=on  iommu=pt\\n",
		"sys/kernel/security/lockdown = none [integrity] confidentiality\\n",
		"proc/iomem = 00001000-0009ffff : System RAM\\n"
		"  00002000-00003fff : Kernel code\\n"
		"90000000-902fffff : BOOTFB\\n"
		"100000000-87fffffff : System RAM\\n",
		NULL,
	};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_string_equal(h->release, "6.12.117+deb13-amd64");
	assert_int_equal(h->kver, VCK_KVER(6, 12));
	assert_int_equal(h->arch, VCK_ARCH_X86_64);
	assert_string_equal(h->cmdline, "intel_iommu=on  iommu=pt");
	assert_int_equal(h->lockdown, VCK_LOCKDOWN_INTEGRITY);
	assert_true(h->memory_top == 0x880000000);
	assert_int_equal(h->page_size, 4096);
	assert_int_equal(h->n_iomem, 1);
	assert_string_equal(h->iomem[0].type, "BOOTFB");
	assert_int_equal(h->iomem[0].start, 0x90000000);
	assert_true(vck_host_has(h, VCK_EV_KERNEL | VCK_EV_ARCH | VCK_EV_CMDLINE |
					    VCK_EV_LOCKDOWN | VCK_EV_IOMEM |
					    VCK_EV_MEMORY));
	assert_false(vck_host_has(h, VCK_EV_LIMITS));
}

static void test_nothing(void **state)
{
	static const char *const lines[] = {"other/file = x", NULL};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_ROOT);

	(void)state;
	assert_int_equal(h->have, 0);
	assert_int_equal(h->kver, 0);
	assert_int_equal(h->arch, VCK_ARCH_UNKNOWN);
	assert_int_equal(h->lockdown, VCK_LOCKDOWN_UNKNOWN);
	assert_int_equal(h->in_guest, VCK_UNKNOWN);
	assert_int_equal(h->vfio.vfio_loaded, VCK_UNKNOWN);
	assert_int_equal(h->vfio.container_node, VCK_UNKNOWN);
	assert_int_equal(h->privileged, VCK_UNKNOWN);
	assert_non_null(memhost_problem(h, "pci", "PCI functions"));
}

static void test_hidden_addresses(void **state)
{
	static const char *const lines[] = {
		"proc/iomem = 00000000-00000000 : System RAM\\n00000000-00000000 : BOOTFB\\n",
		"sys/devices/system/memory/block_size_bytes = 8000000\\n",
		"sys/devices/system/memory/memory0/state = online\\n",
		"sys/devices/system/memory/memory47/state = online\\n",
		"sys/devices/system/memory/memory5/state = online\\n",
		"sys/kernel/security/lsm = capability,yama\\n",
		NULL,
	};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_false(vck_host_has(h, VCK_EV_IOMEM));
	assert_int_equal(h->n_iomem, 0);
	assert_true(h->memory_top == 48ull * 0x8000000);
	/* securityfs is there and shows no lockdown */
	assert_int_equal(h->lockdown, VCK_LOCKDOWN_NONE);
}

static void test_guest(void **state)
{
	static const struct {
		const char *lines[4];
		enum vck_tri in_guest;
	} rows[] = {
		{{"proc/cpuinfo = processor\t: 0\\nflags\t\t: fpu vme hypervisor lahf\\nbugs:\\n"},
		 VCK_YES},
		{{"proc/cpuinfo = processor\t: 0\\nflags\t\t: fpu vme lahf_lm\\nbugs:\\n"},
		 VCK_NO},
		{{"proc/cpuinfo = processor\t: 0\\nflags\t\t: fpu hypervisor"},
		 VCK_UNKNOWN},
		{{"proc/cpuinfo = processor\t: 0\\nFeatures\t: fp asimd\\n"},
		 VCK_UNKNOWN},
		{{"sys/hypervisor/type = xen\\n", "proc/xen/capabilities = control_d\\n",
		  "proc/cpuinfo = flags\t\t: hypervisor x\\n\\n"},
		 VCK_NO},
		{{"sys/hypervisor/type = xen\\n"}, VCK_YES},
		{{"sys/class/dmi/id/sys_vendor = QEMU\\n"}, VCK_YES},
		{{"sys/class/dmi/id/sys_vendor = Dell Inc.\\n"}, VCK_UNKNOWN},
		{{"sys/firmware/devicetree/base/compatible = linux,dummy-virt\\x00"},
		 VCK_YES},
		{{"sys/firmware/devicetree/base/hypervisor/compatible = xen,xen\\x00"},
		 VCK_YES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_host struct vck_host *h = host(rows[i].lines, VCK_ORIGIN_CAPTURE);

		if (h->in_guest != rows[i].in_guest)
			fail_msg("row %zu: %d", i, h->in_guest);
		assert_int_equal(h->in_guest_why != NULL, h->in_guest != VCK_UNKNOWN);
	}
}

/* --- modules --- */

static void test_modules(void **state)
{
	static const char *const lines[] = {
		"proc/sys/kernel/osrelease = 6.12.0\\n",
		"proc/modules = vfio 1 0 - Live\\n",
		"sys/module/vfio/initstate = live\\n",
		"sys/module/vfio/parameters/enable_unsafe_noiommu_mode = N\\n",
		"sys/module/vfio_pci/initstate = coming\\n",
		"sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts = Y\\n",
		"lib/modules/6.12.0/modules.dep = kernel/drivers/vfio/pci/vfio-pci.ko.xz: "
		"kernel/drivers/vfio/pci/vfio-pci-core.ko.xz\\n"
		"kernel/drivers/vfio/platform/vfio-platform-base.ko: x\\n",
		"lib/modules/6.12.0/modules.builtin = kernel/drivers/iommu/iommufd/iommufd.ko\\n",
		"dev/vfio/vfio = ",
		NULL,
	};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);
	const struct vck_vfio *v = &h->vfio;

	(void)state;
	assert_true(vck_host_has(h, VCK_EV_MODULES | VCK_EV_DEVNODES));
	assert_int_equal(v->vfio_loaded, VCK_YES);
	assert_int_equal(v->vfio_pci_loaded, VCK_NO);
	assert_int_equal(v->type1_loaded, VCK_YES); /* built in: no initstate */
	assert_int_equal(v->iommufd_loaded, VCK_NO);
	assert_int_equal(v->vfio_pci_available, VCK_YES);
	assert_int_equal(v->type1_available, VCK_YES);
	assert_int_equal(v->iommufd_available, VCK_YES);
	assert_int_equal(v->platform_available, VCK_NO); /* only its base is listed */
	assert_int_equal(v->container_node, VCK_YES);
	assert_int_equal(v->iommufd_node, VCK_NO);
	assert_int_equal(v->cdev, VCK_NO);
	assert_string_equal(vck_host_param(h, "vfio", "enable_unsafe_noiommu_mode"), "N");
	assert_int_equal(
		vck_host_param_bool(h, "vfio_iommu_type1", "allow_unsafe_interrupts"),
		VCK_YES);
}

/* Whose /dev/vfio/vfio is, by what sysfs and modules.devname have. */
static void test_container(void **state)
{
#define RELEASE "proc/sys/kernel/osrelease = 6.12.0\\n"
#define DEVNAME "lib/modules/6.12.0/modules.devname = "
	static const struct {
		const char *lines[4];
		bool builtin;
		enum vck_tri misc;
		enum vck_container devname;
	} rows[] = {
		{{RELEASE, "sys/module/vfio/initstate = live\\n", "sys/class/misc/kvm/dev = 10:232"},
		 false, VCK_NO, VCK_CONTAINER_UNKNOWN},
		{{RELEASE, "sys/module/vfio/parameters/x = N\\n", "sys/class/misc/vfio -> ../../x"},
		 true, VCK_YES, VCK_CONTAINER_UNKNOWN},
		{{RELEASE, DEVNAME "fuse fuse c10:229\\nvfio vfio/vfio c10:196\\n"},
		 false, VCK_UNKNOWN, VCK_CONTAINER_VFIO},
		{{RELEASE, DEVNAME "iommufd vfio/vfio c10:196\\nkvm kvm c10:232\\n"},
		 false, VCK_UNKNOWN, VCK_CONTAINER_IOMMUFD},
		{{RELEASE, DEVNAME "# vfio vfio/vfio c10:196\\nvfiox vfio/vfio c1:1\\n"},
		 false, VCK_UNKNOWN, VCK_CONTAINER_NONE},
		{{RELEASE, DEVNAME "kvm kvm c10:232\\n"},
		 false, VCK_UNKNOWN, VCK_CONTAINER_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_host struct vck_host *h = host(rows[i].lines, VCK_ORIGIN_CAPTURE);

		if (h->vfio.vfio_builtin != rows[i].builtin ||
		    h->vfio.container_misc != rows[i].misc ||
		    h->vfio.devname != rows[i].devname)
			fail_msg("row %zu: %d %d %d", i, h->vfio.vfio_builtin,
				 h->vfio.container_misc, h->vfio.devname);
	}
}

/* Nothing lists what could be loaded: unknown, unless the kernel loads no modules. */
static void test_unlisted_modules(void **state)
{
	static const struct {
		const char *lines[4];
		enum vck_origin origin;
		enum vck_tri available;
	} rows[] = {
		{{"proc/modules = ", "sys/module/kernel/x = 1"},
		 VCK_ORIGIN_CAPTURE,
		 VCK_UNKNOWN},
		{{"sys/module/kernel/x = 1"}, VCK_ORIGIN_CAPTURE, VCK_NO},
		{{"sys/module/kernel/x = 1"}, VCK_ORIGIN_ROOT, VCK_UNKNOWN},
		{{"proc/cmdline = x"}, VCK_ORIGIN_CAPTURE, VCK_UNKNOWN},
		{{"sys/module/vfio_pci/parameters/ids = x"}, VCK_ORIGIN_ROOT, VCK_YES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_host struct vck_host *h = host(rows[i].lines, rows[i].origin);

		if (h->vfio.vfio_pci_available != rows[i].available)
			fail_msg("row %zu: %d", i, h->vfio.vfio_pci_available);
	}
}

static void test_variants(void **state)
{
	/* the first of two equal ones wins, and the one with fewer wildcards over both */
	static const char aliases[] =
		"lib/modules/6.12.0/modules.alias = "
		"alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core\\n"
		"alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\\n"
		"alias vfio_pci:v000015B3d*sv*sd*bc02sc*i* first_vfio_pci\\n"
		"alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\\n"
		"alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci\\n"
		"alias vfio_pci:v00001AF4d00001041sv00001AF4sd*bc*sc*i* ../../evil\\n"
		"alias vfio_pci:damaged\\n";
	static const struct {
		const char *modalias, *driver;
	} rows[] = {
		{"pci:v000015B3d0000101Esv000015B3sd00000043bc02sc00i00",
		 "first_vfio_pci"},
		{"pci:v000015B3d0000101Esv000015B3sd00000043bc01sc00i00",
		 "mlx5-vfio-pci"},
		{"pci:v00001AF4d00001041sv00001AF4sd00001041bc02sc00i00",
		 "virtio_vfio_pci"},
		{"pci:v00008086d00001572sv00008086sd00000001bc02sc00i00", "vfio-pci"},
		{"pci:nonsense", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char uevent[256];
		const char *const lines[] = {
			"proc/sys/kernel/osrelease = 6.12.0\\n",
			aliases,
			"sys/module/mlx5_vfio_pci/drivers/pci:mlx5-vfio-pci -> x",
			uevent,
			NULL,
		};

		snprintf(uevent, sizeof(uevent),
			 "sys/bus/pci/devices/0000:01:00.0/uevent = MODALIAS=%s\\n",
			 rows[i].modalias);
		cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);

		assert_true(vck_host_has(h, VCK_EV_MODALIAS));
		if (!streq0(h->devices[0]->vfio_driver, rows[i].driver))
			fail_msg("row %zu: %s", i, h->devices[0]->vfio_driver);
	}
}

/* --- usage --- */

#define DISK "sys/devices/pci0000:00/0000:00:17.0/ata1/block/sda"

static const char *const disks[] = {
	"sys/bus/pci/devices/0000:00:17.0 -> ../../../devices/pci0000:00/0000:00:17.0",
	"sys/devices/pci0000:00/0000:00:17.0/uevent = DRIVER=ahci\\n",
	"sys/class/block/sda -> ../../devices/pci0000:00/0000:00:17.0/ata1/block/sda",
	"sys/class/block/sda2 -> ../../devices/pci0000:00/0000:00:17.0/ata1/block/sda/sda2",
	"sys/class/block/dm-0 -> ../../devices/virtual/block/dm-0",
	DISK "/dev = 8:0\\n",
	DISK "/sda2/dev = 8:2\\n",
	DISK "/sda2/holders/dm-0 -> ../x",
	"sys/devices/virtual/block/dm-0/dev = 253:0\\n",
	"sys/devices/virtual/block/dm-0/dm/name = vg-root\\n",
	"sys/devices/virtual/block/dm-0/holders/",
	NULL,
};

static void test_disks(void **state)
{
	static const struct {
		const char *line, *use;
	} rows[] = {
		{"proc/self/mountinfo = 22 1 253:0 / /data\\040here rw - ext4 /dev/mapper/x rw\\n",
		 "mounted at /data here"},
		{"proc/self/mountinfo = 22 1 8:2 / / rw shared:1 - ext4 /dev/root rw\\n",
		 "mounted at /"},
		/* btrfs has a device number of its own */
		{"proc/self/mountinfo = 22 1 0:25 /@ /srv rw - btrfs /dev/mapper/vg-root rw\\n",
		 "mounted at /srv"},
		{"proc/swaps = Filename Type Size\\n/dev/dm-0 partition 1 0 -2\\n",
		 "swap on dm-0"},
		{"proc/self/mountinfo = 22 1 0:5 / /proc rw - proc proc rw\\n",
		 "sda2 is part of dm-0"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_memtree *t = vck_memtree_new();

		memhost_add(t, disks);
		memhost_add(t, (const char *const[]){rows[i].line, NULL});
		cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

		if (!streq0(h->devices[0]->in_use, rows[i].use))
			fail_msg("row %zu: %s", i, h->devices[0]->in_use);
	}
}

/* Holders that hold each other must not hang the program. */
static void test_holder_loop(void **state)
{
	struct vck_memtree *t = vck_memtree_new();

	(void)state;
	memhost_add(t, disks);
	memhost_add(t, (const char *const[]){
			       "sys/devices/virtual/block/dm-0/holders/dm-0 -> x", NULL});
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_non_null(h->devices[0]->in_use);
}

static void test_usage(void **state)
{
	static const char *const lines[] = {
		"sys/bus/pci/devices/0000:05:00.0 -> ../../../devices/pci0000:00/0000:05:00.0",
		"sys/bus/pci/devices/0000:06:00.0 -> ../../../devices/pci0000:00/0000:06:00.0",
		"sys/devices/pci0000:00/0000:05:00.0/uevent = DRIVER=virtio-pci\\n",
		"sys/devices/pci0000:00/0000:06:00.0/uevent = DRIVER=vfio-pci\\n",
		"sys/class/net/eth0 -> ../../devices/pci0000:00/0000:05:00.0/virtio2/net/eth0",
		"sys/class/net/eth1 -> ../../devices/pci0000:00/0000:05:00.0/virtio3/net/eth1",
		"sys/class/net/eth2 -> ../../devices/pci0000:00/0000:05:00.0/virtio4/net/eth2",
		"sys/class/net/lo -> ../../devices/virtual/net/lo",
		"sys/devices/pci0000:00/0000:05:00.0/virtio2/net/eth0/operstate = up\\n",
		"sys/devices/pci0000:00/0000:05:00.0/virtio3/net/eth1/operstate = down\\n",
		"sys/devices/pci0000:00/0000:05:00.0/virtio3/net/eth1/flags = 0x1003\\n",
		"sys/devices/pci0000:00/0000:05:00.0/virtio4/net/eth2/operstate = down\\n",
		"sys/devices/pci0000:00/0000:05:00.0/virtio4/net/eth2/flags = 0x1002\\n",
		"sys/kernel/iommu_groups/9/devices/0000:06:00.0 -> ../../../../devices/x",
		"dev/vfio/9 = ",
		"proc/4711/comm = qemu-system-x86\\n",
		"proc/4711/fd/11 -> /dev/vfio/vfio",
		"proc/4711/fd/12 -> /dev/vfio/9",
		"proc/4712/fd/3 -> /dev/null",
		"proc/4713/fd ! EACCES",
		NULL,
	};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_string_equal(h->devices[0]->in_use,
			    "interface eth0 is up, interface eth1 is up");
	assert_null(h->devices[0]->holders);
	assert_string_equal(h->devices[1]->holders, "qemu-system-x86 (pid 4711)");
	assert_false(h->devices[1]->held_by_cdev);
	assert_null(h->devices[1]->in_use);
	assert_int_equal(memhost_problem(h, "usage", "which processes")->err, EACCES);
}

/* Files of the kernel that are larger than the kernel makes them. */
static void test_too_large(void **state)
{
	static const char *const line = "00001000-00001fff : BOOTFB\n";
	cleanup_free char *big = calloc(1, 1 << 20);
	struct vck_memtree *t = vck_memtree_new();

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < 257; i++)
		memcpy(big + i * strlen(line), line, strlen(line));
	assert_int_equal(vck_memtree_file(t, "proc/iomem", big, strlen(big)), 0);
	memset(big, ' ', 1 << 20);
	assert_int_equal(vck_memtree_file(t, "proc/cmdline", big, 65536), 0);
	assert_int_equal(vck_memtree_file(t, "sys/kernel/iommu_groups/1/reserved_regions",
					  big, 1 << 20), 0);
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_null(h->cmdline);
	assert_int_equal(memhost_problem(h, "kernel", "kernel command line")->err, EFBIG);
	assert_int_equal(memhost_problem(h, "kernel", "memory map")->err, E2BIG);
	assert_false(vck_host_has(h, VCK_EV_IOMEM));
	assert_int_equal(h->groups[0]->regions_known, VCK_UNKNOWN);
	assert_int_equal(memhost_problem(h, "groups", "reserved regions")->err, EFBIG);
}

/* With and without the index, the same. */
static void test_cmdline(void **state)
{
	cleanup_host struct vck_host *h = vck_host_new();
	size_t len;

	(void)state;
	h->cmdline = " iommu=pt quiet x=\"a b\" intel-iommu=on,sm_on intel_iommu=off iommu=soft "
		     "iommux=1 -- iommu=init";
	for (int i = 0; i < 2; i++) {
		assert_memory_equal(vck_cmdline_get(h, "iommu", 0, &len), "pt", 2);
		assert_int_equal(len, 2);
		assert_memory_equal(vck_cmdline_get(h, "iommu", 1, &len), "soft", 4);
		assert_null(vck_cmdline_get(h, "iommu", 2, &len));
		assert_non_null(vck_cmdline_get(h, "quiet", 0, &len));
		assert_int_equal(len, 0);
		assert_non_null(vck_cmdline_get(h, "x", 0, &len));
		assert_int_equal(len, 5);
		assert_null(vck_cmdline_get(h, "b\"", 0, &len));
		assert_null(vck_cmdline_get(h, "iomm", 0, &len));
		assert_null(vck_cmdline_get(h, "zz", 7, &len));
		assert_true(vck_cmdline_has(h, "intel_iommu", "sm_on"));
		assert_true(vck_cmdline_has(h, "intel-iommu", "off"));
		assert_false(vck_cmdline_has(h, "intel_iommu", "sm"));
		assert_int_equal(vck_cmdline_index(h), 0);
	}
	h->cmdline = "quiet";
	assert_null(vck_cmdline_get(h, "iommu", 0, &len));
	assert_non_null(vck_cmdline_get(h, "quiet", 0, &len));
}

/* One directory by many names, where the kernel has no links: not read once more. */
static void test_links(void **state)
{
	static const char *const lines[] = {
		"sys/bus/pci/devices/0000:06:00.0 -> ../../../devices/pci0000:00/0000:06:00.0",
		"sys/devices/pci0000:00/0000:06:00.0/uevent = DRIVER=vfio-pci\\n",
		"sys/kernel/iommu_groups/9/devices/0000:06:00.0 -> ../../../../devices/x",
		"sys/kernel/iommu_groups/10 -> 9",
		"dev/vfio/9 = ",
		"proc/1/fd/12 -> /dev/vfio/9",
		"proc/2 -> 1",
		"proc/3/fd -> ../1/fd",
		NULL,
	};
	cleanup_host struct vck_host *h = host(lines, VCK_ORIGIN_CAPTURE);

	(void)state;
	assert_string_equal(h->devices[0]->group->id, "9");
	assert_int_equal(h->n_groups, 2);
	assert_int_equal(h->groups[1]->n_devices, 0);
	assert_int_equal(memhost_problem(h, "groups", "members")->err, ELOOP);
	assert_string_equal(h->devices[0]->holders, "process (pid 1)");
	assert_true(h->holders_unread);
}

/* Disks that share a directory of holders: a total, and no disk times holder. */
static void test_many_holders(void **state)
{
	struct vck_memtree *t = vck_memtree_new();
	char a[200], b[200], c[200];
	const char *const lines[] = {a, b, c, NULL};

	(void)state;
	memhost_add(t, disks);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(a, sizeof(a), DISK "/b%u/dev = 8:%u\\n", i, i + 10);
		snprintf(b, sizeof(b), DISK "/b%u/holders -> ../all", i);
		snprintf(c, sizeof(c), DISK "/all/h%u -> x", i);
		memhost_add(t, lines);
		snprintf(a, sizeof(a), "sys/class/block/b%u -> ../../devices/%s/b%u", i,
			 &DISK[strlen("sys/devices/")], i);
		memhost_add(t, (const char *const[]){a, NULL});
	}
	cleanup_host struct vck_host *h = memhost_gather(t, VCK_ORIGIN_CAPTURE);

	assert_true(h->usage_unread);
	assert_int_equal(memhost_problem(h, "usage", "what the host uses disks for")->err,
			 E2BIG);
}

/* What names came to in how many files must not make a list of any length. */
static void test_lists(void **state)
{
	cleanup_host struct vck_host *h = vck_host_new();
	const char *list = NULL;
	char item[64];

	(void)state;
	assert_int_equal(vck_list_add(h, &list, "console tty10"), 0);
	assert_int_equal(vck_list_add(h, &list, "console tty1"), 0);
	assert_int_equal(vck_list_add(h, &list, "console tty10"), 0);
	assert_string_equal(list, "console tty10, console tty1");
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(item, sizeof(item), "interface eth%u is up", i);
		assert_int_equal(vck_list_add(h, &list, item), 0);
	}
	assert_true(strlen(list) <= VCK_LIST_LEN + strlen(", and more"));
	assert_non_null(strstr(list, ", interface eth31 is up, "));
	assert_true(str_ends(list, " is up, and more"));
	assert_true(h->arena.used < 4 * VCK_LIST_LEN + sizeof(item));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_hidden_addresses),
		cmocka_unit_test(test_guest),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_container),
		cmocka_unit_test(test_unlisted_modules),
		cmocka_unit_test(test_variants),
		cmocka_unit_test(test_disks),
		cmocka_unit_test(test_holder_loop),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_cmdline),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_many_holders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
