// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers that IOMMU_GET_HW_INFO hands out, and the bits of them that matter here. */
#include "config.h"

#include "base/cursor.h"
#include "vfio/ask.h"

/* A bit field: of the register that starts at @offset of the data. */
struct field {
	const char *name;
	uint8_t offset, bytes, shift, width; /* width 0: the whole register */
};

/* struct iommu_hw_info_vtd {flags, reserved, cap, ecap}; VT-d specification 11.4.2, 11.4.3 */
static const struct field intel[] = {
	{ "cap", 8, 8, 0, 0 },	      { "ecap", 16, 8, 0, 0 },	     { "cap.CM", 8, 8, 7, 1 },
	{ "cap.SAGAW", 8, 8, 8, 5 },  { "cap.MGAW", 8, 8, 16, 6 },   { "ecap.C", 16, 8, 0, 1 },
	{ "ecap.DT", 16, 8, 2, 1 },   { "ecap.IR", 16, 8, 3, 1 },    { "ecap.EIM", 16, 8, 4, 1 },
	{ "ecap.PT", 16, 8, 6, 1 },   { "ecap.SC", 16, 8, 7, 1 },    { "ecap.PASID", 16, 8, 40, 1 },
	{ "ecap.SMTS", 16, 8, 43, 1 }, { "ecap.SLADS", 16, 8, 45, 1 },
};

/* struct iommu_hw_info_arm_smmuv3 {flags, reserved, idr[6], iidr, aidr}; SMMUv3 6.3. The registers
 * as they are, not what firmware and the kernel make of them. */
static const struct field smmu_v3[] = {
	{ "idr0", 8, 4, 0, 0 },		{ "idr1", 12, 4, 0, 0 },
	{ "idr2", 16, 4, 0, 0 },	{ "idr3", 20, 4, 0, 0 },
	{ "idr4", 24, 4, 0, 0 },	{ "idr5", 28, 4, 0, 0 },
	{ "iidr", 32, 4, 0, 0 },	{ "aidr", 36, 4, 0, 0 },
	{ "idr0.S2P", 8, 4, 0, 1 },	{ "idr0.S1P", 8, 4, 1, 1 },
	{ "idr0.TTF", 8, 4, 2, 2 },	{ "idr0.COHACC", 8, 4, 4, 1 },
	{ "idr0.HTTU", 8, 4, 6, 2 },	{ "idr0.ATS", 8, 4, 10, 1 },
	{ "idr0.ASID16", 8, 4, 12, 1 }, { "idr0.MSI", 8, 4, 13, 1 },
	{ "idr0.PRI", 8, 4, 16, 1 },	{ "idr0.CD2L", 8, 4, 19, 1 },
	{ "idr0.TTENDIAN", 8, 4, 21, 2 }, { "idr0.STALL_MODEL", 8, 4, 24, 2 },
	{ "idr0.ST_LEVEL", 8, 4, 27, 2 }, { "idr1.SIDSIZE", 12, 4, 0, 6 },
	{ "idr1.SSIDSIZE", 12, 4, 6, 5 }, { "idr3.FWB", 20, 4, 8, 1 },
	{ "idr3.RIL", 20, 4, 10, 1 },	{ "idr3.BBML", 20, 4, 11, 2 },
	{ "idr5.OAS", 28, 4, 0, 3 },	{ "idr5.GRAN4K", 28, 4, 4, 1 },
	{ "idr5.GRAN16K", 28, 4, 5, 1 }, { "idr5.GRAN64K", 28, 4, 6, 1 },
	{ "idr5.VAX", 28, 4, 10, 2 },
};

/* struct iommu_hw_info_amd {efr, efr2}; AMD 48882, MMIO offsets 0030h and 01A0h */
static const struct field amd[] = {
	{ "efr", 0, 8, 0, 0 },	     { "efr2", 8, 8, 0, 0 },	   { "efr.XTSup", 0, 8, 2, 1 },
	{ "efr.GTSup", 0, 8, 4, 1 }, { "efr.GASup", 0, 8, 7, 1 },  { "efr.HATS", 0, 8, 10, 2 },
	{ "efr.GATS", 0, 8, 12, 2 }, { "efr.PASmax", 0, 8, 32, 5 }, { "efr.HASup", 0, 8, 49, 1 },
	{ "efr.HDSup", 0, 8, 52, 1 }, { "efr.SNPSup", 0, 8, 63, 1 },
};

_Static_assert(ARRAY_SIZE(intel) <= VCK_HW_FIELDS && ARRAY_SIZE(smmu_v3) <= VCK_HW_FIELDS &&
		       ARRAY_SIZE(amd) <= VCK_HW_FIELDS,
	       "room for the fields");

static bool read_register(struct vck_bytes b, const struct field *f, uint64_t *ret)
{
	uint32_t half;

	if (f->bytes == 8)
		return vck_le64(b, f->offset, ret);
	if (!vck_le32(b, f->offset, &half))
		return false;
	*ret = half;
	return true;
}

static void decode(struct vck_bytes b, const struct field *f, size_t n, struct vck_probe_hw *hw)
{
	uint64_t v;

	for (size_t i = 0; i < n; i++) {
		if (!read_register(b, &f[i], &v))
			continue;
		if (f[i].width)
			v = v >> f[i].shift & ((UINT64_C(1) << f[i].width) - 1);
		hw->fields[hw->n++] = (struct vck_hw_field){ f[i].name, v, f[i].width == 0 };
	}
}

void vck_hw_decode(uint32_t type, const uint8_t *data, size_t len, struct vck_probe_hw *ret)
{
	struct vck_bytes b = { data, len };

	*ret = (struct vck_probe_hw){ .known = VCK_YES, .type = type };
	if (type == VCK_HW_INTEL)
		decode(b, intel, ARRAY_SIZE(intel), ret);
	else if (type == VCK_HW_SMMU_V3)
		decode(b, smmu_v3, ARRAY_SIZE(smmu_v3), ret);
	else if (type == VCK_HW_AMD)
		decode(b, amd, ARRAY_SIZE(amd), ret);
}
