/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a function redirect peer-to-peer traffic upstream, as the kernel sees
 * it: pci_acs_enabled(), with the quirk tables as data. */
#ifndef VCK_CHECK_ACS_H
#define VCK_CHECK_ACS_H

#include "model/host.h"

/* What grouping asks for: source validation, request and completion redirect,
 * upstream forwarding (drivers/iommu/iommu.c, REQ_ACS_FLAGS, 5.10 to 7.3). */
#define VCK_ACS_REQUIRED (VCK_ACS_SV | VCK_ACS_RR | VCK_ACS_CR | VCK_ACS_UF)

enum vck_acs_why {
	VCK_ACS_WHY_NONE = 0,
	VCK_ACS_WHY_CONTROL,	   /* decided by the ACS registers */
	VCK_ACS_WHY_ABSENT,	   /* there is no ACS capability */
	VCK_ACS_WHY_TYPE,	   /* the type of function decides: bridge, conventional */
	VCK_ACS_WHY_SINGLE,	   /* a single function endpoint has no peer inside */
	VCK_ACS_WHY_QUIRK,	   /* a row of the kernel's quirk table */
	VCK_ACS_WHY_QUIRK_UNKNOWN, /* a quirk whose state userspace cannot see; assumed on */
	VCK_ACS_WHY_UNREAD,	   /* config space was not read */
};

struct vck_acs_state {
	enum vck_tri enabled;
	enum vck_acs_why why;
	uint16_t missing; /* VCK_ACS_* that are required and off */
	const char *quirk; /* name of the kernel's function, or NULL */
};

/**
 * vck_acs_enabled - pci_acs_enabled(d, REQ_ACS_FLAGS) (drivers/pci/pci.c 5.10 to 7.3)
 * @h: the host (the AMD southbridge quirk looks for an IVRS)
 * @d: the function
 * @assume: take the redirect bits for set wherever the capability has them, as the kernel sets them
 *	when an IOMMU asks for it (pci_std_enable_acs)
 */
struct vck_acs_state vck_acs_enabled(const struct vck_host *h, const struct vck_device *d,
				     bool assume);

/* The kernel's `multifunction`: bit 7 of the header type, forced for functions above 0, those of
 * ARI included (pci_scan_slot(), drivers/pci/probe.c), never for VFs. */
enum vck_tri vck_is_multifunction(const struct vck_device *d);

/* "SV RR CR UF" for a mask, into @buf of at least 32 bytes. */
const char *vck_acs_names(uint16_t mask, char *buf);

#endif
