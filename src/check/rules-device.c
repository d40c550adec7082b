// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about the function itself: its state, its host's use of it, its kind. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "check/rules.h"
#include "check/units.h"

static bool meets_token(const struct vck_subject *s)
{
	return s->device->physfn || (vck_applies_pci(s) && s->device->sriov_numvfs &&
				     vck_driver_is_vfio(s->device->driver));
}

static void pf_token(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *vf = s->device->vf_in_use;

	if (!vf) {
		vck_finding_summary(
			s, f, "whether a process has one of its VFs open is not known (run as root)");
		return;
	}
	vck_finding_summary(s, f, "its VF %s is in use by %s: opening the PF may need their token",
			    vf->address, vf->holders);
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME, NULL,
			   "give the PF's user the token that the VFs' users gave, or stop them");
}

static enum vck_result token_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);

	if (r == VCK_RESULT_UNKNOWN && !f->summary && !s->device->physfn)
		pf_token(s, f);
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f, "its PF %s is bound to %s: opening the VF needs the PF's token",
		s->device->physfn->address, s->device->physfn->driver);
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device->physfn, "driver"), "%s",
			     s->device->physfn->driver);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"give the VMM the token that the PF's user set (QEMU: vf-token=UUID), or leave the "
		"PF to its own driver");
	return r;
}

const struct vck_rule vck_rule_device_vf_token = {
	.id = "device.vf-token",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = meets_token,
	.eval = token_eval,
	.title = "the VF, or its PF, needs no token",
	.why = "A userspace driver that owns a PF could reach into its VFs. VFIO therefore wants both users to "
	       "name the same secret: without it, opening the VF, or the PF while a VF is open, fails with EACCES.",
	.remedy = "the token for both, or the PF's own kernel driver",
	.reference = "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_validate_vf_token, 7.2",
	.messages = VCK_STRINGS("VF token required to access device",
				"Incorrect VF token", "VF token incorrectly provided"),
	.symptoms = VCK_STRINGS("11"),
};

static enum vck_result bars_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	const struct vck_resource *r = vck_device_unassigned_bar(d);

	if (!r) {
		vck_finding_summary(s, f, "every BAR has an address");
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(s, f, "BAR %td has no address: the device cannot be enabled",
			    r - d->resources);
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "resource"), "flags 0x%llx",
			     (unsigned long long)r->flags);
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch \"Above 4G decoding\" on in the firmware's setup; pci=realloc on the "
		"kernel command line");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_bars = {
	.id = "device.bars",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_RESOURCES,
	.applies = vck_applies_endpoint,
	.eval = bars_eval,
	.title = "every BAR has an address",
	.why = "A BAR for which there was no room keeps the kernel from enabling the device: opening it "
	       "through VFIO then fails with EINVAL; so does one whose address collides with another's, which the "
	       "kernel log calls \"not claimed\". Large BARs need 64-bit windows above 4 GiB.",
	.remedy = "Above 4G decoding in the firmware's setup; pci=realloc",
	.reference = "drivers/pci/setup-res.c:pci_enable_resources, 5.10 to 7.2",
	.messages = VCK_STRINGS("BAR *: no space", "BAR *: failed to assign",
				"BAR * not assigned", "can't enable device: BAR *",
				/* 6.1 to 7.2: a BAR or ROM, and a range that collides */
				"not assigned; can't enable device",
				"not claimed; can't enable device"),
	.symptoms = VCK_STRINGS("43"),
};

