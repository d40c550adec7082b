// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of commands, in the order of --help. */
#include "config.h"

#include "cmd/commands.h"

const struct vck_command *const vck_commands[] = {
	&vck_cmd_list,
	&vck_cmd_show,
	&vck_cmd_check,
	&vck_cmd_host,
	&vck_cmd_groups,
	&vck_cmd_nosnoop,
	&vck_cmd_run,
	&vck_cmd_bind,
	&vck_cmd_unbind,
	&vck_cmd_probe,
	&vck_cmd_explain,
	&vck_cmd_capture,
	&vck_cmd_watch,
	&vck_cmd_export,
	&vck_cmd_complete,
	&vck_cmd_guard,
	NULL,
};

const struct vck_command *vck_command_find(const char *name)
{
	for (size_t i = 0; vck_commands[i]; i++) {
		if (streq(vck_commands[i]->name, name))
			return vck_commands[i];
	}
	return NULL;
}
