/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that the guard guards, and one look at them. */
#ifndef VCK_LOCK_GUARD_WATCH_H
#define VCK_LOCK_GUARD_WATCH_H

#include "lock/guard.h"
#include "model/lockfile.h"
#include "source/root.h"

struct vck_guarded {
	char address[VCK_BDF_LEN];
	struct vck_lock_conf conf;
	bool assigned;	   /* bound to a vfio driver at the last look */
	bool was_clear;	   /* seen or made clear: set again after that is drift */
	uint32_t count;	   /* times cleared again */
	int complained;	   /* errno that was logged last, so that each is told once */
	long long told_at; /* when drift was logged last, seconds */
};

struct vck_guard {
	const struct vck_write_env *env;
	unsigned interval_ms;
	vck_guard_log_fn *log;
	void *log_data;
	struct vck_root *root;
	struct vck_guarded *list;
	size_t n, cap;
	bool again; /* something could not be read or written: to be tried again */
};

/* Read the configuration again and find its functions. Where that cannot be done what was guarded
 * stays guarded, and @g->again is set. Return: 0 or -ENOMEM. */
int vck_guard_refresh(struct vck_guard *g) must_check;
/* Look at each function once, and clear what is set. Failures are logged. */
void vck_guard_look(struct vck_guard *g);
/* Is any of them bound to a vfio driver? */
bool vck_guard_is_assigned(const struct vck_guard *g);
/* Is it to look again without an event? */
bool vck_guard_must_look(const struct vck_guard *g);
void vck_guard_done(struct vck_guard *g);

#endif
