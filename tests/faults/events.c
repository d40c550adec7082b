// SPDX-License-Identifier: GPL-2.0-or-later
/* `bind` and `unbind` on umockdev, with a failure at each step.
 *
 * THEORY OF OPERATION: umockdev's testbed is the sysfs, under its own name /sys; the driver
 * core of fakekernel.c stands behind its files and sends the events of a kernel. Each write
 * below /sys fails in turn, with each errno that it can have, or the driver refuses. What came
 * of it is asked of libudev, which knows nothing of this tool. The program starts itself again
 * under umockdev-wrapper. */
#include "config.h"

#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>
#include <umockdev.h>

#include "command.h"
#include "source/udev.h"

#define SYSPATH "/sys/devices/" PATH

struct fixture {
	UMockdevTestbed *testbed;
	struct fake_tree tree;
	struct udev *udev;
	struct vck_monitor *monitor;
};

static UMockdevTestbed *sender;

static void send_event(const char *address, const char *action)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/devices/" BUS "%s", address);
	umockdev_testbed_uevent(sender, path, action);
}

static void add_udev_files(struct fake_tree *t, const char *path)
{
	char link[256];

	fake_file(t, "PCI_SLOT_NAME=0000:01:00.0\n", "sys/devices/%s/uevent", path);
	snprintf(link, sizeof(link), "%s/sys/devices/%s/subsystem", t->dir, path);
	assert_int_equal(symlink("../../../../bus/pci", link), 0);
}

static void start(struct fixture *f)
{
	struct fake_tree *t = &f->tree;

	memset(f, 0, sizeof(*f));
	f->testbed = sender = umockdev_testbed_new();
	snprintf(t->dir, sizeof(t->dir), "%s", umockdev_testbed_get_root_dir(f->testbed));
	snprintf(t->sysfs, sizeof(t->sysfs), "%s/sys", t->dir);
	snprintf(t->run_dir, sizeof(t->run_dir), "%s/run/viommu-check", t->dir);
	snprintf(t->conf_dir, sizeof(t->conf_dir), "%s/etc/viommu-check.d", t->dir);
	t->env = (struct vck_write_env){ .root = t->dir, .sysfs = "/sys", .run_dir = t->run_dir,
					 .conf_dir = t->conf_dir, .wake_ms = 50, .lock_ms = 5000 };
	fake_file(t, "", "run/.keep");
	fake_file(t, "", "etc/.keep");
	fake_file(t, "6.12.0\n", "proc/sys/kernel/osrelease");
	fake_kernel.event = send_event;
	command_host(t, "nvidia");
	add_udev_files(t, PATH);
	add_udev_files(t, OTHER);
	f->udev = udev_new();
	assert_int_equal(vck_monitor_open("kernel", &f->monitor), 0);
}

static void stop(struct fixture *f)
{
	vck_monitor_close(f->monitor);
	udev_unref(f->udev);
	g_object_unref(f->testbed);
}

/* What libudev says of the driver. */
static const char *udev_driver(struct fixture *f, char *buf, size_t size)
{
	struct udev_device *d = udev_device_new_from_syspath(f->udev, SYSPATH);
	const char *driver;

	assert_non_null(d);
	driver = udev_device_get_driver(d);
	snprintf(buf, size, "%s", driver ? driver : "");
	udev_device_unref(d);
	return buf;
}

/* The last event that came; OTHER where none did. */
static enum vck_event_type last_event(struct fixture *f)
{
	struct pollfd p = { .fd = vck_monitor_fd(f->monitor), .events = POLLIN };
	enum vck_event_type last = VCK_EVENT_OTHER;
	struct vck_event e;

	while (poll(&p, 1, 20) == 1 && vck_monitor_next(f->monitor, &e) > 0)
		last = e.type;
	return last;
}

static void expect(struct fixture *f, const char *driver, const char *override)
{
	char buf[64];

	assert_string_equal(udev_driver(f, buf, sizeof(buf)), driver);
	assert_string_equal(fake_read(&f->tree, buf, sizeof(buf),
				      "sys/devices/" PATH "/driver_override"), override);
}

