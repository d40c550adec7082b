// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules for the first step: binding the device to a vfio driver. Nearly every
 * refusal there is a bare EINVAL; these tell them apart. */
#include "config.h"

#include "base/buf.h"
#include "check/rules.h"
#include "check/units.h"

#define BIND_FAILED                                                                      \
	"probe with driver vfio-pci failed with error -22",                              \
		"vfio-pci: probe of * failed with error -22",                            \
		"probe of * failed with error -22"

static enum vck_result driver_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	enum vck_tri named = vck_device_named_by_firmware(s->host, s->device);

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f,
			named == VCK_UNKNOWN
				? "whether firmware names the device to %s is not known"
				: "whether this kernel has %s is not known: its modules were not read",
			vck_device_best_driver(s->device));
	if (r != VCK_RESULT_FAIL)
		return r;
	if (named == VCK_NO) {
		vck_finding_summary(
			s, f, "%s refuses it: no \"compatible\" and no ACPI companion",
			vck_device_best_driver(s->device));
		vck_finding_remedy(s, f, VCK_REMEDY_FIRMWARE, NULL,
				   "none for the device as it is: its host driver made it; see "
				   "whether its parent can be assigned");
		return r;
	}
	vck_finding_summary(s, f, "this kernel has no %s",
			    vck_device_best_driver(s->device));
	if (s->device->bus == VCK_BUS_PCI)
		vck_finding_remedy(s, f, VCK_REMEDY_KERNEL, NULL,
				   "a kernel with CONFIG_VFIO_PCI");
	else
		vck_finding_remedy(
			s, f, VCK_REMEDY_KERNEL, NULL,
			"a kernel with %s (Arm only; not set in Debian's)",
			s->device->bus == VCK_BUS_AMBA ? "CONFIG_VFIO_AMBA"
						       : "CONFIG_VFIO_PLATFORM");
	return r;
}

const struct vck_rule vck_rule_device_vfio_driver = {
	.id = "device.vfio-driver",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.eval = driver_eval,
	.title = "there is a vfio driver for this kind of device",
	.why = "PCI functions need vfio-pci or a variant of it, platform devices vfio-platform, AMBA devices "
	       "vfio-amba. A kernel that was built without cannot hand the device out. The last two take only "
	       "what has a compatible string or an ACPI companion, and say EINVAL to the rest.",
	.remedy = "a kernel with the driver",
	.reference = "drivers/vfio/Kconfig, drivers/vfio/platform/Kconfig, drivers/vfio/platform/"
		     "vfio_platform_common.c:vfio_platform_of_probe and vfio_platform_acpi_probe, 5.10 to 7.2",
	.messages = VCK_STRINGS("Cannot retrieve compat for",
				"ACPI companion device not found for"),
};

static enum vck_result backend_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_vfio *v = &s->host->vfio;
	bool iommufd = vck_tri_or(v->iommufd_loaded, v->iommufd_available) == VCK_YES;

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f,
			"vfio_iommu_type1 is missing, and whether iommufd serves "
			"/dev/vfio/vfio in its place is not known");
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f, "VFIO has no way to the IOMMU: %s",
		iommufd ? "/dev/vfio/vfio is that of vfio_iommu_type1, which is missing"
			: "neither vfio_iommu_type1 nor iommufd");
	vck_finding_remedy(s, f, VCK_REMEDY_KERNEL, NULL,
			   "%sa kernel with CONFIG_VFIO_IOMMU_TYPE1",
			   iommufd ? "the package of the kernel's other modules; " : "");
	return r;
}

const struct vck_rule vck_rule_device_vfio_backend = {
	.id = "device.vfio-backend",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.eval = backend_eval,
	.title = "VFIO has a backend that maps memory",
	.why = "vfio-pci binds without it, and VFIO_SET_IOMMU then fails with ENODEV. Some distributions "
	       "put vfio_iommu_type1 into another package, some initramfs leave it out.",
	.remedy = "modprobe vfio_iommu_type1; else a kernel with CONFIG_VFIO_IOMMU_TYPE1",
	.reference = "drivers/vfio/container.c:vfio_ioctl_set_iommu, 7.2",
	.messages = VCK_STRINGS("No available IOMMU models",
				"Failed to set iommu for container: No such device"),
};

