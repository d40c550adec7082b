/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A word to somebody who waits at a terminal. */
#ifndef VCK_CMD_PROGRESS_H
#define VCK_CMD_PROGRESS_H

#include "base/util.h"

/**
 * vck_progress_start - from two seconds on, say each second what is going on
 * @what: a few words, kept: "reading"
 * Only where standard error is a terminal. Takes SIGALRM until vck_progress_stop(); to be
 * called before the sandbox is entered, which has no timers. Called again, it goes on.
 */
void vck_progress_start(const char *what);
/* What is going on now; nothing happens where it was not started. */
void vck_progress_phase(const char *what);
/* The line is taken away, for another one; it comes again. */
void vck_progress_hide(void);
/* No more of it; the line is taken away. */
void vck_progress_stop(void);

#endif
