// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard's loop: what wakes it, and which functions it looks at. What it does to
 * one function is in guard-watch.c. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lock/guard-watch.h"
#include "lock/notify.h"
#include "source/udev.h"
#include "write/file.h"
#include "write/record.h"

#define EVENTS_MAX 4096 /* taken at once */

enum { FD_EVENTS, FD_SIGNALS, FD_TIMER, FD_CONF, FD_COUNT };

struct loop {
	struct vck_guard *guard;
	struct vck_monitor *monitor;
	struct pollfd fds[FD_COUNT];
	int above_watch; /* of the directory above the configuration; -1 none */
	bool ticking;
	unsigned watchdog_ms;
};

/* --- set up --- */

/* One guard a host: the lock lives as long as the process. */
static int claim(const struct vck_write_env *env, int *ret)
{
	cleanup_fd int dir = -1, fd = -1;
	int r = vck_state_dir(env->run_dir, true, &dir);

	if (r < 0)
		return r;
	fd = openat(dir, "guard.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	*ret = fd;
	fd = -1;
	return 0;
}

/* Says under /run that a guard is there, so that `guarded` is only claimed while it is. */
static int announce(struct vck_guard *g)
{
	cleanup_buf struct vck_buf text = { 0 };
	cleanup_blob struct vck_blob stat = { 0 };
	struct vck_lock_holder self = { .pid = (uint32_t)getpid() };
	cleanup_fd int dir = -1;
	int r = vck_state_dir(g->env->run_dir, true, &dir);

	if (r < 0)
		return r;
	if (vck_root_read(g->root, "proc/self/stat", &stat) == 0)
		self.start = vck_stat_start((const char *)stat.data, stat.len);
	vck_holder_format(&text, &self);
	if (text.failed)
		return -ENOMEM;
	return vck_file_replace(dir, VCK_GUARD_FILE, text.data, text.len, 0644);
}

static void retire(struct vck_guard *g)
{
	cleanup_fd int dir = -1;

	if (vck_state_dir(g->env->run_dir, false, &dir) == 0)
		(void)!vck_file_remove(dir, VCK_GUARD_FILE);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_fds(struct loop *l)
{
	int r = vck_monitor_open("kernel", &l->monitor);

	for (int i = 0; i < FD_COUNT; i++)
		l->fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	if (r < 0)
		return r;
	l->fds[FD_EVENTS].fd = vck_monitor_fd(l->monitor);
	l->fds[FD_SIGNALS].fd = open_signals();
	if (l->fds[FD_SIGNALS].fd < 0)
		return -errno;
	l->fds[FD_TIMER].fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->fds[FD_TIMER].fd < 0)
		return -errno;
	l->fds[FD_CONF].fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return l->fds[FD_CONF].fd < 0 ? -errno : 0;
}

static void close_fds(struct loop *l)
{
	/* The first belongs to the monitor */
	for (int i = FD_SIGNALS; i < FD_COUNT; i++)
		vck_fd_closep(&l->fds[i].fd);
	vck_monitor_close(l->monitor);
}

/* --- while it runs --- */

/* Watch the directory, or the one above it while it does not exist. Adding a watch that is
 * there changes nothing; removing one makes an event, so that is done only when it must be. */
static void watch_conf(struct loop *l)
{
	const char *dir = l->guard->env->conf_dir, *slash = strrchr(dir, '/');
	int fd = l->fds[FD_CONF].fd, wd;
	cleanup_buf struct vck_buf above = { 0 };

	wd = inotify_add_watch(fd, dir,
			       IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF |
				       IN_ONLYDIR);
	if (wd >= 0) {
		if (l->above_watch >= 0)
			inotify_rm_watch(fd, l->above_watch);
		l->above_watch = -1;
		return;
	}
	if (!slash || l->above_watch >= 0)
		return;
	vck_buf_add(&above, dir, (size_t)(slash - dir));
	l->above_watch = inotify_add_watch(fd, vck_buf_str(&above), IN_CREATE | IN_ONLYDIR);
}

static void set_timer(struct loop *l, bool on)
{
	unsigned ms = l->guard->interval_ms;
	struct itimerspec t = { 0 };

	if (on == l->ticking)
		return;
	l->ticking = on;
	if (on) {
		t.it_interval.tv_sec = ms / 1000;
		t.it_interval.tv_nsec = ms % 1000 * 1000000L;
		t.it_value = t.it_interval;
	}
	timerfd_settime(l->fds[FD_TIMER].fd, 0, &t, NULL);
}

static int refresh(struct loop *l)
{
	int r;

	watch_conf(l);
	r = vck_guard_refresh(l->guard);
	if (r < 0)
		return r;
	vck_guard_look(l->guard);
	set_timer(l, vck_guard_must_look(l->guard));
	return 0;
}

/* What could not be done at the last look is done anew, from the configuration on. */
static int look_again(struct loop *l)
{
	if (l->guard->again)
		return refresh(l);
	vck_guard_look(l->guard);
	set_timer(l, vck_guard_must_look(l->guard));
	return 0;
}

static int take_events(struct loop *l)
{
	struct vck_event e;
	int r, left = EVENTS_MAX;

	/* All that wait, then one look: a hotplug is a burst, and lost ones count too. In a storm
	 * they do not end, and the look must come all the same. */
	do {
		r = vck_monitor_next(l->monitor, &e);
	} while ((r > 0 || r == -ENOBUFS) && --left);
	return r < 0 && r != -ENOBUFS ? r : refresh(l);
}

/* Return: 1 to stop. */
static int take_signals(struct loop *l)
{
	struct signalfd_siginfo s;

	while (read(l->fds[FD_SIGNALS].fd, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo != SIGHUP)
			return 1;
	}
	return refresh(l);
}

static void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* Return: 1 to stop, 0 to go on, or a negative errno. */
static int step(struct loop *l)
{
	int n = poll(l->fds, FD_COUNT, l->watchdog_ms ? (int)l->watchdog_ms : -1), r = 0;

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (l->watchdog_ms)
		vck_notify("WATCHDOG=1");
	if (l->fds[FD_SIGNALS].revents)
		r = take_signals(l);
	if (r == 0 && l->fds[FD_EVENTS].revents)
		r = take_events(l);
	if (r == 0 && l->fds[FD_CONF].revents) {
		drain(l->fds[FD_CONF].fd);
		r = refresh(l);
	}
	if (r == 0 && l->fds[FD_TIMER].revents) {
		drain(l->fds[FD_TIMER].fd);
		r = look_again(l);
	}
	return r;
}

static int run(struct loop *l)
{
	int r = open_fds(l);

	if (r == 0)
		r = announce(l->guard);
	if (r == 0)
		r = refresh(l);
	if (r == 0)
		vck_notify("READY=1");
	while (r == 0)
		r = step(l);
	vck_notify("STOPPING=1");
	retire(l->guard);
	return r < 0 ? r : 0;
}

int vck_guard_run(const struct vck_write_env *env, unsigned interval_ms, vck_guard_log_fn *log,
		  void *data)
{
	struct vck_guard g = {
		.env = env, .interval_ms = interval_ms, .log = log, .log_data = data
	};
	struct loop l = { .guard = &g,
			  .above_watch = -1,
			  .watchdog_ms = vck_notify_interval_ms() };
	cleanup_fd int claimed = -1;
	int r = claim(env, &claimed);

	if (r == 0)
		r = vck_root_open(env->root, &g.root);
	if (r < 0)
		return r;
	r = run(&l);
	close_fds(&l);
	vck_guard_done(&g);
	return r;
}