static enum vck_result is_iommu_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u = vck_device_is_unit(s->host, s->device);

	if (!u || !u->active)
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f, "this is the IOMMU itself (%s): never unbind it from its driver",
		u->name);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_is_iommu = {
	.id = "device.is-iommu",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.eval = is_iommu_eval,
	.title = "the device is not the IOMMU",
	.why = "The function through which the kernel drives an IOMMU belongs to the kernel. AMD's could not "
	       "be bound to any driver (ENODEV) until 6.16 and 6.15.5, and has no group since (EINVAL); taking a virtio-iommu from its driver crashes kernels up "
	       "to 7.2.",
	.remedy = "none: leave it alone",
	.reference =
		"drivers/iommu/amd/init.c:iommu_init_pci; drivers/iommu/virtio-iommu.c, 7.2",
};

static enum vck_result deferred_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_unit *u = s->device->unit;

	if (r == VCK_RESULT_UNKNOWN && u && !f->summary)
		vck_finding_summary(
			s, f,
			"%s did not start; whether the kernel still waits for it (EAGAIN) or "
			"goes on without it (EINVAL) is not known: no driver tells",
			u->name);
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f,
		"the kernel waits for %s, which did not start: no driver binds (EAGAIN)",
		u->name);
	if (u->driver == VCK_IOMMU_VIRTIO)
		vck_finding_remedy(
			s, f, VCK_REMEDY_HARDWARE, NULL,
			"take conventional PCI bridges (pcie-pci-bridge) out of the virtual "
			"machine: from 6.15 on one such device keeps virtio-iommu from starting");
	else
		vck_finding_remedy(s, f, VCK_REMEDY_BOOT, NULL,
				   "load the driver of %s, from the initramfs; "
				   "deferred_probe_timeout=0 goes on without it",
				   u->name);
	return r;
}

const struct vck_rule vck_rule_iommu_deferred = {
	.id = "iommu.deferred",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_DRIVER,
	.eval = deferred_eval,
	.title = "the kernel does not keep the device waiting for its IOMMU",
	.why = "Firmware says that an IOMMU is in front of the device and no driver has started it. Until "
	       "then every driver that is bound to the device, vfio-pci too, is put off with EAGAIN. When "
	       "deferred_probe_timeout has passed (10 s after the last driver came, in most kernels), the "
	       "host's drivers bind without the IOMMU, and vfio-pci is refused with EINVAL: no group.",
	.remedy = "get the IOMMU's driver to start",
	.reference =
		"drivers/base/dd.c:driver_deferred_probe_check_state; drivers/iommu/iommu.c:"
		"iommu_device_register, 7.2",
	.messages = VCK_STRINGS("deferred probe pending: *",
				"deferred probe timeout, ignoring dependency"),
};

static bool is_vf(const struct vck_subject *s)
{
	return s->device->physfn;
}

static enum vck_result vanishes_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *pf = s->device->physfn;
	struct vck_case c;

	if (vck_case_init(&c, s->host, s->device, false) < 0 ||
	    c.members.known == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	if (!vck_membership_has(&c.members, pf) || !pf->driver ||
	    vck_driver_is_vfio(pf->driver))
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"it shares its group with its PF %s: binding the whole group takes the VF "
		"away",
		pf->address);
	vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL,
			   "a slot whose ports have ACS, so that PF and VFs are apart");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_vf_vanishes = {
	.id = "device.vf-vanishes",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_GROUP,
	.applies = is_vf,
	.eval = vanishes_eval,
	.title = "the VF is apart from its PF",
	.why = "A VF exists while its PF's driver keeps SR-IOV enabled. In one group with its PF, both can "
	       "not be handed out: taking the PF from its driver removes the VF.",
	.remedy = "another slot",
	.reference = "drivers/pci/iov.c:sriov_disable, 7.2",
};