static const int errors[] = { EIO, EPERM, ENODEV, EBUSY, EINVAL, ENOMEM, EAGAIN };

/* Every write below /sys of @args fails in turn: @driver and @override stay, the message names
 * the device and a step, and after it the command works. Return: number of steps. */
static long each_step(const char *before, const char *args, const char *driver,
		      const char *override, int err)
{
	for (long at = 1;; at++) {
		const struct inject p = { .mask = INJECT_WRITE, .only_sys = true, .at = at,
					  .err = err };
		struct fixture f;
		struct outcome o;

		start(&f);
		if (before)
			assert_int_equal(command_run(&f.tree, before, NULL).status, 0);
		last_event(&f);
		o = command_run(&f.tree, args, &p);
		if (!inject->fired) {
			assert_int_equal(o.status, 0);
			assert_int_equal(last_event(&f), VCK_EVENT_BIND);
			stop(&f);
			return at - 1;
		}
		/* drivers_probe that fails is mended by the driver's own bind file, or is told */
		if (o.status != 0) {
			expect(&f, driver, override);
			assert_int_equal(o.status, 4);
			assert_non_null(strstr(o.err, ADDR ": cannot "));
			assert_int_not_equal(last_event(&f), VCK_EVENT_UNBIND);
		}
		assert_int_equal(command_run(&f.tree, args, NULL).status, 0);
		stop(&f);
	}
}

static void test_bind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i += getenv("VCK_FAULTS_ALL") ? 1 : 6)
		assert_true(each_step(NULL, "bind " ADDR, "nvidia", "(null)", errors[i]) >= 6);
}

static void test_unbind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i += getenv("VCK_FAULTS_ALL") ? 1 : 6)
		assert_true(each_step("bind " ADDR, "unbind " ADDR, "vfio-pci", "vfio-pci",
				      errors[i]) >= 6);
}

/* The vfio driver's own probe refuses: the kernel's -22, and the native driver is back. */
static void test_refused(void **state)
{
	struct outcome o;
	struct fixture f;

	(void)state;
	start(&f);
	snprintf(fake_kernel.refuses, sizeof(fake_kernel.refuses), "vfio-pci");
	fake_kernel.refuses_with = -EINVAL;
	o = command_run(&f.tree, "bind " ADDR, NULL);
	assert_int_equal(o.status, 4);
	assert_non_null(strstr(o.err, ADDR ": cannot probe for a driver: Invalid argument"));
	expect(&f, "nvidia", "(null)");
	assert_int_equal(last_event(&f), VCK_EVENT_BIND);
	assert_false(fake_exists(&f.tree, "run/viommu-check/bound/" ADDR));
	stop(&f);
}

/* The native driver does not take it back: it stays with vfio-pci, and that is said. */
static void test_not_taken_back(void **state)
{
	struct outcome o;
	struct fixture f;

	(void)state;
	start(&f);
	assert_int_equal(command_run(&f.tree, "bind " ADDR, NULL).status, 0);
	snprintf(fake_kernel.refuses, sizeof(fake_kernel.refuses), "nvidia");
	fake_kernel.refuses_with = -EIO;
	o = command_run(&f.tree, "unbind " ADDR, NULL);
	assert_int_equal(o.status, 4);
	assert_non_null(strstr(o.err, "cannot give it back to nvidia: Input/output error"));
	expect(&f, "vfio-pci", "vfio-pci");
	assert_true(fake_exists(&f.tree, "run/viommu-check/bound/" ADDR));
	fake_kernel.refuses[0] = '\0';
	assert_int_equal(command_run(&f.tree, "unbind " ADDR, NULL).status, 0);
	expect(&f, "nvidia", "(null)");
	stop(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_unbind),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_taken_back),
	};

	(void)argc;
	if (!getenv("VCK_IN_WRAPPER")) {
		setenv("VCK_IN_WRAPPER", "1", 1);
		execlp("umockdev-wrapper", "umockdev-wrapper", argv[0], (char *)NULL);
		puts("umockdev-wrapper is not installed");
		return 77;
	}
	inject_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
