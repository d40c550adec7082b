/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output over the model. Nothing here reads or decides. */
#ifndef VCK_RENDER_RENDER_H
#define VCK_RENDER_RENDER_H

#include <stdio.h>

#include "model/host.h"

struct vck_rule;

#define VCK_JSON_SCHEMA "viommu-check/1"

struct vck_style {
	bool color, utf8;
	unsigned width; /* of the terminal; 0: unlimited (a pipe) */
};

struct vck_table_options {
	const char *columns; /* -o text, NULL default; "+COL" appends */
	bool all_columns, no_headings, raw, tree;
};

/**
 * vck_render_list - the selected devices as a table or, with @o->tree, a tree
 * @ret_bad: the unknown column, where the answer is -EINVAL; its end is the next comma
 *
 * Under the table stand the failed blockers of the host, one line each, and what
 * could not be read; not with @o->no_headings or @o->raw.
 * Return: 0, -ENOMEM, or -EINVAL for an unknown column.
 */
int vck_render_list(FILE *out, const struct vck_host *h, const struct vck_style *style,
		    const struct vck_table_options *o, const char **ret_bad) must_check;
/* All about one device, with evidence and remedies. Return: 0 or -ENOMEM. */
int vck_render_device(FILE *out, const struct vck_host *h, const struct vck_device *d,
		      const struct vck_style *style) must_check;
/* The host: kernel, modules, tables, units, and one line for each of its checks. */
int vck_render_host(FILE *out, const struct vck_host *h, const struct vck_style *style) must_check;
/* --list-columns: name, type and help of every column. */
/* Groups with their members, why they are together and what would part them; @predicted: those
 * of the model. */
int vck_render_groups(FILE *out, const struct vck_host *h, bool predicted,
		      const struct vck_style *style) must_check;
int vck_render_columns(FILE *out, const struct vck_style *style) must_check;
/* Names of the columns in order; NULL behind the last (completion, tests). */
const char *vck_column_name(size_t i);

struct vck_json_options {
	int exit_status;
	bool all_findings; /* also those that passed or do not apply (show, host) */
	bool details;	   /* devices[].details (show) */
	bool predicted;	   /* groups[] are the predicted ones */
	bool compact;	   /* one line */
	/* A "rules" array at the end of the document (explain); NULL leaves it out. */
	const struct vck_rule *const *rules;
	size_t n_rules;
};

/* The one document of the JSON interface, of the selected devices. 0 or -ENOMEM. */
int vck_render_json(FILE *out, const struct vck_host *h, const struct vck_json_options *o) must_check;

#endif
