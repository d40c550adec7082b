// SPDX-License-Identifier: GPL-2.0-or-later
/* A probe as a sheet for people. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "base/errname.h"
#include "model/probe.h"
#include "render/labels.h"
#include "render/probe.h"
#include "render/sheet.h"

/* EBUSY of the group's node; of the device's own, where another process has the device open
 * by that (EINVAL, vfio_df_open()) or another one of the group (EPERM). */
static bool may_be_held(const struct vck_probe_step *s)
{
	return s->err == EBUSY ||
	       (s->stage == VCK_STAGE_GROUP && (s->err == EINVAL || s->err == EPERM));
}

static void path(const struct vck_sheet *s, const char *title, const struct vck_probe_path *p,
		 const char *holders)
{
	if (p->available != VCK_YES)
		return;
	vck_sheet_section(s, title);
	for (size_t i = 0; i < p->n; i++) {
		const struct vck_probe_step *q = &p->steps[i];
		bool held = holders && may_be_held(q);

		if (q->done == VCK_UNKNOWN)
			continue;
		if (q->done == VCK_YES)
			vck_sheet_field(s, q->name, q->attempt, "ok");
		else
			vck_sheet_field(s, q->name, q->attempt, "%s%s%s%s%s", vck_errno_name(q->err),
					q->meaning ? ": " : "", q->meaning ? q->meaning : "",
					held ? ": held by " : "", held ? holders : "");
	}
}

static void hot_reset(const struct vck_sheet *s, const struct vck_probe_hot_reset *h)
{
	cleanup_buf struct vck_buf b = { 0 };
	char address[VCK_BDF_LEN];

	if (h->possible == VCK_UNKNOWN && !h->err)
		return;
	if (h->possible != VCK_YES)
		vck_buf_addf(&b, "%s: %s%s%s", h->possible == VCK_NO ? "not possible" : "not told",
			     vck_errno_name(h->err), h->meaning ? ": " : "",
			     h->meaning ? h->meaning : "");
	for (size_t i = 0; i < h->n; i++)
		vck_buf_addf(&b, "%s%s", i ? ", " : "", vck_bdf_format(h->members[i].bdf, address));
	if (h->total > h->n)
		vck_buf_addf(&b, h->n ? " and %zu more" : "%zu functions", h->total - h->n);
	vck_sheet_field(s, "hot reset of", NULL, "%s", vck_buf_str(&b));
}

static void device(const struct vck_sheet *s, const struct vck_probe *p)
{
	const struct vck_probe_device *d = &p->device;

	if (d->known != VCK_YES)
		return;
	vck_sheet_section(s, "Open device");
	vck_sheet_field(s, "reset", NULL, "%s", d->reset == VCK_YES ? "works" : "does not work");
	for (size_t i = 0; i < d->n_regions; i++)
		vck_sheet_field(s, i ? "" : "regions", NULL, "%u: %#" PRIx64 " bytes at %#" PRIx64,
				d->regions[i].index, d->regions[i].size, d->regions[i].offset);
	hot_reset(s, &p->hot_reset);
}

static void capabilities(const struct vck_sheet *s, const struct vck_probe_hw *h)
{
	cleanup_buf struct vck_buf b = { 0 };
	const char *name;

	if (h->capabilities_known != VCK_YES)
		return;
	for (unsigned bit = 0; (name = vck_hw_capability_name(bit)); bit++) {
		if (h->capabilities >> bit & 1)
			vck_buf_addf(&b, "%s %s", b.len ? "," : ":", name);
	}
	vck_sheet_field(s, "capabilities", NULL, "%#" PRIx64 "%s", h->capabilities, vck_buf_str(&b));
}

static void hardware(const struct vck_sheet *s, const struct vck_probe_hw *h)
{
	const char *name = vck_hw_type_name(h->type);

	if (h->known != VCK_YES)
		return;
	vck_sheet_section(s, "IOMMU hardware");
	vck_sheet_field(s, "type", NULL, "%s (%u)%s", name ? name : "not known here", h->type,
			h->type == VCK_HW_NONE ? ": the IOMMU driver tells nothing about its hardware" : "");
	capabilities(s, h);
	for (size_t i = 0; i < h->n; i++)
		vck_sheet_field(s, h->fields[i].name, NULL, h->fields[i].hex ? "%#" PRIx64 : "%" PRIu64,
				h->fields[i].value);
}

static void how(const struct vck_sheet *s, const struct vck_probe *p)
{
	const char *from = p->moved_from[0] ? p->moved_from : "no driver";

	if (p->moved)
		vck_sheet_text(s, 2, "asked through %s; moved there from %s%s", p->driver, from,
			       p->moved_back == VCK_YES ? " and given back" : ", NOT GIVEN BACK");
	else if (p->driver[0])
		vck_sheet_text(s, 2, "asked through %s", p->driver);
}

static void judgement(const struct vck_sheet *s, const struct vck_probe *p)
{
	cleanup_buf struct vck_buf answer = { 0 }, predicted = { 0 };

	vck_attach_label(&answer, &p->answer);
	if (p->answer.accepted == VCK_UNKNOWN && p->answer.err)
		vck_buf_addf(&answer, " (it could not be asked: %s at %s)",
			     vck_errno_name(p->answer.err), vck_stage_name(p->answer.stage));
	vck_attach_label(&predicted, &p->predicted);
	vck_sheet_field(s, "kernel says", NULL, "%s", vck_buf_str(&answer));
	vck_sheet_field(s, "predicted", NULL, "%s%s", vck_buf_str(&predicted),
			p->agrees == VCK_NO ? ": WRONG, a bug of viommu-check; please report it with a capture (viommu-check capture)" : "");
	if (p->answer.stage == VCK_STAGE_BIND && p->driver[0])
		vck_sheet_text(s, 4, "%s did not take the device", p->driver);
}

void vck_render_probe(FILE *out, const struct vck_device *d, const struct vck_style *style)
{
	struct vck_sheet s = { .out = out, .style = style };
	const struct vck_probe *p = d->probe;

	vck_sheet_text(&s, 0, "%s %s", d->address, d->name ? d->name : "");
	how(&s, p);
	judgement(&s, p);
	path(&s, p->compat == VCK_YES ? "Container (/dev/vfio), served by iommufd" :
					"Container (/dev/vfio)",
	     &p->container, d->holders);
	if (p->viable != VCK_UNKNOWN)
		vck_sheet_field(&s, "group viable", NULL, "%s", vck_tri_label(p->viable));
	if (p->dma_cc != VCK_UNKNOWN)
		vck_sheet_field(&s, "coherency", "VFIO_DMA_CC_IOMMU", "%s",
				p->dma_cc == VCK_YES ? "enforced" : "not enforced");
	path(&s, "iommufd", &p->iommufd, d->holders);
	device(&s, p);
	hardware(&s, &p->hw);
}
