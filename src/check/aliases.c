// SPDX-License-Identifier: GPL-2.0-or-later
/* DMA alias quirks as data: drivers/pci/quirks.c, the DECLARE_PCI_FIXUP_HEADER
 * rows of quirk_dma_func0_alias, quirk_dma_func1_alias, quirk_fixed_dma_alias,
 * quirk_pex_vca_alias, quirk_mic_x200_dma_alias, quirk_plx_ntb_dma_alias and
 * quirk_use_pcie_bridge_dma_alias (the same in
 * 5.10.262, 6.1.192, 6.12.117 and 7.2.12). */
#include "config.h"

#include "check/aliases.h"

enum alias_kind {
	A_FUNC0,  /* devfn of function 0 in its slot */
	A_FUNC1,  /* devfn of function 1 in its slot */
	A_FIXED,  /* one devfn given */
	A_ALL,	  /* every devfn of the bus */
	A_MIC,	  /* 10.0, 11.0, 12.3 */
	A_VCA,	  /* functions 0 to 4 of every device */
	A_SWITCHTEC, /* learnt at run time from the switch's registers */
};

static const struct {
	uint16_t vendor, first, last;
	enum alias_kind kind;
	uint8_t devfn;
	uint16_t subdevice; /* 0: any */
} alias_rows[] = {
	{ 0x1180, 0xe832, 0xe832, A_FUNC0, 0, 0 }, { 0x1180, 0xe476, 0xe476, A_FUNC0, 0, 0 },
	{ 0x6766, 0x3d40, 0x3d41, A_FUNC0, 0, 0 }, { 0x1b4b, 0x9120, 0x9120, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x9123, 0x9123, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9125, 0x9125, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x9128, 0x9128, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9130, 0x9130, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x9170, 0x9170, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9172, 0x9172, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x917a, 0x917a, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9182, 0x9183, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x91a0, 0x91a0, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9215, 0x9215, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x9220, 0x9220, A_FUNC1, 0, 0 }, { 0x1b4b, 0x9230, 0x9230, A_FUNC1, 0, 0 },
	{ 0x1b4b, 0x9235, 0x9235, A_FUNC1, 0, 0 }, { 0x1103, 0x0642, 0x0642, A_FUNC1, 0, 0 },
	{ 0x1103, 0x0645, 0x0645, A_FUNC1, 0, 0 }, { 0x197b, 0x2392, 0x2392, A_FUNC1, 0, 0 },
	{ 0x1c28, 0x0122, 0x0122, A_FUNC1, 0, 0 },
	{ 0x9005, 0x0285, 0x0285, A_FIXED, 1 << 3, 0x02bb },
	{ 0x9005, 0x0285, 0x0285, A_FIXED, 1 << 3, 0x02bc },
	{ 0x8086, 0x2260, 0x2260, A_MIC, 0, 0 },   { 0x8086, 0x2264, 0x2264, A_MIC, 0, 0 },
	{ 0x8086, 0x2954, 0x2956, A_VCA, 0, 0 },   { 0x8086, 0x2958, 0x295a, A_VCA, 0, 0 },
	{ 0x10b5, 0x87b0, 0x87b1, A_ALL, 0, 0 },
	{ 0x11f8, 0x8500, 0x85ff, A_SWITCHTEC, 0, 0 },
};

/* Bridges that are not PCIe by their config space and still alias as PCIe-to-PCI bridges do. */
static const struct {
	uint16_t vendor, device;
} bridge_rows[] = {
	{ 0x1b21, 0x1080 }, { 0x10e3, 0x8113 }, { 0x1283, 0x8892 },
	{ 0x1283, 0x8893 }, { 0x8086, 0x244e },
};

/* quirk_bridge_cavm_thrx2_pcie_root: requester ids are translated at the root. */
static const struct {
	uint16_t vendor, device;
} xlate_root_rows[] = {
	{ 0x14e4, 0x9000 }, { 0x14e4, 0x9084 },
};

/* quirk_aspeed_pci_bridge_no_alias: the AST1150 of server boards hands requester ids
 * through. Applied for the merge window of 7.0; 6.12 is without, 7.2 has it. */
static bool is_ast1150(const struct vck_host *h, const struct vck_device *b)
{
	return b->vendor_id == 0x1a03 && b->device_id == 0x1150 && h->kver >= VCK_KVER(7, 0);
}

/* quirk_use_pcie_bridge_dma_alias: only right below a PCIe port. */
static bool is_pcie_port(const struct vck_device *d)
{
	return d && d->cap.exp.present == VCK_YES && d->cap.exp.type != VCK_PCIE_TO_PCI;
}

enum vck_bridge_alias vck_bridge_alias(const struct vck_host *h, const struct vck_device *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(xlate_root_rows); i++) {
		if (b->vendor_id == xlate_root_rows[i].vendor &&
		    b->device_id == xlate_root_rows[i].device)
			return VCK_ALIAS_STOP;
	}
	if (b->cap.exp.present == VCK_UNKNOWN)
		return VCK_ALIAS_UNKNOWN;
	if (b->cap.exp.present == VCK_YES) {
		if (b->cap.exp.type == VCK_PCIE_TO_PCI)
			return is_ast1150(h, b) ? VCK_ALIAS_TRANSPARENT
						: VCK_ALIAS_SECONDARY;
		return b->cap.exp.type == VCK_PCI_TO_PCIE ? VCK_ALIAS_BRIDGE
							   : VCK_ALIAS_TRANSPARENT;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bridge_rows); i++) {
		if (b->vendor_id == bridge_rows[i].vendor &&
		    b->device_id == bridge_rows[i].device && is_pcie_port(b->upstream))
			return VCK_ALIAS_SECONDARY;
	}
	return VCK_ALIAS_BRIDGE;
}

const char *vck_dma_alias(const struct vck_device *d, uint8_t devfn)
{
	uint8_t own = vck_bdf_devfn(d->bdf);

	if (devfn == own)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(alias_rows); i++) {
		if (d->vendor_id != alias_rows[i].vendor || d->device_id < alias_rows[i].first ||
		    d->device_id > alias_rows[i].last ||
		    (alias_rows[i].subdevice && d->subdevice_id != alias_rows[i].subdevice))
			continue;
		switch (alias_rows[i].kind) {
		case A_FUNC0:
			return devfn == (own & 0xf8) ? "quirk_dma_func0_alias" : NULL;
		case A_FUNC1:
			return devfn == ((own & 0xf8) | 1) ? "quirk_dma_func1_alias" : NULL;
		case A_FIXED:
			if (devfn == alias_rows[i].devfn)
				return "quirk_fixed_dma_alias";
			break;
		case A_ALL:
			return "quirk_plx_ntb_dma_alias";
		case A_MIC:
			return devfn == 0x10 << 3 || devfn == 0x11 << 3 ||
					       devfn == (0x12 << 3 | 3)
				       ? "quirk_mic_x200_dma_alias"
				       : NULL;
		case A_VCA:
			return (devfn & 7) < 5 ? "quirk_pex_vca_alias" : NULL;
		case A_SWITCHTEC:
			return NULL;
		}
	}
	return NULL;
}

const char *vck_devs_are_aliases(const struct vck_device *a, const struct vck_device *b)
{
	const char *q = vck_dma_alias(a, vck_bdf_devfn(b->bdf));

	if (!q)
		q = vck_dma_alias(b, vck_bdf_devfn(a->bdf));
	if (!q && (a->real_dma_dev == b || b->real_dma_dev == a))
		q = "pci_real_dma_dev";
	return q;
}
