// SPDX-License-Identifier: GPL-2.0-or-later
/* The units that tables and the device tree describe, joined with those that the
 * kernel drives, under the names that the kernel gives (callers of
 * iommu_device_sysfs_add, Linux 6.12 and 7.3). */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "check/tables-internal.h"
#include "check/unit-index.h"

/* The kernel's unit that a table describes: by register base, else by name. */
static struct vck_unit *find_unit(const struct vck_host *h, enum vck_iommu_driver driver,
				  uint64_t base, const char *name)
{
	struct vck_unit *u = vck_unit_by_base(h, driver, base);

	return u ? u : vck_unit_by_name(h, name, base);
}

/* What is known of a unit from a table, before it is joined with the kernel's. */
struct described {
	enum vck_iommu_driver driver;
	const char *driver_name, *name;
	uint64_t base;
	uint16_t segment;
	uint32_t offset;
	enum vck_tri walk;
};

static int add_unit(struct vck_host *h, const struct described *d, struct vck_unit **ret)
{
	struct vck_unit *u;

	if (!d->name)
		return -ENOMEM;
	u = find_unit(h, d->driver, d->base, d->name);
	if (!u) {
		u = vck_host_add_unit(h, d->name);
		if (!u)
			return -ENOMEM;
		u->driver = d->driver;
		u->driver_name = d->driver_name;
	}
	if (!u->base)
		u->base = d->base;
	u->segment = d->segment;
	u->table_offset = d->offset;
	if (d->walk != VCK_UNKNOWN)
		u->coherent_walk = d->walk;
	*ret = u;
	return vck_unit_index_add(h, u);
}

static int dmar_units(struct vck_host *h)
{
	const struct vck_dmar *t = h->acpi.dmar;
	struct vck_unit *u;
	int r = 0;

	for (size_t i = 0; t && r == 0 && i < t->n_units; i++)
		r = add_unit(h,
			     &(struct described){
				     .driver = VCK_IOMMU_INTEL,
				     .driver_name = "intel-iommu",
				     .name = vck_arena_printf(&h->arena, "dmar%zu", i),
				     .base = t->units[i].base,
				     .segment = t->units[i].segment,
				     .offset = t->units[i].offset,
			     },
			     &u);
	return r;
}

static int ivrs_units(struct vck_host *h)
{
	const struct vck_ivrs *t = h->acpi.ivrs;
	struct vck_unit *u;
	size_t number = 0;
	int r = 0;

	for (size_t i = 0; t && r == 0 && i < t->n_ivhds; i++) {
		if (!t->ivhds[i].used)
			continue;
		r = add_unit(h,
			     &(struct described){
				     .driver = VCK_IOMMU_AMD,
				     .driver_name = "amd-iommu",
				     .name = vck_arena_printf(&h->arena, "ivhd%zu", number++),
				     .base = t->ivhds[i].base,
				     .segment = t->ivhds[i].segment,
				     .offset = t->ivhds[i].offset,
			     },
			     &u);
		if (r == 0 && !u->active && !u->efr) {
			u->efr = t->ivhds[i].efr;
			u->efr2 = t->ivhds[i].efr2;
		}
	}
	return r;
}

static int iort_units(struct vck_host *h)
{
	const struct vck_iort *t = h->acpi.iort;
	struct vck_unit *u;
	int r = 0;

	for (size_t i = 0; t && r == 0 && i < t->n_nodes; i++) {
		const struct vck_iort_node *n = &t->nodes[i];
		bool v3 = n->type == VCK_IORT_SMMU_V3;

		if (!v3 && n->type != VCK_IORT_SMMU)
			continue;
		/* Flags: v3 bit 0 COHACC override; v1/2 bit 1 coherent table walk. */
		r = add_unit(h,
			     &(struct described){
				     .driver = v3 ? VCK_IOMMU_SMMU_V3 : VCK_IOMMU_SMMU,
				     .driver_name = v3 ? "arm-smmu-v3" : "arm-smmu",
				     .name = vck_arena_printf(&h->arena, "%s.0x%016" PRIx64,
							      v3 ? "smmu3" : "smmu", n->base),
				     .base = n->base,
				     .offset = n->offset,
				     .walk = vck_tri(n->flags & (v3 ? 1 : 2)),
			     },
			     &u);
	}
	return r;
}

