// SPDX-License-Identifier: GPL-2.0-or-later
/* Stands in for the system calls that change something, by the linker's --wrap: can
 * kill the process before each of them, make each fail, and lets the config file of
 * a fake function behave as devices do. Reading calls are the real ones. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "faketree.h"

struct fault fault;

#define NOSNOOP 0x0800u

int __real_openat(int dir, const char *name, int flags, ...);
ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t off);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
int __real_mkdirat(int dir, const char *name, mode_t mode);
int __real_renameat(int d1, const char *a, int d2, const char *b);
int __real_unlinkat(int dir, const char *name, int flags);
int __real_rmdir(const char *path);

int __wrap_openat(int dir, const char *name, int flags, ...);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t off);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_mkdirat(int dir, const char *name, mode_t mode);
int __wrap_renameat(int d1, const char *a, int d2, const char *b);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_rmdir(const char *path);

/* True when the call is to fail, errno set. */
static bool point(void)
{
	fault.calls++;
	if (fault.calls == fault.kill_at)
		kill(getpid(), SIGKILL);
	if (fault.calls != fault.fail_at)
		return false;
	errno = fault.err;
	return true;
}

/* The path that a descriptor was opened by. */
static bool path_of(int fd, char *out, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

static void put_word(const char *path, uint16_t v)
{
	const uint8_t raw[2] = { (uint8_t)v, (uint8_t)(v >> 8) };
	int fd = open(path, O_RDWR);

	if (fd >= 0 && __real_pwrite(fd, raw, 2, FAKE_EXP + 8) != 2)
		abort();
	close(fd);
}

static uint16_t get_word(const char *path)
{
	uint8_t raw[2] = { 0 };
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && pread(fd, raw, 2, FAKE_EXP + 8) != 2)
		abort();
	close(fd);
	return (uint16_t)(raw[0] | raw[1] << 8);
}

static void put_text(const char *dir, const char *name, const char *text)
{
	char path[1024];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (fd >= 0 && __real_write(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

/* A device that sets the bit again by itself after a while. */
static void come_back(const char *path)
{
	const struct timespec pause = { .tv_nsec = fault.comes_back_ms * 1000000L };

	if (fork() != 0)
		return;
	nanosleep(&pause, NULL);
	put_word(path, get_word(path) | NOSNOOP);
	_exit(0);
}

static ssize_t config_write(int fd, const char *path, const void *p, size_t n, off_t off)
{
	uint8_t raw[2];

	fault.config_writes++;
	if (fault.before_config_write)
		fault.before_config_write();
	/* Whatever it is called with: nothing but the 16 bits of Device Control */
	if (n != 2 || off != FAKE_EXP + 8)
		abort();
	if (fault.config_err &&
	    (!fault.config_err_at || fault.config_err_at == fault.config_writes)) {
		errno = fault.config_err;
		return -1;
	}
	if (fault.no_stick)
		return 2;
	if (fault.config_short)
		return __real_pwrite(fd, p, 1, off);
	memcpy(raw, p, 2);
	if (fault.hardwired)
		raw[1] &= (uint8_t)~(NOSNOOP >> 8);
	if (__real_pwrite(fd, raw, 2, off) != 2)
		abort();
	if (fault.comes_back_ms)
		come_back(path);
	return 2;
}

ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t off)
{
	char path[1024];

	if (point())
		return -1;
	if (path_of(fd, path, sizeof(path)) && str_ends(path, "/config"))
		return config_write(fd, path, p, n, off);
	return __real_pwrite(fd, p, n, off);
}

static bool is_suspended(const char *dir)
{
	char path[1100], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/power/runtime_status", dir);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		abort();
	close(fd);
	return str_after(text, "suspended");
}

/* What a kernel does on a write to power/control: suspending saves the word, resuming
 * writes the saved one (drivers/pci/pci-driver.c). */
static void model_power(char *path, const char *text)
{
	char config[1100];

	*strstr(path, "/power/control") = '\0';
	snprintf(config, sizeof(config), "%s/config", path);
	if (str_after(text, "auto")) {
		fault.saved = get_word(config);
		put_text(path, "power/runtime_status", "suspended");
		put_text(path, "power_state", "D3hot");
		return;
	}
	if (fault.never_wakes || !is_suspended(path))
		return;
	put_text(path, "power/runtime_status", "active");
	put_text(path, "power_state", "D0");
	put_word(config, fault.saved);
}

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	char path[1024], text[16] = "";
	ssize_t r;

	if (point())
		return -1;
	if (!path_of(fd, path, sizeof(path)) || !str_ends(path, "/power/control"))
		return __real_write(fd, p, n);
	if (ftruncate(fd, 0) < 0)
		abort();
	r = __real_write(fd, p, n);
	memcpy(text, p, n < sizeof(text) ? n : sizeof(text) - 1);
	if (fault.models_power)
		model_power(path, text);
	return r;
}

int __wrap_openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if (flags & O_CREAT && point())
		return -1;
	/* sysfs has nothing to truncate: that is done together with the write, below */
	return __real_openat(dir, name, flags & ~O_TRUNC, mode);
}

int __wrap_fsync(int fd)
{
	return point() ? -1 : __real_fsync(fd);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return point() ? -1 : __real_fchmod(fd, mode);
}

int __wrap_mkdirat(int dir, const char *name, mode_t mode)
{
	return point() ? -1 : __real_mkdirat(dir, name, mode);
}

int __wrap_renameat(int d1, const char *a, int d2, const char *b)
{
	return point() ? -1 : __real_renameat(d1, a, d2, b);
}

int __wrap_unlinkat(int dir, const char *name, int flags)
{
	return point() ? -1 : __real_unlinkat(dir, name, flags);
}

int __wrap_rmdir(const char *path)
{
	return point() ? -1 : __real_rmdir(path);
}
