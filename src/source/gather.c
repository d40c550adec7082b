// SPDX-License-Identifier: GPL-2.0-or-later
/* The sources in order. Later ones rest on earlier ones: groups link devices,
 * which the bus readers made; tables name devices by path. */
#include "config.h"

#include <errno.h>

#include "source/gather.h"
#include "source/memtree.h"

static size_t objects(const struct vck_host *h)
{
	return h->n_devices + h->n_groups + h->n_units;
}

/* Lines of a capture or of lspci text that could not be used. */
static void note_skipped(struct vck_host *h, const struct vck_root *root)
{
	struct vck_text_notes n = vck_root_notes(root);
	bool is_capture = vck_root_origin(root) == VCK_ORIGIN_CAPTURE;

	if (n.skipped)
		vck_problem(h, is_capture ? "capture" : "lspci", NULL, 0,
			    "what %zu damaged line%s said, the first is line %zu",
			    n.skipped, n.skipped == 1 ? "" : "s", n.line);
	if (n.strays)
		vck_problem(h, "lspci", NULL, 0,
			    "of which function %zu line%s of hex dumps %s: no header above that is understood, the first is line %zu",
			    n.strays, n.strays == 1 ? "" : "s", n.strays == 1 ? "is" : "are",
			    n.stray_line);
}

int vck_gather(struct vck_host *h, struct vck_root *root)
{
	static int (*const sources[])(struct vck_host * h, struct vck_root * root) = {
		vck_read_kernel,     vck_read_modules,	vck_read_dt,
		vck_read_acpi,	     vck_read_units,	vck_read_pci,
		vck_read_interrupts, vck_read_platform, vck_read_virtio,
		vck_read_groups,     vck_read_variants, vck_read_usage,
		vck_read_lock_state,
	};

	h->origin = vck_root_origin(root);
	note_skipped(h, root);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		size_t before = objects(h);
		int r = sources[i](h, root);

		if (r < 0)
			return r;
		/* Readers add objects in the order they find them; the next looks them
		 * up. */
		if (objects(h) != before)
			vck_host_sort(h);
	}
	return vck_read_names(h);
}
