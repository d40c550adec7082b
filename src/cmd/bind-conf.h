/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bind` and the configuration of the lock. Speaks on standard error. */
#ifndef VCK_CMD_BIND_CONF_H
#define VCK_CMD_BIND_CONF_H

#include "model/host.h"
#include "write/conf.h"

/* Clears the bit of a bound function, awake meanwhile; a function without PCI Express and a VF have
 * nothing to clear. Under the lock of write/env.h. Return: 0 or a negative errno after a message. */
int vck_bind_clear_nosnoop(const struct vck_write_env *env, const struct vck_device *d) must_check;

/**
 * vck_bind_store_conf - change the file of a device, or make it
 * @driver: what to bind at boot; "" nothing any more, NULL: leave as it is
 * @lock: also keep Enable No Snoop cleared
 *
 * The file goes when nothing is left in it. Return: 0 or a negative errno.
 */
int vck_bind_store_conf(const struct vck_write_env *env, const struct vck_device *d,
			const char *driver, bool lock) must_check;

/* The driver that a file of @l names for this device, or NULL. */
const char *vck_conf_list_driver(const struct vck_conf_list *l, const struct vck_device *d);

#endif
