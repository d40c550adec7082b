/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of kernels and IOMMU units, shared by the derivations and the
 * rules. Pure: no I/O. */
#ifndef VCK_CHECK_UNITS_H
#define VCK_CHECK_UNITS_H

#include "model/host.h"

/* The releases whose source the tables of check/ were made from. Beyond them nothing is
 * predicted: what the kernel answers there is not known. */
#define VCK_KVER_OLDEST VCK_KVER(5, 10)
#define VCK_KVER_NEWEST VCK_KVER(7, 3)

/* VT-d specification 11.4.2 and 11.4.3. */
#define VCK_CAP_CM  (1ull << 7)
#define VCK_ECAP_IR (1ull << 3)
#define VCK_ECAP_PT (1ull << 6)
#define VCK_ECAP_SC (1ull << 7)
/* AMD IOMMU specification 48882, capability header. */
#define VCK_AMD_CAP_NPCACHE (1u << 26)
/* AMD EFR bits 11:10: levels of host tables; 3: there are none */
#define VCK_AMD_EFR_HATS(efr) ((efr) >> 10 & 3)

static inline bool vck_kver_known(unsigned kver)
{
	return kver >= VCK_KVER_OLDEST && kver <= VCK_KVER_NEWEST;
}

/**
 * vck_kver_patched - is a stable release X.Y.N at least X.Y.@patch?
 * @release: as uname prints it; its first two numbers are not looked at
 *
 * Return: VCK_UNKNOWN for kernels of distributions that leave N at 0 and count their own
 * builds behind it ("6.1.0-18-amd64" of Debian is 6.1.76).
 */
enum vck_tri vck_kver_patched(const char *release, unsigned patch);

/**
 * vck_device_unit - the unit whose answers hold for a device
 * Return: device->unit; for a device with a group and no link to its unit, any unit when all
 * that the kernel drives are alike; else NULL.
 */
const struct vck_unit *vck_device_unit(const struct vck_host *h, const struct vck_device *d);

/* Where in the kernel the unit's answer to IOMMU_CAP_CACHE_COHERENCY stands; NULL unknown. */
const char *vck_unit_cache_source(const struct vck_host *h, const struct vck_unit *u);

/* Does each endpoint's own firmware attribute decide where the unit walks incoherently?
 * SMMUv1/2 from 6.1.7 on. */
bool vck_unit_endpoint_decides(const struct vck_host *h, const struct vck_unit *u);

/* AMD: do the domains of VFIO get x86-style tables, which cannot force coherency? */
enum vck_tri vck_amd_v2_tables(const struct vck_host *h);
/* AMD: does the driver find any kind of table that the units can read? VCK_NO: they remap
 * interrupts, and devices get no group (amd/iommu.c:amd_iommu_probe_device, 7.2). */
enum vck_tri vck_amd_translates(const struct vck_host *h);

#endif
