// SPDX-License-Identifier: GPL-2.0-or-later
/* What `show --json` adds to a device: attributes, resources, capabilities. Registers as
 * they were read; next to them what scripts ask for most. Other documents leave it out.
 */
#include "config.h"

#include "base/buf.h"
#include "render/json-details.h"
#include "render/labels.h"

static void num(struct vck_json *j, const char *key, bool known, uint64_t value)
{
	if (known)
		vck_json_num(j, key, value);
	else
		vck_json_null(j, key);
}

/* @bit of @reg, null where the register was not read. */
static void bit(struct vck_json *j, const char *key, bool known, uint32_t reg,
		uint32_t bit)
{
	vck_json_tri(j, key, known ? vck_tri(reg & bit) : VCK_UNKNOWN);
}

/* --- capabilities; bits as in render/detail-pci.c --- */

/* Opens a capability's object. Return: whether its registers are known. */
static bool begin(struct vck_json *j, const char *key, enum vck_tri present, unsigned pos)
{
	vck_json_object(j, key);
	vck_json_tri(j, "supported", present);
	vck_json_hex(j, "offset", pos != 0, pos);
	return present == VCK_YES;
}

static void express(struct vck_json *j, const struct vck_cap_exp *e)
{
	bool there = begin(j, "express", e->present, e->pos);
	bool known = there && e->regs_known == VCK_YES;

	num(j, "version", there, e->version);
	vck_json_hex(j, "device_capabilities", known, e->devcap);
	vck_json_hex(j, "device_control", known, e->devctl);
	vck_json_hex(j, "device_status", known, e->devsta);
	bit(j, "flr", known, vck_pcie_may_flr(e) ? e->devcap : 0, 1u << 28);
	num(j, "max_payload_supported", known, 128u << (e->devcap & 7));
	num(j, "max_payload", known, 128u << (e->devctl >> 5 & 7));
	num(j, "max_read_request", known, 128u << (e->devctl >> 12 & 7));
	vck_json_end(j);
}

static void standard(struct vck_json *j, const struct vck_pcicap *c)
{
	bool known = begin(j, "pm", c->pm.present, c->pm.pos);

	vck_json_hex(j, "capabilities", known, c->pm.pmc);
	vck_json_hex(j, "control", known, c->pm.pmcsr);
	bit(j, "no_soft_reset", known, c->pm.pmcsr, 1u << 3);
	vck_json_end(j);
	known = begin(j, "af", c->af.present, c->af.pos);
	vck_json_hex(j, "capabilities", known, c->af.cap);
	bit(j, "flr", known, c->af.cap, 1u << 1);
	vck_json_end(j);
	known = begin(j, "msi", c->msi.present, c->msi.pos);
	vck_json_hex(j, "control", known, c->msi.ctl);
	bit(j, "enabled", known, c->msi.ctl, 1u << 0);
	num(j, "vectors", known, 1u << (c->msi.ctl >> 1 & 7));
	vck_json_end(j);
	known = begin(j, "msix", c->msix.present, c->msix.pos);
	vck_json_hex(j, "control", known, c->msix.ctl);
	bit(j, "enabled", known, c->msix.ctl, 1u << 15);
	num(j, "vectors", known, (c->msix.ctl & 0x7ffu) + 1);
	vck_json_end(j);
}

/* Extended ones that consist of a capability register and a control register. */
static void registers(struct vck_json *j, bool known, uint16_t cap, uint16_t ctl)
{
	vck_json_hex(j, "capability", known, cap);
	vck_json_hex(j, "control", known, ctl);
}

static void extended(struct vck_json *j, const struct vck_pcicap *c)
{
	bool known = begin(j, "acs", c->acs.present, c->acs.pos);

	registers(j, known, c->acs.cap, c->acs.ctl);
	vck_json_end(j);
	known = begin(j, "ats", c->ats.present, c->ats.pos);
	registers(j, known, c->ats.cap, c->ats.ctl);
	bit(j, "enabled", known, c->ats.ctl, 1u << 15);
	vck_json_end(j);
	known = begin(j, "pri", c->pri.present, c->pri.pos);
	vck_json_hex(j, "control", known, c->pri.ctl);
	vck_json_hex(j, "status", known, c->pri.status);
	bit(j, "enabled", known, c->pri.ctl, 1u << 0);
	vck_json_end(j);
	known = begin(j, "pasid", c->pasid.present, c->pasid.pos);
	registers(j, known, c->pasid.cap, c->pasid.ctl);
	bit(j, "enabled", known, c->pasid.ctl, 1u << 0);
	num(j, "width", known, c->pasid.cap >> 8 & 0x1fu);
	vck_json_end(j);
}

