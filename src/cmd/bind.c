// SPDX-License-Identifier: GPL-2.0-or-later
/* `bind` and `unbind`: hand devices to their vfio drivers, and back. What can
 * harm the host is refused by name; a failure half-way puts everything back. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "cmd/bind-conf.h"
#include "cmd/commands.h"
#include "write/bound.h"

enum {
	OPT_GROUP = 1,
	OPT_DRIVER,
	OPT_NOSNOOP,
	OPT_PERSISTENT,
	OPT_FORCE,
	OPT_DRY_RUN,
	OPT_APPLY,
};

static const struct vck_option bind_options[] = {
	{ "group", 'g', NULL, OPT_GROUP, "the whole group of each device, but for its bridges", NULL, 0 },
	{ "driver", 0, "DRIVER", OPT_DRIVER, "this driver instead of the best vfio driver", NULL, 0 },
	{ "nosnoop", 0, "MODE", OPT_NOSNOOP,
	  "off: clear Enable No Snoop once bound; lock: and keep it cleared", "off lock", 0 },
	{ "persistent", 'p', NULL, OPT_PERSISTENT, "do it again at every boot and hotplug", NULL, 0 },
	{ "apply", 0, NULL, OPT_APPLY, "what --persistent noted, for the boot service and udev", NULL, 0 },
	{ "force", 0, NULL, OPT_FORCE, "also what is refused for safety", NULL, 0 },
	{ "dry-run", 'n', NULL, OPT_DRY_RUN, "print the plan and stop", NULL, 0 },
	{ 0 },
};

static const struct vck_option unbind_options[] = {
	{ "group", 'g', NULL, OPT_GROUP, "the whole group of each device, but for its bridges", NULL, 0 },
	{ "dry-run", 'n', NULL, OPT_DRY_RUN, "print the plan and stop", NULL, 0 },
	{ 0 },
};

struct request {
	bool unbind, apply, group, persistent, force, dry_run, clear, lock;
	const char *driver;
};

/* One device on its way. */
struct job {
	struct vck_device *device;
	struct vck_bind_target target;
	const char *want;		/* driver asked for, or NULL: what was there before */
	char driver[VCK_DRIVER_LEN];	/* as registered */
	struct vck_bind_result result;
	bool moved;
};

struct jobs {
	struct job *all;
	size_t n;
	struct vck_conf_list conf; /* with --apply */
};

static void jobs_done(struct jobs *j)
{
	free(j->all);
	vck_conf_list_done(&j->conf);
}

/* --- what to do --- */

static const char *default_driver(const struct vck_device *d)
{
	switch (d->bus) {
	case VCK_BUS_PCI:
		return d->vfio_driver ? d->vfio_driver : "vfio-pci";
	case VCK_BUS_PLATFORM:
		return "vfio-platform";
	case VCK_BUS_AMBA:
		return "vfio-amba";
	}
	return "vfio-pci";
}

static int refuse(const struct vck_device *d, const struct request *q, const char *why)
{
	if (q->force) {
		vck_warn("%s: %s (--force)", d->address, why);
		return 0;
	}
	vck_error("%s: refused: %s (--force does it all the same)", d->address, why);
	return -EPERM;
}

/* What would hurt the host, and what the kernel would refuse anyway. */
static int check_safe(const struct vck_device *d, const struct request *q)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (vck_device_is_iommu(d)) {
		/* Kernels up to 7.2 oops when they lose the virtio-iommu. */
		vck_error("%s: refused: it is the IOMMU itself", d->address);
		return -EPERM;
	}
	if (vck_device_is_bridge(d))
		return refuse(d, q, "a bridge; VFIO takes endpoints only, and a bridge need not be bound");
	if (d->in_use) {
		vck_buf_addf(&b, "in use by this host: %s", d->in_use);
		return refuse(d, q, vck_buf_str(&b));
	}
	if (d->sriov_numvfs) {
		vck_buf_addf(&b, "a physical function with %u virtual functions (echo 0 > /sys/bus/pci/devices/%s/sriov_numvfs first)",
			     d->sriov_numvfs, d->address);
		return refuse(d, q, vck_buf_str(&b));
	}
	if (d->boot_vga == VCK_YES && d->driver && !strstr(d->driver, "vfio"))
		return refuse(d, q, "the boot console is on it");
	if (d->with_group.accepted == VCK_NO && d->with_group.stage == VCK_STAGE_BIND) {
		vck_buf_addf(&b, "the kernel will answer %s at bind (viommu-check show %s says why)",
			     vck_errno_name(d->with_group.err), d->address);
		return refuse(d, q, vck_buf_str(&b));
	}
	return 0;
}

/* The kernel waits, unkillable, until the last process lets go (vfio_unregister_group_dev
 * in drivers/vfio/vfio_main.c), so that --force would only hang. */
static int check_free(const struct vck_device *d)
{
	if (!d->holders)
		return 0;
	vck_error("%s: refused: its group is open in %s (stop it first)", d->address, d->holders);
	return -EPERM;
}

