/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that the lock keeps, as text: what /etc/viommu-check.d holds for a
 * function, what was there before this tool wrote to a function, who holds a
 * function now. Parsing and formatting only: source/lockstate.c reads them under a
 * root, write/ writes them. One file a device, "key=value" lines, "#" starts a
 * comment. */
#ifndef VCK_MODEL_LOCKFILE_H
#define VCK_MODEL_LOCKFILE_H

#include "base/buf.h"
#include "base/num.h"
#include "base/tri.h"

#define VCK_PCI_KEY_LEN 256

/* Below the run directory (/run/viommu-check) */
#define VCK_RECORD_DIR	  "nosnoop"   /* struct vck_lock_record by address */
#define VCK_HARDWIRED_DIR "hardwired" /* struct vck_lock_record by address, of --test-hardwired */
#define VCK_HELD_DIR	  "held"      /* struct vck_lock_holder by address, of `run` */
#define VCK_GUARD_FILE	  "guard"     /* struct vck_lock_holder of the guard */

enum vck_conf_lock {
	VCK_CONF_NONE = 0,
	VCK_CONF_PERSISTENT,
	VCK_CONF_GUARDED,
};

/* /etc/viommu-check.d/NAME.conf */
struct vck_lock_conf {
	char path[VCK_PCI_KEY_LEN]; /* vck_pci_key() */
	uint16_t vendor, device;
	enum vck_conf_lock nosnoop;
	bool native;	 /* also while a driver of the host has it */
	char driver[64]; /* what `bind` restores at boot; "" for none */
};

/* A record is pending while a write is under way: whoever finds one in that state
 * and holds the lock knows that its writer died, and settles it. */
enum vck_record_state {
	VCK_RECORD_PENDING = 0,
	VCK_RECORD_TESTING, /* pending, and `wanted` is to be put back */
	VCK_RECORD_DONE,
};

struct vck_lock_record {
	char address[VCK_BDF_LEN];
	char path[VCK_PCI_KEY_LEN];
	uint16_t vendor, device;
	uint16_t reg_vendor, reg_device; /* as in the registers; quirks can differ from the files */
	uint16_t position;   /* of the PCI Express capability */
	enum vck_record_state state;
	bool before;	     /* the bit before this tool touched it first: what --restore writes */
	bool wanted;	     /* what was written last */
	char power[16];	     /* power/control to put back while pending; "" untouched */
	uint32_t drift;	     /* times the guard cleared it again */
	enum vck_tri hardwired; /* in VCK_HARDWIRED_DIR only */
};

/* A process that is responsible for a device: alive when /proc/PID/stat shows the
 * same start time. */
struct vck_lock_holder {
	uint32_t pid;
	uint64_t start; /* field 22 of /proc/PID/stat; 0: not compared */
};

/**
 * vck_pci_key - where a function sits, without bus numbers
 * @syspath: canonical path, ".../pci0000:00/0000:00:1c.4/0000:03:00.0"
 * @out: "pci0000:00/1c.4/00.0"
 *
 * Bus numbers change when a card is added elsewhere; the chain of device and
 * function numbers below a root bus does not.
 * Return: 0, -EINVAL (not a PCI function), -ENAMETOOLONG.
 */
int vck_pci_key(const char *syspath, char *out, size_t size) must_check;
/* File name of a conf of @key: "pci0000:00-1c.4-00.0.conf". -ENAMETOOLONG. */
int vck_conf_name(const char *key, char *out, size_t size) must_check;

/**
 * vck_conf_parse - the text of a conf file
 * @reterr_line: where it is wrong, 0 when a key is missing
 * Return: 0 or -EINVAL.
 */
int vck_conf_parse(const char *text, size_t len, struct vck_lock_conf *ret,
		   unsigned *reterr_line) must_check;
int vck_record_parse(const char *text, size_t len, struct vck_lock_record *ret,
		     unsigned *reterr_line) must_check;
int vck_holder_parse(const char *text, size_t len, struct vck_lock_holder *ret,
		     unsigned *reterr_line) must_check;

/* The opposite; what is written parses to the same values. */
void vck_conf_format(struct vck_buf *b, const struct vck_lock_conf *c);
void vck_record_format(struct vck_buf *b, const struct vck_lock_record *r);
void vck_holder_format(struct vck_buf *b, const struct vck_lock_holder *h);

/* Start time out of the text of /proc/PID/stat; 0 when it is not there. The
 * command's name in it may hold blanks and parentheses. */
uint64_t vck_stat_start(const char *stat, size_t len);

#endif
