/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the writing room works: the running host, or a made-up tree in tests. The
 * commands only ever pass vck_write_env_host: nothing on the command line and no
 * environment variable leads elsewhere. */
#ifndef VCK_WRITE_ENV_H
#define VCK_WRITE_ENV_H

#include "base/util.h"

struct vck_write_env {
	const char *root;     /* where the facts are read: NULL is the running host */
	const char *sysfs;    /* "/sys" */
	const char *run_dir;  /* "/run/viommu-check" */
	const char *conf_dir; /* "/etc/viommu-check.d" */
	unsigned wake_ms;     /* how long a device may take to wake up */
	unsigned lock_ms;     /* how long to wait for another run */
};

extern const struct vck_write_env vck_write_env_host;

/**
 * vck_state_dir - open a directory that the tool keeps files in
 * @path: absolute; its parent exists
 * @create: make it (mode 0755) where it does not exist
 * @ret: O_DIRECTORY descriptor, the caller closes it
 *
 * Not through a symbolic link, and only one that root or the caller owns and that
 * nobody else can write to: else somebody could put a file in the way.
 * Return: 0, -EPERM when owner or mode are wrong, or the error of opening it.
 */
int vck_state_dir(const char *path, bool create, int *ret) must_check;
/* The same for a directory below an open one. */
int vck_state_subdir(int dir, const char *name, bool create, int *ret) must_check;

/**
 * vck_write_lock - wait until no other run writes
 * @ret: held as long as this descriptor is open; released by the kernel when the
 *	 process dies
 * Return: 0, -EBUSY when the other run takes longer than env->lock_ms.
 */
int vck_write_lock(const struct vck_write_env *env, int *ret) must_check;

/* A standard stream that came closed would be the number of the next file that is opened, and
 * messages would go there: /dev/null takes its place, for reading, so that writing fails. */
void vck_stdio_secure(void);

/* SIGINT, SIGTERM, SIGHUP and SIGQUIT wait from now on; what waits comes when they are
 * released. Around a step that must not be cut in two. */
void vck_signals_hold(void);
void vck_signals_release(void);
/* Does one of them wait? */
bool vck_signals_wait(void);

/* Closes, with any error ignored; -1 is fine. */
void vck_fd_closep(int *fd);
#define cleanup_fd cleanup(vck_fd_closep)

#endif
