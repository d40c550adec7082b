// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about the device's group: who else is in it, what firmware wants of it,
 * whether its interrupts are isolated. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "check/grouping.h"
#include "check/rules.h"
#include "check/units.h"

static enum vck_result in_use_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	const struct vck_device *held = vck_membership_held(&c);

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f, "whether a process has its group open is not known (run as root)");
	if (!held)
		return r;
	if (held == s->device)
		vck_finding_summary(s, f, "its group is open in %s", held->holders);
	else
		vck_finding_summary(s, f, "%s in the same group is open in %s", held->address,
				    held->holders);
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME, NULL,
			   "stop what holds it: a group has one user");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_in_use = {
	.id = "group.in-use",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.eval = in_use_eval,
	.title = "nobody holds the group",
	.why = "A group has one owner at a time: a second open of /dev/vfio/N fails with EBUSY, also while a "
	       "member is open through a node of its own (binding another to an iommufd then fails with EPERM), and "
	       "unbinding a device that a VM uses waits until the VM lets go. As long as VFIO owns the "
	       "group, no driver of the host binds to a member of it either (EBUSY, error -16).",
	.remedy = "stop the other VM",
	.reference = "drivers/vfio/group.c:vfio_group_fops_open, drivers/iommu/iommu.c:"
		     "iommu_device_use_default_domain, 7.2",
	/* kernel: vfio_main.c and vfio_pci.c, 5.10 to 7.2; libvirt virhostdev.c; qemu-server */
	.messages =
		VCK_STRINGS("failed to open /dev/vfio/*: Device or resource busy",
			    "Could not open '/dev/vfio/*': Device or resource busy",
			    "*Device or resource busy*/dev/vfio/*",
			    "currently in use, task * blocked until device is released",
			    "Relaying device request to user",
			    "No device request channel registered, blocked until released",
			    "PCI device * is in use by driver *, domain",
			    "PCI device * already in use by VMID",
			    "probe with driver * failed with error -16",
			    "probe of * failed with error -16"),
	.symptoms = VCK_STRINGS("31"),
};

static void name_offenders(const struct vck_subject *s, struct vck_finding *f,
			   const struct vck_case *c, const struct vck_device *first)
{
	size_t n = 0, n_bound;
	struct vck_device *const *bound = vck_membership_bound(c, &n_bound);

	for (size_t i = 0; i < n_bound && n < VCK_NAMED_MAX; i++) {
		const struct vck_device *d = bound[i];

		if (d == s->device || !d->driver || vck_driver_managed_dma(d->driver))
			continue;
		vck_finding_evidence(s, f, vck_device_sysfs(s, d, "driver"), "%s",
				     d->driver);
		n++;
	}
	vck_finding_summary(s, f, "%s in the same group is bound to %s%s", first->address,
			    first->driver, n > 1 ? ", and others are bound too" : "");
}

static const char *group_commands(const struct vck_subject *s, const struct vck_case *c)
{
	if (c->members.n_devices <= VCK_NAMED_MAX)
		return vck_bind_commands(s, c->members.devices, c->members.n_devices);
	return vck_shell_safe(s->device->address)
		       ? vck_arena_cat(&s->host->arena, "viommu-check bind --group ",
				       s->device->address, NULL)
		       : NULL;
}

static enum vck_result viable_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *offender = NULL;
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);

	if (r == VCK_RESULT_UNKNOWN && !f->summary && c.members.group &&
	    c.members.group->n_not_read)
		vck_finding_summary(s, f, "%s in the same group: its bus is not read",
				    c.members.group->not_read[0]);
	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(s, f,
				    c.members.incomplete
					    ? "members of the group could not be read"
					    : "who is in its group with it is not known");
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_membership_viable(&c, &offender);
	if (!offender)
		return VCK_RESULT_UNKNOWN;
	name_offenders(s, f, &c, offender);
	if (vck_device_behind_vmd(s->device)) {
		vck_finding_remedy(
			s, f, VCK_REMEDY_RUNTIME, NULL,
			"assign the VMD controller %s with everything behind it; taken from the vmd driver, "
			"what is behind it disappears from the host",
			s->device->real_dma_dev->address);
		return r;
	}
	if (vck_membership_has(&c.members, s->device->physfn)) {
		vck_finding_remedy(
			s, f, VCK_REMEDY_RUNTIME, NULL,
			"it shares the group with its PF %s: bind the PF to vfio-pci with "
			"enable_sriov=1 and make the VFs anew, or use a slot whose ports have ACS",
			s->device->physfn->address);
		return r;
	}
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME,
		group_commands(s, &c),
		"bind every endpoint of the group to its vfio driver, or leave it without a "
		"driver; ports may stay on pcieport%s",
		c.members.group && c.members.group->host_used ? "; the host uses some of them: stop that first" : "");
	return r;
}

