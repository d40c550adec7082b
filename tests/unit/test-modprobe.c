// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of modprobe.d for modules that are not loaded: which count, from where, and what
 * of them enters a capture. libkmod itself is asked about files made at random. */
#include "config.h"

#include <errno.h>
#include <libkmod.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "memhost.h"
#include "source/capture.h"
#include "source/modules.h"

#define HOST "sys/module/kernel/x = 1", "proc/cmdline = quiet\\n"

/* "MODULE.NAME=VALUE FILE;" of each. */
static const char *all_of(const struct vck_host *h, struct vck_buf *b)
{
	vck_buf_reset(b);
	for (size_t i = 0; i < h->vfio.n_configured; i++) {
		const struct vck_param *p = &h->vfio.configured[i];

		vck_buf_cat(b, b->len ? " " : "", p->module, ".", p->name, NULL);
		vck_buf_cat(b, p->value ? "=" : "", p->value ? p->value : "", " ", p->file, ";",
			    NULL);
	}
	assert_false(b->failed);
	return vck_buf_str(b);
}

static struct vck_host *read_lines(const char *const *lines, enum vck_origin origin)
{
	struct vck_memtree *t = vck_memtree_new();

	assert_non_null(t);
	memhost_add(t, lines);
	return memhost_gather(t, origin);
}

#define OPT "etc/modprobe.d/a.conf = options vfio_iommu_type1 "
#define A   "/etc/modprobe.d/a.conf;"

static void test_options(void **state)
{
	static const struct {
		const char *lines[12], *want;
	} rows[] = {
		{{HOST}, ""},
		{{HOST, OPT "allow_unsafe_interrupts=1\\n"},
		 "vfio_iommu_type1.allow_unsafe_interrupts=1 " A},
		/* dashes, tabs, the last line without its end */
		{{HOST, "etc/modprobe.d/a.conf = \\x09options\\x09vfio-iommu-type1\\x09 "
			"allow-unsafe-interrupts=1"},
		 "vfio_iommu_type1.allow_unsafe_interrupts=1 " A},
		/* a bare word, quotes, several options, the last of a name */
		{{HOST, OPT "a b=\"x y\" b=2 c=\"x y\"\\n"},
		 "vfio_iommu_type1.a " A " vfio_iommu_type1.b=2 " A
		 " vfio_iommu_type1.c=x y " A},
		/* lines go on behind a backslash, also in words and comments */
		{{HOST, "etc/modprobe.d/a.conf = opt\\x5c\\nions vfio \\x5c\\n a=1\\x5c\\n b=1\\n"
			"# no \\x5c\\noptions vfio c=1\\n"},
		 "vfio.a=1 " A " vfio.b=1 " A},
		/* not comments to the kernel, and people's words none the less */
		{{HOST, OPT "a=1 # for b=2 the guests\\n"},
		 "vfio_iommu_type1.a=1 " A " vfio_iommu_type1.b=2 " A},
		/* bad lines, other modules, other commands */
		{{HOST, "etc/modprobe.d/a.conf = options\\noptions vfio\\noption vfio a=1\\n"
			"options vfiox a=1\\noptions vfi a=1\\nblacklist vfio\\n"
			"install vfio /bin/false\\nvfio a=1\\n options vfio b=1 =2 ?=3\\n"},
		 "vfio.b=1 " A},
		/* files by name, whatever their directory; the first of a name hides the others */
		{{HOST, OPT "x=1\\n", "lib/modprobe.d/b.conf = options vfio_iommu_type1 x=2\\n",
		  "run/modprobe.d/a.conf = options vfio_iommu_type1 x=3\\n",
		  "usr/local/lib/modprobe.d/c.txt = options vfio_iommu_type1 x=4\\n",
		  "usr/lib/modprobe.d/.c.conf = options vfio_iommu_type1 x=5\\n"},
		 "vfio_iommu_type1.x=2 /lib/modprobe.d/b.conf;"},
		/* 10 is before 9 */
		{{HOST, "etc/modprobe.d/9.conf = options vfio x=9\\n",
		  "etc/modprobe.d/10.conf = options vfio x=10\\n"},
		 "vfio.x=9 /etc/modprobe.d/9.conf;"},
		/* links: to a file elsewhere, and masks */
		{{HOST, "etc/modprobe.d/a.conf -> /nix/a", "nix/a -> b", "nix/b -> ../c",
		  "c = options vfio x=1\\n",
		  "etc/modprobe.d/b.conf -> /dev/null",
		  "lib/modprobe.d/b.conf = options vfio x=2\\n",
		  "etc/modprobe.d/c.conf -> nowhere",
		  "lib/modprobe.d/c.conf = options vfio x=3\\n"},
		 "vfio.x=1 " A},
		/* the command line comes last */
		{{"sys/module/kernel/x = 1", OPT "x=1 y=1\\n",
		  "proc/cmdline = vfio-iommu-type1.x=2 vfio_iommu_type1.z vfio.q=1 vfi.o=1 -- vfio.r=1\\n"},
		 "vfio.q=1 /proc/cmdline; vfio_iommu_type1.x=2 /proc/cmdline;"
		 " vfio_iommu_type1.y=1 " A " vfio_iommu_type1.z /proc/cmdline;"},
		/* what is loaded has its values */
		{{HOST, "sys/module/vfio_iommu_type1/initstate = live\\n", OPT "x=1\\n"}, ""},
	};
	cleanup_buf struct vck_buf got = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_host struct vck_host *h =
			read_lines(rows[i].lines, VCK_ORIGIN_CAPTURE);
		const char *s = all_of(h, &got);

		/* by module; the order says nothing */
		if (strlen(s) != strlen(rows[i].want))
			fail_msg("row %zu: '%s'", i, s);
		for (const char *w = rows[i].want; *w; w = strchr(w, ';') + 1) {
			cleanup_free char *one =
				strndup(w + strspn(w, " "), strcspn(w, ";") - strspn(w, " "));

			assert_non_null(one);
			if (!strstr(s, one))
				fail_msg("row %zu: '%s' lacks '%s'", i, s, one);
		}
		assert_false(h->vfio.config_unread);
		assert_null(memhost_problem(h, "modules", "options"));
	}
}

