/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up host in a temporary directory for the tests of the writing room: sysfs
 * with PCI functions whose config space is a plain file. And a double of the system
 * calls that change something (--wrap, see faultdouble.c), which makes those files
 * behave like a device: power control, faults, death. */
#ifndef VCK_TEST_FAKETREE_H
#define VCK_TEST_FAKETREE_H

#include "write/devctl.h"
#include "write/env.h"

#define FAKE_EXP 0x80u /* where the PCI Express capability of a fake function lies */

struct fake_tree {
	char dir[64], sysfs[80], run_dir[96], conf_dir[96], etc[80];
	struct vck_write_env env;
};

/* Options of a fake function; zeroes give an awake endpoint bound to nothing. */
struct fake_function {
	const char *path;   /* below devices/: "pci0000:00/0000:00:01.0/0000:01:00.0" */
	uint16_t vendor, device, devctl;
	const char *driver; /* or NULL */
	const char *group;  /* number of its IOMMU group, or NULL */
	const char *power;  /* power/control, NULL: "on" */
	bool suspended, bridge, no_exp;
	const char *physfn; /* address of the PF */
};

void fake_tree_init(struct fake_tree *t);
void fake_tree_done(struct fake_tree *t);
void fake_add(struct fake_tree *t, const struct fake_function *f);
/* Text file below the tree, its directories with it. */
void fake_file(struct fake_tree *t, const char *text, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Content without trailing newline; "" when it does not exist. */
const char *fake_read(struct fake_tree *t, char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
uint16_t fake_devctl(struct fake_tree *t, const char *path);
void fake_set_devctl(struct fake_tree *t, const char *path, uint16_t v);
/* Vendor and device in config space; the files stay as they are. */
void fake_set_ids(struct fake_tree *t, const char *path, uint16_t vendor, uint16_t device);
bool fake_exists(struct fake_tree *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* As an unprivileged reader sees it: @size bytes of config space. */
int fake_cut_config(struct fake_tree *t, const char *path, off_t size);
/* What the plan would hold of a function. */
struct vck_target fake_target(const struct fake_function *f, char *path, size_t size);

/* --- faultdouble.c --- */
struct fault {
	unsigned calls;	   /* system calls that change something, so far */
	unsigned kill_at;  /* die before the n-th; 0: never */
	unsigned fail_at;  /* the n-th fails with @err */
	int err;
	unsigned config_writes; /* pwrite() to config, so far */
	int config_err;	   /* pwrite() to config fails with it */
	unsigned config_err_at; /* only the n-th such write; 0: each */
	bool config_short; /* one byte is written */
	bool no_stick;	   /* the write succeeds and changes nothing */
	bool hardwired;	   /* the bit stays 0 */
	unsigned comes_back_ms; /* the bit is set again that long after the write */
	bool never_wakes;
	bool models_power; /* "auto" suspends and saves, "on" resumes and restores */
	uint16_t saved;	   /* the word saved at suspend */
	void (*before_config_write)(void); /* something happens in the last moment */
};
extern struct fault fault;

#endif
