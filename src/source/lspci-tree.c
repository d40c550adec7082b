// SPDX-License-Identifier: GPL-2.0-or-later
/* The tree that sysfs would have shown. A function's place below sys/devices follows
 * from the bus numbers of the bridges; where the bridge above it is not in the text,
 * it stands in sys/bus/pci/devices itself: its place is not known. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/lspci.h"
#include "source/root.h"

#define CLASS_HOST_BRIDGE 0x0600
#define DEPTH_MAX	  256

/* A bridge whose bus numbers are known. */
struct bridge {
	const struct vck_lspci_fn *fn;
	uint8_t secondary, subordinate;
};

struct build {
	struct vck_lspci *l;
	struct vck_memtree *t;
	struct bridge *bridges; /* sorted by domain and secondary bus */
	size_t n_bridges;
	/* for each bus of one domain the bridge above, see bridge_above() */
	const struct vck_lspci_fn *above[256];
	uint32_t domain;
	bool has_above;
	struct vck_buf dir; /* of @dir_of, whose neighbours and children mostly come next */
	const struct vck_lspci_fn *dir_of;
	struct vck_lspci_pf *pfs;
	size_t n_pfs;
	bool all_groups; /* the text shows the groups of the whole host */
	bool has_drivers;
};

/* Names in a function's directory of which such a text says nothing. The readers take a
 * missing name for "there is none" in a directory that has its uevent, see pci.c. */
static const char *const unknown_names[] = {"reset_method", "firmware_node"};
static int fn_cmp(const void *a, const void *b)
{
	const struct vck_lspci_fn *x = *(struct vck_lspci_fn *const *)a;
	const struct vck_lspci_fn *y = *(struct vck_lspci_fn *const *)b;

	return vck_bdf_cmp(x->bdf, y->bdf);
}

/* --- bridges --- */

static int bridge_cmp(const void *a, const void *b)
{
	const struct bridge *x = a, *y = b;

	if (x->fn->bdf.domain != y->fn->bdf.domain)
		return x->fn->bdf.domain < y->fn->bdf.domain ? -1 : 1;
	if (x->secondary != y->secondary)
		return (int)x->secondary - y->secondary;
	return vck_bdf_cmp(x->fn->bdf, y->fn->bdf);
}

/* PCI bridges (type 1) and CardBus bridges (2) have the numbers in the same place (PCI_CB_CARD_BUS
 * and its neighbours, linux/pci_regs.h). */
static bool is_bridge(const struct vck_lspci_fn *f)
{
	uint8_t type;

	if (!vck_lspci_get(&f->space, 0x0e, &type, 1))
		return f->is_bridge || f->is_cardbus;
	return (type & 0x7f) == 1 || (type & 0x7f) == 2;
}

/* Bus numbers below a bridge are higher than its own, so that no path can loop. */
static bool bridge_of(const struct vck_lspci_fn *f, struct bridge *ret)
{
	uint8_t buses[2];

	if (!is_bridge(f))
		return false;
	if (!vck_lspci_get(&f->space, 0x19, buses, sizeof(buses)) ||
	    buses[0] <= f->bdf.bus || buses[1] < buses[0] || buses[1] == 0xff)
		return false;
	*ret = (struct bridge){f, buses[0], buses[1]};
	return true;
}

static int find_bridges(struct build *b)
{
	b->bridges = calloc(b->l->n, sizeof(*b->bridges));
	if (!b->bridges)
		return -ENOMEM;
	for (size_t i = 0; i < b->l->n; i++)
		b->n_bridges +=
			bridge_of(b->l->fns[i], &b->bridges[b->n_bridges]) ? 1 : 0;
	if (b->n_bridges > 1)
		qsort(b->bridges, b->n_bridges, sizeof(*b->bridges), bridge_cmp);
	return 0;
}

/* The bridge that leads to each bus of a domain most closely: its secondary bus, or one of
 * the buses that VFs fill behind it. */
