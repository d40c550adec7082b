// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about Enable No Snoop: set and not enforced, drifted, how well it is
 * held, cleared where the clearing is lost. */
#include "config.h"

#include "check/attach.h"
#include "check/rules.h"
#include "check/units.h"

static bool may_issue(const struct vck_subject *s)
{
	return vck_applies_endpoint(s) && s->device->nosnoop.supported != VCK_NO;
}

/* What works when pasted: a function that a driver of the host uses is refused, so it is
 * bound first; a PF keeps its driver while its VFs are handed out. */
static const char *disable_command(const struct vck_subject *s, const struct vck_device *d)
{
	struct vck_arena *a = &s->host->arena;

	if (vck_driver_is_idle(d->driver))
		return vck_arena_printf(a, "viommu-check nosnoop --disable %s", d->address);
	if (d != s->device)
		return vck_arena_printf(a, "viommu-check nosnoop --disable --force %s",
					d->address);
	return vck_arena_printf(a, "viommu-check bind --nosnoop=off %s", d->address);
}

static const struct vck_device *owner(const struct vck_device *d)
{
	return d->nosnoop.inherited_from ? d->nosnoop.inherited_from : d;
}

static enum vck_result enforced_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	const struct vck_nosnoop *n = &d->nosnoop;

	if (n->enforced == VCK_YES && n->enforced_by)
		vck_finding_summary(s, f, "no-snoop requests are made coherent: %s",
				    n->enforced_by);
	else if (n->enabled == VCK_NO)
		vck_finding_summary(s, f, "Enable No Snoop is clear");
	if (n->action_needed != VCK_YES)
		return vck_result_of(vck_tri_not(n->action_needed));
	vck_finding_summary(
		s, f,
		"Enable No Snoop is set and nothing makes no-snoop requests coherent");
	vck_finding_evidence(s, f, vck_device_sysfs(s, owner(d), "config"),
			     "DevCtl 0x%04x", owner(d)->cap.exp.devctl);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, disable_command(s, owner(d)),
		"clear it%s, and keep it cleared: --lock, or `viommu-check run`%s",
		n->inherited_from ? " on the PF" : "",
		s->host->arch == VCK_ARCH_X86_64
			? " (integrity only: nothing gets faster)"
			: "");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_enforced = {
	.id = "nosnoop.enforced",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_CAPS,
	.applies = may_issue,
	.eval = enforced_eval,
	.title = "no-snoop requests are forbidden, or made coherent",
	.why = "With Enable No Snoop set a device may read and write memory past the CPU's caches. Snoop control "
	       "(Intel), the FC bit (AMD) and CANWBS (Arm, from 6.13) turn such requests into coherent ones; "
	       "where none of them is there, a guest can read stale data of the host and corrupt its own. The "
	       "bit is 1 after every reset of the platform.",
	.remedy = "viommu-check nosnoop --disable",
	.reference =
		"PCIe Base 7.5.3.4; VT-d 3.8.4 (SNP); DEN 0049 (CANWBS); drivers/iommu, 7.2",
	.symptoms = VCK_STRINGS("39"),
};

static bool held(const struct vck_subject *s)
{
	const struct vck_nosnoop *n = &owner(s->device)->nosnoop;

	return may_issue(s) && !s->device->physfn &&
	       (n->record_cleared || n->conf_persistent || n->conf_guarded ||
		n->held_read_only);
}

static enum vck_result drifted_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_nosnoop *n = &s->device->nosnoop;

	if (n->enabled != VCK_YES)
		return vck_result_of(vck_tri_not(n->enabled));
	vck_finding_summary(
		s, f, "Enable No Snoop was cleared by viommu-check and is set again");
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "config"),
			     "DevCtl 0x%04x", s->device->cap.exp.devctl);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, disable_command(s, s->device),
		"clear it again; what set it was a driver, a guest, or the resume of a device that "
		"was cleared while suspended");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_drifted = {
	.id = "nosnoop.drifted",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_CAPS,
	.applies = held,
	.eval = drifted_eval,
	.title = "Enable No Snoop stays as it was left",
	.why = "Drivers (nvidia, snd_hda_intel), guests, a reset that restores an older state and AER recovery set "
	       "the bit again. Only `viommu-check run` prevents a guest from doing it.",
	.remedy = "viommu-check nosnoop --disable; a stronger lock",
	.reference = "drivers/pci/pci.c:pci_restore_pcie_state, 7.2",
};

static enum vck_result lock_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_nosnoop *n = &s->device->nosnoop;

	if (n->enforced == VCK_YES || n->lock == VCK_LOCK_READ_ONLY ||
	    n->lock == VCK_LOCK_NOT_NEEDED)
		return VCK_RESULT_PASS;
	if (n->enabled == VCK_YES)
		return VCK_RESULT_NA; /* nosnoop.drifted says so */
	vck_finding_summary(
		s, f,
		"Enable No Snoop is cleared, the lock is only %s: a guest can set it",
		vck_lock_name(n->lock));
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		n->lock == VCK_LOCK_CLEARED
			? vck_arena_printf(&s->host->arena,
					   "viommu-check nosnoop --lock %s",
					   s->device->address)
			: NULL,
		"start the VMM by `viommu-check run --device %s -- COMMAND`: its writes to the bit "
		"then have no effect",
		s->device->address);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_lock = {
	.id = "nosnoop.lock",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_CAPS,
	.applies = held,
	.eval = lock_eval,
	.title = "a cleared Enable No Snoop is held by the strongest lock",
	.why = "vfio-pci passes a guest's write of the bit through to the device. `cleared` and `persistent` hold "
	       "until somebody writes it, `guarded` clears it again within seconds, `read-only` never lets the "
	       "guest's write through.",
	.remedy = "viommu-check run",
	.reference = "drivers/vfio/pci/vfio_pci_config.c:init_pci_cap_exp_perm, 7.2",
};

