// SPDX-License-Identifier: GPL-2.0-or-later
/* What somebody who waits at a terminal sees, and that nobody else sees anything. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cmd/progress.h"

/* Busy for some tenths of a second, as often as a signal comes. */
static void wait_tenths(int tenths)
{
	struct timespec left = {.tv_sec = tenths / 10, .tv_nsec = tenths % 10 * 100000000L};

	while (nanosleep(&left, &left) < 0)
		;
}

/* What a child says on standard error, which is @fd, while it works for @tenths. */
static void child(int fd, int tenths)
{
	struct itimerval left;
	struct sigaction act;

	dup2(fd, STDERR_FILENO);
	vck_progress_start("reading");
	vck_progress_phase("judging");
	wait_tenths(tenths / 2);
	/* Where something is read a second time, the time goes on. */
	vck_progress_start("judging");
	wait_tenths(tenths - tenths / 2);
	vck_progress_stop();
	/* A program that is started later inherits neither the timer nor the signal's handling. */
	sigaction(SIGALRM, NULL, &act);
	getitimer(ITIMER_REAL, &left);
	_exit(act.sa_handler == SIG_DFL && !timerisset(&left.it_value) ? 0 : 1);
}

static char *seen_at_terminal(int tenths, char *buf, size_t size)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(slave, tenths);
	close(slave);
	while (n + 1 < size && (got = read(master, buf + n, size - n - 1)) > 0)
		n += (size_t)got;
	buf[n] = '\0';
	close(master);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return buf;
}

static void test_long(void **state)
{
	static const char first[] = "\r\033[Kviommu-check: judging, 2 s\r\033[K";
	char buf[512];

	(void)state;
	seen_at_terminal(23, buf, sizeof(buf));
	/* On a busy machine more seconds follow. */
	assert_memory_equal(buf, first, sizeof(first) - 1);
	assert_string_equal(buf + strlen(buf) - 4, "\r\033[K");
}

static void test_short(void **state)
{
	char buf[512];

	(void)state;
	assert_string_equal(seen_at_terminal(5, buf, sizeof(buf)), "");
}

static void test_pipe(void **state)
{
	char buf[64];
	int ends[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* SIGALRM, which nobody took, must not come either. */
		close(ends[0]);
		dup2(ends[1], STDERR_FILENO);
		vck_progress_start("reading");
		wait_tenths(23);
		vck_progress_stop();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], buf, sizeof(buf)), 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
