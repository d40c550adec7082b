// SPDX-License-Identifier: GPL-2.0-or-later
/* `nosnoop`: shows Enable No Snoop, and changes it: under the lock that keeps two runs
 * apart it settles what a dead run left, plans, shows the plan, carries it out, reads
 * back and says what became of each function. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/errname.h"
#include "cmd/commands.h"
#include "cmd/nosnoop.h"
#include "render/nosnoop.h"
#include "write/record.h"

enum {
	OPT_DISABLE = 1,
	OPT_ENABLE,
	OPT_RESTORE,
	OPT_LOCK,
	OPT_UNLOCK,
	OPT_TEST,
	OPT_APPLY,
	OPT_VERIFY,
};

/* --disable goes with --lock, which does it anyway; nothing else goes together. */
#define EX_DISABLE 1u
#define EX_LOCK	   2u
#define EX_OTHER   (EX_DISABLE | EX_LOCK)

static const struct vck_option options[] = {
	{ "disable", 0, NULL, OPT_DISABLE,
	  "clear the bit (no device named: of every function bound to a vfio driver)", NULL,
	  EX_DISABLE },
	{ "enable", 0, NULL, OPT_ENABLE, "set the bit", NULL, EX_OTHER },
	{ "restore", 0, NULL, OPT_RESTORE,
	  "put back what was there before this tool changed it", NULL, EX_OTHER },
	{ "lock", 0, "[KIND]", OPT_LOCK,
	  "clear the bit and keep it cleared: persistent (default) or guarded",
	  "persistent guarded", EX_LOCK },
	{ "unlock", 0, NULL, OPT_UNLOCK, "no longer keep it cleared (no device named: whatever is locked)", NULL, EX_OTHER },
	{ "test-hardwired", 0, NULL, OPT_TEST,
	  "find out whether the bit can be set at all, and put it back", NULL, EX_OTHER },
	{ "apply", 0, NULL, OPT_APPLY,
	  "clear what is locked; for the udev rule and the boot service", NULL, EX_OTHER },
	{ "dry-run", 0, NULL, 0, "print the plan and do nothing", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, dry_run) },
	{ "force", 'f', NULL, 0,
	  "also where a driver of the host uses it, where it is open, or a VF's PF", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, force) },
	{ "group", 0, NULL, 0, "also the other members of their IOMMU groups", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, group) },
	{ "all", 'a', NULL, 0, "every function that has the bit", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, all) },
	{ "verify", 0, "SECONDS", OPT_VERIFY,
	  "keep looking that long whether the bit comes back", NULL, 0 },
	{ "json", 'J', NULL, 0, "print the JSON document of list", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, json) },
	{ "noheadings", 'n', NULL, 0, "no line of headings", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, no_headings) },
	{ "raw", 'r', NULL, 0, "columns separated by one blank", NULL, 0,
	  VCK_FLAG(struct vck_nosnoop_options, raw) },
	{ "slot", 's', "SLOT", VCK_OPT_SLOT, "functions at these addresses, as lspci -s", "@device", 0 },
	{ "id", 'd', "VENDOR:DEVICE", VCK_OPT_ID, "functions with these ids, as lspci -d", NULL, 0 },
	{ "in-group", 'g', "GROUP", VCK_OPT_GROUP, "members of these IOMMU groups", "@group", 0 },
	{ "class", 'c', "CLASS", VCK_OPT_CLASS, "functions of these classes (hex, leading digits)", NULL, 0 },
	{ "driver", 0, "DRIVER", VCK_OPT_DRIVER, "devices bound to these drivers (none: unbound)", "@driver", 0 },
	{ "verdict", 0, "VERDICT", VCK_OPT_VERDICT, "devices with these verdicts",
	  "ready conditional unsuitable unknown", 0 },
	{ 0 },
};

#define VERIFY_MAX 86400u
#define VERIFY_MS  50

/* --- showing --- */

static int load(struct vck_global *g, const struct vck_nosnoop_options *o,
		const struct vck_nosnoop_files *files, struct vck_host **ret)
{
	cleanup_host struct vck_host *h = NULL;
	int r = vck_load(g, NULL, &h);

	if (r == 0)
		r = vck_nosnoop_select(h, o, files);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(h);
	return 0;
}

