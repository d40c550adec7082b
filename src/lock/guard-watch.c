// SPDX-License-Identifier: GPL-2.0-or-later
/* One look at the guarded functions. A function that sleeps is not looked at: nobody
 * has it open then, and reading a function in D3cold would wake it each time. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/errname.h"
#include "check/attach.h"
#include "lock/guard-watch.h"
#include "lock/notify.h"
#include "model/pcicap.h"
#include "lock/holder.h"
#include "write/conf.h"
#include "write/plan.h"
#include "write/record.h"
#include "write/target.h"

#define TELL_EVERY_S 60

static void say(struct vck_guard *g, enum vck_guard_level level, const char *fmt, ...)
	printf_like(3, 4);

static void say(struct vck_guard *g, enum vck_guard_level level, const char *fmt, ...)
{
	cleanup_buf struct vck_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vck_buf_addvf(&b, fmt, ap);
	va_end(ap);
	g->log(g->log_data, level, vck_buf_str(&b));
}

/* --- which functions --- */

static const struct vck_guarded *find(const struct vck_guarded *list, size_t n,
				      const char *address)
{
	for (size_t i = 0; i < n; i++) {
		if (streq(list[i].address, address))
			return &list[i];
	}
	return NULL;
}

static int add(struct vck_guard *g, const struct vck_guarded *old, size_t n_old,
	       const char *address, const struct vck_lock_conf *conf)
{
	const struct vck_guarded *known = find(old, n_old, address);
	struct vck_guarded *e;

	if (g->n == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 16;
		struct vck_guarded *p = realloc(g->list, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		g->list = p;
		g->cap = cap;
	}
	e = &g->list[g->n++];
	*e = (struct vck_guarded){ .conf = *conf };
	/* What is known of it stays only while it is the same function in the same place */
	if (known && streq(known->conf.path, conf->path) &&
	    known->conf.vendor == conf->vendor && known->conf.device == conf->device)
		*e = *known;
	e->conf = *conf;
	snprintf(e->address, sizeof(e->address), "%s", address);
	return 0;
}

static const struct vck_lock_conf *guarded_at(const struct vck_conf_list *confs,
					      const char *path)
{
	for (size_t i = 0; i < confs->n; i++) {
		const struct vck_conf_file *f = &confs->files[i];

		if (f->err == 0 && f->conf.nosnoop == VCK_CONF_GUARDED &&
		    streq(f->conf.path, path))
			return &f->conf;
	}
	return NULL;
}

static int find_functions(struct vck_guard *g, const struct vck_conf_list *confs,
			  const struct vck_guarded *old, size_t n_old)
{
	cleanup_names struct vck_names names = { 0 };
	cleanup_dir struct vck_dir *bus = NULL;
	int r = vck_root_opendir(g->root, "sys/bus/pci/devices", &bus);

	if (r == 0)
		r = vck_dir_list(bus, &names);
	if (r < 0)
		return r == -ENOENT ? 0 : r; /* no PCI: nothing to guard */
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char link[1024], key[VCK_PCI_KEY_LEN];
		const struct vck_lock_conf *c = NULL;
		ssize_t n = vck_dir_link_path(bus, names.names[i], link, sizeof(link));

		if (n < 0 && n != -ENOENT)
			return (int)n;
		if (n > 0 && vck_pci_key(link, key, sizeof(key)) == 0)
			c = guarded_at(confs, key);
		if (c)
			r = add(g, old, n_old, names.names[i], c);
	}
	return r;
}

static void report(struct vck_guard *g, const struct vck_conf_list *confs)
{
	for (size_t i = 0; i < confs->n; i++) {
		const struct vck_conf_file *f = &confs->files[i];

		if (f->err < 0)
			say(g, VCK_GUARD_ERROR, "%s/%s: not used: %s", g->env->conf_dir, f->name,
			    f->err == -EINVAL ? "not understood" : vck_errno_text(f->err));
	}
}

