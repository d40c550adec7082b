// SPDX-License-Identifier: GPL-2.0-or-later
/* Prometheus text format: one family after the other, as the format wants it.
 * Names follow the naming rules that `promtool check metrics` holds to: a
 * prefix, base units, no "_total" on gauges, a HELP line for each family. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "base/text.h"
#include "render/export.h"

#define PREFIX "viommu_check_"

/* A label value. The format takes any UTF-8 and escapes backslash, quote and newline alone; what
 * steers a terminal is spelled out as in text, for people look at metrics too. */
static void add_label(struct vck_buf *b, const char *name, const char *value)
{
	cleanup_buf struct vck_buf text = { 0 };
	const char *s;

	if (value)
		vck_text_safe(&text, value, strlen(value));
	vck_buf_addf(b, "%s%s=\"", b->len ? "," : "", name);
	for (s = vck_buf_str(&text); *s; s++) {
		if (*s == '\\' || *s == '"')
			vck_buf_addc(b, '\\');
		vck_buf_addc(b, *s);
	}
	vck_buf_addc(b, '"');
}

static void family(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s gauge\n", name, help, name);
}

static void sample(FILE *out, const char *name, const struct vck_buf *labels, size_t value)
{
	if (labels && labels->len)
		fprintf(out, PREFIX "%s{%s} %zu\n", name, vck_buf_str(labels), value);
	else
		fprintf(out, PREFIX "%s %zu\n", name, value);
}

static void export_host(FILE *out, const struct vck_host *h)
{
	cleanup_buf struct vck_buf l = { 0 };

	family(out, "host_info", "The host that was looked at; always 1.");
	add_label(&l, "version", PACKAGE_VERSION);
	add_label(&l, "kernel", h->release);
	add_label(&l, "architecture", h->arch_name);
	add_label(&l, "lockdown", vck_lockdown_name(h->lockdown));
	sample(out, "host_info", &l, 1);
	family(out, "problems", "Sources that could not be read; what they hold is unknown.");
	sample(out, "problems", NULL, h->n_problems);
	family(out, "iommu_units", "IOMMU units that the kernel drives.");
	l.len = 0;
	for (size_t i = 0; i < h->n_units; i++)
		l.len += h->units[i]->active;
	sample(out, "iommu_units", NULL, l.len);
}

static void export_groups(FILE *out, const struct vck_host *h)
{
	family(out, "group_viable",
	       "Whether VFIO can own the group as things stand (1) or a member's driver holds it (0).");
	for (size_t i = 0; i < h->n_groups; i++) {
		cleanup_buf struct vck_buf l = { 0 };

		if (h->groups[i]->viable == VCK_UNKNOWN)
			continue;
		add_label(&l, "group", h->groups[i]->id);
		sample(out, "group_viable", &l, h->groups[i]->viable == VCK_YES);
	}
}

/* An empty label is one that is not there: what is unknown has none. */
static void add_ids(struct vck_buf *l, const struct vck_device *d)
{
	bool ids = vck_device_has(d, VCK_EV_IDS);
	char id[8];

	snprintf(id, sizeof(id), "%04x", d->vendor_id);
	add_label(l, "vendor_id", ids ? id : NULL);
	snprintf(id, sizeof(id), "%04x", d->device_id);
	add_label(l, "device_id", ids ? id : NULL);
	snprintf(id, sizeof(id), "%06x", d->class & 0xffffff);
	add_label(l, "class", vck_device_has(d, VCK_EV_PROG_IF) ? id : NULL);
}

static void export_info(FILE *out, const struct vck_host *h)
{
	family(out, "device_info", "A device; always 1.");
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		cleanup_buf struct vck_buf l = { 0 };

		if (!d->selected)
			continue;
		add_label(&l, "address", d->address);
		add_label(&l, "bus", vck_bus_name(d->bus));
		if (d->bus == VCK_BUS_PCI)
			add_ids(&l, d);
		add_label(&l, "driver", d->driver);
		add_label(&l, "group", d->group ? d->group->id : NULL);
		add_label(&l, "unit", d->unit ? d->unit->name : NULL);
		sample(out, "device_info", &l, 1);
	}
}

static enum vck_tri coherent(const struct vck_device *d)
{
	return d->coherent;
}

static enum vck_tri enabled(const struct vck_device *d)
{
	return d->nosnoop.enabled;
}

static enum vck_tri enforced(const struct vck_device *d)
{
	return d->nosnoop.enforced;
}

static enum vck_tri action_needed(const struct vck_device *d)
{
	return d->nosnoop.action_needed;
}

static enum vck_tri accepted_now(const struct vck_device *d)
{
	return d->now.accepted;
}

static enum vck_tri accepted_with_group(const struct vck_device *d)
{
	return d->with_group.accepted;
}

static const struct {
	const char *name, *help;
	enum vck_tri (*value)(const struct vck_device *d);
} truths[] = {
	{ "device_coherent", "Whether the device's own DMA is coherent, by firmware.", coherent },
	{ "device_nosnoop_enabled", "Enable No Snoop in Device Control.", enabled },
	{ "device_nosnoop_enforced",
	  "Whether the platform turns no-snoop requests into snooped ones.", enforced },
	{ "device_nosnoop_action_needed", "No Snoop is enabled and nothing enforces snooping.",
	  action_needed },
	{ "device_accepted", "Whether VFIO accepts the device when only this device is moved.",
	  accepted_now },
	{ "device_accepted_with_group",
	  "Whether VFIO accepts the device when its whole group is moved.", accepted_with_group },
};

static void export_truths(FILE *out, const struct vck_host *h)
{
	for (size_t k = 0; k < ARRAY_SIZE(truths); k++) {
		family(out, truths[k].name, truths[k].help);
		for (size_t i = 0; i < h->n_devices; i++) {
			const struct vck_device *d = h->devices[i];
			enum vck_tri v = truths[k].value(d);
			cleanup_buf struct vck_buf l = { 0 };

			if (!d->selected || v == VCK_UNKNOWN)
				continue;
			add_label(&l, "address", d->address);
			sample(out, truths[k].name, &l, v == VCK_YES);
		}
	}
}

static void export_verdicts(FILE *out, const struct vck_host *h)
{
	family(out, "device_verdict", "The verdict that holds is 1, the others are 0.");
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];

		if (!d->selected)
			continue;
		for (enum vck_verdict v = VCK_VERDICT_UNKNOWN; v <= VCK_VERDICT_UNSUITABLE; v++) {
			cleanup_buf struct vck_buf l = { 0 };

			add_label(&l, "address", d->address);
			add_label(&l, "verdict", vck_verdict_name(v));
			sample(out, "device_verdict", &l, d->verdict == v);
		}
	}
}

int vck_export_prometheus(FILE *out, const struct vck_host *h)
{
	export_host(out, h);
	export_groups(out, h);
	export_info(out, h);
	export_verdicts(out, h);
	export_truths(out, h);
	return ferror(out) ? -EIO : 0;
}
