// SPDX-License-Identifier: GPL-2.0-or-later
/* What the lock's files say: /etc/viommu-check.d, and /run/viommu-check of this boot.
 * Only looks; write/ makes these files. What does not belong to the function that has
 * the address now (another card, other ids) says nothing about it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "model/lockfile.h"
#include "source/gather.h"

#define RUN  "run/viommu-check"
#define CONF "etc/viommu-check.d"

struct conf {
	struct vck_lock_conf c;
	const char *file; /* in the host's arena */
	bool here;	  /* its function is */
};

struct reader {
	struct vck_host *host;
	struct vck_root *root;
	struct conf *confs; /* sorted by path, malloc */
	size_t n_confs;
	bool guard_alive;
};

static void problem(struct reader *rd, const char *path, int err, const char *unknown)
{
	vck_problem(rd->host, "lock", path, err, "%s", unknown);
}

/* Directory of files by address; NULL when it is not there. */
static struct vck_dir *open_dir(struct reader *rd, const char *path, struct vck_names *names)
{
	struct vck_dir *d = NULL;
	int r = vck_root_opendir(rd->root, path, &d);

	if (r == 0)
		r = vck_dir_list(d, names);
	if (r == 0)
		return d;
	vck_dir_close(d);
	if (r != -ENOENT && r != -ENODATA)
		problem(rd, path, r, "what this tool has cleared and what is locked");
	return NULL;
}

static int find_name(const void *key, const void *element)
{
	return vck_natural_cmp(key, *(char *const *)element);
}

static bool has_name(const struct vck_names *n, const char *name)
{
	return n->n && bsearch(name, n->names, n->n, sizeof(*n->names), find_name);
}

/* --- records --- */

static bool record_read(struct reader *rd, struct vck_dir *dir, const struct vck_device *d,
			struct vck_lock_record *ret)
{
	cleanup_blob struct vck_blob b = { 0 };
	char key[VCK_PCI_KEY_LEN], path[128];
	unsigned line;
	int r = vck_dir_read(dir, d->address, &b);

	if (r == 0)
		r = vck_record_parse((const char *)b.data, b.len, ret, &line);
	if (r < 0) {
		snprintf(path, sizeof(path), "%s/%s", vck_dir_path(dir), d->address);
		problem(rd, path, r, "what Enable No Snoop of the function was before");
		return false;
	}
	return d->syspath && vck_pci_key(d->syspath, key, sizeof(key)) == 0 &&
	       streq(key, ret->path) && ret->vendor == d->vendor_id &&
	       ret->device == d->device_id;
}

static void take_record(struct reader *rd, struct vck_dir *dir, struct vck_device *d)
{
	struct vck_lock_record r;
	char path[128];

	if (!record_read(rd, dir, d, &r))
		return;
	if (r.state == VCK_RECORD_DONE) {
		d->nosnoop.record_cleared = !r.wanted;
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", vck_dir_path(dir), d->address);
	problem(rd, path, 0,
		"a run that wrote to the function did not finish, or still runs ('viommu-check nosnoop --restore' settles it)");
}

static void take_hardwired(struct reader *rd, struct vck_dir *dir, struct vck_device *d)
{
	struct vck_lock_record r;

	if (record_read(rd, dir, d, &r))
		d->nosnoop.hardwired = r.hardwired;
}

/* --- processes --- */

/* Does the process that the file names still run? */
static bool is_alive(struct reader *rd, const char *text, size_t len, const char *path)
{
	cleanup_blob struct vck_blob stat = { 0 };
	struct vck_lock_holder h;
	char name[64];
	unsigned line;
	int r = vck_holder_parse(text, len, &h, &line);

	if (r < 0) {
		problem(rd, path, r, "which process holds the lock");
		return false;
	}
	snprintf(name, sizeof(name), "proc/%u/stat", h.pid);
	r = vck_root_read(rd->root, name, &stat);
	if (r < 0)
		return false;
	return !h.start || vck_stat_start((const char *)stat.data, stat.len) == h.start;
}

static void take_held(struct reader *rd, struct vck_dir *dir, struct vck_device *d)
{
	cleanup_blob struct vck_blob b = { 0 };
	char path[128];
	int r = vck_dir_read(dir, d->address, &b);

	snprintf(path, sizeof(path), "%s/%s", vck_dir_path(dir), d->address);
	if (r < 0)
		problem(rd, path, r, "which process holds the lock");
	else
		d->nosnoop.held_read_only = is_alive(rd, (const char *)b.data, b.len, path);
}

static void read_guard(struct reader *rd)
{
	cleanup_blob struct vck_blob b = { 0 };
	const char *path = RUN "/" VCK_GUARD_FILE;

	if (vck_root_read(rd->root, path, &b) == 0)
		rd->guard_alive = is_alive(rd, (const char *)b.data, b.len, path);
}

/* --- configuration --- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct conf *)a)->c.path, ((const struct conf *)b)->c.path);
}

/* Return: 0, also where it is a problem, or -ENOMEM. */
static int read_conf(struct reader *rd, struct vck_dir *dir, const char *name)
{
	cleanup_blob struct vck_blob b = { 0 };
	struct conf *to = &rd->confs[rd->n_confs];
	char path[512];
	unsigned line = 0;
	int r = vck_dir_read(dir, name, &b);

	snprintf(path, sizeof(path), CONF "/%s", name);
	if (r < 0) {
		problem(rd, path, r, "which function is locked by it");
		return 0;
	}
	r = vck_conf_parse((const char *)b.data, b.len, &to->c, &line);
	if (r == 0) {
		to->file = vck_arena_strdup(&rd->host->arena, name);
		rd->n_confs++;
		return to->file ? 0 : -ENOMEM;
	}
	if (line)
		vck_problem(rd->host, "lock", path, 0,
			    "which function is locked by it: line %u is not understood", line);
	else
		problem(rd, path, 0, "which function is locked by it: path, vendor or device is missing");
	return 0;
}

static int read_confs(struct reader *rd)
{
	cleanup_names struct vck_names names = { 0 };
	cleanup_dir struct vck_dir *dir = open_dir(rd, CONF, &names);
	int r = 0;

	if (!dir || !names.n)
		return 0;
	rd->confs = calloc(names.n, sizeof(*rd->confs));
	if (!rd->confs)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (names.names[i][0] != '.' && str_ends(names.names[i], ".conf"))
			r = read_conf(rd, dir, names.names[i]);
	}
	qsort(rd->confs, rd->n_confs, sizeof(*rd->confs), by_path);
	return r;
}

