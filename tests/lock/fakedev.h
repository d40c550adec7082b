/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A memory file that stands in for a VFIO device: its config space is at the offset
 * at which VFIO has it, the rest is a hole. */
#ifndef TESTS_LOCK_FAKEDEV_H
#define TESTS_LOCK_FAKEDEV_H

#include "lock/region.h"
#include "tests/vm/guest/try-nosnoop.h"

/* @shift: 40 or 48. Device Control starts as @word. Never fails, or ends the test. */
struct target fakedev_new(int shift, uint16_t word);
uint16_t fakedev_devctl(const struct target *t);

/* Recognises it by its name; a capability list that must be walked. */
extern const struct vck_lock_ops fakedev_ops;

#endif