static bool has_job(const struct jobs *j, const struct vck_device *d)
{
	for (size_t i = 0; i < j->n; i++) {
		if (j->all[i].device == d)
			return true;
	}
	return false;
}

static void add_job(struct jobs *j, struct vck_device *d, const struct request *q)
{
	const char *noted = q->apply ? vck_conf_list_driver(&j->conf, d) : NULL;

	if (has_job(j, d) || (q->apply && !noted))
		return;
	j->all[j->n++] = (struct job){
		.device = d,
		.target = { d->address, vck_bus_name(d->bus), d->vendor_id, d->device_id },
		.want = noted ? noted : q->driver ? q->driver : default_driver(d),
	};
}

/* The devices named and, with --group, those beside them. */
static int collect(struct vck_host *h, const struct request *q, struct jobs *j)
{
	int refused = 0;

	j->all = calloc(h->n_devices + 1, sizeof(*j->all));
	if (!j->all)
		return -ENOMEM;
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];

		if (!d->selected)
			continue;
		add_job(j, d, q);
		for (size_t k = 0; q->group && d->group && k < d->group->n_devices; k++) {
			if (!vck_device_is_bridge(d->group->devices[k]))
				add_job(j, d->group->devices[k], q);
		}
	}
	for (size_t i = 0; i < j->n; i++) {
		const struct vck_device *d = j->all[i].device;

		if ((q->unbind ? check_free(d) : check_safe(d, q)) < 0)
			refused = -EPERM;
	}
	return refused;
}

static void show(const struct jobs *j, const struct request *q)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct job *b = &j->all[i];
		const char *now = b->device->driver ? b->device->driver : "no driver";

		if (q->unbind)
			printf("%s: %s -> what was there before\n", b->target.address, now);
		else
			printf("%s: %s -> %s%s%s\n", b->target.address, now, b->want,
			       q->clear ? ", Enable No Snoop cleared" : "",
			       q->lock ? " and locked" : "");
	}
}

/* --- doing it --- */

static int fail(const struct job *b)
{
	const struct vck_bind_result *r = &b->result;

	vck_error("%s: cannot %s: %s", b->target.address, vck_bind_step_name(r->failed),
		  strerror(-r->err));
	if (!r->rolled_back && r->failed > VCK_BIND_IDENTITY)
		vck_error("%s: cannot give it back to %s: %s", b->target.address,
			  r->before.driver[0] ? r->before.driver : "no driver",
			  strerror(-r->rollback_err));
	return r->err;
}

/* Everything that was moved before the failure goes back, the last one first. */
static void undo(struct jobs *j, const struct vck_bind_ops *ops, int records)
{
	for (size_t i = j->n; i-- > 0;) {
		struct job *b = &j->all[i];
		int r;

		if (!b->moved)
			continue;
		r = vck_bind_restore(ops, &b->target, &b->result.before);
		if (r == 0)
			r = vck_bound_drop(records, b->target.address);
		if (r < 0)
			vck_error("%s: cannot give it back to %s: %s", b->target.address,
				  b->result.before.driver[0] ? b->result.before.driver : "no driver",
				  strerror(-r));
		else
			vck_error("%s: given back to %s", b->target.address,
				  b->result.before.driver[0] ? b->result.before.driver : "no driver");
	}
}

static int bind_one(struct job *b, const struct vck_write_env *env,
		    const struct vck_bind_ops *ops, int records)
{
	struct vck_bind_state before;
	int r = vck_driver_load(env, b->target.bus, b->want, b->driver);

	if (r < 0) {
		vck_error("%s: driver %s: cannot load: %s", b->target.address, b->want, strerror(-r));
		return r;
	}
	/* Noted before anything changes: a crash in between leaves the way back. */
	r = vck_bind_state(ops, &b->target, &before);
	if (r == 0)
		r = vck_bound_store(records, b->target.address, &before);
	if (r < 0) {
		vck_error("%s: cannot note its driver: %s", b->target.address, strerror(-r));
		return r;
	}
	if (vck_bind_move(ops, &b->target, b->driver, b->driver, &b->result) < 0) {
		if (b->result.rolled_back)
			(void)!vck_bound_drop(records, b->target.address);
		return fail(b);
	}
	b->moved = true;
	return 0;
}

static int unbind_one(struct job *b, const struct vck_bind_ops *ops, int records)
{
	struct vck_bind_state before;
	int r = vck_bound_load(records, b->target.address, &before);

	if (r == 0) {
		r = vck_bind_restore(ops, &b->target, &before);
	} else if (r == -ENOENT) {
		/* Not bound by this tool: without an override the bus finds the native driver. */
		if (vck_bind_move(ops, &b->target, NULL, "", &b->result) < 0)
			return fail(b);
		r = 0;
	}
	if (r == 0)
		r = vck_bound_drop(records, b->target.address);
	if (r < 0)
		vck_error("%s: cannot give it back: %s", b->target.address, strerror(-r));
	return r;
}

