// SPDX-License-Identifier: GPL-2.0-or-later
/* Every rule says what tests/rules/cases expects of it, and none is without a
 * passing and a failing case. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "check/engine.h"
#include "rulehost.h"

#define MAX_RULES 200

static unsigned seen[MAX_RULES]; /* bit of each result, by index of the rule */

static int rule_index(const char *id)
{
	for (int i = 0; vck_rules[i]; i++) {
		if (streq(vck_rules[i]->id, id))
			return i;
	}
	return -1;
}

static const struct vck_finding *finding_of(const struct rulehost *r,
					    const struct vck_rule *rule)
{
	const struct vck_finding *f = NULL;
	size_t n = 0;

	switch (rule->scope) {
	case VCK_SCOPE_HOST:
		f = r->host->findings;
		n = r->host->n_findings;
		break;
	case VCK_SCOPE_GROUP:
		f = r->group->findings;
		n = r->group->n_findings;
		break;
	case VCK_SCOPE_DEVICE:
		f = r->device->findings;
		n = r->device->n_findings;
		break;
	}
	for (size_t i = 0; i < n; i++) {
		if (f[i].rule == rule)
			return &f[i];
	}
	fail_msg("%s: not evaluated", rule->id);
	return NULL;
}

static enum vck_result expected(const char *word)
{
	static const char *const names[] = {"unknown", "pass", "fail", "na"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (streq(names[i], word))
			return (enum vck_result)i;
	}
	fail_msg("'%s' is not a result", word);
	return VCK_RESULT_UNKNOWN;
}

/* What holds for every finding, whatever the rule. */
static void check_finding(const struct vck_finding *f, const char *line)
{
	if (!f->summary || !*f->summary)
		fail_msg("%s: no summary", line);
	if (f->result == VCK_RESULT_FAIL && !f->remedy_text &&
	    !streq(f->rule->id, "device.header") &&
	    !streq(f->rule->id, "device.is-iommu"))
		fail_msg("%s: fails without a remedy", line);
	if (f->remedy_command && strchr(f->remedy_command, '\t'))
		fail_msg("%s: a tab in the command", line);
}

static void run_case(const char *line, const char *id, const char *result,
		     const char *words)
{
	enum vck_result want = expected(result);
	int index = rule_index(id);
	const struct vck_finding *f;
	struct rulehost r;
	const char *bad;

	if (index < 0)
		fail_msg("%s: no such rule", line);
	rulehost_init(&r);
	bad = rulehost_apply(&r, words);
	if (bad)
		fail_msg("%s: '%s' is not known", line, bad);
	assert_int_equal(vck_check(r.host), 0);
	f = finding_of(&r, vck_rules[index]);
	if (f->result != want)
		fail_msg("%s: got %s (%s)", line, vck_result_name(f->result), f->summary);
	check_finding(f, line);
	seen[index] |= 1u << want;
	rulehost_done(&r);
}

/* A rule about tables and trees has its cases in a program of its own, which names it. */
static void check_elsewhere(const char *line, const char *id, const char *file)
{
	const char *dir = getenv("srcdir");
	char path[4096], text[512], quoted[80];
	bool found = false;
	FILE *in;

	snprintf(path, sizeof(path), "%s/tests/unit/%s", dir ? dir : ".", file);
	snprintf(quoted, sizeof(quoted), "\"%s\"", id);
	in = fopen(path, "re");
	if (!in)
		fail_msg("%s: cannot open %s", line, path);
	while (!found && fgets(text, sizeof(text), in))
		found = strstr(text, quoted) != NULL;
	fclose(in);
	if (!found)
		fail_msg("%s: %s does not name it", line, file);
	if (rule_index(id) < 0)
		fail_msg("%s: no such rule", line);
	seen[rule_index(id)] |= 1u << VCK_RESULT_PASS | 1u << VCK_RESULT_FAIL;
}

static void test_cases(void **state)
{
	const char *dir = getenv("srcdir");
	char path[4096], line[512], id[64], result[16];
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/rules/cases", dir ? dir : ".");
	in = fopen(path, "re");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		int at = 0;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		if (sscanf(line, "%63s %15s%n", id, result, &at) != 2)
			fail_msg("%s: not a case", line);
		if (streq(result, "elsewhere"))
			check_elsewhere(line, id, line + at + strspn(line + at, " "));
		else
			run_case(line, id, result, line + at);
	}
	fclose(in);
}

/* Runs behind test_cases. */
static void test_both(void **state)
{
	(void)state;
	assert_true(vck_rules_count() < MAX_RULES);
	for (size_t i = 0; vck_rules[i]; i++) {
		if (!(seen[i] & 1u << VCK_RESULT_PASS))
			fail_msg("%s: no passing case in tests/rules/cases",
				 vck_rules[i]->id);
		if (!(seen[i] & 1u << VCK_RESULT_FAIL))
			fail_msg("%s: no failing case in tests/rules/cases",
				 vck_rules[i]->id);
	}
}

