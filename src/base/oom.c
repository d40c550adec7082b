// SPDX-License-Identifier: GPL-2.0-or-later
/* One flag for the process, like errno: set where memory runs out. */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/oom.h"

static atomic_bool seen;

void vck_oom_note(void)
{
	atomic_store_explicit(&seen, true, memory_order_relaxed);
}

bool vck_oom_seen(void)
{
	return atomic_load_explicit(&seen, memory_order_relaxed);
}

int vck_oom(void)
{
	vck_oom_note();
	return -ENOMEM;
}
