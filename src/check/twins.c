// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of the same model, found once for all rules. */
#include "config.h"

#include <errno.h>

#include "check/engine.h"

static uint32_t model_of(const struct vck_device *d)
{
	return (uint32_t)d->vendor_id << 16 | d->device_id;
}

static int model_cmp(const void *a, const void *b)
{
	const struct vck_device *x = *(struct vck_device *const *)a;
	const struct vck_device *y = *(struct vck_device *const *)b;

	if (model_of(x) != model_of(y))
		return model_of(x) < model_of(y) ? -1 : 1;
	return vck_bdf_cmp(x->bdf, y->bdf);
}

int vck_derive_twins(struct vck_host *h)
{
	cleanup_free struct vck_device **sorted =
		calloc(h->n_devices + 1, sizeof(struct vck_device *));
	size_t n = 0, first = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->bus == VCK_BUS_PCI &&
		    vck_device_has(h->devices[i], VCK_EV_IDS))
			sorted[n++] = h->devices[i];
	}
	if (n > 1)
		qsort(sorted, n, sizeof(struct vck_device *), model_cmp);
	for (size_t i = 1; i < n; i++) {
		if (model_of(sorted[i]) != model_of(sorted[first])) {
			first = i;
			continue;
		}
		sorted[i]->twin = sorted[first];
		if (i == first + 1)
			sorted[first]->twin = sorted[i];
	}
	return 0;
}
