// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the running kernel, device by device, whether VFIO accepts it, and writes
 * one JSON object a line: "solo" with only this device moved to its vfio driver,
 * "group" with every function of its group moved that can be. Everything goes
 * back to its driver afterwards.
 *
 *   vfio-truth [pci|platform]
 *
 * It resets devices and takes disks and networks away from the system: it is
 * for machines that exist for this question only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "ask.h"
#include "device.h"
#include "json.h"

enum { CLASS_IOMMU = 0x0806, VENDOR_VIRTIO = 0x1af4, DEVICE_VIRTIO_IOMMU = 0x1057 };

struct census {
	struct device list[DEVICES_MAX];
	size_t count;
	char kernel[NAME_SIZE];
};

static void members(struct json *j, const struct census *all, const char *group)
{
	char entry[2 * NAME_SIZE];
	size_t i;

	json_open(j, "members", '[');
	for (i = 0; group[0] && i < all->count; i++) {
		if (strcmp(all->list[i].group, group))
			continue;
		snprintf(entry, sizeof(entry), "%.63s=%.63s", all->list[i].name,
			 all->list[i].driver);
		json_string(j, NULL, entry);
	}
	json_close(j, ']');
}

static void begin(struct json *j, const struct census *all, const struct device *dev,
		  const char *mode)
{
	bool pci = !strcmp(dev->bus, "pci");

	*j = (struct json){.out = stdout};
	json_open(j, NULL, '{');
	json_string(j, pci ? "bdf" : "dev", dev->name);
	json_string(j, "bus", dev->bus);
	json_string(j, "mode", mode);
	json_string(j, "kernel", all->kernel);
	if (pci) {
		json_hex(j, "class", dev->class);
		json_hex(j, "vendor", dev->vendor);
		json_hex(j, "device", dev->device);
	}
	json_string(j, "driver", dev->driver);
	json_string(j, "group", dev->group);
	members(j, all, dev->group);
}

static void end(struct json *j, const struct device *dev)
{
	char driver[NAME_SIZE];

	device_link(dev, "driver", driver, sizeof(driver));
	json_string(j, "driver_restored", driver);
	json_close(j, '}');
	fputc('\n', stdout);
	fflush(stdout);
}

static void ask(struct json *j, const struct device *dev)
{
	ask_container(j, dev);
	ask_iommufd(j, dev);
}

static bool driver_present(const struct device *dev)
{
	char path[2 * NAME_SIZE];
	struct stat st;

	snprintf(path, sizeof(path), "/sys/bus/%s/drivers/%s", dev->bus, device_vfio_driver(dev));
	return stat(path, &st) == 0;
}

static void solo(const struct census *all, const struct device *dev)
{
	char group[NAME_SIZE];
	struct json j;
	int err;

	begin(&j, all, dev, "solo");
	json_number(&j, "vfio_driver_present", driver_present(dev));
	err = device_take(dev);
	json_string(&j, "bind", errno_name(-err));
	device_link(dev, "iommu_group", group, sizeof(group));
	json_string(&j, "group_now", group);
	if (err == 0)
		ask(&j, dev);
	device_give_back(dev);
	end(&j, dev);
}

static bool same_group(const struct device *a, const struct device *b)
{
	return a->group[0] && !strcmp(a->group, b->group);
}

static void whole_group(const struct census *all, const struct device *dev)
{
	struct json j;
	size_t i;

	begin(&j, all, dev, "group");
	json_open(&j, "bind_all", '{');
	for (i = 0; i < all->count; i++)
		if (same_group(dev, &all->list[i]) && !all->list[i].bridge)
			json_string(&j, all->list[i].name,
				    errno_name(-device_take(&all->list[i])));
	json_close(&j, '}');
	ask(&j, dev);
	for (i = 0; i < all->count; i++)
		if (same_group(dev, &all->list[i]) && !all->list[i].bridge)
			device_give_back(&all->list[i]);
	end(&j, dev);
}

static size_t group_size(const struct census *all, const struct device *dev)
{
	size_t i, n = 0;

	for (i = 0; i < all->count; i++)
		n += same_group(dev, &all->list[i]);
	return n;
}

/* Kernels up to 7.2 oops when they lose the virtio-iommu; no IOMMU is asked for. */
static bool is_iommu(const struct device *dev)
{
	return dev->class >> 8 == CLASS_IOMMU ||
	       (dev->vendor == VENDOR_VIRTIO && dev->device == DEVICE_VIRTIO_IOMMU);
}

static bool still_there(const struct device *dev)
{
	char bus[NAME_SIZE];

	device_link(dev, "subsystem", bus, sizeof(bus));
	return bus[0] != '\0';
}

static void question(const struct census *all, const struct device *dev)
{
	struct json j;

	if (!still_there(dev))
		return;
	if (is_iommu(dev)) {
		begin(&j, all, dev, "skipped");
		json_string(&j, "why", "it is the IOMMU");
		end(&j, dev);
		return;
	}
	solo(all, dev);
	if (!dev->bridge && group_size(all, dev) > 1)
		whole_group(all, dev);
}

static void question_bus(struct census *all, const char *bus)
{
	bool pci = !strcmp(bus, "pci");
	size_t i;

	all->count = device_scan(bus, all->list, DEVICES_MAX);
	for (i = 0; i < all->count; i++)
		if (pci || all->list[i].group[0])
			question(all, &all->list[i]);
}

int main(int argc, char **argv)
{
	static struct census all;
	struct utsname host;

	uname(&host);
	snprintf(all.kernel, sizeof(all.kernel), "%.63s", host.release);
	if (argc > 1 && !strcmp(argv[1], "platform")) {
		question_bus(&all, "platform");
		question_bus(&all, "amba");
	} else {
		question_bus(&all, "pci");
	}
	return 0;
}