static void fill_above(struct build *b, uint32_t domain)
{
	size_t lo = 0, hi = b->n_bridges;

	memset(b->above, 0, sizeof(b->above));
	b->domain = domain;
	b->has_above = true;
	while (lo < hi) { /* the first bridge of the domain */
		size_t mid = lo + (hi - lo) / 2;

		if (b->bridges[mid].fn->bdf.domain < domain)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* A later one is closer to all that it leads to. */
	for (; lo < b->n_bridges && b->bridges[lo].fn->bdf.domain == domain; lo++) {
		const struct bridge *x = &b->bridges[lo];

		for (unsigned bus = x->secondary; bus <= x->subordinate; bus++)
			b->above[bus] = x->fn;
	}
}

/* Functions come domain by domain, and so do the tables of their bridges. */
static const struct vck_lspci_fn *bridge_above(struct build *b, const struct vck_lspci_fn *f)
{
	if (!b->has_above || b->domain != f->bdf.domain)
		fill_above(b, f->bdf.domain);
	return b->above[f->bdf.bus];
}

/* --- places --- */

static uint16_t class_of(const struct vck_lspci_fn *f)
{
	uint8_t b[2];

	if (vck_lspci_get(&f->space, 0x0a, b, sizeof(b)))
		return (uint16_t)(b[1] << 8 | b[0]);
	return f->has_class ? f->class : 0xffff;
}

/* Port type of the PCI Express capability (PCIe 7.5.3.2), -1 where it is not known. */
static int port_type(const struct vck_lspci_fn *f)
{
	uint8_t pos, cap[3];

	if (!vck_lspci_get(&f->space, 0x34, &pos, 1))
		return -1;
	/* No more than 48 fit; a loop ends there too. */
	for (unsigned i = 0; i < 48 && pos >= 0x40; i++) {
		if (!vck_lspci_get(&f->space, pos & 0xfcu, cap, sizeof(cap)))
			return -1;
		if (cap[0] == 0x10)
			return cap[2] >> 4;
		pos = cap[1];
	}
	return -1;
}

/* Root ports and integrated endpoints stand on root buses only, and host bridges too. */
static bool is_root_device(const struct vck_lspci_fn *f)
{
	int type = port_type(f);

	return class_of(f) == CLASS_HOST_BRIDGE || type == 4 || type == 9 || type == 10;
}

/* Is the bus of @f, which no bridge leads to, a root bus? */
static bool is_on_root_bus(const struct build *b, const struct vck_lspci_fn *f)
{
	struct vck_bdf first = {.domain = f->bdf.domain, .bus = f->bdf.bus};
	size_t lo = 0, hi = b->l->n;

	if (f->bdf.bus == 0)
		return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (vck_bdf_cmp(b->l->fns[mid]->bdf, first) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < b->l->n; lo++) {
		const struct vck_lspci_fn *g = b->l->fns[lo];

		if (g->bdf.domain != f->bdf.domain || g->bdf.bus != f->bdf.bus)
			break;
		if (is_root_device(g))
			return true;
	}
	return false;
}

/* The directory of @f into b->dir; false: its place is not known. */
static bool find_dir(struct build *b, const struct vck_lspci_fn *f)
{
	const struct vck_lspci_fn *chain[DEPTH_MAX], *x = f;
	char name[VCK_BDF_LEN];
	size_t n = 0;

	for (; x && x != b->dir_of; x = bridge_above(b, x)) {
		if (n == ARRAY_SIZE(chain))
			return false;
		chain[n++] = x;
	}
	if (!x) {
		if (!is_on_root_bus(b, chain[n - 1]))
			return false;
		vck_buf_reset(&b->dir);
		vck_buf_addf(&b->dir, "sys/devices/pci%04x:%02x", chain[n - 1]->bdf.domain,
			     chain[n - 1]->bdf.bus);
	}
	while (n-- > 0)
		vck_buf_addf(&b->dir, "/%s", vck_bdf_format(chain[n]->bdf, name));
	b->dir_of = b->dir.failed ? NULL : f;
	return true;
}

/* The function's directory below the root; false: its place is not known. */
static bool place(struct build *b, const struct vck_lspci_fn *f, struct vck_buf *path)
{
	const struct vck_lspci_fn *up = bridge_above(b, f);
	char name[VCK_BDF_LEN];

	/* Of what is above, since others are below that too. */
	if (up ? !find_dir(b, up) : !is_on_root_bus(b, f))
		return false;
	if (up)
		vck_buf_add(path, vck_buf_str(&b->dir), b->dir.len);
	else
		vck_buf_addf(path, "sys/devices/pci%04x:%02x", f->bdf.domain, f->bdf.bus);
	vck_buf_addf(path, "/%s", vck_bdf_format(f->bdf, name));
	path->failed |= up && b->dir.failed;
	return path->len < VCK_PATH_LEN - 256;
}

/* --- files --- */

static int put_text(struct build *b, const char *dir, const char *name, const char *text)
{
	char path[VCK_PATH_LEN], line[128];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return 0;
	snprintf(line, sizeof(line), "%s\n", text);
	return vck_memtree_file(b->t, path, line, strlen(line));
}

static int put_hex(struct build *b, const char *dir, const char *name, unsigned digits,
		   uint32_t v)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%0*x", (int)digits, v);
	return put_text(b, dir, name, text);
}

