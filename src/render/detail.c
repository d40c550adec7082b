// SPDX-License-Identifier: GPL-2.0-or-later
/* `show DEVICE`: everything about one device, with where it was read. Names of
 * sources are relative to the device's directory, which stands on top. */
#include "config.h"

#include <inttypes.h>

#include "check/engine.h"
#include "render/detail.h"
#include "render/labels.h"

/* PCI Code and ID Assignment 1.4: VGA-compatible controller; only these have boot_vga. */
#define CLASS_VGA 0x0300u

static const char *or_none(const char *s, const struct vck_device *d, uint32_t evidence)
{
	return s ? s : vck_device_has(d, evidence) ? "none" : "unknown";
}

static void identity_pci(const struct vck_sheet *s, const struct vck_device *d)
{
	cleanup_buf struct vck_buf class = { 0 }, revision = { 0 };
	const char *type = vck_pcie_type_label(d);

	if (!vck_device_has(d, VCK_EV_IDS))
		return;
	vck_sheet_field(s, "id", "vendor, device", "%04x:%04x", d->vendor_id, d->device_id);
	if (d->subvendor_id || d->subdevice_id)
		vck_sheet_field(s, "subsystem", "subsystem_vendor, subsystem_device", "%04x:%04x",
				d->subvendor_id, d->subdevice_id);
	vck_class_label(&class, d);
	if (d->revision >= 0)
		vck_buf_addf(&revision, "%02x", (unsigned)d->revision);
	else
		vck_buf_adds(&revision, "unknown");
	vck_sheet_field(s, "class", "class", "%s, revision %s", vck_buf_str(&class),
			vck_buf_str(&revision));
	if (type)
		vck_sheet_field(s, "type", "config: PCI Express capability", "%s", type);
	if (d->cap.all_ones == VCK_YES)
		vck_sheet_field(s, "config space", "config", "all ones: the function does not answer");
	else
		vck_sheet_field(s, "config space", "config", "%u bytes readable%s", d->cap.size,
				d->cap.chain_broken == VCK_YES ? ", its capability list is broken"
							       : "");
}

/* The path says which bridge is above; where it has none, or was made from text, the bus
 * numbers do. */
static void upstream(const struct vck_sheet *s, const struct vck_host *h,
		     const struct vck_device *d)
{
	const char *above = d->upstream->address;
	char where[64];

	if (h->origin != VCK_ORIGIN_LSPCI && d->syspath && strstr(d->syspath, above))
		snprintf(where, sizeof(where), "the path above");
	else
		snprintf(where, sizeof(where), "%.40s: bus numbers", above);
	vck_sheet_field(s, "upstream", where, "%s", above);
}

static void identity(const struct vck_sheet *s, const struct vck_host *h,
		     const struct vck_device *d)
{
	const char *bus = vck_bus_name(d->bus);
	char where[96];

	snprintf(where, sizeof(where), "/sys/bus/%s/devices", bus);
	vck_sheet_field(s, "bus", where, "%s", bus);
	if (d->bus == VCK_BUS_PCI)
		identity_pci(s, d);
	vck_sheet_field(s, "driver", "driver", "%s", or_none(d->driver, d, VCK_EV_DRIVER));
	if (d->driver_override)
		vck_sheet_field(s, "override", "driver_override", "%s", d->driver_override);
	if (d->vfio_driver)
		vck_sheet_field(s, "vfio driver", "modules.alias", "%s", d->vfio_driver);
	if (d->virtio) {
		snprintf(where, sizeof(where), "/sys/bus/virtio/devices/%.40s",
			 d->virtio->name);
		vck_sheet_field(s, "virtio", where, "%s, device type %u, driver %s",
				d->virtio->name, d->virtio->device,
				d->virtio->driver ? d->virtio->driver : "none");
	}
	if (d->upstream)
		upstream(s, h, d);
	if (d->physfn)
		vck_sheet_field(s, "physical fn", "physfn", "%s", d->physfn->address);
	if (vck_device_has(d, VCK_EV_SRIOV) && d->sriov_totalvfs)
		vck_sheet_field(s, "virtual fns", "sriov_numvfs, sriov_totalvfs", "%u of %u",
				d->sriov_numvfs, d->sriov_totalvfs);
	if (d->numa_node >= 0)
		vck_sheet_field(s, "NUMA node", "numa_node", "%d", d->numa_node);
	if (d->bus == VCK_BUS_PCI && vck_device_has(d, VCK_EV_IDS) &&
	    d->class >> 8 == CLASS_VGA)
		vck_sheet_field(s, "boot display", "boot_vga", "%s",
				d->boot_vga == VCK_UNKNOWN ? "unknown"
							   : vck_tri_label(d->boot_vga));
	if (d->power_state || d->runtime_status)
		vck_sheet_field(s, "power", "power_state, power/runtime_status, power/control",
				"%s, %s%s%s", d->power_state ? d->power_state : "?",
				d->runtime_status ? d->runtime_status : "?",
				d->power_control ? ", control " : "",
				d->power_control ? d->power_control : "");
	if (d->in_use)
		vck_sheet_field(s, "in use", "/sys/class, mountinfo, /proc/swaps", "%s",
				d->in_use);
	if (d->holders)
		vck_sheet_field(s, "held by", "/proc/PID/fd", "%s", d->holders);
}

