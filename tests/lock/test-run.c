// SPDX-License-Identifier: GPL-2.0-or-later
/* THEORY OF OPERATION: the program starts itself, bare or through vck_run_start(), in
 * a mode of vmm.c, on a memory file that stands in for a VFIO device. Bare, the bit
 * gets set; under the lock it never does, and nothing else differs. Where the kernel
 * or a sandbox has no seccomp listeners everything is skipped, with the reason. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/num.h"
#include "lock/run.h"
#include "lock/task.h"
#include "tests/lock/fakedev.h"
#include "tests/lock/vmm.h"

/* Written by the hooks, in the keeper; a new one for each start, since the keeper of
 * the one before may still be at work. */
struct shared {
	volatile pid_t supervisor;
	volatile int unheld, ended;
};

static struct shared *shared;

static void begin(void *data, pid_t supervisor, int vmm)
{
	(void)data;
	(void)vmm;
	shared->supervisor = supervisor;
}

static void unheld(void *data)
{
	(void)data;
	shared->unheld = 1;
}

static void end(void *data, int vmm)
{
	(void)data;
	(void)vmm;
	shared->ended = 1;
}

static const struct vck_run_hooks hooks = { begin, unheld, end };

static void new_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	assert_true(shared != MAP_FAILED);
}

enum {
	BARE = 0,
	LOCKED = 1,
	URING = 2, /* --allow-io-uring */
};

struct child {
	pid_t pid;
	int in, out, err; /* its standard streams */
};

static void become(const char *mode, int number, int how)
{
	char text[16];
	char *argv[] = { (char *)"/proc/self/exe", (char *)"vmm", (char *)mode, text, NULL };
	struct vck_run run = { .argv = argv,
			       .allow_io_uring = how & URING,
			       .ops = &fakedev_ops,
			       .hooks = &hooks };
	const char *what = "exec";
	int r = 0;

	snprintf(text, sizeof(text), "%d", number);
	if (how & LOCKED)
		r = vck_run_start(&run, &what);
	else
		execv(argv[0], argv);
	fprintf(stderr, "cannot %s: %s\n", what, strerror(-r));
	_exit(120);
}

static struct child start(const char *mode, int number, int how)
{
	int in[2], out[2], err[2];
	struct child c;

	new_shared();
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		become(mode, number, how);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	c.in = in[1];
	c.out = out[0];
	c.err = err[0];
	return c;
}

/* Everything until the end of the stream. */
static void slurp(int fd, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, buf + n, size - 1 - n);
		if (got > 0)
			n += (size_t)got;
	} while (got > 0 && n < size - 1);
	buf[n] = '\0';
}

static int finish(struct child *c)
{
	int status = 0;

	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	close(c->in);
	close(c->out);
	close(c->err);
	return status;
}

static void millisleep(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* Up to half a minute: the machine may be busy. */
static bool comes_true(volatile int *flag)
{
	for (int i = 0; i < 3000 && !*flag; i++)
		millisleep(10);
	return *flag;
}

/* Run to the end; the output in @out. */
static int status_of(const char *mode, int number, int how, char *out, size_t size)
{
	struct child c = start(mode, number, how);

	slurp(c.out, out, size);
	return finish(&c);
}

static char text[65536], other[65536];

static void test_every_route(void **state)
{
	(void)state;
	for (int shift = 40; shift <= 48; shift += 8) {
		int status = status_of("attempts", shift, BARE, text, sizeof(text));

		/* how many get through bare depends on the kernel (int 0x80, io_uring) */
		assert_true(WEXITSTATUS(status) >= 11);
		status = status_of("attempts", shift, LOCKED, other, sizeof(other));
		if (status != 0)
			print_error("bare:\n%s\nlocked:\n%s\n", text, other);
		assert_int_equal(status, 0);
	}
}

static void test_same_answers(void **state)
{
	(void)state;
	for (int shift = 40; shift <= 48; shift += 8) {
		assert_int_equal(status_of("answers", shift, BARE, text, sizeof(text)), 0);
		assert_int_equal(status_of("answers", shift, LOCKED, other, sizeof(other)), 0);
		assert_string_equal(text, other);
		assert_non_null(strstr(text, "EFAULT"));
	}
}

static void test_modes(void **state)
{
	static const struct {
		const char *mode;
		int number, how, status;
	} rows[] = {
		{ "plain", 40, BARE, 0 },	{ "plain", 40, LOCKED, 0 },
		{ "threads", 40, LOCKED, 0 },	{ "threads", 48, LOCKED, 0 },
		{ "found-set", 40, LOCKED, 0 }, { "found-set", 48, LOCKED, 0 },
		{ "found-set", 40, BARE, 1 },	{ "ends", 0, LOCKED, 0 },
		{ "ends", 7, LOCKED, 7 },	{ "ends", 255, LOCKED, 255 },
		{ "uring", 0, LOCKED, ENOSYS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = status_of(rows[i].mode, rows[i].number, rows[i].how, text,
				       sizeof(text));

		if (!WIFEXITED(status) || WEXITSTATUS(status) != rows[i].status)
			print_error("%s %d: status %x\n%s", rows[i].mode, rows[i].number, status,
				    text);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), rows[i].status);
	}
}

