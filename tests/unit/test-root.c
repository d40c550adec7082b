// SPDX-License-Identifier: GPL-2.0-or-later
/* Nothing is read outside of a root, whatever links say, and nothing but regular
 * files is opened. A tree is made on disk next to a secret that every trick tries
 * to reach; the same tricks are played on a tree in memory. Recording what was
 * read gives a tree that answers the same. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/sandbox.h"
#include "source/memtree.h"
#include "source/root.h"

#define SECRET "secret of the host"

struct place {
	char dir[64]; /* holds outside/ and root/ */
	char root[80];
};

static char *in(const struct place *p, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	return path;
}

static void make_file(const struct place *p, const char *name, const char *text)
{
	FILE *f = fopen(in(p, name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void make_dir(const struct place *p, const char *name)
{
	assert_int_equal(mkdir(in(p, name), 0755), 0);
}

static void make_link(const struct place *p, const char *name, const char *target)
{
	assert_int_equal(symlink(target, in(p, name)), 0);
}

static int setup(void **state)
{
	static const char *const dirs[] = {"outside",	"outside/dir", "root",
					   "root/etc",	"root/a",      "root/a/b",
					   "root/a/b/c"};
	struct place *p = calloc(1, sizeof(*p));
	char target[128];
	int fd;

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "/tmp/vck-root-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->root, sizeof(p->root), "%s/root", p->dir);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		make_dir(p, dirs[i]);
	make_file(p, "outside/secret", SECRET);
	make_file(p, "outside/dir/secret", SECRET);
	make_file(p, "root/a/file", " text \n");
	make_file(p, "root/a/empty", "");
	make_file(p, "root/a/b/c/deep", "deep");
	make_file(p, "root/etc/hostname", "of the root");
	make_link(p, "root/a/inner", "b/c/deep");
	make_link(p, "root/a/absolute", "/etc/hostname");
	make_link(p, "root/a/absolute-dir", "/etc");
	make_link(p, "root/a/up", "../../../../../../../../etc/hostname");
	make_link(p, "root/a/up-out", "../../outside/secret");
	make_link(p, "root/a/dir-out", "../../outside/dir");
	make_link(p, "root/a/dangling", "nowhere");
	make_link(p, "root/a/loop", "loop");
	make_link(p, "root/a/loop1", "loop2");
	make_link(p, "root/a/loop2", "../a/loop1");
	make_link(p, "root/a/link-dir", "b");
	snprintf(target, sizeof(target), "%s/outside/secret", p->dir);
	make_link(p, "root/a/absolute-out", target);
	snprintf(target, sizeof(target), "%s/outside", p->dir);
	make_link(p, "root/a/absolute-dir-out", target);
	make_link(p, "root/a/fd-out", "/proc/self/cwd");
	assert_int_equal(mkfifo(in(p, "root/a/fifo"), 0644), 0);
	fd = open(in(p, "root/a/big"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)VCK_FILE_MAX + 1), 0);
	close(fd);
	if (geteuid() == 0) /* may be refused in a container all the same */
		(void)!mknod(in(p, "root/a/null"), S_IFCHR | 0666, makedev(1, 3));
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
	assert_int_equal(system(command), 0);
	free(p);
	return 0;
}

static struct vck_root *open_root(const struct place *p)
{
	struct vck_root *r = NULL;
	int err = vck_root_open(p->root, &r);

	if (err == -ENOSYS)
		skip();
	assert_int_equal(err, 0);
	return r;
}

/* --- the directory back end --- */

static const struct {
	const char *path;
	int err;
	const char *text;
} reads[] = {
	{"a/file", 0, " text \n"},
	{"/a/file", 0, " text \n"},
	{"a/empty", 0, ""},
	{"a/inner", 0, "deep"},
	{"a/link-dir/c/deep", 0, "deep"},
	{"a/../a/file", 0, " text \n"},
	/* absolute links start at the root, and ".." stays at it */
	{"a/absolute", 0, "of the root"},
	{"a/absolute-dir/hostname", 0, "of the root"},
	{"a/up", 0, "of the root"},
	{"../../../../../etc/hostname", 0, "of the root"},
	/* every way out leads nowhere */
	{"a/up-out", -ENOENT, NULL},
	{"a/dir-out/secret", -ENOENT, NULL},
	{"a/absolute-out", -ENOENT, NULL},
	{"a/absolute-dir-out/secret", -ENOENT, NULL},
	{"../outside/secret", -ENOENT, NULL},
	{"a/../../outside/secret", -ENOENT, NULL},
	{"a/fd-out", -ENOENT, NULL},
	/* what is no file */
	{"a/dangling", -ENOENT, NULL},
	{"a/missing", -ENOENT, NULL},
	{"a/file/x", -ENOTDIR, NULL},
	{"a/loop", -ELOOP, NULL},
	{"a/loop1", -ELOOP, NULL},
	{"a/loop/x", -ELOOP, NULL},
	{"a/fifo", -EMEDIUMTYPE, NULL},
	{"a/b", -EISDIR, NULL},
	{"a/big", -EFBIG, NULL},
};

static void check_reads(struct vck_root *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		cleanup_blob struct vck_blob b = {0};
		int err = vck_root_read(r, reads[i].path, &b);

		if (err != reads[i].err)
			fail_msg("%s: %d, not %d", reads[i].path, err, reads[i].err);
		if (err == 0)
			assert_string_equal((const char *)b.data, reads[i].text);
	}
}

static void test_reads(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state);

	check_reads(r);
}

