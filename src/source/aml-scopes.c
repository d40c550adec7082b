// SPDX-License-Identifier: GPL-2.0-or-later
/* What a walk over AML keeps: the set of paths that were declared so far, by their
 * hashes, and the _CCA objects it found. */
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

/* Same order as found where paths are equal: the first one stays. */
static int cca_cmp(const void *pa, const void *pb)
{
	const struct vck_cca *a = pa, *b = pb;
	int r = strcmp(a->path, b->path);

	if (r == 0)
		r = vck_natural_cmp(a->table, b->table);
	if (r == 0)
		r = a->offset < b->offset ? -1 : a->offset > b->offset;
	return r;
}

void vck_aml_finish(struct vck_host *h)
{
	struct vck_acpi *a = &h->acpi;
	size_t n = 0;

	if (a->n_ccas)
		qsort(a->ccas, a->n_ccas, sizeof(*a->ccas), cca_cmp);
	for (size_t i = 0; i < a->n_ccas; i++) {
		struct vck_cca *last = n ? &a->ccas[n - 1] : NULL;

		if (!last || !streq(last->path, a->ccas[i].path)) {
			a->ccas[n++] = a->ccas[i];
			continue;
		}
		/* Declared twice, so under conditions: told only where they agree. */
		if (last->kind > VCK_CCA_METHOD_CONST ||
		    a->ccas[i].kind > VCK_CCA_METHOD_CONST || last->value != a->ccas[i].value)
			last->kind = VCK_CCA_OTHER;
	}
	a->n_ccas = n;
}
