// SPDX-License-Identifier: GPL-2.0-or-later
/* Which devices a command is about: filters and DEVICE words. Words within one
 * option widen, options narrow; -s and -d read as lspci's do. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "cmd/cmd.h"
#include "render/labels.h"

static struct vck_words **list_of(struct vck_filter *f, int id)
{
	switch (id) {
	case VCK_OPT_SLOT:
		return &f->slot;
	case VCK_OPT_ID:
		return &f->id;
	case VCK_OPT_GROUP:
		return &f->group;
	case VCK_OPT_CLASS:
		return &f->class;
	case VCK_OPT_DRIVER:
		return &f->driver;
	case VCK_OPT_VERDICT:
		return &f->verdict;
	}
	return NULL;
}

int vck_filter_option(struct vck_filter *f, struct vck_arena *words, int id, const char *arg)
{
	struct vck_words **list = list_of(f, id), *w;

	if (!list)
		return 0;
	w = vck_arena_alloc(words, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->text = arg;
	while (*list)
		list = &(*list)->next;
	*list = w;
	return 1;
}

/* A hex number, or any: empty or "*". Digits that are 0 in the mask may be any. */
struct part {
	bool any;
	uint64_t value, mask;
};

static int parse_part(char *s, uint64_t max, struct part *ret)
{
	*ret = (struct part){ .any = !*s || streq(s, "*"), .mask = UINT64_MAX };
	if (ret->any)
		return 0;
	return s[0] == '0' && (s[1] == 'x' || s[1] == 'X')
		       ? -EINVAL
		       : vck_parse_u64(s, 16, max, &ret->value);
}

/* The same, where 'x' stands for any digit. @s is cut up. */
static int parse_digits(char *s, uint64_t max, struct part *ret)
{
	uint64_t any = 0;
	int r;

	for (char *p = s; *p; p++) {
		bool x = *p == 'x' || *p == 'X';

		any = any << 4 | (x ? 0xf : 0);
		if (any > max)
			return -EINVAL;
		if (x)
			*p = '0';
	}
	r = parse_part(s, max, ret);
	ret->mask = ~any;
	return r;
}

static bool matches(const struct part *p, uint64_t value)
{
	return p->any || (value & p->mask) == p->value;
}

/* [[[[DOMAIN]:]BUS]:][DEVICE][.[FUNCTION]], every part may be left out. @s is cut up. */
static int match_slot(const struct vck_device *d, char *s)
{
	struct part domain = { .any = true }, bus = domain, dev, fn = domain;
	char *colon = strrchr(s, ':'), *mid = colon ? colon + 1 : s, *dot = strchr(mid, '.'), *c2;
	int r = 0;

	if (dot) {
		*dot = '\0';
		r = parse_part(dot + 1, 7, &fn);
	}
	if (r == 0)
		r = parse_part(mid, 0x1f, &dev);
	if (r == 0 && colon) {
		*colon = '\0';
		c2 = strrchr(s, ':');
		if (c2) {
			*c2 = '\0';
			r = parse_part(s, UINT32_MAX, &domain);
		}
		if (r == 0)
			r = parse_part(c2 ? c2 + 1 : s, 0xff, &bus);
	}
	if (r < 0)
		return -EINVAL;
	return d->bus == VCK_BUS_PCI && matches(&domain, d->bdf.domain) &&
	       matches(&bus, d->bdf.bus) && matches(&dev, d->bdf.dev) && matches(&fn, d->bdf.fn);
}

/* [VENDOR]:[DEVICE][:CLASS[:PROG-IF]], as lspci -d. */
static int match_id(const struct vck_device *d, char *s)
{
	static const uint64_t max[] = { 0xffff, 0xffff, 0xffff, 0xff };
	const struct part any = { .any = true };
	struct part part[4] = { any, any, any, any };
	size_t n = 0;

	if (!strchr(s, ':'))
		return -EINVAL;
	for (char *next = s; next; n++) {
		char *word = strsep(&next, ":");

		if (n == ARRAY_SIZE(part) ||
		    (n == 2 ? parse_digits : parse_part)(word, max[n], &part[n]) < 0)
			return -EINVAL;
	}
	if (!part[3].any && !vck_device_has(d, VCK_EV_PROG_IF))
		return 0;
	return d->bus == VCK_BUS_PCI && vck_device_has(d, VCK_EV_IDS) &&
	       matches(&part[0], d->vendor_id) && matches(&part[1], d->device_id) &&
	       matches(&part[2], d->class >> 8) && matches(&part[3], d->class & 0xff);
}

static int match_group(const struct vck_device *d, char *s)
{
	return d->group && streq(d->group->id, s);
}

/* Leading hex digits of the 24-bit class: "03" is every display controller. */
static int match_class(const struct vck_device *d, char *s)
{
	size_t n = strlen(s);
	uint64_t v;

	if (n < 1 || n > 6 || s[n > 1] == 'x' || vck_parse_u64(s, 16, 0xffffff, &v) < 0)
		return -EINVAL;
	return d->bus == VCK_BUS_PCI &&
	       vck_device_has(d, n > 4 ? VCK_EV_PROG_IF : VCK_EV_IDS) &&
	       d->class >> (24 - 4 * n) == v;
}

