// SPDX-License-Identifier: GPL-2.0-or-later
/* `list`: devices as a table by IOMMU group, or as the tree in which they hang,
 * laid out by libsmartcols. */
#include "config.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>

#include "check/engine.h"
#include "render/columns.h"
#include "render/labels.h"
#include "render/render.h"
#include "render/table.h"

#define COLUMNS_MAX 64

struct layout {
	struct libscols_table *table; /* owned */
	int columns[COLUMNS_MAX];
	size_t widths[COLUMNS_MAX]; /* of the longest cell or the name, in characters */
	size_t n;
	const struct vck_host *host;
	bool color;
};

static void layout_done(struct layout *l)
{
	scols_unref_table(l->table);
}

static int add_column(struct layout *l, int index)
{
	if (l->n == COLUMNS_MAX)
		return -E2BIG;
	l->widths[l->n] = strlen(vck_columns[index].name);
	l->columns[l->n++] = index;
	return 0;
}

/* Comma-separated names; *ret_bad is the one that is no column. */
static int add_columns(struct layout *l, const char *list, const char **ret_bad)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		int index = vck_column_find(list, len);

		if (index < 0) {
			*ret_bad = list;
			return -EINVAL;
		}
		if (add_column(l, index) < 0)
			return -EINVAL;
		list += len;
		list += *list == ',';
	}
	return 0;
}

/* What fits beside an id of a check and a driver's name of usual lengths; pipes get all. */
static const char *default_columns(const struct vck_style *style, bool tree)
{
	static const struct {
		unsigned width;
		const char *columns;
	} rows[] = {
		{ 120, "ADDRESS,GROUP,DRIVER,RESET,COHERENT,NOSNOOP,VERDICT,WHY,NAME" },
		{ 90, "ADDRESS,GROUP,DRIVER,RESET,COHERENT,NOSNOOP,VERDICT,WHY" },
		{ 76, "ADDRESS,GROUP,DRIVER,COHERENT,NOSNOOP,VERDICT,WHY" },
	};

	if (tree)
		return style->width == 0 || style->width >= 120
			       ? "ADDRESS,GROUP,ACS,DRIVER,VERDICT,NAME"
			       : "ADDRESS,GROUP,ACS,DRIVER,VERDICT";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (style->width == 0 || style->width >= rows[i].width)
			return rows[i].columns;
	}
	return "ADDRESS,GROUP,DRIVER,VERDICT,WHY";
}

static int choose_columns(struct layout *l, const struct vck_style *style,
			  const struct vck_table_options *o, const char **ret_bad)
{
	bool append = o->columns && o->columns[0] == '+';
	int r = 0;

	*ret_bad = o->columns;
	for (int i = 0; o->all_columns && vck_columns[i].name && r == 0; i++)
		r = add_column(l, i);
	if (!o->all_columns && (!o->columns || append))
		r = add_columns(l, default_columns(style, o->tree), ret_bad);
	if (r == 0 && o->columns)
		r = add_columns(l, o->columns + append, ret_bad);
	if (r == 0 && !l->n)
		r = -EINVAL;
	return r;
}

int vck_table_new(FILE *out, const struct vck_style *style, struct libscols_table **ret)
{
	struct libscols_table *t = scols_new_table();

	if (!t)
		return -ENOMEM;
	scols_table_set_stream(t, out);
	scols_table_enable_ascii(t, !style->utf8);
	scols_table_set_termforce(t, style->width ? SCOLS_TERMFORCE_ALWAYS
						  : SCOLS_TERMFORCE_NEVER);
	if (style->width)
		scols_table_set_termwidth(t, style->width);
	scols_table_enable_colors(t, style->color);
	*ret = t;
	return 0;
}

static int new_table(struct layout *l, FILE *out, const struct vck_style *style,
		     const struct vck_table_options *o)
{
	int r = vck_table_new(out, style, &l->table);

	if (r < 0)
		return r;
	l->color = style->color;
	scols_table_enable_noheadings(l->table, o->no_headings);
	scols_table_enable_raw(l->table, o->raw);
	for (size_t i = 0; i < l->n; i++) {
		const struct vck_column *c = &vck_columns[l->columns[i]];
		int flags = c->flags | (o->tree && l->columns[i] == 0 ? SCOLS_FL_TREE : 0);

		if (!scols_table_new_column(l->table, c->name, c->width, flags))
			return -ENOMEM;
	}
	return 0;
}

