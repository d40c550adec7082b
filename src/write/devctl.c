// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads and writes Device Control through sysfs. Knows nothing of plans, power or
 * records. The kernel's own changes of the word (MPS, MRRS, relaxed ordering) are
 * not serialised with user space, so read and write stand close together. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/text.h"
#include "model/pcicap.h"
#include "write/devctl.h"

#define DEVCTL_OFFSET 8u      /* PCIe Base 7.5.3.4 */
#define DEVCTL_FLR    0x8000u /* Initiate Function Level Reset: reads 0, never written as 1 */
#define CAP_ID_EXP    0x10u

ssize_t vck_attr_read(int dir, const char *name, char *buf, size_t size)
{
	cleanup_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	char *s;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -EFBIG;
	buf[n] = '\0';
	s = vck_strip(buf);
	memmove(buf, s, strlen(s) + 1);
	return (ssize_t)strlen(buf);
}

int vck_attr_write(int dir, const char *name, const char *value)
{
	/* O_TRUNC means nothing to sysfs */
	cleanup_fd int fd = openat(dir, name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t len = strlen(value);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, value, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int read_bytes(int fd, size_t off, uint8_t *out, size_t n)
{
	ssize_t got = pread(fd, out, n, (off_t)off);

	if (got < 0)
		return -errno;
	return (size_t)got == n ? 0 : -EIO;
}

static int check_attr(int dir, const char *name, uint16_t want)
{
	char text[16];
	uint64_t v;
	ssize_t n = vck_attr_read(dir, name, text, sizeof(text));

	if (n < 0)
		return (int)n;
	if (vck_parse_u64(text, 0, UINT16_MAX, &v) < 0)
		return -EIO;
	return v == want ? 0 : -ESTALE;
}

/* What the hardware says of itself: ids, and that the capability is where it was. */
static int check_registers(int fd, const struct vck_target *t)
{
	uint8_t raw[4];
	struct vck_bytes b = { raw, sizeof(raw) };
	uint16_t vendor = 0, device = 0;
	int r = read_bytes(fd, 0, raw, sizeof(raw));

	if (r < 0)
		return r;
	if (!vck_le16(b, 0, &vendor) || !vck_le16(b, 2, &device))
		return -EIO;
	if (vendor == UINT16_MAX && device == UINT16_MAX && t->reg_vendor != UINT16_MAX)
		return -ENXIO;
	if (vendor != t->reg_vendor || device != t->reg_device)
		return -ESTALE;
	r = read_bytes(fd, t->position, raw, 1);
	if (r < 0)
		return r;
	return raw[0] == CAP_ID_EXP ? 0 : -ESTALE;
}

int vck_config_verify(const struct vck_config *c)
{
	int r = check_attr(c->dir, "vendor", c->target->vendor);

	if (r == 0)
		r = check_attr(c->dir, "device", c->target->device);
	return r < 0 ? r : check_registers(c->fd, c->target);
}

int vck_config_open(const struct vck_write_env *env, const struct vck_target *t,
		    struct vck_config *ret)
{
	cleanup_fd int sysfs = open(env->sysfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_config struct vck_config c = { .dir = -1, .fd = -1, .target = t };
	int r;

	if (sysfs < 0)
		return -errno;
	c.dir = openat(sysfs, t->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c.dir < 0)
		return -errno;
	c.fd = openat(c.dir, "config", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (c.fd < 0)
		return -errno;
	r = vck_config_verify(&c);
	if (r < 0)
		return r;
	*ret = c;
	c.dir = c.fd = -1;
	return 0;
}

void vck_config_close(struct vck_config *c)
{
	vck_fd_closep(&c->fd);
	vck_fd_closep(&c->dir);
	c->fd = c->dir = -1;
}

static int read_word(int fd, uint16_t position, uint16_t *ret)
{
	uint8_t raw[2];
	uint16_t v = 0;
	int r = read_bytes(fd, position + DEVCTL_OFFSET, raw, sizeof(raw));

	if (r < 0)
		return r;
	if (!vck_le16((struct vck_bytes){ raw, sizeof(raw) }, 0, &v))
		return -EIO;
	if (v == UINT16_MAX)
		return -ENXIO;
	*ret = v;
	return 0;
}

int vck_config_read(const struct vck_config *c, uint16_t *ret)
{
	return read_word(c->fd, c->target->position, ret);
}

int vck_config_read_back(const struct vck_config *c, uint16_t *ret)
{
	cleanup_fd int fd = openat(c->dir, "config", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return read_word(fd, c->target->position, ret);
}

int vck_config_write(const struct vck_config *c, bool on, uint16_t *ret_word)
{
	uint8_t raw[2];
	uint16_t v = 0;
	ssize_t n;
	int r = vck_config_verify(c);

	if (r == 0)
		r = vck_config_read(c, &v);
	if (r < 0)
		return r;
	v = (uint16_t)((v & ~(VCK_DEVCTL_NOSNOOP | DEVCTL_FLR)) |
		       (on ? VCK_DEVCTL_NOSNOOP : 0));
	raw[0] = (uint8_t)v;
	raw[1] = (uint8_t)(v >> 8);
	*ret_word = v;
	n = pwrite(c->fd, raw, sizeof(raw), c->target->position + (off_t)DEVCTL_OFFSET);
	if (n < 0)
		return -errno;
	return n == sizeof(raw) ? 0 : -EIO;
}

ssize_t vck_target_path(const struct vck_write_env *env, const char *address, char *out,
			size_t size)
{
	cleanup_fd int dir = -1;
	cleanup_buf struct vck_buf path = { 0 };
	char link[1024];
	const char *s = link;
	ssize_t n;

	vck_buf_addf(&path, "%s/bus/pci/devices", env->sysfs);
	if (path.failed)
		return -ENOMEM;
	dir = open(path.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	n = readlinkat(dir, address, link, sizeof(link));
	if (n < 0)
		return -errno;
	if ((size_t)n >= sizeof(link))
		return -ENAMETOOLONG;
	link[n] = '\0';
	while (str_after(s, "../"))
		s += 3;
	if (!str_after(s, "devices/") || strstr(s, "/../"))
		return -EBADMSG;
	n = (ssize_t)strlen(s);
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	memcpy(out, s, (size_t)n + 1);
	return n;
}
