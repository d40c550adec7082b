/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A truth value that can be unknown. Unknown is zero, so that a field which
 * nobody filled can never read as "no". */
#ifndef VCK_BASE_TRI_H
#define VCK_BASE_TRI_H

#include <stdbool.h>

enum vck_tri {
	VCK_UNKNOWN = 0,
	VCK_NO,
	VCK_YES,
};

static inline enum vck_tri vck_tri(bool b)
{
	return b ? VCK_YES : VCK_NO;
}

/* Kleene's three-valued logic: unknown only where the other side does not decide. */
static inline enum vck_tri vck_tri_and(enum vck_tri a, enum vck_tri b)
{
	if (a == VCK_NO || b == VCK_NO)
		return VCK_NO;
	return a == VCK_YES && b == VCK_YES ? VCK_YES : VCK_UNKNOWN;
}

static inline enum vck_tri vck_tri_or(enum vck_tri a, enum vck_tri b)
{
	if (a == VCK_YES || b == VCK_YES)
		return VCK_YES;
	return a == VCK_NO && b == VCK_NO ? VCK_NO : VCK_UNKNOWN;
}

static inline enum vck_tri vck_tri_not(enum vck_tri a)
{
	if (a == VCK_UNKNOWN)
		return VCK_UNKNOWN;
	return a == VCK_YES ? VCK_NO : VCK_YES;
}

#endif
