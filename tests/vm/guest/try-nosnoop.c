// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for a VMM whose guest wants Enable No Snoop: opens a PCI device by
 * VFIO and tries every way to set the bit.
 *
 *   try-nosnoop DEVICE            all attempts, one line of JSON each
 *   try-nosnoop DEVICE resets     every reset that VFIO offers, one line each, without an
 *                                 attempt to set the bit except by the write that resets
 *   try-nosnoop DEVICE cdev       all attempts, the device opened by its own node and iommufd
 *   try-nosnoop DEVICE hold FILE  open the device, make FILE, keep it open until
 *                                 FILE is gone, half a minute at most
 *
 * In a report `vfio` and `host` are the bit as a VMM and as the host read it
 * right after the attempt; between two attempts it is cleared again. Exit status:
 * 0 no attempt set it, 1 at least one did, 2 the device could not be opened.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "json.h"
#include "try-nosnoop.h"

enum { STATUS = 0x06, CAP_POINTER = 0x34, CAP_EXPRESS = 0x10, DEVCTL = 8 };
enum { HOLD_SECONDS = 30 };

static int open_device(const char *name, struct target *t)
{
	struct device dev = {.bus = "pci"};
	char group[NAME_SIZE], path[NAME_SIZE + 32];
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	int node, type = VFIO_TYPE1v2_IOMMU;

	snprintf(dev.name, sizeof(dev.name), "%.63s", name);
	device_link(&dev, "iommu_group", group, sizeof(group));
	snprintf(path, sizeof(path), "/dev/vfio/%s", group);
	if (access(path, F_OK) != 0) {
		snprintf(path, sizeof(path), "/dev/vfio/noiommu-%s", group);
		type = VFIO_NOIOMMU_IOMMU;
	}
	node = open(path, O_RDWR | O_CLOEXEC);
	if (node < 0 || ioctl(node, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		return -errno;
	if (ioctl(container, VFIO_SET_IOMMU, type) < 0)
		return -errno;
	t->group = node;
	t->fd = ioctl(node, VFIO_GROUP_GET_DEVICE_FD, name);
	return t->fd < 0 ? -errno : 0;
}

/* include/uapi/linux/vfio.h since 6.6, which the headers of Debian 12 do not have */
#define BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)

static int open_cdev(const char *name, struct target *t)
{
	struct {
		uint32_t size, flags;
		int32_t iommufd;
		uint32_t device;
	} bind = {.size = sizeof(bind), .iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC)};
	struct device dev = {.bus = "pci"};
	char node[NAME_SIZE];

	snprintf(dev.name, sizeof(dev.name), "%.63s", name);
	device_node(&dev, node, sizeof(node));
	t->fd = open(node, O_RDWR | O_CLOEXEC);
	if (t->fd < 0 || ioctl(t->fd, BIND_IOMMUFD, &bind) < 0)
		return -errno;
	return 0;
}

static uint16_t read_word(const struct target *t, unsigned int offset)
{
	uint16_t word = 0;

	if (pread(t->fd, &word, 2, (off_t)(t->config + offset)) != 2)
		word = 0xffff;
	return word;
}

static unsigned int find_devctl(const struct target *t)
{
	unsigned int at = read_word(t, CAP_POINTER) & 0xfc;
	int steps;

	for (steps = 0; at >= 0x40 && steps < 48; steps++) {
		uint16_t head = read_word(t, at);

		if ((head & 0xff) == CAP_EXPRESS)
			return at + DEVCTL;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

/* The host's view, by another way than VFIO. */
static int host_bit(const char *name, const struct target *t)
{
	char path[128];
	uint16_t word = 0;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &word, 2, t->devctl) != 2)
		word = 0xffff;
	if (fd >= 0)
		close(fd);
	return (word & DEVCTL_NOSNOOP) != 0;
}

static int report(const char *name, const struct target *t, const char *what, ssize_t n)
{
	struct json j = {.out = stdout};
	int bit = host_bit(name, t);

	json_open(&j, NULL, '{');
	json_string(&j, "attempt", what);
	json_string(&j, "result", n < 0 ? errno_name((int)-n) : "ok");
	json_number(&j, "bytes", n < 0 ? 0 : n);
	json_number(&j, "vfio", (read_word(t, t->devctl) & DEVCTL_NOSNOOP) != 0);
	json_number(&j, "host", bit);
	json_close(&j, '}');
	printf("\n");
	fflush(stdout);
	return bit;
}

static int try_all(const char *name, struct target *t)
{
	const struct attempt *a;
	int set = 0;

	for (a = attempts; a->name; a++) {
		uint16_t clear = read_word(t, t->devctl) & (uint16_t)~DEVCTL_NOSNOOP;

		if (pwrite(t->fd, &clear, 2, (off_t)(t->config + t->devctl)) != 2)
			perror("clear");
		t->word = clear | DEVCTL_NOSNOOP;
		set += report(name, t, a->name, a->run(t));
	}
	return set ? 1 : 0;
}

static int reset_all(const char *name, struct target *t)
{
	const struct attempt *a;
	int set = 0;

	for (a = resets; a->name; a++) {
		t->word = read_word(t, t->devctl) | DEVCTL_NOSNOOP;
		set += report(name, t, a->name, a->run(t));
	}
	return set ? 1 : 0;
}

static int hold(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int left = HOLD_SECONDS * 20;

	if (fd < 0)
		return 2;
	close(fd);
	for (; access(file, F_OK) == 0 && left > 0; left--)
		usleep(50000);
	return left ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct target t = {.fd = -1};
	int r;

	if (argc < 2)
		return 2;
	r = argc == 3 && !strcmp(argv[2], "cdev") ? open_cdev(argv[1], &t) :
						   open_device(argv[1], &t);
	if (r < 0 || ioctl(t.fd, VFIO_DEVICE_GET_REGION_INFO, &region) < 0) {
		fprintf(stderr, "try-nosnoop: %s: %s\n", argv[1], errno_name(r ? -r : errno));
		return 2;
	}
	t.config = region.offset;
	t.devctl = find_devctl(&t);
	if (argc == 4 && !strcmp(argv[2], "hold"))
		return hold(argv[3]);
	if (argc == 3 && t.devctl && !strcmp(argv[2], "resets"))
		return reset_all(argv[1], &t);
	return t.devctl ? try_all(argv[1], &t) : 2;
}
