/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of `nosnoop`: nosnoop.c takes the options and runs, nosnoop-plan.c
 * decides what is done to which function, nosnoop-apply.c is what the udev rule and
 * the boot service call. */
#ifndef VCK_CMD_NOSNOOP_H
#define VCK_CMD_NOSNOOP_H

#include "cmd/cmd.h"
#include "write/conf.h"
#include "write/plan.h"

enum vck_nosnoop_action {
	VCK_NOSNOOP_SHOW = 0,
	VCK_NOSNOOP_DISABLE,
	VCK_NOSNOOP_ENABLE,
	VCK_NOSNOOP_RESTORE,
	VCK_NOSNOOP_LOCK,
	VCK_NOSNOOP_UNLOCK,
	VCK_NOSNOOP_TEST,
	VCK_NOSNOOP_APPLY,
};

struct vck_nosnoop_options {
	enum vck_nosnoop_action action;
	enum vck_conf_lock lock; /* of VCK_NOSNOOP_LOCK */
	bool dry_run, force, group, all;
	bool json, no_headings, raw;
	uint32_t verify; /* seconds, 0: read back once */
	struct vck_filter filter;
};

/* What the files say that the model does not hold. */
struct vck_nosnoop_files {
	int records; /* directory, or -1 */
	struct vck_conf_list confs;
};

/**
 * vck_nosnoop_select - set device->selected to what the command acts on
 * Return: number of devices; -ENOENT or -EINVAL after a message.
 */
int vck_nosnoop_select(struct vck_host *h, const struct vck_nosnoop_options *o,
		       const struct vck_nosnoop_files *files) must_check;
/* Makes the plan for the selected devices. Return: 0 or -ENOMEM. */
int vck_nosnoop_plan(struct vck_host *h, const struct vck_nosnoop_options *o,
		     const struct vck_write_env *env, const struct vck_nosnoop_files *files,
		     struct vck_plan *p) must_check;
/* --apply: bring what is locked to its value. Return: exit status. */
int vck_nosnoop_apply(const struct vck_nosnoop_options *o, const struct vck_write_env *env);

/* A message for each configuration file that is wrong; false when there was one. */
bool vck_nosnoop_report_confs(const struct vck_write_env *env, const struct vck_conf_list *l);
/* Says what a dead run left behind and became of it; a vck_recover_fn. */
void vck_nosnoop_recovered(void *data, const struct vck_lock_record *r, int err);
/* Says why a directory of the tool cannot be used, and what to do. Return: VCK_EXIT_FAILED. */
int vck_nosnoop_unusable(const char *path, int err);
/* One result line: to @out, or to standard error when it is a bad one. */
void vck_nosnoop_say(FILE *out, const struct vck_plan_entry *e);

/* The command on another host than the running one, for tests. */
int vck_nosnoop_main(const struct vck_command *c, struct vck_global *g,
		     const struct vck_write_env *env, int argc, char **argv);

#endif
