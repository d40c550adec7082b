// SPDX-License-Identifier: GPL-2.0-or-later
/* Two commands at once on the same device.
 *
 * THEORY OF OPERATION: the first is stopped right before its Nth call that changes
 * something, the second is started and runs as far as the lock lets it, the first goes
 * on. For every N. Both end well, one after the other as it were. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "command.h"

static void pause_ms(long ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000L };

	nanosleep(&t, NULL);
}

struct pair {
	struct fake_tree tree;
	struct running first, second;
	struct outcome a, b;
};

/* Return: false when the first ended before its @at-th call. */
static bool start_first(struct pair *p, const char *args, long at)
{
	const struct inject plan = { .mask = INJECT_WRITE, .at = at, .signo = SIGSTOP };
	siginfo_t info;

	p->first = command_spawn(&p->tree, args, &plan);
	assert_int_equal(waitid(P_PID, (id_t)p->first.pid, &info, WSTOPPED | WEXITED | WNOWAIT), 0);
	inject->at = 0;
	return info.si_code == CLD_STOPPED;
}

static bool both(struct pair *p, const char *first, const char *second, long at)
{
	bool stopped = start_first(p, first, at);

	p->second = command_spawn(&p->tree, second, NULL);
	pause_ms(stopped ? 15 : 0);
	kill(p->first.pid, SIGCONT);
	p->a = command_finish(&p->first);
	p->b = command_finish(&p->second);
	if (p->a.status || p->b.status)
		print_error("call %ld: %s: %d %s%s: %d %s", at, first, p->a.status, p->a.err, second,
			    p->b.status, p->b.err);
	assert_int_equal(p->a.status, 0);
	assert_int_equal(p->b.status, 0);
	return stopped;
}

static void open_host(struct pair *p, const char *driver)
{
	fake_tree_init(&p->tree);
	command_host(&p->tree, driver);
}

static void expect_driver(struct pair *p, const char *driver)
{
	char now[64];

	assert_string_equal(command_driver_of(&p->tree, PATH, now, sizeof(now)), driver);
}

/* Steps over the calls: few in `make check`. */
static long step(void)
{
	return getenv("VCK_FAULTS_ALL") ? 1 : 6;
}

static void test_lock_lock(void **state)
{
	bool more = true;
	char text[512];

	(void)state;
	for (long at = 1; more; at += step()) {
		struct pair p;

		open_host(&p, "vfio-pci");
		more = both(&p, "nosnoop --lock " ADDR, "nosnoop --lock=guarded " ADDR, at);
		assert_int_equal(fake_devctl(&p.tree, PATH), OFF);
		fake_read(&p.tree, text, sizeof(text), "run/viommu-check/nosnoop/" ADDR);
		assert_non_null(strstr(text, "state=done"));
		assert_non_null(strstr(text, "before=1"));
		fake_read(&p.tree, text, sizeof(text),
			  "etc/viommu-check.d/pci0000:00-01.0-00.0.conf");
		assert_non_null(strstr(text, "nosnoop="));
		fake_tree_done(&p.tree);
	}
}

static void test_bind_bind(void **state)
{
	bool more = true;
	char text[512];

	(void)state;
	for (long at = 1; more; at += step()) {
		struct pair p;

		open_host(&p, "nvidia");
		more = both(&p, "bind " ADDR, "bind --nosnoop=off " ADDR, at);
		expect_driver(&p, "vfio-pci");
		assert_int_equal(fake_devctl(&p.tree, PATH), OFF);
		/* The driver to give back is the first one, not what the other run found */
		fake_read(&p.tree, text, sizeof(text), "run/viommu-check/bound/" ADDR);
		assert_non_null(strstr(text, "driver=nvidia\n"));
		fake_tree_done(&p.tree);
	}
}

/* Whichever comes first, the device has a driver, and the record tells of it. */
static void test_bind_unbind(void **state)
{
	bool more = true;

	(void)state;
	for (long at = 1; more; at += step()) {
		char driver[64];
		struct pair p;

		open_host(&p, "nvidia");
		more = both(&p, "bind " ADDR, "unbind " ADDR, at);
		command_driver_of(&p.tree, PATH, driver, sizeof(driver));
		assert_int_equal(streq(driver, "vfio-pci"),
				 fake_exists(&p.tree, "run/viommu-check/bound/" ADDR));
		assert_true(streq(driver, "vfio-pci") || streq(driver, "nvidia"));
		fake_tree_done(&p.tree);
	}
}

/* The guard looks while it is locked, and while it is unlocked and restored. */
static void test_guard(void **state)
{
	bool more = true;

	(void)state;
	for (long at = 1; more; at += step()) {
		struct pair p;

		open_host(&p, "vfio-pci");
		more = both(&p, "nosnoop --lock=guarded " ADDR, "guard-look", at);
		assert_int_equal(fake_devctl(&p.tree, PATH), OFF);
		both(&p, "guard-look", "nosnoop --unlock " ADDR, at);
		both(&p, "nosnoop --restore " ADDR, "guard-look", at);
		assert_int_equal(fake_devctl(&p.tree, PATH), ON);
		assert_false(fake_exists(&p.tree, "run/viommu-check/nosnoop/" ADDR));
		fake_tree_done(&p.tree);
	}
}

/* One that does not go on is waited for, and then told. */
static void test_gives_up(void **state)
{
	static const char *const rows[] = { "bind " OTHER_ADDR, "nosnoop --lock " OTHER_ADDR };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct outcome o;
		struct pair p;

		open_host(&p, "nvidia");
		/* Deep enough for it to have the lock */
		assert_true(start_first(&p, "bind " ADDR, 8));
		p.tree.env.lock_ms = 30;
		o = command_run(&p.tree, rows[i], NULL);
		assert_int_equal(o.status, 2);
		assert_non_null(strstr(o.err, "another run is writing"));
		kill(p.first.pid, SIGCONT);
		assert_int_equal(command_finish(&p.first).status, 0);
		expect_driver(&p, "vfio-pci");
		fake_tree_done(&p.tree);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_lock),   cmocka_unit_test(test_bind_bind),
		cmocka_unit_test(test_bind_unbind), cmocka_unit_test(test_guard),
		cmocka_unit_test(test_gives_up),
	};

	inject_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
