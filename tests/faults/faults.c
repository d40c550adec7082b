// SPDX-License-Identifier: GPL-2.0-or-later
/* Every allocation and every read failing in turn, under the whole program.
 *
 * The program's own calls of malloc and of what reads files are wrapped by the
 * linker (--wrap), so what runs above them is what users run. A command is run
 * in a child once without a fault, then with the Nth call failing, N counting
 * up until no call is left to fail.
 *
 * Stated outcome, for each fault: no signal, no hang; and either the same
 * output, or a document whose "problems" say that something was not read, or
 * an exit status other than 0 with a message. A silent difference is a bug, in
 * text as well where memory was what failed. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/errname.h"
#include "cmd/cmd.h"
#include "source/memtree.h"
#include "source/root.h"

enum fault_kind {
	FAULT_ALLOC,
	FAULT_IO,
};

/* The state of the injector; shared with the wrapped calls below. */
static struct {
	enum fault_kind kind;
	long countdown; /* 0: off */
	int err;
	struct {
		bool fired;
		char where[256];
	} *seen; /* shared with the parent */
} injector;

static bool fails(enum fault_kind kind)
{
	if (injector.kind != kind || injector.countdown == 0 || --injector.countdown > 0)
		return false;
	injector.seen->fired = true;
	errno = kind == FAULT_ALLOC ? ENOMEM : injector.err;
	return true;
}

static bool fails_at(const char *call, const char *path)
{
	if (!fails(FAULT_IO))
		return false;
	snprintf(injector.seen->where, sizeof(injector.seen->where), "%s %.200s", call, path);
	errno = injector.err;
	return true;
}

static bool fails_fd(const char *call, int fd)
{
	char link[64], path[256] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (injector.kind == FAULT_IO && injector.countdown == 1 &&
	    readlink(link, path, sizeof(path) - 1) < 0)
		path[0] = '\0';
	return fails_at(call, path);
}

#define WRAP(ret, name, params) ret __real_##name params; ret __wrap_##name params; ret __wrap_##name params

WRAP(void *, malloc, (size_t n))
{
	return fails(FAULT_ALLOC) ? NULL : __real_malloc(n);
}

WRAP(void *, calloc, (size_t n, size_t size))
{
	return fails(FAULT_ALLOC) ? NULL : __real_calloc(n, size);
}

WRAP(void *, realloc, (void *p, size_t n))
{
	return fails(FAULT_ALLOC) ? NULL : __real_realloc(p, n);
}

WRAP(char *, strdup, (const char *s))
{
	return fails(FAULT_ALLOC) ? NULL : __real_strdup(s);
}

WRAP(ssize_t, read, (int fd, void *buf, size_t n))
{
	return fails_fd("read", fd) ? -1 : __real_read(fd, buf, n);
}

WRAP(ssize_t, pread64, (int fd, void *buf, size_t n, off_t off))
{
	return fails_fd("pread", fd) ? -1 : __real_pread64(fd, buf, n, off);
}

WRAP(ssize_t, pread, (int fd, void *buf, size_t n, off_t off))
{
	return fails_fd("pread", fd) ? -1 : __real_pread(fd, buf, n, off);
}

WRAP(ssize_t, readlinkat, (int at, const char *path, char *buf, size_t n))
{
	return fails_at("readlink", path) ? -1 : __real_readlinkat(at, path, buf, n);
}

WRAP(struct dirent *, readdir, (DIR * d))
{
	return fails_fd("readdir", dirfd(d)) ? NULL : __real_readdir(d);
}

WRAP(struct dirent *, readdir64, (DIR * d))
{
	return fails_fd("readdir", dirfd(d)) ? NULL : __real_readdir64(d);
}

/* openat2 has no wrapper in glibc: it goes through syscall(). */
long __real_syscall(long nr, ...);
long __wrap_syscall(long nr, ...);
long __wrap_syscall(long nr, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, nr);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_openat2 && fails_at("open", (const char *)a[1]))
		return -1;
	return __real_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- running a command in a child --- */

#define OUTPUT_MAX (4 << 20)
#define HANG_MS	   20000

struct outcome {
	int status; /* of waitpid */
	bool hung, fired, said; /* said: something on standard error */
	size_t len;
	char *out;
};

