// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a PCI function sits: the path of its directory names every bridge above
 * it and its host bridge, whose companions decide about coherency
 * (drivers/pci/pci-driver.c, pci_dma_configure). */
#include "config.h"

#include <errno.h>
#include <search.h>

#include "source/pci.h"

#define DT_BASE "sys/firmware/devicetree/base"

/* VMD and other synthetic domains lie above 16 bits (drivers/pci/controller/vmd.c). */
#define FIRST_SYNTHETIC_DOMAIN 0x10000u

/* --- companions --- */

int vck_node_acpi_path(struct vck_host *h, struct vck_root *root, struct vck_dir *dir,
		       const char **node, const char **ret)
{
	char path[VCK_PATH_LEN], attr[VCK_PATH_LEN], text[VCK_PATH_LEN];
	ssize_t n = vck_dir_link_path(dir, "firmware_node", path, sizeof(path));

	*ret = NULL;
	if (n == -ENOENT)
		return 0;
	if (n >= 0)
		n = vck_path_join(path, "path", attr, sizeof(attr));
	if (n >= 0)
		n = vck_root_attr(root, attr, text, sizeof(text));
	if (n < 0)
		return (int)n;
	*node = vck_arena_strdup(&h->arena, path);
	*ret = vck_arena_strdup(&h->arena, text);
	return *node && *ret ? 0 : -ENOMEM;
}

int vck_node_of(const struct vck_host *h, struct vck_dir *dir, struct vck_dt_node **ret)
{
	char path[VCK_PATH_LEN];
	const char *below;
	ssize_t n;

	*ret = NULL;
	if (!h->dt.root)
		return 0;
	n = vck_dir_link_path(dir, "of_node", path, sizeof(path));
	if (n < 0) /* a captured tree may have something else of that name */
		return n == -ENOENT || n == -EINVAL ? 0 : (int)n;
	below = str_after(path, DT_BASE);
	if (below && (*below == '/' || !*below))
		*ret = vck_dt_find_path(&h->dt, below);
	return 0;
}

/* --- paths --- */

/* "pci0000:00", the directory of a root bus */
static bool is_root_bus(const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t domain;

	if (n < 10 || strncmp(s, "pci", 3) != 0)
		return false;
	domain = strspn(s + 3, hex);
	return domain >= 4 && s[3 + domain] == ':' && strspn(s + 4 + domain, hex) == 2 &&
	       n == domain + 6;
}

/* The component of @path that ends before @end (which points at a slash or the end). */
static const char *component_before(const char *path, const char *end, size_t *n)
{
	const char *s = end;

	while (s > path && s[-1] != '/')
		s--;
	*n = (size_t)(end - s);
	return s;
}

/* Length of the part of @path up to its last root bus, 0 when it has none. */
static size_t root_bus_prefix(const char *path)
{
	const char *end = path + strlen(path);

	while (end > path) {
		size_t n;
		const char *s = component_before(path, end, &n);

		if (is_root_bus(s, n))
			return (size_t)(end - path);
		end = s > path ? s - 1 : path;
	}
	return 0;
}

/* The function whose directory is the component of @n bytes at @s. */
static bool component_bdf(const char *s, size_t n, struct vck_bdf *ret)
{
	char name[VCK_BDF_LEN];

	if (n >= sizeof(name))
		return false;
	memcpy(name, s, n);
	name[n] = '\0';
	return vck_bdf_parse(name, ret) == 0;
}

/* --- host bridges --- */

