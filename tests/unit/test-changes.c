// SPDX-License-Identifier: GPL-2.0-or-later
/* What `watch` prints: the difference between two models, in address order. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "render/change.h"
#include "schema.h"

/* Where the lines of `watch --json` go. */
static FILE *documents;

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
	if (documents)
		assert_int_equal(vck_render_change(documents, c, "2026-11-21T10:00:00Z", true), 0);
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

/* What else is followed: group, lock and verdict. */
static void test_state(void **state)
{
	cleanup_host struct vck_host *a = vck_host_new(), *b = vck_host_new();
	cleanup_buf struct vck_buf text = { 0 };
	struct vck_group g = { .id = "14" };

	(void)state;
	device(a, "0000:01:00.0", NULL, VCK_UNKNOWN);
	device(b, "0000:01:00.0", NULL, VCK_UNKNOWN);
	a->devices[0]->verdict = VCK_VERDICT_UNKNOWN;
	b->devices[0]->group = &g;
	b->devices[0]->nosnoop.lock = VCK_LOCK_PERSISTENT;
	b->devices[0]->verdict = VCK_VERDICT_READY;
	assert_int_equal(vck_changes(a, b, note, &text), 3);
	assert_string_equal(vck_buf_str(&text),
			    "0000:01:00.0 group >14;0000:01:00.0 lock none>persistent;"
			    "0000:01:00.0 verdict unknown>ready;");
}

static void line(const struct vck_change *c, bool json, const char *expected)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(vck_render_change(out, c, "2026-11-21T10:00:00Z", json), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

/* Names come from the kernel and may hold anything. */
static void test_lines(void **state)
{
	const struct vck_change moved = { VCK_CHANGE_DRIVER, "0000:01:00.0", "", "a\033\"b" },
				came = { VCK_CHANGE_ADDED, "0000:01:00.0", "", "nvme" };

	(void)state;
	line(&moved, false, "2026-11-21T10:00:00Z 0000:01:00.0 driver none -> a\\x1b\"b\n");
	line(&moved, true,
	     "{\"schema\":\"viommu-check-watch/1\",\"time\":\"2026-11-21T10:00:00Z\","
	     "\"address\":\"0000:01:00.0\",\"change\":\"driver\",\"old\":null,"
	     "\"new\":\"a\\u001b\\\"b\"}\n");
	line(&came, false, "2026-11-21T10:00:00Z 0000:01:00.0 added driver nvme\n");
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
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_same_is_silent),
		cmocka_unit_test(test_selection),
	};

	int failed;

	documents = schema_open("watch_line");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return schema_close(documents) || failed;
}
