// SPDX-License-Identifier: GPL-2.0-or-later
/* pci_acs_enabled() over the model. The quirk rows are facts of
 * drivers/pci/quirks.c, pci_dev_acs_enabled[] (the same in 5.10.262, 6.1.192,
 * 6.12.117 and 7.2.12); a row's kind names the condition that the kernel adds. */
#include "config.h"

#include <stdio.h>

#include "check/acs.h"
#include "check/unit-index.h"

#define ANY 0xffff

enum quirk_kind {
	Q_AMD_SB,     /* multifunction on the root bus, and an IVRS: RR and CR */
	Q_MF_EP,      /* multifunction endpoint that does no peer-to-peer */
	Q_RCIEP,      /* root complex integrated endpoint */
	Q_PCH,	      /* root port whose isolation is switched on outside of config space */
	Q_SPT,	      /* root port with 32-bit ACS registers */
	Q_ROOT_PORT,  /* root port only: all four */
	Q_PORT,	      /* root or downstream port: all four */
	Q_ALL,	      /* all four, whatever it is */
	Q_DENIED,     /* never, and that is final */
	Q_PORT_DENIED, /* the same for root and downstream ports only */
};

struct quirk {
	uint16_t vendor, first, last;
	enum quirk_kind kind;
	const char *name; /* of the kernel's function */
};

#define ONE(v, d, k, n)	      { v, d, d, k, n }
#define RANGE(v, a, b, k, n)  { v, a, b, k, n }
#define MF(v, d)	      ONE(v, d, Q_MF_EP, "pci_quirk_mf_endpoint_acs")
#define MFR(v, a, b)	      RANGE(v, a, b, Q_MF_EP, "pci_quirk_mf_endpoint_acs")
#define AMD(v, d)	      ONE(v, d, Q_AMD_SB, "pci_quirk_amd_sb_acs")
#define PCH(a, b)	      RANGE(0x8086, a, b, Q_PCH, "pci_quirk_intel_pch_acs")
#define PCH1(d)		      PCH(d, d)
#define SPT(a, b)	      RANGE(0x8086, a, b, Q_SPT, "pci_quirk_intel_spt_pch_acs")
#define WX(a, b)	      RANGE(0x8088, a, b, Q_ALL, "pci_quirk_wangxun_nic_acs")

