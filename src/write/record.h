/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was there before this tool wrote to a function: one file a function under
 * the run directory, by address. The rule that keeps it true whatever dies when:
 *
 *   a file is there  <=>  the function may differ from what was found at first
 *
 * It is written, pending, before anything is done to the function, and settled
 * afterwards by looking at the function: equal to what was found: removed;
 * different: done. Finding a pending file under the lock means that its writer
 * died; it is settled in the same way. */
#ifndef VCK_WRITE_RECORD_H
#define VCK_WRITE_RECORD_H

#include "model/lockfile.h"
#include "write/devctl.h"

/* The directory of records (@sub: VCK_RECORD_DIR or VCK_HARDWIRED_DIR). */
int vck_record_open_dir(const struct vck_write_env *env, const char *sub, bool create,
			int *ret) must_check;
/**
 * vck_record_load - the record of a function
 * Return: 0, -ENOENT (none), -EBADMSG (a file that is no record).
 */
int vck_record_load(int dir, const char *address, struct vck_lock_record *ret) must_check;
int vck_record_store(int dir, const struct vck_lock_record *r) must_check;
/* Is it about this very function? Another one can have its address now. */
bool vck_record_is_of(const struct vck_lock_record *r, const struct vck_target *t);
/* A record of @t without state; -EINVAL when its path has no key. */
int vck_record_init(struct vck_lock_record *r, const struct vck_target *t) must_check;

/**
 * vck_record_settle - make the record agree with the function
 * @dir: of records
 * @c: the open function
 * Return: 0, or why the function could not be read or the record not be written;
 * it then stays pending. -EIO: the bit was tried out and is not what it was.
 */
int vck_record_settle(int dir, struct vck_lock_record *r, const struct vck_config *c)
	must_check;

/* Told for each record that a dead run left; @err: 0, or why it stays pending. */
typedef void vck_recover_fn(void *data, const struct vck_lock_record *r, int err);

/**
 * vck_record_recover - settle what dead runs left behind; only under the lock
 * @fn: told of each, may be NULL
 * Power control is put back, records are settled, temporary files removed.
 * Return: number of records settled or a negative errno.
 */
int vck_record_recover(const struct vck_write_env *env, vck_recover_fn *fn, void *data)
	must_check;

#endif
