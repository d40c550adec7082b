/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the JSON document, shared between the files that make it. */
#ifndef VCK_RENDER_JSON_HOST_H
#define VCK_RENDER_JSON_HOST_H

#include "render/json-writer.h"
#include "render/render.h"

/* The value of "host", into the open document. */
void vck_json_host(struct vck_json *j, const struct vck_host *h,
		   const struct vck_json_options *o);
/* "findings": of one subject; failed and unknown ones only unless @o says all. */
void vck_json_findings(struct vck_json *j, const struct vck_finding *f, size_t n,
		       const struct vck_json_options *o);

#endif