static void test_allowed_io_uring(void **state)
{
	(void)state;
	if (status_of("uring", 0, BARE, text, sizeof(text)) != 0)
		skip(); /* switched off by kernel.io_uring_disabled, or not built */
	assert_int_equal(status_of("uring", 0, LOCKED | URING, text, sizeof(text)), 0);
}

static void test_killed_by_signal(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGINT, SIGUSR1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		int status = status_of("killed", signals[i], LOCKED, text, sizeof(text));

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_true(comes_true(&shared->ended));
	}
}

/* The pid, signal mask, ignored signals, descriptors; no child. */
static void test_what_is_inherited(void **state)
{
	char pid[32];
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGUSR2, SIG_IGN);
	for (int how = BARE; how <= LOCKED; how++) {
		struct child c = start("inherited", 0, how);

		slurp(c.out, how ? other : text, sizeof(text));
		snprintf(pid, sizeof(pid), "pid %d,", c.pid);
		assert_non_null(strstr(how ? other : text, pid));
		assert_int_equal(finish(&c), 0);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR2, SIG_DFL);
	assert_non_null(strstr(text, "blocked 1, ignored 1, "));
	assert_non_null(strstr(text, "children 0"));
	assert_string_equal(strchr(text, ','), strchr(other, ','));
}

/* Nobody reaps the VMM: the keeper and the supervisor end all the same. Kernels
 * before 6.11 keep the listener open for a zombie. */
static void test_zombie(void **state)
{
	struct child c;

	(void)state;
	c = start("ends", 3, LOCKED);
	assert_true(comes_true(&shared->ended));
	assert_int_equal(WEXITSTATUS(finish(&c)), 3);
}

/* The VMM ends, its child goes on: under the lock still. */
static void test_daemon(void **state)
{
	struct child c;

	(void)state;
	c = start("daemon", 40, LOCKED);
	millisleep(200);
	assert_int_equal(shared->ended, 0);
	assert_int_equal(write(c.in, "\n", 1), 1);
	slurp(c.out, text, sizeof(text));
	assert_string_equal(text, "daemon: 2010\n");
	assert_true(comes_true(&shared->ended));
	assert_int_equal(finish(&c), 0);
}

static void test_supervisor_killed(void **state)
{
	struct child c;

	(void)state;
	c = start("waits", 40, LOCKED);
	assert_int_equal(read(c.out, text, 6), 6);
	assert_int_equal(kill(shared->supervisor, SIGKILL), 0);
	assert_true(comes_true(&shared->unheld));
	assert_int_equal(shared->ended, 0); /* not before the VMM's end */
	assert_int_equal(write(c.in, "\n", 1), 1);
	slurp(c.out, text, sizeof(text));
	assert_string_equal(text, "write: ENOSYS, 2010\n");
	slurp(c.err, text, sizeof(text));
	assert_non_null(strstr(text, "its supervisor is gone: killed by signal 9"));
	assert_int_equal(finish(&c), 0);
	assert_true(comes_true(&shared->ended));
}

/* What a service manager or a terminal sends to all of them. */
static void test_supervisor_ignores_signals(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct child c;

	(void)state;
	c = start("waits", 40, LOCKED);
	assert_int_equal(read(c.out, text, 6), 6);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		assert_int_equal(kill(shared->supervisor, signals[i]), 0);
	assert_int_equal(getsid(shared->supervisor) != getsid(0), 1);
	assert_int_equal(write(c.in, "\n", 1), 1);
	slurp(c.out, text, sizeof(text));
	assert_string_equal(text, "write: ok, 2010\n");
	assert_int_equal(finish(&c), 0);
}