/* A bridge is never handed out, so what is asked of its group does not matter. */
static bool may_have_group(const struct vck_subject *s)
{
	return !vck_device_is_bridge(s->device) &&
	       vck_device_gets_group(s->host, s->device) != VCK_NO;
}

const struct vck_rule vck_rule_group_viable = {
	.id = "group.viable",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.needs_device = VCK_EV_DRIVER | VCK_EV_GROUP,
	.applies = may_have_group,
	.eval = viable_eval,
	.title = "no other driver owns DMA in the group",
	.why = "Devices of one group can reach each other past the IOMMU, so the kernel hands a group out "
	       "only as a whole: every member unbound or bound to a vfio driver, pci-stub or pcieport. "
	       "Anything else, also a hotplug driver such as shpchp on a bridge, makes it not viable. A "
	       "graphics card's audio, USB and UCSI functions are the usual members.",
	.remedy =
		"bind all endpoints of the group (viommu-check bind --group), take other drivers off its "
		"bridges; or use a slot with a group of its own",
	.reference =
		"drivers/iommu/iommu.c:iommu_group_claim_dma_owner, 7.2; drivers/vfio/vfio.c:"
		"vfio_dev_viable, 5.10",
	.messages = VCK_STRINGS(
		"group * is not viable", "VFIO group is not viable!",
		"ensure all devices within the iommu_group are bound to their vfio bus driver",
		"Wrong driver * pcieport", "failed to add group * to VFIO container",
		"failed to setup container for group *: Failed to set group container: "
		"Operation not permitted",
		"error getting device from group *: Operation not permitted",
		"Verify all devices in group * are bound to vfio-",
		"cannot add VFIO group to container, error 1 ",
		"failed to add vfio group into vfio container: Operation not permitted",
		"error bind device * to iommufd*: Operation not permitted"),
	.symptoms = VCK_STRINGS("1", "2", "3"),
};

static void name_regions(const struct vck_subject *s, struct vck_finding *f,
			 const struct vck_group *g)
{
	const char *path = NULL;

	for (size_t i = 0; !s->quiet && i < g->n_regions; i++) {
		if (!streq0(g->regions[i].type, "direct"))
			continue;
		if (!path)
			path = vck_arena_cat(&s->host->arena, "/sys/kernel/iommu_groups/", g->id,
					     "/reserved_regions", NULL);
		vck_finding_evidence(s, f, path, "0x%llx-0x%llx direct",
				     (unsigned long long)g->regions[i].start,
				     (unsigned long long)g->regions[i].end);
	}
}

static enum vck_result regions_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_step *step = NULL;
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, &step);
	const struct vck_group *g = c.members.group;
	bool amd = g && s->device->unit && s->device->unit->driver == VCK_IOMMU_AMD;

	if (r != VCK_RESULT_NA && g)
		name_regions(s, f, g);
	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f, "memory that firmware wants mapped for it is not known");
	if (r != VCK_RESULT_FAIL)
		return r;
	vck_finding_summary(
		s, f,
		"firmware wants memory mapped one to one for its group (%s): the kernel "
		"does not hand it out",
		amd ? "IVMD" : "RMRR or RMR");
	vck_finding_remedy(
		s, f, VCK_REMEDY_FIRMWARE, NULL,
		"switch off the firmware feature that shares memory with the device (HP: "
		"\"Shared Memory Features\", conrep); else another slot or device");
	return r;
}

