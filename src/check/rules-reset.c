// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules about what a reset between two users can do. */
#include "config.h"

#include "base/buf.h"
#include "check/rules.h"

#define PMCSR_NO_SOFT_RESET 0x0008u /* PCI PM 1.2, PMCSR bit 3 */

static const char *methods_text(const struct vck_subject *s)
{
	const struct vck_reset *r = &s->device->reset;
	cleanup_buf struct vck_buf b = {0};

	for (size_t i = 0; r->methods && i < r->n_methods; i++)
		vck_buf_addf(&b, "%s%s", i ? " " : "", r->methods[i]);
	return vck_arena_strdup(&s->host->arena, b.len ? vck_buf_str(&b) : "none");
}

static enum vck_result method_eval(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_device *d = s->device;
	const char *text = methods_text(s);

	vck_finding_evidence(s, f, vck_device_sysfs(s, d, "reset_method"), "%s", text);
	if (d->cap.pm.present == VCK_YES && d->cap.pm.pmcsr & PMCSR_NO_SOFT_RESET)
		vck_finding_evidence(s, f, vck_device_sysfs(s, d, "config"),
				     "NoSoftRst+");
	if (d->reset.works == VCK_YES) {
		vck_finding_summary(s, f, "it can be reset: %s", text);
		return VCK_RESULT_PASS;
	}
	if (d->reset.works == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	vck_finding_summary(s, f, "no way to reset it: %s",
			    d->reset.methods && d->reset.n_methods
				    ? "a bus reset needs it alone on its bus"
				    : "the kernel has no method for it");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"assign everything on its bus together, so that a bus reset can be used; a module "
		"such as vendor-reset where there is one; else the next user finds it as the last "
		"one left it");
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_reset_method = {
	.id = "reset.method",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_RESET,
	.applies = vck_applies_endpoint,
	.eval = method_eval,
	.title = "the device can be reset between users",
	.why = "Between two users the device should lose its state and stop its DMA. VFIO tries a reset when "
	       "the device is opened and goes on without one: memory of the last guest may stay in the "
	       "device, and many devices do not start twice.",
	.remedy = "a device with FLR; the whole bus together; vendor-reset",
	.reference =
		"drivers/pci/pci.c:pci_reset_fn_methods; drivers/vfio/pci/vfio_pci_core.c:"
		"vfio_pci_core_enable, 7.2",
	.messages = VCK_STRINGS(
		"Cannot reset device *, no available reset mechanism",
		"Unable to reset PCI device *: no FLR, PM reset or bus reset available",
		/* pci.c and vfio_pci_config.c, 5.10 to 7.2; qemu-server */
		"timed out waiting for pending transaction; performing * level reset anyway",
		"reset recovery - restoring BARs", "can't reset PCI device '"),
	.symptoms = VCK_STRINGS("17", "19"),
};

/* Somebody on the same bus whom this device's user would not own. */
static const struct vck_device *bus_mate(const struct vck_subject *s)
{
	const struct vck_device *d = s->device;
	struct vck_device *const *mates;
	size_t n = vck_host_on_bus(s->host, d->bdf.domain, d->bdf.bus, &mates);

	for (size_t i = 0; i < n; i++) {
		const struct vck_device *o = mates[i];

		if (o != d && o->upstream == d->upstream && !o->physfn &&
		    (o->group != d->group || !o->group))
			return o;
	}
	return NULL;
}

static bool function_reset(const struct vck_device *d)
{
	return d->reset.works == VCK_YES && streq0(d->reset.scope, "function");
}

static enum vck_result dependencies_eval(const struct vck_subject *s,
					 struct vck_finding *f)
{
	const struct vck_device *d = s->device, *mate;

	if (!d->upstream || function_reset(d))
		return VCK_RESULT_PASS;
	mate = bus_mate(s);
	if (!mate)
		return VCK_RESULT_PASS;
	vck_finding_summary(s, f,
			    "only a bus reset is left, and that also resets %s of %s%s",
			    mate->address, mate->group ? "group " : "no group",
			    mate->group ? mate->group->id : "");
	vck_finding_evidence(s, f, vck_device_sysfs(s, mate, ""), "on the same bus");
	vck_finding_remedy(
		s, f, VCK_REMEDY_RUNTIME, NULL,
		"assign %s to the same user, bound to a vfio driver; or move one of the cards",
		mate->address);
	return VCK_RESULT_FAIL;
}

const struct vck_rule vck_rule_reset_dependencies = {
	.id = "reset.dependencies",
	.scope = VCK_SCOPE_DEVICE,
	.severity = VCK_SEV_NOTE,
	.needs_device = VCK_EV_RESET | VCK_EV_PATH | VCK_EV_GROUP,
	.applies = vck_applies_endpoint,
	.eval = dependencies_eval,
	.title = "a reset of the device reaches nobody else",
	.why = "A bus or slot reset hits every function behind the bridge. VFIO does one only when all of them "
	       "are bound to vfio-pci and owned by the same user; one on pci-stub or in another group is "
	       "enough to prevent it.",
	.remedy = "assign all functions of the bus together",
	.reference = "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_ioctl_pci_hot_reset, 7.2",
	.messages = VCK_STRINGS(
		"Cannot reset device *, depends on group * which is not owned",
		"depends on device * which is not owned",
		"Active * devices on bus with *, not doing bus reset"),
	.symptoms = VCK_STRINGS("18", "19"),
};
