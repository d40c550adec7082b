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

/* "12" and "noiommu-12" are groups, "devices/vfio3" is a device; "vfio" is the container.
 */
static bool holds(const struct vck_device *d, const char *node)
{
	const char *cdev = str_after(node, "devices/"), *group;

	if (cdev)
		return d->vfio_cdev && streq(d->vfio_cdev, cdev);
	group = str_after(node, "noiommu-");
	return d->group && streq(d->group->id, group ? group : node);
}

static ssize_t note(struct vck_host *h, const char *path, ssize_t r)
{
	return vck_usage_note(h, &h->holders_unread, path, r);
}

static int add_holder(struct vck_host *h, const char *node, const char *who)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];

		if (!holds(d, node))
			continue;
		if (vck_list_add(h, &d->holders, who) < 0)
			return -ENOMEM;
		d->held_by_cdev |= str_after(node, "devices/") != NULL;
	}
	return 0;
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

static int read_process(struct vck_host *h, struct vck_root *root, struct vck_dir *proc,
			const char *pid, struct vck_memtree *record, bool *refused)
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
		*refused = true;
	else
		note(h, path, r);
	/* Processes end while they are looked at. */
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < fds.n && r == 0; i++) {
		const char *node;

		if (note(h, path, vck_dir_readlink(dir, fds.names[i], target, sizeof(target))) < 0)
			continue;
		node = str_after(target, "/dev/vfio/");
		if (!node || streq(node, "vfio"))
			continue;
		if (!*who)
			process_name(root, pid, who, sizeof(who));
		r = add_holder(h, node, who);
		record_link(root, record, pid, fds.names[i]);
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
	struct vck_memtree *record;
	bool refused = false;
	int r;

	if (!any_node(root))
		return 0;
	record = vck_root_record(root, NULL);
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
			r = read_process(h, root, proc, pids.names[i], record, &refused);
	}
	(void)!vck_root_record(root, record);
	note(h, "proc", r);
	h->holders_unread = h->holders_unread || refused;
	if (refused)
		vck_problem(h, "usage", "proc", EACCES,
			    "which processes have VFIO groups open (run as root)");
	return r == -ENOMEM ? r : 0;
}
