// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of rules, and what the families of rules share. */
#include "config.h"

#include "base/buf.h"
#include "check/rules.h"
#include "check/units.h"

#define VCK_RULE_POINTER(name) &vck_rule_##name,

const struct vck_rule *const vck_rules[] = {
	VCK_RULES(VCK_RULE_POINTER) NULL,
};

static bool needs_iommu(const char *rule)
{
	for (const struct vck_step *p = vck_steps; p->rule; p++) {
		if (streq(p->rule, rule) && p->iommu_only)
			return true;
	}
	return false;
}

static void say_kernel(const struct vck_subject *s, struct vck_finding *f)
{
	const struct vck_host *h = s->host;

	if (h->arch == VCK_ARCH_OTHER)
		vck_finding_summary(s, f, "architecture %s is not in the tables",
				    h->arch_name);
	else if (h->kver && !vck_kver_known(h->kver))
		vck_finding_summary(s, f,
				    "kernel %s is outside of what is known (5.10 to 7.3)",
				    h->release);
	else if (!h->kver)
		vck_finding_summary(s, f,
				    "depends on the kernel's release, which is not known "
				    "(--kernel RELEASE states it)");
}

enum vck_result vck_rule_step(const struct vck_subject *s, struct vck_finding *f,
			      struct vck_case *c, const struct vck_step **step)
{
	const struct vck_step *found = NULL;
	enum vck_result r;

	if (vck_case_init(c, s->host, s->device, false) < 0)
		return VCK_RESULT_UNKNOWN;
	if (c->noiommu && needs_iommu(f->rule->id))
		return VCK_RESULT_NA;
	r = vck_result_of(vck_case_rule(c, f->rule->id, &found));
	if (step)
		*step = found;
	if (r == VCK_RESULT_UNKNOWN)
		say_kernel(s, f);
	return r;
}

bool vck_applies_pci(const struct vck_subject *s)
{
	return s->device->bus == VCK_BUS_PCI;
}

bool vck_applies_endpoint(const struct vck_subject *s)
{
	return vck_applies_pci(s) && !vck_device_is_bridge(s->device);
}

static const char *bus_dir(const struct vck_device *d)
{
	static const char *const names[] = {"pci", "platform", "amba"};

	return names[d->bus];
}

const char *vck_device_sysfs(const struct vck_subject *s, const struct vck_device *d,
			     const char *attribute)
{
	return vck_arena_printf(&s->host->arena, "/sys/bus/%s/devices/%s%s%s", bus_dir(d),
				d->address, *attribute ? "/" : "", attribute);
}

const char *vck_device_best_driver(const struct vck_device *d)
{
	static const char *const plain[] = {"vfio-pci", "vfio-platform", "vfio-amba"};

	return d->vfio_driver ? d->vfio_driver : plain[d->bus];
}

bool vck_shell_safe(const char *word)
{
	static const char ok[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"_.:@+-,";

	return *word && *word != '-' && word[strspn(word, ok)] == '\0';
}

void vck_bind_lines(struct vck_buf *b, const struct vck_device *d)
{
	const char *dir = bus_dir(d), *driver = vck_device_best_driver(d);

	if (!vck_shell_safe(d->address) || !vck_shell_safe(driver) ||
	    (d->driver && !vck_shell_safe(d->driver)))
		return;
	vck_buf_addf(b, "echo %s > /sys/bus/%s/devices/%s/driver_override\n", driver, dir,
		     d->address);
	if (d->driver)
		vck_buf_addf(b, "echo %s > /sys/bus/%s/drivers/%s/unbind\n", d->address,
			     dir, d->driver);
	vck_buf_addf(b, "echo %s > /sys/bus/%s/drivers_probe\n", d->address, dir);
}
