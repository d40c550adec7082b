// SPDX-License-Identifier: GPL-2.0-or-later
/* Text that is pasted as lspci's: to a tree, then every source and every rule. */
#include "config.h"

#include "fuzz.h"
#include "source/lspci-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new();
	struct vck_text_notes notes = { 0 };

	assert(tree);
	if (vck_lspci_parse((const char *)data, size, tree, &notes) > 0)
		fuzz_tree(TAKE_PTR(tree), VCK_ORIGIN_LSPCI);
	return 0;
}
