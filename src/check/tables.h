/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What DMAR, IVRS, IORT, VIOT, RIMT and the device tree say about units and
 * about each device: which unit covers it, which memory firmware wants mapped
 * for it, whether it may use ATS. Answers of firmware, not of the kernel: where
 * the kernel shows its own (the iommu link, reserved_regions), that is the truth
 * and these explain it. Pure: no I/O. */
#ifndef VCK_CHECK_TABLES_H
#define VCK_CHECK_TABLES_H

#include "model/host.h"

/**
 * vck_derive_table_units - join units with the tables that describe them
 * @h: the host, after reading
 *
 * Fills segment, table_offset, base and coherent_walk of the units that the
 * kernel drives; adds those that only tables or the device tree describe, with
 * active == false and the name that the kernel would give. Then sets
 * device->unit, with unit_from_tables, of every device that has neither an
 * `iommu` link nor a group.
 * To be called first by vck_derive_units(). Return: 0 or -ENOMEM.
 */
int vck_derive_table_units(struct vck_host *h) must_check;

/**
 * vck_tables_unit - the unit that firmware puts in front of a device
 * @d: the device; a VF is looked up by its PF where the kernel does so (DMAR)
 * @ret: the unit, written only where the answer is VCK_YES
 *
 * Return: VCK_NO where the tables are whole and name none (also: bypassed),
 * VCK_UNKNOWN where they could not be read or the device's place is not known.
 * Source: intel/dmar.c, amd/init.c, acpi/arm64/iort.c, acpi/viot.c, of/base.c
 * (of_map_id); Linux 5.10 to 7.3.
 */
enum vck_tri vck_tables_unit(const struct vck_host *h, const struct vck_device *d,
			     struct vck_unit **ret);

/**
 * vck_tables_regions - memory that firmware wants kept for a device
 * @ret, @ret_n: regions sorted by start, ends inclusive, in the host's arena; type as
 * the kernel prints it (direct, direct-relaxable, reserved). RMRR, IVMD, RMR and the
 * device tree's memory-region with iommu-addresses; the doorbell window of the
 * architecture is not among them.
 *
 * Return: VCK_YES with the outputs written (possibly none), VCK_UNKNOWN when the
 * tables were not readable or an RMR may count for a PCI function, or -ENOMEM.
 */
int vck_tables_regions(struct vck_host *h, const struct vck_device *d, struct vck_region **ret,
		       size_t *ret_n) must_check;

/**
 * vck_tables_canwbs - does the root complex turn all of a device's accesses into coherent ones?
 *
 * IORT root complex node, Memory Access Flags bit 2 (DEN 0049, table 14). Only the
 * PCI functions of an ACPI host can have it; a device tree has no word for it, so
 * there the answer is VCK_NO. Linux uses it from 6.13 on: the caller looks at the
 * kernel release.
 */
enum vck_tri vck_tables_canwbs(const struct vck_host *h, const struct vck_device *d);

/**
 * vck_tables_ats - does firmware allow a device to use ATS?
 *
 * DMAR: an SATC names it, it is integrated, or an ATSR covers its root port; IVRS: its
 * unit can (IotlbSup); IORT and RIMT: the root complex's ATS bit. VCK_UNKNOWN for device
 * trees, which is not looked at.
 */
enum vck_tri vck_tables_ats(const struct vck_host *h, const struct vck_device *d);

/* Long maps of the device tree's host bridges, once for all devices behind them. Lookups give
 * the same without, in more time. Return: 0 or -ENOMEM. */
int vck_dt_index_maps(struct vck_host *h) must_check;

/* Note what is the same for all devices: lookups give the same without, in more time. */
void vck_tables_note_msi(struct vck_host *h);

/**
 * vck_tables_isolated_msi - do a device's MSIs count as isolated?
 *
 * arm64 from 6.3 on: a GICv3 ITS, that it uses, or through the IORT's mapping to an ITS group,
 * or the device tree's msi-map or msi-parent to "arm,gic-v3-its" without SynQuacer's pre-ITS.
 * Anything else that is named (GICv2m, a vendor's controller) is VCK_NO, and so is none. Before 6.3 it is a question of
 * the host: VCK_YES where every MSI controller isolates, or there is none (kernel/irq/
 * irqdomain.c:irq_domain_check_msi_remap). Not for x86 and RISC-V, where it is
 * VCK_UNKNOWN: their answer is not in these tables.
 */
enum vck_tri vck_tables_isolated_msi(const struct vck_host *h, const struct vck_device *d);

/* Requester ids that a function's transactions may carry, own id first: drivers/pci/
 * search.c:pci_for_each_dma_alias, with its bridge quirks and without those of the function
 * itself. Bus and devfn as in a requester id. Return: number written, at most @max. */
#define VCK_REQUESTER_IDS_MAX 8 /* bridges below bridges */
size_t vck_tables_requester_ids(const struct vck_host *h, const struct vck_device *d,
				uint16_t *ids, size_t max);

#endif
