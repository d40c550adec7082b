// SPDX-License-Identifier: GPL-2.0-or-later
/* `export`: the model in the formats of the engines that fleets already have. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/errname.h"
#include "base/oom.h"
#include "cmd/commands.h"
#include "render/export.h"
#include "write/file.h"

struct request {
	const char *format, *output;
	struct vck_filter filter;
};

static const struct vck_option options[] = {
	{ "format", 'f', "FORMAT", 0, "prometheus, nfd or dot", "prometheus nfd dot", 0,
	  VCK_TEXT(struct request, format) },
	{ "output", 'o', "FILE", 0, "write FILE, whole or not at all", "@file", 0,
	  VCK_TEXT(struct request, output) },
	VCK_FILTER_OPTIONS,
	{ 0 },
};

static const struct {
	const char *name;
	int (*export)(FILE *out, const struct vck_host *h);
} formats[] = {
	{ "prometheus", vck_export_prometheus },
	{ "nfd", vck_export_nfd },
	{ "dot", vck_export_dot },
};

/* Made in memory first: a full disk or a failure half-way never leaves half a file. */
static int write_out(const struct request *q, const struct vck_host *h,
		     int (*export)(FILE *out, const struct vck_host *h))
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *out = q->output ? open_memstream(&text, &len) : stdout;
	int r;

	if (!out)
		return -ENOMEM;
	r = export(out, h);
	if (!q->output)
		return r;
	if (fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0 && vck_oom_seen()) /* a line may be missing */
		r = -ENOMEM;
	if (r == 0)
		r = vck_file_write(q->output, text, len, 0644);
	return r;
}

static int run_export(const struct request *q, struct vck_global *g)
{
	cleanup_host struct vck_host *h = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		int r;

		if (!streq(formats[i].name, q->format))
			continue;
		g->writes_output = q->output != NULL;
		if (vck_load(g, NULL, &h) < 0 || vck_filter_apply(h, &q->filter) < 0)
			return VCK_EXIT_FAILED;
		r = write_out(q, h, formats[i].export);
		if (!q->output && r != -ENOMEM)
			return vck_stdout_whole();
		if (r == 0)
			return VCK_EXIT_OK;
		if (!q->output) {
			vck_error("out of memory");
			return VCK_EXIT_FAILED;
		}
		vck_error("%s: cannot write: %s", q->output, vck_errno_text(r));
		return VCK_EXIT_WRITE;
	}
	vck_error("--format: '%s' is not prometheus, nfd or dot", q->format);
	return VCK_EXIT_FAILED;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct request q = { .format = NULL };
	int status;

	if (vck_options_take(c, g, argc, argv, &q, &q.filter, NULL, &status) < 0)
		return status;
	if (q.format)
		return run_export(&q, g);
	vck_error("--format: prometheus, nfd or dot must be named");
	return VCK_EXIT_FAILED;
}

const struct vck_command vck_cmd_export = {
	.name = "export",
	.args = "--format FORMAT [DEVICE...]",
	.summary = "write what is known for Prometheus, Node Feature Discovery or Graphviz",
	.options = options,
	.operands = "@device",
	.run = run,
};
