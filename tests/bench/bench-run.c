// SPDX-License-Identifier: GPL-2.0-or-later
/* What the lock of `run` costs, on a memory file that stands in for a VFIO device:
 * a trapped write (budget: 50 us in the median), 10 million getppid and a disk read
 * loop (budget: 5 per cent over a run without), and the supervisor's memory over a
 * million trapped writes. Prints one line a figure; the exit status counts those
 * over budget. What a filter of one instruction costs is printed too: that part is
 * the kernel's, for any filter, and no filter can be below it. */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lock/run.h"
#include "tests/lock/fakedev.h"

enum {
	WRITES = 20000,
	CALLS = 10000000,
	BLOCKS = 64,	  /* of 1 MiB, what a VMM's block layer asks for at most */
	LOOPS = 40,
	ROUNDS = 5,
	MILLION = 1000000,
};

enum how {
	BARE = 0,
	LOCKED,
	ALLOW_ALL, /* under a filter that allows everything */
	HOWS,
};

/* What the measured process and the keeper tell. */
struct shared {
	pid_t supervisor;
	double write_ns, call_ns, read_s;
	long pages_before, pages_after;
};

static struct shared *shared;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median_write(void)
{
	static double times[WRITES];
	struct target t = fakedev_new(40, 0x2010);

	for (int i = 0; i < WRITES; i++) {
		double start = now();

		if (pwrite(t.fd, &t.word, 2, (off_t)(t.config + t.devctl)) != 2)
			err(1, "write");
		times[i] = now() - start;
	}
	qsort(times, WRITES, sizeof(times[0]), compare);
	return times[WRITES / 2] * 1e9;
}

static double many_calls(void)
{
	double start = now();

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return (now() - start) / CALLS * 1e9;
}

/* A file of 64 MiB, through the page cache: the part that a filter could slow down. */
static double disk_reads(void)
{
	static char block[1 << 20];
	char name[] = "bench-run-disk-XXXXXX";
	int fd = mkstemp(name);
	double start;

	if (fd < 0)
		err(1, "%s", name);
	unlink(name);
	for (int i = 0; i < BLOCKS; i++) {
		if (pwrite(fd, block, sizeof(block), (off_t)i * (1 << 20)) != sizeof(block))
			err(1, "disk file");
	}
	start = now();
	for (int i = 0; i < BLOCKS * LOOPS; i++) {
		if (pread(fd, block, sizeof(block), (off_t)(i % BLOCKS) * (1 << 20)) < 0)
			err(1, "disk file");
	}
	start = now() - start;
	close(fd);
	return start;
}

static long resident(pid_t pid)
{
	char path[64], line[128] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof(line), f))
		err(1, "%s", path);
	fclose(f);
	return strtol(strchr(line, ' '), NULL, 10);
}

static void million_writes(void)
{
	struct target t = fakedev_new(40, 0x2010);

	for (int i = 0; i < MILLION; i++) {
		if (i == 1000)
			shared->pages_before = resident(shared->supervisor);
		if (pwrite(t.fd, &t.word, 2, (off_t)(t.config + t.devctl)) != 2)
			err(1, "write");
	}
	shared->pages_after = resident(shared->supervisor);
}

static int measure(const char *what)
{
	if (streq(what, "write"))
		shared->write_ns = median_write();
	else if (streq(what, "calls"))
		shared->call_ns = many_calls();
	else if (streq(what, "reads"))
		shared->read_s = disk_reads();
	else
		million_writes();
	return 0;
}

static void begin(void *data, pid_t supervisor, int vmm)
{
	(void)data;
	(void)vmm;
	shared->supervisor = supervisor;
}

static void nothing(void *data)
{
	(void)data;
}

static void end(void *data, int vmm)
{
	(void)data;
	(void)vmm;
}

static void allow_all(void)
{
	struct sock_filter one[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };
	struct sock_fprog p = { 1, one };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &p) < 0)
		err(1, "seccomp");
}

static void run(const char *what, enum how how, int shared_fd)
{
	static const struct vck_run_hooks hooks = { begin, nothing, end };
	char number[16];
	char *argv[] = { (char *)"/proc/self/exe", (char *)what, number, NULL };
	struct vck_run r = { .argv = argv, .ops = &fakedev_ops, .hooks = &hooks };
	const char *failed = "execute";
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(number, sizeof(number), "%d", shared_fd);
		if (how == LOCKED) {
			errno = -vck_run_start(&r, &failed);
			err(1, "%s", failed);
		}
		if (how == ALLOW_ALL)
			allow_all();
		execv(argv[0], argv);
		err(1, "%s", failed);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		errx(1, "%s: failed (status %x)", what, (unsigned)status);
}

static int budget(const char *what, double value, double limit, const char *unit)
{
	printf("%-46s %10.2f %-4s (budget %g)%s\n", what, value, unit, limit,
	       value > limit ? "  OVER" : "");
	return value > limit;
}

/* Best of some rounds, in turn, so that a busy machine hits all alike. */
static int overhead(const char *what, const char *text, const double *value, double scale,
		    const char *unit, int fd)
{
	double best[HOWS] = { 1e300, 1e300, 1e300 };

	for (int i = 0; i < HOWS * ROUNDS; i++) {
		run(what, (enum how)(i % HOWS), fd);
		if (*value < best[i % HOWS])
			best[i % HOWS] = *value;
	}
	printf("%s: %.1f %s without, %.1f %s with, %.1f %s under a filter of one instruction\n",
	       text, best[BARE] * scale, unit, best[LOCKED] * scale, unit,
	       best[ALLOW_ALL] * scale, unit);
	return budget(text, (best[LOCKED] / best[BARE] - 1) * 100, 5, "%");
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? atoi(argv[2]) : memfd_create("figures", 0), over = 0;

	if (fd < 0 || ftruncate(fd, sizeof(*shared)) < 0)
		err(1, "memory file");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		err(1, "memory file");
	if (argc == 3)
		return measure(argv[1]);
	run("write", BARE, fd);
	printf("write to Device Control without: %.2f us\n", shared->write_ns / 1e3);
	run("write", LOCKED, fd);
	over += budget("write to Device Control, trapped, median", shared->write_ns / 1e3, 50, "us");
	over += overhead("calls", "10 million getppid", &shared->call_ns, 1, "ns", fd);
	over += overhead("reads", "disk read loop", &shared->read_s, 1e3, "ms", fd);
	run("million", LOCKED, fd);
	over += budget("growth over a million trapped writes",
		       (double)(shared->pages_after - shared->pages_before) *
			       (double)sysconf(_SC_PAGESIZE) / 1024,
		       64, "KiB");
	return over;
}
