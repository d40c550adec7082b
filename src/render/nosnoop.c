// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of `nosnoop`: a row a function, what the bit is, who overrides it, what
 * holds it, and whether something is to be done. */
#include "config.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>

#include "base/text.h"
#include "render/nosnoop.h"

#define FULL_WIDTH 140 /* a terminal that holds the reasons too */

enum column {
	COL_DEVICE,
	COL_GROUP,
	COL_DRIVER,
	COL_BIT,
	COL_ENFORCED,
	COL_LOCK,
	COL_ACTION,
};

static const struct {
	const char *name;
	double width;
	int flags;
} columns[] = {
	[COL_DEVICE] = { "DEVICE", 12, SCOLS_FL_NOEXTREMES },
	[COL_GROUP] = { "GROUP", 4, SCOLS_FL_RIGHT },
	[COL_DRIVER] = { "DRIVER", 8, 0 },
	[COL_BIT] = { "NOSNOOP", 8, 0 },
	[COL_ENFORCED] = { "SNOOP-ENFORCED", 10, SCOLS_FL_TRUNC },
	[COL_LOCK] = { "LOCK", 10, 0 },
	[COL_ACTION] = { "ACTION", 0.3, SCOLS_FL_TRUNC },
};

static const char *bit_text(const struct vck_device *d)
{
	const struct vck_nosnoop *n = &d->nosnoop;

	if (n->supported == VCK_NO)
		return "none";
	if (n->enabled == VCK_UNKNOWN)
		return "unknown";
	if (n->enabled == VCK_YES)
		return "on";
	return n->hardwired == VCK_YES ? "off (hardwired)" : "off";
}

static void add_bit(struct vck_buf *b, const struct vck_device *d)
{
	vck_buf_adds(b, bit_text(d));
	if (d->nosnoop.inherited_from)
		vck_buf_addf(b, " (PF %s)", d->nosnoop.inherited_from->address);
}

static void add_enforced(struct vck_buf *b, const struct vck_nosnoop *n, bool brief)
{
	if (n->enforced == VCK_YES)
		vck_buf_addf(b, "yes%s%s", n->enforced_by && !brief ? ": " : "",
			     n->enforced_by && !brief ? n->enforced_by : "");
	else
		vck_buf_adds(b, n->enforced == VCK_NO ? "no" : "unknown");
}

static const char *action_text(const struct vck_nosnoop *n)
{
	if (n->supported == VCK_NO)
		return "none: no PCI Express capability";
	if (n->supported == VCK_UNKNOWN || n->enabled == VCK_UNKNOWN)
		return "unknown: its capabilities could not be read";
	if (n->action_needed == VCK_UNKNOWN)
		return "unknown: no IOMMU unit known that could enforce it";
	if (n->action_needed == VCK_YES)
		return "clear it: nothing turns its requests into snooped ones";
	if (n->enforced == VCK_YES)
		return "none: the IOMMU snoops every request";
	return n->lock == VCK_LOCK_NONE ? "none now; a guest can set it: lock it"
					: "none";
}

/* The same in a word or two, where there is no room for a reason (`show` has it). */
static const char *action_word(const struct vck_nosnoop *n)
{
	if (n->supported == VCK_NO)
		return "none";
	if (n->supported == VCK_UNKNOWN || n->enabled == VCK_UNKNOWN ||
	    n->action_needed == VCK_UNKNOWN)
		return "unknown";
	if (n->action_needed == VCK_YES)
		return "clear it";
	return n->enforced != VCK_YES && n->lock == VCK_LOCK_NONE ? "lock it" : "none";
}

static int set_cell(struct libscols_line *line, enum column c, struct vck_buf *b)
{
	cleanup_buf struct vck_buf safe = { 0 };

	vck_text_safe(&safe, vck_buf_str(b), b->len);
	vck_buf_reset(b);
	if (safe.failed)
		return -ENOMEM;
	return scols_line_set_data(line, c, vck_buf_str(&safe));
}

static void add_cell(struct vck_buf *b, const struct vck_device *d, enum column c, bool brief)
{
	switch (c) {
	case COL_DEVICE:
		vck_buf_adds(b, d->address);
		return;
	case COL_GROUP:
		vck_buf_adds(b, d->group ? d->group->id : "-");
		return;
	case COL_DRIVER:
		vck_buf_adds(b, d->driver ? d->driver : "-");
		return;
	case COL_BIT:
		add_bit(b, d);
		return;
	case COL_ENFORCED:
		add_enforced(b, &d->nosnoop, brief);
		return;
	case COL_LOCK:
		vck_buf_adds(b, vck_lock_name(d->nosnoop.lock));
		return;
	case COL_ACTION:
		vck_buf_adds(b, brief ? action_word(&d->nosnoop) : action_text(&d->nosnoop));
		return;
	}
}

static int add_row(struct libscols_table *t, const struct vck_device *d,
		   const struct vck_style *style)
{
	bool brief = style->width && style->width < FULL_WIDTH;
	cleanup_buf struct vck_buf b = { 0 };
	struct libscols_line *line = scols_table_new_line(t, NULL);
	int r = line ? 0 : -ENOMEM;

	for (size_t c = 0; r == 0 && c < ARRAY_SIZE(columns); c++) {
		add_cell(&b, d, (enum column)c, brief);
		r = set_cell(line, (enum column)c, &b);
	}
	if (r == 0 && style->color && d->nosnoop.action_needed == VCK_YES)
		r = scols_line_set_color(line, "yellow");
	return r;
}

static int add_columns(struct libscols_table *t)
{
	for (size_t c = 0; c < ARRAY_SIZE(columns); c++) {
		if (!scols_table_new_column(t, columns[c].name, columns[c].width,
					    columns[c].flags))
			return -ENOMEM;
	}
	return 0;
}

static int print_table(struct libscols_table *t, FILE *out, const struct vck_host *h,
		       const struct vck_style *style, const struct vck_table_options *o)
{
	int r = add_columns(t);

	scols_table_set_stream(t, out);
	scols_table_enable_noheadings(t, o->no_headings);
	scols_table_enable_raw(t, o->raw);
	scols_table_enable_colors(t, style->color);
	scols_table_set_termforce(t, style->width ? SCOLS_TERMFORCE_ALWAYS
						  : SCOLS_TERMFORCE_NEVER);
	if (style->width)
		scols_table_set_termwidth(t, style->width);
	for (size_t i = 0; r == 0 && i < h->n_devices; i++) {
		if (h->devices[i]->selected)
			r = add_row(t, h->devices[i], style);
	}
	return r == 0 ? scols_print_table(t) : r;
}

static void print_absent(FILE *out, const struct vck_host *h)
{
	for (size_t i = 0; i < h->n_absent_locks; i++) {
		const struct vck_absent_lock *l = &h->absent_locks[i];
		cleanup_buf struct vck_buf b = { 0 };

		vck_text_safe(&b, l->path, strlen(l->path));
		fprintf(out, "%s%s [%04x:%04x]: locked (%s), and not here ('nosnoop --unlock %s' removes it)\n",
			i ? "" : "\n", vck_buf_str(&b), l->vendor, l->device,
			vck_lock_name(l->lock), vck_buf_str(&b));
	}
}

int vck_render_nosnoop(FILE *out, const struct vck_host *h, const struct vck_style *style,
		       const struct vck_table_options *o)
{
	struct libscols_table *t = scols_new_table();
	int r = t ? print_table(t, out, h, style, o) : -ENOMEM;

	scols_unref_table(t);
	if (r == 0 && !o->no_headings && !o->raw)
		print_absent(out, h);
	return r;
}