static enum vck_result answers_eval(const struct vck_subject *s, struct vck_finding *f)
{
	if (s->device->cap.all_ones != VCK_YES)
		return vck_result_of(vck_tri_not(s->device->cap.all_ones));
	vck_finding_summary(s, f,
			    "the function does not answer: config space reads as ones");
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "config"),
			     "ff ff ff ff");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		vck_arena_printf(&s->host->arena,
				 "echo 1 > %s\necho 1 > /sys/bus/pci/rescan",
				 vck_device_sysfs(s, s->device, "remove")),
		"remove it and scan again; if it does not come back, power the host off and on");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_answers = {
	.id = "device.answers",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = vck_applies_pci,
	.eval = answers_eval,
	.title = "the function answers to config reads",
	.why = "A device that reads as all ones fell off the bus: a failed reset, a link or power that did not "
	       "come back. Nothing of what is known about it holds.",
	.remedy = "remove and rescan; power cycle; another reset method",
	.reference = "drivers/pci/pci.c:pci_dev_wait, 7.2",
	.messages =
		VCK_STRINGS("not ready *ms after FLR; giving up",
			    "not ready *ms after *; giving up",
			    "not ready *ms after *; waiting", "device inaccessible",
			    /* libvirt virpci.c; pciutils lspci.c */
			    "Unknown PCI header type '127'", "Unknown header type 7f"),
	.symptoms = VCK_STRINGS("20"),
};

static enum vck_result noiommu_eval(const struct vck_subject *s, struct vck_finding *f)
{
	if (!s->device->now.noiommu)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f,
			    "accepted without an IOMMU: its DMA reaches all of memory");
	(void)vck_finding_param(s, f, "vfio", "enable_unsafe_noiommu_mode", "Y");
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch the IOMMU on; without one only trusted userspace drivers, never a VM");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_noiommu = {
	.id = "device.noiommu",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.eval = noiommu_eval,
	.title = "the device is not handed out without an IOMMU",
	.why = "In noiommu mode VFIO gives a device without a group a group of its own and checks nothing. "
	       "There is no translation, so QEMU cannot use it.",
	.remedy = "the IOMMU on",
	.reference = "drivers/vfio/group.c:vfio_noiommu_group_alloc, 7.2",
	.messages = VCK_STRINGS("Adding kernel taint for vfio-noiommu group on device"),
};

static enum vck_result host_use_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;

	if (!d->in_use)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f, "the host uses it: %s", d->in_use);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"unmount, or take the interface down, before it is taken from %s",
		d->driver ? d->driver : "its driver");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_host_use = {
	.id = "device.host-use",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.applies = vck_applies_endpoint,
	.eval = host_use_eval,
	.title = "the host does not depend on the device",
	.why = "The kernel takes a disk with mounted file systems, or the network card of this very "
	       "session, from its driver without asking.",
	.remedy = "stop using it on the host first",
	.reference = "drivers/base/dd.c:device_release_driver, 7.2",
};

void vck_finding_by_vmd(const struct vck_subject *s, struct vck_finding *f,
			const struct vck_device *vmd)
{
	vck_finding_evidence(s, f, vck_device_sysfs(s, vmd, "driver"), "vmd");
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch VMD (Intel RST/VROC) off in the firmware's setup; or assign %s with "
		"everything behind it",
		vmd->address);
}

static bool behind_vmd(const struct vck_subject *s)
{
	return s->device->real_dma_dev;
}

static enum vck_result vmd_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *vmd = s->device->real_dma_dev;

	if (!streq0(vmd->driver, "vmd"))
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"it is behind the Intel VMD controller %s and cannot be assigned on its own",
		vmd->address);
	vck_finding_by_vmd(s, f, vmd);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_vmd = {
	.id = "device.vmd",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.applies = behind_vmd,
	.eval = vmd_eval,
	.title = "the device is not behind a VMD controller",
	.why = "Devices in a domain of 10000 and above hang off an Intel VMD and use its requester id: they are "
	       "in its IOMMU group, which the vmd driver owns.",
	.remedy = "VMD off in firmware, or assign the controller",
	.reference =
		"drivers/pci/controller/vmd.c; arch/x86/pci/common.c:pci_real_dma_dev, 7.2",
	.symptoms = VCK_STRINGS("26"),
};

static bool is_display(const struct vck_subject *s)
{
	return vck_applies_pci(s) && s->device->class >> 16 == 3;
}

/* A named range of /proc/iomem within one of the device's BARs. */
static const struct vck_region *framebuffer_on(const struct vck_host *h,
					       const struct vck_device *d)
{
	for (size_t i = 0; i < h->n_iomem; i++) {
		for (size_t k = 0; k < d->n_resources && k < 6; k++) {
			const struct vck_resource *r = &d->resources[k];

			if (r->flags & 0x200 && h->iomem[i].start >= r->start &&
			    h->iomem[i].start <= r->end && r->end)
				return &h->iomem[i];
		}
	}
	return NULL;
}

