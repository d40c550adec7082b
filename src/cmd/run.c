// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/errname.h"
#include "cmd/commands.h"
#include "lock/hold.h"
#include "lock/run.h"

enum {
	OPT_DEVICE = 1,
};

struct run_args {
	const char **devices; /* owned array, borrowed words */
	int n_devices;
	bool allow_io_uring;
	char **command;
};

static const struct vck_option options[] = {
	{ "device", 0, "DEVICE", OPT_DEVICE,
	  "clear Enable No Snoop of this function before COMMAND starts, put it back at the end; repeatable",
	  "@device", 0 },
	{ "allow-io-uring", 0, NULL, 0,
	  "let COMMAND use io_uring, by which it can go round the lock", NULL, 0,
	  VCK_FLAG(struct run_args, allow_io_uring) },
	{ 0 },
};

static int take_device(void *request, int id, const char *arg)
{
	struct run_args *a = request;

	(void)id; /* there is no other */
	a->devices[a->n_devices++] = arg;
	return 0;
}

/* 0, or -1 with the exit status set. */
static int parse(const struct vck_command *c, struct vck_global *g, int argc, char **argv,
		 struct run_args *a, int *ret_exit)
{
	*ret_exit = VCK_EXIT_FAILED;
	a->devices = calloc((size_t)argc + 1, sizeof(*a->devices));
	if (!a->devices) {
		vck_error("out of memory");
		return -1;
	}
	if (vck_options_take(c, g, argc, argv, a, NULL, take_device, ret_exit) < 0)
		return -1;
	a->command = argv + optind;
	if (optind < argc && optind > 0 && streq(argv[optind - 1], "--"))
		return 0;
	*ret_exit = VCK_EXIT_FAILED;
	vck_error("run: no command to start (viommu-check run [OPTION...] -- COMMAND...)");
	return -1;
}

/* The functions that --device names, made ready. */
static int prepare(struct vck_global *g, const struct run_args *a, struct vck_hold *hold)
{
	cleanup_host struct vck_host *h = NULL;
	struct vck_filter filter = { .operands = (char **)a->devices,
				     .n_operands = a->n_devices };

	if (a->n_devices == 0)
		return VCK_EXIT_OK;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &filter) < 0)
		return VCK_EXIT_FAILED;
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		const char *refusal = NULL;

		if (!d->selected)
			continue;
		if (vck_hold_add(hold, d, &refusal) < 0) {
			vck_error("out of memory");
			return VCK_EXIT_FAILED;
		}
		if (refusal) {
			vck_error("%s: cannot hold Enable No Snoop: %s", d->address, refusal);
			return VCK_EXIT_REFUSED;
		}
	}
	return VCK_EXIT_OK;
}

static int clear(struct vck_hold *hold)
{
	const char *address, *what;
	int r = vck_hold_clear(hold, &address, &what);

	if (r == 0)
		return VCK_EXIT_OK;
	vck_error("%s: %s: %s (COMMAND was not started)", address, what, vck_errno_text(r));
	return VCK_EXIT_WRITE;
}

static const char *start_failure(const char *what, int err)
{
	if (!streq(what, "install the seccomp filter"))
		return vck_errno_text(err);
	if (err == -EBUSY)
		return "another supervisor listens to this process already (a container runtime's; start it outside of the container)";
	if (err == -EINVAL || err == -ENOSYS)
		return "this kernel has no seccomp user notification (it needs CONFIG_SECCOMP_FILTER and Linux 5.5)";
	return vck_errno_text(err);
}

static int start(const struct run_args *a, struct vck_hold *hold)
{
	struct vck_run vmm = {
		.argv = a->command,
		.allow_io_uring = a->allow_io_uring,
		.ops = &vck_lock_vfio,
		.hooks = &vck_hold_hooks,
		.data = hold,
	};
	const char *what;
	int r;

	if (a->allow_io_uring)
		vck_warn("--allow-io-uring: writes by io_uring do not pass the supervisor; COMMAND can set Enable No Snoop by them");
	r = vck_run_start(&vmm, &what);
	vck_error("%s: cannot %s: %s", a->command[0], what, start_failure(what, r));
	return VCK_EXIT_FAILED;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct vck_hold hold = { .env = &vck_write_env_host };
	struct run_args a = { 0 };
	int status;

	if (parse(c, g, argc, argv, &a, &status) == 0) {
		status = prepare(g, &a, &hold);
		if (status == VCK_EXIT_OK)
			status = clear(&hold);
		if (status == VCK_EXIT_OK)
			status = start(&a, &hold);
	}
	vck_hold_done(&hold);
	free(a.devices);
	return status;
}

const struct vck_command vck_cmd_run = {
	.name = "run",
	.args = "-- COMMAND [ARGUMENT...]",
	.summary = "start a VMM with Enable No Snoop read-only to it",
	.options = options,
	.writes = true,
	.run = run,
};
