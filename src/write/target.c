// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks at one function through source/root.h. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/gather.h"
#include "write/target.h"

static int read_ids(struct vck_dir *d, struct vck_target *t)
{
	uint64_t vendor, device;
	int r = vck_dir_attr_u64(d, "vendor", &vendor);

	if (r == 0)
		r = vck_dir_attr_u64(d, "device", &device);
	if (r < 0)
		return r;
	if (vendor > UINT16_MAX || device > UINT16_MAX)
		return -EBADMSG;
	t->vendor = (uint16_t)vendor;
	t->device = (uint16_t)device;
	return 0;
}

static int read_caps(struct vck_dir *d, struct vck_live *l)
{
	cleanup_file struct vck_file *f = NULL;
	struct vck_pcicap c = { 0 };
	int r = vck_file_open(d, "config", &f);

	if (r == 0)
		r = vck_pcicap_read(f, NULL, &c);
	if (r < 0)
		return r;
	if (c.all_ones == VCK_YES)
		return -ENXIO;
	if (c.exp.present == VCK_NO)
		return -EOPNOTSUPP;
	if (c.exp.present != VCK_YES || c.exp.regs_known != VCK_YES)
		return -EACCES;
	l->target.reg_vendor = c.vendor;
	l->target.reg_device = c.device;
	l->target.position = c.exp.pos;
	l->devctl = c.exp.devctl;
	l->is_bridge = c.header_type != 0;
	return 0;
}

/* Text of something optional; "" when it is not there. What could not be read is an error: an
 * unread driver is not "no driver". Return: 0 or a negative errno. */
static int optional(ssize_t n, char *buf)
{
	if (n < 0)
		buf[0] = '\0';
	return n < 0 && n != -ENOENT ? (int)n : 0;
}

static int read_use(struct vck_dir *d, struct vck_live *l)
{
	char physfn[64] = "";
	int r = optional(vck_dir_link_name(d, "driver", l->driver, sizeof(l->driver)), l->driver);

	l->driver_known = r == 0;
	if (r == 0)
		r = optional(vck_dir_link_name(d, "iommu_group", l->group, sizeof(l->group)),
			     l->group);
	if (r == 0)
		r = optional(vck_dir_attr(d, "power/runtime_status", l->status,
					  sizeof(l->status)), l->status);
	if (r == 0)
		r = optional(vck_dir_link_name(d, "physfn", physfn, sizeof(physfn)), physfn);
	l->is_vf = physfn[0];
	return r;
}

int vck_live_read(struct vck_root *root, const char *address, struct vck_live *ret)
{
	cleanup_dir struct vck_dir *bus = NULL, *d = NULL;
	char link[sizeof(ret->path) + 8];
	const char *path;
	ssize_t n;
	int r;

	*ret = (struct vck_live){ 0 };
	r = vck_root_opendir(root, "sys/bus/pci/devices", &bus);
	if (r < 0)
		return r;
	n = vck_dir_link_path(bus, address, link, sizeof(link));
	if (n < 0)
		return (int)n;
	path = str_after(link, "sys/");
	if (!path || strlen(path) >= sizeof(ret->path) ||
	    strlen(address) >= sizeof(ret->target.address))
		return -EBADMSG;
	strcpy(ret->path, path);
	strcpy(ret->target.address, address);
	ret->target.path = ret->path;
	r = vck_pci_key(ret->path, ret->key, sizeof(ret->key));
	if (r == 0)
		r = vck_root_opendir(root, link, &d);
	if (r == 0)
		r = read_ids(d, &ret->target);
	if (r < 0)
		return r;
	r = read_use(d, ret);
	return r < 0 ? r : read_caps(d, ret);
}

struct vck_target vck_target_of(const struct vck_device *d)
{
	struct vck_target t = {
		.path = d->syspath ? str_after(d->syspath, "sys/") : NULL,
		.vendor = d->vendor_id,
		.device = d->device_id,
		.reg_vendor = d->cap.vendor,
		.reg_device = d->cap.device,
		.position = d->cap.exp.pos,
	};

	snprintf(t.address, sizeof(t.address), "%s", d->address);
	return t;
}
