// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about what firmware says of coherency and of IOMMUs. VFIO never looks at a
 * device's own coherency; these do. */
#include "config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "check/coherency.h"
#include "check/rules.h"
#include "check/tables-internal.h"

#define VIRTIO_F_ACCESS_PLATFORM 33 /* virtio 1.2, 6 */

/* --- what several rules need --- */

/* Bridges pass DMA on and have next to none of their own. */
static bool does_dma(const struct vck_subject *s)
{
	return s->device->bus != VCK_BUS_PCI || vck_applies_endpoint(s);
}

/* Coherency of the device comes from ACPI, not from a device tree. */
static bool by_acpi(const struct vck_subject *s)
{
	const struct vck_device *d = s->device;

	return does_dma(s) && !vck_dt_dma_node(d) && vck_coherency_path(d);
}

static void add_steps(const struct vck_subject *s, struct vck_finding *f)
{
	for (size_t i = 0; i < s->device->n_steps; i++) {
		const struct vck_coherency_step *t = &s->device->steps[i];

		if (t->decides)
			vck_finding_evidence(s, f, t->where ? t->where : t->node, "%s%s%s",
					     t->property ? t->property : "",
					     t->property ? " = " : "", t->value);
	}
}

static const char *deciding_value(const struct vck_device *d)
{
	for (size_t i = 0; i < d->n_steps; i++) {
		if (d->steps[i].decides)
			return d->steps[i].value;
	}
	return d->n_steps ? d->steps[d->n_steps - 1].value : "nothing was read about it";
}

/* --- coherency.device --- */

static enum vck_result device_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;

	add_steps(s, f);
	if (d->coherent == VCK_YES) {
		vck_finding_summary(s, f, "its DMA is coherent (%s)",
				    d->coherency_property ? d->coherency_property
							  : "the architecture's default");
		return VCK_RESULT_PASS;
	}
	if (d->coherent == VCK_UNKNOWN) {
		const char *value = deciding_value(d);

		/* The step says the same of itself, for those who read only it. */
		if (strncmp(value, "unknown: ", strlen("unknown: ")) == 0)
			value += strlen("unknown: ");
		vck_finding_summary(s, f, "whether its DMA is coherent is unknown: %s", value);
		return VCK_RESULT_UNKNOWN;
	}
	vck_finding_summary(s, f,
			    "its DMA is not coherent (%s%s%s): VFIO does not look, and the user's data "
			    "can be corrupted silently",
			    d->coherency_property ? d->coherency_property
						  : "the architecture's default",
			    d->coherency_node ? " of " : "",
			    d->coherency_node ? d->coherency_node : "");
	vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
			   "do not hand it to a user that takes DMA for coherent. Where the hardware is coherent "
			   "and firmware does not say so, firmware has to be corrected (%s)",
			   d->bridge_of_node || d->of_node ? "dma-coherent on the node or above it"
							   : "_CCA of the device or its host bridge");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_coherency_device = {
	.id = "coherency.device",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.applies = does_dma,
	.eval = device_eval,
	.title = "the device's own DMA is coherent",
	.why = "A userspace driver or guest maps memory cacheable and expects DMA to see it. If the device's own "
	       "accesses do not snoop CPU caches, both sides see stale data: silent corruption. The kernel knows "
	       "from firmware (dma-coherent, _CCA) and flushes caches for its own drivers, but VFIO asks only "
	       "whether the IOMMU can map cacheable, so it accepts such a device.",
	.remedy = "leave it to its kernel driver, or correct the firmware where the hardware is coherent",
	.reference = "drivers/of/address.c:of_dma_is_coherent, drivers/acpi/scan.c:acpi_init_coherency; no use "
		     "of either in drivers/vfio up to 7.3",
};

/* --- coherency.cca-missing --- */

static bool is_arm_acpi(const struct vck_subject *s)
{
	return by_acpi(s) && s->host->arch == VCK_ARCH_AARCH64;
}

