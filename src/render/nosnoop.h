/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of `nosnoop`. */
#ifndef VCK_RENDER_NOSNOOP_H
#define VCK_RENDER_NOSNOOP_H

#include "render/render.h"

/**
 * vck_render_nosnoop - Enable No Snoop of the selected functions
 * @style: colour, width
 * @o: headings and raw output; columns are fixed
 * Return: 0 or a negative errno.
 */
int vck_render_nosnoop(FILE *out, const struct vck_host *h, const struct vck_style *style,
		       const struct vck_table_options *o) must_check;

#endif
