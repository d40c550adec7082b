// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions `nosnoop` acts on, and what is planned for each: refusals first,
 * one small function each, in the order in which they are told. No I/O but the
 * record of a function. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "check/attach.h"
#include "cmd/nosnoop.h"
#include "write/power.h"
#include "write/record.h"
#include "write/target.h"

struct decide {
	struct vck_host *host;
	const struct vck_nosnoop_options *o;
	const struct vck_write_env *env;
	const struct vck_nosnoop_files *files;
	struct vck_plan *plan;
	struct vck_device *named; /* what was selected: can be a VF */
	struct vck_device *dev;	  /* whose bit it is: its PF then */
	const struct vck_conf_file *conf;
};

/* --- selection --- */

static bool is_filter_empty(const struct vck_filter *f)
{
	return !f->slot && !f->id && !f->group && !f->class && !f->driver && !f->verdict &&
	       f->n_operands == 0;
}

static bool has_bit(const struct vck_device *d)
{
	return d->bus == VCK_BUS_PCI && d->cap.exp.present == VCK_YES &&
	       !vck_device_is_bridge(d);
}

static bool has_record(const struct vck_nosnoop_files *files, const struct vck_device *d)
{
	struct vck_lock_record r;

	/* One that cannot be read is one: its function is refused, not passed over */
	return files->records >= 0 && d->bus == VCK_BUS_PCI &&
	       vck_record_load(files->records, d->address, &r) != -ENOENT;
}

static const struct vck_conf_file *conf_of(const struct vck_nosnoop_files *files,
					   const struct vck_device *d)
{
	char key[VCK_PCI_KEY_LEN];

	if (!d->syspath || vck_pci_key(d->syspath, key, sizeof(key)) < 0)
		return NULL;
	return vck_conf_find(&files->confs, key, d->vendor_id, d->device_id);
}

/* What the action means when no device is named. */
static bool is_meant(const struct vck_device *d, const struct vck_nosnoop_options *o,
		     const struct vck_nosnoop_files *files)
{
	switch (o->action) {
	case VCK_NOSNOOP_SHOW:
		return d->bus == VCK_BUS_PCI && !vck_device_is_bridge(d) &&
		       (o->all || d->cap.exp.present != VCK_NO);
	case VCK_NOSNOOP_RESTORE:
		return has_record(files, d);
	case VCK_NOSNOOP_UNLOCK:
		return conf_of(files, d) != NULL;
	case VCK_NOSNOOP_DISABLE:
	case VCK_NOSNOOP_ENABLE:
	case VCK_NOSNOOP_LOCK:
	case VCK_NOSNOOP_TEST:
	case VCK_NOSNOOP_APPLY:
		break;
	}
	if (o->all)
		return has_bit(d) && !d->physfn;
	return d->bus == VCK_BUS_PCI && vck_driver_is_vfio(d->driver) &&
	       !vck_device_is_bridge(d);
}

static int none_meant(const struct vck_nosnoop_options *o)
{
	switch (o->action) {
	case VCK_NOSNOOP_RESTORE:
		vck_error("nothing is recorded: this tool has changed no function since the host started");
		return -ENOENT;
	case VCK_NOSNOOP_UNLOCK:
		vck_error("nothing is locked: no file in /etc/viommu-check.d names a function");
		return -ENOENT;
	case VCK_NOSNOOP_TEST:
		vck_error("--test-hardwired: name the functions: the bit is written to find out");
		return -ENOENT;
	case VCK_NOSNOOP_SHOW:
		return 0;
	case VCK_NOSNOOP_DISABLE:
	case VCK_NOSNOOP_ENABLE:
	case VCK_NOSNOOP_LOCK:
	case VCK_NOSNOOP_APPLY:
		break;
	}
	vck_error("no function is bound to a vfio driver (name the functions, or bind them first: viommu-check bind DEVICE)");
	return -ENOENT;
}

