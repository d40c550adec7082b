// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs the rules over the model. Missing evidence becomes "unknown" here, in
 * one place, so that a rule never has to ask whether a field was filled. */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "check/engine.h"
#include "check/tables.h"

static const char *const host_evidence[] = {
	"kernel release",	"architecture",	       "kernel command line", "lockdown state",
	"loaded modules",	"IOMMU groups",	       "IOMMU units",	      "ACPI tables",
	"device tree",		"/proc/interrupts",    "/proc/iomem",	      "size of memory",
	"memlock limit",	"modules.alias",       "virtio devices",      "device nodes",
};

static const char *const device_evidence[] = {
	"ids",			 "driver",		"IOMMU group",	       "config header",
	"capability list",	 "extended capabilities", "resources",	       "reset methods",
	"power state",		 "SR-IOV state",	"firmware node",       "virtio features",
	"place in the hierarchy",
};

size_t vck_rules_count(void)
{
	size_t n = 0;

	while (vck_rules[n])
		n++;
	return n;
}

const struct vck_rule *vck_rule_find(const char *id)
{
	for (size_t i = 0; vck_rules[i]; i++) {
		if (streq(vck_rules[i]->id, id))
			return vck_rules[i];
	}
	return NULL;
}

void vck_finding_summary(const struct vck_subject *s, struct vck_finding *f, const char *fmt, ...)
{
	va_list ap;

	if (s->quiet) {
		f->summary = "";
		return;
	}
	va_start(ap, fmt);
	f->summary = vck_arena_vprintf(&s->host->arena, fmt, ap);
	va_end(ap);
}

/* Room for one more. Few per finding: it grows at powers of two, without a capacity in each. */
static struct vck_evidence *evidence_room(struct vck_arena *a, struct vck_finding *f)
{
	size_t n = f->n_evidence;
	struct vck_evidence *e;

	if (n & (n - 1))
		return f->evidence + n;
	e = vck_arena_calloc(a, n == VCK_NAMED_MAX ? n + 1 : n ? 2 * n : 1, sizeof(*e));
	if (!e)
		return NULL;
	if (n)
		memcpy(e, f->evidence, n * sizeof(*e));
	f->evidence = e;
	return e + n;
}

void vck_finding_evidence(const struct vck_subject *s, struct vck_finding *f, const char *path,
			  const char *fmt, ...)
{
	struct vck_arena *a = &s->host->arena;
	struct vck_evidence *e;
	va_list ap;

	if (s->quiet)
		return;
	if (f->n_evidence == VCK_NAMED_MAX) {
		f->n_left_out++;
		return;
	}
	e = evidence_room(a, f);
	if (!e)
		return;
	e->path = vck_arena_strdup(a, path);
	va_start(ap, fmt);
	e->value = vck_arena_vprintf(a, fmt, ap);
	va_end(ap);
	f->n_evidence++;
}

static void say_left_out(const struct vck_subject *s, struct vck_finding *f)
{
	struct vck_evidence *e = f->n_left_out ? evidence_room(&s->host->arena, f) : NULL;

	if (!e)
		return;
	e->path = f->evidence[f->n_evidence - 1].path;
	e->value = vck_arena_printf(&s->host->arena, "and %u more", f->n_left_out);
	f->n_evidence++;
}

void vck_finding_remedy(const struct vck_subject *s, struct vck_finding *f,
			enum vck_remedy_scope scope, const char *command, const char *fmt, ...)
{
	va_list ap;

	if (s->quiet)
		return;
	f->remedy_scope = scope;
	f->remedy_command = vck_arena_strdup(&s->host->arena, command);
	va_start(ap, fmt);
	f->remedy_text = vck_arena_vprintf(&s->host->arena, fmt, ap);
	va_end(ap);
}

