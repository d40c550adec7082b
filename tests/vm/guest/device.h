/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VM_GUEST_DEVICE_H
#define VM_GUEST_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

enum { NAME_SIZE = 64, DEVICES_MAX = 256 };

/**
 * struct device - one device as the kernel shows it before anything is moved
 * @bus: "pci", "platform" or "amba"
 * @name: its name in /sys/bus/BUS/devices
 * @driver: name of its driver, empty without
 * @group: IOMMU group, empty without
 * @class: PCI class code, 0 on other buses
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @bridge: its PCI header is not of type 0
 * @virtual: it is a virtual function
 */
struct device {
	const char *bus;
	char name[NAME_SIZE];
	char driver[NAME_SIZE];
	char group[NAME_SIZE];
	unsigned int class;
	unsigned int vendor;
	unsigned int device;
	bool bridge;
	bool virtual;
};

/* Fill @list with the devices of a bus, virtual functions first; the number. */
size_t device_scan(const char *bus, struct device *list, size_t max);

/* Read the attribute @name; an empty string if there is none. */
void device_attribute(const struct device *dev, const char *name, char *value, size_t size);

/* The last part of the link @name ("driver", "iommu_group"), empty without. */
void device_link(const struct device *dev, const char *name, char *value, size_t size);

/* /dev/vfio/devices/vfioN of a device; empty if the kernel made none. */
void device_node(const struct device *dev, char *node, size_t size);

/* The vfio driver of a device's bus. */
const char *device_vfio_driver(const struct device *dev);

/**
 * device_take() - move a device to its vfio driver
 * @dev: the device
 *
 * Return: 0, or the negative errno of the write to the driver's bind file.
 */
int device_take(const struct device *dev);

/* Give it back to the driver that it had when it was scanned. */
void device_give_back(const struct device *dev);

#endif
