/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_BASE_ERRNAME_H
#define VCK_BASE_ERRNAME_H

/* "EACCES" for 13 or -13; "E?" for a number without a name. Never NULL. */
const char *vck_errno_name(int err);
/* The number of "EACCES", or 0 when there is no such name. */
int vck_errno_value(const char *name);

#endif
