/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one register that this tool writes: Device Control of a function's PCI
 * Express capability, 16 bits of it, one bit changed. Device Status next to it is
 * RW1C (PCIe Base 7.5.3.5), so nothing wider is ever written. */
#ifndef VCK_WRITE_DEVCTL_H
#define VCK_WRITE_DEVCTL_H

#include <sys/types.h>

#include "base/num.h"
#include "write/env.h"

/* A function as it was when the plan was made. */
struct vck_target {
	char address[VCK_BDF_LEN];
	const char *path;		 /* canonical, below env->sysfs: "devices/pci0000:00/..." */
	uint16_t vendor, device;	 /* sysfs files of these names */
	uint16_t reg_vendor, reg_device; /* bytes 0 to 3 of config space; quirks can differ from the above */
	uint16_t position;		 /* of the PCI Express capability */
};

struct vck_config {
	int dir, fd; /* the function's directory, its config file */
	const struct vck_target *target; /* borrowed */
};

/**
 * vck_config_open - open a function for writing, and see that it is the one meant
 * @ret: to be closed with vck_config_close()
 *
 * Return: 0; -ESTALE: another device is there than when the plan was made;
 * -ENXIO: the function does not answer (all ones); -ENOENT, -ENODEV: it is gone;
 * -EACCES, -EPERM: no right to write.
 */
int vck_config_open(const struct vck_write_env *env, const struct vck_target *t,
		    struct vck_config *ret) must_check;
void vck_config_close(struct vck_config *c);
#define cleanup_config cleanup(vck_config_close)

/* The identity check alone, through the same directory and file: -ESTALE, -ENXIO … */
int vck_config_verify(const struct vck_config *c) must_check;

/**
 * vck_config_read - Device Control
 * Return: 0, -ENXIO when it reads all ones (a function that does not answer must
 * never be taken for one with every bit set), -EIO when the read was short.
 */
int vck_config_read(const struct vck_config *c, uint16_t *ret) must_check;
/* The same through a handle opened for it, so that nothing cached answers. */
int vck_config_read_back(const struct vck_config *c, uint16_t *ret) must_check;

/**
 * vck_config_write - set or clear Enable No Snoop
 * @ret_word: what was written, also when writing failed; untouched before that
 *
 * Checks the identity, reads the word, changes the one bit and writes the word.
 * Does not read back. Return: 0 or a negative errno (-EIO: a short write).
 */
int vck_config_write(const struct vck_config *c, bool on, uint16_t *ret_word) must_check;

/* Canonical path below env->sysfs of the function at @address; length or negative errno. */
ssize_t vck_target_path(const struct vck_write_env *env, const char *address, char *out,
			size_t size) must_check;
/* A short text file below a directory, stripped; length or negative errno. */
ssize_t vck_attr_read(int dir, const char *name, char *buf, size_t size) must_check;
int vck_attr_write(int dir, const char *name, const char *value) must_check;

#endif
