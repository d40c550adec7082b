// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about the host as a whole: kernel, IOMMU, VFIO modules, lockdown. */
#include "config.h"

#include "base/buf.h"
#include "check/rules.h"
#include "check/units.h"

static enum vck_result kernel_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	vck_finding_evidence(s, f, "/proc/sys/kernel/osrelease", "%s", h->release);
	if (vck_kver_known(h->kver)) {
		vck_finding_summary(s, f, "kernel %s", h->release);
		return VCK_RESULT_PASS;
	}
	if (!h->kver) {
		vck_finding_summary(s, f,
				    vck_release_is_mixed(h->release)
					    ? "kernel %s holds parts of later releases: only what all "
					      "of them answer alike is predicted (--kernel names one)"
					    : "kernel %s: not a release of Linux",
				    h->release);
		return VCK_RESULT_UNKNOWN;
	}
	vck_finding_summary(
		s, f,
		"kernel %s is outside of what is known: nothing is predicted for it",
		h->release);
	vck_finding_remedy(
		s, f, VCK_REMEDY_KERNEL, NULL,
		h->kver > VCK_KVER_NEWEST
			? "a newer viommu-check; or --kernel 7.3 for what held until then"
			: "a kernel of 5.10 or newer");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_kernel = {
	.id = "host.kernel",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_KERNEL,
	.eval = kernel_eval,
	.title = "the kernel's release is one whose answers are known",
	.why = "What VFIO asks for changed several times (5.19, 6.1, 6.6, 6.13, 6.15). The tables were "
	       "made from the source of 5.10 to 7.3; for other releases every prediction is unknown "
	       "rather than a guess. The number of a RHEL or openEuler kernel (.el9, .oe2203) says nothing "
	       "about its VFIO, which is that of a later release.",
	.remedy =
		"a newer viommu-check, or --kernel with the nearest release that is known",
	.reference =
		"drivers/vfio, drivers/iommu of Linux 5.10, 6.1, 6.12, 7.1, 7.2 and 7.3",
};

static enum vck_result groups_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	if (h->n_groups) {
		vck_finding_summary(s, f, "%zu IOMMU groups", h->n_groups);
		return VCK_RESULT_PASS;
	}
	vck_no_group_reason(s, f);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_iommu_groups = {
	.id = "host.iommu-groups",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_BLOCKER,
	.needs_host = VCK_EV_GROUPS,
	.eval = groups_eval,
	.title = "the kernel has made IOMMU groups",
	.why = "VFIO hands out IOMMU groups. Without any, every bind to a vfio driver fails with "
	       "EINVAL, whatever the device. Either the IOMMU is switched off in the firmware's setup "
	       "or on the kernel command line, or the kernel has no driver for it, or there is none.",
	.remedy =
		"switch the IOMMU on in firmware; on Intel add intel_iommu=on to the kernel command line",
	.reference = "drivers/vfio/group.c:vfio_group_find_or_alloc, 7.2",
	.messages = VCK_STRINGS(
		"host doesn't support passthrough of host PCI devices",
		"VFIO device assignment is not available on this platform",
		"IOMMU not found", "No ACPI DMAR table found, IOMMU either disabled",
		"IOMMU appears to be disabled in kernel",
		/* amd/init.c and amd/iommu.c, 7.2 */
		"AMD-Vi: Host Address Translation is not supported",
		"DMA translation not supported by iommu",
		/* qemu-server and pve-manager */
		"cannot prepare PCI pass-through, IOMMU not present",
		"No IOMMU detected, please activate it"),
	.symptoms = VCK_STRINGS("4", "28"),
};

static enum vck_tri loadable(enum vck_tri loaded, enum vck_tri available)
{
	return vck_tri_or(loaded, available);
}

static enum vck_result modules_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_vfio *v = &s->host->vfio;
	enum vck_tri pci = loadable(v->vfio_pci_loaded, v->vfio_pci_available);
	enum vck_tri backend =
		vck_tri_or(loadable(v->type1_loaded, v->type1_available),
			   loadable(v->iommufd_loaded, v->iommufd_available));

	if (pci == VCK_NO || backend == VCK_NO) {
		vck_finding_summary(s, f, "the kernel was built without %s",
				    pci == VCK_NO ? "vfio-pci"
						  : "vfio_iommu_type1 and iommufd");
		vck_finding_remedy(
			s, f, VCK_REMEDY_KERNEL, NULL,
			"a kernel with CONFIG_VFIO_PCI and CONFIG_VFIO_IOMMU_TYPE1; some "
			"distributions ship the modules in a package of their own");
		return VCK_RESULT_FAIL;
	}
	if (pci == VCK_UNKNOWN || backend == VCK_UNKNOWN) {
		vck_finding_summary(
			s, f,
			"vfio modules: neither loaded nor found, and the list of "
			"modules was not read");
		return VCK_RESULT_UNKNOWN;
	}
	if (v->vfio_pci_loaded == VCK_YES) {
		vck_finding_summary(s, f, "vfio-pci is loaded");
		return VCK_RESULT_PASS;
	}
	f->severity = VCK_SEV_NOTE;
	vck_finding_summary(s, f, "vfio-pci is there and not loaded");
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME, "modprobe vfio-pci", "load it");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_vfio_modules = {
	.id = "host.vfio-modules",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_BLOCKER,
	.eval = modules_eval,
	.title = "the kernel's VFIO modules are there",
	.why = "Nothing can be bound to a driver that the kernel was built without. vfio-pci alone is "
	       "not enough: without vfio_iommu_type1 or iommufd, VFIO_SET_IOMMU fails with ENODEV.",
	.remedy = "modprobe vfio-pci; else a kernel with CONFIG_VFIO_PCI",
	.reference =
		"drivers/vfio/Kconfig, drivers/vfio/container.c:vfio_ioctl_set_iommu, 7.2",
	.messages =
		VCK_STRINGS("Module vfio-pci not found", "Module vfio_pci not found",
			    "Failed to load PCI driver module vfio-pci",
			    "failed to open /dev/vfio/vfio: No such file or directory"),
	.symptoms = VCK_STRINGS("28"),
};