static void member(const struct vck_sheet *s, const struct vck_device *m, bool first)
{
	vck_sheet_field(s, first ? "members" : "", first ? "iommu_group/devices" : NULL,
			"%s %s%s%s%s", m->address, or_none(m->driver, m, VCK_EV_DRIVER),
			m->name ? " [" : "", m->name ? m->name : "", m->name ? "]" : "");
}

static void group(const struct vck_sheet *s, const struct vck_device *d)
{
	const struct vck_group *g = d->group;

	vck_sheet_section(s, "IOMMU");
	vck_sheet_field(s, "unit", d->unit_from_tables ? "firmware tables" : "iommu", "%s%s%s%s",
			d->unit ? d->unit->name : or_none(NULL, d, VCK_EV_GROUP),
			d->unit && d->unit->driver_name ? " (" : "",
			d->unit && d->unit->driver_name ? d->unit->driver_name : "",
			d->unit && d->unit->driver_name ? ")" : "");
	vck_sheet_field(s, "group", "iommu_group", "%s",
			g ? g->id : or_none(NULL, d, VCK_EV_GROUP));
	if (!g)
		return;
	vck_sheet_field(s, "type", "iommu_group/type", "%s", g->type ? g->type : "unknown");
	vck_sheet_field(s, "viable", "drivers of its members", "%s",
			vck_tri_label(g->viable));
	for (size_t i = 0; i < g->n_devices; i++)
		member(s, g->devices[i], i == 0);
	for (size_t i = 0; i < g->n_missing; i++)
		vck_sheet_field(s, "", NULL, "%s (gone)", g->missing[i]);
	for (size_t i = 0; i < g->n_not_read; i++)
		vck_sheet_field(s, "", NULL, "%s: not read", g->not_read[i]);
	if (g->why)
		vck_sheet_field(s, "why together", NULL, "%s", g->why);
	if (g->separate)
		vck_sheet_field(s, "to separate", NULL, "%s", g->separate);
	for (size_t i = 0; i < g->n_regions; i++)
		vck_sheet_field(s, i ? "" : "reserved", i ? NULL : "iommu_group/reserved_regions",
				"0x%" PRIx64 "-0x%" PRIx64 " %s", g->regions[i].start,
				g->regions[i].end, g->regions[i].type);
}

static void coherency(const struct vck_sheet *s, const struct vck_device *d)
{
	vck_sheet_section(s, "Coherency");
	vck_sheet_field(s, "own DMA", NULL, "%s",
			d->coherent == VCK_UNKNOWN ? "unknown"
			: d->coherent == VCK_YES   ? "coherent"
						   : "not coherent");
	for (size_t i = 0; i < d->n_steps; i++) {
		const struct vck_coherency_step *t = &d->steps[i];

		vck_sheet_field(s, t->decides ? "decided by" : "looked at", t->where,
				"%s: %s%s%s = %s", t->source, t->node ? t->node : "",
				t->node ? " " : "", t->property ? t->property : "",
				t->value ? t->value : "unknown");
	}
	if (!d->unit)
		return;
	vck_sheet_field(s, "unit can", NULL, "cacheable mappings %s, enforced snooping %s",
			vck_tri_label(d->unit->cache_coherency),
			vck_tri_label(d->unit->enforces_coherency));
}

/* What says whether @u turns no-snoop requests into snooped ones; see check/nosnoop.c. */
static void enforced_place(struct vck_buf *b, const struct vck_unit *u)
{
	switch (u->driver) {
	case VCK_IOMMU_INTEL:
		if (u->active)
			vck_buf_addf(b, "/sys/class/iommu/%s/intel-iommu/ecap", u->name);
		return;
	case VCK_IOMMU_AMD:
		vck_buf_adds(b, "amd-iommu/features, /proc/cmdline, kernel");
		return;
	case VCK_IOMMU_SMMU_V3:
		vck_buf_adds(b, "IORT, kernel");
		return;
	case VCK_IOMMU_SMMU:
	case VCK_IOMMU_VIRTIO:
	case VCK_IOMMU_OTHER:
	case VCK_IOMMU_UNKNOWN:
		break;
	}
	vck_buf_addf(b, "the driver of %s", u->name);
}