/* What was not read may say otherwise: only what comes behind it is known. */
static void test_unread(void **state)
{
	static const struct {
		const char *lines[6], *want;
		enum vck_origin origin;
		bool unread, problem;
	} rows[] = {
		{{HOST, OPT "x=1\\n", "etc/modprobe.d/b.conf ! EACCES"}, "",
		 VCK_ORIGIN_CAPTURE, true, true},
		{{HOST, OPT "x=1\\n", "etc/modprobe.d/0.conf ! EACCES"},
		 "vfio_iommu_type1.x=1 " A, VCK_ORIGIN_CAPTURE, true, true},
		{{HOST, OPT "x=1\\n", "run/modprobe.d ! EACCES"}, "",
		 VCK_ORIGIN_CAPTURE, true, true},
		{{"sys/module/kernel/x = 1", "proc/cmdline = vfio.x=1\\n",
		  "etc/modprobe.d ! EACCES"},
		 "vfio.x=1 /proc/cmdline;", VCK_ORIGIN_CAPTURE, true, true},
		{{HOST, "etc/modprobe.d ! ENODATA"}, "", VCK_ORIGIN_CAPTURE, true, true},
		{{HOST}, "", VCK_ORIGIN_ROOT, false, false}, /* as on a host without them */
		{{HOST}, "", VCK_ORIGIN_CAPTURE, false, false},
		{{HOST, "etc/modprobe.d/x.txt ! EACCES"}, "", VCK_ORIGIN_CAPTURE, false, false},
	};
	cleanup_buf struct vck_buf got = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_host struct vck_host *h = read_lines(rows[i].lines, rows[i].origin);

		if (!streq(all_of(h, &got), rows[i].want) ||
		    h->vfio.config_unread != rows[i].unread ||
		    !!memhost_problem(h, "modules", "what options") != rows[i].problem)
			fail_msg("row %zu: '%s', unread %d", i, vck_buf_str(&got),
				 h->vfio.config_unread);
	}
}

/* @n lines "options vfio P0=0..." */
static void add_big(struct vck_memtree *t, const char *path, const char *p, unsigned n)
{
	cleanup_buf struct vck_buf b = {0};

	for (unsigned i = 0; i < n; i++)
		vck_buf_addf(&b, "options vfio%s%u=%u # .....\n", p, i, i);
	assert_int_equal(vck_memtree_file(t, path, vck_buf_str(&b), b.len), 0);
}