static int put_unknown(struct build *b, const char *dir, const char *name)
{
	char path[VCK_PATH_LEN];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return 0;
	return vck_memtree_error(b->t, path, ENODATA);
}

/* "../../../bus/pci/drivers/nvme", as deep as @dir is. */
static int put_link(struct build *b, const char *dir, const char *name,
		    const char *target)
{
	cleanup_buf struct vck_buf text = {0};
	char path[VCK_PATH_LEN];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return 0;
	for (const char *p = strchr(dir, '/'); p; p = strchr(p + 1, '/'))
		vck_buf_adds(&text, "../");
	vck_buf_adds(&text, target);
	return text.failed ? -ENOMEM : vck_memtree_link(b->t, path, vck_buf_str(&text));
}

/* A register of the header, if all its bytes are known. */
static bool header_le(const struct vck_lspci_fn *f, size_t off, size_t n, uint32_t *ret)
{
	uint8_t b[4];
	uint32_t v = 0;

	if (!vck_lspci_get(&f->space, off, b, n))
		return false;
	for (size_t i = 0; i < n; i++)
		v |= (uint32_t)b[i] << 8 * i;
	*ret = v;
	return true;
}

/* What the text names wins: the registers of a VF read ffff, and its PF knows better. */
static bool ids_of(const struct build *b, const struct vck_lspci_fn *f, uint32_t *vendor,
		   uint32_t *device)
{
	const struct vck_lspci_pf *pf;

	*vendor = f->vendor;
	*device = f->device;
	if (f->has_ids)
		return true;
	if (!header_le(f, 0x00, 2, vendor) || !header_le(f, 0x02, 2, device))
		return false;
	if (*vendor != 0xffff)
		return true;
	pf = vck_lspci_pf_of(b->pfs, b->n_pfs, f);
	if (!pf || !pf->vf_device || !header_le(pf->fn, 0x00, 2, vendor))
		return false;
	*device = pf->vf_device;
	return true;
}

/* Without -v the text does not show the programming interface; with it, not where it is 0. */
static int put_class(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	char text[16];

	if (f->has_prog_if || f->detailed)
		return put_hex(b, dir, "class", 6, (uint32_t)f->class << 8 | f->prog_if);
	snprintf(text, sizeof(text), "0x%04x??", f->class);
	return put_text(b, dir, "class", text);
}

static int put_ids(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	uint32_t vendor, device, class, rev, sub;
	int r = 0;

	if (ids_of(b, f, &vendor, &device)) {
		r = put_hex(b, dir, "vendor", 4, vendor);
		r = r < 0 ? r : put_hex(b, dir, "device", 4, device);
	}
	if (r == 0 && header_le(f, 0x09, 3, &class) && class != 0xffffff)
		r = put_hex(b, dir, "class", 6, class);
	else if (r == 0 && f->has_class)
		r = put_class(b, dir, f);
	if (r == 0 && header_le(f, 0x08, 1, &rev))
		r = put_hex(b, dir, "revision", 2, rev);
	else if (r == 0 && f->has_header)
		r = put_hex(b, dir, "revision", 2, f->revision);
	sub = (uint32_t)f->subdevice << 16 | f->subvendor;
	if (r == 0 && (f->has_sub || (!f->is_bridge && !f->is_cardbus &&
				      header_le(f, 0x2c, 4, &sub)))) {
		r = put_hex(b, dir, "subsystem_vendor", 4, sub & 0xffff);
		r = r < 0 ? r : put_hex(b, dir, "subsystem_device", 4, sub >> 16);
	}
	return r;
}

