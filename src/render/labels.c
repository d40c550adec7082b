// SPDX-License-Identifier: GPL-2.0-or-later
/* Short words for people. */
#include "config.h"

#include "base/errname.h"
#include "base/text.h"
#include "render/labels.h"

const char *vck_pcie_type_label(const struct vck_device *d)
{
	static const char *const names[] = {
		[VCK_PCIE_ENDPOINT] = "endpoint",
		[VCK_PCIE_LEGACY_ENDPOINT] = "legacy-endpoint",
		[VCK_PCIE_ROOT_PORT] = "root-port",
		[VCK_PCIE_UPSTREAM] = "upstream-port",
		[VCK_PCIE_DOWNSTREAM] = "downstream-port",
		[VCK_PCIE_TO_PCI] = "pcie-to-pci-bridge",
		[VCK_PCI_TO_PCIE] = "pci-to-pcie-bridge",
		[VCK_PCIE_RCIEP] = "root-complex-endpoint",
		[VCK_PCIE_RCEC] = "root-complex-event-collector",
	};
	const struct vck_cap_exp *e = &d->cap.exp;

	if (d->bus != VCK_BUS_PCI || e->present != VCK_YES || e->type >= ARRAY_SIZE(names))
		return NULL;
	return names[e->type];
}

bool vck_pcie_may_flr(const struct vck_cap_exp *e)
{
	return e->type == VCK_PCIE_ENDPOINT || e->type == VCK_PCIE_LEGACY_ENDPOINT ||
	       e->type == VCK_PCIE_RCIEP;
}

/* Lines of `resource` (linux/pci.h): 6 BARs, the ROM, 6 VF BARs where the kernel has
 * CONFIG_PCI_IOV, and windows of a bridge. */
#define RES_ROM	    6u
#define RES_IOV	    7u
#define RES_WINDOWS 13u

void vck_resource_label(struct vck_buf *b, const struct vck_device *d, size_t i)
{
	bool bridge = vck_device_is_bridge(d) && d->cap.sriov.present != VCK_YES;

	if (i < RES_ROM)
		vck_buf_addf(b, "BAR %zu", i);
	else if (i == RES_ROM)
		vck_buf_adds(b, "ROM");
	else if (i < RES_WINDOWS && !bridge)
		vck_buf_addf(b, "VF BAR %zu", i - RES_IOV);
	else
		vck_buf_adds(b, "window");
}

const char *vck_resource_type(const struct vck_resource *r)
{
	if (r->flags & VCK_RES_MEM)
		return "memory";
	return r->flags & VCK_RES_IO ? "io" : NULL;
}

void vck_class_label(struct vck_buf *b, const struct vck_device *d)
{
	if (vck_device_has(d, VCK_EV_PROG_IF))
		vck_buf_addf(b, "%06x", d->class);
	else
		vck_buf_addf(b, "%04x??", d->class >> 8);
}

const char *vck_tri_label(enum vck_tri t)
{
	return t == VCK_UNKNOWN ? "?" : t == VCK_YES ? "yes" : "no";
}

const char *vck_nosnoop_label(const struct vck_device *d)
{
	const struct vck_nosnoop *n = &d->nosnoop;

	if (d->bus != VCK_BUS_PCI || n->supported == VCK_NO)
		return "-";
	if (n->enabled == VCK_UNKNOWN)
		return "?";
	if (n->enabled == VCK_NO)
		return "off";
	return n->enforced == VCK_YES ? "snooped" : "on";
}

void vck_acs_label(struct vck_buf *b, const struct vck_device *d)
{
	static const struct {
		uint16_t bit;
		char name[3];
	} bits[] = {
		{ VCK_ACS_SV, "SV" }, { VCK_ACS_TB, "TB" }, { VCK_ACS_RR, "RR" },
		{ VCK_ACS_CR, "CR" }, { VCK_ACS_UF, "UF" }, { VCK_ACS_EC, "EC" },
		{ VCK_ACS_DT, "DT" },
	};
	const struct vck_cap_acs *a = &d->cap.acs;
	size_t start = b->len;

	if (d->bus != VCK_BUS_PCI || a->present == VCK_NO) {
		vck_buf_addc(b, '-');
		return;
	}
	if (a->present == VCK_UNKNOWN) {
		vck_buf_addc(b, '?');
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		if (a->ctl & bits[i].bit)
			vck_buf_addf(b, "%s%s", b->len > start ? " " : "", bits[i].name);
	}
	if (b->len == start)
		vck_buf_adds(b, "none");
}

void vck_attach_label(struct vck_buf *b, const struct vck_attach *a)
{
	if (a->accepted == VCK_UNKNOWN)
		vck_buf_addc(b, '?');
	else if (a->accepted == VCK_YES)
		vck_buf_adds(b, a->noiommu ? "accepted (noiommu)" : "accepted");
	else
		vck_buf_addf(b, "%s%s%s", a->err ? vck_errno_name(a->err) : "refused",
			     a->stage ? " at " : "", a->stage ? vck_stage_name(a->stage) : "");
}

void vck_label_text(struct vck_buf *b, const char *s, const char *missing)
{
	if (s)
		vck_text_safe(b, s, strlen(s));
	else
		vck_buf_adds(b, missing);
}

const char *vck_verdict_color(enum vck_verdict v)
{
	static const char *const colors[] = {
		[VCK_VERDICT_UNKNOWN] = "\033[35m",
		[VCK_VERDICT_READY] = "\033[32m",
		[VCK_VERDICT_CONDITIONAL] = "\033[33m",
		[VCK_VERDICT_UNSUITABLE] = "\033[31m",
	};

	return colors[v];
}

void vck_command_label(struct vck_buf *b, const char *root, const char *command)
{
	vck_buf_adds(b, "viommu-check ");
	if (root) {
		vck_buf_adds(b, "--root ");
		vck_text_shell(b, root);
		vck_buf_addc(b, ' ');
	}
	vck_buf_adds(b, command);
}