/* First match wins, as in the kernel; rows of one vendor stand in its order. */
static const struct quirk quirks[] = {
	AMD(0x1002, 0x4385), AMD(0x1002, 0x439c), AMD(0x1002, 0x4383), AMD(0x1002, 0x439d),
	AMD(0x1002, 0x4384), AMD(0x1002, 0x4399), AMD(0x1022, 0x780f), AMD(0x1022, 0x7809),
	MF(0x1924, 0x0903), MF(0x1924, 0x0923), MF(0x1924, 0x0a03),
	MF(0x8086, 0x10c6), MF(0x8086, 0x10db), MF(0x8086, 0x10dd), MF(0x8086, 0x10e1),
	MF(0x8086, 0x10f1), MFR(0x8086, 0x10f7, 0x10fc), MF(0x8086, 0x1507),
	MF(0x8086, 0x1514), MF(0x8086, 0x151c), MF(0x8086, 0x1529), MF(0x8086, 0x152a),
	MF(0x8086, 0x154d), MF(0x8086, 0x154f), MF(0x8086, 0x1551), MF(0x8086, 0x1558),
	MFR(0x8086, 0x1509, 0x150a), MFR(0x8086, 0x150d, 0x1511), MF(0x8086, 0x1516),
	MF(0x8086, 0x1518), MFR(0x8086, 0x1521, 0x1524), MFR(0x8086, 0x1526, 0x1527),
	MF(0x8086, 0x105e), MFR(0x8086, 0x105f, 0x1060), MF(0x8086, 0x10a7),
	MF(0x8086, 0x10a9), MF(0x8086, 0x10c9), MF(0x8086, 0x10d6), MF(0x8086, 0x10d9),
	MFR(0x8086, 0x10e6, 0x10e8), MFR(0x8086, 0x15b7, 0x15b8),
	RANGE(0x8086, 0, ANY, Q_RCIEP, "pci_quirk_rciep_acs"),
	MF(0x19a2, 0x0710), MF(0x10df, 0x0720),
	MF(0x177d, 0xa026), MF(0x177d, 0xa059), MF(0x177d, 0xa060),
	MF(0x14e4, 0x16d7), MF(0x14e4, 0x1750), MF(0x14e4, 0x1751), MF(0x14e4, 0x1752),
	MFR(0x14e4, 0x1760, 0x1763),
	MF(0x1d17, 0x3038), MF(0x1d17, 0x3104), MF(0x1d17, 0x9083),
	/* Ibex Peak, Cougar Point, Panther Point, Lynx Point, Wildcat Point, X79, X99, 9 series */
	PCH(0x3b42, 0x3b51), PCH(0x1c10, 0x1c1f), PCH(0x1e10, 0x1e1f), PCH(0x8c10, 0x8c1f),
	PCH(0x9c10, 0x9c1b), PCH(0x9c90, 0x9c9b), PCH1(0x1d10), PCH1(0x1d12), PCH1(0x1d14),
	PCH1(0x1d16), PCH1(0x1d18), PCH1(0x1d1a), PCH1(0x1d1c), PCH1(0x1d1e),
	PCH(0x8d10, 0x8d1e), PCH1(0x8c90), PCH1(0x8c92), PCH1(0x8c94), PCH1(0x8c96),
	PCH1(0x8c98), PCH1(0x8c9a), PCH1(0x8c9c), PCH1(0x8c9e),
	SPT(0xa110, 0xa11f), SPT(0xa167, 0xa16a), SPT(0xa290, 0xa29f), SPT(0xa2e7, 0xa2ee),
	SPT(0x9d10, 0x9d1b),
	ONE(0x17cb, 0x0400, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x17cb, 0x0401, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x17cb, 0x0115, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x17cb, 0x0111, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x17cb, 0x0120, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x1dbf, 0x0401, Q_ALL, "pci_quirk_qcom_rp_acs"),
	ONE(0x1c36, 0x0031, Q_ROOT_PORT, "pci_quirk_al_acs"),
	RANGE(0x177d, 0xa000, 0xa7ff, Q_ROOT_PORT, "pci_quirk_cavium_acs"),
	ONE(0x177d, 0xaf84, Q_ROOT_PORT, "pci_quirk_cavium_acs"),
	ONE(0x177d, 0xb884, Q_ROOT_PORT, "pci_quirk_cavium_acs"),
	ONE(0x10e8, 0xe004, Q_ALL, "pci_quirk_xgene_acs"),
	RANGE(0x1def, 0xe005, 0xe00c, Q_ALL, "pci_quirk_xgene_acs"),
	ONE(0x14e4, 0xd714, Q_ALL, "pci_quirk_brcm_acs"),
	ONE(0x0014, 0x3c09, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x3c19, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x3c29, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a09, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a19, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a29, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a39, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a49, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a59, Q_ALL, "pci_quirk_loongson_acs"),
	ONE(0x0014, 0x7a69, Q_ALL, "pci_quirk_loongson_acs"),
	RANGE(0x1957, 0x8d80, 0x8d83, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8d88, 0x8d8b, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8d90, 0x8d93, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8d98, 0x8d9b, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8da0, 0x8da1, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8da8, 0x8da9, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8db0, 0x8db1, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1957, 0x8db8, 0x8db9, Q_ALL, "pci_quirk_nxp_rp_acs"),
	RANGE(0x1d17, 0x0710, 0x071e, Q_PORT, "pci_quirk_zhaoxin_pcie_ports_acs"),
	ONE(0x1d17, 0x0721, Q_PORT, "pci_quirk_zhaoxin_pcie_ports_acs"),
	RANGE(0x1d17, 0x0723, 0x0752, Q_PORT, "pci_quirk_zhaoxin_pcie_ports_acs"),
	RANGE(0x1d17, 0, ANY, Q_PORT_DENIED, "pci_quirk_zhaoxin_pcie_ports_acs"),
	WX(0x0100, 0x010f), WX(0x1001, 0x1001), WX(0x2001, 0x2001), WX(0x5010, 0x5010),
	WX(0x5025, 0x5025), WX(0x5040, 0x5040), WX(0x5110, 0x5110), WX(0x5125, 0x5125),
	WX(0x5140, 0x5140),
	RANGE(0x8088, 0, ANY, Q_DENIED, "pci_quirk_wangxun_nic_acs"),
};

