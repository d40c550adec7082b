// SPDX-License-Identifier: GPL-2.0-or-later
/* libudev's monitor behind a small interface. Lost events are an answer of
 * their own: a listener that missed some must look at the whole host again. */
#include "config.h"

#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <sys/socket.h>

#include "source/udev.h"

struct vck_monitor {
	struct udev *udev;
	struct udev_monitor *monitor;
};

/* A hotplug storm must fit between two looks; the kernel caps it for those without CAP_NET_ADMIN. */
#define BUFFER_SIZE (4 << 20)

static const char *const subsystems[] = { "pci", "platform", "amba", "vfio-dev" };

static const struct {
	const char *action;
	enum vck_event_type type;
} actions[] = {
	{ "add", VCK_EVENT_ADD },	{ "remove", VCK_EVENT_REMOVE },
	{ "bind", VCK_EVENT_BIND },	{ "unbind", VCK_EVENT_UNBIND },
	{ "change", VCK_EVENT_CHANGE },
};

const char *vck_event_name(enum vck_event_type t)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (actions[i].type == t)
			return actions[i].action;
	}
	return "other";
}

static int start(struct vck_monitor *m, const char *source)
{
	int r = 0;

	m->udev = udev_new();
	if (!m->udev)
		return -ENOMEM;
	errno = 0;
	m->monitor = udev_monitor_new_from_netlink(m->udev, source);
	if (!m->monitor)
		return errno ? -errno : -ENOMEM;
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(subsystems); i++)
		r = udev_monitor_filter_add_match_subsystem_devtype(m->monitor, subsystems[i],
								    NULL);
	if (r < 0)
		return r;
	udev_monitor_set_receive_buffer_size(m->monitor, BUFFER_SIZE);
	return udev_monitor_enable_receiving(m->monitor);
}

int vck_monitor_open(const char *source, struct vck_monitor **ret)
{
	struct vck_monitor *m = calloc(1, sizeof(*m));
	int r = m ? start(m, source) : -ENOMEM;

	if (r < 0) {
		vck_monitor_close(m);
		return r;
	}
	*ret = m;
	return 0;
}

void vck_monitor_close(struct vck_monitor *m)
{
	if (!m)
		return;
	udev_monitor_unref(m->monitor);
	udev_unref(m->udev);
	free(m);
}

void vck_monitor_closep(struct vck_monitor **m)
{
	vck_monitor_close(*m);
}

int vck_monitor_fd(const struct vck_monitor *m)
{
	return udev_monitor_get_fd(m->monitor);
}

static void copy(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%s", s ? s : "");
}

int vck_monitor_next(struct vck_monitor *m, struct vck_event *ret)
{
	struct udev_device *d;
	const char *action;

	errno = 0;
	d = udev_monitor_receive_device(m->monitor);
	if (!d)
		return errno == 0 || errno == EAGAIN || errno == EINTR ? 0 : -errno;
	*ret = (struct vck_event){ .type = VCK_EVENT_OTHER };
	action = udev_device_get_action(d);
	for (size_t i = 0; action && i < ARRAY_SIZE(actions); i++) {
		if (streq(actions[i].action, action))
			ret->type = actions[i].type;
	}
	copy(ret->name, sizeof(ret->name), udev_device_get_sysname(d));
	copy(ret->subsystem, sizeof(ret->subsystem), udev_device_get_subsystem(d));
	copy(ret->driver, sizeof(ret->driver), udev_device_get_driver(d));
	udev_device_unref(d);
	return 1;
}
