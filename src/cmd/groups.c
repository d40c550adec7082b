// SPDX-License-Identifier: GPL-2.0-or-later
/* `groups`: how the groups come about, and what they would be. */
#include "config.h"

#include <stdio.h>

#include "cmd/commands.h"
#include "render/labels.h"

struct request {
	bool predict, json;
};

static const struct vck_option options[] = {
	{ "predict", 'p', NULL, 0,
	  "the groups there would be with the IOMMU on, from config space alone", NULL, 0,
	  VCK_FLAG(struct request, predict) },
	{ "json", 'J', NULL, 0, "the JSON document", NULL, 0,
	  VCK_FLAG(struct request, json) },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

static void print_none(const struct vck_global *g, const struct vck_host *h)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_buf_adds(&b, vck_host_has(h, VCK_EV_GROUPS) ? "There are no IOMMU groups ('"
							: "IOMMU groups could not be read ('");
	vck_command_label(&b, g->root, "host");
	vck_buf_adds(&b, "' says why, '");
	vck_command_label(&b, g->root, "groups --predict");
	vck_buf_adds(&b, "' what they would be)");
	vck_print(stdout, "%s\n", vck_buf_str(&b));
}

static int print(struct vck_host *h, const struct vck_global *g, bool predict, bool json)
{
	struct vck_json_options o = { .exit_status = VCK_EXIT_OK, .predicted = predict };
	int r;

	if (json && vck_render_json(stdout, h, &o) < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	if (json)
		return VCK_EXIT_OK;
	if (!predict && !h->n_groups) {
		print_none(g, h);
		return VCK_EXIT_OK;
	}
	r = vck_render_groups(stdout, h, predict, &g->style);
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_host struct vck_host *h = NULL;
	struct vck_filter filter = { 0 };
	struct request q = { 0 };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &filter, NULL, &status) < 0)
		return status;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &filter) < 0)
		return VCK_EXIT_FAILED;
	return print(h, g, q.predict, q.json);
}

const struct vck_command vck_cmd_groups = {
	.name = "groups",
	.args = "[DEVICE...]",
	.summary = "show what holds the members of each group together",
	.options = options,
	.operands = "@device",
	.run = run,
};
