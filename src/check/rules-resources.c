// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about interrupts, BARs and what SR-IOV needs of them. */
#include "config.h"

#include "check/rules.h"

/* vfio_pci_core.c:vfio_pci_nointx, the same in 5.10 to 7.2: Intel Ethernet 700 series and
 * X550. */
static bool hides_intx(const struct vck_device *d)
{
	static const uint16_t ids[] = {0x1572, 0x1574, 0x1580, 0x1581, 0x1583, 0x1584,
				       0x1585, 0x1586, 0x1587, 0x1588, 0x1589, 0x158a,
				       0x158b, 0x37d0, 0x37d1, 0x37d2, 0x1563};

	for (size_t i = 0; d->vendor_id == 0x8086 && i < ARRAY_SIZE(ids); i++) {
		if (ids[i] == d->device_id)
			return true;
	}
	return false;
}

/* PCI 2.3: Interrupt Status can be read and Interrupt Disable written; a function without
 * any MSI that is that old is the one that gets into trouble. PCIe requires it
 * (Base 7.5.1.1.3). */
static enum vck_result intx_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	const struct vck_pcicap *c = &d->cap;

	if (!c->intx_pin || c->msi.present == VCK_YES || c->msix.present == VCK_YES)
		return VCK_RESULT_PASS;
	if (c->exp.present == VCK_YES && !hides_intx(d))
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		hides_intx(d)
			? "its INTx cannot be masked: vfio-pci hides it"
			: "it has only a legacy interrupt: where that line is shared and the "
			  "device cannot mask it, the VMM gets EBUSY");
	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "config"), "pin %u, no MSI",
			     c->intx_pin);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		"modprobe -r vfio_pci; modprobe vfio_pci nointxmask=1",
		"take what shares the line from its driver, or move the card; nointxmask=1 where "
		"masking is broken");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_intx = {
	.id = "device.intx",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_HEADER | VCK_EV_CAPS,
	.applies = vck_applies_endpoint,
	.eval = intx_eval,
	.title = "the device does not depend on a shared legacy interrupt",
	.why = "A level interrupt that is shared with a host device must be masked at the device while the "
	       "guest handles it. Devices before PCI 2.3, and some that are broken, cannot: their line must "
	       "not be shared.",
	.remedy = "an unshared line; vfio_pci.nointxmask=1",
	.reference =
		"drivers/vfio/pci/vfio_pci_core.c:vfio_pci_nointx; drivers/pci/pci.c:"
		"pci_intx_mask_supported, 7.2",
	.messages = VCK_STRINGS(
		"Failed to set up TRIGGER eventfd signaling for interrupt INTX-0: "
		"VFIO_DEVICE_SET_IRQS failure: Device or resource busy",
		"Masking broken INTx support"),
	.symptoms = VCK_STRINGS("27"),
};

#define SRIOV_CTL_VFE 1u /* VF Enable, PCIe Base 9.3.3.3.1 */

static bool is_pf(const struct vck_subject *s)
{
	return vck_applies_pci(s) &&
	       (s->device->sriov_totalvfs || s->device->cap.sriov.present == VCK_YES);
}

/* Resources 7 to 12 of the file are the VF BARs (include/linux/pci.h: PCI_IOV_RESOURCES);
 * a kernel without CONFIG_PCI_IOV has none of them in it. Where VFs are, there was room. */
static enum vck_result sriov_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;

	if (d->cap.sriov.present != VCK_YES)
		return vck_result_of(d->cap.sriov.present == VCK_NO ? VCK_YES
								    : VCK_UNKNOWN);
	if (d->sriov_numvfs || d->cap.sriov.ctl & SRIOV_CTL_VFE)
		return VCK_RESULT_PASS;
	for (size_t i = 0; i < 6; i++) {
		if (!d->cap.sriov.vf_bar[i])
			continue;
		if (i && (d->cap.sriov.vf_bar[i - 1] & 7) == 4)
			continue; /* upper half of the one before */
		if (i + 7 >= d->n_resources) {
			vck_finding_summary(s, f, "resource has no line for VF BAR %zu",
					    i);
			return VCK_RESULT_UNKNOWN;
		}
		if (d->resources[i + 7].end)
			continue;
		vck_finding_summary(s, f, "VF BAR %zu has no address: VFs cannot be made",
				    i);
		vck_finding_evidence(s, f, vck_device_sysfs(s, d, "resource"),
				     "line %zu empty", i + 8);
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, NULL,
			"switch SR-IOV and \"Above 4G decoding\" on in the firmware's setup; "
			"pci=realloc,assign-busses on the kernel command line");
		return VCK_RESULT_FAIL;
	}
	return VCK_RESULT_PASS;
}