static const struct vck_absent_lock *absent_named(const struct vck_host *h, const char *word)
{
	for (size_t i = 0; i < h->n_absent_locks; i++) {
		if (streq(h->absent_locks[i].path, word))
			return &h->absent_locks[i];
	}
	return NULL;
}

/* Is the lock of a function that is not here among those to be removed? */
static bool is_absent_meant(const struct vck_nosnoop_options *o, const struct vck_absent_lock *l)
{
	if (o->action != VCK_NOSNOOP_UNLOCK)
		return false;
	for (int i = 0; i < o->filter.n_operands; i++) {
		if (streq(o->filter.operands[i], l->path))
			return true;
	}
	return is_filter_empty(&o->filter);
}

static int select_meant(struct vck_host *h, const struct vck_nosnoop_options *o,
			const struct vck_nosnoop_files *files)
{
	int n = 0;

	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];

		d->selected = o->action != VCK_NOSNOOP_TEST && is_meant(d, o, files);
		n += d->selected;
	}
	for (size_t i = 0; i < h->n_absent_locks; i++)
		n += is_absent_meant(o, &h->absent_locks[i]);
	return n ? n : none_meant(o);
}

/* The words that name a function; those of absent ones are no words of the filter. */
static int select_named(struct vck_host *h, const struct vck_nosnoop_options *o)
{
	struct vck_filter f = o->filter;
	cleanup_free char **words = calloc((size_t)f.n_operands + 1, sizeof(*words));
	int n = 0, r = 0;

	if (!words) {
		vck_error("out of memory");
		return -ENOMEM;
	}
	for (int i = 0; i < o->filter.n_operands; i++) {
		if (o->action != VCK_NOSNOOP_UNLOCK || !absent_named(h, f.operands[i]))
			words[n++] = f.operands[i];
	}
	if (n || !f.n_operands) {
		f.operands = words;
		f.n_operands = n;
		r = vck_filter_apply(h, &f);
	} else {
		for (size_t i = 0; i < h->n_devices; i++)
			h->devices[i]->selected = false;
	}
	return r < 0 ? r : r + o->filter.n_operands - n;
}

/* --group: every function of the groups that have a selected member. */
static int widen(struct vck_host *h)
{
	int n = 0;

	for (size_t i = 0; i < h->n_groups; i++) {
		struct vck_group *g = h->groups[i];
		bool any = false;

		for (size_t k = 0; k < g->n_devices; k++)
			any = any || g->devices[k]->selected;
		for (size_t k = 0; any && k < g->n_devices; k++)
			g->devices[k]->selected = g->devices[k]->selected ||
						  has_bit(g->devices[k]);
	}
	for (size_t i = 0; i < h->n_devices; i++)
		n += h->devices[i]->selected;
	return n;
}

int vck_nosnoop_select(struct vck_host *h, const struct vck_nosnoop_options *o,
		       const struct vck_nosnoop_files *files)
{
	int n;

	if (is_filter_empty(&o->filter))
		n = select_meant(h, o, files);
	else
		n = select_named(h, o);
	if (n < 0 || !o->group)
		return n;
	return widen(h);
}

/* --- refusals: NULL, or why not --- */

static const char *refuse_bus(const struct decide *d)
{
	return d->dev->bus == VCK_BUS_PCI ? NULL : "not a PCI function: there is no such bit";
}

static const char *refuse_bridge(const struct decide *d)
{
	if (!vck_device_is_bridge(d->dev))
		return NULL;
	return "a bridge or port: its bit only governs requests that it makes itself, not those of the functions behind it";
}

static const char *refuse_conventional(const struct decide *d)
{
	if (d->dev->cap.exp.present != VCK_NO)
		return NULL;
	return "no PCI Express capability: there is no such bit";
}

static const char *refuse_silent(const struct decide *d)
{
	if (d->dev->cap.all_ones != VCK_YES)
		return NULL;
	return "it does not answer: its registers read all ones";
}

