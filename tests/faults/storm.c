// SPDX-License-Identifier: GPL-2.0-or-later
/* Hotplug storms while `list`, `watch` and the guard run: no crash, no lie, bounded memory, and
 * a signal is heeded while the storm goes on.
 *
 * THEORY OF OPERATION: the functions are those of faketree.h. A process takes one of them away,
 * brings it back, and changes its driver, thousands of times, and sends an event for each through
 * umockdev; another function stands still. The program starts itself again under
 * umockdev-wrapper. VCK_STORM: number of changes. */
#include "config.h"

#include <json.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <umockdev.h>

#include "../unit/faketree.h"
#include "cmd/commands.h"
#include "cmd/watch.h"
#include "lock/guard.h"

#define BUS	"pci0000:00/0000:00:01.0/"
#define STILL	"0000:01:00.0"
#define STORMY	"0000:01:00.1"
#define CONF	"etc/viommu-check.d/a.conf"
#define ON	0x2810
#define OFF	0x2010
#define RSS_MAX (64 << 10) /* KiB; a host of three functions takes a tenth */

struct fault fault; /* of faketree.h, whose double is not used here */

struct fixture {
	struct fake_tree tree;
	UMockdevTestbed *testbed;
	char *device; /* sysfs path in the testbed */
	pid_t storm;
};

static void pause_ms(long ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static long changes(void)
{
	const char *n = getenv("VCK_STORM");

	return n ? strtol(n, NULL, 10) : 300;
}

static void start(struct fixture *f)
{
	struct fake_function fn = { .path = BUS STILL, .vendor = 0x10de, .device = 0x2204,
				    .devctl = ON, .driver = "vfio-pci", .group = "14" };

	memset(f, 0, sizeof(*f));
	fake_tree_init(&f->tree);
	fake_add(&f->tree, &fn);
	fn.path = BUS STORMY;
	fn.group = "15";
	fake_add(&f->tree, &fn);
	fake_file(&f->tree, "", "sys/bus/pci/drivers/nvidia/bind");
	f->testbed = umockdev_testbed_new();
	f->device = umockdev_testbed_add_device(f->testbed, "pci", STORMY, NULL, "vendor", "0x10de",
						NULL, "PCI_SLOT_NAME", STORMY, NULL);
	assert_non_null(f->device);
}

static void stop(struct fixture *f)
{
	g_free(f->device);
	g_object_unref(f->testbed);
	fake_tree_done(&f->tree);
}

static void paths(struct fixture *f, char *on_bus, char *driver, size_t size)
{
	snprintf(on_bus, size, "%s/bus/pci/devices/" STORMY, f->tree.sysfs);
	snprintf(driver, size, "%s/devices/" BUS STORMY "/driver", f->tree.sysfs);
}

static void set_driver(const char *link, const char *name)
{
	char to[128];

	unlink(link);
	snprintf(to, sizeof(to), "../../../../bus/pci/drivers/%s", name);
	if (*name && symlink(to, link) < 0)
		_exit(1);
}

/* In a process of its own: umockdev dies of a socket that is full, where a kernel drops the event. */
static void send_event(struct fixture *f, const char *action)
{
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		umockdev_testbed_uevent(f->testbed, f->device, action);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* The @i-th change and its event. */
static const char *change(const char *on_bus, const char *driver, long i)
{
	switch (i % 4) {
	case 0:
		unlink(on_bus);
		return "remove";
	case 1:
		if (symlink("../../../devices/" BUS STORMY, on_bus) < 0)
			_exit(1);
		return "add";
	case 2:
		set_driver(driver, "nvidia");
		return "bind";
	default:
		set_driver(driver, "");
		set_driver(driver, "vfio-pci");
		return "unbind";
	}
}

/* @n changes, a multiple of 4: at the end all is as it was. Negative: until it is killed. */
static void rage(struct fixture *f, long n, bool events)
{
	char on_bus[256], driver[256];

	paths(f, on_bus, driver, sizeof(on_bus));
	for (long i = 0; i != n; i++) {
		const char *action = change(on_bus, driver, i);

		if (events)
			send_event(f, action);
	}
}

static void start_storm(struct fixture *f, bool events)
{
	f->storm = fork();
	if (f->storm == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rage(f, -1, events);
		_exit(0);
	}
}

static void stop_storm(struct fixture *f)
{
	kill(f->storm, SIGKILL);
	waitpid(f->storm, NULL, 0);
	/* The sender of its last event, now this process's child: it takes away the sockets of
	 * listeners that are gone, and umockdev dies of one that vanishes while it clears up. */
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* --- list --- */

static FILE *list(struct fixture *f, struct rusage *use)
{
	const char *args[] = { "list", "--json", NULL };
	FILE *out = tmpfile();
	int status;
	pid_t pid;

	assert_non_null(out);
	pid = fork();
	if (pid == 0) {
		struct vck_global g = { .root = f->tree.dir, .color = "never", .no_sandbox = true };

		dup2(fileno(out), STDOUT_FILENO);
		alarm(30);
		_exit(vck_flush_stdout(vck_cmd_list.run(&vck_cmd_list, &g, 2, (char **)args)));
	}
	assert_int_equal(wait4(pid, &status, 0, use), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	rewind(out);
	return out;
}

static const char *string_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ? json_object_get_string(v) : NULL;
}

static void check_list(FILE *out)
{
	struct json_object *doc, *devices;
	char text[262144];
	size_t n = fread(text, 1, sizeof(text) - 1, out);
	bool still = false;

	text[n] = '\0';
	doc = json_tokener_parse(text);
	assert_non_null(doc);
	assert_true(json_object_object_get_ex(doc, "devices", &devices));
	for (size_t i = 0; i < json_object_array_length(devices); i++) {
		struct json_object *d = json_object_array_get_idx(devices, i);
		const char *driver = string_of(d, "driver");

		if (streq(string_of(d, "address"), STILL)) {
			still = true;
			assert_string_equal(driver, "vfio-pci");
			assert_string_equal(string_of(d, "group"), "14");
			continue;
		}
		/* The other one: what it once was, or not known */
		assert_string_equal(string_of(d, "address"), STORMY);
		assert_true(!driver || streq(driver, "vfio-pci") || streq(driver, "nvidia"));
	}
	assert_true(still);
	json_object_put(doc);
}

static void test_list(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	start_storm(&f, false);
	for (long i = 0; i < changes() / 20; i++) {
		struct rusage use;
		FILE *out = list(&f, &use);

		check_list(out);
		fclose(out);
		assert_in_range(use.ru_maxrss, 1, RSS_MAX);
	}
	stop_storm(&f);
	stop(&f);
}

/* --- watch --- */

static pid_t start_watch(struct fixture *f, const char *file)
{
	const char *args[] = { "watch", "--interval", "0", NULL };
	pid_t pid = fork();

	if (pid == 0) {
		struct vck_global g = { .root = f->tree.dir, .color = "never", .no_sandbox = true };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen(file, "w", stdout))
			_exit(1);
		_exit(vck_flush_stdout(vck_watch_main(&vck_cmd_watch, &g, 3, (char **)args)));
	}
	pause_ms(300); /* its first look */
	return pid;
}

/* Highest resident size so far, KiB. */
static long peak(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		const char *value = str_after(line, "VmHWM:");

		if (value)
			kib = strtol(value, NULL, 10);
	}
	fclose(f);
	return kib;
}

/* It ends within five seconds of SIGTERM, with status 0. */
static void end(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	for (int i = 0; i < 500; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			return;
		}
		pause_ms(10);
	}
	kill(pid, SIGKILL);
	fail_msg("SIGTERM is not heeded");
}

