// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard's looks: which functions it takes, when it writes, what it says. Events
 * and signals are in test-guard-events.c. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "faketree.h"
#include "lock/guard-watch.h"
#include "lock/notify.h"

#define BUS "pci0000:00/0000:00:01.0/"
#define PATH BUS "0000:01:00.0"
#define CONF "etc/viommu-check.d/a.conf"
#define ON 0x2810
#define OFF 0x2010

static const struct fake_function assigned = { .path = PATH,
					       .vendor = 0x10de,
					       .device = 0x2204,
					       .devctl = ON,
					       .driver = "vfio-pci",
					       .group = "14" };

static const char *const guarded = "path=pci0000:00/01.0/00.0\nvendor=10de\ndevice=2204\n"
				   "nosnoop=guarded\n";

struct fixture {
	struct fake_tree tree;
	struct vck_guard guard;
	char said[4096];
	unsigned lines;
};

static void hear(void *data, enum vck_guard_level level, const char *text)
{
	struct fixture *f = data;

	(void)level;
	f->lines++;
	snprintf(f->said, sizeof(f->said), "%s", text);
}

static void start(struct fixture *f, const struct fake_function *fn, const char *conf)
{
	fault = (struct fault){ 0 };
	memset(f, 0, sizeof(*f));
	fake_tree_init(&f->tree);
	fake_add(&f->tree, fn);
	if (conf)
		fake_file(&f->tree, conf, CONF);
	f->guard = (struct vck_guard){ .env = &f->tree.env,
				       .interval_ms = 50,
				       .log = hear,
				       .log_data = f };
	assert_int_equal(vck_root_open(f->tree.dir, &f->guard.root), 0);
	assert_int_equal(vck_guard_refresh(&f->guard), 0);
}

static void stop(struct fixture *f)
{
	vck_guard_done(&f->guard);
	fake_tree_done(&f->tree);
	fault = (struct fault){ 0 };
}

static void test_drift(void **state)
{
	char link[256], text[1024];
	struct fixture f;

	(void)state;
	start(&f, &assigned, guarded);
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	assert_string_equal(f.said, "0000:01:00.0: Enable No Snoop cleared");
	assert_true(vck_guard_is_assigned(&f.guard));
	/* A guest sets it, and the process that has the group open is named */
	fake_file(&f.tree, "qemu-system-x86\n", "proc/4242/comm");
	fake_file(&f.tree, "", "proc/4242/fd/.keep");
	snprintf(link, sizeof(link), "%s/proc/4242/fd/7", f.tree.dir);
	assert_int_equal(symlink("/dev/vfio/14", link), 0);
	fake_set_devctl(&f.tree, PATH, ON);
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	assert_non_null(strstr(f.said, "1 times so far"));
	assert_non_null(strstr(f.said, "driver vfio-pci"));
	assert_non_null(strstr(f.said, "qemu-system-x86 (pid 4242)"));
	/* It is counted in the record, and what was there at first is not forgotten */
	fake_read(&f.tree, text, sizeof(text), "run/viommu-check/nosnoop/0000:01:00.0");
	assert_non_null(strstr(text, "drift=1"));
	assert_non_null(strstr(text, "before=1"));
	stop(&f);
}

/* A fight does not fill the log: 1, 2, 4, 8, 16 … and once a minute. */
static void test_fight(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &assigned, guarded);
	for (int i = 0; i < 101; i++) {
		fake_set_devctl(&f.tree, PATH, ON);
		vck_guard_look(&f.guard);
		assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	}
	assert_int_equal(f.guard.list[0].count, 100);
	assert_in_range(f.lines, 7, 9);
	stop(&f);
}

/* What is not to be touched. */
static void test_left_alone(void **state)
{
	struct fake_function rows[4] = { assigned, assigned, assigned, assigned };
	static const char *const persistent = "path=pci0000:00/01.0/00.0\nvendor=10de\n"
					      "device=2204\nnosnoop=persistent\n";
	const char *confs[4] = { guarded, guarded, guarded, persistent };

	(void)state;
	rows[0].suspended = true;
	rows[0].power = "auto";
	rows[1].driver = "nouveau";
	rows[2].device = 0x9999;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fixture f;

		start(&f, &rows[i], confs[i]);
		vck_guard_look(&f.guard);
		assert_int_equal(fake_devctl(&f.tree, PATH), ON);
		stop(&f);
	}
}

/* A function that cannot be cleared is complained about once. */
static void test_stuck(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &assigned, guarded);
	fault.no_stick = true;
	for (int i = 0; i < 5; i++)
		vck_guard_look(&f.guard);
	assert_int_equal(f.lines, 1);
	assert_non_null(strstr(f.said, "did not stick"));
	stop(&f);
}

