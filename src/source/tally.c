// SPDX-License-Identifier: GPL-2.0-or-later
/* Many equal problems made one line, many equal strings made one copy. */
#include "config.h"

#include <stdio.h>

#include "source/tally.h"

void vck_tally_add(struct vck_tally *t, const char *what, const char *hint, int err,
		   const char *name, const char *path)
{
	struct vck_tally_row *row;

	err = err < 0 ? -err : err;
	for (size_t i = 0; i < t->n_rows; i++) {
		row = &t->rows[i];
		if (row->what == what && row->err == err) {
			row->n++;
			return;
		}
	}
	if (t->n_rows == ARRAY_SIZE(t->rows)) /* the last row takes what has no place */
		return;
	row = &t->rows[t->n_rows++];
	row->what = what;
	row->hint = hint;
	row->err = err;
	row->n = 1;
	snprintf(row->first, sizeof(row->first), "%s", name);
	snprintf(row->path, sizeof(row->path), "%s", path ? path : "");
}

void vck_tally_report(const struct vck_tally *t, struct vck_host *h)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct vck_tally_row *row = &t->rows[i];
		const char *path = row->path[0] ? row->path : NULL;
		const char *sep = row->hint ? ": " : "",
			   *hint = row->hint ? row->hint : "";

		if (row->n == 1)
			vck_problem(h, t->source, path, row->err, "%s of %s%s%s",
				    row->what, row->first, sep, hint);
		else
			vck_problem(h, t->source, path, row->err,
				    "%s of %u %ss, the first is %s%s%s", row->what,
				    row->n, t->noun, row->first, sep, hint);
	}
}

const char *vck_intern(struct vck_intern *t, const char *s)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	const char **slot;

	for (const char *p = s; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	slot = &t->slots[hash % ARRAY_SIZE(t->slots)];
	if (!*slot || !streq(*slot, s))
		*slot = vck_arena_strdup(t->arena, s);
	return *slot;
}
