// SPDX-License-Identifier: GPL-2.0-or-later
/* write/: one bit of one function is changed, recorded and read back, and whatever
 * goes wrong or dies in between, function and record agree afterwards.
 *
 * THEORY OF OPERATION: a function is a directory with a plain config file; the system
 * calls that change something go through faultdouble.c. The sequence is run once to
 * count those calls, then once for each of them with the process killed right before
 * it, in a child. After each death the next run must find the truth: it settles the
 * record, and from there clear and restore end where they should. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "faketree.h"
#include "write/conf.h"
#include "write/file.h"
#include "write/plan.h"
#include "write/record.h"

#define PATH "pci0000:00/0000:00:01.0/0000:01:00.0"
#define ADDR "0000:01:00.0"
#define RECORD "run/viommu-check/nosnoop/" ADDR
#define ON 0x2810
#define OFF 0x2010

static const struct fake_function endpoint = {
	.path = PATH, .vendor = 0x10de, .device = 0x2204, .devctl = ON, .driver = "vfio-pci"
};

struct fixture {
	struct fake_tree tree;
	char path[256];
	struct vck_target target;
};

static void start(struct fixture *f, const struct fake_function *fn)
{
	fault = (struct fault){ 0 };
	fake_tree_init(&f->tree);
	fake_add(&f->tree, fn);
	f->target = fake_target(fn, f->path, sizeof(f->path));
}

static void stop(struct fixture *f)
{
	fake_tree_done(&f->tree);
	fault = (struct fault){ 0 };
}

/* What a command does around the writer: lock, recover, apply. */
static int apply(struct fixture *f, bool want, struct vck_bit_result *res)
{
	cleanup_fd int lock = -1, dir = -1;
	int r = vck_write_lock(&f->tree.env, &lock);

	if (r == 0)
		r = vck_record_recover(&f->tree.env, NULL, NULL);
	if (r >= 0)
		r = vck_record_open_dir(&f->tree.env, VCK_RECORD_DIR, true, &dir);
	if (r < 0)
		return r;
	vck_bit_apply(&f->tree.env, dir, &f->target, want, false, res);
	return 0;
}

static bool record(struct fixture *f, struct vck_lock_record *ret)
{
	char text[2048];
	unsigned line;

	if (!fake_exists(&f->tree, RECORD))
		return false;
	fake_read(&f->tree, text, sizeof(text), RECORD);
	assert_int_equal(vck_record_parse(text, strlen(text), ret, &line), 0);
	return true;
}

