// SPDX-License-Identifier: GPL-2.0-or-later
/* The program that test-run starts, bare and under the lock. Each mode ends with 0
 * when Enable No Snoop never was set, or prints what it saw for a comparison. */
#include "config.h"

#include <errno.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/errname.h"
#include "base/util.h"
#include "tests/lock/fakedev.h"
#include "tests/lock/vmm.h"

/* What a real device refuses anyway and a memory file does not (kernel.md 4.8.2 of
 * the design: no llseek, no splice_write, no mmap of the region). */
static bool is_file_only(const char *name)
{
	return streq(name, "lseek and write") || streq(name, "splice") || streq(name, "mmap");
}

/* --- every route; the number of those by which the bit got set --- */

static int attempt_all(int shift)
{
	int set = 0;

	for (const struct attempt *a = attempts; a->name; a++) {
		struct target t = fakedev_new(shift, 0x2010);
		ssize_t r;

		if (is_file_only(a->name))
			continue;
		r = a->run(&t);
		printf("%-26s %-8s %04x\n", a->name, r < 0 ? vck_errno_name((int)-r) : "ok",
		       fakedev_devctl(&t));
		if (fakedev_devctl(&t) & DEVCTL_NOSNOOP)
			set++;
		close(t.fd);
	}
	return set;
}

/* --- the same answers: printed, and compared with those without a lock --- */

static void tell(const char *what, ssize_t r)
{
	printf("%s: %zd %s\n", what, r, r < 0 ? vck_errno_name(errno) : "");
}

static void tell_bytes(const struct target *t, const char *what, unsigned at, size_t n)
{
	uint8_t b[64];

	if (pread(t->fd, b, n, (off_t)(t->config + at)) != (ssize_t)n)
		err(99, "read");
	/* the bit is what the two rightly differ in */
	if (at <= t->devctl + 1 && t->devctl + 1 < at + n)
		b[t->devctl + 1 - at] &= (uint8_t)~0x08;
	printf("%s:", what);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", b[i]);
	printf("\n");
}

/* The bare calls: the compiler knows better than to let the library's have such arguments. */
static ssize_t do_pwrite(int fd, const void *p, size_t n, off_t at)
{
	return syscall(SYS_pwrite64, fd, p, n, at);
}

static ssize_t do_pwritev(int fd, const void *v, size_t n, off_t at)
{
	return syscall(SYS_pwritev, fd, v, n, at, 0);
}

static void answers_pwrite(const struct target *t, char *edge)
{
	off_t at = (off_t)(t->config + t->devctl);
	uint16_t all = 0xffff, none = 0x0000;
	int ro, pipes[2];
	char path[64];

	tell("all ones", do_pwrite(t->fd, &all, 2, at));
	tell_bytes(t, "then", t->devctl - 2, 6);
	tell("zero", do_pwrite(t->fd, &none, 2, at));
	tell_bytes(t, "then", t->devctl - 2, 6);
	tell("command", do_pwrite(t->fd, &all, 2, (off_t)t->config + 4));
	tell_bytes(t, "then", 0, 8);
	tell("nothing", do_pwrite(t->fd, &all, 0, at));
	tell("bad pointer", do_pwrite(t->fd, (void *)8, 2, at));
	tell("no pointer", do_pwrite(t->fd, NULL, 2, at));
	tell("half mapped", do_pwrite(t->fd, edge - 3, 8, at - 1));
	tell_bytes(t, "then", t->devctl - 4, 16);
	tell("negative", do_pwrite(t->fd, &all, (size_t)-2, at));
	tell("closed", do_pwrite(999, &all, 2, at));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", t->fd);
	ro = open(path, O_RDONLY);
	tell("read-only", do_pwrite(ro, &all, 2, at));
	tell("read-only, bad pointer", do_pwrite(ro, (void *)8, 2, at));
	if (pipe(pipes) < 0)
		err(99, "pipe");
	tell("pipe", do_pwrite(pipes[1], &all, 2, at));
}

