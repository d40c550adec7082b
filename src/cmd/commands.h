/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line a command; commands.c puts them in the order of --help. */
#ifndef VCK_CMD_COMMANDS_H
#define VCK_CMD_COMMANDS_H

#include "cmd/cmd.h"

extern const struct vck_command vck_cmd_bind;
extern const struct vck_command vck_cmd_check;
extern const struct vck_command vck_cmd_explain;
extern const struct vck_command vck_cmd_complete;
extern const struct vck_command vck_cmd_export;
extern const struct vck_command vck_cmd_guard;
extern const struct vck_command vck_cmd_host;
extern const struct vck_command vck_cmd_groups;
extern const struct vck_command vck_cmd_capture;
extern const struct vck_command vck_cmd_list;
extern const struct vck_command vck_cmd_probe;
extern const struct vck_command vck_cmd_run;
extern const struct vck_command vck_cmd_unbind;
extern const struct vck_command vck_cmd_show;
extern const struct vck_command vck_cmd_nosnoop;
extern const struct vck_command vck_cmd_watch;

#endif
