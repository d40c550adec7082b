/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `run` does to the functions that it is told: clears Enable No Snoop before
 * the VMM opens them (what is set when VFIO opens a function comes back when it is
 * closed), says under /run who holds them, and puts the bit back at the end. */
#ifndef VCK_LOCK_HOLD_H
#define VCK_LOCK_HOLD_H

#include "lock/run.h"
#include "model/host.h"
#include "write/plan.h"

struct vck_hold {
	const struct vck_write_env *env;
	struct vck_plan plan;
};

/**
 * vck_hold_add - take a function in
 * @ret_refusal: why not, a literal; then it was not taken
 * Return: 0 or -ENOMEM.
 */
int vck_hold_add(struct vck_hold *h, const struct vck_device *d, const char **ret_refusal)
	must_check;

/**
 * vck_hold_clear - clear the bit of all of them
 * @reterr_address: the function that it failed for
 * @reterr_what: what was attempted
 *
 * A function whose bit reads 0 already is left alone, and its record too. When one
 * fails, those before it are put back.
 * Return: 0 or a negative errno.
 */
int vck_hold_clear(struct vck_hold *h, const char **reterr_address,
		   const char **reterr_what) must_check;
void vck_hold_done(struct vck_hold *h);

/* With a struct vck_hold as data. */
extern const struct vck_run_hooks vck_hold_hooks;

#endif