static enum vck_result missing_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const char *path = vck_coherency_path(s->device);
	const struct vck_cca *c;

	if (s->host->acpi.cca_known != VCK_YES) {
		vck_finding_summary(s, f, "DSDT and SSDTs were not all read (run as root)");
		return VCK_RESULT_UNKNOWN;
	}
	c = vck_cca_of(s->host, path);
	if (c) {
		vck_finding_summary(s, f, "_CCA is at %s", c->path);
		vck_finding_evidence(s, f, c->table, "_CCA of %s at offset 0x%x", c->path,
				     c->offset);
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(s, f, "neither %s nor any object above it has _CCA: the kernel allows it no DMA "
			    "and gives it no IOMMU group", path);
	vck_finding_evidence(s, f, path, "_CCA absent up to the root of the namespace");
	vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
			   "firmware has to add Name (_CCA, One) to the host bridge or device (Zero where it is not coherent)");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_coherency_cca_missing = {
	.id = "coherency.cca-missing",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_host = VCK_EV_ACPI | VCK_EV_ARCH,
	.applies = is_arm_acpi,
	.eval = missing_eval,
	.title = "on Arm with ACPI: _CCA says whether the device is coherent",
	.why = "Arm has no default for coherency: without _CCA the kernel assumes that the device cannot do DMA at "
	       "all and stops before it configures the IOMMU. What shows is only \"no IOMMU group\" and a bind that "
	       "fails with EINVAL.",
	.remedy = "a firmware with _CCA",
	.reference = "ACPI 6.5 6.2.17; drivers/acpi/scan.c:acpi_dma_configure_id, 5.10 to 7.3",
};

/* --- coherency.iort-cca-mismatch --- */

static bool has_iort_node(const struct vck_subject *s)
{
	return by_acpi(s) && vck_iort_device(s->host, s->device);
}

static enum vck_result mismatch_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_iort_node *n = vck_iort_device(s->host, s->device);
	const struct vck_cca *c = vck_cca_of(s->host, vck_coherency_path(s->device));
	enum vck_tri cca = c ? vck_cca_value(c) : VCK_UNKNOWN;

	if (s->host->acpi.cca_known != VCK_YES || cca == VCK_UNKNOWN) {
		vck_finding_summary(s, f, "_CCA is not known, so it cannot be compared with the IORT");
		return VCK_RESULT_UNKNOWN;
	}
	vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/IORT",
			     "Cache Coherency Attribute = %" PRIu32 " in the node at offset 0x%" PRIx32,
			     n->cca, n->offset);
	vck_finding_evidence(s, f, c->table, "_CCA = %" PRIu64 " of %s at offset 0x%" PRIx32,
			     c->value, c->path, c->offset);
	if ((n->cca & 1) == (cca == VCK_YES)) {
		vck_finding_summary(s, f, "IORT and _CCA agree");
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(s, f, "firmware contradicts itself: IORT says %s, _CCA of %s says %s (Linux follows _CCA)",
			    n->cca & 1 ? "coherent" : "not coherent", c->path,
			    cca == VCK_YES ? "coherent" : "not coherent");
	vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
			   "a firmware bug: ask its vendor which of the two is right");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_coherency_iort_cca_mismatch = {
	.id = "coherency.iort-cca-mismatch",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_ACPI,
	.applies = has_iort_node,
	.eval = mismatch_eval,
	.title = "IORT and _CCA agree on coherency",
	.why = "Two tables state the same fact. Linux uses _CCA only, other systems use the IORT: where they differ, "
	       "one of the two is a firmware bug and one system corrupts data.",
	.remedy = "a firmware whose tables agree",
	.reference = "Arm DEN 0049, memory access properties; drivers/acpi/arm64/iort.c uses CANWBS of them only",
};

/* --- coherency.smmu-firmware --- */

static bool has_smmu(const struct vck_subject *s)
{
	for (size_t i = 0; i < s->host->n_units; i++) {
		if (s->host->units[i]->driver == VCK_IOMMU_SMMU_V3)
			return true;
	}
	return false;
}

static void add_unit_evidence(const struct vck_subject *s, struct vck_finding *f,
			      const struct vck_unit *u)
{
	if (u->of_node)
		vck_finding_evidence(s, f,
				     vck_arena_printf(&s->host->arena,
						      "/sys/firmware/devicetree/base%s",
						      u->of_node->path),
				     "dma-coherent absent");
	else
		vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/IORT",
				     "COHACC override (flags bit 0) clear in the node at offset 0x%" PRIx32,
				     u->table_offset);
}

static enum vck_result smmu_eval(const struct vck_subject *s, struct vck_finding *f)
{
	cleanup_buf struct vck_buf names = { 0 };
	enum vck_tri all = VCK_YES;
	size_t n = 0;