const struct vck_rule vck_rule_group_reserved_regions = {
	.id = "group.reserved-regions",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = may_have_group,
	.eval = regions_eval,
	.title = "firmware wants no memory mapped one to one for the group",
	.why = "An RMRR, IVMD or RMR of type direct is memory that the device and firmware share behind the "
	       "kernel's back. Up to 6.5 only VT-d refused such a device, with EPERM at VFIO_SET_IOMMU (5.19 "
	       "to 6.1: already at VFIO_GROUP_SET_CONTAINER); from 6.6 on every IOMMU does, with EINVAL when "
	       "the group is claimed. direct-relaxable (USB, graphics) does not count.",
	.remedy = "a firmware setting of the vendor; another slot",
	.reference =
		"drivers/iommu/iommu.c:__iommu_device_set_domain, 7.2; drivers/iommu/intel/iommu.c:"
		"device_is_rmrr_locked, 6.1",
	.messages = VCK_STRINGS(
		"Firmware has requested this device have a 1:1 IOMMU mapping, rejecting "
		"configuring the device",
		"Device is ineligible for IOMMU domain attach due to platform RMRR requirement",
		/* drivers/iommu/iommu.c, 6.12 and 7.2 */
		"IOMMU driver was not able to establish FW requested direct mapping",
		"Failed to set group container: Invalid argument",
		"cannot add VFIO group to container, error 22 ",
		"failed to add vfio group into vfio container: Invalid argument",
		"error bind device * to iommufd*: Invalid argument"),
	.symptoms = VCK_STRINGS("5"),
};

static const char *unsafe_module(const struct vck_case *c)
{
	return c->path == VCK_PATH_CONTAINER ? "vfio_iommu_type1" : "iommufd";
}

/* Options of a command come behind those of modprobe.d, and the last one counts. */
static const char *unsafe_command(const struct vck_subject *s, const struct vck_case *c,
				  const char *value)
{
	const struct vck_vfio *v = &s->host->vfio;
	enum vck_tri loaded =
		c->path == VCK_PATH_CONTAINER ? v->type1_loaded : v->iommufd_loaded;

	if (s->quiet)
		return NULL;
	if (loaded == VCK_NO)
		return vck_arena_printf(&s->host->arena,
					"modprobe %s allow_unsafe_interrupts=%s",
					unsafe_module(c), value);
	return vck_arena_printf(
		&s->host->arena,
		"echo %s > /sys/module/%s/parameters/allow_unsafe_interrupts", value,
		unsafe_module(c));
}

static void say_unsafe(const struct vck_subject *s, struct vck_finding *f,
		       const struct vck_case *c)
{
	vck_finding_summary(s, f, "MSIs are not isolated, and the parameter allows it");
	(void)vck_finding_param(s, f, unsafe_module(c), "allow_unsafe_interrupts", "Y");
}

/* Remapping is on, and what is behind a VMD does not take part. */
static void say_vmd(const struct vck_subject *s, struct vck_finding *f,
		    const struct vck_device *vmd)
{
	vck_finding_summary(s, f,
			    "the VMD controller %s sends the interrupts of what is behind it, "
			    "not isolated",
			    vmd->address);
	vck_finding_by_vmd(s, f, vmd);
}

static enum vck_result msi_eval(const struct vck_subject *s, struct vck_finding *f)
{
	bool x86 = s->host->arch == VCK_ARCH_X86_64;
	struct vck_case c;
	enum vck_result r = vck_rule_step(s, f, &c, NULL);
	bool by_vmd = c.members.group && c.members.group->vmd &&
		      c.members.group->isolated_apart == VCK_YES;

	if (r == VCK_RESULT_UNKNOWN && !f->summary)
		vck_finding_summary(
			s, f,
			vck_membership_isolated(&c) == VCK_NO
				? "MSIs are not isolated, and whether the parameter allows it is not known"
				: "whether MSIs are isolated is not known");
	if (r == VCK_RESULT_PASS && vck_membership_isolated(&c) == VCK_NO)
		say_unsafe(s, f, &c);
	if (r != VCK_RESULT_FAIL)
		return r;
	if (by_vmd) {
		say_vmd(s, f, c.members.group->vmd);
		return r;
	}
	vck_finding_summary(
		s, f,
		x86 ? "interrupts are not remapped: its MSIs are not isolated"
		    : "its MSI controller does not isolate devices from each other");
	(void)vck_finding_param(s, f, unsafe_module(&c), "allow_unsafe_interrupts",
				"not set");
	if (x86 && s->host->in_guest != VCK_YES &&
	    !vck_cmdline_has(s->host, "intremap", "off"))
		vck_finding_remedy(
			s, f, VCK_REMEDY_FIRMWARE, unsafe_command(s, &c, "1"),
			"switch interrupt remapping (x2APIC) on in firmware; last resort, for "
			"guests that are trusted: the parameter");
	else
		vck_finding_remedy(
			s, f, VCK_REMEDY_RUNTIME, unsafe_command(s, &c, "1"),
			"for guests that are trusted: a guest can then send the host any "
			"interrupt");
	return r;
}

