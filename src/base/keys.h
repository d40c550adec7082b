/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of numbers under keys, filled once and then sorted: what would be asked of every
 * pair of two long lists is asked of those that may fit. A key may be a hash: whoever looks
 * it up compares what it stands for. */
#ifndef VCK_BASE_KEYS_H
#define VCK_BASE_KEYS_H

#include <stdint.h>

#include "base/arena.h"

struct vck_key {
	uint64_t key;
	size_t at; /* what the key stands for, as the caller counts it */
};

struct vck_keys {
	struct vck_key *keys; /* in the arena */
	size_t n, cap;
};

/* Return: 0 or -ENOMEM. */
int vck_keys_add(struct vck_arena *a, struct vck_keys *k, uint64_t key, size_t at) must_check;
/* To be called once between adding and looking up. */
void vck_keys_sort(struct vck_keys *k);
/* The entry with the lowest number under @key, and the one behind @e under the same; NULL at
 * the end. */
const struct vck_key *vck_keys_first(const struct vck_keys *k, uint64_t key);
const struct vck_key *vck_keys_next(const struct vck_keys *k, const struct vck_key *e);

/* FNV-1a over the bytes of @v, from @hash on; VCK_HASH_START begins. */
#define VCK_HASH_START 0xcbf29ce484222325u
static inline uint64_t vck_hash_add(uint64_t hash, uint64_t v)
{
	for (unsigned i = 0; i < 64; i += 8)
		hash = (hash ^ (v >> i & 0xff)) * 0x100000001b3u;
	return hash;
}

#endif
