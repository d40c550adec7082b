// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers under keys, see keys.h. */
#include "config.h"

#include <stdlib.h>

#include "base/keys.h"

static int key_cmp(const void *pa, const void *pb)
{
	const struct vck_key *a = pa, *b = pb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

int vck_keys_add(struct vck_arena *a, struct vck_keys *k, uint64_t key, size_t at)
{
	int r = vck_arena_grow(a, &k->keys, k->n, &k->cap, sizeof(*k->keys));

	if (r == 0)
		k->keys[k->n++] = (struct vck_key){key, at};
	return r;
}

void vck_keys_sort(struct vck_keys *k)
{
	if (k->n > 1)
		qsort(k->keys, k->n, sizeof(*k->keys), key_cmp);
}

const struct vck_key *vck_keys_first(const struct vck_keys *k, uint64_t key)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->keys[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < k->n && k->keys[lo].key == key ? &k->keys[lo] : NULL;
}

const struct vck_key *vck_keys_next(const struct vck_keys *k, const struct vck_key *e)
{
	return e + 1 < k->keys + k->n && e[1].key == e->key ? e + 1 : NULL;
}
