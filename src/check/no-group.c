// SPDX-License-Identifier: GPL-2.0-or-later
/* Why a host, or one device, has no IOMMU group: the first of a list of causes
 * that the evidence shows. */
#include "config.h"

#include "check/rules.h"
#include "check/tables.h"
#include "check/unit-index.h"
#include "check/units.h"

struct cause {
	/* Does it hold? Says so in @f when it does. */
	bool (*found)(const struct vck_subject *s, struct vck_finding *f);
	bool device_only;
};

static const char *switch_word(const struct vck_host *h)
{
	static const struct {
		const char *key, *word, *text;
	} table[] = {
		{"iommu", "off", "iommu=off"},
		{"intel_iommu", "off", "intel_iommu=off"},
		{"amd_iommu", "off", "amd_iommu=off"},
		{"acpi", "off", "acpi=off"},
	};
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		bool other = (streq(table[i].key, "intel_iommu") && !h->acpi.dmar) ||
			     (streq(table[i].key, "amd_iommu") && !h->acpi.ivrs);

		if (vck_cmdline_has(h, table[i].key, table[i].word) && (!found || !other))
			found = table[i].text;
	}
	return found;
}

static bool switched_off(const struct vck_subject *s, struct vck_finding *f)
{
	const char *word =
		vck_host_has(s->host, VCK_EV_CMDLINE) ? switch_word(s->host) : NULL;

	if (!word || s->host->arch == VCK_ARCH_AARCH64)
		return false;
	vck_finding_summary(s, f, "no IOMMU group: the kernel command line says %s",
			    word);
	vck_finding_evidence(s, f, "/proc/cmdline", "%s", word);
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"take %s out of the kernel command line and start again%s", word,
		s->host->acpi.dmar ? ", with intel_iommu=on in its place" : "");
	return true;
}

static bool guest_has_none(const struct vck_subject *s, struct vck_finding *f)
{
	if (s->host->in_guest != VCK_YES || s->host->n_units ||
	    !vck_host_has(s->host, VCK_EV_UNITS))
		return false;
	if (s->host->acpi.dmar || s->host->acpi.ivrs || s->host->acpi.viot)
		return false;
	vck_finding_summary(s, f, "no IOMMU group: this virtual machine has no IOMMU");
	vck_finding_evidence(s, f, NULL, "%s",
			     s->host->in_guest_why ? s->host->in_guest_why
						   : "in a guest");
	/* QEMU hw/i386/x86-iommu.c: no interrupt remapping with kernel-irqchip=on */
	vck_finding_remedy(
		s, f, VCK_REMEDY_HARDWARE, NULL,
		"give the virtual machine one (QEMU: -M q35,kernel-irqchip=split -device "
		"intel-iommu,intremap=on,caching-mode=on; virtio-iommu-pci; or -M virt,iommu=smmuv3)");
	return true;
}

static bool intel_not_on(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	if (!h->acpi.dmar || vck_units_first(h, true) || !vck_host_has(h, VCK_EV_CMDLINE) ||
	    vck_cmdline_has(h, "intel_iommu", "on"))
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: firmware describes VT-d (DMAR), the kernel does "
		"not use it and the command line has no intel_iommu=on");
	vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/DMAR",
			     "%zu remapping units", h->acpi.dmar->n_units);
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"add intel_iommu=on to the kernel command line and start again");
	return true;
}

static bool cca_missing(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_acpi *a = &s->host->acpi;

	if (s->host->arch != VCK_ARCH_AARCH64 || a->present != VCK_YES ||
	    a->cca_known != VCK_YES || a->n_ccas)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: firmware's DSDT and SSDTs have no _CCA, without "
		"which arm64 sets up no DMA at all");
	vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/DSDT", "_CCA absent");
	vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
			   "a firmware whose host bridges carry _CCA");
	return true;
}

/* amd/init.c:early_amd_iommu_init: no v1 tables and no v2 tables is PD_MODE_NONE; the unit is
 * taken out of sysfs again and only remaps interrupts (6.17 and newer). */
static bool interrupts_only(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u =
		s->device ? s->device->unit : vck_units_first(s->host, false);

	if (!u || u->active || u->driver != VCK_IOMMU_AMD ||
	    vck_amd_translates(s->host) != VCK_NO)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: firmware says that %s translates no DMA (HATDis or HATS), "
		"it only remaps interrupts",
		u->name);
	vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/IVRS",
			     "IVHD: EFR 0x%llx", (unsigned long long)u->efr);
	vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL,
			   "in a virtual machine: one whose IOMMU translates (QEMU: -device "
			   "amd-iommu,dma-remap=on, or virtio-iommu-pci)");
	return true;
}

static bool not_driven(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u =
		s->device ? s->device->unit : vck_units_first(s->host, false);

	if (!u || u->active)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: firmware describes %s%s%s, which no driver of "
		"this kernel runs",
		u->name, u->driver_name ? ", " : "",
		u->driver_name ? u->driver_name : "");
	vck_finding_evidence(s, f, "/sys/class/iommu", "no %s", u->name);
	if (u->driver == VCK_IOMMU_VIRTIO)
		vck_finding_remedy(
			s, f, VCK_REMEDY_KERNEL, NULL,
			"a kernel built with CONFIG_VIRTIO_IOMMU, and its module loaded "
			"from the initramfs");
	else
		vck_finding_remedy(
			s, f, VCK_REMEDY_KERNEL, NULL,
			"look in dmesg for why the driver of %s did not start; a kernel "
			"that has it built in",
			u->name);
	return true;
}

/* From 6.15 on devices are probed while the unit registers, and virtio-iommu did not know
 * itself yet: "iommu/virtio: Make instance lookup robust", 6.17-rc3 and 6.16.4. */