const struct vck_rule vck_rule_group_isolated_msi = {
	.id = "group.isolated-msi",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_BLOCKER,
	.applies = may_have_group,
	.eval = msi_eval,
	.title = "interrupts of the group are isolated, or unsafe ones allowed",
	.why = "An MSI is a write to memory: unless the platform checks who sends which, a guest can raise "
	       "any vector of the host. Isolation comes from Intel's and AMD's interrupt remapping and the "
	       "GICv3 ITS; GICv2m, vendors' MSI controllers, an ITS behind the SynQuacer's pre-ITS and x86 "
	       "guests with virtio-iommu have none. The "
	       "type1 container and iommufd have a parameter each; setting one does not help the other.",
	.remedy =
		"interrupt remapping on; last resort allow_unsafe_interrupts of the path in use",
	.reference =
		"drivers/vfio/vfio_iommu_type1.c, drivers/iommu/iommufd/device.c, kernel/irq/msi.c, "
		"drivers/irqchip/irq-gic-v3-its.c, 6.12",
	.messages =
		VCK_STRINGS("No interrupt remapping support. Use the module param "
			    "\"allow_unsafe_interrupts\"",
			    "No interrupt remapping for container being created",
			    "Failed to set iommu for container: Operation not permitted",
			    "failed to set iommu for container: Operation not permitted",
			    "MSI interrupts are not secure",
			    "error bind device * to iommufd*: Operation not permitted"),
	.symptoms = VCK_STRINGS("6"),
};

static enum vck_result unsafe_eval(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_case c;
	const char *file;

	if (vck_case_init(&c, s->host, s->device, false) < 0)
		return VCK_RESULT_UNKNOWN;
	if (c.noiommu)
		return VCK_RESULT_NA;
	if (vck_case_rule(&c, &vck_rule_group_isolated_msi, NULL) != VCK_YES ||
	    vck_membership_isolated(&c) != VCK_NO)
		return vck_membership_isolated(&c) == VCK_UNKNOWN ? VCK_RESULT_UNKNOWN : VCK_RESULT_PASS;
	vck_finding_summary(s, f, "accepted only because allow_unsafe_interrupts is set");
	file = vck_finding_param(s, f, unsafe_module(&c), "allow_unsafe_interrupts", "Y");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, file ? NULL : unsafe_command(s, &c, "0"),
		"take the parameter back%s%s%s unless every guest is trusted with the host",
		file ? ", in " : "", file ? file : "", file ? "," : "");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_unsafe_interrupts = {
	.id = "group.unsafe-interrupts",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_WARNING,
	.applies = may_have_group,
	.eval = unsafe_eval,
	.title = "the device is not accepted at the price of unsafe interrupts",
	.why = "With allow_unsafe_interrupts a guest that owns a device can send interrupts to the host: "
	       "enough to take it over. It is for guests that are trusted.",
	.remedy = "interrupt remapping, and the parameter off",
	.reference = "drivers/vfio/vfio_iommu_type1.c:allow_unsafe_interrupts, 7.2",
};

/* --- rules on the group itself --- */

static size_t endpoints(const struct vck_group *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_devices; i++)
		n += !vck_device_is_bridge(g->devices[i]);
	return n;
}

/* One endpoint, unless a member on a bus that is not read is another. */
static enum vck_result alone(const struct vck_subject *s, struct vck_finding *f)
{
	if (!s->group->n_not_read)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f, "%s in the same group: its bus is not read",
			    s->group->not_read[0]);
	return VCK_RESULT_UNKNOWN;
}

