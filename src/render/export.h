/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model in the formats of other engines. Of the selected devices; the same
 * model gives the same bytes. All return 0 or a negative errno. */
#ifndef VCK_RENDER_EXPORT_H
#define VCK_RENDER_EXPORT_H

#include <stdio.h>

#include "model/host.h"

/* Text exposition format 0.0.4, for node_exporter's textfile collector. Samples of what is
 * unknown are left out: absent is not zero. */
int vck_export_prometheus(FILE *out, const struct vck_host *h) must_check;
/* Feature file of Kubernetes Node Feature Discovery's local source: one label a line. */
int vck_export_nfd(FILE *out, const struct vck_host *h) must_check;
/* A digraph for Graphviz: root buses, ports and functions, groups as boxes, verdicts as colours. */
int vck_export_dot(FILE *out, const struct vck_host *h) must_check;

#endif
