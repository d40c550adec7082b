// SPDX-License-Identifier: GPL-2.0-or-later
/* Any object of a host may refuse to be read, with any errno: gathering and the rules go on,
 * and what is not known is not made up. The hosts are captures of real kernels. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/errname.h"
#include "base/oom.h"
#include "check/engine.h"
#include "source/capture.h"
#include "source/gather.h"

static struct vck_memtree *tree_of(const char *file)
{
	const char *srcdir = getenv("srcdir");
	struct vck_text_notes notes = { 0 };
	cleanup_buf struct vck_buf text = { 0 };
	struct vck_memtree *t = vck_memtree_new();
	char path[4096], buf[4096];
	size_t n;
	FILE *in;

	snprintf(path, sizeof(path), "%s/tests/kernels/%s", srcdir ? srcdir : ".", file);
	in = fopen(path, "re");
	assert_non_null(in);
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		vck_buf_add(&text, buf, n);
	fclose(in);
	assert_non_null(t);
	assert_int_equal(vck_capture_parse(vck_buf_str(&text), text.len, t, &notes), 0);
	return t;
}

static void path_of(const struct vck_mem_node *n, struct vck_buf *path)
{
	if (n->parent == n)
		return;
	path_of(n->parent, path);
	vck_buf_addf(path, "%s%s", path->len ? "/" : "", n->name);
}

static struct vck_mem_node *nth(struct vck_memtree *t, size_t i)
{
	struct vck_mem_node *n = vck_mem_next(vck_memtree_root(t));

	while (n && i--)
		n = vck_mem_next(n);
	return n;
}

static void reads_on(struct vck_memtree *tree, const char *path, int err)
{
	cleanup_root struct vck_root *root = NULL;
	cleanup_host struct vck_host *h = vck_host_new();
	int r;

	assert_non_null(h);
	assert_int_equal(vck_root_from_tree(tree, VCK_ORIGIN_CAPTURE, &root), 0);
	r = vck_gather(h, root);
	if (r < 0)
		fail_msg("%s: %s: gathering ends with %s", path, vck_errno_name(err),
			 vck_errno_name(r));
	r = vck_check(h);
	if (r < 0)
		fail_msg("%s: %s: checking ends with %s", path, vck_errno_name(err),
			 vck_errno_name(r));
	assert_false(vck_oom_seen());
}

/* Each object of the capture refuses, one at a time; @errors in turn. */
static void each_object(const char *file, const int *errors, size_t n_errors)
{
	for (size_t i = 0;; i++) {
		cleanup_buf struct vck_buf b = { 0 };
		const char *path;
		struct vck_memtree *t = tree_of(file);
		struct vck_mem_node *n = nth(t, i);

		if (!n) {
			vck_memtree_free(t);
			assert_true(i > 100);
			break;
		}
		path_of(n, &b);
		path = vck_buf_str(&b);
		assert_int_equal(vck_memtree_error(t, path, errors[i % n_errors]), 0);
		reads_on(t, path, errors[i % n_errors]);
	}
}

/* The kernel's want of memory is a fact about what was read; the program's own ends it. */
static void test_kernel_out_of_memory(void **state)
{
	static const int errors[] = { ENOMEM };

	(void)state;
	each_object("intel-pxb-6.12-amd64.capture", errors, ARRAY_SIZE(errors));
	each_object("smmu-acpi-6.12-arm64.capture", errors, ARRAY_SIZE(errors));
}

/* As many names as objects pass by: 53 does not divide their number. */
static void test_every_errno(void **state)
{
	int errors[EHWPOISON];
	size_t n = 0;

	(void)state;
	for (int e = 1; e < EHWPOISON; e++) {
		if (vck_errno_value(vck_errno_name(e)))
			errors[n++] = e;
	}
	assert_true(n > 40);
	each_object("virtio-x86-goes-on-7.2-amd64.capture", errors, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_out_of_memory),
		cmocka_unit_test(test_every_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