/* The list anew, or, where that fails, the one that was there. */
static int replace_list(struct vck_guard *g, const struct vck_conf_list *confs)
{
	struct vck_guarded *old = g->list;
	size_t n_old = g->n, cap_old = g->cap;
	char status[64];
	int r;

	g->list = NULL;
	g->n = g->cap = 0;
	r = confs->n ? find_functions(g, confs, old, n_old) : 0;
	if (r < 0) {
		free(g->list);
		g->list = old;
		g->n = n_old;
		g->cap = cap_old;
		return r;
	}
	free(old);
	if (g->n != n_old) {
		snprintf(status, sizeof(status), "STATUS=%zu functions guarded", g->n);
		vck_notify(status);
	}
	return 0;
}

int vck_guard_refresh(struct vck_guard *g)
{
	cleanup_conf_list struct vck_conf_list confs = { 0 };
	const char *what = g->env->conf_dir;
	bool told = g->again;
	int r = vck_conf_read_all(g->env, &confs);

	g->again = false;
	if (r == 0 && !told)
		report(g, &confs);
	/* What an unread file guards is not known: what was guarded stays so */
	if (r == 0)
		r = vck_conf_unread(&confs);
	if (r == 0) {
		what = "/sys/bus/pci/devices";
		r = replace_list(g, &confs);
	}
	if (r == 0 || r == -ENOMEM)
		return r;
	g->again = true;
	if (!told)
		say(g, VCK_GUARD_ERROR, "%s: cannot read: %s (what was guarded stays guarded)",
		    what, vck_errno_text(r));
	return 0;
}

void vck_guard_done(struct vck_guard *g)
{
	free(g->list);
	vck_root_close(g->root);
	*g = (struct vck_guard){ 0 };
}

bool vck_guard_is_assigned(const struct vck_guard *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->list[i].assigned)
			return true;
	}
	return false;
}

bool vck_guard_must_look(const struct vck_guard *g)
{
	return g->again || vck_guard_is_assigned(g);
}

/* --- who has it --- */

struct asked {
	const char *group; /* "/dev/vfio/14" */
	char cdev[64];	   /* "/dev/vfio/devices/vfio0", "" none */
	char *out;
	size_t size;
};

static int match_holder(void *data, const char *pid, const char *comm, const char *node)
{
	struct asked *a = data;

	if (!streq(node, a->group) && !(*a->cdev && streq(node, a->cdev)))
		return 0;
	snprintf(a->out, a->size, "%s (pid %s)", comm, pid);
	return 1;
}

static void find_cdev(struct vck_guard *g, const struct vck_live *l, char *out, size_t size)
{
	cleanup_names struct vck_names names = { 0 };
	cleanup_dir struct vck_dir *d = NULL;
	char path[1100];

	snprintf(path, sizeof(path), "sys/%s/vfio-dev", l->path);
	if (vck_root_opendir(g->root, path, &d) == 0 && vck_dir_list(d, &names) == 0 &&
	    names.n && strlen(names.names[0]) < 32)
		snprintf(out, size, "/dev/vfio/devices/%s", names.names[0]);
}

static void find_holder(struct vck_guard *g, const struct vck_live *l, char *out, size_t size)
{
	char group[64];
	struct asked a = { .group = group, .out = out, .size = size };

	snprintf(out, size, "nobody that is visible");
	snprintf(group, sizeof(group), "/dev/vfio/%s", l->group);
	find_cdev(g, l, a.cdev, sizeof(a.cdev));
	if (vck_holders_scan(g->root, match_holder, &a) < 0)
		return;
}

/* --- one function --- */

/* The first time, then at doubled counts and once a minute: a fight fills no log. */
static bool is_told(struct vck_guarded *e)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((e->count & (e->count - 1)) != 0 && now.tv_sec - e->told_at < TELL_EVERY_S)
		return false;
	e->told_at = now.tv_sec;
	return true;
}

