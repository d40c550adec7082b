/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_BASE_ERRNAME_H
#define VCK_BASE_ERRNAME_H

/* What could not be read for want of memory in the kernel, now or when a capture was made.
 * -ENOMEM itself is this program's own want, and ends what it does; this is a fact about one
 * object and the rest goes on. Above every errno (MAX_ERRNO, include/linux/err.h: 4095). */
#define VCK_ENOMEM_THERE 4096

/* @err (positive or negative) as the answer of an object: ENOMEM becomes the above, others
 * stay. */
int vck_errno_there(int err);

/* "EACCES" for 13 or -13; "E?" for a number without a name. Never NULL. */
const char *vck_errno_name(int err);
/* The number of "EACCES", or 0 when there is no such name. */
int vck_errno_value(const char *name);
/* strerror(3) for 13 or -13, which knows the number above too. */
const char *vck_errno_text(int err);

#endif