	for (size_t i = 0; i < s->host->n_units; i++) {
		const struct vck_unit *u = s->host->units[i];

		if (u->driver != VCK_IOMMU_SMMU_V3)
			continue;
		all = vck_tri_and(all, u->coherent_walk);
		if (u->coherent_walk != VCK_NO)
			continue;
		if (n++ < VCK_NAMED_MAX)
			vck_buf_addf(&names, "%s%s", names.len ? ", " : "", u->name);
		add_unit_evidence(s, f, u);
	}
	if (n > VCK_NAMED_MAX)
		vck_buf_addf(&names, " and %zu more", n - VCK_NAMED_MAX);
	if (all == VCK_NO) {
		vck_finding_summary(s, f, "firmware calls %s not coherent: VFIO refuses every device behind it",
				    vck_buf_str(&names));
		vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
				   "if the SMMU is wired coherently, firmware has to say so: dma-coherent on its "
				   "node, or COHACC override in the IORT");
	} else if (all == VCK_YES) {
		vck_finding_summary(s, f, "firmware calls every SMMUv3 coherent");
	} else {
		vck_finding_summary(s, f, "what firmware says of the SMMU was not read (run as root)");
	}
	return vck_result_of(all);
}

const struct vck_rule vck_rule_coherency_smmu_firmware = {
	.id = "coherency.smmu-firmware",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.applies = has_smmu,
	.eval = smmu_eval,
	.title = "firmware calls the SMMUv3 coherent",
	.why = "Linux does not believe the SMMU's own register (IDR0.COHACC); firmware overrides it. An SMMUv3 that "
	       "firmware calls non-coherent cannot promise cacheable mappings, and since 6.1 VFIO refuses every "
	       "device behind it with EINVAL, although groups exist.",
	.remedy = "dma-coherent on the SMMU's node, or COHACC override in the IORT, where the hardware is coherent",
	.reference = "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_device_hw_probe, 6.1 to 7.3",
	.messages = VCK_STRINGS("IDR0.COHACC overridden by FW configuration*"),
};

/* --- coherency.virtio-mmio --- */

static bool is_virtio_mmio(const struct vck_subject *s)
{
	return s->device->virtio && s->device->bus != VCK_BUS_PCI;
}

/* A property or _CCA says so, not only the architecture. */
static bool said_coherent(const struct vck_device *d)
{
	return d->coherent == VCK_YES && d->coherency_property;
}

static enum vck_result mmio_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	const struct vck_virtio *v = d->virtio;
	bool platform;

	if (!v->features || strlen(v->features) <= VIRTIO_F_ACCESS_PLATFORM || !v->driver) {
		vck_finding_summary(s, f, "feature bits show only once a virtio driver is bound");
		return VCK_RESULT_UNKNOWN;
	}
	platform = v->features[VIRTIO_F_ACCESS_PLATFORM] == '1';
	vck_finding_evidence(s, f,
			     vck_arena_printf(&s->host->arena, "/sys/bus/virtio/devices/%s/features",
					      v->name),
			     "bit 33 (ACCESS_PLATFORM) = %d", platform);
	add_steps(s, f);
	if (platform && d->coherent == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	if (platform && d->coherent == VCK_NO) {
		vck_finding_summary(s, f, "%s uses the DMA API (ACCESS_PLATFORM) and nothing says that it is coherent: "
				    "the guest's buffers bypass caches that the back end uses",
				    v->name);
		vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
				   "the VMM has to put dma-coherent on the virtio-mmio node, or _CCA = 1");
		return VCK_RESULT_FAIL;
	}
	if (!platform && said_coherent(d)) {
		f->severity = VCK_SEV_NOTE;
		vck_finding_summary(s, f, "%s is described as coherent, but without ACCESS_PLATFORM the property has no "
				    "effect: its DMA uses physical addresses", v->name);
		return VCK_RESULT_FAIL;
	}
	vck_finding_summary(s, f, "what %s negotiated and what firmware says of it go together", v->name);
	return VCK_RESULT_PASS;
}

const struct vck_rule vck_rule_coherency_virtio_mmio = {
	.id = "coherency.virtio-mmio",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_FEATURES,
	.applies = is_virtio_mmio,
	.eval = mmio_eval,
	.title = "a virtio-mmio device's features and its coherency go together",
	.why = "With VIRTIO_F_ACCESS_PLATFORM a virtio device does DMA as the platform describes it. On Arm, where no "
	       "property means not coherent, the guest then uses non-cacheable buffers while the back end uses cacheable "
	       "ones: corruption. Without the bit the DMA API is not used and the property says nothing.",
	.remedy = "dma-coherent (or _CCA) on every virtio-mmio device that offers ACCESS_PLATFORM",
	.reference = "Documentation/devicetree/bindings/virtio/mmio.yaml; drivers/virtio/virtio_ring.c:vring_use_dma_api, 6.12",
};

