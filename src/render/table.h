/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the renderers for people share. */
#ifndef VCK_RENDER_TABLE_H
#define VCK_RENDER_TABLE_H

#include "base/util.h"
#include "render/render.h"

struct libscols_table;

/* A table to @out in @style. Return: 0 or -ENOMEM; the caller unrefs it. */
int vck_table_new(FILE *out, const struct vck_style *style,
		  struct libscols_table **ret) must_check;

/* Characters of text, as a terminal counts them. */
unsigned vck_text_width(const char *s, size_t n);
/**
 * vck_wrap - print text broken at blanks
 * @text: neutralised text, without newlines
 * @width: columns of a line; 0: do not break
 * @column: where the first line starts (already printed)
 * @indent: blanks before the following lines
 *
 * Ends with a newline. A word that is longer than the line stays whole.
 */
void vck_wrap(FILE *out, const char *text, unsigned width, unsigned column, unsigned indent);

#endif
