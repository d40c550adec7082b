// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about what the IOMMU does to an accepted device: ATS, enforced snooping
 * and what KVM makes of its absence; virtio devices that bypass it. */
#include "config.h"

#include <inttypes.h>

#include "check/rules.h"
#include "check/units.h"

#define ATS_CTL_ENABLE 0x8000u /* PCIe Base 10.5.1.3 */

static bool resets_badly(const struct vck_device *d)
{
	return d->reset.works != VCK_YES ||
	       (d->vendor_id == 0x1002 && d->class >> 16 == 3);
}

static enum vck_result ats_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_cap_ats *ats = &s->device->cap.ats;

	if (ats->present == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	if (ats->present == VCK_NO || !(ats->ctl & ATS_CTL_ENABLE) ||
	    !resets_badly(s->device))
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"ATS is on and its reset is not reliable: when it hangs, the host waits for "
		"its translation cache");
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "config"),
			     "ATS control 0x%04x", ats->ctl);
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"pci=noats on the kernel command line; vendor-reset for AMD graphics");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_iommu_ats = {
	.id = "iommu.ats",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_EXTCAPS,
	.applies = vck_applies_endpoint,
	.eval = ats_eval,
	.title = "no device with ATS and a doubtful reset",
	.why = "With ATS the device keeps translations, and the IOMMU waits for it to drop them. A device that "
	       "stopped answering after a reset (the AMD reset bug) then stalls invalidations of the host.",
	.remedy = "pci=noats; vendor-reset; a card whose reset works",
	.reference =
		"drivers/iommu/intel/dmar.c:qi_check_fault; drivers/iommu/amd/iommu.c:wait_on_sem, 7.2",
	.messages =
		VCK_STRINGS("AMD-Vi: Completion-Wait loop timed out", "IOTLB_INV_TIMEOUT",
			    "VT-d detected Invalidation Time-out Error"),
	.symptoms = VCK_STRINGS("21"),
};

static bool x86_with_unit(const struct vck_subject *s)
{
	return s->host->arch == VCK_ARCH_X86_64 && s->device->unit &&
	       !vck_device_is_bridge(s->device);
}

static enum vck_result kvm_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u = s->device->unit;
	/* KVM takes the IOMMU driver at its word, also AMD's with v2 tables. */
	enum vck_tri said =
		u->driver == VCK_IOMMU_AMD ? VCK_YES : s->device->nosnoop.enforced;

	if (said != VCK_NO)
		return vck_result_of(said);
	vck_finding_summary(
		s, f,
		"%s does not force snooping: with it, KVM lets the guest use uncached memory "
		"and carries out WBINVD, which is slow",
		u->name);
	if (u->driver == VCK_IOMMU_INTEL && u->regs_known == VCK_YES)
		vck_finding_evidence(
			s, f,
			vck_arena_printf(&s->host->arena,
					 "/sys/class/iommu/%s/intel-iommu/ecap", u->name),
			"%llx: SC clear", (unsigned long long)u->ecap);
	vck_finding_remedy(
		s, f, VCK_REMEDY_HARDWARE, NULL,
		"a device behind a unit with snoop control; a VMM that sets the guest's default "
		"memory type to write-back. Clearing Enable No Snoop does not change it");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_iommu_kvm_coherency = {
	.id = "iommu.kvm-coherency",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.applies = x86_with_unit,
	.eval = kvm_eval,
	.title = "x86: KVM need not treat the guest's memory as non-coherent",
	.why = "Where the IOMMU cannot force snooping, VFIO tells KVM so: the guest's cache attributes are then "
	       "honoured and WBINVD runs on every CPU, which made a boot take 20 seconds instead of one. KVM "
	       "asks the IOMMU only: clearing Enable No Snoop makes nothing faster.",
	.remedy = "a unit with snoop control (ECAP.SC)",
	.reference = "virt/kvm/vfio.c; arch/x86/kvm/vmx/vmx.c:vmx_get_mt_mask, 7.2",
	.symptoms = VCK_STRINGS("38"),
};

static bool behind_amd(const struct vck_subject *s)
{
	const struct vck_unit *u = vck_device_unit(s->host, s->device);

	return u && u->driver == VCK_IOMMU_AMD && !vck_device_is_bridge(s->device);
}

