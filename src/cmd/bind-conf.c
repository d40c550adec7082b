// SPDX-License-Identifier: GPL-2.0-or-later
/* What `bind` shares with the lock: clearing Enable No Snoop once a device is
 * bound, and the files of /etc/viommu-check.d that bring both back at boot. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "cmd/bind-conf.h"
#include "cmd/cmd.h"
#include "model/pcicap.h"
#include "write/plan.h"
#include "write/record.h"
#include "write/target.h"

/* Only now: binding lets the device sleep, and the writer wakes it and keeps it awake meanwhile. */
int vck_bind_set_nosnoop(const struct vck_write_env *env, const struct vck_device *d, bool on,
			 bool *ret_changed)
{
	struct vck_bit_result result = { .outcome = VCK_OUT_PLANNED };
	cleanup_fd int records = -1;
	struct vck_target t = vck_target_of(d);
	int r;

	if (d->bus != VCK_BUS_PCI || d->cap.exp.present == VCK_NO || d->physfn)
		return 0;
	if (!t.path || d->cap.exp.present != VCK_YES) {
		vck_error("%s: Enable No Snoop: cannot %s: its PCI Express capability could not be read",
			  d->address, on ? "set" : "clear");
		return -EIO;
	}
	r = vck_record_open_dir(env, VCK_RECORD_DIR, true, &records);
	if (r == 0)
		vck_bit_apply(env, records, &t, on, false, &result);
	/* Also where a later step failed: a write that could not be read back may have worked */
	if (ret_changed)
		*ret_changed = (bool)(result.before & VCK_DEVCTL_NOSNOOP) != on &&
			       result.outcome != VCK_OUT_NOTHING;
	if (r < 0 || vck_outcome_is_bad(result.outcome)) {
		vck_error("%s: Enable No Snoop: cannot %s: %s", d->address, on ? "set" : "clear",
			  vck_errno_text(r < 0 ? -r : result.err < 0 ? -result.err : EIO));
		return r < 0 ? r : -EIO;
	}
	return 0;
}

static int write_conf(const struct vck_write_env *env, const char *name,
		      const struct vck_lock_conf *c)
{
	if (c->driver[0] || c->nosnoop != VCK_CONF_NONE)
		return vck_conf_store_as(env, name, c);
	return vck_conf_remove(env, name);
}

int vck_bind_store_conf(const struct vck_write_env *env, const struct vck_device *d,
			const char *driver, bool lock, struct vck_bind_conf_change *ret)
{
	cleanup_conf_list struct vck_conf_list list = { 0 };
	const struct vck_conf_file *old;
	struct vck_lock_conf c = { .vendor = d->vendor_id, .device = d->device_id };
	int r = d->syspath ? vck_pci_key(d->syspath, c.path, sizeof(c.path)) : -EINVAL;

	if (r == 0)
		r = vck_conf_read_all(env, &list);
	/* One that cannot be read may be the one about this device */
	if (r == 0)
		r = vck_conf_unread(&list);
	if (r == 0)
		r = vck_conf_name(c.path, ret->name, sizeof(ret->name));
	if (r < 0)
		return r;
	old = vck_conf_find(&list, c.path, c.vendor, c.device);
	if (old) {
		c = old->conf;
		ret->existed = true;
		ret->old = c;
		snprintf(ret->name, sizeof(ret->name), "%s", old->name);
	}
	if (driver)
		snprintf(c.driver, sizeof(c.driver), "%s", driver);
	if (lock && c.nosnoop == VCK_CONF_NONE)
		c.nosnoop = VCK_CONF_PERSISTENT;
	if (!old && !c.driver[0] && c.nosnoop == VCK_CONF_NONE)
		return 0;
	ret->changed = true;
	return write_conf(env, ret->name, &c);
}

int vck_bind_undo_conf(const struct vck_write_env *env, struct vck_bind_conf_change *c)
{
	int r;

	if (!c->changed)
		return 0;
	c->changed = false;
	r = c->existed ? vck_conf_store_as(env, c->name, &c->old) : vck_conf_remove(env, c->name);
	return r == -ENOENT ? 0 : r;
}

const char *vck_conf_list_driver(const struct vck_conf_list *l, const struct vck_device *d)
{
	char key[VCK_PCI_KEY_LEN];
	const struct vck_conf_file *f;

	if (d->bus != VCK_BUS_PCI || !d->syspath || vck_pci_key(d->syspath, key, sizeof(key)) < 0)
		return NULL;
	f = vck_conf_find(l, key, d->vendor_id, d->device_id);
	return f && f->conf.driver[0] ? f->conf.driver : NULL;
}