static void test_device_node(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state);
	cleanup_blob struct vck_blob b = {0};
	struct stat st;

	if (stat(in(*state, "root/a/null"), &st) < 0)
		skip();
	assert_int_equal(vck_root_read(r, "a/null", &b), -EMEDIUMTYPE);
}

/* Through a sealed root nothing is looked at before it is opened, and the answers are the
 * same. The node leads to a device that there is none of: a mount with devices would say
 * so (ENXIO), one without never asks. */
static void test_sealed(void **state)
{
	const struct place *p = *state;
	int fd = vck_sandbox_seal(p->root), view, node;
	cleanup_root struct vck_root *r = NULL;
	cleanup_blob struct vck_blob b = {0};
	cleanup_dir struct vck_dir *d = NULL;

	if (fd < 0)
		skip();
	view = dup(fd);
	assert_int_equal(vck_root_open_sealed(fd, &r), 0);
	check_reads(r);
	assert_int_equal(vck_root_opendir(r, "a", &d), 0);
	assert_int_equal(vck_dir_attr(d, "fifo", (char[8]){0}, 8), -EMEDIUMTYPE);
	if (access(in(*state, "root/a/null"), F_OK) == 0) {
		assert_int_equal(vck_root_read(r, "a/null", &b), -EMEDIUMTYPE);
		node = openat(view, "a/null", O_RDONLY | O_CLOEXEC);
		assert_true(node < 0 && errno == EACCES);
	}
	node = openat(view, "a/file", O_RDWR | O_CLOEXEC);
	assert_true(node < 0 && errno == EROFS);
	close(view);
	/* Only a directory can be sealed. */
	assert_true(vck_sandbox_seal(in(*state, "root/a/file")) < 0);
	assert_true(vck_sandbox_seal(in(*state, "nowhere")) < 0);
}

