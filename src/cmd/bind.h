/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bind` and `unbind`: bind.c decides what is to be done to which device, bind-apply.c
 * does it, all of it or nothing. */
#ifndef VCK_CMD_BIND_H
#define VCK_CMD_BIND_H

#include "cmd/bind-conf.h"
#include "cmd/cmd.h"
#include "write/bind.h"

struct vck_bind_request {
	const struct vck_write_env *env;
	bool unbind, apply, group, persistent, force, dry_run, clear, lock;
	const char *driver;
};

/* One device on its way. */
struct vck_bind_job {
	struct vck_device *device;
	struct vck_bind_target target;
	const char *want;	      /* driver asked for, or NULL: what was there before */
	char driver[VCK_DRIVER_LEN];  /* as registered */
	struct vck_bind_result result;
	/* What is done so far, and to be undone after a failure */
	bool noted;   /* this run wrote the record of its driver */
	bool moved;
	bool cleared; /* this run cleared Enable No Snoop */
	struct vck_bind_conf_change conf;
};

struct vck_bind_jobs {
	struct vck_bind_job *all;
	size_t n;
	struct vck_conf_list conf; /* with --apply */
	bool unread;		   /* of a device it is not known whether something is noted */
	int lock, records;	   /* of vck_bind_begin(), -1 before */
};

/* Takes the lock and settles what dead runs left. Return: 0 or a negative errno after a message. */
int vck_bind_begin(const struct vck_write_env *env, struct vck_bind_jobs *j) must_check;
/**
 * vck_bind_apply - carry the jobs out, under the lock of vck_bind_begin()
 *
 * `bind`: all devices or none: after a failure, and when a signal comes, everything is put
 * back, the last change first. `unbind`: each device for itself. Signals wait until the end.
 * Return: the exit status.
 */
int vck_bind_apply(struct vck_bind_jobs *j, const struct vck_bind_request *q) must_check;

/* `bind` and `unbind` on another host than the running one, for tests. */
int vck_bind_main(const struct vck_command *c, struct vck_global *g,
		  const struct vck_write_env *env, int argc, char **argv);

#endif
