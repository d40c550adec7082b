// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes viommu-check-rules(7) from the table of rules. Runs at build time. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>

#include "base/text.h"
#include "check/explain.h"
#include "render/rule.h"

/* Text for roff: backslashes and leading control characters must not be read as requests.
 */
static void text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	}
	putchar('\n');
}

static void paragraph(const char *request, const char *s)
{
	puts(request);
	text(s);
}

static void symptoms_of(const struct vck_rule *r)
{
	bool first = true;

	for (const struct vck_symptom *m = vck_symptoms; m->number; m++) {
		if (!vck_rule_has_symptom(r, m->number))
			continue;
		printf("%s%s", first ? ".br\nSymptoms: " : ", ", m->number);
		first = false;
	}
	if (!first)
		puts(".");
}

static void rule(const struct vck_rule *r)
{
	printf(".TP\n.B ");
	text(r->id);
	printf("(%s, %s)\n", vck_scope_name(r->scope), vck_severity_name(r->severity));
	text(r->title);
	paragraph(".IP", r->why);
	puts(".IP");
	fputs("What to do: ", stdout);
	text(r->remedy);
	for (size_t i = 0; r->messages && r->messages[i]; i++) {
		puts(i ? ".br" : ".IP\nMessages:\n.br");
		putchar('"');
		for (const char *s = r->messages[i]; *s; s++)
			fputs(*s == '\\' ? "\\e" : (char[]){*s, '\0'}, stdout);
		puts("\"");
	}
	puts(".IP");
	fputs("Source: ", stdout);
	text(r->reference);
	symptoms_of(r);
}

static void family(const char *prefix)
{
	printf(".SS %.*s\n", (int)strcspn(prefix, "."), prefix);
	for (size_t i = 0; vck_rules[i]; i++) {
		if (str_after(vck_rules[i]->id, prefix))
			rule(vck_rules[i]);
	}
}

/* Each family once, in the order in which the table has them first. */
static void families(void)
{
	for (size_t i = 0; vck_rules[i]; i++) {
		char prefix[32];
		size_t n = strcspn(vck_rules[i]->id, ".") + 1, k = 0;

		snprintf(prefix, sizeof(prefix), "%.*s", (int)n, vck_rules[i]->id);
		while (!str_after(vck_rules[k]->id, prefix))
			k++;
		if (k == i)
			family(prefix);
	}
}

static void symptom_table(void)
{
	puts(".SH SYMPTOMS\nWhat users run into, and the checks that say so beforehand.");
	for (const struct vck_symptom *m = vck_symptoms; m->number; m++) {
		bool first = true;

		printf(".TP 6\n%s\n", m->number);
		text(m->text);
		puts(".br");
		for (size_t i = 0; vck_rules[i]; i++) {
			if (!vck_rule_has_symptom(vck_rules[i], m->number))
				continue;
			printf("%s\\fB%s\\fR", first ? "" : ", ", vck_rules[i]->id);
			first = false;
		}
		putchar('\n');
	}
}

int main(void)
{
	puts(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	     ".\\\" Made by tools/gen-rules-man from the table of rules.\n"
	     ".TH VIOMMU-CHECK-RULES 7 \"\" \"viommu-check " PACKAGE_VERSION "\"\n"
	     ".SH NAME\nviommu-check-rules \\- the checks of viommu-check and the messages they explain\n"
	     ".SH DESCRIPTION\n"
	     "Every finding of\n.BR viommu-check (8)\ncarries the id of one of these checks.\n"
	     "A check that fails is a blocker (the kernel will refuse the device), a warning (it is\n"
	     "accepted, and unsafe, incoherent or fragile) or a note. A check that lacks evidence is\n"
	     "unknown, never passed or failed.\n.PP\n"
	     "In messages * stands for any text;\n.B viommu-check explain\nfinds the check of a message "
	     "that is pasted in quotes.\n.SH CHECKS");
	families();
	symptom_table();
	puts(".SH SEE ALSO\n.BR viommu-check (8),\n.BR viommu-check-json (5)");
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
