// SPDX-License-Identifier: GPL-2.0-or-later
/* The set of paths that AML has declared so far, by their hashes. */
#include "config.h"

#include <errno.h>

#include "source/acpi.h"

bool vck_aml_scopes_has(const struct vck_aml_scopes *s, uint64_t h)
{
	for (size_t i = h & (s->cap - 1); s->cap && s->slots[i]; i = (i + 1) & (s->cap - 1)) {
		if (s->slots[i] == h)
			return true;
	}
	return false;
}

static void scopes_put(uint64_t *slots, size_t cap, uint64_t h)
{
	size_t i = h & (cap - 1);

	while (slots[i])
		i = (i + 1) & (cap - 1);
	slots[i] = h;
}

int vck_aml_scopes_add(struct vck_aml_scopes *s, uint64_t h)
{
	if (vck_aml_scopes_has(s, h))
		return 0;
	if (2 * (s->n + 1) > s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 1024;
		uint64_t *slots = calloc(cap, sizeof(*slots));

		if (!slots)
			return -ENOMEM;
		for (size_t i = 0; i < s->cap; i++) {
			if (s->slots[i])
				scopes_put(slots, cap, s->slots[i]);
		}
		free(s->slots);
		s->slots = slots;
		s->cap = cap;
	}
	scopes_put(s->slots, s->cap, h);
	s->n++;
	return 0;
}

void vck_aml_scopes_done(struct vck_aml_scopes *s)
{
	free(s->slots);
	*s = (struct vck_aml_scopes){ 0 };
}
