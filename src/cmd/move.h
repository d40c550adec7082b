/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before a device goes to a vfio driver, for `bind` and `probe --bind`: what the host
 * would lose. */
#ifndef VCK_CMD_MOVE_H
#define VCK_CMD_MOVE_H

#include "base/buf.h"
#include "base/util.h"
#include "model/host.h"
#include "write/bound.h"

/**
 * vck_move_dangers - what speaks against moving a device away from the host
 * @b: the reasons are added to it, "; " between them; nothing when there are none. What
 *     could not be read is a reason, too.
 * Return: 0, or -ENOMEM: then @b does not hold them all, and none is no answer.
 */
int vck_move_dangers(const struct vck_host *h, const struct vck_device *d,
		     struct vck_buf *b) must_check;

/* See to it that the driver @want is there, its name as the kernel has it in @ret, or say why
 * not. Return: as vck_driver_load(). */
int vck_move_load(const struct vck_write_env *env, const struct vck_device *d, const char *want,
		  char *ret) must_check;

#endif
