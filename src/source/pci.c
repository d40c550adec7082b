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

/* Before it there is only `reset`, which does not say how. */
#define FIRST_RESET_METHOD VCK_KVER(5, 15)

/* struct vck_device has no more: 6 BARs, ROM, 6 VF BARs, 4 windows (linux/pci.h). */
#define RESOURCES_MAX 17

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

static int parse_uevent_line(struct vck_pci_reader *rd, struct vck_device *d, const char *line,
			     unsigned *ids)
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
static int read_uevent(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	char text[2048], *line, *next;
	ssize_t n = vck_dir_attr(dir, "uevent", text, sizeof(text));
	unsigned ids = 0;

	if (n < 0)
		return 0;
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
		d->have |= VCK_EV_IDS;
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

/* The single attributes, where `uevent` is missing or does not tell. */
static void read_ids(struct vck_device *d, struct vck_dir *dir)
{
	uint32_t vendor, device, subvendor = 0, subdevice = 0, class;

	if (!attr_hex(dir, "vendor", 0xffff, &vendor) ||
	    !attr_hex(dir, "device", 0xffff, &device) ||
	    !attr_hex(dir, "class", 0xffffff, &class))
		return;
	/* Bridges have none. */
	(void)!attr_hex(dir, "subsystem_vendor", 0xffff, &subvendor);
	(void)!attr_hex(dir, "subsystem_device", 0xffff, &subdevice);
	d->vendor_id = (uint16_t)vendor;
	d->device_id = (uint16_t)device;
	d->subvendor_id = (uint16_t)subvendor;
	d->subdevice_id = (uint16_t)subdevice;
	d->class = class;
	d->have |= VCK_EV_IDS;
}

/* Last resort; the registers of a VF read ffff (PCIe Base 9.3.4.1). */
static void ids_from_header(struct vck_device *d)
{
	const struct vck_pcicap *c = &d->cap;

	if (c->header_known != VCK_YES || c->vendor == 0xffff)
		return;
	d->vendor_id = c->vendor;
	d->device_id = c->device;
	d->subvendor_id = c->subvendor;
	d->subdevice_id = c->subdevice;
	d->class = c->class;
	d->have |= VCK_EV_IDS;
}

static int read_driver(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir,
		       bool whole)
{
	char name[256];
	ssize_t n;

	if (!d->driver) {
		n = vck_dir_link_name(dir, "driver", name, sizeof(name));
		if (n < 0) {
			if (n == -ENOENT && whole)
				d->have |= VCK_EV_DRIVER;
			return 0;
		}
		d->driver = vck_intern(&rd->names, name);
	}
	d->have |= VCK_EV_DRIVER;
	return d->driver ? 0 : -ENOMEM;
}

/* --- attributes --- */

/* An attribute that few values of are in use on a host; NULL where it is not there. */
static int read_word(struct vck_pci_reader *rd, struct vck_dir *dir, const char *name,
		     const char **ret)
{
	char text[128];
	ssize_t n = vck_dir_attr(dir, name, text, sizeof(text));

	if (n < 0)
		return 0;
	*ret = vck_intern(&rd->names, text);
	return *ret ? 0 : -ENOMEM;
}

static int read_override(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	int r = read_word(rd, dir, "driver_override", &d->driver_override);

	/* What the kernel prints for a null pointer. */
	if (r == 0 && d->driver_override &&
	    (streq(d->driver_override, "(null)") || !*d->driver_override))
		d->driver_override = NULL;
	return r;
}

static void read_numbers(struct vck_device *d, struct vck_dir *dir)
{
	char text[32];
	uint64_t v;

	/* "-1" stays what it is without this. */
	if (vck_dir_attr(dir, "numa_node", text, sizeof(text)) > 0 &&
	    vck_parse_u64(text, 10, 65535, &v) == 0)
		d->numa_node = (int)v;
	if (d->class >> 16 == 0x03 && vck_dir_attr_u64(dir, "boot_vga", &v) == 0)
		d->boot_vga = vck_tri(v != 0);
}

/* What tells nothing more is not read: an active function has not lost its power, and whether
 * it may be suspended matters to those that are. */
static int read_power(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	uint64_t v;
	int r = read_word(rd, dir, "power_state", &d->power_state);

	if (r == 0)
		r = read_word(rd, dir, "power/runtime_status", &d->runtime_status);
	if (r == 0 && d->runtime_status && !streq(d->runtime_status, "active"))
		r = read_word(rd, dir, "power/control", &d->power_control);
	if (d->power_state && !streq(d->power_state, "D0") &&
	    vck_dir_attr_u64(dir, "d3cold_allowed", &v) == 0)
		d->d3cold_allowed = vck_tri(v != 0);
	if (d->runtime_status)
		d->have |= VCK_EV_POWER;
	return r;
}

/* One line of `resource`: three numbers. */
static bool parse_resource(char *line, struct vck_resource *ret)
{
	uint64_t v[3];
	char *save = NULL, *word = strtok_r(line, " \t", &save);

	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (!word || vck_parse_u64(word, 0, UINT64_MAX, &v[i]) < 0)
			return false;
		word = strtok_r(NULL, " \t", &save);
	}
	*ret = (struct vck_resource){ v[0], v[1], v[2] };
	return true;
}

