// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes that have a VFIO group or device open, from the links in
 * proc/PID/fd: of other users' processes only root may read them. Nothing is
 * looked at unless there is a VFIO node, and of all the links on a host only
 * those that lead to one go into a recording. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "source/usage.h"

/* A device and what opens it: "12" of its group, "vfio3" of its own. */
struct opener {
	const char *name; /* borrowed */
	struct vck_device *device;
};

/* Sorted by name; made when the first of them is asked for. */
struct openers {
	struct opener *rows; /* owned */
	size_t n;
};

struct reader {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_memtree *record;
	struct openers groups, cdevs;
	bool refused;
};

static const char *group_of(const struct vck_device *d)
{
	return d->group ? d->group->id : NULL;
}

static const char *cdev_of(const struct vck_device *d)
{
	return d->vfio_cdev;
}

static int opener_cmp(const void *a, const void *b)
{
	const struct opener *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int list_openers(const struct vck_host *h, const char *(*name)(const struct vck_device *d),
			struct openers *ret)
{
	if (ret->rows)
		return 0;
	ret->rows = calloc(h->n_devices + 1, sizeof(*ret->rows));
	if (!ret->rows)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		if (name(h->devices[i]))
			ret->rows[ret->n++] =
				(struct opener){name(h->devices[i]), h->devices[i]};
	}
	if (ret->n > 1)
		qsort(ret->rows, ret->n, sizeof(*ret->rows), opener_cmp);
	return 0;
}

static ssize_t note(struct vck_host *h, const char *path, ssize_t r)
{
	return vck_usage_note(h, &h->holders_unread, path, r);
}

static int add_all(struct reader *rd, const struct openers *o, const char *name, const char *who)
{
	size_t low = 0, high = o->n;
	int r = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(o->rows[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; r == 0 && low < o->n && streq(o->rows[low].name, name); low++) {
		r = vck_list_add(rd->h, &o->rows[low].device->holders, who);
		o->rows[low].device->held_by_cdev |= o == &rd->cdevs;
	}
	return r;
}

/* "12" and "noiommu-12" are groups, "devices/vfio3" is a device; "vfio" is the container. */
static int add_holder(struct reader *rd, const char *node, const char *who)
{
	const char *cdev = str_after(node, "devices/"), *group = str_after(node, "noiommu-");
	struct openers *o = cdev ? &rd->cdevs : &rd->groups;
	int r = list_openers(rd->h, cdev ? cdev_of : group_of, o);

	return r < 0 ? r : add_all(rd, o, cdev ? cdev : group ? group : node, who);
}

/* Read again with recording on what is worth keeping. */
static void record_link(struct vck_root *root, struct vck_memtree *record,
			const char *pid, const char *fd)
{
	cleanup_dir struct vck_dir *d = NULL, *fds = NULL;
	char path[64], comm[64], target[VCK_PATH_LEN];

	if (!record)
		return;
	(void)!vck_root_record(root, record);
	snprintf(path, sizeof(path), "proc/%s", pid);
	if (vck_root_opendir(root, path, &d) == 0 && vck_dir_opendir(d, "fd", &fds) == 0)
		(void)!vck_dir_readlink(fds, fd, target, sizeof(target));
	/* The name that messages give the process. */
	if (d)
		(void)!vck_dir_attr(d, "comm", comm, sizeof(comm));
	(void)!vck_root_record(root, NULL);
}

static void process_name(struct vck_root *root, const char *pid, char *who, size_t size)
{
	char path[64], comm[64];

	snprintf(path, sizeof(path), "proc/%s/comm", pid);
	if (vck_root_attr(root, path, comm, sizeof(comm)) <= 0)
		snprintf(comm, sizeof(comm), "process");
	snprintf(who, size, "%s (pid %s)", comm, pid);
}

static int read_process(struct reader *rd, struct vck_dir *proc, const char *pid)
{
	cleanup_names struct vck_names fds = {0};
	cleanup_dir struct vck_dir *above = NULL, *dir = NULL;
	char path[64], target[VCK_PATH_LEN], who[128] = "";
	int r;

	snprintf(path, sizeof(path), "proc/%s/fd", pid);
	r = vck_dir_opendir(proc, pid, &above);
	if (r == 0)
		r = vck_dir_is_link(above, "fd") ? -ELOOP : vck_dir_opendir(above, "fd", &dir);
	if (r == 0)
		r = vck_dir_list(dir, &fds);
	if (r == -EACCES || r == -EPERM)
		rd->refused = true;
	else
		note(rd->h, path, r);
	/* Processes end while they are looked at. */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < fds.n && r == 0; i++) {
		const char *node;

		if (note(rd->h, path, vck_dir_readlink(dir, fds.names[i], target, sizeof(target))) < 0)
			continue;
		node = str_after(target, "/dev/vfio/");
		if (!node || streq(node, "vfio"))
			continue;
		if (!*who)
			process_name(rd->root, pid, who, sizeof(who));
		r = add_holder(rd, node, who);
		record_link(rd->root, rd->record, pid, fds.names[i]);
	}
	return r;
}

/* Where that cannot be told, the processes will. */
static bool any_node(struct vck_root *root)
{
	static const char *const dirs[] = {"dev/vfio", "dev/vfio/devices"};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		cleanup_names struct vck_names names = {0};
		cleanup_dir struct vck_dir *d = NULL;
		int r = vck_root_opendir(root, dirs[i], &d);

		if (r == 0)
			r = vck_dir_list(d, &names);
		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r < 0)
			return true;
		for (size_t k = 0; k < names.n; k++) {
			if (!streq(names.names[k], "vfio") &&
			    !streq(names.names[k], "devices"))
				return true;
		}
	}
	return false;
}

int vck_read_holders(struct vck_host *h, struct vck_root *root)
{
	cleanup_names struct vck_names pids = {0};
	cleanup_dir struct vck_dir *proc = NULL;
	struct reader rd = {.h = h, .root = root};
	int r;

	if (!any_node(root))
		return 0;
	rd.record = vck_root_record(root, NULL);
	r = vck_root_opendir(root, "proc", &proc);
	if (r == 0)
		r = vck_dir_list(proc, &pids);
	if (r == 0)
		vck_dir_peek(proc);
	for (size_t i = 0; r == 0 && i < pids.n; i++) {
		/* Links there are names ("self"); as a number it would be a process once
		 * more, which the kernel does not have. */
		if (isdigit((unsigned char)pids.names[i][0]) &&
		    strlen(pids.names[i]) < 32 && !vck_dir_is_link(proc, pids.names[i]))
			r = read_process(&rd, proc, pids.names[i]);
	}
	(void)!vck_root_record(root, rd.record);
	note(h, "proc", r);
	h->holders_unread = h->holders_unread || rd.refused;
	if (rd.refused)
		vck_problem(h, "usage", "proc", EACCES,
			    "which processes have VFIO groups open (run as root)");
	free(rd.groups.rows);
	free(rd.cdevs.rows);
	return r == -ENOMEM ? r : 0;
}