/* The one virtio-iommu that the kernel runs and no PCI function carries. */
static const char *mmio_name(const struct vck_host *h)
{
	const char *only = NULL;
	struct vck_bdf bdf;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (!u->active || u->driver != VCK_IOMMU_VIRTIO || vck_bdf_parse(u->name, &bdf) == 0)
			continue;
		if (only)
			return NULL;
		only = u->name;
	}
	return only;
}

static size_t mmio_units(const struct vck_viot *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		n += t->nodes[i].type == 4;
	return n;
}

/* virtio-iommu bears the name of the device that carries it: a PCI function, or a
 * platform device whose name only the kernel knows. */
static const char *viot_name(struct vck_host *h, const struct vck_viot_node *n,
			     const char *only_mmio)
{
	if (n->type == 3)
		return vck_arena_printf(&h->arena, "%04x:%02x:%02x.%x", n->seg_start,
					n->bdf_start >> 8, n->bdf_start >> 3 & 0x1f,
					n->bdf_start & 7);
	if (only_mmio)
		return only_mmio;
	return vck_arena_printf(&h->arena, "virtio-iommu@%" PRIx64, n->base);
}

static int viot_units(struct vck_host *h)
{
	const struct vck_viot *t = h->acpi.viot;
	const char *mmio = t && mmio_units(t) == 1 ? mmio_name(h) : NULL;
	struct vck_unit *u;
	int r = 0;

	for (size_t i = 0; t && r == 0 && i < t->n_nodes; i++) {
		const struct vck_viot_node *n = &t->nodes[i];

		if (n->type != 3 && n->type != 4)
			continue;
		r = add_unit(h,
			     &(struct described){
				     .driver = VCK_IOMMU_VIRTIO,
				     .driver_name = "virtio-iommu",
				     .name = viot_name(h, n, mmio),
				     .base = n->base,
				     .segment = n->seg_start,
				     .offset = n->offset,
			     },
			     &u);
	}
	return r;
}

static int rimt_units(struct vck_host *h)
{
	const struct vck_rimt *t = h->acpi.rimt;
	struct vck_unit *u;
	int r = 0;

	for (size_t i = 0; t && r == 0 && i < t->n_nodes; i++) {
		const struct vck_rimt_node *n = &t->nodes[i];
		char bdf[VCK_BDF_LEN];

		if (n->type != 0)
			continue;
		vck_bdf_format((struct vck_bdf){ n->segment, (uint8_t)(n->bdf >> 8),
						 n->bdf >> 3 & 0x1f, n->bdf & 7 },
			       bdf);
		r = add_unit(h,
			     &(struct described){
				     .driver = VCK_IOMMU_OTHER,
				     .driver_name = "riscv-iommu",
				     .name = n->flags & 1
						     ? vck_arena_printf(&h->arena,
									"riscv-iommu@%s", bdf)
						     : vck_arena_printf(&h->arena,
									"riscv-iommu@%" PRIx64,
									n->base),
				     .base = n->base,
				     .segment = n->segment,
				     .offset = n->offset,
			     },
			     &u);
	}
	return r;
}

/* --- units of the device tree --- */

/* Driver by a string of `compatible`; a trailing '*' stands for any text. */
static const struct {
	const char *compatible;
	enum vck_iommu_driver driver;
	const char *name, *prefix; /* prefix: how the driver names the unit */
} dt_drivers[] = {
	{ "arm,smmu-v3", VCK_IOMMU_SMMU_V3, "arm-smmu-v3", "smmu3.0x" },
	{ "arm,smmu-v1", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "arm,smmu-v2", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "arm,mmu-400", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "arm,mmu-401", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "arm,mmu-500", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "cavium,smmu-v2", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "nvidia,smmu-500", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "qcom,smmu-v2", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "qcom,smmu-500", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "qcom,adreno-smmu", VCK_IOMMU_SMMU, "arm-smmu", "smmu.0x" },
	{ "virtio,pci-iommu", VCK_IOMMU_VIRTIO, "virtio-iommu", NULL },
	{ "virtio,mmio", VCK_IOMMU_VIRTIO, "virtio-iommu", NULL },
	{ "riscv,iommu", VCK_IOMMU_OTHER, "riscv-iommu", "riscv-iommu@" },
	{ "riscv,pci-iommu", VCK_IOMMU_OTHER, "riscv-iommu", "riscv-iommu@" },
	{ "qcom,msm-iommu-*", VCK_IOMMU_OTHER, "qcom_iommu", NULL },
	{ "qcom,apq8064-iommu", VCK_IOMMU_OTHER, "msm_iommu", NULL },
	{ "rockchip,*", VCK_IOMMU_OTHER, "rk_iommu", NULL },
	{ "mediatek,*", VCK_IOMMU_OTHER, "mtk-iommu", NULL },
	{ "renesas,ipmmu-*", VCK_IOMMU_OTHER, "ipmmu-vmsa", NULL },
	{ "samsung,exynos-sysmmu", VCK_IOMMU_OTHER, "exynos-sysmmu", NULL },
	{ "allwinner,*", VCK_IOMMU_OTHER, "sun50i-iommu", NULL },
	{ "sprd,iommu-*", VCK_IOMMU_OTHER, "sprd-iommu", NULL },
	{ "nvidia,tegra*", VCK_IOMMU_OTHER, "tegra-smmu", NULL },
	{ "ti,*", VCK_IOMMU_OTHER, "omap-iommu", NULL },
	{ "apple,*", VCK_IOMMU_OTHER, "apple-dart", "apple-dart." },
};