static const char *refuse_unread(const struct decide *d)
{
	if (d->dev->cap.exp.regs_known == VCK_YES && d->dev->syspath)
		return NULL;
	return "its PCI Express capability could not be read (run as root)";
}

static const char *refuse_lockdown(const struct decide *d)
{
	if (d->host->lockdown != VCK_LOCKDOWN_INTEGRITY &&
	    d->host->lockdown != VCK_LOCKDOWN_CONFIDENTIALITY)
		return NULL;
	return vck_arena_printf(&d->plan->arena,
				"kernel lockdown (%s) forbids writing config space; what still works: 'viommu-check run' clears the bit through VFIO and keeps the guest from setting it",
				vck_lockdown_name(d->host->lockdown));
}

static const char *refuse_vf(const struct decide *d)
{
	if (d->named == d->dev || d->o->force)
		return NULL;
	return vck_arena_printf(&d->plan->arena,
				"a virtual function follows its physical function %s, where the bit also counts for driver %s and every other VF (--force to change it there)",
				d->dev->address, d->dev->driver ? d->dev->driver : "none");
}

static const char *refuse_native(const struct decide *d)
{
	/* Putting back what its driver started with does not need asking */
	if (vck_driver_is_idle(d->dev->driver) || d->o->force ||
	    d->o->action == VCK_NOSNOOP_RESTORE)
		return NULL;
	return vck_arena_printf(&d->plan->arena,
				"driver %s uses it (viommu-check bind %s hands it to vfio first; --force to write all the same)",
				d->dev->driver, d->dev->address);
}

/* Unknown is not "none": a driver that could not be read may use it. */
static const char *refuse_unknown_driver(const struct decide *d)
{
	if (d->dev->have & VCK_EV_DRIVER || d->o->force)
		return NULL;
	return "whether a driver uses it could not be read (--force to write all the same)";
}

static const char *refuse_open(const struct decide *d)
{
	const char *who = d->named->holders ? d->named->holders : d->dev->holders;

	if (!who && !d->host->holders_unread)
		return NULL;
	if (who && d->o->action == VCK_NOSNOOP_TEST)
		return vck_arena_printf(&d->plan->arena, "in use by %s: the bit is not tried out under it",
					who);
	if (d->o->force)
		return NULL;
	if (!who)
		return "which processes have it open could not be read (--force to write all the same)";
	return vck_arena_printf(&d->plan->arena,
				"in use by %s: what is written now is undone when it closes the device (stop it first; --force to write for now; the guard, --lock=guarded, watches while it runs)",
				who);
}

static const char *refuse_locked(const struct decide *d)
{
	bool sets = d->o->action == VCK_NOSNOOP_ENABLE || d->o->action == VCK_NOSNOOP_RESTORE;

	if (!sets || !d->conf || d->conf->conf.nosnoop == VCK_CONF_NONE || d->o->force)
		return NULL;
	return vck_arena_printf(&d->plan->arena,
				"locked by %s/%s: it would be cleared again (--unlock it first)",
				d->env->conf_dir, d->conf->name);
}

/* A lock is found by the function's place and ids; without them "nothing to unlock" would be a
 * guess. */
static const char *refuse_unplaced(const struct decide *d)
{
	if (vck_device_is_placed(d->dev))
		return NULL;
	return "where it is in the host, or what it is, could not be read";
}

/* @undetermined: it is for lack of evidence, and not for safety. */
static const char *refusal_of(const struct decide *d, bool *undetermined)
{
	static const char *(*const checks[])(const struct decide *d) = {
		refuse_bus,	 refuse_bridge, refuse_conventional, refuse_silent,
		refuse_unread,	 refuse_lockdown, refuse_vf,	     refuse_unknown_driver,
		refuse_native,	 refuse_open, refuse_locked,
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		const char *why = checks[i](d);

		*undetermined = checks[i] == refuse_unread;
		if (why)
			return why;
	}
	return NULL;
}

/* --- what is done --- */

