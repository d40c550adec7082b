/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bind` and the configuration of the lock. Speaks on standard error. */
#ifndef VCK_CMD_BIND_CONF_H
#define VCK_CMD_BIND_CONF_H

#include "model/host.h"
#include "write/conf.h"

/**
 * vck_bind_set_nosnoop - set or clear the bit of a bound function, awake meanwhile
 * @ret_changed: may be NULL; set where it was the other way before
 *
 * A function without PCI Express and a VF have nothing to change. Under the lock of
 * write/env.h. Return: 0 or a negative errno after a message.
 */
int vck_bind_set_nosnoop(const struct vck_write_env *env, const struct vck_device *d, bool on,
			 bool *ret_changed) must_check;

/* What a file of the configuration was before it was changed. */
struct vck_bind_conf_change {
	bool changed, existed;
	char name[VCK_PCI_KEY_LEN + 8];
	struct vck_lock_conf old;
};

/**
 * vck_bind_store_conf - change the file of a device, or make it
 * @driver: what to bind at boot; "" nothing any more, NULL: leave as it is
 * @lock: also keep Enable No Snoop cleared
 * @ret: for vck_bind_undo_conf(), also after a failure
 *
 * The file goes when nothing is left in it. Return: 0 or a negative errno.
 */
int vck_bind_store_conf(const struct vck_write_env *env, const struct vck_device *d,
			const char *driver, bool lock, struct vck_bind_conf_change *ret) must_check;
/* Puts the file back. Return: 0 (also where nothing was changed) or a negative errno. */
int vck_bind_undo_conf(const struct vck_write_env *env, struct vck_bind_conf_change *c) must_check;

/* The driver that a file of @l names for this device, or NULL. */
const char *vck_conf_list_driver(const struct vck_conf_list *l, const struct vck_device *d);

#endif
