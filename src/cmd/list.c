// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "cmd/commands.h"

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_host struct vck_host *h = NULL;

	(void)c;
	(void)argc;
	(void)argv;
	if (vck_load(g, NULL, &h) < 0)
		return VCK_EXIT_FAILED;
	return VCK_EXIT_OK;
}

const struct vck_command vck_cmd_list = {
	.name = "list",
	.args = "[DEVICE...]",
	.summary = "list devices by IOMMU group with their verdict and first reason",
	.operands = "@device",
	.run = run,
};