static int read_resources(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	struct vck_resource found[RESOURCES_MAX];
	size_t n = 0, used = 0;
	char text[2048], *line, *next;
	ssize_t got = vck_dir_attr(dir, "resource", text, sizeof(text));

	if (got < 0)
		return 0;
	for (line = text; line && n < RESOURCES_MAX; line = next, n++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!parse_resource(line, &found[n])) {
			vck_tally_add(&rd->tally, "resources (a line is not three numbers)", NULL,
				      0, d->address, vck_dir_path(dir));
			return 0;
		}
		if (found[n].flags)
			used = n + 1;
	}
	/* Unused ones at the end are left out: most functions use one or two of 13. */
	d->resources = vck_arena_memdup(&rd->h->arena, found, used * sizeof(*found));
	if (used && !d->resources)
		return -ENOMEM;
	d->n_resources = used;
	d->have |= VCK_EV_RESOURCES;
	return 0;
}

/* The words of @text as an array in the arena; equal texts share it. */
static int split_methods(struct vck_pci_reader *rd, const char *text, struct vck_reset *reset)
{
	size_t max = strlen(text) / 2 + 1;
	const char **words = vck_arena_calloc(&rd->h->arena, max, sizeof(*words));
	char *copy = vck_arena_strdup(&rd->h->arena, text), *save = NULL;

	if (!words || !copy)
		return -ENOMEM;
	for (char *w = strtok_r(copy, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save))
		words[reset->n_methods++] = w;
	reset->methods = words;
	return 0;
}

static int read_reset(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir,
		      bool whole)
{
	char text[256];
	ssize_t n = vck_dir_attr(dir, "reset_method", text, sizeof(text));
	int r;

	if (n >= 0) {
		if (!rd->reset_text || !streq(rd->reset_text, text)) {
			rd->reset = (struct vck_reset){ 0 };
			rd->reset_text = vck_arena_strdup(&rd->h->arena, text);
			r = rd->reset_text ? split_methods(rd, text, &rd->reset) : -ENOMEM;
			if (r < 0)
				return r;
		}
		d->reset = rd->reset;
		d->have |= VCK_EV_RESET;
	} else if (n == -ENOENT && whole && rd->h->kver >= FIRST_RESET_METHOD) {
		d->have |= VCK_EV_RESET;
	}
	return 0;
}

