// SPDX-License-Identifier: GPL-2.0-or-later
/* What `watch` prints: the difference between two models, in address order. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "check/changes.h"

static void device(struct vck_host *h, const char *address, const char *driver,
		   enum vck_tri nosnoop)
{
	struct vck_device *d = vck_host_add_device(h, address);

	assert_non_null(d);
	if (vck_bdf_parse(address, &d->bdf) < 0)
		d->bus = VCK_BUS_PLATFORM;
	d->driver = driver;
	d->nosnoop.enabled = nosnoop;
	d->selected = true;
}

static int note(void *ctx, const struct vck_change *c)
{
	vck_buf_addf(ctx, "%s %s %s>%s;", c->address, vck_change_name(c->kind), c->old, c->new);
	return 0;
}

static int stop(void *ctx, const struct vck_change *c)
{
	(void)ctx;
	(void)c;
	return -5;
}

static void test_all_kinds(void **state)
{
	cleanup_host struct vck_host *a = vck_host_new(), *b = vck_host_new();
	cleanup_buf struct vck_buf text = { 0 };

	(void)state;
	device(a, "0000:01:00.0", "nvme", VCK_YES);
	device(a, "0000:02:00.0", "e1000e", VCK_NO);
	device(a, "a000000.virtio_mmio", "virtio-mmio", VCK_UNKNOWN);
	device(b, "0000:01:00.0", "vfio-pci", VCK_NO);
	device(b, "0000:03:00.0", NULL, VCK_UNKNOWN);
	device(b, "a000000.virtio_mmio", "virtio-mmio", VCK_UNKNOWN);
	vck_host_sort(a);
	vck_host_sort(b);
	assert_int_equal(vck_changes(a, b, note, &text), 4);
	assert_string_equal(vck_buf_str(&text),
			    "0000:01:00.0 driver nvme>vfio-pci;0000:01:00.0 nosnoop on>off;"
			    "0000:02:00.0 removed e1000e>;0000:03:00.0 added >;");
	assert_int_equal(vck_changes(a, b, stop, NULL), -5);
}

static void test_same_is_silent(void **state)
{
	cleanup_host struct vck_host *a = vck_host_new();

	(void)state;
	device(a, "0000:01:00.0", "nvme", VCK_YES);
	assert_int_equal(vck_changes(a, a, stop, NULL), 0);
}

/* What the filter left out does not count, on either side. */
static void test_selection(void **state)
{
	cleanup_host struct vck_host *a = vck_host_new(), *b = vck_host_new();

	(void)state;
	device(a, "0000:01:00.0", "nvme", VCK_YES);
	a->devices[0]->selected = false;
	assert_int_equal(vck_changes(a, b, stop, NULL), 0);
	assert_int_equal(vck_changes(b, a, stop, NULL), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_same_is_silent),
		cmocka_unit_test(test_selection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
