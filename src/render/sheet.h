/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sheet for people: titled sections of "label value (where it was read)", and
 * findings with evidence and remedies. Used by `show` and `host`. */
#ifndef VCK_RENDER_SHEET_H
#define VCK_RENDER_SHEET_H

#include "base/util.h"
#include "render/render.h"

#define VCK_SHEET_LABEL 16 /* columns of a label */

struct vck_sheet {
	FILE *out;
	const struct vck_style *style;
};

/* A blank line and a title. */
void vck_sheet_section(const struct vck_sheet *s, const char *title);
/**
 * vck_sheet_field - one value
 * @label: what it is; "" continues the one above
 * @where: where it was read, NULL: nowhere to name
 * @fmt: the value; foreign text in it is neutralised
 *
 * The source goes behind the value where it fits, else under it.
 */
void vck_sheet_field(const struct vck_sheet *s, const char *label, const char *where,
		     const char *fmt, ...) printf_like(4, 5);
/* Text broken at the width, @indent blanks in front of every line. */
void vck_sheet_text(const struct vck_sheet *s, unsigned indent, const char *fmt, ...)
	printf_like(3, 4);
/* Findings, worst first: what failed and what is unknown in full, passes as one line each. */
void vck_sheet_findings(const struct vck_sheet *s, const struct vck_finding *f, size_t n);
/* "PASS", "FAIL", "WARN", "NOTE", "UNKNOWN" for one, in colour where that is on, padded. */
void vck_sheet_word(const struct vck_sheet *s, const struct vck_finding *f);

#endif
