/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What firmware tables and the device tree say. Plain data; filled by
 * source/acpi*.c, source/aml.c and source/dt.c. Everything lives in the host's
 * arena. Offsets are bytes from the start of the table, as evidence. */
#ifndef VCK_MODEL_FIRMWARE_H
#define VCK_MODEL_FIRMWARE_H

#include <stdint.h>

#include "base/keys.h"
#include "base/num.h"
#include "base/tri.h"

/* One ACPI table that was found. */
struct vck_acpi_table {
	char signature[5];
	const char *path;	 /* where it was read, as under the root */
	uint32_t length;	 /* of the header */
	uint8_t revision;
	char oem_id[7], oem_table_id[9];
	enum vck_tri read;	 /* NO: it is there and could not be read */
	enum vck_tri checksum_ok;
	enum vck_tri complete;	 /* NO: cut short or malformed inside; what could be read was */
	const char *summary;	 /* one line for `host`: what it describes */
};

/* --- DMAR (VT-d spec chapter 8) --- */
struct vck_dmar_scope {
	uint8_t type;	       /* 1 endpoint, 2 bridge, 3 IOAPIC, 4 HPET, 5 namespace */
	uint8_t enumeration_id, start_bus;
	const uint8_t *path;   /* pairs (device, function) */
	size_t n_path;	       /* pairs */
};

struct vck_dmar_unit { /* DRHD, ATSR and SATC */
	uint32_t offset;
	uint16_t type, segment;
	uint8_t flags;	       /* DRHD bit 0 INCLUDE_PCI_ALL; ATSR bit 0 ALL_PORTS; SATC bit 0 ATC_REQUIRED */
	uint64_t base;	       /* DRHD register base */
	struct vck_dmar_scope *scopes;
	size_t n_scopes;
};

struct vck_dmar_rmrr {
	uint32_t offset;
	uint16_t segment;
	uint64_t start, end; /* inclusive */
	struct vck_dmar_scope *scopes;
	size_t n_scopes;
};

/* A scope and what it belongs to: the number of the unit, RMRR, ATSR or SATC. */
struct vck_dmar_ref {
	const struct vck_dmar_scope *scope;
	size_t owner;
};

struct vck_dmar {
	uint8_t host_address_width; /* as in the table: width - 1 */
	uint8_t flags;		    /* bit 0 INTR_REMAP, 1 X2APIC_OPT_OUT, 2 DMA_CTRL_PLATFORM_OPT_IN */
	struct vck_dmar_unit *units; /* DRHDs in table order: dmar0, dmar1, … */
	size_t n_units;
	struct vck_dmar_rmrr *rmrrs;
	size_t n_rmrrs;
	struct vck_dmar_unit *atsrs, *satcs;
	size_t n_atsrs, n_satcs;
	/* derived, see check/tables-dmar.c */
	bool indexed;
	struct vck_dmar_ref *refs;
	size_t n_refs, cap_refs;
	struct vck_keys scopes; /* by the path of a scope: which of @refs */
	struct vck_keys all;	/* by kind and segment: which are for all that others do not name */
};

/* --- IVRS (AMD IOMMU spec 48882, chapter 5) --- */
struct vck_ivhd_entry {
	uint8_t type;	     /* 1 all, 2 select, 3/4 range start and end, 0x42.. alias, 0x48 special, 0xf0 ACPI HID */
	uint16_t devid, devid_end, alias; /* ranges are folded into one entry */
	uint8_t flags;
};

struct vck_ivhd {
	uint32_t offset;
	uint8_t type, flags; /* type 0x10, 0x11, 0x40 */
	uint16_t devid, cap_offset, segment;
	uint64_t base, efr, efr2; /* efr from the image of 0x11/0x40, 0 in 0x10 */
	uint32_t attr;		  /* attributes of 0x11/0x40: bit 0 HATDis; 0 in 0x10 */
	struct vck_ivhd_entry *entries;
	size_t n_entries;
	bool used; /* of several types the kernel takes one, see acpi-ivrs.c */
};

struct vck_ivmd {
	uint32_t offset;
	uint8_t type, flags; /* 0x20 all, 0x21 one, 0x22 range */
	uint16_t devid, devid_end, segment;
	uint64_t start, length;
};

struct vck_ivrs {
	uint32_t ivinfo;
	struct vck_ivhd *ivhds;
	size_t n_ivhds;
	struct vck_ivmd *ivmds;
	size_t n_ivmds;
};

/* --- IORT (ARM DEN 0049) --- */
enum vck_iort_type {
	VCK_IORT_ITS = 0,
	VCK_IORT_NAMED = 1,
	VCK_IORT_ROOT_COMPLEX = 2,
	VCK_IORT_SMMU = 3,
	VCK_IORT_SMMU_V3 = 4,
	VCK_IORT_PMCG = 5,
	VCK_IORT_RMR = 6,
	VCK_IORT_IWB = 7,
};

struct vck_iort_map {
	uint32_t input, count; /* count is the number of ids, not minus one */
	uint32_t output, target; /* target: offset of the node */
	uint32_t flags;	       /* bit 0: single mapping */
};

