// SPDX-License-Identifier: GPL-2.0-or-later
/* `list`: the devices, for people as a table or a tree, for scripts as JSON. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/commands.h"

enum {
	OPT_OUTPUT = 1,
	OPT_OUTPUT_ALL,
	OPT_LIST_COLUMNS,
	OPT_NOHEADINGS,
	OPT_RAW,
	OPT_JSON,
	OPT_TREE,
};

/* Sets of options that exclude each other. */
#define SHAPE	    1u /* json, raw, tree */
#define WHICH	    2u /* output, output-all */
#define JSON_OUTPUT 4u /* the document holds everything: columns do not go with it */
#define JSON_ALL    8u

static const struct vck_option options[] = {
	{ "output", 'o', "LIST", OPT_OUTPUT, "columns, comma-separated; +LIST adds to the default",
	  "@column", WHICH | JSON_OUTPUT },
	{ "output-all", 'O', NULL, OPT_OUTPUT_ALL, "all columns", NULL, WHICH | JSON_ALL },
	{ "list-columns", 'H', NULL, OPT_LIST_COLUMNS, "list the columns there are", NULL, 0 },
	{ "noheadings", 'n', NULL, OPT_NOHEADINGS, "no headings and nothing under the table", NULL,
	  0 },
	{ "raw", 'r', NULL, OPT_RAW, "one blank between columns, for scripts", NULL, SHAPE },
	{ "json", 'J', NULL, OPT_JSON, "the JSON document, see viommu-check-json(5)", NULL,
	  SHAPE | JSON_OUTPUT | JSON_ALL },
	{ "tree", 'T', NULL, OPT_TREE, "as a tree from domain to function, with ACS on every hop",
	  NULL, SHAPE },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

struct request {
	struct vck_table_options table;
	struct vck_filter filter;
	bool json, list_columns;
};

static void take(struct request *q, int id, const char *arg)
{
	switch (id) {
	case OPT_OUTPUT:
		q->table.columns = arg;
		break;
	case OPT_OUTPUT_ALL:
		q->table.all_columns = true;
		break;
	case OPT_LIST_COLUMNS:
		q->list_columns = true;
		break;
	case OPT_NOHEADINGS:
		q->table.no_headings = true;
		break;
	case OPT_RAW:
		q->table.raw = true;
		break;
	case OPT_JSON:
		q->json = true;
		break;
	case OPT_TREE:
		q->table.tree = true;
		break;
	default:
		vck_filter_option(&q->filter, id, arg);
	}
}

static int print_table(const struct request *q, const struct vck_global *g,
		       const struct vck_host *h)
{
	const char *bad = NULL;
	int r = vck_render_list(stdout, h, &g->style, &q->table, &bad);

	if (r == -EINVAL && bad)
		vck_error("--output: '%.*s' is not a column ('viommu-check list --list-columns' lists them)",
			  (int)strcspn(bad, ","), bad);
	else if (r < 0)
		vck_error("list: cannot print: %s", strerror(-r));
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
	cleanup_options struct vck_options o = { 0 };
	struct request q = { .json = false };
	const char *arg;
	int id, status;

	if (vck_options_init(&o, c, g, argc, argv) < 0)
		return VCK_EXIT_FAILED;
	while ((id = vck_options_next(&o, &arg, &status)) > 0)
		take(&q, id, arg);
	if (id < 0)
		return status;
	if (q.list_columns) {
		if (vck_style_init(g) < 0)
			return VCK_EXIT_FAILED;
		return vck_render_columns(stdout, &g->style) < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
	}
	q.filter.operands = argv + optind;
	q.filter.n_operands = argc - optind;
	return run_list(&q, g);
}

const struct vck_command vck_cmd_list = {
	.name = "list",
	.args = "[DEVICE...]",
	.summary = "list devices by IOMMU group with their verdict and first reason",
	.options = options,
	.operands = "@device",
	.run = run,
};