static enum vck_result iommufd_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_vfio *v = &s->host->vfio;

	if (v->iommufd_node == VCK_YES && v->cdev != VCK_NO) {
		vck_finding_summary(s, f, "/dev/iommu is there");
		return v->cdev == VCK_YES ? VCK_RESULT_PASS : VCK_RESULT_UNKNOWN;
	}
	if (v->iommufd_node == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	vck_finding_evidence(s, f, "/dev/iommu",
			     v->iommufd_node == VCK_YES ? "present" : "absent");
	vck_finding_evidence(s, f, "/dev/vfio/devices",
			     v->cdev == VCK_YES ? "present" : "absent");
	vck_finding_summary(
		s, f, "no iommufd path: %s is missing; VMMs have to take the group path",
		v->iommufd_node == VCK_YES ? "/dev/vfio/devices" : "/dev/iommu");
	vck_finding_remedy(
		s, f, VCK_REMEDY_KERNEL, NULL,
		"leave out QEMU's iommufd object; or a kernel of 6.6 or newer with "
		"CONFIG_IOMMUFD and CONFIG_VFIO_DEVICE_CDEV (Debian's have neither)");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_iommufd = {
	.id = "host.iommufd",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_NOTE,
	.needs_host = VCK_EV_DEVNODES,
	.eval = iommufd_eval,
	.title = "the iommufd path is complete",
	.why = "A VMM that was told to use iommufd needs three things at once: /dev/iommu, "
	       "/dev/vfio/devices/vfioN and the device's vfio-dev directory. The directory is there "
	       "even where the kernel was built without the character devices. Through iommufd BARs cannot be "
	       "mapped by address for DMA between devices (EFAULT; from 6.19 on as dma-buf): QEMU warns and "
	       "goes on, Cloud Hypervisor wants vfio_p2p_dma=off.",
	.remedy =
		"use the group path, or a kernel with CONFIG_IOMMUFD and CONFIG_VFIO_DEVICE_CDEV",
	.reference = "drivers/vfio/device_cdev.c, drivers/vfio/Kconfig, 7.2",
	.messages =
		VCK_STRINGS("failed to find vfio-dev/*/dev", "lstat /dev/vfio/devices/*",
			    "/dev/vfio/devices/*: no such file",
			    "failed to open /dev/iommu: No such file or directory",
			    "IOMMUFD is providing /dev/vfio/vfio, not VFIO",
			    "IOMMU_IOAS_MAP failed: Bad address",
			    "vfio_container_dma_map(*) = -14 (Bad address)",
			    "failed to map an IOVA range to the IOAS: Bad address"),
	.symptoms = VCK_STRINGS("15", "30"),
};

static bool x86_with_iommu(const struct vck_subject *s)
{
	return s->host->arch == VCK_ARCH_X86_64 && s->host->n_groups;
}

/* What becomes of devices on the path that is there. */
static void say_unmapped(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;
	enum vck_path path = vck_host_path(h);
	enum vck_tri unsafe =
		vck_host_path_doubted(h) ? VCK_UNKNOWN : vck_unsafe_interrupts(h, path);
	const char *module =
		path == VCK_PATH_CONTAINER ? "vfio_iommu_type1" : "iommufd";

	if (unsafe != VCK_YES) {
		vck_finding_summary(
			s, f, "interrupts are not remapped: VFIO refuses every device here%s",
			unsafe == VCK_NO ? "" : ", unless allow_unsafe_interrupts is set");
		return;
	}
	vck_finding_summary(
		s, f,
		"interrupts are not remapped: VFIO accepts devices only because "
		"allow_unsafe_interrupts is set");
	(void)vck_finding_param(s, f, module, "allow_unsafe_interrupts", "Y");
}

static enum vck_result remapping_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;
	enum vck_tri on = h->irq_remapping;

	if (h->intr_remapping_in_use != VCK_UNKNOWN)
		vck_finding_evidence(s, f, "/proc/interrupts",
				     on == VCK_YES ? "IR-" : "no IR-");
	if (h->acpi.dmar)
		vck_finding_evidence(s, f, "/sys/firmware/acpi/tables/DMAR",
				     "INTR_REMAP %s",
				     h->acpi.dmar->flags & 1 ? "set" : "clear");
	if (on != VCK_NO)
		return vck_result_of(on);
	say_unmapped(s, f);
	if (vck_cmdline_has(h, "intremap", "off") ||
	    vck_cmdline_get(h, "nointremap", 0, &(size_t){0}))
		vck_finding_remedy(
			s, f, VCK_REMEDY_BOOT, NULL,
			"take intremap=off or nointremap out of the kernel command line");
	else
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, NULL,
			"switch interrupt remapping (x2APIC) on in the firmware's setup; in a "
			"virtual machine: -M q35,kernel-irqchip=split -device "
			"intel-iommu,intremap=on");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_interrupt_remapping = {
	.id = "host.interrupt-remapping",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.applies = x86_with_iommu,
	.eval = remapping_eval,
	.title = "x86: interrupts are remapped",
	.why = "Without interrupt remapping a guest can make a device write any interrupt vector of the "
	       "host. VFIO then refuses with EPERM, unless allow_unsafe_interrupts says otherwise.",
	.remedy =
		"interrupt remapping on in firmware and not off on the kernel command line",
	.reference =
		"drivers/iommu/irq_remapping.c, drivers/iommu/intel/irq_remapping.c, 6.12",
	/* intel/irq_remapping.c, amd/init.c, arch/x86/kernel/apic/apic.c, 5.10 to 7.2 */
	.messages = VCK_STRINGS("Failed to enable irq remapping. You are vulnerable to "
				"irq-injection attacks",
				"interrupt remapping is being disabled. Please contact your BIOS",
				"AMD-Vi: Disabling interrupt remapping",
				"IOAPIC[*] not in IVRS table",
				"IRQ remapping doesn't support X2APIC mode",
				"Enabled IRQ remapping in xapic mode"),
	.symptoms = VCK_STRINGS("6"),
};

