/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of `list`, one row each. */
#ifndef VCK_RENDER_COLUMNS_H
#define VCK_RENDER_COLUMNS_H

#include "base/buf.h"
#include "model/host.h"

struct vck_column {
	const char *name; /* upper case, as -o takes it (in any case) */
	double width;	  /* hint of libsmartcols: >= 1 characters, < 1 part of the line */
	int flags;	  /* SCOLS_FL_* */
	const char *help;
	void (*get)(struct vck_buf *b, const struct vck_device *d);
};

extern const struct vck_column vck_columns[]; /* ends with name == NULL */

/* Index of the column called @name of @len bytes, -1: none. */
int vck_column_find(const char *name, size_t len);

#endif
