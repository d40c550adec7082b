// SPDX-License-Identifier: GPL-2.0-or-later
/* Device trees: any bytes as a blob, then every node as the place of a device, so that
 * maps and phandles are followed wherever they lead. */
#include "config.h"

#include "fuzz.h"
#include "source/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct vck_host *h = fuzz_host();
	int r = vck_fdt_read(h, "fuzz", (struct vck_bytes){ data, size });
	struct vck_dt_node *n = h->dt.root;

	assert(r == 0);
	for (unsigned i = 0; n && i < 8; i++, n = n->child ? n->child : n->next) {
		h->devices[1]->bridge_of_node = n;
		h->devices[2]->of_node = n;
		h->n_units = 0;
		fuzz_questions(h);
	}
	return 0;
}
