// SPDX-License-Identifier: GPL-2.0-or-later
/* The topology for Graphviz: an edge for each step downstream, a dashed box for
 * each group, a colour for each verdict. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "base/text.h"
#include "render/export.h"

/* Colours that stay apart for colour-blind readers (Okabe and Ito), light enough for black text. */
static const char *color(enum vck_verdict v)
{
	switch (v) {
	case VCK_VERDICT_READY:
		return "#9bd4c4";
	case VCK_VERDICT_CONDITIONAL:
		return "#f4d58d";
	case VCK_VERDICT_UNSUITABLE:
		return "#eba58c";
	case VCK_VERDICT_UNKNOWN:
		break;
	}
	return "#d9d9d9";
}

/* A quoted string of the DOT language: quotes and backslashes escaped. */
static void quote(FILE *out, const char *s)
{
	cleanup_buf struct vck_buf b = { 0 };
	const char *p;

	vck_text_safe(&b, s, strlen(s));
	fputc('"', out);
	for (p = vck_buf_str(&b); *p; p++) {
		if (*p == '"' || *p == '\\')
			fputc('\\', out);
		fputc(*p, out);
	}
	fputc('"', out);
}

static void node(FILE *out, const struct vck_device *d)
{
	cleanup_buf struct vck_buf text = { 0 };

	vck_buf_adds(&text, d->address);
	if (d->driver)
		vck_buf_addf(&text, " (%s)", d->driver);
	fputs("\t\t", out);
	quote(out, d->address);
	fputs(" [label=", out);
	quote(out, vck_buf_str(&text));
	fprintf(out, ", shape=%s, style=filled, fillcolor=\"%s\"",
		vck_device_is_bridge(d) ? "box" : "ellipse", color(d->verdict));
	if (d->name) {
		fputs(", tooltip=", out);
		quote(out, d->name);
	}
	fputs("];\n", out);
}

static void cluster(FILE *out, const struct vck_group *g)
{
	bool any = false;
	char label[64];

	for (size_t i = 0; i < g->n_devices; i++)
		any = any || g->devices[i]->selected;
	if (!any)
		return;
	fprintf(out, "\tsubgraph \"cluster_%u\" {\n\t\tlabel=", g->number);
	snprintf(label, sizeof(label), "group %.50s", g->id);
	quote(out, label);
	fputs("; style=dashed;\n", out);
	for (size_t i = 0; i < g->n_devices; i++) {
		if (g->devices[i]->selected)
			node(out, g->devices[i]);
	}
	fputs("\t}\n", out);
}

static void edge(FILE *out, const struct vck_device *d)
{
	char bus[16];

	if (d->bus != VCK_BUS_PCI)
		return;
	fputc('\t', out);
	if (d->upstream) {
		quote(out, d->upstream->address);
	} else {
		snprintf(bus, sizeof(bus), "pci%04x:%02x", d->bdf.domain, d->bdf.bus);
		quote(out, bus);
	}
	fputs(" -> ", out);
	quote(out, d->address);
	fputs(";\n", out);
}

int vck_export_dot(FILE *out, const struct vck_host *h)
{
	fputs("digraph viommu_check {\n\trankdir=LR;\n\tnode [fontname=\"sans-serif\"];\n", out);
	for (size_t i = 0; i < h->n_groups; i++)
		cluster(out, h->groups[i]);
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->selected && !h->devices[i]->group)
			node(out, h->devices[i]);
	}
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->selected)
			edge(out, h->devices[i]);
	}
	fputs("}\n", out);
	return ferror(out) ? -EIO : 0;
}