static int note_vf(struct vck_pci_reader *rd, struct vck_device *d, struct vck_bdf pf)
{
	if (rd->n_vfs == rd->cap_vfs) {
		size_t cap = rd->cap_vfs ? rd->cap_vfs * 2 : 64;
		struct vck_vf *p = realloc(rd->vfs, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		rd->vfs = p;
		rd->cap_vfs = cap;
	}
	rd->vfs[rd->n_vfs++] = (struct vck_vf){ d, pf };
	return 0;
}

static int read_sriov(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir,
		      bool whole)
{
	char name[64];
	ssize_t n = vck_dir_link_name(dir, "physfn", name, sizeof(name)), total;
	struct vck_bdf pf;
	uint64_t vfs;

	if (n >= 0 && vck_bdf_parse(name, &pf) == 0) {
		d->have |= VCK_EV_SRIOV;
		return note_vf(rd, d, pf);
	}
	/* The files are there where the capability is. */
	if (whole && n == -ENOENT && d->cap.sriov.present == VCK_NO) {
		d->have |= VCK_EV_SRIOV;
		return 0;
	}
	total = vck_dir_attr(dir, "sriov_totalvfs", name, sizeof(name));
	if (total > 0 && vck_parse_u32(name, 10, &d->sriov_totalvfs) == 0 &&
	    vck_dir_attr_u64(dir, "sriov_numvfs", &vfs) == 0 && vfs <= UINT16_MAX) {
		d->sriov_numvfs = (uint32_t)vfs;
		d->have |= VCK_EV_SRIOV;
	} else if (whole && n == -ENOENT && total == -ENOENT) {
		d->have |= VCK_EV_SRIOV;
	}
	return 0;
}

/* The unit that serves it; group membership is read from the groups' side. */
static void read_unit(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	char name[256];

	if (vck_dir_link_name(dir, "iommu", name, sizeof(name)) < 0)
		return;
	d->has_iommu_link = true;
	d->unit = vck_host_find_unit(rd->h, name);
}

static int read_vfio_cdev(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	cleanup_names struct vck_names names = { 0 };
	cleanup_dir struct vck_dir *sub = NULL;

	/* vfio drivers make it, and they all say so in their name. */
	if (!d->driver || !strstr(d->driver, "vfio") ||
	    vck_dir_opendir(dir, "vfio-dev", &sub) < 0 ||
	    vck_dir_list(sub, &names) < 0 || !names.n)
		return 0;
	d->vfio_cdev = vck_arena_strdup(&rd->h->arena, names.names[0]);
	return d->vfio_cdev ? 0 : -ENOMEM;
}

/* --- configuration space --- */

static void tally_config(struct vck_pci_reader *rd, const struct vck_device *d, int err,
			 bool whole)
{
	const struct vck_pcicap *c = &d->cap;
	struct vck_tally *t = &rd->tally;

	if (err == -ENOENT && !whole)
		return; /* nobody captured it; what it would tell is unknown without a word */
	if (err < 0 || c->size < 64)
		vck_tally_add(t, "config space", "capabilities are unknown", err, d->address,
			      d->syspath);
	else if (c->all_ones == VCK_YES)
		vck_tally_add(t, "config space (it reads all ones: nothing answers)",
			      "capabilities are unknown", 0, d->address, d->syspath);
	else if (c->chain_broken == VCK_YES)
		vck_tally_add(t, "capability list (it loops or leads out of config space)",
			      "what it may still hold is unknown", 0, d->address, d->syspath);
	else if (c->std_known == VCK_NO)
		vck_tally_add(t, "config space beyond 64 bytes",
			      "capabilities are unknown (run as root)", 0, d->address,
			      d->syspath);
	else if (c->ext_known == VCK_NO)
		vck_tally_add(t, "config space beyond 256 bytes",
			      "ACS, ATS and SR-IOV are unknown", 0, d->address, d->syspath);
}

static void read_config(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir,
			bool whole)
{
	cleanup_file struct vck_file *f = NULL;
	struct vck_host *h = rd->h;
	const struct vck_pcicap *c = &d->cap;
	int r = vck_file_open(dir, "config", &f);

	if (r == 0)
		r = vck_pcicap_read(f, &d->cap);
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
	tally_config(rd, d, r, whole);
}

/* --- functions --- */

static void read_revision(struct vck_device *d, struct vck_dir *dir)
{
	uint32_t v;

	if (d->cap.header_known == VCK_YES)
		d->revision = d->cap.revision;
	else if (attr_hex(dir, "revision", 0xff, &v))
		d->revision = (uint8_t)v;
}

static int read_modalias(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	char text[256];

	if (d->modalias || vck_dir_attr(dir, "modalias", text, sizeof(text)) <= 0)
		return 0;
	d->modalias = vck_arena_strdup(&rd->h->arena, text);
	return d->modalias ? 0 : -ENOMEM;
}

static int read_function(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
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
	read_numbers(d, dir);
	read_unit(rd, d, dir);
	r = read_modalias(rd, d, dir);
	if (r == 0)
		r = read_driver(rd, d, dir, whole);
	if (r == 0)
		r = read_override(rd, d, dir);
	if (r == 0)
		r = read_power(rd, d, dir);
	if (r == 0)
		r = read_resources(rd, d, dir);
	if (r == 0)
		r = read_reset(rd, d, dir, whole);
	if (r == 0)
		r = read_sriov(rd, d, dir, whole);
	if (r == 0)
		r = read_vfio_cdev(rd, d, dir);
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

static int add_function(struct vck_pci_reader *rd, struct vck_dir *bus, const char *name,
			struct vck_bdf bdf)
{
	cleanup_dir struct vck_dir *dir = NULL;
	char path[VCK_PATH_LEN];
	struct vck_device *d;
	int r = canonical_path(bus, name, path, sizeof(path));

	if (r == 0)
		r = vck_root_opendir(rd->root, path, &dir);
	if (r == -ENOENT || r == -ENODEV) {
		vck_tally_add(&rd->tally, "everything", "it went away while it was read", r, name,
			      BUS_DIR);
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

static int read_all(struct vck_pci_reader *rd, struct vck_dir *bus)
{
	cleanup_names struct vck_names names = { 0 };
	int r = vck_dir_list(bus, &names);

	if (r < 0) {
		vck_problem(rd->h, "pci", BUS_DIR, r, "PCI functions");
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct vck_bdf bdf;

		if (vck_bdf_parse(names.names[i], &bdf) < 0) {
			vck_tally_add(&rd->tally, "address (it is none)", NULL, 0, names.names[i],
				      BUS_DIR);
			continue;
		}
		r = add_function(rd, bus, names.names[i], bdf);
		if (r < 0)
			return r;
	}
	return 0;
}

int vck_read_pci(struct vck_host *h, struct vck_root *root)
{
	struct vck_pci_reader rd = {
		.h = h,
		.root = root,
		.tally = { .source = "pci", .noun = "function" },
		.names = { .arena = &h->arena },
	};
	cleanup_dir struct vck_dir *bus = NULL;
	int r = vck_root_opendir(root, BUS_DIR, &bus);

	/* A host without PCI has the other buses. */
	if (r == -ENOENT && vck_root_exists(root, "sys/bus"))
		return 0;
	if (r < 0) {
		vck_problem(h, "pci", BUS_DIR, r, "PCI functions");
		return r == -ENOMEM ? r : 0;
	}
	rd.acpi = vck_root_exists(root, "sys/devices/LNXSYSTM:00");
	r = read_all(&rd, bus);
	if (r == 0) {
		vck_host_sort(h);
		vck_pci_link_functions(&rd);
		vck_tally_report(&rd.tally, h);
	}
	vck_pci_reader_done(&rd);
	return r;
}
