// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard as a process: events, timer, configuration that comes and goes, signals,
 * the service manager.
 *
 * THEORY OF OPERATION: the functions are those of faketree.h; umockdev only sends the
 * events, of a function of the same name. The program starts itself again under
 * umockdev-wrapper, which libudev's socket needs. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <umockdev.h>

#include "faketree.h"
#include "lock/guard.h"

#define BUS "pci0000:00/0000:00:01.0/"
#define PATH BUS "0000:01:00.0"
#define CONF "etc/viommu-check.d/a.conf"
#define ON 0x2810
#define OFF 0x2010

static const struct fake_function idle = { .path = PATH,
					   .vendor = 0x10de,
					   .device = 0x2204,
					   .devctl = ON,
					   .group = "14" };

static const char *const guarded = "path=pci0000:00/01.0/00.0\nvendor=10de\ndevice=2204\n"
				   "nosnoop=guarded\n";

struct fixture {
	struct fake_tree tree;
	UMockdevTestbed *testbed;
	char *device; /* sysfs path in the testbed */
	int notify;
	pid_t guard;
};

static void quiet(void *data, enum vck_guard_level level, const char *text)
{
	(void)data;
	(void)level;
	(void)text;
}

static int listen_for_notify(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(name, sizeof(name), "@vck-guard-%ld", (long)getpid());
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
					  strlen(name))), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

/* Wait until the guard says @word to the service manager. */
static void wait_for(struct fixture *f, const char *word)
{
	for (;;) {
		struct pollfd p = { .fd = f->notify, .events = POLLIN };
		char got[128];
		ssize_t n;

		assert_int_equal(poll(&p, 1, 10000), 1);
		n = recv(f->notify, got, sizeof(got) - 1, 0);
		assert_true(n > 0);
		got[n] = '\0';
		if (streq(got, word))
			return;
	}
}

static void run_guard(struct fixture *f)
{
	f->guard = fork();
	if (f->guard == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(vck_guard_run(&f->tree.env, 50, quiet, NULL) == 0 ? 0 : 1);
	}
	wait_for(f, "READY=1");
}

static void start(struct fixture *f, const struct fake_function *fn, const char *conf)
{
	memset(f, 0, sizeof(*f));
	fake_tree_init(&f->tree);
	fake_add(&f->tree, fn);
	if (conf)
		fake_file(&f->tree, conf, CONF);
	f->testbed = umockdev_testbed_new();
	f->device = umockdev_testbed_add_device(f->testbed, "pci", "0000:01:00.0", NULL,
						"vendor", "0x10de", NULL, "PCI_SLOT_NAME",
						"0000:01:00.0", NULL);
	assert_non_null(f->device);
	f->notify = listen_for_notify();
	run_guard(f);
}

static void stop(struct fixture *f)
{
	int status;

	kill(f->guard, SIGTERM);
	wait_for(f, "STOPPING=1");
	assert_int_equal(waitpid(f->guard, &status, 0), f->guard);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(fake_exists(&f->tree, "run/viommu-check/guard"));
	close(f->notify);
	g_free(f->device);
	g_object_unref(f->testbed);
	fake_tree_done(&f->tree);
}

static void pause_ms(int ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* Within five seconds; a loaded machine is slow. */
static bool becomes(struct fixture *f, uint16_t want)
{
	for (int i = 0; i < 500; i++) {
		if (fake_devctl(&f->tree, PATH) == want)
			return true;
		pause_ms(10);
	}
	return false;
}

/* The line of /proc/PID/status that counts how often it went to sleep. */
static void switches(const char *path, char *out, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(out, (int)size, f)) {
		if (str_after(out, "voluntary_ctxt_switches"))
			break;
	}
	fclose(f);
}

/* A guest sets the bit: the timer sees it, without any event. */
static void test_timer(void **state)
{
	struct fake_function fn = idle;
	struct fixture f;

	(void)state;
	fn.driver = "vfio-pci";
	start(&f, &fn, guarded);
	assert_true(fake_exists(&f.tree, "run/viommu-check/guard"));
	assert_true(becomes(&f, OFF));
	for (int i = 0; i < 3; i++) {
		fake_set_devctl(&f.tree, PATH, ON);
		assert_true(becomes(&f, OFF));
	}
	stop(&f);
}

