// SPDX-License-Identifier: GPL-2.0-or-later
/* The sandbox of reading commands: inside of it every way to write, execute or
 * talk fails, and reading goes on. Each attempt is made in a child of its own. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
#define SECCOMP 0
#else
#define SECCOMP 1
#endif

static char path[64];

static int landlock_abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

/* Runs @attempt inside of the sandbox; 0 when it came through, else its errno. */
static int inside(int (*attempt)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int r = vck_sandbox_drop_capabilities(0);

		if (r == 0)
			r = vck_sandbox_enter();
		if (r < 0)
			_exit(255);
		errno = 0;
		_exit(attempt() < 0 ? errno : 0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 255);
	return WEXITSTATUS(status);
}

static int do_read(void)
{
	char c;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : (int)read(fd, &c, 1);
}

static int do_open_write(void)
{
	return open(path, O_WRONLY | O_CLOEXEC);
}

static int do_open_create(void)
{
	return open("/tmp/vck-sandbox-new", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int do_openat2_write(void)
{
	struct open_how how = { .flags = O_RDWR | O_CLOEXEC };

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static int do_openat2_truncate(void)
{
	struct open_how how = { .flags = O_RDONLY | O_TRUNC | O_CLOEXEC };

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

static int do_unlink(void)
{
	return unlink(path);
}

static int do_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int do_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int do_fork(void)
{
	return (int)fork();
}

static int do_chmod(void)
{
	return chmod(path, 0600);
}

static int do_exec_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int do_ptrace_self(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void test_reading_goes_on(void **state)
{
	(void)state;
	assert_int_equal(inside(do_read), 0);
}

static void test_nothing_else_does(void **state)
{
	static const struct {
		const char *name;
		int (*attempt)(void);
		int landlock; /* the filter cannot see it, Landlock can from this ABI on */
	} rows[] = {
		{ "open for writing", do_open_write, 0 },
		{ "create", do_open_create, 0 },
		{ "openat2 for writing", do_openat2_write, 1 },
		{ "openat2 that truncates", do_openat2_truncate, 3 },
		{ "unlink", do_unlink, 0 },
		{ "chmod", do_chmod, 0 },
		{ "socket", do_socket, 0 },
		{ "exec", do_exec, 0 },
		{ "fork", do_fork, 0 },
		{ "executable memory", do_exec_memory, 0 },
		{ "prctl", do_ptrace_self, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err;

		if (rows[i].landlock ? landlock_abi() < rows[i].landlock : !SECCOMP)
			continue;
		err = inside(rows[i].attempt);
		if (err != EPERM && err != EACCES)
			fail_msg("%s: errno %d, expected EPERM or EACCES", rows[i].name, err);
	}
	assert_int_equal(access(path, F_OK), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_goes_on),
		cmocka_unit_test(test_nothing_else_does),
	};
	int fd, r;

	snprintf(path, sizeof(path), "/tmp/vck-sandbox-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return 99;
	close(fd);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return r;
}
