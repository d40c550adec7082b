/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of `watch`. */
#ifndef VCK_RENDER_CHANGE_H
#define VCK_RENDER_CHANGE_H

#include <stdio.h>

#include "check/changes.h"

#define VCK_WATCH_SCHEMA "viommu-check-watch/1"

/**
 * vck_render_change - one line for a change
 * @when: time of the look that saw it, as it is to be printed
 * @json: a JSON object (watch_line of the schema) instead of words
 * Return: 0 or -ENOMEM.
 */
int vck_render_change(FILE *out, const struct vck_change *c, const char *when,
		      bool json) must_check;

#endif
