// SPDX-License-Identifier: GPL-2.0-or-later
/* `host`: kernel, VFIO, firmware, units, and the checks of the host. */
#include "config.h"

#include <inttypes.h>

#include "base/errname.h"
#include "render/labels.h"
#include "render/sheet.h"

static const char *or_unknown(const char *s)
{
	return s ? s : "unknown";
}

static void kernel(const struct vck_sheet *s, const struct vck_host *h)
{
	const char *lockdown = vck_lockdown_name(h->lockdown);

	vck_sheet_section(s, "Host");
	vck_sheet_field(s, "source", NULL, "%s%s%s", vck_origin_name(h->origin),
			h->root_path ? " " : "", h->root_path ? h->root_path : "");
	vck_sheet_field(s, "kernel", h->kver_overridden ? "--kernel" : NULL, "%s",
			or_unknown(h->release));
	vck_sheet_field(s, "architecture", h->arch_overridden ? "--arch" : NULL, "%s",
			or_unknown(h->arch_name));
	vck_sheet_field(s, "command line", "/proc/cmdline", "%s", or_unknown(h->cmdline));
	vck_sheet_field(s, "lockdown", "/sys/kernel/security/lockdown", "%s",
			or_unknown(lockdown));
	vck_sheet_field(s, "in a guest", h->in_guest_why, "%s", vck_tri_label(h->in_guest));
	vck_sheet_field(s, "privileged", NULL, "%s", vck_tri_label(h->privileged));
	if (!vck_host_has(h, VCK_EV_LIMITS))
		vck_sheet_field(s, "memlock limit", NULL, "unknown");
	else if (h->memlock == UINT64_MAX)
		vck_sheet_field(s, "memlock limit", NULL, "unlimited");
	else
		vck_sheet_field(s, "memlock limit", NULL, "%" PRIu64 " KiB", h->memlock >> 10);
}

static void module(const struct vck_sheet *s, const char *name, enum vck_tri loaded,
		   enum vck_tri available)
{
	const char *state = loaded == VCK_YES	   ? "loaded"
			    : available == VCK_YES ? "available, not loaded"
			    : available == VCK_NO  ? "not in this kernel"
			    : loaded == VCK_NO	   ? "not loaded"
						   : "unknown";

	vck_sheet_field(s, name, NULL, "%s", state);
}

static void vfio(const struct vck_sheet *s, const struct vck_vfio *v)
{
	vck_sheet_section(s, "VFIO");
	module(s, "vfio", v->vfio_loaded, VCK_UNKNOWN);
	module(s, "vfio_pci", v->vfio_pci_loaded, v->vfio_pci_available);
	module(s, "vfio_iommu_type1", v->type1_loaded, v->type1_available);
	module(s, "iommufd", v->iommufd_loaded, v->iommufd_available);
	module(s, "vfio_platform", VCK_UNKNOWN, v->platform_available);
	vck_sheet_field(s, "container", "/dev/vfio/vfio", "%s%s", vck_tri_label(v->container_node),
			v->container_of == VCK_CONTAINER_IOMMUFD ? ", served by iommufd" : "");
	vck_sheet_field(s, "iommufd", "/dev/iommu", "%s", vck_tri_label(v->iommufd_node));
	vck_sheet_field(s, "device nodes", "/dev/vfio/devices", "%s", vck_tri_label(v->cdev));
	for (size_t i = 0; i < v->n_params; i++)
		vck_sheet_field(s, i ? "" : "parameters", NULL, "%s.%s=%s", v->params[i].module,
				v->params[i].name, v->params[i].value);
	for (size_t i = 0; i < v->n_configured; i++) {
		const struct vck_param *p = &v->configured[i];

		vck_sheet_field(s, i ? "" : "when loaded", p->file, "%s.%s%s%s",
				p->module, p->name, p->value ? "=" : "",
				p->value ? p->value : "");
	}
}