static int finish(const struct job *b, const struct request *q, const struct vck_write_env *env)
{
	int r = 0;

	if (q->clear || q->lock)
		r = vck_bind_clear_nosnoop(env, b->device);
	if (r == 0 && b->device->bus == VCK_BUS_PCI && (q->persistent || q->lock || q->unbind)) {
		r = vck_bind_store_conf(env, b->device,
					q->persistent ? b->driver : q->unbind ? "" : NULL, q->lock);
		if (r < 0)
			vck_error("%s: %s: cannot write: %s", b->target.address, env->conf_dir,
				  strerror(-r));
	}
	if (r == 0)
		printf("%s: %s\n", b->target.address, q->unbind ? "given back" : b->driver);
	return r;
}

static int apply(struct jobs *j, const struct request *q)
{
	const struct vck_write_env *env = &vck_write_env_host;
	const struct vck_bind_ops ops = { (void *)env->sysfs, vck_bind_write, vck_bind_read,
					  vck_bind_link_name };
	cleanup_fd int lock = -1, records = -1;
	int r = vck_write_lock(env, &lock);

	if (r == 0)
		r = vck_bound_open_dir(env, true, &records);
	if (r < 0) {
		vck_error("%s: cannot use: %s%s", env->run_dir, strerror(-r),
			  r == -EACCES ? " (run as root)" : "");
		return VCK_EXIT_WRITE;
	}
	for (size_t i = 0; i < j->n; i++) {
		struct job *b = &j->all[i];

		r = q->unbind ? unbind_one(b, &ops, records) : bind_one(b, env, &ops, records);
		if (r == 0)
			r = finish(b, q, env);
		if (r == 0)
			continue;
		if (!q->unbind)
			undo(j, &ops, records);
		return VCK_EXIT_WRITE;
	}
	return VCK_EXIT_OK;
}

static bool any_driver(const struct vck_conf_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->files[i].err == 0 && l->files[i].conf.driver[0])
			return true;
	}
	return false;
}

static int execute(struct vck_global *g, const struct request *q, struct vck_filter *filter)
{
	cleanup_host struct vck_host *h = NULL;
	cleanup(jobs_done) struct jobs j = { 0 };
	int r;

	if (filter->n_operands == 0 && !q->apply) {
		vck_error("%s: name the devices", q->unbind ? "unbind" : "bind");
		return VCK_EXIT_FAILED;
	}
	r = q->apply ? vck_conf_read_all(&vck_write_env_host, &j.conf) : 0;
	if (r < 0 && r != -ENOENT) {
		vck_error("%s: cannot read: %s", vck_write_env_host.conf_dir, strerror(-r));
		return VCK_EXIT_FAILED;
	}
	/* Called for every event of a function: reads no host where nothing is noted */
	if (q->apply && !any_driver(&j.conf))
		return VCK_EXIT_OK;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, filter) < 0)
		return VCK_EXIT_FAILED;
	r = collect(h, q, &j);
	if (r < 0)
		return r == -EPERM ? VCK_EXIT_REFUSED : VCK_EXIT_FAILED;
	if (j.n == 0)
		return VCK_EXIT_OK;
	show(&j, q);
	return q->dry_run ? VCK_EXIT_OK : apply(&j, q);
}

/* --nosnoop=MODE */
static int take_mode(struct request *q, const char *arg)
{
	q->clear = true;
	q->lock = streq(arg, "lock");
	if (q->lock || streq(arg, "off"))
		return 0;
	vck_error("--nosnoop: '%s' is not off or lock", arg);
	return -EINVAL;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct request q = { .unbind = c == &vck_cmd_unbind };
	cleanup_options struct vck_options o = { 0 };
	struct vck_filter filter = { 0 };
	int id, status;
	const char *arg;

	if (vck_options_init(&o, c, g, argc, argv) < 0)
		return VCK_EXIT_FAILED;
	while ((id = vck_options_next(&o, &arg, &status)) > 0) {
		q.apply |= id == OPT_APPLY;
		q.group |= id == OPT_GROUP;
		q.persistent |= id == OPT_PERSISTENT;
		q.force |= id == OPT_FORCE;
		q.dry_run |= id == OPT_DRY_RUN;
		if (id == OPT_DRIVER)
			q.driver = arg;
		if (id == OPT_NOSNOOP && take_mode(&q, arg) < 0)
			return VCK_EXIT_FAILED;
	}
	if (id < 0)
		return status;
	filter.operands = argv + optind;
	filter.n_operands = argc - optind;
	return execute(g, &q, &filter);
}

const struct vck_command vck_cmd_bind = {
	.name = "bind",
	.args = "DEVICE...",
	.summary = "hand devices to the right vfio driver, alone or with their group",
	.options = bind_options,
	.writes = true,
	.operands = "@device",
	.run = run,
};

const struct vck_command vck_cmd_unbind = {
	.name = "unbind",
	.args = "DEVICE...",
	.summary = "give devices back to the driver that they had before",
	.options = unbind_options,
	.writes = true,
	.operands = "@device",
	.run = run,
};
