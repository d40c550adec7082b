/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evaluating _CCA methods with acpiexec(1), on request. A room of its own, because no
 * reading room may start a program: tables are handed over in memory files, nothing is
 * written to disk. acpiexec interprets AML of whoever wrote the tables: it runs as
 * nobody where this program is root, without new privileges, with limits of time and
 * memory. */
#ifndef VCK_EVAL_ACPIEXEC_H
#define VCK_EVAL_ACPIEXEC_H

#include "base/cursor.h"

/* A new acpiexec child is started for each object, so there is a limit to how many. */
#define VCK_ACPIEXEC_MAX 64

/**
 * vck_acpiexec_integer - evaluate one object
 * @tables: DSDT first, then SSDTs in load order; at most 64
 * @path: of the object, "\\_SB_.PC00._CCA"; characters of other kinds than names have
 * are refused
 * @ret: its value, written only on success
 *
 * Return: 0, -ENOENT (acpiexec is not installed), -EINVAL (the path), -ETIMEDOUT,
 * -ENODATA (it gave no integer), or an errno of starting it.
 */
int vck_acpiexec_integer(const struct vck_bytes *tables, size_t n, const char *path,
			 uint64_t *ret) must_check;

#endif