/* The functions of a directory take names, not ways around. */
static void check_names(struct vck_root *r, bool peek)
{
	cleanup_dir struct vck_dir *d = NULL, *sub = NULL;
	cleanup_file struct vck_file *f = NULL;
	struct vck_blob b;
	char buf[64];

	assert_int_equal(vck_root_opendir(r, "a", &d), 0);
	if (peek)
		vck_dir_peek(d);
	assert_true(vck_dir_has(d, "file"));
	assert_true(vck_dir_has(d, "dangling"));
	assert_false(vck_dir_has(d, "missing"));
	assert_false(vck_dir_has(d, "../etc"));
	assert_int_equal(vck_dir_attr(d, "file", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "text");
	assert_int_equal(vck_dir_attr(d, "file", buf, 4), -EFBIG);
	assert_int_equal(vck_dir_attr(d, "missing", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(vck_dir_attr(d, "b/c/deep", buf, sizeof(buf)), 4);
	/* no link, not even one that stays inside */
	assert_int_equal(vck_dir_attr(d, "inner", buf, sizeof(buf)), -ELOOP);
	assert_int_equal(vck_dir_attr(d, "link-dir/c/deep", buf, sizeof(buf)), -ELOOP);
	assert_true(vck_dir_attr(d, "dir-out/secret", buf, sizeof(buf)) < 0);
	assert_true(vck_dir_attr(d, "../etc/hostname", buf, sizeof(buf)) < 0);
	assert_true(vck_dir_read(d, "../../outside/secret", &b) < 0);
	assert_true(vck_dir_read(d, "..", &b) < 0);
	assert_true(vck_file_open(d, "fifo", &f) < 0);
	assert_int_equal(vck_file_open(d, "b", &f), -EISDIR);
	assert_int_equal(vck_dir_opendir(d, "dir-out", &sub), -ENOENT);
	assert_int_equal(vck_dir_opendir(d, "loop", &sub), -ELOOP);
	assert_int_equal(vck_dir_opendir(d, "file", &sub), -ENOTDIR);
	assert_int_equal(vck_dir_opendir(d, "link-dir", &sub), 0);
	assert_int_equal(vck_dir_attr(sub, "c/deep", buf, sizeof(buf)), 4);
}

static void test_names(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state);

	check_names(r, false);
	check_names(r, true);
}

static void test_links_as_text(void **state)
{
	static const struct {
		const char *name, *path;
	} rows[] = {
		{"inner", "a/b/c/deep"},
		{"absolute", "etc/hostname"},
		{"up", "etc/hostname"},
		{"up-out", "outside/secret"}, /* below the root, where nothing is */
	};
	cleanup_root struct vck_root *r = open_root(*state);
	cleanup_dir struct vck_dir *d = NULL;
	char buf[256];

	assert_int_equal(vck_root_opendir(r, "a", &d), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(vck_dir_link_path(d, rows[i].name, buf, sizeof(buf)) > 0);
		assert_string_equal(buf, rows[i].path);
	}
	assert_int_equal(vck_dir_link_name(d, "inner", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "deep");
	assert_int_equal(vck_dir_readlink(d, "inner", buf, 8), -EFBIG);
	assert_int_equal(vck_dir_readlink(d, "file", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(vck_dir_readlink(d, "missing", buf, sizeof(buf)), -ENOENT);
	/* "link-dir" is a link on the way */
	assert_int_equal(vck_dir_readlink(d, "link-dir/x", buf, sizeof(buf)), -EINVAL);
}

static void test_listing(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state);
	cleanup_dir struct vck_dir *d = NULL;

	make_dir(*state, "root/many");
	for (int i = 199; i >= 0; i--) {
		char name[64];

		snprintf(name, sizeof(name), "root/many/entry-with-a-name-%d", i);
		make_dir(*state, name);
	}
	assert_int_equal(vck_root_opendir(r, "many", &d), 0);
	vck_dir_peek(d);
	/* twice: the second listing starts from the beginning again */
	for (int round = 0; round < 2; round++) {
		cleanup_names struct vck_names n = {0};

		assert_int_equal(vck_dir_list(d, &n), 0);
		assert_int_equal(n.n, 200);
		assert_string_equal(n.names[2], "entry-with-a-name-2");
		assert_string_equal(n.names[199], "entry-with-a-name-199");
		for (size_t i = 0; i < n.n; i++)
			assert_true(vck_dir_has(d, n.names[i]));
	}
}

static void test_roots(void **state)
{
	struct vck_root *r = NULL;

	assert_int_equal(vck_root_open(in(*state, "nowhere"), &r), -ENOENT);
	assert_int_equal(vck_root_open(in(*state, "root/a/fifo"), &r), -EMEDIUMTYPE);
	assert_int_equal(vck_root_open(in(*state, "root/a/big"), &r), -EFBIG);
	assert_null(r);
}

/* --- pieces of files, lines --- */

static void test_pieces(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state);
	cleanup_dir struct vck_dir *d = NULL;
	cleanup_file struct vck_file *f = NULL;
	char buf[8] = "";

	assert_int_equal(vck_root_opendir(r, "a", &d), 0);
	assert_int_equal(vck_file_open(d, "file", &f), 0);
	assert_int_equal(vck_file_pread(f, buf, 4, 1), 4);
	assert_string_equal(buf, "text");
	assert_int_equal(vck_file_pread(f, buf, 4, 5), 2);
	assert_int_equal(vck_file_pread(f, buf, 4, 7), 0);
}

static void test_lines(void **state)
{
	static const char *const words[] = {"vfio", "iommu"};
	cleanup_root struct vck_root *r = open_root(*state);
	cleanup_memtree struct vck_memtree *t = vck_memtree_new();
	cleanup_blob struct vck_blob b = {0};
	struct vck_mem_node *n = NULL;

	make_file(*state, "root/lines", "one vfio\ntwo\n\niommu three\nfour\nvfio");
	assert_null(vck_root_record(r, t));
	assert_int_equal(vck_root_lines(r, "lines", words, 2, &b), 0);
	assert_string_equal((const char *)b.data, "one vfio\niommu three\nvfio");
	assert_int_equal(vck_memtree_lookup(t, NULL, "lines", true, &n), 0);
	assert_int_equal(n->size, b.len);
	assert_ptr_equal(vck_root_record(r, NULL), t);
}

/* --- recording, and the memory back end --- */

static void test_recording(void **state)
{
	cleanup_root struct vck_root *r = open_root(*state), *mem = NULL;
	struct vck_memtree *t = vck_memtree_new();
	cleanup_dir struct vck_dir *d = NULL;

	(void)!vck_root_record(r, t);
	check_reads(r);
	check_names(r, false);
	assert_int_equal(vck_root_opendir(r, "many", &d), 0);
	assert_true(vck_dir_has(d, "entry-with-a-name-7"));
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &mem), 0);
	assert_ptr_equal(vck_root_tree(mem), t);
	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		cleanup_blob struct vck_blob b = {0};
		int err = vck_root_read(mem, reads[i].path, &b);

		/* what is missing and what is too large is left out of a capture */
		if (reads[i].err == -EFBIG || reads[i].err == -ENOENT ||
		    reads[i].err == -ENOTDIR)
			assert_true(err < 0);
		else
			assert_int_equal(err, reads[i].err);
		if (err == 0)
			assert_string_equal((const char *)b.data, reads[i].text);
	}
	check_names(mem, false);
	assert_true(vck_root_exists(mem, "many/entry-with-a-name-7"));
	assert_false(vck_root_exists(mem, "many/entry-with-a-name-8"));
}