/* --- firmware.iommu-unused --- */

static bool has_described_unit(const struct vck_subject *s)
{
	for (size_t i = 0; i < s->host->n_units; i++) {
		const struct vck_unit *u = s->host->units[i];

		if (u->table_offset || u->of_node || !u->active)
			return true;
	}
	return false;
}

static enum vck_result unused_eval(const struct vck_subject *s, struct vck_finding *f)
{
	cleanup_buf struct vck_buf names = { 0 };
	const struct vck_host *h = s->host;
	size_t idle = 0;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (u->active)
			continue;
		if (idle++ < 4)
			vck_buf_addf(&names, "%s%s", names.len ? ", " : "", u->name);
		if (idle <= 4 && u->table_offset)
			vck_finding_evidence(s, f, u->name, "described at offset 0x%" PRIx32 " of its table",
					     u->table_offset);
		else if (idle <= 4 && u->of_node)
			vck_finding_evidence(s, f, u->of_node->path, "described in the device tree");
	}
	if (!idle) {
		vck_finding_summary(s, f, "the kernel drives every IOMMU that firmware describes");
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(s, f, "firmware describes %zu IOMMU%s that the kernel does not drive: %s%s", idle,
			    idle == 1 ? "" : "s", vck_buf_str(&names), idle > 4 ? ", …" : "");
	if (h->acpi.dmar)
		vck_finding_remedy(s, f, VCK_REMEDY_BOOT, NULL,
				   "add intel_iommu=on to the kernel command line (and take iommu=off out)");
	else
		vck_finding_remedy(s, f, VCK_REMEDY_BOOT, NULL,
				   "take iommu=off and the like out of the kernel command line; use a kernel "
				   "with a driver for this IOMMU");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_firmware_iommu_unused = {
	.id = "firmware.iommu-unused",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_UNITS,
	.applies = has_described_unit,
	.eval = unused_eval,
	.title = "the kernel drives every IOMMU that firmware describes",
	.why = "Devices behind an IOMMU that nobody drives have no group, so VFIO cannot take them. The hardware is "
	       "there: what is missing is a word on the kernel command line, a driver, or a setup option.",
	.remedy = "intel_iommu=on, or a kernel with the driver",
	.reference = "drivers/iommu/intel/iommu.c:intel_iommu_setup; /sys/class/iommu lists what is driven",
};

/* --- firmware.unit-mismatch --- */

static bool has_kernel_unit(const struct vck_subject *s)
{
	return s->device->unit && !s->device->unit_from_tables && s->device->unit->active;
}

static enum vck_result unit_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	struct vck_unit *u = NULL;
	enum vck_tri r = vck_tables_unit(s->host, d, &u);

	if (r == VCK_UNKNOWN) {
		vck_finding_summary(s, f, "which unit firmware puts in front of it was not read");
		return VCK_RESULT_UNKNOWN;
	}
	if (r == VCK_YES && u == d->unit) {
		vck_finding_summary(s, f, "firmware and kernel agree on %s", u->name);
		return VCK_RESULT_PASS;
	}
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "iommu"), "%s", d->unit->name);
	vck_finding_evidence(s, f, "firmware", "%s", r == VCK_YES ? u->name : "none");
	vck_finding_summary(s, f, "the kernel has it behind %s, the firmware's tables behind %s",
			    d->unit->name, r == VCK_YES ? u->name : "none");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_firmware_unit_mismatch = {
	.id = "firmware.unit-mismatch",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.applies = has_kernel_unit,
	.eval = unit_eval,
	.title = "firmware and kernel agree on the IOMMU in front of the device",
	.why = "The kernel's link is the truth and is what every other check uses. Where this tool's reading of the "
	       "tables differs, a kernel quirk is at work or the tables are wrong: predictions for devices "
	       "without a group then deserve less trust.",
	.remedy = "none is needed for the device; report it as a bug with a capture",
	.reference = "drivers/iommu/intel/iommu.c:device_lookup_iommu, drivers/acpi/arm64/iort.c, drivers/iommu/of_iommu.c",
};