/* Not assigned: no timer runs. An event makes it look. */
static void test_events(void **state)
{
	static const char *const actions[] = { "change", "bind", "unbind", "add" };
	struct fixture f;

	(void)state;
	start(&f, &idle, guarded);
	assert_true(becomes(&f, OFF));
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		fake_set_devctl(&f.tree, PATH, ON);
		pause_ms(120);
		assert_int_equal(fake_devctl(&f.tree, PATH), ON);
		umockdev_testbed_uevent(f.testbed, f.device, actions[i]);
		assert_true(becomes(&f, OFF));
	}
	stop(&f);
}

/* Idle means idle: nothing wakes it when nothing happens. Its own looks once woke it. */
static void test_idle(void **state)
{
	struct fixture f;
	char path[64], before[512], after[512];

	(void)state;
	start(&f, &idle, guarded);
	assert_true(becomes(&f, OFF));
	pause_ms(200);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)f.guard);
	switches(path, before, sizeof(before));
	pause_ms(300);
	switches(path, after, sizeof(after));
	assert_string_equal(before, after);
	stop(&f);
}

/* A storm of events is one look after another, and none is lost at its end. */
static void test_storm(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &idle, guarded);
	/* umockdev's socket holds ten at once and ends the process over one more, so each burst
	 * of four waits for its last to be answered, however busy the machine is */
	for (int i = 0; i < 200; i++) {
		if (i % 4 == 3)
			fake_set_devctl(&f.tree, PATH, ON);
		umockdev_testbed_uevent(f.testbed, f.device, i % 2 ? "add" : "remove");
		if (i % 4 == 3)
			assert_true(becomes(&f, OFF));
	}
	stop(&f);
}

/* Locked and unlocked while it runs; the directory itself comes first. */
static void test_configuration(void **state)
{
	struct fixture f;
	char path[256];

	(void)state;
	start(&f, &idle, NULL);
	pause_ms(100);
	assert_int_equal(fake_devctl(&f.tree, PATH), ON);
	fake_file(&f.tree, guarded, CONF);
	assert_true(becomes(&f, OFF));
	snprintf(path, sizeof(path), "%s/%s", f.tree.dir, CONF);
	assert_int_equal(unlink(path), 0);
	pause_ms(100);
	fake_set_devctl(&f.tree, PATH, ON);
	umockdev_testbed_uevent(f.testbed, f.device, "change");
	pause_ms(150);
	assert_int_equal(fake_devctl(&f.tree, PATH), ON);
	fake_file(&f.tree, guarded, CONF);
	kill(f.guard, SIGHUP);
	assert_true(becomes(&f, OFF));
	stop(&f);
}

static void test_second(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &idle, guarded);
	assert_int_equal(vck_guard_run(&f.tree.env, 50, quiet, NULL), -EBUSY);
	stop(&f);
}

/* Killed: its file stays, and the next guard starts all the same. */
static void test_killed(void **state)
{
	struct fixture f;
	int status;

	(void)state;
	start(&f, &idle, guarded);
	kill(f.guard, SIGKILL);
	assert_int_equal(waitpid(f.guard, &status, 0), f.guard);
	assert_true(fake_exists(&f.tree, "run/viommu-check/guard"));
	fake_set_devctl(&f.tree, PATH, ON);
	run_guard(&f);
	assert_true(becomes(&f, OFF));
	stop(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timer),	      cmocka_unit_test(test_events),
		cmocka_unit_test(test_storm),	      cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_second),	      cmocka_unit_test(test_idle),	      cmocka_unit_test(test_killed),
	};

	(void)argc;
	if (!getenv("VCK_IN_WRAPPER")) {
		setenv("VCK_IN_WRAPPER", "1", 1);
		execlp("umockdev-wrapper", "umockdev-wrapper", argv[0], (char *)NULL);
		puts("umockdev-wrapper is not installed");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
