/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that answers the filter's questions. */
#ifndef VCK_LOCK_SUPERVISOR_H
#define VCK_LOCK_SUPERVISOR_H

#include "lock/forward.h"

struct vck_supervisor {
	int listener, vmm; /* vmm: a pidfd */
	uint64_t since;	   /* start time of the VMM, vck_task_start() */
	struct vck_forward forward;
	unsigned said;	   /* what was said once */
};

/**
 * vck_supervisor_loop - answer until nobody is left under the filter
 * @s: listener, vmm and since are set; forward is initialised
 * Return: 0 when everybody is gone, or a negative errno: then the listener is to be
 * closed, and what is left under the filter gets ENOSYS.
 */
int vck_supervisor_loop(struct vck_supervisor *s) must_check;

/**
 * vck_lock_say - a message on the VMM's standard error and in the system log
 * @vmm: pidfd; its descriptor 2 is borrowed for the moment, so that no pipe is held
 *	 open by a process that its reader does not know of
 */
void vck_lock_say(int vmm, const char *fmt, ...) printf_like(2, 3);

#endif
