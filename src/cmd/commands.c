// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands, in the order of --help. */
#include "config.h"

#include "cmd/commands.h"

const struct vck_command *const vck_commands[] = {
	&vck_cmd_list,
	&vck_cmd_watch,
	NULL,
};
