/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requester ids other than a function's own: the kernel's DMA alias quirks and
 * bridge flags (drivers/pci/quirks.c, drivers/pci/search.c). */
#ifndef VCK_CHECK_ALIASES_H
#define VCK_CHECK_ALIASES_H

#include "model/host.h"

/* How a bridge changes the requester id of what is below it (pci_for_each_dma_alias). */
enum vck_bridge_alias {
	VCK_ALIAS_TRANSPARENT = 0, /* PCIe ports: the id passes unchanged */
	VCK_ALIAS_SECONDARY,	   /* becomes secondary bus, device 0, function 0 */
	VCK_ALIAS_BRIDGE,	   /* becomes the bridge's own id */
	VCK_ALIAS_STOP,		   /* the walk ends here (BRIDGE_XLATE_ROOT) */
	VCK_ALIAS_UNKNOWN,	   /* config space of the bridge was not read */
};

/* By release: @h of a known one. */
enum vck_bridge_alias vck_bridge_alias(const struct vck_host *h,
				       const struct vck_device *bridge);

/* Does @d also use the requester id @devfn of its own bus? Name of the quirk, or NULL. */
const char *vck_dma_alias(const struct vck_device *d, uint8_t devfn);
/* pci_devs_are_dma_aliases(): either one uses the other's id. Both on one bus. */
const char *vck_devs_are_aliases(const struct vck_device *a, const struct vck_device *b);

#endif
