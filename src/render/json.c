// SPDX-License-Identifier: GPL-2.0-or-later
/* The one JSON document, as viommu-check-json(5) and data/viommu-check.schema.json
 * describe it. Every key but details and rules is always there; null is unknown or not
 * applicable. One device, group, unit or problem a line. */
#include "config.h"

#include <errno.h>

#include "base/errname.h"
#include "base/oom.h"
#include "check/engine.h"
#include "render/json-details.h"
#include "render/json-host.h"
#include "render/json-probe.h"
#include "render/labels.h"
#include "render/rule.h"

static void remedy(struct vck_json *j, const struct vck_finding *f)
{
	const char *scope = vck_remedy_scope_name(f->remedy_scope);

	if (!scope) {
		vck_json_null(j, "remedy");
		return;
	}
	vck_json_object(j, "remedy");
	vck_json_str(j, "scope", scope);
	vck_json_str(j, "text", f->remedy_text);
	vck_json_str(j, "command", f->remedy_command);
	vck_json_end(j);
}

static void finding(struct vck_json *j, const struct vck_finding *f)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "id", f->rule->id);
	vck_json_str(j, "result", vck_result_name(f->result));
	vck_json_str(j, "severity", vck_severity_name(f->severity));
	vck_json_str(j, "summary", f->summary);
	vck_json_array(j, "evidence");
	for (size_t i = 0; i < f->n_evidence; i++) {
		vck_json_object(j, NULL);
		vck_json_str(j, "path", f->evidence[i].path);
		vck_json_str(j, "value", f->evidence[i].value);
		vck_json_end(j);
	}
	vck_json_end(j);
	remedy(j, f);
	vck_json_end(j);
}

void vck_json_findings(struct vck_json *j, const struct vck_finding *f, size_t n,
		       const struct vck_json_options *o)
{
	vck_json_array(j, "findings");
	for (size_t i = 0; i < n; i++) {
		bool open = f[i].result == VCK_RESULT_FAIL || f[i].result == VCK_RESULT_UNKNOWN;

		if (open || o->all_findings)
			finding(j, &f[i]);
	}
	vck_json_end(j);
}

static void unit(struct vck_json *j, const struct vck_unit *u)
{
	bool intel = u->regs_known == VCK_YES && u->driver == VCK_IOMMU_INTEL;
	bool amd = u->regs_known == VCK_YES && u->driver == VCK_IOMMU_AMD;

	vck_json_object(j, NULL);
	vck_json_str(j, "name", u->name);
	vck_json_str(j, "driver", u->driver_name);
	vck_json_bool(j, "active", u->active);
	vck_json_tri(j, "cache_coherency", u->cache_coherency);
	vck_json_tri(j, "enforces_coherency", u->enforces_coherency);
	vck_json_tri(j, "interrupt_remapping", u->interrupt_remapping);
	vck_json_tri(j, "not_present_caching", u->not_present_caching);
	if (u->address_width)
		vck_json_num(j, "address_width", u->address_width);
	else
		vck_json_null(j, "address_width");
	vck_json_object(j, "registers");
	vck_json_hex(j, "cap", intel || amd, intel ? u->cap : u->amd_cap);
	vck_json_hex(j, "ecap", intel, u->ecap);
	vck_json_hex(j, "efr", amd, u->efr);
	vck_json_hex(j, "efr2", amd, u->efr2);
	vck_json_end(j);
	vck_json_hex(j, "base", u->base != 0, u->base);
	vck_json_str(j, "parent", u->parent);
	vck_json_end(j);
}

static void regions(struct vck_json *j, const struct vck_group *g)
{
	if (g->regions_known != VCK_YES && !g->n_regions) {
		vck_json_null(j, "reserved_regions");
		return;
	}
	vck_json_array(j, "reserved_regions");
	for (size_t i = 0; i < g->n_regions; i++) {
		vck_json_object(j, NULL);
		vck_json_hex(j, "start", true, g->regions[i].start);
		vck_json_hex(j, "end", true, g->regions[i].end);
		vck_json_str(j, "type", g->regions[i].type);
		vck_json_end(j);
	}
	vck_json_end(j);
}

static void group(struct vck_json *j, const struct vck_group *g,
		  const struct vck_json_options *o)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "id", g->id);
	vck_json_bool(j, "predicted", g->predicted);
	vck_json_str(j, "type", g->type);
	vck_json_array(j, "devices");
	for (size_t i = 0; i < g->n_devices; i++)
		vck_json_str(j, NULL, g->devices[i]->address);
	vck_json_end(j);
	vck_json_array(j, "missing");
	for (size_t i = 0; i < g->n_missing; i++)
		vck_json_str(j, NULL, g->missing[i]);
	vck_json_end(j);
	vck_json_array(j, "not_read");
	for (size_t i = 0; i < g->n_not_read; i++)
		vck_json_str(j, NULL, g->not_read[i]);
	vck_json_end(j);
	vck_json_tri(j, "viable", g->viable);
	regions(j, g);
	vck_json_str(j, "why", g->why);
	vck_json_str(j, "separate", g->separate);
	vck_json_findings(j, g->findings, g->n_findings, o);
	vck_json_end(j);
}