static bool is_set(const struct vck_plan_entry *e)
{
	return e->devctl & VCK_DEVCTL_NOSNOOP;
}

static void plan_value(struct vck_plan_entry *e, bool on)
{
	/* What a sleeping function shows can be gone at resume: then it is always done */
	if (is_set(e) == on && !e->asleep)
		e->nothing = on ? "nothing to write: Enable No Snoop is 1 already"
				: "nothing to write: Enable No Snoop is 0 already";
	else
		e->act = on ? VCK_ACT_SET : VCK_ACT_CLEAR;
}

static int plan_restore(const struct decide *d, struct vck_plan_entry *e)
{
	struct vck_lock_record r;
	int err = -ENOENT;

	if (d->files->records >= 0)
		err = vck_record_load(d->files->records, d->dev->address, &r);
	if (err < 0 && err != -ENOENT) {
		e->refusal = vck_arena_printf(&d->plan->arena,
					      "its record %s/%s/%s cannot be read: %s", d->env->run_dir,
					      VCK_RECORD_DIR, d->dev->address,
					      err == -EBADMSG ? "it is damaged (remove it)"
							      : vck_errno_text(err));
		return e->refusal ? 0 : -ENOMEM;
	}
	if (err < 0 || !vck_record_is_of(&r, &e->target)) {
		e->nothing = "nothing to restore: no record that this tool changed it";
		return 0;
	}
	e->act = r.before ? VCK_ACT_SET : VCK_ACT_CLEAR;
	return 0;
}

static int plan_lock(const struct decide *d, struct vck_plan_entry *e)
{
	struct vck_lock_conf *c = &e->conf;
	int r = 0;

	plan_value(e, false);
	if (d->conf) {
		*c = d->conf->conf;
		snprintf(e->conf_name, sizeof(e->conf_name), "%s", d->conf->name);
	} else {
		c->vendor = e->target.vendor;
		c->device = e->target.device;
		r = vck_pci_key(d->dev->syspath, c->path, sizeof(c->path));
		if (r == 0)
			r = vck_conf_name(c->path, e->conf_name, sizeof(e->conf_name));
	}
	if (d->conf && c->nosnoop == d->o->lock &&
	    c->native >= !vck_driver_is_idle(d->dev->driver)) {
		if (e->nothing)
			e->nothing = "nothing to do: cleared and locked already";
		return 0;
	}
	c->nosnoop = d->o->lock;
	c->native = c->native || !vck_driver_is_idle(d->dev->driver);
	e->conf_op = VCK_CONF_STORE;
	return r;
}

static void plan_unlock(const struct vck_conf_file *f, struct vck_plan_entry *e)
{
	if (!f || f->conf.nosnoop == VCK_CONF_NONE) {
		e->nothing = "nothing to unlock";
		return;
	}
	snprintf(e->conf_name, sizeof(e->conf_name), "%s", f->name);
	e->conf = f->conf;
	e->conf.nosnoop = VCK_CONF_NONE;
	e->conf.native = false;
	e->conf_op = e->conf.driver[0] ? VCK_CONF_STORE : VCK_CONF_DROP;
}

static const char *note_of(const struct decide *d)
{
	const struct vck_device *dev = d->dev;

	if (d->o->action != VCK_NOSNOOP_DISABLE && d->o->action != VCK_NOSNOOP_LOCK)
		return NULL;
	if (dev->sriov_numvfs)
		return vck_arena_printf(&d->plan->arena, "this also counts for its %u virtual functions",
					dev->sriov_numvfs);
	if (dev->nosnoop.enforced == VCK_YES)
		return vck_arena_printf(&d->plan->arena,
					"not needed: %s snoops every request whatever the bit says",
					dev->nosnoop.enforced_by ? dev->nosnoop.enforced_by
								 : "the IOMMU");
	return NULL;
}