/* Bounds: of a file, of what is set, of files; a long line is one line. */
static void test_bounds(void **state)
{
	static const char *const base[] = {HOST, NULL};

	(void)state;
	for (unsigned row = 0; row < 4; row++) {
		struct vck_memtree *t = vck_memtree_new();
		cleanup_host struct vck_host *h = NULL;

		assert_non_null(t);
		memhost_add(t, base);
		for (unsigned i = 0; row == 2 && i < 1100; i++) {
			char path[64];

			snprintf(path, sizeof(path), "etc/modprobe.d/%u.conf", i);
			add_big(t, path, " p", 1);
		}
		if (row != 2)
			add_big(t, "etc/modprobe.d/a.conf", row == 3 ? " x\\\ny" : " p",
				row == 0   ? 9000
				: row == 1 ? 300
					   : 1);
		h = memhost_gather(t, VCK_ORIGIN_CAPTURE);
		assert_int_equal(h->vfio.config_unread, row < 3);
		assert_int_equal(h->vfio.n_configured, row == 1 ? 256 : row == 3 ? 1 : 0);
		assert_true(row == 1 || row == 3 || memhost_problem(h, "modules", "options"));
	}
}

/* --- captures --- */

static void test_capture(void **state)
{
	static const char *const lines[] = {
		HOST,
		"etc/modprobe.d/a.conf = # by alice\\noptions vfio a=1 # secret\\n"
		"options snd secret=1\\ninstall vfio secret\\noptions vfio b=\\x5c\\x5cx\\n",
		"etc/modprobe.d/secret.conf = options snd secret=1\\n",
		"etc/modprobe.d/z.conf -> ../../secret", "secret = options vfio c=1\\nsecret\\n",
		"etc/modprobe.d/0.conf ! EACCES",
		"sys/module/vfio_iommu_type1/initstate = live\\n",
		"etc/modprobe.d/t.conf = options vfio_iommu_type1 secret=1\\n", NULL};
	struct vck_memtree *t = vck_memtree_new(), *record = vck_memtree_new();
	cleanup_buf struct vck_buf text = {0}, before = {0}, after = {0};
	cleanup_host struct vck_host *h = vck_host_new(), *again = NULL;
	struct vck_text_notes notes;
	struct vck_root *root = NULL;

	(void)state;
	assert_true(t && record && h);
	memhost_add(t, lines);
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &root), 0);
	(void)!vck_root_record(root, record);
	assert_int_equal(vck_gather(h, root), 0);
	vck_root_close(root);
	vck_capture_format(record, &text);
	assert_null(strstr(vck_buf_str(&text), "secret"));
	assert_null(strstr(vck_buf_str(&text), "alice"));
	assert_non_null(strstr(vck_buf_str(&text), "f etc/modprobe.d/z.conf \"options vfio c=1"));

	t = vck_memtree_new();
	assert_int_equal(vck_capture_parse(vck_buf_str(&text), text.len, t, &notes), 0);
	again = memhost_gather(t, VCK_ORIGIN_CAPTURE);
	assert_string_equal(all_of(h, &before), all_of(again, &after));
	assert_string_equal(vck_buf_str(&before), "vfio.a=1 " A " vfio.b=\\x " A
						  " vfio.c=1 /etc/modprobe.d/z.conf;");
	assert_true(again->vfio.config_unread);
	assert_int_equal(h->n_problems, again->n_problems);
	vck_memtree_free(record);
}

/* --- libkmod is asked, about modules that no command line of the machine names --- */

static const char *const places[] = {"etc", "run", "usr-local", "lib"};
static const char *const dirs[] = {"etc/modprobe.d", "run/modprobe.d",
				   "usr/local/lib/modprobe.d", "lib/modprobe.d"};

static void put_random(struct vck_buf *b, unsigned *seed)
{
	static const char *const words[] = {
		"options ", "options vck ", "options vck-x ", "options\tvck_x\t", "\n",
		"\n", "\n", "\\\n", "a=1", "a=2 ", " b", " b=\"x y\" ", "#", " # ", "\\", "\t",
		" ", "vck", "blacklist vck\n", "install vck-x /bin/true\n", "alias x vck\n",
		"a-b=3 ", "a_b=4 ", "=", "vck-x[", "]", "options vck a=", "Y",
	};

	for (unsigned i = 0; i < 24; i++)
		vck_buf_adds(b, words[(unsigned)rand_r(seed) % ARRAY_SIZE(words)]);
	vck_buf_addc(b, '\n'); /* kmod 30 and a backslash that ends the file: a byte 0xff */
}

