/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is going to be done to which function, as data: made from the model, shown,
 * and then carried out. --dry-run prints the same text as the real run. */
#ifndef VCK_WRITE_PLAN_H
#define VCK_WRITE_PLAN_H

#include "base/arena.h"
#include "model/lockfile.h"
#include "write/devctl.h"

enum vck_act {
	VCK_ACT_NONE = 0, /* nothing to write to the function */
	VCK_ACT_CLEAR,
	VCK_ACT_SET,
	VCK_ACT_TEST, /* can the bit be set at all? */
};

enum vck_conf_op {
	VCK_CONF_KEEP = 0,
	VCK_CONF_STORE,
	VCK_CONF_DROP,
};

enum vck_outcome {
	VCK_OUT_PLANNED = 0,
	VCK_OUT_DONE,
	VCK_OUT_NOTHING, /* it was so already */
	VCK_OUT_REFUSED,
	VCK_OUT_FAILED,
	VCK_OUT_NOT_STUCK, /* written, and reads back otherwise */
	VCK_OUT_CAME_BACK, /* read back well, and changed again within --verify */
};

/* What became of one function. */
struct vck_bit_result {
	enum vck_outcome outcome;
	int err;	   /* negative errno of a failure */
	const char *stage; /* what was attempted, a literal: "write Device Control" */
	uint16_t before, after; /* Device Control */
	enum vck_tri hardwired; /* of VCK_ACT_TEST */
	char status[32];   /* power state it stayed in when it did not wake */
};

struct vck_plan_entry {
	struct vck_target target;
	const char *via;   /* the VF that was named, where the target is its PF */
	const char *driver;
	const char *place;   /* vck_pci_key() of a function that is not here, or NULL */
	const char *refusal; /* why not; then nothing below is done */
	bool undetermined;   /* the refusal is a lack of evidence, not one for safety */
	const char *nothing; /* why there is nothing to do, or NULL */
	const char *note;    /* what to know beforehand, or NULL */
	enum vck_act act;
	uint16_t devctl;     /* when the plan was made */
	char power[16];	     /* power/control then; "" no such file */
	bool asleep;
	enum vck_conf_op conf_op;
	struct vck_lock_conf conf;
	char conf_name[VCK_PCI_KEY_LEN + 8];
	struct vck_bit_result result;
};

struct vck_plan {
	struct vck_arena arena; /* texts and paths of the entries */
	struct vck_plan_entry *entries;
	size_t n, cap;
};

void vck_plan_done(struct vck_plan *p);
#define cleanup_plan cleanup(vck_plan_done)
/* A zeroed entry at the end; pointers to earlier ones are then stale. NULL: no memory. */
struct vck_plan_entry *vck_plan_add(struct vck_plan *p) must_check;
/* Does any entry write anything? */
bool vck_plan_has_work(const struct vck_plan *p);

/* What an entry is about, as it is printed: an address, or the place of what is not here. */
const char *vck_plan_subject(const struct vck_plan_entry *e);
/* The plan as text, a paragraph a function; what is refused is not part of it. */
void vck_plan_format(struct vck_buf *b, const struct vck_write_env *env,
		     const struct vck_plan *p);
/* What became of an entry, one line without newline. */
void vck_plan_result(struct vck_buf *b, const struct vck_plan_entry *e);
/* Is the result one for standard error? */
bool vck_outcome_is_bad(enum vck_outcome o);

/* --- apply.c --- */

/**
 * vck_bit_apply - bring Enable No Snoop of one function to a value
 * @records: directory of records; the caller holds the lock of write/env.h
 * @want: the value
 * @drift: the guard clears it again: count that in the record
 *
 * Record, wake, write, read back, put power control back, settle the record: the
 * order of write/record.h. The outcome is in @ret.
 */
void vck_bit_apply(const struct vck_write_env *env, int records, const struct vck_target *t,
		   bool want, bool drift, struct vck_bit_result *ret);
/* Find out whether the bit can be set, and put back what was there. */
void vck_bit_test(const struct vck_write_env *env, int records, const struct vck_target *t,
		  struct vck_bit_result *ret);
/* Carry out one entry: the bit, then the configuration. Under the lock. */
void vck_plan_apply(const struct vck_write_env *env, int records, struct vck_plan_entry *e);
/* Read the bit again; sets VCK_OUT_CAME_BACK where it differs from what was done. */
void vck_plan_verify(const struct vck_write_env *env, struct vck_plan_entry *e);

#endif
