// SPDX-License-Identifier: GPL-2.0-or-later
/* What each IOMMU unit can do, as the kernel at hand would answer: derived from
 * the unit's registers, from firmware and from the kernel's release. The kernel
 * shows none of these answers itself. */
#include "config.h"

#include <ctype.h>

#include "check/engine.h"
#include "check/tables.h"
#include "check/unit-index.h"
#include "check/units.h"

/* How a driver answers IOMMU_CAP_CACHE_COHERENCY. */
enum answer {
	ANSWER_NO = 0,
	ANSWER_YES,
	ANSWER_ALL_SC,	   /* every VT-d unit has snoop control */
	ANSWER_WALK,	   /* what firmware says of the SMMU */
	ANSWER_WALK_OR_EP, /* the same, else each endpoint decides */
	ANSWER_5_19_9,	   /* no, until that stable release got the fix */
};

/* One row a driver and range of releases; until is exclusive, 0 = to the newest known.
 * A driver without a row for the release is not known to answer. */
static const struct {
	enum vck_iommu_driver driver;
	const char *name; /* prefix of driver_name for VCK_IOMMU_OTHER */
	unsigned since, until;
	enum answer answer;
	const char *source;
} cache_rows[] = {
	{VCK_IOMMU_INTEL, NULL, VCK_KVER(5, 10), VCK_KVER(5, 19), ANSWER_ALL_SC,
	 "drivers/iommu/intel/iommu.c:intel_iommu_capable, 5.10"},
	{VCK_IOMMU_INTEL, NULL, VCK_KVER(5, 19), 0, ANSWER_YES,
	 "drivers/iommu/intel/iommu.c:intel_iommu_capable, 6.1 to 7.3"},
	{VCK_IOMMU_AMD, NULL, VCK_KVER(5, 10), 0, ANSWER_YES,
	 "drivers/iommu/amd/iommu.c:amd_iommu_capable, 5.10 to 7.3"},
	{VCK_IOMMU_SMMU, NULL, VCK_KVER(5, 10), VCK_KVER(6, 1), ANSWER_YES,
	 "drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_capable, 5.10"},
	{VCK_IOMMU_SMMU, NULL, VCK_KVER(6, 1), 0, ANSWER_WALK_OR_EP,
	 "drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_capable, 6.1 to 7.3"},
	{VCK_IOMMU_SMMU_V3, NULL, VCK_KVER(5, 10), VCK_KVER(6, 1), ANSWER_YES,
	 "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_capable, 5.10"},
	{VCK_IOMMU_SMMU_V3, NULL, VCK_KVER(6, 1), 0, ANSWER_WALK,
	 "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_capable, 6.1 to 7.3"},
	{VCK_IOMMU_VIRTIO, NULL, VCK_KVER(5, 10), VCK_KVER(5, 19), ANSWER_NO,
	 "drivers/iommu/virtio-iommu.c has no capable op, 5.10"},
	/* Message of 2022-08-25, "iommu/virtio: Fix interaction with VFIO": pulled on
	 * 2022-09-11 for 6.0-rc5, and in the announcement of 5.19.9. */
	{VCK_IOMMU_VIRTIO, NULL, VCK_KVER(5, 19), VCK_KVER(6, 0), ANSWER_5_19_9,
	 "drivers/iommu/virtio-iommu.c, fixed in 5.19.9 and 6.0"},
	{VCK_IOMMU_VIRTIO, NULL, VCK_KVER(6, 0), 0, ANSWER_YES,
	 "drivers/iommu/virtio-iommu.c:viommu_capable, 6.0 to 7.3"},
	{VCK_IOMMU_OTHER, "qcom", VCK_KVER(5, 10), 0, ANSWER_YES,
	 "drivers/iommu/arm/arm-smmu/qcom_iommu.c:qcom_iommu_capable"},
	{VCK_IOMMU_OTHER, "s390", VCK_KVER(5, 10), 0, ANSWER_YES,
	 "drivers/iommu/s390-iommu.c:s390_iommu_capable"},
	{VCK_IOMMU_OTHER, "fsl", VCK_KVER(5, 10), 0, ANSWER_YES,
	 "drivers/iommu/fsl_pamu_domain.c:fsl_pamu_capable"},
	{VCK_IOMMU_OTHER, "spapr", VCK_KVER(6, 12), 0, ANSWER_YES,
	 "arch/powerpc/kernel/iommu.c:spapr_tce_iommu_capable"},
	/* Drivers without a capable op: the core then answers no
	   (iommu.c:device_iommu_capable). */
	{VCK_IOMMU_OTHER, "riscv", VCK_KVER(6, 13), 0, ANSWER_NO,
	 "drivers/iommu/riscv/iommu.c has no capable op, 7.1 and 7.3"},
	{VCK_IOMMU_OTHER, "ipmmu", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/ipmmu-vmsa.c"},
	{VCK_IOMMU_OTHER, "mtk", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/mtk_iommu.c"},
	{VCK_IOMMU_OTHER, "mediatek", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/mtk_iommu.c"},
	{VCK_IOMMU_OTHER, "exynos", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/exynos-iommu.c"},
	{VCK_IOMMU_OTHER, "rk_iommu", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/rockchip-iommu.c"},
	{VCK_IOMMU_OTHER, "rockchip", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/rockchip-iommu.c"},
	{VCK_IOMMU_OTHER, "sun50i", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/sun50i-iommu.c"},
	{VCK_IOMMU_OTHER, "apple", VCK_KVER(5, 15), 0, ANSWER_NO,
	 "drivers/iommu/apple-dart.c"},
	{VCK_IOMMU_OTHER, "sprd", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/sprd-iommu.c"},
	{VCK_IOMMU_OTHER, "omap", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/omap-iommu.c"},
	{VCK_IOMMU_OTHER, "vsi", VCK_KVER(6, 18), 0, ANSWER_NO,
	 "drivers/iommu/vsi-iommu.c"},
	{VCK_IOMMU_OTHER, "tegra", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/tegra-smmu.c"},
	{VCK_IOMMU_OTHER, "msm", VCK_KVER(5, 10), 0, ANSWER_NO,
	 "drivers/iommu/msm_iommu.c"},
};

enum vck_tri vck_kver_patched(const char *release, unsigned patch)
{
	unsigned dots = 0, n = 0;
	const char *s = release;

	for (; s && (*s == '.' || isdigit((unsigned char)*s)); s++) {
		if (*s == '.')
			dots++;
		else if (dots == 2 && n < 100000)
			n = n * 10 + (unsigned)(*s - '0');
	}
	if (n >= patch)
		return VCK_YES;
	return s && *s == '-' && !n && !str_after(s, "-rc") ? VCK_UNKNOWN : VCK_NO;
}

/* Of a release that is not known, every row counts from the one on where VFIO asks. */
static bool row_matches(size_t i, const struct vck_host *h, const struct vck_unit *u)
{
	unsigned since = h->kver ? h->kver : VCK_KVER_NEWEST,
		 until = h->kver ? h->kver : VCK_KVER(5, 19);

	if (cache_rows[i].driver != u->driver || since < cache_rows[i].since)
		return false;
	if (cache_rows[i].until && until >= cache_rows[i].until)
		return false;
	return u->driver != VCK_IOMMU_OTHER ||
	       (u->driver_name && str_after(u->driver_name, cache_rows[i].name));
}

/* Snoop control in every VT-d unit. */
static enum vck_tri all_units_sc(const struct vck_host *h)
{
	enum vck_tri all = VCK_YES;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (u->driver == VCK_IOMMU_INTEL && u->active)
			all = vck_tri_and(all, u->regs_known == VCK_YES
						       ? vck_tri(u->ecap & VCK_ECAP_SC)
						       : VCK_UNKNOWN);
	}
	return all;
}

static enum vck_tri answer_value(enum answer a, const struct vck_host *h,
				 const struct vck_unit *u)
{
	switch (a) {
	case ANSWER_NO:
		return VCK_NO;
	case ANSWER_YES:
		return VCK_YES;
	case ANSWER_ALL_SC:
		return all_units_sc(h);
	case ANSWER_WALK:
		return u->coherent_walk;
	case ANSWER_WALK_OR_EP:
		if (!vck_unit_endpoint_decides(h, u))
			return u->coherent_walk;
		return u->coherent_walk == VCK_YES ? VCK_YES : VCK_UNKNOWN;
	case ANSWER_5_19_9:
		return vck_kver_patched(h->release, 9);
	}
	return VCK_UNKNOWN;
}

static enum vck_tri cache_coherency(const struct vck_host *h, const struct vck_unit *u,
				    const char **source)
{
	enum vck_tri all = VCK_UNKNOWN;
	size_t n = 0;

	if (h->kver && !vck_kver_known(h->kver))
		return VCK_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(cache_rows); i++) {
		enum vck_tri r;

		if (!row_matches(i, h, u))
			continue;
		if (source)
			*source = cache_rows[i].source;
		r = answer_value(cache_rows[i].answer, h, u);
		if (n++ && r != all)
			return VCK_UNKNOWN;
		all = r;
	}
	return all;
}

const char *vck_unit_cache_source(const struct vck_host *h, const struct vck_unit *u)
{
	const char *source = NULL;

	cache_coherency(h, u, &source);
	return source;
}

/* "Report IOMMU_CAP_CACHE_COHERENCY even betterer", 6.2-rc4 and 6.1.7. No distribution
 * ships an older 6.1. */
bool vck_unit_endpoint_decides(const struct vck_host *h, const struct vck_unit *u)
{
	if (u->driver != VCK_IOMMU_SMMU || h->kver < VCK_KVER(6, 1))
		return false;
	return h->kver > VCK_KVER(6, 1) || vck_kver_patched(h->release, 7) != VCK_NO;
}

/* Whether no-snoop requests are turned into snooped ones for every device behind the
 * unit. SMMUv3 has it by root complex only (nosnoop.c asks there), so no unit of it as
 * such. */
static enum vck_tri enforces(const struct vck_host *h, const struct vck_unit *u)
{
	switch (u->driver) {
	case VCK_IOMMU_INTEL:
		return u->regs_known == VCK_YES ? vck_tri(u->ecap & VCK_ECAP_SC)
						: VCK_UNKNOWN;
	case VCK_IOMMU_AMD:
		return vck_amd_v2_tables(h) == VCK_YES	? VCK_NO
		       : vck_amd_v2_tables(h) == VCK_NO ? VCK_YES
							: VCK_UNKNOWN;
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_SMMU_V3:
	case VCK_IOMMU_VIRTIO:
		return VCK_NO;
	case VCK_IOMMU_OTHER:
		return vck_unit_cache_source(h, u) ? VCK_NO : VCK_UNKNOWN;
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	return VCK_UNKNOWN;
}

/* Does firmware's table bear an EFR at all (early_iommu_features_init)? True where it was not
 * read: what sysfs shows is then taken for it. */
static bool ivrs_has_efr(const struct vck_host *h)
{
	const struct vck_ivrs *t = h->acpi.ivrs;

	for (size_t i = 0; t && t->ivinfo & 1 && i < t->n_ivhds; i++) {
		if (t->ivhds[i].used && t->ivhds[i].type != 0x10)
			return true;
	}
	return !t;
}

/* IVHD attribute HATDis: no host (v1) translation. One unit that says so speaks for all
 * (init_iommu_one). Real ones do not; a table that was not read has none. */
static bool ivrs_hatdis(const struct vck_host *h)
{
	const struct vck_ivrs *t = h->acpi.ivrs;

	for (size_t i = 0; t && i < t->n_ivhds; i++) {
		if (t->ivhds[i].used && t->ivhds[i].attr & 1)
			return true;
	}
	return false;
}

/* What the EFR of all units has in common (get_global_efr). */
static bool amd_efr(const struct vck_host *h, uint64_t *ret)
{
	uint64_t all = UINT64_MAX;
	bool any = false;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (u->driver != VCK_IOMMU_AMD)
			continue;
		if (!u->efr && u->regs_known != VCK_YES)
			return false;
		all &= u->efr;
		any = true;
	}
	*ret = all;
	return any;
}

/* The last word counts; only its start is compared (parse_amd_iommu_options). */
static enum vck_tri asks_for_v2(const struct vck_host *h)
{
	enum vck_tri v2 = VCK_NO;
	const char *v;
	size_t len;

	if (!vck_host_has(h, VCK_EV_CMDLINE))
		return VCK_UNKNOWN;
	for (unsigned i = 0; (v = vck_cmdline_get(h, "amd_iommu", i, &len)); i++) {
		for (const char *end = v + len; v < end; v++) {
			size_t n = (size_t)(end - v);

			if (n >= 8 && strncmp(v, "pgtbl_v1", 8) == 0)
				v2 = VCK_NO;
			else if (n >= 8 && strncmp(v, "pgtbl_v2", 8) == 0)
				v2 = VCK_YES;
			v = memchr(v, ',', n);
			if (!v)
				break;
		}
	}
	return v2;
}

#define EFR_GTSUP (1ull << 4)
#define EFR_GIOSUP (1ull << 48)

/* What the driver makes of the EFR when it chooses tables: are there v2 tables, are there none
 * but those? 7.2 chooses before it looks at the hardware and heeds HATS and HATDis, 6.12 chose
 * afterwards and did not. "iommu/amd: Support for HATdis and HATS features", v4 of 2025-06-04,
 * was applied on 2025-06-27: for 6.17. */
static void amd_tables(const struct vck_host *h, enum vck_tri *ret_v2, enum vck_tri *ret_no_v1)
{
	bool early = h->kver >= VCK_KVER(6, 17), has = ivrs_has_efr(h), hatdis = ivrs_hatdis(h);
	uint64_t efr = 0;

	*ret_v2 = VCK_UNKNOWN;
	*ret_no_v1 = hatdis && early ? VCK_YES : VCK_UNKNOWN;
	if (!(early && !has) && !amd_efr(h, &efr))
		return;
	*ret_v2 = vck_tri(efr & EFR_GTSUP && efr & EFR_GIOSUP);
	*ret_no_v1 = vck_tri(hatdis || VCK_AMD_EFR_HATS(efr) == 3);
	if (!early && *ret_no_v1 == VCK_YES)
		*ret_no_v1 = VCK_UNKNOWN;
	if (!early && !has && *ret_v2 == VCK_YES)
		*ret_v2 = VCK_UNKNOWN;
}

enum vck_tri vck_amd_translates(const struct vck_host *h)
{
	enum vck_tri v2, no_v1;

	amd_tables(h, &v2, &no_v1);
	return vck_tri_or(vck_tri_not(no_v1), v2);
}

/* The x86-style tables have no FC bit (drivers/iommu/amd/iommu.c says so itself). Up to
 * 6.12 domains of VFIO got v1 tables whatever the option said (protection_domain_alloc).
 * HATS = 3 or HATDis leaves only v2 from 6.17 on (init.c:early_amd_iommu_init); where those
 * are not supported the unit then translates nothing, and there is no answer. */
enum vck_tri vck_amd_v2_tables(const struct vck_host *h)
{
	bool kernel = vck_host_has(h, VCK_EV_KERNEL);
	enum vck_tri supported, no_v1, v2;

	if (kernel && h->kver < VCK_KVER(6, 13))
		return VCK_NO;
	amd_tables(h, &supported, &no_v1);
	v2 = vck_tri_and(vck_tri_or(asks_for_v2(h), no_v1), supported);
	if (v2 == VCK_NO)
		return no_v1 == VCK_NO ? VCK_NO : VCK_UNKNOWN;
	return kernel ? v2 : VCK_UNKNOWN;
}

/* Options that leave x86 without interrupt remapping (drivers/iommu/irq_remapping.c,
 * arch/x86/kernel/apic/apic.c). */
static bool remapping_switched_off(const struct vck_host *h)
{
	static const char *const words[] = {"nointremap", "noapic", "nolapic",
					    "disableapic"};
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (vck_cmdline_get(h, words[i], 0, &len))
			return true;
	}
	return vck_cmdline_has(h, "intremap", "off");
}

/* Without the kernel's word: what has to be there before VT-d remaps interrupts at all
 * (drivers/iommu/intel/irq_remapping.c:intel_prepare_irq_remapping). */
static enum vck_tri intel_can_remap(const struct vck_host *h)
{
	const struct vck_dmar *dmar = h->acpi.dmar;
	enum vck_tri all = VCK_YES;
	bool any = false;

	if (dmar && !(dmar->flags & 1))
		return VCK_NO;
	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (u->driver != VCK_IOMMU_INTEL || !u->active)
			continue;
		all = vck_tri_and(all, u->regs_known == VCK_YES
					       ? vck_tri(u->ecap & VCK_ECAP_IR)
					       : VCK_UNKNOWN);
		any = true;
	}
	if (all == VCK_NO)
		return VCK_NO;
	return dmar && any ? all : VCK_UNKNOWN;
}

static bool drives(const struct vck_host *h, enum vck_iommu_driver driver)
{
	for (size_t i = 0; i < h->n_units; i++) {
		if (h->units[i]->active && h->units[i]->driver == driver)
			return true;
	}
	return false;
}

/* x86: are interrupts remapped? By /proc/interrupts where it was read, else by what has to
 * be there for it. */
static enum vck_tri remaps_interrupts(const struct vck_host *h)
{
	if (h->intr_remapping_in_use != VCK_UNKNOWN)
		return h->intr_remapping_in_use;
	if (vck_host_has(h, VCK_EV_CMDLINE) && remapping_switched_off(h))
		return VCK_NO;
	if (drives(h, VCK_IOMMU_INTEL))
		return vck_host_has(h, VCK_EV_CMDLINE) ? intel_can_remap(h) : VCK_UNKNOWN;
	if (drives(h, VCK_IOMMU_VIRTIO))
		return VCK_NO; /* it has nothing to remap interrupts with */
	return VCK_UNKNOWN;
}

static enum vck_tri unit_remaps(const struct vck_host *h, const struct vck_unit *u)
{
	switch (u->driver) {
	case VCK_IOMMU_INTEL:
		if (u->regs_known == VCK_YES && !(u->ecap & VCK_ECAP_IR))
			return VCK_NO;
		return h->irq_remapping;
	case VCK_IOMMU_AMD:
		return h->irq_remapping;
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_SMMU_V3:
	case VCK_IOMMU_VIRTIO:
		return VCK_NO; /* on Arm the interrupt controller does it, not the SMMU */
	case VCK_IOMMU_OTHER:
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	return VCK_UNKNOWN;
}

static enum vck_tri caches_not_present(const struct vck_unit *u)
{
	switch (u->driver) {
	case VCK_IOMMU_INTEL:
		return u->regs_known == VCK_YES ? vck_tri(u->cap & VCK_CAP_CM)
						: VCK_UNKNOWN;
	case VCK_IOMMU_AMD:
		return u->regs_known == VCK_YES
			       ? vck_tri(u->amd_cap & VCK_AMD_CAP_NPCACHE)
			       : VCK_UNKNOWN;
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_SMMU_V3:
	case VCK_IOMMU_VIRTIO:
		return VCK_NO; /* no such mode: invalid entries are not cached */
	case VCK_IOMMU_OTHER:
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	return VCK_UNKNOWN;
}

/* Bits of an input address: VT-d MGAW, cut by the widest table that SAGAW offers. */
static unsigned intel_width(const struct vck_unit *u)
{
	unsigned mgaw = (unsigned)(u->cap >> 16 & 0x3f) + 1,
		 sagaw = (unsigned)(u->cap >> 8 & 0x1f);
	unsigned tables = sagaw & 8 ? 57 : sagaw & 4 ? 48 : sagaw & 2 ? 39 : 0;

	return tables && tables < mgaw ? tables : mgaw;
}

/* AMD: EFR.HATS, host address translation size (48882, MMIO 0030h bits 11:10). v2 tables end
 * at 47 bits in 7.2 (amd_iommu_domain_alloc_paging_v2), or at 56 where the processor has
 * five levels too (EFR.GATS, bits 13:12), which is not looked at. */
static unsigned amd_width(const struct vck_host *h, const struct vck_unit *u)
{
	static const unsigned width[] = {48, 57, 64, 0};

	if (vck_amd_v2_tables(h) == VCK_YES)
		return h->kver >= VCK_KVER(7, 2) && !(u->efr >> 12 & 3) ? 47 : 0;
	return u->efr ? width[VCK_AMD_EFR_HATS(u->efr)] : 0;
}

int vck_derive_units(struct vck_host *h)
{
	int r = vck_derive_table_units(h);

	h->irq_remapping = remaps_interrupts(h);
	for (size_t i = 0; r == 0 && i < h->n_units; i++) {
		struct vck_unit *u = h->units[i];

		u->cache_coherency = cache_coherency(h, u, NULL);
		u->enforces_coherency = enforces(h, u);
		u->interrupt_remapping = unit_remaps(h, u);
		u->not_present_caching = caches_not_present(u);
		if (u->driver == VCK_IOMMU_INTEL && u->regs_known == VCK_YES)
			u->address_width = intel_width(u);
		else if (u->driver == VCK_IOMMU_AMD)
			u->address_width = amd_width(h, u);
	}
	vck_units_note_alike(h);
	return r;
}

const struct vck_unit *vck_device_unit(const struct vck_host *h,
				       const struct vck_device *d)
{
	if (d->unit || !d->group)
		return d->unit;
	/* No link: where all units that are driven are of one kind and answer alike, any
	 * will do. */
	return vck_units_alike(h);
}
