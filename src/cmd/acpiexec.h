/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --acpiexec of host and show. */
#ifndef VCK_CMD_ACPIEXEC_H
#define VCK_CMD_ACPIEXEC_H

#include "model/host.h"

/* The row for a command's options. */
#define VCK_ACPIEXEC_OPTION                                                                  \
	{ "acpiexec", 0, NULL, VCK_OPT_ACPIEXEC,                                             \
	  "evaluate _CCA methods with acpiexec, which runs the tables' code", NULL, 0 }

enum {
	VCK_OPT_ACPIEXEC = 0x480,
};

/**
 * vck_acpiexec_prepare - read the tables under a root and evaluate what needs it
 * @path: the root, NULL for the running host
 * @ret: a host that holds the values, to be freed
 * Return: 0, or a negative errno after a message on stderr.
 */
int vck_acpiexec_prepare(const char *path, struct vck_host **ret) must_check;
/* The values into the host that was read for good. */
void vck_acpiexec_apply(const struct vck_host *evaluated, struct vck_host *h);

#endif