static int plan_action(const struct decide *d, struct vck_plan_entry *e)
{
	switch (d->o->action) {
	case VCK_NOSNOOP_DISABLE:
		plan_value(e, false);
		return 0;
	case VCK_NOSNOOP_ENABLE:
		plan_value(e, true);
		return 0;
	case VCK_NOSNOOP_RESTORE:
		return plan_restore(d, e);
	case VCK_NOSNOOP_LOCK:
		return plan_lock(d, e);
	case VCK_NOSNOOP_UNLOCK:
		plan_unlock(d->conf, e);
		return 0;
	case VCK_NOSNOOP_TEST:
		e->act = VCK_ACT_TEST;
		return 0;
	case VCK_NOSNOOP_SHOW:
	case VCK_NOSNOOP_APPLY:
		break;
	}
	return 0;
}

static void describe(const struct decide *d, struct vck_plan_entry *e)
{
	const struct vck_device *dev = d->dev;
	struct vck_power power = { 0 };

	e->target = vck_target_of(dev);
	e->devctl = dev->cap.exp.devctl;
	e->driver = dev->driver;
	e->via = d->named != dev ? d->named->address : NULL;
	snprintf(power.control, sizeof(power.control), "%s",
		 dev->power_control ? dev->power_control : "");
	snprintf(power.status, sizeof(power.status), "%s",
		 dev->runtime_status ? dev->runtime_status : "");
	snprintf(power.state, sizeof(power.state), "%s", dev->power_state ? dev->power_state : "");
	memcpy(e->power, power.control, sizeof(e->power));
	e->asleep = !vck_power_is_awake(&power);
}

/* Several VFs, or a PF and its VFs, are one bit. */
static bool is_planned(const struct decide *d)
{
	if (d->named == d->dev && !d->dev->sriov_numvfs)
		return false;
	for (size_t i = 0; i < d->plan->n; i++) {
		if (streq(d->plan->entries[i].target.address, d->dev->address))
			return true;
	}
	return false;
}

static int decide(struct decide *d)
{
	struct vck_plan_entry *e;
	bool undetermined = false;

	d->dev = d->named->physfn ? d->named->physfn : d->named;
	if (is_planned(d))
		return 0;
	d->conf = d->dev->bus == VCK_BUS_PCI ? conf_of(d->files, d->dev) : NULL;
	e = vck_plan_add(d->plan);
	if (!e)
		return -ENOMEM;
	describe(d, e);
	if (d->o->action == VCK_NOSNOOP_UNLOCK) {
		e->refusal = refuse_unplaced(d);
		undetermined = true;
	} else {
		e->refusal = refusal_of(d, &undetermined);
	}
	e->undetermined = e->refusal && undetermined;
	if (e->refusal)
		return 0;
	e->note = note_of(d);
	return plan_action(d, e);
}

static int plan_absent(const struct vck_absent_lock *l, const struct vck_nosnoop_files *files,
		       struct vck_plan *p)
{
	struct vck_plan_entry *e = vck_plan_add(p);
	const struct vck_conf_file *f = NULL;

	if (!e)
		return -ENOMEM;
	for (size_t i = 0; i < files->confs.n && !f; i++) {
		if (files->confs.files[i].err == 0 && streq(files->confs.files[i].name, l->file))
			f = &files->confs.files[i];
	}
	e->place = l->path;
	e->target.vendor = l->vendor;
	e->target.device = l->device;
	plan_unlock(f, e);
	return 0;
}

int vck_nosnoop_plan(struct vck_host *h, const struct vck_nosnoop_options *o,
		     const struct vck_write_env *env, const struct vck_nosnoop_files *files,
		     struct vck_plan *p)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		struct decide d = { .host = h,
				    .o = o,
				    .env = env,
				    .files = files,
				    .plan = p,
				    .named = h->devices[i] };
		int r = d.named->selected ? decide(&d) : 0;

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < h->n_absent_locks; i++) {
		int r = is_absent_meant(o, &h->absent_locks[i])
				? plan_absent(&h->absent_locks[i], files, p)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}
