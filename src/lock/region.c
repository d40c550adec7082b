// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises VFIO devices among descriptors and finds their Device Control. */
#include "config.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cursor.h"
#include "lock/region.h"

#define CAPS_MAX 48 /* (256 - 64) / 4: more cannot fit */

static ssize_t link_of(const char *path, char *out, size_t size)
{
	ssize_t n = readlink(path, out, size - 1);

	if (n < 0)
		return -errno;
	out[n] = '\0';
	return n;
}

/* By device number, since the name under which it was opened may belong to another
 * mount namespace: /sys/dev/char/M:N leads to ".../vfio-dev/vfioX" (6.6). */
static bool is_vfio_cdev(const struct stat *st)
{
	char path[64], target[512];

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(st->st_rdev),
		 minor(st->st_rdev));
	return link_of(path, target, sizeof(target)) > 0 && strstr(target, "/vfio-dev/");
}

/* Of a group: an anonymous inode with that name (drivers/vfio/group.c, all versions). */
static bool is_named_vfio(int fd)
{
	char path[64], target[512];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (link_of(path, target, sizeof(target)) <= 0)
		return false;
	return streq(target, "anon_inode:[vfio-device]") ||
	       str_after(target, "/dev/vfio/devices/");
}

static enum vck_fd_kind kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return VCK_FD_OTHER;
	if (is_named_vfio(fd) || (S_ISCHR(st.st_mode) && is_vfio_cdev(&st)))
		return VCK_FD_DEVICE;
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) || S_ISFIFO(st.st_mode) ||
	    S_ISSOCK(st.st_mode) || S_ISDIR(st.st_mode))
		return VCK_FD_PLAIN;
	return VCK_FD_OTHER;
}

static int read_config(int fd, const struct vck_config_region *r, unsigned at, void *buf,
		       size_t n)
{
	ssize_t got = pread(fd, buf, n, (off_t)(r->offset + at));

	if (got < 0)
		return -errno;
	return (size_t)got == n ? 0 : -EIO;
}

int vck_region_find_devctl(int fd, struct vck_config_region *r)
{
	uint8_t head[2];
	unsigned at;
	int err;

	r->devctl = 0;
	if (r->size < PCI_STD_HEADER_SIZEOF)
		return 0;
	err = read_config(fd, r, PCI_STATUS, head, 1);
	if (err < 0 || !(head[0] & PCI_STATUS_CAP_LIST))
		return err;
	err = read_config(fd, r, PCI_CAPABILITY_LIST, head + 1, 1);
	for (int i = 0; err == 0 && i < CAPS_MAX; i++) {
		at = head[1] & 0xfcu;
		if (at < PCI_STD_HEADER_SIZEOF || at + PCI_EXP_DEVCTL + 2 > r->size)
			return 0;
		err = read_config(fd, r, at, head, 2);
		if (err == 0 && head[0] == PCI_CAP_ID_EXP) {
			r->devctl = (uint16_t)(at + PCI_EXP_DEVCTL);
			return 0;
		}
	}
	return err;
}

static int region(int fd, struct vck_config_region *ret)
{
	struct vfio_device_info dev = { .argsz = sizeof(dev) };
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct vck_config_region r = { 0 };
	int err;

	if (ioctl(fd, VFIO_DEVICE_GET_INFO, &dev) < 0)
		return -errno;
	if (dev.flags & VFIO_DEVICE_FLAGS_PCI) {
		if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info) < 0)
			return -errno;
		if (info.size > VCK_REGION_MAX)
			return -EFBIG;
		r.offset = info.offset;
		r.size = (uint32_t)info.size;
		err = vck_region_find_devctl(fd, &r);
		if (err < 0)
			return err;
	}
	*ret = r;
	return 0;
}

const struct vck_lock_ops vck_lock_vfio = { .kind = kind, .region = region };
