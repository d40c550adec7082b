// SPDX-License-Identifier: GPL-2.0-or-later
/* The part of a kernel that moves devices between drivers, behind the files of a
 * made-up sysfs: driver_override, unbind, bind and drivers_probe, as drivers/base/bus.c,
 * drivers/base/dd.c and pci_match_device() do it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "inject.h"

/* These are not the program's calls: nothing here fails. */
int __real_open(const char *name, int flags, ...);
ssize_t __real_read(int fd, void *buf, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __real_readlink(const char *path, char *buf, size_t n);
int __real_access(const char *path, int mode);

struct fake_kernel fake_kernel;

struct device {
	char dir[512], sys[256], address[32];
};

static void put(const char *dir, const char *name, const char *text)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = __real_open(path, O_WRONLY | O_TRUNC);
	if (fd < 0 || __real_write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static void get(const char *dir, const char *name, char *buf, size_t size)
{
	char path[600];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = __real_open(path, O_RDONLY);
	if (fd >= 0)
		n = __real_read(fd, buf, size - 1);
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static void driver_of(const struct device *d, char *buf, size_t size)
{
	char path[600], target[512];
	const char *last;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/driver", d->dir);
	n = __real_readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	last = strrchr(target, '/');
	snprintf(buf, size, "%s", last ? last + 1 : "");
}

static void tell(const struct device *d, const char *action)
{
	if (fake_kernel.event)
		fake_kernel.event(d->address, action);
}

static int attach(const struct device *d, const char *driver)
{
	char path[600], target[512], own[64];

	driver_of(d, own, sizeof(own));
	if (*own)
		return -EBUSY;
	if (streq(driver, fake_kernel.refuses))
		return fake_kernel.refuses_with;
	snprintf(target, sizeof(target), "%s/bus/pci/drivers/%s", d->sys, driver);
	if (__real_access(target, F_OK) < 0)
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/driver", d->dir);
	if (symlink(target, path) < 0)
		abort();
	tell(d, "bind");
	return 0;
}

/* The driver that would match: the override alone, where there is one. */
static void match(const struct device *d, char *buf, size_t size)
{
	get(d->dir, "driver_override", buf, size);
	if (!*buf || streq(buf, "(null)"))
		snprintf(buf, size, "%s", fake_kernel.native);
}

static int detach(const struct device *d, const char *driver)
{
	char path[600], own[64];

	driver_of(d, own, sizeof(own));
	if (!*own || !streq(own, driver))
		return -ENODEV;
	snprintf(path, sizeof(path), "%s/driver", d->dir);
	if (unlink(path) < 0)
		abort();
	tell(d, "unbind");
	return 0;
}

/* "/.../sys/bus/pci/drivers/DRIVER/bind" and an address. */
static int driver_file(const char *path, const char *name, const struct device *d)
{
	char driver[64], want[64];

	snprintf(driver, sizeof(driver), "%.*s", (int)strcspn(name, "/"), name);
	if (str_ends(path, "/unbind"))
		return detach(d, driver);
	match(d, want, sizeof(want));
	return streq(want, driver) ? attach(d, driver) : -ENODEV;
}

static int probe(const struct device *d)
{
	char want[64], own[64];

	match(d, want, sizeof(want));
	driver_of(d, own, sizeof(own));
	if (*own)
		return 0;
	/* A probe that fails is no error of drivers_probe, no driver is */
	if (!*want)
		return -EINVAL;
	(void)!attach(d, want);
	return 0;
}

static int set_override(const char *path, const char *text, size_t len)
{
	char value[64], dir[512];

	snprintf(value, sizeof(value), "%.*s", (int)len, text);
	value[strcspn(value, "\n")] = '\0';
	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	strcat(value, *value ? "\n" : "(null)\n");
	put(dir, "driver_override", value);
	return 0;
}

int fake_kernel_write(const char *path, const char *text, size_t len)
{
	const char *bus = strstr(path, "/bus/pci/driver");
	struct device d = { "", "", "" };

	if (str_ends(path, "/driver_override"))
		return set_override(path, text, len);
	if (!bus)
		return 1;
	snprintf(d.sys, sizeof(d.sys), "%.*s", (int)(bus - path), path);
	snprintf(d.address, sizeof(d.address), "%.*s", (int)len, text);
	snprintf(d.dir, sizeof(d.dir), "%s/bus/pci/devices/%s", d.sys, d.address);
	if (__real_access(d.dir, F_OK) < 0)
		return -ENODEV;
	if (str_ends(path, "/drivers_probe"))
		return probe(&d);
	return driver_file(path, bus + strlen("/bus/pci/drivers/"), &d);
}
