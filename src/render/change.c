// SPDX-License-Identifier: GPL-2.0-or-later
/* A change as words or as a JSON object, a line each. */
#include "config.h"

#include <errno.h>

#include "base/text.h"
#include "render/change.h"
#include "render/json-writer.h"

static const char *or_null(const char *value)
{
	return *value ? value : NULL;
}

static int change_json(FILE *out, const struct vck_change *c, const char *when)
{
	cleanup_json struct vck_json j = { .out = out };

	vck_json_object(&j, NULL);
	vck_json_str(&j, "schema", VCK_WATCH_SCHEMA);
	vck_json_str(&j, "time", when);
	vck_json_str(&j, "address", c->address);
	vck_json_str(&j, "change", vck_change_name(c->kind));
	vck_json_str(&j, "old", or_null(c->old));
	vck_json_str(&j, "new", or_null(c->new));
	vck_json_end(&j);
	fputc('\n', out);
	return j.failed ? -ENOMEM : 0;
}

static void add_value(struct vck_buf *b, const char *value)
{
	const char *s = *value ? value : "none";

	vck_text_safe(b, s, strlen(s));
}

int vck_render_change(FILE *out, const struct vck_change *c, const char *when, bool json)
{
	cleanup_buf struct vck_buf b = { 0 };

	if (json)
		return change_json(out, c, when);
	vck_text_safe(&b, c->address, strlen(c->address));
	vck_buf_addf(&b, " %s ", vck_change_name(c->kind));
	if (c->kind != VCK_CHANGE_ADDED && c->kind != VCK_CHANGE_REMOVED) {
		add_value(&b, c->old);
		vck_buf_adds(&b, " -> ");
		add_value(&b, c->new);
	} else if (*c->new) {
		vck_buf_adds(&b, "driver ");
		add_value(&b, c->new);
	}
	fprintf(out, "%s %s\n", when, vck_buf_str(&b));
	return b.failed ? -ENOMEM : 0;
}
