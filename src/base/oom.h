/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has memory ever run out in this process? Text builders and the arena note it,
 * so that a command can refuse to print a document which may lack something,
 * instead of every sentence checking for itself. Never reset. */
#ifndef VCK_BASE_OOM_H
#define VCK_BASE_OOM_H

#include <stdbool.h>

void vck_oom_note(void);
bool vck_oom_seen(void);

/* Notes it and is -ENOMEM, for a return statement. */
int vck_oom(void);

#endif
