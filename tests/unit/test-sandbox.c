// SPDX-License-Identifier: GPL-2.0-or-later
/* The sandbox of reading commands: inside of it every way to write, execute or
 * talk fails, and reading goes on. Each attempt is made in a child of its own. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
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
#include "source/root.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
#define SECCOMP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define SECCOMP 0
#endif
#endif
#ifndef SECCOMP
#define SECCOMP 1
#endif

static char path[64];
static const char content[] = "precious";

static int landlock_abi(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

static int hide_landlock(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0);

	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

/* Runs @attempt inside of the sandbox; 0 when it came through, else its errno. */
static int inside(int (*attempt)(void), bool without_landlock)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int r = vck_sandbox_drop_capabilities(0);

		if (r == 0 && without_landlock)
			r = hide_landlock();
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

	return fd < 0 || fcntl(fd, F_GETFL) < 0 ? -1 : (int)read(fd, &c, 1);
}

static int do_read_below(void)
{
	const struct open_how *how = &vck_root_ways[VCK_WAY_FILE_BELOW];
	int dir = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char c;
	int fd = (int)syscall(SYS_openat2, dir, "sys/kernel/osrelease", how, sizeof(*how));

	return fd < 0 ? -1 : (int)read(fd, &c, 1);
}

/* Memory by brk(2) and by mmap(2), grown and given back. */
static int do_allocate(void)
{
	void *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	p = mremap(p, 1 << 20, 4 << 20, MREMAP_MAYMOVE);
	if (p == MAP_FAILED || mprotect(p, 4 << 20, PROT_READ) < 0)
		return -1;
	return munmap(p, 4 << 20);
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

/* Where standard output was, a file: write(2) to descriptor 1 is allowed. */
static int do_write_elsewhere(void)
{
	struct open_how how = { .flags = O_WRONLY | O_CLOEXEC };

	close(STDOUT_FILENO);
	return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)) < 0
		       ? -1
		       : (int)write(STDOUT_FILENO, "x", 1);
}

/* A descriptor that the caller left open, in the place of standard output. */
static int do_dup_onto(void)
{
	return dup2(STDIN_FILENO, STDOUT_FILENO);
}

static int do_dup_lowest(void)
{
	close(STDOUT_FILENO);
	return dup(STDIN_FILENO);
}

static int do_fcntl_dup_lowest(void)
{
	close(STDOUT_FILENO);
	return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
}

/* Any signal to any process of the same user, when a descriptor becomes readable. */
static int do_signal_owner(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, getppid());
}

static int do_signal_which(void)
{
	return fcntl(STDIN_FILENO, F_SETSIG, SIGKILL);
}

static int do_signal_on(void)
{
	return fcntl(STDIN_FILENO, F_SETFL, O_ASYNC);
}

static int do_kill(void)
{
	return kill(getppid(), 0);
}

/* The page of what openat2(2) is called with. */
static void *ways_page(void)
{
	return (void *)((uintptr_t)vck_root_ways & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1));
}

static int do_ways_writable(void)
{
	return mprotect(ways_page(), (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE);
}

static int do_ways_from_below(void)
{
	return mprotect((char *)ways_page() - sysconf(_SC_PAGESIZE),
			(size_t)sysconf(_SC_PAGESIZE) * 2, PROT_READ | PROT_WRITE);
}

static int do_ways_unmapped(void)
{
	return munmap(ways_page(), (size_t)sysconf(_SC_PAGESIZE));
}

static int do_ways_replaced(void)
{
	return mmap(ways_page(), (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED
		       ? -1
		       : 0;
}

static int move(void *from, void *to)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return mremap(from, page, page, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED ? -1
											 : 0;
}

static int do_ways_moved(void)
{
	return move(ways_page(), (char *)ways_page() - (64 << 20));
}

static int do_ways_covered(void)
{
	void *p = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : move(p, ways_page());
}

/* MAP_SHARED_VALIDATE has the bit of MAP_PRIVATE. */
static int do_map_shared(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1,
		    0) == MAP_FAILED && errno == EPERM
		       ? -1
		       : 0;
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
	assert_int_equal(inside(do_read, false), 0);
	assert_int_equal(inside(do_read_below, false), 0);
	assert_int_equal(inside(do_allocate, false), 0);
}

static const struct {
	const char *name;
	int (*attempt)(void);
	int landlock; /* what refuses it where there is no filter, from this ABI on */
} rows[] = {
	{ "open for writing", do_open_write, 1 },
	{ "create", do_open_create, 1 },
	{ "openat2 for writing", do_openat2_write, 1 },
	{ "openat2 that truncates", do_openat2_truncate, 0 },
	{ "another standard output", do_write_elsewhere, 1 },
	{ "dup2", do_dup_onto, 0 },
	{ "dup", do_dup_lowest, 0 },
	{ "dup by fcntl", do_fcntl_dup_lowest, 0 },
	{ "who gets a signal", do_signal_owner, 0 },
	{ "which signal", do_signal_which, 0 },
	{ "signals when readable", do_signal_on, 0 },
	{ "kill", do_kill, 0 },
	{ "ways made writable", do_ways_writable, 0 },
	{ "ways made writable from below", do_ways_from_below, 0 },
	{ "ways unmapped", do_ways_unmapped, 0 },
	{ "ways replaced", do_ways_replaced, 0 },
	{ "ways moved", do_ways_moved, 0 },
	{ "ways covered", do_ways_covered, 0 },
	{ "a shared mapping", do_map_shared, 0 },
	{ "unlink", do_unlink, 1 },
	{ "chmod", do_chmod, 0 },
	{ "socket", do_socket, 0 },
	{ "exec", do_exec, 1 },
	{ "fork", do_fork, 0 },
	{ "executable memory", do_exec_memory, 0 },
	{ "prctl", do_ptrace_self, 0 },
};

static void try_all(bool without_landlock)
{
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool by_landlock = rows[i].landlock && landlock_abi() >= rows[i].landlock;
		int err;

		if (!SECCOMP && (without_landlock || !by_landlock))
			continue;
		err = inside(rows[i].attempt, without_landlock);
		if (err != EPERM && err != EACCES)
			fail_msg("%s: errno %d, expected EPERM or EACCES", rows[i].name, err);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, sizeof(content));
}

static void test_nothing_else_does(void **state)
{
	(void)state;
	try_all(false);
}

/* Kernels before 5.13, and those that are told to have none. */
static void test_without_landlock(void **state)
{
	(void)state;
	try_all(true);
	assert_int_equal(inside(do_read, true), 0);
	assert_int_equal(inside(do_read_below, true), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_goes_on),
		cmocka_unit_test(test_nothing_else_does),
		cmocka_unit_test(test_without_landlock),
	};
	int fd, r;

	snprintf(path, sizeof(path), "/tmp/vck-sandbox-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return 99;
	if (write(fd, content, sizeof(content)) != sizeof(content))
		return 99;
	close(fd);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return r;
}