/* From 6.0 on vfio-pci takes the console off a VGA function when it binds to it
 * (vfio_pci_vga_init; "vfio/pci: Remove console drivers", for 5.20). */
static bool vfio_removes_console(const struct vck_subject *s)
{
	return s->host->kver >= VCK_KVER(6, 0) && s->device->class >> 8 == 0x0300 &&
	       !(s->device->driver && vck_driver_is_vfio(s->device->driver));
}

static enum vck_result framebuffer_eval(const struct vck_subject *s,
					struct vck_finding *f)
{
	const struct vck_region *fb = framebuffer_on(s->host, s->device);

	if (!fb)
		return VCK_RESULT_PASS;
	vck_finding_evidence(s, f, "/proc/iomem", "%llx-%llx : %s",
			     (unsigned long long)fb->start, (unsigned long long)fb->end,
			     fb->type);
	if (vfio_removes_console(s)) {
		f->severity = VCK_SEV_NOTE;
		vck_finding_summary(s, f,
				    "it shows the boot console (%s), which vfio-pci takes away "
				    "when it binds",
				    fb->type);
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, NULL,
			"have another way in (network, serial line), or make another graphics "
			"device the primary one in firmware");
		return VCK_RESULT_FAIL;
	}
	vck_finding_summary(s, f, "the boot framebuffer (%s) lies in its memory",
			    fb->type);
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"make another graphics device the primary one in firmware; else "
		"initcall_blacklist=sysfb_init on the kernel command line (video=efifb:off on "
		"kernels before 5.15)");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_boot_framebuffer = {
	.id = "device.boot-framebuffer",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_IOMEM,
	.needs_device = VCK_EV_RESOURCES,
	.applies = is_display,
	.eval = framebuffer_eval,
	.title = "no boot framebuffer holds the device's memory",
	.why = "Firmware's framebuffer (efifb, simpledrm, BOOTFB) claims part of the primary graphics card's "
	       "BAR. VFIO then floods the log with \"can't reserve\" and the guest's screen stays black. From 6.0 "
	       "on vfio-pci removes it itself when it binds to a VGA function.",
	.remedy = "another primary graphics device; initcall_blacklist=sysfb_init",
	.reference =
		"drivers/firmware/sysfb.c; drivers/vfio/pci/vfio_pci_core.c:vfio_pci_vga_init, 7.2",
	.messages = VCK_STRINGS("BAR *: can't reserve [mem *", "BAR *: can't reserve *"),
	.symptoms = VCK_STRINGS("23"),
};

static enum vck_result rom_eval(const struct vck_subject *s, struct vck_finding *f)
{
	if (s->device->boot_vga != VCK_YES)
		return vck_result_of(vck_tri_not(s->device->boot_vga));
	vck_finding_summary(
		s, f,
		"it is the boot display: its ROM may read as what the host made of it");
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "boot_vga"), "1");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"give the VMM a clean copy (QEMU: romfile=FILE); integrated graphics need none");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_rom = {
	.id = "device.rom",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.applies = is_display,
	.eval = rom_eval,
	.title = "the device's ROM is as its maker wrote it",
	.why = "The ROM of the boot display is a copy in memory that firmware may have changed, or reads as "
	       "nothing; a guest's firmware then cannot start the card.",
	.remedy = "romfile= with a clean copy; another primary graphics device",
	.reference = "drivers/pci/rom.c:pci_get_rom_size, 7.2",
	.messages =
		VCK_STRINGS("Invalid PCI ROM header signature: expecting 0xaa55, got *",
			    "Cannot read device rom",
			    "Device option ROM contents are probably invalid"),
	.symptoms = VCK_STRINGS("24"),
};

static bool is_igd(const struct vck_subject *s)
{
	const struct vck_device *d = s->device;

	return is_display(s) && d->vendor_id == 0x8086 && d->bdf.domain == 0 &&
	       d->bdf.bus == 0 && d->bdf.dev == 2;
}