static void child(char **args, int n, int out, int err)
{
	struct vck_global g = { .color = "never", .no_sandbox = true };
	const struct vck_command *c = vck_command_find(args[0]);

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	_exit(vck_flush_stdout(c->run(c, &g, n, args)));
}

/* Both pipes to their end, or until nothing came for HANG_MS. */
static void collect(int out, int err, struct outcome *o)
{
	struct pollfd p[] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	char sink[4096];

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, HANG_MS) <= 0) {
			o->hung = true;
			return;
		}
		for (size_t i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = i == 0 ? __real_read(out, o->out + o->len, OUTPUT_MAX - o->len)
				   : __real_read(err, sink, sizeof(sink));
			if (n <= 0)
				p[i].fd = -1;
			else if (i == 0)
				o->len += (size_t)n;
			else
				o->said = true;
		}
	}
}

static struct outcome run(char **args, int n)
{
	struct outcome o = { .out = __real_calloc(1, OUTPUT_MAX) };
	int out[2], err[2];
	pid_t pid;

	injector.seen->fired = false;
	injector.seen->where[0] = '\0';
	if (!o.out || pipe(out) < 0 || pipe(err) < 0)
		abort();
	fflush(stdout); /* or the child prints it once more, before its document */
	pid = fork();
	if (pid == 0) {
		close(out[0]);
		close(err[0]);
		child(args, n, out[1], err[1]);
	}
	close(out[1]);
	close(err[1]);
	collect(out[0], err[0], &o);
	if (o.hung)
		kill(pid, SIGKILL);
	waitpid(pid, &o.status, 0);
	close(out[0]);
	close(err[0]);
	o.fired = injector.seen->fired;
	return o;
}

/* The last part of the document. */
static const char *problems_of(const struct outcome *o)
{
	const char *p = strstr(o->out, "\"problems\":");

	return p ? p : "";
}

/* NULL when the outcome is one of those stated at the top. */
static const char *verdict(const struct outcome *base, const struct outcome *o)
{
	int code;

	if (o->hung)
		return "hangs";
	if (!WIFEXITED(o->status))
		return "dies of a signal";
	code = WEXITSTATUS(o->status);
	if (code > VCK_EXIT_UNDETERMINED)
		return "ends with a status that no reading command has";
	if (code == VCK_EXIT_FAILED)
		return o->said || o->len ? NULL : "fails without a word";
	if (o->len == base->len && memcmp(o->out, base->out, o->len) == 0)
		return NULL;
	/* Text output is compared by the JSON run of the same fault, but for what printing needs. */
	if (base->len && base->out[0] != '{')
		return injector.kind == FAULT_IO || o->said ? NULL : "prints less without a word";
	/* A file that is not there is an answer, not a fault. */
	if (injector.err == ENOENT)
		return NULL;
	return streq(problems_of(o), problems_of(base)) ? "loses something without a problem line"
							: NULL;
}

/* @gave_up: how many of them ended the command. */
static long try_all(char **args, int n, const struct outcome *base, const char *what, long step,
		    long *gave_up)
{
	long bad = 0, k;

	*gave_up = 0;
	for (k = 1;; k += step) {
		struct outcome o;
		const char *wrong;

		injector.countdown = k;
		o = run(args, n);
		wrong = verdict(base, &o);
		*gave_up += WIFEXITED(o.status) && WEXITSTATUS(o.status) == VCK_EXIT_FAILED;
		free(o.out);
		if (wrong) {
			printf("not ok - %s: %s call %ld failing (%s): %s: %s\n", args[0], what, k,
			       vck_errno_name(injector.err), wrong, injector.seen->where);
			bad++;
		}
		if (!o.fired)
			break;
	}
	injector.countdown = 0;
	printf("# %s: %s: %ld calls failed in turn with %s, %ld bad outcomes\n", args[0], what,
	       (k - 1) / step, vck_errno_name(injector.err), bad);
	return bad;
}

/* Without --all the first two stand for them all: one that no reader treats in a special way,
 * and the one that could be taken for the program's own want. */
static const int errors[] = { EIO, ENOMEM, EACCES, ENOENT, EMFILE };
#define ERRORS_ALWAYS 2

