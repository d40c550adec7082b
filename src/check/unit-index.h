/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding one IOMMU unit among many, and what all of them together are. Without an index,
 * or where units came after it, every unit is looked at. */
#ifndef VCK_CHECK_UNIT_INDEX_H
#define VCK_CHECK_UNIT_INDEX_H

#include "model/host.h"

/* Make the index of h->units anew, in the arena of the host. Return: 0 or -ENOMEM. */
int vck_units_index(struct vck_host *h) must_check;
/* Note where @u can be found after a field of it was set, and a unit that is the newest of
 * h->units. Return: 0 or -ENOMEM. */
int vck_unit_index_add(struct vck_host *h, struct vck_unit *u) must_check;

/* All of these: the first in h->units, or NULL. */
struct vck_unit *vck_unit_by_base(const struct vck_host *h, enum vck_iommu_driver driver,
				  uint64_t base);
/* By name, and with @base unless one of both is not known. */
struct vck_unit *vck_unit_by_name(const struct vck_host *h, const char *name, uint64_t base);
/* The unit that the structure at @offset of its table describes. */
struct vck_unit *vck_unit_at(const struct vck_host *h, enum vck_iommu_driver driver,
			     uint32_t offset);
struct vck_unit *vck_unit_of_node(const struct vck_host *h, const struct vck_dt_node *n);
/* The unit that has the name, or is on the device, @address. */
struct vck_unit *vck_unit_on(const struct vck_host *h, const char *address);

/* Does its driver learn of its devices from a device tree, IORT, RIMT or VIOT? */
static inline bool vck_unit_is_by_firmware(const struct vck_unit *u)
{
	return u->driver != VCK_IOMMU_INTEL && u->driver != VCK_IOMMU_AMD;
}
/* Is one of them active; of AMD; active, and by firmware? */
bool vck_units_any_active(const struct vck_host *h);
bool vck_units_any_amd(const struct vck_host *h);
bool vck_units_any_by_firmware(const struct vck_host *h);
/* Is one active that the PCI bus had before 5.19? */
bool vck_units_any_for_pci(const struct vck_host *h);
/* The first that is active, or is not; NULL for none. */
const struct vck_unit *vck_units_first(const struct vck_host *h, bool active);
/* What stands for every active unit where all of them answer alike, else NULL. */
const struct vck_unit *vck_units_alike(const struct vck_host *h);
/* Note it, after what they answer was derived. */
void vck_units_note_alike(struct vck_host *h);

#endif
