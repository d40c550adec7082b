// SPDX-License-Identifier: GPL-2.0-or-later
/* The questions of the container interface (/dev/vfio/vfio, /dev/vfio/GROUP). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ask.h"

/* The parameter of whoever serves the container. */
static const char *unsafe_switch(void)
{
	static const char type1[] = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";

	return access(type1, F_OK) == 0
		       ? type1
		       : "/sys/module/iommufd/parameters/allow_unsafe_interrupts";
}

/* Set it to *value; the value that it had is written there. */
static void swap_unsafe(char *value)
{
	int fd = open(unsafe_switch(), O_RDWR | O_CLOEXEC);
	char was = '\0';

	if (fd < 0)
		return;
	if (pread(fd, &was, 1, 0) != 1 || pwrite(fd, value, 1, 0) != 1)
		perror(unsafe_switch());
	close(fd);
	*value = was;
}

static void extensions(struct json *j, const char *key, int container)
{
	json_open(j, key, '{');
	json_number(j, "type1v2", ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU));
	json_number(j, "dma_cc", ioctl(container, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU));
	json_number(j, "noiommu", ioctl(container, VFIO_CHECK_EXTENSION, VFIO_NOIOMMU_IOMMU));
	json_close(j, '}');
}

/* Open the group's node; sets *type to the kind of container that it wants. */
static int open_group(const char *group, int *type)
{
	char path[NAME_SIZE + 32];

	*type = VFIO_TYPE1v2_IOMMU;
	snprintf(path, sizeof(path), "/dev/vfio/noiommu-%s", group);
	if (access(path, F_OK) == 0)
		*type = VFIO_NOIOMMU_IOMMU;
	else
		snprintf(path, sizeof(path), "/dev/vfio/%s", group[0] ? group : "none");
	return open(path, O_RDWR | O_CLOEXEC);
}

static bool set_iommu(struct json *j, int container, int type)
{
	bool done = json_step(j, "set_iommu", ioctl(container, VFIO_SET_IOMMU, type));
	char unsafe = '1';

	json_number(j, "set_iommu_type", type);
	if (done || errno != EPERM)
		return done;
	swap_unsafe(&unsafe);
	done = json_step(j, "set_iommu_unsafe", ioctl(container, VFIO_SET_IOMMU, type));
	swap_unsafe(&unsafe);
	return done;
}

/* iommufd's container asks about interrupts here. */
static int get_device(struct json *j, const struct device *dev, int group)
{
	int fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, dev->name);
	char unsafe = '1';

	if (json_step(j, "get_device_fd", fd) || errno != EPERM)
		return fd;
	swap_unsafe(&unsafe);
	fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, dev->name);
	json_step(j, "get_device_fd_unsafe", fd);
	swap_unsafe(&unsafe);
	return fd;
}

static void ask_group(struct json *j, const struct device *dev, int container, int group, int type)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	int fd;

	json_step(j, "group_get_status", ioctl(group, VFIO_GROUP_GET_STATUS, &status));
	json_number(j, "viable", (status.flags & VFIO_GROUP_FLAGS_VIABLE) != 0);
	if (!json_step(j, "set_container", ioctl(group, VFIO_GROUP_SET_CONTAINER, &container)))
		return;
	if (!set_iommu(j, container, type))
		return;
	extensions(j, "ext_after", container);
	/* iommufd's container has nothing to say of coherency before */
	fd = get_device(j, dev, group);
	if (fd < 0)
		return;
	extensions(j, "ext_open", container);
	ask_device(j, dev, fd);
	close(fd);
}

void ask_container(struct json *j, const struct device *dev)
{
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	char name[NAME_SIZE];
	int group, type;

	json_open(j, "container", '{');
	if (json_step(j, "open_container", container)) {
		extensions(j, "ext_before", container);
		device_link(dev, "iommu_group", name, sizeof(name));
		group = open_group(name, &type);
		if (json_step(j, "open_group", group)) {
			ask_group(j, dev, container, group, type);
			close(group);
		}
		close(container);
	}
	json_close(j, '}');
}
