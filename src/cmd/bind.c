// SPDX-License-Identifier: GPL-2.0-or-later
/* `bind` and `unbind`: hand devices to their vfio drivers, and back. What can
 * harm the host is refused by name; a failure half-way puts everything back. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "check/rules.h"
#include "cmd/bind.h"
#include "cmd/move.h"
#include "cmd/nosnoop.h"
#include "cmd/commands.h"

enum {
	OPT_NOSNOOP = 1,
};

static const struct vck_option bind_options[] = {
	{ "group", 'g', NULL, 0, "the whole group of each device, but for its bridges", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, group) },
	{ "driver", 0, "DRIVER", 0, "this driver instead of the best vfio driver", NULL, 0,
	  VCK_TEXT(struct vck_bind_request, driver) },
	{ "nosnoop", 0, "MODE", OPT_NOSNOOP,
	  "off: clear Enable No Snoop once bound; lock: and keep it cleared", "off lock", 0 },
	{ "persistent", 'p', NULL, 0, "do it again at every boot and hotplug", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, persistent) },
	{ "apply", 0, NULL, 0, "what --persistent noted, for the boot service and udev", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, apply) },
	{ "force", 0, NULL, 0, "also what is refused for safety", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, force) },
	{ "dry-run", 'n', NULL, 0, "print the plan and stop", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, dry_run) },
	{ 0 },
};

static const struct vck_option unbind_options[] = {
	{ "group", 'g', NULL, 0, "the whole group of each device, but for its bridges", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, group) },
	{ "dry-run", 'n', NULL, 0, "print the plan and stop", NULL, 0,
	  VCK_FLAG(struct vck_bind_request, dry_run) },
	{ 0 },
};

static void jobs_done(struct vck_bind_jobs *j)
{
	free(j->all);
	vck_conf_list_done(&j->conf);
	vck_fd_closep(&j->records);
	vck_fd_closep(&j->lock);
}

/* --- what to do --- */

static int refuse(const struct vck_device *d, const struct vck_bind_request *q, const char *why)
{
	if (q->force) {
		vck_warn("%s: %s (--force)", d->address, why);
		return 0;
	}
	vck_error("%s: refused: %s (--force does it all the same)", d->address, why);
	return -EPERM;
}

/* Whether it is still the same device is asked again right before it is moved, and what it is
 * decides what is refused: without its ids neither can be told, and --force does not help. */
static int check_known(const struct vck_device *d)
{
	if (d->bus != VCK_BUS_PCI || vck_device_has(d, VCK_EV_IDS))
		return 0;
	vck_error("%s: refused: its vendor and device could not be read", d->address);
	return -EPERM;
}

/* What would hurt the host, and what the kernel would refuse anyway. */
static int check_safe(const struct vck_host *h, const struct vck_device *d,
		      const struct vck_bind_request *q)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (vck_device_is_iommu(d)) {
		/* Kernels up to 7.2 oops when they lose the virtio-iommu. */
		vck_error("%s: refused: it is the IOMMU itself", d->address);
		return -EPERM;
	}
	if (vck_move_dangers(h, d, &b) < 0) {
		vck_error("%s: out of memory", d->address);
		return -EPERM;
	}
	if (b.len && refuse(d, q, vck_buf_str(&b)) < 0)
		return -EPERM;
	vck_buf_reset(&b);
	if (d->with_group.accepted == VCK_NO && d->with_group.stage == VCK_STAGE_BIND) {
		vck_buf_addf(&b, "the kernel will answer %s at bind (viommu-check show %s says why)",
			     vck_errno_name(d->with_group.err), d->address);
		return refuse(d, q, vck_buf_str(&b));
	}
	return 0;
}

/* The kernel waits, unkillable, until the last process lets go (vfio_unregister_group_dev
 * in drivers/vfio/vfio_main.c), so that --force would only hang. */
static int check_free(const struct vck_host *h, const struct vck_device *d)
{
	if (!d->holders && h->holders_unread) {
		vck_error("%s: refused: which processes have its group open could not be read",
			  d->address);
		return -EPERM;
	}
	if (!d->holders)
		return 0;
	vck_error("%s: refused: its group is open in %s (stop it first)", d->address, d->holders);
	return -EPERM;
}

/* All of a group is what --group asks for; a member that the group names and that could not be
 * read must not be left behind in silence. */
static int check_whole(const struct vck_bind_jobs *j, size_t i, const struct vck_bind_request *q)
{
	const struct vck_device *d = j->all[i].device;

	if (!q->group || !d->group || !vck_group_is_incomplete(d->group))
		return 0;
	/* The members stand one behind another: said of the first. */
	if (i && j->all[i - 1].device->group == d->group)
		return -EPERM;
	if (d->group->n_missing)
		vck_error("%s: refused: its group also has %s, which could not be read or goes away just now (run this again, or name the devices instead of --group)",
			  d->address, d->group->missing[0]);
	else if (d->group->n_not_read)
		vck_error("%s: refused: its group also has %s, whose bus is not read (take that from its driver, and name the devices instead of --group)",
			  d->address, d->group->not_read[0]);
	else
		vck_error("%s: refused: who else is in its group could not be read (run this again, or name the devices instead of --group)",
			  d->address);
	return -EPERM;
}

static bool has_job(const struct vck_bind_jobs *j, const struct vck_device *d)
{
	for (size_t i = 0; i < j->n; i++) {
		if (j->all[i].device == d)
			return true;
	}
	return false;
}

