// SPDX-License-Identifier: GPL-2.0-or-later
/* Carries out what bind.c decided: note, move, clear, remember; and the way back. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "check/attach.h"
#include "cmd/bind.h"
#include "cmd/move.h"
#include "cmd/nosnoop.h"
#include "write/bound.h"
#include "write/record.h"

int vck_bind_begin(const struct vck_write_env *env, struct vck_bind_jobs *j)
{
	int r = vck_write_lock(env, &j->lock);

	if (r == 0)
		r = vck_record_recover(env, vck_nosnoop_recovered, NULL);
	if (r >= 0)
		r = vck_bound_open_dir(env, true, &j->records);
	if (r < 0)
		vck_nosnoop_unusable(env->run_dir, r);
	return r;
}

static const char *name_of(const char *driver)
{
	return driver[0] ? driver : "no driver";
}

/* --- the way back --- */

static void cannot_give_back(const struct vck_bind_job *b, int err)
{
	vck_error("%s: cannot give it back to %s: %s (viommu-check unbind %s tries again)",
		  b->target.address, name_of(b->result.before.driver), vck_errno_text(err),
		  b->target.address);
}

static void drop_record(struct vck_bind_job *b, int records)
{
	int r = b->noted ? vck_bound_drop(records, b->target.address) : 0;

	if (r < 0)
		vck_error("%s: its record cannot be removed: %s", b->target.address, vck_errno_text(r));
	b->noted = false;
}

static void undo_one(struct vck_bind_job *b, const struct vck_write_env *env,
		     const struct vck_bind_ops *ops, int records)
{
	int r = vck_bind_undo_conf(env, &b->conf);

	if (r < 0)
		vck_error("%s: %s: cannot put its file back: %s", b->target.address, env->conf_dir,
			  vck_errno_text(r));
	if (b->cleared)
		(void)!vck_bind_set_nosnoop(env, b->device, true, NULL);
	r = b->moved ? vck_bind_restore(ops, &b->target, &b->result.before) : 0;
	if (r < 0) {
		cannot_give_back(b, r);
		return;
	}
	drop_record(b, records);
	if (b->moved)
		vck_error("%s: given back to %s", b->target.address,
			  name_of(b->result.before.driver));
}

static void undo(struct vck_bind_jobs *j, const struct vck_write_env *env,
		 const struct vck_bind_ops *ops)
{
	for (size_t i = j->n; i-- > 0;)
		undo_one(&j->all[i], env, ops, j->records);
}

/* --- bind --- */

static int fail(struct vck_bind_job *b)
{
	const struct vck_bind_result *r = &b->result;

	vck_error("%s: cannot %s: %s", b->target.address, vck_bind_step_name(r->failed),
		  vck_errno_text(r->err));
	if (!r->rolled_back && r->failed > VCK_BIND_IDENTITY) {
		cannot_give_back(b, r->rollback_err);
		b->noted = false; /* the record is the way back: it stays */
	}
	return r->err;
}

static int move_in(struct vck_bind_job *b, const struct vck_write_env *env,
		   const struct vck_bind_ops *ops, int records)
{
	struct vck_bind_state before;
	int r = vck_move_load(env, b->device, b->want, b->driver);

	if (r < 0)
		return r;
	/* Noted before anything changes: a crash in between leaves the way back. */
	r = vck_bind_state(ops, &b->target, &before);
	if (r == 0) {
		r = vck_bound_store(records, &b->target, &before);
		b->noted = r == 0;
	}
	if (r < 0 && r != -EEXIST) {
		vck_error("%s: cannot note its driver: %s", b->target.address, vck_errno_text(r));
		return r;
	}
	if (vck_bind_move(ops, &b->target, b->driver, b->driver, &b->result) < 0)
		return fail(b);
	b->moved = true;
	return 0;
}

static int remember(struct vck_bind_job *b, const struct vck_bind_request *q)
{
	const char *driver = q->persistent ? b->driver : q->unbind ? "" : NULL;
	int r;

	if (b->device->bus != VCK_BUS_PCI || (!driver && !q->lock))
		return 0;
	r = vck_bind_store_conf(q->env, b->device, driver, q->lock, &b->conf);
	if (r < 0)
		vck_error("%s: %s: cannot write: %s", b->target.address, q->env->conf_dir,
			  vck_errno_text(r));
	return r;
}

