// SPDX-License-Identifier: GPL-2.0-or-later
/* `watch`: a line for each change. Events say when to look; what is printed is
 * the difference between two looks, so a lost event costs time and no truth,
 * and drift of No Snoop, for which there is no event, shows at the next look. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/errname.h"
#include "check/changes.h"
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/watch.h"
#include "render/change.h"
#include "source/udev.h"

enum {
	OPT_INTERVAL = 1,
	OPT_FOR,
};

#define SETTLE_MS    200 /* a hotplug is a burst: one look after it */
#define SETTLE_TIMES 10
#define EVENTS_MAX   4096 /* taken at once */

struct watch {
	struct vck_global *global;
	struct vck_filter filter;
	bool json;
	uint32_t interval, limit; /* seconds; limit 0: none */
	struct vck_host *last;
};

static const struct vck_option options[] = {
	{ "json", 'J', NULL, 0, "one JSON object a line", NULL, 0,
	  VCK_FLAG(struct watch, json) },
	{ "interval", 'i', "SECONDS", OPT_INTERVAL,
	  "look for drift this often without an event (default 10, 0: only at events)", NULL, 0 },
	{ "for", 0, "SECONDS", OPT_FOR, "stop after this time", NULL, 0 },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

static void timestamp(char *out, size_t size)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static int print_change(void *ctx, const struct vck_change *c)
{
	const struct watch *w = ctx;
	char when[32];

	timestamp(when, sizeof(when));
	return vck_render_change(stdout, c, when, w->json);
}

/* Look again and say what differs. Operands that match nothing yet are no error here: the
 * device may come. */
static int look(struct watch *w)
{
	struct vck_host *h = NULL;
	int r = vck_load(w->global, NULL, &h);

	vck_progress_stop();
	if (r < 0)
		return r;
	r = vck_filter_apply(h, &w->filter);
	if (r < 0 && r != -ENOENT) {
		vck_host_free(h);
		return r;
	}
	r = w->last ? vck_changes(w->last, h, print_change, w) : 0;
	vck_host_free(w->last);
	w->last = h;
	if (fflush(stdout) != 0)
		return -errno;
	return r < 0 ? r : 0;
}

static int drain(struct vck_monitor *m)
{
	struct vck_event e;
	int r, left = EVENTS_MAX;

	do {
		r = vck_monitor_next(m, &e);
	} while (r > 0 && --left);
	if (r > 0)
		return 0;
	return r == -ENOBUFS ? 0 : r;
}

/* Wait for an event, the interval or the end. Return: 1 look, 0 stop, negative errno. */
static int wait_for_reason(struct vck_monitor *m, int signals, int timeout_ms)
{
	struct pollfd p[] = {
		{ .fd = vck_monitor_fd(m), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int n = poll(p, ARRAY_SIZE(p), timeout_ms), r;

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	if (p[1].revents)
		return 0;
	/* Take the whole burst before looking, but for a storm without end */
	for (unsigned i = 0; p[0].revents && i < SETTLE_TIMES; i++) {
		r = drain(m);
		if (r < 0)
			return r;
		if (poll(p, ARRAY_SIZE(p), SETTLE_MS) <= 0)
			break;
		if (p[1].revents)
			return 0;
	}
	return 1;
}

static int milliseconds_left(const struct watch *w, const struct timespec *start)
{
	int64_t left = w->interval ? (int64_t)w->interval * 1000 : -1, end;
	struct timespec now;

	if (!w->limit)
		return left < 0 ? -1 : (int)(left < INT32_MAX ? left : INT32_MAX);
	clock_gettime(CLOCK_MONOTONIC, &now);
	end = (int64_t)w->limit * 1000 - (now.tv_sec - start->tv_sec) * 1000 -
	      (now.tv_nsec - start->tv_nsec) / 1000000;
	if (end < 0)
		end = 0;
	return (int)(left < 0 || end < left ? end : left);
}

static int loop(struct watch *w, struct vck_monitor *m, int signals)
{
	struct timespec start;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		int ms;

		r = look(w);
		if (r < 0)
			return r;
		ms = milliseconds_left(w, &start);
		if (ms == 0)
			return 0;
		r = wait_for_reason(m, signals, ms);
		if (r <= 0)
			return r;
	}
}

static int run_watch(struct watch *w)
{
	cleanup_monitor struct vck_monitor *m = NULL;
	sigset_t set;
	int signals, r;

	r = vck_monitor_open("kernel", &m);
	if (r < 0) {
		vck_error("device events: cannot listen: %s", vck_errno_text(r));
		return VCK_EXIT_FAILED;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		vck_error("signals: cannot wait for them: %s", vck_errno_text(errno));
		return VCK_EXIT_FAILED;
	}
	r = loop(w, m, signals);
	close(signals);
	vck_host_free(w->last);
	/* Nobody reads it any more: the end, as by a signal */
	if (r == -EPIPE)
		return VCK_EXIT_OK;
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

static int take_seconds(const char *name, const char *arg, uint32_t least, uint32_t *ret)
{
	int r = vck_parse_u32(arg, 10, ret);

	if (r == 0 && *ret < least)
		r = -ERANGE;
	if (r < 0)
		vck_error("--%s: '%s' is not a number of seconds", name, arg);
	return r;
}

static int take_option(void *request, int id, const char *arg)
{
	struct watch *w = request;

	return id == OPT_INTERVAL ? take_seconds("interval", arg, 0, &w->interval)
				  : take_seconds("for", arg, 1, &w->limit);
}

int vck_watch_main(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	const char *root = g->root; /* a test's; --root comes with the options */
	struct watch w = { .global = g, .interval = 10 };
	int status;

	if (vck_options_take(c, g, argc, argv, &w, &w.filter, take_option, &status) < 0)
		return status;
	if (g->root && !root) {
		vck_error("--root: watch follows the running host, a capture does not change");
		return VCK_EXIT_FAILED;
	}
	return run_watch(&w);
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	return vck_watch_main(c, g, argc, argv);
}

const struct vck_command vck_cmd_watch = {
	.name = "watch",
	.args = "[DEVICE...]",
	.summary = "follow hotplug, bind and drift live, a line each",
	.options = options,
	.operands = "@device",
	.run = run,
};
