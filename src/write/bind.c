// SPDX-License-Identifier: GPL-2.0-or-later
/* Moving a device between drivers, with the way back. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/num.h"
#include "base/text.h"
#include "write/bind.h"

#define PATH_LEN 512

const char *vck_bind_step_name(enum vck_bind_step s)
{
	static const char *const names[] = {
		"nothing",	    "look at the device",    "write driver_override",
		"unbind the driver", "probe for a driver", "find the driver bound",
	};

	return (size_t)s < ARRAY_SIZE(names) ? names[s] : "an unknown step";
}

/* --- the real tree --- */

static int open_below(const char *sysfs, const char *path, int flags)
{
	char full[PATH_LEN];
	int n = snprintf(full, sizeof(full), "%s/%s", sysfs, path), fd;

	if (n < 0 || (size_t)n >= sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

int vck_bind_write(void *ctx, const char *path, const char *text)
{
	int fd = open_below(ctx, path, O_WRONLY), r = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	n = write(fd, text, strlen(text));
	if (n < 0)
		r = -errno;
	else if ((size_t)n != strlen(text))
		r = -EIO;
	close(fd);
	return r;
}

ssize_t vck_bind_read(void *ctx, const char *path, char *buf, size_t size)
{
	int fd = open_below(ctx, path, O_RDONLY);
	ssize_t n;
	char *s;

	if (fd < 0)
		return fd;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	buf[n] = '\0';
	s = vck_strip(buf);
	memmove(buf, s, strlen(s) + 1);
	return (ssize_t)strlen(buf);
}

ssize_t vck_bind_link_name(void *ctx, const char *path, char *buf, size_t size)
{
	char full[PATH_LEN], target[PATH_LEN];
	int len = snprintf(full, sizeof(full), "%s/%s", (const char *)ctx, path);
	const char *last;
	ssize_t n;

	if (len < 0 || (size_t)len >= sizeof(full))
		return -ENAMETOOLONG;
	n = readlink(full, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	n = (ssize_t)strlen(last);
	if ((size_t)n >= size)
		return -EFBIG;
	memcpy(buf, last, (size_t)n + 1);
	return n;
}

/* --- one device --- */

static const char *device_path(const struct vck_bind_target *t, const char *name, char *buf)
{
	snprintf(buf, PATH_LEN, "bus/%s/devices/%s/%s", t->bus, t->address, name);
	return buf;
}

int vck_bind_state(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		   struct vck_bind_state *ret)
{
	struct vck_bind_state s = { "", "" };
	char path[PATH_LEN];
	ssize_t n;

	n = ops->read(ops->ctx, device_path(t, "driver_override", path), s.override,
		      sizeof(s.override));
	if (n < 0)
		return n == -ENOENT ? -ENODEV : (int)n;
	if (streq(s.override, "(null)"))
		s.override[0] = '\0';
	n = ops->link_name(ops->ctx, device_path(t, "driver", path), s.driver, sizeof(s.driver));
	if (n < 0 && n != -ENOENT)
		return (int)n;
	*ret = s;
	return 0;
}

static int check_id(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		    const char *name, uint16_t want)
{
	char path[PATH_LEN], text[32];
	uint64_t v;
	ssize_t n = ops->read(ops->ctx, device_path(t, name, path), text, sizeof(text));

	if (n < 0)
		return n == -ENOENT ? -ENODEV : (int)n;
	if (vck_parse_u64(text, 16, UINT16_MAX, &v) < 0)
		return -EINVAL;
	return v == want ? 0 : -ESTALE;
}

static int check_identity(const struct vck_bind_ops *ops, const struct vck_bind_target *t)
{
	int r;

	if (!t->vendor && !t->device)
		return 0;
	r = check_id(ops, t, "vendor", t->vendor);
	return r < 0 ? r : check_id(ops, t, "device", t->device);
}

/* The kernel takes a lone newline for "no override" (driver_set_override). */
static int set_override(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
			const char *driver)
{
	char path[PATH_LEN], text[VCK_DRIVER_LEN + 1];

	snprintf(text, sizeof(text), "%.*s\n", VCK_DRIVER_LEN - 1, driver);
	return ops->write(ops->ctx, device_path(t, "driver_override", path), text);
}

static int unbind(const struct vck_bind_ops *ops, const struct vck_bind_target *t)
{
	char path[PATH_LEN];

	return ops->write(ops->ctx, device_path(t, "driver/unbind", path), t->address);
}

/* Zero does not mean that a driver took the device; the driver link tells. */
static int probe(const struct vck_bind_ops *ops, const struct vck_bind_target *t)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "bus/%s/drivers_probe", t->bus);
	return ops->write(ops->ctx, path, t->address);
}

/* A driver by name, whatever the override says: its own `bind` file. */
static int bind_to(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		   const char *driver)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "bus/%s/drivers/%s/bind", t->bus, driver);
	return ops->write(ops->ctx, path, t->address);
}