static void tell(struct vck_guard *g, struct vck_guarded *e, const struct vck_live *l)
{
	char holder[96];

	if (!e->was_clear) {
		say(g, VCK_GUARD_INFO, "%s: Enable No Snoop cleared", e->address);
		return;
	}
	e->count++;
	if (!is_told(e))
		return;
	find_holder(g, l, holder, sizeof(holder));
	say(g, VCK_GUARD_WARNING,
	    "%s: Enable No Snoop was set again and is cleared, %u times so far; driver %s, opened by %s",
	    e->address, e->count, *l->driver ? l->driver : "none", holder);
}

static void complain(struct vck_guard *g, struct vck_guarded *e, const struct vck_plan_entry *p)
{
	cleanup_buf struct vck_buf b = { 0 };
	int what = p->result.err ? p->result.err : 1;

	if (what == e->complained)
		return;
	e->complained = what;
	vck_plan_result(&b, p);
	say(g, VCK_GUARD_ERROR, "%s", vck_buf_str(&b));
}

/* Asked under the lock: somebody may have unlocked it and set the bit since the last refresh. */
static int is_still_guarded(const struct vck_guard *g, const struct vck_guarded *e)
{
	cleanup_conf_list struct vck_conf_list confs = { 0 };
	int r = vck_conf_read_all(g->env, &confs);

	if (r == 0)
		r = vck_conf_unread(&confs);
	return r < 0 ? r : guarded_at(&confs, e->conf.path) != NULL;
}

static void clear(struct vck_guard *g, struct vck_guarded *e, const struct vck_live *l)
{
	struct vck_plan_entry p = { .target = l->target, .act = VCK_ACT_CLEAR };
	struct vck_write_env env = *g->env;
	cleanup_fd int lock = -1, records = -1;
	int r;

	/* Another run may take long: the guard must answer its watchdog meanwhile, and tries again */
	env.lock_ms = env.lock_ms < g->interval_ms ? env.lock_ms : g->interval_ms;
	r = vck_write_lock(&env, &lock);
	if (r == 0)
		r = is_still_guarded(g, e);
	if (r == 0)
		return;
	if (r > 0)
		r = vck_record_recover(g->env, NULL, NULL);
	if (r >= 0)
		r = vck_record_open_dir(g->env, VCK_RECORD_DIR, true, &records);
	if (r < 0) {
		g->again = true;
		p.result = (struct vck_bit_result){ .outcome = VCK_OUT_FAILED,
						    .err = r,
						    .stage = "take the lock of the records" };
		complain(g, e, &p);
		return;
	}
	vck_bit_apply(g->env, records, &l->target, false, e->was_clear, &p.result);
	if (vck_outcome_is_bad(p.result.outcome)) {
		complain(g, e, &p);
		return;
	}
	e->complained = 0;
	if (p.result.outcome == VCK_OUT_DONE)
		tell(g, e, l);
	e->was_clear = true;
}

static void look(struct vck_guard *g, struct vck_guarded *e)
{
	struct vck_live l;

	int r;

	r = vck_live_read(g->root, e->address, &l);
	if (r == -ENOENT || r == -ENODEV) {
		e->assigned = false;
		return;
	}
	/* Its config space reads all ones during a reset, and no event tells of the end */
	if (l.driver_known)
		e->assigned = vck_driver_is_vfio(l.driver);
	if (r < 0) {
		g->again = g->again || !l.driver_known;
		return;
	}
	if (!streq(l.key, e->conf.path) || l.target.vendor != e->conf.vendor ||
	    l.target.device != e->conf.device || l.is_vf || l.is_bridge)
		return;
	if (streq(l.status, "suspended") || (!e->conf.native && !vck_driver_is_idle(l.driver)))
		return;
	if (l.devctl & VCK_DEVCTL_NOSNOOP)
		clear(g, e, &l);
	else
		e->was_clear = true;
}

void vck_guard_look(struct vck_guard *g)
{
	for (size_t i = 0; i < g->n; i++)
		look(g, &g->list[i]);
}