/* The last value of each name as the kernel would take it from one long string. */
static void expect(struct vck_host *want, struct kmod_ctx *ctx, const char *module)
{
	struct kmod_module *mod = NULL;
	struct vck_bootopt o;
	const char *s;

	assert_int_equal(kmod_module_new_from_name(ctx, module, &mod), 0);
	for (s = kmod_module_get_options(mod); s && vck_bootopt_next(&s, &o);)
		assert_true(vck_configure(want, module, &o, "x") >= 0);
	kmod_module_unref(mod);
}

static size_t compare(const struct vck_host *want, const struct vck_host *got, unsigned seed)
{
	for (size_t i = 0; i < want->vfio.n_configured; i++) {
		const struct vck_param *p = &want->vfio.configured[i], *q;

		q = vck_host_configured(got, p->module, p->name);
		if (!p->value && (!q || q->value))
			continue; /* a bare word behind '#' */
		if (!q || !p->value != !q->value || (p->value && !streq(p->value, q->value)))
			fail_msg("seed %u: %s.%s is '%s', not '%s'", seed, p->module, p->name,
				 q ? q->value : "not there", p->value);
	}
	assert_true(got->vfio.n_configured <= want->vfio.n_configured);
	return got->vfio.n_configured;
}

static void test_libkmod(void **state)
{
	static const char *const modules[] = {"vck", "vck_x"};
	static const char *const files[] = {"9.conf", "10.conf", "a.conf", "b.alias", "c.txt"};
	char top[] = "/tmp/test-modprobe.XXXXXX", paths[4][64];
	size_t compared = 0;
	const char *config[] = {paths[0], paths[1], paths[2], paths[3], NULL};

	(void)state;
	assert_non_null(mkdtemp(top));
	assert_int_equal(setenv("KMOD_LOG", "0", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s", top, places[i]);
		assert_int_equal(mkdir(paths[i], 0700), 0);
	}
	for (unsigned run = 0; run < 300; run++) {
		struct vck_memtree *t = vck_memtree_new();
		cleanup_host struct vck_host *want = vck_host_new(), *got = vck_host_new();
		cleanup_root struct vck_root *root = NULL;
		struct kmod_ctx *ctx;
		unsigned seed = run;

		assert_true(t && want && got);
		for (size_t i = 0; i < ARRAY_SIZE(files) * 4; i++) {
			const char *name = files[i % ARRAY_SIZE(files)];
			cleanup_buf struct vck_buf b = {0};
			char path[128];
			FILE *f;

			snprintf(path, sizeof(path), "%s/%s", paths[i / 5], name);
			unlink(path);
			if (rand_r(&seed) % 2)
				continue;
			put_random(&b, &seed);
			f = fopen(path, "w");
			assert_non_null(f);
			assert_int_equal(fwrite(vck_buf_str(&b), 1, b.len, f), b.len);
			fclose(f);
			snprintf(path, sizeof(path), "%s/%s", dirs[i / 5], name);
			assert_int_equal(vck_memtree_file(t, path, vck_buf_str(&b), b.len), 0);
		}
		ctx = kmod_new(NULL, config);
		assert_non_null(ctx);
		kmod_set_log_priority(ctx, 0);
		for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
			expect(want, ctx, modules[i]);
		kmod_unref(ctx);
		assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &root), 0);
		assert_int_equal(vck_read_modprobe(got, root, modules, ARRAY_SIZE(modules)), 0);
		compared += compare(want, got, run);
	}
	assert_true(compared > 1000);
	for (size_t i = 0; i < ARRAY_SIZE(files) * 4; i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", paths[i / 5], files[i % 5]);
		unlink(path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		rmdir(paths[i]);
	rmdir(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options), cmocka_unit_test(test_unread),
		cmocka_unit_test(test_bounds),	cmocka_unit_test(test_capture),
		cmocka_unit_test(test_libkmod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
