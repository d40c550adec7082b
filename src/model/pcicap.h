/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration space of one PCI function says. Plain data; filled by
 * source/pcicap.c. A capability's `present` is VCK_UNKNOWN when the bytes that
 * would tell were not read (64 bytes for an unprivileged reader), VCK_NO only
 * when a complete list was walked and does not hold it. */
#ifndef VCK_MODEL_PCICAP_H
#define VCK_MODEL_PCICAP_H

#include <stdint.h>

#include "base/tri.h"

/* PCIe Base 7.5.3.2, Device/Port Type */
enum vck_pcie_type {
	VCK_PCIE_ENDPOINT = 0,
	VCK_PCIE_LEGACY_ENDPOINT = 1,
	VCK_PCIE_ROOT_PORT = 4,
	VCK_PCIE_UPSTREAM = 5,
	VCK_PCIE_DOWNSTREAM = 6,
	VCK_PCIE_TO_PCI = 7,
	VCK_PCI_TO_PCIE = 8,
	VCK_PCIE_RCIEP = 9,
	VCK_PCIE_RCEC = 10,
};

#define VCK_DEVCTL_NOSNOOP 0x0800u /* PCIe Base 7.5.3.4, bit 11 */

/* PCIe Base 7.7.11: bits of ACS capability and control */
#define VCK_ACS_SV 0x01u
#define VCK_ACS_TB 0x02u
#define VCK_ACS_RR 0x04u
#define VCK_ACS_CR 0x08u
#define VCK_ACS_UF 0x10u
#define VCK_ACS_EC 0x20u
#define VCK_ACS_DT 0x40u

struct vck_cap_exp {
	enum vck_tri present;
	uint16_t pos;
	uint8_t version, type; /* type: enum vck_pcie_type */
	enum vck_tri regs_known; /* DevCap, DevCtl and DevSta were read */
	uint32_t devcap;
	uint16_t devctl, devsta;
};

struct vck_cap_acs {
	enum vck_tri present;
	uint16_t pos;
	uint16_t cap, ctl;   /* valid when present == VCK_YES */
	bool dword_layout;   /* Sunrise Point and kin: 32-bit registers (quirks.c, intel_spt) */
};

struct vck_cap_ats {
	enum vck_tri present;
	uint16_t pos, cap, ctl;
};

struct vck_cap_pri {
	enum vck_tri present;
	uint16_t pos, ctl, status;
};

struct vck_cap_pasid {
	enum vck_tri present;
	uint16_t pos, cap, ctl;
};

struct vck_cap_sriov {
	enum vck_tri present;
	uint16_t pos, ctl, initial_vfs, total_vfs, num_vfs, offset, stride, vf_device;
	uint32_t vf_bar[6];
};

struct vck_cap_pm {
	enum vck_tri present;
	uint8_t pos;
	uint16_t pmc, pmcsr; /* pmcsr bit 3: No_Soft_Reset; bits 1:0 power state */
};

struct vck_cap_af {
	enum vck_tri present;
	uint8_t pos, cap; /* bit 0 TP, bit 1 FLR */
};

struct vck_cap_msi {
	enum vck_tri present;
	uint8_t pos;
	uint16_t ctl;
};

struct vck_pcicap {
	uint16_t size;		   /* how far reading got: 0..64, 256 or 4096; 64 also where nothing lies behind */
	enum vck_tri all_ones;	   /* the function does not answer: every byte 0xff */
	uint16_t vendor, device;   /* as in the registers (a VF reads ffff) */
	uint16_t subvendor, subdevice; /* type 0 headers */
	uint16_t command, status;
	uint32_t class;		   /* 24 bits */
	uint8_t revision;
	uint8_t header_type;	   /* bits 6:0 */
	enum vck_tri header_known;
	enum vck_tri multifunction; /* bit 7 of the header type register */
	uint8_t intx_pin;	   /* register 0x3d; 0 = none */
	uint8_t primary, secondary, subordinate; /* type 1 headers */
	enum vck_tri chain_broken; /* the list loops, or points outside of what it may */
	enum vck_tri std_known, ext_known; /* both lists were walked to their end */
	struct vck_cap_exp exp;
	struct vck_cap_acs acs;
	struct vck_cap_ats ats;
	struct vck_cap_pri pri;
	struct vck_cap_pasid pasid;
	struct vck_cap_sriov sriov;
	struct vck_cap_pm pm;
	struct vck_cap_af af;
	struct vck_cap_msi msi, msix;
};

#endif
