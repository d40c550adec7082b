// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor's loop. It never lets a system call continue: between its look and
 * the kernel's another thread could change what the call points to. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/errname.h"
#include "lock/supervisor.h"
#include "write/env.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* include/uapi/linux/seccomp.h, 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

enum {
	SAID_FOREIGN = 1u << 0,
	SAID_STUCK = 1u << 1,
};

/* How long to wait before looking for survivors once the VMM is gone and the kernel
 * does not say; a VMM that became a daemon is looked for ever less often. */
#define LOOK_MS	    100
#define LOOK_MAX_MS 10000

void vck_lock_say(int vmm, const char *fmt, ...)
{
	cleanup_buf struct vck_buf b = { 0 };
	cleanup_fd int err = (int)syscall(SYS_pidfd_getfd, vmm, STDERR_FILENO, 0);
	struct pollfd p = { .fd = err, .events = POLLOUT };
	va_list ap;

	vck_buf_adds(&b, "viommu-check: ");
	va_start(ap, fmt);
	vck_buf_addvf(&b, fmt, ap);
	va_end(ap);
	openlog("viommu-check", LOG_PID, LOG_DAEMON);
	syslog(LOG_WARNING, "%s", vck_buf_str(&b) + strlen("viommu-check: "));
	closelog();
	vck_buf_addc(&b, '\n');
	/* never wait for somebody who does not read */
	if (err >= 0 && poll(&p, 1, 0) == 1 && p.revents & POLLOUT &&
	    write(err, vck_buf_str(&b), b.len) < 0)
		return;
}

static bool is_waiting(void *data, uint64_t id)
{
	const struct vck_supervisor *s = data;

	return ioctl(s->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void say_once(struct vck_supervisor *s, unsigned what, const struct seccomp_notif *n,
		     int err)
{
	if (s->said & what)
		return;
	s->said |= what;
	if (what == SAID_FOREIGN)
		vck_lock_say(s->vmm,
			     "process %u: cannot look into it: %s: its writes to config space are refused (the supervisor needs its user and kernel.yama.ptrace_scope below 2, or root)",
			     n->pid, vck_errno_text(err));
	else
		vck_lock_say(s->vmm,
			     "descriptor %d of process %u: Enable No Snoop stays set when it is cleared (the function does not let go of it; nothing holds it)",
			     (int)n->data.args[0], n->pid);
}

static void answer(struct vck_supervisor *s, const struct seccomp_notif *n)
{
	struct seccomp_notif_resp resp = { .id = n->id };
	uint64_t stuck = s->forward.stats.stuck;
	ssize_t result = 0;
	int err = vck_forward_write(&s->forward, n, is_waiting, s, &result);

	if (err == -ENOENT || err == -ESRCH)
		return;
	if (err < 0) {
		say_once(s, SAID_FOREIGN, n, err);
		result = -EPERM;
	}
	if (s->forward.stats.stuck != stuck)
		say_once(s, SAID_STUCK, n, 0);
	if (result < 0)
		resp.error = (int)result;
	else
		resp.val = result;
	/* ENOENT: killed meanwhile, then there is nobody to tell */
	ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

/* Return: 0, or a negative errno that no later call will cure. */
static int receive(struct vck_supervisor *s, struct seccomp_notif *n, size_t size)
{
	memset(n, 0, size);
	if (ioctl(s->listener, SECCOMP_IOCTL_NOTIF_RECV, n) < 0)
		return errno == EINTR || errno == ENOENT ? 0 : -errno;
	answer(s, n);
	return 0;
}

static int loop(struct vck_supervisor *s, struct seccomp_notif *n, size_t size)
{
	struct pollfd p[] = {
		{ .fd = s->listener, .events = POLLIN },
		{ .fd = s->vmm, .events = POLLIN },
	};

	int wait = -1;

	for (;;) {
		int r = poll(p, ARRAY_SIZE(p), wait);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r == 0 && !vck_task_any_filtered(s->since))
			return 0;
		if (r == 0)
			wait = wait < LOOK_MAX_MS / 2 ? wait * 2 : LOOK_MAX_MS;
		if (r <= 0)
			continue;
		if (p[0].revents & POLLIN) {
			r = receive(s, n, size);
			if (r < 0)
				return r;
			continue;
		}
		if (p[0].revents)
			return 0;
		/* the VMM is gone; what it started may live on */
		p[1].fd = -1;
		wait = LOOK_MS;
	}
}

int vck_supervisor_loop(struct vck_supervisor *s)
{
	cleanup_free struct seccomp_notif *n = NULL;
	struct seccomp_notif_sizes sizes;
	size_t size = sizeof(*n);

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	/* one of the two always waits for the other: let them share a processor */
	ioctl(s->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	if (sizes.seccomp_notif > size)
		size = sizes.seccomp_notif; /* a newer kernel's is longer */
	n = calloc(1, size);
	return n ? loop(s, n, size) : -ENOMEM;
}