static bool is_named_platform(const struct vck_subject *s)
{
	return s->device->bus == VCK_BUS_PLATFORM &&
	       vck_device_named_by_firmware(s->host, s->device) != VCK_NO;
}

static enum vck_result platform_reset_eval(const struct vck_subject *s,
					   struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f,
			"whether vfio-platform can reset it is not known: that takes %s",
			s->device->acpi_path ? "_RST in ACPI"
					     : "a reset module for its compatible string");
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f, "vfio-platform has no way to reset it and refuses it for that");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		"modprobe -r vfio_platform; modprobe vfio_platform reset_required=0",
		"do without a reset: the next user finds the device as the last one left it");
	return r;
}

const struct vck_rule vck_rule_platform_reset = {
	.id = "platform.reset",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = is_named_platform,
	.eval = platform_reset_eval,
	.title = "vfio-platform can reset the device, or need not",
	.why = "vfio-platform binds only to devices that it can reset: a reset module for the first "
	       "compatible string, or _RST in ACPI. Otherwise the bind fails with ENOENT (before 5.14: "
	       "ENODEV), unless reset_required=0.",
	.remedy = "vfio_platform.reset_required=0",
	.reference =
		"drivers/vfio/platform/vfio_platform_common.c:vfio_platform_init_common, 7.2",
	.messages = VCK_STRINGS("No reset function found for device"),
	.symptoms = VCK_STRINGS("40"),
};

static enum vck_result denylist_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);

	if (r == VCK_RESULT_PASS &&
	    vck_device_on_denylist(s->host, s->device) == VCK_YES) {
		vck_finding_summary(s, f,
				    "it is on vfio-pci's list, which is switched off");
		(void)vck_finding_param(s, f, "vfio_pci", "disable_denylist", "Y");
	}
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f,
		"%04x:%04x is on vfio-pci's own list of devices that it does not take",
		s->device->vendor_id, s->device->device_id);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		"modprobe -r vfio_pci; modprobe vfio_pci disable_denylist=1",
		"switch the list off, for users that are trusted with the host");
	return r;
}

const struct vck_rule vck_rule_device_denylist = {
	.id = "device.denylist",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_IDS,
	.applies = vck_applies_pci,
	.eval = denylist_eval,
	.title = "vfio-pci does not refuse this model",
	.why = "Some Intel QAT and DSA/IAX accelerators let an untrusted user harm the host; vfio-pci "
	       "refuses them with EINVAL.",
	.remedy = "vfio_pci.disable_denylist=1",
	.reference = "drivers/vfio/pci/vfio_pci.c:vfio_pci_dev_in_denylist, 5.10 to 7.3",
	.messages = VCK_STRINGS(
		"exists in vfio-pci device denylist, driver probing disallowed",
		BIND_FAILED),
	.symptoms = VCK_STRINGS("9"),
};

static enum vck_result header_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);

	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(s, f,
			    "it is a bridge (header type %u); VFIO hands out endpoints",
			    s->device->cap.header_type);
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "config"), "0e: %02x",
			     s->device->cap.header_type);
	return r;
}

const struct vck_rule vck_rule_device_header = {
	.id = "device.header",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = vck_applies_pci,
	.eval = header_eval,
	.title = "the function is an endpoint",
	.why = "Bridges and ports route other devices' traffic: vfio-pci takes only functions with a type 0 "
	       "header, and says EINVAL to the rest. A bridge in a group need not be bound: pcieport may "
	       "keep it.",
	.remedy = "none: assign the devices behind it",
	.reference =
		"drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_register_device, 7.2",
	.messages = VCK_STRINGS("Non-endpoint PCI devices cannot be assigned to guests",
				"PCI device * is not assignable", BIND_FAILED),
	.symptoms = VCK_STRINGS("36"),
};