static int bind_and_look(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
			 const char *driver, struct vck_bind_state *ret)
{
	int r = bind_to(ops, t, driver);

	if (r == 0)
		r = vck_bind_state(ops, t, ret);
	if (r < 0)
		return r;
	return streq(ret->driver, driver) ? 0 : -ENODEV;
}

/* The override first: while that fails nothing is lost, and a driver's own `bind` file obeys it
 * too (driver_match_device). When the driver of before does not take the device, the one that had
 * it until now gets it again: a device without any is the worst of the three. */
int vck_bind_restore(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		     const struct vck_bind_state *before)
{
	struct vck_bind_state now, again;
	int r = vck_bind_state(ops, t, &now);

	if (r < 0)
		return r;
	if (!streq(now.override, before->override)) {
		r = set_override(ops, t, before->override);
		if (r < 0)
			return r;
	}
	if (streq(now.driver, before->driver))
		return 0;
	r = now.driver[0] ? unbind(ops, t) : 0;
	if (r == 0 && before->driver[0])
		r = bind_and_look(ops, t, before->driver, &again);
	if (r == 0)
		return 0;
	if (vck_bind_state(ops, t, &again) < 0)
		return r;
	/* It was only looking that failed */
	if (streq(again.driver, before->driver))
		return 0;
	if (!streq(now.override, before->override))
		(void)!set_override(ops, t, now.override);
	if (now.driver[0] && !again.driver[0])
		(void)!bind_to(ops, t, now.driver);
	return r;
}

/* The forward way; *step is the one that was tried last. */
static int move(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		const char *driver, const char *override, struct vck_bind_result *ret,
		enum vck_bind_step *step)
{
	int r, probed;

	*step = VCK_BIND_OVERRIDE;
	r = set_override(ops, t, override);
	if (r < 0)
		return r;
	if (ret->before.driver[0] && !streq(ret->before.driver, driver)) {
		*step = VCK_BIND_UNBIND;
		r = unbind(ops, t);
		if (r < 0)
			return r;
	}
	*step = VCK_BIND_PROBE;
	probed = probe(ops, t);
	*step = VCK_BIND_VERIFY;
	r = vck_bind_state(ops, t, &ret->after);
	if (r < 0)
		return r;
	if (!driver[0] || streq(ret->after.driver, driver))
		return 0;
	*step = VCK_BIND_PROBE;
	/* drivers_probe keeps the driver's own error to itself: it has none where the driver
	 * refuses, and EINVAL where that is put off (drivers/base/bus.c: drivers_probe_store).
	 * The driver's `bind` file tells it (drivers/base/dd.c: device_driver_attach). */
	if (probed < 0 && probed != -EINVAL)
		return probed;
	return bind_and_look(ops, t, driver, &ret->after);
}

int vck_bind_move(const struct vck_bind_ops *ops, const struct vck_bind_target *t,
		  const char *driver, const char *override, struct vck_bind_result *ret)
{
	enum vck_bind_step step = VCK_BIND_IDENTITY;
	int r;

	*ret = (struct vck_bind_result){ .failed = VCK_BIND_NONE };
	driver = driver ? driver : "";
	r = vck_bind_state(ops, t, &ret->before);
	if (r == 0)
		r = check_identity(ops, t);
	if (r < 0) {
		ret->failed = step;
		ret->err = r;
		return r;
	}
	ret->after = ret->before;
	if (driver[0] && streq(ret->before.driver, driver) &&
	    streq(ret->before.override, override))
		return 0;
	r = move(ops, t, driver, override, ret, &step);
	if (r == 0)
		return 0;
	ret->failed = step;
	ret->err = r;
	ret->rollback_err = vck_bind_restore(ops, t, &ret->before);
	ret->rolled_back = ret->rollback_err == 0;
	return r;
}