static bool virtio_lookup(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;
	const struct vck_unit *u = vck_units_first(h, true);

	if (h->n_groups || !u || u->driver != VCK_IOMMU_VIRTIO ||
	    h->kver < VCK_KVER(6, 15) || h->kver > VCK_KVER(6, 16))
		return false;
	if (h->kver == VCK_KVER(6, 16) && vck_kver_patched(h->release, 4) != VCK_NO)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: virtio-iommu of kernel %s serves nobody (fixed in 6.16.4)",
		h->release);
	vck_finding_evidence(s, f, "/sys/class/iommu", "%s", u->name);
	vck_finding_remedy(s, f, VCK_REMEDY_KERNEL, NULL,
			   "a kernel of 6.16.4, 6.17 or newer, or of 6.14 or older");
	return true;
}

static bool no_evidence(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	for (size_t i = 0; i < h->acpi.n_tables; i++) {
		const struct vck_acpi_table *t = &h->acpi.tables[i];
		bool iommu = streq(t->signature, "DMAR") || streq(t->signature, "IVRS") ||
			     streq(t->signature, "IORT") || streq(t->signature, "VIOT");

		if (!iommu || t->read != VCK_NO || vck_units_first(h, true))
			continue;
		vck_finding_summary(
			s, f, "no IOMMU group; why is in %s, which could not be read",
			t->signature);
		vck_finding_evidence(s, f, t->path, "not readable");
		vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME, NULL,
				   "run as root to see why");
		return true;
	}
	return false;
}

static bool no_table(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	if (vck_units_first(h, true) || vck_units_first(h, false) ||
	    !vck_host_has(h, VCK_EV_ACPI))
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: neither ACPI (DMAR, IVRS, IORT, VIOT, RIMT) nor a "
		"device tree describes an IOMMU");
	vck_finding_evidence(s, f, "/sys/class/iommu", "empty");
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch VT-d, AMD-Vi (IOMMU: Enabled, not Auto) or the SMMU on in the "
		"firmware's setup; a board without one cannot do it");
	return true;
}

static bool stream_id_taken(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *other = vck_device_id_conflict(s->host, s->device);

	if (!other)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: behind a conventional bridge it has the same "
		"stream id as %s, and SMMUv3 takes one device an id",
		other->address);
	vck_finding_evidence(s, f, vck_device_sysfs(s, other, "iommu_group"), "%s",
			     other->group->id);
	vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL,
			   "another slot, not behind the bridge that %s is behind",
			   other->address);
	return true;
}

static bool behind_alias(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	uint16_t ids[2];

	if (!d->unit || d->unit->driver != VCK_IOMMU_VIRTIO || d->bus != VCK_BUS_PCI ||
	    vck_tables_requester_ids(s->host, d, ids, 2) < 2)
		return false;
	vck_finding_summary(s, f,
			    "no IOMMU group: it is behind a conventional bridge, whose "
			    "requester id virtio-iommu does not know");
	vck_finding_remedy(
		s, f, VCK_REMEDY_HARDWARE, NULL,
		"give the device to the virtual machine on a PCI Express port");
	return true;
}

static bool serves_nobody(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u = s->device->unit;

	if (!u || !u->active || vck_unit_serves(s->host, u))
		return false;
	vck_finding_summary(s, f,
			    "no IOMMU group: %s is listed, but the kernel failed to register "
			    "it, and goes on without",
			    u->name);
	vck_finding_evidence(s, f, "/sys/kernel/iommu_groups", "empty");
	if (u->driver == VCK_IOMMU_VIRTIO)
		vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL,
				   "take conventional PCI bridges (pcie-pci-bridge) out of the "
				   "virtual machine");
	else
		vck_finding_remedy(s, f, VCK_REMEDY_KERNEL, NULL,
				   "dmesg says why %s failed", u->name);
	return true;
}

static bool igfx_off(const struct vck_subject *s, struct vck_finding *f)
{
	if (s->device->class >> 16 != 3 ||
	    !vck_cmdline_has(s->host, "intel_iommu", "igfx_off"))
		return false;
	vck_finding_summary(
		s, f, "no IOMMU group: intel_iommu=igfx_off exempts integrated graphics");
	vck_finding_evidence(s, f, "/proc/cmdline", "intel_iommu=igfx_off");
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"take igfx_off out of the kernel command line and start again");
	return true;
}

static bool not_in_front(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_unit *u;

	if (!s->host->n_groups || vck_tables_unit(s->host, s->device, &u) != VCK_NO)
		return false;
	vck_finding_summary(
		s, f,
		"no IOMMU group: firmware puts no IOMMU in front of this device, "
		"though others have one");
	if (s->device->bus != VCK_BUS_PCI)
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, NULL,
			"an `iommus` property in the device tree, or a named component "
			"in the IORT");
	else
		vck_finding_remedy(
			s, f, VCK_REMEDY_HARDWARE, NULL,
			"another slot; or firmware whose tables cover this one");
	return true;
}

static const struct cause causes[] = {
	{switched_off, false},	{igfx_off, true},	{stream_id_taken, true},
	{virtio_lookup, false}, {serves_nobody, true},	{behind_alias, true},
	{guest_has_none, false}, {intel_not_on, false},	{cca_missing, false},
	{interrupts_only, false}, {not_driven, false},	{no_evidence, false},	{no_table, false},
	{not_in_front, true},
};

void vck_no_group_reason(const struct vck_subject *s, struct vck_finding *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].device_only && !s->device)
			continue;
		if (causes[i].found(s, f))
			return;
	}
	vck_finding_summary(s, f, "no IOMMU group, and nothing that was read says why");
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"look for IOMMU, DMAR, AMD-Vi or smmu in dmesg; switch the IOMMU on in the "
		"firmware's setup");
}
