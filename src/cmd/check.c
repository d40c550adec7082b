// SPDX-License-Identifier: GPL-2.0-or-later
/* `check`: the verdict as exit status, one line a device. */
#include "config.h"

#include <stdio.h>

#include "cmd/commands.h"
#include "render/rule.h"

struct request {
	struct vck_filter filter;
	bool quiet, conditional, json;
};

static const struct vck_option options[] = {
	{"quiet", 'q', NULL, 0,
	 "only devices that are not accepted by the exit status", NULL, 0,
	 VCK_FLAG(struct request, quiet)},
	{"allow-conditional", 0, NULL, 0, "conditional is good enough",
	 NULL, 0, VCK_FLAG(struct request, conditional)},
	{"json", 'J', NULL, 0, "the JSON document, see viommu-check-json(5)", NULL,
	 0, VCK_FLAG(struct request, json)},
	VCK_FILTER_OPTIONS,
	{0},
};

static bool named(const struct request *q, const struct vck_device *d)
{
	for (int i = 0; i < q->filter.n_operands; i++) {
		struct vck_bdf a;

		if (vck_bdf_parse_typed(q->filter.operands[i], &a) == 0 &&
		    vck_bdf_cmp(a, d->bdf) == 0)
			return true;
	}
	return false;
}

/* A bridge can never be assigned: it counts only where it is named itself. */
static size_t leave_out_bridges(struct vck_host *h, const struct request *q)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_device *d = h->devices[i];

		if (d->selected && d->bus == VCK_BUS_PCI && vck_device_is_bridge(d) &&
		    !named(q, d) && !q->filter.slot)
			d->selected = false;
		n += d->selected;
	}
	return n;
}

static bool good(const struct request *q, const struct vck_device *d)
{
	return d->verdict == VCK_VERDICT_READY ||
	       (q->conditional && d->verdict == VCK_VERDICT_CONDITIONAL);
}

/* A device that is known to be unfit outweighs one that is not known. */
static int status_of(const struct vck_host *h, const struct request *q)
{
	int status = VCK_EXIT_OK;

	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];

		if (!d->selected || good(q, d))
			continue;
		if (d->verdict != VCK_VERDICT_UNKNOWN)
			return VCK_EXIT_NOT_READY;
		status = VCK_EXIT_UNDETERMINED;
	}
	return status;
}

static int run_check(const struct request *q, struct vck_global *g)
{
	cleanup_host struct vck_host *h = NULL;
	int status;

	g->only_open_findings = true;
	g->no_numa = true;
	if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &q->filter) < 0)
		return VCK_EXIT_FAILED;
	if (!leave_out_bridges(h, q)) {
		vck_error("check: no device matches");
		return VCK_EXIT_FAILED;
	}
	status = status_of(h, q);
	if (q->json) {
		if (vck_render_json(stdout, h,
				    &(struct vck_json_options){.exit_status = status}) ==
		    0)
			return status;
		vck_error("out of memory");
		return VCK_EXIT_FAILED;
	}
	for (size_t i = 0; i < h->n_devices; i++) {
		if (h->devices[i]->selected && !(q->quiet && good(q, h->devices[i])))
			vck_render_check(stdout, h->devices[i], &g->style);
	}
	return status;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct request q = {.json = false};
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &q.filter, NULL, &status) < 0)
		return status;
	return run_check(&q, g);
}

const struct vck_command vck_cmd_check = {
	.name = "check",
	.args = "[DEVICE...]",
	.summary = "say by exit status whether devices are ready, one line each",
	.options = options,
	.operands = "@device",
	.run = run,
};
