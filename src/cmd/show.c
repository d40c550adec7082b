// SPDX-License-Identifier: GPL-2.0-or-later
/* `show`: everything about some devices. */
#include "config.h"

#include <stdio.h>

#include "cmd/acpiexec.h"
#include "cmd/commands.h"
#include "render/labels.h"

struct request {
	bool json;
};

static const struct vck_option options[] = {
	{ "json", 'J', NULL, 0, "the JSON document with every finding", NULL, 0,
	  VCK_FLAG(struct request, json) },
	VCK_ACPIEXEC_OPTION,
	VCK_FILTER_OPTIONS,
	{ 0 },
};

static int print_sheets(const struct vck_global *g, const struct vck_host *h)
{
	bool first = true;

	for (size_t i = 0; i < h->n_devices; i++) {
		if (!h->devices[i]->selected)
			continue;
		fputs(first ? "" : "\n\n", stdout);
		if (vck_render_device(stdout, h, h->devices[i], &g->style) < 0) {
			vck_error("out of memory");
			return VCK_EXIT_FAILED;
		}
		first = false;
	}
	return VCK_EXIT_OK;
}

static int run_show(const struct vck_filter *f, bool json, struct vck_global *g)
{
	const struct vck_json_options o = {
		.exit_status = VCK_EXIT_OK,
		.all_findings = true,
		.details = true,
	};
	cleanup_host struct vck_host *h = NULL;

	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, f) < 0)
		return VCK_EXIT_FAILED;
	if (!json)
		return print_sheets(g, h);
	if (vck_render_json(stdout, h, &o) < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	return VCK_EXIT_OK;
}

static bool is_empty(const struct vck_filter *f)
{
	return !f->n_operands && !f->slot && !f->id && !f->group && !f->class && !f->driver &&
	       !f->verdict;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct vck_filter f = { .slot = NULL };
	struct request q = { .json = false };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &f, NULL, &status) < 0)
		return status;
	if (is_empty(&f) && !q.json) {
		cleanup_buf struct vck_buf b = { 0 };

		vck_command_label(&b, g->root, "list");
		vck_error("show: no device is named ('%s' lists them)", vck_buf_str(&b));
		return VCK_EXIT_FAILED;
	}
	return run_show(&f, q.json, g);
}

const struct vck_command vck_cmd_show = {
	.name = "show",
	.args = "DEVICE...",
	.summary = "show everything about a device: findings, evidence, remedies",
	.options = options,
	.operands = "@device",
	.run = run,
};
