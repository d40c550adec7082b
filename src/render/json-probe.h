/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_RENDER_JSON_PROBE_H
#define VCK_RENDER_JSON_PROBE_H

#include "model/probe.h"
#include "render/json-writer.h"

/* devices[].probe: null where nobody asked (@p NULL). */
void vck_probe_json(struct vck_json *j, const struct vck_probe *p);

#endif