static enum vck_result v2_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u = vck_device_unit(s->host, s->device);
	enum vck_tri v2 = vck_amd_v2_tables(s->host);

	if (v2 != VCK_YES)
		return vck_result_of(vck_tri_not(v2));
	if (VCK_AMD_EFR_HATS(u->efr) == 3) {
		vck_finding_summary(
			s, f,
			"the unit has no v1 tables: the kernel reports forced snooping, v2 "
			"tables have no bit for it");
		vck_finding_evidence(s, f, u->name, "EFR = 0x%" PRIx64 ", HATS (11:10) = 3",
				     u->efr);
		vck_finding_remedy(
			s, f, VCK_REMEDY_RUNTIME, NULL,
			"clear Enable No Snoop (viommu-check nosnoop --disable)");
		return VCK_RESULT_FAIL;
	}
	if (!vck_cmdline_has(s->host, "amd_iommu", "pgtbl_v2")) {
		vck_finding_summary(
			s, f,
			"firmware says that there are no v1 tables (HATDis): the kernel reports "
			"forced snooping, v2 tables have no bit for it");
		vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/IVRS",
				     "IVHD attribute HATDis");
		vck_finding_remedy(
			s, f, VCK_REMEDY_RUNTIME, NULL,
			"clear Enable No Snoop (viommu-check nosnoop --disable)");
		return VCK_RESULT_FAIL;
	}
	vck_finding_summary(
		s, f,
		"amd_iommu=pgtbl_v2: the kernel reports forced snooping, the tables have no "
		"bit for it");
	vck_finding_evidence(s, f, "/proc/cmdline", "amd_iommu=pgtbl_v2");
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"take pgtbl_v2 out of the kernel command line, or clear Enable No Snoop "
		"(viommu-check nosnoop --disable)");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_iommu_amd_v2_tables = {
	.id = "iommu.amd-v2-tables",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.applies = behind_amd,
	.eval = v2_eval,
	.title = "AMD: VFIO's page tables can force snooping",
	.why = "AMD's own page tables carry a force-coherency bit, x86-style (v2) tables do not. The driver "
	       "reports enforcement for both, so neither VFIO nor KVM takes precautions.",
	.remedy = "v1 page tables",
	.reference = "drivers/iommu/amd/iommu.c:amd_iommu_domain_alloc_paging_flags, "
		     "drivers/iommu/amd/init.c:early_amd_iommu_init, 7.2",
};

#define VIRTIO_F_ACCESS_PLATFORM 33 /* virtio 1.2, 6 */

static bool virtio_in_guest(const struct vck_subject *s)
{
	return s->device->virtio && s->host->in_guest == VCK_YES && s->device->group;
}

static enum vck_result virtio_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_virtio *v = s->device->virtio;

	if (!v->features || strlen(v->features) <= VIRTIO_F_ACCESS_PLATFORM ||
	    !v->driver) {
		vck_finding_summary(
			s, f, "feature bits show only once a virtio driver is bound");
		return VCK_RESULT_UNKNOWN;
	}
	if (v->features[VIRTIO_F_ACCESS_PLATFORM] == '1')
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"%s did not negotiate VIRTIO_F_ACCESS_PLATFORM: its DMA bypasses this guest's "
		"IOMMU though it has a group",
		v->name);
	vck_finding_evidence(s, f,
			     vck_arena_printf(&s->host->arena,
					      "/sys/bus/virtio/devices/%s/features",
					      v->name),
			     "bit 33 = 0");
	vck_finding_remedy(
		s, f, VCK_REMEDY_HARDWARE, NULL,
		"start this virtual machine with iommu_platform=on for the device");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_virtio_access_platform = {
	.id = "virtio.access-platform",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_FEATURES,
	.applies = virtio_in_guest,
	.eval = virtio_eval,
	.title = "in a guest: the virtio device goes through the virtual IOMMU",
	.why = "A virtio device without VIRTIO_F_ACCESS_PLATFORM is given guest-physical addresses. It has an "
	       "IOMMU group like any other, but handing it on isolates nothing.",
	.remedy = "iommu_platform=on",
	.reference =
		"virtio 1.2, 6.1; drivers/virtio/virtio_ring.c:vring_use_map_api, 7.2",
	.messages = VCK_STRINGS("device must provide VIRTIO_F_ACCESS_PLATFORM",
				"iommu_platform is not supported by this device"),
};