static int fill(struct layout *l, struct libscols_line *line, const struct vck_device *d)
{
	cleanup_buf struct vck_buf b = { 0 };
	size_t width;

	for (size_t i = 0; i < l->n; i++) {
		vck_buf_reset(&b);
		vck_columns[l->columns[i]].get(&b, d);
		width = vck_text_width(vck_buf_str(&b), b.len);
		if (width > l->widths[i])
			l->widths[i] = width;
		if (b.failed || scols_line_set_data(line, i, vck_buf_str(&b)) < 0)
			return -ENOMEM;
		if (l->color && streq(vck_columns[l->columns[i]].name, "VERDICT"))
			scols_cell_set_color(scols_line_get_cell(line, i),
					     vck_verdict_color(d->verdict));
	}
	return 0;
}

/* --- the table --- */

/* By group, those without one behind; within a group as the host has them. */
static int by_group(const void *a, const void *b)
{
	const struct vck_device *x = *(const struct vck_device *const *)a;
	const struct vck_device *y = *(const struct vck_device *const *)b;

	if (!x->group != !y->group)
		return x->group ? -1 : 1;
	if (x->group && x->group->number != y->group->number)
		return x->group->number < y->group->number ? -1 : 1;
	if ((x->bus == VCK_BUS_PCI) != (y->bus == VCK_BUS_PCI))
		return x->bus == VCK_BUS_PCI ? -1 : 1;
	if (x->bus == VCK_BUS_PCI)
		return vck_bdf_cmp(x->bdf, y->bdf);
	return strcmp(x->address, y->address);
}