static void test_clear_and_restore(void **state)
{
	struct vck_bit_result res;
	struct vck_lock_record rec;
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	assert_int_equal(apply(&f, false, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_DONE);
	assert_int_equal(res.before, ON);
	assert_int_equal(res.after, OFF);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	assert_true(record(&f, &rec));
	assert_int_equal(rec.state, VCK_RECORD_DONE);
	assert_true(rec.before);
	assert_string_equal(rec.path, "pci0000:00/01.0/00.0");
	/* Again: nothing is written, and what was there first is still known */
	assert_int_equal(apply(&f, false, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_NOTHING);
	assert_int_equal(fault.config_writes, 1);
	assert_true(record(&f, &rec) && rec.before);
	assert_int_equal(apply(&f, true, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_DONE);
	assert_int_equal(fake_devctl(&f.tree, PATH), ON);
	assert_false(record(&f, &rec));
	stop(&f);
}

/* kernel.md 4.2.4: a word written while suspended is lost at resume. The double does
 * as the kernel does, so only waking the function first can pass. */
static void test_suspended(void **state)
{
	struct fake_function fn = endpoint;
	struct vck_bit_result res;
	struct vck_lock_record rec;
	struct fixture f;
	char text[32];

	(void)state;
	fn.power = "auto";
	fn.suspended = true;
	fn.devctl = OFF; /* cleared by somebody while suspended: the saved word has the bit */
	start(&f, &fn);
	fault.models_power = true;
	fault.saved = ON;
	assert_int_equal(apply(&f, false, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_DONE);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	assert_int_equal(fault.saved, OFF); /* what the next resume restores */
	assert_string_equal(fake_read(&f.tree, text, sizeof(text),
				      "sys/devices/" PATH "/power/control"), "auto");
	assert_true(record(&f, &rec));
	assert_true(rec.before);
	assert_string_equal(rec.power, "");
	stop(&f);
}

static void test_never_wakes(void **state)
{
	struct fake_function fn = endpoint;
	cleanup_buf struct vck_buf b = { 0 };
	struct vck_plan_entry e = { 0 };
	struct vck_lock_record rec;
	struct fixture f;
	char text[32];

	(void)state;
	fn.power = "auto";
	fn.suspended = true;
	start(&f, &fn);
	fault.models_power = true;
	fault.never_wakes = true;
	fault.saved = ON;
	e.target = f.target;
	assert_int_equal(apply(&f, false, &e.result), 0);
	assert_int_equal(e.result.outcome, VCK_OUT_FAILED);
	assert_int_equal(e.result.err, -ETIMEDOUT);
	assert_int_equal(fault.config_writes, 0);
	assert_string_equal(fake_read(&f.tree, text, sizeof(text),
				      "sys/devices/" PATH "/power/control"), "auto");
	assert_false(record(&f, &rec));
	vck_plan_result(&b, &e);
	assert_non_null(strstr(b.data, "stays D3hot"));
	stop(&f);
}

static void before_write_swap(void);
static struct fixture *swapped;

static void test_faults(void **state)
{
	static const struct {
		struct fault fault;
		enum vck_outcome outcome;
		int err;
		uint16_t word;
		bool record;
	} rows[] = {
		{ { .config_err = EPERM }, VCK_OUT_FAILED, -EPERM, ON, false },
		{ { .config_err = ENODEV }, VCK_OUT_FAILED, -ENODEV, ON, false },
		{ { .config_err = EIO }, VCK_OUT_FAILED, -EIO, ON, false },
		{ { .no_stick = true }, VCK_OUT_NOT_STUCK, 0, ON, false },
		{ { .config_short = true }, VCK_OUT_FAILED, -EIO, ON, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_bit_result res;
		struct vck_lock_record rec;
		struct fixture f;

		start(&f, &endpoint);
		fault = rows[i].fault;
		assert_int_equal(apply(&f, false, &res), 0);
		assert_int_equal(res.outcome, rows[i].outcome);
		assert_int_equal(res.err, rows[i].err);
		assert_int_equal(fake_devctl(&f.tree, PATH), rows[i].word);
		assert_int_equal(record(&f, &rec), rows[i].record);
		assert_int_equal(fault.config_writes, 1);
		stop(&f);
	}
}

/* Another card is in the slot: the files say so, or only its registers. */
static void test_swapped(void **state)
{
	struct vck_bit_result res;
	struct fixture f;

	(void)state;
	for (int registers = 0; registers < 2; registers++) {
		start(&f, &endpoint);
		if (registers)
			f.target.reg_device = 0x9999;
		else
			fake_file(&f.tree, "0x9999\n", "sys/devices/%s/device", PATH);
		assert_int_equal(apply(&f, false, &res), 0);
		assert_int_equal(res.outcome, VCK_OUT_REFUSED);
		assert_int_equal(res.err, -ESTALE);
		assert_int_equal(fault.config_writes, 0);
		assert_int_equal(fake_devctl(&f.tree, PATH), ON);
		stop(&f);
	}
}

static void before_write_swap(void)
{
	fake_file(&swapped->tree, "0x9999\n", "sys/devices/%s/device", PATH);
}

/* Swapped right after the write: found at the next look, and never written again. */
static void test_swapped_between(void **state)
{
	struct vck_bit_result res;
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	swapped = &f;
	fault.before_config_write = before_write_swap;
	assert_int_equal(apply(&f, false, &res), 0);
	assert_int_equal(fault.config_writes, 1);
	fault.before_config_write = NULL;
	assert_int_equal(apply(&f, true, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_REFUSED);
	assert_int_equal(fault.config_writes, 1);
	stop(&f);
}

/* All ones is a function that does not answer, not one with every bit set. */
static void test_all_ones(void **state)
{
	struct vck_bit_result res;
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	fake_set_devctl(&f.tree, PATH, 0xffff);
	assert_int_equal(apply(&f, false, &res), 0);
	assert_int_equal(res.outcome, VCK_OUT_FAILED);
	assert_int_equal(res.err, -ENXIO);
	assert_int_equal(fault.config_writes, 0);
	stop(&f);
}

static void test_comes_back(void **state)
{
	const struct timespec pause = { .tv_nsec = 250000000 };
	struct vck_plan_entry e = { .act = VCK_ACT_CLEAR };
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	fault.comes_back_ms = 100;
	e.target = f.target;
	assert_int_equal(apply(&f, false, &e.result), 0);
	assert_int_equal(e.result.outcome, VCK_OUT_DONE);
	vck_plan_verify(&f.tree.env, &e);
	assert_int_equal(e.result.outcome, VCK_OUT_DONE);
	nanosleep(&pause, NULL);
	vck_plan_verify(&f.tree.env, &e);
	assert_int_equal(e.result.outcome, VCK_OUT_CAME_BACK);
	wait(NULL);
	stop(&f);
}

/* The hardwired bit, a free one, and one that this tool has cleared before. */
static void test_hardwired(void **state)
{
	struct fake_function fn = endpoint;
	struct vck_bit_result res;
	struct vck_lock_record rec;
	struct fixture f;

	(void)state;
	fn.devctl = OFF;
	for (int hardwired = 0; hardwired < 2; hardwired++) {
		cleanup_fd int dir = -1;

		start(&f, &fn);
		fault.hardwired = hardwired;
		assert_int_equal(vck_record_open_dir(&f.tree.env, VCK_RECORD_DIR, true, &dir), 0);
		vck_bit_test(&f.tree.env, dir, &f.target, &res);
		assert_int_equal(res.outcome, VCK_OUT_DONE);
		assert_int_equal(res.hardwired, hardwired ? VCK_YES : VCK_NO);
		assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
		assert_false(record(&f, &rec));
		assert_true(fake_exists(&f.tree, "run/viommu-check/hardwired/" ADDR));
		stop(&f);
	}
	start(&f, &endpoint);
	assert_int_equal(apply(&f, false, &res), 0);
	cleanup_fd int dir = -1;

	assert_int_equal(vck_record_open_dir(&f.tree.env, VCK_RECORD_DIR, true, &dir), 0);
	vck_bit_test(&f.tree.env, dir, &f.target, &res);
	assert_int_equal(res.hardwired, VCK_NO);
	assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
	assert_true(record(&f, &rec) && rec.before);
	stop(&f);
}

/* --- death at every point --- */

enum scenario { CLEAR_AWAKE, CLEAR_SUSPENDED, CLEAR_AGAIN, RESTORE, TEST_BIT, SCENARIOS };

static void prepare(struct fixture *f, enum scenario s)
{
	struct fake_function fn = endpoint;
	struct vck_bit_result res;

	fn.power = "auto";
	fn.suspended = s == CLEAR_SUSPENDED;
	fn.devctl = s == TEST_BIT ? OFF : ON;
	start(f, &fn);
	fault.saved = fn.devctl;
	if (s == CLEAR_AGAIN || s == RESTORE)
		assert_int_equal(apply(f, false, &res), 0);
	if (s == CLEAR_AGAIN)
		fake_set_devctl(&f->tree, PATH, ON); /* a guest set it */
	fault = (struct fault){ .models_power = s == CLEAR_SUSPENDED, .saved = fault.saved };
}

static int act(struct fixture *f, enum scenario s)
{
	struct vck_bit_result res = { 0 };
	cleanup_fd int dir = -1;

	if (s != TEST_BIT)
		return apply(f, s == RESTORE, &res);
	if (vck_record_open_dir(&f->tree.env, VCK_RECORD_DIR, true, &dir) == 0)
		vck_bit_test(&f->tree.env, dir, &f->target, &res);
	return 0;
}

static unsigned count_calls(enum scenario s)
{
	struct fixture f;
	unsigned n;

	prepare(&f, s);
	assert_int_equal(act(&f, s), 0);
	n = fault.calls;
	stop(&f);
	return n;
}

static void die_at(struct fixture *f, enum scenario s, unsigned at)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fault.kill_at = at;
		act(f, s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Device and record right after a death, before anybody looked. */
static void check_truth(struct fixture *f, bool found)
{
	struct vck_lock_record rec;
	bool have = record(f, &rec), on = fake_devctl(&f->tree, PATH) & 0x0800;
	char text[32];

	if (on != found) {
		assert_true(have);
		assert_int_equal(rec.before, found);
	}
	fake_read(&f->tree, text, sizeof(text), "sys/devices/" PATH "/power/control");
	if (!streq(text, "auto"))
		assert_true(have && rec.state != VCK_RECORD_DONE && streq(rec.power, "auto"));
	assert_int_equal(fake_devctl(&f->tree, PATH) & 0xf7ff, OFF);
}

static void check_recovered(struct fixture *f, bool found)
{
	struct vck_lock_record rec;
	bool on = fake_devctl(&f->tree, PATH) & 0x0800;
	char text[32];

	assert_true(vck_record_recover(&f->tree.env, NULL, NULL) >= 0);
	on = fake_devctl(&f->tree, PATH) & 0x0800;
	if (record(f, &rec)) {
		assert_int_equal(rec.state, VCK_RECORD_DONE);
		assert_int_equal(rec.before, found);
		assert_string_equal(rec.power, "");
	} else {
		assert_int_equal(on, found);
	}
	assert_string_equal(fake_read(&f->tree, text, sizeof(text),
				      "sys/devices/" PATH "/power/control"), "auto");
}

static void test_death(void **state)
{
	(void)state;
	for (enum scenario s = 0; s < SCENARIOS; s++) {
		unsigned n = count_calls(s);

		assert_true(n > 8);
		for (unsigned at = 1; at <= n; at++) {
			bool found = s != TEST_BIT;
			struct vck_bit_result res;
			struct vck_lock_record rec;
			struct fixture f;

			prepare(&f, s);
			die_at(&f, s, at);
			check_truth(&f, found);
			check_recovered(&f, found);
			if (s == TEST_BIT)
				assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
			assert_int_equal(apply(&f, false, &res), 0);
			assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
			assert_int_equal(apply(&f, found, &res), 0);
			assert_int_equal(fake_devctl(&f.tree, PATH), found ? ON : OFF);
			assert_false(record(&f, &rec));
			assert_false(fake_exists(&f.tree, RECORD));
			stop(&f);
		}
	}
}

/* Every call that changes something fails once, with an errno that it can have. */
static void test_each_call_fails(void **state)
{
	static const int errors[] = { EIO, ENOSPC, EROFS, EINTR };
	unsigned n = count_calls(CLEAR_SUSPENDED);

	(void)state;
	for (unsigned at = 1; at <= n; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
			struct vck_bit_result res = { 0 };
			struct fixture f;

			prepare(&f, CLEAR_SUSPENDED);
			fault.fail_at = at;
			fault.err = errors[i];
			(void)!apply(&f, false, &res);
			if (res.outcome == VCK_OUT_DONE)
				assert_int_equal(fake_devctl(&f.tree, PATH), OFF);
			check_truth(&f, true);
			fault.fail_at = 0;
			check_recovered(&f, true);
			stop(&f);
		}
	}
}

/* --- two at once --- */

#define MANY 24

static void many_path(char *out, size_t size, int i)
{
	snprintf(out, size, "pci0000:00/0000:00:02.0/0000:02:%02x.0", i);
}

static int clear_many(struct fixture *f)
{
	for (int i = 0; i < MANY; i++) {
		struct fake_function fn = endpoint;
		char path[128], target[160];
		struct vck_bit_result res;

		many_path(path, sizeof(path), i);
		fn.path = path;
		f->target = fake_target(&fn, target, sizeof(target));
		if (apply(f, false, &res) < 0 || vck_outcome_is_bad(res.outcome))
			return 1;
	}
	return 0;
}

static void test_two_at_once(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	for (int i = 0; i < MANY; i++) {
		struct fake_function fn = endpoint;
		char path[128];

		many_path(path, sizeof(path), i);
		fn.path = path;
		fn.power = "auto";
		fake_add(&f.tree, &fn);
	}
	for (int child = 0; child < 4; child++) {
		if (fork() == 0)
			_exit(clear_many(&f));
	}
	for (int child = 0; child < 4; child++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	for (int i = 0; i < MANY; i++) {
		char path[128], text[2048];
		struct vck_lock_record rec;
		unsigned line;

		many_path(path, sizeof(path), i);
		assert_int_equal(fake_devctl(&f.tree, path), OFF);
		fake_read(&f.tree, text, sizeof(text), "run/viommu-check/nosnoop/%s",
			  strrchr(path, '/') + 1);
		assert_int_equal(vck_record_parse(text, strlen(text), &rec, &line), 0);
		assert_true(rec.before);
		assert_int_equal(rec.state, VCK_RECORD_DONE);
	}
	stop(&f);
}

/* A lock that somebody keeps is given up on, not waited for without end. */
static void test_lock_busy(void **state)
{
	cleanup_fd int first = -1, second = -1;
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	f.tree.env.lock_ms = 20;
	assert_int_equal(vck_write_lock(&f.tree.env, &first), 0);
	assert_int_equal(vck_write_lock(&f.tree.env, &second), -EBUSY);
	stop(&f);
}

/* --- files and directories --- */

static void test_directories(void **state)
{
	struct fixture f;
	char path[256];
	int fd;

	(void)state;
	start(&f, &endpoint);
	/* A link in its place is not followed */
	fake_file(&f.tree, "", "elsewhere/x");
	snprintf(path, sizeof(path), "%s/elsewhere", f.tree.dir);
	assert_int_equal(symlink(path, f.tree.run_dir), 0);
	assert_true(vck_state_dir(f.tree.run_dir, true, &fd) < 0);
	unlink(f.tree.run_dir);
	/* Nor one that others can write to */
	mkdir(f.tree.run_dir, 0755);
	chmod(f.tree.run_dir, 0777);
	assert_int_equal(vck_state_dir(f.tree.run_dir, true, &fd), -EPERM);
	chmod(f.tree.run_dir, 0755);
	assert_int_equal(vck_state_dir(f.tree.run_dir, true, &fd), 0);
	close(fd);
	stop(&f);
}

/* --- output files --- */

struct shared {
	char dir[64], path[80], other[80];
};

/* A directory as /tmp is. */
static void share(struct shared *s)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/vck-output-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	assert_int_equal(chmod(s->dir, 01777), 0);
	snprintf(s->path, sizeof(s->path), "%s/file", s->dir);
	snprintf(s->other, sizeof(s->other), "%s/other", s->dir);
}

static void unshare_again(struct shared *s)
{
	unlink(s->path);
	unlink(s->other);
	assert_int_equal(rmdir(s->dir), 0);
}

static void put_file(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	return st.st_mode;
}

static void test_output_mode(void **state)
{
	struct shared s;

	(void)state;
	share(&s);
	assert_int_equal(vck_file_write(s.path, "x", 1, 0600), 0);
	assert_int_equal(mode_of(s.path), S_IFREG | 0600);
	assert_int_equal(chmod(s.path, 0640), 0);
	assert_int_equal(vck_file_write(s.path, "x", 1, 0600), 0);
	assert_int_equal(mode_of(s.path), S_IFREG | 0640);
	/* A link is replaced, and what it led to is another file. */
	put_file(s.other, 0666);
	unlink(s.path);
	assert_int_equal(symlink("other", s.path), 0);
	assert_int_equal(vck_file_write(s.path, "x", 1, 0600), 0);
	assert_int_equal(mode_of(s.path), S_IFREG | 0600);
	unshare_again(&s);
}

/* Somebody else was there first. */
static void test_output_of_others(void **state)
{
	struct shared s;

	(void)state;
	if (geteuid() != 0)
		skip();
	share(&s);
	put_file(s.path, 0666);
	assert_int_equal(chown(s.path, 65534, 65534), 0);
	assert_int_equal(vck_file_write(s.path, "x", 1, 0600), 0);
	assert_int_equal(mode_of(s.path), S_IFREG | 0600);
	assert_int_equal(mkfifo(s.other, 0666), 0);
	assert_int_equal(chown(s.other, 65534, 65534), 0);
	assert_int_equal(vck_file_write(s.other, "x", 1, 0600), -EACCES);
	unshare_again(&s);
}

static void test_file(void **state)
{
	cleanup_buf struct vck_buf b = { 0 };
	cleanup_fd int dir = -1;
	struct stat st;
	struct fixture f;
	char path[256];

	(void)state;
	start(&f, &endpoint);
	assert_int_equal(vck_state_dir(f.tree.run_dir, true, &dir), 0);
	assert_int_equal(vck_file_replace(dir, "x", "one\n", 4, 0644), 0);
	assert_int_equal(vck_file_replace(dir, "x", "two\n", 4, 0600), 0);
	assert_int_equal(vck_file_slurp(dir, "x", &b), 0);
	assert_string_equal(b.data, "two\n");
	assert_int_equal(fstatat(dir, "x", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* A failed replacement leaves the old one and no litter */
	fault.fail_at = fault.calls + 5;
	fault.err = ENOSPC;
	assert_true(vck_file_replace(dir, "x", "three\n", 6, 0600) < 0);
	vck_buf_reset(&b);
	assert_int_equal(vck_file_slurp(dir, "x", &b), 0);
	assert_string_equal(b.data, "two\n");
	snprintf(path, sizeof(path), ".x.%ld.new", (long)getpid());
	assert_int_equal(fstatat(dir, path, &st, 0), -1);
	/* A FIFO or a link in its place is not read */
	snprintf(path, sizeof(path), "%s/pipe", f.tree.run_dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(vck_file_slurp(dir, "pipe", &b), -EMEDIUMTYPE);
	assert_int_equal(vck_file_remove(dir, "nothing"), 0);
	stop(&f);
}

static void test_conf(void **state)
{
	struct vck_lock_conf c = { .path = "pci0000:00/01.0/00.0",
				   .vendor = 0x10de,
				   .device = 0x2204,
				   .nosnoop = VCK_CONF_GUARDED };
	cleanup_conf_list struct vck_conf_list l = { 0 };
	const struct vck_conf_file *found;
	struct fixture f;

	(void)state;
	start(&f, &endpoint);
	assert_int_equal(vck_conf_read_all(&f.tree.env, &l), 0);
	assert_int_equal(l.n, 0);
	assert_int_equal(vck_conf_store(&f.tree.env, &c), 0);
	fake_file(&f.tree, "nonsense\n", "etc/viommu-check.d/a.conf");
	assert_int_equal(vck_conf_read_all(&f.tree.env, &l), 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.files[0].err, -EINVAL);
	assert_int_equal(l.files[0].line, 1);
	found = vck_conf_find(&l, c.path, 0x10de, 0x2204);
	assert_non_null(found);
	assert_string_equal(found->name, "pci0000:00-01.0-00.0.conf");
	assert_int_equal(found->conf.nosnoop, VCK_CONF_GUARDED);
	assert_null(vck_conf_find(&l, c.path, 0x10de, 0x9999));
	/* The directory goes with the last file, so that nothing is on without a lock */
	assert_int_equal(vck_conf_remove(&f.tree.env, found->name), 0);
	assert_true(fake_exists(&f.tree, "etc/viommu-check.d"));
	assert_int_equal(vck_conf_remove(&f.tree.env, "a.conf"), 0);
	assert_false(fake_exists(&f.tree, "etc/viommu-check.d"));
	stop(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clear_and_restore),
		cmocka_unit_test(test_suspended),
		cmocka_unit_test(test_never_wakes),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_swapped_between),
		cmocka_unit_test(test_all_ones),
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_hardwired),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_each_call_fails),
		cmocka_unit_test(test_two_at_once),
		cmocka_unit_test(test_lock_busy),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_output_mode),
		cmocka_unit_test(test_output_of_others),
		cmocka_unit_test(test_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
