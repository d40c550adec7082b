// SPDX-License-Identifier: GPL-2.0-or-later
/* `probe`: asks the kernel itself. Moves devices only with --bind, and back. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/errname.h"
#include "check/rules.h"
#include "cmd/commands.h"
#include "cmd/move.h"
#include "cmd/nosnoop.h"
#include "cmd/probe.h"
#include "render/probe.h"
#include "vfio/session.h"
#include "write/bound.h"

#define GIVE_BACK_AGAIN 2

struct request {
	const struct vck_write_env *env;
	const struct vck_vfio_ops *ops;
	bool bind, force, json;
	struct vck_filter filter;
};

static const struct vck_option options[] = {
	{ "bind", 'b', NULL, 0,
	  "move devices to their vfio driver for it, and back whatever happens", NULL, 0,
	  VCK_FLAG(struct request, bind) },
	{ "force", 0, NULL, 0, "with --bind: also what is refused for safety", NULL, 0,
	  VCK_FLAG(struct request, force) },
	{ "json", 'J', NULL, 0, "the JSON document with devices[].probe", NULL, 0,
	  VCK_FLAG(struct request, json) },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

/* What is needed to move devices: open with --bind only. */
struct mover {
	const struct vck_write_env *env;
	struct vck_bind_ops ops;
	int lock, records;
};

static int say_failure(const struct vck_device *d, const char *what, int err)
{
	vck_error("%s: cannot %s: %s", d->address, what, vck_errno_text(err));
	return VCK_EXIT_FAILED;
}

/* --- asking --- */

/* *ret_stuck: it can't be given back, somebody in the kernel has it. */
static int ask(struct vck_device *d, const struct request *q, bool *ret_stuck)
{
	cleanup_root struct vck_root *root = NULL;
	struct vck_ask a;
	int r = vck_root_open(q->env->root, &root);

	*ret_stuck = false;
	if (r < 0)
		return say_failure(d, "read /sys", r);
	vck_ask_find(root, d, &a);
	r = vck_probe_ask(q->ops, &a, VCK_PROBE_SECONDS, d->probe);
	*ret_stuck = r == -EINPROGRESS;
	if (r == -EINPROGRESS) {
		vck_error("%s: the kernel did not answer within %d seconds, and keeps the process that asked (see dmesg)",
			  d->address, VCK_PROBE_SECONDS);
		return VCK_EXIT_FAILED;
	}
	if (r == -ETIMEDOUT) {
		vck_error("%s: the kernel did not answer within %d seconds (see dmesg)", d->address,
			  VCK_PROBE_SECONDS);
		return VCK_EXIT_FAILED;
	}
	if (r == -EOWNERDEAD) {
		vck_error("%s: the process that asked was killed (a kernel that oopses does so: see dmesg)",
			  d->address);
		return VCK_EXIT_FAILED;
	}
	return r < 0 ? say_failure(d, "ask", r) : VCK_EXIT_OK;
}

/* The kernel's answer can be that no vfio driver takes the device. */
static int refused_at_bind(struct vck_device *d, const struct vck_bind_result *r)
{
	const char *meaning = vck_bind_meaning(r->err);

	d->probe->answer = (struct vck_attach){ .accepted = VCK_NO,
						.err = -r->err,
						.stage = VCK_STAGE_BIND };
	vck_warn("%s: %s did not take it: %s%s%s", d->address, d->probe->driver,
		 vck_errno_name(r->err), meaning ? ": " : "", meaning ? meaning : "");
	return VCK_EXIT_OK;
}

static int not_given_back(const struct vck_device *d, const struct vck_bind_state *before, int err)
{
	vck_error("%s: cannot give it back to %s: %s (viommu-check unbind %s)", d->address,
		  before->driver[0] ? before->driver : "no driver", vck_errno_text(err), d->address);
	return VCK_EXIT_WRITE;
}

/* What was short for a moment must not leave the device where it is. */
static int give_back(struct vck_device *d, const struct mover *m,
		     const struct vck_bind_target *t, const struct vck_bind_state *before)
{
	int r = vck_bind_restore(&m->ops, t, before);

	for (int again = 0; again < GIVE_BACK_AGAIN && r < 0; again++)
		r = vck_bind_restore(&m->ops, t, before);
	d->probe->moved_back = vck_tri(r == 0);
	if (r < 0)
		return not_given_back(d, before, r);
	r = vck_bound_drop(m->records, d->address);
	if (r == 0)
		return VCK_EXIT_OK;
	vck_error("%s: given back, but its record cannot be removed: %s", d->address,
		  vck_errno_text(r));
	return VCK_EXIT_WRITE;
}