/* Who reads the VMM's output sees its end when the VMM closes it. */
static void test_streams_are_not_held(void **state)
{
	struct pollfd p;
	struct child c;
	char b;

	(void)state;
	c = start("closes", 0, LOCKED);
	p = (struct pollfd){ .fd = c.out, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 3000), 1);
	assert_int_equal(read(c.out, &b, 1), 0);
	assert_int_equal(write(c.in, "\n", 1), 1);
	p.fd = c.err;
	assert_int_equal(poll(&p, 1, 3000), 1);
	assert_int_equal(finish(&c), 0);
}

static long resident_pages(pid_t pid)
{
	char path[64], line[128] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	return strtol(strchr(line, ' '), NULL, 10);
}

static long pages_after(int writes)
{
	struct child c = start("writes", writes, LOCKED);
	long pages;

	assert_int_equal(read(c.out, text, 8), 8);
	pages = resident_pages(shared->supervisor);
	assert_int_equal(write(c.in, "\n", 1), 1);
	assert_int_equal(finish(&c), 0);
	return pages;
}

/* 64 pages of room, for what a sanitizer keeps; a leak of 16 bytes a write is 156. */
static void test_memory(void **state)
{
	(void)state;
	assert_in_range(pages_after(40000), 1, pages_after(200) + 64);
}

static void test_command_not_found(void **state)
{
	char *argv[] = { (char *)"/nonexistent/vmm", NULL };
	struct vck_run run = { .argv = argv, .ops = &fakedev_ops, .hooks = &hooks };
	const char *what;
	int status;
	pid_t pid;

	(void)state;
	new_shared();
	pid = fork();
	if (pid == 0)
		_exit(vck_run_start(&run, &what) == -ENOENT && streq(what, "execute it"));
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(comes_true(&shared->ended));
}

/* A second one inside of the first: the kernel has one listener a chain. */
static void test_nested(void **state)
{
	char *argv[] = { (char *)"true", NULL };
	struct vck_run run = { .argv = argv, .ops = &fakedev_ops };
	const char *what;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		char *self[] = { (char *)"/proc/self/exe", (char *)"nested", NULL };

		run.argv = self;
		_exit(vck_run_start(&run, &what) < 0 ? 99 : 0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), EBUSY);
}

static int nested_main(void)
{
	char *argv[] = { (char *)"true", NULL };
	struct vck_run run = { .argv = argv, .ops = &fakedev_ops };
	const char *what;

	return -vck_run_start(&run, &what);
}

static pid_t thread_id;

static void *thread(void *p)
{
	char c;

	thread_id = gettid();
	return read(*(int *)p, &c, 1) == 1 ? NULL : p;
}

/* Both ways to a descriptor: kernels before 6.9 have only that of the leader. */
static void test_descriptor_of_a_thread(void **state)
{
	int pipes[2], fd;
	pthread_t id;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pthread_create(&id, NULL, thread, &pipes[0]);
	while (!thread_id)
		millisleep(1);
	for (int by_leader = 0; by_leader <= 1; by_leader++) {
		struct vck_tasks t = { .by_leader = by_leader };

		assert_int_equal(vck_task_fd(&t, thread_id, pipes[1], &fd), 0);
		close(fd);
		assert_int_equal(vck_task_fd(&t, thread_id, 999, &fd), -EBADF);
	}
	assert_int_equal(write(pipes[1], "\n", 1), 1);
	pthread_join(id, NULL);
}

/* Is there a listener to be had at all? */
static const char *why_not(void)
{
	static char why[128];
	char *argv[] = { (char *)"true", NULL };
	struct vck_run run = { .argv = argv, .ops = &fakedev_ops };
	const char *what;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(-vck_run_start(&run, &what) & 0x7f);
	if (waitpid(pid, &status, 0) < 0 || status == 0)
		return NULL;
	snprintf(why, sizeof(why), "no seccomp listener here: %s", strerror(WEXITSTATUS(status)));
	return why;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_route),
		cmocka_unit_test(test_same_answers),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_allowed_io_uring),
		cmocka_unit_test(test_killed_by_signal),
		cmocka_unit_test(test_what_is_inherited),
		cmocka_unit_test(test_zombie),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_supervisor_killed),
		cmocka_unit_test(test_supervisor_ignores_signals),
		cmocka_unit_test(test_streams_are_not_held),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_command_not_found),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_descriptor_of_a_thread),
	};
	const char *why;

	if (argc > 2 && streq(argv[1], "vmm"))
		return vmm_main(argc - 2, argv + 2);
	if (argc == 2 && streq(argv[1], "nested"))
		return nested_main();
	why = why_not();
	if (why) {
		printf("skipped: %s\n", why);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