static void sriov(struct vck_json *j, const struct vck_cap_sriov *v)
{
	bool known = begin(j, "sriov", v->present, v->pos);

	vck_json_hex(j, "control", known, v->ctl);
	bit(j, "enabled", known, v->ctl, 1u << 0);
	num(j, "initial_vfs", known, v->initial_vfs);
	num(j, "total_vfs", known, v->total_vfs);
	num(j, "num_vfs", known, v->num_vfs);
	num(j, "first_vf_offset", known, v->offset);
	num(j, "vf_stride", known, v->stride);
	vck_json_digits(j, "vf_device_id", known, v->vf_device, 4);
	vck_json_end(j);
}

static void capabilities(struct vck_json *j, const struct vck_device *d)
{
	if (d->bus != VCK_BUS_PCI) {
		vck_json_null(j, "capabilities");
		return;
	}
	vck_json_object(j, "capabilities");
	express(j, &d->cap.exp);
	standard(j, &d->cap);
	extended(j, &d->cap);
	sriov(j, &d->cap.sriov);
	vck_json_end(j);
}

/* --- attributes --- */

static void resource(struct vck_json *j, const struct vck_device *d, size_t i)
{
	const struct vck_resource *r = &d->resources[i];
	cleanup_buf struct vck_buf name = {0};
	bool assigned = !(r->flags & VCK_RES_UNSET);

	vck_resource_label(&name, d, i);
	vck_json_object(j, NULL);
	vck_json_num(j, "index", i);
	vck_json_str(j, "name", vck_buf_str(&name));
	vck_json_hex(j, "start", assigned, r->start);
	vck_json_hex(j, "end", assigned, r->end);
	vck_json_hex(j, "flags", true, r->flags);
	vck_json_str(j, "type", vck_resource_type(r));
	vck_json_hex(j, "size", r->end > r->start, r->end - r->start + 1);
	vck_json_end(j);
}

static void resources(struct vck_json *j, const struct vck_device *d)
{
	if (!vck_device_has(d, VCK_EV_RESOURCES)) {
		vck_json_null(j, "resources");
		return;
	}
	vck_json_array(j, "resources");
	for (size_t i = 0; i < d->n_resources; i++) {
		if (d->resources[i].flags)
			resource(j, d, i);
	}
	vck_json_end(j);
}

static void virtio(struct vck_json *j, const struct vck_virtio *v)
{
	if (!v) {
		vck_json_null(j, "virtio");
		return;
	}
	vck_json_object(j, "virtio");
	vck_json_str(j, "name", v->name);
	num(j, "device_type", v->device != 0, v->device);
	vck_json_str(j, "driver", v->driver);
	vck_json_str(j, "features", v->features);
	vck_json_end(j);
}

static void power(struct vck_json *j, const struct vck_device *d)
{
	vck_json_object(j, "power");
	vck_json_str(j, "state", d->power_state);
	vck_json_str(j, "runtime_status", d->runtime_status);
	vck_json_str(j, "control", d->power_control);
	vck_json_tri(j, "d3cold_allowed", d->d3cold_allowed);
	vck_json_end(j);
}

static void vfs(struct vck_json *j, const struct vck_device *d)
{
	bool known =
		d->bus == VCK_BUS_PCI && vck_device_has(d, VCK_EV_SRIOV) && !d->physfn;

	vck_json_object(j, "sriov");
	num(j, "total_vfs", known, d->sriov_totalvfs);
	num(j, "num_vfs", known, d->sriov_numvfs);
	vck_json_end(j);
}

void vck_json_details(struct vck_json *j, const struct vck_device *d)
{
	bool pci = d->bus == VCK_BUS_PCI;

	vck_json_object(j, "details");
	vck_json_digits(j, "revision", pci && d->revision >= 0, (uint32_t)d->revision, 2);
	power(j, d);
	num(j, "numa_node", d->numa_node >= 0, (uint64_t)d->numa_node);
	vck_json_tri(j, "boot_vga", d->boot_vga);
	vfs(j, d);
	resources(j, d);
	num(j, "config_size", pci && d->cap.size, d->cap.size);
	capabilities(j, d);
	virtio(j, d->virtio);
	vck_json_end(j);
}