static void say_missing(const struct vck_subject *s, struct vck_finding *f, uint32_t missing_host,
			uint32_t missing_device)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (s->quiet)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(host_evidence); i++) {
		if (missing_host & 1u << i)
			vck_buf_addf(&b, "%s%s", b.len ? ", " : "", host_evidence[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(device_evidence); i++) {
		if (missing_device & 1u << i)
			vck_buf_addf(&b, "%s%s", b.len ? ", " : "", device_evidence[i]);
	}
	vck_finding_summary(s, f, "not read: %s", vck_buf_str(&b));
}

static void rule_run(const struct vck_rule *rule, const struct vck_subject *s,
		     struct vck_finding *f)
{
	uint32_t missing_host = rule->needs_host & ~s->host->have;
	uint32_t missing_device = s->device ? rule->needs_device & ~s->device->have : 0;

	f->rule = rule;
	f->severity = rule->severity;
	if (rule->applies && !rule->applies(s)) {
		f->result = VCK_RESULT_NA;
	} else if (missing_host || missing_device) {
		f->result = VCK_RESULT_UNKNOWN;
		say_missing(s, f, missing_host, missing_device);
	} else {
		f->result = rule->eval(s, f);
	}
	say_left_out(s, f);
	if (!f->summary && f->result == VCK_RESULT_UNKNOWN)
		vck_finding_summary(s, f, "not known whether %s", rule->title);
	if (!f->summary)
		f->summary = rule->title;
}

/* Somebody who only lists devices never looks at what passed: most findings, whose texts
 * would cost more than the answer. */
static bool is_open(const struct vck_rule *rule, const struct vck_subject *s)
{
	struct vck_subject quiet = *s;
	struct vck_finding f = { .rule = NULL };

	quiet.quiet = true;
	rule_run(rule, &quiet, &f);
	return f.result == VCK_RESULT_FAIL || f.result == VCK_RESULT_UNKNOWN;
}

/* All rules of one scope on one subject; @scratch has room for every rule. */
static int run_scope(enum vck_scope scope, const struct vck_subject *s, struct vck_finding *scratch,
		     struct vck_finding **ret, size_t *ret_n)
{
	struct vck_finding *kept = NULL;
	size_t n = 0;

	for (size_t i = 0; vck_rules[i]; i++) {
		if (vck_rules[i]->scope != scope)
			continue;
		if (s->host->only_open_findings && !is_open(vck_rules[i], s))
			continue;
		scratch[n] = (struct vck_finding){ .rule = NULL };
		rule_run(vck_rules[i], s, &scratch[n]);
		n++;
	}
	if (n) {
		kept = vck_arena_memdup(&s->host->arena, scratch, n * sizeof(*kept));
		if (!kept)
			return -ENOMEM;
	}
	*ret = kept;
	*ret_n = n;
	return 0;
}

static int run_rules(struct vck_host *h)
{
	cleanup_free struct vck_finding *scratch = calloc(vck_rules_count() + 1, sizeof(*scratch));
	struct vck_subject s = { .host = h };
	int r;

	if (!scratch)
		return -ENOMEM;
	r = run_scope(VCK_SCOPE_HOST, &s, scratch, &h->findings, &h->n_findings);
	for (size_t i = 0; r == 0 && i < h->n_groups; i++) {
		s.group = h->groups[i];
		r = run_scope(VCK_SCOPE_GROUP, &s, scratch, &s.group->findings,
			      &s.group->n_findings);
	}
	for (size_t i = 0; r == 0 && i < h->n_devices; i++) {
		s.device = h->devices[i];
		s.group = s.device->group;
		r = run_scope(VCK_SCOPE_DEVICE, &s, scratch, &s.device->findings,
			      &s.device->n_findings);
	}
	return r;
}

int vck_check(struct vck_host *h)
{
	int (*const steps[])(struct vck_host *h) = {
		vck_cmdline_index,    vck_dt_index_maps,    vck_derive_twins,     vck_derive_units,
		vck_derive_ids,
		vck_derive_grouping,  vck_derive_coherency, vck_derive_nosnoop,
		vck_derive_reset,     vck_derive_attach,    run_rules,
		vck_derive_verdicts,
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int r = steps[i](h);

		if (r < 0)
			return r;
	}
	return 0;
}
