/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up what a reading command does not need, before it looks at anything
 * that somebody else wrote. */
#ifndef VCK_CMD_SANDBOX_H
#define VCK_CMD_SANDBOX_H

#include "base/util.h"

enum {
	/* The running host is read: CAP_SYS_ADMIN (config space beyond 64 bytes,
	 * drivers/pci/pci-sysfs.c) and CAP_SYS_PTRACE (links in /proc/PID/fd). */
	VCK_KEEP_LIVE = 1 << 0,
	/* A child becomes nobody and is killed when it takes too long: CAP_SETUID, CAP_SETGID
	 * and CAP_KILL. */
	VCK_KEEP_CHILD = 1 << 1,
	/* A file of somebody else's is replaced: CAP_DAC_OVERRIDE and CAP_FOWNER. */
	VCK_KEEP_OUTPUT = 1 << 2,
};

/**
 * vck_sandbox_drop_capabilities - keep only CAP_DAC_READ_SEARCH and what is named
 * @keep: any of VCK_KEEP_*
 *
 * Also sets no_new_privs. Without root it has nothing to do.
 * Return: 0 or a negative errno.
 */
int vck_sandbox_drop_capabilities(unsigned keep) must_check;

/**
 * vck_sandbox_seal - a view of a directory through which no device can be opened
 * @path: what is to be read
 *
 * A detached copy of the mounts there: read-only, without device nodes, programs and access
 * times (open_tree(2) and mount_setattr(2), Linux 5.12). Needs CAP_SYS_ADMIN: call it before
 * rights are dropped.
 * Return: a descriptor of the directory, for vck_root_open_sealed(); a negative errno where
 * there is no such view (-EPERM, -ENOSYS, -ENOTDIR …), then vck_root_open() reads without.
 */
int vck_sandbox_seal(const char *path) must_check;

/**
 * vck_sandbox_enter - no more writing, executing or network
 *
 * A seccomp filter allows what reading files, allocating and printing need; everything else gives
 * EPERM. openat2(2) takes its flags by pointer, which a filter cannot see: it goes through with one of
 * vck_root_ways[] only, by address, and their memory can no longer be changed. Landlock, where the kernel
 * has it (5.13, with truncation 6.2), refuses the same once more. In sanitizer builds only Landlock is
 * entered, since their run time needs other system calls.
 * Return: 0, or a negative errno where the filter cannot be loaded (a caller says so and goes on or not).
 */
int vck_sandbox_enter(void) must_check;

#endif