static int look_up_bus(struct vck_pci_reader *rd, struct vck_root_bus *bus)
{
	cleanup_dir struct vck_dir *dir = NULL, *above = NULL;
	char path[VCK_PATH_LEN];
	const char *node, *parent;
	ssize_t n;
	int r;

	r = vck_root_opendir(rd->root, bus->path, &dir);
	if (r == 0)
		r = vck_node_acpi_path(rd->h, rd->root, dir, &node, &bus->acpi_path);
	if (r < 0) {
		vck_tally_add(&rd->tally, "ACPI companion of the host bridge", NULL, r,
			      bus->path, bus->path);
		return r == -ENOMEM ? r : 0;
	}
	n = vck_path_join(bus->path, "..", path, sizeof(path));
	if (n < 0)
		return 0;
	parent = str_after(path, "sys/devices");
	bus->parent =
		vck_arena_strdup(&rd->h->arena, parent && *parent ? parent + 1 : "");
	if (!bus->parent)
		return -ENOMEM;
	/* The directory above all devices is none itself. */
	r = *bus->parent ? vck_root_opendir(rd->root, path, &above) : 0;
	if (r == 0 && above)
		r = vck_node_of(rd->h, above, &bus->parent_node);
	if (r < 0 && r != -ENOENT) {
		vck_tally_add(&rd->tally, "device tree node of the host bridge", NULL, r, bus->path,
			      path);
		return r == -ENOMEM ? r : 0;
	}
	bus->looked_up = true;
	return 0;
}

static int bus_cmp(const void *a, const void *b)
{
	const struct vck_root_bus *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->path, y->path, x->len);
}

static void bus_free(void *p)
{
	struct vck_root_bus *bus = p;

	free(bus->path);
	free(bus);
}

static int add_bus(struct vck_pci_reader *rd, const char *path, size_t len)
{
	struct vck_root_bus *bus = calloc(1, sizeof(*bus));

	if (!bus)
		return -ENOMEM;
	*bus = (struct vck_root_bus){.path = strndup(path, len), .len = len};
	if (!bus->path || !tsearch(bus, &rd->buses, bus_cmp)) {
		bus_free(bus);
		return -ENOMEM;
	}
	rd->last_bus = bus;
	return look_up_bus(rd, bus);
}

/* The root bus of @d into rd->last_bus; -ENOENT when its path names none. */
static int find_bus(struct vck_pci_reader *rd, const struct vck_device *d)
{
	size_t len = root_bus_prefix(d->syspath);
	const struct vck_root_bus key = {.path = (char *)d->syspath, .len = len};
	void **found;

	if (!len)
		return -ENOENT;
	/* Functions come in order, so it is nearly always the one of before. */
	if (rd->last_bus && bus_cmp(rd->last_bus, &key) == 0)
		return 0;
	found = tfind(&key, &rd->buses, bus_cmp);
	if (!found)
		return add_bus(rd, d->syspath, len);
	rd->last_bus = *found;
	return 0;
}

int vck_pci_read_companions(struct vck_pci_reader *rd, struct vck_device *d,
			    struct vck_dir *dir)
{
	const struct vck_root_bus *bus;
	int own = 0, r;

	if (vck_root_origin(rd->root) == VCK_ORIGIN_LSPCI)
		return 0;
	if (rd->acpi)
		own = vck_node_acpi_path(rd->h, rd->root, dir, &d->acpi_node,
					 &d->acpi_path);
	if (own == -ENOMEM)
		return own;
	if (own < 0)
		vck_tally_add(&rd->tally, "ACPI companion", NULL, own, d->address,
			      d->syspath);
	r = vck_node_of(rd->h, dir, &d->of_node);
	vck_pci_tally_attr(rd, d, "device tree node", r);
	own = own ? own : r;
	r = find_bus(rd, d);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	bus = rd->last_bus;
	d->bridge_acpi_path = bus->acpi_path;
	d->bridge_of_node = bus->parent_node;
	d->bridge_parent = bus->parent;
	if (bus->looked_up && own == 0)
		d->have |= VCK_EV_FIRMWARE_NODE;
	return 0;
}

/* --- links between functions --- */

/* Without paths (lspci text) the bus numbers in the bridges' headers tell. Functions come
 * in order of their bus: @memo is the bridge of the bus before. */
struct bus_memo {
	bool valid;
	struct vck_bdf bus; /* device and function unused */
	struct vck_device *bridge;
};

static struct vck_device *bridge_to(const struct vck_host *h, struct vck_bdf bus)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *b = h->devices[i];

		if (b->bus == VCK_BUS_PCI && vck_device_is_bridge(b) &&
		    b->bdf.domain == bus.domain && b->cap.secondary == bus.bus &&
		    b->bdf.bus < bus.bus)
			return b;
	}
	return NULL;
}