/* Header bytes that names say: ids, class, revision, header type. */
static int fill_header(const struct build *b, size_t i, struct vck_lspci_fn *f)
{
	static const uint8_t ones[64] = {[0 ... 63] = 0xff};
	const struct vck_lspci_fn *next = i + 1 < b->l->n ? b->l->fns[i + 1] : NULL;
	unsigned type = f->is_cardbus ? 2 : f->is_bridge ? 1 : 0;
	bool multi = f->bdf.fn > 0;
	int r = 0;

	if (f->gone && !f->hex_end)
		return vck_lspci_set(&f->space, 0, ones, sizeof(ones));
	if (!f->verbose || f->hex_end)
		return 0;
	/* The kernel takes functions 1 to 7 for parts of a multifunction device too. */
	multi |= next && next->bdf.domain == f->bdf.domain &&
		 next->bdf.bus == f->bdf.bus && next->bdf.dev == f->bdf.dev;
	if (f->has_ids)
		r = vck_lspci_put(f, 0x00, (uint32_t)f->device << 16 | f->vendor, 4);
	if (r == 0)
		r = vck_lspci_put(f, 0x08, f->revision, 1);
	if (r == 0 && f->has_class)
		r = vck_lspci_put(f, 0x09, (uint32_t)f->class << 8 | f->prog_if, 3);
	if (r == 0)
		r = vck_lspci_put(f, 0x0e, type | (multi ? 0x80u : 0u), 1);
	if (r == 0 && f->has_sub && !type)
		r = vck_lspci_put(f, 0x2c, (uint32_t)f->subdevice << 16 | f->subvendor,
				  4);
	return r;
}

/* How long `config` is: where the dump ends; with holes up to its full length when
 * registers behind that were spelled out. */
static size_t config_size(const struct vck_lspci_fn *f)
{
	size_t end = 0;

	if (f->list == VCK_LSPCI_LIST_DENIED && f->hex_end <= 64)
		return 64;
	for (size_t i = 0; i < f->space.cap; i++)
		end = (f->space.known[i / 8] & 1u << i % 8) ? i + 1 : end;
	return end > f->hex_end && !f->gone ? 4096 : end;
}

static int put_config(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	size_t size = config_size(f), off = 0;
	char path[VCK_PATH_LEN];
	uint8_t byte;
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/config", dir) >= sizeof(path))
		return 0;
	if (!size)
		return vck_memtree_error(b->t, path, ENODATA);
	r = vck_memtree_grow(b->t, path, size);
	while (r == 0 && off < f->space.cap && off < size) {
		size_t n = 0;

		while (off + n < f->space.cap && off + n < size &&
		       vck_lspci_get(&f->space, off + n, &byte, 1))
			n++;
		if (n)
			r = vck_memtree_extent(b->t, path, off, f->space.data + off, n);
		off += n + 1;
	}
	return r;
}

/* --- links --- */

static int group_cmp(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

/*
 * Are these all functions of the host? Somebody may have pasted one of two members of a
 * group. The kernel numbers groups from 0 on: where no number is left out and every
 * function was printed with its details, nothing is missing.
 */
static int shows_all_groups(struct vck_lspci *l, bool *ret)
{
	cleanup_free unsigned *numbers = calloc(l->n, sizeof(*numbers));
	bool all = true;
	uint64_t v;

	if (!numbers)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++) {
		all = all && l->fns[i]->group &&
		      vck_parse_u64(l->fns[i]->group, 10, UINT32_MAX, &v) == 0;
		numbers[i] = all ? (unsigned)v : 0;
	}
	qsort(numbers, l->n, sizeof(*numbers), group_cmp);
	for (size_t i = 0; i < l->n && all; i++)
		all = numbers[i] <= (i ? numbers[i - 1] + 1 : 0);
	*ret = all;
	return 0;
}

static int put_group(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	char target[64], path[128], address[VCK_BDF_LEN], member[VCK_PATH_LEN];
	int r;

	if (!f->group)
		return put_unknown(b, dir, "iommu_group");
	snprintf(target, sizeof(target), "kernel/iommu_groups/%s", f->group);
	r = put_link(b, dir, "iommu_group", target);
	if (r < 0 || !b->all_groups)
		return r;
	snprintf(path, sizeof(path), "sys/%s/devices/%s", target,
		 vck_bdf_format(f->bdf, address));
	snprintf(member, sizeof(member), "../../../../%s", dir + strlen("sys/"));
	return vck_memtree_link(b->t, path, member);
}