static void answers_vector(const struct target *t, char *edge)
{
	off_t at = (off_t)(t->config + t->devctl);
	uint8_t a[3] = { 0x11, 0x22, 0xff }, b[3] = { 0xff, 0xff, 0x33 };
	struct iovec two[] = { { a, 3 }, { b, 3 } }, hole[] = { { a, 2 }, { (void *)8, 2 } };
	struct iovec half[] = { { a, 1 }, { edge - 1, 4 } }, bad[] = { { a, (size_t)-1 } };
	struct iovec empty[] = { { a, 0 }, { NULL, 0 }, { b, 1 } };
	static struct iovec many[1025];

	tell("two across", do_pwritev(t->fd, two, 2, at - 2));
	tell_bytes(t, "then", t->devctl - 4, 12);
	tell("a hole", do_pwritev(t->fd, hole, 2, at));
	tell("half", do_pwritev(t->fd, half, 2, at));
	tell_bytes(t, "then", t->devctl - 4, 12);
	tell("negative", do_pwritev(t->fd, bad, 1, at));
	tell("empty pieces", do_pwritev(t->fd, empty, 3, at + 1));
	tell("no pieces", do_pwritev(t->fd, empty, 0, at));
	tell("bad array", do_pwritev(t->fd, (void *)8, 2, at));
	tell("too many", do_pwritev(t->fd, many, 1025, at));
	tell("closed", do_pwritev(999, two, 2, at));
	tell("as many as allowed", do_pwritev(t->fd, many, 1024, at));
	tell("unknown flag", pwritev2(t->fd, two, 2, at, 0x40000000));
	tell("dsync", pwritev2(t->fd, two, 2, at - 2, RWF_DSYNC));
	tell_bytes(t, "then", t->devctl - 4, 12);
}

static int answers(int shift)
{
	struct target t = fakedev_new(shift, 0x2010);
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || munmap(pages + 4096, 4096) < 0)
		err(99, "mmap");
	memset(pages, 0xff, 4096);
	answers_pwrite(&t, pages + 4096);
	answers_vector(&t, pages + 4096);
	return 0;
}

/* --- a file that has data where devices have config space --- */

static int plain_file(int shift)
{
	static uint8_t data[3 << 20], back[sizeof(data)];
	struct iovec v[] = { { data, 5 }, { data + 5, 2 << 20 }, { data + 5 + (2 << 20), 99 } };
	off_t at = (off_t)(UINT64_C(7) << shift) + 8;
	int fd = memfd_create("disk", 0);

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	if (pwrite(fd, data, sizeof(data), at) != sizeof(data) ||
	    pread(fd, back, sizeof(back), at) != sizeof(back) ||
	    memcmp(data, back, sizeof(data)))
		return 1;
	if (ftruncate(fd, 0) < 0 || pwritev(fd, v, 3, at) != 5 + (2 << 20) + 99)
		return 2;
	if (pread(fd, back, sizeof(back), at) != 5 + (2 << 20) + 99 ||
	    memcmp(data, back, 5 + (2 << 20) + 99))
		return 3;
	return 0;
}

/* --- threads, and signals all the while --- */

static atomic_int stop, seen;
static atomic_ulong signals_taken;

static void take(int sig)
{
	(void)sig;
	signals_taken++;
}

static void *watch(void *p)
{
	while (!stop) {
		if (fakedev_devctl(p) & DEVCTL_NOSNOOP)
			seen = 1;
	}
	return NULL;
}

static void *hammer(void *p)
{
	const struct target *t = p;

	for (unsigned i = 0; !stop; i++) {
		uint32_t four = t->word | 0x10000u * i;
		struct iovec v[] = { { &four, 1 }, { (char *)&four + 1, 1 } };
		ssize_t r;

		if (i % 3 == 0)
			r = pwrite(t->fd, &four, 2, (off_t)(t->config + t->devctl));
		else if (i % 3 == 1)
			r = pwritev(t->fd, v, 2, (off_t)(t->config + t->devctl));
		else
			r = pwrite(t->fd, (char *)&four + 1, 1,
				   (off_t)(t->config + t->devctl + 1));
		/* without WAIT_KILLABLE_RECV (before 5.19) a signal restarts the call */
		if (r != (i % 3 == 2 ? 1 : 2)) {
			printf("write %u: %zd %s\n", i, r, vck_errno_name(errno));
			seen = 2;
		}
	}
	return NULL;
}

