// SPDX-License-Identifier: GPL-2.0-or-later
/* `nosnoop --apply`: brings locked functions to their value. Called for every event
 * of a PCI function, so it looks at the configuration first and reads nothing of the
 * host when the function at hand is not locked. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "check/attach.h"
#include "cmd/nosnoop.h"
#include "write/record.h"
#include "write/target.h"

struct apply {
	const struct vck_nosnoop_options *o;
	const struct vck_write_env *env;
	struct vck_root *root;
	struct vck_conf_list confs;
	int lock, records;
	int status;
};

/* The first thing that went wrong decides, a failed write before a refusal. */
static void note_status(struct apply *a, int status)
{
	if (a->status == VCK_EXIT_OK || status == VCK_EXIT_WRITE)
		a->status = status;
}

/* The lock is taken when the first function is to be written. */
static int enter(struct apply *a)
{
	int r;

	if (a->lock >= 0)
		return 0;
	r = vck_write_lock(a->env, &a->lock);
	if (r == 0)
		r = vck_record_recover(a->env, vck_nosnoop_recovered, NULL);
	if (r >= 0)
		r = vck_record_open_dir(a->env, VCK_RECORD_DIR, true, &a->records);
	if (r >= 0)
		return 0;
	note_status(a, vck_nosnoop_unusable(a->env->run_dir, r));
	return r;
}

/* Is there any file about the place, whatever ids it names? */
static const struct vck_conf_file *conf_of_place(const struct apply *a, const char *path)
{
	for (size_t i = 0; i < a->confs.n; i++) {
		const struct vck_conf_file *f = &a->confs.files[i];

		if (f->err == 0 && f->conf.nosnoop != VCK_CONF_NONE && streq(f->conf.path, path))
			return f;
	}
	return NULL;
}

static bool may_write(struct apply *a, const struct vck_conf_file *f, const struct vck_live *l)
{
	if (f->conf.vendor != l->target.vendor || f->conf.device != l->target.device) {
		vck_warn("%s: [%04x:%04x] is where [%04x:%04x] was locked by %s: left alone",
			 l->target.address, l->target.vendor, l->target.device,
			 f->conf.vendor, f->conf.device, f->name);
		return false;
	}
	if (!f->conf.native && !vck_driver_is_idle(l->driver)) {
		vck_print(stdout, "%s: driver %s has it: cleared when it is bound to a vfio driver\n",
			  l->target.address, l->driver);
		return false;
	}
	if (l->is_bridge || l->is_vf) {
		vck_error("%s: refused: %s cannot be locked by %s/%s", l->target.address,
			  l->is_vf ? "a virtual function" : "a bridge", a->env->conf_dir,
			  f->name);
		note_status(a, VCK_EXIT_REFUSED);
		return false;
	}
	return true;
}

static void apply_live(struct apply *a, const struct vck_live *l)
{
	struct vck_plan_entry e = { .target = l->target, .act = VCK_ACT_CLEAR };
	FILE *out = stdout;

	if (a->o->dry_run) {
		vck_print(stdout, "%s: would be cleared\n", l->target.address);
		return;
	}
	if (enter(a) < 0)
		return;
	vck_signals_hold();
	vck_plan_apply(a->env, a->records, &e);
	vck_signals_release();
	if (e.result.outcome == VCK_OUT_NOTHING)
		return;
	vck_nosnoop_say(out, &e);
	if (e.result.outcome == VCK_OUT_REFUSED)
		note_status(a, VCK_EXIT_REFUSED);
	else if (vck_outcome_is_bad(e.result.outcome))
		note_status(a, VCK_EXIT_WRITE);
}

/* An event tells of the past: a function that is gone has nothing to be applied to. One whose
 * entry is still there could not be read. */
static void unread(struct apply *a, struct vck_dir *bus, const char *address, const char *what,
		   int err)
{
	if ((err == -ENOENT || err == -ENODEV) && !vck_dir_has(bus, address))
		return;
	vck_error("%s: cannot read %s: %s", address, what, vck_errno_text(err));
	note_status(a, VCK_EXIT_WRITE);
}

static void apply_address(struct apply *a, struct vck_dir *bus, const char *address)
{
	char link[1024], key[VCK_PCI_KEY_LEN];
	const struct vck_conf_file *f;
	struct vck_live l;
	ssize_t r = vck_dir_link_path(bus, address, link, sizeof(link));

	if (r < 0) {
		unread(a, bus, address, "where it is", (int)r);
		return;
	}
	if (vck_pci_key(link, key, sizeof(key)) < 0)
		return;
	f = conf_of_place(a, key);
	if (!f)
		return;
	r = vck_live_read(a->root, address, &l);
	if (r < 0)
		unread(a, bus, address, "its PCI Express capability", (int)r);
	else if (may_write(a, f, &l))
		apply_live(a, &l);
}

static void apply_all(struct apply *a, struct vck_dir *bus)
{
	cleanup_names struct vck_names names = { 0 };
	int r = vck_dir_list(bus, &names);

	if (r < 0) {
		vck_error("/sys/bus/pci/devices: cannot list: %s", vck_errno_text(r));
		note_status(a, VCK_EXIT_FAILED);
	}
	for (size_t i = 0; i < names.n; i++)
		apply_address(a, bus, names.names[i]);
}

static void apply_named(struct apply *a, struct vck_dir *bus)
{
	for (int i = 0; i < a->o->filter.n_operands; i++) {
		const char *word = a->o->filter.operands[i];
		char address[VCK_BDF_LEN];
		struct vck_bdf bdf;

		if (vck_bdf_parse_typed(word, &bdf) < 0) {
			vck_error("--apply: '%s' is not the address of a PCI function", word);
			note_status(a, VCK_EXIT_FAILED);
			continue;
		}
		apply_address(a, bus, vck_bdf_format(bdf, address));
	}
}

static bool has_usable(const struct vck_conf_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->files[i].err == 0 && l->files[i].conf.nosnoop != VCK_CONF_NONE)
			return true;
	}
	return false;
}

static int start(struct apply *a)
{
	cleanup_dir struct vck_dir *bus = NULL;
	int r = vck_root_open(a->env->root, &a->root);

	if (r == 0)
		r = vck_root_opendir(a->root, "sys/bus/pci/devices", &bus);
	if (r == -ENOENT)
		return 0; /* no PCI here */
	if (r < 0)
		return r;
	if (a->o->filter.n_operands)
		apply_named(a, bus);
	else
		apply_all(a, bus);
	return 0;
}

int vck_nosnoop_apply(const struct vck_nosnoop_options *o, const struct vck_write_env *env)
{
	struct apply a = { .o = o, .env = env, .lock = -1, .records = -1 };
	int r = vck_conf_read_all(env, &a.confs);

	if (r < 0) {
		vck_error("%s: cannot read: %s", env->conf_dir, vck_errno_text(r));
		return VCK_EXIT_FAILED;
	}
	if (!vck_nosnoop_report_confs(env, &a.confs))
		note_status(&a, VCK_EXIT_FAILED);
	if (has_usable(&a.confs)) {
		r = start(&a);
		if (r < 0) {
			vck_error("/sys: cannot read: %s", vck_errno_text(r));
			note_status(&a, VCK_EXIT_FAILED);
		}
	}
	vck_root_close(a.root);
	vck_fd_closep(&a.records);
	vck_fd_closep(&a.lock);
	vck_conf_list_done(&a.confs);
	return a.status;
}