static void take_conf(struct reader *rd, struct vck_device *d)
{
	const struct vck_lock_conf *c;
	struct conf key, *found;

	if (!d->syspath || vck_pci_key(d->syspath, key.c.path, sizeof(key.c.path)) < 0)
		return;
	found = bsearch(&key, rd->confs, rd->n_confs, sizeof(*rd->confs), by_path);
	c = found ? &found->c : NULL;
	if (!c || c->vendor != d->vendor_id || c->device != d->device_id)
		return;
	found->here = true;
	/* A guard that does not run guards nothing: then it is what the udev rule holds. */
	d->nosnoop.conf_guarded = c->nosnoop == VCK_CONF_GUARDED && rd->guard_alive;
	d->nosnoop.conf_persistent = c->nosnoop != VCK_CONF_NONE;
	if (c->nosnoop == VCK_CONF_GUARDED && !rd->guard_alive)
		vck_problem(rd->host, "lock", RUN "/" VCK_GUARD_FILE, 0,
			    "%s: locked as guarded, and the guard does not run (systemctl enable --now viommu-check-guard.service)",
			    d->address);
}

static int note_absent(struct reader *rd)
{
	struct vck_host *h = rd->host;
	int r = 0;

	for (size_t i = 0; r == 0 && i < rd->n_confs; i++) {
		const struct conf *c = &rd->confs[i];
		const char *path;

		if (c->here || c->c.nosnoop == VCK_CONF_NONE)
			continue;
		path = vck_arena_strdup(&h->arena, c->c.path);
		r = path ? vck_arena_grow(&h->arena, &h->absent_locks, h->n_absent_locks,
					  &h->cap_absent_locks, sizeof(*h->absent_locks))
			 : -ENOMEM;
		if (r == 0)
			h->absent_locks[h->n_absent_locks++] = (struct vck_absent_lock){
				.path = path,
				.file = c->file,
				.vendor = c->c.vendor,
				.device = c->c.device,
				.lock = c->c.nosnoop == VCK_CONF_GUARDED ? VCK_LOCK_GUARDED
									 : VCK_LOCK_PERSISTENT,
			};
	}
	return r;
}

/* One directory of files by address, over all functions that have one there. */
static void read_by_address(struct reader *rd, const char *path,
			    void (*take)(struct reader *rd, struct vck_dir *dir,
					 struct vck_device *d))
{
	cleanup_names struct vck_names names = { 0 };
	cleanup_dir struct vck_dir *dir = open_dir(rd, path, &names);

	for (size_t i = 0; dir && names.n && i < rd->host->n_devices; i++) {
		struct vck_device *d = rd->host->devices[i];

		if (d->bus == VCK_BUS_PCI && has_name(&names, d->address))
			take(rd, dir, d);
	}
}

int vck_read_lock_state(struct vck_host *h, struct vck_root *root)
{
	struct reader rd = { .host = h, .root = root };
	bool pci = false;
	int r;

	read_guard(&rd);
	r = read_confs(&rd);
	for (size_t i = 0; r == 0 && rd.n_confs && i < h->n_devices; i++) {
		if (h->devices[i]->bus != VCK_BUS_PCI)
			continue;
		take_conf(&rd, h->devices[i]);
		pci = true;
	}
	/* Where no function was seen, none is known to be gone. */
	if (r == 0 && pci)
		r = note_absent(&rd);
	free(rd.confs);
	if (r < 0)
		return r;
	read_by_address(&rd, RUN "/" VCK_RECORD_DIR, take_record);
	read_by_address(&rd, RUN "/" VCK_HARDWIRED_DIR, take_hardwired);
	read_by_address(&rd, RUN "/" VCK_HELD_DIR, take_held);
	return 0;
}