/* The exit status of a failed move. */
static int move_failed(struct vck_device *d, const struct mover *m,
		       const struct vck_bind_result *r)
{
	if (r->failed == VCK_BIND_IDENTITY) { /* nothing was written */
		d->probe->moved = false;
		(void)!vck_bound_drop(m->records, d->address);
		return say_failure(d, vck_bind_step_name(r->failed), r->err);
	}
	d->probe->moved_back = vck_tri(r->rolled_back);
	if (!r->rolled_back)
		return not_given_back(d, &r->before, r->rollback_err);
	(void)!vck_bound_drop(m->records, d->address);
	if (r->failed == VCK_BIND_PROBE)
		return refused_at_bind(d, r);
	return say_failure(d, vck_bind_step_name(r->failed), r->err);
}

static int ask_moved(struct vck_device *d, const struct request *q, const struct mover *m)
{
	struct vck_bind_target t = { d->address, vck_bus_name(d->bus), d->vendor_id,
				     d->device_id };
	struct vck_bind_state before;
	struct vck_bind_result result;
	bool stuck;
	int r, status;

	r = vck_move_load(m->env, d, vck_device_best_driver(d), d->probe->driver);
	if (r < 0) {
		if (r != -ENOENT)
			return VCK_EXIT_FAILED;
		d->probe->answer = (struct vck_attach){ .accepted = VCK_NO,
							.err = ENOENT,
							.stage = VCK_STAGE_BIND };
		return VCK_EXIT_OK; /* that is the kernel's answer */
	}
	/* noted first: whatever happens, `unbind` knows the way back */
	r = vck_bind_state(&m->ops, &t, &before);
	if (r == 0)
		r = vck_bound_store(m->records, &t, &before);
	if (r < 0 && r != -EEXIST)
		return say_failure(d, "note its driver", r);
	d->probe->moved = true;
	memcpy(d->probe->moved_from, before.driver, sizeof(before.driver));
	if (vck_bind_move(&m->ops, &t, d->probe->driver, d->probe->driver, &result) < 0)
		return move_failed(d, m, &result);
	status = ask(d, q, &stuck);
	if (stuck) {
		d->probe->moved_back = VCK_NO;
		vck_error("%s: stays with %s: to take it away would wait for that process for ever (restart the host)",
			  d->address, d->probe->driver);
		return VCK_EXIT_WRITE;
	}
	r = give_back(d, m, &t, &before);
	return r ? r : status;
}

/* --- one after the other --- */

/* The kernel's wait for an IOMMU ends by itself (rule iommu.deferred). Where that was between
 * the reading of the host and the question, the prediction is that of the host as it is now. */
static void look_again(struct vck_global *g, struct vck_device *d)
{
	cleanup_host struct vck_host *h = NULL;
	const struct vck_device *now;

	if (d->probe->agrees != VCK_NO || d->probe->predicted.err != EAGAIN)
		return;
	now = vck_load(g, NULL, &h) < 0 ? NULL : vck_host_find_device(h, d->address);
	if (!now || now->now.err == EAGAIN)
		return;
	vck_warn("%s: while it was asked about, the kernel stopped waiting for its IOMMU: predicted again",
		 d->address);
	d->probe->predicted = now->now;
	vck_probe_judge(d->probe);
}

/* For what lacked a right, what to do; all else has its meaning in the sheet. */
static int status_of(const struct vck_device *d)
{
	const struct vck_attach *a = &d->probe->answer;

	if (a->accepted != VCK_UNKNOWN)
		return a->accepted == VCK_YES ? VCK_EXIT_OK : VCK_EXIT_NOT_READY;
	if (a->err)
		vck_error("%s: VFIO could not be asked: %s%s", d->address, vck_errno_text(-a->err),
			  geteuid() ? " (run as root)" : "");
	return VCK_EXIT_UNDETERMINED;
}