static int print_json(const struct vck_host *h, int status)
{
	const struct vck_json_options json = { .exit_status = status };
	int r = vck_render_json(stdout, h, &json);

	if (r == 0)
		return status;
	vck_error("standard output: cannot print the document: %s", vck_errno_text(r));
	return VCK_EXIT_FAILED;
}

static bool any_selected(const struct vck_host *h)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->selected)
			return true;
	}
	return false;
}

static int show(struct vck_global *g, const struct vck_nosnoop_options *o)
{
	const struct vck_nosnoop_files none = { .records = -1 };
	const struct vck_table_options table = { .no_headings = o->no_headings, .raw = o->raw };
	cleanup_host struct vck_host *h = NULL;
	int r;

	if (load(g, o, &none, &h) < 0)
		return VCK_EXIT_FAILED;
	if (o->json)
		return print_json(h, VCK_EXIT_OK);
	if (!any_selected(h) && !h->n_absent_locks) {
		if (!vck_host_has(h, VCK_EV_FUNCTIONS))
			vck_warn("PCI functions could not be read, so it is not known which of them have the bit");
		else
			vck_warn("no function here has a PCI Express capability, so none has the bit (--all shows the others)");
		return VCK_EXIT_OK;
	}
	r = vck_render_nosnoop(stdout, h, &g->style, &table);
	if (r < 0)
		vck_error("standard output: cannot print the table: %s", vck_errno_text(r));
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

/* --- writing --- */

void vck_nosnoop_say(FILE *out, const struct vck_plan_entry *e)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (e->result.outcome == VCK_OUT_NOTHING && e->nothing)
		return; /* the plan said it */
	vck_plan_result(&b, e);
	if (b.failed)
		vck_error("%s: out of memory, too little to say what became of it",
			  e->target.address);
	else if (vck_outcome_is_bad(e->result.outcome))
		vck_error("%s", vck_buf_str(&b));
	else
		vck_print(out, "%s\n", vck_buf_str(&b));
}

void vck_nosnoop_recovered(void *data, const struct vck_lock_record *r, int err)
{
	(void)data;
	if (err == 0)
		vck_warn("%s: a run that died while it wrote: power control is put back and the record settled",
			 r->address);
	else
		vck_warn("%s: a run that died while it wrote: cannot settle its record: %s (the next run tries again)",
			 r->address, vck_errno_text(err));
}

/* A signal waits until the function at hand is done, and stops the rest. */
static void apply(const struct vck_write_env *env, int records, struct vck_plan *p, FILE *out)
{
	for (size_t i = 0; i < p->n; i++) {
		vck_signals_hold();
		vck_plan_apply(env, records, &p->entries[i]);
		vck_nosnoop_say(out, &p->entries[i]);
		vck_signals_release();
	}
}

