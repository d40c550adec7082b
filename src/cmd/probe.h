/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `probe`, with the host and the kernel that it asks given. */
#ifndef VCK_CMD_PROBE_H
#define VCK_CMD_PROBE_H

#include "cmd/cmd.h"
#include "vfio/ask.h"
#include "write/env.h"

/* The command on the host of @env, with @ops for VFIO's. */
int vck_probe_main(const struct vck_command *c, struct vck_global *g,
		   const struct vck_write_env *env, const struct vck_vfio_ops *ops, int argc,
		   char **argv);

#endif