/* only_one_child() in drivers/pci/probe.c [6.12]: below a port slot 0 alone is scanned, what
 * has another device number is one of its ARI functions. */
static bool is_below_port(const struct vck_device *d)
{
	const struct vck_cap_exp *e = d->upstream ? &d->upstream->cap.exp : NULL;

	return e && e->present == VCK_YES &&
	       (e->type == VCK_PCIE_ROOT_PORT || e->type == VCK_PCIE_DOWNSTREAM);
}

enum vck_tri vck_is_multifunction(const struct vck_device *d)
{
	if (d->physfn)
		return VCK_NO;
	if (d->bdf.fn > 0 || (d->bdf.dev > 0 && is_below_port(d)))
		return VCK_YES;
	return d->cap.multifunction;
}

const char *vck_acs_names(uint16_t mask, char *buf)
{
	static const char *const names[] = { "SV", "TB", "RR", "CR", "UF", "EC", "DT" };
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (mask & 1u << i)
			n += (size_t)snprintf(buf + n, 32 - n, "%s%s", n ? " " : "", names[i]);
	}
	return buf;
}

static struct vck_acs_state state(enum vck_tri enabled, enum vck_acs_why why, uint16_t missing)
{
	return (struct vck_acs_state){ .enabled = enabled, .why = why, .missing = missing };
}

/* The capability as the kernel keeps it: pci_disable_broken_acs_cap() drops the source
 * validation of two IDT switches. Committed for 7.0; 6.12 is without, 7.2 has it. */
static uint16_t kept_capability(const struct vck_host *h, const struct vck_device *d)
{
	bool broken = d->vendor_id == 0x111d &&
		      (d->device_id == 0x80b5 || d->device_id == 0x8090);

	return broken && h->kver >= VCK_KVER(7, 0) ? d->cap.acs.cap & ~VCK_ACS_SV
						   : d->cap.acs.cap;
}

/* pci_acs_flags_enabled(): what the capability lacks is taken for hard-wired. */
static struct vck_acs_state by_registers(const struct vck_host *h, const struct vck_device *d,
					 bool assume)
{
	const struct vck_cap_acs *acs = &d->cap.acs;
	uint16_t cap = kept_capability(h, d), ctl, missing;

	if (acs->present == VCK_UNKNOWN)
		return state(VCK_UNKNOWN, VCK_ACS_WHY_UNREAD, 0);
	if (acs->present == VCK_NO)
		return state(VCK_NO, VCK_ACS_WHY_ABSENT, VCK_ACS_REQUIRED);
	ctl = assume ? (uint16_t)(acs->ctl | (cap & VCK_ACS_REQUIRED)) : acs->ctl;
	missing = (uint16_t)(VCK_ACS_REQUIRED & cap & ~ctl);
	return state(vck_tri(!missing), VCK_ACS_WHY_CONTROL, missing);
}

/* The kernel always can read the table; here a unit of AMD says that there is one. */
static bool has_ivrs(const struct vck_host *h)
{
	return vck_units_any_amd(h) || h->acpi.ivrs;
}

