// SPDX-License-Identifier: GPL-2.0-or-later
/* `host`: IOMMU units, firmware, kernel and VFIO readiness. */
#include "config.h"

#include <stdio.h>

#include "cmd/acpiexec.h"
#include "cmd/commands.h"

enum {
	OPT_JSON = 1,
	OPT_TABLE,
	MAX_TABLES = 64,
};

struct wish {
	bool json;
	const char *tables[MAX_TABLES];
	size_t n_tables;
};

static const struct vck_option options[] = {
	{ "json", 'J', NULL, OPT_JSON, "the JSON document, without devices", NULL, 0 },
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

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_options struct vck_options o = { 0 };
	struct wish w = { 0 };
	const char *arg;
	int id, status;

	if (vck_options_init(&o, c, g, argc, argv) < 0)
		return VCK_EXIT_FAILED;
	while ((id = vck_options_next(&o, &arg, &status)) > 0) {
		if (id == OPT_JSON) {
			w.json = true;
		} else if (id == VCK_OPT_ACPIEXEC) {
			g->acpiexec = true;
		} else if (w.n_tables == MAX_TABLES) {
			vck_error("--table: more than %d files", MAX_TABLES);
			return VCK_EXIT_FAILED;
		} else {
			w.tables[w.n_tables++] = arg;
		}
	}
	if (id < 0)
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