static enum vck_result isolation_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_group *g = s->group;

	if (endpoints(g) < 2)
		return alone(s, f);
	vck_finding_summary(s, f, "%zu endpoints share the group%s%s", endpoints(g),
			    g->why ? ": " : "", g->why ? g->why : "");
	vck_finding_remedy(s, f, VCK_REMEDY_HARDWARE, NULL, "%s",
			   g->separate
				   ? g->separate
				   : "another slot, or \"ACS\" in the firmware's setup");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_isolation = {
	.id = "group.isolation",
	.scope = VCK_SCOPE_GROUP,
	.severity = VCK_SEV_NOTE,
	.eval = isolation_eval,
	.title = "the group holds one endpoint",
	.why = "A group is what the IOMMU and the PCIe fabric can tell apart. A port without ACS redirect, a "
	       "conventional bridge or functions of one device without ACS put several devices into one, and "
	       "they can only be assigned together. `viommu-check groups` names the hop.",
	.remedy =
		"another slot; ACS in the firmware's setup; pci=config_acs= on ports that have ACS "
		"and leave it off",
	.reference = "drivers/iommu/iommu.c:pci_device_group, 5.10 to 7.3",
	.messages = VCK_STRINGS("behind a switch lacking ACS and cannot be assigned",
				"PCI device * is not assignable"),
	.symptoms = VCK_STRINGS("36", "37"),
};

static enum vck_result override_eval(const struct vck_subject *s, struct vck_finding *f)
{
	static const char *const keys[] = {"pcie_acs_override", "disable_acs_redir",
					   "config_acs"};
	size_t len;
	const char *v = vck_cmdline_get(s->host, keys[0], 0, &len);
	const char *key = v ? keys[0] : NULL;

	for (unsigned i = 0; !key && (v = vck_cmdline_get(s->host, "pci", i, &len));
	     i++) {
		for (size_t k = 1; !key && k < ARRAY_SIZE(keys); k++) {
			if (memmem(v, len, keys[k], strlen(keys[k])))
				key = keys[k];
		}
	}
	if (!key)
		return VCK_RESULT_PASS;
	vck_finding_evidence(s, f, "/proc/cmdline", "%s", key);
	if (key != keys[0]) {
		/* drivers/pci/pci.c:__pci_config_acs() writes the ACS control registers, and
		 * pci_acs_flags_enabled() reads them back. */
		f->severity = VCK_SEV_NOTE;
		vck_finding_summary(
			s, f,
			"pci=%s is on the kernel command line: it decides which ports "
			"isolate, and groups follow it",
			key);
		vck_finding_remedy(
			s, f, VCK_REMEDY_BOOT, NULL,
			"take %s out if the group is larger than the hardware asks for",
			key);
		return VCK_RESULT_FAIL;
	}
	vck_finding_summary(
		s, f,
		"%s is on the kernel command line: groups may not be what the hardware "
		"isolates",
		key);
	vck_finding_remedy(
		s, f, VCK_REMEDY_BOOT, NULL,
		"take %s out; until then a guest's device may reach the memory of others",
		key);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_acs_override = {
	.id = "group.acs-override",
	.scope = VCK_SCOPE_GROUP,
	.severity = VCK_SEV_WARNING,
	.needs_host = VCK_EV_CMDLINE,
	.eval = override_eval,
	.title = "the boundaries of the group are the hardware's",
	.why = "pcie_acs_override (a patch outside of the kernel) makes the kernel believe in isolation that is "
	       "not there: the groups look small while devices can still write to each other's memory. "
	       "pci=config_acs (6.11 and newer) and pci=disable_acs_redir do write the registers of the ports: "
	       "groups show what they left, which may be less isolation than the hardware offers, or more than "
	       "the firmware set up.",
	.remedy = "take pcie_acs_override out of the kernel command line",
	.reference = "drivers/pci/pci.c:pci_enable_acs and __pci_config_acs, 6.12 and 7.2; "
		     "Documentation/admin-guide/kernel-parameters.txt, 7.2",
	.messages = VCK_STRINGS(
		"Warning: PCIe ACS overrides enabled; This may allow non-IOMMU protected "
		"peer-to-peer DMA",
		"Configured ACS to 0x*"),
	.symptoms = VCK_STRINGS("37"),
};

/* Functions of other groups that a finding names. */
#define NEIGHBOURS_MAX 3

/* Those that the model puts together with @d and the kernel into another group: up to @max.
 * The search ends there, so it is over soon however many there are. */
static size_t neighbours(const struct vck_device *d, const struct vck_device **ret,
			 size_t max)
{
	const struct vck_group *all = d->predicted;
	size_t n = 0;

	for (size_t i = 0; i < all->n_devices && n < max; i++) {
		const struct vck_device *o = all->devices[i];

		if (vck_group_is_real(o->group) && o->group != d->group &&
		    !vck_device_is_bridge(o))
			ret[n++] = o;
	}
	return n;
}

/* An endpoint of the group that has neighbours, or NULL; *unplaced: one of which the
 * model cannot say where it belongs, or NULL. */
static const struct vck_device *with_neighbours(const struct vck_group *g,
						const struct vck_device **unplaced)
{
	for (size_t i = 0; i < g->n_devices; i++) {
		const struct vck_device *d = g->devices[i];

		if (d->bus != VCK_BUS_PCI || vck_device_is_bridge(d))
			continue;
		if (!d->predicted)
			*unplaced = d;
		else if (d->predicted->parted)
			return d;
	}
	return NULL;
}

static enum vck_result peer_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d, *unplaced = NULL, *others[NEIGHBOURS_MAX + 1];
	cleanup_buf struct vck_buf names = {0};
	size_t n;

