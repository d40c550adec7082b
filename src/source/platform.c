// SPDX-License-Identifier: GPL-2.0-or-later
/* Platform and AMBA devices that matter for VFIO: those with an IOMMU group, an
 * `iommus` property or an IORT node, and every virtio-mmio device. All others are
 * looked at only as far as it takes to tell. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/oom.h"
#include "source/pci.h"

struct platform_reader {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_tally tally;
	struct vck_intern names;
	bool unread; /* a bus that there is could not be listed */
	char **in_iort; /* objects that the IORT names, without padding, sorted */
	size_t n_in_iort;
};

struct candidate {
	struct vck_dir *dir; /* owned by the caller */
	const char *name, *path;
	enum vck_bus bus;
	const char *acpi_node, *acpi_path;
	int acpi_err; /* of reading the two */
	struct vck_dt_node *of_node;
	char driver[128];
	ssize_t driver_len; /* or the error of reading the link */
};

/* --- who is in --- */

/* The next segment of an object path without its padding: "_SB_" is "_SB". */
static size_t segment(const char **s, const char **start)
{
	size_t n;

	while (**s == '.' || **s == '\\')
		(*s)++;
	*start = *s;
	n = strcspn(*s, ".");
	*s += n;
	while (n && (*start)[n - 1] == '_')
		n--;
	return n;
}

/* "\\_SB_.PC00" as "_SB.PC00"; owned, NULL when memory is short. */
static char *plain_object(const char *path)
{
	char *text = malloc(strlen(path) + 2), *out = text;
	const char *start;
	size_t n;

	if (!text)
		return NULL;
	while ((n = segment(&path, &start))) {
		memcpy(out, start, n);
		out += n;
		*out++ = '.';
	}
	/* What ends in the middle is no other object's name. */
	out = stpcpy(out, *path ? "?" : "");
	return text;
}

static int object_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_iort(struct platform_reader *rd)
{
	const struct vck_iort *iort = rd->h->acpi.iort;

	rd->in_iort = iort ? calloc(iort->n_nodes + 1, sizeof(*rd->in_iort)) : NULL;
	if (iort && !rd->in_iort)
		return vck_oom();
	for (size_t i = 0; iort && i < iort->n_nodes; i++) {
		const struct vck_iort_node *n = &iort->nodes[i];

		if (n->type != VCK_IORT_NAMED || !n->name)
			continue;
		rd->in_iort[rd->n_in_iort] = plain_object(n->name);
		if (!rd->in_iort[rd->n_in_iort++])
			return vck_oom();
	}
	if (rd->n_in_iort > 1)
		qsort(rd->in_iort, rd->n_in_iort, sizeof(*rd->in_iort), object_cmp);
	return 0;
}

static bool in_iort(const struct platform_reader *rd, const char *acpi_path)
{
	cleanup_free char *plain = NULL;

	if (!acpi_path || !rd->n_in_iort)
		return false;
	plain = plain_object(acpi_path);
	if (!plain)
		vck_oom_note();
	return plain && !str_ends(plain, "?") &&
	       bsearch(&plain, rd->in_iort, rd->n_in_iort, sizeof(plain), object_cmp);
}

static bool is_wanted(const struct platform_reader *rd, const struct candidate *c)
{
	return vck_dir_has(c->dir, "iommu_group") || vck_dt_prop(c->of_node, "iommus") ||
	       (c->driver_len > 0 && streq(c->driver, "virtio-mmio")) ||
	       in_iort(rd, c->acpi_path);
}

/* --- what it is --- */

/* What is there and could not be read: missing files, and what a capture says nobody read, are
 * no problem. */
static void tally_attr(struct platform_reader *rd, const struct candidate *c, const char *what,
		       ssize_t err)
{
	if (err < 0 && err != -ENOENT && err != -ENOTDIR && err != -ENODATA)
		vck_tally_add(&rd->tally, what, NULL, (int)err, c->name, c->path);
}

static int read_text(struct platform_reader *rd, struct vck_dir *dir, const char *name,
		     const char **ret)
{
	char text[1024];

	if (vck_dir_attr(dir, name, text, sizeof(text)) < 0)
		return 0;
	/* driver_override prints a null pointer like this. */
	if (!*text || streq(text, "(null)"))
		return 0;
	*ret = vck_arena_strdup(&rd->h->arena, text);
	return *ret ? 0 : -ENOMEM;
}

static int read_power(struct platform_reader *rd, struct vck_device *d,
		      struct vck_dir *dir)
{
	int r = read_text(rd, dir, "power/runtime_status", &d->runtime_status);

	if (r == 0)
		r = read_text(rd, dir, "power/control", &d->power_control);
	if (d->runtime_status && d->power_control)
		d->have |= VCK_EV_POWER;
	return r;
}

static int read_driver(struct platform_reader *rd, struct vck_device *d,
		       const struct candidate *c)
{
	if (c->driver_len > 0) {
		d->driver = vck_intern(&rd->names, c->driver);
		if (!d->driver)
			return -ENOMEM;
	}
	/* As with PCI, only a whole directory says that there is no driver. */
	if (d->driver || (c->driver_len == -ENOENT && vck_dir_has(c->dir, "uevent")))
		d->have |= VCK_EV_DRIVER;
	return 0;
}

