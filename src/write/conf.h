/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/viommu-check.d: one file a function that is to be kept cleared. */
#ifndef VCK_WRITE_CONF_H
#define VCK_WRITE_CONF_H

#include "model/lockfile.h"
#include "write/env.h"

/* One file that was read. */
struct vck_conf_file {
	char *name; /* owned */
	int err;    /* 0; -EINVAL: malformed in @line; or why it could not be read */
	unsigned line;
	struct vck_lock_conf conf; /* valid when err == 0 */
};

struct vck_conf_list {
	struct vck_conf_file *files; /* owned, sorted by place, those that are wrong first */
	size_t n;
};

void vck_conf_list_done(struct vck_conf_list *l);
#define cleanup_conf_list cleanup(vck_conf_list_done)

/**
 * vck_conf_read_all - every *.conf of the directory
 * A file that is wrong is in the list with its error; the others are used.
 * Return: 0 (also when there is no directory) or a negative errno.
 */
int vck_conf_read_all(const struct vck_write_env *env, struct vck_conf_list *ret) must_check;
/* The error of a file that could not be read (not of one that is not understood), or 0. */
int vck_conf_unread(const struct vck_conf_list *l) must_check;
/* The usable file about this place and these ids, or NULL. */
const struct vck_conf_file *vck_conf_find(const struct vck_conf_list *l, const char *path,
					  uint16_t vendor, uint16_t device);

/* Writes the file of c->path, and the directory with it where there is none. */
int vck_conf_store(const struct vck_write_env *env, const struct vck_lock_conf *c) must_check;
/* The same under the name that a file about the place was found by. */
int vck_conf_store_as(const struct vck_write_env *env, const char *name,
		      const struct vck_lock_conf *c) must_check;
/* Removes a file, and the directory when it was the last: then nothing is locked and
 * neither units nor the udev rule do anything. */
int vck_conf_remove(const struct vck_write_env *env, const char *name) must_check;

#endif
