// SPDX-License-Identifier: GPL-2.0-or-later
/* The attributes of one PCI function beyond its identity: power, resources, reset
 * methods, SR-IOV, its IOMMU unit. Files that would only repeat what another one
 * told are not read. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/pci.h"

/* Before it there is only `reset`, which does not say how. */
#define FIRST_RESET_METHOD VCK_KVER(5, 15)

/* PCI PM 1.2, 3.2.4: PowerState, 0 is D0 */
#define PMCSR_STATE 3u

/* struct vck_device has no more: 6 BARs, ROM, 6 VF BARs, 4 windows (linux/pci.h). */
#define RESOURCES_MAX 17

void vck_pci_tally_attr(struct vck_pci_reader *rd, const struct vck_device *d, const char *what,
			ssize_t err)
{
	/* ENODATA: whoever wrote the capture, or the text of lspci, does not say. */
	if (err < 0 && err != -ENOENT && err != -ENOTDIR && err != -ENODATA)
		vck_tally_add(&rd->tally, what, NULL, (int)err, d->address, d->syspath);
}

/* An attribute that few values of are in use on a host; NULL where it is not there. */
static int read_word(struct vck_pci_reader *rd, const struct vck_device *d, struct vck_dir *dir,
		     const char *name, const char *what, const char **ret)
{
	char text[128];
	ssize_t n = vck_dir_attr(dir, name, text, sizeof(text));

	if (n < 0) {
		vck_pci_tally_attr(rd, d, what, n);
		return 0;
	}
	*ret = vck_intern(&rd->names, text);
	return *ret ? 0 : -ENOMEM;
}

static int read_override(struct vck_pci_reader *rd, struct vck_device *d,
			 struct vck_dir *dir)
{
	int r = read_word(rd, d, dir, "driver_override", "driver override",
			  &d->driver_override);

	/* What the kernel prints for a null pointer. */
	if (r == 0 && d->driver_override &&
	    (streq(d->driver_override, "(null)") || !*d->driver_override))
		d->driver_override = NULL;
	return r;
}

static void read_numbers(struct vck_pci_reader *rd, struct vck_device *d, struct vck_dir *dir)
{
	char text[32];
	ssize_t n;
	uint64_t v;
	int r;

	/* "-1" stays what it is without this. */
	if (!rd->h->no_numa) {
		n = vck_dir_attr(dir, "numa_node", text, sizeof(text));
		if (n > 0 && vck_parse_u64(text, 10, 65535, &v) == 0)
			d->numa_node = (int)v;
		vck_pci_tally_attr(rd, d, "NUMA node", n);
	}
	if (d->class >> 16 != 0x03)
		return;
	r = vck_dir_attr_u64(dir, "boot_vga", &v);
	if (r == 0)
		d->boot_vga = vck_tri(v != 0);
	vck_pci_tally_attr(rd, d, "boot display", r);
}

/* A function below its own driver whose registers just said D0: where only what is wrong is
 * asked for, the attributes would add nothing. */
static bool is_awake(const struct vck_host *h, const struct vck_device *d)
{
	return h->only_open_findings && d->driver && !vck_device_is_on_vfio(d) &&
	       d->cap.std_known == VCK_YES && d->cap.pm.present == VCK_YES &&
	       !(d->cap.pm.pmcsr & PMCSR_STATE);
}

/* What tells nothing more is not read: an active function has not lost its power, and
 * whether it may be suspended matters to those that are. */
static int read_power(struct vck_pci_reader *rd, struct vck_device *d,
		      struct vck_dir *dir)
{
	static const char what[] = "power state";
	uint64_t v;
	int r;

	if (is_awake(rd->h, d)) {
		d->power_state = "D0";
		d->have |= VCK_EV_POWER;
		return 0;
	}
	r = read_word(rd, d, dir, "power_state", what, &d->power_state);
	if (r == 0)
		r = read_word(rd, d, dir, "power/runtime_status", what, &d->runtime_status);
	if (r == 0 && d->runtime_status && !streq(d->runtime_status, "active"))
		r = read_word(rd, d, dir, "power/control", what, &d->power_control);
	if (d->power_state && !streq(d->power_state, "D0")) {
		int err = vck_dir_attr_u64(dir, "d3cold_allowed", &v);

		if (err == 0)
			d->d3cold_allowed = vck_tri(v != 0);
		vck_pci_tally_attr(rd, d, what, err);
	}
	if (d->runtime_status)
		d->have |= VCK_EV_POWER;
	return r;
}

