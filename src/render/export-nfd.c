// SPDX-License-Identifier: GPL-2.0-or-later
/* Labels for Node Feature Discovery's local source. A label's value is at most
 * 63 of [A-Za-z0-9._-] and its ends are alphanumeric (Kubernetes, labels). */
#include "config.h"

#include <errno.h>

#include "render/export.h"

#define PREFIX	  "viommu-check."
#define VALUE_MAX 63

/* Whatever the locale says */
static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void label(FILE *out, const char *name, const char *value)
{
	char v[VALUE_MAX + 1];
	size_t n = 0;

	for (; *value && n < VALUE_MAX; value++) {
		bool fine = is_alnum(*value) || strchr("._-", *value);

		if (n || is_alnum(*value))
			v[n++] = fine ? *value : '-';
	}
	while (n && !is_alnum(v[n - 1]))
		n--;
	v[n] = '\0';
	fprintf(out, PREFIX "%s=%s\n", name, v);
}

static void count(FILE *out, const char *name, size_t n)
{
	fprintf(out, PREFIX "%s=%zu\n", name, n);
}

static bool counts(const struct vck_device *d)
{
	return d->selected && !vck_device_is_bridge(d);
}

static void verdicts(FILE *out, const struct vck_host *h)
{
	for (enum vck_verdict v = VCK_VERDICT_UNKNOWN; v <= VCK_VERDICT_UNSUITABLE; v++) {
		char name[64];
		size_t n = 0;

		for (size_t i = 0; i < h->n_devices; i++)
			n += counts(h->devices[i]) && h->devices[i]->verdict == v;
		snprintf(name, sizeof(name), "devices.%s", vck_verdict_name(v));
		count(out, name, n);
	}
}

static int id_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many of each kind of device VFIO accepts when the whole group is moved. */
static int assignable(FILE *out, const struct vck_host *h)
{
	uint32_t *ids = calloc(h->n_devices + 1, sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];

		if (counts(d) && d->bus == VCK_BUS_PCI && d->with_group.accepted == VCK_YES)
			ids[n++] = (uint32_t)d->vendor_id << 16 | d->device_id;
	}
	qsort(ids, n, sizeof(*ids), id_cmp);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && ids[i + run] == ids[i]; run++)
			;
		fprintf(out, PREFIX "assignable.%04x-%04x=%zu\n", ids[i] >> 16, ids[i] & 0xffff,
			run);
	}
	free(ids);
	return 0;
}

int vck_export_nfd(FILE *out, const struct vck_host *h)
{
	const struct vck_unit *active = NULL;
	size_t needed = 0;
	int r;

	for (size_t i = 0; i < h->n_units && !active; i++)
		active = h->units[i]->active ? h->units[i] : NULL;
	for (size_t i = 0; i < h->n_devices; i++)
		needed += counts(h->devices[i]) &&
			  h->devices[i]->nosnoop.action_needed == VCK_YES;
	if (vck_host_has(h, VCK_EV_GROUPS))
		label(out, "iommu.groups", h->n_groups ? "true" : "false");
	if (active && active->driver_name)
		label(out, "iommu.driver", active->driver_name);
	verdicts(out, h);
	count(out, "nosnoop.action-needed", needed);
	r = assignable(out, h);
	if (r < 0)
		return r;
	return ferror(out) ? -EIO : 0;
}
