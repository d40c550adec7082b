// SPDX-License-Identifier: GPL-2.0-or-later
/* The text files of sysfs and procfs that the sources parse, one after the other: the first byte of the
 * input chooses the file, the rest is its content. */
#include "config.h"

#include "fuzz.h"
#include "source/memtree.h"

#define FUNCTION "sys/devices/pci0000:00/0000:00:01.0"

static const char *const files[] = {
	FUNCTION "/uevent",	   FUNCTION "/resource",	   FUNCTION "/reset_method",
	FUNCTION "/power_state",   FUNCTION "/sriov_numvfs",	   FUNCTION "/driver_override",
	FUNCTION "/vendor",	   "proc/cmdline",		   "proc/interrupts",
	"proc/iomem",		   "proc/meminfo",		   "proc/sys/kernel/osrelease",
	"proc/sys/kernel/arch",	   "sys/kernel/security/lockdown", "sys/kernel/iommu_groups/1/type",
	"sys/kernel/iommu_groups/1/reserved_regions", "lib/modules/6.12.0/modules.alias",
	"lib/modules/6.12.0/modules.dep", "proc/cpuinfo", "proc/self/mountinfo", "proc/swaps",
	"etc/viommu-check.d/x.conf", "run/viommu-check/nosnoop/0000:00:01.0",
	"sys/devices/virtual/iommu/dmar0/intel-iommu/ecap",
	"sys/devices/virtual/iommu/ivhd0/amd-iommu/features",
	"sys/bus/virtio/devices/virtio0/features",
	/* Behind these: the seeds name a file by its number. */
	FUNCTION "/modalias",	   FUNCTION "/class",		   FUNCTION "/numa_node",
	FUNCTION "/boot_vga",	   FUNCTION "/d3cold_allowed",	   FUNCTION "/sriov_totalvfs",
	FUNCTION "/power/runtime_status", "lib/modules/6.12.0/modules.builtin",
	"proc/self/limits",	   "proc/self/smaps",		   "proc/1/mountinfo",
	"proc/xen/capabilities",   "sys/hypervisor/type",	   "sys/class/tty/console/active",
	"sys/firmware/devicetree/base/compatible", "sys/devices/system/memory/block_size_bytes",
	"sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
	"sys/module/vfio_pci/parameters/disable_denylist",
	"etc/modprobe.d/vfio.conf",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char modalias[] = "pci:v00008086d0000A110sv00000000sd00000000bc02sc00i00\n";
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new();
	const char *file;

	assert(tree);
	if (!size)
		return 0;
	file = files[data[0] % ARRAY_SIZE(files)];
	if (!str_ends(file, "/modalias"))
		assert(vck_memtree_file(tree, FUNCTION "/modalias", modalias,
					sizeof(modalias) - 1) == 0);
	assert(vck_memtree_file(tree, "proc/sys/kernel/osrelease", "6.12.0\n", 7) == 0);
	assert(vck_memtree_file(tree, FUNCTION "/vendor", "0x8086\n", 7) == 0);
	assert(vck_memtree_link(tree, "sys/bus/pci/devices/0000:00:01.0",
				"../../../devices/pci0000:00/0000:00:01.0") == 0);
	assert(vck_memtree_link(tree, "sys/kernel/iommu_groups/1/devices/0000:00:01.0",
				"../../../../devices/pci0000:00/0000:00:01.0") == 0);
	assert(vck_memtree_link(tree, FUNCTION "/iommu_group",
				"../../../kernel/iommu_groups/1") == 0);
	assert(vck_memtree_link(tree, "sys/class/iommu/dmar0",
				"../../devices/virtual/iommu/dmar0") == 0);
	assert(vck_memtree_link(tree, "sys/class/iommu/ivhd0",
				"../../devices/virtual/iommu/ivhd0") == 0);
	assert(vck_memtree_dir(tree, "sys/module") == 0);
	assert(vck_memtree_file(tree, file, data + 1, size - 1) == 0);
	fuzz_tree(TAKE_PTR(tree), VCK_ORIGIN_CAPTURE);
	return 0;
}