/* What explain and the man page print must be there, once. */
static void test_texts(void **state)
{
	(void)state;
	for (int i = 0; vck_rules[i]; i++) {
		const struct vck_rule *r = vck_rules[i];

		assert_int_equal(rule_index(r->id), i);
		if (!r->title || !r->why || !r->remedy || !r->reference || !r->eval)
			fail_msg("%s: a text is missing", r->id);
	}
}

/* What @rule says of the host made by @words; rulehost_done() is the caller's. */
static const struct vck_finding *finding_with(struct rulehost *r, const char *words,
					      const struct vck_rule *rule)
{
	rulehost_init(r);
	assert_null(rulehost_apply(r, words));
	assert_int_equal(vck_check(r->host), 0);
	return finding_of(r, rule);
}

/* What device.bound gives to be pasted, to the letter. */
static void test_commands(void **state)
{
	static const struct {
		const char *words, *command;
	} rows[] = {
		{"driver=vfio-pci best=mlx5_vfio_pci",
		 "modprobe mlx5_vfio_pci\n"
		 "echo mlx5_vfio_pci > /sys/bus/pci/devices/0000:01:00.0/driver_override\n"
		 "echo 0000:01:00.0 > /sys/bus/pci/drivers/vfio-pci/unbind\n"
		 "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe"},
		{"driver=vfio-pci best=x;reboot", NULL},
		{"driver=nvme",
		 "echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override\n"
		 "echo 0000:01:00.0 > /sys/bus/pci/drivers/nvme/unbind\n"
		 "echo 0000:01:00.0 > /sys/bus/pci/drivers_probe"},
	};
	const struct vck_rule *rule = vck_rules[rule_index("device.bound")];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rulehost r;
		const struct vck_finding *f = finding_with(&r, rows[i].words, rule);

		assert_int_equal(f->result, VCK_RESULT_FAIL);
		assert_non_null(f->remedy_text);
		if (!streq0(f->remedy_command, rows[i].command))
			fail_msg("%s: %s", rows[i].words, f->remedy_command);
		rulehost_done(&r);
	}
}

/* Which of the causes of a missing group is named. */
static void test_causes(void **state)
{
	static const struct {
		const char *words, *cause;
	} rows[] = {
		{"group=none unit=amd active=no kernel=7.2.0 efr=0x10 ivrs=hatdis", "HATDis"},
		{"group=none unit=amd active=no kernel=6.17.0 efr=0xc00 ivrs=efr", "HATDis"},
		{"group=none unit=amd active=no kernel=7.2.0 efr=0x1000000000010 ivrs=hatdis",
		 "no driver"},
		{"group=none unit=amd active=no kernel=6.16.0 efr=0x10 ivrs=hatdis", "no driver"},
		{"group=none unit=amd active=no kernel=7.2.0 efr=0x10 ivrs=efr", "no driver"},
	};
	const struct vck_rule *rule = vck_rules[rule_index("host.iommu-groups")];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rulehost r;
		const struct vck_finding *f = finding_with(&r, rows[i].words, rule);

		if (f->result != VCK_RESULT_FAIL || !strstr(f->summary, rows[i].cause))
			fail_msg("%s: %s", rows[i].words, f->summary);
		rulehost_done(&r);
	}
}

/* A host on which nothing is wrong is ready, and each blocker takes that away. */
static void test_verdicts(void **state)
{
	static const struct {
		const char *words;
		enum vck_verdict verdict;
		const char *why; /* the first reason */
	} rows[] = {
		{"", VCK_VERDICT_READY, NULL},
		{"sibling=nvme", VCK_VERDICT_CONDITIONAL, "group.viable"},
		{"header=1", VCK_VERDICT_UNSUITABLE, "device.header"},
		{"unit=frobnicator", VCK_VERDICT_UNKNOWN, "iommu.cache-coherency"},
		{"unit=rk_iommu", VCK_VERDICT_UNSUITABLE, "iommu.cache-coherency"},
		{"ir=no param=vfio_iommu_type1.allow_unsafe_interrupts:Y",
		 VCK_VERDICT_CONDITIONAL, "group.unsafe-interrupts"},
		{"ecap=0x0a devctl=0x2810", VCK_VERDICT_CONDITIONAL, "nosnoop.enforced"},
		{"kernel=7.9.0", VCK_VERDICT_UNKNOWN, "device.vfio-driver"},
		{"group=none unit=none param=vfio.enable_unsafe_noiommu_mode:Y",
		 VCK_VERDICT_CONDITIONAL, "device.noiommu"},
		{"missing=driver", VCK_VERDICT_UNKNOWN, "iommu.deferred"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct vck_finding *why[8];
		struct rulehost r;
		size_t n;

		rulehost_init(&r);
		assert_null(rulehost_apply(&r, rows[i].words));
		assert_int_equal(vck_check(r.host), 0);
		n = vck_device_why(r.device, why, ARRAY_SIZE(why));
		if (r.device->verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].words,
				 vck_verdict_name(r.device->verdict));
		if (!streq0(n ? why[0]->rule->id : NULL, rows[i].why))
			fail_msg("%s: because of %s", rows[i].words,
				 n ? why[0]->rule->id : "nothing");
		rulehost_done(&r);
	}
}

