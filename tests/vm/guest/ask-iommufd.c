// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The questions of iommufd and the device's own node. The requests are written
 * out here because the headers of Debian 12 (Linux 6.1) do not have them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ask.h"

/* include/uapi/linux/iommufd.h: type ';', numbers from 0x80; since 6.2 */
#define ASK_IOAS_ALLOC _IO(';', 0x81)
#define ASK_GET_HW_INFO _IO(';', 0x8a)
/* include/uapi/linux/vfio.h, since 6.6 */
#define ASK_BIND _IO(VFIO_TYPE, VFIO_BASE + 18)
#define ASK_ATTACH _IO(VFIO_TYPE, VFIO_BASE + 19)

struct ioas_request {
	uint32_t size, flags, id;
};

struct hw_request {
	uint32_t size, flags, device, data_size;
	uint64_t data;
	uint32_t type, pad;
	uint64_t capabilities;
};

struct bind_request {
	uint32_t size, flags;
	int32_t iommufd;
	uint32_t device;
};

struct attach_request {
	uint32_t size, flags, table;
};

static void ask_bound(struct json *j, int iommufd, int fd, uint32_t id)
{
	unsigned char data[128] = {0};
	struct hw_request hw = {
		.size = sizeof(hw),
		.device = id,
		.data_size = sizeof(data),
		.data = (uintptr_t)data,
	};
	struct ioas_request ioas = {.size = sizeof(ioas)};
	struct attach_request attach = {.size = sizeof(attach)};

	if (json_step(j, "get_hw_info", ioctl(iommufd, ASK_GET_HW_INFO, &hw)))
		json_number(j, "hw_type", hw.type);
	if (!json_step(j, "ioas_alloc", ioctl(iommufd, ASK_IOAS_ALLOC, &ioas)))
		return;
	attach.table = ioas.id;
	json_step(j, "attach", ioctl(fd, ASK_ATTACH, &attach));
}

static void ask_node(struct json *j, int iommufd, const char *node)
{
	struct bind_request bind = {.size = sizeof(bind), .iommufd = iommufd};
	int fd = open(node, O_RDWR | O_CLOEXEC);

	if (!json_step(j, "open_cdev", fd))
		return;
	if (json_step(j, "bind", ioctl(fd, ASK_BIND, &bind)))
		ask_bound(j, iommufd, fd, bind.device);
	close(fd);
}

void ask_iommufd(struct json *j, const struct device *dev)
{
	int iommufd = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	char node[NAME_SIZE];

	json_open(j, "iommufd", '{');
	if (json_step(j, "open_iommu", iommufd)) {
		device_node(dev, node, sizeof(node));
		json_string(j, "cdev", node);
		if (node[0])
			ask_node(j, iommufd, node);
		close(iommufd);
	}
	json_close(j, '}');
}