static void nosnoop(const struct vck_sheet *s, const struct vck_device *d)
{
	const struct vck_nosnoop *n = &d->nosnoop;
	const struct vck_cap_exp *e = &d->cap.exp;
	cleanup_buf struct vck_buf place = {0};
	char where[64];

	if (d->bus != VCK_BUS_PCI)
		return;
	if (d->unit)
		enforced_place(&place, d->unit);
	vck_sheet_section(s, "Enable No Snoop");
	vck_sheet_field(s, "supported", "config: PCI Express capability", "%s",
			vck_tri_label(n->supported));
	if (n->inherited_from)
		snprintf(where, sizeof(where), "%.40s: Device Control", n->inherited_from->address);
	else
		snprintf(where, sizeof(where), "config+0x%x: Device Control bit 11", e->pos + 8u);
	if (n->supported != VCK_NO)
		vck_sheet_field(s, "enabled", n->enabled ? where : NULL, "%s",
				vck_tri_label(n->enabled));
	vck_sheet_field(s, "enforced", place.len ? vck_buf_str(&place) : NULL, "%s%s%s",
			vck_tri_label(n->enforced), n->enforced_by ? " by " : "",
			n->enforced_by ? n->enforced_by : "");
	vck_sheet_field(s, "lock", "/etc/viommu-check.d, /run/viommu-check", "%s",
			vck_lock_name(n->lock));
	vck_sheet_field(s, "action needed", NULL, "%s", vck_tri_label(n->action_needed));
}

static void acs(const struct vck_sheet *s, const struct vck_device *d)
{
	cleanup_buf struct vck_buf b = { 0 };
	const struct vck_cap_acs *a = &d->cap.acs;
	char where[64];

	vck_acs_label(&b, d);
	snprintf(where, sizeof(where), "config+0x%x: capability %04x, control %04x", a->pos, a->cap,
		 a->ctl);
	vck_sheet_field(s, "ACS", a->present == VCK_YES ? where : NULL, "%s", vck_buf_str(&b));
}

static void reset(const struct vck_sheet *s, const struct vck_device *d)
{
	cleanup_buf struct vck_buf b = { 0 };
	const struct vck_reset *r = &d->reset;

	for (size_t i = 0; i < r->n_methods; i++)
		vck_buf_addf(&b, "%s%s", i ? ", " : "", r->methods[i]);
	if (!b.len)
		vck_buf_adds(&b, or_none(r->methods ? "none" : NULL, d, VCK_EV_RESET));
	vck_sheet_field(s, "methods", "reset_method", "%s", vck_buf_str(&b));
	vck_sheet_field(s, "reaches", NULL, "%s", r->scope ? r->scope : "unknown");
	vck_sheet_field(s, "works now", NULL, "%s", vck_tri_label(r->works));
}

static void answer(const struct vck_sheet *s, const char *label, const struct vck_attach *a)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_attach_label(&b, a);
	vck_sheet_field(s, label, NULL, "%s", vck_buf_str(&b));
}

static void head(const struct vck_sheet *s, const struct vck_device *d)
{
	const struct vck_finding *f[16];
	size_t n = vck_device_why(d, f, ARRAY_SIZE(f));

	vck_sheet_text(s, 0, "%s %s", d->address, d->name ? d->name : "");
	fprintf(s->out, "  %sverdict: %s%s\n",
		s->style->color ? vck_verdict_color(d->verdict) : "", vck_verdict_name(d->verdict),
		s->style->color ? "\033[0m" : "");
	for (size_t i = 0; i < n; i++)
		vck_sheet_text(s, 4, "%s: %s", f[i]->rule->id, f[i]->summary);
	if (d->syspath)
		vck_sheet_text(s, 2, "read in /%s", d->syspath);
}

int vck_render_device(FILE *out, const struct vck_host *h, const struct vck_device *d,
		      const struct vck_style *style)
{
	struct vck_sheet s = { .out = out, .style = style };

	head(&s, d);
	vck_sheet_section(&s, "Device");
	identity(&s, h, d);
	group(&s, d);
	if (d->bus == VCK_BUS_PCI)
		acs(&s, d);
	coherency(&s, d);
	nosnoop(&s, d);
	if (d->bus == VCK_BUS_PCI) {
		vck_detail_capabilities(&s, d);
		vck_detail_resources(&s, d);
	}
	vck_sheet_section(&s, "Reset");
	reset(&s, d);
	vck_sheet_section(&s, "VFIO's answer, predicted");
	answer(&s, "this device", &d->now);
	answer(&s, "with its group", &d->with_group);
	vck_sheet_section(&s, "Checks");
	vck_sheet_findings(&s, d->findings, d->n_findings);
	if (d->group)
		vck_sheet_findings(&s, d->group->findings, d->group->n_findings);
	return 0;
}