/* A function without a driver has no such line, if the others have one. The empty uevent
 * says that the missing link means something. */
static int put_driver(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	char target[320], path[VCK_PATH_LEN];

	if (!f->driver && b->has_drivers && f->detailed &&
	    (size_t)snprintf(path, sizeof(path), "%s/uevent", dir) < sizeof(path))
		return vck_memtree_file(b->t, path, NULL, 0);
	if (!f->driver || (size_t)snprintf(target, sizeof(target), "bus/pci/drivers/%s",
					   f->driver) >= sizeof(target))
		return put_unknown(b, dir, "driver");
	return put_link(b, dir, "driver", target);
}

static int put_physfn(struct build *b, const char *dir, const struct vck_lspci_fn *f)
{
	const struct vck_lspci_pf *pf = vck_lspci_pf_of(b->pfs, b->n_pfs, f);
	char target[64], address[VCK_BDF_LEN];

	if (!pf)
		return put_unknown(b, dir, "physfn");
	snprintf(target, sizeof(target), "bus/pci/devices/%s",
		 vck_bdf_format(pf->fn->bdf, address));
	return put_link(b, dir, "physfn", target);
}

static int put_function(struct build *b, const struct vck_lspci_fn *f)
{
	cleanup_buf struct vck_buf path = {0}, bus = {0};
	char link[64], address[VCK_BDF_LEN], target[VCK_PATH_LEN];
	const char *dir;
	int r = 0;

	snprintf(link, sizeof(link), "sys/bus/pci/devices/%s",
		 vck_bdf_format(f->bdf, address));
	if (place(b, f, &path)) {
		vck_buf_add(&bus, vck_buf_str(&path),
			    strcspn(vck_buf_str(&path), ":") + 3);
		r = path.failed || bus.failed
			    ? -ENOMEM
			    : put_unknown(b, vck_buf_str(&bus), "firmware_node");
		if (r < 0)
			return r;
		snprintf(target, sizeof(target), "../../../%s",
			 vck_buf_str(&path) + strlen("sys/"));
		r = vck_memtree_link(b->t, link, target);
	} else {
		vck_buf_reset(&path);
		vck_buf_adds(&path, link);
	}
	if (path.failed)
		return -ENOMEM;
	dir = vck_buf_str(&path);
	if (r == 0)
		r = vck_memtree_dir(b->t, dir);
	if (r == 0)
		r = put_ids(b, dir, f);
	if (r == 0)
		r = put_config(b, dir, f);
	if (r == 0)
		r = put_driver(b, dir, f);
	if (r == 0)
		r = put_group(b, dir, f);
	if (r == 0)
		r = put_physfn(b, dir, f);
	if (r == 0 && f->node)
		r = put_text(b, dir, "numa_node", f->node);
	for (size_t i = 0; i < ARRAY_SIZE(unknown_names) && r == 0; i++)
		r = put_unknown(b, dir, unknown_names[i]);
	return r;
}

int vck_lspci_build(struct vck_lspci *l, struct vck_memtree *t)
{
	struct build b = {.l = l, .t = t};
	int r = 0;

	qsort(l->fns, l->n, sizeof(struct vck_lspci_fn *), fn_cmp);
	for (size_t i = 0; i < l->n && r == 0; i++) {
		b.has_drivers |= l->fns[i]->driver != NULL;
		r = fill_header(&b, i, l->fns[i]);
	}
	if (r == 0)
		r = shows_all_groups(l, &b.all_groups);
	if (r == 0)
		r = find_bridges(&b);
	if (r == 0)
		r = vck_lspci_find_pfs(l, &b.pfs, &b.n_pfs);
	for (size_t i = 0; i < l->n && r == 0; i++)
		r = put_function(&b, l->fns[i]);
	if (r == 0 && !b.all_groups)
		r = vck_memtree_error(t, "sys/kernel/iommu_groups", ENODATA);
	vck_buf_done(&b.dir);
	free(b.bridges);
	free(b.pfs);
	return r;
}