	if (!vck_group_is_real(s->group) || vck_group_by_other_rules(s->host, s->group))
		return VCK_RESULT_NA;
	d = with_neighbours(s->group, &unplaced);
	if (!d && !unplaced)
		return VCK_RESULT_PASS;
	if (!d) {
		vck_finding_summary(s, f, "what the hardware joins %s with is not known",
				    unplaced->address);
		return VCK_RESULT_UNKNOWN;
	}
	if (vck_group_by_topology(s->host, d) != VCK_YES) {
		vck_finding_summary(s, f, "whether the IOMMU driver of %s groups by what ACS isolates is not known",
				    d->address);
		return VCK_RESULT_UNKNOWN;
	}
	n = neighbours(d, others, ARRAY_SIZE(others));
	for (size_t i = 0; i < n && i < NEIGHBOURS_MAX; i++) {
		vck_buf_addf(&names, "%s%s", i ? ", " : "", others[i]->address);
		vck_finding_evidence(s, f,
				     vck_device_sysfs(s, others[i], "iommu_group"), "%s",
				     others[i]->group->id);
	}
	vck_finding_summary(s, f, "the hardware does not isolate %s from %s%s: %s",
			    d->address, vck_buf_str(&names),
			    n > NEIGHBOURS_MAX ? " and others" : "", d->predicted->why);
	vck_finding_remedy(s, f, VCK_REMEDY_RUNTIME, NULL,
			   "give all of them to the same guest, or none to any");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_peer_to_peer = {
	.id = "group.peer-to-peer",
	.scope = VCK_SCOPE_GROUP,
	.severity = VCK_SEV_WARNING,
	.eval = peer_eval,
	.title = "the hardware isolates the group from every other one",
	.why = "Devices that the kernel put into different groups can still reach each other where no ACS "
	       "redirects between them: with pcie_acs_override, which makes the kernel believe in it; and on "
	       "Arm before 6.15, where a device that was probed before the ports above it had a group got "
	       "one of its own. A guest with one of them can then write to the memory of the others. A quirk "
	       "that is newer than this program may also say that the hardware does isolate them. Not for IOMMU "
	       "drivers that make groups by rules of their own, as on s390 and POWER.",
	.remedy = "the same guest for all of them",
	.reference = "drivers/iommu/iommu.c:pci_device_group, 5.10 to 7.3; which drivers ask it: "
		     "device_group in drivers/iommu/, 5.10 to 7.2",
};

static enum vck_result spaces_eval(const struct vck_subject *s, struct vck_finding *f)
{
	if (endpoints(s->group) < 2)
		return alone(s, f);
	vck_finding_summary(s, f, "its %zu endpoints need one address space in the guest",
			    endpoints(s->group));
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"with a virtual IOMMU, put them behind one pcie-pci-bridge in the guest");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_group_address_spaces = {
	.id = "group.address-spaces",
	.scope = VCK_SCOPE_GROUP,
	.severity = VCK_SEV_NOTE,
	.eval = spaces_eval,
	.title = "the group fits behind a virtual IOMMU as it is",
	.why = "The host cannot tell the members of a group apart, so a guest's virtual IOMMU must not "
	       "either: QEMU refuses devices of one group that are in different address spaces.",
	.remedy = "the same conventional bridge in the guest for all of them",
	.reference = "PCIe Base 6.12 (ACS); QEMU hw/vfio/container.c, 10.0",
	.messages = VCK_STRINGS("group * used in multiple address spaces"),
	.symptoms = VCK_STRINGS("32"),
};