static void verify(const struct vck_write_env *env, const struct vck_nosnoop_options *o,
		   struct vck_plan *p)
{
	const struct timespec pause = { .tv_nsec = VERIFY_MS * 1000000L };
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += o->verify;
	do {
		nanosleep(&pause, NULL);
		for (size_t i = 0; i < p->n; i++) {
			struct vck_plan_entry *e = &p->entries[i];

			if (vck_outcome_is_bad(e->result.outcome))
				continue;
			vck_plan_verify(env, e);
			if (vck_outcome_is_bad(e->result.outcome))
				vck_nosnoop_say(stdout, e);
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
		 (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
}

static int status_of(const struct vck_plan *p)
{
	int status = VCK_EXIT_OK;

	for (size_t i = 0; i < p->n; i++) {
		enum vck_outcome o = p->entries[i].result.outcome;

		if (o == VCK_OUT_FAILED || o == VCK_OUT_NOT_STUCK || o == VCK_OUT_CAME_BACK)
			return VCK_EXIT_WRITE;
		if (p->entries[i].undetermined && status == VCK_EXIT_OK)
			status = VCK_EXIT_UNDETERMINED;
		else if ((o == VCK_OUT_REFUSED || p->entries[i].refusal) &&
			 !p->entries[i].undetermined)
			status = VCK_EXIT_REFUSED;
	}
	return status;
}

/* The plan goes to @out. What is refused is told here only where nothing follows that tells it.
 * False: it could not be shown. */
static bool show_plan(const struct vck_write_env *env, const struct vck_plan *p, FILE *out,
		      bool dry_run)
{
	cleanup_buf struct vck_buf b = { 0 };
	bool shown;

	vck_plan_format(&b, env, p);
	if (b.failed)
		return false;
	shown = vck_print(out, "%s", vck_buf_str(&b));
	for (size_t i = 0; dry_run && i < p->n; i++) {
		if (p->entries[i].refusal)
			vck_error("%s: %s: %s", vck_plan_subject(&p->entries[i]),
				  p->entries[i].undetermined ? "not done" : "refused",
				  p->entries[i].refusal);
	}
	return fflush(out) == 0 && shown;
}

bool vck_nosnoop_report_confs(const struct vck_write_env *env, const struct vck_conf_list *l)
{
	bool good = true;

	for (size_t i = 0; i < l->n; i++) {
		const struct vck_conf_file *f = &l->files[i];

		if (f->err == 0)
			continue;
		good = false;
		if (f->err == -EINVAL && f->line)
			vck_error("%s/%s:%u: not understood, the file is not used", env->conf_dir,
				  f->name, f->line);
		else if (f->err == -EINVAL)
			vck_error("%s/%s: path, vendor or device is missing, the file is not used",
				  env->conf_dir, f->name);
		else
			vck_error("%s/%s: cannot read: %s", env->conf_dir, f->name,
				  vck_errno_text(f->err));
	}
	return good;
}

int vck_nosnoop_unusable(const char *path, int err)
{
	vck_error("%s: cannot use it: %s%s", path, vck_errno_text(err),
		  err == -EACCES || err == -EROFS ? " (run as root)"
		  : err == -EPERM ? " (root must own it, and nobody else may write to it)"
		  : err == -EBUSY ? " (another run is writing)"
				  : "");
	return VCK_EXIT_FAILED;
}

/* Takes the lock and settles what a dead run left. Not for a dry run, which writes nothing. */
static int begin(const struct vck_write_env *env, bool dry_run, int *lock,
		 struct vck_nosnoop_files *files)
{
	int r = 0;

	files->records = -1;
	if (!dry_run)
		r = vck_write_lock(env, lock);
	if (r == 0 && !dry_run)
		r = vck_record_recover(env, vck_nosnoop_recovered, NULL);
	if (r >= 0)
		r = vck_record_open_dir(env, VCK_RECORD_DIR, !dry_run, &files->records);
	if (dry_run && r == -ENOENT)
		r = 0;
	if (r < 0)
		return vck_nosnoop_unusable(env->run_dir, r);
	r = vck_conf_read_all(env, &files->confs);
	if (r < 0)
		return vck_nosnoop_unusable(env->conf_dir, r);
	vck_nosnoop_report_confs(env, &files->confs);
	/* What one that cannot be read locks is not known; one that is not understood locks nothing */
	return vck_conf_unread(&files->confs) < 0 ? VCK_EXIT_FAILED : 0;
}

/* Looking on takes up to a day: others may write meanwhile, the guard above all. */
static void verify_unlocked(const struct vck_write_env *env, const struct vck_nosnoop_options *o,
			    struct vck_plan *p, int *lock)
{
	vck_fd_closep(lock);
	*lock = -1;
	verify(env, o, p);
}

static int carry_out(struct vck_global *g, const struct vck_nosnoop_options *o,
		     const struct vck_write_env *env, const struct vck_nosnoop_files *files,
		     int *lock)
{
	cleanup_plan struct vck_plan p = { 0 };
	cleanup_host struct vck_host *h = NULL, *after = NULL;
	FILE *out = o->json ? stderr : stdout;
	int status;

	if (load(g, o, files, &h) < 0)
		return VCK_EXIT_FAILED;
	if (vck_nosnoop_plan(h, o, env, files, &p) < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	if (!show_plan(env, &p, out, o->dry_run)) {
		vck_error("standard output: cannot show the plan: %s: nothing is done",
			  vck_errno_text(errno ? errno : EIO));
		return VCK_EXIT_FAILED;
	}
	if (!o->dry_run)
		apply(env, files->records, &p, out);
	if (!o->dry_run && o->verify)
		verify_unlocked(env, o, &p, lock);
	status = status_of(&p);
	if (!o->json)
		return status;
	/* The document tells what is there now */
	if (vck_load(g, NULL, &after) < 0)
		return VCK_EXIT_FAILED;
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = vck_host_find_device(after, h->devices[i]->address);

		if (d)
			d->selected = h->devices[i]->selected;
	}
	return print_json(after, status);
}

static int change(struct vck_global *g, const struct vck_nosnoop_options *o,
		  const struct vck_write_env *env)
{
	struct vck_nosnoop_files files = { .records = -1 };
	cleanup_fd int lock = -1;
	int status;

	g->keeps_rights = true;
	status = begin(env, o->dry_run, &lock, &files);
	if (status == 0)
		status = carry_out(g, o, env, &files, &lock);
	vck_fd_closep(&files.records);
	vck_conf_list_done(&files.confs);
	return status;
}

/* --- options --- */

static int take_lock_kind(struct vck_nosnoop_options *o, const char *arg)
{
	o->action = VCK_NOSNOOP_LOCK;
	o->lock = VCK_CONF_PERSISTENT;
	if (!arg || streq(arg, "persistent"))
		return 0;
	o->lock = VCK_CONF_GUARDED;
	if (streq(arg, "guarded"))
		return 0;
	vck_error("--lock: '%s' is not persistent or guarded (read-only is what 'viommu-check run' gives)",
		  arg);
	return -EINVAL;
}

static int take_verify(struct vck_nosnoop_options *o, const char *arg)
{
	if (vck_parse_u32(arg, 10, &o->verify) == 0 && o->verify && o->verify <= VERIFY_MAX)
		return 0;
	vck_error("--verify: '%s' is not a number of seconds from 1 to %u", arg, VERIFY_MAX);
	return -EINVAL;
}

static void take_action(struct vck_nosnoop_options *o, int id)
{
	static const enum vck_nosnoop_action actions[] = {
		[OPT_DISABLE] = VCK_NOSNOOP_DISABLE, [OPT_ENABLE] = VCK_NOSNOOP_ENABLE,
		[OPT_RESTORE] = VCK_NOSNOOP_RESTORE, [OPT_LOCK] = VCK_NOSNOOP_LOCK,
		[OPT_UNLOCK] = VCK_NOSNOOP_UNLOCK,   [OPT_TEST] = VCK_NOSNOOP_TEST,
		[OPT_APPLY] = VCK_NOSNOOP_APPLY,
	};

	/* --disable --lock is --lock */
	if (o->action != VCK_NOSNOOP_LOCK)
		o->action = actions[id];
}

static int take_option(void *request, int id, const char *arg)
{
	if (id == OPT_LOCK)
		return take_lock_kind(request, arg);
	if (id == OPT_VERIFY)
		return take_verify(request, arg);
	take_action(request, id);
	return 0;
}

int vck_nosnoop_main(const struct vck_command *c, struct vck_global *g,
		     const struct vck_write_env *env, int argc, char **argv)
{
	struct vck_nosnoop_options o = { 0 };
	int status;

	if (vck_options_take(c, g, argc, argv, &o, &o.filter, take_option, &status) < 0)
		return status;
	if (o.action == VCK_NOSNOOP_SHOW)
		return show(g, &o);
	if (g->root && env == &vck_write_env_host) {
		vck_error("--root: changing Enable No Snoop acts on the running host and takes no other root");
		return VCK_EXIT_FAILED;
	}
	if (o.action == VCK_NOSNOOP_APPLY)
		return vck_nosnoop_apply(&o, env);
	return change(g, &o, env);
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	return vck_nosnoop_main(c, g, &vck_write_env_host, argc, argv);
}

const struct vck_command vck_cmd_nosnoop = {
	.name = "nosnoop",
	.args = "[DEVICE...]",
	.summary = "show Enable No Snoop, clear it and keep it cleared",
	.options = options,
	.operands = "@device",
	.run = run,
};
