/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a VMM under the lock.
 *
 * The process that was started becomes the VMM, so that libvirt and systemd see the
 * pid they expect. Before that it forks, twice, so that the VMM has no child that it
 * did not start:
 *
 *   VMM        the original process: filter, then COMMAND
 *   keeper     not the VMM's child; waits for the supervisor, says so when it dies
 *              before the VMM, undoes what was done before the start
 *   supervisor the keeper's child, the only one that has the listener */
#ifndef VCK_LOCK_RUN_H
#define VCK_LOCK_RUN_H

#include <sys/types.h>

#include "lock/region.h"

/* Work around the VMM's life, done in the keeper. */
struct vck_run_hooks {
	/* The supervisor is there, the VMM not yet. @vmm: pidfd, for vck_lock_say() */
	void (*begin)(void *data, pid_t supervisor, int vmm);
	/* The supervisor is gone. */
	void (*unheld)(void *data);
	/* VMM and supervisor are gone. */
	void (*end)(void *data, int vmm);
};

struct vck_run {
	char *const *argv;	       /* COMMAND and its arguments, NULL at the end */
	bool allow_io_uring;
	const struct vck_lock_ops *ops; /* vck_lock_vfio */
	const struct vck_run_hooks *hooks; /* or NULL */
	void *data;		       /* of the hooks */
};

/**
 * vck_run_start - replace this process by COMMAND under the lock
 * @reterr_what: what was attempted, a literal
 *
 * Standard streams, other descriptors, signal mask and dispositions, working
 * directory and environment are COMMAND's as they were this process'.
 * Return: only on failure, a negative errno. Keeper and supervisor have ended, or
 * end when this process does.
 */
int vck_run_start(const struct vck_run *run, const char **reterr_what) must_check;

#endif
