// SPDX-License-Identifier: GPL-2.0-or-later
/* `host`: IOMMU units, firmware, kernel and VFIO readiness. */
#include "config.h"

#include <stdio.h>

#include "cmd/commands.h"

enum {
	OPT_JSON = 1,
};

static const struct vck_option options[] = {
	{ "json", 'J', NULL, OPT_JSON, "the JSON document, without devices", NULL, 0 },
	{ 0 },
};

static int run_host(bool json, struct vck_global *g)
{
	const struct vck_json_options o = { .exit_status = VCK_EXIT_OK, .all_findings = true };
	cleanup_host struct vck_host *h = NULL;
	int r;

	if (vck_load(g, NULL, &h) < 0)
		return VCK_EXIT_FAILED;
	r = json ? vck_render_json(stdout, h, &o) : vck_render_host(stdout, h, &g->style);
	if (r < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	return VCK_EXIT_OK;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_options struct vck_options o = { 0 };
	bool json = false;
	const char *arg;
	int id, status;

	if (vck_options_init(&o, c, g, argc, argv) < 0)
		return VCK_EXIT_FAILED;
	while ((id = vck_options_next(&o, &arg, &status)) > 0)
		json = true;
	if (id < 0)
		return status;
	if (optind < argc) {
		vck_error("host: '%s': takes no device ('viommu-check show' does)", argv[optind]);
		return VCK_EXIT_FAILED;
	}
	return run_host(json, g);
}

const struct vck_command vck_cmd_host = {
	.name = "host",
	.summary = "show IOMMU units, firmware tables, kernel and VFIO readiness, limits",
	.options = options,
	.run = run,
};
