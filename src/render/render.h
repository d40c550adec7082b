/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output over the model. Nothing here reads or decides. */
#ifndef VCK_RENDER_RENDER_H
#define VCK_RENDER_RENDER_H

#include <stdio.h>

#include "model/host.h"

struct vck_style {
	bool color, utf8;
	unsigned width; /* of the terminal; 0: unlimited (a pipe) */
};

struct vck_table_options {
	const char *columns; /* -o text, NULL default; "+COL" appends */
	bool all_columns, no_headings, raw;
};

/* All return 0 or a negative errno (-EINVAL: an unknown column, named on stderr by the caller through @ret_bad). */
int vck_render_list(FILE *out, const struct vck_host *h, const struct vck_style *style,
		    const struct vck_table_options *o, const char **ret_bad) must_check;
int vck_render_tree(FILE *out, const struct vck_host *h, const struct vck_style *style) must_check;
int vck_render_device(FILE *out, const struct vck_host *h, const struct vck_device *d,
		      const struct vck_style *style) must_check;
int vck_render_host(FILE *out, const struct vck_host *h, const struct vck_style *style) must_check;
int vck_render_columns(FILE *out) must_check; /* --list-columns */

struct vck_json_options {
	int exit_status;
	bool all_findings; /* also those that passed or do not apply (show, host) */
	bool predicted;	   /* groups[] are the predicted ones */
	bool compact;	   /* one line */
};

/* The one document of the JSON interface, of the selected devices. */
int vck_render_json(FILE *out, const struct vck_host *h, const struct vck_json_options *o) must_check;

#endif
