/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own way from "bind this device to a vfio driver" to "here is its
 * file descriptor", as a list of steps. The prediction walks the list; the rules
 * ask the same steps one by one, so that a finding and the prediction cannot
 * differ. Pure: no I/O. */
#ifndef VCK_CHECK_ATTACH_H
#define VCK_CHECK_ATTACH_H

#include "model/host.h"

/* From here on the kernel reads firmware's IOMMU description when a device or an IOMMU
 * appears; before, for a device tree, IORT and VIOT, only when a driver is bound to the
 * device (iommu.c:iommu_init_device in 7.2, of_iommu.c and acpi/scan.c in 6.12;
 * bcb81ac6ae3c of 2025-02-28, for 6.15). */
#define VCK_KVER_EARLY_PROBE VCK_KVER(6, 15)

/* Which of the kernel's interfaces a VMM would take. */
enum vck_path {
	VCK_PATH_CONTAINER = 0, /* /dev/vfio/vfio of vfio_iommu_type1 */
	VCK_PATH_COMPAT,	/* /dev/vfio/vfio that iommufd serves (IOMMUFD_VFIO_CONTAINER) */
	VCK_PATH_IOMMUFD,	/* /dev/iommu and /dev/vfio/devices/ */
	VCK_PATH_MAX,
};

/* The group in which a device is, or will be once a driver is bound to it. */
struct vck_membership {
	enum vck_tri known;	  /* who else is in it */
	struct vck_group *group;  /* the kernel's group, NULL where there is none yet */
	struct vck_device **devices; /* all members, the device itself included */
	size_t n_devices;
	bool late;		  /* the kernel makes it only when a driver is bound */
	bool incomplete;	  /* the kernel names members that could not be read */
};

/* One question: this device alone (now), or with everything in its group. */
struct vck_case {
	struct vck_host *host;
	struct vck_device *dev;
	bool whole_group;
	enum vck_path path;
	bool path_doubted; /* it may as well be VCK_PATH_COMPAT */
	bool noiommu; /* no group, and the kernel takes it all the same */
	struct vck_membership members;
};

struct vck_rule;

struct vck_step {
	const struct vck_rule *rule; /* that explains a refusal here */
	unsigned since, until;	/* VCK_KVER; until is exclusive, 0 = no limit */
	enum vck_stage stage[VCK_PATH_MAX]; /* NONE: that path has no such step */
	int err;		/* positive errno of a refusal */
	bool iommu_only;	/* left out in noiommu mode */
	enum vck_tri (*passes)(const struct vck_case *c);
	const char *source;	/* kernel file and function */
};

/* In the kernel's order; ends with rule == NULL. */
extern const struct vck_step vck_steps[];

/**
 * vck_case_init - put the question
 * @c: filled; its arrays are in the host's arena
 * Return: 0 or -ENOMEM.
 */
int vck_case_init(struct vck_case *c, struct vck_host *h, struct vck_device *d, bool whole_group)
	must_check;

/* Walk the steps, of both paths where that is in doubt. A step that is not known and may refuse
 * leaves the answer unknown, unless all that follows it up to the one that decides would say the
 * same; where they differ in their errno alone, that is left open (0). */
struct vck_attach vck_case_walk(const struct vck_case *c);

/**
 * vck_case_rule - the result of the steps that a rule explains
 * @c: the question
 * @rule: which
 * @ret: the step that refuses or is not known, may be NULL; written unless the answer is VCK_YES
 *
 * Return: VCK_YES where all of them pass or none applies, VCK_NO where one refuses.
 */
enum vck_tri vck_case_rule(const struct vck_case *c, const struct vck_rule *rule,
			   const struct vck_step **ret);

/* --- check/attach-group.c --- */

/* One that an IOMMU is behind: those that vfio makes for devices without one do not
 * count. NULL is none. */
bool vck_group_is_real(const struct vck_group *g);
/* Are there members besides those that were read? */
bool vck_group_is_incomplete(const struct vck_group *g);
/* Is the device in an IOMMU group, or will it be as soon as a driver is bound to it? */
enum vck_tri vck_device_gets_group(const struct vck_host *h, const struct vck_device *d);
int vck_membership_init(struct vck_host *h, struct vck_device *d, struct vck_membership *ret) must_check;
/* Is @d (not NULL) one of the members? */
bool vck_membership_has(const struct vck_membership *m, const struct vck_device *d);
/* May the kernel, with @d moved to a vfio driver, hand the group to one user? The offender is
 * written to @ret (may be NULL) where the answer is VCK_NO. */