/* Refreshed while a guest is at it: the count goes on; unlocked: no longer looked at. */
static void test_refresh(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &assigned, guarded);
	vck_guard_look(&f.guard);
	fake_set_devctl(&f.tree, PATH, ON);
	vck_guard_look(&f.guard);
	assert_int_equal(vck_guard_refresh(&f.guard), 0);
	assert_int_equal(f.guard.list[0].count, 1);
	fake_file(&f.tree, "nonsense", CONF);
	assert_int_equal(vck_guard_refresh(&f.guard), 0);
	assert_int_equal(f.guard.n, 0);
	assert_non_null(strstr(f.said, "a.conf: not used"));
	assert_false(vck_guard_is_assigned(&f.guard));
	stop(&f);
}

/* Unlocked and set again by hand since the last refresh: asked under the lock, left alone. */
static void test_unlocked_meanwhile(void **state)
{
	struct fixture f;
	char path[256];

	(void)state;
	start(&f, &assigned, guarded);
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	snprintf(path, sizeof(path), "%s/%s", f.tree.dir, CONF);
	assert_int_equal(unlink(path), 0);
	fake_set_devctl(&f.tree, PATH, ON);
	f.lines = 0;
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), ON);
	assert_int_equal(f.lines, 0);
	stop(&f);
}

/* Another run holds the lock: told once, not waited for beyond the interval, tried again. */
static void test_busy(void **state)
{
	struct fixture f;
	int lock;

	(void)state;
	start(&f, &assigned, guarded);
	assert_int_equal(vck_write_lock(&f.tree.env, &lock), 0);
	for (int i = 0; i < 3; i++)
		vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), ON);
	assert_int_equal(f.lines, 1);
	assert_true(vck_guard_must_look(&f.guard));
	close(lock);
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	stop(&f);
}

/* All ones while it is reset: still assigned, and looked at again when it answers. */
static void test_reset(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &assigned, guarded);
	vck_guard_look(&f.guard);
	fake_set_ids(&f.tree, PATH, 0xffff, 0xffff);
	vck_guard_look(&f.guard);
	assert_true(vck_guard_is_assigned(&f.guard));
	fake_set_ids(&f.tree, PATH, assigned.vendor, assigned.device);
	fake_set_devctl(&f.tree, PATH, ON);
	vck_guard_look(&f.guard);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	stop(&f);
}

/* A directory or file that cannot be read now: what was guarded stays guarded, told once. */
static void test_unread(void **state)
{
	struct fixture f;
	char from[256], to[256];

	(void)state;
	start(&f, &assigned, guarded);
	/* A link in its place is not opened: neither "no such file" nor "not understood" */
	snprintf(from, sizeof(from), "%s/%s", f.tree.dir, CONF);
	snprintf(to, sizeof(to), "%s/a.conf", f.tree.dir);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(symlink(to, from), 0);
	f.lines = 0;
	for (int i = 0; i < 3; i++)
		assert_int_equal(vck_guard_refresh(&f.guard), 0);
	assert_int_equal(f.guard.n, 1);
	assert_true(f.guard.again && vck_guard_must_look(&f.guard));
	assert_int_equal(f.lines, 2); /* the file, and what that means */
	assert_int_equal(unlink(from), 0);
	assert_int_equal(vck_guard_refresh(&f.guard), 0);
	assert_int_equal(f.guard.n, 0);
	assert_false(f.guard.again);
	stop(&f);
}

/* The service manager's socket, by path and abstract, and nobody asking. */
static void test_notify(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64], got[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(vck_notify("READY=1"), 0);
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_int_equal(vck_notify("READY=1"), -EINVAL);
	snprintf(name, sizeof(name), "@vck-test-%ld", (long)getpid());
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(vck_notify("READY=1"), 1);
	assert_int_equal(recv(fd, got, sizeof(got), 0), 7);
	assert_memory_equal(got, "READY=1", 7);
	close(fd);
	assert_int_equal(vck_notify("READY=1"), -ECONNREFUSED);
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(vck_notify_interval_ms(), 30000);
	setenv("WATCHDOG_USEC", "x", 1);
	assert_int_equal(vck_notify_interval_ms(), 0);
	unsetenv("WATCHDOG_USEC");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drift),	   cmocka_unit_test(test_fight),
		cmocka_unit_test(test_left_alone), cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_refresh),	   cmocka_unit_test(test_notify),
		cmocka_unit_test(test_unlocked_meanwhile), cmocka_unit_test(test_busy),
		cmocka_unit_test(test_reset),	   cmocka_unit_test(test_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