struct vck_iort_rmr {
	uint64_t start, length;
};

struct vck_iort_node {
	uint32_t offset;
	uint8_t type, revision; /* type: enum vck_iort_type or a newer value */
	struct vck_iort_map *maps;
	size_t n_maps;
	/* root complex and named component */
	uint32_t cca;	      /* Cache Coherency Attribute, 1 = coherent */
	uint8_t access_flags; /* Memory Access Flags: bit 0 CPM, 1 DACS, 2 CANWBS */
	uint32_t ats;	      /* root complex: bit 0 ATS, 1 PRI, 2 PASID */
	uint32_t segment;
	const char *name;     /* named component: object path */
	/* SMMUs */
	uint64_t base;
	uint32_t model, flags; /* v3 bit 0 COHACC override; v1/2 bit 1 coherent walk */
	/* RMR */
	struct vck_iort_rmr *rmrs;
	size_t n_rmrs;
};

struct vck_iort {
	struct vck_iort_node *nodes;
	size_t n_nodes;
	bool indexed;		 /* derived, see check/tables-iort.c */
	struct vck_keys devices; /* root complexes by segment, named components by path */
};

/* --- VIOT --- */
struct vck_viot_node {
	uint32_t offset;
	uint8_t type; /* 1 PCI range, 2 MMIO endpoint, 3 virtio-iommu-pci, 4 virtio-iommu-mmio */
	uint32_t endpoint;
	uint16_t seg_start, seg_end, bdf_start, bdf_end; /* type 3: seg_start, bdf_start */
	uint64_t base;
	uint16_t output; /* offset of the IOMMU's node */
};

struct vck_viot {
	struct vck_viot_node *nodes;
	size_t n_nodes;
};

/* --- RIMT (RISC-V) --- */
struct vck_rimt_node {
	uint32_t offset;
	uint8_t type; /* 0 IOMMU, 1 PCIe root complex, 2 platform device */
	uint16_t id, segment;
	uint64_t base;
	uint32_t flags, bdf;
	const char *name;
	struct vck_iort_map *maps;
	size_t n_maps;
};

struct vck_rimt {
	struct vck_rimt_node *nodes;
	size_t n_nodes;
};

/* --- _CCA objects found in DSDT and SSDTs --- */
enum vck_cca_kind {
	VCK_CCA_NAME = 0,     /* Name (_CCA, integer) */
	VCK_CCA_METHOD_CONST, /* Method that returns a constant */
	VCK_CCA_METHOD,	      /* a method that cannot be evaluated offline */
	VCK_CCA_OTHER,	      /* anything else (Name of a non-integer, alias, external) */
	VCK_CCA_EVALUATED,    /* by acpiexec, on request */
};

struct vck_cca {
	const char *path; /* of the object that holds it, e.g. "\\_SB_.PC00"; padded to 4 */
	enum vck_cca_kind kind;
	uint64_t value;	  /* kinds NAME, METHOD_CONST, EVALUATED */
	const char *table; /* "DSDT", "SSDT3" */
	uint32_t offset;
};

struct vck_acpi {
	struct vck_acpi_table *tables;
	size_t n_tables, cap_tables;
	struct vck_dmar *dmar; /* NULL: no such table, or not readable (see tables[].read) */
	struct vck_ivrs *ivrs;
	struct vck_iort *iort;
	struct vck_viot *viot;
	struct vck_rimt *rimt;
	enum vck_tri present;	/* is there an ACPI at all */
	enum vck_tri cca_known; /* DSDT and every SSDT were read and walked to their end */
	struct vck_cca *ccas;	/* sorted by path */
	size_t n_ccas, cap_ccas;
};

/* --- device tree --- */
struct vck_dt_prop {
	const char *name;
	const uint8_t *data;
	uint32_t len;
};

struct vck_dt_node {
	const char *path; /* "/" or "/soc/pcie@1000" */
	const char *name; /* last component */
	struct vck_dt_node *parent, *child, *next;
	struct vck_dt_prop *props; /* only those that somebody reads, see source/dt.c */
	size_t n_props;
	uint32_t phandle; /* 0 = none */
	struct vck_dt_maps *maps; /* derived: of a host bridge with long maps, or NULL */
};

/* Requester ids from @first to the next run's: where a map sends them. */
struct vck_dt_run {
	uint32_t first;
	bool mapped;
	struct vck_dt_node *target;
};

struct vck_dt_runs {
	struct vck_dt_run *runs;
	size_t n;
};

/* As kernels read them before 7.2, and from then on. */
struct vck_dt_maps {
	struct vck_dt_runs iommu[2], msi[2];
};

struct vck_dt {
	struct vck_dt_node *root; /* NULL: no device tree */
	struct vck_dt_node **by_phandle; /* sorted by phandle */
	struct vck_dt_node **by_path;	 /* all of them, sorted by path */
	size_t n_phandles, n_paths, n_nodes;
	enum vck_tri complete;
};

#endif