static int probe_one(struct vck_global *g, struct vck_host *h, struct vck_device *d,
		     const struct request *q, const struct mover *m)
{
	cleanup_buf struct vck_buf why = { 0 };
	int status;

	if (!vck_device_is_on_vfio(d) && !q->bind) {
		vck_error("%s: not on a vfio driver, so VFIO cannot be asked (--bind moves it there and back)",
			  d->address);
		return VCK_EXIT_FAILED;
	}
	if (vck_device_is_iommu(d)) {
		/* Kernels up to 7.2 oops when they lose the virtio-iommu. */
		vck_error("%s: refused: it is the IOMMU itself", d->address);
		return VCK_EXIT_REFUSED;
	}
	if (!vck_device_is_on_vfio(d) && !q->force && vck_move_dangers(h, d, &why) < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	if (why.len) {
		vck_error("%s: refused: %s (--force does it all the same)", d->address,
			  vck_buf_str(&why));
		return VCK_EXIT_REFUSED;
	}
	d->probe = vck_arena_alloc(&h->arena, sizeof(*d->probe));
	if (!d->probe) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	d->probe->predicted = d->now;
	d->probe->backend_loaded = h->vfio.type1_loaded;
	if (vck_device_is_on_vfio(d)) {
		snprintf(d->probe->driver, sizeof(d->probe->driver), "%s", d->driver);
		status = ask(d, q, &(bool){ false });
	} else {
		status = ask_moved(d, q, m);
	}
	vck_probe_judge(d->probe);
	look_again(g, d);
	if (status == VCK_EXIT_OK)
		status = status_of(d);
	if (d->probe->agrees == VCK_NO)
		vck_warn("%s: the kernel's answer is not the predicted one: a bug of viommu-check, please report it with a capture (viommu-check capture)",
			 d->address);
	return status;
}

/* A write that failed outweighs a refusal, that a failure, that an answer, that none. */
static int worse(int a, int b)
{
	static const int order[] = { VCK_EXIT_WRITE, VCK_EXIT_REFUSED, VCK_EXIT_FAILED,
				     VCK_EXIT_NOT_READY, VCK_EXIT_UNDETERMINED };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return VCK_EXIT_OK;
}

static int open_mover(struct mover *m)
{
	int r = vck_write_lock(m->env, &m->lock);

	if (r == 0)
		r = vck_bound_open_dir(m->env, true, &m->records);
	if (r < 0)
		(void)!vck_nosnoop_unusable(m->env->run_dir, r);
	return r;
}

/* Who interrupts waits until the device at hand is back, and no other one is moved. */
static bool is_interrupted(const struct request *q, const struct vck_device *d)
{
	if (!q->bind || !vck_signals_wait())
		return false;
	vck_error("%s: not asked: interrupted by a signal", d->address);
	return true;
}

static int probe_all(struct vck_global *g, struct vck_host *h, const struct request *q)
{
	cleanup_fd int lock = -1, records = -1;
	struct mover m = { .env = q->env, .lock = -1, .records = -1 };
	int status = VCK_EXIT_OK;

	m.ops = (struct vck_bind_ops){ (void *)m.env->sysfs, vck_bind_write, vck_bind_read,
				       vck_bind_link_name };
	if (q->bind) {
		int r = open_mover(&m);

		lock = m.lock;
		records = m.records;
		if (r < 0)
			return VCK_EXIT_FAILED;
		vck_signals_hold();
	}
	for (size_t i = 0; i < h->n_devices; i++) {
		if (!h->devices[i]->selected)
			continue;
		if (is_interrupted(q, h->devices[i]))
			return worse(status, VCK_EXIT_FAILED);
		status = worse(status, probe_one(g, h, h->devices[i], q, &m));
	}
	return status;
}

static int print(struct vck_global *g, const struct vck_host *h, const struct request *q,
		 int status)
{
	struct vck_json_options o = { .exit_status = status };
	bool first = true;

	if (q->json)
		return vck_render_json(stdout, h, &o) < 0 ? VCK_EXIT_FAILED : status;
	for (size_t i = 0; i < h->n_devices; i++) {
		if (!h->devices[i]->selected || !h->devices[i]->probe)
			continue;
		fputs(first ? "" : "\n", stdout);
		vck_render_probe(stdout, h->devices[i], &g->style);
		first = false;
	}
	return status;
}

static bool names_nothing(const struct vck_filter *f)
{
	return !f->n_operands && !f->slot && !f->id && !f->group && !f->class && !f->driver &&
	       !f->verdict;
}

static int execute(struct vck_global *g, const struct request *q)
{
	cleanup_host struct vck_host *h = NULL;
	int n, status;

	if (names_nothing(&q->filter)) {
		vck_error("probe: name the devices");
		return VCK_EXIT_FAILED;
	}
	if (vck_load(g, NULL, &h) < 0)
		return VCK_EXIT_FAILED;
	n = vck_filter_apply(h, &q->filter);
	if (n == 0)
		vck_error("probe: no device is selected");
	if (n <= 0)
		return VCK_EXIT_FAILED;
	status = print(g, h, q, probe_all(g, h, q));
	if (q->bind) {
		fflush(stdout); /* a signal that waited ends it here */
		vck_signals_release();
	}
	return status;
}

int vck_probe_main(const struct vck_command *c, struct vck_global *g,
		   const struct vck_write_env *env, const struct vck_vfio_ops *ops, int argc,
		   char **argv)
{
	struct request q = { .env = env, .ops = ops };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &q.filter, NULL, &status) < 0)
		return status;
	return execute(g, &q);
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	return vck_probe_main(c, g, &vck_write_env_host, &vck_vfio_kernel, argc, argv);
}

const struct vck_command vck_cmd_probe = {
	.name = "probe",
	.args = "DEVICE...",
	.summary = "ask the kernel through VFIO itself whether it accepts a device",
	.options = options,
	.writes = true,
	.operands = "@device",
	.run = run,
};