static void tables(const struct vck_sheet *s, const struct vck_host *h)
{
	vck_sheet_section(s, "Firmware");
	vck_sheet_field(s, "ACPI", NULL, "%s", vck_tri_label(h->acpi.present));
	vck_sheet_field(s, "device tree", NULL, "%s",
			!vck_host_has(h, VCK_EV_DT) ? "?" : h->dt.root ? "yes" : "no");
	for (size_t i = 0; i < h->acpi.n_tables; i++) {
		const struct vck_acpi_table *t = &h->acpi.tables[i];

		vck_sheet_field(s, t->signature, t->path, "%s%s%s",
				t->summary		? t->summary
				: t->read == VCK_NO ? "could not be read"
						    : "present",
				t->checksum_ok == VCK_NO ? ", its checksum is wrong" : "",
				t->complete == VCK_NO ? ", cut short or malformed" : "");
	}
	for (size_t i = 0; i < h->acpi.n_ccas; i++) {
		const struct vck_cca *c = &h->acpi.ccas[i];

		if (c->kind == VCK_CCA_EVALUATED)
			vck_sheet_field(s, "", c->table, "%s: _CCA = %" PRIu64
					", evaluated by acpiexec", c->path, c->value);
		else if (c->kind == VCK_CCA_METHOD || c->kind == VCK_CCA_OTHER)
			vck_sheet_field(s, "", c->table, "%s: _CCA is no constant (--acpiexec "
					"evaluates it)", c->path);
	}
}

/* What the kernel drives it shows in /sys/class/iommu; where that was not read, tables say
 * what there is and nothing about the kernel. */
static const char *driven(const struct vck_host *h, const struct vck_unit *u)
{
	if (u->active)
		return "";
	return vck_host_has(h, VCK_EV_UNITS)
		       ? ", not driven by the kernel: not in /sys/class/iommu"
		       : ", described by firmware; whether a kernel drives it was not read";
}

static void unit(const struct vck_sheet *s, const struct vck_host *h, const struct vck_unit *u)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_buf_addf(&b, "%s%s", or_unknown(u->driver_name), driven(h, u));
	if (u->address_width)
		vck_buf_addf(&b, ", %u-bit addresses", u->address_width);
	vck_buf_addf(&b, ", cache coherency %s, enforces snooping %s, interrupt remapping %s",
		     vck_tri_label(u->cache_coherency), vck_tri_label(u->enforces_coherency),
		     vck_tri_label(u->interrupt_remapping));
	if (u->not_present_caching == VCK_YES)
		vck_buf_adds(&b, ", caches entries that are not present (a hypervisor's)");
	vck_sheet_field(s, u->name, NULL, "%s", vck_buf_str(&b));
	if (u->driver == VCK_IOMMU_INTEL && u->regs_known == VCK_YES)
		vck_sheet_field(s, "", "intel-iommu/cap, ecap", "cap %#" PRIx64 ", ecap %#" PRIx64,
				u->cap, u->ecap);
	if (u->driver == VCK_IOMMU_AMD && u->regs_known == VCK_YES)
		vck_sheet_field(s, "", "amd-iommu/cap, features", "cap %#x, efr %#" PRIx64
				", efr2 %#" PRIx64, u->amd_cap, u->efr, u->efr2);
}

static void problems(const struct vck_sheet *s, const struct vck_host *h)
{
	if (!h->n_problems)
		return;
	vck_sheet_section(s, "Could not be read");
	for (size_t i = 0; i < h->n_problems; i++) {
		const struct vck_problem *p = &h->problems[i];

		vck_sheet_field(s, p->source, NULL, "%s%s%s%s%s", p->path ? p->path : "",
				p->path ? ": " : "", p->err ? vck_errno_name(p->err) : "",
				p->err ? ": " : "", p->unknown);
	}
}

int vck_render_host(FILE *out, const struct vck_host *h, const struct vck_style *style)
{
	struct vck_sheet s = { .out = out, .style = style };

	vck_sheet_section(&s, "Checks");
	vck_sheet_findings(&s, h->findings, h->n_findings);
	kernel(&s, h);
	vfio(&s, &h->vfio);
	tables(&s, h);
	vck_sheet_section(&s, "IOMMU units");
	if (!h->n_units)
		vck_sheet_text(&s, 2, "%s", vck_host_has(h, VCK_EV_UNITS) ? "none" : "unknown");
	for (size_t i = 0; i < h->n_units; i++)
		unit(&s, h, h->units[i]);
	if (vck_host_has(h, VCK_EV_GROUPS))
		vck_sheet_field(&s, "groups", "/sys/kernel/iommu_groups", "%zu", h->n_groups);
	else
		vck_sheet_field(&s, "groups", "/sys/kernel/iommu_groups", "unknown");
	problems(&s, h);
	return 0;
}
