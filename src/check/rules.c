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

static bool needs_iommu(const struct vck_rule *rule)
{
	for (const struct vck_step *p = vck_steps; p->rule; p++) {
		if (p->rule == rule && p->iommu_only)
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
	if (c->noiommu && needs_iommu(f->rule))
		return VCK_RESULT_NA;
	r = vck_result_of(vck_case_rule(c, f->rule, &found));
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
	if (s->quiet)
		return "";
	return vck_arena_cat(&s->host->arena, "/sys/bus/", bus_dir(d), "/devices/",
			     d->address, *attribute ? "/" : "", attribute, NULL);
}

const char *vck_device_best_driver(const struct vck_device *d)
{
	static const char *const plain[] = {"vfio-pci", "vfio-platform", "vfio-amba"};

	return d->vfio_driver ? d->vfio_driver : plain[d->bus];
}

const char *vck_finding_param(const struct vck_subject *s, struct vck_finding *f,
			      const char *module, const char *name, const char *value)
{
	const struct vck_param *p = vck_host_configured(s->host, module, name);

	if (s->quiet)
		return NULL;
	if (p)
		vck_finding_evidence(s, f, p->file, "%s.%s%s%s", module, name,
				     p->value ? "=" : "", p->value ? p->value : "");
	else
		vck_finding_evidence(s, f,
				     vck_arena_cat(&s->host->arena, "/sys/module/",
						   module, "/parameters/", name, NULL),
				     "%s", value);
	return p ? p->file : NULL;
}

bool vck_shell_safe(const char *word)
{
	static const char ok[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"_.:@+-,";

	return *word && *word != '-' && word[strspn(word, ok)] == '\0';
}

static bool stays(const struct vck_device *d)
{
	if (vck_device_is_bridge(d))
		return !d->driver || vck_driver_managed_dma(d->driver);
	return d->driver && vck_driver_is_vfio(d->driver);
}

static bool is_pasteable(const struct vck_device *d)
{
	return vck_shell_safe(d->address) && vck_shell_safe(vck_device_best_driver(d)) &&
	       (!d->driver || vck_shell_safe(d->driver));
}

/* drivers_probe loads no module: each driver that is not there yet is loaded first, once.
 */
static void add_modprobes(struct vck_buf *b, const struct vck_host *h,
			  struct vck_device *const *devices, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *driver = vck_device_best_driver(devices[i]);
		bool done =
			streq(driver, "vfio-pci") && h->vfio.vfio_pci_loaded == VCK_YES;

		if (stays(devices[i]) || vck_device_is_bridge(devices[i]))
			continue;
		for (size_t k = 0; k < i && !done; k++)
			done = !stays(devices[k]) && !vck_device_is_bridge(devices[k]) &&
			       streq(vck_device_best_driver(devices[k]), driver);
		if (!done)
			vck_buf_cat(b, "modprobe ", driver, "\n", NULL);
	}
}

static void add_lines(struct vck_buf *b, const struct vck_device *d)
{
	const char *dir = bus_dir(d);

	if (!vck_device_is_bridge(d))
		vck_buf_cat(b, "echo ", vck_device_best_driver(d), " > /sys/bus/", dir,
			    "/devices/", d->address, "/driver_override\n", NULL);
	if (d->driver)
		vck_buf_cat(b, "echo ", d->address, " > /sys/bus/", dir, "/drivers/",
			    d->driver, "/unbind\n", NULL);
	if (!vck_device_is_bridge(d))
		vck_buf_cat(b, "echo ", d->address, " > /sys/bus/", dir,
			    "/drivers_probe\n", NULL);
}

const char *vck_rebind_commands(const struct vck_subject *s)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (s->quiet || !is_pasteable(s->device))
		return NULL;
	/* Its best driver is not the one it is on, so nobody knows it to be loaded. */
	vck_buf_cat(&b, "modprobe ", vck_device_best_driver(s->device), "\n", NULL);
	add_lines(&b, s->device);
	return vck_arena_strndup(&s->host->arena, vck_buf_str(&b), b.len - 1);
}

const char *vck_bind_commands(const struct vck_subject *s,
			      struct vck_device *const *devices, size_t n)
{
	cleanup_buf struct vck_buf b = {0};

	if (s->quiet)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!stays(devices[i]) && !is_pasteable(devices[i]))
			return NULL;
	}
	add_modprobes(&b, s->host, devices, n);
	for (size_t i = 0; i < n; i++) {
		if (!stays(devices[i]))
			add_lines(&b, devices[i]);
	}
	return b.len ? vck_arena_strndup(&s->host->arena, vck_buf_str(&b), b.len - 1)
		     : NULL;
}