/* NULL where the function is what vfio_pci_igd_cfg_init() takes, or is not there: that
 * costs the region and not the device. */
static const struct vck_device *foreign(const struct vck_subject *s, uint8_t dev,
					uint32_t class)
{
	const struct vck_device *b =
		vck_host_find_bdf(s->host, (struct vck_bdf){.dev = dev});

	return b && (b->vendor_id != 0x8086 || b->class != class) ? b : NULL;
}

/* Up to 6.12 a VGA function (vfio_pci_is_vga), in 7.2 any display (vfio_pci_is_intel_display);
 * which of the releases between was the first is not known here. */
static enum vck_tri asks_for_regions(const struct vck_subject *s)
{
	unsigned kver = s->host->kver;

	if (s->device->class >> 8 == 0x0300 || kver >= VCK_KVER(7, 2))
		return VCK_YES;
	return kver && kver <= VCK_KVER(6, 12) ? VCK_NO : VCK_UNKNOWN;
}

static enum vck_result igd_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *host = foreign(s, 0, 0x060000),
				*lpc = foreign(s, 0x1f, 0x060100), *b = host ? host : lpc;
	bool none = !vck_host_find_bdf(s->host, (struct vck_bdf){.dev = 0});
	enum vck_tri asks = asks_for_regions(s);

	/* Without a host bridge it is ENODEV before the other is looked for. */
	if (!b || none || asks == VCK_NO)
		return VCK_RESULT_PASS;
	if (asks == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	vck_finding_summary(s, f,
			    "%s is not Intel's %s bridge: graphics with an OpRegion then fail "
			    "to open (EINVAL)",
			    b->address, host ? "host" : "ISA");
	vck_finding_evidence(s, f, vck_device_sysfs(s, b, "class"), "0x%06x of %04x",
			     b->class, b->vendor_id);
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch VMD off in the firmware's setup; else a kernel without "
		"CONFIG_VFIO_PCI_IGD. No option of QEMU helps");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_igd = {
	.id = "device.igd",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.needs_device = VCK_EV_IDS,
	.applies = is_igd,
	.eval = igd_eval,
	.title = "Intel graphics find their host and ISA bridge",
	.why = "For Intel's integrated graphics vfio-pci also hands out OpRegion and the config space of the "
	       "host and ISA bridges. Without them it goes on; where 00:00.0 or 00:1f.0 is something else, "
	       "opening the device fails with EINVAL.",
	.remedy = "VMD off; a kernel without CONFIG_VFIO_PCI_IGD",
	.reference = "drivers/vfio/pci/vfio_pci_igd.c:vfio_pci_igd_cfg_init, 5.10 to 7.2",
	.messages = VCK_STRINGS("Failed to setup Intel IGD regions"),
	.symptoms = VCK_STRINGS("25"),
};

static enum vck_result power_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;

	if (!d->power_state ||
	    (!streq(d->power_state, "D3cold") && !streq(d->power_state, "error")))
		return d->power_state ? VCK_RESULT_PASS : VCK_RESULT_UNKNOWN;
	vck_finding_summary(s, f, "it is in %s%s", d->power_state,
			    d->d3cold_allowed == VCK_YES ? ", without power" : "");
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "power_state"), "%s",
			     d->power_state);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		vck_arena_printf(&s->host->arena, "echo 0 > %s\necho on > %s",
				 vck_device_sysfs(s, d, "d3cold_allowed"),
				 vck_device_sysfs(s, d, "power/control")),
		"keep it powered; vfio_pci.disable_idle_d3=1 for devices that do not come back");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_power = {
	.id = "device.power",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_POWER,
	.applies = vck_applies_endpoint,
	.eval = power_eval,
	.title = "the device has power",
	.why = "vfio-pci suspends an idle device, in a slot with power control down to D3cold. Some devices do "
	       "not come back from there: the VMM finds them stuck, or gone.",
	.remedy = "d3cold_allowed=0, vfio_pci.disable_idle_d3=1",
	.reference =
		"drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_register_device, 7.2",
	.messages = VCK_STRINGS(
		"Unable to power on device, stuck in D3",
		"Unable to change power state from * to D0, device inaccessible",
		"can't change power state from * to D0 (config space inaccessible)",
		"Refused to change power state",
		"not ready *ms after FLR; giving up"),
	.symptoms = VCK_STRINGS("20", "22"),
};

