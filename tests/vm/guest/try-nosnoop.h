/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VM_GUEST_TRY_NOSNOOP_H
#define VM_GUEST_TRY_NOSNOOP_H

#include <stdint.h>
#include <sys/types.h>

enum { DEVCTL_NOSNOOP = 0x0800, DEVCTL_FLR = 0x8000 };

/**
 * struct target - where the attempts aim
 * @fd: the VFIO device
 * @group: its group, as VFIO opened it
 * @config: offset of its config region in @fd
 * @devctl: offset of Device Control in config space
 * @word: what Device Control held, with Enable No Snoop set
 */
struct target {
	int fd;
	int group;
	uint64_t config;
	unsigned int devctl;
	uint16_t word;
};

/**
 * struct attempt - one way to set the bit
 * @name: what it is called in the report
 * @run: tries it; the number of bytes or a negative errno
 */
struct attempt {
	const char *name;
	ssize_t (*run)(const struct target *t);
};

/* Ends with a row without name. */
extern const struct attempt attempts[];

/* One way to reset the function each, ends with a row without name. */
extern const struct attempt resets[];

/* Write through an io_uring; the number of bytes or a negative errno. */
ssize_t uring_write(int fd, const void *data, unsigned int size, uint64_t offset);

#endif
