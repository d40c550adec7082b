/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules themselves on paper, and the lines of `check`. */
#ifndef VCK_RENDER_RULE_H
#define VCK_RENDER_RULE_H

#include "check/engine.h"
#include "render/render.h"

/* All about one rule. */
void vck_render_rule(FILE *out, const struct vck_rule *r, const struct vck_style *style);
/* One line a rule. */
void vck_render_rules(FILE *out, const struct vck_style *style);
/* The finding of a rule about a device, its group or the host; nothing where it does not
 * apply. */
void vck_render_rule_here(FILE *out, const struct vck_host *h, const struct vck_device *d,
			  const struct vck_rule *r, const struct vck_style *style);
/* The finding itself, or NULL. */
const struct vck_finding *vck_rule_finding(const struct vck_host *h,
					   const struct vck_device *d,
					   const struct vck_rule *r);
/* "0000:01:00.0 conditional: group.viable: 0000:01:00.1 in the same group is bound to
 * nvme" */
void vck_render_check(FILE *out, const struct vck_device *d,
		      const struct vck_style *style);
/* "device", "group", "host" */
const char *vck_scope_name(enum vck_scope s);

#endif
