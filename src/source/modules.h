/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that depmod writes, shared by the readers that look into them. */
#ifndef VCK_SOURCE_MODULES_H
#define VCK_SOURCE_MODULES_H

#include "source/gather.h"

/**
 * vck_modules_lines - lines of a file in lib/modules/RELEASE under the root
 * @name: "modules.dep", "modules.builtin", "modules.alias"
 * @words: see vck_dir_lines()
 * Return: 0, -ENODATA (the release is not known), or the error of reading.
 */
int vck_modules_lines(const struct vck_host *h, struct vck_root *root, const char *name,
		      const char *const *words, size_t n, struct vck_blob *ret) must_check;

/**
 * vck_read_modprobe - options for modules that are not loaded, into h->vfio.configured
 * @modules: @n names with '_', literals; the kernel command line has to be in @h
 *
 * What cannot be read adds a problem, and sets h->vfio.config_unread. Return: 0 or
 * -ENOMEM.
 */
int vck_read_modprobe(struct vck_host *h, struct vck_root *root,
		      const char *const *modules, size_t n) must_check;

#endif
