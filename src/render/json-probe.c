// SPDX-License-Identifier: GPL-2.0-or-later
/* devices[].probe of the document. */
#include "config.h"

#include "base/errname.h"
#include "render/json-probe.h"

void vck_attach_json(struct vck_json *j, const char *key, const struct vck_attach *a)
{
	vck_json_object(j, key);
	vck_json_tri(j, "accepted", a->accepted);
	vck_json_str(j, "errno", a->err ? vck_errno_name(a->err) : NULL);
	vck_json_str(j, "stage", vck_stage_name(a->stage));
	vck_json_bool(j, "noiommu", a->noiommu);
	vck_json_end(j);
}

static void path(struct vck_json *j, const char *key, const struct vck_probe_path *p)
{
	if (p->available != VCK_YES) {
		vck_json_null(j, key);
		return;
	}
	vck_json_array(j, key);
	for (size_t i = 0; i < p->n; i++) {
		const struct vck_probe_step *s = &p->steps[i];

		vck_json_object(j, NULL);
		vck_json_str(j, "step", s->name);
		vck_json_str(j, "request", s->attempt);
		vck_json_tri(j, "ok", s->done);
		vck_json_str(j, "errno", s->err ? vck_errno_name(s->err) : NULL);
		vck_json_str(j, "meaning", s->meaning);
		vck_json_end(j);
	}
	vck_json_end(j);
}

static void device(struct vck_json *j, const struct vck_probe_device *d)
{
	if (d->known != VCK_YES) {
		vck_json_null(j, "device");
		return;
	}
	vck_json_object(j, "device");
	vck_json_tri(j, "reset", d->reset);
	vck_json_num(j, "regions_total", d->num_regions);
	vck_json_num(j, "irqs_total", d->num_irqs);
	vck_json_array(j, "regions");
	for (size_t i = 0; i < d->n_regions; i++) {
		vck_json_object(j, NULL);
		vck_json_num(j, "index", d->regions[i].index);
		vck_json_hex(j, "size", true, d->regions[i].size);
		vck_json_hex(j, "offset", true, d->regions[i].offset);
		vck_json_hex(j, "flags", true, d->regions[i].flags);
		vck_json_end(j);
	}
	vck_json_end(j);
	vck_json_end(j);
}

static void hot_reset(struct vck_json *j, const struct vck_probe_hot_reset *h)
{
	char address[VCK_BDF_LEN];

	vck_json_object(j, "hot_reset");
	vck_json_tri(j, "possible", h->possible);
	vck_json_str(j, "errno", h->err && h->possible != VCK_YES ? vck_errno_name(h->err) : NULL);
	vck_json_str(j, "meaning", h->meaning);
	vck_json_num(j, "total", h->total);
	vck_json_array(j, "devices");
	for (size_t i = 0; i < h->n; i++) {
		vck_json_object(j, NULL);
		vck_json_str(j, "address", vck_bdf_format(h->members[i].bdf, address));
		if (h->members[i].group == UINT32_MAX)
			vck_json_null(j, "group");
		else
			vck_json_strf(j, "group", "%u", h->members[i].group);
		vck_json_end(j);
	}
	vck_json_end(j);
	vck_json_end(j);
}

static void hardware(struct vck_json *j, const struct vck_probe_hw *h)
{
	if (h->known != VCK_YES) {
		vck_json_null(j, "hardware");
		return;
	}
	vck_json_object(j, "hardware");
	vck_json_str(j, "type", vck_hw_type_name(h->type));
	vck_json_num(j, "type_number", h->type);
	vck_json_hex(j, "capabilities", h->capabilities_known == VCK_YES, h->capabilities);
	vck_json_object(j, "fields");
	for (size_t i = 0; i < h->n; i++) {
		if (h->fields[i].hex)
			vck_json_hex(j, h->fields[i].name, true, h->fields[i].value);
		else
			vck_json_num(j, h->fields[i].name, h->fields[i].value);
	}
	vck_json_end(j);
	vck_json_end(j);
}

void vck_probe_json(struct vck_json *j, const struct vck_probe *p)
{
	if (!p) {
		vck_json_null(j, "probe");
		return;
	}
	vck_json_object(j, "probe");
	vck_json_str(j, "driver", p->driver[0] ? p->driver : NULL);
	vck_json_bool(j, "moved", p->moved);
	vck_json_str(j, "moved_from", p->moved_from[0] ? p->moved_from : NULL);
	vck_json_tri(j, "moved_back", p->moved_back);
	vck_attach_json(j, "answer", &p->answer);
	vck_attach_json(j, "predicted", &p->predicted);
	vck_json_tri(j, "agrees", p->agrees);
	path(j, "container", &p->container);
	path(j, "iommufd", &p->iommufd);
	vck_json_str(j, "container_of", p->compat == VCK_UNKNOWN ? NULL :
					p->compat == VCK_YES	 ? "iommufd" :
								   "vfio");
	vck_json_tri(j, "viable", p->viable);
	vck_json_tri(j, "dma_cc", p->dma_cc);
	device(j, &p->device);
	hot_reset(j, &p->hot_reset);
	hardware(j, &p->hw);
	vck_json_end(j);
}