/* What the finding of a rule says after @words. */
static void says(const char *id, const char *words, const char *text)
{
	const struct vck_finding *f;
	struct rulehost r;

	rulehost_init(&r);
	assert_null(rulehost_apply(&r, words));
	assert_int_equal(vck_check(r.host), 0);
	f = finding_of(&r, vck_rules[rule_index(id)]);
	if (!strstr(f->summary, text) &&
	    !(f->remedy_text && strstr(f->remedy_text, text)) &&
	    !(f->remedy_command && strstr(f->remedy_command, text)))
		fail_msg("%s, %s: '%s' (%s) does not say '%s'", id, words, f->summary,
			 f->remedy_text ? f->remedy_text : "no remedy", text);
	rulehost_done(&r);
}

static void test_advice(void **state)
{
	(void)state;
	/* virtio-iommu that does not recognise itself while it registers */
	says("host.iommu-groups", "kernel=6.16.3 unserved=6.16.3", "6.16.4");
	says("host.iommu-groups", "kernel=6.15.9 unserved=6.15.9", "6.16.4");
	says("device.group", "kernel=6.16.3 unserved=6.16.3", "6.16.4");
	says("host.iommu-groups", "kernel=6.16.4 unserved=6.16.4", "nothing that was read");
	/* QEMU refuses intremap=on beside an interrupt controller that is all in the kernel */
	says("host.iommu-groups", "group=none unit=none guest=yes", "kernel-irqchip=split");
	says("host.interrupt-remapping", "ir=no", "kernel-irqchip=split");
	/* the order of the page, not its size */
	says("device.bar-page", "bar=200:e0000000:e00000ff",
	     "pci=resource_alignment=12@0000:01:00.0");
	says("device.bar-page", "bar=200:e0000000:e00000ff page=65536",
	     "pci=resource_alignment=16@0000:01:00.0");
	says("group.peer-to-peer", "acs=no neighbour=15",
	     "does not isolate 0000:01:00.0 from 0000:01:00.1: 0000:01:00 is a multifunction");
	/* a module that is not loaded has no file to write to */
	says("group.isolated-msi", "ir=no type1-loaded=no",
	     "modprobe vfio_iommu_type1 allow_unsafe_interrupts=1");
	says("group.isolated-msi", "ir=no", "echo 1 > /sys/module/vfio_iommu_type1/");
	says("group.isolated-msi", "ir=no type1-loaded=no config-unread=yes",
	     "whether the parameter allows it is not known");
	says("group.unsafe-interrupts",
	     "ir=no configured=vfio_iommu_type1.allow_unsafe_interrupts=1",
	     "take the parameter back, in /etc/modprobe.d/v.conf, unless");
	says("host.interrupt-remapping", "ir=no", "refuses every device here");
	says("host.interrupt-remapping",
	     "ir=no configured=vfio_iommu_type1.allow_unsafe_interrupts=1",
	     "only because allow_unsafe_interrupts is set");
	says("host.noiommu", "configured=vfio.enable_unsafe_noiommu_mode=1",
	     "switch it off, in /etc/modprobe.d/v.conf");
	/* options that write the registers, and one that only claims */
	says("group.acs-override", "cmdline=pcie_acs_override=downstream", "memory of others");
	says("group.acs-override", "cmdline=pci=noaer,config_acs=xxxx0@pci:0:0",
	     "groups follow it");
	says("group.acs-override", "cmdline=pci=disable_acs_redir=pci:8086:a110",
	     "groups follow it");
}

/* What firmware wrote a thousand times is named a few times and counted. */
static void test_much_evidence(void **state)
{
	static struct vck_region regions[1000];
	const struct vck_finding *f;
	struct rulehost r;

	(void)state;
	rulehost_init(&r);
	for (size_t i = 0; i < ARRAY_SIZE(regions); i++)
		regions[i] = (struct vck_region){i << 12, (i << 12) + 0xfff, "direct"};
	r.group->regions = regions;
	r.group->n_regions = ARRAY_SIZE(regions);
	assert_int_equal(vck_check(r.host), 0);
	f = finding_of(&r, vck_rules[rule_index("group.reserved-regions")]);
	assert_non_null(f);
	assert_int_equal(f->n_evidence, VCK_NAMED_MAX + 1);
	assert_string_equal(f->evidence[31].value, "0x1f000-0x1ffff direct");
	assert_string_equal(f->evidence[32].path, f->evidence[31].path);
	assert_string_equal(f->evidence[32].value, "and 968 more");
	rulehost_done(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_much_evidence),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