const struct vck_rule vck_rule_device_sriov_resources = {
	.id = "device.sriov-resources",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_EXTCAPS | VCK_EV_RESOURCES,
	.applies = is_pf,
	.eval = sriov_eval,
	.title = "there is room for the BARs of the VFs",
	.why = "Each VF BAR needs one window for all VFs, and the VFs may need bus numbers of their own. "
	       "Firmware that does not know SR-IOV leaves no room; writing sriov_numvfs then fails with "
	       "ENOMEM.",
	.remedy = "SR-IOV and Above 4G decoding in firmware; pci=realloc,assign-busses",
	.reference = "drivers/pci/iov.c:sriov_enable, 7.2",
	.messages = VCK_STRINGS(
		"not enough MMIO resources for SR-IOV", "SR-IOV: bus number out of range",
		"can't enable * VFs (bus *", "sriov_numvfs: Cannot allocate memory",
		"Cannot allocate memory* sriov_numvfs"),
	.symptoms = VCK_STRINGS("12"),
};

static const struct vck_resource *small_bar(const struct vck_device *d, unsigned page)
{
	for (size_t i = 0; i < d->n_resources && i < 6; i++) {
		const struct vck_resource *r = &d->resources[i];

		if (r->flags & 0x200 && r->end > r->start && r->end - r->start + 1 < page)
			return r;
	}
	return NULL;
}

static enum vck_result page_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_resource *r;

	if (!s->host->page_size)
		return VCK_RESULT_UNKNOWN;
	r = small_bar(s->device, s->host->page_size);
	if (!r)
		return VCK_RESULT_PASS;
	vck_finding_summary(
		s, f,
		"BAR %td is smaller than a page of %u KiB: it is slow in a guest where "
		"something else shares the page",
		r - s->device->resources, s->host->page_size >> 10);
	vck_finding_evidence(s, f, vck_device_sysfs(s, s->device, "resource"),
			     "0x%llx-0x%llx", (unsigned long long)r->start,
			     (unsigned long long)r->end);
	/* Its number is the order of the alignment (kernel-parameters.txt, 5.10 to 7.2) */
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"pci=resource_alignment=%d@%s on the kernel command line puts it alone on its "
		"page",
		__builtin_ctz(s->host->page_size), s->device->address);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_bar_page = {
	.id = "device.bar-page",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_RESOURCES,
	.applies = vck_applies_endpoint,
	.eval = page_eval,
	.title = "every BAR fills a page",
	.why = "Only whole pages can be mapped into a guest. A smaller BAR is mapped when vfio-pci can reserve "
	       "the rest of its page, else every access goes through the VMM.",
	.remedy = "pci=resource_alignment=",
	.reference = "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_probe_mmaps, 7.2",
	.messages = VCK_STRINGS("Failed to mmap * Performance may be slow"),
};

static enum vck_result window_eval(const struct vck_subject *s, struct vck_finding *f)
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < s->device->n_resources && i < 6; i++) {
		const struct vck_resource *r = &s->device->resources[i];

		if (r->flags & 0x200 && r->end > r->start)
			sum += r->end - r->start + 1;
	}
	if (sum < 1ull << 30) {
		vck_finding_summary(s, f, "its BARs take %llu KiB", sum >> 10);
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(
		s, f,
		"its BARs take %llu MiB: the guest needs a 64-bit window of at least that "
		"size",
		sum >> 20);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"a larger window for the guest (QEMU: -global q35-pcihost.pci-hole64-size=, "
		"OVMF: -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=MIB), or smaller BARs (resizable BAR)");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_device_bar_window = {
	.id = "device.bar-window",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_RESOURCES,
	.applies = vck_applies_endpoint,
	.eval = window_eval,
	.title = "the BARs fit into a guest's usual window",
	.why = "A guest's firmware places BARs into windows of a size that was chosen before it knew the "
	       "device. Cards with gigabytes of BAR then stay without an address in the guest.",
	.remedy = "a larger 64-bit window in the guest; a smaller resizable BAR",
	.reference = "PCI Firmware Specification 4.6; OVMF PciHostBridgeLib",
	.messages =
		VCK_STRINGS("can't assign; no space", "BAR *: can't assign; no space"),
	.symptoms = VCK_STRINGS("42"),
};
