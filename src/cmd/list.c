// SPDX-License-Identifier: GPL-2.0-or-later
/* `list`: the devices, for people as a table or a tree, for scripts as JSON. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "cmd/commands.h"

/* Sets of options that exclude each other. */
#define SHAPE	    1u /* json, raw, tree */
#define WHICH	    2u /* output, output-all */
#define JSON_OUTPUT 4u /* the document holds everything: columns do not go with it */
#define JSON_ALL    8u

struct request {
	struct vck_table_options table;
	struct vck_filter filter;
	bool json, list_columns;
};

static const struct vck_option options[] = {
	{ "output", 'o', "LIST", 0, "columns, comma-separated; +LIST adds to the default",
	  "@column", WHICH | JSON_OUTPUT, VCK_TEXT(struct request, table.columns) },
	{ "output-all", 'O', NULL, 0, "all columns", NULL, WHICH | JSON_ALL,
	  VCK_FLAG(struct request, table.all_columns) },
	{ "list-columns", 'H', NULL, 0, "list the columns there are", NULL, 0,
	  VCK_FLAG(struct request, list_columns) },
	{ "noheadings", 'n', NULL, 0, "no headings and nothing under the table", NULL,
	  0, VCK_FLAG(struct request, table.no_headings) },
	{ "raw", 'r', NULL, 0, "one blank between columns, for scripts", NULL, SHAPE,
	  VCK_FLAG(struct request, table.raw) },
	{ "json", 'J', NULL, 0, "the JSON document, see viommu-check-json(5)", NULL,
	  SHAPE | JSON_OUTPUT | JSON_ALL, VCK_FLAG(struct request, json) },
	{ "tree", 'T', NULL, 0, "as a tree from domain to function, with ACS on every hop",
	  NULL, SHAPE, VCK_FLAG(struct request, table.tree) },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

static int print_table(const struct request *q, const struct vck_global *g,
		       const struct vck_host *h)
{
	const char *bad = NULL;
	int r = vck_render_list(stdout, h, &g->style, &q->table, &bad);

	if (r == -EINVAL && bad)
		vck_error("--output: '%.*s' is not a column ('viommu-check list --list-columns' lists them)",
			  (int)strcspn(bad, ","), bad);
	else if (r < 0)
		vck_error("list: cannot print: %s", vck_errno_text(r));
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

static int run_list(const struct request *q, struct vck_global *g)
{
	cleanup_host struct vck_host *h = NULL;

	g->only_open_findings = true;
	g->no_numa = q->json;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &q->filter) < 0)
		return VCK_EXIT_FAILED;
	if (!q->json)
		return print_table(q, g, h);
	if (vck_render_json(stdout, h, &(struct vck_json_options){ .exit_status = VCK_EXIT_OK }) < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	return VCK_EXIT_OK;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct request q = { .json = false };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &q.filter, NULL, &status) < 0)
		return status;
	if (!q.list_columns)
		return run_list(&q, g);
	if (vck_style_init(g) < 0)
		return VCK_EXIT_FAILED;
	return vck_render_columns(stdout, &g->style) < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

const struct vck_command vck_cmd_list = {
	.name = "list",
	.args = "[DEVICE...]",
	.summary = "list devices by IOMMU group with their verdict and first reason",
	.options = options,
	.operands = "@device",
	.run = run,
};