enum step { MOVE, CLEAR, REMEMBER, STEPS };

static int step(enum step s, struct vck_bind_job *b, const struct vck_bind_request *q,
		const struct vck_bind_ops *ops, int records)
{
	if (s == MOVE)
		return move_in(b, q->env, ops, records);
	if (s == CLEAR)
		return q->clear ? vck_bind_set_nosnoop(q->env, b->device, false, &b->cleared) : 0;
	return remember(b, q);
}

static int bind_all(struct vck_bind_jobs *j, const struct vck_bind_request *q,
		    const struct vck_bind_ops *ops)
{
	for (enum step s = MOVE; s < STEPS; s++) {
		for (size_t i = 0; i < j->n; i++) {
			int r = step(s, &j->all[i], q, ops, j->records);

			if (r == 0 && vck_signals_wait()) {
				vck_error("%s: interrupted by a signal", j->all[i].target.address);
				r = -EINTR;
			}
			if (r < 0) {
				undo(j, q->env, ops);
				return VCK_EXIT_WRITE;
			}
		}
	}
	for (size_t i = 0; i < j->n; i++)
		vck_print(stdout, "%s: %s\n", j->all[i].target.address, j->all[i].driver);
	return VCK_EXIT_OK;
}

/* --- unbind --- */

/* Taking a driver of the host away only to look for it again would stop what it does. */
static bool is_at_home(const struct vck_bind_job *b, const struct vck_bind_ops *ops)
{
	struct vck_bind_state now;

	return vck_bind_state(ops, &b->target, &now) == 0 && now.driver[0] &&
	       !vck_driver_is_vfio(now.driver);
}

static int move_out(struct vck_bind_job *b, const struct vck_bind_ops *ops, int records)
{
	struct vck_bind_state before;
	int r = vck_bound_load(records, &b->target, &before);

	if (r == -ENOENT && is_at_home(b, ops))
		return 0;
	/* Not bound by this tool, or another device since: without an override the bus finds the
	 * native driver. */
	if (r == -ENOENT || r == -ESTALE)
		return vck_bind_move(ops, &b->target, NULL, "", &b->result) < 0 ? fail(b) : 0;
	if (r < 0) {
		vck_error("%s: the record of its driver: cannot read: %s", b->target.address,
			  r == -EINVAL ? "not understood" : vck_errno_text(r));
		return r;
	}
	r = vck_bind_restore(ops, &b->target, &before);
	if (r < 0) {
		b->result.before = before;
		cannot_give_back(b, r);
	}
	return r;
}

/* The file first: putting that back is easier than moving the device again. */
static int unbind_one(struct vck_bind_job *b, const struct vck_bind_request *q,
		      const struct vck_bind_ops *ops, int records)
{
	int r = remember(b, q);

	if (r == 0)
		r = move_out(b, ops, records);
	if (r < 0) {
		undo_one(b, q->env, ops, records);
		return r;
	}
	r = vck_bound_drop(records, b->target.address);
	if (r < 0) {
		vck_error("%s: given back, but its record cannot be removed: %s", b->target.address,
			  vck_errno_text(r));
		return r;
	}
	vck_print(stdout, "%s: given back\n", b->target.address);
	return 0;
}

/* One that fails does not keep the others. */
static int unbind_all(struct vck_bind_jobs *j, const struct vck_bind_request *q,
		      const struct vck_bind_ops *ops)
{
	int status = VCK_EXIT_OK;

	for (size_t i = 0; i < j->n; i++) {
		if (unbind_one(&j->all[i], q, ops, j->records) < 0)
			status = VCK_EXIT_WRITE;
	}
	return status;
}

int vck_bind_apply(struct vck_bind_jobs *j, const struct vck_bind_request *q)
{
	const struct vck_bind_ops ops = { (void *)q->env->sysfs, vck_bind_write, vck_bind_read,
					  vck_bind_link_name };
	int status;

	vck_signals_hold();
	status = q->unbind ? unbind_all(j, q, &ops) : bind_all(j, q, &ops);
	vck_signals_release();
	return status;
}