/* Applies a row; false where the kernel goes on as if it were not there. */
static bool apply(const struct quirk *q, const struct vck_host *h, const struct vck_device *d,
		  bool assume, struct vck_acs_state *ret)
{
	bool pcie = d->cap.exp.present == VCK_YES;
	bool root_port = pcie && d->cap.exp.type == VCK_PCIE_ROOT_PORT;

	*ret = state(VCK_YES, VCK_ACS_WHY_QUIRK, 0);
	switch (q->kind) {
	case Q_AMD_SB:
		return vck_is_multifunction(d) == VCK_YES && !d->upstream && has_ivrs(h);
	case Q_RCIEP:
		return pcie && d->cap.exp.type == VCK_PCIE_RCIEP;
	case Q_ROOT_PORT:
		return root_port;
	case Q_PORT:
		return root_port || (pcie && d->cap.exp.type == VCK_PCIE_DOWNSTREAM);
	case Q_PORT_DENIED:
		*ret = state(VCK_NO, VCK_ACS_WHY_QUIRK, VCK_ACS_REQUIRED);
		return root_port || (pcie && d->cap.exp.type == VCK_PCIE_DOWNSTREAM);
	case Q_PCH:
		ret->why = VCK_ACS_WHY_QUIRK_UNKNOWN;
		return root_port;
	case Q_SPT:
		if (!root_port || d->cap.acs.present == VCK_NO)
			return false;
		*ret = by_registers(h, d, assume);
		return true;
	case Q_DENIED:
		*ret = state(VCK_NO, VCK_ACS_WHY_QUIRK, VCK_ACS_REQUIRED);
		return true;
	case Q_MF_EP:
	case Q_ALL:
		return true;
	}
	return false;
}

static bool by_quirk(const struct vck_host *h, const struct vck_device *d, bool assume,
		     struct vck_acs_state *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(quirks); i++) {
		const struct quirk *q = &quirks[i];

		if (q->vendor == d->vendor_id && d->device_id >= q->first &&
		    d->device_id <= q->last && apply(q, h, d, assume, ret)) {
			ret->quirk = q->name;
			return true;
		}
	}
	return false;
}

struct vck_acs_state vck_acs_enabled(const struct vck_host *h, const struct vck_device *d,
				     bool assume)
{
	struct vck_acs_state s;

	/* Several rows depend on the type of port, so without it nothing is known. */
	if (d->cap.exp.present == VCK_UNKNOWN || !vck_device_has(d, VCK_EV_IDS))
		return state(VCK_UNKNOWN, VCK_ACS_WHY_UNREAD, 0);
	if (by_quirk(h, d, assume, &s))
		return s;
	if (d->cap.exp.present == VCK_NO)
		return state(VCK_NO, VCK_ACS_WHY_TYPE, VCK_ACS_REQUIRED);
	switch (d->cap.exp.type) {
	case VCK_PCIE_TO_PCI:
	case VCK_PCI_TO_PCIE:
	case VCK_PCIE_RCEC:
		return state(VCK_NO, VCK_ACS_WHY_TYPE, VCK_ACS_REQUIRED);
	case VCK_PCIE_ROOT_PORT:
	case VCK_PCIE_DOWNSTREAM:
		return by_registers(h, d, assume);
	case VCK_PCIE_ENDPOINT:
	case VCK_PCIE_LEGACY_ENDPOINT:
	case VCK_PCIE_UPSTREAM:
	case VCK_PCIE_RCIEP:
		if (vck_is_multifunction(d) == VCK_YES)
			return by_registers(h, d, assume);
		if (vck_is_multifunction(d) == VCK_UNKNOWN)
			return state(VCK_UNKNOWN, VCK_ACS_WHY_UNREAD, 0);
		break;
	}
	return state(VCK_YES, VCK_ACS_WHY_SINGLE, 0);
}
