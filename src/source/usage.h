/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that find out who uses a device. */
#ifndef VCK_SOURCE_USAGE_H
#define VCK_SOURCE_USAGE_H

#include "source/gather.h"

/* The device of the model whose directory @path lies in, the nearest one; NULL: none. */
struct vck_device *vck_owner_of(const struct vck_host *h, const char *path);
/* Add "mounted at /" to what the host uses @d for; the same text only once. 0 or -ENOMEM. */
int vck_usage_add(struct vck_host *h, struct vck_device *d, const char *use) must_check;

/**
 * vck_usage_note - what a read of something that tells of use came to
 * @r: its result; that something is not there is an answer
 * @unread: set where it could not be read, host->usage_unread or host->holders_unread
 * Return: @r
 */
ssize_t vck_usage_note(struct vck_host *h, bool *unread, const char *path, ssize_t r);
/* The same of an attribute: its device may have gone while it was read (-ENODEV of kernfs). */
ssize_t vck_usage_note_attr(struct vck_host *h, bool *unread, const char *path, ssize_t r);
/* Disks that are mounted, swapped to, or part of something. 0 or -ENOMEM. */
int vck_read_disks(struct vck_host *h, struct vck_root *root) must_check;
/* Processes that have a VFIO group or device open. 0 or -ENOMEM. */
int vck_read_holders(struct vck_host *h, struct vck_root *root) must_check;

#endif
