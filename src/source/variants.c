// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "source/gather.h"

int vck_read_variants(struct vck_host *h, struct vck_root *root)
{
	(void)h;
	(void)root;
	return 0;
}
