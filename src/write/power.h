/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping a function awake while its registers are written. What is written to a
 * suspended function reads back and is lost when it resumes, because the kernel
 * then restores what it saved at suspend (drivers/pci/pci-driver.c,
 * pci_pm_runtime_resume). */
#ifndef VCK_WRITE_POWER_H
#define VCK_WRITE_POWER_H

#include "base/util.h"

/* Text of the three files; "" where one does not exist. */
struct vck_power {
	char control[16], status[16], state[16];
};

/* @dir: the function's directory. Return: 0 or a negative errno other than -ENOENT. */
int vck_power_read(int dir, struct vck_power *ret) must_check;
/* Neither suspended nor in a low-power state. */
bool vck_power_is_awake(const struct vck_power *p);
/* May it go to sleep at any time? */
bool vck_power_is_automatic(const struct vck_power *p);

/**
 * vck_power_wake - write "on" to power/control and wait until the function is awake
 * @ms: how long to wait
 * Return: 0, -ETIMEDOUT (@ret tells in which state it stayed), -EIO (runtime power
 * management is in its error state), or the error of writing.
 * The caller puts power/control back with vck_power_set(), also on failure.
 */
int vck_power_wake(int dir, unsigned ms, struct vck_power *ret) must_check;
int vck_power_set(int dir, const char *control) must_check;

#endif
