// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reset of the function reaches, and whether the kernel can do one now.
 * The list of methods is the kernel's, made when the function appeared; whether
 * a bus reset is still possible depends on who is on the bus today. */
#include "config.h"

#include "check/engine.h"

/* reset_method appeared in 5.15 (drivers/pci/pci-sysfs.c); before, no file says nothing.
 */
#define KVER_RESET_METHOD VCK_KVER(5, 15)

static bool resets_bus(const char *method)
{
	return streq(method, "bus") || streq(method, "cxl_bus");
}

/* drivers/pci/pci.c:pci_parent_bus_reset wants the function alone, below a bridge. */
static enum vck_tri alone_on_bus(const struct vck_host *h, const struct vck_device *d)
{
	struct vck_device *const *mates;
	size_t n;

	if (!vck_device_has(d, VCK_EV_PATH))
		return VCK_UNKNOWN;
	if (!d->upstream)
		return VCK_NO;
	n = vck_host_on_bus(h, d->bdf.domain, d->bdf.bus, &mates);
	for (size_t i = 0; i < n; i++) {
		if (mates[i] != d && mates[i]->upstream == d->upstream && !mates[i]->physfn)
			return VCK_NO;
	}
	return VCK_YES;
}

static void derive(const struct vck_host *h, struct vck_device *d)
{
	struct vck_reset *r = &d->reset;
	enum vck_tri bus = VCK_UNKNOWN;

	if (!vck_device_has(d, VCK_EV_RESET) ||
	    (!r->methods && h->kver && h->kver < KVER_RESET_METHOD))
		return;
	r->works = VCK_NO;
	r->scope = "none";
	for (size_t i = 0; r->methods && i < r->n_methods && r->works != VCK_YES; i++) {
		bool whole_bus = resets_bus(r->methods[i]);

		if (whole_bus && bus == VCK_UNKNOWN)
			bus = alone_on_bus(h, d);
		if (whole_bus && bus != VCK_YES) {
			r->works = bus == VCK_UNKNOWN ? VCK_UNKNOWN : r->works;
			r->scope = bus == VCK_UNKNOWN ? "bus" : r->scope;
			continue;
		}
		r->works = VCK_YES;
		r->scope = whole_bus ? "bus" : "function";
	}
}

int vck_derive_reset(struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->bus == VCK_BUS_PCI)
			derive(h, h->devices[i]);
	}
	return 0;
}
