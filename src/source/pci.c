// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI functions from sys/bus/pci/devices, thousands of them on a large host, so
 * each system call counts: a directory is opened once and not listed, `uevent`
 * tells in one read what else takes six, and what one file says is not asked
 * again of another. A missing file means "there is none" only in a directory
 * that is whole, which is one that has its `uevent`: captures made by hand often
 * lack half of the files. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "source/pci.h"

#define BUS_DIR "sys/bus/pci/devices"

/* --- identity --- */

static bool hex_field(const char **s, char end, uint32_t max, uint32_t *ret)
{
	char text[16];
	size_t n = strcspn(*s, ":");
	uint64_t v;

	if (n >= sizeof(text) || (*s)[n] != end)
		return false;
	memcpy(text, *s, n);
	text[n] = '\0';
	if (vck_parse_u64(text, 16, max, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	*s += n + (end ? 1 : 0);
	return true;
}

/* "1B36:000C" */
static bool id_pair(const char *s, uint16_t *a, uint16_t *b)
{
	uint32_t x, y;

	if (!hex_field(&s, ':', 0xffff, &x) || !hex_field(&s, '\0', 0xffff, &y))
		return false;
	*a = (uint16_t)x;
	*b = (uint16_t)y;
	return true;
}

static int parse_uevent_line(struct vck_pci_reader *rd, struct vck_device *d,
			     const char *line, unsigned *ids)
{
	const char *v;

	if ((v = str_after(line, "DRIVER="))) {
		d->driver = vck_intern(&rd->names, v);
		return d->driver ? 0 : -ENOMEM;
	}
	if ((v = str_after(line, "MODALIAS="))) {
		d->modalias = vck_arena_strdup(&rd->h->arena, v);
		return d->modalias ? 0 : -ENOMEM;
	}
	if ((v = str_after(line, "PCI_CLASS=")))
		*ids += hex_field(&v, '\0', 0xffffff, &d->class);
	else if ((v = str_after(line, "PCI_ID=")))
		*ids += id_pair(v, &d->vendor_id, &d->device_id);
	else if ((v = str_after(line, "PCI_SUBSYS_ID=")))
		*ids += id_pair(v, &d->subvendor_id, &d->subdevice_id);
	return 0;
}

/* Return: 1 when the directory is whole, 0, or -ENOMEM. */
static int read_uevent(struct vck_pci_reader *rd, struct vck_device *d,
		       struct vck_dir *dir)
{
	char text[2048], *line, *next;
	ssize_t n = vck_dir_attr(dir, "uevent", text, sizeof(text));
	unsigned ids = 0;

	if (n < 0) {
		vck_pci_tally_attr(rd, d, "uevent, which tells whether files are missing", n);
		return 0;
	}
	for (line = text; line; line = next) {
		int r;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r = parse_uevent_line(rd, d, line, &ids);
		if (r < 0)
			return r;
	}
	if (ids == 3)
		d->have |= VCK_EV_IDS | VCK_EV_PROG_IF;
	return 1;
}

static bool attr_hex(struct vck_dir *dir, const char *name, uint32_t max, uint32_t *ret)
{
	uint64_t v;

	if (vck_dir_attr_u64(dir, name, &v) < 0 || v > max)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* "0x030000"; "0x0300??" where text names the class without its last byte, see
 * lspci-tree.c. */
static bool attr_class(struct vck_dir *dir, uint32_t *ret, bool *whole)
{
	char text[16];

	*whole = attr_hex(dir, "class", 0xffffff, ret);
	if (*whole)
		return true;
	if (vck_dir_attr(dir, "class", text, sizeof(text)) != 8 || !streq(text + 6, "??"))
		return false;
	text[6] = '\0';
	if (vck_parse_u32(text, 16, ret) < 0)
		return false;
	*ret <<= 8;
	return true;
}

/* The single attributes, where `uevent` is missing or does not tell. */
static void read_ids(struct vck_device *d, struct vck_dir *dir)
{
	uint32_t vendor, device, subvendor = 0, subdevice = 0, class;
	bool whole;

	if (!attr_hex(dir, "vendor", 0xffff, &vendor) ||
	    !attr_hex(dir, "device", 0xffff, &device) ||
	    !attr_class(dir, &class, &whole))
		return;
	/* Bridges have none. */
	(void)!attr_hex(dir, "subsystem_vendor", 0xffff, &subvendor);
	(void)!attr_hex(dir, "subsystem_device", 0xffff, &subdevice);
	d->vendor_id = (uint16_t)vendor;
	d->device_id = (uint16_t)device;
	d->subvendor_id = (uint16_t)subvendor;
	d->subdevice_id = (uint16_t)subdevice;
	d->class = class;
	d->have |= VCK_EV_IDS | (whole ? VCK_EV_PROG_IF : 0);
}

/* Last resort; the registers of a VF read ffff (PCIe Base 9.3.4.1). */
static void ids_from_header(struct vck_device *d)
{
	const struct vck_pcicap *c = &d->cap;

	if (c->header_known != VCK_YES || c->vendor == 0xffff || !c->vendor)
		return;
	d->vendor_id = c->vendor;
	d->device_id = c->device;
	d->subvendor_id = c->subvendor;
	d->subdevice_id = c->subdevice;
	d->class = c->class;
	d->have |= VCK_EV_IDS | VCK_EV_PROG_IF;
}

static int read_driver(struct vck_pci_reader *rd, struct vck_device *d,
		       struct vck_dir *dir, bool whole)
{
	char name[256];
	ssize_t n;

	if (!d->driver) {
		n = vck_dir_link_name(dir, "driver", name, sizeof(name));
		if (n < 0) {
			if (n == -ENOENT && whole)
				d->have |= VCK_EV_DRIVER;
			vck_pci_tally_attr(rd, d, "driver", n);
			return 0;
		}
		d->driver = vck_intern(&rd->names, name);
	}
	d->have |= VCK_EV_DRIVER;
	return d->driver ? 0 : -ENOMEM;
}

/* --- configuration space --- */

/* How much of config space there is, 64 bytes or more; 0: it has holes. */
static unsigned config_end(struct vck_file *f)
{
	uint8_t rest[4096 - 64];
	ssize_t n = vck_file_pread(f, rest, sizeof(rest), 64);
	unsigned end = 64 + (n > 0 ? (unsigned)n : 0);

	return vck_file_pread(f, rest, 1, end) == -ENODATA ? 0 : end;
}

/* A list leads behind what there is: 64 bytes are what the kernel shows without root, 256 all of
 * conventional PCI; a file of another length was cut. */
static void tally_short(struct vck_pci_reader *rd, const struct vck_device *d,
			struct vck_file *f, const char *what, const char *hint)
{
	unsigned end = config_end(f);
	char text[64];

	if (end > 64 && end != 256) {
		snprintf(text, sizeof(text), "config space beyond %u bytes", end);
		what = vck_intern(&rd->names, text);
		if (d->cap.std_known == VCK_NO)
			hint = "capabilities are unknown";
	}
	if (what)
		vck_tally_add(&rd->tally, what, hint, 0, d->address, d->syspath);
}

static void tally_config(struct vck_pci_reader *rd, const struct vck_device *d,
			 struct vck_file *f, int err, bool whole)
{
	const struct vck_pcicap *c = &d->cap;
	struct vck_tally *t = &rd->tally;

	if (err == -ENOENT && !whole)
		return; /* nobody captured it; what it would tell is unknown without a
			   word */
	if (err < 0 || c->size < 64)
		vck_tally_add(t, "config space", "capabilities are unknown", err,
			      d->address, d->syspath);
	else if (c->all_ones == VCK_YES)
		vck_tally_add(t, "config space (it reads all ones: nothing answers)",
			      "capabilities are unknown", 0, d->address, d->syspath);
	else if (c->chain_broken == VCK_YES)
		vck_tally_add(
			t, "capability list (it loops or leads out of config space)",
			"what it may still hold is unknown", 0, d->address, d->syspath);
	else if (c->std_known == VCK_NO)
		tally_short(rd, d, f, "config space beyond 64 bytes",
			    "capabilities are unknown (run as root)");
	else if (c->ext_known == VCK_NO)
		tally_short(rd, d, f, "config space beyond 256 bytes",
			    "ACS, ATS and SR-IOV are unknown");
}

static void read_config(struct vck_pci_reader *rd, struct vck_device *d,
			struct vck_dir *dir, bool whole)
{
	cleanup_file struct vck_file *f = NULL;
	struct vck_host *h = rd->h;
	const struct vck_pcicap *c = &d->cap;
	int r = vck_file_open(dir, "config", &f);

	if (r == 0)
		r = vck_pcicap_read(f, rd->direct ? &rd->layout : NULL, &d->cap);
	if (c->header_known == VCK_YES)
		d->have |= VCK_EV_HEADER;
	if (c->std_known == VCK_YES)
		d->have |= VCK_EV_CAPS;
	if (c->ext_known == VCK_YES)
		d->have |= VCK_EV_EXTCAPS;
	if (c->size > 64)
		h->privileged = VCK_YES;
	else if (c->size == 64 && c->std_known == VCK_NO && c->chain_broken != VCK_YES &&
		 h->privileged == VCK_UNKNOWN)
		h->privileged = VCK_NO;
	tally_config(rd, d, f, r, whole);
}

/* --- functions --- */

static void read_revision(struct vck_device *d, struct vck_dir *dir)
{
	uint32_t v;

	if (d->cap.header_known == VCK_YES)
		d->revision = d->cap.revision;
	else if (attr_hex(dir, "revision", 0xff, &v))
		d->revision = (int)v;
}

static int read_modalias(struct vck_pci_reader *rd, struct vck_device *d,
			 struct vck_dir *dir)
{
	char text[256];

	if (d->modalias || vck_dir_attr(dir, "modalias", text, sizeof(text)) <= 0)
		return 0;
	d->modalias = vck_arena_strdup(&rd->h->arena, text);
	return d->modalias ? 0 : -ENOMEM;
}

static int read_function(struct vck_pci_reader *rd, struct vck_device *d,
			 struct vck_dir *dir)
{
	int r = read_uevent(rd, d, dir);
	bool whole = r > 0;

	if (r < 0)
		return r;
	if (!vck_device_has(d, VCK_EV_IDS))
		read_ids(d, dir);
	read_config(rd, d, dir, whole);
	if (!vck_device_has(d, VCK_EV_IDS))
		ids_from_header(d);
	if (!vck_device_has(d, VCK_EV_IDS))
		vck_tally_add(&rd->tally, "vendor, device and class", NULL, 0, d->address,
			      d->syspath);
	read_revision(d, dir);
	r = read_modalias(rd, d, dir);
	if (r == 0)
		r = read_driver(rd, d, dir, whole);
	if (r == 0)
		r = vck_pci_read_attributes(rd, d, dir, whole);
	return r < 0 ? r : vck_pci_read_companions(rd, d, dir);
}

/* The directory of a function. Its entry in BUS_DIR is a link; in trees made by hand or
 * from lspci text it may be the directory itself. */
static int canonical_path(struct vck_dir *bus, const char *name, char *path, size_t size)
{
	ssize_t n = vck_dir_link_path(bus, name, path, size);

	if (n == -EINVAL)
		n = vck_path_join(BUS_DIR, name, path, size);
	return n < 0 ? (int)n : 0;
}

/* Functions come sorted: the next one mostly lies in the same directory. */
static int open_function(struct vck_pci_reader *rd, const char *path, struct vck_dir **ret)
{
	const char *name = strrchr(path, '/');
	size_t n = name ? (size_t)(name - path) : 0;
	const char *have = rd->parent ? vck_dir_path(rd->parent) : "";
	char parent[VCK_PATH_LEN];

	if (!n)
		return vck_root_opendir(rd->root, path, ret);
	if (strncmp(have, path, n) != 0 || have[n]) {
		int r;

		memcpy(parent, path, n);
		parent[n] = '\0';
		vck_dir_close(TAKE_PTR(rd->parent));
		r = vck_root_opendir(rd->root, parent, &rd->parent);
		if (r < 0)
			return r;
	}
	return vck_dir_opendir(rd->parent, name + 1, ret);
}

static int add_function(struct vck_pci_reader *rd, struct vck_dir *bus, const char *name,
			struct vck_bdf bdf)
{
	cleanup_dir struct vck_dir *dir = NULL;
	char path[VCK_PATH_LEN];
	struct vck_device *d;
	int r = canonical_path(bus, name, path, sizeof(path));

	if (r == 0)
		r = open_function(rd, path, &dir);
	if (r == -ENOENT || r == -ENODEV) {
		vck_tally_add(&rd->tally, "everything", "it went away while it was read",
			      r, name, BUS_DIR);
		return 0;
	}
	d = vck_host_add_device(rd->h, name);
	if (!d)
		return -ENOMEM;
	d->bdf = bdf;
	d->syspath = vck_arena_strdup(&rd->h->arena, r < 0 ? "" : path);
	if (!d->syspath)
		return -ENOMEM;
	if (r < 0) {
		vck_tally_add(&rd->tally, "everything", NULL, r, name, BUS_DIR);
		return r == -ENOMEM ? r : 0;
	}
	return read_function(rd, d, dir);
}

struct entry {
	struct vck_bdf bdf;
	const char *name;
};

static int entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = vck_bdf_cmp(x->bdf, y->bdf);

	return r ? r : strcmp(x->name, y->name);
}

/* In the order of their numbers, as may_be_vf() wants it. */
static int read_sorted(struct vck_pci_reader *rd, struct vck_dir *bus,
		       const struct vck_names *names)
{
	cleanup_free struct entry *entries = calloc(names->n + 1, sizeof(*entries));
	size_t n = 0;
	int r = 0;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < names->n; i++) {
		entries[n].name = names->names[i];
		if (vck_bdf_parse(names->names[i], &entries[n].bdf) == 0)
			n++;
		else
			vck_tally_add(&rd->tally, "address (it is none)", NULL, 0,
				      names->names[i], BUS_DIR);
	}
	qsort(entries, n, sizeof(*entries), entry_cmp);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_function(rd, bus, entries[i].name, entries[i].bdf);
	return r;
}

static int read_all(struct vck_pci_reader *rd, struct vck_dir *bus)
{
	cleanup_names struct vck_names names = {0};
	int r = vck_dir_list(bus, &names);

	if (r == 0) {
		rd->h->have |= VCK_EV_FUNCTIONS;
		return read_sorted(rd, bus, &names);
	}
	vck_problem(rd->h, "pci", BUS_DIR, r, "PCI functions");
	return r == -ENOMEM ? r : 0;
}

int vck_read_pci(struct vck_host *h, struct vck_root *root)
{
	struct vck_pci_reader rd = {
		.h = h,
		.root = root,
		.tally = {.source = "pci", .noun = "function"},
		.names = {.arena = &h->arena},
	};
	cleanup_dir struct vck_dir *bus = NULL;
	int r = vck_root_opendir(root, BUS_DIR, &bus);

	/* A host without PCI has the other buses. */
	if (r == -ENOENT && vck_root_exists(root, "sys/bus")) {
		h->have |= VCK_EV_FUNCTIONS;
		return 0;
	}
	if (r < 0) {
		vck_problem(h, "pci", BUS_DIR, r, "PCI functions");
		return r == -ENOMEM ? r : 0;
	}
	rd.acpi = vck_root_exists(root, "sys/devices/LNXSYSTM:00");
	rd.direct = vck_root_is_direct(root);
	r = rd.direct ? vck_pci_list_units(&rd) : 0;
	if (r == 0)
		r = read_all(&rd, bus);
	if (r == 0) {
		vck_host_sort(h);
		vck_pci_link_functions(&rd);
		vck_tally_report(&rd.tally, h);
	}
	vck_pci_reader_done(&rd);
	return r;
}
