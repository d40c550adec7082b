// SPDX-License-Identifier: GPL-2.0-or-later
/* `groups`: how the groups come about, and what they would be. */
#include "config.h"

#include <stdio.h>

#include "cmd/commands.h"

enum {
	OPT_PREDICT = 1,
	OPT_JSON,
};

static const struct vck_option options[] = {
	{ "predict", 'p', NULL, OPT_PREDICT,
	  "the groups there would be with the IOMMU on, from config space alone", NULL, 0 },
	{ "json", 'J', NULL, OPT_JSON, "the JSON document", NULL, 0 },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

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
		puts("There are no IOMMU groups (viommu-check host says why; groups --predict says what they would be).");
		return VCK_EXIT_OK;
	}
	r = vck_render_groups(stdout, h, predict, &g->style);
	return r < 0 ? VCK_EXIT_FAILED : VCK_EXIT_OK;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_host struct vck_host *h = NULL;
	cleanup_options struct vck_options o = { 0 };
	struct vck_filter filter = { 0 };
	bool predict = false, json = false;
	int id, status;
	const char *arg;

	if (vck_options_init(&o, c, g, argc, argv) < 0)
		return VCK_EXIT_FAILED;
	while ((id = vck_options_next(&o, &arg, &status)) > 0) {
		if (id == OPT_PREDICT)
			predict = true;
		else if (id == OPT_JSON)
			json = true;
		else
			vck_filter_option(&filter, id, arg);
	}
	if (id < 0)
		return status;
	filter.operands = argv + optind;
	filter.n_operands = argc - optind;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &filter) < 0)
		return VCK_EXIT_FAILED;
	return print(h, g, predict, json);
}

const struct vck_command vck_cmd_groups = {
	.name = "groups",
	.args = "[DEVICE...]",
	.summary = "show what holds the members of each group together",
	.options = options,
	.operands = "@device",
	.run = run,
};
