// SPDX-License-Identifier: GPL-2.0-or-later
/* `__guard`: what viommu-check-guard.service runs. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "cmd/commands.h"
#include "lock/guard.h"

enum {
	OPT_INTERVAL = 1,
};

static const struct vck_option options[] = {
	{ "interval", 'i', "MS", OPT_INTERVAL,
	  "look that often while a guarded function is assigned (default 500)", NULL, 0 },
	{ 0 },
};

static void print(void *data, enum vck_guard_level level, const char *text)
{
	(void)data;
	if (level == VCK_GUARD_WARNING)
		vck_warn("%s", text);
	else
		vck_error("%s", text);
}

static int take_interval(void *request, int id, const char *arg)
{
	uint32_t *interval = request;

	(void)id; /* there is no other */
	if (vck_parse_u32(arg, 10, interval) == 0 && *interval >= 10 && *interval <= 3600000)
		return 0;
	vck_error("--interval: '%s' is not a number from 10 to 3600000", arg);
	return -EINVAL;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	uint32_t interval = VCK_GUARD_INTERVAL_MS;
	int status, r;

	if (vck_options_take(c, g, argc, argv, &interval, NULL, take_interval, &status) < 0)
		return status;
	r = vck_guard_run(&vck_write_env_host, interval, print, NULL);
	if (r == -EBUSY)
		vck_error("guard: cannot start: another one runs already");
	else if (r < 0)
		vck_error("guard: cannot go on: %s%s", vck_errno_text(r),
			  r == -EACCES ? " (run as root)" : "");
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

const struct vck_command vck_cmd_guard = {
	.name = "__guard",
	.summary = "keep guarded functions cleared; run by viommu-check-guard.service",
	.options = options,
	.writes = true,
	.hidden = true,
	.run = run,
};
