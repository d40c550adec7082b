// SPDX-License-Identifier: GPL-2.0-or-later
/* The processes of `run`: see run.h. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock/filter.h"
#include "lock/run.h"
#include "lock/supervisor.h"
#include "write/env.h"

/* What the three know of each other. */
struct family {
	const struct vck_run *run;
	pid_t vmm;
	int vmm_pidfd;
	int here, there; /* ends of a socket: the VMM's, the others' */
};

static int send_word(int sock, int word, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec v = { &word, sizeof(word) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c = &control.align;

		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(sock, &m, MSG_NOSIGNAL) == sizeof(word) ? 0 : -errno;
}

/* @ret_fd: NULL where none is expected. -EPIPE: the other side is gone. */
static int receive_word(int sock, int *ret, int *ret_fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	int word;
	struct iovec v = { &word, sizeof(word) };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	ssize_t n;

	do
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != sizeof(word) || (ret_fd && m.msg_controllen < CMSG_LEN(sizeof(int))))
		return -EPIPE;
	if (ret_fd)
		memcpy(ret_fd, CMSG_DATA(&control.align), sizeof(*ret_fd));
	*ret = word;
	return 0;
}

/* --- supervisor --- */

static int supervise(const struct family *f)
{
	static struct vck_supervisor s;
	int word, r;

	s.vmm = f->vmm_pidfd;
	s.since = vck_task_start(f->vmm);
	r = vck_forward_init(&s.forward, f->run->ops);
	if (r == 0)
		r = receive_word(f->there, &word, &s.listener);
	if (r == -EPIPE)
		return 0; /* the VMM never came to be */
	if (r == 0)
		r = send_word(f->there, 0, -1);
	close(f->there);
	if (r == 0)
		r = vck_supervisor_loop(&s);
	vck_forward_done(&s.forward);
	return r;
}

/* --- keeper --- */

/* Signals for the VMM's process group, or for all of its service, are not for these:
 * they end when the VMM ends. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGPIPE, SIGALRM, SIGTERM,
				       SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t none;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Hold nothing of the caller's: whoever waits for the end of a pipe must see it when
 * the VMM ends, and no file system stays busy. Keeps the two that are needed. */
static int let_go(struct family *f)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int sock, pidfd;

	if (null < 0)
		return -errno;
	for (int fd = 0; fd <= 2; fd++) {
		if (dup2(null, fd) < 0)
			return -errno;
	}
	/* out of the way first: the two may have each other's number */
	sock = fcntl(f->there, F_DUPFD_CLOEXEC, 5);
	pidfd = fcntl(f->vmm_pidfd, F_DUPFD_CLOEXEC, 5);
	if (sock < 0 || pidfd < 0 || dup3(sock, 3, O_CLOEXEC) < 0 ||
	    dup3(pidfd, 4, O_CLOEXEC) < 0)
		return -errno;
	f->there = 3;
	f->vmm_pidfd = 4;
	if (syscall(SYS_close_range, 5u, ~0u, 0u) < 0)
		return -errno;
	return chdir("/") < 0 ? -errno : 0;
}

static void wait_for_vmm(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

static int wait_for(pid_t pid, int *ret_status)
{
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static void say_lost(const struct family *f, int status)
{
	struct pollfd p = { .fd = f->vmm_pidfd, .events = POLLIN };

	if (poll(&p, 1, 0) != 0)
		return; /* nobody is left to be told, or to be harmed */
	vck_lock_say(f->vmm_pidfd,
		     "process %d: its supervisor is gone: %s %d: every write to config space now fails with ENOSYS (restart it under 'viommu-check run')",
		     (int)f->vmm, WIFSIGNALED(status) ? "killed by signal" : "ended with",
		     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int keep(struct family *f)
{
	const struct vck_run_hooks *h = f->run->hooks;
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(-supervise(f));
	if (h)
		h->begin(f->run->data, pid, f->vmm_pidfd);
	/* the VMM starts only after this */
	if (send_word(f->there, (int)pid, -1) < 0)
		kill(pid, SIGKILL);
	close(f->there);
	wait_for(pid, &status);
	if (h)
		h->unheld(f->run->data);
	if (status != 0)
		say_lost(f, status);
	wait_for_vmm(f->vmm_pidfd);
	if (h)
		h->end(f->run->data, f->vmm_pidfd);
	return 0;
}

/* The first child: a session of its own, then the keeper, which so is nobody's. */
static int be_forgotten(struct family *f)
{
	pid_t pid;
	int r;

	setsid();
	pid = fork();
	if (pid != 0)
		return pid < 0 ? -errno : 0;
	ignore_signals();
	/* the VMM may be of the same user, and must not be able to trace these */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	r = let_go(f);
	return r < 0 ? r : keep(f);
}

/* --- VMM --- */

static int start_keeper(struct family *f)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(f->here);
		_exit(-be_forgotten(f));
	}
	/* -ECHILD: the caller had its children reaped by the kernel */
	if (wait_for(pid, &status) == 0 && WEXITSTATUS(status))
		return -WEXITSTATUS(status);
	return 0;
}

static int become_filtered(struct family *f, const struct vck_filter_program *p,
			   const char **reterr_what)
{
	cleanup_fd int listener = -1;
	int supervisor, word, r;

	*reterr_what = "start the supervisor";
	r = start_keeper(f);
	close(f->there);
	if (r == 0)
		r = receive_word(f->here, &supervisor, NULL);
	if (r < 0)
		return r;
	/* Yama: not an ancestor, and yet allowed; fails where there is no Yama */
	prctl(PR_SET_PTRACER, (unsigned long)supervisor, 0, 0, 0);
	*reterr_what = "install the seccomp filter";
	r = vck_filter_install(p, &listener);
	if (r < 0)
		return r;
	*reterr_what = "hand the listener to the supervisor";
	r = send_word(f->here, 0, listener);
	return r < 0 ? r : receive_word(f->here, &word, NULL);
}

int vck_run_start(const struct vck_run *run, const char **reterr_what)
{
	struct vck_filter_program p = { 0 };
	cleanup_fd int here = -1, pidfd = -1;
	struct family f = { .run = run, .vmm = getpid() };
	int pair[2], r;

	*reterr_what = "compile the seccomp filter";
	r = vck_filter_build(run->allow_io_uring, &p);
	if (r < 0)
		return r;
	*reterr_what = "start the supervisor";
	pidfd = (int)syscall(SYS_pidfd_open, f.vmm, 0);
	if (pidfd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		r = -errno;
	} else {
		f.vmm_pidfd = pidfd;
		f.here = here = pair[0];
		f.there = pair[1];
		r = become_filtered(&f, &p, reterr_what);
	}
	vck_filter_program_done(&p);
	if (r < 0)
		return r;
	*reterr_what = "execute it";
	execvp(run->argv[0], run->argv);
	return -errno;
}
