// SPDX-License-Identifier: GPL-2.0-or-later
/* A capture from a stranger: text to tree, every source, every rule; and what is
 * formatted from the tree reads back to the same text. */
#include "config.h"

#include "fuzz.h"
#include "source/capture.h"

/* A short line can stand for 256 MiB. Whatever goes through all of that takes its time,
 * some half a minute under ASan, and nothing is learned: test-capture has large ones. */
#define BYTES_MAX (1u << 20)

static size_t bytes_of(const struct vck_mem_node *n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n->n_extents; i++)
		sum += n->extents[i].len;
	for (size_t i = 0; i < n->n_children; i++)
		sum += bytes_of(n->children[i]);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new(), *again = vck_memtree_new();
	cleanup_buf struct vck_buf first = { 0 }, second = { 0 };
	struct vck_text_notes notes = { 0 };
	int r;

	assert(tree && again);
	r = vck_capture_parse((const char *)data, size, tree, &notes);
	if (r < 0) /* of another version */
		return 0;
	if (bytes_of(vck_memtree_root(tree)) > BYTES_MAX)
		return 0;
	vck_capture_format(tree, &first);
	r = vck_capture_parse(vck_buf_str(&first), first.len, again, &notes);
	assert(r == 0);
	vck_capture_format(again, &second);
	assert(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	fuzz_tree(TAKE_PTR(tree), VCK_ORIGIN_CAPTURE);
	return 0;
}