static int read_cdev(struct platform_reader *rd, struct vck_device *d,
		     struct vck_dir *dir)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *sub = NULL;

	if (!vck_dir_has(dir, "vfio-dev") || vck_dir_opendir(dir, "vfio-dev", &sub) < 0 ||
	    vck_dir_list(sub, &names) < 0 || !names.n)
		return 0;
	d->vfio_cdev = vck_arena_strdup(&rd->h->arena, names.names[0]);
	return d->vfio_cdev ? 0 : -ENOMEM;
}

static int add_device(struct platform_reader *rd, const struct candidate *c)
{
	struct vck_device *d = vck_host_add_device(rd->h, c->name);
	char unit[256];
	ssize_t n;
	int r;

	if (!d)
		return -ENOMEM;
	d->bus = c->bus;
	d->syspath = vck_arena_strdup(&rd->h->arena, c->path);
	if (!d->syspath)
		return -ENOMEM;
	d->acpi_node = c->acpi_node;
	d->acpi_path = c->acpi_path;
	d->of_node = c->of_node;
	d->have |= VCK_EV_PATH;
	/* A node of a tree that was not read is no evidence of none. */
	if (c->acpi_err == 0 && (c->of_node || !vck_dir_has(c->dir, "of_node")))
		d->have |= VCK_EV_FIRMWARE_NODE;
	if (c->acpi_err < 0)
		vck_tally_add(&rd->tally, "ACPI companion", NULL, c->acpi_err, c->name,
			      c->path);
	n = vck_dir_link_name(c->dir, "iommu", unit, sizeof(unit));
	if (n != -EINVAL) /* the IOMMU itself: a directory with its unit in it */
		tally_attr(rd, c, "IOMMU unit", n);
	if (n >= 0) {
		d->has_iommu_link = true;
		d->unit = vck_host_find_unit(rd->h, unit);
	}
	r = read_driver(rd, d, c);
	if (r == 0)
		r = read_text(rd, c->dir, "driver_override", &d->driver_override);
	if (r == 0)
		r = read_text(rd, c->dir, "modalias", &d->modalias);
	if (r == 0)
		r = read_power(rd, d, c->dir);
	return r < 0 ? r : read_cdev(rd, d, c->dir);
}

/* --- the two buses --- */

static int consider(struct platform_reader *rd, struct vck_dir *bus, const char *name,
		    enum vck_bus kind)
{
	cleanup_dir struct vck_dir *dir = NULL;
	struct candidate c = {.name = name, .bus = kind};
	char path[VCK_PATH_LEN];
	ssize_t r = vck_dir_link_path(bus, name, path, sizeof(path));

	if (r == -EINVAL)
		r = vck_path_join(vck_dir_path(bus), name, path, sizeof(path));
	if (r >= 0)
		r = vck_root_opendir(rd->root, path, &dir);
	if (r == 0) {
		vck_dir_peek(dir);
		c.acpi_err = vck_node_acpi_path(rd->h, rd->root, dir, &c.acpi_node,
						&c.acpi_path);
		r = c.acpi_err == -ENOMEM ? -ENOMEM : 0;
	}
	if (r < 0) {
		/* One that went away meanwhile is no loss: it may not even have been of
		 * interest. */
		if (r != -ENOENT && r != -ENOMEM)
			vck_tally_add(&rd->tally, "everything", NULL, (int)r, name,
				      vck_dir_path(bus));
		return r == -ENOMEM ? -ENOMEM : 0;
	}
	c.dir = dir;
	c.path = path;
	r = vck_node_of(rd->h, dir, &c.of_node);
	tally_attr(rd, &c, "device tree node", r);
	c.driver_len = vck_dir_link_name(dir, "driver", c.driver, sizeof(c.driver));
	tally_attr(rd, &c, "driver", c.driver_len);
	return is_wanted(rd, &c) ? add_device(rd, &c) : 0;
}

static int read_bus(struct platform_reader *rd, const char *path, enum vck_bus kind)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *bus = NULL;
	int r = vck_root_opendir(rd->root, path, &bus);

	if (r == -ENOENT) { /* not every kernel has AMBA */
		rd->unread |= !vck_root_exists(rd->root, "sys/bus");
		return 0;
	}
	if (r == 0)
		r = vck_dir_list(bus, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = consider(rd, bus, names.names[i], kind);
	rd->unread |= r < 0;
	if (r < 0)
		vck_problem(rd->h, "platform", path, r, "devices of this bus");
	return r == -ENOMEM ? r : 0;
}

int vck_read_platform(struct vck_host *h, struct vck_root *root)
{
	struct platform_reader rd = {
		.h = h,
		.root = root,
		.tally = {.source = "platform", .noun = "device"},
		.names = {.arena = &h->arena},
	};
	int r;

	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = list_iort(&rd);
	if (r == 0)
		r = read_bus(&rd, "sys/bus/platform/devices", VCK_BUS_PLATFORM);
	if (r == 0)
		r = read_bus(&rd, "sys/bus/amba/devices", VCK_BUS_AMBA);
	if (!rd.unread)
		h->have |= VCK_EV_PLATFORM;
	vck_tally_report(&rd.tally, h);
	for (size_t i = 0; i < rd.n_in_iort; i++)
		free(rd.in_iort[i]);
	free(rd.in_iort);
	return r;
}