/* One line of `resource`: three numbers, mostly those of a resource that is not there. */
static bool parse_resource(char *line, struct vck_resource *ret)
{
	static const char none[] =
		"0x0000000000000000 0x0000000000000000 0x0000000000000000";
	uint64_t v[3];
	char *save = NULL, *word;

	if (streq(line, none)) {
		*ret = (struct vck_resource){0};
		return true;
	}
	word = strtok_r(line, " \t", &save);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++) {
		if (!word || vck_parse_u64(word, 0, UINT64_MAX, &v[i]) < 0)
			return false;
		word = strtok_r(NULL, " \t", &save);
	}
	*ret = (struct vck_resource){v[0], v[1], v[2]};
	return true;
}

static int read_resources(struct vck_pci_reader *rd, struct vck_device *d,
			  struct vck_dir *dir)
{
	struct vck_resource found[RESOURCES_MAX];
	size_t n = 0, used = 0;
	char text[2048], *line, *next;
	ssize_t got = vck_dir_attr(dir, "resource", text, sizeof(text));

	if (got < 0) {
		vck_pci_tally_attr(rd, d, "resources", got);
		return 0;
	}
	for (line = text; line && n < RESOURCES_MAX; line = next, n++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!parse_resource(line, &found[n])) {
			vck_tally_add(&rd->tally,
				      "resources (a line is not three numbers)", NULL, 0,
				      d->address, vck_dir_path(dir));
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
static int split_methods(struct vck_pci_reader *rd, const char *text,
			 struct vck_reset *reset)
{
	size_t max = strlen(text) / 2 + 1;
	const char **words = vck_arena_calloc(&rd->h->arena, max, sizeof(*words));
	char *copy = vck_arena_strdup(&rd->h->arena, text), *save = NULL;

	if (!words || !copy)
		return -ENOMEM;
	for (char *w = strtok_r(copy, " \t\n", &save); w;
	     w = strtok_r(NULL, " \t\n", &save))
		words[reset->n_methods++] = w;
	reset->methods = words;
	return 0;
}

static int read_reset(struct vck_pci_reader *rd, struct vck_device *d,
		      struct vck_dir *dir, bool whole)
{
	char text[256];
	ssize_t n = vck_dir_attr(dir, "reset_method", text, sizeof(text));
	int r;

	if (n >= 0) {
		if (!rd->reset_text || !streq(rd->reset_text, text)) {
			rd->reset = (struct vck_reset){0};
			rd->reset_text = vck_arena_strdup(&rd->h->arena, text);
			r = rd->reset_text ? split_methods(rd, text, &rd->reset)
					   : -ENOMEM;
			if (r < 0)
				return r;
		}
		d->reset = rd->reset;
		d->have |= VCK_EV_RESET;
	} else if (n == -ENOENT && whole && rd->h->kver >= FIRST_RESET_METHOD) {
		d->have |= VCK_EV_RESET;
	}
	vck_pci_tally_attr(rd, d, "reset methods", n);
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
	rd->vfs[rd->n_vfs++] = (struct vck_vf){d, pf};
	return 0;
}

/* A VF's number is above its PF's, in the same domain (First VF Offset is not 0, PCIe Base
 * 9.3.3.9): a function with none before it that has SR-IOV, or may have it, is no VF. */
static bool may_be_vf(struct vck_pci_reader *rd, const struct vck_device *d)
{
	bool before = rd->sriov_seen && rd->sriov_domain == d->bdf.domain;

	if (d->cap.sriov.present != VCK_NO) {
		rd->sriov_seen = true;
		rd->sriov_domain = d->bdf.domain;
	}
	return before;
}

static int read_sriov(struct vck_pci_reader *rd, struct vck_device *d,
		      struct vck_dir *dir, bool whole)
{
	static const char what[] = "SR-IOV state";
	char name[64];
	ssize_t n = -ENOENT, total;
	int set = -ENOENT;
	struct vck_bdf pf;
	uint64_t vfs;

	if (may_be_vf(rd, d) || !whole)
		n = vck_dir_link_name(dir, "physfn", name, sizeof(name));
	vck_pci_tally_attr(rd, d, what, n);
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
	vck_pci_tally_attr(rd, d, what, total);
	if (total > 0 && vck_parse_u32(name, 10, &d->sriov_totalvfs) == 0)
		set = vck_dir_attr_u64(dir, "sriov_numvfs", &vfs);
	vck_pci_tally_attr(rd, d, what, set);
	if (set == 0 && vfs <= UINT16_MAX) {
		d->sriov_numvfs = (uint32_t)vfs;
		d->have |= VCK_EV_SRIOV;
	} else if (whole && n == -ENOENT && total == -ENOENT) {
		d->have |= VCK_EV_SRIOV;
	}
	return 0;
}

int vck_pci_list_units(struct vck_pci_reader *rd)
{
	rd->units = calloc(rd->h->n_units + 1, sizeof(*rd->units));
	if (!rd->units)
		return -ENOMEM;
	for (size_t i = 0; i < rd->h->n_units; i++) {
		struct vck_unit *u = rd->h->units[i];
		char path[VCK_PATH_LEN];
		struct vck_dir *dir;
		int n = snprintf(path, sizeof(path), "sys/class/iommu/%s/devices", u->name);

		if (!u->active || n < 0 || (size_t)n >= sizeof(path) ||
		    vck_root_opendir(rd->root, path, &dir) < 0)
			continue;
		vck_dir_peek(dir);
		rd->units[rd->n_units++] = (struct vck_unit_devices){u, dir};
	}
	return 0;
}

/* The unit whose list has it; mostly that of the function before. Of many units not all are
 * asked for each function. */
static struct vck_unit *listed_unit(struct vck_pci_reader *rd, const char *address)
{
	for (size_t i = 0; i < rd->n_units && i < 64; i++) {
		size_t at = (rd->last_unit + i) % rd->n_units;

		if (!vck_dir_has(rd->units[at].dir, address))
			continue;
		rd->last_unit = at;
		return rd->units[at].unit;
	}
	return NULL;
}

/* The unit that serves it; group membership is read from the groups' side. One that no list
 * has, since it came after them or there are none, is asked itself. */
static void read_unit(struct vck_pci_reader *rd, struct vck_device *d,
		      struct vck_dir *dir)
{
	char name[256];
	ssize_t n;

	d->unit = listed_unit(rd, d->address);
	if (!d->unit) {
		n = vck_dir_link_name(dir, "iommu", name, sizeof(name));
		if (n == -EINVAL) /* the IOMMU itself: a directory with its unit in it */
			return;
		vck_pci_tally_attr(rd, d, "IOMMU unit", n);
		if (n < 0)
			return;
		d->unit = vck_host_find_unit(rd->h, name);
	}
	d->has_iommu_link = true;
}

static int read_vfio_cdev(struct vck_pci_reader *rd, struct vck_device *d,
			  struct vck_dir *dir)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *sub = NULL;

	if (!vck_device_is_on_vfio(d) ||
	    vck_dir_opendir(dir, "vfio-dev", &sub) < 0 || vck_dir_list(sub, &names) < 0 ||
	    !names.n)
		return 0;
	d->vfio_cdev = vck_arena_strdup(&rd->h->arena, names.names[0]);
	return d->vfio_cdev ? 0 : -ENOMEM;
}

int vck_pci_read_attributes(struct vck_pci_reader *rd, struct vck_device *d,
			    struct vck_dir *dir, bool whole)
{
	int r;

	read_numbers(rd, d, dir);
	read_unit(rd, d, dir);
	r = read_override(rd, d, dir);
	if (r == 0)
		r = read_power(rd, d, dir);
	if (r == 0)
		r = read_resources(rd, d, dir);
	if (r == 0)
		r = read_reset(rd, d, dir, whole);
	if (r == 0)
		r = read_sriov(rd, d, dir, whole);
	return r < 0 ? r : read_vfio_cdev(rd, d, dir);
}