enum vck_tri vck_membership_viable(const struct vck_case *c, const struct vck_device **ret);
/* The members to name of those whose driver may hold the group's DMA, maybe with others. */
struct vck_device *const *vck_membership_bound(const struct vck_case *c, size_t *ret_n);
/* Are the MSIs of all members isolated from each other's? */
enum vck_tri vck_membership_isolated(const struct vck_case *c);
/* A member of the group that a process has open, @c->dev before others, or NULL. */
const struct vck_device *vck_membership_held(const struct vck_case *c);
/* Has any member a driver by which a process may have it open? */
bool vck_membership_holdable(const struct vck_case *c);
/* Is none of them of the type that a device cannot do without? */
enum vck_tri vck_regions_without_direct(const struct vck_region *r, size_t n);
/* What is asked of a group for each of its members, found once. Return: 0 or -ENOMEM. */
int vck_group_prepare(struct vck_host *h, struct vck_group *g) must_check;
/* The host's part of vck_device_deferred(). */
enum vck_tri vck_host_deferral(const struct vck_host *h);
/* The device that shares the requester id of @d and holds it already (SMMUv3), or NULL. */
const struct vck_device *vck_device_id_conflict(const struct vck_host *h, const struct vck_device *d);
/* Does the kernel keep every device behind an IOMMU waiting that it could not start? Unknown
 * where nothing that a driver would have by now tells. */
enum vck_tri vck_device_deferred(const struct vck_host *h, const struct vck_device *d);
/* Does the kernel drive the unit, and make groups with it? */
bool vck_unit_serves(const struct vck_host *h, const struct vck_unit *u);
/* Is @d the IOMMU itself? The unit, or NULL. */
const struct vck_unit *vck_device_is_unit(const struct vck_host *h, const struct vck_device *d);

/* --- check/attach-facts.c: single facts that steps and rules share --- */

bool vck_driver_is_vfio(const char *driver);
/* Is it in the domain of an Intel VMD controller that the vmd driver has? It goes away with
 * that driver (pci/controller/vmd.c:vmd_remove). */
bool vck_device_behind_vmd(const struct vck_device *d);
/* Has the host no use for a function with this driver (NULL and "": none)? */
bool vck_driver_is_idle(const char *driver);
/* Does a driver leave the DMA of its device to others (driver_managed_dma)? */
bool vck_driver_managed_dma(const char *driver);
/* Does the driver of @pf disable SR-IOV when it is unbound? */
enum vck_tri vck_driver_drops_vfs(const struct vck_device *pf);
/* Has a platform or AMBA device what vfio's driver knows it by: an ACPI companion (any, also
 * without an id: scan.c:acpi_device_hid always has one), or a "compatible" string? */
enum vck_tri vck_device_named_by_firmware(const struct vck_host *h, const struct vck_device *d);
/* IOMMU_CAP_CACHE_COHERENCY of the device. */
enum vck_tri vck_device_cache_coherency(const struct vck_host *h, const struct vck_device *d);
/* Are the MSIs of the device isolated from those of others? */
enum vck_tri vck_device_isolated_msi(const struct vck_host *h, const struct vck_device *d);
/* Is the device on the list of vfio-pci? */
enum vck_tri vck_device_on_denylist(const struct vck_host *h, const struct vck_device *d);
/* Is it, and does vfio-pci heed the list (without disable_denylist)? */
enum vck_tri vck_device_denylisted(const struct vck_host *h, const struct vck_device *d);
/* A bool parameter as it is or will be once the module is loaded: its file in sysfs, else what
 * is configured, else its default, which is off for all that are asked for here. */
enum vck_tri vck_param_on(const struct vck_host *h, const char *module, const char *name,
			  enum vck_tri loaded);
/* allow_unsafe_interrupts of whoever serves the path: the other's does not count. */
enum vck_tri vck_unsafe_interrupts(const struct vck_host *h, enum vck_path path);
/* Does the kernel give a vfio driver's device without a group a group of its own? */
enum vck_tri vck_device_may_noiommu(const struct vck_host *h, const struct vck_device *d);
/* From what was read. */
enum vck_container vck_host_container(const struct vck_host *h);
/* By container_of. */
enum vck_path vck_host_path(const struct vck_host *h);
/* It may as well be VCK_PATH_COMPAT. */
bool vck_host_path_doubted(const struct vck_host *h);
/* A BAR without an address, which keeps pci_enable_device() from working; NULL: none. */
const struct vck_resource *vck_device_unassigned_bar(const struct vck_device *d);
bool vck_device_is_vf_of(const struct vck_device *d, const struct vck_device *pf);

#endif
