// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about limits of the host that a VM meets after its device was accepted. */
#include "config.h"

#include <inttypes.h>

#include "check/rules.h"
#include "check/units.h"

static enum vck_result memlock_eval(const struct vck_subject *s, struct vck_finding *f)
{
	uint64_t limit = s->host->memlock;

	if (limit == UINT64_MAX ||
	    (limit >= s->host->memory_top && s->host->memory_top)) {
		vck_finding_summary(s, f, "memlock limit covers all of memory");
		return VCK_RESULT_PASS;
	}
	vck_finding_summary(s, f,
			    "memlock limit is %" PRIu64
			    " MiB: a VMM that is not root maps no more "
			    "guest memory than that",
			    limit >> 20);
	vck_finding_evidence(s, f, "/proc/self/limits", "Max locked memory %" PRIu64,
			     limit);
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, "ulimit -l unlimited",
		"raise it where the VMM starts: LimitMEMLOCK= of its service, libvirt's "
		"hard_limit; guest memory once for each device behind a virtual IOMMU");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_memlock = {
	.id = "host.memlock",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_NOTE,
	.needs_host = VCK_EV_LIMITS,
	.eval = memlock_eval,
	.title = "the limit of locked memory leaves room for a guest",
	.why = "VFIO pins all of the guest's memory, and counts it against RLIMIT_MEMLOCK unless the VMM "
	       "has CAP_IPC_LOCK, once for each container. The limit that counts is that of the service which "
	       "starts the VMM, not of this shell.",
	.remedy = "raise LimitMEMLOCK of the service or hard_limit of the domain",
	.reference = "drivers/vfio/vfio_iommu_type1.c:vfio_pin_pages_remote, 7.2",
	.messages =
		VCK_STRINGS("VFIO_MAP_DMA failed: Cannot allocate memory",
			    "RLIMIT_MEMLOCK (*) exceeded",
			    "vfio_container_dma_map(*) = -12 (Cannot allocate memory)",
			    "vfio_dma_map(*) = -12 (Cannot allocate memory)",
			    "set up DMA remapping, error 12 ",
			    "IOMMU_IOAS_MAP failed: Cannot allocate memory"),
	.symptoms = VCK_STRINGS("14"),
};

#define ENTRY_LIMIT_DEFAULT 65535u /* vfio_iommu_type1.c:dma_entry_limit */

static enum vck_result entries_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_param *p =
		vck_host_configured(s->host, "vfio_iommu_type1", "dma_entry_limit");
	const char *v =
		p ? p->value
		  : vck_host_param(s->host, "vfio_iommu_type1", "dma_entry_limit");
	uint64_t n;

	/* vfio_compat.c:iommufd_fill_cap_dma_avail */
	if (s->host->vfio.container_of == VCK_CONTAINER_IOMMUFD) {
		vck_finding_summary(s, f, "iommufd serves the container, and has no such limit");
		return VCK_RESULT_NA;
	}
	if (!v || vck_parse_u64(v, 10, UINT64_MAX, &n) < 0)
		return VCK_RESULT_UNKNOWN;
	(void)vck_finding_param(s, f, "vfio_iommu_type1", "dma_entry_limit", v);
	vck_finding_summary(s, f, "a container holds %" PRIu64 " DMA mappings", n);
	if (n >= ENTRY_LIMIT_DEFAULT)
		return VCK_RESULT_PASS;
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		p ? NULL
		  : "echo 65535 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit",
		"raise it; confidential guests and discarded memory need more than the "
		"default of 65535");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_dma_entry_limit = {
	.id = "host.dma-entry-limit",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_NOTE,
	.eval = entries_eval,
	.title = "the limit of DMA mappings is not below its default",
	.why = "Guests that give memory back page by page (balloon, virtio-mem, confidential guests) make "
	       "many small mappings; type1 takes dma_entry_limit of them a container, then says ENOSPC.",
	.remedy = "raise vfio_iommu_type1.dma_entry_limit; use huge pages",
	.reference = "drivers/vfio/vfio_iommu_type1.c:vfio_dma_do_map, 7.2",
	.messages =
		VCK_STRINGS("VFIO_MAP_DMA failed: No space left on device",
			    "possibly running out of DMA mappings",
			    "vfio_container_dma_map(*) = -28 (No space left on device)",
			    "vfio_dma_map(*) = -28 (No space left on device)",
			    "set up DMA remapping, error 28 "),
	.symptoms = VCK_STRINGS("16"),
};

static const struct vck_unit *narrowest(const struct vck_host *h)
{
	const struct vck_unit *n = NULL;

	for (size_t i = 0; i < h->n_units; i++) {
		const struct vck_unit *u = h->units[i];

		if (u->active && u->address_width &&
		    (!n || u->address_width < n->address_width))
			n = u;
	}
	return n;
}

