/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, written so that a reader sees the old content or the new one and
 * never a part, whatever happens in between. */
#ifndef VCK_WRITE_FILE_H
#define VCK_WRITE_FILE_H

#include <sys/types.h>

#include "base/buf.h"

/**
 * vck_file_replace - write a file next to the old one and put it in its place
 * @dir: directory descriptor
 * @name: one component
 * @data: what it shall hold
 * @mode: of the file, whatever the umask is
 *
 * The new file and the directory are synced. A run that is killed leaves at most
 * a file ".NAME.PID.new" behind, which vck_file_sweep() removes. A file system that keeps no
 * modes (vfat) is no failure.
 * Return: 0 or a negative errno; then the old file is as it was, or, where only syncing the
 * directory failed, the new one is there. Never a part.
 */
int vck_file_replace(int dir, const char *name, const void *data, size_t len, mode_t mode)
	must_check;
/**
 * vck_file_write - the output file of a command
 * @path: as the user gave it
 *
 * A regular file, or one that is not there, is written whole or not at all, as
 * vck_file_replace() does; the mode of an old one stays where that is the caller's own, else,
 * or where it is a link, the new one has @mode. Anything else (a device, a pipe) is opened and
 * written to, but for a FIFO of somebody else's in a directory where everybody may put one
 * (-EACCES). Signals that can wait do so meanwhile: only SIGKILL leaves a temporary file.
 * Return: 0 or a negative errno.
 */
int vck_file_write(const char *path, const void *data, size_t len, mode_t mode) must_check;
/* Removes a file and syncs the directory; it not being there is success. */
int vck_file_remove(int dir, const char *name) must_check;
/* Removes what killed runs left behind. Only under the lock of write/env.h. */
void vck_file_sweep(int dir);
/* A whole small file (up to 64 KiB) into @b; not through a symbolic link. */
int vck_file_slurp(int dir, const char *name, struct vck_buf *b) must_check;

#endif
