// SPDX-License-Identifier: GPL-2.0-or-later
/* The questions that an open VFIO device answers, whichever way it was opened. */
#define _GNU_SOURCE
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "ask.h"

enum { HOT_RESET_MAX = 64 };

struct hot_reset {
	struct vfio_pci_hot_reset_info info;
	struct vfio_pci_dependent_device devices[HOT_RESET_MAX];
};

static void ask_config(struct json *j, int fd)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};

	if (!json_step(j, "config_region_info", ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &region)))
		return;
	json_hex(j, "config_region_offset", region.offset);
	json_number(j, "config_region_size", (long long)region.size);
}

static void ask_hot_reset(struct json *j, int fd)
{
	struct hot_reset reset = {.info.argsz = sizeof(reset)};
	const struct vfio_pci_dependent_device *d = reset.devices;
	char name[NAME_SIZE];
	uint32_t i;

	if (!json_step(j, "hot_reset_info",
		       ioctl(fd, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &reset.info)))
		return;
	json_number(j, "hot_reset_count", reset.info.count);
	json_open(j, "hot_reset_devs", '[');
	for (i = 0; i < reset.info.count && i < HOT_RESET_MAX; i++, d++) {
		snprintf(name, sizeof(name), "%04x:%02x:%02x.%x/%u", d->segment, d->bus,
			 d->devfn >> 3, d->devfn & 7u, d->group_id);
		json_string(j, NULL, name);
	}
	json_close(j, ']');
}

void ask_device(struct json *j, const struct device *dev, int fd)
{
	struct vfio_device_info info = {.argsz = sizeof(info)};
	char methods[NAME_SIZE];

	json_step(j, "device_get_info", ioctl(fd, VFIO_DEVICE_GET_INFO, &info));
	json_hex(j, "device_flags", info.flags);
	json_number(j, "num_regions", info.num_regions);
	json_number(j, "num_irqs", info.num_irqs);
	json_number(j, "flag_reset", (info.flags & VFIO_DEVICE_FLAGS_RESET) != 0);
	json_step(j, "device_reset", ioctl(fd, VFIO_DEVICE_RESET));
	if (!(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return;
	device_attribute(dev, "reset_method", methods, sizeof(methods));
	json_string(j, "reset_method", methods);
	ask_config(j, fd);
	ask_hot_reset(j, fd);
}
