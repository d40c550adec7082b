// SPDX-License-Identifier: GPL-2.0-or-later
/* `host`: IOMMU units, firmware, kernel and VFIO readiness. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "cmd/acpiexec.h"
#include "cmd/commands.h"

enum {
	OPT_TABLE = 1,
	MAX_TABLES = 64,
};

struct wish {
	bool json;
	const char *tables[MAX_TABLES];
	size_t n_tables;
};

static const struct vck_option options[] = {
	{ "json", 'J', NULL, 0, "the JSON document, without devices", NULL, 0,
	  VCK_FLAG(struct wish, json) },
	{ "table", 0, "FILE", OPT_TABLE,
	  "look at this ACPI table, acpidump text or .dtb instead (may be given more than once)",
	  "@file", 0 },
	VCK_ACPIEXEC_OPTION,
	{ 0 },
};

static int run_host(const struct wish *w, struct vck_global *g)
{
	const struct vck_json_options o = { .exit_status = VCK_EXIT_OK, .all_findings = true };
	cleanup_host struct vck_host *h = NULL;
	int r;

	r = w->n_tables ? vck_load_tables(g, w->tables, w->n_tables, &h) : vck_load(g, NULL, &h);
	if (r < 0)
		return VCK_EXIT_FAILED;
	r = w->json ? vck_render_json(stdout, h, &o) : vck_render_host(stdout, h, &g->style);
	if (r < 0) {
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	return VCK_EXIT_OK;
}

static int take_table(void *wish, int id, const char *arg)
{
	struct wish *w = wish;

	(void)id; /* there is no other */
	if (w->n_tables == MAX_TABLES) {
		vck_error("--table: more than %d files", MAX_TABLES);
		return -E2BIG;
	}
	w->tables[w->n_tables++] = arg;
	return 0;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct wish w = { 0 };
	int status;

	if (vck_options_take(c, g, argc, argv, &w, NULL, take_table, &status) < 0)
		return status;
	if (w.n_tables && (g->root || g->acpiexec)) {
		vck_error("--table: cannot be given together with --root or --acpiexec");
		return VCK_EXIT_FAILED;
	}
	if (optind < argc) {
		vck_error("host: '%s': takes no device ('viommu-check show' does)", argv[optind]);
		return VCK_EXIT_FAILED;
	}
	return run_host(&w, g);
}

const struct vck_command vck_cmd_host = {
	.name = "host",
	.summary = "show IOMMU units, firmware tables, kernel and VFIO readiness, limits",
	.options = options,
	.run = run,
};
