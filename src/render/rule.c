// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules for people: what each checks, why, and what it says here. */
#include "config.h"

#include "check/explain.h"
#include "render/labels.h"
#include "render/rule.h"
#include "render/sheet.h"
#include "render/table.h"

const char *vck_scope_name(enum vck_scope s)
{
	static const char *const names[] = {"host", "group", "device"};

	return names[s];
}

void vck_render_rule(FILE *out, const struct vck_rule *r, const struct vck_style *style)
{
	const struct vck_sheet s = {.out = out, .style = style};
	const char *label = "foretells";

	fprintf(out, "%s%s%s  (%s, %s)\n", style->color ? "\033[1m" : "", r->id,
		style->color ? "\033[0m" : "", vck_scope_name(r->scope),
		vck_severity_name(r->severity));
	vck_sheet_field(&s, "checks", NULL, "%s", r->title);
	vck_sheet_field(&s, "why", NULL, "%s", r->why);
	vck_sheet_field(&s, "what to do", NULL, "%s", r->remedy);
	vck_sheet_field(&s, "source", NULL, "%s", r->reference);
	for (size_t i = 0; r->messages && r->messages[i]; i++)
		vck_sheet_field(&s, i ? "" : "messages", NULL, "%s", r->messages[i]);
	for (const struct vck_symptom *m = vck_symptoms; m->number; m++) {
		if (!vck_rule_has_symptom(r, m->number))
			continue;
		vck_sheet_field(&s, label, NULL, "%s", m->text);
		label = "";
	}
}

void vck_render_rules(FILE *out, const struct vck_style *style)
{
	for (size_t i = 0; vck_rules[i]; i++) {
		const struct vck_rule *r = vck_rules[i];

		fprintf(out, "%-24s %-7s ", r->id, vck_severity_name(r->severity));
		vck_wrap(out, r->title, style->width, 33, 33);
	}
}

static const struct vck_finding *find(const struct vck_finding *f, size_t n,
				      const struct vck_rule *r)
{
	for (size_t i = 0; i < n; i++) {
		if (f[i].rule == r)
			return &f[i];
	}
	return NULL;
}

const struct vck_finding *vck_rule_finding(const struct vck_host *h,
					   const struct vck_device *d,
					   const struct vck_rule *r)
{
	switch (r->scope) {
	case VCK_SCOPE_HOST:
		return find(h->findings, h->n_findings, r);
	case VCK_SCOPE_GROUP:
		return d && d->group ? find(d->group->findings, d->group->n_findings, r)
				     : NULL;
	case VCK_SCOPE_DEVICE:
		return d ? find(d->findings, d->n_findings, r) : NULL;
	}
	return NULL;
}

void vck_render_rule_here(FILE *out, const struct vck_host *h, const struct vck_device *d,
			  const struct vck_rule *r, const struct vck_style *style)
{
	const struct vck_sheet s = {.out = out, .style = style};
	const struct vck_finding *f = vck_rule_finding(h, d, r);

	if (f)
		vck_sheet_findings(&s, f, 1);
}

void vck_render_check(FILE *out, const struct vck_device *d,
		      const struct vck_style *style)
{
	const struct vck_finding *why[16];
	size_t n = vck_device_why(d, why, ARRAY_SIZE(why));
	cleanup_buf struct vck_buf b = {0};
	unsigned column;

	vck_label_text(&b, d->address, "");
	column = (unsigned)b.len + 1 + (unsigned)strlen(vck_verdict_name(d->verdict));
	fprintf(out, "%s %s%s%s", vck_buf_str(&b),
		style->color ? vck_verdict_color(d->verdict) : "",
		vck_verdict_name(d->verdict), style->color ? "\033[0m" : "");
	vck_buf_reset(&b);
	if (n) {
		vck_buf_addf(&b, ": %s: ", why[0]->rule->id);
		vck_label_text(&b, why[0]->summary, "");
	}
	for (size_t i = 1; i < n; i++)
		vck_buf_addf(&b, "%s %s", i == 1 ? "; also" : ",", why[i]->rule->id);
	vck_wrap(out, vck_buf_str(&b), style->width, column, 4);
}
