/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_CMD_WATCH_H
#define VCK_CMD_WATCH_H

#include "cmd/cmd.h"

/* `watch`, also with a root: for tests, whose events come from elsewhere. */
int vck_watch_main(const struct vck_command *c, struct vck_global *g, int argc, char **argv);

#endif