static void identity(struct vck_json *j, const struct vck_device *d)
{
	bool ids = d->bus == VCK_BUS_PCI && vck_device_has(d, VCK_EV_IDS);
	bool sub = ids && (d->subvendor_id || d->subdevice_id);

	vck_json_str(j, "address", d->address);
	vck_json_str(j, "bus", vck_bus_name(d->bus));
	vck_json_digits(j, "vendor_id", ids, d->vendor_id, 4);
	vck_json_digits(j, "device_id", ids, d->device_id, 4);
	vck_json_digits(j, "subsystem_vendor_id", sub, d->subvendor_id, 4);
	vck_json_digits(j, "subsystem_device_id", sub, d->subdevice_id, 4);
	vck_json_digits(j, "class", ids && vck_device_has(d, VCK_EV_PROG_IF), d->class, 6);
	vck_json_str(j, "name", d->name);
	vck_json_str(j, "path", d->syspath);
	vck_json_str(j, "driver", d->driver);
	vck_json_str(j, "driver_override", d->driver_override);
	vck_json_str(j, "vfio_driver", d->vfio_driver);
	vck_json_str(j, "group", d->group ? d->group->id : NULL);
	vck_json_str(j, "unit", d->unit ? d->unit->name : NULL);
	vck_json_str(j, "upstream", d->upstream ? d->upstream->address : NULL);
	vck_json_str(j, "physical_function", d->physfn ? d->physfn->address : NULL);
	vck_json_str(j, "pcie_type", vck_pcie_type_label(d));
	vck_json_str(j, "in_use", d->in_use);
}

static void acs(struct vck_json *j, const struct vck_cap_acs *a, bool pci)
{
	bool there = pci && a->present == VCK_YES;

	vck_json_object(j, "acs");
	vck_json_tri(j, "supported", pci ? a->present : VCK_UNKNOWN);
	vck_json_hex(j, "capability", there, a->cap);
	vck_json_hex(j, "control", there, a->ctl);
	vck_json_end(j);
}

static void coherency(struct vck_json *j, const struct vck_device *d)
{
	vck_json_tri(j, "coherent", d->coherent);
	vck_json_object(j, "coherency");
	vck_json_str(j, "source", d->coherency_source);
	vck_json_str(j, "node", d->coherency_node);
	vck_json_str(j, "property", d->coherency_property);
	vck_json_end(j);
}

static void nosnoop(struct vck_json *j, const struct vck_device *d)
{
	const struct vck_nosnoop *n = &d->nosnoop;
	bool pci = d->bus == VCK_BUS_PCI;

	vck_json_object(j, "nosnoop");
	vck_json_tri(j, "supported", n->supported);
	vck_json_tri(j, "enabled", n->enabled);
	vck_json_tri(j, "enforced", n->enforced);
	vck_json_str(j, "enforced_by", n->enforced_by);
	vck_json_str(j, "inherited_from", n->inherited_from ? n->inherited_from->address : NULL);
	vck_json_str(j, "lock", pci ? vck_lock_name(n->lock) : NULL);
	vck_json_tri(j, "action_needed", n->action_needed);
	vck_json_tri(j, "hardwired", n->hardwired);
	vck_json_end(j);
}

static void reset(struct vck_json *j, const struct vck_reset *r)
{
	vck_json_object(j, "reset");
	if (r->methods) {
		vck_json_array(j, "methods");
		for (size_t i = 0; i < r->n_methods; i++)
			vck_json_str(j, NULL, r->methods[i]);
		vck_json_end(j);
	} else {
		vck_json_null(j, "methods");
	}
	vck_json_str(j, "scope", r->scope);
	vck_json_tri(j, "works", r->works);
	vck_json_end(j);
}

static void why(struct vck_json *j, const struct vck_device *d)
{
	const struct vck_finding *f[16];
	size_t n = vck_device_why(d, f, ARRAY_SIZE(f));

	vck_json_array(j, "why");
	for (size_t i = 0; i < n; i++)
		vck_json_str(j, NULL, f[i]->rule->id);
	vck_json_end(j);
}

static void device(struct vck_json *j, const struct vck_device *d,
		   const struct vck_json_options *o)
{
	vck_json_object(j, NULL);
	identity(j, d);
	acs(j, &d->cap.acs, d->bus == VCK_BUS_PCI);
	coherency(j, d);
	nosnoop(j, d);
	reset(j, &d->reset);
	vck_json_object(j, "attach");
	vck_attach_json(j, "now", &d->now);
	vck_attach_json(j, "with_group", &d->with_group);
	vck_json_end(j);
	vck_probe_json(j, d->probe);
	if (o->details)
		vck_json_details(j, d);
	vck_json_str(j, "verdict", vck_verdict_name(d->verdict));
	why(j, d);
	vck_json_findings(j, d->findings, d->n_findings, o);
	vck_json_end(j);
}

