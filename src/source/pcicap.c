// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "source/gather.h"

void vck_pcicap_read(struct vck_file *f, struct vck_pcicap *c)
{
	(void)f;
	(void)c;
}
