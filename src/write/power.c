// SPDX-License-Identifier: GPL-2.0-or-later
/* Runtime power management of one function, through its sysfs files. */
#include "config.h"

#include <errno.h>
#include <time.h>

#include "write/devctl.h"
#include "write/power.h"

static int read_optional(int dir, const char *name, char *buf, size_t size)
{
	ssize_t n = vck_attr_read(dir, name, buf, size);

	if (n == -ENOENT) {
		buf[0] = '\0';
		return 0;
	}
	return n < 0 ? (int)n : 0;
}

int vck_power_read(int dir, struct vck_power *ret)
{
	struct vck_power p = { 0 };
	int r = read_optional(dir, "power/control", p.control, sizeof(p.control));

	if (r == 0)
		r = read_optional(dir, "power/runtime_status", p.status, sizeof(p.status));
	if (r == 0)
		r = read_optional(dir, "power_state", p.state, sizeof(p.state));
	if (r == 0)
		*ret = p;
	return r;
}

bool vck_power_is_awake(const struct vck_power *p)
{
	static const char *const status[] = { "", "active", "unsupported" };
	/* A function whose driver was unbound reads "unknown" (pci_device_remove()) */
	static const char *const state[] = { "", "D0", "unknown" };
	bool active = false, on = false;

	for (size_t i = 0; i < ARRAY_SIZE(status); i++) {
		active = active || streq(p->status, status[i]);
		on = on || streq(p->state, state[i]);
	}
	return active && on;
}

bool vck_power_is_automatic(const struct vck_power *p)
{
	return streq(p->control, "auto");
}

int vck_power_set(int dir, const char *control)
{
	return vck_attr_write(dir, "power/control", control);
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int vck_power_wake(int dir, unsigned ms, struct vck_power *ret)
{
	long long end = now_ms() + ms;
	struct timespec pause = { .tv_nsec = 1000000 };
	int r = vck_power_set(dir, "on");

	if (r < 0)
		return r;
	for (;;) {
		r = vck_power_read(dir, ret);
		if (r < 0)
			return r;
		if (vck_power_is_awake(ret))
			return 0;
		if (streq(ret->status, "error"))
			return -EIO;
		if (now_ms() >= end)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50000000)
			pause.tv_nsec *= 2;
	}
}
