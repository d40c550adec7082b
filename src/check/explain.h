/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a message that somebody pasted to the rules that it is about. Pure. */
#ifndef VCK_CHECK_EXPLAIN_H
#define VCK_CHECK_EXPLAIN_H

#include "check/engine.h"

/**
 * vck_explain_message - rules one of whose messages is in a text
 * @text: as printed: with timestamps, addresses, numbers, over several lines
 * @ret: room for @max rules, the best match first
 *
 * Letters count the same in either case, runs of blanks as one, and typographic
 * quotes as plain ones; '*' in a pattern stands for any text.
 * Return: number written.
 */
size_t vck_explain_message(const char *text, const struct vck_rule **ret, size_t max);

/**
 * vck_explain_next_address - the next address of a PCI function in a text
 * @text: moved behind what was found
 * @ret: the address
 * Return: false at the end.
 */
bool vck_explain_next_address(const char **text, struct vck_bdf *ret);

/* The number behind "group ", or false. Written to @ret as text of at most 15 digits. */
bool vck_explain_group(const char *text, char ret[16]);

/* What users run into, numbered; the rules name those that they foretell. */
struct vck_symptom {
	const char *number;
	const char *text;
};

extern const struct vck_symptom vck_symptoms[]; /* ends with number == NULL */

/* Does the rule name the symptom? */
bool vck_rule_has_symptom(const struct vck_rule *r, const char *number);

#endif
