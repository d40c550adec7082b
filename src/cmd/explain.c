// SPDX-License-Identifier: GPL-2.0-or-later
/* `explain`: a rule by its id, or the rules behind a message of the kernel, QEMU,
 * libvirt or DPDK; with what they say about the devices that are named. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>

#include "check/explain.h"
#include "cmd/commands.h"
#include "render/rule.h"

#define MAX_RULES   16
#define MAX_DEVICES 16

struct request {
	bool all, json;
	const struct vck_rule *rules[MAX_RULES];
	size_t n_rules;
	struct vck_bdf named[MAX_DEVICES];
	size_t n_named;
	char group[16];
};

static const struct vck_option options[] = {
	{"all", 'a', NULL, 0, "list the rules", NULL, 0, VCK_FLAG(struct request, all)},
	{"json", 'J', NULL, 0, "the JSON document, with the rules in it", NULL, 0,
	 VCK_FLAG(struct request, json)},
	{0},
};

/* Addresses and a group in a text, each address once. */
static void take_address(struct request *q, struct vck_bdf a)
{
	size_t i = 0;

	while (i < q->n_named && vck_bdf_cmp(q->named[i], a) != 0)
		i++;
	if (i == q->n_named && i < MAX_DEVICES)
		q->named[q->n_named++] = a;
}

static void take_names(struct request *q, const char *text)
{
	const char *s = text;
	struct vck_bdf a;

	while (vck_explain_next_address(&s, &a))
		take_address(q, a);
	if (!q->group[0] && !vck_explain_group(text, q->group))
		q->group[0] = '\0';
}

static bool is_id(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' &&
	       strchr(word, '.');
}

static int take_word(struct request *q, const char *word)
{
	const struct vck_rule *r = vck_rule_find(word);
	const char *group = str_after(word, "group:");
	struct vck_bdf a;

	if (group && strlen(group) < sizeof(q->group)) {
		memcpy(q->group, group, strlen(group) + 1);
		return 0;
	}

	if (r && q->n_rules < MAX_RULES) {
		q->rules[q->n_rules++] = r;
		return 0;
	}
	if (vck_bdf_parse_typed(word, &a) == 0) {
		take_address(q, a);
		return 0;
	}
	take_names(q, word);
	if (!q->n_rules)
		q->n_rules = vck_explain_message(word, q->rules, MAX_RULES);
	if (q->n_rules)
		return 0;
	if (is_id(word))
		vck_error(
			"explain: '%s' is not a rule ('viommu-check explain --all' lists them)",
			word);
	else
		vck_error(
			"explain: no rule knows this message (paste the line as it was printed, in "
			"quotes)");
	return -1;
}

/* Devices that the words name; with none of them, the endpoints of the group. */
static void select_devices(struct vck_host *h, const struct request *q)
{
	const struct vck_group *g = q->group[0] ? vck_host_find_group(h, q->group) : NULL;

	for (size_t i = 0; i < q->n_named; i++) {
		struct vck_device *d = vck_host_find_bdf(h, q->named[i]);
		char text[VCK_BDF_LEN];

		if (d)
			d->selected = true;
		else
			vck_warn("%s is not on this host: its findings are left out",
				 vck_bdf_format(q->named[i], text));
	}
	for (size_t i = 0; !q->n_named && g && i < g->n_devices; i++)
		g->devices[i]->selected = !vck_device_is_bridge(g->devices[i]);
}

static bool fails_here(const struct vck_host *h, const struct vck_rule *r)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_finding *f =
			h->devices[i]->selected ? vck_rule_finding(h, h->devices[i], r)
						: NULL;

		if (f && f->result == VCK_RESULT_FAIL)
			return true;
	}
	return false;
}

/* Rules that fail here come first; the order among the others stays. */
static void causes_first(const struct vck_host *h, struct request *q)
{
	const struct vck_rule *sorted[MAX_RULES];
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < q->n_rules; i++) {
			if (fails_here(h, q->rules[i]) == (pass == 0))
				sorted[n++] = q->rules[i];
		}
	}
	memcpy(q->rules, sorted, n * sizeof(*sorted));
}

static void print_devices(const struct vck_host *h, const struct request *q,
			  const struct vck_global *g)
{
	for (size_t i = 0; i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];

		if (!d->selected)
			continue;
		putchar('\n');
		vck_render_check(stdout, d, &g->style);
		for (size_t k = 0; k < q->n_rules; k++)
			vck_render_rule_here(stdout, h, d, q->rules[k], &g->style);
	}
}

static int print_json(const struct vck_host *h, const struct request *q)
{
	const struct vck_json_options o = {.exit_status = VCK_EXIT_OK,
					   .all_findings = true,
					   .rules = q->all ? vck_rules : q->rules,
					   .n_rules = q->all ? vck_rules_count()
							     : q->n_rules};

	if (vck_render_json(stdout, h, &o) == 0)
		return VCK_EXIT_OK;
	vck_error("out of memory");
	return VCK_EXIT_FAILED;
}

static int run_explain(struct request *q, struct vck_global *g)
{
	cleanup_host struct vck_host *h = NULL;
	bool devices = q->n_named || q->group[0];

	if ((devices || q->json) && vck_load(g, NULL, &h) < 0)
		return VCK_EXIT_FAILED;
	if (!h && vck_style_init(g) < 0)
		return VCK_EXIT_FAILED;
	if (h) {
		select_devices(h, q);
		causes_first(h, q);
	}
	if (q->json)
		return print_json(h, q);
	if (q->all)
		vck_render_rules(stdout, &g->style);
	for (size_t i = 0; i < q->n_rules; i++) {
		fputs(i ? "\n" : "", stdout);
		vck_render_rule(stdout, q->rules[i], &g->style);
	}
	if (h)
		print_devices(h, q, g);
	return VCK_EXIT_OK;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	struct request q = {.all = false};
	int status;

	if (vck_options_take(c, g, argc, argv, &q, NULL, NULL, &status) < 0)
		return status;
	for (int i = optind; i < argc; i++) {
		if (take_word(&q, argv[i]) < 0)
			return VCK_EXIT_FAILED;
	}
	if (!q.all && !q.n_rules) {
		vck_error(
			"explain: give the id of a check or a message in quotes (--all lists the ids)");
		return VCK_EXIT_FAILED;
	}
	return run_explain(&q, g);
}

const struct vck_command vck_cmd_explain = {
	.name = "explain",
	.args = "ID | 'MESSAGE' [DEVICE...]",
	.summary = "explain a check, or an error message pasted in quotes",
	.options = options,
	.operands = "@rule",
	.run = run,
};
