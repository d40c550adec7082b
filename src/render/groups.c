// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of the `groups` command: a paragraph for each group. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "base/text.h"
#include "render/render.h"
#include "render/table.h"

#define WIDTH_MIN 40
#define INDENT	  10 /* of continued lines, and of the member column */

static void line(FILE *out, const char *label, const char *text, unsigned width)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_buf_adds(&b, label);
	vck_text_safe(&b, text, strlen(text));
	fprintf(out, "%*s", INDENT, "");
	vck_wrap(out, vck_buf_str(&b), width, INDENT, INDENT + 2);
}

static void member(FILE *out, const struct vck_device *d, const char *id, unsigned width)
{
	cleanup_buf struct vck_buf b = { 0 };
	cleanup_buf struct vck_buf name = { 0 };
	size_t room;

	vck_text_safe(&b, d->address, strlen(d->address));
	if (d->driver) {
		vck_buf_adds(&b, "  ");
		vck_text_safe(&b, d->driver, strlen(d->driver));
	}
	if (d->name) {
		vck_buf_adds(&b, "  ");
		vck_text_safe(&name, d->name, strlen(d->name));
	}
	room = !width ? name.len : width > INDENT + b.len ? width - INDENT - b.len : 0;
	/* Not cut inside of a character */
	while (room && room < name.len && (vck_buf_str(&name)[room] & 0xc0) == 0x80)
		room--;
	fprintf(out, "%-*s%s%.*s\n", INDENT, id, vck_buf_str(&b), (int)room, vck_buf_str(&name));
}

static void group(FILE *out, const struct vck_group *g, unsigned width)
{
	cleanup_buf struct vck_buf id = { 0 };

	vck_text_safe(&id, g->id, strlen(g->id));
	if (!g->n_devices)
		fprintf(out, "%-*s(no member that is there)\n", INDENT, vck_buf_str(&id));
	for (size_t i = 0; i < g->n_devices; i++)
		member(out, g->devices[i], i ? "" : vck_buf_str(&id), width);
	for (size_t i = 0; i < g->n_missing; i++)
		line(out, "gone: ", g->missing[i], width);
	for (size_t i = 0; i < g->n_not_read; i++)
		line(out, "not read: ", g->not_read[i], width);
	if (g->why)
		line(out, "why: ", g->why, width);
	if (g->separate)
		line(out, "to part them: ", g->separate, width);
}

static bool has_selected(const struct vck_group *g)
{
	for (size_t i = 0; i < g->n_devices; i++) {
		if (g->devices[i]->selected)
			return true;
	}
	return g->n_devices == 0;
}

/* PCI functions that the model put into no group, and why. */
static void leftovers(FILE *out, const struct vck_host *h)
{
	size_t n = 0, placed = 0;

	for (size_t i = 0; i < h->n_devices; i++)
		n += h->devices[i]->bus == VCK_BUS_PCI;
	for (size_t i = 0; i < h->n_predicted; i++)
		placed += h->predicted[i]->n_devices;
	if (n > placed)
		fprintf(out, "%zu of %zu PCI functions are in no group: they are IOMMUs, bypass them, have one that groups by other rules, or config space that decides was not read\n",
			n - placed, n);
}

int vck_render_groups(FILE *out, const struct vck_host *h, bool predicted,
		      const struct vck_style *style)
{
	struct vck_group **groups = predicted ? h->predicted : h->groups;
	size_t n = predicted ? h->n_predicted : h->n_groups;
	/* Without a terminal nothing is cut or broken, as elsewhere. */
	unsigned width = style->width && style->width < WIDTH_MIN ? WIDTH_MIN : style->width;

	fprintf(out, "%-*s%s\n", INDENT, "GROUP", "MEMBERS");
	for (size_t i = 0; i < n; i++) {
		if (has_selected(groups[i]))
			group(out, groups[i], width);
	}
	if (predicted)
		leftovers(out, h);
	return ferror(out) ? -EIO : 0;
}