static void problem(struct vck_json *j, const struct vck_problem *p)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "source", p->source);
	vck_json_str(j, "path", p->path);
	vck_json_str(j, "errno", p->err ? vck_errno_name(p->err) : NULL);
	vck_json_str(j, "unknown", p->unknown);
	vck_json_end(j);
}

/* --- the document: top-level keys are written here, values by the writer --- */

struct doc {
	struct vck_json j;
	const struct vck_json_options *o;
	bool first; /* of an array */
};

static void list_begin(struct doc *d, const char *key)
{
	fprintf(d->j.out, ",%s\"%s\": [", d->o->compact ? "" : "\n  ", key);
	d->first = true;
}

static void list_next(struct doc *d)
{
	fputs(d->first ? "" : ",", d->j.out);
	fputs(d->o->compact ? "" : "\n    ", d->j.out);
	d->first = false;
}

static void list_end(struct doc *d)
{
	fputs(d->first || d->o->compact ? "]" : "\n  ]", d->j.out);
}

/* Whether the document is about this group: it has a member that was asked for. */
static bool is_group_wanted(const struct vck_group *g)
{
	for (size_t i = 0; i < g->n_devices; i++) {
		if (g->devices[i]->selected)
			return true;
	}
	return g->n_devices == 0;
}

static void groups(struct doc *doc, const struct vck_host *h)
{
	struct vck_group **g = doc->o->predicted ? h->predicted : h->groups;
	size_t n = doc->o->predicted ? h->n_predicted : h->n_groups;

	list_begin(doc, "groups");
	for (size_t i = 0; i < n; i++) {
		if (!is_group_wanted(g[i]))
			continue;
		list_next(doc);
		group(&doc->j, g[i], doc->o);
	}
	list_end(doc);
}

static void devices(struct doc *doc, const struct vck_host *h)
{
	list_begin(doc, "devices");
	for (size_t i = 0; i < h->n_devices; i++) {
		if (!h->devices[i]->selected)
			continue;
		list_next(doc);
		device(&doc->j, h->devices[i], doc->o);
	}
	list_end(doc);
}

static void head(struct doc *doc, const struct vck_host *h)
{
	const char *sep = doc->o->compact ? "" : "\n  ";

	fprintf(doc->j.out, "{%s\"schema\": \"" VCK_JSON_SCHEMA "\",%s\"tool_version\": ", sep,
		sep);
	fprintf(doc->j.out, "\"%s\",%s\"exit_status\": %d,%s\"host\": ", PACKAGE_VERSION, sep,
		doc->o->exit_status, sep);
	vck_json_host(&doc->j, h, doc->o);
}

static void strings(struct vck_json *j, const char *key, const char *const *list)
{
	vck_json_array(j, key);
	for (size_t i = 0; list && list[i]; i++)
		vck_json_str(j, NULL, list[i]);
	vck_json_end(j);
}

static void rule(struct vck_json *j, const struct vck_rule *r)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "id", r->id);
	vck_json_str(j, "scope", vck_scope_name(r->scope));
	vck_json_str(j, "severity", vck_severity_name(r->severity));
	vck_json_str(j, "title", r->title);
	vck_json_str(j, "why", r->why);
	vck_json_str(j, "remedy", r->remedy);
	vck_json_str(j, "reference", r->reference);
	strings(j, "messages", r->messages);
	strings(j, "symptoms", r->symptoms);
	vck_json_end(j);
}

static void rules(struct doc *doc)
{
	list_begin(doc, "rules");
	for (size_t i = 0; i < doc->o->n_rules; i++) {
		list_next(doc);
		rule(&doc->j, doc->o->rules[i]);
	}
	list_end(doc);
}

int vck_render_json(FILE *out, const struct vck_host *h, const struct vck_json_options *o)
{
	struct doc doc = { .j = { .out = out }, .o = o };
	bool failed;

	head(&doc, h);
	list_begin(&doc, "units");
	for (size_t i = 0; i < h->n_units; i++) {
		list_next(&doc);
		unit(&doc.j, h->units[i]);
	}
	list_end(&doc);
	groups(&doc, h);
	devices(&doc, h);
	list_begin(&doc, "problems");
	for (size_t i = 0; i < h->n_problems; i++) {
		list_next(&doc);
		problem(&doc.j, &h->problems[i]);
	}
	list_end(&doc);
	if (o->rules)
		rules(&doc);
	fputs(o->compact ? "}\n" : "\n}\n", out);
	failed = doc.j.failed;
	vck_json_done(&doc.j);
	return failed || vck_oom_seen() ? -ENOMEM : 0;
}