static int fill_rows(struct layout *l)
{
	const struct vck_host *h = l->host;
	cleanup_free const struct vck_device **d = calloc(h->n_devices + 1, sizeof(*d));
	size_t n = 0;

	if (!d)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->selected)
			d[n++] = h->devices[i];
	}
	qsort(d, n, sizeof(*d), by_group);
	for (size_t i = 0; i < n; i++) {
		struct libscols_line *line = scols_table_new_line(l->table, NULL);

		if (!line || fill(l, line, d[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Where a line that is too long is broken: behind a dot or a hyphen of an id, at a blank. */
static size_t break_at(const char *s, size_t width)
{
	for (size_t i = width; i; i--) {
		if (s[i] == ' ' || strchr(".-", s[i - 1]))
			return i;
	}
	return width;
}

static int break_cell(struct libscols_line *line, size_t column, size_t width)
{
	const char *s = scols_cell_get_data(scols_line_get_cell(line, column));
	cleanup_buf struct vck_buf b = { 0 };

	while (s && vck_text_width(s, strlen(s)) > width) {
		size_t n = break_at(s, width);

		vck_buf_add(&b, s, n);
		vck_buf_addc(&b, '\n');
		s += n + (s[n] == ' ');
	}
	if (!b.len)
		return 0;
	vck_buf_adds(&b, s);
	return b.failed ? -ENOMEM : scols_line_set_data(line, column, vck_buf_str(&b));
}

static int break_cells(struct layout *l, size_t column, size_t width)
{
	struct libscols_iter *at = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_column *c = scols_table_get_column(l->table, column);
	struct libscols_line *line;
	int r = at ? 0 : -ENOMEM;

	while (r == 0 && scols_table_next_line(l->table, at, &line) == 0)
		r = break_cell(line, column, width);
	scols_free_iter(at);
	if (r == 0)
		r = scols_column_set_safechars(c, "\n");
	return r < 0 ? r : scols_column_set_wrapfunc(c, scols_wrapnl_chunksize,
						     scols_wrapnl_nextchunk, NULL);
}

#define NARROWEST 12

/* libsmartcols breaks a cell at any character, so what does not fit is broken here. Where it
 * may cut other columns, how much is left for this one is its business. */
static int break_long_cells(struct layout *l, const struct vck_style *style)
{
	size_t at = l->n, used = 0;

	for (size_t i = 0; i < l->n; i++) {
		int flags = vck_columns[l->columns[i]].flags;

		if (flags & SCOLS_FL_TRUNC)
			return 0;
		if (flags & SCOLS_FL_WRAP)
			at = i;
		else
			used += l->widths[i] + 1;
	}
	if (at == l->n)
		return 0;
	return break_cells(l, at, used + NARROWEST < style->width ? style->width - used
								  : NARROWEST);
}

/* --- the tree --- */

struct tree {
	struct layout *l;
	bool *wanted;		      /* by device: selected, or above one that is */
	struct libscols_line **lines; /* by device */
};

static size_t index_of(const struct vck_host *h, const struct vck_device *d)
{
	size_t lo = 0, hi = h->n_devices;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->devices[mid] == d)
			return mid;
		if (vck_bdf_cmp(h->devices[mid]->bdf, d->bdf) < 0 &&
		    h->devices[mid]->bus == VCK_BUS_PCI)
			lo = mid + 1;
		else
			hi = mid;
	}
	return h->n_devices;
}

/* The chain of bridges of a host read from outside may loop: at most as many steps as devices. */
static void want(struct tree *t, const struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		size_t k = i, steps = h->n_devices;

		if (!d->selected)
			continue;
		while (d && k < h->n_devices && !t->wanted[k] && steps--) {
			t->wanted[k] = true;
			d = d->upstream;
			k = d ? index_of(h, d) : 0;
		}
	}
}

static struct libscols_line *branch(struct layout *l, struct libscols_line *parent,
				    const char *text)
{
	struct libscols_line *line = scols_table_new_line(l->table, parent);

	if (!line)
		return NULL;
	for (size_t i = 0; i < l->n; i++) {
		if (l->columns[i] == 0 && scols_line_set_data(line, i, text) < 0)
			return NULL;
	}
	return line;
}

/* Domain and root bus of a function that hangs under no bridge; "platform" for the rest. */
static struct libscols_line *root_of(struct tree *t, const struct vck_device *d,
				     struct libscols_line **domain, uint32_t *domain_no,
				     struct libscols_line **bus, unsigned *bus_no)
{
	char text[96];

	if (d->bus != VCK_BUS_PCI) {
		if (*domain_no != UINT32_MAX)
			*domain = branch(t->l, NULL, "platform");
		*domain_no = UINT32_MAX;
		return *domain;
	}
	if (!*domain || *domain_no != d->bdf.domain) {
		snprintf(text, sizeof(text), "domain %04x", d->bdf.domain);
		*domain = branch(t->l, NULL, text);
		*bus_no = 0x100;
	}
	*domain_no = d->bdf.domain;
	if (*domain && *bus_no != d->bdf.bus) {
		snprintf(text, sizeof(text), "pci%04x:%02x", d->bdf.domain, d->bdf.bus);
		*bus = branch(t->l, *domain, text);
	}
	*bus_no = d->bdf.bus;
	return *bus;
}

static struct libscols_line *line_of_parent(struct tree *t, const struct vck_device *d)
{
	size_t k = d->upstream ? index_of(t->l->host, d->upstream) : t->l->host->n_devices;

	return k < t->l->host->n_devices ? t->lines[k] : NULL;
}

/* Devices without a line whose parent has one; returns how many, or -ENOMEM. */
static int place_children(struct tree *t)
{
	const struct vck_host *h = t->l->host;
	int placed = 0;

	for (size_t i = 0; i < h->n_devices; i++) {
		struct libscols_line *parent;

		if (!t->wanted[i] || t->lines[i])
			continue;
		parent = line_of_parent(t, h->devices[i]);
		if (!parent)
			continue;
		t->lines[i] = scols_table_new_line(t->l->table, parent);
		if (!t->lines[i] || fill(t->l, t->lines[i], h->devices[i]) < 0)
			return -ENOMEM;
		placed++;
	}
	return placed;
}

static int place_roots(struct tree *t)
{
	const struct vck_host *h = t->l->host;
	struct libscols_line *domain = NULL, *bus = NULL;
	uint32_t domain_no = 0;
	unsigned bus_no = 0x100;

	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		struct libscols_line *parent;

		if (!t->wanted[i] || (d->upstream && index_of(h, d->upstream) < h->n_devices))
			continue;
		parent = root_of(t, d, &domain, &domain_no, &bus, &bus_no);
		t->lines[i] = parent ? scols_table_new_line(t->l->table, parent) : NULL;
		if (!t->lines[i] || fill(t->l, t->lines[i], d) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fill_tree(struct layout *l)
{
	const struct vck_host *h = l->host;
	cleanup_free bool *wanted = calloc(h->n_devices + 1, sizeof(*wanted));
	cleanup_free struct libscols_line **lines = calloc(h->n_devices + 1, sizeof(*lines));
	struct tree t = { .l = l, .wanted = wanted, .lines = lines };
	int r;

	if (!wanted || !lines)
		return -ENOMEM;
	want(&t, h);
	r = place_roots(&t);
	/* One pass a level of bridges: every pass places one device at least, or ends. */
	for (int placed = 1; r == 0 && placed > 0;) {
		placed = place_children(&t);
		r = placed < 0 ? placed : 0;
	}
	return r;
}

/* --- below the table --- */

static void print_wrapped(FILE *out, const struct vck_style *style, const char *text)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_label_text(&b, text, "");
	vck_wrap(out, vck_buf_str(&b), style->width ? style->width : 0, 0, 2);
}

static void print_blocker(FILE *out, const struct vck_style *style, const struct vck_finding *f)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_buf_addf(&b, "%s: %s", f->rule->id, f->summary);
	if (f->remedy_text)
		vck_buf_addf(&b, " (%s)", f->remedy_text);
	print_wrapped(out, style, vck_buf_str(&b));
}

/* @rows: a table stands above, from which an empty line parts it */
static void footer(FILE *out, const struct vck_host *h, const struct vck_style *style, bool rows)
{
	bool any = !rows;

	for (size_t i = 0; i < h->n_findings; i++) {
		const struct vck_finding *f = &h->findings[i];

		if (f->result != VCK_RESULT_FAIL || f->severity != VCK_SEV_BLOCKER)
			continue;
		fputs(any ? "" : "\n", out);
		print_blocker(out, style, f);
		any = true;
	}
	if (h->n_problems) {
		cleanup_buf struct vck_buf b = { 0 };

		fputs(any ? "" : "\n", out);
		vck_buf_addf(&b, "%zu %s could not be read%s: '", h->n_problems,
			     h->n_problems == 1 ? "source" : "sources",
			     h->origin == VCK_ORIGIN_LIVE && h->privileged == VCK_NO
				     ? " (run as root to read all)"
				     : "");
		vck_command_label(&b, h->root_path, "host");
		vck_buf_adds(&b, "' lists them");
		print_wrapped(out, style, vck_buf_str(&b));
		any = true;
	}
	if (h->n_absent_locks) {
		cleanup_buf struct vck_buf b = { 0 };

		vck_command_label(&b, h->root_path, "nosnoop");
		fprintf(out, "%s%zu locked %s not here: '%s' shows %s\n", any ? "" : "\n",
			h->n_absent_locks,
			h->n_absent_locks == 1 ? "function is" : "functions are",
			vck_buf_str(&b), h->n_absent_locks == 1 ? "it" : "them");
	}
}

int vck_render_list(FILE *out, const struct vck_host *h, const struct vck_style *style,
		    const struct vck_table_options *o, const char **ret_bad)
{
	cleanup(layout_done) struct layout l = { .host = h };
	int r = choose_columns(&l, style, o, ret_bad);

	if (r == 0)
		r = new_table(&l, out, style, o);
	if (r == 0)
		r = o->tree ? fill_tree(&l) : fill_rows(&l);
	if (r == 0 && style->width && !o->tree && !o->raw)
		r = break_long_cells(&l, style);
	if (r == 0)
		r = scols_print_table(l.table);
	if (r == 0 && !o->no_headings && !o->raw)
		footer(out, h, style, scols_table_get_nlines(l.table) > 0);
	return r;
}

int vck_render_columns(FILE *out, const struct vck_style *style)
{
	cleanup(layout_done) struct layout l = { 0 };
	int r = vck_table_new(out, style, &l.table);

	if (r < 0)
		return r;
	scols_table_enable_noheadings(l.table, 1);
	if (!scols_table_new_column(l.table, "NAME", 0, 0) ||
	    !scols_table_new_column(l.table, "HELP", 0, SCOLS_FL_WRAP))
		return -ENOMEM;
	for (const struct vck_column *c = vck_columns; c->name; c++) {
		struct libscols_line *line = scols_table_new_line(l.table, NULL);

		if (!line || scols_line_set_data(line, 0, c->name) < 0 ||
		    scols_line_set_data(line, 1, c->help) < 0)
			return -ENOMEM;
	}
	return scols_print_table(l.table);
}