static void link_by_bus_number(const struct vck_host *h, struct bus_memo *memo,
			       struct vck_device *d)
{
	struct vck_bdf bus = {.domain = d->bdf.domain, .bus = d->bdf.bus};

	if (!memo->valid || vck_bdf_cmp(memo->bus, bus) != 0)
		*memo = (struct bus_memo){true, bus, bridge_to(h, bus)};
	d->upstream = memo->bridge;
	/* Only bus 0 is known to be a root bus when no bridge leads to it. */
	if (d->upstream || bus.bus == 0)
		d->have |= VCK_EV_PATH;
}

/* A bridge has a lower bus number than what is below it (drivers/pci/probe.c:
 * pci_scan_bridge_extend renumbers it otherwise), so following such links ends. In a tree from
 * elsewhere two functions may be above each other. */
static bool can_be_above(const struct vck_device *up, const struct vck_device *d)
{
	return up->bdf.domain == d->bdf.domain && up->bdf.bus < d->bdf.bus;
}

static void link_upstream(struct vck_pci_reader *rd, struct vck_device *d)
{
	const char *path = d->syspath, *own, *above;
	struct vck_device *up;
	struct vck_bdf a;
	size_t n;

	own = component_before(path, path + strlen(path), &n);
	if (own <= path)
		return;
	above = component_before(path, own - 1, &n);
	if (is_root_bus(above, n)) {
		d->have |= VCK_EV_PATH;
		return;
	}
	if (!component_bdf(above, n, &a))
		return;
	up = vck_host_find_bdf(rd->h, a);
	if (!up)
		return;
	if (!can_be_above(up, d)) {
		vck_tally_add(&rd->tally, "bridge above (its bus number is not lower)", NULL, 0,
			      d->address, path);
		return;
	}
	d->upstream = up;
	d->have |= VCK_EV_PATH;
}

/* Children of a Volume Management Device use its requester id (pci_real_dma_dev). */
static void link_real_dma(const struct vck_host *h, struct vck_device *d)
{
	size_t bus = root_bus_prefix(d->syspath), n;
	const char *own, *above;
	struct vck_device *vmd;
	struct vck_bdf a;

	if (d->bdf.domain < FIRST_SYNTHETIC_DOMAIN || !bus)
		return;
	own = component_before(d->syspath, d->syspath + bus, &n);
	if (own <= d->syspath)
		return;
	above = component_before(d->syspath, own - 1, &n);
	if (!component_bdf(above, n, &a))
		return;
	vmd = vck_host_find_bdf(h, a);
	if (vmd && streq0(vmd->driver, "vmd"))
		d->real_dma_dev = vmd;
}

void vck_pci_link_functions(struct vck_pci_reader *rd)
{
	const struct vck_host *h = rd->h;
	struct bus_memo memo = {0};

	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];

		if (d->bus != VCK_BUS_PCI)
			continue;
		if (root_bus_prefix(d->syspath)) {
			link_upstream(rd, d);
			link_real_dma(h, d);
		} else {
			link_by_bus_number(h, &memo, d);
		}
	}
	for (size_t i = 0; i < rd->n_vfs; i++) {
		struct vck_device *vf = rd->vfs[i].device;

		vf->physfn = vck_host_find_bdf(h, rd->vfs[i].pf);
		if (vf->physfn)
			continue;
		vf->have &= ~(uint32_t)VCK_EV_SRIOV;
		vck_tally_add(&rd->tally, "physical function (it is not there)", NULL,
			      ENOENT, vf->address, vf->syspath);
	}
}

void vck_pci_reader_done(struct vck_pci_reader *rd)
{
	tdestroy(rd->buses, bus_free);
	free(rd->vfs);
	for (size_t i = 0; i < rd->n_units; i++)
		vck_dir_close(rd->units[i].dir);
	free(rd->units);
	vck_dir_close(rd->parent);
}
