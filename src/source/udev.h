/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel events of devices, through libudev. Of the running host only. */
#ifndef VCK_SOURCE_UDEV_H
#define VCK_SOURCE_UDEV_H

#include <stddef.h>

#include "base/util.h"

enum vck_event_type {
	VCK_EVENT_OTHER = 0,
	VCK_EVENT_ADD,
	VCK_EVENT_REMOVE,
	VCK_EVENT_BIND,
	VCK_EVENT_UNBIND,
	VCK_EVENT_CHANGE,
};

struct vck_event {
	enum vck_event_type type;
	char name[64];	    /* "0000:01:00.0", name of a platform device */
	char subsystem[16]; /* "pci", "platform", "amba", "vfio-dev" */
	char driver[64];    /* "" when the event names none */
};

struct vck_monitor;

/**
 * vck_monitor_open - start to listen
 * @source: "udev" (after the rules ran) or "kernel"
 * @ret: closed with vck_monitor_close()
 * Return: 0, -ENOMEM, or the error of the socket.
 */
int vck_monitor_open(const char *source, struct vck_monitor **ret) must_check;
void vck_monitor_close(struct vck_monitor *m);
void vck_monitor_closep(struct vck_monitor **m);
#define cleanup_monitor cleanup(vck_monitor_closep)

/* Readable when an event waits; for poll(2). Borrowed. */
int vck_monitor_fd(const struct vck_monitor *m);
/**
 * vck_monitor_next - take one event
 * Return: 1 with *ret written, 0 when none waits, -ENOBUFS when events were lost (look at
 * everything again), another negative errno.
 */
int vck_monitor_next(struct vck_monitor *m, struct vck_event *ret) must_check;

/* "add", "bind", …; "other". */
const char *vck_event_name(enum vck_event_type t);

#endif
