// SPDX-License-Identifier: GPL-2.0-or-later
/* What `bind` shares with the lock: clearing Enable No Snoop once a device is
 * bound, and the files of /etc/viommu-check.d that bring both back at boot. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/bind-conf.h"
#include "cmd/cmd.h"
#include "write/plan.h"
#include "write/record.h"
#include "write/target.h"

/* Only now: binding lets the device sleep, and the writer wakes it and keeps it awake meanwhile. */
int vck_bind_clear_nosnoop(const struct vck_write_env *env, const struct vck_device *d)
{
	struct vck_bit_result result = { .outcome = VCK_OUT_PLANNED };
	cleanup_fd int records = -1;
	struct vck_target t = vck_target_of(d);
	int r;

	if (!t.path || d->cap.exp.present != VCK_YES || d->physfn)
		return 0;
	r = vck_record_open_dir(env, VCK_RECORD_DIR, true, &records);
	if (r == 0)
		vck_bit_apply(env, records, &t, false, false, &result);
	if (r < 0 || vck_outcome_is_bad(result.outcome)) {
		vck_error("%s: Enable No Snoop: cannot clear: %s", d->address,
			  strerror(r < 0 ? -r : result.err < 0 ? -result.err : EIO));
		return r < 0 ? r : -EIO;
	}
	return 0;
}

int vck_bind_store_conf(const struct vck_write_env *env, const struct vck_device *d,
			const char *driver, bool lock)
{
	cleanup_conf_list struct vck_conf_list list = { 0 };
	const struct vck_conf_file *old;
	struct vck_lock_conf c = { .vendor = d->vendor_id, .device = d->device_id };
	int r = d->syspath ? vck_pci_key(d->syspath, c.path, sizeof(c.path)) : -EINVAL;

	if (r == 0)
		r = vck_conf_read_all(env, &list);
	if (r == -ENOENT) /* nothing is locked yet */
		r = 0;
	if (r < 0)
		return r;
	old = vck_conf_find(&list, c.path, c.vendor, c.device);
	if (old)
		c = old->conf;
	if (driver)
		snprintf(c.driver, sizeof(c.driver), "%s", driver);
	if (lock && c.nosnoop == VCK_CONF_NONE)
		c.nosnoop = VCK_CONF_PERSISTENT;
	if (c.driver[0] || c.nosnoop != VCK_CONF_NONE)
		return old ? vck_conf_store_as(env, old->name, &c)
			   : vck_conf_store(env, &c);
	return old ? vck_conf_remove(env, old->name) : 0;
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
