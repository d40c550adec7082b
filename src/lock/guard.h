/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard: keeps Enable No Snoop of the functions cleared that are locked as
 * guarded. Looks at every event of theirs, and at intervals while one of them is
 * bound to a vfio driver and awake, since no event tells when a guest sets the bit. */
#ifndef VCK_LOCK_GUARD_H
#define VCK_LOCK_GUARD_H

#include "write/env.h"

enum vck_guard_level {
	VCK_GUARD_INFO,
	VCK_GUARD_WARNING,
	VCK_GUARD_ERROR,
};

typedef void vck_guard_log_fn(void *data, enum vck_guard_level level, const char *text);

#define VCK_GUARD_INTERVAL_MS 500u

/**
 * vck_guard_run - guard until SIGTERM or SIGINT comes
 * @interval_ms: between two looks
 * @log: told one line at a time
 *
 * SIGHUP and changes in the configuration directory make it read that again.
 * Return: 0 after a signal; -EBUSY: a guard runs already; another negative errno.
 */
int vck_guard_run(const struct vck_write_env *env, unsigned interval_ms, vck_guard_log_fn *log,
		  void *data) must_check;

#endif
