/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a device was bound to before `bind` took it: one file a device below the
 * run directory, so that `unbind` gives back what was there. */
#ifndef VCK_WRITE_BOUND_H
#define VCK_WRITE_BOUND_H

#include "write/bind.h"
#include "write/env.h"

#define VCK_BOUND_DIR "bound"

/* Opens (and with @create makes) the directory of records. */
int vck_bound_open_dir(const struct vck_write_env *env, bool create, int *ret) must_check;
/* Notes @s, unless there is a record of this device already: the first driver is the one to give
 * back. Return: 0, -EEXIST (there is one), or another negative errno: then none was written. */
int vck_bound_store(int dir, const struct vck_bind_target *t, const struct vck_bind_state *s)
	must_check;
/* Return: 0, -ENOENT (no record), -EINVAL (malformed), -ESTALE (of another device that was at this
 * address). */
int vck_bound_load(int dir, const struct vck_bind_target *t, struct vck_bind_state *ret) must_check;
int vck_bound_drop(int dir, const char *address) must_check;

/**
 * vck_driver_load - see to it that a driver is there
 * @bus: "pci", "platform", "amba"
 * @name: of the driver or its module; dashes and underscores count as the same
 * @ret: name of the driver's directory on the bus, VCK_DRIVER_LEN bytes
 *
 * Loads the module through libkmod, as modprobe would, where no such driver is registered.
 * Return: 0, -ENOENT (no such module, or it brought no such driver), or the error of loading.
 */
int vck_driver_load(const struct vck_write_env *env, const char *bus, const char *name, char *ret)
	must_check;

#endif
