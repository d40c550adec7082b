// SPDX-License-Identifier: GPL-2.0-or-later
/* Config space of any length: lists that loop, capabilities that lie. Behind it the same sources
 * and rules as for a function of a host. */
#include "config.h"

#include "fuzz.h"
#include "source/memtree.h"

#define FUNCTION "sys/devices/pci0000:00/0000:00:01.0"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new();

	assert(tree);
	assert(vck_memtree_file(tree, FUNCTION "/config", data, size) == 0);
	assert(vck_memtree_file(tree, FUNCTION "/vendor", "0x8086\n", 7) == 0);
	assert(vck_memtree_file(tree, FUNCTION "/device", "0xa110\n", 7) == 0);
	assert(vck_memtree_link(tree, "sys/bus/pci/devices/0000:00:01.0",
				"../../../devices/pci0000:00/0000:00:01.0") == 0);
	fuzz_tree(TAKE_PTR(tree), VCK_ORIGIN_CAPTURE);
	return 0;
}