static enum vck_result bound_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	struct vck_case c;

	if (d->driver && vck_driver_is_vfio(d->driver)) {
		vck_finding_summary(s, f, "bound to %s", d->driver);
		if (d->bus == VCK_BUS_PCI && d->vfio_driver &&
		    !streq(d->vfio_driver, d->driver) && streq(d->driver, "vfio-pci")) {
			vck_finding_summary(
				s, f, "bound to vfio-pci; %s is made for this model",
				d->vfio_driver);
			vck_finding_remedy(
				s, f, VCK_REMEDY_RUNTIME, vck_rebind_commands(s),
				"bind it to %s, if migration is wanted%s%s%s", d->vfio_driver,
				d->holders ? "; first stop " : "", d->holders ? d->holders : "",
				d->holders ? ", which has it open" : "");
			return VCK_RESULT_FAIL;
		}
		return VCK_RESULT_PASS;
	}
	if (vck_case_init(&c, s->host, s->device, false) < 0)
		return VCK_RESULT_UNKNOWN;
	if (vck_case_rule(&c, &vck_rule_device_vfio_driver, NULL) == VCK_NO) {
		vck_finding_summary(s, f, "this kernel has no vfio driver to bind it to");
		return VCK_RESULT_NA;
	}
	vck_finding_summary(s, f, "%s%s; %s would take it",
			    d->driver ? "bound to " : "no driver",
			    d->driver ? d->driver : "", vck_device_best_driver(d));
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME,
			   vck_bind_commands(s, &(struct vck_device *){s->device}, 1),
			   "bind it to %s (libvirt does that itself with managed='yes')",
			   vck_device_best_driver(d));
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_bound = {
	.id = "device.bound",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_DRIVER,
	.applies = vck_applies_endpoint,
	.eval = bound_eval,
	.title = "the device is bound to its vfio driver",
	.why = "/dev/vfio/N appears when the first member of the group is bound to a vfio driver. "
	       "driver_override names the driver for this one device; new_id and vfio_pci.ids= catch every "
	       "device of the model. Some models have a vfio driver of their own (migration). The node is "
	       "root's alone (0600): libvirt hands it to its QEMU, else it has to be given to the VMM's user.",
	.remedy = "driver_override, unbind, drivers_probe; or viommu-check bind",
	.reference = "drivers/pci/pci-driver.c:pci_match_device, 7.2",
	.messages =
		VCK_STRINGS("failed to open /dev/vfio/*: No such file or directory",
			    "Could not open '/dev/vfio/*': No such file or directory",
			    "failed to open /dev/vfio/*: Permission denied",
			    "Could not open '/dev/vfio/*': Permission denied"),
	.symptoms = VCK_STRINGS("29"),
};

static enum vck_result same_ids_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device, *o = d->twin;

	if (!o)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f,
			    "%s is the same model (%04x:%04x): bind by address, not by ids",
			    o->address, d->vendor_id, d->device_id);
	vck_finding_evidence(s, f, vck_device_sysfs(s, o, "device"), "0x%04x",
			     o->device_id);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"driver_override of this address, kept by a udev rule on its path; "
		"addresses change with the hardware, so look at the serial number too");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_same_ids = {
	.id = "device.same-ids",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_IDS,
	.applies = vck_applies_endpoint,
	.eval = same_ids_eval,
	.title = "the device is the only one of its model",
	.why = "vfio_pci.ids= and new_id take every device of a model, the host's too, and lose the race "
	       "against a driver in the initramfs. An address may belong to another device after a change of "
	       "hardware: keep path and ids together.",
	.remedy = "driver_override by address; softdep for the native driver",
	.reference = "drivers/pci/pci-driver.c:pci_match_device, 7.2",
	.symptoms = VCK_STRINGS("34", "35"),
};
