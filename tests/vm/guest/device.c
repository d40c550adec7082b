// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds devices in sysfs and moves them between drivers. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"

enum { PATH_SIZE = 512, HEADER_TYPE = 0x0e };

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

static void device_path(const struct device *dev, const char *name, char *path)
{
	snprintf(path, PATH_SIZE, "/sys/bus/%s/devices/%s/%s", dev->bus, dev->name, name);
}

void device_attribute(const struct device *dev, const char *name, char *value, size_t size)
{
	char path[PATH_SIZE];
	ssize_t n = 0;
	int fd;

	device_path(dev, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, value, size - 1);
		close(fd);
	}
	value[n > 0 ? n : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

void device_link(const struct device *dev, const char *name, char *value, size_t size)
{
	char path[PATH_SIZE], target[PATH_SIZE];
	const char *last;
	ssize_t n;

	value[0] = '\0';
	device_path(dev, name, path);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	last = strrchr(target, '/');
	snprintf(value, size, "%s", last ? last + 1 : target);
}

static unsigned int number_attribute(const struct device *dev, const char *name)
{
	char text[NAME_SIZE];

	device_attribute(dev, name, text, sizeof(text));
	return (unsigned int)strtoul(text, NULL, 0);
}

static bool is_bridge(const struct device *dev)
{
	char path[PATH_SIZE];
	unsigned char type = 0;
	int fd;

	device_path(dev, "config", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (pread(fd, &type, 1, HEADER_TYPE) != 1)
		type = 0;
	close(fd);
	return (type & 0x7f) != 0;
}

static void fill(struct device *dev, const char *bus, const char *name)
{
	char physical[NAME_SIZE];

	*dev = (struct device){.bus = bus};
	snprintf(dev->name, sizeof(dev->name), "%.*s", NAME_SIZE - 1, name);
	device_link(dev, "driver", dev->driver, sizeof(dev->driver));
	device_link(dev, "iommu_group", dev->group, sizeof(dev->group));
	if (strcmp(bus, "pci"))
		return;
	dev->class = number_attribute(dev, "class");
	dev->vendor = number_attribute(dev, "vendor");
	dev->device = number_attribute(dev, "device");
	dev->bridge = is_bridge(dev);
	device_link(dev, "physfn", physical, sizeof(physical));
	dev->virtual = physical[0] != '\0';
}

/* Virtual functions first: some drivers remove them when they lose the function. */
static int by_order(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	if (x->virtual != y->virtual)
		return x->virtual ? -1 : 1;
	return strcmp(x->name, y->name);
}

size_t device_scan(const char *bus, struct device *list, size_t max)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices", bus);
	dir = opendir(path);
	if (!dir)
		return 0;
	while (n < max && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fill(&list[n++], bus, entry->d_name);
	closedir(dir);
	qsort(list, n, sizeof(*list), by_order);
	return n;
}

const char *device_vfio_driver(const struct device *dev)
{
	if (!strcmp(dev->bus, "platform"))
		return "vfio-platform";
	return strcmp(dev->bus, "amba") ? "vfio-pci" : "vfio-amba";
}

static void unbind(const struct device *dev)
{
	char path[PATH_SIZE];

	device_path(dev, "driver/unbind", path);
	write_text(path, dev->name);
}

static int bind(const struct device *dev, const char *driver)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s/bind", dev->bus, driver);
	return write_text(path, dev->name);
}

int device_take(const struct device *dev)
{
	const char *vfio = device_vfio_driver(dev);
	char path[PATH_SIZE], now[NAME_SIZE];

	device_link(dev, "driver", now, sizeof(now));
	if (!strcmp(now, vfio))
		return 0;
	device_path(dev, "driver_override", path);
	write_text(path, vfio);
	if (now[0])
		unbind(dev);
	return bind(dev, vfio);
}

void device_give_back(const struct device *dev)
{
	char path[PATH_SIZE], now[NAME_SIZE];

	device_path(dev, "driver_override", path);
	write_text(path, "\n");
	device_link(dev, "driver", now, sizeof(now));
	if (!strcmp(now, dev->driver))
		return;
	if (now[0])
		unbind(dev);
	if (dev->driver[0])
		bind(dev, dev->driver);
}

void device_node(const struct device *dev, char *node, size_t size)
{
	char path[NAME_SIZE + 64];
	struct dirent *entry;
	DIR *dir;

	node[0] = '\0';
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/vfio-dev", dev->bus, dev->name);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(node, size, "/dev/vfio/devices/%.32s", entry->d_name);
	closedir(dir);
	if (access(node, F_OK) != 0)
		node[0] = '\0';
}
