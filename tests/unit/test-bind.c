// SPDX-License-Identifier: GPL-2.0-or-later
/* Moving a device between drivers. Behind the writer stands a small kernel: one
 * device, the drivers that would take it, and a write that fails. Whatever
 * fails, the device ends with the driver and override that it had. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "write/bind.h"
#include "write/bound.h"

struct kernel {
	char driver[VCK_DRIVER_LEN], override[VCK_DRIVER_LEN];
	const char *native;  /* the driver that matches without an override */
	const char *refuses; /* a driver whose probe fails */
	int refuses_with;    /* with this */
	bool defers;	     /* it waits for something: drivers_probe has an error then */
	const char *vendor;
	bool gone;
	const char *fail_on; /* the end of a path whose write fails once */
	int fail_with;
	int writes;
};

static int probe(struct kernel *k)
{
	const char *d = k->override[0] ? k->override : k->native;

	if (k->driver[0])
		return 0;
	if (!d)
		return -EINVAL;
	/* as the kernel does: a probe that fails is no error of drivers_probe, one that is
	 * put off is always this one */
	if (k->refuses && streq(d, k->refuses))
		return k->defers ? -EINVAL : 0;
	snprintf(k->driver, sizeof(k->driver), "%s", d);
	return 0;
}

static int fake_write(void *ctx, const char *path, const char *text)
{
	struct kernel *k = ctx;
	const char *name;

	k->writes++;
	if (k->gone)
		return -ENOENT;
	if (k->fail_on && str_ends(path, k->fail_on)) {
		k->fail_on = NULL;
		return k->fail_with;
	}
	if (str_ends(path, "driver_override")) {
		snprintf(k->override, sizeof(k->override), "%.*s", (int)strcspn(text, "\n"), text);
		return 0;
	}
	if (str_ends(path, "driver/unbind")) {
		k->driver[0] = '\0';
		return 0;
	}
	if (str_ends(path, "drivers_probe"))
		return probe(k);
	name = str_after(path, "bus/pci/drivers/");
	if (!name || !str_ends(path, "/bind") || k->driver[0])
		return -EINVAL;
	if (k->refuses && str_after(name, k->refuses))
		return k->refuses_with;
	snprintf(k->driver, sizeof(k->driver), "%.*s", (int)strcspn(name, "/"), name);
	return 0;
}

static ssize_t give(const char *text, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", text);
}

static ssize_t fake_read(void *ctx, const char *path, char *buf, size_t size)
{
	struct kernel *k = ctx;

	if (k->gone)
		return -ENOENT;
	if (str_ends(path, "/vendor"))
		return give(k->vendor, buf, size);
	if (str_ends(path, "/device"))
		return give("0x2204", buf, size);
	return give(k->override[0] ? k->override : "(null)", buf, size);
}

static ssize_t fake_link(void *ctx, const char *path, char *buf, size_t size)
{
	struct kernel *k = ctx;

	(void)path;
	return k->driver[0] && !k->gone ? give(k->driver, buf, size) : -ENOENT;
}

static const struct vck_bind_target target = { "0000:01:00.0", "pci", 0x10de, 0x2204 };

static struct kernel fresh(void)
{
	return (struct kernel){ .driver = "nvidia", .native = "nvidia", .vendor = "0x10de" };
}

static int move(struct kernel *k, struct vck_bind_result *r)
{
	const struct vck_bind_ops ops = { k, fake_write, fake_read, fake_link };

	return vck_bind_move(&ops, &target, "vfio-pci", "vfio-pci", r);
}

static void test_moves_and_comes_back(void **state)
{
	struct kernel k = fresh();
	const struct vck_bind_ops ops = { &k, fake_write, fake_read, fake_link };
	struct vck_bind_result r;
	struct vck_bind_state before;
	int writes;

	(void)state;
	assert_int_equal(move(&k, &r), 0);
	assert_string_equal(k.driver, "vfio-pci");
	assert_string_equal(r.before.driver, "nvidia");
	before = r.before;
	writes = k.writes;
	assert_int_equal(move(&k, &r), 0);
	assert_int_equal(k.writes, writes); /* it was so already: nothing is written */
	assert_int_equal(vck_bind_restore(&ops, &target, &before), 0);
	assert_string_equal(k.driver, "nvidia");
	assert_string_equal(k.override, "");
}

static void test_unbound_device(void **state)
{
	struct kernel k = fresh();
	struct vck_bind_result r;

	(void)state;
	k.driver[0] = '\0';
	k.native = NULL;
	assert_int_equal(move(&k, &r), 0);
	assert_string_equal(k.driver, "vfio-pci");
}