static bool has_units(const struct vck_subject *s)
{
	return s->host->n_units > 0;
}

static enum vck_result width_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_unit *u = narrowest(s->host);
	uint64_t top = s->host->memory_top;

	if (!u) {
		vck_finding_summary(s, f, "address width: no unit of this host tells");
		return VCK_RESULT_UNKNOWN;
	}
	vck_finding_evidence(s, f, NULL, "%s: %u bits", u->name, u->address_width);
	vck_finding_summary(s, f, "%s translates %u bits of address", u->name,
			    u->address_width);
	if (u->address_width >= 64 || top <= 1ull << u->address_width) {
		if (u->address_width >= 46)
			return VCK_RESULT_PASS;
		f->severity = VCK_SEV_NOTE;
	}
	vck_finding_summary(
		s, f,
		"%s translates only %u bits: guest memory or BARs above %" PRIu64
		" GiB fail to map",
		u->name, u->address_width,
		(uint64_t)1 << (u->address_width > 30 ? u->address_width - 30 : 0));
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"give the guest no wider addresses: QEMU -cpu host,host-phys-bits-limit=%u "
		"or guest-phys-bits=%u, and a smaller pcihole64",
		u->address_width, u->address_width);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_host_address_width = {
	.id = "host.address-width",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_MEMORY,
	.applies = has_units,
	.eval = width_eval,
	.title = "the IOMMU's addresses reach as far as the guest's",
	.why = "A guest that puts a 64-bit BAR or memory above the IOMMU's input width, or into a reserved "
	       "region, gets EINVAL for that mapping. Client parts have 39 bits; firmware of guests likes "
	       "to put BARs at the top of the guest's physical width.",
	.remedy = "limit the guest's physical address width",
	.reference = "VT-d specification 11.4.2 (MGAW, SAGAW); AMD 48882 (EFR.HATS)",
	.messages = VCK_STRINGS("VFIO_MAP_DMA failed: Invalid argument",
				"vfio_container_dma_map(*) = -22 (Invalid argument)",
				"vfio_dma_map(*) = -22 (Invalid argument)",
				"set up DMA remapping, error 22 ",
				"*Invalid argument*vfio_container_dma_map(*",
				"vfio_container_dma_map(*, 0x380000000000, *)",
				"Failed to map * -22 *guest-phys-bits*",
				"PCI peer-to-peer transactions on BARs are not supported"),
	.symptoms = VCK_STRINGS("13"),
};

static bool in_guest_vtd(const struct vck_subject *s)
{
	if (s->host->in_guest != VCK_YES)
		return false;
	for (size_t i = 0; i < s->host->n_units; i++) {
		if (s->host->units[i]->driver == VCK_IOMMU_INTEL &&
		    s->host->units[i]->active)
			return true;
	}
	return false;
}

static enum vck_result caching_eval(const struct vck_subject *s, struct vck_finding *f)
{
	for (size_t i = 0; i < s->host->n_units; i++) {
		const struct vck_unit *u = s->host->units[i];

		if (u->driver != VCK_IOMMU_INTEL || !u->active)
			continue;
		if (u->not_present_caching == VCK_UNKNOWN)
			return VCK_RESULT_UNKNOWN;
		if (u->not_present_caching == VCK_YES)
			continue;
		vck_finding_evidence(s, f, NULL, "%s: CAP.CM 0", u->name);
		vck_finding_summary(
			s, f,
			"this guest's %s has no caching mode: a VMM cannot put an "
			"assigned device behind it",
			u->name);
		vck_finding_remedy(
			s, f, VCK_REMEDY_HARDWARE, NULL,
			"start this virtual machine with intel-iommu,caching-mode=on");
		return VCK_RESULT_FAIL;
	}
	vck_finding_summary(
		s, f, "virtual IOMMU with caching mode: mappings are slow and strict");
	return VCK_RESULT_PASS;
}

const struct vck_rule vck_rule_host_caching_mode = {
	.id = "host.caching-mode",
	.scope = VCK_SCOPE_HOST,
	.severity = VCK_SEV_NOTE,
	.applies = in_guest_vtd,
	.eval = caching_eval,
	.title = "in a guest: the virtual VT-d has caching mode",
	.why = "A hypervisor that assigns a real device behind an emulated VT-d must see every new mapping, "
	       "also those that were not present before. CAP.CM makes the guest report them; QEMU refuses to "
	       "assign without it. CAP.CM or NpCache set is also the sure sign of a virtual IOMMU.",
	.remedy = "intel-iommu,caching-mode=on in the virtual machine's definition",
	.reference = "VT-d specification 6.1; drivers/iommu/intel/cache.c, 7.2",
	.messages = VCK_STRINGS(
		"We need to set caching-mode=on for intel-iommu to enable device assignment",
		"IOMMU batching disallowed due to virtualization"),
	.symptoms = VCK_STRINGS("33"),
};