static void add_job(struct vck_bind_jobs *j, struct vck_device *d, const struct vck_bind_request *q)
{
	const char *noted = q->apply ? vck_conf_list_driver(&j->conf, d) : NULL;

	if (has_job(j, d))
		return;
	if (q->apply && !noted) {
		if (vck_device_is_placed(d))
			return;
		vck_error("%s: not done: where it is in the host, or what it is, could not be read",
			  d->address);
		j->unread = true;
		return;
	}
	j->all[j->n++] = (struct vck_bind_job){
		.device = d,
		.target = { d->address, vck_bus_name(d->bus), d->vendor_id, d->device_id },
		.want = noted ? noted : q->driver ? q->driver : vck_device_best_driver(d),
	};
}

/* The devices named and, with --group, those beside them. */
static int collect(struct vck_host *h, const struct vck_bind_request *q, struct vck_bind_jobs *j)
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

		if (check_known(d) < 0 || check_whole(j, i, q) < 0 ||
		    (q->unbind ? check_free(h, d) : check_safe(h, d, q)) < 0)
			refused = -EPERM;
	}
	return refused;
}

static void show(const struct vck_bind_jobs *j, const struct vck_bind_request *q)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct vck_bind_job *b = &j->all[i];
		const char *none = vck_device_has(b->device, VCK_EV_DRIVER) ? "no driver"
									     : "a driver unknown";
		const char *now = b->device->driver ? b->device->driver : none;

		if (q->unbind)
			vck_print(stdout, "%s: %s -> %s\n", b->target.address, now,
				  b->device->driver && !vck_driver_is_vfio(b->device->driver)
					  ? "what bind noted; without that it stays"
					  : "what was there before");
		else
			vck_print(stdout, "%s: %s -> %s%s%s\n", b->target.address, now, b->want,
				  q->clear ? ", Enable No Snoop cleared" : "",
				  q->lock ? " and locked" : "");
	}
}

static bool any_driver(const struct vck_conf_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->files[i].err == 0 && l->files[i].conf.driver[0])
			return true;
	}
	return false;
}

static int carry_out(struct vck_global *g, const struct vck_bind_request *q,
		     struct vck_filter *filter, struct vck_bind_jobs *j)
{
	cleanup_host struct vck_host *h = NULL;
	int r;

	/* Before the host is looked at: what another run changes must be seen */
	if (!q->dry_run && vck_bind_begin(q->env, j) < 0)
		return VCK_EXIT_FAILED;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, filter) < 0)
		return VCK_EXIT_FAILED;
	r = collect(h, q, j);
	if (r == -ENOMEM)
		vck_error("out of memory");
	if (r < 0)
		return r == -EPERM ? VCK_EXIT_REFUSED : VCK_EXIT_FAILED;
	if (j->n == 0)
		return j->unread ? VCK_EXIT_FAILED : VCK_EXIT_OK;
	show(j, q);
	if (fflush(stdout) != 0) {
		vck_error("standard output: cannot show the plan: %s: nothing is done",
			  vck_errno_text(errno));
		return VCK_EXIT_FAILED;
	}
	r = q->dry_run ? VCK_EXIT_OK : vck_bind_apply(j, q);
	return r == VCK_EXIT_OK && j->unread ? VCK_EXIT_FAILED : r;
}

/* What is noted; one that cannot be read may be the one about this very device. */
static int read_noted(const struct vck_bind_request *q, struct vck_conf_list *ret)
{
	int r = vck_conf_read_all(q->env, ret);

	if (r < 0 && r != -ENOENT) {
		vck_error("%s: cannot read: %s", q->env->conf_dir, vck_errno_text(r));
		return VCK_EXIT_FAILED;
	}
	if (vck_conf_unread(ret) == 0)
		return VCK_EXIT_OK;
	vck_nosnoop_report_confs(q->env, ret);
	return VCK_EXIT_FAILED;
}

static int execute(struct vck_global *g, const struct vck_bind_request *q, struct vck_filter *filter)
{
	cleanup(jobs_done) struct vck_bind_jobs j = { .lock = -1, .records = -1 };
	int noted = VCK_EXIT_OK, status = VCK_EXIT_OK;

	if (filter->n_operands == 0 && !q->apply) {
		vck_error("%s: name the devices", q->unbind ? "unbind" : "bind");
		return VCK_EXIT_FAILED;
	}
	if (q->apply)
		noted = read_noted(q, &j.conf);
	/* Called for every event of a function: reads no host where nothing is noted */
	if (!q->apply || any_driver(&j.conf))
		status = carry_out(g, q, filter, &j);
	return status == VCK_EXIT_OK ? noted : status;
}

/* --nosnoop=MODE */
static int take_mode(void *request, int id, const char *arg)
{
	struct vck_bind_request *q = request;

	(void)id; /* there is no other */
	q->clear = true;
	q->lock = streq(arg, "lock");
	if (q->lock || streq(arg, "off"))
		return 0;
	vck_error("--nosnoop: '%s' is not off or lock", arg);
	return -EINVAL;
}

int vck_bind_main(const struct vck_command *c, struct vck_global *g,
		  const struct vck_write_env *env, int argc, char **argv)
{
	struct vck_bind_request q = { .env = env, .unbind = c == &vck_cmd_unbind };
	struct vck_filter filter = { 0 };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &filter, take_mode, &status) < 0)
		return status;
	return execute(g, &q, &filter);
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	return vck_bind_main(c, g, &vck_write_env_host, argc, argv);
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