/* Each line follows from the one before: the state that it tells is the true one at the end. */
static void check_watch(const char *file)
{
	char line[256], driver[64] = "vfio-pci";
	bool there = true;
	FILE *in = fopen(file, "r");

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		char *what = strstr(line, STORMY " ");
		char from[64], to[64];

		assert_non_null(what); /* of the other one there is nothing to tell */
		what += strlen(STORMY " ");
		if (str_after(what, "added")) {
			assert_false(there);
			there = true;
			snprintf(driver, sizeof(driver), "none");
			if (sscanf(what, "added driver %63s", to) == 1)
				snprintf(driver, sizeof(driver), "%s", to);
		} else if (str_after(what, "removed")) {
			assert_true(there);
			there = false;
		} else if (sscanf(what, "driver %63s -> %63s", from, to) == 2) {
			assert_true(there);
			assert_string_equal(from, driver);
			snprintf(driver, sizeof(driver), "%s", to);
		}
	}
	fclose(in);
	assert_true(there);
	assert_string_equal(driver, "vfio-pci");
}

static void test_watch(void **state)
{
	struct fixture f;
	char file[128];
	long before;
	pid_t pid;

	(void)state;
	start(&f);
	snprintf(file, sizeof(file), "%s/watch", f.tree.dir);
	pid = start_watch(&f, file);
	rage(&f, 40, true);
	pause_ms(300);
	before = peak(pid);
	rage(&f, changes() & ~3L, true);
	pause_ms(1000);
	send_event(&f, "change");
	pause_ms(600);
	assert_in_range(peak(pid), 1, before + 8192);
	end(pid);
	check_watch(file);
	stop(&f);
}

/* The storm does not end: it tells all the same, and ends when it is told to. */
static void test_watch_without_end(void **state)
{
	struct fixture f;
	char file[128], text[64];
	pid_t pid;

	(void)state;
	start(&f);
	snprintf(file, sizeof(file), "%s/watch", f.tree.dir);
	pid = start_watch(&f, file);
	start_storm(&f, true);
	for (int i = 0; i < 800 && !*fake_read(&f.tree, text, sizeof(text), "watch"); i++)
		pause_ms(10);
	assert_true(*text);
	end(pid);
	stop_storm(&f);
	stop(&f);
}

/* --- guard --- */

static void quiet(void *data, enum vck_guard_level level, const char *text)
{
	(void)data;
	(void)level;
	(void)text;
}

static void test_guard_without_end(void **state)
{
	struct fixture f;
	pid_t pid;

	(void)state;
	start(&f);
	fake_file(&f.tree, "path=pci0000:00/01.0/00.0\nvendor=10de\ndevice=2204\nnosnoop=guarded\n",
		  CONF);
	start_storm(&f, true);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(vck_guard_run(&f.tree.env, 50, quiet, NULL) == 0 ? 0 : 1);
	}
	for (int round = 0; round < 3; round++) {
		fake_set_devctl(&f.tree, BUS STILL, ON);
		for (int i = 0; i < 500 && fake_devctl(&f.tree, BUS STILL) != OFF; i++)
			pause_ms(10);
		assert_int_equal(fake_devctl(&f.tree, BUS STILL), OFF);
	}
	assert_in_range(peak(pid), 1, RSS_MAX);
	end(pid);
	stop_storm(&f);
	stop(&f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_watch_without_end),
		cmocka_unit_test(test_guard_without_end),
	};

	(void)argc;
	if (!getenv("VCK_IN_WRAPPER")) {
		setenv("VCK_IN_WRAPPER", "1", 1);
		execlp("umockdev-wrapper", "umockdev-wrapper", argv[0], (char *)NULL);
		puts("umockdev-wrapper is not installed");
		return 77;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
