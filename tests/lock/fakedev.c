// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <err.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lock/fakedev.h"

enum { EXPRESS = 0x68 };

static void put(int fd, uint64_t at, const void *data, size_t n)
{
	if (pwrite(fd, data, n, (off_t)at) != (ssize_t)n)
		err(99, "fake device");
}

struct target fakedev_new(int shift, uint16_t word)
{
	static const uint8_t ids[] = { 0x86, 0x80, 0xd3, 0x10, 0x06, 0x04, 0x10, 0x00 };
	static const uint8_t pm[] = { 0x01, 0x50 }, msi[] = { 0x05, EXPRESS };
	static const uint8_t express[] = { 0x10, 0x00, 0x02, 0x00 }, pointer = 0x43;
	struct target t = { .config = UINT64_C(7) << shift, .devctl = EXPRESS + 8,
			    .word = (uint16_t)(word | DEVCTL_NOSNOOP) };
	char name[32];

	snprintf(name, sizeof(name), "fake-device-%d", shift);
	t.fd = memfd_create(name, 0);
	if (t.fd < 0 || ftruncate(t.fd, (off_t)(t.config + 4096)) < 0)
		err(99, "%s", name);
	put(t.fd, t.config, ids, sizeof(ids));
	put(t.fd, t.config + 0x34, &pointer, 1); /* the low two bits are reserved */
	put(t.fd, t.config + 0x40, pm, 2);
	put(t.fd, t.config + 0x50, msi, 2);
	put(t.fd, t.config + EXPRESS, express, 4);
	put(t.fd, t.config + t.devctl, &word, 2);
	return t;
}

uint16_t fakedev_devctl(const struct target *t)
{
	uint16_t v;

	if (pread(t->fd, &v, 2, (off_t)(t->config + t->devctl)) != 2)
		err(99, "fake device: read");
	return v;
}

/* 40, 48, or 0 for anything else. */
static int shift_of(int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	if (!str_after(target, "/memfd:fake-device-"))
		return 0;
	return strstr(target, "-48") ? 48 : 40;
}

static enum vck_fd_kind kind(int fd)
{
	return shift_of(fd) ? VCK_FD_DEVICE : vck_lock_vfio.kind(fd);
}

static int region(int fd, struct vck_config_region *ret)
{
	*ret = (struct vck_config_region){ .offset = UINT64_C(7) << shift_of(fd), .size = 4096 };
	return vck_region_find_devctl(fd, ret);
}

const struct vck_lock_ops fakedev_ops = { .kind = kind, .region = region };
