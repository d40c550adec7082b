/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that read PCI functions: pci.c (identity and configuration
 * space), pci-attr.c (other attributes) and pci-path.c (place in the host,
 * firmware companions). */
#ifndef VCK_SOURCE_PCI_H
#define VCK_SOURCE_PCI_H

#include "source/gather.h"
#include "source/tally.h"

/* What all functions below one host bridge share; read once. */
struct vck_root_bus {
	char *path;	/* "sys/devices/pci0000:00" */
	size_t len;
	bool looked_up; /* the companions below are known, or known absent */
	const char *acpi_path, *parent;
	struct vck_dt_node *parent_node;
};

struct vck_vf {
	struct vck_device *device;
	struct vck_bdf pf;
};

/* The functions behind a unit, listed once instead of a link read for each. */
struct vck_unit_devices {
	struct vck_unit *unit;
	struct vck_dir *dir; /* owned, peeked at */
};

struct vck_pci_reader {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_unit_devices *units; /* owned */
	size_t n_units, last_unit;
	struct vck_tally tally;
	struct vck_intern names;
	bool acpi; /* there is a namespace, so functions may have a companion in it */
	bool direct; /* what is read comes from a file system, and nobody records it */
	struct vck_cap_layout layout; /* of the function before */
	const char *reset_text; /* the reset methods of the function before, and their words */
	struct vck_reset reset;
	struct vck_dir *parent; /* of the function before; siblings are opened from it */
	void *buses; /* search tree of struct vck_root_bus, owned; tsearch(3) */
	struct vck_root_bus *last_bus; /* the one that was looked for last */
	uint32_t sriov_domain; /* with sriov_seen: where a function may be a VF */
	bool sriov_seen;
	struct vck_vf *vfs; /* owned: VFs whose PF is looked up when all are there */
	size_t n_vfs, cap_vfs;
};

/**
 * vck_pci_tally_attr - note that an attribute of a function is there and could not be read
 * @what: what it would have told, a literal
 * @err: of reading it; what says that there is no such file is no problem
 */
void vck_pci_tally_attr(struct vck_pci_reader *rd, const struct vck_device *d, const char *what,
			ssize_t err);

/**
 * vck_pci_list_units - the units' own lists of what is behind them
 *
 * drivers/iommu/iommu-sysfs.c, iommu_device_link(): for each device the list has its name, and
 * the device has a link `iommu`; the kernel makes and removes both together.
 * Return: 0 or -ENOMEM; a list that cannot be opened is left out.
 */
int vck_pci_list_units(struct vck_pci_reader *rd) must_check;

/**
 * vck_pci_read_attributes - power, resources, reset methods, SR-IOV and unit of a function
 * @d: the function, its driver and configuration space read
 * @whole: the directory holds all that there is, so a missing file is a fact
 * Return: 0 or -ENOMEM.
 */
int vck_pci_read_attributes(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir,
			    bool whole) must_check;
/**
 * vck_pci_read_companions - ACPI and device tree nodes of a function and its host bridge
 * @d: the function, its syspath known
 * @dir: its open directory
 * Return: 0 or -ENOMEM.
 */
int vck_pci_read_companions(struct vck_pci_reader *rd, struct vck_device *d,
			    struct vck_dir *dir) must_check;
/* Upstream bridges, PFs and VMD endpoints, once the functions are sorted. */
void vck_pci_link_functions(struct vck_pci_reader *rd);
void vck_pci_reader_done(struct vck_pci_reader *rd);

/**
 * vck_node_acpi_path - the object path of a device's ACPI companion
 * @dir: directory of the device
 * @node: the companion's directory under the root, in the arena
 * @ret: "\\_SB_.PC00", in the arena; NULL with 0 when the device has none
 * Return: 0, -ENOMEM, or the error of reading a companion that is there.
 */
int vck_node_acpi_path(struct vck_host *h, struct vck_root *root, struct vck_dir *dir,
		       const char **node, const char **ret) must_check;
/**
 * vck_node_of - the device tree node behind the link of_node in @dir
 * @ret: NULL with 0 when there is none, or no tree
 * Return: 0, or the error of reading a link that is there.
 */
int vck_node_of(const struct vck_host *h, struct vck_dir *dir, struct vck_dt_node **ret) must_check;

#endif