static enum vck_result noiommu_eval(const struct vck_subject *s, struct vck_finding *f)
{
	enum vck_tri on = vck_param_on(s->host, "vfio", "enable_unsafe_noiommu_mode",
				       s->host->vfio.vfio_loaded);
	const char *file;

	if (on != VCK_YES)
		return vck_result_of(vck_tri_not(on));
	vck_finding_summary(
		s, f,
		"vfio.enable_unsafe_noiommu_mode is on: devices without an IOMMU are "
		"handed out with access to all of memory");
	file = vck_finding_param(s, f, "vfio", "enable_unsafe_noiommu_mode", "Y");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		file ? NULL
		     : "echo N > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode",
		"switch it off%s%s", file ? ", in " : "", file ? file : "");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_noiommu = {
	.id = "host.noiommu",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.eval = noiommu_eval,
	.title = "VFIO's mode without IOMMU is off",
	.why = "In this mode nothing confines the device's DMA; the kernel marks itself as tainted. It "
	       "serves userspace drivers such as DPDK's, never virtual machines.",
	.remedy = "switch it off, and the IOMMU on",
	.reference = "drivers/vfio/group.c:vfio_noiommu_group_alloc, 7.2",
	.messages = VCK_STRINGS("Adding kernel taint for vfio-noiommu group on device",
				"vfio-noiommu device opened by user"),
};

static enum vck_result lockdown_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const char *name = vck_lockdown_name(s->host->lockdown);

	if (s->host->lockdown == VCK_LOCKDOWN_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	vck_finding_evidence(s, f, "/sys/kernel/security/lockdown", "%s", name);
	if (s->host->lockdown == VCK_LOCKDOWN_NONE)
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"kernel lockdown (%s): VFIO works, writes to config space from "
		"userspace are refused",
		name);
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"`viommu-check run` works under lockdown; to clear Enable No Snoop by hand, "
		"switch Secure Boot off");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_lockdown = {
	.id = "host.lockdown",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_NOTE,
	.needs_host = VCK_EV_LOCKDOWN,
	.eval = lockdown_eval,
	.title = "kernel lockdown leaves config space writable",
	.why = "Under lockdown (usually Secure Boot) writes to the sysfs config file fail with EPERM while "
	       "a guest still writes through VFIO: Enable No Snoop cannot be cleared by hand there.",
	.remedy = "viommu-check run; or Secure Boot off",
	.reference = "drivers/pci/pci-sysfs.c:pci_write_config, 7.2",
	.messages = VCK_STRINGS("Lockdown: *: direct PCI access is restricted",
				"sysfs_write: write failed: Operation not permitted"),
	.symptoms = VCK_STRINGS("44"),
};