static enum vck_result sriov_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_device *d = s->device;

	if (r == VCK_RESULT_PASS && d->sriov_numvfs)
		vck_finding_summary(s, f, "its %u VFs go away with %s", d->sriov_numvfs,
				    d->driver);
	if (r == VCK_RESULT_PASS)
		return r;
	if (r == VCK_RESULT_UNKNOWN) {
		vck_finding_summary(
			s, f,
			"it has %u VFs, and whether %s removes them on unbind is not known",
			d->sriov_numvfs, d->driver ? d->driver : "its driver");
		return r;
	}
	vck_finding_summary(s, f,
			    "it has %u VFs; vfio-pci takes no PF with SR-IOV enabled",
			    d->sriov_numvfs);
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "sriov_numvfs"), "%u",
			     d->sriov_numvfs);
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME,
			   vck_arena_printf(&s->host->arena, "echo 0 > %s",
					    vck_device_sysfs(s, d, "sriov_numvfs")),
			   "remove the VFs first");
	return r;
}

const struct vck_rule vck_rule_device_sriov_pf = {
	.id = "device.sriov-pf",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_SRIOV,
	.applies = vck_applies_endpoint,
	.eval = sriov_eval,
	.title = "a PF has no VFs when it is bound",
	.why = "VFs that exist before the PF is bound may be in use elsewhere; vfio-pci then answers EBUSY. "
	       "Most drivers remove their VFs when they are unbound, nvme and pci-pf-stub do not.",
	.remedy = "echo 0 to sriov_numvfs before binding",
	.reference =
		"drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_register_device, 7.2",
	.messages = VCK_STRINGS("Cannot bind to PF with SR-IOV enabled",
				"probe with driver vfio-pci failed with error -16",
				"vfio-pci: probe of * failed with error -16",
				"driver left SR-IOV enabled after remove",
				/* mlx4/main.c:mlx4_remove_one, 5.10 to 7.2 */
				"Removing PF when there are active VF's !!"),
	.symptoms = VCK_STRINGS("10"),
};

static bool not_a_bridge(const struct vck_subject *s)
{
	return !vck_device_is_bridge(s->device);
}

static enum vck_result group_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_device *d = s->device;

	if (c.noiommu) {
		vck_finding_summary(s, f,
				    "no IOMMU group; VFIO takes it without (noiommu)");
		return VCK_RESULT_PASS;
	}
	if (r == VCK_RESULT_PASS && c.members.late)
		vck_finding_summary(
			s, f,
			"no IOMMU group yet: the kernel makes it when a driver is bound");
	else if (r == VCK_RESULT_PASS && d->group)
		vck_finding_summary(s, f, "IOMMU group %s", d->group->id);
	else if (r == VCK_RESULT_FAIL)
		vck_no_group_reason(s, f);
	else if (!f->summary)
		vck_finding_summary(
			s, f,
			"no IOMMU group, and whether it gets one when a vfio driver is "
			"bound is not known");
	return r;
}

const struct vck_rule vck_rule_device_group = {
	.id = "device.group",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_GROUP,
	.applies = not_a_bridge,
	.eval = group_eval,
	.title = "the device has an IOMMU group",
	.why = "VFIO hands out groups; for a device without one the bind fails with a bare EINVAL. On device "
	       "tree, IORT and VIOT a kernel before 6.15 makes the group only when a driver is bound, so a "
	       "missing link is not the last word there.",
	.remedy =
		"switch the IOMMU on; a slot or a device tree that puts the device behind it",
	.reference =
		"drivers/vfio/group.c:vfio_group_find_or_alloc; drivers/iommu/iommu.c:iommu_init_device, "
		"6.12 and 7.2",
	.messages =
		VCK_STRINGS("no iommu_group found: No such file or directory",
			    "stream * already in tree from dev *",
			    "Aliasing StreamID * unsupported, expect DMA to be broken",
			    /* vfio_platform_common.c:vfio_platform_probe_common, 5.10 */
			    "No IOMMU group for device",
			    "has no IOMMU group", "IOMMU group not found", BIND_FAILED),
	.symptoms = VCK_STRINGS("4", "7", "8", "41"),
};

