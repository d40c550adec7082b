// SPDX-License-Identifier: GPL-2.0-or-later
/* See acpiexec.h. The child gets the tables as memory files, answers on a pipe, and is
 * killed when it takes longer than ten seconds. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "eval/acpiexec.h"

enum {
	MAX_TABLES = 64,
	SECONDS = 10,
	NOBODY = 65534,
	MAX_OUTPUT = 1 << 20,
};

struct child {
	int fds[MAX_TABLES];
	size_t n;
	char names[MAX_TABLES][32];
	char command[512];
	int out[2];
	pid_t pid;
};

static void close_all(struct child *c)
{
	for (size_t i = 0; i < c->n; i++)
		close(c->fds[i]);
	for (int i = 0; i < 2; i++) {
		if (c->out[i] >= 0)
			close(c->out[i]);
	}
	c->n = 0;
}

static int write_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);
		int err = errno;

		if (done < 0 && err != EINTR)
			return -err;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

static int add_table(struct child *c, struct vck_bytes b)
{
	int fd = memfd_create("table", 0), r;

	if (fd < 0)
		return -errno;
	c->fds[c->n] = fd;
	snprintf(c->names[c->n], sizeof(c->names[0]), "/proc/self/fd/%d", fd);
	c->n++;
	r = write_all(fd, b.data, b.len);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r;
}

/* In the child: give up what it does not need, then become acpiexec. */
static void become(struct child *c)
{
	static const char *const places[] = { "/usr/bin/acpiexec", "/usr/sbin/acpiexec",
					      "/usr/local/bin/acpiexec" };
	const struct rlimit cpu = { SECONDS, SECONDS }, memory = { 1u << 30, 1u << 30 },
			    size = { 0, 0 };
	char *argv[MAX_TABLES + 4] = { (char *)"acpiexec", (char *)"-b", c->command };
	char *env[] = { (char *)"LC_ALL=C", NULL };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; i < c->n; i++)
		argv[3 + i] = c->names[i];
	signal(SIGPIPE, SIG_DFL); /* what the command ignores it would inherit */
	signal(SIGXFSZ, SIG_DFL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(c->out[1], 1) < 0 || dup2(null, 2) < 0 ||
	    setrlimit(RLIMIT_CPU, &cpu) < 0 || setrlimit(RLIMIT_AS, &memory) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &size) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(126);
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
			       setresuid(NOBODY, NOBODY, NOBODY) < 0))
		_exit(126);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		execve(places[i], argv, env);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that the child says; the buffer ends with NUL. */
static int read_output(int fd, char *buf, size_t size)
{
	int64_t end = now_ms() + (int64_t)SECONDS * 1000;
	size_t len = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - now_ms();
		ssize_t n;
		int r = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (r < 0 && errno == EINTR)
			continue;
		if (r == 0 || len == size - 1)
			return -ETIMEDOUT;
		n = r < 0 ? -1 : read(fd, buf + len, size - 1 - len);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
	return 0;
}

/* "  [Integer] = 0000000000000001" behind the line about this evaluation. */
static int parse_output(const char *text, uint64_t *ret)
{
	static const char key[] = "[Integer] = ";
	const char *at = strstr(text, "returned object");
	char number[17];
	size_t n = 0;

	at = at ? strstr(at, key) : NULL;
	if (!at)
		return -ENODATA;
	for (at += strlen(key); n < 16 && strchr("0123456789ABCDEFabcdef", at[n]) && at[n]; n++)
		number[n] = at[n];
	number[n] = '\0';
	return n && vck_parse_u64(number, 16, UINT64_MAX, ret) == 0 ? 0 : -ENODATA;
}

static int run(struct child *c, uint64_t *ret)
{
	cleanup_free char *buf = malloc(MAX_OUTPUT);
	int r, status = 0;

	if (!buf)
		return -ENOMEM;
	if (pipe2(c->out, O_CLOEXEC) < 0)
		return -errno;
	c->pid = fork();
	if (c->pid < 0)
		return -errno;
	if (c->pid == 0)
		become(c);
	close(c->out[1]);
	c->out[1] = -1;
	r = read_output(c->out[0], buf, MAX_OUTPUT);
	if (r < 0)
		kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return r < 0 ? r : parse_output(buf, ret);
}

int vck_acpiexec_integer(const struct vck_bytes *tables, size_t n, const char *path,
			 uint64_t *ret)
{
	struct child c = { .out = { -1, -1 } };
	int r = 0;

	/* Anything else would be read as commands of acpiexec's debugger. */
	if (strspn(path, "\\._ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(path) ||
	    strlen(path) > 400 || n > MAX_TABLES)
		return -EINVAL;
	snprintf(c.command, sizeof(c.command), "evaluate %s", path);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_table(&c, tables[i]);
	if (r == 0)
		r = run(&c, ret);
	close_all(&c);
	return r;
}
