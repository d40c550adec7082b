/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every reader of many like objects needs: one problem line for a
 * thousand refused reads, and one copy of a string that all of them share. */
#ifndef VCK_SOURCE_TALLY_H
#define VCK_SOURCE_TALLY_H

#include "model/host.h"

struct vck_tally_row {
	const char *what, *hint; /* literals; a row is found by these pointers and the error */
	int err;
	unsigned n;
	char first[64];	 /* name of the first object */
	char path[256];	 /* where it was tried first */
};

struct vck_tally {
	const char *source; /* as in struct vck_problem */
	const char *noun;   /* "function": what there is many of */
	struct vck_tally_row rows[24];
	size_t n_rows;
};

/**
 * vck_tally_add - one more object of which something is unknown
 * @what: the unknown: "capabilities"
 * @hint: how to see it, or NULL: "run as root"
 * @err: errno (sign ignored), 0 when it is none
 * @name: the object
 * @path: what was read, or NULL
 */
void vck_tally_add(struct vck_tally *t, const char *what, const char *hint, int err,
		   const char *name, const char *path);
/* Adds a problem for each row: "capabilities of 30 functions: run as root". */
void vck_tally_report(const struct vck_tally *t, struct vck_host *h);

/* A cache of strings in the arena. Misses only cost memory: it forgets. */
struct vck_intern {
	struct vck_arena *arena;
	const char *slots[64];
};

/* A copy of @s, most of the time a shared one; NULL when memory is short. */
const char *vck_intern(struct vck_intern *t, const char *s) must_check;

#endif
