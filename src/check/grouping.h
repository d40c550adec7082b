/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of pci_device_group(). The kernel's groups are the truth; this
 * explains them, and is the answer where the kernel made none. */
#ifndef VCK_CHECK_GROUPING_H
#define VCK_CHECK_GROUPING_H

#include "model/host.h"

/* Why a function shares its group with something. */
enum vck_merge {
	VCK_MERGE_NONE = 0,  /* it does not: a group of its own */
	VCK_MERGE_PORT,	     /* a port above does not redirect */
	VCK_MERGE_BRIDGE_ID, /* a bridge above replaces the requester id */
	VCK_MERGE_ALIAS,     /* a quirk: two functions use one id */
	VCK_MERGE_FUNCTIONS, /* functions of one device without ACS */
	VCK_MERGE_UNKNOWN,   /* config space that decides was not read, or other rules made its group */
	VCK_MERGE_OUTSIDE,   /* the tables put no unit in front of it: no group */
};

/* What the model says about one PCI function. */
struct vck_grouping {
	const struct vck_device *device;
	int group;	      /* index into host->predicted, -1: none */
	enum vck_merge merge; /* what made it join, NONE for the first of its group */
	const struct vck_device *hop; /* the port, bridge or partner function that decides */
	const char *quirk;
};

/**
 * vck_group_model - run the model over all PCI functions
 * @ret: one entry a PCI function, in the order of host->devices; in the arena
 * @ret_groups: number of groups that the entries use
 *
 * Return: 0 or -ENOMEM.
 */
int vck_group_model(struct vck_host *h, struct vck_grouping **ret, size_t *ret_n,
		    size_t *ret_groups) must_check;

/* The entry of one function among @n sorted by address, or NULL. */
struct vck_grouping *vck_grouping_find(struct vck_grouping *all, size_t n,
				       const struct vck_device *d);

/* Does the IOMMU driver of a PCI function ask pci_device_group()? Unknown where it is not known
 * which driver that is. */
enum vck_tri vck_group_by_topology(const struct vck_host *h, const struct vck_device *d);
/* Did a driver that does not ask it make the group? Then nothing follows from PCI's rules. */
bool vck_group_by_other_rules(const struct vck_host *h, const struct vck_group *g);

/* Does the model take redirect bits for set where the capability has them? As the kernel will
 * once an IOMMU asks for it; false when an IOMMU is in use, then the registers are the truth. */
bool vck_group_assumes_acs(const struct vck_host *h);

#endif
