// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds and inspects the made-up host of faketree.h. */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faketree.h"

void fake_tree_init(struct fake_tree *t)
{
	/* Like /run, a memory file system where there is one: fsync costs nothing there */
	const char *tmp = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");

	memset(t, 0, sizeof(*t));
	assert(snprintf(t->dir, sizeof(t->dir), "%s/vck-XXXXXX", tmp ? tmp : "/tmp") <
	       (int)sizeof(t->dir));
	assert(mkdtemp(t->dir));
	snprintf(t->sysfs, sizeof(t->sysfs), "%s/sys", t->dir);
	snprintf(t->etc, sizeof(t->etc), "%s/etc", t->dir);
	snprintf(t->run_dir, sizeof(t->run_dir), "%s/run/viommu-check", t->dir);
	snprintf(t->conf_dir, sizeof(t->conf_dir), "%s/etc/viommu-check.d", t->dir);
	fake_file(t, "", "sys/bus/pci/devices/.keep");
	fake_file(t, "", "run/.keep");
	fake_file(t, "", "etc/.keep");
	fake_file(t, "6.12.0\n", "proc/sys/kernel/osrelease");
	t->env = (struct vck_write_env){ .root = t->dir,
					 .sysfs = t->sysfs,
					 .run_dir = t->run_dir,
					 .conf_dir = t->conf_dir,
					 .wake_ms = 50,
					 .lock_ms = 20000 };
	char keep[128];

	snprintf(keep, sizeof(keep), "%s/bus/pci/devices/.keep", t->sysfs);
	assert(unlink(keep) == 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *w)
{
	(void)st;
	(void)type;
	(void)w;
	return remove(path);
}

void fake_tree_done(struct fake_tree *t)
{
	nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_parents(char *path)
{
	for (char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		assert(mkdir(path, 0755) == 0 || errno == EEXIST);
		*s = '/';
	}
}

static void put(const char *path, const void *data, size_t n)
{
	/* stdio: its calls do not go through the double */
	FILE *f = fopen(path, "w");

	assert(f);
	assert(fwrite(data, 1, n, f) == n);
	assert(fclose(f) == 0);
}

void fake_file(struct fake_tree *t, const char *text, const char *fmt, ...)
{
	char name[512], path[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	make_parents(path);
	put(path, text, strlen(text));
}

const char *fake_read(struct fake_tree *t, char *buf, size_t size, const char *fmt, ...)
{
	char name[512], path[640];
	va_list ap;
	ssize_t n;
	int fd;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	buf[0] = '\0';
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return buf;
	n = read(fd, buf, size - 1);
	close(fd);
	assert(n >= 0);
	while (n && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = '\0';
	return buf;
}

bool fake_exists(struct fake_tree *t, const char *fmt, ...)
{
	char name[512], path[640];
	struct stat st;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	return lstat(path, &st) == 0;
}

static FILE *open_config(struct fake_tree *t, const char *path)
{
	char name[640];
	FILE *f;

	snprintf(name, sizeof(name), "%s/devices/%s/config", t->sysfs, path);
	f = fopen(name, "r+");
	assert(f);
	assert(fseek(f, FAKE_EXP + 8, SEEK_SET) == 0);
	return f;
}

uint16_t fake_devctl(struct fake_tree *t, const char *path)
{
	FILE *f = open_config(t, path);
	uint8_t raw[2];

	assert(fread(raw, 1, 2, f) == 2);
	fclose(f);
	return (uint16_t)(raw[0] | raw[1] << 8);
}

void fake_set_devctl(struct fake_tree *t, const char *path, uint16_t v)
{
	const uint8_t raw[2] = { (uint8_t)v, (uint8_t)(v >> 8) };
	FILE *f = open_config(t, path);

	assert(fwrite(raw, 1, 2, f) == 2);
	assert(fclose(f) == 0);
}

int fake_cut_config(struct fake_tree *t, const char *path, off_t size)
{
	FILE *f = open_config(t, path);
	int r = ftruncate(fileno(f), size);

	assert(fclose(f) == 0);
	return r;
}

void fake_set_ids(struct fake_tree *t, const char *path, uint16_t vendor, uint16_t device)
{
	const uint8_t raw[4] = { (uint8_t)vendor, (uint8_t)(vendor >> 8), (uint8_t)device,
				 (uint8_t)(device >> 8) };
	FILE *f = open_config(t, path);

	assert(fseek(f, 0, SEEK_SET) == 0);
	assert(fwrite(raw, 1, sizeof(raw), f) == sizeof(raw));
	assert(fclose(f) == 0);
}

static const char *address_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* Power management at 0x40, PCI Express version 2 at FAKE_EXP, nothing extended. */
static void config_space(const struct fake_function *f, uint8_t *c)
{
	memset(c, 0, 256);
	put16(c, f->physfn ? 0xffff : f->vendor);
	put16(c + 2, f->physfn ? 0xffff : f->device);
	c[0x06] = 0x10;
	c[0x0b] = f->bridge ? 0x06 : 0x02;
	c[0x0a] = f->bridge ? 0x04 : 0x00;
	c[0x0e] = f->bridge ? 0x01 : 0x00;
	c[0x34] = 0x40;
	c[0x40] = 0x01;
	c[0x41] = f->no_exp ? 0 : FAKE_EXP;
	if (f->no_exp)
		return;
	c[FAKE_EXP] = 0x10;
	put16(c + FAKE_EXP + 2, f->bridge ? 0x0042 : 0x0002);
	put16(c + FAKE_EXP + 8, f->devctl);
	put16(c + FAKE_EXP + 10, 0x0009); /* Device Status: RW1C bits that are set */
}

static void printf_like(3, 4)
	link_to(struct fake_tree *t, const char *to, const char *fmt, ...)
{
	char name[512], path[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	make_parents(path);
	assert(symlink(to, path) == 0);
}

/* "../" for every component of devices/PATH, to reach sysfs from there. */
static void climb(const char *path, char *out)
{
	*out = '\0';
	strcat(out, "../../");
	for (const char *s = path; *s; s++) {
		if (*s == '/')
			strcat(out, "../");
	}
}

static void add_links(struct fake_tree *t, const struct fake_function *f)
{
	const char *address = address_of(f->path);
	char up[128], to[512];

	climb(f->path, up);
	snprintf(to, sizeof(to), "../../../devices/%s", f->path);
	link_to(t, to, "sys/bus/pci/devices/%s", address);
	if (f->driver) {
		fake_file(t, "", "sys/bus/pci/drivers/%s/bind", f->driver);
		snprintf(to, sizeof(to), "%sbus/pci/drivers/%s", up, f->driver);
		link_to(t, to, "sys/devices/%s/driver", f->path);
	}
	if (f->physfn) {
		snprintf(to, sizeof(to), "../%s", f->physfn);
		link_to(t, to, "sys/devices/%s/physfn", f->path);
	}
	if (f->group) {
		fake_file(t, "DMA\n", "sys/kernel/iommu_groups/%s/type", f->group);
		fake_file(t, "", "sys/kernel/iommu_groups/%s/reserved_regions", f->group);
		snprintf(to, sizeof(to), "../../../../devices/%s", f->path);
		link_to(t, to, "sys/kernel/iommu_groups/%s/devices/%s", f->group, address);
		snprintf(to, sizeof(to), "%skernel/iommu_groups/%s", up, f->group);
		link_to(t, to, "sys/devices/%s/iommu_group", f->path);
	}
}

void fake_add(struct fake_tree *t, const struct fake_function *f)
{
	char text[96], path[640];
	uint8_t config[256];

	/* Without it the directory could be half a capture, and a missing file no fact. The
	 * driver is left to the link, which changes. */
	snprintf(text, sizeof(text), "PCI_CLASS=%s\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n",
		 f->bridge ? "60400" : "20000", f->vendor, f->device, f->vendor, f->device);
	fake_file(t, text, "sys/devices/%s/uevent", f->path);
	snprintf(text, sizeof(text), "0x%04x\n", f->vendor);
	fake_file(t, text, "sys/devices/%s/vendor", f->path);
	fake_file(t, text, "sys/devices/%s/subsystem_vendor", f->path);
	snprintf(text, sizeof(text), "0x%04x\n", f->device);
	fake_file(t, text, "sys/devices/%s/device", f->path);
	fake_file(t, text, "sys/devices/%s/subsystem_device", f->path);
	fake_file(t, f->bridge ? "0x060400\n" : "0x020000\n", "sys/devices/%s/class", f->path);
	fake_file(t, "0x00\n", "sys/devices/%s/revision", f->path);
	fake_file(t, f->power ? f->power : "on", "sys/devices/%s/power/control", f->path);
	fake_file(t, f->suspended ? "suspended\n" : "active\n",
		  "sys/devices/%s/power/runtime_status", f->path);
	fake_file(t, f->suspended ? "D3hot\n" : "D0\n", "sys/devices/%s/power_state", f->path);
	config_space(f, config);
	snprintf(path, sizeof(path), "%s/devices/%s/config", t->sysfs, f->path);
	put(path, config, sizeof(config));
	add_links(t, f);
}

struct vck_target fake_target(const struct fake_function *f, char *path, size_t size)
{
	struct vck_target t = { .path = path,
				.vendor = f->vendor,
				.device = f->device,
				.reg_vendor = f->vendor,
				.reg_device = f->device,
				.position = FAKE_EXP };

	snprintf(path, size, "devices/%s", f->path);
	snprintf(t.address, sizeof(t.address), "%s", address_of(f->path));
	return t;
}