static void coherency_remedy(const struct vck_subject *s, struct vck_finding *f,
			     const struct vck_unit *u)
{
	switch (u->driver) {
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_SMMU_V3:
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, NULL,
			s->host->acpi.iort
				? "firmware whose IORT marks the SMMU coherent (COHACC override)"
				: "dma-coherent in the SMMU's device tree node, if the SMMU is");
		return;
	case VCK_IOMMU_VIRTIO:
		vck_finding_remedy(s, f, VCK_REMEDY_KERNEL, NULL,
				   "a kernel of 5.19.9, 6.0 or newer");
		return;
	case VCK_IOMMU_INTEL:
	case VCK_IOMMU_AMD:
	case VCK_IOMMU_OTHER:
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	vck_finding_remedy(
		s, f, VCK_REMEDY_HARDWARE, NULL,
		"no known kernel lets VFIO use this IOMMU; another machine, or noiommu without "
		"the IOMMU for trusted userspace drivers");
}

static enum vck_result coherency_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_unit *u = vck_device_unit(s->host, s->device);
	const char *name = u && u->driver_name ? u->driver_name
			   : u		       ? u->name
					       : "the IOMMU";

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(s, f,
				    u ? "whether %s maps cacheable memory is not known"
				      : "which unit %s is, is not known",
				    name);
	if (r == VCK_RESULT_PASS && u && u->coherent_walk == VCK_YES)
		vck_finding_summary(
			s, f, "%s maps cacheable memory (firmware calls it coherent)",
			name);
	if (r != VCK_RESULT_FAIL || !u)
		return r;
	if (vck_unit_endpoint_decides(s->host, u))
		vck_finding_summary(
			s, f,
			"firmware calls neither %s nor the device coherent: VFIO refuses it",
			u->name);
	else if (u->driver == VCK_IOMMU_SMMU || u->driver == VCK_IOMMU_SMMU_V3)
		vck_finding_summary(
			s, f,
			"firmware says that %s is not coherent: VFIO refuses every device "
			"behind it",
			u->name);
	else
		vck_finding_summary(
			s, f,
			"%s does not report cacheable mappings: VFIO refuses every device "
			"behind it",
			name);
	if (vck_unit_cache_source(s->host, u))
		vck_finding_evidence(s, f, NULL, "%s", vck_unit_cache_source(s->host, u));
	coherency_remedy(s, f, u);
	return r;
}

static bool has_group(const struct vck_subject *s)
{
	return not_a_bridge(s) && vck_device_gets_group(s->host, s->device) != VCK_NO;
}

const struct vck_rule vck_rule_iommu_cache_coherency = {
	.id = "iommu.cache-coherency",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = has_group,
	.eval = coherency_eval,
	.title = "the IOMMU can map cacheable memory (IOMMU_CAP_CACHE_COHERENCY)",
	.why = "From 5.19 on VFIO takes a device only where its IOMMU makes cacheable mappings, and says "
	       "EINVAL without a message otherwise, though the device has a group. SMMUs are taken at their "
	       "firmware's word; many embedded IOMMU drivers never report it. It is not about the device's "
	       "own coherency, which VFIO does not check.",
	.remedy =
		"firmware that says what the hardware does (dma-coherent, IORT); a newer kernel",
	.reference = "drivers/vfio/vfio_main.c:__vfio_register_dev, 7.2",
	.messages =
		VCK_STRINGS(BIND_FAILED, "IDR0.COHACC overridden by FW configuration"),
	.symptoms = VCK_STRINGS("7"),
};
