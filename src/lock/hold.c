// SPDX-License-Identifier: GPL-2.0-or-later
/* The functions that `run` was told, before, during and after the VMM. */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "base/errname.h"
#include "lock/hold.h"
#include "lock/supervisor.h"
#include "write/file.h"
#include "write/record.h"
#include "write/target.h"

static const char *refusal_of(const struct vck_device *d)
{
	const struct vck_nosnoop *o = &d->nosnoop;

	if (d->bus != VCK_BUS_PCI)
		return "not a PCI function";
	if (vck_device_is_bridge(d))
		return "a bridge is not handed to a VMM";
	if (d->cap.exp.present == VCK_NO)
		return "no PCI Express capability, so no such bit";
	if (d->cap.exp.present != VCK_YES || d->cap.exp.regs_known != VCK_YES)
		return "its capabilities could not be read (run as root)";
	if (o->held_read_only)
		return "another 'viommu-check run' holds it";
	if (d->physfn && o->enabled != VCK_NO)
		return "a virtual function has its physical function's bit (clear it there: viommu-check nosnoop --disable)";
	if (d->driver && !vck_device_is_on_vfio(d))
		return "a driver of the host uses it (bind it first: viommu-check bind)";
	return NULL;
}

int vck_hold_add(struct vck_hold *h, const struct vck_device *d, const char **ret_refusal)
{
	struct vck_target t = vck_target_of(d);
	struct vck_plan_entry *e;

	*ret_refusal = t.path ? refusal_of(d) : "its place in sysfs is not known";
	if (*ret_refusal)
		return 0;
	e = vck_plan_add(&h->plan);
	if (!e)
		return -ENOMEM;
	t.path = vck_arena_strdup(&h->plan.arena, t.path);
	e->target = t;
	e->devctl = d->cap.exp.devctl;
	e->act = d->physfn ? VCK_ACT_NONE : VCK_ACT_CLEAR;
	return e->target.path ? 0 : -ENOMEM;
}

void vck_hold_done(struct vck_hold *h)
{
	vck_plan_done(&h->plan);
}

/* Who may not write, and finds the bit cleared, needs not write. */
static bool is_fine_as_it_is(const struct vck_plan_entry *e, int err)
{
	return (err == -EACCES || err == -EPERM) && !(e->devctl & VCK_DEVCTL_NOSNOOP);
}

static int failure_of(const struct vck_plan_entry *e, const char **reterr_what)
{
	bool ignored = e->result.outcome == VCK_OUT_NOT_STUCK;

	*reterr_what = e->result.stage ? e->result.stage :
		       ignored	       ? "write Enable No Snoop, which this device ignores" :
					 "clear Enable No Snoop";
	switch (e->result.outcome) {
	case VCK_OUT_PLANNED:
	case VCK_OUT_DONE:
	case VCK_OUT_NOTHING:
		return 0;
	case VCK_OUT_REFUSED:
	case VCK_OUT_FAILED:
	case VCK_OUT_NOT_STUCK:
	case VCK_OUT_CAME_BACK:
		break;
	}
	if (is_fine_as_it_is(e, e->result.err))
		return 0;
	return e->result.err ? e->result.err : -EIO;
}

/* Under the lock: put back the first @n. Return: the first failure. */
static int put_back(struct vck_hold *h, int records, size_t n, const char **reterr_address,
		    const char **reterr_what)
{
	int first = 0;

	for (size_t i = 0; i < n; i++) {
		struct vck_plan_entry *e = &h->plan.entries[i];
		int r;

		if (e->act != VCK_ACT_CLEAR || e->result.outcome != VCK_OUT_DONE)
			continue;
		vck_bit_apply(h->env, records, &e->target, true, false, &e->result);
		r = failure_of(e, reterr_what);
		if (r < 0 && first == 0) {
			*reterr_address = e->target.address;
			first = r;
		}
	}
	return first;
}

static int open_records(struct vck_hold *h, int *ret_lock, int *ret_records)
{
	int r = vck_write_lock(h->env, ret_lock);

	return r < 0 ? r : vck_record_open_dir(h->env, VCK_RECORD_DIR, true, ret_records);
}

static bool is_all_clear(const struct vck_hold *h)
{
	for (size_t i = 0; i < h->plan.n; i++) {
		if (h->plan.entries[i].devctl & VCK_DEVCTL_NOSNOOP)
			return false;
	}
	return true;
}

int vck_hold_clear(struct vck_hold *h, const char **reterr_address, const char **reterr_what)
{
	cleanup_fd int lock = -1, records = -1;
	const char *ignored;
	int r;

	if (h->plan.n == 0)
		return 0;
	*reterr_address = h->env->run_dir;
	*reterr_what = "open the directory of records";
	r = open_records(h, &lock, &records);
	if (r < 0)
		return geteuid() != 0 && is_all_clear(h) ? 0 : r;
	for (size_t i = 0; i < h->plan.n; i++) {
		struct vck_plan_entry *e = &h->plan.entries[i];

		if (e->act != VCK_ACT_CLEAR)
			continue;
		vck_bit_apply(h->env, records, &e->target, false, false, &e->result);
		r = failure_of(e, reterr_what);
		if (r < 0) {
			*reterr_address = e->target.address;
			(void)!put_back(h, records, i, &ignored, &ignored);
			return r;
		}
	}
	return 0;
}

/* --- in the keeper --- */

static int open_held(struct vck_hold *h, int *ret)
{
	return vck_record_open_dir(h->env, VCK_HELD_DIR, true, ret);
}

static void begin(void *data, pid_t supervisor, int vmm)
{
	struct vck_hold *h = data;
	struct vck_lock_holder holder = { (uint32_t)supervisor, vck_task_start(supervisor) };
	cleanup_buf struct vck_buf b = { 0 };
	cleanup_fd int dir = -1;
	int r;

	if (h->plan.n == 0)
		return;
	vck_holder_format(&b, &holder);
	r = open_held(h, &dir);
	for (size_t i = 0; i < h->plan.n && r == 0; i++)
		r = vck_file_replace(dir, h->plan.entries[i].target.address, vck_buf_str(&b),
				     b.len, 0644);
	if (r < 0)
		vck_lock_say(vmm, "%s/%s: cannot record who holds the devices: %s (the lock itself works)",
			     h->env->run_dir, VCK_HELD_DIR, vck_errno_text(r));
}

static void unheld(void *data)
{
	struct vck_hold *h = data;
	cleanup_fd int dir = -1;

	if (h->plan.n == 0 || open_held(h, &dir) < 0)
		return;
	for (size_t i = 0; i < h->plan.n; i++)
		(void)!vck_file_remove(dir, h->plan.entries[i].target.address);
}

static void end(void *data, int vmm)
{
	struct vck_hold *h = data;
	cleanup_fd int lock = -1, records = -1;
	const char *address = h->env->run_dir, *what = "open the directory of records";
	int r;

	if (h->plan.n == 0 || geteuid() != 0)
		return;
	r = open_records(h, &lock, &records);
	if (r == 0)
		r = put_back(h, records, h->plan.n, &address, &what);
	if (r < 0)
		vck_lock_say(vmm, "%s: cannot put Enable No Snoop back: %s: %s (viommu-check nosnoop --restore %s)",
			     address, what, vck_errno_text(r), address);
}

const struct vck_run_hooks vck_hold_hooks = { .begin = begin, .unheld = unheld, .end = end };
