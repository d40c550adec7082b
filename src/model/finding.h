/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of one check on one subject. */
#ifndef VCK_MODEL_FINDING_H
#define VCK_MODEL_FINDING_H

#include <stddef.h>
#include <stdint.h>

enum vck_result {
	VCK_RESULT_UNKNOWN = 0,
	VCK_RESULT_PASS,
	VCK_RESULT_FAIL,
	VCK_RESULT_NA,
};

enum vck_severity {
	VCK_SEV_NOTE = 0,
	VCK_SEV_WARNING,
	VCK_SEV_BLOCKER,
};

enum vck_remedy_scope {
	VCK_REMEDY_NONE = 0,
	VCK_REMEDY_RUNTIME,
	VCK_REMEDY_BOOT,
	VCK_REMEDY_FIRMWARE,
	VCK_REMEDY_HARDWARE,
	VCK_REMEDY_KERNEL,
};

struct vck_evidence {
	const char *path, *value; /* path may be NULL */
};

/* What a finding, and its summary, names of many: what is beyond that is counted. */
#define VCK_NAMED_MAX 32

/* Kept small: a host has dozens for every device. */
struct vck_finding {
	const struct vck_rule *rule;
	const char *summary; /* one line, about this subject */
	struct vck_evidence *evidence;
	uint32_t n_left_out; /* pieces of evidence beyond what a finding names */
	uint8_t n_evidence;
	enum vck_result result : 8;
	enum vck_severity severity : 8;
	enum vck_remedy_scope remedy_scope : 8; /* NONE: no remedy */
	const char *remedy_text, *remedy_command; /* command: NULL, or lines that work when pasted */
};

/* As the JSON shows them. */
const char *vck_result_name(enum vck_result r);
const char *vck_severity_name(enum vck_severity s);
const char *vck_remedy_scope_name(enum vck_remedy_scope s); /* NULL for none */

#endif