static int threads_and_signals(int shift)
{
	struct itimerval often = { { 0, 300 }, { 0, 300 } };
	struct sigaction act = { .sa_handler = take, .sa_flags = SA_RESTART };
	struct target t = fakedev_new(shift, 0x2010);
	struct timespec ms = { 0, 1000000 };
	pthread_t ids[5];
	time_t end = time(NULL) + 2;

	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 5; i++)
		pthread_create(&ids[i], NULL, i ? hammer : watch, &t);
	while (time(NULL) < end) {
		for (int i = 1; i < 5; i++)
			pthread_kill(ids[i], SIGUSR1);
		nanosleep(&ms, NULL);
	}
	stop = 1;
	for (int i = 0; i < 5; i++)
		pthread_join(ids[i], NULL);
	printf("%lu signals\n", (unsigned long)signals_taken);
	return signals_taken < 100 ? 98 : seen;
}

/* --- the bit was set before: any write clears it --- */

static int found_set(int shift)
{
	struct target t = fakedev_new(shift, 0x2810);
	uint16_t command = 0x0007;

	if (pwrite(t.fd, &command, 2, (off_t)t.config + 4) != 2)
		return 97;
	return fakedev_devctl(&t) != 0x2010;
}

/* --- what the caller gave is what the program has --- */

static int inherited(int shift)
{
	struct sigaction usr2;
	sigset_t mask;
	int fds = 0;

	(void)shift;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigaction(SIGUSR2, NULL, &usr2);
	for (int fd = 0; fd < 256; fd++)
		fds += fcntl(fd, F_GETFD) >= 0;
	errno = 0;
	printf("pid %d, blocked %d, ignored %d, descriptors %d, children %d\n", getpid(),
	       sigismember(&mask, SIGHUP), usr2.sa_handler == SIG_IGN, fds,
	       waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : 1);
	return 0;
}

/* --- ends of different kinds --- */

static int ends(int shift)
{
	return shift;
}

/* Whoever started the tests may ignore the signal: a shell does so with SIGINT in the background. */
static int killed(int shift)
{
	signal(shift, SIG_DFL);
	raise(shift);
	return 0;
}

/* Becomes a daemon; the daemon writes when a line comes on standard input, and says on the pipe
 * (descriptor 1) what came of it. */
static int daemon_writes(int shift)
{
	struct target t = fakedev_new(shift, 0x2010);
	char c;

	if (fork())
		return 0;
	(void)!read(0, &c, 1);
	if (pwrite(t.fd, &t.word, 2, (off_t)(t.config + t.devctl)) != 2)
		dprintf(1, "daemon: %s\n", vck_errno_name(errno));
	else
		dprintf(1, "daemon: %04x\n", fakedev_devctl(&t));
	return 0;
}

/* Waits until a line comes on standard input, then writes. */
static int waits(int shift)
{
	struct target t = fakedev_new(shift, 0x2010);
	char c;

	printf("ready\n");
	fflush(stdout);
	if (read(0, &c, 1) != 1)
		return 97;
	if (pwrite(t.fd, &t.word, 2, (off_t)(t.config + t.devctl)) != 2)
		printf("write: %s, %04x\n", vck_errno_name(errno), fakedev_devctl(&t));
	else
		printf("write: ok, %04x\n", fakedev_devctl(&t));
	return 0;
}

/* Closes its standard output and stays. */
static int closes(int shift)
{
	char c;

	(void)shift;
	close(1);
	return read(0, &c, 1) == 1 ? 0 : 97;
}

/* Writes a number of times, so that growth would show. */
static int writes(int shift)
{
	struct target t = fakedev_new(40, 0x2010);
	char c;

	for (int i = 0; i < shift; i++) {
		if (pwrite(t.fd, &t.word, 2, (off_t)(t.config + t.devctl)) != 2)
			return 97;
	}
	printf("written\n");
	fflush(stdout);
	return read(0, &c, 1) == 1 ? 0 : 96;
}

static int has_uring(int shift)
{
	uint8_t params[256] = { 0 };
	long r = syscall(SYS_io_uring_setup, 1, params);

	(void)shift;
	return r >= 0 ? 0 : errno;
}

static const struct mode {
	const char *name;
	int (*run)(int number);
} modes[] = {
	{ "attempts", attempt_all },   { "answers", answers },
	{ "plain", plain_file },       { "threads", threads_and_signals },
	{ "found-set", found_set },    { "inherited", inherited },
	{ "ends", ends },	       { "killed", killed },
	{ "daemon", daemon_writes },   { "waits", waits },
	{ "closes", closes },	       { "writes", writes },
	{ "uring", has_uring },
};

int vmm_main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(modes); i++) {
		if (streq(modes[i].name, argv[0])) {
			int r = modes[i].run(atoi(argv[1]));

			fflush(stdout);
			return r;
		}
	}
	return 99;
}
