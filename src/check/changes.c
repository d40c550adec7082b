// SPDX-License-Identifier: GPL-2.0-or-later
/* A merge of two sorted lists of devices, and a table of what to compare. */
#include "config.h"

#include "check/changes.h"

static const char *driver_of(const struct vck_device *d)
{
	return d->driver ? d->driver : "";
}

static const char *group_of(const struct vck_device *d)
{
	return d->group ? d->group->id : "";
}

static const char *nosnoop_of(const struct vck_device *d)
{
	switch (d->nosnoop.enabled) {
	case VCK_YES:
		return "on";
	case VCK_NO:
		return "off";
	case VCK_UNKNOWN:
		break;
	}
	return "unknown";
}

static const char *lock_of(const struct vck_device *d)
{
	return vck_lock_name(d->nosnoop.lock);
}

static const char *verdict_of(const struct vck_device *d)
{
	return vck_verdict_name(d->verdict);
}

static const struct {
	enum vck_change_kind kind;
	const char *(*value)(const struct vck_device *d);
} compared[] = {
	{ VCK_CHANGE_DRIVER, driver_of },   { VCK_CHANGE_GROUP, group_of },
	{ VCK_CHANGE_NOSNOOP, nosnoop_of }, { VCK_CHANGE_LOCK, lock_of },
	{ VCK_CHANGE_VERDICT, verdict_of },
};

const char *vck_change_name(enum vck_change_kind k)
{
	static const char *const names[] = { "added",	"removed", "driver", "group",
					     "nosnoop", "lock",	   "verdict" };

	return (size_t)k < ARRAY_SIZE(names) ? names[k] : "other";
}

struct reporter {
	int (*each)(void *ctx, const struct vck_change *c);
	void *ctx;
	int n;
};

static int report(struct reporter *r, enum vck_change_kind kind, const char *address,
		  const char *old, const char *new)
{
	struct vck_change c = { .kind = kind, .address = address, .old = old, .new = new };
	int err = r->each(r->ctx, &c);

	if (err < 0)
		return err;
	r->n++;
	return 0;
}

static int compare(struct reporter *r, const struct vck_device *a, const struct vck_device *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(compared); i++) {
		const char *old = compared[i].value(a), *new = compared[i].value(b);
		int err = 0;

		if (!streq(old, new))
			err = report(r, compared[i].kind, b->address, old, new);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Orders as vck_host_sort() does. */
static int order(const struct vck_device *a, const struct vck_device *b)
{
	if ((a->bus == VCK_BUS_PCI) != (b->bus == VCK_BUS_PCI))
		return a->bus == VCK_BUS_PCI ? -1 : 1;
	return a->bus == VCK_BUS_PCI ? vck_bdf_cmp(a->bdf, b->bdf) : strcmp(a->address, b->address);
}

static const struct vck_device *selected(const struct vck_host *h, size_t *i)
{
	while (*i < h->n_devices && !h->devices[*i]->selected)
		(*i)++;
	return *i < h->n_devices ? h->devices[*i] : NULL;
}

int vck_changes(const struct vck_host *before, const struct vck_host *after,
		int (*each)(void *ctx, const struct vck_change *c), void *ctx)
{
	struct reporter r = { .each = each, .ctx = ctx };
	size_t i = 0, k = 0;

	for (;;) {
		const struct vck_device *a = selected(before, &i), *b = selected(after, &k);
		int c = !a ? 1 : !b ? -1 : order(a, b), err;

		if (!a && !b)
			return r.n;
		if (c < 0)
			err = report(&r, VCK_CHANGE_REMOVED, a->address, driver_of(a), "");
		else if (c > 0)
			err = report(&r, VCK_CHANGE_ADDED, b->address, "", driver_of(b));
		else
			err = compare(&r, a, b);
		if (err < 0)
			return err;
		i += c <= 0;
		k += c >= 0;
	}
}