static int match_driver(const struct vck_device *d, char *s)
{
	if (streq(s, "none"))
		return !d->driver && vck_device_has(d, VCK_EV_DRIVER);
	return d->driver && streq(d->driver, s);
}

static int match_verdict(const struct vck_device *d, char *s)
{
	bool known = false;

	for (enum vck_verdict v = VCK_VERDICT_UNKNOWN; v <= VCK_VERDICT_UNSUITABLE; v++)
		known = known || streq(vck_verdict_name(v), s);
	return known ? streq(vck_verdict_name(d->verdict), s) : -EINVAL;
}

/* One DEVICE word: address, group:ID, VENDOR:DEVICE or the name of a platform device. */
static int match_operand(const struct vck_device *d, char *s)
{
	const char *group = str_after(s, "group:");
	struct vck_bdf bdf;

	if (group)
		return d->group && streq(d->group->id, group);
	if (vck_bdf_parse_typed(s, &bdf) == 0)
		return d->bus == VCK_BUS_PCI && vck_bdf_cmp(d->bdf, bdf) == 0;
	if (streq(d->address, s))
		return true;
	return strchr(s, ':') && match_id(d, s) == 1;
}

typedef int (*matcher)(const struct vck_device *d, char *s);

/* Does one of the words of @text match? 1, 0 or -EINVAL. */
static int match_words(const struct vck_device *d, const char *text, matcher match)
{
	cleanup_free char *copy = strdup(text);
	char *next = copy;
	int any = 0;

	if (!copy)
		return -ENOMEM;
	while (next) {
		int r = match(d, strsep(&next, ","));

		if (r < 0)
			return r;
		any |= r;
	}
	return any;
}

struct list {
	const struct vck_words *words;
	const char *name, *form;
	matcher match;
};

/* The same for an option as often as it was given; *ret_bad is what is not of its form. */
static int match_list(const struct vck_device *d, const struct list *l, const char **ret_bad)
{
	int any = 0;

	for (const struct vck_words *w = l->words; w; w = w->next) {
		int r = match_words(d, w->text, l->match);

		if (r < 0) {
			*ret_bad = w->text;
			return r;
		}
		any |= r;
	}
	return any;
}

/* Narrow the selection by one option. */
static int apply_list(struct vck_host *h, const struct list *l)
{
	/* The form of the words is checked even where there is no device to match. */
	struct vck_device none = { .address = "" };
	const char *bad = NULL;
	int r = match_list(&none, l, &bad);

	for (size_t i = 0; r >= 0 && i < h->n_devices; i++) {
		r = match_list(h->devices[i], l, &bad);
		if (r == 0)
			h->devices[i]->selected = false;
	}
	if (r == -EINVAL)
		vck_error("--%s: '%s' is not %s", l->name, bad, l->form);
	return r < 0 ? r : 0;
}

static int apply_options(struct vck_host *h, const struct vck_filter *f)
{
	const struct list lists[] = {
		{ f->slot, "slot", "[[[[DOMAIN]:]BUS]:][DEVICE][.[FUNCTION]] in hex", match_slot },
		{ f->id, "id", "[VENDOR]:[DEVICE][:CLASS[:PROG-IF]] in hex", match_id },
		{ f->group, "group", "a group", match_group },
		{ f->class, "class", "up to six hex digits", match_class },
		{ f->driver, "driver", "a driver", match_driver },
		{ f->verdict, "verdict", "ready, conditional, unsuitable or unknown",
		  match_verdict },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		int r = lists[i].words ? apply_list(h, &lists[i]) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static void say_not_found(const struct vck_host *h, const char *word)
{
	cleanup_buf struct vck_buf hint = { 0 };

	if (str_after(word, "group:") && !h->n_groups) {
		vck_buf_adds(&hint, "this host has no IOMMU groups");
	} else {
		vck_buf_addc(&hint, '\'');
		vck_command_label(&hint, h->root_path, "list");
		vck_buf_adds(&hint, "' shows what there is");
	}
	vck_error("%s: cannot find the device: no such address, name, id or group (%s)", word,
		  vck_buf_str(&hint));
}

static int apply_operands(struct vck_host *h, const struct vck_filter *f)
{
	for (size_t i = 0; i < h->n_devices; i++)
		h->devices[i]->selected = f->n_operands == 0;
	for (int k = 0; k < f->n_operands; k++) {
		bool found = false;

		for (size_t i = 0; i < h->n_devices; i++) {
			cleanup_free char *word = strdup(f->operands[k]);

			if (!word)
				return -ENOMEM;
			if (match_operand(h->devices[i], word) <= 0)
				continue;
			h->devices[i]->selected = true;
			found = true;
		}
		if (!found) {
			say_not_found(h, f->operands[k]);
			return -ENOENT;
		}
	}
	return 0;
}

int vck_filter_apply(struct vck_host *h, const struct vck_filter *f)
{
	bool narrowed = f->slot || f->id || f->group || f->class || f->driver || f->verdict;
	int n = 0, r = apply_operands(h, f);

	if (r == 0)
		r = apply_options(h, f);
	if (r == -ENOMEM)
		vck_error("out of memory");
	if (r < 0)
		return r;
	for (size_t i = 0; i < h->n_devices; i++)
		n += h->devices[i]->selected;
	if (!n && narrowed) {
		vck_error("no device matches all of the filters (words within one widen, options narrow)");
		return -ENOENT;
	}
	return n;
}