static long test_command(char **args, int n, size_t n_errors)
{
	struct outcome base;
	long bad = 0, most;

	injector.countdown = 0;
	base = run(args, n);
	injector.kind = FAULT_ALLOC;
	injector.err = ENOMEM;
	bad += try_all(args, n, &base, "allocation", 1, &most);
	injector.kind = FAULT_IO;
	for (size_t i = 0; i < n_errors; i++) {
		long gave_up;

		injector.err = errors[i];
		bad += try_all(args, n, &base, "read", 1, &gave_up);
		/* The kernel's want of memory is no more than a file that cannot be read. */
		if (errors[i] == EIO)
			most = gave_up;
		if (gave_up > most) {
			printf("not ok - %s: %ld reads end everything with %s, %ld with EIO\n",
			       args[0], gave_up, vck_errno_name(errors[i]), most);
			bad++;
		}
	}
	free(base.out);
	return bad;
}

/* Texts are put together in memory: a line that gets none must not be left out in silence. */
static long test_texts(const char *root)
{
	static const char *const commands[][3] = {
		{ "show", "--slot=2" },
		{ "list", "--tree" },
		{ "check", NULL },
		{ "host", NULL },
		{ "groups", "--predict" },
		{ "nosnoop", "--all" },
		{ "explain", "reset.method" },
		{ "export", "--format=dot" },
		{ "export", "--format=nfd" },
		{ "export", "--format=prometheus" },
	};
	long bad = 0, gave_up;

	injector.kind = FAULT_ALLOC;
	injector.err = ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *args[] = { commands[i][0], "--root", root, commands[i][1], NULL };
		int n = args[3] ? 4 : 3;
		struct outcome base;

		injector.countdown = 0;
		base = run((char **)args, n);
		if (base.len) /* not every host has such a function */
			bad += try_all((char **)args, n, &base, "allocation for a text", 1,
				       &gave_up);
		free(base.out);
	}
	return bad;
}

/* --- a capture laid out as a directory, since that is what read faults are about --- */

static void lay_out(struct vck_mem_node *n, const char *path)
{
	char buf[65536], sub[4096];
	ssize_t got;
	int fd;

	switch (n->type) {
	case VCK_MEM_DIR:
		mkdir(path, 0755);
		for (size_t i = 0; i < n->n_children; i++) {
			snprintf(sub, sizeof(sub), "%s/%s", path, n->children[i]->name);
			lay_out(n->children[i], sub);
		}
		break;
	case VCK_MEM_LINK:
		if (symlink(n->target, path) < 0)
			abort();
		break;
	case VCK_MEM_FILE:
		fd = open(path, O_WRONLY | O_CREAT, 0644);
		got = n->unread ? 0 : vck_mem_pread(n, buf, sizeof(buf), 0);
		if (fd < 0 || (got > 0 && write(fd, buf, (size_t)got) != got))
			abort();
		close(fd);
		break;
	case VCK_MEM_ERROR:
		break;
	}
}

static char *unpack(const char *capture)
{
	static char dir[] = "/tmp/vck-faults-XXXXXX";
	struct vck_root *root;

	if (vck_root_open(capture, &root) < 0 || !vck_root_tree(root) || !mkdtemp(dir))
		return NULL;
	lay_out(vck_memtree_root(vck_root_tree(root)), dir);
	vck_root_close(root);
	return dir;
}

int main(int argc, char **argv)
{
	char *root = argc > 1 ? unpack(argv[1]) : NULL;
	const char *list[] = { "list", "--json", "--root", root, NULL };
	const char *show[] = { "show", "--json", "--root", root, NULL };
	const char *text[] = { "list", "--root", root, NULL };
	char command[64];
	long bad = 0;
	bool all;

	if (!root) {
		fputs("usage: faults CAPTURE [--all]\n", stderr);
		return 2;
	}
	injector.seen = mmap(NULL, sizeof(*injector.seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			      -1, 0);
	if (injector.seen == MAP_FAILED)
		return 2;
	all = argc > 2 && streq(argv[2], "--all");
	bad += test_command((char **)list, 4, all ? ARRAY_SIZE(errors) : ERRORS_ALWAYS);
	bad += test_texts(root);
	if (all) {
		bad += test_command((char **)show, 4, ARRAY_SIZE(errors));
		bad += test_command((char **)text, 3, ARRAY_SIZE(errors));
	}
	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (system(command) != 0)
		bad++;
	puts(bad ? "not ok 1 - stated outcomes" : "ok 1 - stated outcomes");
	puts("1..1");
	return bad ? 1 : 0;
}