static void test_memory_errors(void **state)
{
	struct vck_memtree *t = vck_memtree_new();
	cleanup_root struct vck_root *r = NULL;
	struct vck_blob b;

	(void)state;
	assert_int_equal(vck_memtree_error(t, "sys/refused", EACCES), 0);
	assert_int_equal(vck_memtree_unread(t, "sys/unread"), 0);
	assert_int_equal(vck_memtree_extent(t, "sys/holes", 0, "abcd", 4), 0);
	assert_int_equal(vck_memtree_extent(t, "sys/holes", 8, "ijkl", 4), 0);
	assert_int_equal(vck_memtree_link(t, "sys/out", "../../../etc/hostname"), 0);
	assert_int_equal(vck_memtree_file(t, "etc/hostname", "root's", 6), 0);
	assert_int_equal(vck_memtree_file(t, "sys/../x", "", 0), -EINVAL);
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &r), 0);
	assert_int_equal(vck_root_read(r, "sys/refused", &b), -EACCES);
	assert_int_equal(vck_root_read(r, "sys/refused/below", &b), -EACCES);
	assert_int_equal(vck_root_read(r, "sys/unread", &b), -ENODATA);
	assert_int_equal(vck_root_read(r, "sys/holes", &b), -ENODATA);
	assert_int_equal(vck_root_read(r, "sys/out", &b), 0);
	assert_string_equal((const char *)b.data, "root's");
	vck_blob_done(&b);
}

static void test_join(void **state)
{
	static const struct {
		const char *dir, *rel, *path;
	} rows[] = {
		{"a/b", "c", "a/b/c"},	  {"a/b", "../c", "a/c"},
		{"a", "../../../c", "c"}, {"a/b", "/c/./d//e/", "c/d/e"},
		{"", "..", ""},		  {"a/b/", "", "a/b"},
		{"a/b", "../..", ""},
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(
			vck_path_join(rows[i].dir, rows[i].rel, buf, sizeof(buf)),
			strlen(rows[i].path));
		assert_string_equal(buf, rows[i].path);
	}
	assert_int_equal(vck_path_join("abc", "def", buf, 8), 7);
	assert_int_equal(vck_path_join("abc", "def", buf, 7), -EFBIG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),	  cmocka_unit_test(test_device_node),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_names),	  cmocka_unit_test(test_links_as_text),
		cmocka_unit_test(test_listing),	  cmocka_unit_test(test_roots),
		cmocka_unit_test(test_pieces),	  cmocka_unit_test(test_lines),
		cmocka_unit_test(test_recording), cmocka_unit_test(test_memory_errors),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
