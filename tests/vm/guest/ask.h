/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VM_GUEST_ASK_H
#define VM_GUEST_ASK_H

#include "device.h"
#include "json.h"

/* Ask through the container, as QEMU does with -device vfio-pci; into "container". */
void ask_container(struct json *j, const struct device *dev);

/* Ask through iommufd and the device's own node; into "iommufd". */
void ask_iommufd(struct json *j, const struct device *dev);

/* Ask an open VFIO device what it offers; members of the object that is open. */
void ask_device(struct json *j, const struct device *dev, int fd);

#endif
