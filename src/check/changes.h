/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two looks at the same host. Pure. */
#ifndef VCK_CHECK_CHANGES_H
#define VCK_CHECK_CHANGES_H

#include "model/host.h"

enum vck_change_kind {
	VCK_CHANGE_ADDED = 0,
	VCK_CHANGE_REMOVED,
	VCK_CHANGE_DRIVER,
	VCK_CHANGE_GROUP,
	VCK_CHANGE_NOSNOOP, /* the bit: "on", "off", "unknown" */
	VCK_CHANGE_LOCK,
	VCK_CHANGE_VERDICT,
};

struct vck_change {
	enum vck_change_kind kind;
	const char *address, *old, *new; /* borrowed from the two models; "" for none */
};

/**
 * vck_changes - compare two models
 * @before, @after: sorted hosts; only selected devices count
 * @each: called for each change, in the order of the addresses; a negative result stops
 * Return: number of changes, or what @each returned.
 */
int vck_changes(const struct vck_host *before, const struct vck_host *after,
		int (*each)(void *ctx, const struct vck_change *c), void *ctx) must_check;

/* "added", "driver", … as the output of `watch` has it. */
const char *vck_change_name(enum vck_change_kind k);

#endif
