// SPDX-License-Identifier: GPL-2.0-or-later
/* One walk over /proc/PID/fd. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "lock/holder.h"

static int scan_process(struct vck_dir *p, const char *pid, vck_holder_fn *fn, void *data)
{
	cleanup_names struct vck_names fds = { 0 };
	cleanup_dir struct vck_dir *d = NULL;
	char comm[32] = "", node[256];
	int r = vck_dir_opendir(p, "fd", &d);

	if (r == 0)
		r = vck_dir_list(d, &fds);
	for (size_t i = 0; r == 0 && i < fds.n; i++) {
		if (vck_dir_readlink(d, fds.names[i], node, sizeof(node)) < 0 ||
		    !str_after(node, "/dev/vfio/") || streq(node, "/dev/vfio/vfio"))
			continue;
		if (!*comm && vck_dir_attr(p, "comm", comm, sizeof(comm)) < 0)
			strcpy(comm, "?");
		r = fn(data, pid, comm, node);
		if (r != 0)
			return r;
	}
	return 0;
}

int vck_holders_scan(struct vck_root *root, vck_holder_fn *fn, void *data)
{
	cleanup_names struct vck_names pids = { 0 };
	cleanup_dir struct vck_dir *proc = NULL;
	int r = vck_root_opendir(root, "proc", &proc);

	if (r == 0)
		r = vck_dir_list(proc, &pids);
	for (size_t i = 0; r == 0 && i < pids.n; i++) {
		cleanup_dir struct vck_dir *p = NULL;

		if (!isdigit((unsigned char)pids.names[i][0]) ||
		    vck_dir_opendir(proc, pids.names[i], &p) < 0)
			continue;
		r = scan_process(p, pids.names[i], fn, data);
	}
	return r;
}
