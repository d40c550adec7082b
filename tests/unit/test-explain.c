// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages as people paste them find their rule; addresses and groups in them are
 * seen; every symptom of the list has a rule. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "check/explain.h"

#define FIRST 5 /* "error -22" alone fits four rules */

static void run_message(const char *id, const char *text)
{
	const struct vck_rule *found[16], *first;
	size_t n = vck_explain_message(text, found, ARRAY_SIZE(found));

	/* With room for one the best is kept, wherever it stands among the rules. */
	assert_int_equal(vck_explain_message(text, &first, 1), n ? 1 : 0);
	if (n)
		assert_string_equal(first->id, found[0]->id);
	for (size_t i = 0; i < n && i < FIRST; i++) {
		if (streq(found[i]->id, id))
			return;
	}
	fail_msg("%s: expected %s, got %s", text, id, n ? found[0]->id : "nothing");
}

static void test_messages(void **state)
{
	const char *dir = getenv("srcdir");
	char path[4096], line[1024];
	unsigned n = 0;
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/rules/messages", dir ? dir : ".");
	in = fopen(path, "re");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		char *blank = strchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !blank)
			continue;
		*blank = '\0';
		run_message(line, blank + 1);
		n++;
	}
	fclose(in);
	assert_true(n > 60);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = {"",	    " ",	"hello world",
					    "vfio", "-22",	"error",
					    "*",    "group 14", "\xff\xfe\x01"};
	const struct vck_rule *found[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(vck_explain_message(texts[i], found, ARRAY_SIZE(found)),
				 0);
}

/* A message may be broken over lines and stand in capitals. */
static void test_form(void **state)
{
	(void)state;
	run_message("group.viable", "vfio\n0000:01:00.0:\n\tGROUP 14 is\n  not viable");
	run_message("host.iommu-groups",
		    "host doesn\xe2\x80\x99t support passthrough of host PCI devices");
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *first, *second;
	} rows[] = {
		{"vfio 0000:01:00.0: group 14 is not viable", "0000:01:00.0", NULL},
		{"host=01:00.0, then 02:1f.7.", "0000:01:00.0", "0000:02:1f.7"},
		{"/sys/bus/pci/devices/10000:e1:00.0/driver", "10000:e1:00.0", NULL},
		{"at 12:30:45 nothing, 8086:0b25 neither", NULL, NULL},
		{"depends on 0000:01:00.1", "0000:01:00.1", NULL},
		{"[mem 0xe0000000-0xe1ffffff 64bit]", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *s = rows[i].text,
			   *want[] = {rows[i].first, rows[i].second, NULL};
		char out[VCK_BDF_LEN];
		struct vck_bdf a;

		for (size_t k = 0; k < 3 && want[k]; k++) {
			assert_true(vck_explain_next_address(&s, &a));
			assert_string_equal(vck_bdf_format(a, out), want[k]);
		}
		if (vck_explain_next_address(&s, &a))
			fail_msg("%s: also %s", rows[i].text, vck_bdf_format(a, out));
	}
}

static void test_group(void **state)
{
	char id[16];

	(void)state;
	assert_true(vck_explain_group("iommu_group of group 14 is not viable", id));
	assert_string_equal(id, "14");
	assert_false(vck_explain_group("the group is not viable", id));
	assert_false(vck_explain_group("group 12345678901234567890", id));
}

/* Each symptom has a rule, and rules name only symptoms that are there. */
static void test_symptoms(void **state)
{
	(void)state;
	for (const struct vck_symptom *m = vck_symptoms; m->number; m++) {
		bool has = false;

		for (size_t i = 0; vck_rules[i] && !has; i++)
			has = vck_rule_has_symptom(vck_rules[i], m->number);
		if (!has)
			fail_msg("symptom %s (%s) has no rule", m->number, m->text);
	}
	for (size_t i = 0; vck_rules[i]; i++) {
		for (size_t k = 0; vck_rules[i]->symptoms && vck_rules[i]->symptoms[k];
		     k++) {
			const struct vck_symptom *m = vck_symptoms;

			while (m->number && !streq(m->number, vck_rules[i]->symptoms[k]))
				m++;
			if (!m->number)
				fail_msg("%s: no symptom %s", vck_rules[i]->id,
					 vck_rules[i]->symptoms[k]);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages), cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_form),	 cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_group),	 cmocka_unit_test(test_symptoms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