static bool compatible_is(const struct vck_dt_node *n, const char *pattern)
{
	const struct vck_dt_prop *p = vck_dt_prop(n, "compatible");
	size_t len = strlen(pattern);

	if (!p || len == 0)
		return false;
	if (pattern[len - 1] != '*')
		return vck_dt_string_index(n, "compatible", pattern) >= 0;
	return p->len >= len - 1 && memcmp(p->data, pattern, len - 1) == 0;
}

/* "9050000.iommu", as of_device_make_bus_id() names the platform device. */
static const char *dt_device_name(struct vck_host *h, const struct vck_dt_node *n, uint64_t addr)
{
	return vck_arena_printf(&h->arena, "%" PRIx64 ".%.*s", addr,
				(int)strcspn(n->name, "@"), n->name);
}

static const char *dt_unit_name(struct vck_host *h, const struct vck_dt_node *n, size_t row,
				uint64_t addr)
{
	const char *prefix = row < ARRAY_SIZE(dt_drivers) ? dt_drivers[row].prefix : NULL;

	if (prefix && str_ends(prefix, "0x"))
		return vck_arena_printf(&h->arena, "%s%016" PRIx64, prefix, addr);
	if (!addr)
		return n->path;
	return vck_arena_printf(&h->arena, "%s%s", prefix ? prefix : "",
				dt_device_name(h, n, addr));
}

static int dt_unit(struct vck_host *h, struct vck_dt_node *n)
{
	const struct vck_dt_node *node;
	const char *property;
	struct described d = { 0 };
	struct vck_unit *u;
	size_t row = 0;
	int r = 0;

	while (row < ARRAY_SIZE(dt_drivers) && !compatible_is(n, dt_drivers[row].compatible))
		row++;
	if (row < ARRAY_SIZE(dt_drivers)) {
		d.driver = dt_drivers[row].driver;
		d.driver_name = dt_drivers[row].name;
	} else {
		d.driver = VCK_IOMMU_OTHER;
	}
	if (!vck_dt_address(n, &d.base))
		d.base = 0;
	if (d.driver == VCK_IOMMU_SMMU || d.driver == VCK_IOMMU_SMMU_V3)
		d.walk = vck_dt_coherent(h, n, &node, &property);
	d.name = dt_unit_name(h, n, row, d.base);
	u = vck_unit_of_node(h, n);
	if (!u)
		r = add_unit(h, &d, &u);
	else if (d.walk != VCK_UNKNOWN)
		u->coherent_walk = d.walk;
	if (r < 0)
		return r;
	u->of_node = n;
	return vck_unit_index_add(h, u);
}

static struct vck_dt_node *next_node(struct vck_dt_node *n)
{
	if (n->child)
		return n->child;
	while (n && !n->next)
		n = n->parent;
	return n ? n->next : NULL;
}

static int dt_units(struct vck_host *h)
{
	int r = 0;

	for (struct vck_dt_node *n = h->dt.root; n && r == 0; n = next_node(n)) {
		if (vck_dt_prop(n, "#iommu-cells") && vck_dt_available(n))
			r = dt_unit(h, n);
	}
	return r;
}

int vck_table_units(struct vck_host *h)
{
	int (*const steps[])(struct vck_host *h) = {
		vck_dmar_index, vck_iort_index, dmar_units, ivrs_units, iort_units, viot_units, rimt_units, dt_units,
	};
	int r = vck_units_index(h);

	for (size_t i = 0; i < ARRAY_SIZE(steps) && r == 0; i++)
		r = steps[i](h);
	return r;
}