static enum vck_result suspended_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	bool asleep = (d->runtime_status && streq(d->runtime_status, "suspended")) ||
		      (d->power_state && str_after(d->power_state, "D3"));

	if (!asleep || d->nosnoop.enabled != VCK_NO || !d->nosnoop.record_cleared)
		return VCK_RESULT_PASS;
	if (streq0(d->power_control, "on"))
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"it is suspended: a clearing done in this state is lost when a VMM opens it");
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "power/runtime_status"), "%s",
			     d->runtime_status ? d->runtime_status : d->power_state);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, disable_command(s, d),
		"clear it once more with viommu-check, which wakes the device for it");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_suspended = {
	.id = "nosnoop.suspended",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_POWER | VCK_EV_CAPS,
	.applies = held,
	.eval = suspended_eval,
	.title = "Enable No Snoop was cleared while the device was awake",
	.why = "vfio-pci suspends an idle device and, when it is opened, restores the registers that it saved "
	       "before. A write to a suspended device succeeds, reads back, and is gone after the resume.",
	.remedy = "power/control=on while writing; viommu-check nosnoop does that",
	.reference = "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_runtime_resume, 7.2",
};

static bool is_vf(const struct vck_subject *s)
{
	return s->device->physfn;
}

static enum vck_result pf_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_nosnoop *n = &s->device->nosnoop;

	if (n->action_needed != VCK_YES)
		return vck_result_of(vck_tri_not(n->action_needed));
	vck_finding_summary(
		s, f,
		"the bit that counts for this VF is that of its PF %s, and it is set",
		s->device->physfn->address);
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device->physfn, "config"),
			     "DevCtl 0x%04x", s->device->physfn->cap.exp.devctl);
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME,
			   disable_command(s, s->device->physfn),
			   "clear it on the PF; it then holds for all of its VFs");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_pf = {
	.id = "nosnoop.pf",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.applies = is_vf,
	.eval = pf_eval,
	.title = "the PF's Enable No Snoop is clear for its VFs",
	.why = "In a VF the bit is reserved: the PF's decides for all of them, and a guest that owns a VF cannot "
	       "change it.",
	.remedy = "viommu-check nosnoop --disable PF",
	.reference = "PCIe Base 9.3.5.4",
};

/* Functions where clearing the bit is known not to be the end of it. */
static const struct limit {
	uint16_t vendor, device; /* device 0: any */
	uint8_t class;		 /* base class; 0xff: any */
	int type;		 /* PCIe type; -1: any */
	const char *what;
} limits[] = {
	/* NVIDIA/open-gpu-kernel-modules kernel_bif_gm107.c; nouveau nouveau_drm.c; QEMU 10.0
	 * hw/vfio/pci-quirks.c, vfio_probe_nvidia_bar0_quirk */
	{ 0x10de, 0, 0x03, -1,
	  "BAR 0 mirrors config space at 0x88000: a guest that has it mapped can set the bit there, and QEMU traps that for VGA functions only" },
	/* QEMU 10.0 hw/vfio/pci-quirks.c, vfio_probe_ati_bar4_quirk and _bar2_quirk */
	{ 0x1002, 0, 0x03, -1,
	  "config space can be reached through a BAR: a VMM that does not trap it, as QEMU does, lets the guest set the bit" },
	/* drivers/gpu/drm/i915: the page tables of the GPU choose whether to snoop */
	{ 0x8086, 0, 0x03, VCK_PCIE_RCIEP,
	  "its own page tables choose whether requests are snooped: the bit does not govern it" },
	/* TUSB7320 data sheet, Device Control */
	{ 0x104c, 0x8241, 0xff, -1,
	  "the bit only governs traffic on virtual channels other than VC0" },
};

static const struct limit *limit_of(const struct vck_device *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct limit *l = &limits[i];

		if (l->vendor == d->vendor_id && (!l->device || l->device == d->device_id) &&
		    (l->class == 0xff || l->class == d->class >> 16) &&
		    (l->type < 0 || l->type == d->cap.exp.type))
			return l;
	}
	return NULL;
}

static enum vck_result limits_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct limit *l = limit_of(s->device);

	/* Where the platform snoops everything, the bit does not matter */
	if (!l || s->device->nosnoop.enforced == VCK_YES)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f, "clearing Enable No Snoop is not enough: %s", l->what);
	vck_finding_evidence(s, f, NULL, "%04x:%04x class %04x", s->device->vendor_id,
			     s->device->device_id, s->device->class >> 8);
	vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL,
			   "use it behind an IOMMU that enforces snooping");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_nosnoop_limits = {
	.id = "nosnoop.limits",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_IDS | VCK_EV_CAPS,
	.applies = may_issue,
	.eval = limits_eval,
	.title = "no way round a cleared Enable No Snoop is known",
	.why = "Some devices offer a second way to the register, or do not obey it. No lock of this tool holds those; "
	       "the list is of known ones and cannot be complete. An AER recovery resets every function.",
	.remedy = "an IOMMU that enforces snooping",
	.reference = "QEMU 10.0 hw/vfio/pci-quirks.c; PCIe Base 7.5.3.4",
};