/* Each step failing with what it may fail with: rolled back, and the step is named. */
static void test_rolls_back(void **state)
{
	static const struct {
		const char *fail_on;
		int err;
		enum vck_bind_step step;
	} rows[] = {
		{ "driver_override", -EPERM, VCK_BIND_OVERRIDE },
		{ "driver_override", -ENODEV, VCK_BIND_OVERRIDE },
		{ "driver/unbind", -ENODEV, VCK_BIND_UNBIND },
		{ "driver/unbind", -EBUSY, VCK_BIND_UNBIND },
		{ "drivers_probe", -EACCES, VCK_BIND_PROBE },
		{ "drivers_probe", -EROFS, VCK_BIND_PROBE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel k = fresh();
		struct vck_bind_result r;

		k.fail_on = rows[i].fail_on;
		k.fail_with = rows[i].err;
		assert_int_equal(move(&k, &r), rows[i].err);
		assert_int_equal(r.failed, rows[i].step);
		assert_true(r.rolled_back);
		assert_string_equal(k.driver, "nvidia");
		assert_string_equal(k.override, "");
	}
}

/* The bare "error -22": the vfio driver's own probe refuses. */
static void test_driver_refuses(void **state)
{
	struct kernel k = fresh();
	struct vck_bind_result r;

	(void)state;
	k.refuses = "vfio-pci";
	k.refuses_with = -EAGAIN;
	assert_int_equal(move(&k, &r), -EAGAIN); /* not what drivers_probe said */
	assert_int_equal(r.failed, VCK_BIND_PROBE);
	assert_true(r.rolled_back);
	assert_string_equal(k.driver, "nvidia");
}

/* The kernel waits for an IOMMU that did not start: EINVAL from drivers_probe, whose own error
 * the driver's `bind` file tells. */
static void test_driver_is_put_off(void **state)
{
	struct kernel k = fresh();
	struct vck_bind_result r;

	(void)state;
	k.refuses = "vfio-pci";
	k.refuses_with = -EAGAIN;
	k.defers = true;
	assert_int_equal(move(&k, &r), -EAGAIN);
	assert_int_equal(r.failed, VCK_BIND_PROBE);
	assert_true(r.rolled_back);
	assert_string_equal(k.driver, "nvidia");
}

/* Giving back fails at each step: the driver that had it until now has it again. */
static void test_keeps_a_driver(void **state)
{
	static const char *const steps[] = { "driver_override", "driver/unbind", "nvidia/bind" };
	const struct vck_bind_state before = { "nvidia", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct kernel k = fresh();
		const struct vck_bind_ops ops = { &k, fake_write, fake_read, fake_link };
		struct vck_bind_result r;

		assert_int_equal(move(&k, &r), 0);
		k.fail_on = steps[i];
		k.fail_with = -ENOMEM;
		assert_int_equal(vck_bind_restore(&ops, &target, &before), -ENOMEM);
		assert_string_equal(k.driver, "vfio-pci");
		assert_string_equal(k.override, "vfio-pci");
		assert_int_equal(vck_bind_restore(&ops, &target, &before), 0);
		assert_string_equal(k.driver, "nvidia");
		assert_string_equal(k.override, "");
	}
}

/* Another device took the address between plan and write: nothing is written. */
static void test_swapped_device(void **state)
{
	struct kernel k = fresh();
	struct vck_bind_result r;

	(void)state;
	k.vendor = "0x8086";
	assert_int_equal(move(&k, &r), -ESTALE);
	assert_int_equal(r.failed, VCK_BIND_IDENTITY);
	assert_int_equal(k.writes, 0);
}

static void test_gone(void **state)
{
	struct kernel k = fresh();
	struct vck_bind_result r;

	(void)state;
	k.gone = true;
	assert_int_equal(move(&k, &r), -ENODEV);
	assert_int_equal(k.writes, 0);
}

/* Who asked says why a driver is not there, and once: nobody else writes to the terminal. */
static void test_silent_load(void **state)
{
	const struct vck_write_env env = { .sysfs = "/nonexistent" };
	FILE *said = tmpfile();
	int terminal = dup(STDERR_FILENO), r;
	char name[VCK_DRIVER_LEN];

	(void)state;
	assert_non_null(said);
	assert_true(terminal >= 0);
	dup2(fileno(said), STDERR_FILENO);
	r = vck_driver_load(&env, "pci", "viommu-check-no-such", name);
	fflush(stderr);
	dup2(terminal, STDERR_FILENO);
	close(terminal);
	assert_true(r < 0);
	assert_int_equal(lseek(fileno(said), 0, SEEK_END), 0);
	fclose(said);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves_and_comes_back), cmocka_unit_test(test_unbound_device),
		cmocka_unit_test(test_rolls_back),	     cmocka_unit_test(test_driver_refuses),
		cmocka_unit_test(test_driver_is_put_off),    cmocka_unit_test(test_swapped_device),
		cmocka_unit_test(test_gone),		     cmocka_unit_test(test_keeps_a_driver),
		cmocka_unit_test(test_silent_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
